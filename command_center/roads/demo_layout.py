"""How the demo district is used: four areas of six by six blocks, what stands on each block, and the frontage along its streets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot

from command_center.domain.text import Text
from command_center.roads.demo_grid import RAILWAY_Y_M, XY, GridLine, Ground, river_x_m

BLOCKS = 6
"""Blocks in a row of an area, and rows in an area."""

SLOT_M = 22.0
"""Width of a shop's frontage."""

CORNER_M = 24.0
"""Kept free at both ends of a block."""

GATE_M = 16.0
"""Kept free on both sides of a gate."""


class Use(StrEnum):
    """What stands on a block."""

    COMPOUND = "compound"
    BUSINESS = "business"
    PARK = "park"
    SCHOOL = "school"
    HOTEL = "hotel"
    OPEN = "open"


USES: Mapping[tuple[int, int], Use] = {
    (2, 2): Use.PARK,
    (2, 3): Use.BUSINESS,
    (3, 3): Use.BUSINESS,
    (3, 2): Use.BUSINESS,
    (1, 3): Use.BUSINESS,
    (4, 2): Use.BUSINESS,
    (4, 3): Use.SCHOOL,
    (1, 2): Use.HOTEL,
    (0, 0): Use.OPEN,
    (5, 0): Use.OPEN,
    (0, 5): Use.OPEN,
    (5, 5): Use.OPEN,
}
"""Blocks of an area, by column and row from its south-west corner, that are not compounds; far corners stay open."""

STATION_BLOCK = (2, 2)
"""The station stands on this block's north side, on the arterial through the middle of the area."""


class Side(StrEnum):
    """A side of a block; odd house numbers stand on the north and west sides of a street."""

    SOUTH = "south"
    NORTH = "north"
    WEST = "west"
    EAST = "east"


@dataclass(frozen=True, slots=True)
class Block:
    """One block. corners: south-west, south-east, north-east, north-west. column, row: within its area. lines: the streets around it."""

    area: str
    community: str
    column: int
    row: int
    use: Use
    corners: tuple[XY, XY, XY, XY]
    lines: Mapping[Side, GridLine]
    gate: Side

    def at(self, u: float, v: float) -> XY:
        """A place inside by shares: u from west to east, v from south to north."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)
        x = sum(weight * value for weight, value in zip(weights, (ax, bx, cx, dx), strict=True))
        y = sum(weight * value for weight, value in zip(weights, (ay, by, cy, dy), strict=True))
        return x, y

    def beside(self, side: Side, share: float, *, depth_m: float) -> XY:
        """A place `depth_m` inside from the street on a side, at a share of its length from the west or south."""
        _, across_m = self.extent_m(side)
        depth = depth_m / across_m
        u, v = {
            Side.SOUTH: (share, depth),
            Side.NORTH: (share, 1 - depth),
            Side.WEST: (depth, share),
            Side.EAST: (1 - depth, share),
        }[side]
        return self.at(u, v)

    def extent_m(self, side: Side) -> XY:
        """Length along a side, and depth of the block behind it."""
        (ax, ay), (bx, by), _, (dx, dy) = self.corners
        width, height = hypot(bx - ax, by - ay), hypot(dx - ax, dy - ay)
        return (width, height) if side in (Side.SOUTH, Side.NORTH) else (height, width)


@dataclass(frozen=True, slots=True)
class Slot:
    """One shop front: on which block and side, and at which share of the side."""

    block: Block
    side: Side
    share: float

    @property
    def street(self) -> GridLine:
        return self.block.lines[self.side]

    def place(self, depth_m: float) -> XY:
        return self.block.beside(self.side, self.share, depth_m=depth_m)

    def house_number(self) -> int:
        """Counted from the street's west or south end, one number per 11 m and side."""
        along = self.place(0)[0 if self.side in (Side.SOUTH, Side.NORTH) else 1]
        steps = int((along + 2400) / 11)
        on_north_or_west = self.side in (Side.SOUTH, Side.EAST)  # a block's south side is the street's north side
        return 2 * steps + (1 if on_north_or_west else 2)


@dataclass(frozen=True, slots=True)
class Zone:
    """The ground of one area. west..north: the arterials around its blocks; bands: its communities, in stripes of blocks.

    in_columns : stripes side by side from the west; else one above the other from the south.
    """

    area: str
    west_m: float
    east_m: float
    south_m: float
    north_m: float
    bands: Sequence[str]
    in_columns: bool = False

    @property
    def is_west(self) -> bool:
        return self.east_m < 0

    @property
    def is_north(self) -> bool:
        return self.south_m > 0

    def community(self, column: int, row: int) -> str:
        """The community of a block."""
        return self.bands[(column if self.in_columns else row) * len(self.bands) // BLOCKS]


ZONES: Sequence[Zone] = (
    Zone("A1", -1700, -150, 200, 1600, ("370705003008", "370705003003", "370705003009")),
    Zone("A2", 150, 1600, 200, 1600, ("370705003018", "370705003007", "370705003010"), in_columns=True),
    Zone("A3", -1700, -150, -1600, -250, ("370705003011", "370705003017")),
    Zone("A4", 150, 1600, -1600, -250, ("370705003014", "370705003015")),
)


def blocks_of(ground: Ground, zone: Zone, *, business: int) -> list[Block]:
    """The 36 blocks of an area, row by row from the south-west; `business` of them carry a business building."""
    columns, rows = ground.columns(zone.west_m, zone.east_m), ground.rows(zone.south_m, zone.north_m)
    blocks = []
    for row, j in enumerate(rows):
        for column, i in enumerate(columns):
            use = USES.get((column, row), Use.COMPOUND)
            if use is Use.BUSINESS:
                business -= 1
                use = use if business >= 0 else Use.OPEN
            blocks.append(_block(ground, zone, (column, row), (i, j), use))
    return blocks


def _block(ground: Ground, zone: Zone, place: tuple[int, int], line: tuple[int, int], use: Use) -> Block:
    (column, row), (i, j) = place, line
    lines = {
        Side.SOUTH: ground.y_lines[j],
        Side.NORTH: ground.y_lines[j + 1],
        Side.WEST: ground.x_lines[i],
        Side.EAST: ground.x_lines[i + 1],
    }
    return Block(
        area=zone.area,
        community=zone.community(column, row),
        column=column,
        row=row,
        use=use,
        corners=(ground.corner(i, j), ground.corner(i + 1, j), ground.corner(i + 1, j + 1), ground.corner(i, j + 1)),
        lines=lines,
        gate=list(Side)[(3 * column + 5 * row) % len(Side)],
    )


def slots_of(block: Block) -> Iterator[Slot]:
    """Every shop front around a block, the gate's surroundings left out."""
    for side in Side:
        length_m, _ = block.extent_m(side)
        count = int((length_m - 2 * CORNER_M) // SLOT_M)
        for number in range(count):
            along_m = CORNER_M + (number + 0.5) * (length_m - 2 * CORNER_M) / count
            if block.use is not Use.COMPOUND or side is not block.gate or abs(along_m - length_m / 2) > GATE_M:
                yield Slot(block, side, along_m / length_m)


# ---- outlines ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Border:
    """A line across the district as across(t): t runs north for a side border, east for a top or bottom one. bends: where it bends."""

    bends: Sequence[XY]

    def across(self, t: float) -> float:
        """Piecewise straight between the bends, constant beyond them."""
        before = self.bends[0]
        for bend in self.bends:
            if t <= bend[0]:
                share = 0.0 if bend[0] == before[0] else (t - before[0]) / (bend[0] - before[0])
                return before[1] + (bend[1] - before[1]) * share
            before = bend
        return before[1]


def outline_of(ground: Ground, zone: Zone) -> list[XY]:
    """The area's corners counter-clockwise from the south-west: two arterials outside, river and railway between the areas."""
    river = _Border([(float(y), river_x_m(y)) for y in range(-2000, 2001, 200)])
    railway = _Border([(0.0, RAILWAY_Y_M)])
    outer_x = _street_border(ground, upwards=True, at_m=zone.west_m if zone.is_west else zone.east_m)
    outer_y = _street_border(ground, upwards=False, at_m=zone.north_m if zone.is_north else zone.south_m)
    west, east = (outer_x, river) if zone.is_west else (river, outer_x)
    south, north = (railway, outer_y) if zone.is_north else (outer_y, railway)
    sw, se, ne, nw = _crossing(west, south), _crossing(east, south), _crossing(east, north), _crossing(west, north)
    return [
        sw,
        *_between(south, sw[0], se[0], swap=False),
        se,
        *_between(east, se[1], ne[1], swap=True),
        ne,
        *reversed(_between(north, nw[0], ne[0], swap=False)),
        nw,
        *reversed(_between(west, sw[1], nw[1], swap=True)),
    ]


def _street_border(ground: Ground, *, upwards: bool, at_m: float) -> _Border:
    street = next(street for street in ground.streets() if street.runs_east is not upwards and street.line.at_m == at_m)
    return _Border([(y, x) if upwards else (x, y) for x, y in street.places])


def _crossing(side: _Border, level: _Border) -> XY:
    """Where a north-south border meets an east-west one; both are nearly straight, so a few rounds are enough."""
    x, y = 0.0, 0.0
    for _ in range(20):
        y = level.across(x)
        x = side.across(y)
    return x, y


def _between(border: _Border, low: float, high: float, *, swap: bool) -> list[XY]:
    """The border's bends strictly between two places, as x, y."""
    return [(across, t) if swap else (t, across) for t, across in border.bends if low + 1 < t < high - 1]


def unnamed_blocks(ground: Ground) -> Iterator[tuple[XY, XY, XY, XY]]:
    """Blocks outside the four areas: background only."""
    inside = {
        (i, j)
        for zone in ZONES
        for i in ground.columns(zone.west_m, zone.east_m)
        for j in ground.rows(zone.south_m, zone.north_m)
    }  # fmt: skip
    for i, west in enumerate(ground.x_lines[:-1]):
        for j, south in enumerate(ground.y_lines[:-1]):
            in_river = west.at_m < 0 < ground.x_lines[i + 1].at_m
            on_rails = south.at_m < RAILWAY_Y_M < ground.y_lines[j + 1].at_m
            if (i, j) not in inside and not in_river and not on_rails:
                yield ground.corner(i, j), ground.corner(i + 1, j), ground.corner(i + 1, j + 1), ground.corner(i, j + 1)


NAMED_SHELTERS: Mapping[tuple[str, Use], tuple[str, Text, int, bool]] = {
    ("A1", Use.SCHOOL): ("school", Text("示例小学体育馆", "Demo primary school gym"), 300, True),
    ("A4", Use.SCHOOL): ("gym", Text("示例中学体育馆", "Demo middle school gym"), 400, True),
    ("A2", Use.PARK): ("park", Text("示例中心公园", "Demo central park"), 2000, False),
    ("A3", Use.HOTEL): ("hotel", Text("示例协议酒店", "Demo contracted hotel"), 120, True),
}
"""Shelters that are not community halls: area and use of their block -> kind, name, capacity, indoor."""
