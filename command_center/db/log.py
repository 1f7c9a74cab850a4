"""The operations log: append-only and hash-chained, so that a changed or missing line shows."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, select, text, type_coerce
from sqlalchemy.orm import Session

from command_center.db.board_rows import moment
from command_center.db.tables import ChainHead, LogEntry
from command_center.db.types import canonical_json
from command_center.domain.events import Event
from command_center.domain.rights import Actor

GENESIS = "0" * 64
"""What the first line names as its predecessor."""


def digest(*, prev: str, entry_id: int, at: datetime, actor: str, role: str, event: str, facts: str) -> str:
    """SHA-256 over one line and its predecessor's hash; `facts` is the canonical JSON text as stored."""
    line = canonical_json([prev, entry_id, moment(at), actor, role, event, facts])
    return hashlib.sha256(line.encode()).hexdigest()


def append(session: Session, events: list[Event], *, actor: Actor, at: datetime, touched: list[str]) -> list[LogEntry]:
    """Append events as log lines; the last one carries the touched board rows.

    Locks the chain's head until the transaction ends: writers take turns, and ids follow the order of commits.
    """
    head = session.scalars(select(ChainHead).where(ChainHead.id == 1).with_for_update()).one()
    entries = []
    for event in events:
        facts = event.facts()
        entry_id = head.last_id + 1
        entry = LogEntry(
            id=entry_id,
            at=at,
            actor=actor.name,
            role=actor.role,
            event=event.name,
            facts=facts,
            incident_id=facts.get("incident_id"),
            unit_id=facts.get("unit_id"),
            touched=touched if event is events[-1] else [],
            prev=head.last_hash,
            hash=digest(
                prev=head.last_hash,
                entry_id=entry_id,
                at=at,
                actor=actor.name,
                role=actor.role.value,
                event=event.name,
                facts=canonical_json(facts),
            ),
        )
        head.last_id, head.last_hash = entry.id, entry.hash
        entries.append(entry)
    session.add_all(entries)
    session.flush()
    return entries


def about_activation(activation_id: int, since: datetime) -> ColumnElement[bool]:
    """A condition for the log lines of one activation: the facts are canonical text, so its number stands there in one way only.

    since : when it was asked for; no line before that is looked at.
    """
    fact = f'"activation_id":{activation_id}'
    facts = type_coerce(LogEntry.facts, Text)
    return (LogEntry.at >= since) & (facts.contains(f"{fact},") | facts.endswith(f"{fact}}}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVerdict:
    """What a check of the chain found. broken_at : id of the first line that does not fit, None when all do."""

    lines: int
    head_hash: str
    broken_at: int | None


_HEAD = text("SELECT last_id, last_hash, (SELECT max(id) FROM log_entry) FROM chain_head WHERE id = 1")
_LINES = text("SELECT id, at, actor, role, event, facts, prev, hash FROM log_entry WHERE id <= :last ORDER BY id").columns(
    LogEntry.id, LogEntry.at, LogEntry.actor, LogEntry.role, LogEntry.event
)


def verify(session: Session) -> LogVerdict:
    """Recompute the chain from its first line to its head; name the first line that was changed, removed or put in.

    The head is looked at first, and lines that come after it are left for the next time: others may be writing meanwhile.
    """
    last_id, last_hash, newest = session.execute(_HEAD).one()
    prev, lines = GENESIS, 0
    with session.execute(_LINES, {"last": last_id}, execution_options={"yield_per": 10_000}) as rows:
        for entry_id, at, actor, role, event, facts, said_prev, said_hash in rows:
            lines += 1
            expected = digest(prev=prev, entry_id=lines, at=at, actor=actor, role=role.value, event=event, facts=facts)
            if entry_id != lines or said_prev != prev or said_hash != expected:
                return LogVerdict(lines=lines, head_hash=prev, broken_at=lines)
            prev = expected
    whole = lines == last_id == (newest or 0) and prev == last_hash
    return LogVerdict(lines=lines, head_hash=prev, broken_at=None if whole else lines + 1)
