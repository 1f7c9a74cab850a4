"""What a screen hears, and that it misses nothing: old snapshot + patches == new snapshot."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from typing import Any

import httpx
import pytest
from redis import Redis

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.rights import SYSTEM, Role
from command_center.domain.text import Language
from command_center.services import access
from tests.api.conftest import Web
from tests.api.test_incident_doors import sent, taken
from tests.waiting import eventually


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    id: str
    data: Any


@dataclass(slots=True)
class Screen:
    """One open stream; its events wait in a queue."""

    events: Queue[Event | None]

    def hears(self, name: str) -> Event:
        """The next event of that name; others are passed over."""
        while True:
            event = self.events.get(timeout=10)
            assert event is not None, f"the stream ended before {name}"
            if event.name == name:
                return event


@contextmanager
def screen(client: httpx.Client, *, resume: str = "", **query: str) -> Iterator[Screen]:
    opened = Screen(Queue())
    headers = {"Last-Event-ID": resume} if resume else {}
    with client.stream("GET", "/api/v1/stream", params=query, headers=headers) as stream:
        assert stream.status_code == 200
        thread = threading.Thread(target=_read, args=(stream, opened.events), daemon=True)
        thread.start()
        yield opened


def _read(stream: httpx.Response, events: Queue[Event | None]) -> None:
    fields: dict[str, str] = {}
    try:
        for line in stream.iter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                events.put(Event(fields["event"], fields.get("id", ""), json.loads(fields["data"])))
                fields = {}
    except (httpx.HTTPError, httpx.StreamError):
        pass
    events.put(None)


@pytest.fixture
def desk(web: Web) -> httpx.Client:
    """The duty officer's program, at a center whose log is published so far."""
    client = web.client(Role.DUTY_OFFICER)
    web.carry()
    eventually(lambda: client.get("/api/v1/board").json()["stream"] == web.center.wire.facts_tail())
    return client


def test_facts_arrive_with_rows_and_an_id(web: Web, desk: httpx.Client) -> None:
    with screen(desk) as wall:
        wall.hears("beat")
        incident = taken(desk)
        web.carry()

        facts = wall.hears("facts")

    assert facts.id
    assert facts.data["entry"]["event"] == "CallTaken"
    assert ("incident", incident) in [(row["kind"], row["id"]) for row in facts.data["rows"]]


def test_whoever_may_order_units_finds_the_roads_in_memory_and_a_display_does_not_need_them(
    open_center: Callable[[], Center], serve: Callable[[Center, Language, bool], str]
) -> None:
    center = open_center()
    del center.roads
    url = serve(center, "zh_CN", False)

    def listens(role: Role) -> None:
        headers = {"Authorization": f"Bearer {access.issue_token(center, role.value, role)}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False) as client, screen(client) as opened:
            opened.hears("beat")

    listens(Role.DISPLAY)
    assert "roads" not in vars(center)

    listens(Role.DUTY_OFFICER)
    eventually(lambda: "roads" in vars(center))


def test_an_old_snapshot_and_the_patches_after_it_make_the_new_snapshot(web: Web, desk: httpx.Client) -> None:
    web.carry()
    old = eventually(lambda: (board := desk.get("/api/v1/board").json())["stream"] and board)
    board = Board.of(old["rows"])
    incident = taken(desk)
    (order,) = sent(desk, incident, "patrol-01")
    desk.post(f"/api/v1/assignments/{order}/status", json={"status": "en_route"})
    web.carry()

    with screen(desk, resume=old["stream"]) as wall:
        while board.get("assignment", order) is None or board.rows("assignment")[0]["status"] != "en_route":
            board.apply(wall.hears("facts").data["rows"])

    new = eventually(lambda: (now := desk.get("/api/v1/board").json())["stream"] != old["stream"] and now)
    assert board.all_rows() == Board.of(new["rows"]).all_rows()


def test_a_screen_resumes_by_query_too_and_hears_nothing_twice(web: Web, desk: httpx.Client) -> None:
    with screen(desk) as wall:
        wall.hears("beat")
        taken(desk)
        web.carry()
        first = wall.hears("facts")
    taken(desk)
    web.carry()

    with screen(desk, last=first.id) as wall:
        missed = wall.hears("facts")
        taken(desk)
        web.carry()
        fresh = wall.hears("facts")

    assert len({first.id, missed.id, fresh.id}) == 3
    assert first.data["log_id"] < missed.data["log_id"] < fresh.data["log_id"]


def test_a_screen_whose_place_is_gone_reads_the_board_anew(web: Web, desk: httpx.Client, redis_url: str) -> None:
    taken(desk)
    web.carry()
    last = eventually(lambda: desk.get("/api/v1/board").json()["stream"])
    with Redis.from_url(redis_url) as redis:
        redis.flushall()

    for gone in (last, "1-1", "nonsense", "9" * 40):
        with screen(desk, resume=gone) as wall:
            assert wall.hears("reset").data == {}


def test_a_wiped_redis_is_told_to_screens_that_listen(web: Web, desk: httpx.Client, redis_url: str) -> None:
    taken(desk)
    web.carry()
    with screen(desk) as wall:
        wall.hears("beat")
        with Redis.from_url(redis_url) as redis:
            redis.flushall()
        wall.hears("reset")

        incident = taken(desk)
        web.carry()

        assert wall.hears("facts").data["entry"]["incident_id"] == incident


def test_positions_arrive_newest_first_of_all(web: Web, desk: httpx.Client) -> None:
    fix = {"unit": "patrol-01", "at": web.center.now().isoformat(), "lat": 36.6985, "lon": 119.145}
    with screen(desk) as wall:
        wall.hears("beat")
        desk.post("/api/v1/positions", json=[fix])

        frame = wall.hears("positions").data

    assert frame["v"][0][:3] == ["patrol-01", 36.6985, 119.145]


def test_a_phone_hears_of_its_own_unit_only(web: Web, desk: httpx.Client) -> None:
    phone = web.client(Role.CREW, "patrol-02")
    with screen(phone, unit="patrol-02") as card:
        card.hears("beat")
        incident = taken(desk)
        sent(desk, incident, "patrol-01", "patrol-02")
        web.carry()
        rows = card.hears("facts").data["rows"] + card.hears("facts").data["rows"]
        heard_entry = "entry" in card.hears("facts").data if not card.events.empty() else False

    assert {row["id"] for row in rows if row["kind"] == "unit"} <= {"patrol-02"}
    assert {row["unit_id"] for row in rows if row["kind"] == "assignment"} <= {"patrol-02"}
    assert not heard_entry


def test_a_stream_ends_when_its_reader_may_not_come_in_any_more(web: Web, desk: httpx.Client) -> None:
    with screen(desk) as wall:
        wall.hears("beat")
        access.revoke(web.center, web.token(Role.DUTY_OFFICER), SYSTEM)
        web.carry()

        assert eventually(lambda: None in list(wall.events.queue), within_s=12)


def test_a_screen_that_left_is_forgotten(desk: httpx.Client) -> None:
    for _ in range(5):
        with screen(desk) as wall:
            wall.hears("beat")

    with screen(desk) as wall:
        assert wall.hears("beat").data["degraded"] is not None
