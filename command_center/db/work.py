"""One order, one transaction: load (locked), check, change, record. Nobody else commits."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.unitofwork import UOWTransaction

from command_center.db import log
from command_center.db.tables import AnsweredOrder, Base, Job
from command_center.db.types import canonical_json
from command_center.domain.errors import ChangedMeanwhile, KeyReused, Refusal, Unknown
from command_center.domain.events import Event
from command_center.domain.rights import Actor

FIRST_LEASE = timedelta(seconds=3)
"""A job is born leased to whoever wrote it: if that process dies before handing it over, the relay takes it up after this."""

Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Reaction:
    """Work that follows an event: the job's name, and how long after the event it is due."""

    job: str
    after_s: float = 0.0


Reactions = Callable[[Event], tuple[Reaction, ...]]


@dataclass(slots=True)
class Work:
    """A transaction in the name of an actor.

    Use as `with center.work(actor) as work:`; leaving the block commits, an exception rolls back. Board rows that change
    must come with a recorded event: a screen learns of nothing that is not in the log.

    speed : seconds of `now` in one second on the wall; leases, sessions and everything else between machines last real time.
    written : ids of the lines that went into the log, once the block has been left.
    """

    session: Session
    actor: Actor
    now: datetime
    reactions: Reactions
    speed: float = 1.0
    due_now: list[Job] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)
    _touched: set[str] = field(default_factory=set)

    def __enter__(self) -> Self:
        sqlalchemy_event.listen(self.session, "after_flush", self._note_touched)
        self.session.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._write_down()
                self.session.commit()
            else:
                self.session.rollback()
        except StaleDataError as stale:
            self.session.rollback()
            raise ChangedMeanwhile(kind="row", id=str(stale)) from stale
        finally:
            self.session.close()

    def get(self, table: type[Row], row_id: int | str | tuple[str, ...], unknown: Refusal | None = None) -> Row:
        """Load one row and lock it until the transaction ends; raises `unknown` (default Unknown) when there is none."""
        row = self.session.get(table, row_id, with_for_update=True, populate_existing=True)
        if row is None:
            raise unknown or Unknown(kind=table.__tablename__, id=str(row_id))
        return row

    def all(self, table: type[Row], row_ids: list[str], unknown: Callable[[str], Refusal]) -> list[Row]:
        """Load several rows and lock them, always in the same order of key, whatever order was asked for."""
        return [self.get(table, row_id, unknown(row_id)) for row_id in sorted(set(row_ids))]

    def every(self, table: type[Row], row_ids: Iterable[int]) -> Sequence[Row]:
        """Load those of many rows that are there and lock them, by key, with one statement."""
        (key,) = inspect(table).primary_key
        rows = select(table).where(key.in_(set(row_ids))).order_by(key).with_for_update()
        return self.session.scalars(rows, execution_options={"populate_existing": True}).all()

    def add(self, row: Row) -> Row:
        """Put a new row in and give it its key."""
        self.session.add(row)
        self.session.flush()
        return row

    def take_turns(self, about: str) -> None:
        """Let one transaction at a time do this; SQLite's writers take turns anyway."""
        if self.session.get_bind().dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(about.encode()).digest()[:8], signed=True)
            self.session.execute(select(func.pg_advisory_xact_lock(number)))

    def record(self, event: Event) -> None:
        """Write what happened into the log when the transaction commits, with the work that follows from it."""
        self._events.append(event)

    def answered(self, key: str | None, order: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer this key already got, or None after marking the key as taken by this transaction.

        Two at once: the second waits for the first and then finds its answer. The same key with another order is refused.
        """
        if key is None:
            return None
        fingerprint = hashlib.sha256(canonical_json(order).encode()).hexdigest()
        held = self.session.get(AnsweredOrder, (self.actor.name, key))
        if held is None:
            try:
                with self.session.begin_nested():
                    self.add(AnsweredOrder(actor=self.actor.name, key=key, fingerprint=fingerprint, answer=None, at=self.now))
            except IntegrityError:
                held = self.session.get_one(AnsweredOrder, (self.actor.name, key))
            else:
                return None
        if held.fingerprint != fingerprint:
            raise KeyReused(key=key)
        return held.answer

    def answer(self, key: str | None, answer: dict[str, Any]) -> None:
        """Keep the answer for the next time the same key comes."""
        if key is not None:
            self.session.get_one(AnsweredOrder, (self.actor.name, key)).answer = answer

    @property
    def recorded(self) -> bool:
        """Whether anything went into the log."""
        return bool(self._events)

    def _note_touched(self, session: Session, _context: UOWTransaction) -> None:
        for row in session.new.union(row for row in session.dirty if session.is_modified(row)):
            if row.board_kind is not None and row.shows_on_board():
                self._touched.add(f"{row.board_kind}:{row.id}")

    def _write_down(self) -> None:
        self.session.flush()
        if not self._events:
            if self._touched:
                raise RuntimeError(f"the board changed without a recorded event: {sorted(self._touched)}")
            return
        touched = sorted(self._touched)
        entries = log.append(self.session, self._events, actor=self.actor, at=self.now, touched=touched)
        self.written = [entry.id for entry in entries]
        for entry, event in zip(entries, self._events, strict=True):
            for reaction in self.reactions(event):
                self._plan(entry.id, entry.incident_id, reaction)
        self.session.flush()

    def _plan(self, entry_id: int, incident_id: int | None, reaction: Reaction) -> None:
        due_now = reaction.after_s == 0
        job = Job(
            key=f"{entry_id}:{reaction.job}",
            name=reaction.job,
            entry_id=entry_id,
            incident_id=incident_id,
            due_at=self.now + timedelta(seconds=reaction.after_s),
            lease_until=self.now + FIRST_LEASE * self.speed if due_now else None,
            handovers=1 if due_now else 0,
            attempts=0,
            last_error="",
        )
        self.session.add(job)
        if due_now:
            self.due_now.append(job)
