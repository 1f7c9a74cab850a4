"""Catching up: what stood on paper while the line was down is entered with the times that stand there.

Rows get the real times, so figures are right; every line of the log has the time at which it was entered and says when it was. Nobody is
told anything again: crews had their orders by radio. Locks: the turn of calls, units by id, the incident, its assignments.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, UnknownUnit
from command_center.domain.rights import Actor, Right
from command_center.domain.status import UNIT_CHART, AssignmentStatus, IncidentStatus, UnitStatus, advance
from command_center.services.calls import TURN, TakeCall, TakenCall, fingerprint, take_call_in, written_time
from command_center.services.dispatching import check_free, follow_units

LONGEST_ON_PAPER = timedelta(days=7)
"""What happened longer ago was not forgotten on paper: its day is mistyped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastUnit:
    """A unit that was sent by radio or phone. arrived_at : None where it never came, or is still on its way."""

    unit_id: str
    sent_at: datetime
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PastIncident:
    """One row of the paper. call : with its `reported_at`. ended_at : when it was over; None while it goes on."""

    call: TakeCall
    units: Sequence[PastUnit] = ()
    ended_at: datetime | None = None


def enter_past_incident(center: Center, order: PastIncident, actor: Actor) -> TakenCall:
    """Enter an incident of the last week with its real times.

    While it goes on its units are on it from now on; what is over changes no unit. Where nothing but the call is known it may join an open
    incident, as any call. Raises as `take_call` does; Invalid (a time that cannot be, a unit twice), UnknownUnit, and UnitNotAvailable for
    a unit that is on something else by now.
    """
    _check_may_enter(order, actor)
    with center.work(actor) as work:
        earlier = work.answered(order.call.key, _fingerprint(order))
        if earlier is not None:
            return TakenCall(**earlier)
        _check_times(order, work.now)
        work.take_turns(TURN)
        units = _locked(work, order)
        is_only_a_call = not order.units and order.ended_at is None
        taken = take_call_in(center, work, order.call if is_only_a_call else replace(order.call, join="new"))
        incident = work.get(Incident, taken.incident_id)
        _is_seen(incident, order, work)
        sent = [(it, _send(center, work, incident, it, order.ended_at)) for it in sorted(order.units, key=lambda it: it.sent_at)]
        for past, assignment in sorted(sent, key=lambda it: it[0].arrived_at or work.now):
            if past.arrived_at is not None:
                _arrive(center, work, incident, assignment, past.arrived_at)
        if order.ended_at is None:
            for past, assignment in sent:
                _stand(units[past.unit_id], assignment)
            follow_units(work, incident)
        else:
            _end(center, work, incident, order.ended_at)
        work.answer(order.call.key, asdict(taken))
        return taken


def _check_may_enter(order: PastIncident, actor: Actor) -> None:
    actor.require(Right.TAKE_CALLS)
    if order.units:
        actor.require(Right.DISPATCH)
    if order.ended_at is not None:
        actor.require(Right.RUN_INCIDENTS)


def _fingerprint(order: PastIncident) -> dict[str, object]:
    units = [[it.unit_id, it.sent_at.isoformat(), "" if it.arrived_at is None else it.arrived_at.isoformat()] for it in order.units]
    ended = "" if order.ended_at is None else order.ended_at.isoformat()
    return fingerprint(order.call) | {"verb": "enter_past_incident", "units": units, "ended": ended}


def _unit_ids(order: PastIncident) -> list[str]:
    ids = sorted(it.unit_id for it in order.units)
    twice = next((one for one, other in pairwise(ids) if one == other), None)
    if twice is not None:
        raise Invalid(field="unit", value=twice)
    return ids


def _locked(work: Work, order: PastIncident) -> dict[str, Unit]:
    """The units by id. Where the incident goes on they must be free for it."""
    units = {unit_id: work.get(Unit, unit_id, UnknownUnit(unit=unit_id)) for unit_id in _unit_ids(order)}
    if order.ended_at is None:
        for unit in units.values():
            check_free(work, unit)
    return units


def _check_times(order: PastIncident, now: datetime) -> None:
    """Everything happened in order: the call, the order to the unit, its arrival, the end; nothing in the future."""
    began = order.call.reported_at
    if began is None:
        raise Invalid(field="time", value="")
    _check(began, now - LONGEST_ON_PAPER, now)
    end = now if order.ended_at is None else order.ended_at
    _check(end, began, now)
    for it in order.units:
        _check(it.sent_at, began, end)
        if it.arrived_at is not None:
            _check(it.arrived_at, it.sent_at, end)


def _check(at: datetime, first: datetime, last: datetime) -> None:
    if not first <= at <= last:
        raise Invalid(field="time", value=at.isoformat())


def _is_seen(incident: Incident, order: PastIncident, work: Work) -> None:
    """Who sent somebody had seen it then; who enters it has seen it now."""
    if incident.acknowledged_at is None:
        incident.acknowledged_at = min((it.sent_at for it in order.units), default=order.ended_at or work.now)
        incident.acknowledged_by = work.actor.name


def _send(center: Center, work: Work, incident: Incident, past: PastUnit, ended_at: datetime | None) -> Assignment:
    """The order as it was, and as far as it came."""
    status = AssignmentStatus.ACKNOWLEDGED if past.arrived_at is None else AssignmentStatus.ON_SCENE
    if ended_at is not None:
        status = AssignmentStatus.RECALLED if past.arrived_at is None else AssignmentStatus.CLEARED
    assignment = work.add(
        Assignment(
            incident_id=incident.id,
            unit_id=past.unit_id,
            status=status,
            ordered_by=work.actor.name,
            dispatched_at=past.sent_at,
            sent_at=past.sent_at,
            acknowledged_at=past.sent_at,
            en_route_at=past.arrived_at,
            on_scene_at=past.arrived_at,
            ended_at=ended_at,
            end_reason="",
        )
    )
    incident.dispatched_at = incident.dispatched_at or past.sent_at
    work.record(
        events.UnitDispatched(
            incident_id=incident.id,
            number=incident.number,
            unit_id=past.unit_id,
            assignment_id=assignment.id,
            proposed=[],
            happened=written_time(center, past.sent_at),
        )
    )
    return assignment


def _stand(unit: Unit, assignment: Assignment) -> None:
    """The unit is on it from now on."""
    unit.status = advance(UNIT_CHART, unit.status, UnitStatus.DISPATCHED, subject=unit.id)
    if assignment.on_scene_at is not None:
        unit.status = advance(UNIT_CHART, unit.status, UnitStatus.ON_SCENE, subject=unit.id)
    unit.incident_id, unit.assignment_id = assignment.incident_id, assignment.id


def _arrive(center: Center, work: Work, incident: Incident, assignment: Assignment, at: datetime) -> None:
    first = incident.on_scene_at is None
    incident.en_route_at = incident.en_route_at or at
    incident.on_scene_at = incident.on_scene_at or at
    work.record(
        events.UnitOnScene(
            incident_id=incident.id,
            number=incident.number,
            unit_id=assignment.unit_id,
            assignment_id=assignment.id,
            response_s=(at - incident.reported_at).total_seconds(),
            first=first,
            happened=written_time(center, at),
        )
    )


def _end(center: Center, work: Work, incident: Incident, at: datetime) -> None:
    incident.status, incident.ended_at = IncidentStatus.CLOSED, at
    work.record(
        events.IncidentClosed(
            incident_id=incident.id, number=incident.number, outcome=IncidentStatus.CLOSED.value, happened=written_time(center, at)
        )
    )
