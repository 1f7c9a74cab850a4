"""The roll call: asked by message and on the cards, answered by a link without an account, and silence is told in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import RollCallAnswer
from command_center.domain.board import Board
from command_center.domain.errors import Invalid, UnknownLink
from command_center.domain.rights import Actor, Role
from command_center.services import duty_alerts, history, notices, roll_calls, watches
from command_center.services.live import read_snapshot
from tests.builders import as_drill
from tests.conftest import Clock
from tests.working import entries, rows, work_off

ADMIN = Actor(name="admin", role=Role.ADMIN)
TEN_MINUTES_S = 600.0


@pytest.fixture
def service() -> Iterator[tuple[str, list[str]]]:
    """The address of a message service that takes everything, and what it was given."""
    given: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.append(self.rfile.read(int(self.headers["Content-Length"])).decode("unicode-escape"))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/station", given
        server.shutdown()
        thread.join()


def link_of(center: Center, station: str) -> str:
    with center.read() as session:
        link = session.scalars(
            select(RollCallAnswer.link).where(RollCallAnswer.station_code == station).order_by(RollCallAnswer.roll_call_id.desc())
        ).first()
    assert link is not None
    return link


def silent_on_the_wall(center: Center) -> list[str]:
    alerts = duty_alerts.duty_alerts(center, Board.of(read_snapshot(center).rows))
    return [name.zh for it in alerts if it.kind == "stations_silent" for name in it.about]


def test_a_station_with_a_message_service_gets_the_question_with_its_own_link(
    center: Center, clock: Clock, officer: Actor, service: tuple[str, list[str]]
) -> None:
    address, given = service
    center.public_url = "https://duty.example"
    notices.set_channel(center, "station", "YY", address, ADMIN)
    roll_calls.start_roll_call(center, officer)

    work_off(center, clock)

    (told,) = given
    assert "点名" in told
    assert f"https://duty.example/q/{link_of(center, 'YY')}" in told.replace("\\/", "/")
    assert entries(center, "RollCallAsked") == [{"roll_call_id": 1, "reached": 1, "by_hand": 3}]
    call = roll_calls.roll_call(center)
    assert call is not None
    assert [(it.station, it.asked_by) for it in call.stations if it.asked_by] == [("YY", "json")]


def test_a_station_without_one_is_asked_by_the_people_on_its_watch(
    center: Center, clock: Clock, officer: Actor, service: tuple[str, list[str]]
) -> None:
    address, given = service
    watch = watches.on_duty_now(center, post="LY")
    assert watch is not None
    notices.set_channel(center, "person", watch.people[0].person_id, address, ADMIN)
    roll_calls.start_roll_call(center, officer)

    work_off(center, clock)

    assert len(given) == 1
    assert entries(center, "RollCallAsked") == [{"roll_call_id": 1, "reached": 1, "by_hand": 3}]


def test_in_a_drill_nothing_leaves_the_house(center: Center, clock: Clock, officer: Actor, service: tuple[str, list[str]]) -> None:
    address, given = service
    notices.set_channel(center, "station", "YY", address, ADMIN)
    as_drill(center, clock.now(), 1.0)
    roll_calls.start_roll_call(center, officer)

    work_off(center, clock)

    assert given == []
    call = roll_calls.roll_call(center)
    assert call is not None
    assert [it.asked_by for it in call.stations] == ["drill", None, None, None]


def test_a_service_that_fails_is_tried_again_and_who_was_reached_is_not_asked_twice(
    center: Center, clock: Clock, officer: Actor, service: tuple[str, list[str]]
) -> None:
    address, given = service
    notices.set_channel(center, "station", "LY", "json://127.0.0.1:9/gone", ADMIN)
    notices.set_channel(center, "station", "YY", address, ADMIN)
    roll_calls.start_roll_call(center, officer)
    work_off(center, clock)
    notices.set_channel(center, "station", "LY", address, ADMIN)

    for _again in range(3):
        work_off(center, clock, 60)

    assert len(given) == 2 or (len(given) == 1 and rows(center, "job"))
    assert sum("樱园" in told for told in given) == 1


def test_a_link_answers_without_an_account_and_a_later_word_replaces_an_earlier_one(center: Center, clock: Clock, officer: Actor) -> None:
    roll_calls.start_roll_call(center, officer)
    link = link_of(center, "MX")

    roll_calls.answer_by_link(center, link, 5, "一人病假")
    clock.advance(60)
    roll_calls.answer_by_link(center, link, 6)

    page = roll_calls.page_by_link(center, link)
    assert (page.station, page.on_duty, page.note, page.answered_at) == ("MX", 6, "", clock.now())
    assert [(it["post"], it["on_duty"], it["way"]) for it in entries(center, "RollCallAnswered")] == [("MX", 5, "link"), ("MX", 6, "link")]
    with pytest.raises(Invalid):
        roll_calls.answer_by_link(center, link, 201)


def test_a_link_is_good_for_its_own_roll_call_only(center: Center, clock: Clock, officer: Actor) -> None:
    roll_calls.start_roll_call(center, officer)
    old = link_of(center, "MX")
    clock.advance(TEN_MINUTES_S + 1)
    roll_calls.start_roll_call(center, officer)

    for link in (old, "nobody-knows-this-one"):
        with pytest.raises(UnknownLink):
            roll_calls.answer_by_link(center, link, 5)
    assert len(rows(center, "roll_call")) == 1


def test_the_silent_are_told_once_when_the_time_is_over_and_stand_on_the_wall_until_they_answer(
    center: Center, clock: Clock, officer: Actor
) -> None:
    call = roll_calls.start_roll_call(center, officer)
    roll_calls.answer_roll_call(center, call, "YY", 6, officer)
    assert silent_on_the_wall(center) == []

    work_off(center, clock, TEN_MINUTES_S)

    assert entries(center, "RollCallUnanswered") == [{"roll_call_id": call, "posts": ["JL", "LY", "MX"]}]
    names = [center.catalogue.stations[code].name.zh for code in ("JL", "LY", "MX")]
    assert silent_on_the_wall(center) == names
    for code in ("JL", "LY", "MX"):
        roll_calls.answer_by_link(center, link_of(center, code), 6)
    assert silent_on_the_wall(center) == []
    assert rows(center, "roll_call") == []


def test_silence_is_seen_on_the_wall_though_no_worker_is_awake(center: Center, clock: Clock, officer: Actor) -> None:
    roll_calls.start_roll_call(center, officer)

    clock.advance(TEN_MINUTES_S)

    assert len(silent_on_the_wall(center)) == 4


def test_the_board_says_what_a_crew_card_needs_and_no_remark(center: Center, officer: Actor) -> None:
    call = roll_calls.start_roll_call(center, officer)
    roll_calls.answer_roll_call(center, call, "YY", 6, officer, "秘密")

    (row,) = rows(center, "roll_call")

    assert [(it["station"], it["on_duty"]) for it in row["stations"]] == [("JL", None), ("LY", None), ("MX", None), ("YY", 6)]
    assert row["version"] == 2
    assert "秘密" not in str(row)
    assert history.verify_log(center).broken_at is None
