"""The drill against a whole running centre, through its HTTP doors only, and what a desk and a wall see of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from command_center.catalogue import load_catalogue
from command_center.domain.geo import Point, distance_m
from command_center.roads import RoadNetwork
from tests.browsing import keep_sights, watch
from tests.e2e.conftest import ROOT, RunningCentre, free_port
from tests.e2e.test_console import docked, fill_call, open_console
from tests.waiting import eventually
from workers.drill.exercise import Exercise, muster
from workers.drill.habits import Habits
from workers.drill.line import Line
from workers.drill.running import take_turn

PROMPT = Habits(silent_share=0.0, decline_share=0.0)
AT_THE_WHEEL = Habits(
    silent_share=0.0,
    decline_share=0.0,
    answer_s=(0.0, 1.0),
    turnout_s=(0.0, 1.0),
    under_way_at_start=0,
    first_halt_s=(3600.0, 3600.0),
)
"""Crews that sit in their vehicles where they stand: what they do takes no longer than the drive."""

GARDEN = "XQ001"
"""樱南花园: typed `ynhy`."""

DRIVEN_M = 75.0

KEEPS_STATES = """unit => { window.states = [];
  document.addEventListener('cc:rows', ({detail}) => detail.rows.forEach(row => {
    if (row.kind === 'unit' && row.id === unit && window.states.at(-1) !== row.status) window.states.push(row.status); })); }"""
"""A screen that remembers what it was told of a unit: some of it lasts for a second only."""
EARLIER = timedelta(minutes=25)
"""The exercise's clock starts so long ago and runs as fast as the centre answers: the doors take yesterday's fixes, not tomorrow's."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def quiet(empty_database: Callable[[], dict[str, str]]) -> Iterator[RunningCentre]:
    """A centre of its own: a drill leaves its mark on every unit."""
    with tempfile.TemporaryDirectory(prefix="center-drill-", dir="/tmp") as folder:
        running = RunningCentre(data_dir=Path(folder), port=free_port(), settings=empty_database())
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


# ---- what a desk and a wall see of it --------------------------------------------------------------------------------------------


def on_its_way(quiet: RunningCentre, unit_id: str, destination: Point) -> Point:
    """The corner of a unit's way to a place at which DRIVEN_M or a little more are left to drive."""
    roads = RoadNetwork.load(quiet.data_dir / "roads.npz")
    way = roads.route(load_catalogue().vehicles[unit_id].home, destination).points
    corners = [Point(float(lat), float(lon)) for lat, lon in way]
    return next(corner for corner in reversed(corners) if distance_m(corner, destination) >= DRIVEN_M)


@contextmanager
def driving(quiet: RunningCentre, line: Line, unit_id: str, stands_at: Point) -> Iterator[None]:
    """The simulator beside the centre, second by second of the wall's clock, one of its vehicles where the test wants it."""
    line.open()
    last_known = {unit_id: [unit_id, stands_at.lat, stands_at.lon, None, None, 80.0, None, None]}
    exercise = muster(
        load_catalogue(),
        RoadNetwork.load(quiet.data_dir / "roads.npz"),
        seed=3,
        now=datetime.now(UTC),
        last_known=last_known,
        calls_per_hour=0.0,
        habits=AT_THE_WHEEL,
    )
    stopping = threading.Event()

    def drive() -> None:
        while not stopping.wait(1.0):
            take_turn(line, exercise, datetime.now(UTC))

    wheel = threading.Thread(target=drive, name="wheel")
    wheel.start()
    try:
        yield
    finally:
        stopping.set()
        wheel.join()


@pytest.fixture
def room(quiet: RunningCentre, browser: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Page, Page]]:
    """The duty officer's console and the wall beside it, each in a browser of its own; both without a fault at the end."""
    problems: list[str] = []
    pages = []
    for role in ("duty_officer", "display"):
        context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai")
        quiet.sign_in(context, role)
        pages.append(context.new_page())
        watch(pages[-1], quiet.url, problems)
    yield pages[0], pages[1]
    keep_sights(request.node, pages)
    for page in pages:
        page.context.close()
    assert not problems


def shown_place(wall: Page, unit_id: str) -> Point | None:
    """Where the wall has a unit's marker."""
    place = wall.evaluate("id => cc.unitPlace(id)", unit_id)
    return None if place is None else Point(*place)


def seconds_pass(page: Page, count: int) -> None:
    """Let a page's own clock strike so often."""
    for _ in range(count):
        page.evaluate("new Promise(done => document.addEventListener('cc:second', () => done(), {once: true}))")


def test_the_keys_of_a_call_bring_a_vehicle_to_the_scene_and_the_wall_stops_the_clock(
    quiet: RunningCentre, line: Line, room: tuple[Page, Page]
) -> None:
    console, wall = room
    scene = load_catalogue().places[GARDEN].point
    start = on_its_way(quiet, "patrol-01", scene)
    with driving(quiet, line, "patrol-01", start), quiet.client("duty_officer") as officer:
        wall.goto(f"{quiet.url}/wall")
        open_console(console, quiet)
        eventually(lambda: (at := shown_place(wall, "patrol-01")) and distance_m(at, start) < 20, within_s=20)
        wall.evaluate(KEEPS_STATES, "patrol-01")

        keys = fill_call(console, digit="4", place="ynhy")
        keys.press("Control+Enter")
        docked(console, "incident")
        print(f"{keys.presses} keys in {keys.seconds:.1f} s")  # noqa: T201 - how fast a test types is worth knowing and proves nothing

        (incident,) = eventually(lambda: [row for row in board_of(officer)["rows"] if row["kind"] == "incident" and row["type"] == "E109"])
        told = wall.locator(f".wall .inc[data-incident='{incident['id']}']")
        expect(told).to_contain_text("樱南花园")
        marker = wall.locator(".map-box .mk.unit", has_text="巡01")
        expect(marker).to_have_attribute("data-state", "on_scene", timeout=30_000)
        expect(told.locator(".clock[data-stop]")).to_have_count(1)
        expect(told).to_contain_text("到场")
        arrived = shown_place(wall, "patrol-01")
        stopped_at = told.locator(".clock").inner_text()
        seconds_pass(wall, 3)

        assert told.locator(".clock").inner_text() == stopped_at
        assert wall.evaluate("window.states") == ["dispatched", "en_route", "on_scene"]
        assert "overdue" not in (told.get_attribute("class") or "")
        assert arrived is not None
        assert distance_m(arrived, scene) < 45 < distance_m(start, scene)
        kept = incident_of(officer, int(incident["id"]))
        assert timedelta(0) < moment(kept["on_scene_at"]) - moment(kept["reported_at"]) < timedelta(minutes=5)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


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
