"""Travel times and routes on small drawn maps, where the right answer can be worked out by hand."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import osmium
import osmium.osm.mutable as om
import pytest

from command_center.domain.geo import Point, distance_m
from command_center.roads import RoadFileRefused, RoadNetwork, base_map

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


def one_travel(
    network: RoadNetwork, origin: Point, destination: Point, *, vehicle_kmh: float | None = None, speed_factor: float = 1.0
) -> float:
    return float(network.travel_s([origin], destination, vehicle_kmh=vehicle_kmh, speed_factor=speed_factor)[0])


def test_a_road_takes_its_length_by_the_speed_of_its_class(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert one_travel(network, at(0, 0), at(2, 0)) == pytest.approx(200 / (50 / 3.6), rel=0.01)


def test_a_vehicle_is_never_faster_than_its_own_cruise_speed(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert one_travel(network, at(0, 0), at(2, 0), vehicle_kmh=20) == pytest.approx(200 / (20 / 3.6), rel=0.01)
    assert one_travel(network, at(2, 0), at(2, 2), vehicle_kmh=90) == pytest.approx(200 / (25 / 3.6), rel=0.01)


def test_weather_slows_everything(tmp_path: Path) -> None:
    network = square(tmp_path)

    dry, wet = one_travel(network, at(0, 0), at(2, 2)), one_travel(network, at(0, 0), at(2, 2), speed_factor=0.5)

    assert wet == pytest.approx(2 * dry)


def test_a_speed_limit_counts_more_than_the_class(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (0, -2)], {"highway": "primary", "maxspeed": "30 mph"})])

    assert one_travel(network, at(0, 0), at(0, -2)) == pytest.approx(200 / (30 * 1.609344 * 0.8 / 3.6), rel=0.01)


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
    "tags", [{"highway": "footway"}, {"highway": "primary", "access": "no"}, {"highway": "primary", "motor_vehicle": "no"}]
)
def test_what_vehicles_may_not_use_is_no_short_cut(tmp_path: Path, tags: Mapping[str, str]) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], tags)])

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(400, rel=0.01)


def test_private_roads_open_for_rescue_vehicles(tmp_path: Path) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary", "access": "private"})])

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(283, rel=0.01)


@pytest.mark.parametrize(("barrier", "length_m"), [("bollard", 400), ("lift_gate", 283)])
def test_gates_open_and_bollards_do_not(tmp_path: Path, barrier: str, length_m: float) -> None:
    network = square(tmp_path, [([(0, 0), (1, 1), (2, 2)], {"highway": "primary"})], {(1, 1): barrier})

    assert network.route(at(0, 0), at(2, 2)).length_m == pytest.approx(length_m, rel=0.01)


def test_an_island_cannot_be_driven_to(tmp_path: Path) -> None:
    network = square(tmp_path, [([(10, 10), (11, 10)], {"highway": "primary"})])

    assert network.snap([at(10, 10)]).offset_m[0] > 1000


def test_edges_are_at_most_eighty_metres_long(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert network.edges.length_m.max() <= 80
    assert network.edges.length_m.sum() == pytest.approx(2 * 800, rel=0.01)


def test_a_point_is_measured_to_the_street_and_not_to_its_nodes(tmp_path: Path) -> None:
    network = square(tmp_path)

    snap = network.snap([at(0.33, -0.2), at(0.33, -0.6)])

    assert snap.offset_m == pytest.approx([20, 60], abs=0.5)
    assert list(snap.off_road) == [False, True]


def test_no_points_give_no_times(tmp_path: Path) -> None:
    network = square(tmp_path)

    assert network.travel_s(np.zeros((0, 2)), at(0, 0)).shape == (0,)
    assert network.snap([]).node.shape == (0,)


def test_a_closed_street_is_driven_around(tmp_path: Path) -> None:
    network = square(tmp_path)
    closed = network.edges_near(at(1, 0), radius_m=50)

    usual, around = network.route(at(0, 0), at(2, 0)), network.route(at(0, 0), at(2, 0), closed=closed)

    assert [street.en for street in usual.streets] == ["Shengli East Street"]
    assert around.length_m == pytest.approx(600, rel=0.01)
    assert one_travel(network, at(0, 0), at(2, 0)) == usual.travel_s


def test_where_every_way_is_closed_there_is_no_arrival(tmp_path: Path) -> None:
    network = square(tmp_path)
    closed = network.edges_near(at(0, 0), radius_m=60)

    route = network.route(at(2, 2), at(0, 0), closed=closed)

    assert np.isinf(route.travel_s)
    assert route.points.shape == (0, 2)
    assert np.isinf(network.travel_s([at(2, 2)], at(0, 0), closed=closed)[0])


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
