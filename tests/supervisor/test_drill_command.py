"""`drill`: refused with a sentence before anything starts, and settings that keep the two worlds apart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from command_center.__main__ import app
from command_center.domain.drill_clock import DRILL_FILE, DrillClock
from command_center.supervisor.rounds import Orders
from command_center.wire.embedded import socket_url
from config import Settings, load_settings
from tests.supervisor.conftest import free_port

CLOCK = DrillClock(started_at=datetime(2026, 7, 1, tzinfo=UTC), clock_at=datetime(2026, 7, 1, 10, 20, tzinfo=UTC), speed=7.5)


@pytest.fixture(autouse=True)
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A centre in service with servers of its own, as variables and as a `.env` file in the folder where commands are run."""
    monkeypatch.chdir(tmp_path)
    addresses = {"CENTER_DATABASE_URL": "postgresql://live:secret@db.example/center", "CENTER_REDIS_URL": "redis://redis.example:6379/0"}
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in addresses.items()), "utf-8")
    monkeypatch.setenv("CENTER_DATA_DIR", str(tmp_path / "var"))
    return load_settings()


def run_drill(*words: str) -> Result:
    return CliRunner().invoke(app, ["drill", *words])


def refused(result: Result, *sentences: str) -> None:
    assert result.exit_code == 1
    assert result.stderr.strip().count("\n") == 0
    for sentence in sentences:
        assert sentence in result.stderr


def as_drill(monkeypatch: pytest.MonkeyPatch, live: Settings, folder: Path) -> Settings:
    """The settings that a process of the drill reads from its environment."""
    folder.mkdir(parents=True)
    (folder / DRILL_FILE).touch()
    drill = Settings(**live.drill_settings(folder, CLOCK, port=8051))
    for name, value in drill.as_environment().items():
        monkeypatch.setenv(name, value)
    return drill


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    refused(run_drill("Z"), "There is no scenario 'Z'", "A-blue-to-orange", "J-worker-and-network-fail")


def test_a_scenario_of_an_hour_of_its_own_is_not_played_on_a_copy_of_another() -> None:
    refused(run_drill("G", "--from-live"), "Scenario G plays at 07:20")


@pytest.mark.parametrize("speed", ["0", "0.5", "61", "-3", "nan"])
def test_a_speed_out_of_range_is_refused(speed: str) -> None:
    refused(run_drill("D", "--speed", speed), "1 to 60 times")


def test_a_scenario_that_cannot_be_played_is_refused_with_its_place(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("schema: drill/1\nid: X\n", "utf-8")

    refused(run_drill(str(own)), "The scenario cannot be played: own.yaml")


def test_a_port_that_is_taken_is_refused_before_anything_is_copied(tmp_path: Path) -> None:
    import socket  # noqa: PLC0415 - one listener for one test

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused(run_drill("D", "--port", str(taken.getsockname()[1])), "choose another with --port")
    assert not (tmp_path / "var" / "drills").exists()


def test_a_centre_in_service_that_cannot_be_reached_is_named_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CENTER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    refused(run_drill("D", "--from-live", "--port", str(free_port())), "cannot be copied")
    assert list((tmp_path / "var" / "drills").iterdir()) == []


def test_settings_of_a_drill_lead_nowhere_but_into_its_folder(live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "drill"

    as_drill(monkeypatch, live, folder)
    read = load_settings()  # as its web process does, with the live centre's `.env` beside it

    assert read.database == f"sqlite:///{folder / 'center.sqlite'}"
    assert read.tracks == f"sqlite:///{folder / 'tracks.sqlite'}"
    assert read.redis == socket_url(folder / "valkey")
    assert (read.drill, read.center_options()["drill"]) == (CLOCK, CLOCK.as_row())
    assert read.public_url == "http://127.0.0.1:8051"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CENTER_DATABASE_URL", "postgresql://live:secret@db.example/center"),
        ("CENTER_DATABASE_URL", "sqlite:////srv/live/center.sqlite"),
        ("CENTER_TRACKS_URL", "sqlite:////srv/live/tracks.sqlite"),
        ("CENTER_REDIS_URL", "redis://redis.example:6379/0"),
    ],
)
def test_a_drill_on_the_database_or_redis_in_service_is_refused(
    live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    as_drill(monkeypatch, live, tmp_path / "drill")
    monkeypatch.setenv(variable, value)

    with pytest.raises(SystemExit, match="own copy") as no:
        load_settings()

    assert variable in str(no.value)
    assert "secret" not in str(no.value)


def test_an_emptied_variable_does_not_let_the_env_file_lead_a_drill_to_the_live_redis(
    live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_drill(monkeypatch, live, tmp_path / "drill")
    monkeypatch.setenv("CENTER_REDIS_URL", "")

    with pytest.raises(SystemExit, match="CENTER_REDIS_URL leads elsewhere"):
        load_settings()


def test_a_drills_folder_is_not_opened_as_the_centre_in_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / DRILL_FILE).touch()

    with pytest.raises(SystemExit, match="holds a drill"):
        load_settings()


def test_the_folder_in_service_is_not_opened_as_a_drill(live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drill = as_drill(monkeypatch, live, tmp_path / "drill")
    (drill.data_dir / DRILL_FILE).unlink()

    with pytest.raises(SystemExit, match="holds no drill"):
        load_settings()


def test_a_drill_does_not_start_from_a_drill(live: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_drill(monkeypatch, live, tmp_path / "drill")

    refused(run_drill("D"), "This is a drill already")


def test_its_supervisor_starts_a_valkey_of_its_own(live: Settings, tmp_path: Path) -> None:
    (tmp_path / "drill").mkdir()
    drill = Settings(**live.drill_settings(tmp_path / "drill", CLOCK, port=8051))

    orders = Orders.from_environment(drill.as_environment())

    assert (orders.is_drill, orders.speed, orders.redis_url) == (True, 7.5, "")
    assert not Orders.from_environment(live.as_environment()).is_drill
    assert Orders.from_environment(live.as_environment()).redis_url == live.redis_url
