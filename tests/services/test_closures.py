"""Closed roads: closed at once in every calculation, guarded, missed when the guard leaves, opened by an officer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import RoadClosure
from command_center.domain.closures import Blocked
from command_center.domain.errors import (
    ClosureSettled,
    Invalid,
    NothingToClose,
    NotPermitted,
    OutsideDistrict,
    ReasonNeeded,
    Refusal,
    UnitGuards,
    UnitNotAvailable,
    UnknownClosure,
    UnknownPlace,
    UnknownStreet,
    UnknownUnit,
)
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus
from command_center.services import activations, assignments, closures, measurements, proposing, stock_questions
from command_center.services.activations import ActivatePlan
from command_center.services.assignments import ReportStatus
from command_center.services.closures import CloseRoad
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.guarding import GuardWatch
from command_center.services.measurements import TakeMeasurement
from command_center.services.road_conditions import blocked_now
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off

METRE = 1 / 111_195
PUDDLE = "XQ001"
STREET = "胜利东街"


def measure(center: Center, depth_cm: float, **where: object) -> int:
    order = {"metric": "ponding_depth_cm", "value": depth_cm, "place_id": PUDDLE} | where
    return measurements.take_measurement(center, TakeMeasurement(**order), OFFICER)  # type: ignore[arg-type]  # any field


def close(center: Center, **order: object) -> int:
    return closures.close_road(center, CloseRoad(**order), OFFICER)  # type: ignore[arg-type]  # any field


def closure(center: Center) -> dict[str, object]:
    (row,) = rows(center, "closure")
    return row


def seen(watch: GuardWatch, center: Center, unit: str, point: Point, accuracy_m: float | None = 5.0) -> None:
    """The unit's tracker tells where it is, and the watch looks."""
    watch.see(Fix(unit_id=unit, at=center.now(), point=point, accuracy_m=accuracy_m))
    watch.look()


def north_of(row: dict[str, object], metres: float) -> Point:
    return Point(float(str(row["lat"])) + metres * METRE, float(str(row["lon"])))


def ring(middle: Point, radius_m: float) -> tuple[Point, ...]:
    step = radius_m * METRE
    east = step / 0.8
    corners = [(1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1)]
    return tuple(Point(middle.lat + north * step, middle.lon + right * east) for north, right in corners)


# ---- closing -----------------------------------------------------------------------------------------------------------------------


def test_a_street_is_closed_by_its_name_in_every_calculation_from_then_on(center: Center, officer: Actor) -> None:
    street = center.roads.streets[0]
    ends = center.roads.lines_of(street.zh)[0]
    before = center.roads.route(ends[0], ends[-1])
    assert street in before.streets

    close(center, street=street.zh, reason="井喷")

    with center.read() as session:
        blocked = blocked_now(session)
    around = center.roads.route(ends[0], ends[-1], blocked=blocked)
    assert street not in around.streets
    assert around.length_m > before.length_m
    assert (closure(center)["closure_kind"], closure(center)["name"]) == ("street", street.as_row())
    assert entries(center, "RoadClosed")[0]["reason"] == "井喷"


def test_proposals_and_stock_go_round_a_closed_road(center: Center, officer: Actor) -> None:
    station = center.catalogue.stations["YY"].point
    taken = take_test_call(center, officer, at=Point(station.lat + 600 * METRE, station.lon))
    before = {unit.unit_id: unit.travel_s for unit in proposing.propose_units(center, taken.incident_id).units}
    near_before = stock_questions.where_is(center, "FL01", station)

    close(center, line=ring(station, 250))

    after = {unit.unit_id: unit for unit in proposing.propose_units(center, taken.incident_id).units}
    assert any(after[unit].travel_s > before[unit] for unit in before)
    assert {unit.unit_id for unit in after.values() if "cut_off" in unit.reasons} == {"patrol-01", "patrol-02", "patrol-03", "guarantee-1"}
    assert not any(unit.suitable for unit in after.values() if "cut_off" in unit.reasons)
    near_after = stock_questions.where_is(center, "FL01", station)
    assert sum(it.travel_s == float("inf") for it in near_after) > sum(it.travel_s == float("inf") for it in near_before)


def test_what_lies_on_a_closed_road_is_driven_to_from_its_edge(center: Center, officer: Actor) -> None:
    row_id = close(center, place_id=PUDDLE)
    row = closure(center)
    taken = take_test_call(center, officer, at=north_of(row, 0))

    proposal = proposing.propose_units(center, taken.incident_id)

    assert proposal.preselected
    assert row["id"] == str(row_id)


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        ({}, Invalid),
        ({"street": STREET, "place_id": PUDDLE}, Invalid),
        ({"street": "没有的路"}, UnknownStreet),
        ({"street": ""}, UnknownStreet),
        ({"place_id": "XQ999"}, UnknownPlace),
        ({"at": Point(31.2, 121.5)}, OutsideDistrict),
        ({"at": Point(36.6985, 119.145 + 0.12)}, NothingToClose),
        ({"line": (Point(36.7, 119.14),)}, Invalid),
        ({"line": (Point(36.7, 119.14),) * 101}, Invalid),
        ({"line": (Point(36.7, 119.26), Point(36.7001, 119.26))}, NothingToClose),
        ({"place_id": PUDDLE, "guard": "patrol-99"}, UnknownUnit),
        ({"place_id": PUDDLE, "reason": "x" * 301}, Invalid),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused_and_closes_nothing(
    center: Center, order: dict[str, object], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        close(center, **order)

    assert rows(center, "closure") == []


def test_only_who_may_close_roads_does(center: Center, crew: Callable[[str], Actor], display: Actor) -> None:
    standing = close(center, place_id=PUDDLE)
    for actor in (crew("patrol-01"), display, Actor(name="admin", role=Role.ADMIN)):
        for act in (
            lambda actor=actor: closures.close_road(center, CloseRoad(place_id="XQ002"), actor),
            lambda actor=actor: closures.reopen_road(center, standing, actor, "x"),
            lambda actor=actor: closures.set_guard(center, standing, "patrol-01", actor),
        ):
            with pytest.raises(NotPermitted):
                act()


@pytest.mark.both_engines
def test_two_officers_close_the_same_place_once(center: Center, open_center: Callable[[], Center]) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = set(pool.map(lambda at: close(at, place_id=PUDDLE), [center, open_center(), open_center()]))

    assert len(found) == len(rows(center, "closure")) == 1


def test_the_same_key_closes_once_and_a_road_can_be_closed_again_after_it_was_opened(center: Center, officer: Actor) -> None:
    first = close(center, street=center.roads.streets[0].zh, key="press-1")
    assert close(center, street=center.roads.streets[0].zh, key="press-1") == first

    closures.reopen_road(center, first, officer)

    assert rows(center, "closure") == []
    with pytest.raises(ClosureSettled):
        closures.reopen_road(center, first, officer)
    assert close(center, street=center.roads.streets[0].zh) != first
    with pytest.raises(UnknownClosure):
        closures.reopen_road(center, 999, officer)


def test_a_closed_ring_cuts_a_station_off_and_nothing_hangs(center: Center, officer: Actor) -> None:
    station = center.catalogue.stations["YY"].point
    outside = center.catalogue.stations["JL"].point
    close(center, line=ring(station, 250))

    with center.read() as session:
        blocked = blocked_now(session)

    assert center.roads.travel_s([station], outside, blocked=blocked)[0] == float("inf")
    assert center.roads.route(outside, station, blocked=blocked).travel_s == float("inf")
    assert center.roads.travel_s([station], Point(station.lat + 50 * METRE, station.lon), blocked=blocked)[0] < float("inf")


def test_where_everything_is_closed_every_answer_is_still_given(center: Center) -> None:
    middle = center.catalogue.street.centre
    blocked = frozenset({Blocked(((middle,),), 20_000.0)})

    seconds = center.roads.travel_s([center.catalogue.stations["YY"].point], middle, blocked=blocked)

    assert seconds.shape == (1,)


# ---- water -------------------------------------------------------------------------------------------------------------------------


def test_deep_water_proposes_a_closure_with_the_two_nearest_units_and_nobody_drives_through_it(center: Center, clock: Clock) -> None:
    measure(center, 30)

    work_off(center, clock)

    row = closure(center)
    assert (row["state"], row["depth_cm"], row["place_id"], row["step_id"]) == ("proposed", 30, PUDDLE, None)
    assert len(row["suggested_units"]) == 2  # type: ignore[arg-type]  # a list
    with center.read() as session:
        assert len(blocked_now(session)) == 1
    assert entries(center, "ClosureProposed")[0]["units"] == row["suggested_units"]


def test_a_closure_names_the_step_of_the_plan_that_asks_for_it(center: Center, clock: Clock) -> None:
    commander = Actor(name="commander", role=Role.COMMANDER)
    activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.III), commander)
    measure(center, 30)

    work_off(center, clock)

    assert closure(center)["step_id"] == "P01-S05"


@pytest.mark.parametrize("where", [{"value": 26.9}, {"place_id": None}, {"is_simulated": True}, {"metric": "snow_depth_cm", "value": 40.0}])
def test_what_is_no_deep_water_somewhere_closes_nothing(center: Center, clock: Clock, where: dict[str, object]) -> None:
    order = {"metric": "ponding_depth_cm", "value": 30.0, "place_id": PUDDLE} | where
    measurements.take_measurement(center, TakeMeasurement(**order), OFFICER)  # type: ignore[arg-type]  # any field

    work_off(center, clock)

    assert rows(center, "closure") == []


@pytest.mark.parametrize(("depth_cm", "states"), [(27.0, ["proposed"]), (26.9, [])])
def test_twenty_seven_centimetres_are_deep_enough(center: Center, clock: Clock, depth_cm: float, states: list[str]) -> None:
    measure(center, depth_cm)

    work_off(center, clock)

    assert [row["state"] for row in rows(center, "closure")] == states


@pytest.mark.parametrize(("depth_cm", "states"), [(27.0, ["proposed"]), (26.9, [])])
def test_a_proposal_stands_until_the_water_is_below_that(center: Center, clock: Clock, depth_cm: float, states: list[str]) -> None:
    measure(center, 40)
    work_off(center, clock)

    measure(center, depth_cm)
    work_off(center, clock)

    assert [row["state"] for row in rows(center, "closure")] == states


@pytest.mark.parametrize(("depth_cm", "has_gone"), [(15.0, False), (14.9, True)])
def test_below_fifteen_centimetres_the_water_has_gone(center: Center, clock: Clock, depth_cm: float, has_gone: bool) -> None:
    close(center, place_id=PUDDLE)
    measure(center, 40)
    work_off(center, clock)

    measure(center, depth_cm)
    work_off(center, clock)

    assert (closure(center)["drained_at"] is not None) is has_gone
    assert len(entries(center, "WaterGone")) == has_gone


def test_a_reading_that_is_no_longer_the_newest_closes_nothing(center: Center, clock: Clock) -> None:
    wrong = measure(center, 300)
    measurements.correct_measurement(center, wrong, 3, OFFICER, "one zero too many")
    measure(center, 40, place_id="XQ002", measured_at=center.now() - timedelta(hours=7))

    work_off(center, clock)

    assert rows(center, "closure") == []


def test_deeper_water_is_one_closure_and_water_that_falls_takes_the_proposal_back(center: Center, clock: Clock) -> None:
    for depth_cm in (30, 45):
        measure(center, depth_cm)
        work_off(center, clock)
    assert closure(center)["depth_cm"] == 45

    measure(center, 20)
    work_off(center, clock)

    assert rows(center, "closure") == []
    assert [facts["depth_cm"] for facts in entries(center, "ClosureStale")] == [20]


def test_a_point_near_a_ponding_point_is_the_same_puddle(center: Center, clock: Clock) -> None:
    spot = center.catalogue.places[PUDDLE].point
    measure(center, 30, place_id=None, at=spot)
    work_off(center, clock)
    measure(center, 35, place_id=None, at=Point(spot.lat + 5 * METRE, spot.lon))
    work_off(center, clock)

    assert closure(center)["depth_cm"] == 35


def test_an_officer_may_leave_the_road_open_and_is_asked_again_when_the_water_rises(center: Center, clock: Clock, officer: Actor) -> None:
    measure(center, 30)
    work_off(center, clock)
    row_id = int(str(closure(center)["id"]))
    with pytest.raises(ReasonNeeded):
        closures.decline_closure(center, row_id, officer, " ")
    closures.decline_closure(center, row_id, officer, "only the verge")

    measure(center, 29)
    work_off(center, clock)
    assert rows(center, "closure") == []
    measure(center, 33)
    work_off(center, clock)
    assert closure(center)["state"] == "proposed"


def test_an_officer_who_closes_what_was_proposed_takes_it_over(center: Center, clock: Clock) -> None:
    measure(center, 30)
    work_off(center, clock)
    proposed = closure(center)["id"]

    assert str(close(center, place_id=PUDDLE, guard="巡05")) == proposed

    assert (closure(center)["state"], closure(center)["guard_unit_id"]) == ("closed", "patrol-05")


def test_opening_while_the_water_stands_needs_a_reason(center: Center, clock: Clock, officer: Actor) -> None:
    measure(center, 30)
    work_off(center, clock)
    row_id = close(center, place_id=PUDDLE)
    with pytest.raises(ReasonNeeded):
        closures.reopen_road(center, row_id, officer)

    measure(center, 5)
    work_off(center, clock)
    assert closure(center)["drained_at"] is not None
    closures.reopen_road(center, row_id, officer)

    assert rows(center, "closure") == []


# ---- guards ------------------------------------------------------------------------------------------------------------------------


def test_a_guard_is_told_and_not_offered_for_anything_else(center: Center, clock: Clock, officer: Actor) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    work_off(center, clock)

    (notice,) = rows(center, "notice")
    assert "断路点" in notice["text"]["zh"]
    taken = take_test_call(center, officer)
    ranked = {unit.unit_id: unit for unit in proposing.propose_units(center, taken.incident_id).units}
    assert (ranked["patrol-01"].suitable, ranked["patrol-01"].reasons[0]) == (False, "guarding")


def test_a_unit_guards_one_road_and_must_be_free(center: Center, officer: Actor) -> None:
    first = close(center, place_id=PUDDLE, guard="patrol-01")
    second = close(center, place_id="XQ050")
    with pytest.raises(UnitGuards) as refusal:
        closures.set_guard(center, second, "patrol-01", officer)
    assert refusal.value.facts["unit"] == "patrol-01"
    taken = take_test_call(center, officer)
    dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=("patrol-02",)), officer)
    with pytest.raises(UnitNotAvailable):
        closures.set_guard(center, second, "patrol-02", officer)

    closures.set_guard(center, first, None, officer)
    closures.set_guard(center, second, "patrol-01", officer)

    assert {row["id"]: row["guard_unit_id"] for row in rows(center, "closure")} == {str(first): None, str(second): "patrol-01"}


def test_a_guard_who_leaves_is_missed_at_once_and_his_crew_is_called_back(center: Center, clock: Clock) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    seen(watch, center, "patrol-01", north_of(row, 900))
    assert closure(center)["guard_arrived_at"] is None, "on his way he is not missed"
    clock.advance(120)
    seen(watch, center, "patrol-01", north_of(row, 30))
    assert closure(center)["guard_arrived_at"] is not None
    assert [told["audience"] for told in entries(center, "NoticeAnswered")] == ["units"], "who stands there has understood"
    clock.advance(600)
    seen(watch, center, "patrol-01", north_of(row, 79))
    assert closure(center)["guard_left_at"] is None

    clock.advance(10)
    seen(watch, center, "patrol-01", north_of(row, 95))
    seen(watch, center, "patrol-01", north_of(row, 120))

    (left,) = entries(center, "GuardLeft")
    assert (left["unit_id"], left["distance_m"], left["leaders_in_s"]) == ("patrol-01", 95, 300)
    work_off(center, clock)
    assert any("离开断路点" in notice["text"]["zh"] for notice in rows(center, "notice"))


def test_after_five_minutes_without_a_guard_the_leaders_are_called(center: Center, clock: Clock) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    seen(watch, center, "patrol-01", north_of(row, 0))
    clock.advance(60)
    seen(watch, center, "patrol-01", north_of(row, 200))
    work_off(center, clock, 290)
    assert entries(center, "GuardStillAway") == []

    work_off(center, clock, 15)

    assert [facts["unit_id"] for facts in entries(center, "GuardStillAway")] == ["patrol-01"]
    assert [notice["audience"] for notice in rows(center, "notice") if "无人值守" in notice["text"]["zh"]] == ["duty_chain"]


def test_a_guard_who_comes_back_ends_the_alarm(center: Center, clock: Clock) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    for metres in (0, 200):
        seen(watch, center, "patrol-01", north_of(row, metres))
        clock.advance(60)
    work_off(center, clock)

    seen(watch, center, "patrol-01", north_of(row, 20))
    work_off(center, clock, 400)

    assert closure(center)["guard_left_at"] is None
    assert len(entries(center, "GuardBack")) == 1
    assert entries(center, "GuardStillAway") == []
    assert not any("离开断路点" in notice["text"]["zh"] for notice in rows(center, "notice"))


def test_a_coarse_fix_does_not_accuse_anybody(center: Center) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    seen(watch, center, "patrol-01", north_of(row, 0))

    seen(watch, center, "patrol-01", north_of(row, 120), accuracy_m=60)

    assert closure(center)["guard_left_at"] is None


def test_nobody_is_missed_when_the_water_has_gone_or_somebody_else_took_over(center: Center, clock: Clock, officer: Actor) -> None:
    measure(center, 30)
    work_off(center, clock)
    row_id = close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    seen(watch, center, "patrol-01", north_of(row, 0))
    closures.set_guard(center, row_id, "patrol-02", officer)
    clock.advance(30)
    seen(watch, center, "patrol-01", north_of(row, 500))
    seen(watch, center, "patrol-02", north_of(row, 0))
    measure(center, 4)
    work_off(center, clock)

    seen(watch, center, "patrol-02", north_of(row, 500))

    assert entries(center, "GuardLeft") == []
    assert [facts["before"] for facts in entries(center, "GuardNamed")] == [None, "patrol-01"]


@pytest.mark.both_engines
def test_two_processes_miss_a_guard_once(center: Center, open_center: Callable[[], Center], clock: Clock) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    row = closure(center)
    seen(GuardWatch(center), center, "patrol-01", north_of(row, 0))
    clock.advance(30)
    at_once = [center, open_center(), open_center()]

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda own: seen(GuardWatch(own), own, "patrol-01", north_of(row, 300)), at_once))

    assert len(entries(center, "GuardLeft")) == 1


def test_a_guard_who_is_dispatched_leaves_an_unguarded_road_behind(center: Center, clock: Clock, officer: Actor) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    watch, row = GuardWatch(center), closure(center)
    seen(watch, center, "patrol-01", north_of(row, 0))
    taken = take_test_call(center, officer)
    (assignment,) = dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=("patrol-01",)), officer)
    assignments.report_status(center, ReportStatus(assignment_id=assignment, status=AssignmentStatus.EN_ROUTE), officer)
    clock.advance(60)

    seen(watch, center, "patrol-01", north_of(row, 300))

    assert len(entries(center, "GuardLeft")) == 1


@pytest.mark.both_engines
def test_the_database_itself_lets_a_unit_guard_one_road_only(center: Center) -> None:
    close(center, place_id=PUDDLE, guard="patrol-01")
    other = close(center, place_id="XQ050")

    with pytest.raises(IntegrityError), Session(center.engine) as session, session.begin():
        session.get_one(RoadClosure, other).guard_unit_id = "patrol-01"
