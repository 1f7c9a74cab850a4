"""Exercises: apart from what is real in service; in a drill the whole world is the exercise, and everything in it counts."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, MessageChannel, Recipient, Unit, UnitDuty
from command_center.domain.activations import ActivationStatus
from command_center.domain.errors import BelowDistrictOrder, PlanIsRunning
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.road_weather import RoadWeather
from command_center.services import activations, closures, measurements, plan_endings, plan_preview, warnings
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from command_center.services.measurements import TakeMeasurement
from command_center.services.proposing import propose_units
from command_center.services.road_conditions import present_weather
from command_center.services.warning_drafts import PastedText
from tests.builders import MORNING, OFFICER, as_drill, take_test_call
from tests.conftest import Clock
from tests.working import rows, work_off

COMMANDER = Actor(name="commander", role=Role.COMMANDER)
LONGYUAN = "XQ061"
NOWHERE = "json://127.0.0.1:9/gone"
"""A message service that does not answer."""


@pytest.fixture
def drill(center: Center) -> Center:
    return as_drill(center, MORNING, 1.0, "E")


def measured(center: Center, metric: str, value: float, **more: object) -> int:
    """As a drill's director sends it, or a simulator in service."""
    return measurements.take_measurement(center, TakeMeasurement(metric=metric, value=value, is_simulated=True, **more), OFFICER)  # type: ignore[arg-type]  # any field


def proposals(center: Center) -> list[tuple[str, str, bool]]:
    return [(row["plan_id"], row["level"], row["is_exercise"]) for row in read_snapshot(center).rows if row["kind"] == "proposal"]


def slippery(center: Center) -> bool:
    with center.read() as session:
        return present_weather(center, session) is RoadWeather.SNOW


def test_in_a_drill_snow_slows_vehicles_and_proposes_the_plan_itself(drill: Center, clock: Clock) -> None:
    incident = take_test_call(drill, is_simulated=True).incident_id
    dry_s = {unit.unit_id: unit.travel_s for unit in propose_units(drill, incident).units if unit.travel_s > 0}

    measured(drill, "snow_depth_cm", 3)
    work_off(drill, clock)

    assert slippery(drill)
    slow_s = {unit.unit_id: unit.travel_s for unit in propose_units(drill, incident).units}
    assert all(slow_s[unit_id] > seconds for unit_id, seconds in dry_s.items())
    assert ("P02", "III", False) in proposals(drill)
    assert not any(is_exercise for *_, is_exercise in proposals(drill))


def test_in_a_drill_deep_water_proposes_a_closure_and_holds_the_plan(drill: Center, clock: Clock) -> None:
    activation = activations.activate_plan(drill, ActivatePlan(plan_id="P01", level=Level.III), COMMANDER).activation_id

    measured(drill, "ponding_depth_cm", 30, place_id=LONGYUAN)
    work_off(drill, clock)

    (closure,) = closures.closures(drill)
    assert (closure["state"], closure["step_id"]) == ("proposed", "P01-S05")
    assert [text.en for text in plan_endings.ending(drill, activation, OFFICER).holding] != []
    assert proposals(drill) == []


def test_in_a_drill_an_exercised_order_of_the_district_is_a_floor(drill: Center) -> None:
    warnings.take_warning(drill, PastedText(text="【演练】区防指决定启动防汛Ⅲ级应急响应"), OFFICER)

    with pytest.raises(BelowDistrictOrder):
        activations.activate_plan(drill, ActivatePlan(plan_id="P01", level=Level.IV), COMMANDER)


def test_in_service_what_is_simulated_changes_nothing_real(center: Center, clock: Clock) -> None:
    warnings.take_warning(center, PastedText(text="【演练】区防指决定启动防汛Ⅲ级应急响应"), OFFICER)
    measured(center, "snow_depth_cm", 3)
    measured(center, "ponding_depth_cm", 30, place_id=LONGYUAN)
    work_off(center, clock)

    assert not slippery(center)
    assert closures.closures(center) == []
    assert {is_exercise for *_, is_exercise in proposals(center)} == {True}
    activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.IV), COMMANDER)


def test_what_runs_for_real_takes_the_exercises_proposal_along_until_it_asks_for_more(center: Center, clock: Clock) -> None:
    measured(center, "snow_depth_cm", 3)
    work_off(center, clock)
    assert ("P02", "III", True) in proposals(center)

    activation = activations.activate_plan(center, ActivatePlan(plan_id="P02", level=Level.III), COMMANDER).activation_id
    work_off(center, clock)
    assert proposals(center) == []

    measured(center, "snow_depth_cm", 6)
    work_off(center, clock)
    assert proposals(center) == [("P02", "II", True)]

    activations.change_level(center, activation, Level.II, COMMANDER, reason="6 cm")
    work_off(center, clock)
    assert proposals(center) == []
    activations.undo(center, activation, COMMANDER)
    work_off(center, clock)
    assert proposals(center) == [("P02", "II", True)]


# ---- a plan for an exercise, in service --------------------------------------------------------------------------------------------


def activate(center: Center, plan_id: str, **more: object) -> int:
    order = ActivatePlan(plan_id=plan_id, level=Level.IV, **more)  # type: ignore[arg-type]  # any field
    return activations.activate_plan(center, order, COMMANDER).activation_id


def test_an_exercised_plan_is_marked_and_none_of_its_messages_leaves_the_building(center: Center, clock: Clock) -> None:
    with Session(center.engine) as session, session.begin():
        session.execute(update(Unit).values(channel=NOWHERE))
        session.add(MessageChannel(kind="station", ref="YY", address=NOWHERE))
    incident = take_test_call(center, is_simulated=True, kind="E109").incident_id

    activate(center, "P01", is_exercise=True)
    activate(center, "P04", incident_id=incident)
    work_off(center, clock)

    assert {row["plan_id"]: row["is_exercise"] for row in rows(center, "activation")} == {"P01": True, "P04": True}
    assert rows(center, "job") == [], "nothing tried to leave, so nothing failed"
    with center.read() as session:
        assert set(session.scalars(select(Recipient.channel).where(Recipient.kind == "station", Recipient.ref == "YY"))) == {"drill"}
        assert all(it.sent_at is not None for it in session.scalars(select(UnitDuty)))


def test_the_real_thing_takes_an_exercises_place_and_not_the_other_way_round(center: Center) -> None:
    exercised = activate(center, "P01", is_exercise=True)

    assert plan_preview.preview(center, ActivatePlan(plan_id="P01", level=Level.IV, is_exercise=True), COMMANDER).running == exercised
    assert plan_preview.preview(center, ActivatePlan(plan_id="P01", level=Level.IV), COMMANDER).running is None

    real = activate(center, "P01")
    with pytest.raises(PlanIsRunning):
        activate(center, "P01", is_exercise=True)

    (row,) = rows(center, "activation")
    assert (row["id"], row["is_exercise"]) == (str(real), False)
    with center.read() as session:
        assert session.get_one(Activation, exercised).status is ActivationStatus.ROLLED_BACK


def test_what_is_only_simulated_is_no_reason_for_the_real_thing(center: Center, clock: Clock) -> None:
    measured(center, "snow_depth_cm", 3)
    work_off(center, clock)

    real = activate(center, "P02")
    activations.undo(center, real, COMMANDER)
    work_off(center, clock)
    exercised = activate(center, "P02", is_exercise=True)

    with center.read() as session:
        reasons = {it.id: it.reason for it in session.scalars(select(Activation))}
    assert reasons[exercised]
    assert reasons[real] == ""


def test_a_real_proposal_stands_beside_an_exercised_plan(center: Center, clock: Clock) -> None:
    activate(center, "P01", is_exercise=True)

    warnings.take_warning(center, PastedText(text="奎文区气象台发布暴雨蓝色预警"), OFFICER)
    work_off(center, clock)

    assert proposals(center) == [("P01", "IV", False)]


def test_in_a_drill_nothing_is_marked_as_an_exercise_of_its_own(drill: Center) -> None:
    incident = take_test_call(drill, is_simulated=True, kind="E109").incident_id

    activate(drill, "P04", incident_id=incident, is_exercise=True)

    assert [row["is_exercise"] for row in rows(drill, "activation")] == [False]
