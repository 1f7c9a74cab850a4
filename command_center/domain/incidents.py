"""Incidents: when a call belongs to an open one, and how an incident is numbered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from command_center.domain.geo import Point, distance_m


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """What the duplicate rule needs to know of an open incident."""

    incident_id: int
    number: str
    type: str
    point: Point
    reported_at: datetime
    last_call_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Joinable:
    """An open incident that a new call may belong to: how far away and how long ago."""

    incident_id: int
    number: str
    distance_m: float
    age_s: float


def joinable_incidents(
    open_incidents: Iterable[OpenIncident], *, type_code: str, at: Point, now: datetime, radius_m: float, window_min: float
) -> Sequence[Joinable]:
    """Open incidents of the same type within the type's radius and window, nearest first.

    The window counts from the last call, so that a long row of calls about one puddle stays one incident.
    """
    oldest = now - timedelta(minutes=window_min)
    found = [
        Joinable(
            incident_id=incident.incident_id,
            number=incident.number,
            distance_m=distance_m(at, incident.point),
            age_s=(now - incident.last_call_at).total_seconds(),
        )
        for incident in open_incidents
        if incident.type == type_code and incident.last_call_at >= oldest and distance_m(at, incident.point) <= radius_m
    ]
    return sorted(found, key=lambda hit: (hit.distance_m, hit.incident_id))


def incident_number(day: str, count: int) -> str:
    """Number that people speak on the radio: day and running count, "1122-007"."""
    return f"{day}-{count:03d}"
