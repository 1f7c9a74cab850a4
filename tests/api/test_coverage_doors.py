"""The circle over HTTP and on the stream: a road is closed, and within a second every screen knows who is outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.waiting import eventually


def test_the_circle_is_read_by_the_desk_and_the_wall_and_by_nobody_else(web: Web, desk: httpx.Client, stranger: httpx.Client) -> None:
    told = desk.get("/api/v1/coverage").json()

    assert (told["free_units"], told["weather"], told["limit_s"], told["closed_roads"]) == (16, "dry", 300, 0)
    assert (told["demand_share"], told["outside_count"]) == (1, 0), "in dry weather sixteen units reach everybody"
    assert told["areas"].keys() == {"A1", "A2", "A3", "A4"}
    desk.post("/api/v1/measurements", json={"metric": "snow_depth_cm", "value": 3.0}).raise_for_status()
    web.carry()
    white = eventually(lambda: (seen := desk.get("/api/v1/coverage").json())["weather"] == "snow" and seen)
    assert len(white["outside"]) == min(200, white["outside_count"]) > 0
    assert web.client(Role.DISPLAY).get("/api/v1/coverage").json()["demand_share"] == white["demand_share"]
    assert stranger.get("/api/v1/coverage").status_code == 401


def test_rings_are_lines_a_map_can_draw(desk: httpx.Client) -> None:
    answer = desk.get("/api/v1/coverage/rings")

    drawn = answer.json()["rings"]
    assert [one["within_s"] for one in drawn] == [180, 300, 480, None]
    assert all(len(line) > 1 and len(line[0]) == 2 for one in drawn for line in one["lines"])
    assert answer.num_bytes_downloaded < 60_000, "over a bad line"


@pytest.mark.parametrize("hours", ["0", "-1", "1000", "x", "NaN"])
def test_a_history_of_no_time_is_refused(desk: httpx.Client, hours: str) -> None:
    assert desk.get("/api/v1/coverage/history", params={"hours": hours}).status_code == 422


def test_a_closed_road_reaches_the_circle_its_history_and_every_screen(web: Web, desk: httpx.Client) -> None:
    before = desk.get("/api/v1/coverage").json()
    station = web.center.catalogue.stations["YY"].point
    corners = [(1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1)]
    line = [{"lat": station.lat + north * 0.00225, "lon": station.lon + east * 0.0028} for north, east in corners]
    with desk.stream("GET", "/api/v1/stream") as stream:
        events = told(stream)
        desk.post("/api/v1/closures", json={"line": line}).raise_for_status()
        web.carry()
        seen = next(figures for name, figures in events if name == "coverage")

    assert seen["closed_roads"] == 1
    assert seen["demand_share"] < before["demand_share"]
    kept = eventually(lambda: desk.get("/api/v1/coverage/history").json()["readings"][1:])
    assert kept[-1]["demand_share"] == pytest.approx(seen["demand_share"], abs=1e-3)


def told(stream: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    """Events of the stream as they come."""
    name = ""
    for row in stream.iter_lines():
        if row.startswith("event: "):
            name = row.removeprefix("event: ")
        elif row.startswith("data: "):
            yield name, json.loads(row.removeprefix("data: "))


def test_standby_points_are_asked_for_by_the_desk_and_read_by_everyone_who_sees_the_board(web: Web, desk: httpx.Client) -> None:
    assert desk.get("/api/v1/standby").json() == {"standby": None}

    advice = desk.post("/api/v1/standby").json()["standby"]

    assert desk.get("/api/v1/standby").json()["standby"] == advice
    assert advice["share_after"] >= advice["share_before"]
    assert web.client(Role.CREW, unit_id="patrol-01").post("/api/v1/standby").status_code == 403


def test_a_past_watch_is_looked_back_on_and_a_time_that_is_none_is_refused(desk: httpx.Client) -> None:
    desk.post("/api/v1/incidents", json={"kind": "E107", "place_id": "XQ001"}).raise_for_status()
    watch = {"since": "2026-03-02T08:00:00+08:00", "until": "2026-03-03T08:00:00+08:00"}

    report = desk.get("/api/v1/hindsight", params=watch).json()

    assert [one["real_s"] for one in report["incidents"]] == [None]
    assert report["incidents"][0]["floor_s"] > 0
    for wrong in (
        {"until": watch["since"]},
        {"until": "2026-04-03T08:00:00+08:00"},
        {"since": "yesterday"},
        {"since": "2026-03-02T08:00:00"},
    ):
        assert desk.get("/api/v1/hindsight", params=watch | wrong).status_code == 422
