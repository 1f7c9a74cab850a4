"""Plans: proposed, approved, in force at once when life is at risk, raised, taken back, ended. All or nothing, and on the record."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.activations import ActivationStatus
from command_center.domain.errors import (
    BelowDistrictOrder,
    ConditionsOpen,
    EvidenceNeeded,
    Invalid,
    NotPermitted,
    NotTheApprover,
    NotYourRequest,
    PlanIsRunning,
    PlanNotRunning,
    ReasonNeeded,
    TooLateToUndo,
    UnitHasDuty,
    UnitNotAvailable,
    UnknownActivation,
    UnknownPlan,
    UnknownTask,
    UnknownUnit,
    VariantNeeded,
)
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import UnitStatus
from command_center.services import (
    activations,
    closures,
    history,
    incidents,
    jobs,
    notices,
    plan_preview,
    plan_tasks,
    stock_questions,
    units,
    warnings,
)
from command_center.services.activations import ActivatePlan
from command_center.services.closures import CloseRoad
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.live import read_snapshot
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.services.positions import Intake, Reading
from command_center.services.proposing import propose_units
from command_center.services.warning_drafts import PastedText
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import entries
from workers import jobs as workers_jobs

FLOOD, SNOW, GAS, UTILITIES = "P01", "P02", "P04", "P08"


@pytest.fixture(autouse=True)
def worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def activate(center: Center, actor: Actor, plan_id: str, level: str, **more: Any) -> activations.Activated:  # noqa: ANN401 - any field of the order
    return activations.activate_plan(center, ActivatePlan(plan_id=plan_id, level=Level(level), **more), actor)


def rows(center: Center, kind: str) -> list[dict[str, Any]]:
    return [dict(row) for row in read_snapshot(center).rows if row["kind"] == kind and not row["gone"]]


def the_activation(center: Center) -> dict[str, Any]:
    (row,) = rows(center, "activation")
    return row


def steps(center: Center) -> set[str]:
    return {row["step_id"] for row in rows(center, "task")}


def task_of(center: Center, step_id: str) -> dict[str, Any]:
    return max((row for row in rows(center, "task") if row["step_id"] == step_id), key=lambda row: row["occurrence"])


def work_off(center: Center, clock: Clock, after_s: float = 3.1) -> None:
    """Do what is due after so many seconds, and what follows from it."""
    clock.advance(after_s)
    while claimed := jobs.claim_due(center):
        for job in claimed:
            workers_jobs.run(job.job_id)
        clock.advance(3.1)


def tell_stations(center: Center, officer: Actor) -> None:
    """Every station that a message on the board is for is told by phone."""
    for notice in (row for row in rows(center, "notice") if row["audience"] == "stations"):
        for recipient in notices.recipients_of(center, int(notice["id"])):
            notices.told_by_phone(center, recipient.id, officer)


def questions_about(center: Center, notice_id: str) -> list[dict[str, Any]]:
    """Lines of the log that say who has not answered a message."""
    lines = [entry for entry in history.recent_entries(center, 1000) if entry["event"] == "NoticeUnanswered"]
    return [line for line in lines if line["facts"]["notice_id"] == int(notice_id)]


def events_of(center: Center) -> list[str]:
    return [entry["event"] for entry in reversed(history.recent_entries(center, 1000))]


def test_what_an_officer_may_not_approve_waits_and_nothing_moves(center: Center, officer: Actor) -> None:
    answer = activate(center, officer, FLOOD, "IV")

    assert (answer.status, answer.approve_by) == (ActivationStatus.PROPOSED, "duty_leader")
    assert rows(center, "task") == []
    assert rows(center, "duty") == []
    assert the_activation(center)["approve_by"] == "duty_leader"


def test_the_leaders_yes_puts_everything_in_motion_in_one_transaction(center: Center, officer: Actor, leader: Actor) -> None:
    answer = activate(center, officer, FLOOD, "IV")

    activations.approve(center, answer.activation_id, leader)

    row = the_activation(center)
    assert (row["status"], row["approved_by"], row["level"]) == ("active", "leader", "IV")
    assert steps(center) == {"P01-S01", "P01-S02", "P01-S03", "P01-S04", "P01-S10", "P01-S12"}
    kinds = [row["unit_id"].partition("-")[0] for row in rows(center, "duty")]
    assert (kinds.count("patrol"), kinds.count("guarantee")) == (4, 1)
    assert {row["audience"] for row in rows(center, "notice")} >= {"stations", "communities"}


def test_units_on_duty_are_spread_over_the_areas_and_stay_free_for_emergencies(center: Center, leader: Actor) -> None:
    activate(center, leader, FLOOD, "IV")

    on_duty = {row["unit_id"] for row in rows(center, "duty")}
    areas = [row["area"] for row in rows(center, "unit") if row["id"] in on_duty and row["unit_kind"] == "patrol_vehicle"]
    assert sorted(areas) == ["A1", "A2", "A3", "A4"]
    assert all(row["status"] == "available" for row in rows(center, "unit"))


@pytest.mark.parametrize(("role", "highest"), [(Role.DUTY_LEADER, "IV"), (Role.DEPUTY_COMMANDER, "III"), (Role.COMMANDER, "I")])
def test_each_role_decides_up_to_its_level(center: Center, role: Role, highest: str) -> None:
    actor = Actor(name="boss", role=role)
    decided = [
        activate(center, actor, plan_id, level).status is ActivationStatus.ACTIVE
        for plan_id, level in zip(("P01", "P02", "P03", "P04"), ("IV", "III", "II", "I"), strict=True)
    ]

    assert decided == [Level(level).rank <= Level(highest).rank for level in ("IV", "III", "II", "I")]


def test_life_at_risk_goes_first_and_a_leader_confirms(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    answer = activate(center, officer, GAS, "II", life_risk=True, reason="55 %LEL in the stairwell")
    assert answer.status is ActivationStatus.PROVISIONAL
    assert rows(center, "task") != []

    clock.advance(16 * 60)
    activations.approve(center, answer.activation_id, commander)

    assert the_activation(center)["status"] == "active"
    (confirmed,) = [entry for entry in history.recent_entries(center) if entry["event"] == "ActivationConfirmed"]
    assert confirmed["facts"]["late_s"] == 60


def test_who_acts_before_a_leader_says_why_or_the_centre_knows(center: Center, officer: Actor, leader: Actor, clock: Clock) -> None:
    with pytest.raises(ReasonNeeded):
        activate(center, officer, GAS, "II", life_risk=True, reason=" ")
    assert rows(center, "activation") == []

    incident = take_test_call(center, officer, kind="E109")
    activate(center, officer, GAS, "II", life_risk=True, incident_id=incident.incident_id)
    warnings.take_warning(center, PastedText(text="奎文区气象台发布暴雨橙色预警"), officer)
    work_off(center, clock)
    activate(center, officer, FLOOD, "II", life_risk=True)
    activate(center, leader, SNOW, "IV")

    reasons = {
        it["facts"]["plan_id"]: it["facts"]["reason"] for it in history.recent_entries(center, 500) if it["event"] == "PlanActivated"
    }
    trigger = next(it.text.zh for it in center.catalogue.plans[FLOOD].triggers if it.signal and it.signal.color == "orange")
    assert reasons == {GAS: f"燃气泄漏 {incident.number}", FLOOD: trigger, SNOW: ""}


def test_a_plan_with_variants_takes_that_of_the_incident_or_asks_which(center: Center, officer: Actor, commander: Actor) -> None:
    with pytest.raises(VariantNeeded) as refusal:
        activate(center, commander, UTILITIES, "III")
    assert refusal.value.facts == {"plan": UTILITIES, "variants": ["停水爆管", "停电", "供热中断"]}
    power_cut = take_test_call(center, officer, kind="E120").incident_id
    order = ActivatePlan(plan_id=UTILITIES, level=Level.III, incident_id=power_cut)
    assert plan_preview.preview(center, order, commander).variant == "power"

    activations.activate_plan(center, order, commander)

    assert the_activation(center)["variant"] == "power"
    plan = center.catalogue.plans[UTILITIES]
    assert steps(center) == {step.id for step in plan.steps if step.min_level.rank <= 2 and step.variant in (None, "power")}


def test_a_request_goes_ahead_when_a_life_is_at_risk_meanwhile(center: Center, officer: Actor, commander: Actor) -> None:
    answer = activate(center, officer, GAS, "II", reason="smell of gas")
    with pytest.raises(Invalid):
        activations.go_ahead(center, answer.activation_id, officer, " ")

    status = activations.go_ahead(center, answer.activation_id, officer, "two people unconscious")

    assert status is ActivationStatus.PROVISIONAL
    assert rows(center, "task") != []
    assert the_activation(center)["confirm_until"] is not None
    calls = [row for row in rows(center, "notice") if row["audience"] == "duty_chain" and "请批示" in row["text"]["zh"]]
    assert [row["text"]["zh"] for row in calls] == ["燃气II级，请批示（two people unconscious）"], "the first call is not repeated"
    assert activations.go_ahead(center, answer.activation_id, officer, "again") is ActivationStatus.PROVISIONAL
    assert activations.approve(center, answer.activation_id, commander) is ActivationStatus.ACTIVE


def test_a_level_asked_for_goes_ahead_too_but_not_a_lower_one(center: Center, officer: Actor, leader: Actor, commander: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    activations.change_level(center, answer.activation_id, Level.II, officer, reason="orange")
    activations.go_ahead(center, answer.activation_id, officer, "people trapped")
    assert (the_activation(center)["level"], the_activation(center)["status"]) == ("II", "provisional")
    activations.approve(center, answer.activation_id, commander)

    activations.change_level(center, answer.activation_id, Level.IV, officer, reason="quiet")
    with pytest.raises(Invalid):
        activations.go_ahead(center, answer.activation_id, officer, "nobody is at risk")

    assert (the_activation(center)["level"], the_activation(center)["wanted_level"]) == ("II", "IV")


def test_who_asked_takes_the_request_back_and_nobody_else_does(center: Center, officer: Actor, leader: Actor) -> None:
    colleague = Actor(name="colleague", role=Role.DUTY_OFFICER)
    answer = activate(center, officer, FLOOD, "IV")
    with pytest.raises(NotYourRequest) as refusal:
        activations.take_back_request(center, answer.activation_id, colleague)
    assert refusal.value.facts == {"by": "officer"}

    assert activations.take_back_request(center, answer.activation_id, officer, "the wrong plan") is ActivationStatus.TAKEN_BACK

    assert rows(center, "activation") == []
    assert [row for row in rows(center, "notice") if row["audience"] == "duty_chain"] == [], "nobody is called for it any more"
    running = activate(center, leader, FLOOD, "IV").activation_id
    activations.change_level(center, running, Level.II, colleague, reason="orange")
    with pytest.raises(NotYourRequest):
        activations.take_back_request(center, running, officer)
    activations.take_back_request(center, running, colleague)
    assert (the_activation(center)["level"], the_activation(center)["wanted_level"]) == ("IV", None)


def test_an_undo_belongs_to_who_put_the_plan_into_force_and_to_who_may_approve_it(
    center: Center, officer: Actor, leader: Actor, commander: Actor
) -> None:
    answer = activate(center, commander, FLOOD, "I")
    with pytest.raises(NotTheApprover):
        activations.undo(center, answer.activation_id, officer)
    activations.undo(center, answer.activation_id, commander)

    asked = activate(center, officer, FLOOD, "IV").activation_id
    activations.approve(center, asked, leader)
    with pytest.raises(NotTheApprover):
        activations.undo(center, asked, officer)
    activations.undo(center, asked, commander)

    own = activate(center, officer, GAS, "II", life_risk=True, reason="55 %LEL").activation_id
    activations.undo(center, own, officer)
    assert rows(center, "activation") == []


def test_a_confirmation_that_does_not_come_is_told_and_everything_runs_on(center: Center, officer: Actor, clock: Clock) -> None:
    activate(center, officer, GAS, "II", life_risk=True, reason="55 %LEL")

    work_off(center, clock, 15 * 60 + 1)

    assert "ActivationNotConfirmed" in events_of(center)
    assert the_activation(center)["status"] == "provisional"


def test_the_chain_of_command_is_called_one_after_the_other_until_somebody_decides(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    activate(center, officer, GAS, "II", life_risk=True, reason="55 %LEL")
    (call,) = [row for row in rows(center, "notice") if row["audience"] == "duty_chain" and row["queued_at"] and "S" not in row["id"]][-1:]
    work_off(center, clock)
    work_off(center, clock, 180)
    assert "NoticeUnanswered" in events_of(center)

    first = notices.recipients_of(center, int(call["id"]))[0]
    notices.told_by_phone(center, first.id, officer)
    work_off(center, clock, 181)
    rounds = [line["round"] for line in entries(center, "NoticeUnanswered") if line["notice_id"] == int(call["id"])]
    assert rounds == [1, 2], "who has received it has not decided"

    activations.approve(center, int(call["activation_id"]), commander)
    work_off(center, clock, 181)
    after = [line["round"] for line in entries(center, "NoticeUnanswered") if line["notice_id"] == int(call["id"])]
    assert after == rounds


def test_a_plan_runs_once(center: Center, leader: Actor, officer: Actor) -> None:
    activate(center, leader, FLOOD, "IV")

    with pytest.raises(PlanIsRunning) as refusal:
        activate(center, officer, FLOOD, "III")

    assert refusal.value.facts == {"plan": FLOOD, "level": "IV", "status": "active", "by": "leader"}


def test_two_at_once_activate_it_once(center: Center, open_center: Callable[[], Center], leader: Actor) -> None:
    centers = [center, open_center(), open_center(), open_center()]

    def press(at: Center) -> bool:
        try:
            activate(at, leader, FLOOD, "IV")
        except PlanIsRunning:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, centers)) == [False, False, False, True]
    assert len(rows(center, "activation")) == 1


def test_a_doubled_click_has_one_effect_and_one_answer(center: Center, leader: Actor) -> None:
    first, second = (activate(center, leader, FLOOD, "IV", key="click") for _ in range(2))

    assert first == second
    assert events_of(center).count("PlanActivated") == 1


def test_raising_adds_steps_and_units_and_keeps_what_is_done(center: Center, officer: Actor, leader: Actor, commander: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    done = task_of(center, "P01-S01")
    plan_tasks.do_task(center, DoTask(task_id=int(done["id"]), evidence=Evidence(text="received 18:21")), officer)

    activations.change_level(center, answer.activation_id, Level.II, commander, reason="rainstorm orange")

    assert task_of(center, "P01-S01")["status"] == "done"
    assert steps(center) >= {"P01-S05", "P01-S08", "P01-S09"}
    assert len(rows(center, "duty")) == 16
    assert {row["audience"] for row in rows(center, "notice")} >= {"responsible", "residents", "district"}


def test_lowering_withdraws_what_nobody_has_begun(center: Center, officer: Actor, commander: Actor) -> None:
    answer = activate(center, commander, FLOOD, "II")
    plan_tasks.begin_task(center, int(task_of(center, "P01-S09")["id"]), officer)

    activations.change_level(center, answer.activation_id, Level.III, commander, reason="rain easing")

    assert "P01-S08" not in steps(center)
    assert task_of(center, "P01-S09")["status"] == "doing"


def test_a_step_that_was_withdrawn_is_opened_again_when_its_level_comes_back(center: Center, officer: Actor, commander: Actor) -> None:
    answer = activate(center, commander, FLOOD, "II")
    begun = task_of(center, "P01-S09")
    plan_tasks.begin_task(center, int(begun["id"]), officer)
    at_two = steps(center)
    for level in ("IV", "II", "IV", "II"):
        activations.change_level(center, answer.activation_id, Level(level), commander, reason="rain")

    assert steps(center) == at_two
    assert (task_of(center, "P01-S08")["occurrence"], task_of(center, "P01-S08")["status"]) == (3, "pending")
    assert task_of(center, "P01-S09")["id"] == begun["id"], "what somebody has begun stays as it is"


def test_every_change_of_level_tells_people_also_back_to_one_that_was_held_before(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    answer = activate(center, commander, FLOOD, "IV")
    work_off(center, clock)
    told: list[list[str]] = []
    for level in ("II", "IV", "II"):
        before = {row["id"] for row in rows(center, "notice")}
        activations.change_level(center, answer.activation_id, Level(level), commander, reason="rain")
        new = [row for row in rows(center, "notice") if row["id"] not in before]
        told.append([row["text"]["zh"] for row in new if row["audience"] == "stations"])
        work_off(center, clock)
        tell_stations(center, officer)

    assert told == [[f"防汛{level}级响应启动，按清单预置水泵沙袋，10分钟内回执"] for level in ("II", "IV", "II")]


def test_who_heard_of_the_graver_level_only_is_told_once_that_it_was_lowered_and_asked_no_more(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    answer = activate(center, commander, FLOOD, "II")
    work_off(center, clock)
    cadres = next(row for row in rows(center, "notice") if row["audience"] == "responsible" and "包保小区" in row["text"]["zh"])
    first, second, *_ = notices.recipients_of(center, int(cadres["id"]))
    for recipient in (first, second):
        notices.told_by_phone(center, recipient.id, officer)

    activations.change_level(center, answer.activation_id, Level.IV, commander, reason="rain easing")

    lowered = [row for row in rows(center, "notice") if "降为IV级" in row["text"]["zh"]]
    assert [(row["audience"], row["recipients"]) for row in lowered] == [("responsible", 2)]
    assert cadres["id"] not in {row["id"] for row in rows(center, "notice")}
    asked = len(questions_about(center, cadres["id"]))
    work_off(center, clock, 20 * 60)
    assert len(questions_about(center, cadres["id"])) == asked


def test_who_may_not_raise_asks_and_the_approver_decides(center: Center, officer: Actor, leader: Actor, commander: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    activations.change_level(center, answer.activation_id, Level.II, officer, reason="orange")
    assert (the_activation(center)["level"], the_activation(center)["wanted_level"]) == ("IV", "II")
    with pytest.raises(NotTheApprover):
        activations.approve(center, answer.activation_id, leader)

    activations.approve(center, answer.activation_id, commander)

    assert (the_activation(center)["level"], the_activation(center)["wanted_level"]) == ("II", None)


def test_who_may_not_lower_a_level_may_not_approve_his_own_request(center: Center, leader: Actor, commander: Actor) -> None:
    answer = activate(center, commander, FLOOD, "I")
    activations.change_level(center, answer.activation_id, Level.IV, leader, reason="quiet")
    assert (the_activation(center)["wanted_level"], the_activation(center)["approve_by"]) == ("IV", "commander")

    attempts: list[Callable[[], object]] = [
        lambda: activations.approve(center, answer.activation_id, leader),
        lambda: activations.decline(center, answer.activation_id, leader, "no"),
    ]
    for attempt in attempts:
        with pytest.raises(NotTheApprover) as refusal:
            attempt()
        assert refusal.value.facts["approve_by"] == "commander"
    activations.approve(center, answer.activation_id, commander)

    assert (the_activation(center)["level"], the_activation(center)["wanted_level"]) == ("IV", None)


def test_a_leaders_no_to_a_raise_brings_back_the_confirmed_level(center: Center, officer: Actor, leader: Actor, commander: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    activations.change_level(center, answer.activation_id, Level.I, officer, reason="people trapped", life_risk=True)
    assert the_activation(center)["status"] == "provisional"

    activations.decline(center, answer.activation_id, commander, "nobody is trapped")

    assert (the_activation(center)["level"], the_activation(center)["status"]) == ("IV", "active")


def test_undo_takes_everything_back_and_tells_who_was_told(center: Center, leader: Actor, clock: Clock) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    work_off(center, clock)
    for notice in rows(center, "notice"):
        for recipient in notices.recipients_of(center, int(notice["id"])):
            notices.told_by_phone(center, recipient.id, leader)
    told = sum(row["reached"] for row in rows(center, "notice"))

    activations.undo(center, answer.activation_id, leader)

    assert rows(center, "activation") == []
    assert rows(center, "task") == []
    assert rows(center, "duty") == []
    corrections = rows(center, "notice")
    assert sum(row["recipients"] for row in corrections) == told
    assert all("撤销" in row["text"]["zh"] for row in corrections)


def test_undo_ends_after_thirty_seconds_and_a_roll_back_needs_a_reason(center: Center, leader: Actor, clock: Clock) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    clock.advance(31)

    with pytest.raises(TooLateToUndo):
        activations.undo(center, answer.activation_id, leader)
    with pytest.raises(Invalid):
        activations.roll_back(center, answer.activation_id, leader, " ")
    activations.roll_back(center, answer.activation_id, leader, "wrong plan")

    assert rows(center, "activation") == []


def test_a_plan_for_an_incident_sends_its_units_there_and_a_roll_back_recalls_them(
    center: Center, officer: Actor, commander: Actor
) -> None:
    incident = take_test_call(center, officer).incident_id

    answer = activate(center, commander, GAS, "II", incident_id=incident)
    sent = {row["unit_id"] for row in rows(center, "assignment") if row["incident_id"] == str(incident)}
    assert sent == {row["unit_id"] for row in rows(center, "duty")} != set()

    activations.undo(center, answer.activation_id, commander)
    assert rows(center, "assignment") == []


def test_a_chosen_vehicle_that_another_plan_has_is_refused_by_name(center: Center, leader: Actor, commander: Actor) -> None:
    activate(center, leader, FLOOD, "IV", units=("patrol-01",))

    with pytest.raises(UnitHasDuty) as refusal:
        activate(center, commander, SNOW, "III", units=("patrol-01", "patrol-02"))

    assert refusal.value.facts == {"unit": "patrol-01", "plan": FLOOD, "level": "IV", "by": "leader"}
    assert [row["plan_id"] for row in rows(center, "activation")] == [FLOOD]


@pytest.mark.parametrize("status", ["charging", "out_of_service"])
def test_a_chosen_vehicle_that_cannot_drive_is_refused(center: Center, officer: Actor, commander: Actor, status: str) -> None:
    units.set_unit_status(center, "patrol-01", UnitStatus(status), officer, reason="battery")

    with pytest.raises(UnitNotAvailable) as refusal:
        activate(center, commander, FLOOD, "IV", units=("patrol-01",))

    assert (refusal.value.facts["unit"], refusal.value.facts["status"]) == ("patrol-01", status)
    assert rows(center, "duty") == []


def test_the_vehicles_chosen_with_a_request_go_when_the_leader_says_yes(center: Center, officer: Actor, leader: Actor) -> None:
    with pytest.raises(UnknownUnit):
        activate(center, officer, FLOOD, "IV", units=("patrol-99",))
    answer = activate(center, officer, FLOOD, "IV", units=("patrol-05", "patrol-06"))
    units.set_unit_status(center, "patrol-06", UnitStatus.CHARGING, officer, reason="battery")

    activations.approve(center, answer.activation_id, leader)

    assert {row["unit_id"] for row in rows(center, "duty")} == {"patrol-05"}, "who cannot come any more is left out"


def test_units_at_the_incident_already_count_as_there(center: Center, officer: Actor, commander: Actor) -> None:
    incident = take_test_call(center, officer, kind="E103").incident_id
    nobody_yet = plan_preview.preview(center, ActivatePlan(plan_id=FLOOD, level=Level.II, incident_id=incident), commander)
    sent = propose_units(center, incident).preselected
    dispatch_units(center, DispatchUnits(incident_id=incident, unit_ids=sent), officer)

    seen = plan_preview.preview(center, ActivatePlan(plan_id=FLOOD, level=Level.II, incident_id=incident), commander)
    answer = activate(center, commander, FLOOD, "II", incident_id=incident)

    wanted = {need.kind: need.wanted for need in seen.units if need.joining}
    assert {unit for need in seen.units for unit in need.joining} == set(sent)
    on_duty = [row["unit_id"] for row in rows(center, "duty")]
    assert len(on_duty) == sum(wanted.values()) == sum(len(need.chosen) for need in nobody_yet.units)
    assert set(sent) <= set(on_duty)
    assert len(rows(center, "assignment")) == len(on_duty), "nobody is sent twice"
    activations.undo(center, answer.activation_id, commander)
    assert {row["unit_id"] for row in rows(center, "assignment")} == set(sent), "what was sent before the plan stays"


def test_vehicles_that_a_plan_sends_have_their_time_of_arrival(center: Center, officer: Actor, commander: Actor) -> None:
    incident = take_test_call(center, officer).incident_id
    travel_s = {unit.unit_id: unit.travel_s for unit in propose_units(center, incident).units}

    activate(center, commander, GAS, "II", incident_id=incident)

    sent = rows(center, "assignment")
    assert {row["unit_id"]: row["travel_s"] for row in sent} == {row["unit_id"]: travel_s[row["unit_id"]] for row in sent}
    assert all(row["expected_arrival_at"] is not None for row in sent)


def test_an_empty_battery_and_a_guarded_road_keep_a_vehicle_from_a_plan(center: Center, officer: Actor, commander: Actor) -> None:
    spot = next(iter(center.catalogue.places.values())).point
    intake = Intake(center)
    intake.load()
    intake.receive([Reading(unit="patrol-01", at=center.now(), lat=spot.lat, lon=spot.lon, battery_pct=5.0)])
    intake.flush()
    closures.close_road(center, CloseRoad(street=center.roads.streets[0].zh, guard="patrol-02"), officer)

    seen = plan_preview.preview(center, ActivatePlan(plan_id=FLOOD, level=Level.I), commander)
    activate(center, commander, FLOOD, "I")

    (patrols,) = [need for need in seen.units if need.kind == "patrol_vehicle"]
    assert (patrols.free, patrols.short) == (10, patrols.wanted - 10)
    assert {"patrol-01", "patrol-02"}.isdisjoint({row["unit_id"] for row in rows(center, "duty")})


def test_a_task_is_ticked_off_with_what_its_step_asks_for(center: Center, officer: Actor, leader: Actor) -> None:
    activate(center, leader, FLOOD, "IV")
    task_id = int(task_of(center, "P01-S01")["id"])

    with pytest.raises(EvidenceNeeded) as refusal:
        plan_tasks.do_task(center, DoTask(task_id=task_id), officer)
    with pytest.raises(Invalid):
        plan_tasks.do_task(center, DoTask(task_id=task_id, evidence=Evidence(text="x", number=float("nan"))), officer)

    assert refusal.value.facts == {"task": "P01-S01", "evidence": "text"}
    assert task_of(center, "P01-S01")["status"] == "pending"


def test_a_step_that_repeats_opens_its_next_occurrence_by_the_levels_patrol_interval(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    activate(center, commander, FLOOD, "II")
    patrol = task_of(center, "P01-S04")

    plan_tasks.do_task(center, DoTask(task_id=int(patrol["id"]), evidence=Evidence(text="grates clear")), officer)

    again = task_of(center, "P01-S04")
    assert (again["occurrence"], again["status"]) == (2, "pending")
    assert again["due_at"] == clock.now().replace(minute=clock.now().minute + 30).isoformat().replace("+00:00", "Z")


def test_a_raise_moves_open_deadlines_forward_and_a_lowering_leaves_them(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    answer = activate(center, commander, FLOOD, "IV")
    patrol = task_of(center, "P01-S04")
    plan_tasks.do_task(center, DoTask(task_id=int(patrol["id"]), evidence=Evidence(text="grates clear")), officer)
    before = {row["step_id"]: row["due_at"] for row in rows(center, "task") if row["status"] == "pending"}
    clock.advance(60)

    activations.change_level(center, answer.activation_id, Level.I, commander, reason="red")

    plan = center.catalogue.plans[FLOOD]
    interval = timedelta(minutes=plan.levels[Level.I].patrol_min)
    again = task_of(center, "P01-S04")
    assert (again["occurrence"], datetime.fromisoformat(again["due_at"])) == (2, clock.now() + interval)
    assert all(task_of(center, step)["due_at"] <= due for step, due in before.items())
    activations.change_level(center, answer.activation_id, Level.IV, commander, reason="quiet")
    assert task_of(center, "P01-S04")["due_at"] == again["due_at"]
    work_off(center, clock, interval.total_seconds())
    overdue = [entry["facts"] for entry in history.recent_entries(center, 1000) if entry["event"] == "TaskOverdue"]
    assert [facts["occurrence"] for facts in overdue if facts["step_id"] == "P01-S04"] == [2]


def test_an_occurrence_that_is_skipped_does_not_end_the_patrols(center: Center, officer: Actor, commander: Actor) -> None:
    activate(center, commander, FLOOD, "II")
    first = task_of(center, "P01-S04")

    plan_tasks.skip_task(center, int(first["id"]), officer, "just been there")

    assert (task_of(center, "P01-S04")["occurrence"], task_of(center, "P01-S04")["status"]) == (2, "pending")
    plan_tasks.take_up_again(center, int(first["id"]), officer)
    plan_tasks.do_task(center, DoTask(task_id=int(first["id"]), evidence=Evidence(text="after all")), officer)
    assert [row["occurrence"] for row in rows(center, "task") if row["step_id"] == "P01-S04"] == [1, 2]


def test_a_deadline_that_passes_is_told_once(center: Center, leader: Actor, clock: Clock) -> None:
    activate(center, leader, FLOOD, "IV")

    work_off(center, clock, 11 * 60)
    work_off(center, clock, 60)

    overdue = [entry["facts"]["step_id"] for entry in history.recent_entries(center, 500) if entry["event"] == "TaskOverdue"]
    assert overdue.count("P01-S01") == 1
    assert task_of(center, "P01-S01")["overdue_at"] is not None


def test_the_end_of_the_snow_starts_the_clearing_clocks(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    answer = activate(center, commander, SNOW, "III")
    assert task_of(center, "P02-S05")["due_at"] is None
    stopped = clock.now()
    clock.advance(600)

    activations.record_anchor(center, answer.activation_id, "snow_stop", stopped, officer)

    due = {step: task_of(center, step)["due_at"] for step in ("P02-S05", "P02-S11")}
    assert due == {"P02-S05": "2026-03-02T03:00:00Z", "P02-S11": "2026-03-03T01:00:00Z"}


def test_a_skipped_task_says_why_and_may_be_taken_up_again(center: Center, officer: Actor, leader: Actor) -> None:
    activate(center, leader, FLOOD, "IV")
    task_id = int(task_of(center, "P01-S03")["id"])

    with pytest.raises(Invalid):
        plan_tasks.skip_task(center, task_id, officer, "")
    plan_tasks.skip_task(center, task_id, officer, "pumps are there already")
    assert (task_of(center, "P01-S03")["status"], task_of(center, "P01-S03")["note"]) == ("skipped", "pumps are there already")

    plan_tasks.take_up_again(center, task_id, officer)
    assert task_of(center, "P01-S03")["status"] == "pending"


def test_a_plan_ends_when_every_condition_is_ticked_and_its_approver_says_so(center: Center, officer: Actor, leader: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    activations.tick_condition(center, answer.activation_id, 0, officer)
    with pytest.raises(NotTheApprover):
        activations.terminate(center, answer.activation_id, officer)
    with pytest.raises(ConditionsOpen) as refusal:
        activations.terminate(center, answer.activation_id, leader)
    assert refusal.value.facts["open"] == ["2", "3"]

    for number in (1, 2):
        activations.tick_condition(center, answer.activation_id, number, officer)
    activations.terminate(center, answer.activation_id, leader)

    assert [row for kind in ("activation", "task", "duty", "notice") for row in rows(center, kind)] == []
    with pytest.raises(PlanNotRunning):
        activations.change_level(center, answer.activation_id, Level.III, leader, reason="again")


def test_every_job_of_the_plan_is_carried_out_once(center: Center, commander: Actor, clock: Clock) -> None:
    activate(center, commander, FLOOD, "I")

    work_off(center, clock)

    tasks = rows(center, "task")
    assert {row["work"] for row in tasks if row["job"]} == {"done"}
    assert {row["work"] for row in rows(center, "duty")} == {"done"}
    done = [entry["facts"]["task_id"] for entry in history.recent_entries(center, 1000) if entry["event"] == "TaskWorkDone"]
    assert len(done) == len(set(done)) == sum(row["job"] is not None for row in tasks)
    assert {row["work"] for row in rows(center, "notice")} == {"done"}


def test_messages_say_what_is_known_and_show_a_blank_for_what_is_not(center: Center, leader: Actor) -> None:
    activate(center, leader, FLOOD, "IV", fields={"signal": "暴雨蓝色预警"})

    texts = {row["audience"]: row["text"]["zh"] for row in rows(center, "notice")}

    assert texts["duty_chain"] == "暴雨蓝色预警生效，建议启动防汛IV级响应，请确认"
    assert "{" not in "".join(texts.values())


def test_refusals_leave_nothing_behind(center: Center, officer: Actor, leader: Actor, display: Actor) -> None:
    for attempt, refusal in (
        (lambda: activate(center, leader, "P99", "IV"), UnknownPlan),
        (lambda: activate(center, leader, FLOOD, "IV", variant="hail"), Invalid),
        (lambda: activate(center, display, FLOOD, "IV"), NotPermitted),
        (lambda: activations.approve(center, 999, leader), UnknownActivation),
        (lambda: plan_tasks.begin_task(center, 999, officer), UnknownTask),
    ):
        with pytest.raises(refusal):
            attempt()

    assert rows(center, "activation") == []


def test_the_preview_tells_what_the_activation_then_does(center: Center, commander: Actor) -> None:
    order = ActivatePlan(plan_id=FLOOD, level=Level.II)
    seen = plan_preview.preview(center, order, commander)

    activations.activate_plan(center, order, commander)

    assert {step.id for step, _ in seen.tasks} == steps(center)
    assert {unit_id for need in seen.units for unit_id in need.chosen} == {row["unit_id"] for row in rows(center, "duty")}
    sent = [(row["audience"], row["text"]["zh"], row["recipients"]) for row in rows(center, "notice")]
    assert sorted((one.audience, one.text.zh, one.recipients) for one in seen.messages) == sorted(sent)


def test_the_preview_names_what_several_plans_together_lack(center: Center, commander: Actor) -> None:
    activate(center, commander, FLOOD, "I")

    seen = plan_preview.preview(center, ActivatePlan(plan_id=SNOW, level=Level.II), commander)

    short = {shortage.kind: (shortage.wanted, shortage.there) for shortage in seen.shortages}
    assert short["patrol_vehicle"][0] > short["patrol_vehicle"][1] == 12
    assert seen.running is None
    assert all(need.chosen == () for need in seen.units)


def test_the_preview_says_who_decides_and_which_blanks_are_open(center: Center, officer: Actor) -> None:
    seen = plan_preview.preview(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), officer)

    assert (seen.may_decide, seen.approve_by) == (False, "duty_leader")
    assert "signal" in {name for message in seen.messages for name in message.blanks}


def test_a_grave_emergency_nobody_has_seen_for_a_minute_climbs_the_chain_until_somebody_sees_it(
    center: Center, officer: Actor, clock: Clock
) -> None:
    taken = take_test_call(center, officer, severity=Level.II)
    work_off(center, clock, 50)
    assert rows(center, "notice") == []

    work_off(center, clock, 11)
    (call,) = rows(center, "notice")
    assert (call["audience"], call["needs_answer"]) == ("duty_chain", True)
    assert taken.number in call["text"]["zh"]

    incidents.acknowledge_incident(center, taken.incident_id, officer)
    assert rows(center, "notice") == []


def test_a_light_emergency_and_one_that_was_seen_call_nobody(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    seen = take_test_call(center, officer, severity=Level.I)
    incidents.acknowledge_incident(center, seen.incident_id, officer)

    work_off(center, clock, 61)

    assert rows(center, "notice") == []


def test_the_street_does_not_go_below_what_the_district_has_ordered(
    center: Center, leader: Actor, commander: Actor, officer: Actor
) -> None:
    warnings.take_warning(center, PastedText(text="区防指决定启动防汛Ⅲ级应急响应"), officer)

    with pytest.raises(BelowDistrictOrder) as refusal:
        activate(center, leader, FLOOD, "IV")
    answer = activate(center, commander, FLOOD, "III")
    with pytest.raises(BelowDistrictOrder):
        activations.change_level(center, answer.activation_id, Level.IV, commander, reason="quiet")

    assert refusal.value.facts == {"level": "IV", "floor": "III", "order": "区防指 03-02 09:00"}


def ordered_by_the_district(center: Center, officer: Actor) -> int:
    return warnings.take_warning(center, PastedText(text="区防指决定启动防汛Ⅲ级应急响应"), officer).orders[0].id


def test_an_order_that_came_while_a_request_waited_holds_for_the_leaders_yes(
    center: Center, officer: Actor, leader: Actor, commander: Actor, clock: Clock
) -> None:
    answer = activate(center, officer, FLOOD, "IV")
    order = ordered_by_the_district(center, officer)

    with pytest.raises(BelowDistrictOrder):
        activations.approve(center, answer.activation_id, leader)
    assert the_activation(center)["status"] == "proposed"

    warnings.end_standing_order(center, order, officer, "区防指来电")
    activations.approve(center, answer.activation_id, leader)
    activations.change_level(center, answer.activation_id, Level.II, commander, reason="orange")
    activations.change_level(center, answer.activation_id, Level.IV, officer, reason="quiet")
    clock.advance(60)
    ordered_by_the_district(center, officer)
    with pytest.raises(BelowDistrictOrder):
        activations.approve(center, answer.activation_id, commander)


def test_while_the_districts_order_stands_the_plan_is_neither_ended_nor_taken_back(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    answer = activate(center, commander, FLOOD, "III")
    order = ordered_by_the_district(center, officer)
    clock.advance(60)
    for number in range(3):
        activations.tick_condition(center, answer.activation_id, number, officer)

    attempts: list[Callable[[], object]] = [
        lambda: activations.terminate(center, answer.activation_id, commander),
        lambda: activations.roll_back(center, answer.activation_id, commander, "wrong plan"),
    ]
    for attempt in attempts:
        with pytest.raises(BelowDistrictOrder) as refusal:
            attempt()
        assert refusal.value.facts == {"level": None, "floor": "III", "order": "区防指 03-02 09:00"}

    warnings.end_standing_order(center, order, officer, "区防指来电")
    activations.terminate(center, answer.activation_id, commander)


def test_a_no_does_not_bring_the_street_below_the_districts_level(center: Center, officer: Actor, leader: Actor, commander: Actor) -> None:
    answer = activate(center, leader, FLOOD, "IV")
    activations.change_level(center, answer.activation_id, Level.II, officer, reason="people trapped", life_risk=True)
    ordered_by_the_district(center, officer)

    with pytest.raises(BelowDistrictOrder):
        activations.decline(center, answer.activation_id, commander, "nobody is trapped")
    activations.change_level(center, answer.activation_id, Level.III, commander, reason="nobody is trapped")

    assert (the_activation(center)["level"], the_activation(center)["status"]) == ("III", "active")


def test_a_slip_is_undone_whatever_the_district_has_ordered(center: Center, officer: Actor, commander: Actor) -> None:
    ordered_by_the_district(center, officer)
    answer = activate(center, commander, FLOOD, "III")

    activations.undo(center, answer.activation_id, commander)

    assert rows(center, "activation") == []


def test_a_proposal_is_taken_by_the_activation_and_comes_back_only_for_a_graver_level(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    warnings.take_warning(center, PastedText(text="奎文区气象台发布暴雨蓝色预警"), officer)
    work_off(center, clock)
    assert [(row["plan_id"], row["level"]) for row in rows(center, "proposal")] == [(FLOOD, "IV")]

    answer = activate(center, commander, FLOOD, "IV")
    work_off(center, clock)
    assert rows(center, "proposal") == []
    assert {row["audience"]: row["text"]["zh"] for row in rows(center, "notice")}["duty_chain"].startswith("暴雨蓝色预警生效")

    warnings.take_warning(center, PastedText(text="奎文区气象台将暴雨蓝色预警升级为暴雨橙色预警"), officer)
    work_off(center, clock)
    assert [(row["plan_id"], row["level"]) for row in rows(center, "proposal")] == [(FLOOD, "II")]
    activations.change_level(center, answer.activation_id, Level.II, commander, reason="orange")
    assert rows(center, "proposal") == []


def test_an_activation_puts_by_what_its_level_wants_and_a_roll_back_gives_it_back(center: Center, commander: Actor) -> None:
    before = {need.material: need.available for need in stock_questions.needs_of_plan(center, FLOOD, Level.II)}

    answer = activate(center, commander, FLOOD, "II")
    held = stock_questions.needs_of_plan(center, FLOOD, Level.II, [("activation", answer.activation_id)])
    assert {need.material: need.held for need in held} == dict(center.catalogue.plans[FLOOD].resources[Level.II].materials)
    assert all(need.short == 0 for need in held)

    activations.undo(center, answer.activation_id, commander)
    assert {need.material: need.available for need in stock_questions.needs_of_plan(center, FLOOD, Level.II)} == before
    assert stock_questions.ledger_gaps(center) == []


def test_a_second_plan_gets_what_is_left_and_the_preview_said_so(center: Center, commander: Actor) -> None:
    activate(center, commander, FLOOD, "I")
    seen = plan_preview.preview(center, ActivatePlan(plan_id="P09", level=Level.I), commander)
    short = {need.material: need.short for need in seen.stock if need.short}

    answer = activate(center, commander, "P09", "I")

    held = stock_questions.needs_of_plan(center, "P09", Level.I, [("activation", answer.activation_id)])
    assert {need.material: need.short for need in held if need.short} == short != {}


def test_the_preview_shows_the_vehicles_a_person_chose_and_how_many_are_left_out(center: Center, officer: Actor, leader: Actor) -> None:
    order = ActivatePlan(plan_id=FLOOD, level=Level.III, units=("patrol-05", "guarantee-1"))
    activate(center, leader, SNOW, "IV", units=("guarantee-1",))

    wanted = {need.kind: need for need in plan_preview.preview(center, order, officer).units}
    patrol, guarantee = wanted["patrol_vehicle"], wanted["guarantee_vehicle"]

    assert (patrol.chosen, patrol.fewer, patrol.short) == (("patrol-05",), patrol.wanted - 1, 0)
    assert (guarantee.chosen, guarantee.fewer) == ((), guarantee.wanted)
    assert "patrol-06" in patrol.offered
    assert "guarantee-1" not in guarantee.offered


def test_without_a_choice_nothing_is_left_out(center: Center, officer: Actor) -> None:
    seen = plan_preview.preview(center, ActivatePlan(plan_id=FLOOD, level=Level.III), officer)

    assert [need.fewer for need in seen.units] == [0] * len(seen.units)
