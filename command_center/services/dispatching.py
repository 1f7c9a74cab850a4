"""Sending units: propose, order, follow them to the scene and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import TypedDict

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.catalogue import IncidentType
from command_center.domain.dispatching import OFF_ROAD_M, Candidate, Proposal, rank_units
from command_center.domain.errors import (
    IncidentEnded,
    Invalid,
    NotPermitted,
    NoUnits,
    UnitNotAvailable,
    UnknownAssignment,
    UnknownIncident,
    UnknownUnit,
)
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.rights import Actor, Right
from command_center.domain.status import (
    ASSIGNMENT_CHART,
    INCIDENT_CHART,
    OPEN_INCIDENT,
    UNANSWERED_ASSIGNMENT,
    UNIT_CHART,
    AssignmentStatus,
    IncidentStatus,
    UnitStatus,
    advance,
    incident_status_for,
    may_advance,
)
from command_center.domain.text import Text
from command_center.services.positions import latest_fixes

# ---- proposing -----------------------------------------------------------------------------------------------------------------


def propose_units(center: Center, incident_id: int) -> Proposal:
    """Every unit ranked for an incident, the set its type asks for preselected; raises UnknownIncident."""
    with center.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_id)
        kind = center.catalogue.incident_types[incident.type]
        return _proposal(center, session, kind, Point(incident.lat, incident.lon))


def propose_for(center: Center, kind: IncidentType, point: Point) -> Proposal:
    """The same before the call is taken: for the form, while the caller still speaks."""
    with center.read() as session:
        return _proposal(center, session, kind, point)


def _proposal(center: Center, session: Session, kind: IncidentType, point: Point) -> Proposal:
    units = list(session.scalars(select(Unit).order_by(Unit.id)))
    fixes = latest_fixes(center)
    travel_s = _travel_s(center, units, fixes, point)
    now = center.now()
    candidates = [_candidate(unit, fixes.get(unit.id), travel_s[unit.id], now) for unit in units]
    off_road = bool(center.roads.snap([point]).offset_m[0] > OFF_ROAD_M)
    return rank_units(candidates, capabilities=kind.capabilities, first_units=kind.first_units, off_road=off_road)


def _candidate(unit: Unit, fix: Fix | None, travel_s: float, now: datetime) -> Candidate:
    return Candidate(
        unit_id=unit.id,
        call_sign=Text(unit.call_sign_zh, unit.call_sign_en),
        kind=unit.kind,
        status=unit.status,
        capabilities=frozenset(unit.capabilities),
        seats=unit.seats,
        travel_s=travel_s,
        battery_pct=None if fix is None else fix.battery_pct,
        low_battery_pct=unit.low_battery_pct,
        fix_age_s=None if fix is None else (now - fix.at).total_seconds(),
    )


def _travel_s(center: Center, units: Sequence[Unit], fixes: Mapping[str, Fix], point: Point) -> dict[str, float]:
    """Seconds by road from where each unit is (its home when it never told) at its own cruise speed."""
    travel_s: dict[str, float] = {}
    for kind in {unit.kind for unit in units}:
        of_kind = [unit for unit in units if unit.kind == kind]
        places = [fixes[unit.id].point if unit.id in fixes else Point(unit.home_lat, unit.home_lon) for unit in of_kind]
        origins = np.array([[place.lat, place.lon] for place in places])
        seconds = center.roads.travel_s(origins, point, vehicle_kmh=_cruise_kmh(center, kind))
        travel_s |= {unit.id: float(s) for unit, s in zip(of_kind, seconds, strict=True)}
    return travel_s


def _cruise_kmh(center: Center, kind: str) -> float:
    return next(it.speeds_kmh.dry for code, it in center.catalogue.vehicle_kinds.items() if code == kind)


# ---- ordering ------------------------------------------------------------------------------------------------------------------


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
            _check_free(work, unit)
        proposed = list(proposal.preselected)
        sent = [_assign(work, incident, units[unit_id], travel_s.get(unit_id), proposed) for unit_id in unit_ids]
        _follow_units(work, incident)
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
    incident = work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
    if incident.status not in OPEN_INCIDENT:
        raise IncidentEnded(incident=incident.number, status=incident.status.value)
    return incident


def _check_free(work: Work, unit: Unit) -> None:
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


def _assign(work: Work, incident: Incident, unit: Unit, travel_s: float | None, proposed: list[str]) -> int:
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


def _follow_units(work: Work, incident: Incident) -> None:
    """Let the incident's status follow its units."""
    work.session.flush()
    statuses = list(work.session.scalars(select(Assignment.status).where(Assignment.incident_id == incident.id)))
    to = incident_status_for(statuses, incident.status)
    if to is not incident.status:
        incident.status = advance(INCIDENT_CHART, incident.status, to, subject=incident.number)
        if to is IncidentStatus.CONTROLLED:
            incident.controlled_at = incident.controlled_at or work.now


# ---- following -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStatus:
    """A crew's tap, or the officer's tick for a crew that told by phone.

    status : acknowledged, en_route, on_scene, cleared, declined or recalled (officers only).
    at : when it happened, for taps sent later by a phone that was out of reach; None means now.
    """

    assignment_id: int
    status: AssignmentStatus
    reason: str = ""
    at: datetime | None = None
    key: str | None = None


_BY_CREWS = frozenset(
    {
        AssignmentStatus.ACKNOWLEDGED,
        AssignmentStatus.EN_ROUTE,
        AssignmentStatus.ON_SCENE,
        AssignmentStatus.CLEARED,
        AssignmentStatus.DECLINED,
    }
)


def report_status(center: Center, report: ReportStatus, actor: Actor) -> None:
    """Move one assignment on, with its unit and its incident.

    Raises UnknownAssignment, NotPermitted (a crew speaks for its own unit), IllegalStep with where it stands.
    """
    if report.status not in _BY_CREWS | {AssignmentStatus.RECALLED}:
        raise Invalid(field="status", value=report.status.value)
    with center.work(actor) as work:
        if (
            work.answered(report.key, {"verb": "report_status", "assignment": report.assignment_id, "status": report.status.value})
            is not None
        ):
            return
        assignment, unit, incident = _locked(work, report.assignment_id)
        _check_may_report(actor, unit, report.status)
        at = _tap_time(assignment, report.at, work.now)
        assignment.status = advance(ASSIGNMENT_CHART, assignment.status, report.status, subject=unit.id)
        _STEPS[report.status](work, assignment, unit, incident, at, report.reason)
        _follow_units(work, incident)
        work.answer(report.key, {})


def recall_unit(center: Center, assignment_id: int, actor: Actor, reason: str = "") -> None:
    """Call a unit back from its incident."""
    report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.RECALLED, reason=reason), actor)


def _locked(work: Work, assignment_id: int) -> tuple[Assignment, Unit, Incident]:
    """An assignment with its unit and incident, locked in the order everyone keeps: unit, incident, assignment."""
    seen = work.session.get(Assignment, assignment_id)
    if seen is None:
        raise UnknownAssignment(assignment=assignment_id)
    unit = work.get(Unit, seen.unit_id)
    incident = work.get(Incident, seen.incident_id)
    return work.get(Assignment, assignment_id), unit, incident


def _check_may_report(actor: Actor, unit: Unit, status: AssignmentStatus) -> None:
    if actor.may(Right.REPORT_ANY_STATUS):
        return
    actor.require(Right.REPORT_OWN_STATUS)
    if actor.unit_id != unit.id or status not in _BY_CREWS:
        raise NotPermitted(role=actor.role.value, right=Right.REPORT_ANY_STATUS.value)


def _tap_time(assignment: Assignment, at: datetime | None, now: datetime) -> datetime:
    """A tap's own time, kept between the order and now: a phone's clock may be wrong, the sequence is not."""
    return now if at is None else min(max(at, assignment.dispatched_at), now)


class _OrderFacts(TypedDict):
    """What every event of one unit's order says."""

    incident_id: int
    number: str
    unit_id: str
    assignment_id: int


def _order_facts(assignment: Assignment, incident: Incident) -> _OrderFacts:
    return {"incident_id": incident.id, "number": incident.number, "unit_id": assignment.unit_id, "assignment_id": assignment.id}


def _acknowledged(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, _reason: str) -> None:
    assignment.acknowledged_at = at
    _forget_suggestion(incident, unit)
    work.record(events.DispatchAcknowledged(**_order_facts(assignment, incident)))


def _en_route(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, _reason: str) -> None:
    assignment.acknowledged_at = assignment.acknowledged_at or at
    assignment.en_route_at = at
    unit.status = advance(UNIT_CHART, unit.status, UnitStatus.EN_ROUTE, subject=unit.id)
    incident.en_route_at = incident.en_route_at or at
    _forget_suggestion(incident, unit)
    work.record(events.UnitEnRoute(**_order_facts(assignment, incident)))


def _on_scene(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, _reason: str) -> None:
    assignment.acknowledged_at = assignment.acknowledged_at or at
    assignment.en_route_at = assignment.en_route_at or at
    assignment.on_scene_at = at
    unit.status = advance(UNIT_CHART, unit.status, UnitStatus.ON_SCENE, subject=unit.id)
    first = incident.on_scene_at is None
    incident.en_route_at = incident.en_route_at or at
    incident.on_scene_at = incident.on_scene_at or at
    _forget_suggestion(incident, unit)
    response_s = (at - incident.reported_at).total_seconds()
    work.record(events.UnitOnScene(**_order_facts(assignment, incident), response_s=response_s, first=first))


def _cleared(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, _reason: str) -> None:
    _end(assignment, unit, UnitStatus.RETURNING, at, "")
    work.record(events.UnitCleared(**_order_facts(assignment, incident)))


def _declined(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, reason: str) -> None:
    _end(assignment, unit, UnitStatus.AVAILABLE, at, reason)
    work.record(events.DispatchDeclined(**_order_facts(assignment, incident), reason=reason))


def _recalled(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, reason: str) -> None:
    rolled = unit.status in (UnitStatus.EN_ROUTE, UnitStatus.ON_SCENE)
    _end(assignment, unit, UnitStatus.RETURNING if rolled else UnitStatus.AVAILABLE, at, reason)
    work.record(events.UnitRecalled(**_order_facts(assignment, incident), reason=reason))


def _end(assignment: Assignment, unit: Unit, to: UnitStatus, at: datetime, reason: str) -> None:
    assignment.ended_at, assignment.end_reason = at, reason
    unit.status = advance(UNIT_CHART, unit.status, to, subject=unit.id)
    unit.incident_id = unit.assignment_id = None


def _forget_suggestion(incident: Incident, unit: Unit) -> None:
    """The crew answered after all: nobody else needs to be sent in its place."""
    if incident.suggested_instead_of == unit.id:
        incident.suggested_unit_id = incident.suggested_instead_of = None


_STEPS = {
    AssignmentStatus.ACKNOWLEDGED: _acknowledged,
    AssignmentStatus.EN_ROUTE: _en_route,
    AssignmentStatus.ON_SCENE: _on_scene,
    AssignmentStatus.CLEARED: _cleared,
    AssignmentStatus.DECLINED: _declined,
    AssignmentStatus.RECALLED: _recalled,
}


# ---- what the workers report ---------------------------------------------------------------------------------------------------


def mark_sent(work: Work, assignment_id: int, channel: str) -> None:
    """The order reached the crew; nothing to do when the crew, the officer or an earlier try was faster."""
    assignment, _, incident = _locked(work, assignment_id)
    if not may_advance(ASSIGNMENT_CHART, assignment.status, AssignmentStatus.SENT):
        return
    assignment.status, assignment.sent_at = AssignmentStatus.SENT, work.now
    work.record(events.DispatchSent(**_order_facts(assignment, incident), channel=channel))


def mark_failed(work: Work, assignment_id: int, reason: str) -> None:
    """No channel took the order: the officer has to phone."""
    assignment, _, incident = _locked(work, assignment_id)
    if not may_advance(ASSIGNMENT_CHART, assignment.status, AssignmentStatus.FAILED):
        return
    assignment.status = AssignmentStatus.FAILED
    work.record(events.DispatchFailed(**_order_facts(assignment, incident), reason=reason))


def mark_unanswered(work: Work, assignment_id: int) -> None:
    """The minute is over and nobody acknowledged; the crew may still do so."""
    assignment, _, incident = _locked(work, assignment_id)
    if not may_advance(ASSIGNMENT_CHART, assignment.status, AssignmentStatus.NO_ANSWER):
        return
    assignment.status = AssignmentStatus.NO_ANSWER
    waited_s = round((work.now - assignment.dispatched_at).total_seconds())
    work.record(events.DispatchNotAnswered(**_order_facts(assignment, incident), waited_s=waited_s))


def next_unit(center: Center, incident_id: int, instead_of: str) -> str | None:
    """Who to propose in place of a unit: the soonest suitable one of the same kind, else of any kind, else None."""
    with center.read() as session:
        unit = session.get_one(Unit, instead_of)
    others = [it for it in propose_units(center, incident_id).units if it.suitable and it.unit_id != instead_of]
    same_kind = [it for it in others if it.kind == unit.kind]
    return next((it.unit_id for it in (*same_kind, *others)), None)


def propose_next(work: Work, *, incident_id: int, instead_of: str, unit_id: str | None) -> None:
    """Put the next unit before the officer, unless the crew answered or the incident ended meanwhile."""
    incident = work.get(Incident, incident_id)
    if incident.status not in OPEN_INCIDENT or not _still_missing(work.session, incident.id, instead_of):
        return
    incident.suggested_unit_id, incident.suggested_instead_of = unit_id, instead_of
    work.record(events.NextUnitProposed(incident_id=incident.id, number=incident.number, unit_id=unit_id, instead_of=instead_of))


def _still_missing(session: Session, incident_id: int, unit_id: str) -> bool:
    newest = select(Assignment.status).where(Assignment.incident_id == incident_id, Assignment.unit_id == unit_id)
    status = session.scalars(newest.order_by(Assignment.id.desc()).limit(1)).one()
    return status in UNANSWERED_ASSIGNMENT | {AssignmentStatus.DECLINED}


# ---- a unit's own state --------------------------------------------------------------------------------------------------------

_SET_BY_HAND = frozenset({UnitStatus.AVAILABLE, UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE})


def set_unit_status(center: Center, unit_id: str, to: UnitStatus, actor: Actor, reason: str = "") -> None:
    """Set a unit that has no order to available, charging or out of service; a crew may do so for its own unit.

    Raises UnknownUnit, NotPermitted, Invalid, IllegalStep (a unit on an incident is cleared or recalled, not set).
    """
    if to not in _SET_BY_HAND:
        raise Invalid(field="status", value=to.value)
    if not actor.may(Right.SET_UNIT_STATUS) and (actor.unit_id != unit_id or not actor.may(Right.REPORT_OWN_STATUS)):
        raise NotPermitted(role=actor.role.value, right=Right.SET_UNIT_STATUS.value)
    with center.work(actor) as work:
        unit = work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        if unit.assignment_id is not None:
            _check_free(work, unit)
        before = unit.status
        unit.status = advance(UNIT_CHART, unit.status, to, subject=unit.id)
        work.record(events.UnitStatusSet(unit_id=unit.id, before=before.value, after=to.value, reason=reason))
