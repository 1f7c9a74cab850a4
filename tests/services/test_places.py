"""Finding places as an officer types: Han, pinyin, initials."""

import pytest

from command_center.center import Center
from command_center.domain.errors import OutsideDistrict, UnknownPlace
from command_center.domain.geo import Point
from command_center.services import places


@pytest.mark.parametrize("way", ["name", "initials", "pinyin"])
def test_every_compound_is_found_by_name_initials_and_pinyin(center: Center, way: str) -> None:
    compounds = [place for place in center.catalogue.places.values() if place.kind == "compound"][::8]

    for place in compounds:
        typed = {"name": place.name.zh, "initials": place.initials, "pinyin": place.pinyin}[way]
        assert place.id in [hit.id for hit in places.find_places(center, typed, limit=60)], typed


@pytest.mark.parametrize("typed", ["", "   ", "zzzzzzzz", "\x00", "%", "'; drop table place;--"])
def test_what_matches_nothing_finds_nothing(center: Center, typed: str) -> None:
    assert places.find_places(center, typed) == []


def test_no_more_places_are_offered_than_fit_the_form(center: Center) -> None:
    assert len(places.find_places(center, "街", limit=12)) == 12


def test_a_point_on_the_map_is_named_by_what_stands_next_to_it(center: Center) -> None:
    shelter = next(place for place in center.catalogue.places.values() if place.kind == "shelter")

    spot = places.spot_at(center, shelter.point)

    assert spot.name.zh.endswith("附近")
    assert spot.area == shelter.area


def test_what_the_caller_said_is_kept_as_the_name(center: Center) -> None:
    spot = places.spot_at(center, center.catalogue.street.centre, said="东关市场北门")

    assert spot.name.zh == spot.name.en == "东关市场北门"


def test_places_that_cannot_be_meant_are_refused(center: Center) -> None:
    with pytest.raises(OutsideDistrict):
        places.spot_at(center, Point(39.9, 116.4))
    with pytest.raises(UnknownPlace):
        places.place_named(center, "nowhere")


def test_every_compound_lies_in_the_area_it_belongs_to(center: Center) -> None:
    wrong = [place.id for place in center.catalogue.places.values() if places.area_at(center.catalogue, place.point) != place.area]

    assert wrong == []
