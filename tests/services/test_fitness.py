"""A vehicle that is not fit is proposed nowhere: not for one call, not for many, not for a plan, and the circle does without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services import assigning, coverage, dispatching, plan_needs, proposing, units
from command_center.services.dispatching import DispatchUnits
from command_center.services.fitness import street_day
from command_center.services.positions import Intake, Reading
from tests.builders import take_test_call

UNIT = "patrol-01"


def keep_with_a_fault(center: Center, officer: Actor) -> None:
    units.set_unit_status(center, UNIT, UnitStatus.OUT_OF_SERVICE, officer, "左后轮漏气")


def put_on_the_charger(center: Center, officer: Actor) -> None:
    units.set_unit_status(center, UNIT, UnitStatus.CHARGING, officer)


def drain(center: Center, _officer: Actor) -> None:
    home = center.catalogue.vehicles[UNIT].home
    told(center, UNIT, home, 5.0)


def let_maintenance_come_due(center: Center, officer: Actor) -> None:
    units.plan_service(center, UNIT, street_day(center), officer)


WAYS: dict[str, Callable[[Center, Actor], None]] = {
    "out_of_service": keep_with_a_fault,
    "charging": put_on_the_charger,
    "low_battery": drain,
    "service_due": let_maintenance_come_due,
}


def told(center: Center, unit_id: str, at: Point, battery_pct: float) -> None:
    """The vehicle sent a position with its battery."""
    intake = Intake(center)
    intake.load()
    reading = Reading(unit=unit_id, at=center.now(), lat=at.lat, lon=at.lon, battery_pct=battery_pct)
    assert intake.receive([reading]).accepted == 1
    intake.flush()


def chosen_for_plan(center: Center) -> set[str]:
    with center.read() as session:
        found = plan_needs.needs(center, session, center.catalogue.plans["P01"], Level.I)
    return {unit_id for need in found for unit_id in need.chosen}


def free(center: Center) -> set[str]:
    with center.read() as session:
        return {unit.unit_id for unit in coverage.free_units(center, session)}


@pytest.mark.parametrize("reason", WAYS)
def test_what_is_not_fit_is_proposed_nowhere_and_says_why(center: Center, officer: Actor, reason: str) -> None:
    incident = take_test_call(center, officer).incident_id
    assert UNIT in free(center) & chosen_for_plan(center)

    WAYS[reason](center, officer)

    line = next(unit for unit in proposing.propose_units(center, incident).units if unit.unit_id == UNIT)
    assert (line.suitable, line.preselected, reason in line.reasons) == (False, False, True)
    assert UNIT not in free(center)
    assert UNIT not in chosen_for_plan(center)
    assert UNIT not in {unit.unit_id for it in assigning.propose_together(center).incidents for unit in it.units}


def test_a_vehicle_whose_maintenance_is_tomorrow_still_drives(center: Center, officer: Actor) -> None:
    units.plan_service(center, UNIT, street_day(center) + timedelta(days=1), officer)

    assert UNIT in free(center)


def test_an_officer_may_send_a_vehicle_that_is_due_for_maintenance_all_the_same(center: Center, officer: Actor) -> None:
    incident = take_test_call(center, officer).incident_id
    let_maintenance_come_due(center, officer)

    assert dispatching.dispatch_units(center, DispatchUnits(incident_id=incident, unit_ids=(UNIT,)), officer)
