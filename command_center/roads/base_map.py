"""The base map that screens draw under everything else: streets, blocks, water and railway of a map file as small GeoJSON.

Every layer is a FeatureCollection. Properties: k = kind, n = Chinese name, e = English name (arterials, blocks and areas).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from command_center.domain.catalogue import Area
from command_center.roads.map_file import Progress, told
from command_center.roads.osm_import import SPEED_KMH, Box, RoadFileRefused, name_of

if TYPE_CHECKING:
    import osmium

DECIMALS = 5
"""Of a coordinate: about one metre, finer than a line is wide."""

ARTERIAL = frozenset({"motorway", "trunk", "primary", "secondary"})
COLLECTOR = frozenset({"tertiary", "unclassified", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"})

BLOCK_KINDS: Mapping[str, Mapping[str, str]] = {
    "landuse": {
        "residential": "residential",
        "commercial": "commercial",
        "retail": "commercial",
        "industrial": "commercial",
        "education": "public",
        "grass": "green",
        "forest": "green",
        "recreation_ground": "green",
    },
    "leisure": {"park": "green", "garden": "green", "pitch": "green"},
    "amenity": {"school": "public", "hospital": "public", "university": "public", "kindergarten": "public"},
}
"""OSM key -> value -> kind of block."""

Coordinate = tuple[float, float]
"""Longitude, latitude, as GeoJSON has it."""

Line = list[Coordinate]
Name = tuple[str, str]
Feature = dict[str, Any]


@dataclass(slots=True)
class _Layers:
    """Geometry by layer while the file is read; lines of one kind and name are drawn as one feature."""

    roads: dict[tuple[str, Name], list[Line]] = field(default_factory=dict)
    railway: list[Line] = field(default_factory=list)
    rivers: list[Line] = field(default_factory=list)
    water: list[list[Line]] = field(default_factory=list)
    blocks: list[tuple[str, Name, list[Line]]] = field(default_factory=list)

    def add_way(self, tags: "osmium.osm.TagList", line: Line) -> None:
        kind = _road_kind(tags.get("highway"))
        if kind:
            name = name_of(tags) if kind == "arterial" else ("", "")
            self.roads.setdefault((kind, name), []).append(line)
        elif tags.get("railway") == "rail":
            self.railway.append(line)
        elif tags.get("waterway") in ("river", "canal"):
            self.rivers.append(line)

    def add_area(self, tags: "osmium.osm.TagList", polygon: list[Line]) -> None:
        if tags.get("natural") == "water":
            self.water.append(polygon)
        elif kind := _block_kind(tags):
            self.blocks.append((kind, name_of(tags), polygon))


def base_map(path: Path, areas: Iterable[Area] = (), *, box: Box | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Draw any map file as {"bounds": [[south, west], [north, east]], "roads", "water", "blocks", "railway", "areas": FeatureCollection}.

    box : draw only what lies there. Raises RoadFileRefused.
    """
    layers = _read(path, box, progress)
    if not layers.roads:
        raise RoadFileRefused(path, "it has no roads that vehicles may use")
    roads = [_lines(kind, name, _joined(lines)) for (kind, name), lines in sorted(layers.roads.items(), reverse=True)]
    return {
        "bounds": _bounds([line for lines in layers.roads.values() for line in lines]),
        "blocks": _collection(_polygon(kind, name, rings) for kind, name, rings in layers.blocks),
        "water": _collection([_lines("river", ("", ""), layers.rivers), *(_polygon("water", ("", ""), rings) for rings in layers.water)]),
        "railway": _collection([_lines("rail", ("", ""), layers.railway)]),
        "roads": _collection(roads),
        "areas": _collection(_area(area) for area in areas),
    }


def write_base_map(path: Path, target: Path, areas: Iterable[Area] = (), *, box: Box | None = None) -> None:
    """Write `base_map` of a map file as compact JSON. Raises RoadFileRefused."""
    target.write_text(json.dumps(base_map(path, areas, box=box), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _read(path: Path, box: Box | None, progress: Progress | None) -> _Layers:
    layers = _Layers()
    if not path.is_file():
        raise RoadFileRefused(path, "there is no such file")
    try:
        for thing in told(path, _things(path), progress, passes=2):
            if thing.is_area():
                rings = _rings(thing)
                if box is None or any(box.holds(lat, lon) for lon, lat in rings[0]):
                    layers.add_area(thing.tags, rings)
            elif thing.is_way():
                for line in _runs([_coordinate(node) for node in thing.nodes if node.location.valid()], box):
                    layers.add_way(thing.tags, line)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadFileRefused(path, f"it cannot be read as a map file ({error})") from error
    return layers


def _runs(line: Line, box: Box | None) -> Iterator[Line]:
    """The parts of a line that lie within the box."""
    if box is None:
        yield line
        return
    for inside, run in groupby(line, key=lambda place: box.holds(place[1], place[0])):
        part = list(run)
        if inside and len(part) > 1:
            yield part


def _things(path: Path) -> Iterator[Any]:
    import osmium  # noqa: PLC0415 - whoever only drives on saved roads reads no map file

    keys = osmium.filter.KeyFilter("highway", "railway", "waterway", "natural", *BLOCK_KINDS)
    yield from osmium.FileProcessor(str(path)).with_areas().with_filter(keys)


def _road_kind(highway: str | None) -> str | None:
    if highway in ARTERIAL:
        return "arterial"
    if highway in COLLECTOR:
        return "collector"
    return "minor" if highway in SPEED_KMH else None


def _block_kind(tags: "osmium.osm.TagList") -> str | None:
    return next((kinds[tags[key]] for key, kinds in BLOCK_KINDS.items() if tags.get(key) in kinds), None)


def _coordinate(node: "osmium.osm.NodeRef") -> Coordinate:
    return round(node.lon, DECIMALS), round(node.lat, DECIMALS)


def _rings(area: "osmium.osm.Area") -> list[Line]:
    """The first outer ring with its holes: blocks in several pieces are rare and only background."""
    outer = next(iter(area.outer_rings()))
    return [[_coordinate(node) for node in ring] for ring in (outer, *area.inner_rings(outer))]


def _joined(lines: list[Line]) -> list[Line]:
    """Put lines that continue one another together, so that a street's name has room."""
    joined: list[Line] = []
    ends: dict[Coordinate, Line] = {}
    for line in lines:
        before = ends.pop(line[0], None)
        if before is None:
            before = [line[0]]
            joined.append(before)
        before.extend(line[1:])
        ends[before[-1]] = before
    return joined


def _lines(kind: str, name: Name, lines: list[Line]) -> Feature:
    return _feature(kind, name, "MultiLineString", lines)


def _polygon(kind: str, name: Name, rings: list[Line]) -> Feature:
    return _feature(kind, name, "Polygon", rings)


def _area(area: Area) -> Feature:
    ring = [(round(point.lon, DECIMALS), round(point.lat, DECIMALS)) for point in (*area.outline, *area.outline[:1])]
    return {**_feature("area", (area.name.zh, area.name.en), "Polygon", [ring]), "id": area.code}


def _feature(kind: str, name: Name, shape: str, coordinates: list[Line]) -> Feature:
    named = {"n": name[0], "e": name[1]} if name[0] else {}
    return {"type": "Feature", "properties": {"k": kind, **named}, "geometry": {"type": shape, "coordinates": coordinates}}


def _collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": [feature for feature in features if feature["geometry"]["coordinates"]]}


def _bounds(lines: list[Line]) -> list[list[float]]:
    lons, lats = zip(*(coordinate for line in lines for coordinate in line), strict=True)
    return [[min(lats), min(lons)], [max(lats), max(lons)]]
