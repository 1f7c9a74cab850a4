"""The log: append-only, chained, and the outbox."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.log import append, digest, verify
from command_center.db.tables import ChainHead, LogEntry
from command_center.db.types import canonical_json
from command_center.domain import events
from command_center.domain.rights import Actor, Role
from command_center.services import history
from tests.builders import take_test_call


def _tamper(center: Center, statement: str) -> None:
    """Do what only someone with the database's own keys can do: take the triggers off and change a line."""
    with Session(center.engine) as session, session.begin():
        if center.engine.dialect.name == "sqlite":
            session.execute(text("DROP TRIGGER IF EXISTS log_entry_no_update"))
            session.execute(text("DROP TRIGGER IF EXISTS log_entry_no_delete"))
        else:
            session.execute(text("ALTER TABLE log_entry DISABLE TRIGGER ALL"))
        session.execute(text("DELETE FROM job"))  # jobs point to the lines that they follow
        session.execute(text(statement))


@pytest.mark.parametrize(
    "statement", ["UPDATE log_entry SET facts = '{}'", "DELETE FROM log_entry", "UPDATE log_entry SET actor = 'nobody' WHERE id = 1"]
)
def test_a_line_can_neither_be_changed_nor_removed(center: Center, statement: str) -> None:
    take_test_call(center)

    with pytest.raises(DBAPIError, match="append-only"), Session(center.engine) as session, session.begin():
        session.execute(text(statement))


def test_an_untouched_chain_is_whole(center: Center) -> None:
    for _ in range(5):
        take_test_call(center)

    verdict = history.verify_log(center)

    assert verdict.broken_at is None
    assert verdict.lines >= 5


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE log_entry SET facts = replace(facts, 'E107', 'E105') WHERE id = 5", 5),
        ("UPDATE log_entry SET actor = 'someone else' WHERE id = 2", 2),
        ("DELETE FROM log_entry WHERE id = 2", 2),
        ("DELETE FROM log_entry WHERE id = 6", 6),
        ("UPDATE log_entry SET prev = hash WHERE id = 4", 4),
        ("UPDATE log_entry SET role = 'crew' WHERE id = 3", 3),
        ("UPDATE log_entry SET event = 'SignedIn' WHERE id = 3", 3),
    ],
)
def test_the_first_broken_line_is_named(center: Center, statement: str, broken: int) -> None:
    for _ in range(5):
        take_test_call(center)

    _tamper(center, statement)

    assert history.verify_log(center).broken_at == broken


LAST_REMOVED = "DELETE FROM log_entry WHERE id = (SELECT last_id FROM chain_head)"
PUT_IN = """INSERT INTO log_entry (id, at, actor, role, event, facts, touched, prev, hash)
SELECT last_id + 1, at, actor, role, event, facts, touched, last_hash, hash FROM log_entry JOIN chain_head ON log_entry.id = last_id"""


@pytest.mark.parametrize(("statement", "after_the_head"), [(LAST_REMOVED, 0), (PUT_IN, 1)], ids=["the last one removed", "one put in"])
def test_what_was_done_to_the_end_of_the_chain_is_named(center: Center, statement: str, after_the_head: int) -> None:
    take_test_call(center)
    last = history.verify_log(center).lines

    _tamper(center, statement)

    assert history.verify_log(center).broken_at == last + after_the_head


def test_a_line_put_in_after_the_head_is_named_even_when_it_follows_the_chain(center: Center, officer: Actor) -> None:
    take_test_call(center)
    with center.read() as session:
        head = session.get_one(ChainHead, 1)
        last, prev = head.last_id, head.last_hash
    now, role = center.now(), officer.role
    forged = digest(prev=prev, entry_id=last + 1, at=now, actor="officer", role=role.value, event="DutyNoted", facts="{}")

    with Session(center.engine) as session, session.begin():
        session.add(
            LogEntry(
                id=last + 1,
                at=now,
                actor="officer",
                role=role,
                event="DutyNoted",
                facts={},
                touched=[],
                prev=prev,
                hash=forged,
            )
        )

    assert history.verify_log(center).broken_at == last + 1


def test_every_line_names_its_actor(center: Center, officer: Actor) -> None:
    take_test_call(center, officer)

    newest = history.recent_entries(center, limit=1)[0]

    assert (newest["event"], newest["actor"]) == ("CallTaken", officer.name)


def test_the_chain_holds_with_its_own_session(center: Center) -> None:
    take_test_call(center)

    with center.read() as session:
        verdict = verify(session)

    assert verdict.head_hash != "0" * 64


def test_a_chain_that_grows_while_it_is_checked_is_whole(center: Center, officer: Actor) -> None:
    take_test_call(center, officer)
    looked_at: list[str] = []

    def write_meanwhile(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        looked_at.append(statement)
        if len(looked_at) == 1:
            take_test_call(center, officer)

    with center.read() as session:
        event.listen(session.connection(), "after_cursor_execute", write_meanwhile)
        verdict = verify(session)

    assert len(looked_at) == 2
    assert verdict.broken_at is None
    assert history.verify_log(center).lines > verdict.lines


anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(anything, anything, moments), min_size=1, max_size=5))
def test_whatever_was_said_and_by_whom_the_check_computes_the_hash_of_the_line_as_it_was_written(
    center: Center, said: list[tuple[str, str, datetime]]
) -> None:
    with Session(center.engine) as session, session.begin():
        for name, note, at in said:
            noted = events.IncidentNoted(incident_id=1, number="20260302-001", note=note)
            append(session, [noted], actor=Actor(name=name, role=Role.DUTY_OFFICER), at=at, touched=[])

    with center.read() as session:
        newest = session.scalars(select(LogEntry).order_by(LogEntry.id.desc()).limit(1)).one()
        again = digest(
            prev=newest.prev,
            entry_id=newest.id,
            at=newest.at,
            actor=newest.actor,
            role=newest.role.value,
            event=newest.event,
            facts=canonical_json(newest.facts),
        )
        verdict = verify(session)

    assert verdict.broken_at is None
    assert verdict.head_hash == newest.hash == again


@pytest.mark.parametrize("value", ["42", "x'00'", "'2026-03-02T01:00:00'"])
def test_a_value_of_another_kind_breaks_the_line_not_the_check(center: Center, value: str) -> None:
    if center.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL itself refuses a value of another type")
    take_test_call(center)
    for column in ("facts", "at", "actor"):
        _tamper(center, f"UPDATE log_entry SET {column} = {value} WHERE id = 3")

    assert history.verify_log(center).broken_at == 3
