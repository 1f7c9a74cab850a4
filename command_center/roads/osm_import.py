"""Reading any .osm.pbf: which ways rescue vehicles may drive, in which direction, and how fast."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from command_center.domain.text import Text
from command_center.roads.edges import DirectedEdges, IntArray, Segments, densified, directed
from command_center.roads.map_file import Progress, told
from command_center.roads.turning import drivable_part

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

SHARE_OF_LIMIT = 0.9
"""Mean speed between junctions as a share of the limit, in town; turning takes its own time (roads.turning)."""

SLOWER_LANES_KMH: Mapping[str, float] = {"driveway": 10, "parking_aisle": 10}
"""What one drives on such service roads."""

ROUGH = frozenset({"cobblestone", "dirt", "earth", "gravel", "ground", "mud", "sand", "unhewn_cobblestone", "unpaved"})
"""Surfaces that slow a car down."""

SHARE_ON_ROUGH = 5 / 6
"""Of the speed on a smooth road: as the reference router has it, 25 km/h where 30 are allowed."""

KMH_PER_MPH = 1.609344
FASTEST_KMH = 120.0
ACCESS = ("motorcar", "motor_vehicle", "vehicle", "access")
"""Who may drive on a road, the narrowest key first: the first that is given decides."""

CLOSED_TO_CARS = frozenset({"no", "agricultural", "forestry"})
"""What says that no car may pass; "private", "destination" and the like let the rescue service in."""

PRIVATE = frozenset({"customers", "delivery", "destination", "permit", "private", "residents"})
"""What says that one drives there, and not through."""

NOT_FOR_CARS = frozenset({"motorcar", "motor_vehicle"})
"""What in a restriction's `except` lets cars turn."""

ONLY_AT_TIMES = ("day_on", "hour_on")
"""A restriction with one of these holds for a part of the day or week. The network knows no clock: it leaves such turns free."""

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


@dataclass(frozen=True, slots=True)
class _Restriction:
    """A turn by the map file's numbers of ways and of the node between them. only : every other way on is forbidden, not this one."""

    come_by: int
    at: int
    go_by: int
    only: bool


@dataclass(slots=True)
class _Collected:
    """What one pass over the file gathers. box : what lies outside is passed over."""

    box: Box | None = None
    node_of: dict[int, int] = field(default_factory=dict)
    lat_lon: list[tuple[float, float]] = field(default_factory=list)
    pieces: list[tuple[int, int, float, int, bool, bool, bool, int]] = field(default_factory=list)
    names: dict[tuple[str, str], int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    signals: set[int] = field(default_factory=set)
    restrictions: list["_Restriction"] = field(default_factory=list)

    def add(self, way: "osmium.osm.Way") -> None:
        along, against = _directions(way.tags)
        private = _who(way.tags) in PRIVATE
        speed_kmh = _speed_kmh(way.tags)
        street = self.names.setdefault(name_of(way.tags), len(self.names))
        before: int | None = None
        for node in way.nodes:
            here = self._node(node)
            if before is not None and here is not None and before != here:
                self.pieces.append((before, here, speed_kmh, street, along, against, private, way.id))
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
    pieces = densified(_segments(collected))
    whole = directed(pieces, _forbidden(collected, pieces))
    edges = drivable_part(whole)
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
            elif thing.is_relation():
                collected.restrictions += _restrictions(thing)
    except (RuntimeError, OSError, ValueError) as error:
        raise RoadFileRefused(path, f"it cannot be read as a map file ({error})") from error
    return collected


def _things(path: Path) -> Iterator[Any]:
    if not path.is_file():
        raise RoadFileRefused(path, "there is no such file")
    import osmium  # noqa: PLC0415 - whoever only drives on saved roads reads no map file

    keys = osmium.filter.KeyFilter("highway", "barrier", "restriction")
    yield from osmium.FileProcessor(str(path)).with_locations().with_filter(keys)


def _segments(collected: _Collected) -> Segments:
    start, end, speed_kmh, street, along, against, private, way = zip(*collected.pieces, strict=True)
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
        private=np.array(private, dtype=bool),
        way=np.array(way, dtype=np.int64),
        signals=signals,
    )


def _restrictions(relation: "osmium.osm.Relation") -> Iterator[_Restriction]:
    """The turns that a relation forbids or commands, over one node; over a whole way (rare, and mostly for turning round) none are read."""
    tags, parts = relation.tags, [(member.role, member.type, member.ref) for member in relation.members]
    kind = tags.get("restriction") or ""
    let_through = NOT_FOR_CARS & set((tags.get("except") or "").split(";"))
    if (
        tags.get("type") != "restriction"
        or not kind.startswith(("no_", "only_"))
        or let_through
        or any(key in tags for key in ONLY_AT_TIMES)
    ):
        return
    nodes = [ref for role, of, ref in parts if (role, of) == ("via", "n")]
    come_by, go_by = ([ref for role, of, ref in parts if (role, of) == (wanted, "w")] for wanted in ("from", "to"))
    if len(nodes) == 1:
        yield from (_Restriction(a, nodes[0], b, kind.startswith("only_")) for a in come_by for b in go_by)


def _forbidden(collected: _Collected, pieces: Segments) -> IntArray:
    """(k, 3) nodes of the turns that are forbidden. Turning round is not asked about: nobody does where anything else leads on."""
    node_of = collected.node_of
    asked_about = [(node_of[turn.at], turn) for turn in collected.restrictions if turn.at in node_of]
    here = {at for at, _ in asked_about}
    coming, going = (_ends(pieces, here, towards=towards) for towards in (True, False))
    found: set[tuple[int, int, int]] = set()
    for at, turn in asked_about:
        leads_on = any(way == turn.go_by for _, way in going[at])
        found |= {
            (before, at, after)
            for before, come_by in coming[at]
            for after, go_by in going[at]
            if come_by == turn.come_by and after != before and (go_by == turn.go_by) is not turn.only and leads_on
        }
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 3)


def _ends(pieces: Segments, nodes: set[int], *, towards: bool) -> dict[int, list[tuple[int, int]]]:
    """Per node, from where one drives up to it (or where one drives to from it), and on which way of the map file."""
    found: dict[int, list[tuple[int, int]]] = {node: [] for node in nodes}
    wanted = list(nodes)
    first, last = (pieces.start, pieces.end) if towards else (pieces.end, pieces.start)
    for near, far, open_ in ((last, first, pieces.along), (first, last, pieces.against)):
        which = np.flatnonzero(np.isin(near, wanted) & open_)
        for node, other, way in zip(near[which].tolist(), far[which].tolist(), pieces.way[which].tolist(), strict=True):
            found[node].append((other, way))
    return found


def _is_drivable(tags: "osmium.osm.TagList") -> bool:
    """What is said of cars goes before what is said of all. Private roads count: compounds open their gates for the rescue service."""
    if tags.get("highway") not in SPEED_KMH or tags.get("area") == "yes":
        return False
    return tags.get("emergency") == "yes" or _who(tags) not in CLOSED_TO_CARS


def _who(tags: "osmium.osm.TagList") -> str | None:
    """Which cars may drive there, by the narrowest key that is given."""
    return next((tags.get(key) for key in ACCESS if tags.get(key) is not None), None)


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
    kmh = SPEED_KMH[tags["highway"]] if limit is None else min(limit, FASTEST_KMH) * SHARE_OF_LIMIT
    if tags["highway"] == "service":
        kmh = min(kmh, SLOWER_LANES_KMH.get(tags.get("service") or "", kmh))
    return kmh * SHARE_ON_ROUGH if tags.get("surface") in ROUGH else kmh


def _limit_kmh(text: str) -> float | None:
    """The number of a maxspeed tag ("50", "50 km/h", "30 mph"); None for words such as "CN:urban" or "none"."""
    number, _, unit = text.partition(" ")
    try:
        limit = float(number)
    except ValueError:
        return None
    return (limit * KMH_PER_MPH if unit == "mph" else limit) if limit > 0 else None
