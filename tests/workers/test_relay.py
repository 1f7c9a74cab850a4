"""The relay: every log line reaches the stream, every due job reaches the queue, whatever goes away in between."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Job, LogEntry
from command_center.domain.rights import Actor
from command_center.services import log_search
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.log_search import LogQuery, search_log
from command_center.wire import EmbeddedValkey, Wire, WireDown
from tests.builders import take_test_call
from tests.conftest import Clock
from workers.relay import Relay


@pytest.fixture
def relay(center: Center) -> Relay:
    """A relay that has told everything up to now."""
    relay = Relay(center)
    while relay.publish():
        pass
    return relay


@pytest.fixture
def own_redis(center: Center) -> Iterator[EmbeddedValkey]:
    """A Valkey that the test may end; the centre's wire leads there."""
    shared = center.wire
    with tempfile.TemporaryDirectory(prefix="cr-", dir="/tmp") as folder, EmbeddedValkey(Path(folder)) as server:
        center.wire = Wire(server.url)
        yield server
        center.wire.close()
        center.wire = shared


@pytest.fixture
def worker(redis_url: str) -> Iterator[None]:
    """A worker as the relay sees it: connected, and it takes nothing from the queue."""
    with closing(Redis.from_url(redis_url, client_name="center-worker-of-this-test")) as connection:
        connection.ping()
        yield


def told(center: Center) -> list[int]:
    """Log ids on the stream, in its order."""
    return [json.loads(payload)["log_id"] for _, payload in center.wire.facts_after("0-0")]


def unpublished(center: Center) -> list[int]:
    with center.read() as session:
        return list(session.scalars(select(LogEntry.id).where(LogEntry.published_at.is_(None)).order_by(LogEntry.id)))


def dispatch(center: Center, officer: Actor) -> None:
    incident_id = take_test_call(center, officer).incident_id
    dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), officer)


def handovers(center: Center) -> dict[str, int]:
    with center.read() as session:
        return {job.name: job.handovers for job in session.scalars(select(Job))}


# ---- publishing ----------------------------------------------------------------------------------------------------------------


def test_every_entry_is_told_once_and_in_order(center: Center, relay: Relay, officer: Actor) -> None:
    before = told(center)
    take_test_call(center, officer)
    dispatch(center, officer)
    new = unpublished(center)

    assert relay.publish() == len(new) > 2
    assert relay.publish() == 0
    assert told(center) == before + new


def test_what_is_told_carries_the_touched_rows_with_their_versions(center: Center, relay: Relay, officer: Actor) -> None:
    taken = take_test_call(center, officer)

    relay.publish()

    facts = json.loads(center.wire.facts_after("0-0")[-1][1])
    rows = {(row["kind"], row["id"]): row["version"] for row in facts["rows"]}
    assert facts["entry"]["event"] == "CallTaken"
    assert rows[("incident", str(taken.incident_id))] >= 1


def test_an_entry_is_found_by_what_it_lacks_not_by_its_number(center: Center, relay: Relay, officer: Actor) -> None:
    """An older entry may become visible after a newer one was told, or its mark may be lost with a crash."""
    take_test_call(center, officer)
    relay.publish()
    take_test_call(center, officer)
    older = told(center)[-1]
    with Session(center.engine) as session, session.begin():
        session.execute(update(LogEntry).where(LogEntry.id == older).values(published_at=None))

    relay.publish()

    assert told(center)[-2:] == [older, older + 1]
    assert not unpublished(center)


def test_nothing_is_marked_as_told_while_redis_is_away(center: Center, relay: Relay, own_redis: EmbeddedValkey, officer: Actor) -> None:
    own_redis.kill()
    take_test_call(center, officer)
    waiting = unpublished(center)

    with pytest.raises(WireDown):
        relay.publish()
    assert unpublished(center) == waiting

    own_redis.launch()
    own_redis.wait_until_ready()
    assert relay.publish() == len(waiting)
    assert told(center) == waiting


def test_an_entry_that_cannot_be_told_does_not_hold_up_the_others(
    center: Center, relay: Relay, officer: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    take_test_call(center, officer)
    (good,) = unpublished(center)
    with Session(center.engine) as session, session.begin():
        strange = {"actor": "system", "role": officer.role, "event": "CallTaken", "facts": {}, "prev": "", "hash": ""}
        session.add(LogEntry(id=0, at=center.now(), touched=["dragon:1"], **strange))

    assert relay.publish() == 1

    assert told(center)[-1] == good
    assert unpublished(center) == [0]
    assert "could not be told" in caplog.text


# ---- filing words for searching ------------------------------------------------------------------------------------------------


def found(center: Center, officer: Actor, words: str) -> int:
    return len(search_log(center, LogQuery(text=words), officer).lines)


def test_a_turn_files_the_words_of_what_it_told(center: Center, relay: Relay, officer: Actor) -> None:
    take_test_call(center, officer, said="水管爆裂")
    assert found(center, officer, "爆裂") == 0

    relay.turn()

    assert found(center, officer, "爆裂") == 1


def test_words_are_filed_while_redis_is_away(center: Center, relay: Relay, own_redis: EmbeddedValkey, officer: Actor) -> None:
    own_redis.kill()
    take_test_call(center, officer, said="水管爆裂")

    with pytest.raises(WireDown):
        relay.turn()

    assert found(center, officer, "爆裂") == 1


def test_a_relay_that_has_much_to_file_goes_on_at_once_and_then_rests(
    center: Center, relay: Relay, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "FILED_AT_ONCE", 2)
    for _ in range(5):
        take_test_call(center, officer, said="水管爆裂")

    turns = 1
    relay.turn()
    while relay.has_more_to_file:
        relay.turn()
        turns += 1

    assert turns >= 3
    assert found(center, officer, "爆裂") == 5


def test_lines_that_cannot_be_filed_hold_up_nothing_else(
    center: Center, relay: Relay, officer: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    with Session(center.engine) as session, session.begin():
        strange = {"actor": "system", "role": officer.role, "event": "CallTaken", "facts": ["no", "facts"], "prev": "", "hash": ""}
        session.add(LogEntry(id=10_000, at=center.now(), touched=[], published_at=center.now(), **strange))
    take_test_call(center, officer)

    relay.turn()

    assert not unpublished(center)
    assert "could not be filed" in caplog.text


# ---- due work ------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("worker")
def test_a_job_whose_lease_ran_out_is_handed_over_again(center: Center, relay: Relay, officer: Actor, clock: Clock) -> None:
    dispatch(center, officer)
    assert center.wire.backlog() == len(("weigh_plans", "send_dispatch"))
    assert relay.hand_over_due() == 0

    clock.advance(3.1)

    assert relay.hand_over_due() == 2
    assert handovers(center)["send_dispatch"] == 2
    assert center.wire.backlog() == 4


@pytest.mark.usefixtures("worker")
def test_work_that_is_due_later_is_handed_over_then(center: Center, relay: Relay, officer: Actor, clock: Clock) -> None:
    dispatch(center, officer)
    clock.advance(59)
    relay.hand_over_due()
    assert handovers(center)["ask_for_answer"] == 0

    clock.advance(1.1)
    relay.hand_over_due()

    assert handovers(center)["ask_for_answer"] == 1


def test_without_a_worker_no_attempt_is_spent(center: Center, relay: Relay, officer: Actor, clock: Clock) -> None:
    dispatch(center, officer)
    clock.advance(3.1)

    assert relay.hand_over_due() == 0
    assert handovers(center)["send_dispatch"] == 1


def test_without_redis_no_attempt_is_spent(center: Center, relay: Relay, own_redis: EmbeddedValkey, officer: Actor, clock: Clock) -> None:
    dispatch(center, officer)
    clock.advance(3.1)
    own_redis.kill()

    with pytest.raises(WireDown):
        relay.hand_over_due()

    assert handovers(center)["send_dispatch"] == 1


@pytest.mark.usefixtures("worker")
def test_a_queue_that_nobody_empties_gets_no_more(center: Center, relay: Relay, officer: Actor, clock: Clock) -> None:
    dispatch(center, officer)
    for number in range(1000, 1020):
        center.wire.hand_over(number, 1, name="waiting", ttl_s=30)
    clock.advance(3.1)

    assert relay.hand_over_due() == 0


# ---- health --------------------------------------------------------------------------------------------------------------------


def test_the_lag_is_the_age_of_the_oldest_untold_entry(center: Center, relay: Relay, officer: Actor, clock: Clock) -> None:
    assert relay.lag_s() == 0
    take_test_call(center, officer)
    clock.advance(7)
    take_test_call(center, officer)

    assert relay.lag_s() == 7
    relay.turn()
    assert relay.lag_s() == 0


def test_every_turn_says_that_the_relay_lives(center: Center, relay: Relay) -> None:
    relay.turn()

    assert center.wire.relay_lag_s() == 0
