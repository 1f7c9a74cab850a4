"""Ranking units: the soonest able one first, and a reason for every other."""

from datetime import date, timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.dispatching import Candidate, UnitNow, rank_units, unfit_because
from command_center.domain.geo import Point
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.status import UnitStatus
from command_center.domain.text import Text

GAS = frozenset({"gas_detection", "evacuation"})
ONE_PATROL = {"patrol_vehicle": 1}


def candidate(unit_id: str = "patrol-01", *, travel_s: float = 100.0, **stated: object) -> Candidate:
    usual = {
        "unit_id": unit_id,
        "call_sign": Text(unit_id, unit_id),
        "kind": "patrol_vehicle",
        "status": UnitStatus.AVAILABLE,
        "capabilities": frozenset({"first_aid"}),
        "seats": 4,
        "unfit": None,
        "point": Point(36.7, 119.1),
        "battery_pct": 80.0,
        "fix_age_s": 2.0,
        "guards": False,
    }
    whole = {key: stated.pop(key) for key in ("stop", "cut_off", "off_road") if key in stated}
    return Candidate(unit=UnitNow(**(usual | stated)), travel_s=travel_s, **whole)  # type: ignore[arg-type]  # a case states any field


candidates = st.lists(
    st.builds(
        candidate,
        st.integers(1, 40).map(lambda n: f"patrol-{n:02d}"),
        status=st.sampled_from(UnitStatus),
        travel_s=st.one_of(st.floats(0, 3600), st.just(inf)),
        battery_pct=st.one_of(st.none(), st.floats(0, 100)),
        unfit=st.sampled_from([None, "low_battery", "service_due"]),
        capabilities=st.frozensets(st.sampled_from(["first_aid", "gas_detection", "evacuation"])),
        fix_age_s=st.one_of(st.none(), st.floats(0, 1000)),
    ),
    unique_by=lambda one: one.unit.unit_id,
    max_size=16,
)


def test_the_unit_that_arrives_first_is_preselected() -> None:
    proposal = rank_units(
        [candidate("patrol-01", travel_s=200), candidate("patrol-02", travel_s=90)], capabilities=frozenset(), first_units=ONE_PATROL
    )

    assert proposal.preselected == ("patrol-02",)
    assert proposal.units[0].reasons[0] == "soonest"


def test_a_unit_already_rolling_needs_no_turnout() -> None:
    returning = candidate("patrol-02", travel_s=130, status=UnitStatus.RETURNING)

    first = rank_units([candidate("patrol-01", travel_s=100), returning], capabilities=frozenset(), first_units=ONE_PATROL).units[0]

    assert (first.unit_id, first.arrival_s, first.turnout_s) == ("patrol-02", 130, 0)


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"status": UnitStatus.CHARGING}, "charging"),
        ({"status": UnitStatus.OUT_OF_SERVICE}, "out_of_service"),
        ({"status": UnitStatus.ON_SCENE}, "busy"),
        ({"unfit": "low_battery"}, "low_battery"),
        ({"unfit": "service_due"}, "service_due"),
        ({"guards": True}, "guarding"),
        ({"travel_s": inf}, "unreachable"),
    ],
)
def test_a_unit_that_is_not_fit_is_not_proposed_and_says_why(stated: dict[str, Any], reason: str) -> None:
    proposal = rank_units([candidate(**stated)], capabilities=frozenset(), first_units=ONE_PATROL)

    assert proposal.preselected == ()
    assert reason in proposal.units[0].reasons
    assert [(short.what, short.offered) for short in proposal.shortfalls] == [("patrol_vehicle", 0)]


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("battery_pct", "low_battery_pct", "service_due_on", "reason"),
    [
        (80.0, 20.0, None, None),
        (20.0, 20.0, None, None),
        (19.9, 20.0, None, "low_battery"),
        (None, 20.0, None, None),
        (5.0, None, None, None),
        (80.0, 20.0, TODAY + timedelta(days=1), None),
        (80.0, 20.0, TODAY, "service_due"),
        (None, None, TODAY - timedelta(days=40), "service_due"),
        (10.0, 20.0, TODAY, "low_battery"),
    ],
)
def test_a_low_battery_and_maintenance_whose_day_has_come_keep_a_vehicle_at_home(
    battery_pct: float | None, low_battery_pct: float | None, service_due_on: date | None, reason: str | None
) -> None:
    told = unfit_because(battery_pct=battery_pct, low_battery_pct=low_battery_pct, service_due_on=service_due_on, today=TODAY)

    assert told == reason


def test_a_unit_with_the_skills_is_preferred_to_a_nearer_one_without() -> None:
    able = candidate("guarantee-1", travel_s=180, capabilities=GAS, kind="patrol_vehicle")

    proposal = rank_units([candidate("patrol-01", travel_s=60), able], capabilities=GAS, first_units=ONE_PATROL)

    assert proposal.preselected == ("guarantee-1",)


def test_skills_that_nobody_brings_are_named_as_short() -> None:
    proposal = rank_units([candidate()], capabilities=GAS, first_units=ONE_PATROL)

    assert {short.what for short in proposal.shortfalls} == GAS
    assert {short.could for short in proposal.shortfalls} == {None}


def test_who_could_bring_what_is_lacking_is_named_the_soonest_that_is_free() -> None:
    detectors = [
        candidate(f"guarantee-{number}", kind="guarantee_vehicle", capabilities=GAS, travel_s=travel_s, status=status)
        for number, travel_s, status in ((1, 50.0, UnitStatus.ON_SCENE), (2, 300.0, UnitStatus.AVAILABLE), (3, 400.0, UnitStatus.AVAILABLE))
    ]

    proposal = rank_units([candidate(), *detectors], capabilities=GAS, first_units=ONE_PATROL)

    assert {(short.what, short.could) for short in proposal.shortfalls} == {(it, "guarantee-2") for it in GAS}


@given(candidates)
def test_every_unit_appears_once_suitable_ones_first_and_by_arrival(units: list[Candidate]) -> None:
    proposal = rank_units(units, capabilities=GAS, first_units={"patrol_vehicle": 3, "crew": 6})

    assert sorted(unit.unit_id for unit in proposal.units) == sorted(one.unit.unit_id for one in units)
    assert [unit.suitable for unit in proposal.units] == sorted((unit.suitable for unit in proposal.units), reverse=True)
    arrivals = [unit.arrival_s for unit in proposal.units if unit.suitable]
    assert arrivals == sorted(arrivals)
    assert all(unit.suitable for unit in proposal.units if unit.preselected)
    assert all(unit.turnout_s in (0, TURNOUT_S) and unit.arrival_s == unit.travel_s + unit.turnout_s for unit in proposal.units)
