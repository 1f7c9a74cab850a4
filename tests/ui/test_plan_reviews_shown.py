"""What a person sees of a plan that is over, without a browser: what was missed, what it took, and the way to finish."""

from __future__ import annotations

import json
from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Language
from command_center.services import activations, plan_reviews, plan_tasks
from command_center.services.activations import ActivatePlan
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.ui import plans_review
from tests.conftest import Clock
from tests.ui.test_palette import screen_of
from tests.working import rows, work_off

FLOOD = "P01"
COMMANDER = Actor(name="commander", role=Role.COMMANDER)


def text_of(component: object) -> str:
    """Everything a person reads in it."""
    if isinstance(component, str):
        return component
    if isinstance(component, list | tuple):
        return " ".join(text_of(one) for one in component)
    return text_of(getattr(component, "children", None) or "")


def ended(center: Center, clock: Clock, officer: Actor) -> int:
    """A flood plan of level IV that ran for twenty minutes: one task late, one skipped, one whose time ran out."""
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), COMMANDER).activation_id
    tasks = {row["step_id"]: int(row["id"]) for row in rows(center, "task")}
    work_off(center, clock, 1200)
    plan_tasks.do_task(center, DoTask(task_id=tasks["P01-S02"], evidence=Evidence()), officer)
    plan_tasks.skip_task(center, tasks["P01-S03"], officer, "pumps are there")
    for number in range(len(center.catalogue.plans[FLOOD].termination.all)):
        activations.tick_condition(center, activation_id, number, COMMANDER)
    activations.terminate(center, activation_id, COMMANDER)
    return activation_id


def shown(center: Center, activation_id: int, officer: Actor, language: Language = "zh_CN") -> list[Any]:
    return plans_review.review_view(plan_reviews.review(center, activation_id, officer), screen_of(center, officer, language))


@pytest.mark.parametrize(("language", "late", "why"), [("zh_CN", "超时5分钟", "未按时限"), ("en", "5 min late", "Times missed")])
def test_what_was_missed_and_what_it_took_is_said_in_both_languages(
    center: Center, clock: Clock, officer: Actor, language: Language, late: str, why: str
) -> None:
    activation_id = ended(center, clock, officer)

    said = text_of(shown(center, activation_id, officer, language))

    assert late in said
    assert why in said
    assert "pumps are there" in said
    figures = plan_reviews.review(center, activation_id, officer)["figures"]
    assert (figures["tasks_by_outcome"]["late"], figures["tasks_by_outcome"]["missed"]) == (1, 1)
    assert figures["stock"]
    assert all(center.catalogue.materials[one["material"]].name.in_(language) in said for one in figures["stock"])


def test_an_ended_plan_is_offered_to_look_back_at_until_somebody_has(center: Center, clock: Clock, officer: Actor) -> None:
    first, second = ended(center, clock, officer), ended(center, clock, officer)
    offered = plan_reviews.ended_plans(center, officer)
    assert [(one.activation_id, one.is_reviewed) for one in offered] == [(second, False), (first, False)]

    plan_reviews.finish_review(center, second, officer, "more pumps in the east")

    offered = plan_reviews.ended_plans(center, officer)
    assert [(one.activation_id, one.is_reviewed) for one in offered] == [(first, False), (second, True)]
    assert "1个待复盘" in text_of(plans_review.waiting_for_review(offered, screen_of(center, officer)))


def test_the_key_that_finishes_asks_what_was_learnt_and_is_gone_afterwards(center: Center, clock: Clock, officer: Actor) -> None:
    activation_id = ended(center, clock, officer)
    (asked,) = _questions(shown(center, activation_id, officer))
    assert (asked["order"], asked["label"]) == ({"act": "finish_review", "activation": str(activation_id)}, "经验与改进")

    plan_reviews.finish_review(center, activation_id, officer, "more pumps in the east")

    after = shown(center, activation_id, officer)
    assert _questions(after) == []
    assert "more pumps in the east" in text_of(after)


def test_a_plan_that_was_rolled_back_is_no_review_to_finish(center: Center, officer: Actor) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), COMMANDER).activation_id
    activations.roll_back(center, activation_id, COMMANDER, "wrong plan")

    assert _questions(shown(center, activation_id, officer)) == []
    assert plan_reviews.ended_plans(center, officer) == ()


def _questions(components: list[Any]) -> list[dict[str, Any]]:
    inside = [one for component in components for one in [component, *component._traverse()]]  # noqa: SLF001 - Dash offers no other way
    return [json.loads(getattr(one, "data-ask")) for one in inside if getattr(one, "data-ask", None)]
