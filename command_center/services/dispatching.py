"""Ordering units to an incident: all or none, and nobody twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.dispatching import DepotStop, RankedUnit, Shown, loader_of, shown_by
from command_center.domain.errors import (
    NoUnits,
    UnitNotAvailable,
    UnknownUnit,
)
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.rights import Actor, Right
from command_center.domain.status import (
    INCIDENT_CHART,
    UNIT_CHART,
    AssignmentStatus,
    IncidentStatus,
    UnitStatus,
    advance,
    incident_status_for,
    may_advance,
)
from command_center.services.loading import load_in
from command_center.services.notices import stop_calling
from command_center.services.open_incidents import open_incident
from command_center.services.proposing import propose_units
from command_center.services.stock_ledger import local_day


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchUnits:
    """Send these units to an incident: all or none. unit_ids may be ids or call signs in either language.

    shown : the proposal they were chosen from; None takes it as it is now.
    """

    incident_id: int
    unit_ids: tuple[str, ...]
    key: str | None = None
    shown: Shown | None = None


def dispatch_units(center: Center, order: DispatchUnits, actor: Actor) -> tuple[int, ...]:
    """Order units to an incident; returns the assignments' ids in the order the units were named.

    Where the incident needs stock, whoever of them is there with it soonest loads it on the way, and it is put by in that depot.
    Raises NoUnits, UnknownUnit, UnknownIncident, IncidentEnded, and UnitNotAvailable with who has the unit: then nothing happened.
    """
    actor.require(Right.DISPATCH)
    unit_ids = _unit_ids(center, order.unit_ids)
    proposal = propose_units(center, order.incident_id)
    lines = {unit.unit_id: unit for unit in proposal.units}
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": "dispatch_units", "incident": order.incident_id, "units": list(unit_ids)})
        if earlier is not None:
            return tuple(earlier["assignments"])
        units = {unit.id: unit for unit in work.all(Unit, list(unit_ids), lambda unit_id: UnknownUnit(unit=unit_id))}
        incident = open_incident(work, order.incident_id)
        for unit in units.values():
            check_free(work, unit)
        shown = order.shown or shown_by(proposal, ticked=not _has_units(work, incident))
        _record_choice(work, incident, shown, unit_ids)
        loader = load_in(work, incident, loader_of(lines[it] for it in unit_ids if it in lines), local_day(center, work.now))
        proposed = list(shown.proposed)
        sent = [assign(center, work, incident, units[unit_id], *_way(lines.get(unit_id), loader), proposed) for unit_id in unit_ids]
        follow_units(work, incident)
        work.answer(order.key, {"assignments": sent})
        return tuple(sent)


def _has_units(work: Work, incident: Incident) -> bool:
    """Whether somebody is on it: then nobody is ticked beforehand."""
    on_it = select(Assignment.id).where(Assignment.incident_id == incident.id, Assignment.ended_at.is_(None)).limit(1)
    return work.session.scalar(on_it) is not None


def _record_choice(work: Work, incident: Incident, shown: Shown, sent: Sequence[str]) -> None:
    """Write down what was proposed and what was chosen; nothing where nothing was proposed."""
    if not shown.proposed:
        return
    event = events.ProposalFollowed if set(sent) == set(shown.proposed) else events.ProposalOverruled
    work.record(
        event(
            incident_id=incident.id,
            number=incident.number,
            proposed=list(shown.proposed),
            proposed_s=[_seconds(shown, unit_id) for unit_id in shown.proposed],
            sent=list(sent),
            sent_s=[_seconds(shown, unit_id) for unit_id in sent],
            cover_before=shown.cover_before,
            cover_proposed=shown.cover_proposed,
            cover_sent=shown.cover_sent if event is events.ProposalOverruled else shown.cover_proposed,
            together=shown.together,
        )
    )


def _seconds(shown: Shown, unit_id: str) -> int | None:
    arrival_s = shown.arrival_s.get(unit_id)
    return round(arrival_s) if arrival_s is not None and isfinite(arrival_s) else None


def _way(line: RankedUnit | None, loader: RankedUnit | None) -> tuple[float | None, DepotStop | None]:
    """How long a unit travels, and where it stops: by way of the depot if it is the one that loads, else straight."""
    if line is None or line is loader:
        return (None, None) if line is None else (line.travel_s, line.stop)
    return line.straight_s, None


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


def assign(
    center: Center, work: Work, incident: Incident, unit: Unit, travel_s: float | None, stop: DepotStop | None, proposed: list[str]
) -> int:
    """Order one free unit to an open incident within a larger decision; unit and incident are locked. Returns the assignment's id.

    travel_s : with the stop in it. stop : where it loads on its way; what it loads is put by already.
    """
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
            stop_depot=None if stop is None else stop.depot,
            stop_loads=None if stop is None else dict(stop.loads),
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
            answer_in_s=center.catalogue.incident_types[incident.type].answer_limit_s,
            proposed=proposed,
        )
    )
    if stop is not None:
        work.record(
            events.LoadingOrdered(
                incident_id=incident.id,
                number=incident.number,
                unit_id=unit.id,
                assignment_id=assignment.id,
                depot=stop.depot,
                materials=sorted(stop.loads),
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
