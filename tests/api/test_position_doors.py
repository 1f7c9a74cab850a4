"""What phones and trackers send: each dialect, each kind of nonsense, and whose word counts."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.builders import MORNING
from tests.waiting import eventually

NOW_S = int(MORNING.timestamp())
HERE = {"lat": 36.6985, "lon": 119.145}
FIX = {"unit": "patrol-01", "at": MORNING.isoformat(), **HERE}


def position_of(client: httpx.Client, unit: str = "patrol-01") -> list[Any]:
    """The row of a unit on the board: [unit, lat, lon, km/h, heading, battery, at, accuracy]; waits until it is there."""

    def look() -> list[Any] | None:
        rows = client.get("/api/v1/board").json()["positions"]["v"]
        return next((row for row in rows if row[0] == unit), None)

    found = eventually(look)
    assert found is not None
    return found


def test_osmand_by_query(desk: httpx.Client, stranger: httpx.Client) -> None:
    query: dict[str, str | float] = {"id": "patrol-01", **HERE, "timestamp": NOW_S, "speed": 10, "bearing": 90, "accuracy": 5, "batt": 81.5}

    answer = stranger.get("/api/v1/positions/osmand", params=query)

    assert answer.json() == {"accepted": 1, "rejected": {}}
    row = position_of(desk)
    assert row[:3] == ["patrol-01", 36.6985, 119.145]
    assert row[3] == pytest.approx(18.52), "knots become km/h"
    assert row[4:6] == [90, 81.5]


def test_osmand_by_form_with_milliseconds_and_a_call_sign(desk: httpx.Client, stranger: httpx.Client) -> None:
    form = {"id": "巡01", "location": "36.6985,119.145", "timestamp": str(NOW_S * 1000)}

    assert stranger.post("/api/v1/positions/osmand", data=form).json()["accepted"] == 1

    assert position_of(desk)[6] == MORNING.isoformat().replace("+00:00", "Z")


def test_the_newer_traccar_body(desk: httpx.Client, stranger: httpx.Client) -> None:
    coords = {"latitude": HERE["lat"], "longitude": HERE["lon"], "speed": 5, "heading": 270, "accuracy": 4.2}
    body = {"device_id": "patrol-01", "location": {"timestamp": MORNING.isoformat(), "coords": coords, "battery": {"level": 0.5}}}

    assert stranger.post("/api/v1/positions/osmand", json=body).json()["accepted"] == 1

    row = position_of(desk)
    assert row[3:6] == [18.0, 270, 50]


def test_owntracks_with_the_unit_as_basic_user(desk: httpx.Client, stranger: httpx.Client) -> None:
    body = {"_type": "location", **HERE, "tst": NOW_S, "vel": 30, "cog": 10, "batt": 70, "acc": 3}

    answer = stranger.post("/api/v1/positions/owntracks", json=body, auth=("patrol-01", ""))

    assert (answer.status_code, answer.json()) == (200, [])
    assert position_of(desk)[3:6] == [30, 10, 70]


def test_owntracks_is_thanked_for_whatever_else_it_sends(stranger: httpx.Client) -> None:
    for body in ("", " ", '{"_type":"waypoint"}', '{"_type":"lwt"}', "[]", "null", '{"_type":"location"}'):
        answer = stranger.post("/api/v1/positions/owntracks", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()) == (200, []), body


def test_a_batch_is_judged_row_by_row(desk: httpx.Client, stranger: httpx.Client) -> None:
    later = MORNING.isoformat().replace("01:00:00", "00:59:30")
    rows: list[Any] = [
        FIX | {"at": later},
        FIX | {"at": later},
        FIX,
        FIX | {"at": later},
        FIX | {"unit": "patrol-02", "lat": "36.7"},
        FIX | {"unit": "patrol-99"},
        "patrol-01",
    ]

    answer = stranger.post("/api/v1/positions", json=rows)

    assert answer.json() == {"accepted": 2, "rejected": {"duplicate": 1, "out_of_order": 1, "malformed": 2, "unknown_unit": 1}}
    assert position_of(desk)[1:3] == [36.6985, 119.145]


KNOWN = {"unit": "patrol-02", "at": "2026-03-02T00:59:50Z"}
"""Changes FIX into one of a unit that was believed ten seconds before."""

IMPOSSIBLE_FIXES: list[tuple[dict[str, Any], str]] = [
    ({"lat": float("nan")}, "not_finite"),
    ({"lat": float("inf")}, "not_finite"),
    ({"lat": 0, "lon": 0}, "null_island"),
    ({"lat": 91}, "out_of_range"),
    ({"lon": -181}, "out_of_range"),
    ({"lat": 31.2, "lon": 121.5}, "outside_district"),
    ({"lat": "36.6985"}, "malformed"),
    ({"lat": True}, "malformed"),
    ({"lat": None}, "malformed"),
    ({"lat": 10**400}, "malformed"),
    ({"lat": [36.7]}, "malformed"),
    ({"at": "yesterday"}, "malformed"),
    ({"at": 1e300}, "malformed"),
    ({"at": {"s": 1}}, "malformed"),
    ({"at": None}, "no_time"),
    ({"at": "2031-03-02T01:00:00Z"}, "future"),
    ({"at": "0001-01-01T00:00:00+14:00"}, "malformed"),
    ({"at": "2001-01-01T00:00:00Z"}, "too_old"),
    ({"unit": 7}, "malformed"),
    ({"unit": "x" * 1000}, "malformed"),
    ({"unit": "\0"}, "malformed"),
    (KNOWN | {"at": MORNING.isoformat(), "lat": HERE["lat"] + 0.02}, "jump"),
    (KNOWN | {"at": "2026-03-02T00:59:40Z"}, "out_of_order"),
    (KNOWN | {"lat": HERE["lat"] + 0.001}, "duplicate"),
]


def test_a_fix_that_cannot_be_true_moves_nothing(stranger: httpx.Client, desk: httpx.Client) -> None:
    assert stranger.post("/api/v1/positions", json=[FIX | KNOWN]).json()["accepted"] == 1

    for changed, reason in IMPOSSIBLE_FIXES:
        answer = stranger.post("/api/v1/positions", content=json.dumps([FIX | changed]), headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()) == (200, {"accepted": 0, "rejected": {reason: 1}}), changed

    position_of(desk, "patrol-02")
    assert [row[:3] for row in desk.get("/api/v1/board").json()["positions"]["v"]] == [["patrol-02", HERE["lat"], HERE["lon"]]]


def test_why_a_tracker_does_not_appear_is_told_to_who_sets_it_up(web: Web, stranger: httpx.Client) -> None:
    stranger.post("/api/v1/positions", json=[FIX, FIX, FIX | {"unit": "巡03", "lat": "36.7"}, FIX | {"unit": "truck-9"}])
    admin = web.client(Role.ADMIN)

    told = eventually(lambda: (found := admin.get("/api/v1/positions/rejected").json())["strangers"] and found)

    assert told["by_reason"] == {"duplicate": 1, "malformed": 1, "unknown_unit": 1}
    assert told["units"] == {"patrol-01": {"duplicate": 1}, "patrol-03": {"malformed": 1}}
    assert told["strangers"] == [{"name": "truck-9", "last_at": MORNING.isoformat().replace("+00:00", "Z")}]


def test_crews_displays_and_strangers_are_not_told(web: Web, stranger: httpx.Client) -> None:
    asked = [web.client(Role.CREW, "patrol-01"), web.client(Role.DISPLAY), stranger]

    assert [client.get("/api/v1/positions/rejected").status_code for client in asked] == [403, 403, 401]


def test_a_side_reading_that_cannot_be_true_does_not_cost_the_fix(desk: httpx.Client, stranger: httpx.Client) -> None:
    odd = {"speed_kmh": -5, "heading_deg": 1e9, "accuracy_m": "near", "battery_pct": 400}

    assert stranger.post("/api/v1/positions", json=[FIX | odd]).json()["accepted"] == 1

    assert position_of(desk)[3:6] == [None, None, None]


UNREADABLE_FEEDS = [
    ("", b"{}", 422, "invalid"),
    ("", b"{", 400, "malformed"),
    ("", b"\xff", 400, "malformed"),
    ("", b"[" * 100_000, 400, "malformed"),
    ("", b"[" + b"{}," * 1000 + b"{}]", 422, "invalid"),
    ("/osmand", b"[]", 400, "malformed"),
    ("/osmand?lat=1&lon=1", b"", 400, "malformed"),
    ("/osmand?id=patrol-99&lat=1&lon=1&timestamp=1", b"", 400, "malformed"),
    ("/owntracks", b"{", 400, "malformed"),
]


def test_a_feed_that_cannot_be_read_is_refused(stranger: httpx.Client) -> None:
    for path, body, status, code in UNREADABLE_FEEDS:
        answer = stranger.post(f"/api/v1/positions{path}", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (status, code), path


def test_a_device_that_names_no_unit_of_ours_is_told_so(stranger: httpx.Client) -> None:
    answer = stranger.get("/api/v1/positions/osmand", params={"id": "truck-9", **HERE, "timestamp": NOW_S})

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_unit")


def test_a_crew_sends_for_its_own_unit_only(web: Web) -> None:
    phone = web.client(Role.CREW, "patrol-01")

    own = phone.post("/api/v1/positions", json=[{key: value for key, value in FIX.items() if key != "unit"}])
    other = phone.post("/api/v1/positions", json=[FIX | {"unit": "patrol-02"}])

    assert own.json()["accepted"] == 1
    assert (other.status_code, other.json()["code"]) == (403, "not_permitted")


def test_a_display_sends_nothing(web: Web) -> None:
    assert web.client(Role.DISPLAY).post("/api/v1/positions", json=[FIX]).status_code == 403


class TestWhereDevicesNeedATokenOfTheirOwn:
    @pytest.fixture
    def device_tokens(self) -> bool:
        return True

    def test_a_feed_without_one_is_refused(self, stranger: httpx.Client) -> None:
        answer = stranger.post("/api/v1/positions", json=[FIX])

        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert stranger.get("/api/v1/positions/osmand", params={"token": "wrong"}).status_code == 401

    def test_it_may_come_in_the_query_as_basic_password_or_as_bearer(self, web: Web, stranger: httpx.Client) -> None:
        token = web.token(Role.CREW, "patrol-01")
        query: dict[str, str | float] = {"id": "patrol-01", **HERE, "timestamp": NOW_S, "token": token}
        track = {"_type": "location", **HERE, "tst": NOW_S + 1}

        assert stranger.get("/api/v1/positions/osmand", params=query).status_code == 200
        assert stranger.post("/api/v1/positions/owntracks", json=track, auth=("phone", token)).status_code == 200
        assert web.client(Role.CREW, "patrol-01").post("/api/v1/positions", json=[FIX]).status_code == 200
