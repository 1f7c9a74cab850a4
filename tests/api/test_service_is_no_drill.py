"""A centre in service carries no mark of a drill and has no doors of one."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from command_center.catalogue.scenarios import find_scenario, load_scenario
from command_center.db.tables import Incident
from command_center.domain.drill_clock import DrillClock
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.conftest import Clock
from workers.director.performance import Performance
from workers.director.running import call_up
from workers.director.stage import Stage
from workers.drill.line import Line, LineDown


@pytest.mark.parametrize("path", ["/api/v1/drill", "/api/v1/drill/score"])
def test_there_is_no_drill_to_read(desk: httpx.Client, path: str) -> None:
    answer = desk.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_a_drill")


@pytest.mark.parametrize("path", ["/api/v1/drill/begin", "/api/v1/drill/end"])
def test_none_can_be_begun_or_ended(desk: httpx.Client, path: str) -> None:
    assert desk.post(path).status_code == 404


def test_its_page_says_so_in_both_languages(desk: httpx.Client) -> None:
    assert "这里不是演练" in desk.get("/drill").text
    assert "This is no drill" in desk.get("/drill", headers={"Cookie": "lang=en"}).text


@pytest.mark.parametrize("path", ["/wall", "/sign-in", "/m?unit=patrol-01"])
def test_no_page_is_marked(desk: httpx.Client, path: str) -> None:
    answer = desk.get(path)

    assert "data-drill" not in answer.text
    assert "X-Drill" not in answer.headers


def test_its_clock_runs_at_the_walls_speed(desk: httpx.Client) -> None:
    assert desk.get("/api/v1/board").json()["speed"] == 1.0


def test_no_director_plays_there(web: Web, clock: Clock) -> None:
    file = find_scenario("D")
    assert file is not None
    center, drill = web.center, DrillClock(started_at=clock.moment, clock_at=clock.moment + timedelta(hours=1), speed=1)
    with closing(Line(web.url, lambda: web.token(Role.DUTY_OFFICER))) as line:
        line.open()
        exercise = call_up(center.catalogue, center.roads, line, drill, seed="test", now=clock.moment)
        stage = Stage(line=line, exercise=exercise, places=center.catalogue.places, folder=center.folder)

        with pytest.raises(LineDown, match="no drill"):
            Performance.begin(load_scenario(file, center.catalogue), stage, clock.moment)

    with center.read() as session:
        assert session.query(Incident).count() == 0
