"""The street network as arrays: who can be where in how many seconds, and along which streets.

Whoever asks speaks of points and nodes; the searches themselves go over turns (roads.runs), so that what is forbidden at a junction and
what turning takes count. Times to one destination come from one search backwards from it, which is kept: a proposal, the routes of the
units sent and the arrival clocks of one incident all read the same tree. Length and speed of every edge are kept apart, so that the
vehicle, the weather and closed streets are just another array of costs.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from command_center.domain.catalogue import Coverage
from command_center.domain.closures import Blocked
from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.text import Text
from command_center.roads.blocking import PlaneEdges, edges_on
from command_center.roads.edges import LONGEST_EDGE_M, NOTHING_FORBIDDEN, DirectedEdges, FloatArray, IntArray
from command_center.roads.map_file import Progress
from command_center.roads.osm_import import Box, RoadFileRefused, read_roads
from command_center.roads.reach import NearestTwo
from command_center.roads.runs import Runs, TimedRuns, Tree
from command_center.roads.tracing import joined
from command_center.roads.turning import movements

FORMAT = 3
"""Of the saved form; raise it when the arrays change their meaning. 1 knew no traffic signals, 2 no forbidden turns, no private roads."""

log = logging.getLogger(__name__)

SIGNAL_DELAY_S = 8.0
"""What a junction with traffic signals costs on average, turning or going straight; a working value that the catalogue replaces."""

OFF_ROAD_M = 50.0
"""A point farther than this from the next street is off the road, and its arrival time uncertain."""

KEPT_CLOSURES = 512
"""Closures whose edges are kept in memory."""

KEPT_SNAPS = 64
"""Sets of points whose nodes are kept in memory; 16 bytes per point."""

KEPT_TREES = 64
"""Trees kept in memory, one per destination and kind of vehicle; 16 bytes per run each."""

NEIGHBOURS = 5
"""Stretches looked at first for the nearest one, those with the nearest middles; mostly that settles it."""

Points = ArrayLike | Sequence[Point]
"""(n, 2) lat, lon in degrees, or points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What travel costs depend on. vehicle_kmh : the vehicle's own cruise speed; blocked : ground that nobody drives over."""

    vehicle_kmh: float | None = None
    blocked: frozenset[Blocked] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """Where points meet the network. node : (n,) int; offset_m : (n,) float, metres to the nearest street."""

    node: IntArray
    offset_m: FloatArray

    @property
    def off_road(self) -> np.ndarray:
        """(n,) bool, True where the next street is more than 50 m away."""
        return np.asarray(self.offset_m > OFF_ROAD_M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way through the network. travel_s is inf, and the arrays are empty, where no street leads there.

    points : (k, 2) lat, lon; the first and last are the nodes nearest to origin and destination.
    seconds : (k,) since the start, rising; the last is travel_s.  streets : their names in order, unnamed ones left out.
    """

    travel_s: float
    length_m: float
    points: FloatArray
    seconds: FloatArray
    streets: tuple[Text, ...]


class RoadNetwork:
    """Nodes 0..n-1, directed edges sorted by (tail, head); every node can reach every other."""

    def __init__(
        self,
        edges: DirectedEdges,
        names: tuple[Text, ...],
        *,
        signal_delay_s: float = SIGNAL_DELAY_S,
        keep_turn_restrictions: bool = True,
        left_out_share: float = 0.0,
    ) -> None:
        """signal_delay_s : seconds at every junction with signals. keep_turn_restrictions : False drives forbidden turns too.

        left_out_share : of the map file's length, what is not part of the network.
        """
        self.edges = edges
        self.signal_delay_s = signal_delay_s
        self.left_out_share = left_out_share
        self.names = names
        self.lat_lon = edges.lat_lon
        self._scale = np.radians(1) * EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(self.lat_lon[:, 0].mean()))])
        self._place = self.lat_lon * self._scale
        self._plane = PlaneEdges(self._place[edges.tail], self._place[edges.head])
        self._stretches = one_way_each(edges)
        self._middles = cKDTree(self._middle_of(self._stretches))
        self._half_m = float(np.linalg.norm(self._plane.head - self._plane.tail, axis=1).max(initial=0.0)) / 2
        self._runs = Runs(edges, movements(edges, keep_restrictions=keep_turn_restrictions))
        self._open_edges = lru_cache(maxsize=8)(self._open_under)
        self._snapped = lru_cache(maxsize=KEPT_SNAPS)(self._snap)
        self._edges_out = lru_cache(maxsize=KEPT_CLOSURES)(self._edges_on)
        self._timed = lru_cache(maxsize=16)(self._timed_under)
        self._tree = lru_cache(maxsize=KEPT_TREES)(self._tree_to)

    @classmethod
    def from_osm(cls, path: Path, *, box: Box | None = None, progress: Progress | None = None) -> "RoadNetwork":
        """Import a map file (.osm.pbf, or any form osmium reads), or the part of it in a box. Raises RoadFileRefused."""
        roads = read_roads(path, box=box, progress=progress)
        return cls(roads.edges, roads.names, left_out_share=roads.left_out_share)

    def save(self, path: Path) -> None:
        """Write the network in a form that opens without the map file."""
        edges = self.edges
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array(FORMAT),
                lat_lon=edges.lat_lon,
                tail=edges.tail.astype(np.int32),
                head=edges.head.astype(np.int32),
                length_m=edges.length_m,
                speed_kmh=edges.speed_kmh,
                street=edges.street.astype(np.int32),
                signal=edges.signal,
                private=edges.private,
                forbidden=edges.forbidden.astype(np.int32),
                zh=np.array([name.zh for name in self.names], dtype=np.str_),
                en=np.array([name.en for name in self.names], dtype=np.str_),
            )

    @classmethod
    def load(cls, path: Path, *, signal_delay_s: float = SIGNAL_DELAY_S, keep_turn_restrictions: bool = True) -> "RoadNetwork":
        """Open what `save` wrote. What an older version wrote still opens, without what it did not know. Raises RoadFileRefused."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
                version = int(saved["format"])
                if not 1 <= version <= FORMAT:
                    raise RoadFileRefused(path, "it was saved by another version; import the map file again")
                arrays = {name: saved[name] for name in ("lat_lon", "length_m", "speed_kmh")}
                numbers = {name: saved[name].astype(np.int64) for name in ("tail", "head", "street")}
                nowhere = np.zeros(len(numbers["tail"]), dtype=bool)
                marks = {name: saved.get(name, nowhere) for name in ("signal", "private")}
                forbidden = saved["forbidden"].astype(np.int64) if "forbidden" in saved else NOTHING_FORBIDDEN
                names = tuple(Text(str(zh), str(en)) for zh, en in zip(saved["zh"], saved["en"], strict=True))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            raise RoadFileRefused(path, f"it cannot be read as a saved road network ({error})") from error
        if version < FORMAT:
            log.warning("the roads were saved before turns were known: import the map file again", extra={"file": path.name})
        edges = DirectedEdges(**arrays, **numbers, **marks, forbidden=forbidden)
        return cls(edges, names, signal_delay_s=signal_delay_s, keep_turn_restrictions=keep_turn_restrictions)

    @classmethod
    def of_street(cls, path: Path, driving: Coverage) -> "RoadNetwork":
        """Open what `save` wrote, driven on as the street's settings say. Raises RoadFileRefused."""
        return cls.load(path, signal_delay_s=driving.signal_delay_s, keep_turn_restrictions=driving.keep_turn_restrictions)

    @property
    def bounds(self) -> tuple[Point, Point]:
        """South-west and north-east corners."""
        (south, west), (north, east) = self.lat_lon.min(axis=0), self.lat_lon.max(axis=0)
        return Point(float(south), float(west)), Point(float(north), float(east))

    @property
    def streets(self) -> tuple[Text, ...]:
        """Every named street once, in the order of the map file."""
        return tuple(dict.fromkeys(name for name in self.names if name.zh))

    def snap(self, points: Points, *, blocked: frozenset[Blocked] = frozenset()) -> Snap:
        """Put points on the network: the nearer end of the nearest street, and how far away that street is.

        blocked : streets on this ground do not count: what lies in the middle of it is driven to from its edge.
        """
        return self._snapped(as_degrees(points).tobytes(), blocked)

    def _snap(self, points: bytes, blocked: frozenset[Blocked]) -> Snap:
        """The same for degrees as bytes: where vehicles stand is asked for several times in one decision.

        More stretches are looked at as long as one whose middle is farther may come nearer, or the point is off the road anyway.
        """
        place = np.frombuffer(points).reshape(-1, 2) * self._scale
        node, offset_m = np.zeros(len(place), dtype=np.int64), np.zeros(len(place))
        middles, which = self._open_edges(blocked)
        left, count = np.arange(len(place)), min(NEIGHBOURS, len(which))
        while len(left):
            away_m, near = middles.query(place[left], k=[*range(1, count + 1)])
            node[left], offset_m[left] = self._nearest_of(place[left], which[near])
            nearer_m = offset_m[left] + self._half_m
            left = left[(away_m[:, -1] < nearer_m) & (nearer_m < OFF_ROAD_M + 2 * self._half_m) & (count < len(which))]
            count = min(4 * count, len(which))
        return Snap(node=node, offset_m=offset_m)

    def _nearest_of(self, place: FloatArray, near: IntArray) -> tuple[IntArray, FloatArray]:
        """Of some edges for each place, (n, k), the nearer end of the nearest, and how many metres away that edge is."""
        tail, head = self._place[self.edges.tail[near]], self._place[self.edges.head[near]]
        way = head - tail
        share = ((place[:, None, :] - tail) * way).sum(axis=2) / np.maximum((way**2).sum(axis=2), 1e-9)
        share = np.clip(share, 0, 1)
        offset_m = np.linalg.norm(place[:, None, :] - (tail + share[..., None] * way), axis=2)
        row, best = np.arange(len(place)), offset_m.argmin(axis=1)
        edge = near[row, best]
        node = np.where(share[row, best] < 0.5, self.edges.tail[edge], self.edges.head[edge])
        return node, offset_m[row, best]

    def travel_s(
        self,
        origins: Points,
        destination: Point,
        *,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
    ) -> FloatArray:
        """Seconds by road from each origin to one destination; inf where no street leads there.

        origins : (n, 2) lat, lon, or points.  vehicle_kmh : the vehicle's cruise speed; None drives as fast as the streets allow.
        blocked : ground nobody drives over.
        """
        conditions = Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked)
        tree = self._tree(int(self.snap([destination], blocked=blocked).node[0]), conditions)
        nodes = self.snap(origins, blocked=blocked).node
        return self._timed(conditions).seconds(tree, nodes) if len(nodes) else np.zeros(0)

    def reach_s(
        self, origin: Point, destinations: Points, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """Seconds by road from one origin to each destination; inf where no street leads there."""
        start, end = self.snap([origin], blocked=blocked).node, self.snap(destinations, blocked=blocked).node
        return np.asarray(self.between_s(start, end, vehicle_kmh=vehicle_kmh, blocked=blocked)[0])

    def matrix_s(
        self,
        origins: Points,
        destinations: Points,
        *,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
        limit_s: float = np.inf,
    ) -> FloatArray:
        """(n, k) seconds from each of n origins to each of k destinations; inf beyond the limit or where no street leads.

        One search for each place of the shorter side, and one only for places that share a node.
        """
        conditions = Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked)
        start, end = self.snap(origins, blocked=blocked).node, self.snap(destinations, blocked=blocked).node
        if not len(start) or not len(end):
            return np.zeros((len(start), len(end)))
        if len(np.unique(start)) <= len(np.unique(end)):
            return self.between_s(start, end, vehicle_kmh=vehicle_kmh, blocked=blocked, limit_s=limit_s)
        starts, at = np.unique(start, return_inverse=True)
        ends, which = np.unique(end, return_inverse=True)
        return self._timed(conditions).to_each(ends, starts, limit_s).T[at][:, which]

    def between_s(
        self,
        start: IntArray,
        end: IntArray,
        *,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
        limit_s: float = np.inf,
    ) -> FloatArray:
        """(n, k) seconds from each of n nodes to each of k nodes; one search for each different start, no farther than the limit."""
        starts, at = np.unique(start, return_inverse=True)
        ends, which = np.unique(end, return_inverse=True)
        timed = self._timed(Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked))
        return timed.from_each(starts, ends, limit_s)[at][:, which]

    def by_way_of(
        self,
        origins: Points,
        stops: Points,
        destination: Point,
        *,
        stop_s: float,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
    ) -> tuple[FloatArray, IntArray]:
        """Seconds from each origin to the destination with a stop on the way, and at which of the stops (-1: none can be reached).

        stop_s : how long the stop takes. The stop is the one that brings the vehicle there soonest: one search for all origins.
        """
        conditions = Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked)
        nodes = self.snap(stops, blocked=blocked).node
        onward_s = self.travel_s(stops, destination, vehicle_kmh=vehicle_kmh, blocked=blocked) + stop_s
        return self._timed(conditions).first_to(nodes, onward_s, self.snap(origins, blocked=blocked).node)

    def nearest_two(
        self,
        nodes: IntArray,
        start_s: FloatArray,
        *,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
        limit_s: float = np.inf,
        at: IntArray | None = None,
    ) -> NearestTwo:
        """For every node, which two of the vehicles at `nodes` are there first, and when.

        start_s : (n,) seconds before each one rolls. at : only for these nodes, each once; much of the work is with the others.
        """
        return self._timed(Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked)).nearest_two(nodes, start_s, limit_s, at=at)

    def route(
        self,
        origin: Point,
        destination: Point,
        *,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
    ) -> Route:
        """The fastest way from origin to destination; it takes exactly as long as `travel_s` says."""
        conditions = Conditions(vehicle_kmh=vehicle_kmh, blocked=blocked)
        start, end = (int(node) for node in self.snap([origin, destination], blocked=blocked).node)
        tree = self._tree(end, conditions)
        travel_s = float(self._timed(conditions).seconds(tree, np.array([start]))[0])
        if not np.isfinite(travel_s):
            return Route(travel_s=np.inf, length_m=np.inf, points=np.zeros((0, 2)), seconds=np.zeros(0), streets=())
        edges, seconds = self._timed(conditions).way(tree, start)
        nodes = np.concatenate([[start], self.edges.head[edges]])
        return Route(
            travel_s=travel_s,
            length_m=float(self.edges.length_m[edges].sum()),
            points=self.lat_lon[nodes],
            seconds=np.concatenate([[0.0], seconds]),
            streets=self._names_along(edges),
        )

    def nearest_on_road(self, point: Point) -> tuple[Point, float]:
        """The place on the nearest street, and how many metres away it is."""
        near = int(self.snap([point]).node[0])
        edges = np.flatnonzero((self.edges.tail == near) | (self.edges.head == near))
        foot, away_m = self._feet(as_degrees([point])[0] * self._scale, edges)
        lat, lon = foot[away_m.argmin()] / self._scale
        return Point(float(lat), float(lon)), float(away_m.min())

    def street_at(self, point: Point) -> Text | None:
        """Name of the nearest street that has one and is not off the road from there; None where there is none."""
        place = as_degrees([point])[0] * self._scale
        near = self._stretches[self._middles.query_ball_point(place, OFF_ROAD_M + LONGEST_EDGE_M / 2)]
        edges = near[[bool(self.names[street].zh) for street in self.edges.street[near]]]
        away_m = self._feet(place, edges)[1]
        if not len(edges) or away_m.min() > OFF_ROAD_M:
            return None
        return self.names[int(self.edges.street[edges[away_m.argmin()]])]

    def _feet(self, place: FloatArray, edges: IntArray) -> tuple[FloatArray, FloatArray]:
        """Of every edge the place nearest to a place on the plane, (k, 2), and how many metres away it is, (k,)."""
        tail, way = self._plane.tail[edges], self._plane.head[edges] - self._plane.tail[edges]
        share = np.clip(((place - tail) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9), 0, 1)
        foot = tail + share[:, None] * way
        return foot, np.asarray(np.linalg.norm(place - foot, axis=1))

    def lines_of(self, street: str) -> tuple[tuple[Point, ...], ...]:
        """The street of this name (in either language) as lines on its middle; empty where there is none."""
        numbers = [number for number, name in enumerate(self.names) if street and street in (name.zh, name.en)]
        return self.lines_along(np.flatnonzero(np.isin(self.edges.street, numbers)))

    def lines_along(self, edges: IntArray) -> tuple[tuple[Point, ...], ...]:
        """Edges as lines that are as long as may be; both directions of a street are one line."""
        places = self.lat_lon
        return tuple(tuple(Point(float(places[node, 0]), float(places[node, 1])) for node in line) for line in self.nodes_along(edges))

    def nodes_along(self, edges: IntArray) -> list[list[int]]:
        """The same lines as nodes."""
        ends = np.stack([self.edges.tail[edges], self.edges.head[edges]])
        pairs = np.unique(np.sort(ends, axis=0), axis=1)
        return joined(zip(*pairs.tolist(), strict=True))

    def streets_blocked(self, blocked: Blocked) -> tuple[Text, ...]:
        """Names of the streets that a closure takes something of, those it takes most of first."""
        street, pieces = np.unique(self.edges.street[self._edges_out(blocked)], return_counts=True)
        return tuple(self.names[number] for number in street[np.argsort(-pieces, kind="stable")] if self.names[number].zh)

    def edges_blocked(self, blocked: frozenset[Blocked]) -> IntArray:
        """The edges that closures take out, ascending."""
        return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *(self._edges_out(one) for one in blocked)]))

    def _open_under(self, blocked: frozenset[Blocked]) -> tuple[cKDTree, IntArray]:
        """Middles of the stretches that are not blocked, and which edges these are; of all of them where nothing is open."""
        which = np.setdiff1d(self._stretches, self.edges_blocked(blocked), assume_unique=True)
        if not blocked or not len(which):
            return self._middles, self._stretches
        return cKDTree(self._middle_of(which)), which

    def _middle_of(self, edges: IntArray) -> FloatArray:
        return np.asarray((self._plane.tail[edges] + self._plane.head[edges]) / 2)

    def _edges_on(self, blocked: Blocked) -> IntArray:
        lines = [as_degrees(line) * self._scale for line in blocked.lines]
        return np.flatnonzero(edges_on(self._plane, lines, blocked.reach_m))

    def _seconds_per_edge(self, conditions: Conditions) -> FloatArray:
        edges = self.edges
        kmh = edges.speed_kmh if conditions.vehicle_kmh is None else np.minimum(edges.speed_kmh, conditions.vehicle_kmh)
        seconds = edges.length_m / (kmh / 3.6) + edges.signal * self.signal_delay_s
        seconds[self.edges_blocked(conditions.blocked)] = np.inf
        return np.asarray(seconds)

    def _timed_under(self, conditions: Conditions) -> TimedRuns:
        return TimedRuns(self._runs, self._seconds_per_edge(conditions))

    def _tree_to(self, node: int, conditions: Conditions) -> Tree:
        return self._timed(conditions).tree(node)

    def _names_along(self, edges: IntArray) -> tuple[Text, ...]:
        street = self.edges.street[edges]
        turns = np.flatnonzero(np.diff(street, prepend=-1))
        return tuple(dict.fromkeys(self.names[index] for index in street[turns] if self.names[index].zh))


def one_way_each(edges: DirectedEdges) -> IntArray:
    """Of every stretch of road one edge, whichever ways it is driven; ascending."""
    ends = np.sort(np.stack([edges.tail, edges.head]), axis=0)
    return np.sort(np.unique(ends, axis=1, return_index=True)[1])


def as_degrees(points: Points) -> FloatArray:
    """(n, 2) float from any way of giving points."""
    if isinstance(points, Sequence):
        points = [(point.lat, point.lon) if isinstance(point, Point) else point for point in points]
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)
