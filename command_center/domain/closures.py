"""Closed roads: ground that nobody drives over, what closes and opens it, and whether its guard is there.

The charts: water proposes a closure; an officer closes, declines or reopens. Water is water: a proposed closure is not driven
through either, so every calculation goes round it from the moment the depth is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from command_center.domain.geo import Point, bearing_free_offset_m, roughly_m
from command_center.domain.plan_book import Basis

Line = tuple[Point, ...]

MOST_FORGIVEN_M = 50.0
"""A phone that says it may be off by more is not believed to stand anywhere in particular; its fix still counts this much."""


PONDING_METRIC = "ponding_depth_cm"
"""The measured value that closes roads."""

DRAWN_REACH_M = 15.0
"""A line drawn by hand along a street runs beside it by as much."""

TRACED_REACH_M = 1.0
"""A line taken from the road network itself runs on the street."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Ground that nobody drives over: lines that nobody crosses or drives along; a line of one point is a spot, `reach_m` around.

    reach_m : of a longer line, how far beside it a street still counts as being driven along; up to TRACED_REACH_M the line was traced
    on a street, and what crosses it stays open.
    """

    lines: tuple[Line, ...]
    reach_m: float


def blocked_of(lines: Sequence[Sequence[Sequence[float]]], reach_m: float) -> Blocked:
    """The ground of a closure as its row keeps it: lists of [lat, lon]."""
    return Blocked(tuple(tuple(Point(lat, lon) for lat, lon in line) for line in lines), reach_m)


class ClosureKind(StrEnum):
    STREET = "street"
    """A street by its name, from end to end."""
    LINE = "line"
    """A line drawn on the map: every street that it crosses or runs along."""
    SPOT = "spot"
    """A place, mostly under water."""


class ClosureState(StrEnum):
    PROPOSED = "proposed"
    """The water is deep enough; nobody has decided yet."""
    CLOSED = "closed"
    REOPENED = "reopened"
    DECLINED = "declined"
    """An officer decided that it stays open."""
    STALE = "stale"
    """The water fell before anybody decided."""


STANDING = frozenset({ClosureState.PROPOSED, ClosureState.CLOSED})
"""Nobody drives through."""

CLOSURE_CHART: Mapping[ClosureState, frozenset[ClosureState]] = {
    ClosureState.PROPOSED: frozenset({ClosureState.CLOSED, ClosureState.DECLINED, ClosureState.STALE}),
    ClosureState.CLOSED: frozenset({ClosureState.REOPENED}),
    ClosureState.REOPENED: frozenset(),
    ClosureState.DECLINED: frozenset(),
    ClosureState.STALE: frozenset(),
}


TAKE_BACK_S = 30.0
"""So long after it was closed or opened a road is put back as it was, with one key."""


def taken_back(state: ClosureState, depth_cm: float | None, close_cm: float) -> ClosureState | None:
    """What a closure becomes when the last step is taken back: water that proposed it goes on proposing it. None: nothing to take back."""
    if state is ClosureState.REOPENED:
        return ClosureState.CLOSED
    if state is ClosureState.CLOSED:
        return ClosureState.PROPOSED if depth_cm is not None and depth_cm >= close_cm else ClosureState.REOPENED
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureRules:
    """When water closes a road, editable in vocabulary.yaml.

    close_cm : water this deep closes a road. drained_cm : below it the water has gone. spot_reach_m : how much of the road a spot takes.
    guard_fence_m : a guard farther away than this has left. leaders_after_s : how long an unguarded road waits before leaders are called.
    units_named : how many of the nearest units a proposed closure names as guards.
    """

    close_cm: float
    drained_cm: float
    spot_reach_m: float
    guard_fence_m: float
    leaders_after_s: float
    units_named: int
    basis: Basis = "working"


def away_m(point: Point, lines: Sequence[Line]) -> float:
    """Metres from a point to the nearest place on a closure's lines."""
    return min((_to_line_m(point, line) for line in lines), default=float("inf"))


def simplified(line: Line, off_m: float) -> Line:
    """The line without the corners that lie no farther than `off_m` from it (Douglas and Peucker); its ends stay."""
    if len(line) < 3:
        return line
    away = [_to_piece_m(point, line[0], line[-1]) for point in line[1:-1]]
    farthest = max(range(len(away)), key=away.__getitem__)
    if away[farthest] <= off_m:
        return (line[0], line[-1])
    corner = farthest + 1
    return simplified(line[: corner + 1], off_m)[:-1] + simplified(line[corner:], off_m)


def _to_line_m(point: Point, line: Line) -> float:
    return min((_to_piece_m(point, a, b) for a, b in pairwise(line)), default=roughly_m(point, line[0]))


def _to_piece_m(point: Point, a: Point, b: Point) -> float:
    east, north = bearing_free_offset_m(a, b)
    x, y = bearing_free_offset_m(a, point)
    share = min(1.0, max(0.0, (x * east + y * north) / max(east * east + north * north, 1e-9)))
    return float(((x - share * east) ** 2 + (y - share * north) ** 2) ** 0.5)


def guard_is_there(distance_m: float, accuracy_m: float | None, fence_m: float) -> bool | None:
    """Whether a guard stands within the fence; None where the fix is too coarse to say that he left."""
    if distance_m <= fence_m:
        return True
    return False if distance_m - min(accuracy_m or 0.0, MOST_FORGIVEN_M) > fence_m else None
