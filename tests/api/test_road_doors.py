"""Closed roads over HTTP: closed in three ways, guarded, opened; who may look and who may act."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from command_center.domain.geo import to_gcj02
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.waiting import eventually


def closed(desk: httpx.Client, **order: object) -> str:
    answer = desk.post("/api/v1/closures", json=order)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def standing(desk: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get("/api/v1/closures").json()["closures"]
    return found


def test_a_street_is_chosen_from_the_list_and_closed_until_somebody_opens_it(desk: httpx.Client) -> None:
    street = desk.get("/api/v1/streets").json()["streets"][3]

    closure = closed(desk, street=street["en"], guard="巡02", reason="路面塌陷")

    (row,) = standing(desk)
    assert (row["id"], row["name"], row["guard_unit_id"], row["state"]) == (closure, street, "patrol-02", "closed")
    assert desk.post(f"/api/v1/closures/{closure}/reopen").status_code == 200
    assert standing(desk) == []
    (ended,) = desk.get("/api/v1/closures", params={"state": "all"}).json()["closures"]
    assert (ended["state"], ended["gone"]) == ("reopened", True)


def test_a_line_drawn_on_a_chinese_map_closes_what_it_crosses(web: Web, desk: httpx.Client) -> None:
    street = web.center.roads.streets[0]
    middle = web.center.roads.lines_of(street.zh)[0][5]
    corners = [to_gcj02(type(middle)(middle.lat + north, middle.lon + east)) for north, east in ((-6e-4, 2e-4), (6e-4, 2e-4))]

    closed(desk, line=[{"lat": it.lat, "lon": it.lon, "datum": "gcj02"} for it in corners])

    assert street.zh in standing(desk)[0]["name"]["zh"]


def test_the_same_key_closes_once(desk: httpx.Client) -> None:
    answers = [
        desk.post("/api/v1/closures", json={"place_id": "XQ001"}, headers={"Idempotency-Key": "close-1"}).json()["id"] for _ in range(2)
    ]

    assert len(set(answers)) == len(standing(desk)) == 1


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"street": "没有的路"}, 422, "unknown_street"),
        ({"place_id": "XQ999"}, 422, "unknown_place"),
        ({"at": {"lat": 31.2, "lon": 121.5}}, 422, "outside_district"),
        ({"at": {"lat": "x", "lon": 121.5}}, 422, "invalid_fields"),
        ({"place_id": "XQ001", "guard": "patrol-99"}, 404, "unknown_unit"),
    ],
)
def test_what_cannot_be_closed_is_told_with_facts(desk: httpx.Client, order: dict[str, object], status: int, code: str) -> None:
    answer = desk.post("/api/v1/closures", json=order)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert standing(desk) == []


def test_a_display_sees_closed_roads_on_its_board_and_closes_none(web: Web, desk: httpx.Client, stranger: httpx.Client) -> None:
    wall, closure = web.client(Role.DISPLAY), closed(desk, place_id="XQ001", reason="老王说水很深")

    def on_the_wall() -> list[dict[str, Any]]:
        web.carry()
        return [row for row in wall.get("/api/v1/board").json()["rows"] if row["kind"] == "closure"]

    (row,) = eventually(on_the_wall)
    assert (row["id"], row["reason"]) == (closure, "")
    assert wall.post("/api/v1/closures", json={"place_id": "XQ002"}).status_code == 403
    assert stranger.get("/api/v1/closures").status_code == 401


def test_the_price_is_read_before_and_a_slip_is_taken_back_after(desk: httpx.Client) -> None:
    seen = desk.post("/api/v1/closures/preview", json={"place_id": "XQ001"}).json()
    assert (seen["closure_kind"], standing(desk)) == ("spot", [])
    assert 0 <= seen["share_closed"] <= seen["share_open"] <= 1
    assert seen["guards"][0]["arrival_s"] > 0

    closure = closed(desk, place_id="XQ001", guard=seen["guards"][0]["unit_id"])

    assert desk.post(f"/api/v1/closures/{closure}/take-back").status_code == 200
    assert standing(desk) == []
    assert desk.post("/api/v1/closures/99/take-back").status_code == 404
    assert desk.post("/api/v1/closures/preview", json={"street": "没有的路"}).json()["code"] == "unknown_street"


def test_guards_are_named_relieved_and_refused(desk: httpx.Client) -> None:
    first, second = closed(desk, place_id="XQ001", guard="patrol-01"), closed(desk, place_id="XQ050")

    refused = desk.post(f"/api/v1/closures/{second}/guard", json={"unit": "patrol-01"})
    assert (refused.status_code, refused.json()["code"]) == (409, "unit_guards")
    assert desk.post(f"/api/v1/closures/{first}/guard", json={"unit": None}).status_code == 200
    assert desk.post(f"/api/v1/closures/{second}/guard", json={"unit": "patrol-01"}).status_code == 200
    assert desk.post("/api/v1/closures/99/guard", json={"unit": "patrol-01"}).status_code == 404
    assert desk.post(f"/api/v1/closures/{second}/confirm").status_code == 409
    assert desk.post(f"/api/v1/closures/{second}/decline", json={"reason": "x"}).status_code == 409
