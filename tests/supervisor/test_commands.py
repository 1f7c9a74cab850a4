"""The command line: each command does its work, or says in one sentence why not and exits with 1."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from command_center.__main__ import app
from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.domain.rights import Actor, Role
from command_center.services import access, history
from command_center.services.base_maps import is_imported
from tests.builders import take_test_call

Command = Callable[..., Result]
COMMANDS = [
    "",
    "up",
    "web",
    "prepare",
    "version",
    "token create",
    "link",
    "account add",
    "account passphrase",
    "account disable",
    "account list",
    "verify-log",
    "backup",
    "restore",
    "import roads",
    "vehicles",
    "simulate",
]


@pytest.fixture
def command(center: Center, database_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on the test's centre, its words as arguments, with what a person or a pipe types."""
    for name, value in {
        "CENTER_DATABASE_URL": database_url,
        "CENTER_REDIS_URL": redis_url,
        "CENTER_DATA_DIR": str(tmp_path),
        "CENTER_LANGUAGE": "en",
    }.items():
        monkeypatch.setenv(name, value)
    return lambda *words, stdin="": CliRunner().invoke(app, list(words), input=stdin)


def refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 1
    assert result.stdout == ""
    assert sentence in result.stderr
    assert result.stderr.strip().count("\n") == 0


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_explains_itself(words: str) -> None:
    result = CliRunner().invoke(app, [*words.split(), "--help"])

    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_help_answers_without_loading_the_centre() -> None:
    program = """
import sys
from command_center.__main__ import app
print([module for module in ("sqlalchemy", "dash", "redis", "numpy") if module in sys.modules])
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert said == "[]\n"


def test_a_token_stands_alone_on_the_last_line_and_lets_in(command: Command, center: Center) -> None:
    result = command("token", "create", "--role", "duty_officer", "--name", "desk")

    assert result.exit_code == 0, result.stderr
    caller = access.caller_of(center, result.stdout.splitlines()[-1])
    assert caller is not None
    assert (caller.name, caller.role) == ("desk", Role.DUTY_OFFICER)


def test_a_crew_token_speaks_for_its_unit(command: Command, center: Center) -> None:
    result = command("token", "create", "--role", "crew", "--name", "tracker", "--unit", "patrol-01")

    caller = access.caller_of(center, result.stdout.splitlines()[-1])
    assert caller is not None
    assert caller.unit_id == "patrol-01"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--role", "king", "--name", "x"], "There is no role 'king'; it is one of duty_officer"),
        (["--role", "system", "--name", "x"], "There is no role 'system'"),
        (["--role", "crew", "--name", "x", "--unit", "patrol-99"], "patrol-99"),
        (["--role", "crew", "--name", "x"], ""),
    ],
)
def test_a_token_that_cannot_be_made_is_refused_with_a_sentence(command: Command, options: list[str], sentence: str) -> None:
    refused(command("token", "create", *options), sentence)


def test_a_link_signs_its_account_in_once(command: Command, center: Center) -> None:
    assert command("account", "add", "Li Na", "--role", "duty_officer").exit_code == 0

    url = command("link", "Li Na").stdout.splitlines()[-1]

    secret = url.rpartition("/in/")[2]
    assert url.startswith("http://127.0.0.1:8050/in/")
    assert access.link_owner(center, secret).name == "Li Na"


def test_display_and_crew_links(command: Command, center: Center) -> None:
    wall = command("link", "--display").stdout.strip()
    crew = command("link", "--unit", "patrol-02").stdout.strip()

    assert access.link_owner(center, wall.rpartition("/")[2]).role is Role.DISPLAY
    assert access.link_owner(center, crew.rpartition("/")[2]).unit_id == "patrol-02"


def test_a_link_for_nobody_is_refused(command: Command) -> None:
    refused(command("link"), "Say for whom")
    refused(command("link", "nobody-of-this-name"), "nobody-of-this-name")


def test_an_account_with_a_passphrase_can_sign_in_and_is_shut_again(command: Command, center: Center) -> None:
    added = command("account", "add", "Wang", "--role", "admin", "--passphrase", stdin="correct horse\n")
    assert added.exit_code == 0, added.stderr
    assert access.sign_in(center, "Wang", "correct horse")

    assert command("account", "passphrase", "Wang", stdin="battery staple\n").exit_code == 0
    assert access.sign_in(center, "Wang", "battery staple")

    assert command("account", "disable", "Wang").exit_code == 0
    assert "disabled" in command("account", "list").stdout


def test_a_short_passphrase_is_refused(command: Command) -> None:
    refused(command("account", "add", "Wang", "--role", "admin", "--passphrase", stdin="short\n"), "8")


def test_an_unbroken_log_is_confirmed(command: Command, center: Center, officer: Actor) -> None:
    take_test_call(center, officer)

    result = command("verify-log")

    assert result.exit_code == 0
    assert "unbroken" in result.stdout


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("UPDATE log_entry SET actor = 'someone else' WHERE id = 1", 1),
        ("DELETE FROM log_entry WHERE id = (SELECT last_id FROM chain_head)", 0),
    ],
    ids=["the first changed", "the last removed"],
)
def test_a_line_of_the_log_that_was_touched_is_named(command: Command, center: Center, officer: Actor, statement: str, line: int) -> None:
    take_test_call(center, officer)
    last = history.verify_log(center).lines
    with center.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM job"))
        connection.execute(text(statement))

    refused(command("verify-log"), f"broken at line {line or last}:")


def test_roads_are_imported_from_an_osm_file(command: Command, center: Center) -> None:
    result = command("import", "roads", str(FOLDER / "roads" / "demo.osm.pbf"))

    assert result.exit_code == 0, result.stderr
    assert "named streets" in result.stdout
    assert is_imported(center.roads_file)


def test_whoever_imports_sees_how_many_bytes_and_percent_are_done(command: Command, center: Center) -> None:
    """The bar is for a terminal, so the command gets one of its own for what it says beside its answer."""
    screen, terminal = os.openpty()
    file = FOLDER / "roads" / "demo.osm.pbf"

    with subprocess.Popen(
        [sys.executable, "-m", "command_center", "import", "roads", str(file)],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "120"},
    ) as importing:
        os.close(terminal)
        shown = read_terminal(screen)
        assert importing.wait() == 0

    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    percents = [int(number) for number in re.findall(r"(\d+)%", plain)]
    assert "Reading demo.osm.pbf" in plain
    assert percents == sorted(percents)
    assert percents[-1] == 100
    size_kb = f"{file.stat().st_size / 1000:.1f}"
    assert f"{size_kb}/{size_kb} kB" in plain


def read_terminal(screen: int) -> str:
    """Everything written to the other end of a terminal, until it is closed."""
    said = b""
    try:
        while piece := os.read(screen, 65_536):
            said += piece
    except OSError:  # a terminal that nobody writes to any more ends with an error
        pass
    os.close(screen)
    return said.decode()


@pytest.mark.parametrize("content", [None, b"", b"this is no map"])
def test_what_is_no_map_is_refused_and_the_old_roads_stay(command: Command, center: Center, tmp_path: Path, content: bytes | None) -> None:
    file, before = tmp_path / "street.osm.pbf", center.roads_file.read_bytes()
    if content is not None:
        file.write_bytes(content)

    refused(command("import", "roads", str(file)), "street.osm.pbf")

    assert center.roads_file.read_bytes() == before


def test_a_centre_that_was_never_started_says_so(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CENTER_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")

    refused(command("account", "list"), "has not been started yet")


def test_a_database_that_cannot_be_reached_is_named(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTER_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite")
    refused(command("account", "list"), "The database cannot be used")

    monkeypatch.setenv("CENTER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    refused(command("account", "list"), "The database cannot be used")


def test_policies_are_compared_on_simulated_days(command: Command, center: Center) -> None:
    result = command("simulate", "--days", "0.5", "--seed", "3", "--policy", "ours", "--policy", "closest", "--calls-per-day", "40")

    assert result.exit_code == 0, result.stderr
    assert "ours" in result.stdout
    assert "closest" in result.stdout
    refused(command("simulate", "--policy", "clever"), "no policy 'clever'")
    refused(command("simulate", "--weather", "fog"), "dry, rain or snow")


def test_a_policy_from_outside_is_simulated_by_its_module_and_class_or_refused(
    command: Command, center: Center, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_street.py").write_text(FARTHEST_POLICIES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    few = ("simulate", "--days", "1", "--seed", "3", "--calls-per-day", "40", "--policy")

    result = command(*few, "my_street:Farthest", "--policy", "closest")

    assert result.exit_code == 0, result.stderr
    assert "my_street:Farthest" in result.stdout
    refused(command(*few, "my_street:Twice"), "'my_street:Twice' does what cannot be done: vehicle")
    refused(command(*few, "my_street:Nothing"), "is no policy")
    refused(command(*few, "my_street:Absent"), "cannot be loaded")
    refused(command(*few, "no_such_street:Farthest"), "cannot be loaded")
    refused(command(*few, "my_street:NeedsMore"), "cannot be made without arguments")
    refused(command(*few, "::"), "cannot be loaded")


FARTHEST_POLICIES = """
from command_center.domain.simulation import WaitsAt


class Farthest:
    waits_at = WaitsAt.STATIONS

    def choose(self, moment):
        arrival_s = moment.arrival_s(moment.free, moment.waiting[:1])
        return [(int(moment.free[arrival_s[:, 0].argmax()]), int(moment.waiting[0]))]


class Twice(Farthest):
    def choose(self, moment):
        return super().choose(moment) * 2


class NeedsMore(Farthest):
    def __init__(self, more):
        self.more = more


class Nothing:
    pass
"""


def test_a_part_of_a_map_file_is_imported_and_a_wrong_box_is_told(command: Command, center: Center) -> None:
    file = str(FOLDER / "roads" / "demo.osm.pbf")

    result = command("import", "roads", file, "--bbox", "36.69,119.12,36.72,119.16")

    assert result.exit_code == 0, result.stderr
    refused(command("import", "roads", file, "--bbox", "1,2,3"), "four numbers")
    refused(command("import", "roads", file, "--bbox", "0,0,1,1"), "in the box")
