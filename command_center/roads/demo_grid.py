"""The schematic ground of the demo district: a grid of streets around the street's centre, cut by a river and a railway.

Everything is in metres east (x) and north (y) of the centre, on a flat plane; `Ground.point` turns it into degrees.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians, sin

from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.text import Text
from command_center.roads.demo_names import COLLECTORS_EAST_WEST, COLLECTORS_NORTH_SOUTH, EAST_WEST, NORTH_SOUTH

XY = tuple[float, float]

RIVER_X_M = 0.0
RAILWAY_Y_M = -25.0
"""River and railway run between the areas; arterials cross them by bridge and underpass, collectors end there."""

CELL_M = 240.0
"""Wanted width of a block between two streets."""


@dataclass(frozen=True, slots=True)
class GridLine:
    """One street across the whole district. at_m: its coordinate before bending."""

    name: Text
    at_m: float
    highway: str

    @property
    def is_arterial(self) -> bool:
        return self.highway != "tertiary"


@dataclass(frozen=True, slots=True)
class Street:
    """A street as it is drawn. places: its bends from west to east, or from south to north."""

    line: GridLine
    runs_east: bool
    places: tuple[XY, ...]


class Ground:
    """The grid, bent a little so that it does not look like a chess board, and its place on earth."""

    def __init__(self, centre: Point, *, seed: int) -> None:
        self._centre = centre
        self._north_m = radians(1) * EARTH_RADIUS_M
        self._east_m = self._north_m * cos(radians(centre.lat))
        self._seed = seed
        self.x_lines = _with_collectors(NORTH_SOUTH, COLLECTORS_NORTH_SOUTH, gap_around=RIVER_X_M)
        self.y_lines = _with_collectors(EAST_WEST, COLLECTORS_EAST_WEST, gap_around=RAILWAY_Y_M)

    def point(self, place: XY) -> Point:
        """Degrees with seven decimals, as the map file keeps them."""
        return Point(round(self._centre.lat + place[1] / self._north_m, 7), round(self._centre.lon + place[0] / self._east_m, 7))

    def corner(self, i: int, j: int) -> XY:
        """Where the i-th north-south street meets the j-th east-west street."""
        across, along = self.x_lines[i], self.y_lines[j]
        wobble = random.Random(f"{self._seed} corner {i} {j}")  # noqa: S311 - a repeatable drawing, no secret
        east, north = (wobble.random() * 2 - 1) * 15, (wobble.random() * 2 - 1) * 15
        x = across.at_m + (0 if across.is_arterial else east) + 18 * sin(along.at_m / 900)
        y = along.at_m + (0 if along.is_arterial else north) + 15 * sin(across.at_m / 1100)
        return x, y

    def streets(self) -> list[Street]:
        across = [
            Street(line, runs_east=True, places=tuple(self.corner(i, j) for i in range(len(self.x_lines))))
            for j, line in enumerate(self.y_lines)
        ]
        upwards = [
            Street(line, runs_east=False, places=tuple(self.corner(i, j) for j in range(len(self.y_lines))))
            for i, line in enumerate(self.x_lines)
        ]
        return across + upwards

    def columns(self, west_m: float, east_m: float) -> range:
        """The cells between two arterials, by the number of the line on their west side."""
        return _between(self.x_lines, west_m, east_m)

    def rows(self, south_m: float, north_m: float) -> range:
        """The cells between two arterials, by the number of the line on their south side."""
        return _between(self.y_lines, south_m, north_m)


def river_x_m(y: float) -> float:
    """The river's bends."""
    return RIVER_X_M + 30 * sin(y / 700)


def _between(lines: Sequence[GridLine], low_m: float, high_m: float) -> range:
    at = [line.at_m for line in lines]
    return range(at.index(low_m), at.index(high_m))


def _with_collectors(
    arterials: Sequence[tuple[Text, float, str]], collectors: Sequence[Text], *, gap_around: float
) -> tuple[GridLine, ...]:
    """Arterials with evenly spaced collectors between them; none in the gap that the river or the railway runs through."""
    names = iter(collectors)
    lines: list[GridLine] = []
    for (name, at_m, highway), (_, next_m, _) in zip(arterials, [*arterials[1:], arterials[-1]], strict=True):
        lines.append(GridLine(name, at_m, highway))
        cells = 1 if at_m < gap_around < next_m else max(1, round((next_m - at_m) / CELL_M))
        step_m = (next_m - at_m) / cells
        lines += [GridLine(next(names), at_m + number * step_m, "tertiary") for number in range(1, cells)]
    return tuple(lines)
