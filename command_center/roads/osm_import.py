"""Reading any .osm.pbf: which ways rescue vehicles may drive, in which direction, and how fast."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from command_center.domain.text import Text
from command_center.roads.edges import DirectedEdges, Segments, densified, directed, largest_component
from command_center.roads.map_file import Progress, told

if TYPE_CHECKING:
    import osmium

log = logging.getLogger(__name__)

SPEED_KMH: Mapping[str, float] = {
    "motorway": 90,
    "motorway_link": 50,
    "trunk": 60,
    "trunk_link": 40,
    "primary": 50,
    "primary_link": 35,
    "secondary": 45,
    "secondary_link": 30,
    "tertiary": 40,
    "tertiary_link": 30,
    "unclassified": 30,
    "residential": 25,
    "living_street": 15,
    "service": 15,
}
"""What one really drives on a road without a speed limit in the map; a class that is not listed cannot be driven."""

SHARE_OF_LIMIT = 0.8
"""Mean speed between junctions as a share of the limit, in town."""

KMH_PER_MPH = 1.609344
FASTEST_KMH = 120.0
ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Who may drive on a road, the narrowest key first: the first that is given decides."""

CLOSED_TO_CARS = frozenset({"no", "agricultural", "forestry"})
"""What says that no car may pass; "private", "destination" and the like let the rescue service through."""

CLOSED_BARRIERS = frozenset({"block", "bollard", "debris", "fence", "jersey_barrier", "log", "planter", "wall", "cycle_barrier"})
"""Barriers that a vehicle cannot open; gates and lift gates open for the rescue service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A part of a map file, in degrees; the edges belong to it."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def of(cls, text: str) -> Self:
        """Read "south,west,north,east"; raises ValueError with one clause that says what is wrong."""
        try:
            south, west, north, east = (float(part) for part in text.split(","))
        except ValueError:
            raise ValueError("four numbers are needed: south,west,north,east") from None
        if not (-90 <= south < north <= 90 and -180 <= west < east <= 180):
            raise ValueError("south must lie below north and west before east, in degrees")
        return cls(south=south, west=west, north=north, east=east)

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRoads:
    """What a map file gives. names : what the edges' `street` refers to.

    left_out_share : how much of the length cannot be reached from the rest, or not be left again; it is not part of the network.
    """

    edges: DirectedEdges
    names: tuple[Text, ...]
    left_out_share: float


class RoadFileRefused(Exception):
    """A map file that gives no street network. file: its name; why: one clear clause."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file.name}: {why}")
        self.file = file
        self.why = why


@dataclass(slots=True)
class _Collected:
    """What one pass over the file gathers. box : what lies outside is passed over."""

    box: Box | None = None
    node_of: dict[int, int] = field(default_factory=dict)
    lat_lon: list[tuple[float, float]] = field(default_factory=list)
    pieces: list[tuple[int, int, float, int, bool, bool]] = field(default_factory=list)
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    signals: set[int] = field(default_factory=set)

    def add(self, way: "osmium.osm.Way") -> None:
        along, against = _directions(way.tags)
        speed_kmh = _speed_kmh(way.tags)
        street = self.names.setdefault(name_of(way.tags), len(self.names))
        before: int | None = None
        for node in way.nodes:
            here = self._node(node)
            if before is not None and here is not None and before != here:
                self.pieces.append((before, here, speed_kmh, street, along, against))
            before = here

    def _node(self, node: "osmium.osm.NodeRef") -> int | None:
        """Our number of a node; None where its place is not in the file or the box, or a barrier stands on it."""
        if not node.location.valid() or node.ref in self.blocked:
            return None
        if self.box is not None and not self.box.holds(node.lat, node.lon):
            return None
        number = self.node_of.setdefault(node.ref, len(self.lat_lon))
        if number == len(self.lat_lon):
            self.lat_lon.append((node.lat, node.lon))
        return number


def read_roads(path: Path, *, box: Box | None = None, progress: Progress | None = None) -> ReadRoads:
    """The drivable network of a map file, or of a part of it. Raises RoadFileRefused."""
    collected = _collect(path, box, progress)
    if not collected.pieces:
        where = "" if box is None else " in the box that was asked for"
        raise RoadFileRefused(path, f"it has no roads that vehicles may use{where}")
    whole = directed(densified(_segments(collected)))
    edges = largest_component(whole)
    if not len(edges.tail):
        raise RoadFileRefused(path, "its roads are not connected to one another")
    left_out_share = 1 - float(edges.length_m.sum() / whole.length_m.sum())
    log.info(
        "roads imported",
        extra={"file": path.name, "nodes": len(edges.lat_lon), "edges": len(edges.tail), "left_out_share": round(left_out_share, 3)},
    )
    return ReadRoads(edges=edges, names=tuple(Text(zh, en) for zh, en in collected.names), left_out_share=left_out_share)


def name_of(tags: "osmium.osm.TagList") -> tuple[str, str]:
    """Chinese and English name; the Chinese one twice where there is no English one, empty where there is none."""
    zh = tags.get("name") or ""
    return zh, tags.get("name:en") or zh


def _collect(path: Path, box: Box | None, progress: Progress | None) -> _Collected:
    collected = _Collected(box=box)
    try:
        for thing in told(path, _things(path), progress):
            if thing.is_node():
                if _is_closed_barrier(thing.tags):
                    collected.blocked.add(thing.id)
                elif thing.tags.get("highway") == "traffic_signals":
                    collected.signals.add(thing.id)
            elif thing.is_way() and _is_drivable(thing.tags):
                collected.add(thing)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadFileRefused(path, f"it cannot be read as a map file ({error})") from error
    return collected


def _things(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise RoadFileRefused(path, "there is no such file")
    import osmium  # noqa: PLC0415 - whoever only drives on saved roads reads no map file

    keys = osmium.filter.KeyFilter("highway", "barrier")
    yield from osmium.FileProcessor(str(path)).with_locations().with_filter(keys)


def _segments(collected: _Collected) -> Segments:
    start, end, speed_kmh, street, along, against = zip(*collected.pieces, strict=True)
    signals = np.zeros(len(collected.lat_lon), dtype=bool)
    signals[[number for ref, number in collected.node_of.items() if ref in collected.signals]] = True
    return Segments(
        lat_lon=np.array(collected.lat_lon, dtype=np.float64),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        speed_kmh=np.array(speed_kmh, dtype=np.float64),
        street=np.array(street, dtype=np.int64),
        along=np.array(along, dtype=bool),
        against=np.array(against, dtype=bool),
        signals=signals,
    )


def _is_drivable(tags: "osmium.osm.TagList") -> bool:
    """What is said of cars goes before what is said of all. Private roads count: compounds open their gates for the rescue service."""
    if tags.get("highway") not in SPEED_KMH or tags.get("area") == "yes":
        return False
    who = next((tags.get(key) for key in ACCESS if tags.get(key) is not None), None)
    return tags.get("emergency") == "yes" or who not in CLOSED_TO_CARS


def _is_closed_barrier(tags: "osmium.osm.TagList") -> bool:
    opens = tags.get("emergency") == "yes" or tags.get("motor_vehicle") in ("yes", "permissive")
    return tags.get("barrier") in CLOSED_BARRIERS and not opens


def _directions(tags: "osmium.osm.TagList") -> tuple[bool, bool]:
    """Whether one may drive along and against the way."""
    one_way = tags.get("oneway")
    if one_way == "-1":
        return False, True
    by_nature = tags["highway"].startswith("motorway") or tags.get("junction") in ("roundabout", "circular")
    return True, not (one_way in ("yes", "true", "1") or (by_nature and one_way != "no"))


def _speed_kmh(tags: "osmium.osm.TagList") -> float:
    limit = _limit_kmh(tags.get("maxspeed") or "")
    return SPEED_KMH[tags["highway"]] if limit is None else min(limit, FASTEST_KMH) * SHARE_OF_LIMIT


def _limit_kmh(text: str) -> float | None:
    """The number of a maxspeed tag ("50", "50 km/h", "30 mph"); None for words such as "CN:urban" or "none"."""
    number, _, unit = text.partition(" ")
    try:
        limit = float(number)
    except ValueError:
        return None
    return (limit * KMH_PER_MPH if unit == "mph" else limit) if limit > 0 else None
