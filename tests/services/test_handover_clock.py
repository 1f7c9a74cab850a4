"""The clocks of the handover: the draft comes in time, the leaders are called when nobody takes over, and each is said once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Job, Notice
from command_center.domain import events
from command_center.domain.rights import SYSTEM, Actor
from command_center.services import handover, handover_clock, seeding, watches
from tests.conftest import Clock
from tests.flood_night import PASSPHRASE, signer
from tests.services.test_handover import ready
from tests.working import entries, rows, work_off

HOUR_S = 3600.0


def here(center: Center, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=center.zone)


def until(center: Center, clock: Clock, text: str) -> None:
    """Let the street's clock come to this, and do what is due."""
    work_off(center, clock, (here(center, text) - clock.now()).total_seconds())


def looks(center: Center) -> list[datetime]:
    """When the next looks are due."""
    with center.read() as session:
        return list(session.scalars(select(Job.due_at).where(Job.name == handover_clock.JOB, Job.done_at.is_(None)).order_by(Job.due_at)))


def call(center: Center) -> Notice | None:
    with center.read() as session:
        return session.scalars(select(Notice).where(Notice.key.startswith("handover_late:")).order_by(Notice.id.desc())).first()


@pytest.fixture
def outgoing(center: Center) -> Actor:
    return signer(center, "王交班")


@pytest.fixture
def incoming(center: Center) -> Actor:
    return signer(center, "李接班")


def test_a_new_centre_looks_half_an_hour_before_the_watch_ends_and_a_second_start_orders_no_second_look(center: Center) -> None:
    seeding.prepare(center)

    assert looks(center) == [here(center, "2026-03-03 07:30")]


def test_the_draft_is_ready_half_an_hour_before_the_end(center: Center, clock: Clock, officer: Actor) -> None:
    until(center, clock, "2026-03-03 07:29")
    assert not entries(center, "HandoverDue")

    until(center, clock, "2026-03-03 07:30:10")

    (due,) = entries(center, "HandoverDue")
    assert (due["number"], due["minutes"]) == ("20260302-1", 30)
    assert handover.handover_context(center, officer).id == due["handover_id"]
    assert looks(center)[0] == here(center, "2026-03-03 08:30")


def test_a_report_that_was_begun_earlier_is_still_reminded_of_once(center: Center, clock: Clock, officer: Actor) -> None:
    handover_id = handover.open_handover(center, officer)

    until(center, clock, "2026-03-03 07:31")
    until(center, clock, "2026-03-03 07:40")

    assert [it["handover_id"] for it in entries(center, "HandoverDue")] == [handover_id]
    assert len(entries(center, "HandoverDrafted")) == 1


def test_nobody_taking_over_calls_the_leaders_after_the_time_of_grace(center: Center, clock: Clock) -> None:
    until(center, clock, "2026-03-03 07:31")
    until(center, clock, "2026-03-03 08:29")
    assert call(center) is None

    until(center, clock, "2026-03-03 08:30:10")

    (late,) = entries(center, "HandoverLate")
    assert (late["number"], late["minutes"]) == ("20260302-1", 30)
    message = call(center)
    assert message is not None
    assert (message.audience, message.needs_answer, message.recipients) == ("duty_chain", True, 3)
    assert "20260302-1 班已于3月3日08:00到点" in message.text_zh
    assert "Watch 20260302-1 ended at 3 Mar 08:00" in message.text_en


def test_a_late_handover_ends_the_calls(center: Center, clock: Clock, outgoing: Actor, incoming: Actor) -> None:
    until(center, clock, "2026-03-03 07:31")
    until(center, clock, "2026-03-03 08:31")
    assert call(center) is not None
    handover_id = ready(center, outgoing)

    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    message = call(center)
    assert message is not None
    assert message.closed_at is not None
    assert rows(center, "notice") == []
    until(center, clock, "2026-03-03 12:00")
    assert len(entries(center, "HandoverLate")) == 1


def test_a_handover_in_time_is_followed_by_the_next_ones_clock(center: Center, clock: Clock, outgoing: Actor, incoming: Actor) -> None:
    until(center, clock, "2026-03-03 07:50")
    handover_id = ready(center, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    until(center, clock, "2026-03-04 07:31")

    assert not entries(center, "HandoverLate")
    assert [it["number"] for it in entries(center, "HandoverDue")] == ["20260302-1", "20260303-1"]


def test_a_holder_who_stays_on_is_warned_of_once_and_keeps_the_report(center: Center, clock: Clock, officer: Actor) -> None:
    first = watches.on_duty_now(center)
    assert first is not None
    with center.work(officer) as work:
        watches.begin_watch(work, first.id)

    until(center, clock, "2026-03-03 08:31")
    until(center, clock, "2026-03-05 09:00")

    assert len(entries(center, "HandoverLate")) == 1
    assert handover.handover_context(center, officer).number == first.number


def test_the_clock_goes_on_where_nobody_ever_signs(center: Center, clock: Clock) -> None:
    for day in range(3, 6):
        for time in ("07:31", "08:31"):
            until(center, clock, f"2026-03-{day:02d} {time}")

    assert [it["number"] for it in entries(center, "HandoverDue")] == ["20260302-1", "20260303-1", "20260304-1"]
    assert [it["number"] for it in entries(center, "HandoverLate")] == ["20260302-1", "20260303-1", "20260304-1"]
    assert len(looks(center)) == 1


def test_a_look_that_comes_twice_says_nothing_twice(center: Center, clock: Clock) -> None:
    until(center, clock, "2026-03-03 07:31")
    until(center, clock, "2026-03-03 08:31")
    before = len(entries(center, "HandoverLate")), len(entries(center, "HandoverDue")), looks(center)

    with center.read() as session:
        entry_id = session.scalar(select(Job.entry_id).where(Job.name == handover_clock.JOB).limit(1))
    assert entry_id is not None
    with center.work(SYSTEM) as work:
        handover_clock.keep_handover(center, work, entry_id=entry_id)

    assert (len(entries(center, "HandoverLate")), len(entries(center, "HandoverDue")), looks(center)) == before


def test_without_a_roster_it_looks_again_every_hour(center: Center, clock: Clock, officer: Actor) -> None:
    with center.work(officer) as work:
        work.take_turns(watches.TURN)
        for watch in watches.watches_between(work.session, center.now() - timedelta(days=1), center.now() + timedelta(days=40)):
            watch.post = "YY" if watch.post == "centre" else watch.post
            watch.on_board = False
            watch.number = f"x{watch.id}"
        work.record(events.WatchesCalledUp(watches=[]))

    until(center, clock, "2026-03-03 07:31")

    (due,) = looks(center)
    assert timedelta(minutes=59) < due - center.now() <= timedelta(hours=1)


def test_workers_that_slept_over_the_hour_catch_up_on_the_warning(center: Center, clock: Clock) -> None:
    """Nobody ever took over and no report was begun: by the roster alone the next watch would be on duty."""
    clock.advance((here(center, "2026-03-03 09:40") - clock.now()).total_seconds())

    work_off(center, clock)

    (late,) = entries(center, "HandoverLate")
    assert (late["number"], late["minutes"]) == ("20260302-1", 100)
    message = call(center)
    assert message is not None
    assert (message.audience, message.recipients) == ("duty_chain", 3)
    found = handover_clock.late_watch(center)
    assert found is not None
    assert (found.number, found.since) == ("20260302-1", here(center, "2026-03-03 08:00"))


def test_wall_and_console_are_told_while_the_workers_still_sleep(center: Center, clock: Clock) -> None:
    for at, number in (("2026-03-03 08:29", None), ("2026-03-03 08:30", "20260302-1"), ("2026-03-03 09:40", "20260302-1")):
        clock.advance((here(center, at) - clock.now()).total_seconds())
        found = handover_clock.late_watch(center)
        assert (None if found is None else found.number) == number


def test_a_watch_that_was_relieved_is_late_no_more(center: Center, clock: Clock, outgoing: Actor, incoming: Actor) -> None:
    until(center, clock, "2026-03-03 08:45")
    assert handover_clock.late_watch(center) is not None
    handover_id = ready(center, outgoing)

    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    assert handover_clock.late_watch(center) is None
