"""Free entries of the duty log: take, report, pass on, follow up. What was written stays; a correction is a line of its own."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Incident, LogEntry
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, ReasonNeeded, UnknownEntry, UnknownIncident
from command_center.domain.handover import EntryAct
from command_center.domain.rights import Actor, Right
from command_center.services.calls import written_time
from command_center.services.catching_up import LONGEST_ON_PAPER
from command_center.services.live import log_row

LONGEST_ENTRY = 2000


def write_entry(
    center: Center,
    note: str,
    act: EntryAct,
    actor: Actor,
    *,
    incident_id: int | None = None,
    corrects: int | None = None,
    happened_at: datetime | None = None,
) -> int:
    """Write a line by hand; returns its number. corrects : number of the line that was wrong, which stays as it is.

    happened_at : when it was, for what stood on paper first; aware, of the last week. Raises ReasonNeeded (no words), Invalid (too long,
    or a time that cannot be), UnknownIncident, UnknownEntry.
    """
    actor.require(Right.WRITE_LOG)
    said = note.strip()
    if not said:
        raise ReasonNeeded(field="note")
    if len(said) > LONGEST_ENTRY:
        raise Invalid(field="note", value=f"{len(said)} > {LONGEST_ENTRY}")
    with center.work(actor) as work:
        if happened_at is not None and not work.now - LONGEST_ON_PAPER <= happened_at <= work.now:
            raise Invalid(field="time", value=happened_at.isoformat())
        happened = "" if happened_at is None else written_time(center, happened_at)
        about = _incident(work, incident_id)
        if corrects is None:
            number = "" if about is None else about.number
            work.record(events.DutyNoted(act=act.value, note=said, incident_id=incident_id, incident=number, happened=happened))
        else:
            wrong = _entry(work.session, corrects)
            about_id = wrong.incident_id if incident_id is None else incident_id
            work.record(events.EntryCorrected(corrects=wrong.id, act=act.value, note=said, incident_id=about_id))
    return work.written[0]


def _incident(work: Work, incident_id: int | None) -> Incident | None:
    if incident_id is None:
        return None
    incident = work.session.get(Incident, incident_id)
    if incident is None:
        raise UnknownIncident(incident=incident_id)
    return incident


def _entry(session: Session, entry_id: int) -> LogEntry:
    entry = session.get(LogEntry, entry_id)
    if entry is None:
        raise UnknownEntry(entry=entry_id)
    return entry


def read_entry(center: Center, entry_id: int, actor: Actor) -> dict[str, Any]:
    """One line of the log as screens get it, with its hash. Raises UnknownEntry."""
    actor.require(Right.READ_WORDS)
    with center.read() as session:
        entry = _entry(session, entry_id)
        return log_row(entry) | {"hash": entry.hash}
