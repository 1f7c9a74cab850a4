"""Information reports: clocks that follow incidents and plans, drafts from the facts, sent once, and the next one due."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Job
from command_center.domain.activations import UNFILLED
from command_center.domain.errors import BlanksLeft, EditedMeanwhile, Invalid, NotPermitted, ReportClosed, Unknown
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus, IncidentStatus
from command_center.services import activations, assignments, dispatching, incidents, notices, report_clocks, reports
from command_center.services.activations import ActivatePlan
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off
from workers import jobs as workers_jobs

FLOOD, GAS = "P01", "P04"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def clocks(center: Center) -> dict[str, dict[str, Any]]:
    """The open reports by kind, with the follow-up's number."""
    return {f"{row['report_kind']}{row['number']}": row for row in rows(center, "report")}


def report_id(center: Center, name: str) -> int:
    return int(clocks(center)[name]["id"])


def minutes_left(center: Center, name: str) -> float:
    return round((datetime.fromisoformat(clocks(center)[name]["due_at"]) - center.now()).total_seconds() / 60, 1)


def tell(center: Center, actor: Actor, name: str) -> None:
    """Give a report to the district over the phone."""
    reports.send_report(center, report_id(center, name), actor, "区值班室", told_by_phone=True)


def told_in_full(center: Center, actor: Actor) -> None:
    for name in ("phone1", "initial1"):
        tell(center, actor, name)


def terminate(center: Center, activation_id: int, actor: Actor) -> None:
    for number in range(3):
        activations.tick_condition(center, activation_id, number, actor)
    activations.terminate(center, activation_id, actor)


# ---- clocks ------------------------------------------------------------------------------------------------------------------------


def test_a_call_of_level_three_starts_both_clocks_from_the_call(center: Center, officer: Actor, clock: Clock) -> None:
    called_at = clock.now()
    take_test_call(center, officer)
    assert clocks(center) == {}

    work_off(center, clock)

    due = {name: datetime.fromisoformat(row["due_at"]) - called_at for name, row in clocks(center).items()}
    assert due == {"phone1": timedelta(minutes=30), "initial1": timedelta(minutes=60)}


def test_a_lighter_incident_starts_none_until_it_is_judged_graver(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer, severity=Level.IV)
    work_off(center, clock, 600)
    assert clocks(center) == {}

    incidents.set_severity(center, taken.incident_id, Level.III, officer, "spreading")
    judged_at = clock.now()
    work_off(center, clock)

    assert datetime.fromisoformat(clocks(center)["phone1"]["due_at"]) == judged_at + timedelta(minutes=30)


def test_a_call_that_joins_starts_no_clock_of_its_own(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    take_test_call(center, officer, join=taken.incident_id)

    work_off(center, clock)

    assert len(entries(center, "ReportOpened")) == 2


def test_a_plan_without_an_incident_has_its_own_clocks(center: Center, commander: Actor, clock: Clock) -> None:
    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    work_off(center, clock)

    (phone,) = [row for row in rows(center, "report") if row["report_kind"] == "phone"]
    assert (phone["incident_id"], phone["plan_id"]) == (None, FLOOD)
    assert set(clocks(center)) == {"phone1", "initial1"}


def test_a_plan_for_an_incident_shares_the_incidents_clocks(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer, severity=Level.II)
    work_off(center, clock)

    activations.activate_plan(center, ActivatePlan(plan_id=GAS, level=Level.II, incident_id=taken.incident_id), commander)
    work_off(center, clock)

    assert {row["incident_id"] for row in rows(center, "report")} == {str(taken.incident_id)}
    assert len(entries(center, "ReportOpened")) == 2


def test_a_plan_that_only_waits_for_approval_starts_nothing(center: Center, officer: Actor, clock: Clock) -> None:
    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.II), officer)

    work_off(center, clock)

    assert clocks(center) == {}


def test_a_step_that_schedules_the_report_finds_the_clocks_running(center: Center, commander: Actor, clock: Clock) -> None:
    """P04-S10 has the work schedule_report; the activation itself has started the clocks, whichever of the two comes first."""
    activations.activate_plan(center, ActivatePlan(plan_id=GAS, level=Level.III), commander)

    work_off(center, clock)

    assert set(clocks(center)) == {"phone1", "initial1"}
    assert {row["work"] for row in rows(center, "task") if row["job"] == "schedule_report"} == {"done"}


def test_keeping_the_clocks_again_changes_nothing(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    before = rows(center, "report")

    for _ in range(2):
        with center.work(officer) as work:
            report_clocks.keep_clocks(center, work, incident_id=taken.incident_id)

    assert rows(center, "report") == before


def test_two_keepers_at_once_start_the_clocks_once(center: Center, open_center: Callable[[], Center], officer: Actor) -> None:
    taken = take_test_call(center, officer)

    def keep(at: Center) -> None:
        with at.work(officer) as work:
            report_clocks.keep_clocks(at, work, incident_id=taken.incident_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(keep, [center, open_center(), open_center(), open_center()]))

    assert set(clocks(center)) == {"phone1", "initial1"}
    assert len(entries(center, "ReportOpened")) == 2


def test_a_deadline_that_passes_is_told_once(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)

    work_off(center, clock)
    work_off(center, clock, 1801)
    work_off(center, clock, 600)

    assert [facts["report_kind"] for facts in entries(center, "ReportOverdue")] == ["phone"]
    assert clocks(center)["phone1"]["overdue_at"] is not None
    assert clocks(center)["initial1"]["overdue_at"] is None


def test_a_call_written_down_an_hour_late_is_overdue_at_once(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer, reported_at=clock.now() - timedelta(hours=2))

    work_off(center, clock)

    assert {facts["report_kind"] for facts in entries(center, "ReportOverdue")} == {"phone", "initial"}


# ---- what follows --------------------------------------------------------------------------------------------------------------------


def test_after_the_first_written_report_a_numbered_follow_up_is_due_by_the_level(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)

    tell(center, officer, "phone1")
    assert "followup1" not in clocks(center)
    tell(center, officer, "initial1")
    assert minutes_left(center, "followup1") == 240

    clock.advance(3600)
    tell(center, officer, "followup1")
    assert minutes_left(center, "followup2") == 240
    assert [facts["late_s"] for facts in entries(center, "ReportSent")] == [0, 0, 0]


def test_a_graver_level_brings_the_follow_up_forward_and_its_old_deadline_is_not_told(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    told_in_full(center, officer)

    incidents.set_severity(center, taken.incident_id, Level.I, officer)
    work_off(center, clock)
    assert minutes_left(center, "followup1") <= 60

    incidents.set_severity(center, taken.incident_id, Level.IV, officer)
    work_off(center, clock)
    assert minutes_left(center, "followup1") <= 60
    tell(center, officer, "followup1")
    assert minutes_left(center, "followup2") == 1440
    work_off(center, clock, 5 * 3600)
    assert entries(center, "ReportOverdue") == []


def test_the_level_of_the_plan_counts_as_well(center: Center, commander: Actor, clock: Clock) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    work_off(center, clock)
    told_in_full(center, commander)
    assert minutes_left(center, "followup1") == 1440

    activations.change_level(center, answer.activation_id, Level.II, commander, reason="orange")
    work_off(center, clock)

    assert minutes_left(center, "followup1") <= 120


def test_the_final_report_is_due_a_day_after_everything_about_it_is_over(
    center: Center, officer: Actor, commander: Actor, clock: Clock
) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    told_in_full(center, officer)
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV, incident_id=taken.incident_id), commander)
    for assignment in rows(center, "assignment"):
        assignments.recall_unit(center, int(assignment["id"]), officer)
    incidents.close_incident(center, taken.incident_id, officer)
    work_off(center, clock)
    assert set(clocks(center)) == {"followup1"}

    terminate(center, answer.activation_id, commander)
    ended_at = clock.now()
    work_off(center, clock)

    assert set(clocks(center)) == {"final1"}
    assert datetime.fromisoformat(clocks(center)["final1"]["due_at"]) == ended_at + timedelta(hours=24)
    tell(center, officer, "final1")
    assert clocks(center) == {}


def test_a_reopened_incident_goes_on_reporting(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    told_in_full(center, officer)
    incidents.close_incident(center, taken.incident_id, officer)
    work_off(center, clock)
    assert set(clocks(center)) == {"final1"}

    incidents.reopen_incident(center, taken.incident_id, officer, "it burns again")
    work_off(center, clock)

    assert set(clocks(center)) == {"followup2"}


def test_a_false_alarm_stops_the_clocks(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)

    incidents.close_incident(center, taken.incident_id, officer, outcome=IncidentStatus.FALSE_ALARM)
    work_off(center, clock)

    assert clocks(center) == {}
    assert {facts["because"] for facts in entries(center, "ReportWithdrawn")} == {"taken_back"}


def test_a_plan_that_is_rolled_back_takes_its_clocks_along(center: Center, commander: Actor, clock: Clock) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), commander)
    work_off(center, clock)
    assert len(clocks(center)) == 2

    activations.roll_back(center, answer.activation_id, commander, "wrong plan")
    work_off(center, clock)

    assert clocks(center) == {}


def test_a_merged_incidents_clocks_go_to_the_one_it_went_into(center: Center, officer: Actor, clock: Clock) -> None:
    grave = take_test_call(center, officer)
    light = take_test_call(center, officer, severity=Level.IV)
    work_off(center, clock)
    tell(center, officer, "phone1")

    incidents.merge_incidents(center, grave.incident_id, light.incident_id, officer)
    work_off(center, clock)

    assert {name: row["incident_id"] for name, row in clocks(center).items()} == {"initial1": str(light.incident_id)}
    found = reports.list_reports(center, officer, state="all", incident_id=grave.incident_id)
    assert {(it.kind.value, it.about) for it in found} == {("phone", light.number), ("initial", light.number)}


def test_of_two_incidents_that_become_one_the_earlier_deadline_stays(center: Center, officer: Actor, clock: Clock) -> None:
    first = take_test_call(center, officer)
    clock.advance(600)
    second = take_test_call(center, officer)
    work_off(center, clock)
    first_due = {row["due_at"] for row in rows(center, "report") if row["incident_id"] == str(first.incident_id)}

    incidents.merge_incidents(center, first.incident_id, second.incident_id, officer)
    work_off(center, clock)

    assert {row["due_at"] for row in rows(center, "report")} == first_due
    assert {row["incident_id"] for row in rows(center, "report")} == {str(second.incident_id)}


def test_taking_the_call_itself_queues_nothing_for_its_clocks(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)

    with Session(center.engine) as session:
        due = {job.name: (job.due_at - clock.now()).total_seconds() for job in session.scalars(select(Job))}
    assert due["keep_clocks"] == 5


# ---- texts -----------------------------------------------------------------------------------------------------------------------------


def test_a_first_report_says_what_is_known_and_shows_a_blank_for_what_is_not(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer, said="车棚冒烟")
    dispatching.dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=("patrol-01",)), officer)
    work_off(center, clock)
    (order,) = rows(center, "assignment")
    assignments.report_status(center, ReportStatus(assignment_id=int(order["id"]), status=AssignmentStatus.ON_SCENE), officer)

    text = reports.draft(center, report_id(center, "initial1"))

    kind = center.catalogue.incident_types["E107"].name
    assert text.zh.startswith("【初报】关于")
    assert all(part in text.zh for part in (kind.zh, "3月2日9时00分", "车棚冒烟", "群众来电（1次）", "到场）", "未启动预案", UNFILLED))
    assert all(part in text.en for part in (kind.en, "2026-03-02 09:00", "车棚冒烟", "calls: 1", "on scene", "none in force", UNFILLED))
    assert "%(" not in text.zh + text.en


def test_a_follow_up_tells_only_what_is_new_since_the_last_report(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    incidents.add_note(center, taken.incident_id, "two bikes burn", officer)
    work_off(center, clock)
    told_in_full(center, officer)
    incidents.add_note(center, taken.incident_id, "fire is out", officer)

    text = reports.draft(center, report_id(center, "followup1"))

    assert "fire is out" in text.zh
    assert "two bikes burn" not in text.zh
    tell(center, officer, "followup1")
    assert "无新情况" in reports.draft(center, report_id(center, "followup2")).zh


def test_every_kind_of_report_has_its_text_in_both_languages(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    answer = activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV, reason="暴雨蓝色预警"), commander)
    work_off(center, clock)
    seen = {}
    for name in ("phone1", "initial1", "followup1"):
        seen[name] = reports.draft(center, report_id(center, name), officer)
        tell(center, officer, name)
    terminate(center, answer.activation_id, commander)
    work_off(center, clock)
    seen["final1"] = reports.draft(center, report_id(center, "final1"), commander)

    marks = {"phone1": "【电话报告】", "initial1": "【初报】", "followup1": "【续报（1）】", "final1": "【终报】"}
    assert all(mark in seen[name].zh for name, mark in marks.items())
    assert all(
        part in seen["initial1"].zh for part in ("巡01", "防汛抗旱应急响应", "暴雨蓝色预警", "街道指挥中心（commander）", "IV级响应")
    )
    assert "officer" in seen["initial1"].en
    assert "签发commander" in seen["final1"].zh
    assert "已终止" in seen["final1"].zh


def test_a_simulated_incident_is_marked_as_an_exercise(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer, is_simulated=True)
    work_off(center, clock)

    assert reports.draft(center, report_id(center, "initial1")).zh.startswith("【演练】")


def test_an_edited_text_is_kept_and_the_next_editor_is_told_who_was_faster(
    center: Center, officer: Actor, leader: Actor, clock: Clock
) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "initial1")

    version = reports.save_report(center, row, "全文", "", officer, based_on=0)
    with pytest.raises(EditedMeanwhile) as refusal:
        reports.save_report(center, row, "另一文", "", leader, based_on=0)

    assert (refusal.value.facts["by"], refusal.value.facts["version"]) == ("officer", version)
    view = reports.read_report(center, row, leader)
    assert (view.text.zh, view.is_draft, view.edited_by) == ("全文", False, "officer")
    assert reports.save_report(center, row, "另一文", "Another", leader, based_on=version) == version + 1


def test_a_text_with_blanks_is_not_sent_and_a_finished_one_goes_to_the_district(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "initial1")
    with pytest.raises(BlanksLeft) as refusal:
        reports.send_report(center, row, officer, "区应急局")
    assert refusal.value.facts["blanks"] == reports.read_report(center, row, officer).blanks > 0

    reports.save_report(center, row, "【初报】起火", "", officer, based_on=0)
    reports.send_report(center, row, officer, "区应急局")

    (message,) = rows(center, "notice")
    assert (message["audience"], message["text"]) == ("district", {"zh": "【初报】起火", "en": "【初报】起火"})
    assert entries(center, "NoticeQueued")[-1]["incident_id"] == taken.incident_id
    work_off(center, clock)
    (desk,) = notices.recipients_of(center, int(message["id"]))
    notices.told_by_phone(center, desk.id, officer)
    assert rows(center, "notice") == []


def test_seeing_the_incident_does_not_call_the_report_back(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "initial1")
    reports.save_report(center, row, "【初报】起火", "Fire", officer, based_on=0)
    reports.send_report(center, row, officer, "区应急局")

    incidents.acknowledge_incident(center, taken.incident_id, officer)

    assert [row["audience"] for row in rows(center, "notice")] == ["district"]


def test_a_phone_report_is_a_tick_with_who_was_told(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "phone1")

    with pytest.raises(Invalid):
        reports.send_report(center, row, officer, " ")
    clock.advance(1900)
    reports.send_report(center, row, officer, "区值班室王")

    view = reports.read_report(center, row, officer)
    assert (view.receiver, view.by_phone, view.closed_by) == ("区值班室王", True, "officer")
    assert entries(center, "ReportSent")[0]["late_s"] > 100
    assert rows(center, "notice") == []


def test_two_who_send_the_same_report_send_it_once(center: Center, open_center: Callable[[], Center], officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "initial1")
    reports.save_report(center, row, "【初报】起火", "Fire", officer, based_on=0)

    def send(at: Center) -> bool:
        try:
            reports.send_report(at, row, officer, "区应急局")
        except ReportClosed as no:
            return no.facts["by"] != "officer"
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, [center, open_center(), open_center(), open_center()])) == [False, False, False, True]
    assert len(entries(center, "ReportSent")) == len(rows(center, "notice")) == 1
    assert set(clocks(center)) == {"phone1", "followup1"}


def test_a_doubled_click_gets_one_answer(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "phone1")

    first = reports.send_report(center, row, officer, "区值班室", key="click")
    clock.advance(5)

    assert reports.send_report(center, row, officer, "区值班室", key="click") == first


def test_a_report_nobody_needs_is_dropped_with_the_reason(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row = report_id(center, "phone1")

    with pytest.raises(Invalid):
        reports.drop_report(center, row, officer, "")
    reports.drop_report(center, row, officer, "district was on scene")

    assert set(clocks(center)) == {"initial1"}
    with pytest.raises(ReportClosed):
        reports.send_report(center, row, officer, "区值班室")


def test_a_dropped_first_report_is_replaced_by_the_follow_up_and_dropping_all_ends_the_duty(
    center: Center, officer: Actor, clock: Clock
) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    ends = {it.kind.value: it.ends_duty for it in reports.list_reports(center, officer)}
    assert ends == {"phone": False, "initial": False}

    tell(center, officer, "phone1")
    reports.drop_report(center, report_id(center, "initial1"), officer, "told by phone in full")
    assert set(clocks(center)) == {"followup1"}
    assert not reports.read_report(center, report_id(center, "followup1"), officer).ends_duty

    take_test_call(center, officer, join="new")
    work_off(center, clock)
    reports.drop_report(center, report_id(center, "phone1"), officer, "an exercise of the neighbours")
    last = report_id(center, "initial1")
    assert reports.read_report(center, last, officer).ends_duty
    reports.drop_report(center, last, officer, "an exercise of the neighbours")
    assert set(clocks(center)) == {"followup1"}


def test_refusals_leave_nothing_behind(center: Center, officer: Actor, display: Actor, crew: Callable[[str], Actor], clock: Clock) -> None:
    take_test_call(center, officer)
    work_off(center, clock)
    row, before = report_id(center, "initial1"), rows(center, "report")

    for attempt, refusal in (
        (lambda: reports.save_report(center, row, "x", "", display, based_on=0), NotPermitted),
        (lambda: reports.send_report(center, row, crew("patrol-01"), "x"), NotPermitted),
        (lambda: reports.list_reports(center, display), NotPermitted),
        (lambda: reports.save_report(center, row, " ", "", officer, based_on=0), Invalid),
        (lambda: reports.save_report(center, row, "x" * 8001, "", officer, based_on=0), Invalid),
        (lambda: reports.draft(center, 999), Unknown),
        (lambda: reports.send_report(center, 999, officer, "x"), Unknown),
    ):
        with pytest.raises(refusal):
            attempt()

    assert rows(center, "report") == before


def test_a_clock_is_kept_by_a_worker_that_is_told_twice(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)
    clock.advance(6)
    with Session(center.engine) as session:
        job_id = session.scalars(select(Job.id).where(Job.name == "keep_clocks")).one()

    with workers_jobs.working_at(center):
        outcomes = [workers_jobs.run(job_id) for _ in range(3)]

    assert outcomes == ["done", "already done", "already done"]
    assert len(clocks(center)) == 2
