"""Following one unit's order: what crews, officers and workers report of it, to the scene and back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    Invalid,
    NotPermitted,
    UnknownAssignment,
)
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.domain.status import (
    ASSIGNMENT_CHART,
    OPEN_INCIDENT,
    UNANSWERED_ASSIGNMENT,
    UNIT_CHART,
    AssignmentStatus,
    UnitStatus,
    advance,
    may_advance,
)
from command_center.services.dispatching import follow_units
from command_center.services.loading import unload_in


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
        follow_units(work, incident)
        work.answer(report.key, {})


def recall_unit(center: Center, assignment_id: int, actor: Actor, reason: str = "") -> None:
    """Call a unit back from its incident."""
    report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.RECALLED, reason=reason), actor)


def recall_in(work: Work, assignment_id: int, reason: str) -> bool:
    """Call a unit back within a larger decision; returns whether it was. One whose order has ended already stays as it is."""
    assignment, unit, incident = _locked(work, assignment_id)
    if not may_advance(ASSIGNMENT_CHART, assignment.status, AssignmentStatus.RECALLED):
        return False
    assignment.status = AssignmentStatus.RECALLED
    _recalled(work, assignment, unit, incident, work.now, reason)
    follow_units(work, incident)
    return True


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
    unload_in(work, assignment)
    work.record(events.DispatchDeclined(**_order_facts(assignment, incident), reason=reason))


def _recalled(work: Work, assignment: Assignment, unit: Unit, incident: Incident, at: datetime, reason: str) -> None:
    rolled = unit.status in (UnitStatus.EN_ROUTE, UnitStatus.ON_SCENE)
    _end(assignment, unit, UnitStatus.RETURNING if rolled else UnitStatus.AVAILABLE, at, reason)
    unload_in(work, assignment)
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


# ---- what the workers report ----


def note_delivery(center: Center, assignment_id: int) -> None:
    """In a drill: write down that the order went out, once for each time it does; the score counts these."""
    with center.work(SYSTEM) as work:
        assignment = work.session.get_one(Assignment, assignment_id)
        work.record(events.DispatchDelivered(**_order_facts(assignment, work.session.get_one(Incident, assignment.incident_id))))


def waits_for_word(center: Center, assignment_id: int, *, again: bool = False) -> bool:
    """Whether the crew still has to be told: it was not told by phone meanwhile, nor called back.

    again : whether to repeat the order; not when late work let it go out only a moment ago.
    """
    with center.read() as session:
        assignment = session.get_one(Assignment, assignment_id)
        if assignment.status not in UNANSWERED_ASSIGNMENT:
            return False
        return (
            not again
            or assignment.sent_at is None
            or center.now() - assignment.sent_at >= timedelta(seconds=_answer_limit_s(center, session, assignment))
        )


def _answer_limit_s(center: Center, session: Session, assignment: Assignment) -> float:
    """How long a crew has to answer an order, by the type of its incident."""
    incident = session.get_one(Incident, assignment.incident_id)
    return center.catalogue.incident_types[incident.type].answer_limit_s


def mark_sent(work: Work, assignment_id: int, channel: str) -> None:
    """The order reached the crew; nothing to do when the crew, the officer or an earlier try was faster.

    One that went out only after the crew's minute was over still counts as not answered.
    """
    assignment, _, incident = _locked(work, assignment_id)
    if assignment.sent_at is not None or assignment.status not in UNANSWERED_ASSIGNMENT:
        return
    assignment.sent_at = work.now
    if may_advance(ASSIGNMENT_CHART, assignment.status, AssignmentStatus.SENT):
        assignment.status = AssignmentStatus.SENT
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
