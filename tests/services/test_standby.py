"""Standby points over the real roads: advice with its gain, kept, and no better than it says on demand it has not seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from command_center.center import Center
from command_center.domain.errors import NotPermitted
from command_center.domain.rights import Actor
from command_center.domain.road_weather import RoadWeather
from command_center.services import standby
from command_center.services.coverage import Demand, FreeUnit, circle, demand_of, free_units
from command_center.services.road_conditions import RoadsNow, roads_now
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


def test_on_demand_that_was_not_looked_at_the_points_raise_the_share_by_fifteen_points_in_snow(center: Center) -> None:
    """In dry weather sixteen vehicles at four stations reach all of the demonstration street: there is nothing to gain then."""
    demand, roads, patrols = demand_of(center.catalogue), *_patrols_at_their_stations(center)
    seen = np.random.default_rng(3).random(len(demand.ids)) < 0.5
    half = np.where(seen, demand.weight, 0.0)
    points = standby.candidates(center)

    stands = standby.stands_for(
        center,
        roads,
        [unit.kind for unit in patrols],
        points,
        Demand(demand.ids, demand.kinds, demand.areas, demand.points, half / half.sum()),
    )

    moved = [replace(unit, point=points[number]) for unit, number in zip(patrols, stands["patrol_vehicle"], strict=True)]
    gain = _held_share(center, roads, moved, seen) - _held_share(center, roads, patrols, seen)
    assert gain >= 0.15


def _patrols_at_their_stations(center: Center) -> tuple[RoadsNow, list[FreeUnit]]:
    with center.read() as session:
        roads, fleet = replace(roads_now(center, session), weather=RoadWeather.SNOW), free_units(center, session)
    stations = center.catalogue.stations
    patrols = [unit for unit in fleet if unit.kind == "patrol_vehicle"]
    return roads, [replace(unit, point=stations[center.catalogue.vehicles[unit.unit_id].station].point) for unit in patrols]


def _held_share(center: Center, roads: RoadsNow, fleet: list[FreeUnit], seen: np.ndarray) -> float:
    now = circle(center, roads, fleet)
    weight = np.where(seen, 0.0, now.demand.weight)
    return float(weight[now.inside].sum() / weight.sum())


def test_the_move_that_brings_most_by_itself_stands_first(center: Center, officer: Actor) -> None:
    snow(center)

    advice = standby.plan_standby(center, officer)

    gains = [point["gain"] for point in advice["points"]]
    assert gains == sorted(gains, reverse=True)
    assert 0 < gains[0] <= advice["share_after"] - advice["share_before"]
