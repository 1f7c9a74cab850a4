"""Simulated vehicles keep to the streets, to their speed, and to what their batteries hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.domain.catalogue import Vehicle
from command_center.domain.closures import Blocked
from command_center.domain.geo import Point, distance_m
from command_center.domain.positions import judge_place, judge_step
from command_center.roads import RoadNetwork
from tests.builders import MORNING
from workers.drill.driving import YARD_KMH, Drive, plan_drive
from workers.drill.habits import Habits, dice
from workers.drill.vehicles import SimulatedVehicle

if TYPE_CHECKING:
    from tests.conftest import Street

KMH = 25.0
NEXT_CORNER_M = 80.0
"""Streets are known by corners at most so far apart."""


@pytest.fixture(scope="session")
def corners(street: Street) -> list[Point]:
    """Every place of the street."""
    return [place.point for place in street.catalogue.places.values()]


def vehicle_at(street: Street, point: Point, *, unit_id: str = "patrol-01", seed: int = 1, **changed: object) -> SimulatedVehicle:
    vehicle = street.catalogue.vehicles[unit_id]
    vehicle = replace(vehicle, **changed) if changed else vehicle  # type: ignore[arg-type]  # each test names fields of Vehicle
    battery_pct = None if vehicle.range_km is None else 80.0
    return SimulatedVehicle(
        vehicle=vehicle, roads=street.roads, habits=Habits(), dice=dice(seed, unit_id), point=point, battery_pct=battery_pct
    )


def planned(roads: RoadNetwork, origin: Point, destination: Point) -> Drive:
    drive = plan_drive(roads, origin, destination, kmh=KMH)
    assert drive is not None
    return drive


@settings(max_examples=60, deadline=None)
@given(chosen=st.tuples(st.integers(0, 1872), st.integers(0, 1872)).filter(lambda two: two[0] != two[1]))
def test_a_drive_leads_from_door_to_door_in_about_the_time_the_centre_expects(
    street: Street, corners: list[Point], chosen: tuple[int, int]
) -> None:
    origin, destination = corners[chosen[0]], corners[chosen[1]]

    drive = planned(street.roads, origin, destination)

    expected_s = float(street.roads.travel_s([origin], destination, vehicle_kmh=KMH)[0])
    yards_s = 2 * NEXT_CORNER_M / (YARD_KMH / 3.6)
    assert (drive.corners[0], drive.end) == (origin, destination)
    assert abs(drive.takes_s - expected_s) <= yards_s
    assert list(drive.seconds) == sorted(set(drive.seconds))


@settings(max_examples=40, deadline=None)
@given(chosen=st.tuples(st.integers(0, 1872), st.integers(0, 1872)).filter(lambda two: two[0] != two[1]), step_s=st.floats(0.2, 5.0))
def test_a_vehicle_never_drives_faster_than_it_can(street: Street, corners: list[Point], chosen: tuple[int, int], step_s: float) -> None:
    drive = planned(street.roads, corners[chosen[0]], corners[chosen[1]])

    moments = [number * step_s for number in range(int(drive.takes_s / step_s) + 3)]
    places = [drive.place_after(moment) for moment in moments]

    assert all(distance_m(a.point, b.point) <= KMH / 3.6 * step_s + 0.5 for a, b in pairwise(places))
    assert all(a.metres <= b.metres for a, b in pairwise(places))
    assert all(0 <= place.heading_deg < 360 for place in places)
    assert distance_m(places[-1].point, drive.end) < 0.5
    assert places[-1].speed_kmh == 0


def test_a_drive_keeps_to_the_streets_between_the_yards(street: Street, corners: list[Point]) -> None:
    drive = planned(street.roads, corners[3], corners[80])

    on_the_way = [drive.place_after(float(second)).point for second in range(int(drive.takes_s))]
    offsets_m = street.roads.snap(on_the_way).offset_m
    in_yards = int(2 * NEXT_CORNER_M / (YARD_KMH / 3.6))

    assert (offsets_m > 1.0).sum() <= in_yards


def test_there_is_no_drive_to_where_one_is(street: Street, corners: list[Point]) -> None:
    assert plan_drive(street.roads, corners[0], corners[0], kmh=KMH) is None


@settings(max_examples=15, deadline=None)
@given(stops=st.lists(st.tuples(st.integers(0, 1872), st.integers(1, 240)), min_size=2, max_size=5), seed=st.integers(0, 1000))
def test_every_fix_is_believed_whenever_the_vehicle_is_sent_elsewhere(
    street: Street, corners: list[Point], stops: list[tuple[int, int]], seed: int
) -> None:
    vehicle = vehicle_at(street, corners[stops[0][0]], seed=seed)
    now, last = MORNING, None

    for place, seconds in stops:
        vehicle.set_out("round", corners[place])
        for _ in range(seconds):
            now += timedelta(seconds=1)
            vehicle.move(1.0)
            fix = vehicle.fix(now)
            if fix is None:
                continue
            assert judge_step(fix, last) is None
            assert judge_place(fix.point, street.catalogue.street.centre, 60_000) is None
            assert distance_m(fix.point, vehicle.point) < 20
            last = fix


def test_a_vehicle_tells_every_second_while_it_moves_and_every_ten_while_it_stands(street: Street, corners: list[Point]) -> None:
    vehicle = vehicle_at(street, corners[0])
    vehicle.set_out("round", corners[10])
    told: list[tuple[int, bool]] = []

    for second in range(400):
        vehicle.move(1.0)
        if vehicle.fix(MORNING + timedelta(seconds=second)) is not None:
            told.append((second, vehicle.is_moving))

    stopped_at = next(second for second, moving in told if not moving)
    assert [second for second, _ in told if second <= stopped_at] == list(range(stopped_at + 1))
    assert all(b - a == 10 for a, b in pairwise([second for second, _ in told if second >= stopped_at]))
    assert len(told) < 400


def test_a_battery_only_loses_while_driving_and_only_gains_at_the_charger(street: Street, corners: list[Point]) -> None:
    vehicle = vehicle_at(street, corners[0])
    vehicle.set_out("round", corners[90])
    levels = [vehicle.battery_pct]

    while vehicle.is_moving:
        vehicle.move(1.0)
        levels.append(vehicle.battery_pct)
    driven = [level for level in levels if level is not None]
    vehicle.move(600.0)
    rested = vehicle.battery_pct
    vehicle.charge(60.0)

    assert all(a >= b for a, b in pairwise(driven))
    assert driven[-1] < driven[0]
    assert rested == driven[-1]
    assert vehicle.battery_pct == pytest.approx(driven[-1] + Habits().charge_pct_per_min)


def test_a_full_battery_lasts_for_the_range_the_catalogue_states(street: Street, corners: list[Point]) -> None:
    vehicle = vehicle_at(street, corners[0], range_km=2.0)
    drive = planned(street.roads, corners[0], corners[40])
    vehicle.battery_pct = 100.0
    vehicle.set_out("round", corners[40])

    while vehicle.is_moving:
        vehicle.move(1.0)

    assert vehicle.battery_pct == pytest.approx(max(1.0, 100 - drive.metres[-1] / 2000 * 100), abs=0.5)


def test_a_vehicle_without_a_battery_tells_none(street: Street) -> None:
    vehicle = vehicle_at(street, next(iter(street.catalogue.stations.values())).point, unit_id="guarantee-1")
    vehicle.charge(60.0)

    fix = vehicle.fix(MORNING)

    assert fix is not None
    assert fix.battery_pct is None
    assert isinstance(vehicle.vehicle, Vehicle)


def test_who_sets_out_goes_round_a_closed_road_and_through_it_when_there_is_no_other(street: Street, corners: list[Point]) -> None:
    origin, destination = corners[0], corners[60]
    usual = planned(street.roads, origin, destination)
    middle = usual.corners[len(usual.corners) // 2]
    puddle, everywhere = (frozenset({Blocked(((middle,),), reach_m)}) for reach_m in (40.0, 20_000.0))

    around = plan_drive(street.roads, origin, destination, kmh=KMH, blocked=puddle)
    let_through = plan_drive(street.roads, origin, destination, kmh=KMH, blocked=everywhere)

    assert around is not None
    assert around.takes_s > usual.takes_s
    assert min(distance_m(corner, middle) for corner in around.corners) > 30
    assert let_through == usual
