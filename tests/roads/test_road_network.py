"""Travel times and routes on small drawn maps, where the right answer can be worked out by hand."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import osmium
import osmium.osm.mutable as om
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.domain.closures import Blocked
from command_center.domain.geo import Point, distance_m
from command_center.roads import Box, RoadFileRefused, RoadNetwork, base_map
from command_center.roads.edges import FloatArray, IntArray
from command_center.roads.network import SIGNAL_DELAY_S
from command_center.roads.tracing import joined
from tests.roads.plain_search import PlainSearch

CORNER = Point(36.70, 119.14)
HUNDRED_M = 100 / 111_195.08
"""Degrees of latitude in 100 m."""

Lines = Sequence[tuple[Sequence[tuple[float, float]], Mapping[str, str]]]
"""(east, north) in units of about 100 m along a line, and its tags."""


def at(east: float, north: float) -> Point:
    return Point(CORNER.lat + north * HUNDRED_M, CORNER.lon + east * HUNDRED_M / np.cos(np.radians(CORNER.lat)))


def draw(path: Path, lines: Lines, barriers: Mapping[tuple[float, float], str] | None = None) -> Path:
    """Write lines as a map file; the same place is the same node."""
    numbers = {place: number for number, place in enumerate(dict.fromkeys(place for line, _ in lines for place in line), 1)}
    with osmium.SimpleWriter(str(path)) as writer:
        for place, number in numbers.items():
            point = at(*place)
            barrier = (barriers or {}).get(place)
            writer.add_node(om.Node(id=number, location=(point.lon, point.lat), tags={"barrier": barrier} if barrier else {}))
        for number, (line, tags) in enumerate(lines, 1):
            writer.add_way(om.Way(id=number, nodes=[numbers[place] for place in line], tags=dict(tags)))
    return path


def square(tmp_path: Path, extra: Lines = (), barriers: Mapping[tuple[float, float], str] | None = None) -> RoadNetwork:
    """A square of 200 m: a fast road along the south, slow streets around the rest."""
    lines: Lines = [
        ([(0, 0), (2, 0)], {"highway": "primary", "name": "胜利东街", "name:en": "Shengli East Street"}),
        ([(2, 0), (2, 2)], {"highway": "residential", "name": "鸢飞路"}),
        ([(2, 2), (0, 2)], {"highway": "residential"}),
        ([(0, 2), (0, 0)], {"highway": "residential", "name": "四平路"}),
        *extra,
    ]
    return RoadNetwork.from_osm(draw(tmp_path / "square.osm.pbf", lines, barriers))


def one_travel(network: RoadNetwork, origin: Point, destination: Point, *, vehicle_kmh: float | None = None) -> float:
    return float(network.travel_s([origin], destination, vehicle_kmh=vehicle_kmh)[0])


def test_a_road_takes_its_length_by_the_speed_of_its_class(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert one_travel(network, at(0, 0), at(2, 0)) == pytest.approx(200 / (50 / 3.6), rel=0.01)


def test_a_vehicle_is_never_faster_than_its_own_cruise_speed(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert one_travel(network, at(0, 0), at(2, 0), vehicle_kmh=20) == pytest.approx(200 / (20 / 3.6), rel=0.01)
    assert one_travel(network, at(2, 0), at(2, 2), vehicle_kmh=90) == pytest.approx(200 / (25 / 3.6), rel=0.01)


def test_a_speed_limit_counts_more_than_the_class(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (0, -2)], {"highway": "primary", "maxspeed": "30 mph"})])

    assert one_travel(network, at(0, 0), at(0, -2)) == pytest.approx(200 / (30 * 1.609344 * 0.9 / 3.6), rel=0.01)


def test_a_one_way_street_is_driven_one_way(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary", "oneway": "yes", "name": "单行路"})])

    along, against = network.route(at(0, 0), at(2, 2)), network.route(at(2, 2), at(0, 0))

    assert [street.zh for street in along.streets] == ["单行路"]
    assert "单行路" not in [street.zh for street in against.streets]
    assert along.travel_s < against.travel_s


def test_a_street_against_its_drawing_direction_is_driven_backwards(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary", "oneway": "-1", "name": "单行路"})])

    assert [street.zh for street in network.route(at(2, 2), at(0, 0)).streets] == ["单行路"]


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway"},
        {"highway": "primary", "access": "no"},
        {"highway": "primary", "motor_vehicle": "no"},
        {"highway": "service", "motorcar": "no"},
        {"highway": "track", "motor_vehicle": "forestry"},
        {"highway": "service", "access": "yes", "motor_vehicle": "agricultural"},
    ],
)
def test_what_vehicles_may_not_use_is_no_short_cut(tmp_path: Path, tags: Mapping[str, str]) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], tags)])

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(400, rel=0.01)


@pytest.mark.parametrize(
    "tags",
    [
        {"access": "private"},
        {"motor_vehicle": "destination"},
        {"access": "no", "motor_vehicle": "yes"},
        {"vehicle": "no", "motorcar": "private"},
        {"motorcar": "no", "emergency": "yes"},
    ],
)
def test_private_roads_open_for_rescue_vehicles_and_what_is_said_of_cars_counts_first(tmp_path: Path, tags: Mapping[str, str]) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary", **tags})])

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(283, rel=0.01)


@pytest.mark.parametrize(("barrier", "length_m"), [("bollard", 400), ("lift_gate", 283)])
def test_gates_open_and_bollards_do_not(tmp_path: Path, barrier: str, length_m: float) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary"})], {(1, 1): barrier})

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(length_m, rel=0.01)


def test_an_island_cannot_be_driven_to(tmp_path: Path) -> None:
    network = square(tmp_path, [([(10, 10), (11, 10)], {"highway": "primary"})])

    assert network.snap([at(10, 10)]).offset_m[0] > 1000


def test_edges_are_at_most_fifty_metres_long(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert network.edges.length_m.max() <= 50.01
    assert network.edges.length_m.sum() == pytest.approx(2 * 800, rel=0.01)


def test_a_point_is_measured_to_the_street_and_not_to_its_nodes(tmp_path: Path) -> None:
    network = square(tmp_path)

    snap = network.snap([at(0.33, -0.2), at(0.33, -0.6)])

    assert snap.offset_m == pytest.approx([20, 60], abs=0.5)
    assert list(snap.off_road) == [False, True]


def test_a_point_lies_on_the_nearest_street_that_has_a_name(tmp_path: Path) -> None:
    network = square(tmp_path)

    streets = [network.street_at(at(*place)) for place in ((1, 0.1), (0.1, 1), (1, 1.9), (1, 1))]

    assert [street and (street.zh, street.en) for street in streets] == [
        ("胜利东街", "Shengli East Street"),
        ("四平路", "四平路"),
        None,
        None,
    ]


def test_no_points_give_no_times(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert network.travel_s(np.zeros((0, 2)), at(0, 0)).shape == (0,)
    assert network.snap([]).node.shape == (0,)


def test_a_closed_street_is_driven_around(tmp_path: Path) -> None:
    network = square(tmp_path)
    closed = frozenset({Blocked(((at(1, 0),),), 20.0)})

    usual, around = network.route(at(0, 0), at(2, 0)), network.route(at(0, 0), at(2, 0), blocked=closed)

    assert [street.en for street in usual.streets] == ["Shengli East Street"]
    assert around.length_m == pytest.approx(600, rel=0.01)
    assert one_travel(network, at(0, 0), at(2, 0)) == usual.travel_s


def test_where_every_way_is_closed_there_is_no_arrival(tmp_path: Path) -> None:
    network = square(tmp_path)
    closed = frozenset({Blocked(((at(1, 0),),), 20.0), Blocked(((at(0, 1),),), 20.0)})

    route = network.route(at(2, 2), at(0, 0), blocked=closed)

    assert np.isinf(route.travel_s)
    assert route.points.shape == (0, 2)
    assert np.isinf(network.travel_s([at(2, 2)], at(0, 0), blocked=closed)[0])


def test_a_route_to_where_one_stands_takes_no_time(tmp_path: Path) -> None:
    route = square(tmp_path).route(at(0, 0), at(0, 0))

    assert (route.travel_s, route.length_m, route.streets) == (0, 0, ())
    assert route.points.shape == (1, 2)


def test_a_saved_network_gives_the_same_answers(tmp_path: Path) -> None:
    network = square(tmp_path)

    network.save(tmp_path / "roads.npz")
    loaded = RoadNetwork.load(tmp_path / "roads.npz")

    assert loaded.streets == network.streets
    assert loaded.bounds == network.bounds
    origins = [at(east, north) for east in (0, 1, 2) for north in (0, 2)]
    assert np.array_equal(loaded.travel_s(origins, at(2, 1)), network.travel_s(origins, at(2, 1)))


def test_a_damaged_saved_network_is_refused(tmp_path: Path) -> None:
    square(tmp_path).save(tmp_path / "roads.npz")
    whole = (tmp_path / "roads.npz").read_bytes()
    (tmp_path / "roads.npz").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(RoadFileRefused, match="saved road network"):
        RoadNetwork.load(tmp_path / "roads.npz")


@pytest.mark.parametrize("read", [RoadNetwork.from_osm, base_map])
def test_a_broken_map_file_is_refused(tmp_path: Path, read: Callable[[Path], object]) -> None:
    (tmp_path / "broken.osm.pbf").write_bytes(b"this is no map" * 100)
    (tmp_path / "empty.osm.pbf").touch()
    draw(tmp_path / "footpaths.osm.pbf", [([(0, 0), (1, 0)], {"highway": "footway"})])

    for file in ("broken.osm.pbf", "empty.osm.pbf", "missing.osm.pbf", "footpaths.osm.pbf"):
        with pytest.raises(RoadFileRefused) as refused:
            read(tmp_path / file)
        assert refused.value.file.name == file
        assert str(refused.value).startswith(f"{file}: ")


def test_a_single_one_way_road_is_no_network(tmp_path: Path) -> None:
    with pytest.raises(RoadFileRefused, match="not connected"):
        RoadNetwork.from_osm(draw(tmp_path / "one.osm.pbf", [([(0, 0), (0.5, 0)], {"highway": "primary", "oneway": "yes"})]))


def test_the_base_map_shows_streets_blocks_and_water_of_any_file(tmp_path: Path) -> None:
    ring = [(3.0, 0.0), (4.0, 0.0), (4.0, 1.0), (3.0, 0.0)]
    path = draw(
        tmp_path / "town.osm.pbf",
        [
            ([(0, 0), (1, 0)], {"highway": "primary", "name": "胜利东街", "name:en": "Shengli East Street"}),
            ([(1, 0), (2, 0)], {"highway": "primary", "name": "胜利东街", "name:en": "Shengli East Street"}),
            ([(2, 0), (2, 1)], {"highway": "residential", "name": "小街"}),
            ([(0, 3), (2, 3)], {"railway": "rail"}),
            (ring, {"landuse": "residential", "name": "示例小区"}),
            ([(east, north + 5) for east, north in ring], {"natural": "water"}),
        ],
    )

    drawn = base_map(path)

    roads = {feature["properties"]["k"]: feature for feature in drawn["roads"]["features"]}
    assert roads["arterial"]["properties"] == {"k": "arterial", "n": "胜利东街", "e": "Shengli East Street"}
    assert [len(line) for line in roads["arterial"]["geometry"]["coordinates"]] == [3]
    assert roads["minor"]["properties"] == {"k": "minor"}
    assert [feature["properties"]["n"] for feature in drawn["blocks"]["features"]] == ["示例小区"]
    assert [feature["properties"]["k"] for feature in drawn["water"]["features"]] == ["water"]
    assert len(drawn["railway"]["features"]) == 1
    assert drawn["areas"]["features"] == []
    (south, west), (north, east) = drawn["bounds"]
    assert distance_m(Point(south, west), at(0, 0)) < 2
    assert distance_m(Point(north, east), at(2, 1)) < 2


# ---- signals, parts of a file, halves ----------------------------------------------------------------------------------------------


def with_signals(path: Path, *, signals: bool) -> RoadNetwork:
    """A straight road of 200 m, with or without traffic signals in its middle."""
    places = [(0, 0), (1, 0), (2, 0)]
    with osmium.SimpleWriter(str(path)) as writer:
        for number, place in enumerate(places, 1):
            tags = {"highway": "traffic_signals"} if signals and number == 2 else {}
            writer.add_node(om.Node(id=number, location=(at(*place).lon, at(*place).lat), tags=tags))
        writer.add_way(om.Way(id=1, nodes=[1, 2, 3], tags={"highway": "primary"}))
    return RoadNetwork.from_osm(path)


def test_every_traffic_signal_on_the_way_costs_its_delay_and_the_delay_is_a_parameter(tmp_path: Path) -> None:
    free, signalled = (with_signals(tmp_path / f"{signals}.osm.pbf", signals=signals) for signals in (False, True))
    signalled.save(tmp_path / "roads.npz")
    slow = RoadNetwork.load(tmp_path / "roads.npz", signal_delay_s=30)

    base = one_travel(free, at(0, 0), at(2, 0))

    assert one_travel(signalled, at(0, 0), at(2, 0)) == pytest.approx(base + SIGNAL_DELAY_S)
    assert one_travel(slow, at(0, 0), at(2, 0)) == pytest.approx(base + 30)
    assert one_travel(slow, at(1, 0), at(2, 0)) == pytest.approx(base / 2, rel=0.01)


@pytest.mark.parametrize(("version", "unknown"), [(1, {"signal", "private", "forbidden"}), (2, {"private", "forbidden"})])
def test_a_network_saved_by_an_older_version_still_opens_and_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, version: int, unknown: set[str]
) -> None:
    network = square(tmp_path)
    network.save(tmp_path / "roads.npz")
    with np.load(tmp_path / "roads.npz") as saved:
        old = {name: saved[name] for name in saved.files if name not in unknown} | {"format": np.array(version)}
    np.savez_compressed(tmp_path / "old.npz", **old)

    loaded = RoadNetwork.load(tmp_path / "old.npz")

    assert one_travel(loaded, at(0, 0), at(2, 2)) == one_travel(network, at(0, 0), at(2, 2))
    assert "import the map file again" in caplog.text
    assert len(loaded.edges.forbidden) == 0


def test_a_network_saved_by_a_newer_version_is_refused(tmp_path: Path) -> None:
    square(tmp_path).save(tmp_path / "roads.npz")
    with np.load(tmp_path / "roads.npz") as saved:
        new = {name: saved[name] for name in saved.files} | {"format": np.array(99)}
    np.savez_compressed(tmp_path / "new.npz", **new)

    with pytest.raises(RoadFileRefused, match="import the map file again"):
        RoadNetwork.load(tmp_path / "new.npz")


def test_only_the_part_in_a_box_is_taken(tmp_path: Path) -> None:
    lines: Lines = [
        ([(0, 0), (1, 0), (2, 0), (3, 0)], {"highway": "primary", "name": "胜利东街"}),
        ([(9, 9), (9, 8)], {"highway": "primary"}),
    ]
    path = draw(tmp_path / "long.osm.pbf", lines)
    south, north = at(-0.5, -0.5), at(2.5, 0.5)
    box = Box(south=south.lat, west=south.lon, north=north.lat, east=north.lon)
    told: list[float] = []

    network = RoadNetwork.from_osm(path, box=box, progress=told.append)
    drawn = base_map(path, box=box)

    assert network.edges.length_m.sum() == pytest.approx(2 * 200, rel=0.01)
    assert network.left_out_share == 0
    assert told == sorted(told)
    assert (0 <= told[0] <= 1, told[-1]) == (True, 1)
    (road,) = drawn["roads"]["features"]
    assert [len(line) for line in road["geometry"]["coordinates"]] == [3]
    with pytest.raises(RoadFileRefused, match="in the box"):
        RoadNetwork.from_osm(path, box=Box(south=0, west=0, north=1, east=1))


@pytest.mark.parametrize("text", ["", "1,2,3", "36,119,35,120", "36,119,37,118", "a,b,c,d", "nan,1,2,3", "-91,0,0,1"])
def test_a_box_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"needed|must lie"):
        Box.of(text)


def test_of_two_halves_without_a_bridge_the_larger_is_the_network_and_the_rest_is_told(tmp_path: Path) -> None:
    network = square(tmp_path, [([(10, 0), (12, 0), (12, 2), (10, 2), (10, 0), (12, 2)], {"highway": "primary"})])

    assert network.left_out_share == pytest.approx(800 / (800 + 800 + 283), abs=0.02)
    assert network.snap([at(0, 0)]).off_road.tolist() == [True]


def test_a_point_in_the_sea_is_off_the_road_and_still_answered(tmp_path: Path) -> None:
    network = square(tmp_path)
    sea = at(-400, 50)

    assert network.snap([sea]).off_road.tolist() == [True]
    assert np.isfinite(network.travel_s([sea], at(2, 2))[0])
    assert network.nearest_on_road(sea)[1] > 39_000


# ---- ground nobody drives over -----------------------------------------------------------------------------------------------------


def blocked(*lines: Sequence[tuple[float, float]], reach_m: float) -> frozenset[Blocked]:
    return frozenset({Blocked(tuple(tuple(at(*place) for place in line) for line in lines), reach_m)})


def test_a_line_across_a_street_closes_it_and_nothing_else(tmp_path: Path) -> None:
    network = square(tmp_path)
    across = blocked([(1.1, -0.2), (1.1, 0.2)], reach_m=2)

    assert {network.names[number].zh for number in network.edges.street[network.edges_blocked(across)]} == {"胜利东街"}
    assert len(network.edges_blocked(across)) == 2, "both directions"
    assert network.route(at(0, 0), at(2, 0), blocked=across).length_m == pytest.approx(600, rel=0.01)


def test_a_line_along_a_street_closes_it_and_the_street_it_crosses_at_its_end(tmp_path: Path) -> None:
    network = square(tmp_path)
    beside = blocked([(0.3, 0.1), (2.1, 0.1)], reach_m=15)

    closed = network.edges_blocked(beside)

    assert {network.names[number].zh for number in network.edges.street[closed]} == {"胜利东街", "鸢飞路"}
    assert network.edges.length_m[closed].sum() == pytest.approx(2 * (200 + 50), rel=0.01), "both directions, the side street's first piece"


def test_a_street_by_name_is_lines_that_close_exactly_that_street(tmp_path: Path) -> None:
    network = square(tmp_path)
    for name in ("胜利东街", "Shengli East Street"):
        lines = network.lines_of(name)
        closed = network.edges_blocked(frozenset({Blocked(lines, 1.0)}))
        assert [len(line) for line in lines] == [5], "200 m in pieces of at most 50"
        assert {network.names[number].zh for number in network.edges.street[closed]} == {"胜利东街"}
        assert network.edges.length_m[closed].sum() == pytest.approx(400, rel=0.01)
    assert network.lines_of("") == network.lines_of("没有") == ()


def test_a_spot_closes_what_passes_it_and_what_stands_in_it_is_reached_from_its_edge(tmp_path: Path) -> None:
    network = square(tmp_path)
    puddle = blocked([(1, 0)], reach_m=40)

    assert np.isfinite(network.travel_s([at(2, 2)], at(1, 0), blocked=puddle)[0])
    assert network.route(at(0, 0), at(2, 0), blocked=puddle).length_m == pytest.approx(600, rel=0.01)
    assert network.reach_s(at(0, 0), [at(2, 0)], blocked=puddle)[0] == pytest.approx(
        network.travel_s([at(0, 0)], at(2, 0), blocked=puddle)[0]
    )


def test_from_one_to_many_many_to_one_and_a_table_say_the_same(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary", "oneway": "yes"})])
    places = [at(east, north) for east in (0, 1, 2) for north in (0, 2)]

    table = network.matrix_s(places, places[:4])

    for column, destination in enumerate(places[:4]):
        assert table[:, column] == pytest.approx(network.travel_s(places, destination))
    assert network.matrix_s(places[:2], places)[0] == pytest.approx(network.reach_s(places[0], places))
    assert network.matrix_s([], places).shape == (0, 6)


@settings(max_examples=60, deadline=None)
@given(
    fleet=st.lists(st.tuples(st.integers(0, 400), st.sampled_from([0.0, 60.0, 61.5])), max_size=12),
    spots=st.lists(st.integers(0, 400), max_size=3),
    limit_s=st.sampled_from([40.0, 200.0, float("inf")]),
)
def test_the_two_nearest_of_any_fleet_are_those_that_single_searches_find(
    fleet: list[tuple[int, float]], spots: list[int], limit_s: float
) -> None:
    network = _grid()
    nodes = np.array([place % len(network.lat_lon) for place, _ in fleet], dtype=np.int64)
    start_s = np.array([seconds for _, seconds in fleet])
    ground = frozenset(
        Blocked(((Point(float(lat), float(lon)),),), 60.0) for lat, lon in network.lat_lon[[spot % len(network.lat_lon) for spot in spots]]
    )

    found = network.nearest_two(nodes, start_s, vehicle_kmh=25, blocked=ground, limit_s=limit_s)

    one_by_one = _single_searches(network, nodes, start_s, ground)
    one_by_one[one_by_one > limit_s] = np.inf
    ordered = np.sort(np.vstack([one_by_one, np.full((2, one_by_one.shape[1]), np.inf)]), axis=0)
    assert found.first_s == pytest.approx(ordered[0], abs=1e-3)
    assert found.second_s == pytest.approx(ordered[1], abs=1e-3)
    assert not np.any((found.first == found.second) & (found.first >= 0))
    for who, when in ((found.first, found.first_s), (found.second, found.second_s)):
        there = np.flatnonzero(who >= 0)
        assert one_by_one[who[there], there] == pytest.approx(when[there], abs=1e-3)
        assert np.all(np.isinf(when[who < 0]))


@cache
def _grid() -> RoadNetwork:
    """Nine by nine crossings, some streets one-way; drawn once."""
    with TemporaryDirectory() as folder:
        east = [([(x, y) for x in range(9)], {"highway": "residential", "oneway": "yes" if y % 3 == 1 else "no"}) for y in range(9)]
        north = [([(x, y) for y in range(9)], {"highway": "tertiary" if x % 4 == 0 else "residential"}) for x in range(9)]
        return RoadNetwork.from_osm(draw(Path(folder) / "grid.osm.pbf", [*east, *north]))


def _single_searches(network: RoadNetwork, nodes: IntArray, start_s: FloatArray, ground: frozenset[Blocked]) -> FloatArray:
    """(vehicles, nodes) seconds."""
    search = PlainSearch(network.edges, kmh=25, closed=network.edges_blocked(ground).tolist())
    found = [search.from_node(node, start) for node, start in zip(nodes.tolist(), start_s.tolist(), strict=True)]
    return np.array(found).reshape(len(nodes), len(network.lat_lon))


def test_streets_are_drawn_in_few_long_lines() -> None:
    assert joined([(1, 2), (2, 3), (3, 4), (3, 5)]) == [[1, 2, 3], [3, 4], [3, 5]]
    assert joined([(1, 2), (2, 3), (1, 3)]) == [[1, 2, 3, 1]]
    assert joined([]) == []
