"""Standby points: where idle vehicles would stand best, worked out on request and shown with what it would bring. Advice only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import StandbyPlan
from command_center.domain import events
from command_center.domain.geo import Point
from command_center.domain.response_time import PROMISE_S, TURNOUT_S
from command_center.domain.rights import Actor, Right
from command_center.domain.standby import BUSY, best_stands
from command_center.services.assigning import solved
from command_center.services.coverage import Demand, FreeUnit, circle, demand_of, free_units
from command_center.services.places import nearest_place
from command_center.services.road_conditions import RoadsNow, roads_now

MOST_WEIGHED = 32
"""Of so many moves each is weighed alone, too; a province's fleet is advised as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One unit and the point it would stand at. drive_s : from where it is now.

    gain : what this move alone would bring, as a share of the demand; None where nobody weighed it.
    """

    unit_id: str
    point: Point
    drive_s: float
    gain: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """Points for all free units, with the share of demand within five minutes from where they are now and from there."""

    moves: tuple[Move, ...]
    share_before: float
    share_after: float


def plan_standby(center: Center, actor: Actor) -> dict[str, Any]:
    """Work out where the units that are free now would stand best on the roads as they are, and keep it; JSON-plain."""
    actor.require(Right.DISPATCH)
    with center.read() as session:
        roads, fleet = roads_now(center, session), free_units(center, session)
    found = standby(center, roads, fleet)
    with center.work(actor) as work:
        row = work.add(
            StandbyPlan(
                at=work.now,
                by=actor.name,
                points=[_point(center, move) for move in weighed(center, roads, fleet, found.moves)],
                share_before=found.share_before,
                share_after=found.share_after,
            )
        )
        work.record(events.StandbyPlanned(units=len(found.moves), share_before=found.share_before, share_after=found.share_after))
        return _row(row)


def newest_standby(center: Center) -> dict[str, Any] | None:
    """The newest advice, None when nobody has asked yet."""
    with center.read() as session:
        row = session.scalars(select(StandbyPlan).order_by(StandbyPlan.id.desc()).limit(1)).one_or_none()
        return None if row is None else _row(row)


def _row(row: StandbyPlan) -> dict[str, Any]:
    return {
        "at": moment(row.at),
        "by": row.by,
        "points": row.points,
        "share_before": round(row.share_before, 4),
        "share_after": round(row.share_after, 4),
    }


def _point(center: Center, move: Move) -> dict[str, Any]:
    place, _ = nearest_place(center, move.point)
    return {
        "unit_id": move.unit_id,
        "lat": move.point.lat,
        "lon": move.point.lon,
        "near": place.name.as_row(),
        "drive_s": round(move.drive_s) if np.isfinite(move.drive_s) else None,
        "gain": None if move.gain is None else round(move.gain, 4),
    }


def standby(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], *, busy: float = BUSY) -> Standby:
    """Points for a fleet: its own idle vehicles, none of them rolling any more. Everyone drives to the nearest point of his kind."""
    points = candidates(center)
    stands = stands_for(center, roads, [unit.kind for unit in fleet], points, demand_of(center.catalogue), busy=busy)
    moves: list[Move] = []
    for kind, chosen in stands.items():
        units = [unit for unit in fleet if unit.kind == kind]
        places = [points[number] for number in chosen]
        drive_s = center.roads.matrix_s([unit.point for unit in units], places, vehicle_kmh=roads.cruise_kmh(kind), blocked=roads.blocked)
        for row, column in solved(np.where(np.isfinite(drive_s), drive_s, 1e6)):
            moves.append(Move(unit_id=units[row].unit_id, point=places[column], drive_s=float(drive_s[row, column])))
    there = {move.unit_id: move.point for move in moves}
    idle = [FreeUnit(unit.unit_id, unit.kind, unit.point, TURNOUT_S) for unit in fleet]
    moved = [FreeUnit(unit.unit_id, unit.kind, there.get(unit.unit_id, unit.point), TURNOUT_S) for unit in fleet]
    before, after = circle(center, roads, idle).share, circle(center, roads, moved).share
    if after < before:  # points that are best when some are busy need not be when nobody is
        return Standby(moves=(), share_before=before, share_after=before)
    return Standby(moves=tuple(sorted(moves, key=lambda move: move.unit_id)), share_before=before, share_after=after)


def weighed(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], moves: Sequence[Move]) -> list[Move]:
    """The moves with what each of them alone would bring, the best first: whoever cannot move all begins there."""
    if len(moves) > MOST_WEIGHED:
        return list(moves)
    idle = {unit.unit_id: FreeUnit(unit.unit_id, unit.kind, unit.point, TURNOUT_S) for unit in fleet}
    before = circle(center, roads, list(idle.values())).share
    found = []
    for move in moves:
        moved = idle | {move.unit_id: replace(idle[move.unit_id], point=move.point)}
        found.append(replace(move, gain=circle(center, roads, list(moved.values())).share - before))
    return sorted(found, key=lambda move: (-(move.gain or 0.0), move.unit_id))


def candidates(center: Center) -> list[Point]:
    """Where a vehicle can wait with light, water and somebody who knows it: stations, depots, compounds."""
    catalogue = center.catalogue
    known = [station.point for station in catalogue.stations.values()] + [depot.point for depot in catalogue.depots.values()]
    return known + [place.point for place in catalogue.places.values() if place.kind == "compound"]


def stands_for(
    center: Center, roads: RoadsNow, kinds: Sequence[str], points: Sequence[Point], demand: Demand, *, busy: float = BUSY
) -> dict[str, list[int]]:
    """Kind -> numbers of the points where its vehicles would stand."""
    every = sorted(set(kinds))
    if not every:
        return {}
    reach = [_reach(center, roads, kind, points, demand) for kind in every]
    stands = best_stands(reach, [list(kinds).count(kind) for kind in every], demand.weight, busy=busy)
    return {kind: [stand.candidate for stand in stands if stand.kind == number] for number, kind in enumerate(every)}


def _reach(center: Center, roads: RoadsNow, kind: str, points: Sequence[Point], demand: Demand) -> NDArray[np.bool_]:
    """(places, points) True where a vehicle from there is in time."""
    kmh = roads.cruise_kmh(kind)
    limit_s = PROMISE_S - TURNOUT_S
    seconds = center.roads.matrix_s(points, demand.points, vehicle_kmh=kmh, blocked=roads.blocked, limit_s=limit_s)
    return np.asarray(limit_s >= seconds.T)
