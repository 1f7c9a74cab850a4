"""Doors of warnings, measurements and proposals, as outside programs use them, and every way to do it wrong."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from command_center.cap import read_alerts
from command_center.db.tables import Job
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused
from tests.cap.test_reading import RAIN, SAMPLES, changed
from workers import jobs as workers_jobs

TEXT = "奎文区气象台发布暴雨蓝色预警"


def posted(desk: httpx.Client, body: bytes | str, kind: str) -> httpx.Response:
    return desk.post("/api/v1/warnings", content=body, headers={"Content-Type": kind})


def taken(answer: httpx.Response, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def in_force(desk: httpx.Client) -> list[tuple[str, str]]:
    return [(row["hazard"], row["color"]) for row in desk.get("/api/v1/warnings").json()["warnings"]]


# ---- warnings ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TEXT.encode("utf-8"), "text/plain"),
        (TEXT.encode("gb18030"), "text/plain"),
        (TEXT.encode("gbk"), "text/plain; charset=GBK"),
        (b'{"text": "' + TEXT.encode("utf-8") + b'"}', "application/json"),
        (RAIN.replace(b">03<", b">01<"), "application/cap+xml"),
        (RAIN.replace(b">03<", b">01<"), "application/xml"),
        (RAIN.decode("utf-8").replace(">03<", ">01<").replace('"UTF-8"', '"GB18030"').encode("gb18030"), "text/xml; charset=gb18030"),
    ],
)
def test_a_warning_comes_in_as_text_json_or_cap(desk: httpx.Client, body: bytes, kind: str) -> None:
    told = taken(posted(desk, body.replace(b"<expires>2026-07-12T21:42:00+08:00</expires>", b""), kind))

    (message,) = told["warnings"]
    assert (message["state"], message["repeated"], message["flag"]) == ("active", False, None)
    assert in_force(desk) == [("rainstorm", "blue")]
    story = desk.get(f"/api/v1/warnings/{message['id']}").json()
    assert story["warning"]["state"] == "active"
    assert story["text"]


def test_a_list_comes_in_whole(desk: httpx.Client) -> None:
    told = taken(posted(desk, SAMPLES["list.atom"], "application/atom+xml"))

    assert len(told["warnings"]) == 2
    assert told["remarks"] == ["links: 1 entries carry no alert and were left out"]


def test_a_list_tells_what_it_could_not_take(desk: httpx.Client) -> None:
    told = taken(posted(desk, changed("2026-03-02T08:30:00+08:00", "2026-03-02T08:30:00", SAMPLES["list.atom"]), "application/atom+xml"))

    assert [one["code"] for one in told["refused"]] == ["alert_time_without_zone"]


def test_the_same_message_again_is_answered_200(desk: httpx.Client) -> None:
    first = taken(posted(desk, RAIN, "application/cap+xml"))
    again = taken(posted(desk, RAIN, "application/cap+xml"), status=200)

    assert again["warnings"][0]["id"] == first["warnings"][0]["id"]
    assert again["warnings"][0]["repeated"]


def test_the_same_message_many_times_at_once_is_one(desk: httpx.Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: posted(desk, RAIN, "application/cap+xml"), range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["warnings"][0]["id"] for answer in answers}) == 1


def test_an_order_of_the_district_comes_in_the_same_way_and_is_ended(desk: httpx.Client) -> None:
    refused(posted(desk, "区应急局启动II级应急响应", "text/plain"), 422, "order_needs_plan")
    (order,) = taken(desk.post("/api/v1/warnings", json={"text": "区应急局启动II级应急响应", "plan_id": "P07"}))["orders"]

    assert [(row["plan_id"], row["level"]) for row in desk.get("/api/v1/warnings").json()["orders"]] == [("P07", "II")]
    assert desk.post(f"/api/v1/standing-orders/{order['id']}/end", json={"reason": "区局来电"}).status_code == 200
    assert desk.get("/api/v1/warnings").json()["orders"] == []
    assert len(desk.get("/api/v1/warnings?state=all").json()["orders"]) == 1


def test_a_warning_is_ended_with_a_reason_once(desk: httpx.Client) -> None:
    (message,) = taken(posted(desk, TEXT, "text/plain"))["warnings"]
    door = f"/api/v1/warnings/{message['id']}/end"

    refused(desk.post(door, json={}), 422, "invalid_fields")
    refused(desk.post(door, json={"reason": " "}), 422, "reason_needed")
    assert desk.post(door, json={"reason": "来电"}).status_code == 200
    refused(desk.post(door, json={"reason": "来电"}), 409, "warning_ended_already")
    refused(desk.post("/api/v1/warnings/999/end", json={"reason": "来电"}), 404, "unknown_warning")
    assert in_force(desk) == []


def test_a_warning_goes_out_as_cap(desk: httpx.Client) -> None:
    (message,) = taken(posted(desk, TEXT, "text/plain"))["warnings"]

    answer = desk.get(f"/api/v1/warnings/{message['id']}/cap")

    assert answer.headers["content-type"] == "application/cap+xml"
    assert read_alerts(answer.content).alerts[0].infos[0].event == "暴雨蓝色预警"


WRONG: list[tuple[bytes, str, int, str]] = [
    (b"", "text/plain", 422, "no_warning_in_text"),
    ("今天天气很好".encode(), "text/plain", 422, "no_warning_in_text"),
    (b"\xff\xff\xff", "text/plain", 400, "unreadable_text"),
    (f"{TEXT}\0".encode(), "text/plain", 400, "unreadable_text"),
    (("雨" * 30_000).encode(), "text/plain", 422, "text_too_long"),
    (b"{", "application/json", 400, "malformed"),
    (b"[]", "application/json", 422, "invalid"),
    (b"{}", "application/json", 422, "invalid"),
    (b'{"text": 5}', "application/json", 422, "invalid"),
    (b'{"text": "\\ud800"}', "application/json", 422, "invalid"),
    (b"[" * 100_000, "application/json", 400, "malformed"),
    (b"<html/>", "application/xml", 422, "alert_wrong_root"),
    (b"not xml", "application/cap+xml", 400, "alert_not_xml"),
    (changed("<alert ", "<!DOCTYPE alert><alert "), "application/cap+xml", 400, "alert_has_doctype"),
    (changed("T15:42:00+08:00</sent>", "T15:42:00</sent>"), "application/cap+xml", 422, "alert_time_without_zone"),
    (TEXT.encode(), "image/png", 415, "malformed"),
    (b"x" * 1_100_000, "application/cap+xml", 413, "body_too_large"),
]


def test_what_is_no_warning_is_refused_by_name(desk: httpx.Client) -> None:
    for body, kind, status, code in WRONG:
        refused(posted(desk, body, kind), status, code)

    assert in_force(desk) == []


# ---- measurements ------------------------------------------------------------------------------------------------------------------


def test_a_value_is_taken_and_corrected(desk: httpx.Client) -> None:
    answer = desk.post("/api/v1/measurements", json={"metric": "ponding_depth_cm", "value": 82, "place_id": "XQ001"})
    assert answer.status_code == 201
    wrong = answer.json()["id"]

    right = desk.post(f"/api/v1/measurements/{wrong}/correct", json={"value": 8.2, "reason": "小数点"})

    assert right.status_code == 201
    rows = desk.get("/api/v1/measurements").json()["measurements"]
    assert {row["id"]: (row["value"], row["corrected_by"]) for row in rows} == {
        wrong: (82, right.json()["id"]),
        right.json()["id"]: (8.2, None),
    }


IMPOSSIBLE: list[tuple[str, int, str]] = [
    ('{"metric": "ponding_depth_cm"}', 422, "invalid_fields"),
    ('{"metric": "ponding_depth_cm", "value": NaN}', 422, "invalid_fields"),
    ('{"metric": "ponding_depth_cm", "value": 1e999}', 422, "invalid_fields"),
    ('{"metric": "ponding_depth_cm", "value": true}', 422, "invalid_fields"),
    ('{"metric": "ponding_depth_cm", "value": "27"}', 422, "out_of_bounds"),
    ('{"metric": "ponding_depth_cm", "value": -1}', 422, "out_of_bounds"),
    ('{"metric": "no_such", "value": 1}', 422, "unknown_metric"),
    ('{"metric": "../etc", "value": 1}', 422, "invalid_fields"),
    ('{"metric": "river_stage", "value": "high"}', 422, "not_one_of"),
    ('{"metric": "rain_mm", "value": 30}', 422, "window_needed"),
    ('{"metric": "ponding_depth_cm", "value": 1, "incident_id": 999}', 404, "unknown_incident"),
    ('{"metric": "ponding_depth_cm", "value": 1, "place_id": "XQ999"}', 422, "unknown_place"),
]


def test_a_value_that_cannot_be_right_is_refused(desk: httpx.Client) -> None:
    for body, status, code in IMPOSSIBLE:
        refused(desk.post("/api/v1/measurements", content=body, headers={"Content-Type": "application/json"}), status, code)

    assert desk.get("/api/v1/measurements").json()["measurements"] == []


# ---- proposals ---------------------------------------------------------------------------------------------------------------------


def test_a_warning_proposes_its_plan_and_an_officer_says_no(web: Web, desk: httpx.Client) -> None:
    posted(desk, TEXT, "text/plain")
    with web.center.read() as session:
        waiting = list(session.scalars(select(Job.id).where(Job.name == "weigh_plans")))
    with workers_jobs.working_at(web.center):
        assert [workers_jobs.run(job_id) for job_id in waiting] == ["done"]

    (proposal,) = desk.get("/api/v1/proposals").json()["proposals"]
    assert (proposal["plan_id"], proposal["level"], proposal["approve_by"]) == ("P01", "IV", "duty_leader")
    door = f"/api/v1/proposals/{proposal['id']}/decline"
    refused(desk.post(door, json={"reason": ""}), 422, "reason_needed")
    assert desk.post(door, json={"reason": "雨已过境"}).status_code == 200
    refused(desk.post(door, json={"reason": "雨已过境"}), 409, "proposal_settled")
    assert desk.get("/api/v1/proposals").json()["proposals"] == []


# ---- who may -----------------------------------------------------------------------------------------------------------------------


def test_a_display_sees_what_is_in_force_and_changes_nothing(web: Web, desk: httpx.Client, stranger: httpx.Client) -> None:
    (message,) = taken(posted(desk, TEXT, "text/plain"))["warnings"]
    crew = web.client(Role.CREW, "patrol-01")

    assert in_force(crew) == [("rainstorm", "blue")]
    refused(posted(crew, TEXT, "text/plain"), 403, "not_permitted")
    refused(crew.post(f"/api/v1/warnings/{message['id']}/end", json={"reason": "x"}), 403, "not_permitted")
    refused(crew.post("/api/v1/measurements", json={"metric": "ponding_depth_cm", "value": 1}), 403, "not_permitted")
    refused(crew.get("/api/v1/measurements"), 403, "not_permitted")
    refused(crew.post("/api/v1/proposals/1/decline", json={"reason": "x"}), 403, "not_permitted")
    refused(posted(stranger, TEXT, "text/plain"), 401, "not_signed_in")
    refused(stranger.get("/api/v1/warnings"), 401, "not_signed_in")


# ---- before and after a warning is taken in -----------------------------------------------------------------------------------------


def test_a_text_is_understood_without_being_kept_and_a_warning_is_given_an_end(desk: httpx.Client) -> None:
    (read,) = taken(desk.post("/api/v1/warnings/understand", json={"text": TEXT}), 200)["warnings"]
    assert (read["hazard"], read["color"], read["issued_at"], read["known"]) == ("rainstorm", "blue", None, False)
    assert in_force(desk) == []

    (message,) = taken(posted(desk, TEXT, "text/plain"))["warnings"]
    address = f"/api/v1/warnings/{message['id']}/until"
    taken(desk.post(address, json={"until": "2026-03-02T20:00:00+08:00"}), 200)

    assert desk.get("/api/v1/warnings").json()["warnings"][0]["expires_at"] == "2026-03-02T12:00:00Z"
    refused(desk.post(address, json={"until": "2020-03-02T20:00:00+08:00"}), 422, "invalid")
    refused(desk.post(address, json={"until": "20:00"}), 422, "invalid_fields")
    refused(desk.post("/api/v1/warnings/understand", json={"text": "rain tonight"}), 422, "no_warning_in_text")
