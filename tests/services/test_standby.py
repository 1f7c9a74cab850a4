"""Standby points over the real roads: advice with its gain, kept, and no better than it says on demand it has not seen."""

from __future__ import annotations

import pytest

from command_center.center import Center
from command_center.domain.errors import NotPermitted
from command_center.domain.rights import Actor
from command_center.domain.road_weather import RoadWeather
from command_center.services import standby
from command_center.services.simulating import held_half
from tests.services.test_coverage import out_of_service, snow
from tests.working import entries, rows


def test_advice_is_for_every_free_unit_keeps_its_gain_and_moves_nobody(center: Center, officer: Actor) -> None:
    snow(center)
    before = rows(center, "unit")

    advice = standby.plan_standby(center, officer)

    assert {point["unit_id"] for point in advice["points"]} == set(center.catalogue.vehicles)
    assert advice["share_after"] > advice["share_before"] + 0.05
    assert standby.newest_standby(center) == advice
    assert rows(center, "unit") == before
    assert entries(center, "StandbyPlanned")[0]["units"] == 16


def test_where_nobody_is_free_or_nothing_helps_the_advice_is_to_stay(center: Center, officer: Actor) -> None:
    out_of_service(center)
    nobody = standby.plan_standby(center, officer)
    assert (nobody["points"], nobody["share_before"]) == ([], 0)
    assert standby.newest_standby(center) == nobody


def test_only_the_desk_asks_for_it(center: Center, display: Actor) -> None:
    assert standby.newest_standby(center) is None
    with pytest.raises(NotPermitted):
        standby.plan_standby(center, display)


@pytest.mark.parametrize(
    ("weather", "least", "most"), [(RoadWeather.SNOW, 0.15, 1.0), (RoadWeather.RAIN, 0.0, 0.1), (RoadWeather.DRY, 0.0, 0.1)]
)
def test_points_chosen_by_half_of_the_calls_raise_the_share_of_the_other_half_where_there_is_something_to_gain(
    center: Center, weather: RoadWeather, least: float, most: float
) -> None:
    """Twelve patrols, from points against from stations. In dry weather they reach nearly all of the demonstration street from there."""
    patrols = [vehicle for vehicle in center.catalogue.vehicles.values() if vehicle.kind == "patrol_vehicle"]

    at_stations, at_standby = held_half(center, fleet=patrols, weather=weather, seed=3, days=40)

    assert least <= at_standby - at_stations <= most


def test_the_move_that_brings_most_by_itself_stands_first(center: Center, officer: Actor) -> None:
    snow(center)

    advice = standby.plan_standby(center, officer)

    gains = [point["gain"] for point in advice["points"]]
    assert gains == sorted(gains, reverse=True)
    assert 0 < gains[0] <= advice["share_after"] - advice["share_before"]
