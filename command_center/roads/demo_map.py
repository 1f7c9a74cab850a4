"""Writing the demo district as a real .osm.pbf, so that it goes through the same door as any map extract."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import osmium
import osmium.osm.mutable as om

from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.roads.demo_grid import RAILWAY_Y_M, RIVER_X_M, XY, Ground, Street, river_x_m
from command_center.roads.demo_layout import Block, Side, Use, unnamed_blocks
from command_center.roads.demo_names import RAILWAY, RIVER

Tags = Mapping[str, str]

MAXSPEED: Mapping[str, str] = {"trunk": "60", "primary": "60", "secondary": "50", "tertiary": "40"}
BRIDGE_M = 45.0
UNDERPASS_M = 60.0
"""Half lengths of the ways that cross the river and the railway."""

LANDUSE: Mapping[Use, Tags] = {
    Use.COMPOUND: {"landuse": "residential"},
    Use.BUSINESS: {"landuse": "commercial"},
    Use.HOTEL: {"landuse": "commercial"},
    Use.PARK: {"leisure": "park"},
    Use.SCHOOL: {"amenity": "school"},
    Use.OPEN: {"landuse": "grass"},
}


@dataclass(slots=True)
class MapFile:
    """Nodes and ways in the order they were drawn; the same place is the same node."""

    nodes: dict[Point, int] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)

    def node(self, point: Point, tags: Tags | None = None) -> int:
        number = self.nodes.setdefault(point, len(self.nodes) + 1)
        if tags:
            self.node_tags[number] = tags
        return number

    def way(self, points: Sequence[Point], tags: Tags) -> None:
        self.ways.append(([self.node(point) for point in points], tags))

    def write(self, path: Path) -> None:
        """Write the file anew; the same district gives the same nodes and ways."""
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for point, number in self.nodes.items():
                writer.add_node(om.Node(id=number, version=1, location=(point.lon, point.lat), tags=dict(self.node_tags.get(number, {}))))
            for number, (nodes, tags) in enumerate(self.ways, 1):
                writer.add_way(om.Way(id=number, version=1, nodes=nodes, tags=dict(tags)))


def draw_map(ground: Ground, blocks: Sequence[Block], names: Mapping[tuple[str, int, int], Text]) -> MapFile:
    """Streets, blocks, compounds with their gates, river and railway. names: area, column, row -> name of the block."""
    drawing = MapFile()
    gates = _gates(blocks)
    for street in ground.streets():
        for places, extra in _pieces(street, gates):
            drawing.way([ground.point(place) for place in places], {**_street_tags(street), **extra})
    for block in blocks:
        _draw_block(drawing, ground, block, names.get((block.area, block.column, block.row)))
    for corners in unnamed_blocks(ground):
        drawing.way([ground.point(place) for place in _inset(corners)], {"landuse": "residential"})
    _draw_river_and_railway(drawing, ground)
    return drawing


def _street_tags(street: Street) -> Tags:
    line = street.line
    return {"highway": line.highway, "name": line.name.zh, "name:en": line.name.en, "maxspeed": MAXSPEED[line.highway]}


def _gates(blocks: Sequence[Block]) -> dict[tuple[XY, XY], list[XY]]:
    """Where compounds and business blocks open onto the street: piece of street -> gates along it."""
    found: dict[tuple[XY, XY], list[XY]] = {}
    for block in blocks:
        if block.use is Use.COMPOUND:
            sw, se, ne, nw = block.corners
            piece = {Side.SOUTH: (sw, se), Side.NORTH: (nw, ne), Side.WEST: (sw, nw), Side.EAST: (se, ne)}[block.gate]
            found.setdefault(piece, []).append(block.beside(block.gate, 0.5, depth_m=0))
    return found


def _pieces(street: Street, gates: Mapping[tuple[XY, XY], list[XY]]) -> Iterator[tuple[list[XY], Tags]]:
    """The ways a street is made of: cut at river and railway, with the gates of compounds as nodes."""
    current = [street.places[0]]
    for here, there in pairwise(street.places):
        crossing = _crossing(here, there)
        if crossing is None:
            current += [*dict.fromkeys(gates.get((here, there), [])), there]
            continue
        if not street.line.is_arterial:
            yield from _long_enough(current)
            current = [there]
            continue
        before, after, tags = crossing
        yield from _long_enough([*current, before])
        yield [before, after], tags
        current = [after, there]
    yield from _long_enough(current)


def _long_enough(places: list[XY]) -> Iterator[tuple[list[XY], Tags]]:
    if len(places) > 1:
        yield places, {}


def _crossing(here: XY, there: XY) -> tuple[XY, XY, Tags] | None:
    """Both ends of the bridge or underpass between two places, or None where nothing is crossed."""
    if (here[0] - RIVER_X_M) * (there[0] - RIVER_X_M) < 0:
        middle = river_x_m(here[1])
        bridge = {"bridge": "yes", "layer": "1"}
        return _on_the_way(here, there, 0, middle - BRIDGE_M), _on_the_way(here, there, 0, middle + BRIDGE_M), bridge
    if (here[1] - RAILWAY_Y_M) * (there[1] - RAILWAY_Y_M) < 0:
        underpass = {"tunnel": "yes", "layer": "-1", "flood_prone": "yes"}
        before, after = (_on_the_way(here, there, 1, RAILWAY_Y_M + half) for half in (-UNDERPASS_M, UNDERPASS_M))
        return before, after, underpass
    return None


def _on_the_way(here: XY, there: XY, axis: int, value: float) -> XY:
    """The place between two others where one coordinate has a value."""
    share = (value - here[axis]) / (there[axis] - here[axis])
    return here[0] + (there[0] - here[0]) * share, here[1] + (there[1] - here[1]) * share


def _draw_block(drawing: MapFile, ground: Ground, block: Block, name: Text | None) -> None:
    named = {"name": name.zh, "name:en": name.en} if name else {}
    drawing.way([ground.point(place) for place in _inset(block.corners)], {**LANDUSE[block.use], **named})
    if block.use is Use.COMPOUND:
        _draw_compound(drawing, ground, block)


def _inset(corners: tuple[XY, XY, XY, XY], share: float = 0.83) -> list[XY]:
    """The block without its pavements, as a closed ring: every corner drawn in towards the middle."""
    x, y = (sum(corner[axis] for corner in corners) / 4 for axis in (0, 1))
    ring = [(x + (cx - x) * share, y + (cy - y) * share) for cx, cy in corners]
    return [*ring, ring[0]]


def _draw_compound(drawing: MapFile, ground: Ground, block: Block) -> None:
    """A gate with a barrier that opens, a road through the middle, and a loop around the houses."""
    gate = ground.point(block.beside(block.gate, 0.5, depth_m=0))
    drawing.node(gate, {"barrier": "lift_gate"})
    low, middle, high = 0.22, 0.5, 0.78
    if block.gate in (Side.SOUTH, Side.NORTH):
        spine = [(middle, low), (middle, middle), (middle, high)]
        loop = [(middle, low), (high, low), (high, high), (middle, high), (low, high), (low, low), (middle, low)]
    else:
        spine = [(low, middle), (middle, middle), (high, middle)]
        loop = [(low, middle), (low, low), (high, low), (high, middle), (high, high), (low, high), (low, middle)]
    if block.gate in (Side.NORTH, Side.EAST):
        spine.reverse()
    inside = {"highway": "service", "access": "private"}
    drawing.way([gate, *(ground.point(block.at(u, v)) for u, v in spine)], inside)
    drawing.way([ground.point(block.at(u, v)) for u, v in loop], inside)


def _draw_river_and_railway(drawing: MapFile, ground: Ground) -> None:
    northwards = [float(y) for y in range(-2400, 2401, 100)]
    west = [(river_x_m(y) - 25, y) for y in northwards]
    east = [(river_x_m(y) + 25, y) for y in reversed(northwards)]
    drawing.way([ground.point((river_x_m(y), y)) for y in northwards], {"waterway": "river", "name": RIVER.zh, "name:en": RIVER.en})
    drawing.way([ground.point(place) for place in (*west, *east, west[0])], {"natural": "water", "water": "river"})
    for corners in _riverside(ground):
        drawing.way([ground.point(place) for place in (*corners, corners[0])], {"leisure": "park"})
    rails = [(float(x), RAILWAY_Y_M) for x in range(-2400, 2401, 200)]
    drawing.way([ground.point(place) for place in rails], {"railway": "rail", "name": RAILWAY.zh, "name:en": RAILWAY.en})


def _riverside(ground: Ground) -> Iterator[tuple[XY, XY, XY, XY]]:
    """Strips of green between the river and the roads along it, from one street to the next."""
    west = max(i for i, line in enumerate(ground.x_lines) if line.at_m < RIVER_X_M)
    for j in range(len(ground.y_lines) - 1):
        for i, side in ((west, -1), (west + 1, 1)):
            (low_x, low_y), (high_x, high_y) = ground.corner(i, j), ground.corner(i, j + 1)
            low_y, high_y = low_y + 25, high_y - 25
            bank = 35 * side
            low_bank, high_bank = river_x_m(low_y) + bank, river_x_m(high_y) + bank
            yield (low_x - 18 * side, low_y), (low_bank, low_y), (high_bank, high_y), (high_x - 18 * side, high_y)
