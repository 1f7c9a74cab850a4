"""Turns: what is forbidden at a junction, what turning takes, turning round, and compounds that nobody drives through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable as om
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.closures import Blocked
from command_center.domain.geo import Point, distance_m
from command_center.domain.text import Text
from command_center.roads import RoadNetwork
from command_center.roads.edges import NOTHING_FORBIDDEN, DirectedEdges, FloatArray, IntArray, length_m
from command_center.roads.turning import GATES_S, TURN_S, U_TURN_S
from tests.roads.plain_search import PlainSearch
from tests.roads.test_road_network import at
from workers.drill.running import street_roads

Place = tuple[float, float]
Ways = Mapping[str, tuple[Sequence[Place], Mapping[str, str]]]

CROSS: Ways = {
    "west": ([(0, 2), (1, 2), (2, 2)], {"highway": "residential"}),
    "east": ([(2, 2), (3, 2), (4, 2)], {"highway": "residential"}),
    "south": ([(2, 0), (2, 1), (2, 2)], {"highway": "residential"}),
    "north": ([(2, 2), (2, 3), (2, 4)], {"highway": "residential"}),
    "ring": (
        [(0, 2), (0, 1), (0, 0), (1, 0), (2, 0), (4, 0), (4, 2), (4, 4), (2, 4), (0, 4), (0, 2)],
        {"highway": "residential"},
    ),
}
"""A crossing in the middle of a square of 400 m: whoever may not turn in the middle drives around on the ring."""

WEST, SOUTH, NORTH, EAST, MIDDLE = at(1, 2), at(2, 1), at(2, 3), at(3, 2), at(2, 2)
RESIDENTIAL_S_PER_100_M = 100 / (25 / 3.6)


def drawn(
    path: Path,
    ways: Ways = CROSS,
    restrictions: Sequence[tuple[str, Place, str, Mapping[str, str]]] = (),
    signals: Sequence[Place] = (),
) -> Path:
    """Write a map file. restrictions : from which way, at which place, to which way, and the relation's tags."""
    places = dict.fromkeys(place for line, _ in ways.values() for place in line)
    node_of = {place: number for number, place in enumerate(places, 1)}
    way_of = {name: number for number, name in enumerate(ways, 1)}
    with osmium.SimpleWriter(str(path)) as writer:
        for place, number in node_of.items():
            marks = {"highway": "traffic_signals"} if place in signals else {}
            writer.add_node(om.Node(id=number, location=(at(*place).lon, at(*place).lat), tags=marks))
        for name, (line, tags) in ways.items():
            writer.add_way(om.Way(id=way_of[name], nodes=[node_of[place] for place in line], tags=dict(tags)))
        for number, (come_by, place, go_by, tags) in enumerate(restrictions, 1):
            members = [("w", way_of[come_by], "from"), ("n", node_of[place], "via"), ("w", way_of[go_by], "to")]
            writer.add_relation(om.Relation(id=number, members=members, tags={"type": "restriction", **tags}))
    return path


def travel(network: RoadNetwork, origin: Point, destination: Point) -> float:
    return float(network.travel_s([origin], destination)[0])


def metres(network: RoadNetwork, origin: Point, destination: Point) -> float:
    return network.route(origin, destination).length_m


# ---- what is forbidden ---------------------------------------------------------------------------------------------------------------


def test_a_forbidden_turn_is_driven_around_and_the_other_turns_are_not(tmp_path: Path) -> None:
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", restrictions=[("west", (2, 2), "north", {"restriction": "no_left_turn"})]))

    assert metres(network, WEST, NORTH) == pytest.approx(600, rel=0.01), "back, and round by the ring"
    assert metres(network, NORTH, WEST) == pytest.approx(200, rel=0.01)
    assert metres(network, WEST, SOUTH) == pytest.approx(200, rel=0.01)
    assert metres(network, MIDDLE, NORTH) == pytest.approx(100, rel=0.01), "who stands there sets off anywhere"


def test_where_only_straight_on_is_allowed_nobody_turns_off(tmp_path: Path) -> None:
    rule = ("west", (2, 2), "east", {"restriction": "only_straight_on"})
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", restrictions=[rule]))

    assert metres(network, WEST, EAST) == pytest.approx(200, rel=0.01)
    assert min(metres(network, WEST, NORTH), metres(network, WEST, SOUTH)) == pytest.approx(600, rel=0.01)


@pytest.mark.parametrize(
    "tags",
    [
        {"restriction": "no_left_turn", "except": "bus;motorcar"},
        {"restriction": "no_left_turn", "hour_on": "07:00", "hour_off": "09:00"},
        {"restriction": "give_way"},
        {"restriction": "no_left_turn", "type": "route"},
    ],
)
def test_what_is_not_meant_for_cars_or_for_all_day_forbids_nothing(tmp_path: Path, tags: Mapping[str, str]) -> None:
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", restrictions=[("west", (2, 2), "north", tags)]))

    assert metres(network, WEST, NORTH) == pytest.approx(200, rel=0.01)


def test_a_command_that_leads_nowhere_closes_no_junction(tmp_path: Path) -> None:
    ways = {**CROSS, "path": ([(2, 2), (3, 3)], {"highway": "footway"})}
    rule = ("west", (2, 2), "path", {"restriction": "only_straight_on"})
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", ways, [rule]))

    assert metres(network, WEST, NORTH) == pytest.approx(200, rel=0.01)


def test_a_street_whose_vehicles_need_not_keep_restrictions_drives_them(tmp_path: Path) -> None:
    RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", restrictions=[("west", (2, 2), "north", {"restriction": "no_left_turn"})])).save(
        tmp_path / "roads.npz"
    )

    kept = RoadNetwork.load(tmp_path / "roads.npz")
    free = RoadNetwork.load(tmp_path / "roads.npz", keep_turn_restrictions=False)
    duty = replace(load_catalogue().street.coverage, keep_turn_restrictions=False)
    simulated = street_roads(tmp_path / "roads.npz", duty)

    assert metres(kept, WEST, NORTH) == pytest.approx(600, rel=0.01)
    assert metres(free, WEST, NORTH) == pytest.approx(200, rel=0.01)
    assert metres(simulated, WEST, NORTH) == pytest.approx(200, rel=0.01)


def test_a_lane_that_only_a_forbidden_turn_leads_out_of_is_no_part_of_the_network(tmp_path: Path) -> None:
    ways = {
        **CROSS,
        "lane": ([(2, 2), (3, 1), (3, 0.5)], {"highway": "residential", "oneway": "yes"}),
        "out": ([(3, 0.5), (4, 1), (4, 2)], {"highway": "residential", "oneway": "yes"}),
    }
    free = RoadNetwork.from_osm(drawn(tmp_path / "free.osm.pbf", ways))
    rule = ("lane", (3, 0.5), "out", {"restriction": "no_left_turn"})
    forbidden = RoadNetwork.from_osm(drawn(tmp_path / "forbidden.osm.pbf", ways, [rule]))

    assert free.snap([at(3, 0.6)]).offset_m[0] < 1
    assert forbidden.snap([at(3, 0.6)]).offset_m[0] > 50
    assert np.isfinite(forbidden.matrix_s(forbidden.lat_lon, forbidden.lat_lon)).all()


# ---- turning takes time --------------------------------------------------------------------------------------------------------------


def test_turning_at_a_junction_takes_its_time_and_a_bend_in_the_road_none(tmp_path: Path) -> None:
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf"))
    straight, turned, bent = travel(network, WEST, EAST), travel(network, WEST, NORTH), travel(network, at(0, 1), at(1, 0))

    assert straight == pytest.approx(2 * RESIDENTIAL_S_PER_100_M, abs=0.1)
    assert turned == pytest.approx(2 * RESIDENTIAL_S_PER_100_M + TURN_S / 2, abs=0.1)
    assert bent == pytest.approx(2 * RESIDENTIAL_S_PER_100_M, abs=0.1)


def test_nobody_turns_round_but_at_a_dead_end(tmp_path: Path) -> None:
    """Out of a one-way lane, only one direction is free; the dead end behind it is where one turns."""
    ways: Ways = {
        "lane": ([(0, 1), (0, 0)], {"highway": "residential", "oneway": "yes"}),
        "street": ([(0, 0), (2, 0)], {"highway": "residential"}),
        "back": ([(0, 0), (-1, 0), (-1, 1), (0, 1)], {"highway": "residential", "oneway": "yes"}),
    }
    rule = ("lane", (0, 0), "back", {"restriction": "no_right_turn"})
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", ways, [rule]))

    seconds = travel(network, at(0, 1), at(-1, 0))

    driven_s = (100 + 200 + 200 + 100) / 100 * RESIDENTIAL_S_PER_100_M
    assert metres(network, at(0, 1), at(-1, 0)) == pytest.approx(600, rel=0.01)
    assert seconds == pytest.approx(driven_s + TURN_S + U_TURN_S + TURN_S / 2, abs=0.1)


# ---- compounds -----------------------------------------------------------------------------------------------------------------------


def test_a_private_road_is_driven_to_and_driven_through_only_where_that_spares_more_than_its_gates_take(tmp_path: Path) -> None:
    ways: Ways = {
        "street": ([(0, 0), (0, 3), (0, 4), (0, 9), (9, 9), (9, 4), (9, 3), (9, 0), (0, 0)], {"highway": "residential"}),
        "compound": ([(0, 4), (4, 4), (9, 4)], {"highway": "residential", "access": "private"}),
    }
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", ways))

    assert metres(network, at(0, 0), at(4, 4)) == pytest.approx(800, rel=0.01), "in"
    assert metres(network, at(4, 4), at(9, 0)) == pytest.approx(900, rel=0.01), "and out"
    around = network.route(at(0, 3), at(9, 3))
    assert around.length_m == pytest.approx(1_500, rel=0.01), "around"
    through = network.route(at(0, 3), at(9, 3), blocked=frozenset({Blocked(((at(4, 0),),), 60.0)}))
    assert through.length_m == pytest.approx(1_100, rel=0.01), "or through, where the street is closed"
    assert through.travel_s == pytest.approx(11 * RESIDENTIAL_S_PER_100_M + TURN_S + GATES_S, abs=0.1)
    assert through.seconds[-1] == pytest.approx(through.travel_s)


def test_a_lane_behind_a_compound_belongs_to_it(tmp_path: Path) -> None:
    ways: Ways = {
        "street": ([(0, 0), (0, 4), (4, 4), (4, 0), (0, 0)], {"highway": "residential"}),
        "compound": ([(4, 4), (5, 4)], {"highway": "service", "access": "private"}),
        "lane": ([(5, 4), (7, 4)], {"highway": "residential"}),
    }
    network = RoadNetwork.from_osm(drawn(tmp_path / "m.osm.pbf", ways))

    assert travel(network, at(4, 4), at(7, 4)) == pytest.approx(100 / (15 / 3.6) + 2 * RESIDENTIAL_S_PER_100_M, abs=0.1)


# ---- signals -------------------------------------------------------------------------------------------------------------------------


def test_a_junction_with_several_signals_is_one_wait_however_one_crosses_it(tmp_path: Path) -> None:
    around = [(1.85, 2.0), (2.15, 2.0), (2.0, 1.85), (2.0, 2.15)]
    ways: Ways = {
        "across": ([(0, 2), (1.85, 2.0), (2, 2), (2.15, 2.0), (4, 2)], {"highway": "residential"}),
        "along": ([(2, 0), (2.0, 1.85), (2, 2), (2.0, 2.15), (2, 4)], {"highway": "residential"}),
    }
    free = RoadNetwork.from_osm(drawn(tmp_path / "free.osm.pbf", ways))
    signalled = RoadNetwork.from_osm(drawn(tmp_path / "signals.osm.pbf", ways, signals=around))

    for origin, destination in ((WEST, EAST), (WEST, NORTH), (NORTH, SOUTH), (NORTH, WEST)):
        assert travel(signalled, origin, destination) - travel(free, origin, destination) == pytest.approx(signalled.signal_delay_s)


# ---- against a plain search ----------------------------------------------------------------------------------------------------------

SIDE = 4


@cache
def town() -> tuple[DirectedEdges, IntArray]:
    """Crossings on a slightly crooked grid with one node between any two, a few private short cuts, and dead ends; and every turn in it."""
    dice = np.random.default_rng(5)
    corners = [(float(x), float(y)) for y in range(SIDE) for x in range(SIDE)]
    places = [(x + dice.uniform(-0.2, 0.2), y + dice.uniform(-0.2, 0.2)) for x, y in corners]
    streets: list[tuple[int, int, bool]] = []
    for number, (x, y) in enumerate(corners):
        for other, inside in ((number + 1, x < SIDE - 1), (number + SIDE, y < SIDE - 1)):
            if inside:
                places.append(((places[number][0] + places[other][0]) / 2 + 0.05, (places[number][1] + places[other][1]) / 2))
                streets += [(number, len(places) - 1, False), (len(places) - 1, other, False)]
    for a, b in ((0, 5), (5, 10), (3, 6), (12, 9)):
        streets.append((a, b, True))
    for number in (0, 7, 15):
        places.append((places[number][0] + 0.4, places[number][1] + 0.3))
        streets.append((number, len(places) - 1, False))
    lat_lon = np.array([(at(x, y).lat, at(x, y).lon) for x, y in places])
    both = sorted([(a, b, private) for a, b, private in streets] + [(b, a, private) for a, b, private in streets])
    tail, head = np.array([it[0] for it in both]), np.array([it[1] for it in both])
    edges = DirectedEdges(
        lat_lon=lat_lon,
        tail=tail,
        head=head,
        length_m=length_m(lat_lon[tail], lat_lon[head]),
        speed_kmh=dice.choice([20.0, 25.0, 45.0], len(both)),
        street=np.zeros(len(both), dtype=np.int64),
        signal=dice.random(len(both)) < 0.05,
        private=np.array([it[2] for it in both]),
        forbidden=NOTHING_FORBIDDEN,
    )
    turns = [
        (a, b, d)
        for a, b in zip(tail.tolist(), head.tolist(), strict=True)
        for c, d in zip(tail.tolist(), head.tolist(), strict=True)
        if b == c and a != d
    ]
    return edges, np.array(turns)


nodes = st.integers(0, len(town()[0].lat_lon) - 1)


@st.composite
def searched(draw: st.DrawFn) -> tuple[RoadNetwork, frozenset[Blocked], FloatArray]:
    """The town with some turns forbidden, where it is closed, and the seconds from every node to every node by a plain search."""
    edges, turns = town()
    which = draw(st.lists(st.integers(0, len(turns) - 1), max_size=25, unique=True))
    keep = draw(st.booleans())
    network = RoadNetwork(replace(edges, forbidden=turns[sorted(which)]), (Text("", ""),), keep_turn_restrictions=keep)
    spots = network.lat_lon[draw(st.lists(nodes, max_size=2))]
    ground = frozenset(Blocked(((Point(float(lat), float(lon)),),), 20.0) for lat, lon in spots)
    search = PlainSearch(network.edges, kmh=30, closed=network.edges_blocked(ground).tolist(), keep_restrictions=keep)
    return network, ground, np.array([search.from_node(node) for node in range(len(network.lat_lon))])


@settings(max_examples=100, deadline=None)
@given(case=searched(), start=nodes, ends=st.lists(nodes, min_size=1, max_size=3))
def test_times_and_ways_are_those_of_a_plain_search_edge_by_edge(
    case: tuple[RoadNetwork, frozenset[Blocked], FloatArray], start: int, ends: list[int]
) -> None:
    network, ground, plain = case
    places = [Point(float(lat), float(lon)) for lat, lon in network.lat_lon]
    node = network.snap(places, blocked=ground).node

    for end in ends:
        times = network.travel_s(places, places[end], vehicle_kmh=30, blocked=ground)
        assert times == pytest.approx(plain[node, node[end]], abs=1e-6)
        route = network.route(places[start], places[end], vehicle_kmh=30, blocked=ground)
        assert route.travel_s == pytest.approx(plain[node[start], node[end]], abs=1e-6)
        if np.isfinite(route.travel_s):
            assert route.seconds[-1] == pytest.approx(route.travel_s, abs=1e-6)
            assert (np.diff(route.seconds) > 0).all()
            legs = [distance_m(Point(*a), Point(*b)) for a, b in pairwise(route.points)]
            assert route.length_m == pytest.approx(sum(legs), abs=0.01)


@settings(max_examples=60, deadline=None)
@given(
    case=searched(),
    few=st.lists(nodes, min_size=1, max_size=4),
    many=st.lists(nodes, min_size=5, max_size=9),
    limit_s=st.sampled_from([25.0, 60.0, np.inf]),
)
def test_a_table_is_the_same_whichever_side_is_searched_from(
    case: tuple[RoadNetwork, frozenset[Blocked], FloatArray], few: list[int], many: list[int], limit_s: float
) -> None:
    network, ground, plain = case
    plain = np.where(plain <= limit_s, plain, np.inf)

    between = network.between_s(np.array(few), np.array(many), vehicle_kmh=30, blocked=ground, limit_s=limit_s)
    assert between == pytest.approx(plain[np.ix_(few, many)], abs=1e-6)
    if not ground:
        for origins, destinations in ((few, many), (many, few)):
            table = network.matrix_s(network.lat_lon[origins], network.lat_lon[destinations], vehicle_kmh=30, limit_s=limit_s)
            assert table == pytest.approx(plain[np.ix_(origins, destinations)], abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    case=searched(),
    fleet=st.lists(st.tuples(nodes, st.sampled_from([0.0, 20.0, 21.5])), max_size=8),
    limit_s=st.sampled_from([30.0, 90.0, np.inf]),
    asked=st.lists(nodes, max_size=6, unique=True),
)
def test_whoever_is_first_and_second_anywhere_is_whom_single_searches_find(
    case: tuple[RoadNetwork, frozenset[Blocked], FloatArray], fleet: list[tuple[int, float]], limit_s: float, asked: list[int]
) -> None:
    network, ground, plain = case
    where, start_s = np.array([node for node, _ in fleet], dtype=np.int64), np.array([seconds for _, seconds in fleet])
    one_by_one = plain[where] + start_s[:, None]
    one_by_one[one_by_one > limit_s] = np.inf
    ordered = np.sort(np.vstack([one_by_one, np.full((2, len(plain)), np.inf)]), axis=0)

    found = network.nearest_two(where, start_s, vehicle_kmh=30, blocked=ground, limit_s=limit_s)

    assert found.first_s == pytest.approx(ordered[0], abs=1e-4)
    assert found.second_s == pytest.approx(ordered[1], abs=1e-4)
    assert not np.any((found.first == found.second) & (found.first >= 0))
    for who, when in ((found.first, found.first_s), (found.second, found.second_s)):
        there = np.flatnonzero(who >= 0)
        assert one_by_one[who[there], there] == pytest.approx(when[there], abs=1e-4)
        assert np.all(np.isinf(when[who < 0]))
    at = np.array(asked, dtype=np.int64)
    at_those = network.nearest_two(where, start_s, vehicle_kmh=30, blocked=ground, limit_s=limit_s, at=at)
    for one, of_all in (("first", found.first), ("first_s", found.first_s), ("second_s", found.second_s)):
        assert getattr(at_those, one) == pytest.approx(of_all[at], abs=1e-4)


@settings(max_examples=60, deadline=None)
@given(case=searched(), stops=st.lists(nodes, max_size=4), end=nodes)
def test_the_stop_on_the_way_is_the_one_that_single_searches_find(
    case: tuple[RoadNetwork, frozenset[Blocked], FloatArray], stops: list[int], end: int
) -> None:
    network, ground, plain = case
    if ground:
        return
    by_stop = plain[:, stops] + 50.0 + plain[stops, end]

    seconds, which = network.by_way_of(
        network.lat_lon, network.lat_lon[stops], Point(*network.lat_lon[end].tolist()), stop_s=50.0, vehicle_kmh=30
    )

    best = by_stop.min(axis=1, initial=np.inf)
    assert seconds == pytest.approx(best, abs=1e-4)
    reached = np.flatnonzero(np.isfinite(best))
    assert by_stop[reached, which[reached]] == pytest.approx(best[reached], abs=1e-4)
    assert (which[np.isinf(best)] == -1).all()
