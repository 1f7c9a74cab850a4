"""Going up: the plan's own rules say when, and what another level would add is seen before anybody decides."""

import pytest

from command_center.center import Center
from command_center.domain.errors import Invalid
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, measurements, plan_preview, plan_proposals
from command_center.services.activations import ActivatePlan
from command_center.services.measurements import TakeMeasurement
from tests.working import rows

FLOOD = "P01"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def test_a_running_plan_says_why_it_should_go_up_until_somebody_asks_for_that_level(
    center: Center, officer: Actor, commander: Actor
) -> None:
    number = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander).activation_id
    assert plan_proposals.rises(center) == {}

    measurements.take_measurement(center, TakeMeasurement(metric="ponding_depth_cm", value=30), officer)
    assert {it: (due.to, due.text.en) for it, due in plan_proposals.rises(center).items()} == {
        number: (Level.III, "Any point reaches 27 cm or rises 10 cm in 30 min")
    }

    activations.change_level(center, number, Level.III, officer, reason="27 cm")
    assert plan_proposals.rises(center) == {}


def test_the_preview_of_a_change_tells_what_the_change_then_does(center: Center, officer: Actor, commander: Actor) -> None:
    number = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander).activation_id
    before = {row["id"] for row in rows(center, "task")}
    told = {row["id"] for row in rows(center, "notice")}

    seen = plan_preview.preview_change(center, number, Level.II, officer)
    activations.change_level(center, number, Level.II, commander, reason="rain")

    assert (seen.approve_by, seen.may_decide) == ("commander", False)
    joined = [row["step_id"] for row in rows(center, "task") if row["id"] not in before]
    assert sorted(step.id for step, _ in seen.tasks) == sorted(joined)
    sent = [(row["audience"], row["text"]["zh"]) for row in rows(center, "notice") if row["id"] not in told]
    assert sorted((one.audience, one.text.zh) for one in seen.messages) == sorted(sent)
    duties = {row["unit_id"] for row in rows(center, "duty")}
    assert {unit_id for need in seen.units for unit_id in need.chosen} <= duties
    with pytest.raises(Invalid):
        plan_preview.preview_change(center, number, Level.II, officer)
