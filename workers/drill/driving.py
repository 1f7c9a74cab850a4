"""A way through the streets, and where on it a vehicle is after so many seconds."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import atan2, cos, degrees, hypot, radians

from command_center.domain.closures import Blocked
from command_center.domain.geo import EARTH_RADIUS_M, Point, bearing_free_offset_m, roughly_m
from command_center.roads import RoadNetwork

YARD_KMH = 15.0
"""Between a yard and the street nobody drives faster."""

BESIDE_M = 60.0
"""Somewhere this near is driven to directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a drive is at a moment. metres: driven since its start."""

    point: Point
    metres: float
    heading_deg: float
    speed_kmh: float


@dataclass(frozen=True, slots=True)
class Drive:
    """Corners with the seconds and metres after which each is reached; at least two corners, both series rise from zero."""

    corners: tuple[Point, ...]
    seconds: tuple[float, ...]
    metres: tuple[float, ...]

    @property
    def end(self) -> Point:
        return self.corners[-1]

    @property
    def takes_s(self) -> float:
        return self.seconds[-1]

    def place_after(self, elapsed_s: float) -> Place:
        """Where the vehicle is `elapsed_s` after it set out; past the end it stands there, looking ahead."""
        leg = min(bisect_right(self.seconds, elapsed_s), len(self.seconds) - 1) - 1
        a, b = self.corners[leg], self.corners[leg + 1]
        takes_s, metres = self.seconds[leg + 1] - self.seconds[leg], self.metres[leg + 1] - self.metres[leg]
        share = min((elapsed_s - self.seconds[leg]) / takes_s, 1.0)
        return Place(
            point=Point(a.lat + (b.lat - a.lat) * share, a.lon + (b.lon - a.lon) * share),
            metres=self.metres[leg] + metres * share,
            heading_deg=heading_deg(a, b),
            speed_kmh=metres / takes_s * 3.6 if share < 1.0 else 0.0,
        )


def heading_deg(a: Point, b: Point) -> float:
    """Direction from a to b, 0 = north, clockwise, below 360."""
    east, north = bearing_free_offset_m(a, b)
    return degrees(atan2(east, north)) % 360.0


def moved(point: Point, east_m: float, north_m: float) -> Point:
    """The point so many metres east and north of another."""
    lat = point.lat + degrees(north_m / EARTH_RADIUS_M)
    return Point(lat, point.lon + degrees(east_m / (EARTH_RADIUS_M * cos(radians(point.lat)))))


def plan_drive(
    roads: RoadNetwork, origin: Point, destination: Point, *, kmh: float, blocked: frozenset[Blocked] = frozenset()
) -> Drive | None:
    """The fastest way from where a vehicle stands to a point, yards included; None when it is there already.

    Streets lead from junction to junction: the first and the last one are left out when the vehicle would have to turn round for them.
    Where no street leads, the drive goes straight, at a walk's pace through yards; where only closed ones do, somebody lets it through.
    """
    route = roads.route(origin, destination, vehicle_kmh=kmh, blocked=blocked)
    if blocked and not len(route.points):
        route = roads.route(origin, destination, vehicle_kmh=kmh)
    corners = [Point(float(lat), float(lon)) for lat, lon in route.points]
    reached_s = [float(second) for second in route.seconds]
    if roughly_m(origin, destination) < BESIDE_M:
        corners, reached_s = [], []
    if len(corners) > 1 and roughly_m(origin, corners[1]) < roughly_m(corners[0], corners[1]):
        del corners[0], reached_s[0]
    if len(corners) > 1 and roughly_m(corners[-2], destination) < roughly_m(corners[-2], corners[-1]):
        del corners[-1], reached_s[-1]
    return _drive([origin, *corners, destination], [b - a for a, b in pairwise(reached_s)], kmh)


def _drive(corners: list[Point], street_s: list[float], kmh: float) -> Drive | None:
    """street_s : seconds of the legs between the inner corners; the outer two lead through yards."""
    metres = [hypot(*bearing_free_offset_m(a, b)) for a, b in pairwise(corners)]
    yard_ms = min(kmh, YARD_KMH) / 3.6
    through_yards = [metres[0] / yard_ms, *street_s, metres[-1] / yard_ms] if len(metres) > 1 else [metres[0] / yard_ms]
    legs = [(b, m, s) for b, m, s in zip(corners[1:], metres, through_yards, strict=True) if m > 0.5 and s > 0]
    if not legs:
        return None
    return Drive(
        corners=(corners[0], *(corner for corner, _, _ in legs)),
        seconds=(0.0, *accumulate(s for _, _, s in legs)),
        metres=(0.0, *accumulate(m for _, m, _ in legs)),
    )
