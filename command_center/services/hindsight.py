"""A past watch once more, with everything known: how far the real choices were from the best that could have been done.

Two yardsticks. *Best found*: all policies replay the watch knowing how long every scene would take, and the best of them counts: it could
have been done. *Nobody faster*: each incident alone, by the nearest of all vehicles at its home: no choice could have beaten that but by
a vehicle that happened to be near.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import Assignment, Incident
from command_center.domain.assigning import EXPECTED_SCENE_S, weight_of
from command_center.domain.geo import Point
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.simulation import Calls, simulate
from command_center.services.exercises import of_situation
from command_center.services.places import nearest_place
from command_center.services.simulating import POLICIES, Stage, stage

MOST_INCIDENTS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """One incident of the watch. response_s : None when nobody came. sent : units, first there first."""

    incident: Incident
    sent: tuple[Assignment, ...]

    @property
    def response_s(self) -> float | None:
        at = self.incident.on_scene_at
        return None if at is None else (at - self.incident.reported_at).total_seconds()

    @property
    def scene_s(self) -> float:
        known = [
            (it.ended_at - it.on_scene_at).total_seconds() for it in self.sent if it.on_scene_at is not None and it.ended_at is not None
        ]
        return max(known, default=EXPECTED_SCENE_S[self.incident.severity])


def hindsight(center: Center, since: datetime, until: datetime) -> dict[str, Any]:
    """Replay what was called in a time, drills left out; JSON-plain. Seconds are from the call to the first unit there, weighted."""
    past = _past(center, since, until)
    if not past:
        return {"from_at": moment(since), "to_at": moment(until), "incidents": [], "real_s": None, "best_found_s": None, "floor_s": None}
    on = stage(center)
    calls = _calls(center, on, past)
    outcomes = [simulate(on.ground, on.vehicles(name), calls, choice()) for name, choice in POLICIES.items()]
    best = min(outcomes, key=lambda outcome: outcome.weighted_s)
    floor_s = _floor_s(on, calls)
    real = np.array([np.nan if it.response_s is None else it.response_s for it in past])
    reached = np.isfinite(real)
    return {
        "from_at": moment(since),
        "to_at": moment(until),
        "real_s": _weighted(real, calls.weight, reached),
        "best_found_s": _weighted(best.response_s, calls.weight, reached),
        "floor_s": _weighted(floor_s, calls.weight, reached),
        "incidents": [
            {
                "incident_id": str(it.incident.id),
                "number": it.incident.number,
                "severity": it.incident.severity.value,
                "units": [one.unit_id for one in it.sent],
                "real_s": it.response_s,
                "best_found_s": round(float(found), 1) if np.isfinite(found) else None,
                "floor_s": round(float(least), 1) if np.isfinite(least) else None,
            }
            for it, found, least in zip(past, best.response_s, floor_s, strict=True)
        ],
    }


def _past(center: Center, since: datetime, until: datetime) -> list[_Past]:
    called = select(Incident).where(
        Incident.reported_at >= since,
        Incident.reported_at < until,
        of_situation(center, Incident.is_simulated),
        Incident.merged_into_id.is_(None),
    )
    with center.read() as session:
        incidents = session.scalars(called.order_by(Incident.reported_at, Incident.id).limit(MOST_INCIDENTS)).all()
        by_incident: dict[int, list[Assignment]] = {it.id: [] for it in incidents}
        orders = select(Assignment).where(Assignment.incident_id.in_(by_incident)).order_by(Assignment.on_scene_at, Assignment.id)
        for one in session.scalars(orders):
            by_incident[one.incident_id].append(one)
    return [_Past(incident=it, sent=tuple(by_incident[it.id])) for it in incidents]


def _calls(center: Center, on: Stage, past: list[_Past]) -> Calls:
    """The watch as calls; everybody's time at the scene is known beforehand."""
    types, began = center.catalogue.incident_types, past[0].incident.reported_at
    places = {place_id: number for number, place_id in enumerate(center.catalogue.places)}
    scene_s = np.array([it.scene_s for it in past])
    return Calls(
        at_s=np.array([(it.incident.reported_at - began).total_seconds() for it in past]),
        spot=on.spots[np.array([places[_place_of(center, it.incident)] for it in past])],
        weight=np.array([weight_of(it.incident.severity, life_risk=types[it.incident.type].life_risk) for it in past]),
        units=np.array([max(1, len(it.sent)) for it in past]),
        scene_s=scene_s,
        expected_s=scene_s,
    )


def _place_of(center: Center, incident: Incident) -> str:
    """The place it happened at, or the one next to it: the replay drives between places."""
    if incident.place_id in center.catalogue.places:
        return str(incident.place_id)
    return nearest_place(center, Point(incident.lat, incident.lon))[0].id


def _floor_s(on: Stage, calls: Calls) -> NDArray[np.float64]:
    """Each call alone, by whoever is nearest from either of his waiting places."""
    fleet = [on.at_stations, on.at_standby]
    soonest = [on.ground.travel_s[it.kind[:, None], it.home[:, None], calls.spot].min(axis=0) for it in fleet]
    return np.asarray(np.min(soonest, axis=0) + TURNOUT_S)


def _weighted(seconds: NDArray[np.float64], weight: NDArray[np.float64], which: NDArray[np.bool_]) -> float | None:
    counted = which & np.isfinite(seconds)
    if not counted.any():
        return None
    return round(float((seconds[counted] * weight[counted]).sum() / weight[counted].sum()), 1)
