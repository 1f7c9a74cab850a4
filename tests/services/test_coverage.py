"""The five-minute circle: who is inside by the free units, where they are, over the roads as they are; its price and its history."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Stock, Unit
from command_center.domain.dispatching import Proposal, RankedUnit
from command_center.domain.geo import Point
from command_center.domain.response_time import PROMISE_S, TURNOUT_S
from command_center.domain.rights import Actor
from command_center.domain.road_weather import RoadWeather
from command_center.domain.status import UnitStatus
from command_center.services import closures, coverage, measurements, proposing, units
from command_center.services.closures import CloseRoad
from command_center.services.coverage import (
    Circle,
    FreeUnit,
    circle_now,
    cover_of_few,
    cover_of_many,
    demand_of,
    free_units,
    see,
    summary,
)
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.measurements import TakeMeasurement
from command_center.services.positions import Intake, Reading
from command_center.services.road_conditions import roads_now
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock
from tests.services.test_closures import METRE, ring


def circle(center: Center, *without: str) -> Circle:
    with center.read() as session:
        return circle_now(center, session, without=without)


def stands(center: Center, unit: str, point: Point, battery_pct: float = 80.0) -> None:
    intake = Intake(center)
    intake.load()
    told = Reading(unit=unit, at=center.now(), lat=point.lat, lon=point.lon, battery_pct=battery_pct)
    assert intake.receive([told]).accepted == 1
    intake.flush()


def snow(center: Center) -> None:
    """Three centimetres lie on the roads: patrol vehicles creep, and sixteen units no longer reach everybody."""
    measurements.take_measurement(center, TakeMeasurement(metric="snow_depth_cm", value=3.0), OFFICER)


def out_of_service(center: Center, but: tuple[str, ...] = ()) -> None:
    with Session(center.engine) as session, session.begin():
        session.execute(update(Unit).where(Unit.id.not_in(but)).values(status=UnitStatus.OUT_OF_SERVICE))


def test_who_is_inside_is_what_single_searches_say(center: Center) -> None:
    snow(center)
    demand, soonest = demand_of(center.catalogue), np.full(len(demand_of(center.catalogue).ids), np.inf)
    with center.read() as session:
        fleet = free_units(center, session)
    for unit in fleet:
        kmh = center.catalogue.vehicles[unit.unit_id].speeds_kmh.snow
        soonest = np.minimum(soonest, center.roads.matrix_s([unit.point], demand.points, vehicle_kmh=kmh)[0] + TURNOUT_S)

    now = circle(center)

    assert len(fleet) == 16
    assert now.inside.tolist() == (soonest <= PROMISE_S).tolist()
    assert now.places.first_s[now.inside] == pytest.approx(soonest[now.inside], abs=1e-3)
    assert now.share == pytest.approx(demand.weight[soonest <= PROMISE_S].sum())
    assert 0.3 < now.share < 0.95


def test_the_price_of_a_unit_is_what_the_circle_loses_without_it(center: Center) -> None:
    snow(center)
    stands(center, "patrol-02", center.catalogue.stations["JL"].point)
    stands(center, "patrol-03", center.catalogue.street.centre)
    now = circle(center)

    price = now.price()

    assert price.keys() == set(now.units)
    assert price["patrol-03"] > 0
    for unit, cost in price.items():
        assert circle(center, unit).share == pytest.approx(now.share - cost, abs=1e-9)


def test_only_a_unit_that_could_be_sent_counts(center: Center, officer: Actor) -> None:
    taken = take_test_call(center, officer)
    dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=("patrol-01",)), officer)
    units.set_unit_status(center, "patrol-02", UnitStatus.CHARGING, officer)
    closures.close_road(center, CloseRoad(place_id="XQ090", guard="patrol-03"), officer)
    stands(center, "patrol-04", center.catalogue.vehicles["patrol-04"].home, battery_pct=5.0)

    assert set(center.catalogue.vehicles) - set(circle(center).units) == {"patrol-01", "patrol-02", "patrol-03", "patrol-04"}


def test_a_unit_counts_from_where_it_is_and_from_its_home_when_it_is_lost(center: Center, clock: Clock) -> None:
    out_of_service(center, but=("patrol-01",))
    far = center.catalogue.stations["JL"].point
    stands(center, "patrol-01", far)
    there = circle(center)
    clock.advance(600)

    lost = circle(center)

    assert there.share_in("A4") > 0.3
    assert lost.share_in("A4") < 0.1 < lost.share_in("A1")


def test_snow_shrinks_the_circle(center: Center) -> None:
    dry = see(center)
    snow(center)

    white = see(center)

    assert white.roads.weather is RoadWeather.SNOW
    assert white.circle.share < dry.circle.share - 0.05


def test_a_station_cut_off_by_closed_roads_leaves_its_neighbours_outside_and_names_them(center: Center, officer: Actor) -> None:
    out_of_service(center, but=("patrol-01", "patrol-02"))
    station = center.catalogue.stations["YY"].point
    before = summary(center, see(center))

    closures.close_road(center, CloseRoad(line=ring(station, 250)), officer)
    after = summary(center, see(center))

    assert after["demand_share"] < before["demand_share"] / 2
    assert after["areas"]["A1"] < before["areas"]["A1"]
    assert after["outside_count"] > before["outside_count"]
    assert after["outside"][0]["kind"] == "compound", "where most people are comes first"
    assert after["outside"][0]["arrival_s"] is None
    assert after["closed_roads"] == 1


def test_without_a_free_unit_everybody_is_outside_and_the_answer_says_so(center: Center) -> None:
    out_of_service(center)

    sight = see(center)
    told = summary(center, sight)

    assert (told["demand_share"], told["free_units"], told["only_by"]) == (0, 0, {})
    assert told["outside_count"] == len(center.catalogue.places)
    drawn = coverage.rings(center, sight)["rings"]
    assert [bool(one["lines"]) for one in drawn] == [False, False, False, True]


def test_rings_draw_every_street_once(center: Center) -> None:
    drawn = coverage.rings(center, see(center))["rings"]

    assert [one["within_s"] for one in drawn] == [180, 300, 480, None]
    edges = center.roads.edges
    pieces = {frozenset(pair) for pair in zip(edges.tail.tolist(), edges.head.tolist(), strict=True)}
    assert sum(len(line) - 1 for one in drawn for line in one["lines"]) == len(pieces)


# ---- history -----------------------------------------------------------------------------------------------------------------------


def test_the_history_has_a_reading_every_five_minutes_and_one_for_every_change(center: Center, clock: Clock, officer: Actor) -> None:
    began = center.now()
    assert coverage.keep_reading(center, see(center))
    clock.advance(60)
    assert not coverage.keep_reading(center, see(center))
    clock.advance(240)
    assert coverage.keep_reading(center, see(center))
    clock.advance(5)
    closures.close_road(center, CloseRoad(line=ring(center.catalogue.stations["YY"].point, 250)), officer)
    assert coverage.keep_reading(center, see(center))

    kept = coverage.history(center, began)

    assert [row["closed_roads"] for row in kept] == [0, 0, 1]
    assert kept[0]["areas"].keys() == set(center.catalogue.areas)
    assert coverage.history(center, began + timedelta(seconds=10), began + timedelta(seconds=301)) == kept[1:2]


def test_two_processes_keep_one_history(center: Center, open_center: Callable[[], Center]) -> None:
    with ThreadPoolExecutor(3) as pool:
        kept = list(pool.map(lambda own: coverage.keep_reading(own, see(own)), [center, open_center(), open_center()]))

    assert sorted(kept) == [False, False, True]
    assert len(coverage.history(center, center.now())) == 1


# ---- proposals with their price, and stock on the way ------------------------------------------------------------------------------


def proposal_for(center: Center, kind: str, place: str = "XQ001") -> Proposal:
    taken = take_test_call(center, OFFICER, kind=kind, place_id=place)
    return proposing.propose_units(center, taken.incident_id, with_cover=True)


def of_kind(proposal: Proposal, kind: str) -> list[RankedUnit]:
    return [unit for unit in proposal.units if unit.kind == kind]


def test_a_proposal_says_what_each_unit_and_the_whole_set_costs(center: Center, officer: Actor) -> None:
    units.set_unit_status(center, "patrol-02", UnitStatus.CHARGING, officer)
    now = circle(center)

    proposal = proposal_for(center, "E105")

    assert proposal.cover_before == pytest.approx(now.share)
    assert proposal.cover_after == pytest.approx(circle(center, *proposal.preselected).share)
    assert coverage.cover_without(center, proposal.preselected) == pytest.approx((proposal.cover_before, proposal.cover_after))
    priced = {unit.unit_id: unit.cover_after for unit in proposal.units}
    assert priced.pop("patrol-02") is None, "who cannot be sent has no price"
    assert priced == {unit: pytest.approx(circle(center, unit).share) for unit in priced}


@given(st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_few_and_many_units_are_priced_alike(center: Center, data: st.DataObject) -> None:
    """Two ways to the same figures: a search from each unit, and who is first and second everywhere."""
    kinds, places = sorted(center.catalogue.vehicle_kinds), list(center.catalogue.places.values())
    spot = st.sampled_from([place.point for place in places[::40]])
    units = st.builds(FreeUnit, st.uuids().map(str), st.sampled_from(kinds), spot, st.sampled_from([0.0, TURNOUT_S]))
    fleet = sorted(data.draw(st.lists(units, max_size=12, unique_by=lambda unit: unit.unit_id)), key=lambda unit: unit.unit_id)
    sent = data.draw(st.sets(st.sampled_from([unit.unit_id for unit in fleet]))) if fleet else set()
    with center.read() as session:
        roads = replace(roads_now(center, session), weather=data.draw(st.sampled_from([RoadWeather.SNOW, RoadWeather.DRY])))

    few, many = cover_of_few(center, roads, fleet, sent), cover_of_many(center, roads, fleet, sent)

    left = [unit for unit in fleet if unit.unit_id not in sent]
    assert few.share == pytest.approx(many.share) == pytest.approx(coverage.circle(center, roads, fleet).share)
    assert few.alone == {unit_id: pytest.approx(share) for unit_id, share in many.alone.items()}
    assert few.left == pytest.approx(many.left) == pytest.approx(coverage.circle(center, roads, left).share)


def test_an_order_does_not_wait_for_the_price(center: Center) -> None:
    taken = take_test_call(center, OFFICER)

    proposal = proposing.propose_units(center, taken.incident_id)

    assert (proposal.cover_before, proposal.units[0].cover_after) == (None, None)


def test_who_carries_stock_comes_by_way_of_the_depot_that_holds_enough(center: Center) -> None:
    direct = {unit.unit_id: unit.travel_s for unit in proposal_for(center, "E105").units}

    proposal = proposal_for(center, "E103")

    boats = [depot for depot in center.catalogue.depots if depot.endswith("S01")]
    for unit in of_kind(proposal, "guarantee_vehicle"):
        assert unit.stop is not None
        assert unit.stop.depot in boats
        assert unit.travel_s >= direct[unit.unit_id] + unit.stop.seconds - 1e-6
        assert "loads" in unit.reasons
    assert all(unit.stop is None for unit in of_kind(proposal, "patrol_vehicle")), "the first ones go straight to the people"
    assert not [short for short in proposal.shortfalls if short.what.startswith("FL")]


def test_an_empty_depot_is_passed_by_and_when_all_are_empty_the_proposal_says_what_is_short(center: Center) -> None:
    first = of_kind(proposal_for(center, "E103"), "guarantee_vehicle")[0].stop
    assert first is not None
    with Session(center.engine) as session, session.begin():
        session.execute(update(Stock).where(Stock.depot_code == first.depot, Stock.material_code == "FL10").values(on_hand=0, reserved=0))
    elsewhere = {unit.stop.depot for unit in of_kind(proposal_for(center, "E103"), "guarantee_vehicle") if unit.stop}
    assert elsewhere
    assert first.depot not in elsewhere
    with Session(center.engine) as session, session.begin():
        session.execute(update(Stock).where(Stock.material_code == "FL10").values(on_hand=0, reserved=0))

    proposal = proposal_for(center, "E103")

    assert all(unit.stop is None for unit in proposal.units)
    assert [(short.wanted, short.offered) for short in proposal.shortfalls if short.what == "FL10"] == [(1, 0)]


def test_where_no_carrier_is_asked_for_whoever_goes_loads(center: Center) -> None:
    proposal = proposal_for(center, "E101", place="XQ050")

    assert all(unit.stop is not None for unit in of_kind(proposal, "patrol_vehicle"))
    near = min(of_kind(proposal, "patrol_vehicle"), key=lambda unit: unit.arrival_s)
    assert near.unit_id in proposal.preselected
    assert METRE > 0
