"""The log: append-only, chained, and the outbox."""

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.log import verify
from command_center.domain.rights import Actor
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
    ],
)
def test_the_first_broken_line_is_named(center: Center, statement: str, broken: int) -> None:
    for _ in range(5):
        take_test_call(center)

    _tamper(center, statement)

    assert history.verify_log(center).broken_at == broken


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
