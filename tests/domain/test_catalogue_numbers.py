"""The catalogue that is shipped holds the numbers the source article states."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_center.catalogue import FOLDER, load_catalogue
from command_center.domain.catalogue import Catalogue
from command_center.domain.levels import Level


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_four_stations_each_with_its_area(catalogue: Catalogue) -> None:
    assert set(catalogue.stations) == {"YY", "LY", "MX", "JL"}
    assert {area.station for area in catalogue.areas.values()} == set(catalogue.stations)
    assert {station.area for station in catalogue.stations.values()} == set(catalogue.areas)


def test_ten_communities_each_in_an_area(catalogue: Catalogue) -> None:
    assert len(catalogue.communities) == 10
    assert {community.area for community in catalogue.communities.values()} == set(catalogue.areas)


def test_ninety_six_compounds_nineteen_buildings_and_1750_shops(catalogue: Catalogue) -> None:
    kinds = Counter(place.kind for place in catalogue.places.values())

    assert kinds["compound"] == 96
    assert kinds["business_building"] == 19
    assert kinds["shop"] == 1750
    assert kinds["shelter"] == len(catalogue.shelters) == 8


def test_every_area_has_the_places_it_counts(catalogue: Catalogue) -> None:
    found = Counter((place.area, place.kind) for place in catalogue.places.values())

    for area in catalogue.areas.values():
        assert found[area.code, "compound"] == area.compounds == 24
        assert found[area.code, "business_building"] == area.business_buildings
        assert found[area.code, "shop"] == area.shops


def test_fifty_six_depots_in_three_tiers(catalogue: Catalogue) -> None:
    assert Counter(depot.tier for depot in catalogue.depots.values()) == {"station": 4, "community": 16, "point": 36}
    assert {"YY-S01", "YY-C04", "JL-P09"} <= set(catalogue.depots)
    assert {area.code: area.depots for area in catalogue.areas.values()} == Counter(depot.area for depot in catalogue.depots.values())


def test_the_depots_hold_15376_items(catalogue: Catalogue) -> None:
    held = sum(material.quantity(depot.tier) for depot in catalogue.depots.values() for material in catalogue.materials.values())

    assert held == 15_376
    assert held == sum(material.total_qty for material in catalogue.materials.values())
    assert len(catalogue.materials) == 68


def test_sixty_five_street_and_ninety_one_community_cadres(catalogue: Catalogue) -> None:
    assert Counter(cadre.kind for cadre in catalogue.cadres.values()) == {"street_cadre": 65, "community_cadre": 91}
    split = Counter((cadre.area, cadre.kind) for cadre in catalogue.cadres.values())
    for area in catalogue.areas.values():
        assert split[area.code, "street_cadre"] == area.street_cadres
        assert split[area.code, "community_cadre"] == area.community_cadres


def test_twelve_patrol_and_four_guarantee_vehicles(catalogue: Catalogue) -> None:
    kinds = Counter((vehicle.kind, vehicle.area) for vehicle in catalogue.vehicles.values())

    assert set(kinds.values()) == {1, 3}
    assert {area: kinds["patrol_vehicle", area] for area in catalogue.areas} == dict.fromkeys(catalogue.areas, 3)
    assert {area: kinds["guarantee_vehicle", area] for area in catalogue.areas} == dict.fromkeys(catalogue.areas, 1)
    assert {"patrol-01", "patrol-12", "guarantee-1", "guarantee-4"} <= set(catalogue.vehicles)
    assert catalogue.vehicles["patrol-01"].call_sign.zh == "巡01"


def test_twelve_plans_and_forty_six_incident_types(catalogue: Catalogue) -> None:
    assert list(catalogue.plans) == [f"P{number:02d}" for number in range(1, 13)]
    assert Counter(kind.stream for kind in catalogue.incident_types.values()) == {"emergency": 34, "governance": 12}


def test_flood_and_snow_plans_are_facts_and_the_others_are_our_choice(catalogue: Catalogue) -> None:
    assert {plan.id for plan in catalogue.plans.values() if plan.basis == "fact"} == {"P01", "P02"}


def test_the_five_minute_profile_arrives_within_300_seconds(catalogue: Catalogue) -> None:
    profile = catalogue.sla_profiles["E5"]

    assert (profile.dispatch_s, profile.arrive_target_s, profile.arrive_limit_s) == (60, 180, 300)
    assert [(stage.key, stage.due_min) for stage in catalogue.sla_profiles["G111"].stages] == [
        ("accept", 60),
        ("verify", 60),
        ("resolve", 1440),
    ]


def test_a_step_may_allow_more_time_at_a_graver_level(catalogue: Catalogue) -> None:
    step = next(step for step in catalogue.plans["P02"].steps if step.due_by_level)

    assert step.due_after_min(Level.IV) == step.due_min
    assert step.due_after_min(Level.I) == step.due_by_level[Level.I]


def test_a_plans_version_follows_its_text(catalogue: Catalogue) -> None:
    versions = {plan.version for plan in catalogue.plans.values()}

    assert len(versions) == 12
    assert all(len(version) == 12 for version in versions)


def test_names_are_unique_within_their_kind(catalogue: Catalogue) -> None:
    for kind in ("compound", "business_building", "shop", "shelter"):
        names = [place.name for place in catalogue.places.values() if place.kind == kind]
        assert len({name.zh for name in names}) == len(names)
        assert len({name.en for name in names}) == len(names)


def test_places_are_found_by_pinyin_initials(catalogue: Catalogue) -> None:
    on_yuhe_road = [place for place in catalogue.places.values() if place.initials.startswith("yhl")]

    assert on_yuhe_road
    assert {place.street for place in on_yuhe_road} >= {"虞河路"}
    assert all(place.pinyin and place.initials and place.pinyin == place.pinyin.lower() for place in catalogue.places.values())


def test_what_the_article_does_not_state_is_marked(catalogue: Catalogue) -> None:
    assert {place.basis for place in catalogue.places.values()} == {"demo"}
    assert {depot.basis for depot in catalogue.depots.values()} == {"demo"}
    assert {cadre.basis for cadre in catalogue.cadres.values()} == {"demo"}
    assert {material.basis for material in catalogue.materials.values()} == {"demo"}
    assert catalogue.stations["MX"].basis == "unverified"
    assert catalogue.stations["MX"].note is not None


def test_no_text_uses_letters_the_bundled_font_lacks() -> None:
    lacking = "℃ⅠⅡⅢⅣ"

    found = {
        path.name: line
        for path in _text_files()
        for line in path.read_text("utf-8").splitlines()
        if any(character in line for character in lacking) and "example_title" not in line
    }

    assert not found


def _text_files() -> Iterator[Path]:
    yield from FOLDER.rglob("*.yaml")
    yield from FOLDER.rglob("*.csv")
