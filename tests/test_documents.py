"""Whatever README and docs/ name is there: make targets, commands with their options, settings, files, floors."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from command_center.__main__ import app
from config import ENV_PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
FILE = re.compile(r"[\w-]+(?:/[\w-]+)+\.(?:py|js|css|toml)\b")
FOLDERS = ("", "command_center")
"""From where documents name files."""

ELSEWHERE = frozenset({"CENTER_HANDED_DOWN", "CENTER_TEST_ROUTER_URL"})
"""What `up` hands to its children, and what only tests read."""

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def code_of(document: Path) -> list[str]:
    """Every line of code a document shows, in blocks and within sentences."""
    shown = [block or span for block, span in CODE.findall(document.read_text("utf-8"))]
    return [line for code in shown for line in code.splitlines()]


def commands_of(document: Path) -> Iterator[tuple[str, list[str]]]:
    """Module and words of every `python -m ...` in a document."""
    for line in code_of(document):
        for words in re.findall(r"python -m ([^#&|`]+)", line):
            module, *rest = shlex.split(words)
            yield module, rest


def complaint_about(words: list[str]) -> str | None:
    """What our command line would not take of these words; None when it takes them all."""
    command: Any = get_command(app)
    while (below := getattr(command, "commands", {})) and words and not words[0].startswith("-"):
        if words[0] not in below:
            return f"there is no command {words[0]!r} below {command.name!r}"
        command, words = below[words[0]], words[1:]
    if below and "--help" not in words:
        return f"{command.name!r} alone does nothing"
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in known]
    return f"{command.name} has no {unknown[0]}" if unknown else None


def test_the_rule_itself_knows_right_from_wrong() -> None:
    assert complaint_about(["drill", "D", "--speed", "10", "--fresh"]) is None
    assert complaint_about(["token", "create", "--role", "crew"]) is None
    assert complaint_about(["dril", "D"]) is not None
    assert complaint_about(["drill", "--fast"]) is not None
    assert complaint_about(["token"]) is not None


@every_document
def test_a_document_names_only_make_targets_that_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    named = {target for line in code_of(document) for target in re.findall(r"\bmake ([a-z][a-z-]*)", line)}

    assert named <= targets


@every_document
def test_a_document_names_only_commands_that_exist(document: Path) -> None:
    commands = list(commands_of(document))

    assert [module for module, _ in commands if find_spec(module) is None] == []
    assert [found for module, words in commands if module == "command_center" and (found := complaint_about(words))] == []


@every_document
def test_a_document_names_only_settings_that_exist(document: Path) -> None:
    settings = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields} | ELSEWHERE

    named = set(re.findall(rf"\b{ENV_PREFIX}[A-Z_]+[A-Z]\b", document.read_text("utf-8")))

    assert named <= settings


@every_document
def test_a_document_names_only_files_that_exist(document: Path) -> None:
    named = {name for line in code_of(document) for name in FILE.findall(line)}

    assert [name for name in sorted(named) if not any((ROOT / folder / name).is_file() for folder in FOLDERS)] == []


@every_document
def test_a_link_of_a_document_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", document.read_text("utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_readme_shows_how_to_run_and_how_to_test() -> None:
    shown = "\n".join(code_of(ROOT / "README.md"))

    assert {"make run", "make test"} <= set(re.findall(r"make \w+", shown))
    assert {module for module, _ in commands_of(ROOT / "README.md")} == {"command_center"}


def test_the_architecture_draws_every_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(it["layers"] for it in contracts if it["name"] == "Every module stands on a floor")
    text = (ROOT / "docs/ARCHITECTURE.md").read_text("utf-8")
    drawn = text.partition("## Floors")[2].partition("```")[2].partition("```")[0]

    assert [module for layer in layers for module in layer.split(" | ") if not re.search(rf"(?m)^\s+(?:.* )?{module}\b", drawn)] == []
