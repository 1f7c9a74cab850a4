"""What people ask about closed roads before they decide: what closing costs the circle, who could guard, how far the guard is away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import RoadClosure
from command_center.domain.closures import STANDING, Blocked, ClosureKind, ClosureState, away_m, blocked_of, guard_is_there
from command_center.domain.dispatching import RankedUnit
from command_center.domain.errors import UnknownClosure
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.services.closures import CloseRoad, ground_of
from command_center.services.coverage import circle, free_units, places_told
from command_center.services.positions import latest_fixes
from command_center.services.proposing import nearest_free
from command_center.services.road_conditions import roads_now

GUARDS_OFFERED = 5
LOST_TOLD = 50
"""Places that a closure puts outside the circle are named up to so many; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureEffect:
    """What one closed road does to the circle of the units that are free now.

    share_open, share_closed : of the demand within five minutes without it and with it. lost : places that are outside only because of
    it, JSON-plain, those with most demand first, at most LOST_TOLD of them; lost_count : all. guards : who could be there soonest.
    """

    name: Text
    kind: ClosureKind
    blocked: Blocked
    label: Point
    share_open: float
    share_closed: float
    lost: Sequence[dict[str, Any]]
    lost_count: int
    guards: tuple[RankedUnit, ...]


def preview_closure(center: Center, order: CloseRoad) -> ClosureEffect:
    """What closing it would do; writes nothing. Raises as close_road does for what cannot be closed."""
    ground = ground_of(center, order)
    with center.read() as session:
        return _effect(center, session, ground.name, ground.kind, ground.blocked, ground.label)


def effect_of(center: Center, closure_id: int) -> ClosureEffect:
    """What a closure that stands does. Raises UnknownClosure."""
    with center.read() as session:
        row = session.get(RoadClosure, closure_id)
        if row is None or row.state not in STANDING:
            raise UnknownClosure(closure=closure_id)
        blocked = blocked_of(row.lines, row.reach_m)
        return _effect(center, session, Text(row.name_zh, row.name_en), row.kind, blocked, Point(row.lat, row.lon))


def _effect(center: Center, session: Session, name: Text, kind: ClosureKind, blocked: Blocked, label: Point) -> ClosureEffect:
    roads, fleet = roads_now(center, session), free_units(center, session)
    is_open = circle(center, replace(roads, blocked=roads.blocked - {blocked}), fleet)
    is_closed = circle(center, replace(roads, blocked=roads.blocked | {blocked}), fleet)
    lost = np.flatnonzero(is_open.inside & ~is_closed.inside)
    return ClosureEffect(
        name=name,
        kind=kind,
        blocked=blocked,
        label=label,
        share_open=is_open.share,
        share_closed=is_closed.share,
        lost=places_told(center, is_closed, lost, LOST_TOLD),
        lost_count=len(lost),
        guards=nearest_free(center, session, label, count=GUARDS_OFFERED),
    )


# ---- guards ------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardSight:
    """How far a guard is from the road it guards. distance_m, at : by its last fix, None where it never told.

    is_there : None where the fix is too coarse to say.
    """

    unit_id: str
    distance_m: float | None
    at: datetime | None
    is_there: bool | None


def guard_sights(center: Center) -> dict[int, GuardSight]:
    """Of every road that is guarded, by the closure's id."""
    fixes, fence_m = latest_fixes(center), center.catalogue.common.closures.guard_fence_m
    guarded = select(RoadClosure).where(RoadClosure.state == ClosureState.CLOSED, RoadClosure.guard_unit_id.is_not(None))
    found: dict[int, GuardSight] = {}
    with center.read() as session:
        for row in session.scalars(guarded):
            unit_id = str(row.guard_unit_id)
            fix = fixes.get(unit_id)
            if fix is None:
                found[row.id] = GuardSight(unit_id=unit_id, distance_m=None, at=None, is_there=None)
                continue
            distance_m = away_m(fix.point, blocked_of(row.lines, row.reach_m).lines)
            is_there = guard_is_there(distance_m, fix.accuracy_m, fence_m)
            found[row.id] = GuardSight(unit_id=unit_id, distance_m=distance_m, at=fix.at, is_there=is_there)
    return found


# ---- what was closed ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedClosure:
    """A road that is open again, or that stayed open. state : REOPENED, DECLINED or STALE."""

    id: int
    name: Text
    state: ClosureState
    closed_at: datetime | None
    ended_at: datetime
    ended_by: str
    end_reason: str


def ended_closures(center: Center, within: timedelta, limit: int = 20) -> list[EndedClosure]:
    """What ended lately, newest first."""
    since = center.now() - within
    ended = select(RoadClosure).where(RoadClosure.ended_at >= since).order_by(RoadClosure.ended_at.desc(), RoadClosure.id.desc())
    with center.read() as session:
        return [
            EndedClosure(
                id=row.id,
                name=Text(row.name_zh, row.name_en),
                state=row.state,
                closed_at=row.closed_at,
                ended_at=row.ended_at,
                ended_by=row.ended_by or "",
                end_reason=row.end_reason,
            )
            for row in session.scalars(ended.limit(limit))
            if row.ended_at is not None
        ]
