"""The demo district: drawn the same every time, everything by a road, in its area and within reach of its station."""

import gzip
import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.catalogue import FOLDER, load_catalogue
from command_center.domain.catalogue import Area, Catalogue, Place
from command_center.domain.geo import Point, distance_m
from command_center.roads import RoadNetwork, base_map
from command_center.roads.demo_district import write_demo_district
from command_center.roads.turning import TURN_S
from command_center.services.demo_district import wanted_district

CATALOGUE = load_catalogue()
NETWORK = RoadNetwork.from_osm(FOLDER / "roads/demo.osm.pbf")
PLACES = tuple(CATALOGUE.places.values())
PATROL_KMH = 25.0

a_place = st.sampled_from(PLACES)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.fixture(scope="module")
def network() -> RoadNetwork:
    return NETWORK


def drawn(path: Path) -> list[tuple[object, ...]]:
    """Every node and way of a map file as plain values."""
    found: list[tuple[object, ...]] = []
    for thing in osmium.FileProcessor(str(path)):
        match thing:
            case osmium.osm.Node():
                found.append((thing.id, thing.location.x, thing.location.y, *thing.tags))
            case osmium.osm.Way():
                found.append((thing.id, *(node.ref for node in thing.nodes), *thing.tags))
    return found


def test_the_shipped_district_is_what_the_generator_draws(tmp_path: Path) -> None:
    write_demo_district(tmp_path, wanted_district())

    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert len(written) == 12
    for path in written:
        assert (tmp_path / path).read_bytes() == (FOLDER / path).read_bytes(), path
    assert len(drawn(tmp_path / "roads/demo.osm.pbf")) > 2000
    assert drawn(tmp_path / "roads/demo.osm.pbf") == drawn(FOLDER / "roads/demo.osm.pbf")


def test_every_place_is_within_fifty_metres_of_a_road(network: RoadNetwork, catalogue: Catalogue) -> None:
    points = [
        *(place.point for place in PLACES),
        *(station.point for station in catalogue.stations.values()),
        *(community.point for community in catalogue.communities.values()),
        *(depot.point for depot in catalogue.depots.values()),
        *(vehicle.home for vehicle in catalogue.vehicles.values()),
    ]

    assert not network.snap(points).off_road.any()


def test_vehicles_wait_on_the_road_by_their_station(network: RoadNetwork, catalogue: Catalogue) -> None:
    homes = {vehicle.home for vehicle in catalogue.vehicles.values()}

    assert len(homes) == 16
    assert network.snap(list(homes)).offset_m.max() < 5
    assert all(distance_m(vehicle.home, catalogue.stations[vehicle.station].point) < 60 for vehicle in catalogue.vehicles.values())


def is_inside(point: Point, area: Area) -> bool:
    """Even-odd rule."""
    corners = [*area.outline, area.outline[0]]
    crossed = [
        (a.lat > point.lat) != (b.lat > point.lat) and point.lon < a.lon + (b.lon - a.lon) * (point.lat - a.lat) / (b.lat - a.lat)
        for a, b in pairwise(corners)
    ]
    return sum(crossed) % 2 == 1


def test_everything_lies_in_its_own_area_and_in_no_other(catalogue: Catalogue) -> None:
    placed = [
        *((place.point, place.area) for place in PLACES),
        *((station.point, station.area) for station in catalogue.stations.values()),
        *((depot.point, depot.area) for depot in catalogue.depots.values()),
        *((community.point, community.area) for community in catalogue.communities.values()),
    ]

    for point, area in placed:
        assert [code for code, it in catalogue.areas.items() if is_inside(point, it)] == [area]


def test_every_place_is_reached_from_its_station_within_five_minutes(network: RoadNetwork, catalogue: Catalogue) -> None:
    coverage = catalogue.street.coverage

    for station in catalogue.stations.values():
        own = [place.point for place in PLACES if place.area == station.area]
        there = np.array([network.route(station.point, point, vehicle_kmh=PATROL_KMH).travel_s for point in own[::20]])
        back = network.travel_s(own, station.point, vehicle_kmh=PATROL_KMH)
        assert np.isfinite(back).all()
        assert max(there.max(), back.max()) + coverage.turnout_s < coverage.limit_s


def test_compounds_stand_inside_gated_blocks_of_their_own(network: RoadNetwork) -> None:
    compounds = [place for place in PLACES if place.kind == "compound"]
    apart = [distance_m(a.point, b.point) for i, a in enumerate(compounds) for b in compounds[:i]]

    assert min(apart) > 100
    snap = network.snap([place.point for place in compounds])
    on_inner_roads = [network.names[int(network.edges.street[network.edges.tail == node][0])].zh == "" for node in snap.node]
    assert all(on_inner_roads)


def test_arterials_cross_river_and_railway_and_collectors_do_not(network: RoadNetwork) -> None:
    crossing = network.route(CATALOGUE.stations["YY"].point, CATALOGUE.stations["LY"].point, vehicle_kmh=PATROL_KMH)

    assert [street.zh for street in crossing.streets] == ["胜利东街"]
    assert 1500 < crossing.length_m < 2500


@given(origin=a_place, destination=a_place)
@settings(max_examples=60, deadline=None)
def test_a_route_runs_from_here_to_there_as_long_as_the_times_say(origin: Place, destination: Place) -> None:
    route = NETWORK.route(origin.point, destination.point, vehicle_kmh=PATROL_KMH)

    assert route.travel_s == pytest.approx(float(NETWORK.travel_s([origin.point], destination.point, vehicle_kmh=PATROL_KMH)[0]))
    assert route.seconds[0] == 0
    assert (np.diff(route.seconds) > 0).all()
    assert route.seconds[-1] == pytest.approx(route.travel_s)
    assert distance_m(Point(*route.points[0]), origin.point) < 60
    assert distance_m(Point(*route.points[-1]), destination.point) < 60
    legs = sum(distance_m(Point(*a), Point(*b)) for a, b in pairwise(route.points))
    assert route.length_m == pytest.approx(legs, abs=0.1)


@given(origin=a_place, destination=a_place)
@settings(max_examples=60, deadline=None)
def test_streets_without_one_ways_take_as_long_back_as_there(origin: Place, destination: Place) -> None:
    there = NETWORK.travel_s([origin.point], destination.point)[0]
    back = NETWORK.travel_s([destination.point], origin.point)[0]

    assert there == pytest.approx(back)


@given(a=a_place, b=a_place, c=a_place)
@settings(max_examples=60, deadline=None)
def test_a_detour_is_never_faster_but_for_a_turn_that_the_stop_spares(a: Place, b: Place, c: Place) -> None:
    """Whoever has stopped sets off in any direction."""
    straight = NETWORK.travel_s([a.point], c.point)[0]
    detour = NETWORK.travel_s([a.point], b.point)[0] + NETWORK.travel_s([b.point], c.point)[0]

    assert straight <= detour + TURN_S + 1e-6


@given(place=a_place, kmh=st.floats(min_value=5, max_value=120))
@settings(max_examples=60, deadline=None)
def test_a_slower_vehicle_never_arrives_sooner(place: Place, kmh: float) -> None:
    origins = [station.point for station in CATALOGUE.stations.values()]

    free = NETWORK.travel_s(origins, place.point)
    slow = NETWORK.travel_s(origins, place.point, vehicle_kmh=kmh)

    assert (slow >= free - 1e-6).all()


def test_the_shipped_base_map_is_what_the_map_file_shows(catalogue: Catalogue) -> None:
    shipped = (FOLDER / "roads/demo.basemap.json").read_bytes()

    assert json.loads(shipped) == json.loads(json.dumps(base_map(FOLDER / "roads/demo.osm.pbf", catalogue.areas.values())))
    assert len(gzip.compress(shipped)) < 60_000


def test_the_base_map_names_arterials_and_areas_in_both_languages(catalogue: Catalogue) -> None:
    shipped = json.loads((FOLDER / "roads/demo.basemap.json").read_bytes())

    arterials = [feature["properties"] for feature in shipped["roads"]["features"] if feature["properties"]["k"] == "arterial"]
    assert {"n": "胜利东街", "e": "Shengli East Street", "k": "arterial"} in arterials
    assert len(arterials) == 17
    assert {feature["id"]: feature["properties"]["e"] for feature in shipped["areas"]["features"]} == {
        code: area.name.en for code, area in catalogue.areas.items()
    }
    assert shipped["water"]["features"]
    assert shipped["railway"]["features"]
