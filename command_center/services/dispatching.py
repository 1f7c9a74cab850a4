"""Ordering units to an incident: all or none, and nobody twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    IncidentEnded,
    NoUnits,
    UnitNotAvailable,
    UnknownIncident,
    UnknownUnit,
)
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.rights import Actor, Right
from command_center.domain.status import (
    INCIDENT_CHART,
    OPEN_INCIDENT,
    UNIT_CHART,
    AssignmentStatus,
    IncidentStatus,
    UnitStatus,
    advance,
    incident_status_for,
    may_advance,
)
from command_center.services.notices import stop_calling
from command_center.services.proposing import propose_units


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchUnits:
    """Send these units to an incident: all or none. unit_ids may be ids or call signs in either language."""

    incident_id: int
    unit_ids: tuple[str, ...]
    key: str | None = None


def dispatch_units(center: Center, order: DispatchUnits, actor: Actor) -> tuple[int, ...]:
    """Order units to an incident; returns the assignments' ids in the order the units were named.

    Raises NoUnits, UnknownUnit, UnknownIncident, IncidentEnded, and UnitNotAvailable with who has the unit: then nothing happened.
    """
    actor.require(Right.DISPATCH)
    unit_ids = _unit_ids(center, order.unit_ids)
    proposal = propose_units(center, order.incident_id)
    travel_s = {unit.unit_id: unit.travel_s for unit in proposal.units}
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": "dispatch_units", "incident": order.incident_id, "units": list(unit_ids)})
        if earlier is not None:
            return tuple(earlier["assignments"])
        units = {unit.id: unit for unit in work.all(Unit, list(unit_ids), lambda unit_id: UnknownUnit(unit=unit_id))}
        incident = open_incident(work, order.incident_id)
        for unit in units.values():
            check_free(work, unit)
        proposed = list(proposal.preselected)
        sent = [assign(work, incident, units[unit_id], travel_s.get(unit_id), proposed) for unit_id in unit_ids]
        follow_units(work, incident)
        work.answer(order.key, {"assignments": sent})
        return tuple(sent)


def _unit_ids(center: Center, named: Sequence[str]) -> tuple[str, ...]:
    """Ids of units named by id or call sign, each once; raises NoUnits and UnknownUnit."""
    if not named:
        raise NoUnits(field="units")
    return tuple(dict.fromkeys(unit_named(center, name) for name in named))


def unit_named(center: Center, name: str) -> str:
    """The id of the unit with this id or call sign; raises UnknownUnit."""
    wanted = name.strip().lower()
    for vehicle in center.catalogue.vehicles.values():
        if wanted in (vehicle.id.lower(), vehicle.call_sign.zh.lower(), vehicle.call_sign.en.lower()):
            return vehicle.id
    raise UnknownUnit(unit=name)


def open_incident(work: Work, incident_id: int) -> Incident:
    """Load and lock an incident that must still be open; raises UnknownIncident, IncidentEnded."""
    work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
    return seen_incident(work.session, incident_id)


def seen_incident(session: Session, incident_id: int) -> Incident:
    """The same without a lock, for who locks its units first."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise UnknownIncident(incident=incident_id)
    if incident.status not in OPEN_INCIDENT:
        raise IncidentEnded(incident=incident.number, status=incident.status.value)
    return incident


def check_free(work: Work, unit: Unit) -> None:
    if may_advance(UNIT_CHART, unit.status, UnitStatus.DISPATCHED):
        return
    holder = work.session.get(Assignment, unit.assignment_id) if unit.assignment_id else None
    incident = work.session.get(Incident, unit.incident_id) if unit.incident_id else None
    raise UnitNotAvailable(
        unit=unit.id,
        status=unit.status.value,
        incident=None if incident is None else incident.number,
        by=None if holder is None else holder.ordered_by,
    )


def assign(work: Work, incident: Incident, unit: Unit, travel_s: float | None, proposed: list[str]) -> int:
    """Order one free unit to an open incident within a larger decision; unit and incident are locked. Returns the assignment's id."""
    turnout_s = 0.0 if unit.status is UnitStatus.RETURNING else TURNOUT_S
    known_s = travel_s if travel_s is not None and isfinite(travel_s) else None
    unit.status = advance(UNIT_CHART, unit.status, UnitStatus.DISPATCHED, subject=unit.id)
    assignment = work.add(
        Assignment(
            incident_id=incident.id,
            unit_id=unit.id,
            status=AssignmentStatus.QUEUED,
            ordered_by=work.actor.name,
            travel_s=known_s,
            dispatched_at=work.now,
            expected_arrival_at=None if known_s is None else work.now + timedelta(seconds=turnout_s + known_s),
            end_reason="",
        )
    )
    unit.incident_id, unit.assignment_id = incident.id, assignment.id
    incident.dispatched_at = incident.dispatched_at or work.now
    incident.suggested_unit_id = incident.suggested_instead_of = None
    _acknowledge_by_acting(work, incident)
    work.record(
        events.UnitDispatched(
            incident_id=incident.id,
            number=incident.number,
            unit_id=unit.id,
            assignment_id=assignment.id,
            travel_s=known_s,
            proposed=proposed,
        )
    )
    return assignment.id


def _acknowledge_by_acting(work: Work, incident: Incident) -> None:
    """Who sends a unit has seen the incident."""
    if incident.acknowledged_at is None:
        incident.acknowledged_at, incident.acknowledged_by = work.now, work.actor.name
        stop_calling(work, incident.id)


def follow_units(work: Work, incident: Incident) -> None:
    """Let the incident's status follow its units."""
    work.session.flush()
    statuses = list(work.session.scalars(select(Assignment.status).where(Assignment.incident_id == incident.id)))
    to = incident_status_for(statuses, incident.status)
    if to is not incident.status:
        incident.status = advance(INCIDENT_CHART, incident.status, to, subject=incident.number)
        if to is IncidentStatus.CONTROLLED:
            incident.controlled_at = incident.controlled_at or work.now
