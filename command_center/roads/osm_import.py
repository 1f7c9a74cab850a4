"""Reading any .osm.pbf: which ways rescue vehicles may drive, in which direction, and how fast."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from command_center.domain.text import Text
from command_center.roads.edges import DirectedEdges, Segments, densified, directed, largest_component

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
CLOSED_BARRIERS = frozenset({"block", "bollard", "debris", "fence", "jersey_barrier", "log", "planter", "wall", "cycle_barrier"})
"""Barriers that a vehicle cannot open; gates and lift gates open for the rescue service."""


class RoadFileRefused(Exception):
    """A map file that gives no street network. file: its name; why: one clear clause."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file.name}: {why}")
        self.file = file
        self.why = why


@dataclass(slots=True)
class _Collected:
    """What one pass over the file gathers."""

    node_of: dict[int, int] = field(default_factory=dict)
    lat_lon: list[tuple[float, float]] = field(default_factory=list)
    pieces: list[tuple[int, int, float, int, bool, bool]] = field(default_factory=list)
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)

    def add(self, way: osmium.osm.Way) -> None:
        along, against = _directions(way.tags)
        speed_kmh = _speed_kmh(way.tags)
        street = self.names.setdefault(name_of(way.tags), len(self.names))
        before: int | None = None
        for node in way.nodes:
            here = self._node(node)
            if before is not None and here is not None and before != here:
                self.pieces.append((before, here, speed_kmh, street, along, against))
            before = here

    def _node(self, node: osmium.osm.NodeRef) -> int | None:
        """Our number of a node; None where its place is not in the file or a barrier stands on it."""
        if not node.location.valid() or node.ref in self.blocked:
            return None
        number = self.node_of.setdefault(node.ref, len(self.lat_lon))
        if number == len(self.lat_lon):
            self.lat_lon.append((node.lat, node.lon))
        return number


def read_roads(path: Path) -> tuple[DirectedEdges, tuple[Text, ...]]:
    """The drivable network of a map file and the street names its edges refer to. Raises RoadFileRefused."""
    collected = _collect(path)
    if not collected.pieces:
        raise RoadFileRefused(path, "it has no roads that vehicles may use")
    edges = largest_component(directed(densified(_segments(collected))))
    if not len(edges.tail):
        raise RoadFileRefused(path, "its roads are not connected to one another")
    log.info("roads imported", extra={"file": path.name, "nodes": len(edges.lat_lon), "edges": len(edges.tail)})
    return edges, tuple(Text(zh, en) for zh, en in collected.names)


def name_of(tags: osmium.osm.TagList) -> tuple[str, str]:
    """Chinese and English name; the Chinese one twice where there is no English one, empty where there is none."""
    zh = tags.get("name") or ""
    return zh, tags.get("name:en") or zh


def _collect(path: Path) -> _Collected:
    collected = _Collected()
    try:
        for thing in _things(path):
            if thing.is_node():
                if _is_closed_barrier(thing.tags):
                    collected.blocked.add(thing.id)
            elif thing.is_way() and _is_drivable(thing.tags):
                collected.add(thing)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadFileRefused(path, f"it cannot be read as a map file ({error})") from error
    return collected


def _things(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise RoadFileRefused(path, "there is no such file")
    keys = osmium.filter.KeyFilter("highway", "barrier")
    yield from osmium.FileProcessor(str(path)).with_locations().with_filter(keys)


def _segments(collected: _Collected) -> Segments:
    start, end, speed_kmh, street, along, against = zip(*collected.pieces, strict=True)
    return Segments(
        lat_lon=np.array(collected.lat_lon, dtype=np.float64),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        speed_kmh=np.array(speed_kmh, dtype=np.float64),
        street=np.array(street, dtype=np.int64),
        along=np.array(along, dtype=bool),
        against=np.array(against, dtype=bool),
    )


def _is_drivable(tags: osmium.osm.TagList) -> bool:
    """Private roads count: compounds open their gates for the rescue service."""
    if tags.get("highway") not in SPEED_KMH or tags.get("area") == "yes":
        return False
    return tags.get("emergency") == "yes" or not any(tags.get(key) == "no" for key in ("access", "vehicle", "motor_vehicle"))


def _is_closed_barrier(tags: osmium.osm.TagList) -> bool:
    opens = tags.get("emergency") == "yes" or tags.get("motor_vehicle") in ("yes", "permissive")
    return tags.get("barrier") in CLOSED_BARRIERS and not opens


def _directions(tags: osmium.osm.TagList) -> tuple[bool, bool]:
    """Whether one may drive along and against the way."""
    one_way = tags.get("oneway")
    if one_way == "-1":
        return False, True
    by_nature = tags["highway"].startswith("motorway") or tags.get("junction") in ("roundabout", "circular")
    return True, not (one_way in ("yes", "true", "1") or (by_nature and one_way != "no"))


def _speed_kmh(tags: osmium.osm.TagList) -> float:
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
