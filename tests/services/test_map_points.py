"""What a point on the map is, and whom to phone about it."""

import pytest

from command_center.center import Center
from command_center.domain.errors import OutsideDistrict
from command_center.domain.geo import Point, distance_m
from command_center.domain.rights import Actor
from command_center.services import responsibilities
from command_center.services.map_points import map_point

COMPOUND = "XQ001"
METRE = 1 / 111_195


def test_the_sign_of_a_place_is_that_place_and_its_own_cadres_are_named(center: Center, officer: Actor) -> None:
    place, lead = center.catalogue.places[COMPOUND], center.catalogue.responsibilities[COMPOUND].lead
    responsibilities.set_cadre_phone(center, lead, "0536-8888888", officer)

    found = map_point(center, place.point)

    assert found.is_place
    assert (found.place.id, found.area) == (COMPOUND, center.catalogue.areas[place.area].name)
    assert (found.responsible[0].cadre_id, found.responsible[0].phone) == (lead, "0536-8888888")


def test_a_point_beside_a_place_is_named_after_it_and_is_not_the_place(center: Center) -> None:
    place = center.catalogue.places[COMPOUND]
    beside = Point(place.point.lat + 30 * METRE, place.point.lon)

    found = map_point(center, beside)

    assert not found.is_place
    assert found.away_m == pytest.approx(distance_m(beside, center.catalogue.places[found.place.id].point))
    assert found.responsible == responsibilities.responsible_near(center, beside)


def test_a_point_on_a_road_is_on_that_road(center: Center) -> None:
    street = center.roads.streets[0]
    on_it = center.roads.lines_of(street.zh)[0]

    found = map_point(center, on_it[len(on_it) // 2])

    assert found.street is not None
    assert found.street.zh


def test_a_point_that_cannot_be_meant_is_refused(center: Center) -> None:
    with pytest.raises(OutsideDistrict):
        map_point(center, Point(0.0, 0.0))
