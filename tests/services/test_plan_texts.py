"""Texts of plans: written by an administrator, approved by a commander, kept for ever; a running plan keeps its own."""

import copy as copies
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.orm import Session

from command_center.catalogue.plan_copies import copy_of
from command_center.center import Center
from command_center.db.tables import PlanText
from command_center.domain.errors import EditedMeanwhile, Invalid, NotPermitted, PlanTextUnfit, Unknown, UnknownPlan
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, measurements, plan_endings, plan_proposals, plan_texts
from command_center.services.activations import ActivatePlan
from command_center.services.measurements import TakeMeasurement
from command_center.services.plan_books import plan_named, plans_now
from tests.builders import OFFICER
from tests.conftest import Clock
from tests.working import entries, rows, work_off

FLOOD = "P01"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def newest(center: Center, actor: Actor) -> tuple[dict[str, Any], str]:
    """A copy to write in, and the version it is of."""
    found = plan_texts.wording(center, FLOOD, actor)
    return copies.deepcopy(dict(found.copy)), found.version


def with_minutes(center: Center, actor: Actor, minutes: int) -> str:
    """Write that the first step is due after so many minutes; returns the new version."""
    text, version = newest(center, actor)
    text["steps"][0]["due_min"] = minutes
    return plan_texts.edit_plan(center, FLOOD, text, actor, f"{minutes} minutes", based_on=version)


def first_step_min(center: Center) -> int:
    with center.read() as session:
        return plan_named(center, session, FLOOD).steps[0].due_min


def test_an_edited_text_counts_once_a_commander_has_approved_it(center: Center, admin: Actor, commander: Actor) -> None:
    version = with_minutes(center, admin, 25)
    assert first_step_min(center) == 10

    plan_texts.approve_plan_text(center, FLOOD, version, commander)

    assert first_step_min(center) == 25
    with center.read() as session:
        now = plans_now(center, session)
    assert (now[FLOOD].version, now["P02"]) == (version, center.catalogue.plans["P02"])


def with_threshold(center: Center, admin: Actor, commander: Actor, metric: str, **bounds: float) -> None:
    """Approve a text in which the triggers of these ids compare the metric with another number."""
    text, version = newest(center, admin)
    for trigger in text["triggers"]:
        if trigger["id"] in bounds:
            assert trigger["metric"]["name"] == metric
            trigger["metric"]["value"] = bounds[trigger["id"]]
    plan_texts.approve_plan_text(center, FLOOD, plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version), commander)


def test_the_situation_is_weighed_by_the_approved_text(center: Center, clock: Clock, admin: Actor, commander: Actor) -> None:
    deep = TakeMeasurement(metric="ponding_depth_cm", value=18, place_id=next(iter(center.catalogue.places)))
    measurements.take_measurement(center, deep, OFFICER)
    work_off(center, clock)
    assert [row["level"] for row in rows(center, "proposal")] == ["IV"]
    levels = {it.id: it.metric.value for it in center.catalogue.plans[FLOOD].triggers if it.metric and it.level is Level.III}
    (trigger_id,) = [it for it, value in levels.items() if value == 27]

    with_threshold(center, admin, commander, "ponding_depth_cm", **{trigger_id: 17})
    work_off(center, clock)

    assert [row["level"] for row in rows(center, "proposal")] == ["III"]
    assert plan_proposals.assess(center)[FLOOD].level is Level.III


def test_an_ending_is_held_up_by_what_the_approved_text_says(center: Center, clock: Clock, admin: Actor, commander: Actor) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    deep = TakeMeasurement(metric="ponding_depth_cm", value=18, place_id=next(iter(center.catalogue.places)))
    measurements.take_measurement(center, deep, OFFICER)
    assert len(plan_endings.ending(center, answer.activation_id, OFFICER).holding) == 1
    (trigger_id,) = [it.id for it in center.catalogue.plans[FLOOD].triggers if it.metric and it.metric.value == 15]

    with_threshold(center, admin, commander, "ponding_depth_cm", **{trigger_id: 19})

    assert plan_endings.ending(center, answer.activation_id, OFFICER).holding == ()


def test_a_running_plan_rises_by_the_rules_it_was_begun_with(center: Center, admin: Actor, commander: Actor) -> None:
    running = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander).activation_id
    text, version = newest(center, admin)
    (rule,) = [it for it in text["escalation"] if it["to"] == "III" and (it["when"]["metric"] or {}).get("value") == 27]
    rule["when"]["metric"]["value"] = 200
    plan_texts.approve_plan_text(center, FLOOD, plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version), commander)

    measurements.take_measurement(center, TakeMeasurement(metric="ponding_depth_cm", value=30), OFFICER)

    assert plan_proposals.rises(center)[running].to is Level.III


def test_what_came_out_goes_in_again(center: Center, admin: Actor, commander: Actor) -> None:
    """A text read back from the database has its keys in another order; it is the same plan all the same."""
    plan_texts.approve_plan_text(center, FLOOD, with_minutes(center, admin, 25), commander)
    plan_texts.approve_plan_text(center, FLOOD, with_minutes(center, admin, 26), commander)

    with center.read() as session:
        plan = plan_named(center, session, FLOOD)
    assert tuple(plan.levels) == tuple(center.catalogue.plans[FLOOD].levels)
    text, version = newest(center, admin)
    with pytest.raises(Invalid):
        plan_texts.edit_plan(center, FLOOD, text, admin, "nothing new", based_on=version)


def test_a_running_plan_keeps_its_copy(center: Center, admin: Actor, commander: Actor) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    text, version = newest(center, admin)
    text["steps"][0]["title"] = {"zh": "新标题", "en": "New title"}
    edited = plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version)
    plan_texts.approve_plan_text(center, FLOOD, edited, commander)

    titles = {row["title"]["en"] for row in rows(center, "task")}
    assert "New title" not in titles

    activations.undo(center, answer.activation_id, commander)
    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    assert "New title" in {row["title"]["en"] for row in rows(center, "task")}
    assert entries(center, "PlanActivated")[-1]["version"] == edited


def test_every_complaint_is_told_with_its_place(center: Center, admin: Actor) -> None:
    text, version = newest(center, admin)
    text["steps"][0]["due_min"] = -3
    text["steps"][2]["title"] = {"zh": "只有中文"}
    text["surprise"] = 1
    del text["pitfalls"]

    with pytest.raises(PlanTextUnfit) as refusal:
        plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version)

    told = refusal.value.facts["complaints"]
    assert isinstance(told, list)
    assert {str(line).partition(":")[0] for line in told} == {"steps[0].due_min", "steps[2].title.en", "surprise", "pitfalls"}


def test_what_the_catalogue_does_not_know_is_told_too(center: Center, admin: Actor) -> None:
    text, version = newest(center, admin)
    text["steps"][0]["group"] = "astronauts"
    text["resources"]["IV"]["materials"]["XX99"] = 3
    text["notifications"][0]["audience"] = "everyone"
    text["incident_types"] = []

    with pytest.raises(PlanTextUnfit) as refusal:
        plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version)

    told = str(refusal.value.facts["complaints"])
    assert all(part in told for part in ("astronauts", "XX99", "everyone", "does not list it"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text["triggers"][4]["metric"].update(value=float("nan")),
        lambda text: text["triggers"][4]["metric"].update(value=10**400),
        lambda text: text["name"].update(zh="\udc80"),
        lambda text: text["name"].update(zh="a\0b"),
        lambda text: text.update(id="P02"),
        lambda text: text.update(slug="../../etc"),
        lambda text: text.update(steps={}),
        lambda text: text.update(levels=None),
    ],
    ids=["no number", "too large", "half a character", "control character", "another plan", "another file", "no list", "nothing"],
)
def test_a_text_that_nothing_could_carry_on_is_refused(center: Center, admin: Actor, spoil: Callable[[dict[str, Any]], None]) -> None:
    text, version = newest(center, admin)
    spoil(text)

    with pytest.raises(PlanTextUnfit):
        plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version)


def test_who_edits_an_old_text_is_told_who_was_faster(center: Center, admin: Actor) -> None:
    text, version = newest(center, admin)
    other = Actor(name="other admin", role=Role.ADMIN)
    now = with_minutes(center, other, 25)

    text["steps"][0]["due_min"] = 30
    with pytest.raises(EditedMeanwhile) as refusal:
        plan_texts.edit_plan(center, FLOOD, text, admin, "", based_on=version)

    assert refusal.value.facts == {"what": "plan", "by": "other admin", "version": now}


def test_two_editors_at_once_one_wins(center: Center, open_center: Callable[[], Center], admin: Actor) -> None:
    def press(pair: tuple[Center, int]) -> bool:
        at, minutes = pair
        text = copies.deepcopy(copy_of(at.catalogue.plans[FLOOD]))
        text["steps"][0]["due_min"] = minutes
        try:
            plan_texts.edit_plan(at, FLOOD, text, admin, "", based_on=at.catalogue.plans[FLOOD].version)
        except EditedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        pressed = pool.map(press, [(center, 21), (open_center(), 22), (open_center(), 23)])
    assert sorted(pressed) == [False, False, True]


def test_only_what_was_read_is_approved(center: Center, admin: Actor, commander: Actor) -> None:
    read = with_minutes(center, admin, 25)
    with_minutes(center, admin, 50)

    with pytest.raises(EditedMeanwhile):
        plan_texts.approve_plan_text(center, FLOOD, read, commander)

    assert first_step_min(center) == 10


def test_approving_twice_changes_nothing(center: Center, admin: Actor, commander: Actor) -> None:
    version = with_minutes(center, admin, 25)

    for _ in range(2):
        plan_texts.approve_plan_text(center, FLOOD, version, commander)

    assert len(entries(center, "PlanTextApproved")) == 1


def test_the_history_says_who_changed_what_and_why(center: Center, admin: Actor, commander: Actor) -> None:
    plan_texts.approve_plan_text(center, FLOOD, with_minutes(center, admin, 25), commander)
    with_minutes(center, admin, 30)

    later, approved, filed = plan_texts.wordings(center, FLOOD, admin)

    assert [(it.is_in_force, it.approved_by, it.note) for it in (later, approved, filed)] == [
        (False, None, "30 minutes"),
        (True, "commander", "25 minutes"),
        (False, None, ""),
    ]
    assert [(it.path, it.before, it.after) for it in later.changes] == [("steps[P01-S01].due_min", 25, 30)]
    assert plan_texts.wording(center, FLOOD, admin, filed.version).copy == copy_of(center.catalogue.plans[FLOOD])


def test_an_approved_text_that_cannot_be_read_any_more_does_not_stop_an_activation(center: Center, admin: Actor, commander: Actor) -> None:
    plan_texts.approve_plan_text(center, FLOOD, with_minutes(center, admin, 25), commander)
    with Session(center.engine) as session, session.begin():
        text = session.query(PlanText).one()
        text.copy = {key: value for key, value in text.copy.items() if key != "steps"}

    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)

    assert entries(center, "PlanActivated")[-1]["version"] == center.catalogue.plans[FLOOD].version


def test_who_may_write_may_not_approve_and_the_other_way_round(center: Center, admin: Actor, leader: Actor, commander: Actor) -> None:
    version = with_minutes(center, admin, 25)
    text, _ = newest(center, admin)

    for attempt, refusal in (
        (lambda: plan_texts.approve_plan_text(center, FLOOD, version, admin), NotPermitted),
        (lambda: plan_texts.approve_plan_text(center, FLOOD, version, leader), NotPermitted),
        (lambda: plan_texts.edit_plan(center, FLOOD, text, commander, "", based_on=version), NotPermitted),
        (lambda: plan_texts.edit_plan(center, "P99", text, admin, "", based_on=version), UnknownPlan),
        (lambda: plan_texts.approve_plan_text(center, "P02", version, commander), Unknown),
        (lambda: plan_texts.wording(center, FLOOD, admin, "abc"), Unknown),
    ):
        with pytest.raises(refusal):
            attempt()

    assert first_step_min(center) == 10
