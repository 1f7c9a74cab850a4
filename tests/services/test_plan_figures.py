"""What can be read off a running plan: its figures from the board, its whole story from the database."""

from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.errors import NotPermitted, UnknownActivation
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, notices, plan_tasks
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from command_center.services.plan_figures import PlanFigures, plan_figures, silent_audiences
from command_center.services.plan_story import plan_story
from command_center.services.plan_tasks import DoTask, Evidence
from tests.builders import take_test_call
from tests.conftest import Clock

FLOOD, GAS = "P01", "P04"
CHIEF = Actor(name="chief", role=Role.COMMANDER)


def activate(center: Center, plan_id: str, level: str, actor: Actor = CHIEF, **more: Any) -> int:  # noqa: ANN401 - any field of the order
    return activations.activate_plan(center, ActivatePlan(plan_id=plan_id, level=Level(level), **more), actor).activation_id


def figures(center: Center) -> tuple[PlanFigures, ...]:
    return plan_figures(Board.of(read_snapshot(center).rows), center.now())


def silent(center: Center) -> list[tuple[str, int, int]]:
    found = silent_audiences(Board.of(read_snapshot(center).rows), center.now())
    return [(one.audience, one.silent, one.of) for one in found]


def task_ids(center: Center) -> dict[str, int]:
    return {row["step_id"]: int(row["id"]) for row in read_snapshot(center).rows if row["kind"] == "task"}


def test_a_street_without_plans_has_no_figures(center: Center) -> None:
    assert figures(center) == ()


def test_done_overdue_and_next_are_counted_and_skipped_tasks_are_not(center: Center, officer: Actor, clock: Clock) -> None:
    activate(center, FLOOD, "IV")
    tasks = task_ids(center)
    plan_tasks.do_task(center, DoTask(task_id=tasks["P01-S01"], evidence=Evidence(text="seen")), officer)
    plan_tasks.skip_task(center, tasks["P01-S12"], officer, "dry")

    clock.advance(15 * 60)

    (flood,) = figures(center)
    assert (flood.done, flood.overdue, flood.all) == (1, 1, 5)
    assert flood.next_due_at == "2026-03-02T01:30:00Z"
    assert flood.runs
    assert not flood.waits


def test_messages_count_as_unanswered_once_their_time_is_over_and_until_somebody_answers(
    center: Center, officer: Actor, clock: Clock
) -> None:
    number = activate(center, FLOOD, "IV")
    assert figures(center)[0].unanswered == 0

    clock.advance(5 * 60)

    assert figures(center)[0].unanswered == 1  # the chain of command has five minutes, the stations ten
    (chain,) = [row for row in plan_story(center, number, officer).notices if row["audience"] == "duty_chain"]
    notices.told_by_phone(center, notices.recipients_of(center, int(chain["id"]))[-1].id, officer)
    assert figures(center)[0].unanswered == 0  # one of a chain is enough


def test_who_is_silent_is_told_by_audience_with_the_longest_wait_first(center: Center, officer: Actor, clock: Clock) -> None:
    number = activate(center, FLOOD, "IV")
    assert silent(center) == []

    clock.advance(10 * 60)
    assert silent(center) == [("duty_chain", 3, 3), ("stations", 4, 4)]

    stations = next(row for row in plan_story(center, number, officer).notices if row["audience"] == "stations")
    notices.told_by_phone(center, notices.recipients_of(center, int(stations["id"]))[0].id, officer)
    assert silent(center) == [("duty_chain", 3, 3), ("stations", 3, 4)]


def test_a_message_that_no_plan_sent_is_waited_for_as_well(center: Center, officer: Actor, clock: Clock) -> None:
    incident_id = take_test_call(center, officer, severity=Level.I).incident_id
    with center.work(officer) as work:
        notices.call_for_unseen(center, work, incident_id)

    clock.advance(3 * 60)

    assert silent(center) == [("duty_chain", 3, 3)]
    assert silent_audiences(Board.of(read_snapshot(center).rows), center.now())[0].since == "2026-03-02T01:00:00Z"


def test_the_gravest_plan_comes_first_and_what_waits_says_so(center: Center, officer: Actor) -> None:
    activate(center, FLOOD, "IV")
    activate(center, GAS, "II", officer)

    gas, flood = figures(center)

    assert (gas.activation["plan_id"], gas.runs, gas.waits) == (GAS, False, True)
    assert (flood.activation["plan_id"], flood.runs, flood.waits) == (FLOOD, True, False)


def test_the_story_of_an_activation_outlives_it(center: Center, officer: Actor) -> None:
    incident = take_test_call(center, officer)
    number = activate(center, FLOOD, "IV", reason="15 cm of water", incident_id=incident.incident_id)
    task = task_ids(center)["P01-S01"]
    plan_tasks.do_task(center, DoTask(task_id=task, evidence=Evidence(text="seen")), officer)
    activations.tick_condition(center, number, 1, officer)
    activations.roll_back(center, number, CHIEF, "wrong street")

    story = plan_story(center, number, officer)

    assert (story.reason, story.end_reason, story.ended_by, story.incident) == ("15 cm of water", "wrong street", "chief", incident.number)
    assert story.activation["gone"]
    assert story.evidence == {str(task): {"text": "seen"}}
    assert [row["step_id"] for row in story.tasks] == ["P01-S01"]  # the others were withdrawn
    assert story.conditions["1"]["by"] == "officer"
    assert story.plan == center.catalogue.plans[FLOOD]
    assert len(story.duties) == 5


def test_a_story_is_for_those_who_run_plans(center: Center, officer: Actor, display: Actor) -> None:
    with pytest.raises(UnknownActivation):
        plan_story(center, 999, officer)
    with pytest.raises(NotPermitted):
        plan_story(center, 1, display)
