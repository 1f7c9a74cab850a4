"""Duty as outside programs see it: who is on watch, the roster and its sheet, swaps, the roll call, and whom to phone."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from command_center.api.sheets import XLSX
from command_center.db.tables import RollCallAnswer
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused, taken

DUTY = "/api/v1/duty"
LIST = "/api/v1/responsibilities"


def watches(desk: httpx.Client, post: str = "centre") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get(f"{DUTY}/watches", params={"post": post}).json()["watches"]
    return found


def on(watch: dict[str, Any], duty: str) -> str:
    return next(str(it["id"]) for it in watch["people"] if it["duty"] == duty)


def upload(client: httpx.Client, path: str, content: bytes) -> httpx.Response:
    return client.post(path, files={"file": ("sheet.xlsx", content, XLSX)})


# ---- watches and roster ------------------------------------------------------------------------------------------------------------


def test_who_is_on_watch_is_told_for_every_post(desk: httpx.Client) -> None:
    posts = desk.get(f"{DUTY}/now").json()["posts"]

    assert list(posts) == ["centre", "YY", "LY", "MX", "JL"]
    assert posts["centre"]["number"] == "20260302-1"
    assert {it["duty"] for it in posts["centre"]["people"]} == {"leader", "officer", "assistant"}
    assert "phone" not in str(posts)


def test_the_call_chain_tells_that_no_number_is_on_file(desk: httpx.Client) -> None:
    told = desk.get(f"{DUTY}/call-chain").json()

    assert told["step_min"] == 3
    assert [(link["role"], link["gap"]) for link in told["chain"]] == [
        ("duty_leader", "no_number"),
        ("deputy_commander", "no_number"),
        ("commander", "no_number"),
    ]


def test_the_roster_comes_with_its_faults(desk: httpx.Client) -> None:
    watch = watches(desk)[1]
    assert desk.put(f"{DUTY}/watches/{watch['id']}/people", json={"people": {on(watch, "officer"): "officer"}}).status_code == 200
    assert desk.delete(f"{DUTY}/watches/{watches(desk)[3]['id']}").status_code == 200

    told = desk.get(f"{DUTY}/roster", params={"to": "2026-03-10T00:00:00Z"}).json()

    assert told["pattern"] == {"zh": "24小时一班", "en": "One 24-hour shift"}
    assert [(hint["kind"], hint["number"], hint["duty"]) for hint in told["hints"]] == [
        ("missing", watch["number"], "leader"),
        ("missing", watch["number"], "assistant"),
        ("gap", None, None),
    ]


def test_weeks_are_filled_and_one_watch_is_put_in(desk: httpx.Client) -> None:
    filled = desk.post(f"{DUTY}/roster", json={"weeks": 4})
    one = desk.post(
        f"{DUTY}/watches",
        json={"post": "centre", "from_at": "2026-05-01T00:00:00Z", "to_at": "2026-05-01T12:00:00Z", "people": {"DL01": "leader"}},
    )

    assert (filled.status_code, filled.json()) == (201, {"made": 28 * 5})
    assert one.status_code == 201
    refused(
        desk.post(f"{DUTY}/watches", json={"post": "centre", "from_at": "2026-05-01T06:00:00Z", "to_at": "2026-05-02T00:00:00Z"}),
        409,
        "watches_overlap",
    )


def test_the_roster_goes_out_as_a_workbook_and_comes_back(desk: httpx.Client) -> None:
    sheet = desk.get(f"{DUTY}/roster.xlsx", params={"lang": "en"})
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, XLSX)
    assert "roster-20260302.xlsx" in sheet.headers["content-disposition"]

    assert upload(desk, f"{DUTY}/roster.xlsx", sheet.content).json() == {"added": 0, "changed": 0}

    book = load_workbook(BytesIO(sheet.content))
    book.worksheets[0]["A2"], written = "moon", BytesIO()
    book.save(written)
    facts = refused(upload(desk, f"{DUTY}/roster.xlsx", written.getvalue()), 422, "sheet_refused")
    told = {"cell": "A2", "code": "unknown_post", "value": "moon", "text": "A2 没有“moon”这个岗位"}
    assert facts == {"count": 1, "cells": [told]}
    refused(upload(desk, f"{DUTY}/roster.xlsx", b"no workbook"), 422, "sheet_unreadable")


def test_days_that_end_before_they_begin_are_refused(desk: httpx.Client) -> None:
    refused(desk.get(f"{DUTY}/roster", params={"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}), 422, "invalid")


# ---- swaps -------------------------------------------------------------------------------------------------------------------------


def test_a_swap_is_asked_by_the_desk_and_approved_by_a_leader(web: Web, desk: httpx.Client) -> None:
    leader, (mine, theirs) = web.client(Role.DUTY_LEADER), watches(desk)[1:3]
    order = {"watch_id": int(mine["id"]), "person_id": on(mine, "officer"), "other_person_id": on(theirs, "officer")}

    swap_id = desk.post(f"{DUTY}/swaps", json=order).json()["id"]

    assert [swap["id"] for swap in leader.get(f"{DUTY}/swaps").json()["swaps"]] == [swap_id]
    refused(desk.post(f"{DUTY}/swaps/{swap_id}/approve"), 403, "not_permitted")
    assert leader.post(f"{DUTY}/swaps/{swap_id}/approve").status_code == 200
    refused(leader.post(f"{DUTY}/swaps/{swap_id}/refuse", json={"reason": "late"}), 409, "illegal_step")
    assert on(watches(desk)[1], "officer") == on(theirs, "officer")
    assert [swap["status"] for swap in desk.get(f"{DUTY}/swaps", params={"decided": True}).json()["swaps"]] == ["approved"]


# ---- roll call ---------------------------------------------------------------------------------------------------------------------


def test_a_crew_answers_the_roll_call_from_its_phone(web: Web, desk: httpx.Client) -> None:
    refused(desk.get(f"{DUTY}/roll-calls/latest"), 404, "unknown_roll_call")
    call = desk.post(f"{DUTY}/roll-calls").json()
    crew = web.client(Role.CREW, "patrol-01")
    answers = f"{DUTY}/roll-calls/{call['id']}/answers"

    assert call["silent"] == ["YY", "LY", "MX", "JL"]
    assert crew.post(answers, json={"station": "YY", "on_duty": 6}).json()["silent"] == ["LY", "MX", "JL"]
    refused(crew.post(answers, json={"station": "LY", "on_duty": 6}), 403, "not_permitted")
    desk.post(answers, json={"station": "LY", "on_duty": 5, "note": "one ill"})

    stations = desk.get(f"{DUTY}/roll-calls/latest").json()["stations"]
    assert [(it["station"], it["on_duty"], it["way"]) for it in stations[:2]] == [("YY", 6, "card"), ("LY", 5, "phone")]


def test_a_station_answers_behind_its_link_without_an_account_or_a_script(web: Web, desk: httpx.Client, stranger: httpx.Client) -> None:
    call = desk.post(f"{DUTY}/roll-calls").json()
    with web.center.read() as session:
        link = session.scalar(select(RollCallAnswer.link).where(RollCallAnswer.station_code == "MX"))
    assert link is not None
    assert link not in str(call)

    stranger.cookies.set("lang", "en")
    asked = stranger.get(f"/q/{link}")
    wrong = stranger.post(f"/q/{link}", data={"on_duty": "many"})
    told = stranger.post(f"/q/{link}", data={"on_duty": "5", "note": '<b>"ill"</b>'})
    again = stranger.get(f"/q/{link}")

    assert "people are expected" in asked.text
    assert (wrong.status_code, "many" in wrong.text) == (422, True)
    assert told.status_code == 303
    assert "5 people" in again.text
    assert "<b>" not in again.text
    assert desk.get(f"{DUTY}/roll-calls/latest").json()["silent"] == ["YY", "LY", "JL"]
    assert stranger.get("/q/no-such-link-here").status_code == 404


# ---- the directory, and who answers for a place -----------------------------------------------------------------------------------


def test_somebody_comes_into_the_directory_changes_and_leaves(desk: httpx.Client) -> None:
    entry = {"role": "duty_leader", "name_zh": "李华", "name_en": "Li Hua", "phone": "0536-1234567"}
    person = desk.post(f"{DUTY}/people", json=entry | {"channel": "dingtalk://SecretToken0123456789"}).json()["id"]

    desk.put(f"{DUTY}/people/{person}", json=entry | {"name_en": "Hua Li"})

    (kept,) = (it for it in desk.get(f"{DUTY}/people", params={"role": "duty_leader"}).json()["people"] if it["id"] == person)
    assert (kept["name"]["en"], kept["phone"], kept["has_channel"]) == ("Hua Li", "0536-1234567", True)
    assert "SecretToken" not in str(kept)
    assert desk.delete(f"{DUTY}/people/{person}").status_code == 200
    refused(desk.delete(f"{DUTY}/people/{person}"), 404, "unknown_person")


def test_whom_to_phone_is_told_for_a_place_a_point_and_an_incident(desk: httpx.Client) -> None:
    by_place = desk.get(LIST, params={"place_id": "XQ001"}).json()["responsible"]
    by_point = desk.get(LIST, params={"lat": 36.7011515, "lon": 119.1306502}).json()["responsible"]
    incident = taken(desk, at=None, place_id="XQ001")

    assert [(it["part"], it["phone"]) for it in by_place] == [("lead", None), ("community", None)]
    assert by_point == by_place == desk.get(f"/api/v1/incidents/{incident}").json()["responsible"]
    refused(desk.get(LIST), 422, "place_needed")
    refused(desk.get(LIST, params={"place_id": "XQ999"}), 422, "unknown_place")
    told = desk.get(f"{LIST}/gaps").json()
    assert told == told | {"targets": 1865, "cadres": 156, "numbers": 0, "gaps": []}
    assert told["targets_by_kind"] == {"business_building": 19, "compound": 96, "shop": 1750}


def test_a_number_is_put_on_file_and_shown_to_the_desk_only(web: Web, desk: httpx.Client) -> None:
    lead = desk.get(LIST, params={"place_id": "XQ001"}).json()["responsible"][0]["cadre_id"]

    desk.put(f"{LIST}/cadres/{lead}/phone", json={"phone": "0536-8888888"})

    assert desk.get(LIST, params={"place_id": "XQ001"}).json()["responsible"][0]["phone"] == "0536-8888888"
    for role, unit in ((Role.CREW, "patrol-01"), (Role.DISPLAY, None)):
        assert web.client(role, unit).get(LIST, params={"place_id": "XQ001"}).status_code == 403
        assert web.client(role, unit).get(f"{DUTY}/people").status_code == 403


def test_the_list_goes_out_as_a_workbook_and_comes_back(desk: httpx.Client) -> None:
    sheet = desk.get(f"{LIST}/sheet.xlsx")

    assert sheet.headers["content-type"] == XLSX
    assert upload(desk, f"{LIST}/sheet.xlsx", sheet.content).json() == {"changed": 0}


IMPOSSIBLE: list[tuple[str, str, Any]] = [
    ("POST", f"{DUTY}/roster", {"weeks": 0}),
    ("POST", f"{DUTY}/roster", {"weeks": "4"}),
    ("POST", f"{DUTY}/watches", {"post": "centre", "from_at": "2026-05-01T00:00:00", "to_at": "2026-05-02T00:00:00Z"}),
    ("PUT", f"{DUTY}/watches/1/people", {"people": {"DL01": "cook"}}),
    ("POST", f"{DUTY}/swaps", {"watch_id": "x"}),
    ("POST", f"{DUTY}/roll-calls/1/answers", {"station": "YY", "on_duty": -1}),
    ("POST", f"{DUTY}/people", {"role": "king", "name_zh": "a", "name_en": "a"}),
    ("POST", f"{DUTY}/roster.xlsx", {"file": "text"}),
    ("GET", f"{LIST}?lat=NaN&lon=1", None),
    ("GET", f"{DUTY}/watches?from=yesterday", None),
]


@pytest.mark.parametrize(("method", "path", "body"), IMPOSSIBLE, ids=lambda it: str(it)[:60])
def test_what_cannot_be_right_is_refused_by_its_field(desk: httpx.Client, method: str, path: str, body: object) -> None:
    refused(desk.request(method, path, json=body), 422, "invalid_fields")
