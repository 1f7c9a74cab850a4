"""Proposals where the roads end: a unit in a field, a call from the sea, a town in two halves. Everything is answered, and said."""

from __future__ import annotations

from math import isfinite

import numpy as np
import pytest

from command_center.center import Center
from command_center.domain.dispatching import OFF_ROAD_M, RankedUnit
from command_center.domain.geo import Point
from command_center.domain.rights import Actor
from command_center.roads import RoadNetwork
from command_center.roads.edges import chosen, component
from command_center.services import closures, proposing
from command_center.services.closures import CloseRoad
from command_center.services.positions import Intake, Reading
from tests.builders import somewhere, take_test_call
from tests.services.test_closures import METRE, ring

OUT_AT_SEA_M = 5_000
"""Beyond the last street to the south; the demo district has no coast, and a point that no street leads to is the same to a router."""


def south_of(center: Center, metres: float) -> Point:
    south_west, north_east = center.roads.bounds
    return Point(south_west.lat - metres * METRE, (south_west.lon + north_east.lon) / 2)


def stands(center: Center, unit: str, point: Point) -> None:
    intake = Intake(center)
    intake.load()
    assert intake.receive([Reading(unit=unit, at=center.now(), lat=point.lat, lon=point.lon)]).accepted == 1
    intake.flush()


def lines(center: Center, at: Point) -> dict[str, RankedUnit]:
    taken = take_test_call(center, at=at)
    return {unit.unit_id: unit for unit in proposing.propose_units(center, taken.incident_id, with_cover=True).units}


def flagged(found: dict[str, RankedUnit]) -> set[str]:
    return {unit_id for unit_id, unit in found.items() if "off_road" in unit.reasons}


def test_a_unit_far_from_any_street_is_marked_and_nobody_else(center: Center) -> None:
    stands(center, "patrol-01", south_of(center, OUT_AT_SEA_M))

    found = lines(center, somewhere(center))

    assert flagged(found) == {"patrol-01"}
    assert isfinite(found["patrol-01"].arrival_s)
    assert found["patrol-01"].suitable, "it may go; the officer knows that its time is a guess"


@pytest.mark.parametrize(("metres", "is_marked"), [(OFF_ROAD_M - 5, False), (OFF_ROAD_M + 5, True)])
def test_fifty_metres_from_the_street_are_the_border(center: Center, metres: float, is_marked: bool) -> None:
    southernmost = center.roads.lat_lon[center.roads.lat_lon[:, 0].argmin()]
    stands(center, "patrol-01", Point(float(southernmost[0]) - metres * METRE, float(southernmost[1])))

    assert ("patrol-01" in flagged(lines(center, somewhere(center)))) is is_marked


def test_a_call_from_the_sea_is_answered_and_its_arrivals_are_marked_as_uncertain(center: Center) -> None:
    taken = take_test_call(center, at=south_of(center, OUT_AT_SEA_M))

    proposal = proposing.propose_units(center, taken.incident_id, with_cover=True)

    assert proposal.off_road
    assert proposal.preselected
    assert all(isfinite(unit.arrival_s) for unit in proposal.units)
    assert flagged({unit.unit_id: unit for unit in proposal.units}) == set(), "the units themselves stand on streets"


def test_of_a_town_in_two_halves_the_units_across_the_gap_are_marked(center: Center) -> None:
    """The bridges are gone: the network is the larger half, and whoever stands in the other one is far from its streets."""
    whole = center.roads
    cut = float(np.median(whole.lat_lon[:, 1])) + 0.002
    west = whole.lat_lon[:, 1] < cut
    kept = np.flatnonzero(west[whole.edges.tail] == west[whole.edges.head])
    center.roads = RoadNetwork(component(chosen(whole.edges, kept)), whole.names)
    homes = {unit_id: vehicle.home for unit_id, vehicle in center.catalogue.vehicles.items()}
    across = {unit_id for unit_id, home in homes.items() if center.roads.snap([home]).offset_m[0] > OFF_ROAD_M}
    assert 0 < len(across) < len(homes)

    found = lines(center, Point(*center.roads.lat_lon[0].tolist()))

    assert flagged(found) == across


def test_a_closed_ring_cuts_off_whoever_stands_inside_and_says_so(center: Center, officer: Actor) -> None:
    station = center.catalogue.stations["YY"].point
    closures.close_road(center, CloseRoad(line=ring(station, 250)), officer)

    found = lines(center, center.catalogue.stations["JL"].point)

    inside = {unit_id for unit_id, vehicle in center.catalogue.vehicles.items() if vehicle.station == "YY"}
    assert inside
    assert {unit_id for unit_id, unit in found.items() if "cut_off" in unit.reasons} >= inside
    assert flagged(found).isdisjoint(inside), "one reason is enough for who cannot come at all"
