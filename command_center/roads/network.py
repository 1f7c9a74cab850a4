"""The street network as arrays: who can be where in how many seconds, and along which streets.

Times to one destination come from one search backwards from it (Dijkstra over the reversed edges), which is kept: a
proposal, the routes of the units sent and the arrival clocks of one incident all read the same tree. Length and speed
of every edge are kept apart, so that the vehicle, the weather and closed streets are just another array of costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.text import Text
from command_center.roads.edges import DirectedEdges, FloatArray, IntArray
from command_center.roads.osm_import import RoadFileRefused, read_roads

FORMAT = 1
"""Of the saved form; raise it when the arrays change their meaning."""

OFF_ROAD_M = 50.0
"""A point farther than this from the next street is off the road, and its arrival time uncertain."""

KEPT_TREES = 64
"""Trees kept in memory, one per destination and kind of vehicle; 16 bytes per node each."""

NEIGHBOURS = 8
"""Edges looked at for the nearest one: edges are at most 80 m long, so beyond 8 near middles any of them lies within 40 m."""

Points = ArrayLike | Sequence[Point]
"""(n, 2) lat, lon in degrees, or points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What travel costs depend on. vehicle_kmh: the vehicle's own cruise speed; speed_factor slows everything; closed: edges."""

    vehicle_kmh: float | None = None
    speed_factor: float = 1.0
    closed: frozenset[int] = frozenset()


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

    def __init__(self, edges: DirectedEdges, names: tuple[Text, ...]) -> None:
        self.edges = edges
        self.names = names
        self.lat_lon = edges.lat_lon
        self._backwards = np.lexsort((edges.tail, edges.head))
        self._back_starts = np.searchsorted(edges.head[self._backwards], np.arange(len(self.lat_lon) + 1))
        self._scale = np.radians(1) * EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(self.lat_lon[:, 0].mean()))])
        self._place = self.lat_lon * self._scale
        self._middles = cKDTree((self._place[edges.tail] + self._place[edges.head]) / 2)
        self._keys = edges.tail * len(self.lat_lon) + edges.head
        self._reversed = lru_cache(maxsize=16)(self._reversed_under)
        self._tree = lru_cache(maxsize=KEPT_TREES)(self._tree_to)

    @classmethod
    def from_osm(cls, path: Path) -> "RoadNetwork":
        """Import a map file (.osm.pbf, or any form osmium reads). Raises RoadFileRefused."""
        return cls(*read_roads(path))

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
                zh=np.array([name.zh for name in self.names], dtype=np.str_),
                en=np.array([name.en for name in self.names], dtype=np.str_),
            )

    @classmethod
    def load(cls, path: Path) -> "RoadNetwork":
        """Open what `save` wrote. Raises RoadFileRefused."""
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as saved:
                if int(saved["format"]) != FORMAT:
                    raise RoadFileRefused(path, "it was saved by another version; import the map file again")
                arrays = {name: saved[name] for name in ("lat_lon", "length_m", "speed_kmh")}
                numbers = {name: saved[name].astype(np.int64) for name in ("tail", "head", "street")}
                names = tuple(Text(str(zh), str(en)) for zh, en in zip(saved["zh"], saved["en"], strict=True))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            raise RoadFileRefused(path, f"it cannot be read as a saved road network ({error})") from error
        return cls(DirectedEdges(**arrays, **numbers), names)

    @property
    def bounds(self) -> tuple[Point, Point]:
        """South-west and north-east corners."""
        (south, west), (north, east) = self.lat_lon.min(axis=0), self.lat_lon.max(axis=0)
        return Point(float(south), float(west)), Point(float(north), float(east))

    @property
    def streets(self) -> tuple[Text, ...]:
        """Every named street once, in the order of the map file."""
        return tuple(dict.fromkeys(name for name in self.names if name.zh))

    def snap(self, points: Points) -> Snap:
        """Put points on the network: the nearer end of the nearest street, and how far away that street is."""
        place = _lat_lon(points) * self._scale
        if not len(place):
            return Snap(node=np.zeros(0, dtype=np.int64), offset_m=np.zeros(0))
        k = min(NEIGHBOURS, len(self.edges.tail))
        near = self._middles.query(place, k=[*range(1, k + 1)])[1]
        tail, head = self._place[self.edges.tail[near]], self._place[self.edges.head[near]]
        way = head - tail
        share = ((place[:, None, :] - tail) * way).sum(axis=2) / np.maximum((way**2).sum(axis=2), 1e-9)
        share = np.clip(share, 0, 1)
        offset_m = np.linalg.norm(place[:, None, :] - (tail + share[..., None] * way), axis=2)
        row, best = np.arange(len(place)), offset_m.argmin(axis=1)
        edge = near[row, best]
        node = np.where(share[row, best] < 0.5, self.edges.tail[edge], self.edges.head[edge])
        return Snap(node=node, offset_m=offset_m[row, best])

    def travel_s(
        self,
        origins: Points,
        destination: Point,
        *,
        vehicle_kmh: float | None = None,
        speed_factor: float = 1.0,
        closed: frozenset[int] = frozenset(),
    ) -> FloatArray:
        """Seconds by road from each origin to one destination; inf where no street leads there.

        origins : (n, 2) lat, lon, or points.  vehicle_kmh : the vehicle's cruise speed; None drives as fast as the streets allow.
        speed_factor : share of the usual speed, e.g. in rain.  closed : edges nobody may use (see `edges_near`).
        """
        conditions = Conditions(vehicle_kmh=vehicle_kmh, speed_factor=speed_factor, closed=closed)
        seconds, _ = self._tree(int(self.snap([destination]).node[0]), conditions)
        return np.asarray(seconds[self.snap(origins).node])

    def route(
        self,
        origin: Point,
        destination: Point,
        *,
        vehicle_kmh: float | None = None,
        speed_factor: float = 1.0,
        closed: frozenset[int] = frozenset(),
    ) -> Route:
        """The fastest way from origin to destination; it takes exactly as long as `travel_s` says."""
        conditions = Conditions(vehicle_kmh=vehicle_kmh, speed_factor=speed_factor, closed=closed)
        start, end = (int(node) for node in self.snap([origin, destination]).node)
        seconds, towards = self._tree(end, conditions)
        if not np.isfinite(seconds[start]):
            return Route(travel_s=np.inf, length_m=np.inf, points=np.zeros((0, 2)), seconds=np.zeros(0), streets=())
        nodes = _follow(towards, start, end)
        edges = self._edges_between(nodes)
        return Route(
            travel_s=float(seconds[start]),
            length_m=float(self.edges.length_m[edges].sum()),
            points=self.lat_lon[nodes],
            seconds=seconds[start] - seconds[nodes],
            streets=self._names_along(edges),
        )

    def edges_near(self, point: Point, *, radius_m: float) -> frozenset[int]:
        """The edges whose middle lies within a circle: what a closure at this point takes out, both directions."""
        found = self._middles.query_ball_point(_lat_lon([point])[0] * self._scale, radius_m)
        return frozenset(int(edge) for edge in found)

    def _seconds_per_edge(self, conditions: Conditions) -> FloatArray:
        edges = self.edges
        kmh = edges.speed_kmh if conditions.vehicle_kmh is None else np.minimum(edges.speed_kmh, conditions.vehicle_kmh)
        seconds = edges.length_m / (kmh * conditions.speed_factor / 3.6)
        seconds[list(conditions.closed)] = np.inf
        return np.asarray(seconds)

    def _reversed_under(self, conditions: Conditions) -> csr_array:
        """The network against its directions, with seconds as weights."""
        count, back = len(self.lat_lon), self._backwards
        return csr_array((self._seconds_per_edge(conditions)[back], self.edges.tail[back], self._back_starts), shape=(count, count))

    def _tree_to(self, node: int, conditions: Conditions) -> tuple[FloatArray, IntArray]:
        """Seconds from every node to `node`, and the next node on the way there."""
        seconds, towards = dijkstra(self._reversed(conditions), indices=node, return_predecessors=True)
        return seconds, towards

    def _edges_between(self, nodes: IntArray) -> IntArray:
        """The edge from each node to the next one."""
        return np.searchsorted(self._keys, nodes[:-1] * len(self.lat_lon) + nodes[1:])

    def _names_along(self, edges: IntArray) -> tuple[Text, ...]:
        street = self.edges.street[edges]
        turns = np.flatnonzero(np.diff(street, prepend=-1))
        return tuple(dict.fromkeys(self.names[index] for index in street[turns] if self.names[index].zh))


def _lat_lon(points: Points) -> FloatArray:
    """(n, 2) float from any way of giving points."""
    if isinstance(points, Sequence):
        points = [(point.lat, point.lon) if isinstance(point, Point) else point for point in points]
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def _follow(towards: IntArray, start: int, end: int) -> IntArray:
    nodes = [start]
    while nodes[-1] != end:
        nodes.append(int(towards[nodes[-1]]))
    return np.array(nodes, dtype=np.int64)
