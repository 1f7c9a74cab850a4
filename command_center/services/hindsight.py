"""A past watch once more, with everything known: how far the real choices were from the best that could have been done.

It is driven on that watch's roads: its weather, its closures, by the vehicles that were fit then (services/past_watches).

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
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.simulation import Absence, Calls
from command_center.domain.text import Text
from command_center.services.past_watches import PastWatch, past_watch
from command_center.services.policies import POLICIES
from command_center.services.simulating import RoadsFrom, Stage, run, stage_on
from command_center.words import N_, translator

MOST_INCIDENTS = 5_000

LEFT_OUT = (
    N_("Every vehicle starts from its station or a standby point, not from where it was just then."),
    N_("Any fit vehicle may go anywhere: kinds of vehicle, skills and seats are left out."),
    N_("Batteries, stops at depots and the orders of running plans are left out."),
)
WEATHER_UNKNOWN = N_("The weather of this time was not kept: the roads are taken as dry.")
"""What a report has to say of itself, or the choices of a bad night look worse than they were."""


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


def hindsight(center: Center, since: datetime, until: datetime, *, simulated: bool | None = None) -> dict[str, Any]:
    """Replay what was called in a time; JSON-plain. Seconds are from the call to the first unit there, weighted.

    simulated : whether the calls of simulated residents are looked at or the real ones; None: those that this centre is for.
    """
    past = _past(center, since, until, simulated=center.is_drill if simulated is None else simulated)
    with center.read() as session:
        watch = past_watch(session, since, until)
    if not past:
        return {**_span(watch), "incidents": [], "real_s": None, "best_found_s": None, "floor_s": None}
    on = _stage(center, watch, past)
    calls = _calls(center, on, past, since)
    outcomes = [run(on, calls, choice()) for choice in POLICIES.values()]
    best = min(outcomes, key=lambda outcome: outcome.weighted_s)
    floor_s = _floor_s(on, calls)
    real = np.array([np.nan if it.response_s is None else it.response_s for it in past])
    reached = np.isfinite(real)
    return {
        **_span(watch),
        "real_s": _weighted(real, calls.weight, reached),
        "best_found_s": _weighted(best.response_s, calls.weight, reached),
        "floor_s": _weighted(floor_s, calls.weight, reached),
        "incidents": [
            {
                "incident_id": str(it.incident.id),
                "number": it.incident.number,
                "severity": it.incident.severity.value,
                "type": it.incident.type,
                "place": {"zh": it.incident.place_zh, "en": it.incident.place_en},
                "reported_at": moment(it.incident.reported_at),
                "units": [one.unit_id for one in it.sent],
                "real_s": it.response_s,
                "best_found_s": round(float(found), 1) if np.isfinite(found) else None,
                "floor_s": round(float(least), 1) if np.isfinite(least) else None,
            }
            for it, found, least in zip(past, best.response_s, floor_s, strict=True)
        ],
    }


def _span(watch: PastWatch) -> dict[str, Any]:
    """The time, how it was then, and what the replay leaves out, in both languages."""
    left_out = [*LEFT_OUT, *(() if watch.weather else (WEATHER_UNKNOWN,))]
    return {
        "from_at": moment(watch.since),
        "to_at": moment(watch.until),
        "weather": [{"from_at": moment(max(one.at, watch.since)), "weather": one.weather.value} for one in watch.weather],
        "closed_roads": len(watch.closed),
        "unfit": [{"unit_id": one.unit_id, "from_at": moment(one.since), "to_at": moment(one.until)} for one in watch.unfit],
        "left_out": [Text(translator("zh_CN")(sentence), sentence).as_row() for sentence in left_out],
    }


def _stage(center: Center, watch: PastWatch, past: list[_Past]) -> Stage:
    """That watch's ground; calls come from where they came from, and no other place is driven to."""
    fleet = list(center.catalogue.vehicles.values())
    number = {vehicle.id: place for place, vehicle in enumerate(fleet)}
    phases = [RoadsFrom((at - watch.since).total_seconds(), roads) for at, roads in watch.roads(center)]
    absences = tuple(
        Absence(number[one.unit_id], (one.since - watch.since).total_seconds(), (one.until - watch.since).total_seconds())
        for one in watch.unfit
        if one.unit_id in number
    )
    points = np.array([(it.incident.lat, it.incident.lon) for it in past])
    return stage_on(center, phases, fleet, points, np.full(len(past), 1 / len(past)), absences)


def _past(center: Center, since: datetime, until: datetime, *, simulated: bool) -> list[_Past]:
    called = select(Incident).where(
        Incident.reported_at >= since,
        Incident.reported_at < until,
        Incident.is_simulated.is_(simulated),
        Incident.merged_into_id.is_(None),
    )
    with center.read() as session:
        incidents = session.scalars(called.order_by(Incident.reported_at, Incident.id).limit(MOST_INCIDENTS)).all()
        by_incident: dict[int, list[Assignment]] = {it.id: [] for it in incidents}
        orders = select(Assignment).where(Assignment.incident_id.in_(by_incident)).order_by(Assignment.on_scene_at, Assignment.id)
        for one in session.scalars(orders):
            by_incident[one.incident_id].append(one)
    return [_Past(incident=it, sent=tuple(by_incident[it.id])) for it in incidents]


def _calls(center: Center, on: Stage, past: list[_Past], began: datetime) -> Calls:
    """The watch as calls; everybody's time at the scene is known beforehand."""
    types = center.catalogue.incident_types
    scene_s = np.array([it.scene_s for it in past])
    return Calls(
        at_s=np.array([(it.incident.reported_at - began).total_seconds() for it in past]),
        spot=on.spots,
        weight=np.array([weight_of(it.incident.severity, life_risk=types[it.incident.type].life_risk) for it in past]),
        units=np.array([max(1, len(it.sent)) for it in past]),
        scene_s=scene_s,
        expected_s=scene_s,
    )


def _floor_s(on: Stage, calls: Calls) -> NDArray[np.float64]:
    """Each call alone, on the roads of its moment, by the nearest of those fit then, from either of his waiting places."""
    return np.array([_soonest_s(on, at_s, spot) for at_s, spot in zip(calls.at_s.tolist(), calls.spot.tolist(), strict=True)])


def _soonest_s(on: Stage, at_s: float, spot: int) -> float:
    seconds = on.ground.at(at_s)
    times = [seconds[it.kind, it.home, spot][it.fit_at(at_s)] for it in (on.at_stations, on.at_standby)]
    return float(np.concatenate(times).min(initial=np.inf) + TURNOUT_S)


def _weighted(seconds: NDArray[np.float64], weight: NDArray[np.float64], which: NDArray[np.bool_]) -> float | None:
    counted = which & np.isfinite(seconds)
    if not counted.any():
        return None
    return round(float((seconds[counted] * weight[counted]).sum() / weight[counted].sum()), 1)
