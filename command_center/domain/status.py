"""Status charts: which status may follow which. An illegal step is a refusal that names both ends."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from command_center.domain.errors import IllegalStep


class UnitStatus(StrEnum):
    """What a vehicle and its crew are doing."""

    AVAILABLE = "available"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    RETURNING = "returning"
    CHARGING = "charging"
    OUT_OF_SERVICE = "out_of_service"


class AssignmentStatus(StrEnum):
    """How far one unit's order for one incident has come."""

    QUEUED = "queued"
    SENT = "sent"
    NO_ANSWER = "no_answer"
    FAILED = "failed"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CLEARED = "cleared"
    DECLINED = "declined"
    RECALLED = "recalled"


class IncidentStatus(StrEnum):
    """How far the answer to an emergency has come."""

    NEW = "new"
    DISPATCHED = "dispatched"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CONTROLLED = "controlled"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"
    TRANSFERRED = "transferred"
    MERGED = "merged"


UNIT_CHART: Mapping[UnitStatus, frozenset[UnitStatus]] = {
    UnitStatus.AVAILABLE: frozenset({UnitStatus.DISPATCHED, UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE}),
    UnitStatus.DISPATCHED: frozenset({UnitStatus.EN_ROUTE, UnitStatus.ON_SCENE, UnitStatus.AVAILABLE}),
    UnitStatus.EN_ROUTE: frozenset({UnitStatus.ON_SCENE, UnitStatus.AVAILABLE, UnitStatus.RETURNING}),
    UnitStatus.ON_SCENE: frozenset({UnitStatus.RETURNING, UnitStatus.AVAILABLE}),
    UnitStatus.RETURNING: frozenset({UnitStatus.AVAILABLE, UnitStatus.DISPATCHED, UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE}),
    UnitStatus.CHARGING: frozenset({UnitStatus.AVAILABLE, UnitStatus.OUT_OF_SERVICE}),
    UnitStatus.OUT_OF_SERVICE: frozenset({UnitStatus.AVAILABLE, UnitStatus.CHARGING}),
}

_UNDER_WAY = frozenset({AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE})
_CALLED_OFF = frozenset({AssignmentStatus.DECLINED, AssignmentStatus.RECALLED})

ASSIGNMENT_CHART: Mapping[AssignmentStatus, frozenset[AssignmentStatus]] = {
    AssignmentStatus.QUEUED: _UNDER_WAY
    | _CALLED_OFF
    | {AssignmentStatus.SENT, AssignmentStatus.FAILED, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.NO_ANSWER},
    AssignmentStatus.SENT: _UNDER_WAY | _CALLED_OFF | {AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.NO_ANSWER},
    AssignmentStatus.FAILED: _UNDER_WAY | _CALLED_OFF | {AssignmentStatus.SENT, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.NO_ANSWER},
    AssignmentStatus.NO_ANSWER: _UNDER_WAY | _CALLED_OFF | {AssignmentStatus.ACKNOWLEDGED},
    AssignmentStatus.ACKNOWLEDGED: _UNDER_WAY | _CALLED_OFF,
    AssignmentStatus.EN_ROUTE: _CALLED_OFF | {AssignmentStatus.ON_SCENE},
    AssignmentStatus.ON_SCENE: frozenset({AssignmentStatus.CLEARED, AssignmentStatus.RECALLED}),
    AssignmentStatus.CLEARED: frozenset(),
    AssignmentStatus.DECLINED: frozenset(),
    AssignmentStatus.RECALLED: frozenset(),
}
"""A crew that rolls without pressing "acknowledge" has answered all the same; one that did not answer may still be reached."""

ENDED_ASSIGNMENT = frozenset({AssignmentStatus.CLEARED, AssignmentStatus.DECLINED, AssignmentStatus.RECALLED})
UNANSWERED_ASSIGNMENT = frozenset({AssignmentStatus.QUEUED, AssignmentStatus.SENT, AssignmentStatus.FAILED, AssignmentStatus.NO_ANSWER})

_RESPONSE = frozenset({IncidentStatus.NEW, IncidentStatus.DISPATCHED, IncidentStatus.EN_ROUTE, IncidentStatus.ON_SCENE})
ENDED_INCIDENT = frozenset({IncidentStatus.CLOSED, IncidentStatus.FALSE_ALARM, IncidentStatus.TRANSFERRED, IncidentStatus.MERGED})
OPEN_INCIDENT = frozenset(IncidentStatus) - ENDED_INCIDENT
CLOSING_OUTCOMES = ENDED_INCIDENT - {IncidentStatus.MERGED}

INCIDENT_CHART: Mapping[IncidentStatus, frozenset[IncidentStatus]] = {
    **{status: (_RESPONSE - {status}) | ENDED_INCIDENT | {IncidentStatus.CONTROLLED} for status in _RESPONSE},
    IncidentStatus.CONTROLLED: ENDED_INCIDENT | _RESPONSE - {IncidentStatus.NEW},
    IncidentStatus.CLOSED: frozenset({IncidentStatus.NEW}),
    IncidentStatus.FALSE_ALARM: frozenset({IncidentStatus.NEW}),
    IncidentStatus.TRANSFERRED: frozenset({IncidentStatus.NEW}),
    IncidentStatus.MERGED: frozenset(),
}
"""Ended incidents go back to NEW only by reopening; a merged one lives on in the incident it was merged into."""

Status = TypeVar("Status", bound=StrEnum)


def may_advance(chart: Mapping[Status, frozenset[Status]], now: Status, to: Status) -> bool:
    """Whether `to` may follow `now`; a status never follows itself."""
    return to in chart[now]


def advance(chart: Mapping[Status, frozenset[Status]], now: Status, to: Status, *, subject: str) -> Status:
    """Return `to` when the chart allows it after `now`.

    subject : whose status it is, for the refusal ("patrol-03", "incident 17").
    Raises IllegalStep with both ends otherwise.
    """
    if not may_advance(chart, now, to):
        raise IllegalStep(subject=subject, status=now.value, wanted=to.value)
    return to


def incident_status_for(assignments: list[AssignmentStatus], now: IncidentStatus) -> IncidentStatus:
    """Where an open incident stands, judged by the furthest of its units.

    assignments : statuses of every assignment of the incident, ended ones included.
    An incident that an officer declared controlled stays so while units clear.
    """
    active = [status for status in assignments if status not in ENDED_ASSIGNMENT]
    if AssignmentStatus.ON_SCENE in active:
        return IncidentStatus.CONTROLLED if now is IncidentStatus.CONTROLLED else IncidentStatus.ON_SCENE
    if now is IncidentStatus.CONTROLLED or (not active and AssignmentStatus.CLEARED in assignments):
        return IncidentStatus.CONTROLLED
    if AssignmentStatus.EN_ROUTE in active:
        return IncidentStatus.EN_ROUTE
    return IncidentStatus.DISPATCHED if active else IncidentStatus.NEW
