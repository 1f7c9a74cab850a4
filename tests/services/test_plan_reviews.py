"""Looking back at a plan: what was late, who answered, how long a leader was waited for; and put away for good."""

import json

import pytest

from command_center.center import Center
from command_center.domain.errors import IllegalStep, Invalid, NotPermitted, UnknownActivation
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, notices, plan_reviews, plan_tasks, reports, shelters
from command_center.services.activations import ActivatePlan
from command_center.services.plan_tasks import DoTask, Evidence
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off

FLOOD, GAS = "P01", "P04"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def task_id(center: Center, step_id: str) -> int:
    return next(int(row["id"]) for row in rows(center, "task") if row["step_id"] == step_id)


def ended(center: Center, activation_id: int, commander: Actor) -> None:
    conditions = len(center.catalogue.plans[FLOOD].termination.all)
    for number in range(conditions):
        activations.tick_condition(center, activation_id, number, commander)
    activations.terminate(center, activation_id, commander)


def test_a_review_counts_what_was_on_time_late_and_left_out(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander).activation_id
    clock.advance(300)
    plan_tasks.do_task(center, DoTask(task_id=task_id(center, "P01-S01"), evidence=Evidence(text="ok")), officer)
    clock.advance(900)
    plan_tasks.do_task(center, DoTask(task_id=task_id(center, "P01-S02"), evidence=Evidence()), officer)
    plan_tasks.skip_task(center, task_id(center, "P01-S03"), officer, "pumps are there")

    seen = plan_reviews.review(center, activation_id, officer)["figures"]

    tasks = {task["step_id"]: task for task in seen["tasks"]}
    assert (tasks["P01-S01"]["outcome"], tasks["P01-S01"]["took_min"], tasks["P01-S01"]["late_min"]) == ("on_time", 5, 0)
    assert (tasks["P01-S02"]["outcome"], tasks["P01-S02"]["late_min"]) == ("late", 5)
    assert (tasks["P01-S03"]["outcome"], tasks["P01-S03"]["reason"]) == ("skipped", "pumps are there")
    assert seen["tasks_by_outcome"] == {"on_time": 1, "late": 1, "skipped": 1, "open": len(tasks) - 3}


def test_it_tells_when_messages_reached_people_and_when_they_answered(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander).activation_id
    stations = next(row for row in rows(center, "notice") if row["audience"] == "stations")
    for waited_s, one in zip((120, 60, 240), notices.recipients_of(center, int(stations["id"])), strict=False):
        clock.advance(waited_s)
        notices.told_by_phone(center, one.id, officer)

    messages = plan_reviews.review(center, activation_id, officer)["figures"]["messages"]

    told = next(it for it in messages if it["audience"] == "stations")
    assert (told["recipients"], told["answered"]) == (4, 3)
    assert told["answered_min"] == {"first": 2, "median": 3, "last": 7}


def test_it_tells_how_long_a_leader_was_waited_for(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=GAS, level=Level.II, life_risk=True, reason="55 %LEL"), officer)
    clock.advance(16 * 60)
    activations.approve(center, answer.activation_id, commander)
    activations.change_level(center, answer.activation_id, Level.I, officer, reason="explosion")
    clock.advance(60)
    activations.approve(center, answer.activation_id, commander)

    seen = plan_reviews.review(center, answer.activation_id, officer)["figures"]

    waited = [(it["level"], it["acted_first"], it["answer"], it["by"], it["waited_min"]) for it in seen["confirmations"]]
    assert waited == [("II", True, "ActivationConfirmed", "commander", 16), ("I", False, "LevelChanged", "commander", 1)]
    assert [(it["event"], it["level"]) for it in seen["levels"]] == [
        ("PlanActivated", "II"),
        ("ActivationConfirmed", "II"),
        ("LevelAsked", "I"),
        ("LevelChanged", "I"),
    ]


def test_its_timeline_has_the_plan_its_incident_and_its_messages_and_nothing_else(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    taken = take_test_call(center, officer, severity=Level.II)
    other = take_test_call(center, officer)
    for _ in range(11):
        work_off(center, clock)
    answer = activations.activate_plan(center, ActivatePlan(plan_id=GAS, level=Level.II, incident_id=taken.incident_id), commander)
    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)

    timeline = plan_reviews.review(center, answer.activation_id, officer)["timeline"]

    assert timeline[0]["event"] == "CallTaken"
    assert {"PlanActivated", "NoticeQueued", "TaskOpened", "UnitDispatched", "ReportOpened"} <= {line["event"] for line in timeline}
    assert str(other.incident_id) not in {line["incident_id"] for line in timeline}
    assert {line["facts"].get("plan_id", GAS) for line in timeline} == {GAS}


def test_a_finished_review_is_stored_and_its_figures_stay(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.II), commander).activation_id
    work_off(center, clock)
    opening = int(rows(center, "shelter")[0]["id"])
    shelters.count_shelter(center, opening, officer, occupied=7)
    shelters.count_shelter(center, opening, officer, occupied=0)
    phone = next(int(row["id"]) for row in rows(center, "report") if row["report_kind"] == "phone")
    clock.advance(3600)
    reports.send_report(center, phone, officer, "区值班室")
    with pytest.raises(IllegalStep):
        plan_reviews.finish_review(center, activation_id, officer, "too early")
    ended(center, activation_id, commander)
    with pytest.raises(Invalid):
        plan_reviews.finish_review(center, activation_id, officer, " ")

    plan_reviews.finish_review(center, activation_id, officer, "pumps came late")
    work_off(center, clock, 90000)

    seen = plan_reviews.review(center, activation_id, officer)
    assert seen["activation"]["status"] == "reviewed"
    assert (seen["finished"]["by"], seen["finished"]["note"]) == ("officer", "pumps came late")
    assert [it["most_occupied"] for it in seen["figures"]["shelters"]] == [7, 0]
    late = {it["kind"]: it["late_min"] for it in seen["figures"]["reports"]}
    assert late["phone"] > 0
    assert late.get("final") is None
    assert [facts["note"] for facts in entries(center, "PlanReviewed")] == ["pumps came late"]
    assert json.loads(json.dumps(seen)) == seen
    with pytest.raises(IllegalStep):
        plan_reviews.finish_review(center, activation_id, officer, "again")


def test_refusals(center: Center, officer: Actor, display: Actor) -> None:
    with pytest.raises(UnknownActivation):
        plan_reviews.review(center, 999, officer)
    with pytest.raises(NotPermitted):
        plan_reviews.review(center, 999, display)
