"""The rules of the house that a machine can keep: floors, licences, pins, no outside address, marks with reasons."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-map.txt", "requirements-uv.txt")
OURS = ("command_center", "workers", "bench", "tests")

PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|\bISC\b|PSF|Python Software Foundation|0BSD|Zlib|CC0|Unlicense|\bOFL\b|MPL[- ]2|Mozilla Public License 2",
    re.IGNORECASE,
)
ACCEPTED = {
    "psycopg": "LGPL-3.0-only: used as it comes, unchanged and replaceable; nothing of it is copied into this repository",
    "psycopg-binary": "LGPL-3.0-only: the compiled half of psycopg",
    "colorcet": "CC-BY-4.0: tables of colours that come with dash-leaflet; named in its own package, never shown by us",
}
"""Licences outside the permissive family that were looked at, with the reason why they may stay."""

OUTSIDE_HOSTS = re.compile(
    r"https?://(?:cdn|unpkg|fonts\.g|[a-z0-9.]*\btile|api\.iconify|[a-z.]*jsdelivr|[a-z.]*googleapis)", re.IGNORECASE
)
ANY_ADDRESS = re.compile(r"https?://(?!www\.w3\.org/|127\.0\.0\.1|localhost)[\w.-]+", re.IGNORECASE)
EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "misc", "common", "manager", "managers", "stuff"})


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def pinned(lock: str) -> dict[str, int]:
    """Number of hashes by pinned requirement ("numpy==2.4.6") of one lock file."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text("utf-8").replace("\\\n", " "))
    return {block.split()[0]: block.count("--hash=sha256:") for block in blocks if not block.startswith("#")}


def licence_of(name: str) -> str | None:
    """What a package says about its licence; None where it is not installed on this platform."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    return " / ".join(
        ["".join(metadata.get_all("License-Expression") or []), "".join(metadata.get_all("License") or [])[:200], *classifiers]
    )


def test_every_import_keeps_to_the_floors() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_the_rules_of_the_domain_need_only_the_standard_library_and_numpy() -> None:
    allowed = sys.stdlib_module_names | {"numpy", "command_center"}

    strangers = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in python_files("command_center/domain")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in _imported(node)
        if name.split(".")[0] not in allowed
    ]

    assert not strangers


def test_the_clock_is_read_at_the_door_only() -> None:
    floors = ("command_center/domain", "command_center/db", "command_center/roads", "command_center/catalogue", "command_center/services")

    readers = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*floors)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "datetime.datetime.now", "date.today"}
    ]

    assert not readers


def test_no_module_has_an_empty_name() -> None:
    assert not [str(path.relative_to(ROOT)) for path in python_files("command_center", "workers") if path.stem in EMPTY_NAMES]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_pinned_by_hash(lock: str) -> None:
    pins = pinned(lock)

    assert pins
    assert not [pin for pin, hashes in pins.items() if "==" not in pin or not hashes]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_may_be_shipped_by_anyone(lock: str) -> None:
    names = {pin.split("==")[0] for pin in pinned(lock)}

    refused = {
        name: licence
        for name in sorted(names - ACCEPTED.keys())
        if (licence := licence_of(name)) is not None and not PERMISSIVE.search(licence)
    }

    assert not refused


def test_an_accepted_licence_is_still_in_use() -> None:
    assert ACCEPTED.keys() <= {pin.split("==")[0] for lock in LOCKS for pin in pinned(lock)}


def test_no_screen_file_names_an_outside_address() -> None:
    texts = [
        path for path in sorted((ROOT / "assets").rglob("*")) if path.suffix in {".css", ".js", ".html", ".svg", ".json", ".webmanifest"}
    ]

    named = {str(path.relative_to(ROOT)): found for path in texts if (found := ANY_ADDRESS.findall(path.read_text("utf-8")))}

    assert texts
    assert not named


def test_no_code_calls_a_content_network() -> None:
    assert not [
        str(path.relative_to(ROOT)) for path in python_files("command_center", "workers") if OUTSIDE_HOSTS.search(path.read_text("utf-8"))
    ]


def test_every_mark_says_what_it_lifts_and_why() -> None:
    bare = re.compile(r"#\s*(?:noqa(?!: [A-Z]+\d+(?:, ?[A-Z]+\d+)*\s+\S)|type: ignore(?!\[[\w-]+(?:, ?[\w-]+)*\]\s+# \S))")

    assert not [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files(*OURS)
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line)
    ]


def test_no_test_sleeps() -> None:
    assert not [
        str(path.relative_to(ROOT)) for path in python_files("tests") if path != Path(__file__) and "time.sleep(" in path.read_text("utf-8")
    ]


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module), level=0):
            return [module]
        case _:
            return []
