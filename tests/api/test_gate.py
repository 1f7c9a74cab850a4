"""Who may come in, what every answer carries, and how a door says no."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from command_center.api.body_limit import MOST_BYTES, ORDER_BYTES
from command_center.api.callers import Callers
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.services import access
from tests.api.conftest import Web
from tests.api.test_incident_doors import taken
from tests.waiting import eventually

READING = ("/api/v1/board", "/api/v1/incidents", "/api/v1/units", "/api/v1/depots", "/api/v1/plans", "/_dash-layout", "/_dash-dependencies")


def test_a_stranger_is_sent_to_sign_in_and_back(stranger: httpx.Client) -> None:
    answer = stranger.get("/console?incident=3", headers={"Accept": "text/html"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/console%3Fincident%3D3")


def test_a_program_without_a_token_is_told_so(stranger: httpx.Client) -> None:
    for path in READING:
        answer = stranger.get(path)
        assert (answer.status_code, answer.json()["code"], answer.headers["www-authenticate"]) == (401, "not_signed_in", "Bearer"), path
    assert stranger.post("/api/v1/incidents", json={}).status_code == 401
    assert stranger.get("/api/v1/board", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert stranger.get("/api/v1/board", headers={"Authorization": "Basic !!"}).status_code == 401
    assert stranger.get("/api/v1/board", headers={"Cookie": 'center_session="\\377'}).status_code == 401


def test_a_display_sees_the_wall_and_changes_nothing(web: Web) -> None:
    wall = web.client(Role.DISPLAY)

    assert wall.get("/wall").status_code == 200
    assert wall.get("/api/v1/board").status_code == 200
    assert wall.get("/console", headers={"Accept": "text/html"}).headers["location"] == "/wall"
    for path in ("/api/v1/incidents", "/api/v1/incidents/1", "/api/v1/units", "/api/v1/depots"):
        assert wall.get(path).json()["code"] == "display_only_reads", path
    assert wall.post("/api/v1/incidents", json={"kind": "E103"}).status_code == 403


def test_a_display_reads_nothing_that_callers_said(web: Web) -> None:
    desk, wall = web.client(Role.DUTY_OFFICER), web.client(Role.DISPLAY)
    incident = taken(desk, said="his name is Wang, door 3")
    ended = taken(desk, said="a false one")
    desk.post(f"/api/v1/incidents/{ended}/close", json={"note": "the key is under the mat"}).raise_for_status()
    web.carry()
    told = eventually(lambda: "under the mat" in (text := desk.get("/api/v1/board").text) and text)

    shown = wall.get("/api/v1/board").text

    assert "Wang" in str(told)
    assert "Wang" not in shown
    assert "under the mat" not in shown
    assert f'"id":"{incident}"' in shown


def test_a_crew_is_led_to_its_card(web: Web) -> None:
    phone = web.client(Role.CREW, "patrol-01")

    assert phone.get("/console").headers["location"] == "/m"
    assert phone.get("/m").status_code == 200


def test_a_crew_that_scans_the_label_of_a_depot_sees_its_stock(web: Web) -> None:
    phone = web.client(Role.CREW, "patrol-01")

    assert phone.get("/resources?depot=YY-S01").status_code == 200


def test_another_site_cannot_act_for_a_signed_in_browser(web: Web, stranger: httpx.Client) -> None:
    stranger.cookies.set("center_session", web.token(Role.DUTY_OFFICER))

    elsewhere = ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"), ("Origin", "http://evil.example"), ("Origin", "null")

    for headers in ({name: value} for name, value in elsewhere):
        answer = stranger.post("/api/v1/incidents/1/acknowledge", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site"), headers
    own = stranger.post("/api/v1/incidents/1/acknowledge", headers={"Origin": web.url, "Sec-Fetch-Site": "same-origin"})
    assert own.json()["code"] == "unknown_incident"


def test_a_revoked_token_opens_nothing(web: Web, desk: httpx.Client) -> None:
    assert desk.get("/api/v1/board").status_code == 200

    access.revoke(web.center, web.token(Role.DUTY_OFFICER), SYSTEM)
    web.carry()

    assert eventually(lambda: desk.get("/api/v1/board").status_code == 401, within_s=2)


@pytest.mark.anyio
async def test_a_caller_is_asked_for_once_in_a_while_and_forgotten_at_once() -> None:
    asked: list[str] = []
    moment = [0.0]

    def lookup(token: str) -> Actor | None:
        asked.append(token)
        return Actor(name=token, role=Role.DUTY_OFFICER)

    callers = Callers(lookup, clock=lambda: moment[0])

    for _ in range(3):
        await callers.of("a")
    assert asked == ["a"]
    moment[0] = 5.1
    await callers.of("a")
    callers.forget("a")
    await callers.of("a")
    assert asked == ["a", "a", "a"]
    assert await callers.of("") is None
    assert await callers.of("x" * 257) is None
    assert await callers.of("é") is None


def test_every_answer_is_dressed(stranger: httpx.Client) -> None:
    for path in ("/sign-in", "/healthz", "/api/v1/board", "/assets/theme.css", "/api/nothing"):
        headers = stranger.get(path).headers
        policy = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert "unsafe" not in policy["script-src"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert re.fullmatch(r"[0-9a-f]{12}", headers["x-request-id"])
        assert headers["cache-control"] == ("no-cache" if path.startswith("/assets") else "no-store")


def test_big_answers_are_packed_and_streams_are_not(desk: httpx.Client) -> None:
    assert desk.get("/api/v1/board").headers["content-encoding"] == "gzip"
    with desk.stream("GET", "/api/v1/stream") as stream:
        assert "content-encoding" not in stream.headers
        assert stream.headers["x-accel-buffering"] == "no"


# ---- saying no -------------------------------------------------------------------------------------------------------------------


def test_a_problem_speaks_the_language_that_was_asked_for(desk: httpx.Client) -> None:
    def title(wish: str) -> str:
        told: str = desk.get("/api/v1/incidents/7", headers={"Accept-Language": wish}).json()["title"]
        return told

    assert title("en") == "There is no incident 7."
    assert title("zh-CN,zh;q=0.9,en;q=0.8") == "没有事件 7。"
    assert title("fr, en;q=0.5, zh;q=0.9") == "没有事件 7。"
    assert title("fr") == "没有事件 7。"
    assert title("en;q=nonsense, ;;;") == "没有事件 7。"


def test_an_address_that_is_none_is_not_found(desk: httpx.Client) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = desk.request(method, "/api/v2/nothing")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_address")
    wrong_method = desk.delete("/api/v1/board")
    assert (wrong_method.status_code, wrong_method.json()["code"], wrong_method.headers["allow"]) == (405, "method_not_allowed", "GET")
    assert desk.get("/api/v1/incidents?limit=0").json()["facts"]["fields"] == [{"field": "query.limit", "reason": "greater_than_equal"}]


def test_too_large_a_body_is_refused_told_or_in_chunks(desk: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    most = {
        "/api/v1/incidents": MOST_BYTES,
        "/api/v1/positions": MOST_BYTES,
        "/sign-in": MOST_BYTES,
        "/_dash-update-component": ORDER_BYTES,
    }
    for path, most_bytes in most.items():
        for body in (b"x" * (most_bytes + 1), chunks()):
            answer = desk.post(path, content=body, headers={"Content-Type": "application/json"})
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large"), path
    assert desk.post("/api/v1/positions", content=b" " * 1_048_574 + b"[]").status_code == 200


def test_a_bug_is_told_by_number_only(desk: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr("command_center.services.history.find_incidents", lambda *_args, **_more: 1 / 0)

    answer = desk.get("/api/v1/incidents")

    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "ZeroDivisionError" not in answer.text
    record = next(record for record in caplog.records if record.message == "unexpected error")
    assert record.__dict__["request"] == answer.json()["request"] == answer.headers["x-request-id"]


def test_a_lost_database_is_told_as_such(desk: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_args: object, **_more: object) -> None:
        raise OperationalError("SELECT secret", {}, OSError("connection refused"))

    monkeypatch.setattr("command_center.services.history.find_incidents", unreachable)

    answer = desk.get("/api/v1/incidents")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "center_unavailable", "2")
    assert "secret" not in answer.text


# ---- pages that come with the server ---------------------------------------------------------------------------------------------


def test_the_first_request_may_be_a_deep_link(desk: httpx.Client) -> None:
    page = desk.get("/wall").text

    named = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css)[^"]*)"', page)
    assert any(path.startswith("/assets/live.js") for path in named)
    assert {path: status for path in named if (status := desk.get(path.replace("&amp;", "&")).status_code) != 200} == {}


def test_the_doors_are_described_without_any_network(stranger: httpx.Client) -> None:
    described = stranger.get("/api/openapi.json").json()["paths"]
    page = stranger.get("/api/docs")

    for path in ("/api/v1/board", "/api/v1/stream", "/api/v1/positions/osmand", "/api/v1/incidents/{incident_id}/dispatch", "/healthz"):
        assert path in described
        assert path in page.text
    assert not re.findall(r'(?:src|href)="(?!/)', page.text)


def test_an_open_stream_costs_no_request_its_answer(desk: httpx.Client) -> None:
    with desk.stream("GET", "/api/v1/stream"):
        assert desk.get("/api/v1/board").status_code == 200
