"""The drill against a whole running centre, through its HTTP doors only."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from command_center.catalogue import load_catalogue
from command_center.domain.geo import Point, distance_m
from command_center.roads import RoadNetwork
from tests.e2e.conftest import ROOT, RunningCentre, free_port
from tests.waiting import eventually
from workers.drill.exercise import Exercise, muster
from workers.drill.habits import Habits
from workers.drill.line import Line
from workers.drill.running import take_turn

PROMPT = Habits(silent_share=0.0, decline_share=0.0)
EARLIER = timedelta(minutes=25)
"""The exercise's clock starts so long ago and runs as fast as the centre answers: the doors take yesterday's fixes, not tomorrow's."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def quiet() -> Iterator[RunningCentre]:
    """A centre of its own: a drill leaves its mark on every unit."""
    with tempfile.TemporaryDirectory(prefix="center-drill-", dir="/tmp") as folder:
        running = RunningCentre(data_dir=Path(folder), port=free_port())
        running.start()
        yield running
        assert running.stop() == 0, running.log.read_text("utf-8", "replace")[-4000:]


@pytest.fixture
def line(quiet: RunningCentre) -> Iterator[Line]:
    with closing(Line(quiet.url, lambda: quiet.token("duty_officer"))) as line:
        yield line


def exercise_at(quiet: RunningCentre, line: Line, now: datetime) -> Exercise:
    roads = RoadNetwork.load(quiet.data_dir / "roads.npz")
    return muster(load_catalogue(), roads, seed=3, now=now, last_known=line.last_known, calls_per_hour=0.0, habits=PROMPT)


def board_of(client: httpx.Client) -> dict[str, Any]:
    board: dict[str, Any] = client.get("/api/v1/board").json()
    return board


def incident_of(client: httpx.Client, incident_id: int) -> dict[str, Any]:
    incident: dict[str, Any] = client.get(f"/api/v1/incidents/{incident_id}").json()["incident"]
    return incident


def test_a_crew_that_an_officer_sends_arrives_and_the_clock_stops(quiet: RunningCentre, line: Line) -> None:
    now = datetime.now(UTC) - EARLIER
    line.open()
    exercise = exercise_at(quiet, line, now)
    with quiet.client("duty_officer") as officer:
        place = next(iter(load_catalogue().places.values()))
        taken = officer.post("/api/v1/incidents", json={"kind": "E125", "place_id": place.id, "join": "new"}).json()
        sent = officer.post(f"/api/v1/incidents/{taken['id']}/dispatch", json={"units": ["patrol-02"]})
        assert sent.status_code == 201, sent.text

        for _ in range(int(EARLIER.total_seconds())):
            now += timedelta(seconds=1)
            take_turn(line, exercise, now)
            if "on_scene" in [row["status"] for row in line.board.rows("assignment")]:
                break

        incident = incident_of(officer, taken["incident_id"])
        assert incident["status"] == "on_scene"
        assert incident["on_scene_at"] is not None
        shown = {row[0]: row for row in board_of(officer)["positions"]["v"]}
        assert distance_m(Point(shown["patrol-02"][1], shown["patrol-02"][2]), place.point) < 60
        assert len(shown) == 16


def test_a_token_that_is_no_longer_taken_is_replaced(quiet: RunningCentre) -> None:
    tokens = iter(["of yesterday", quiet.token("duty_officer")])

    with closing(Line(quiet.url, lambda: next(tokens))) as line:
        line.open()

        assert line.is_open
        assert line.board.rows("unit")


@pytest.fixture
def drill(quiet: RunningCentre) -> Iterator[None]:
    """The drill as a process of its own, beside the quiet centre; it has to end when it is told to."""
    environment = quiet.environment | {"CENTER_CALLS_PER_HOUR": "6"}
    log = (quiet.data_dir / "drill.log").open("ab")
    with log, subprocess.Popen([sys.executable, "-m", "workers", "drill"], cwd=ROOT, env=environment, stderr=log) as process:
        yield
        process.terminate()
        assert process.wait(5) == 0


def test_the_process_brings_a_centre_to_life_and_survives_a_restart_of_the_web(quiet: RunningCentre, drill: None) -> None:
    with quiet.client("duty_officer") as officer:
        eventually(lambda: len(moving(board_of(officer))) >= 3, within_s=30, every_s=0.3)
        eventually(lambda: simulated(board_of(officer)), within_s=30, every_s=0.3)

        assert quiet.process is not None
        (web,) = [child for child in psutil.Process(quiet.process.pid).children() if child.cmdline()[-2:] == ["command_center", "web"]]
        web.kill()
        web.wait(5)
        killed_at = datetime.now(UTC)
        eventually(lambda: not web.is_running() and quiet.is_well(), within_s=30, every_s=0.3)
        eventually(lambda: moving(board_of(officer), since=killed_at), within_s=30, every_s=0.3)


def moving(board: dict[str, Any], since: datetime = LONG_AGO) -> list[str]:
    """Units whose last position, told after `since`, has a speed."""
    return [row[0] for row in board["positions"]["v"] if row[3] and datetime.fromisoformat(row[6]) > since]


def simulated(board: dict[str, Any]) -> list[str]:
    return [row["number"] for row in board["rows"] if row["kind"] == "incident" and row["is_simulated"]]
