"""The operations log: append-only and hash-chained, so that a changed or missing line shows."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, select, text, union
from sqlalchemy.orm import Session

from command_center.db.board_rows import moment
from command_center.db.tables import ChainHead, LogEntry, LogOfActivation
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
    about = []
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
        if facts.get("activation_id") is not None:
            about.append(LogOfActivation(activation_id=facts["activation_id"], entry_id=entry_id))
    session.add_all([*entries, *about])
    session.flush()
    return entries


def lines_about(*, incidents: Collection[int] = (), activations: Collection[int] = ()) -> Select[LogEntry]:
    """A select of every line of the log about any of these, oldest first."""
    of_incidents = select(LogEntry.id).where(LogEntry.incident_id.in_(incidents))
    of_activations = select(LogOfActivation.entry_id).where(LogOfActivation.activation_id.in_(activations))
    asked = [part for part, ids in ((of_incidents, incidents), (of_activations, activations)) if ids]
    return select(LogEntry).where(LogEntry.id.in_(union(*asked)) if asked else false()).order_by(LogEntry.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogVerdict:
    """What a check of the chain found. broken_at : id of the first line that does not fit, None when all do."""

    lines: int
    head_hash: str
    broken_at: int | None


_AT = {"sqlite": "at", "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"}
"""A moment as text, as each engine has it at hand: making datetimes of a million moments took longer than hashing the lines."""

READ_AT_ONCE = 2_000

_HEAD = text("SELECT last_id, last_hash, (SELECT max(id) FROM log_entry) FROM chain_head WHERE id = 1")


def verify(session: Session) -> LogVerdict:
    """Recompute the chain from its first line to its head; name the first line that was changed, removed or put in.

    The head is looked at first, and lines that come after it are left for the next time: others may be writing meanwhile.
    """
    last_id, last_hash, newest = session.execute(_HEAD).one()
    columns = f"id, {_AT[session.get_bind().dialect.name]}, actor, role, event, facts, prev, hash"
    lines = text(f"SELECT {columns} FROM log_entry WHERE id <= :last ORDER BY id")  # noqa: S608 - the columns are ours
    with session.execute(lines, {"last": last_id}, execution_options={"yield_per": READ_AT_ONCE}) as rows:
        verdict = _follow(rows)
    if verdict.broken_at is not None:
        return verdict
    whole = verdict.lines == last_id == (newest or 0) and verdict.head_hash == last_hash
    return verdict if whole else replace(verdict, broken_at=verdict.lines + 1)


def _follow(rows: Iterable[Sequence[Any]]) -> LogVerdict:
    """The chain up to its first broken line. rows : id, then the texts of moment, actor, role, event, facts, prev and hash.

    Writes the same bytes as `digest`, which says what a line is, in a third of the time. Only the control characters of `facts` are not
    escaped: `canonical_json` leaves none in it, so a line that has one does not fit either way.
    """
    prev, lines, spoken = GENESIS, 0, dict[tuple[str, str, str], str]()
    for entry_id, at, actor, role, event, facts, said_prev, said_hash in rows:
        lines += 1
        try:
            who = spoken.get((actor, role, event)) or spoken.setdefault((actor, role, event), canonical_json([actor, role, event])[1:-1])
            moment_text = at.replace(" ", "T").removesuffix(".000000")
            facts_text = facts.replace("\\", "\\\\").replace('"', '\\"')
            expected = hashlib.sha256(f'["{prev}",{lines},"{moment_text}Z",{who},"{facts_text}"]'.encode()).hexdigest()
        except (AttributeError, TypeError):  # somebody put a number or nothing where SQLite had text
            expected = ""
        if entry_id != lines or said_prev != prev or said_hash != expected:
            return LogVerdict(lines=lines, head_hash=prev, broken_at=lines)
        prev = expected
    return LogVerdict(lines=lines, head_hash=prev, broken_at=None)
