"""What people are told about a plan that runs: when its end is called for, how its level came about, what is counted, who is asked next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.board import Board, Row
from command_center.domain.errors import Invalid, NotPermitted
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, notices, plan_endings, plan_tasks, warnings
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from command_center.services.plan_figures import is_unconfirmed, plan_figures
from command_center.services.plan_story import plan_story
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.services.warnings import PastedText, StatedOrder
from command_center.words import phrases
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock
from tests.working import rows, work_off

FLOOD, SNOW, GAS, LIFTS = "P01", "P02", "P04", "P10"
CHIEF = Actor(name="chief", role=Role.COMMANDER)


def activate(center: Center, plan_id: str, level: str, actor: Actor = CHIEF, **more: Any) -> int:  # noqa: ANN401 - any field of the order
    return activations.activate_plan(center, ActivatePlan(plan_id=plan_id, level=Level(level), **more), actor).activation_id


def paste(center: Center, text: str) -> None:
    warnings.take_warning(center, PastedText(text=text), OFFICER)


def task_of(center: Center, step_id: str) -> Row:
    return max((row for row in rows(center, "task") if row["step_id"] == step_id), key=lambda row: row["occurrence"])


# ---- its end ---------------------------------------------------------------------------------------------------------------------


def test_the_end_is_called_for_once_nothing_speaks_for_the_plan_and_no_order_stands(center: Center, clock: Clock) -> None:
    paste(center, "奎文区气象台发布暴雨橙色预警")
    warnings.take_warning(center, StatedOrder(plan_id=FLOOD, level=Level.III, issuer="区防指"), OFFICER)
    work_off(center, clock)
    number = activate(center, FLOOD, "II", reason="暴雨橙色预警")
    assert plan_endings.plans_to_end(center, OFFICER) == ()

    paste(center, "奎文区气象台解除暴雨橙色预警")
    work_off(center, clock)
    assert plan_endings.ending(center, number, OFFICER).floor is Level.III
    assert plan_endings.plans_to_end(center, OFFICER) == ()

    (order,) = rows(center, "standing_order")
    warnings.end_standing_order(center, int(order["id"]), OFFICER, "over")

    assert plan_endings.ending(center, number, OFFICER).called_for
    assert plan_endings.plans_to_end(center, OFFICER) == (number,)


def test_nobody_is_told_to_end_what_people_began_by_themselves(center: Center) -> None:
    number = activate(center, FLOOD, "IV", reason="a leader's word")

    end = plan_endings.ending(center, number, OFFICER)

    assert (end.offered, end.called_for) == (True, False)
    assert plan_endings.plans_to_end(center, OFFICER) == ()


def test_the_list_of_plans_to_end_is_for_those_who_run_plans(center: Center, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        plan_endings.plans_to_end(center, display)


# ---- its level -------------------------------------------------------------------------------------------------------------------


def test_the_history_of_a_level_says_who_when_why_and_how_late(center: Center, clock: Clock) -> None:
    incident = take_test_call(center, OFFICER, kind="E109").incident_id
    number = activate(center, GAS, "II", OFFICER, incident_id=incident, life_risk=True, reason="55 %LEL")
    (running,) = rows(center, "activation")
    assert not is_unconfirmed(running, clock.now())
    clock.advance(15 * 60)
    assert is_unconfirmed(running, clock.now())
    clock.advance(4 * 60)
    activations.approve(center, number, CHIEF)
    activations.change_level(center, number, Level.III, CHIEF, reason="aired")

    steps = plan_story(center, number, OFFICER).levels

    assert [(step.event, step.level, step.before, step.reason) for step in steps] == [
        ("PlanActivated", "II", None, "55 %LEL"),
        ("ActivationConfirmed", "II", None, ""),
        ("LevelChanged", "III", "II", "aired"),
    ]
    assert [step.is_provisional for step in steps] == [True, False, False]
    assert [step.late_s for step in steps] == [0.0, 240.0, 0.0]
    assert steps[1].at - steps[0].at == timedelta(minutes=19)


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "（超过规定时限4分钟）"), ("en", "(4 min after the time allowed)")])
def test_the_log_says_how_late_a_confirmation_was(language: str, words: str) -> None:
    facts = {"activation_id": 1, "plan_id": GAS, "level": "II"}

    assert phrases.event(language, "ActivationConfirmed", facts | {"late_s": 240.0}).endswith(words)
    assert words not in phrases.event(language, "ActivationConfirmed", facts | {"late_s": 0.0})


# ---- who has not answered --------------------------------------------------------------------------------------------------------


def test_the_countdown_to_the_next_round_is_the_one_that_the_worker_keeps(center: Center, clock: Clock) -> None:
    activate(center, FLOOD, "IV")
    work_off(center, clock)
    (stations,) = [row for row in rows(center, "notice") if row["audience"] == "stations" and "10分钟内回执" in row["text"]["zh"]]

    work_off(center, clock, after_s=600)
    (asked,) = [row for row in rows(center, "notice") if row["id"] == stations["id"]]
    again = notices.asked_again_at(asked)
    assert again is not None
    step_s = notices.chain_step_s(center)
    assert timedelta(0) < again - clock.now() <= timedelta(seconds=step_s)

    for _ in range(notices.OFTEN_ROUNDS):
        work_off(center, clock, after_s=step_s)
    (asked,) = [row for row in rows(center, "notice") if row["id"] == stations["id"]]
    again = notices.asked_again_at(asked)
    assert again is not None
    assert timedelta(seconds=step_s) < again - clock.now() <= timedelta(seconds=notices.SELDOM_S)


# ---- what is counted -------------------------------------------------------------------------------------------------------------


def test_of_several_counts_the_latest_stands_and_nobody_counts_more_than_there_is(center: Center, clock: Clock) -> None:
    activate(center, SNOW, "III")
    assert plan_figures(Board.of(read_snapshot(center).rows), center.now())[0].counted is None

    for cleared in (20, 71):
        task = int(task_of(center, "P02-S12")["id"])
        plan_tasks.do_task(center, DoTask(task_id=task, evidence=Evidence(number=cleared)), OFFICER)
        clock.advance(3600)

    counted = plan_figures(Board.of(read_snapshot(center).rows), center.now())[0].counted
    assert counted == {"what": "compounds", "done": 71, "of": 96}
    open_task = int(task_of(center, "P02-S12")["id"])
    with pytest.raises(Invalid):
        plan_tasks.do_task(center, DoTask(task_id=open_task, evidence=Evidence(number=97)), OFFICER)
    assert task_of(center, "P02-S12")["status"] == "pending"
