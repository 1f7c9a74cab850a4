"""A drill over HTTP: its mark on every answer, its doors, its own cookie, and devices that know nothing of its clock."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from command_center.center import Center
from command_center.domain.rights import Actor, Role
from command_center.services import access
from tests.api.conftest import Web
from tests.builders import as_drill, take_test_call
from tests.conftest import Clock
from tests.waiting import eventually

SPEED = 10.0
PAGES = ("/wall", "/console", "/drill", "/sign-in", "/m?unit=patrol-01", "/api/docs", "/nowhere")
MARK = "演练 DRILL"
ADMIN = Actor(name="admin", role=Role.ADMIN)


@pytest.fixture
def open_center(open_center: Callable[[], Center], clock: Clock) -> Callable[[], Center]:
    """Every centre of these tests is the same drill."""
    began = clock.moment
    return lambda: as_drill(open_center(), began, SPEED)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_marked(desk: httpx.Client, page: str) -> None:
    answer = desk.get(page, headers={"Accept": "text/html"})

    assert re.search(r"<html [^>]*\bdata-drill\b", answer.text)
    title = re.search("<title>(.*?)</title>", answer.text)
    assert title is not None
    assert title.group(1).startswith(MARK)


def test_the_style_that_every_page_loads_writes_the_mark_across_it_and_takes_no_click(desk: httpx.Client) -> None:
    style = desk.get("/assets/theme.css").text

    rule = re.search(r"html\[data-drill\] body::after \{(.*?)\}", style, re.DOTALL)
    assert rule is not None
    assert f'content: "{MARK}"' in rule.group(1)
    assert "pointer-events: none" in rule.group(1)


@pytest.mark.parametrize("path", ["/api/v1/board", "/api/v1/nothing", "/healthz", "/assets/theme.css", "/sign-in"])
def test_every_answer_says_that_it_is_of_a_drill(desk: httpx.Client, path: str) -> None:
    assert desk.get(path).headers["X-Drill"] == "1"


def test_a_drill_is_begun_noted_read_and_ended(desk: httpx.Client, clock: Clock) -> None:
    started = desk.post("/api/v1/drill/begin").json()["started_at"]
    clock.advance(30)
    assert desk.post("/api/v1/drill/begin").json()["started_at"] == started

    assert desk.post("/api/v1/drill/steps", json={"step": "step-1"}).status_code == 200
    assert desk.post("/api/v1/drill/steps", json={"step": "dance"}).status_code == 422
    state = desk.get("/api/v1/drill").json()
    assert (state["scenario"], state["speed"], state["elapsed_s"], state["played"]) == ("D-boat-or-not", SPEED, 30.0, ["step-1"])
    assert "大雨已下了四个小时" in desk.get("/drill").text

    clock.advance(1000)
    ended = desk.post("/api/v1/drill/end", json={"reason": "enough"}).json()
    assert (ended["ended_at"] is not None, ended["judged"], ended["met"]) == (True, 5, 0)
    assert desk.get("/api/v1/drill/score").json()["expectations"] == ended["expectations"]
    assert "Refresh" not in desk.get("/drill").headers


def test_the_page_looks_again_by_itself_and_its_button_ends_the_drill(desk: httpx.Client) -> None:
    desk.post("/api/v1/drill/begin")
    running = desk.get("/drill", headers={"Cookie": "lang=en"})

    answer = desk.post("/drill/end")

    assert running.headers["Refresh"] == "5"
    assert "End the drill" in running.text
    assert (answer.status_code, answer.headers["Location"]) == (303, "/drill")
    assert desk.get("/api/v1/drill").json()["ended_at"] is not None


def test_what_the_director_does_is_for_the_desk(web: Web) -> None:
    crew, wall = web.client(Role.CREW, "patrol-01"), web.client(Role.DISPLAY)

    assert crew.post("/api/v1/drill/begin").status_code == 403
    assert wall.post("/api/v1/drill/end").status_code == 403
    assert crew.get("/api/v1/drill/score").status_code == 200


def test_the_board_tells_browsers_how_fast_the_clock_runs(desk: httpx.Client) -> None:
    assert desk.get("/api/v1/board").json()["speed"] == SPEED


def test_a_session_of_the_drill_does_not_take_the_place_of_the_one_in_service(web: Web, stranger: httpx.Client) -> None:
    access.create_account(web.center, "Li Na", Role.DUTY_OFFICER, ADMIN, passphrase="correct horse")
    before = access.sign_in(web.center, "Li Na", "correct horse")
    stranger.cookies.set("center_session", before)
    assert stranger.get("/api/v1/board").status_code == 200

    signed_in = stranger.post("/sign-in", data={"name": "Li Na", "passphrase": "correct horse"})

    (name,) = [cookie.partition("=")[0] for cookie in signed_in.headers.get_list("set-cookie")]
    assert name.startswith("center_drill_2026")
    assert stranger.cookies["center_session"] == before
    stranger.post("/sign-out")
    assert stranger.cookies.get(name) is None
    assert access.caller_of(web.center, before) is not None


def test_a_tracker_with_the_walls_clock_is_believed(web: Web, stranger: httpx.Client, clock: Clock) -> None:
    assert web.center.drill is not None
    real = web.center.drill.started_at + timedelta(seconds=60)
    clock.advance(60 * SPEED)

    answer = stranger.post("/api/v1/positions", json=[{"unit": "patrol-01", "at": real.isoformat(), "lat": 36.7, "lon": 119.14}])

    assert answer.json() == {"accepted": 1, "rejected": {}}
    stored = eventually(web.center.tracks.latest)
    assert stored["patrol-01"].at == web.center.drill.at(real) == clock.moment


def test_a_crews_tap_with_the_walls_clock_is_put_in_the_drills_time(web: Web, desk: httpx.Client, clock: Clock) -> None:
    assert web.center.drill is not None
    incident = take_test_call(web.center)
    (assignment,) = desk.post(f"/api/v1/incidents/{incident.incident_id}/dispatch", json={"units": ["patrol-01"]}).json()["assignments"]
    clock.advance(300)
    tapped = web.center.drill.started_at + timedelta(seconds=12)

    crew = web.client(Role.CREW, "patrol-01")
    crew.post(f"/api/v1/assignments/{assignment}/status", json={"status": "acknowledged", "at": tapped.isoformat()})

    (story,) = desk.get(f"/api/v1/incidents/{incident.incident_id}").json()["assignments"]
    assert story["acknowledged_at"] == (web.center.drill.clock_at + timedelta(seconds=120)).isoformat().replace("+00:00", "Z")
