"""What the drill asks the centre to do. Plain data: the HTTP edge turns them into requests, tests into verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from command_center.domain.geo import Point
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus

NAME = "模拟器"
"""The drill's account: what it does stands in the log under this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCall:
    """A simulated call, at a known place (with the caller's addition) or at a point."""

    key: str
    kind: str
    said: str
    caller_name: str
    caller_phone: str
    place_id: str | None = None
    place_text: str = ""
    at: Point | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How far a unit has come."""

    assignment_id: int
    status: AssignmentStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUnit:
    """A unit without an order says what it is doing."""

    unit_id: str
    status: UnitStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class SendProposed:
    """Send what the centre proposes. untouched: only if by now nobody has acknowledged the incident."""

    incident_id: int
    untouched: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendUnit:
    """Send one unit."""

    incident_id: int
    unit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """End an incident."""

    incident_id: int
    outcome: IncidentStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDistrict:
    """Give an information report on a simulated incident: a tick, nothing leaves the building."""

    report_id: int


Order = TakeCall | Report | SetUnit | SendProposed | SendUnit | Close | TellDistrict

RECEIVER = "区值班室（模拟）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An order as HTTP: POST `body` to `path`."""

    path: str
    body: dict[str, Any]
    key: str | None = None


def request_of(order: TakeCall | Report | SetUnit | SendUnit | Close | TellDistrict) -> Request:
    """The request that carries an order; SendProposed takes several, see `line`."""
    match order:
        case TakeCall():
            return Request(path="/api/v1/incidents", body=_call(order), key=order.key)
        case Report(assignment_id=assignment_id, status=status, reason=reason):
            body = {"status": status.value, "reason": reason}
            return Request(path=f"/api/v1/assignments/{assignment_id}/status", body=body, key=f"drill-{assignment_id}-{status.value}")
        case SetUnit(unit_id=unit_id, status=unit_status):
            return Request(path=f"/api/v1/units/{unit_id}/status", body={"status": unit_status.value})
        case SendUnit(incident_id=incident_id, unit_id=unit_id):
            return Request(path=f"/api/v1/incidents/{incident_id}/dispatch", body={"units": [unit_id]})
        case Close(incident_id=incident_id, outcome=outcome):
            return Request(path=f"/api/v1/incidents/{incident_id}/close", body={"outcome": outcome.value})
        case TellDistrict(report_id=report_id):
            told = {"receiver": RECEIVER, "told_by_phone": True}
            return Request(path=f"/api/v1/reports/{report_id}/send", body=told, key=f"drill-report-{report_id}")


def _call(order: TakeCall) -> dict[str, Any]:
    where: dict[str, Any] = {"place_id": order.place_id} if order.at is None else {"at": {"lat": order.at.lat, "lon": order.at.lon}}
    return {
        **where,
        "kind": order.kind,
        "place_text": order.place_text,
        "caller_name": order.caller_name,
        "caller_phone": order.caller_phone,
        "said": order.said,
        "answers": dict(order.answers),
        "is_simulated": True,
    }


def chosen_units(proposal: Mapping[str, Any]) -> list[str]:
    """Who to send by a proposal: the preselected set; when that is empty, the soonest suitable unit of any kind; nobody if none is.

    proposal : as GET /api/v1/incidents/{id}/proposal answers.
    """
    suitable = [unit["unit_id"] for unit in proposal["units"] if unit["suitable"]]
    return list(proposal["preselected"] or suitable[:1])
