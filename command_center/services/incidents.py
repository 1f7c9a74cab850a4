"""What an officer does with an open incident besides sending units: acknowledge, judge, note, merge, close, reopen."""

from sqlalchemy import select, update

from command_center.center import Center
from command_center.db.tables import Assignment, Call, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import CannotMerge, IncidentHasUnits, Invalid, NotPermitted, UnknownIncident
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.status import (
    CLOSING_OUTCOMES,
    INCIDENT_CHART,
    OPEN_INCIDENT,
    AssignmentStatus,
    IncidentStatus,
    advance,
    incident_status_for,
)
from command_center.services.notices import stop_calling
from command_center.services.open_incidents import open_incident
from command_center.services.photos import require_photo
from command_center.services.stock_reservations import hand_over_in, release_in

LONGEST_PHOTO_NOTE = 200


def acknowledge_incident(center: Center, incident_id: int, actor: Actor) -> None:
    """Say "seen": the incident stops sounding. Doing it twice changes nothing."""
    actor.require(Right.RUN_INCIDENTS)
    with center.work(actor) as work:
        incident = open_incident(work, incident_id)
        if incident.acknowledged_at is None:
            incident.acknowledged_at, incident.acknowledged_by = work.now, actor.name
            stop_calling(work, incident.id)
            work.record(events.IncidentAcknowledged(incident_id=incident.id, number=incident.number))


def control_incident(center: Center, incident_id: int, actor: Actor) -> None:
    """The danger is over; units may still be there."""
    actor.require(Right.RUN_INCIDENTS)
    with center.work(actor) as work:
        incident = open_incident(work, incident_id)
        incident.status = advance(INCIDENT_CHART, incident.status, IncidentStatus.CONTROLLED, subject=incident.number)
        incident.controlled_at = work.now
        work.record(events.IncidentControlled(incident_id=incident.id, number=incident.number))


def close_incident(
    center: Center, incident_id: int, actor: Actor, *, outcome: IncidentStatus = IncidentStatus.CLOSED, note: str = ""
) -> None:
    """End an incident as closed, false alarm or transferred; stock that is still put by for it is free again.

    Raises Invalid for another outcome, IncidentHasUnits while units are on it.
    """
    actor.require(Right.RUN_INCIDENTS)
    if outcome not in CLOSING_OUTCOMES:
        raise Invalid(field="outcome", value=outcome.value)
    with center.work(actor) as work:
        incident = open_incident(work, incident_id)
        busy = _active_units(work, incident.id)
        if busy:
            raise IncidentHasUnits(incident=incident.number, units=busy)
        release_in(work, "incident", incident.id)
        _end(work, incident, outcome)
        work.record(events.IncidentClosed(incident_id=incident.id, number=incident.number, outcome=outcome.value, note=note))


def _active_units(work: Work, incident_id: int) -> list[str]:
    return list(
        work.session.scalars(
            select(Assignment.unit_id)
            .where(Assignment.incident_id == incident_id, Assignment.ended_at.is_(None))
            .order_by(Assignment.unit_id)
        )
    )


def _end(work: Work, incident: Incident, to: IncidentStatus) -> None:
    incident.status = advance(INCIDENT_CHART, incident.status, to, subject=incident.number)
    incident.ended_at = work.now
    incident.suggested_unit_id = incident.suggested_instead_of = None
    if incident.acknowledged_at is None:
        incident.acknowledged_at, incident.acknowledged_by = work.now, work.actor.name
    stop_calling(work, incident.id)


def merge_incidents(center: Center, incident_id: int, into_id: int, actor: Actor) -> None:
    """Two incidents are one: calls, units and reserved stock of the first go to the second, and the first ends as merged.

    Raises UnknownIncident, IncidentEnded, CannotMerge (into itself).
    """
    actor.require(Right.RUN_INCIDENTS)
    if incident_id == into_id:
        raise CannotMerge(incident=incident_id, into=into_id)
    with center.work(actor) as work:
        for unit_id in _active_units(work, incident_id):
            work.get(Unit, unit_id)
        locked = {it: open_incident(work, it) for it in sorted((incident_id, into_id))}
        incident, into = locked[incident_id], locked[into_id]
        _move_calls(work, incident, into)
        _move_units(work, incident, into)
        hand_over_in(work, "incident", incident.id, into.id)
        incident.merged_into_id = into.id
        _end(work, incident, IncidentStatus.MERGED)
        work.record(events.IncidentMerged(incident_id=incident.id, number=incident.number, into_id=into.id, into_number=into.number))


def _move_calls(work: Work, incident: Incident, into: Incident) -> None:
    work.session.execute(update(Call).where(Call.incident_id == incident.id).values(incident_id=into.id, joined=True))
    into.call_count += incident.call_count
    into.reported_at = min(into.reported_at, incident.reported_at)
    into.last_call_at = max(into.last_call_at, incident.last_call_at)


def _move_units(work: Work, incident: Incident, into: Incident) -> None:
    active = work.session.scalars(select(Assignment).where(Assignment.incident_id == incident.id, Assignment.ended_at.is_(None)))
    for assignment in active.all():
        assignment.incident_id = into.id
        work.get(Unit, assignment.unit_id).incident_id = into.id
    for stamp in ("dispatched_at", "en_route_at", "on_scene_at"):
        moments = [moment for moment in (getattr(into, stamp), getattr(incident, stamp)) if moment is not None]
        setattr(into, stamp, min(moments, default=None))
    work.session.flush()
    statuses: list[AssignmentStatus] = list(work.session.scalars(select(Assignment.status).where(Assignment.incident_id == into.id)))
    into.status = incident_status_for(statuses, into.status)


def reopen_incident(center: Center, incident_id: int, actor: Actor, reason: str = "") -> None:
    """An ended incident was not over after all. A merged one stays merged: reopen the one it went into."""
    actor.require(Right.RUN_INCIDENTS)
    with center.work(actor) as work:
        incident = work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
        incident.status = advance(INCIDENT_CHART, incident.status, IncidentStatus.NEW, subject=incident.number)
        incident.ended_at = incident.controlled_at = None
        work.record(events.IncidentReopened(incident_id=incident.id, number=incident.number, reason=reason))


def set_severity(center: Center, incident_id: int, severity: Level, actor: Actor, reason: str = "") -> None:
    """Judge an incident graver or lighter. One that becomes grave has to be acknowledged anew, unless its judge is at the desk."""
    actor.require(Right.RUN_INCIDENTS)
    with center.work(actor) as work:
        incident = open_incident(work, incident_id)
        before = incident.severity
        if before is severity:
            return
        incident.severity = severity
        work.record(
            events.SeverityChanged(
                incident_id=incident.id, number=incident.number, before=before.value, after=severity.value, reason=reason
            )
        )


def add_note(center: Center, incident_id: int, note: str, actor: Actor) -> None:
    """Add a line to what is known; also to an ended incident, where it only goes into the log."""
    actor.require(Right.RUN_INCIDENTS)
    text = note.strip()
    if not text:
        raise Invalid(field="note", value="")
    with center.work(actor) as work:
        incident = work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
        if incident.status in OPEN_INCIDENT:
            incident.note = f"{incident.note}\n{text}".strip()
        work.record(events.IncidentNoted(incident_id=incident.id, number=incident.number, note=text))


def add_photo(center: Center, incident_id: int, photo: str, actor: Actor, note: str = "") -> None:
    """Put a stored photo to an incident, ended or not; the log keeps it. The desk may, and a crew that is on it.

    Raises UnknownIncident, Unknown (no such photo), NotPermitted, Invalid (a note too long).
    """
    actor.require(Right.SEND_PHOTOS)
    require_photo(center, photo)
    text = note.strip()
    if len(text) > LONGEST_PHOTO_NOTE:
        raise Invalid(field="note", value=f"{len(text)} > {LONGEST_PHOTO_NOTE}")
    with center.work(actor) as work:
        incident = work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
        if not actor.may(Right.RUN_INCIDENTS):
            unit = None if actor.unit_id is None else work.session.get(Unit, actor.unit_id)
            if unit is None or unit.incident_id != incident.id:
                raise NotPermitted(role=actor.role.value, right=Right.RUN_INCIDENTS.value)
        work.record(events.IncidentPhotographed(incident_id=incident.id, number=incident.number, photo=photo, note=text))
