"""Plans in front of people: three clicks or no mouse at all, a leader's yes, half a minute to think again, a checklist that lives."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from command_center.db.tables import Notice, PlanTask
from command_center.domain.activations import blanks
from command_center.domain.board import Row
from command_center.domain.events import NoticeUnanswered
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.services import activations, measurements, plan_tasks
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from command_center.services.measurements import TakeMeasurement
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.ui.desk_parts import last_time_of_day, read_number
from command_center.ui.plans_form import BLANK_NAMES, FOUND_BY_ITSELF
from tests.ui.conftest import EAST, SHOPS, Screens, Theatre, until
from tests.ui.test_screen_rules import AXE, CUT, MOST_HAN, TAGS, TEXTS

FLOOD, SNOW, GAS = "P01", "P02", "P04"
CHIEF = Actor(name="chief", role=Role.COMMANDER)
OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
HOSTILE = '<img src=x onerror="window.hacked=1"><b>x</b>'

SMALL = """least => [...document.querySelectorAll('.desk :is(button, a, input:not([type=radio], [type=checkbox]), summary)')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .map(one => [one.id || one.className || one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < least - .5).map(([name, box]) => [name, box.width, box.height])"""

TOO_WIDE = """() => [document.documentElement, ...document.querySelectorAll('.desk, .desk .pane, .desk .scroll, .desk-head')]
  .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
  .map(box => [box.className, box.scrollWidth, box.clientWidth])"""


def in_force(theatre: Theatre, plan_id: str, level: str, actor: Actor = CHIEF, **more: Any) -> int:  # noqa: ANN401 - any field of the order
    order = ActivatePlan(plan_id=plan_id, level=Level(level), **more)
    return activations.activate_plan(theatre.center, order, actor).activation_id


def rows(theatre: Theatre, kind: str) -> list[Row]:
    return [row for row in read_snapshot(theatre.center).rows if row["kind"] == kind and not row["gone"]]


def task_of(theatre: Theatre, step_id: str) -> Row:
    return max((row for row in rows(theatre, "task") if row["step_id"] == step_id), key=lambda row: row["occurrence"])


def task_row(page: Page, step_id: str) -> Locator:
    return page.locator(f".task[data-step='{step_id}']").first


def toast(page: Page) -> Locator:
    return page.locator(".toast").last


class Hand:
    """Counts what a person has to do."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1


# ---- putting a plan into force -----------------------------------------------------------------------------------------------------


def test_a_plan_is_in_force_after_three_clicks_from_the_console(screens: Screens, theatre: Theatre) -> None:
    page, hand = screens.open("/console", role=Role.DUTY_LEADER), Hand()

    hand.click(page.locator("#console-open-plans"))
    hand.click(page.locator(f".plan-card[data-plan={FLOOD}]"))
    expect(page.locator(".sum").first).to_contain_text("项任务")
    hand.click(page.locator("#plans-confirm"))

    expect(page.locator(".board-head")).to_contain_text("已启动")
    expect(toast(page)).to_contain_text("30秒内可撤销")
    assert hand.clicks == 3
    assert [(row["plan_id"], row["level"], row["status"]) for row in rows(theatre, "activation")] == [(FLOOD, "IV", "active")]


def test_a_plan_is_asked_for_without_a_mouse(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console")

    page.keyboard.press("F9")
    until(page, "document.activeElement.matches('.plan-card')")
    for _ in range(12):
        if page.evaluate("document.activeElement.dataset.plan") == FLOOD:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(page, "document.activeElement.matches('input[name=level][value=IV]')")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#plans-confirm")).to_contain_text("申请启动III级")
    page.locator("#plans-reason").focus()
    page.keyboard.type("30 mm in one hour")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".board-head")).to_contain_text("由副总指挥决定")
    assert [(row["level"], row["status"]) for row in rows(theatre, "activation")] == [("III", "proposed")]
    expect(page.locator(".board-head")).to_contain_text("30 mm in one hour")
    page.keyboard.press("Escape")
    expect(page.locator(".plans-overview")).to_contain_text("待批准")
    page.keyboard.press("Escape")
    expect(page.locator(".console-head")).to_be_visible()


def test_the_preview_follows_level_and_blanks_and_the_message_goes_out_as_shown(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={FLOOD}", role=Role.COMMANDER)
    tasks = page.locator(".sum b").first
    expect(tasks).to_have_text("6")

    page.locator("label[for*='level-II']:has-text('重大')").click()
    expect(tasks).to_have_text("11")
    page.locator("#plans-blank-signal").fill("暴雨橙色预警")
    expect(page.locator(".message .final").first).to_have_text("暴雨橙色预警生效，建议启动防汛II级响应，请确认")
    page.locator("#plans-confirm").click()

    expect(page.locator(".told-line .final").first).to_be_visible()
    texts = {row["audience"]: row["text"]["zh"] for row in rows(theatre, "notice") if "S0" not in row["id"]}
    assert "暴雨橙色预警生效，建议启动防汛II级响应，请确认" in [row["text"]["zh"] for row in rows(theatre, "notice")], texts


def test_a_person_ticks_the_vehicles_and_the_choice_goes_with_the_request(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={FLOOD}")
    ticked = page.locator("[data-unit-choice][aria-checked=true]")
    expect(ticked.first).to_be_visible()
    going = [str(box.get_attribute("data-unit-choice")) for box in ticked.all()]
    instead = str(page.locator("[data-unit-choice][aria-checked=false]").first.get_attribute("data-unit-choice"))

    page.locator(f"[data-unit-choice={going[0]}]").click()
    expect(page.locator(".plans-would")).to_contain_text("少派1")
    page.locator(f"[data-unit-choice={instead}]").click()
    expect(page.locator("[data-units-offered]")).to_be_visible()
    page.locator("#plans-confirm").click()

    expect(page.locator(".board-head")).to_contain_text("待批准")
    (row,) = rows(theatre, "activation")
    assert rows(theatre, "duty") == []
    activations.approve(theatre.center, int(row["id"]), CHIEF)
    assert {duty["unit_id"] for duty in rows(theatre, "duty")} == {*going[1:], instead}


def test_what_is_typed_in_the_last_moment_is_in_the_order(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={FLOOD}", role=Role.DUTY_LEADER)
    page.locator("#plans-reason").focus()

    page.keyboard.type(HOSTILE)
    page.keyboard.press("Control+Enter")

    expect(page.locator(".board-head .status")).to_contain_text(HOSTILE)
    assert page.evaluate("window.hacked === undefined")


def test_a_trigger_is_written_down_as_the_reason_with_one_click(screens: Screens) -> None:
    page = screens.open(f"/plans?plan={FLOOD}")

    page.locator(".trigger:visible", has_text="道路积水15厘米").click()

    expect(page.locator("#plans-reason")).to_have_value("道路积水15厘米")
    assert page.locator(".trigger:visible", has_text="27厘米").count() == 0


def test_a_plan_with_variants_wants_to_know_which_and_a_trigger_says_it(screens: Screens) -> None:
    page = screens.open("/plans?plan=P05&level=III", role=Role.COMMANDER)
    expect(page.locator("#plans-confirm")).to_be_disabled()
    expect(page.locator(".obstacle")).to_contain_text("请选择类型")

    page.locator(".trigger:visible", has_text="高温橙色").click()

    expect(page.locator("input[name=variant][value=heat]")).to_be_checked()
    expect(page.locator("#plans-confirm")).to_be_enabled()


def test_an_open_incident_brings_its_plans_and_is_attached(screens: Screens, theatre: Theatre) -> None:
    incident_id = theatre.incident("E109", Level.II, ago_s=30, place=SHOPS, at=EAST)
    page = screens.open("/console", role=Role.COMMANDER)

    page.locator(f"button.inc[data-id='{incident_id}']").click()
    page.locator(f"#console-incident-head [data-go*='plan={GAS}']").click()
    expect(page.locator(f"#plans-incident input[value='{incident_id}']")).to_be_checked()
    expect(page.locator("input[name=level][value=II]")).to_be_checked()
    page.locator("#plans-confirm").click()

    expect(page.locator(".board-head")).to_contain_text("0101-")
    assert {row["incident_id"] for row in rows(theatre, "activation")} == {str(incident_id)}
    assert {row["incident_id"] for row in rows(theatre, "assignment")} == {str(incident_id)}


def test_life_at_risk_goes_first_and_the_time_to_confirm_is_shown(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={GAS}&level=II")
    expect(page.locator(".confirming")).to_contain_text("由总指挥批准")

    page.locator("#plans-confirming label", has_text="有生命危险").click()
    expect(page.locator("#plans-confirm")).to_contain_text("先行启动II级")
    page.locator("#plans-reason").fill("楼道内测得55 %LEL")
    page.locator("#plans-confirm").click()

    expect(page.locator(".decision .left")).to_contain_text("14'")
    assert [row["status"] for row in rows(theatre, "activation")] == ["provisional"]


def test_every_blank_of_the_shipped_messages_has_a_name(theatre: Theatre) -> None:
    plans = theatre.center.catalogue.plans.values()
    asked = {name for plan in plans for line in plan.notifications for name in blanks(line.text)}

    assert asked - FOUND_BY_ITSELF <= set(BLANK_NAMES)


# ---- saying yes, no, and never mind ------------------------------------------------------------------------------------------------


def test_a_leader_approves_with_two_clicks(screens: Screens, theatre: Theatre) -> None:
    in_force(theatre, FLOOD, "III", OFFICER, reason="30 mm")
    page, hand = screens.open("/plans", role=Role.DEPUTY_COMMANDER), Hand()

    hand.click(page.locator(f".plan-line[data-plan={FLOOD}]"))
    expect(page.locator("#plans-tasks .sums")).to_be_visible()
    hand.click(page.locator(".decision [data-main]"))

    expect(page.locator(".task").first).to_be_visible()
    assert hand.clicks == 2
    assert [row["status"] for row in rows(theatre, "activation")] == ["active"]


def test_who_may_not_approve_is_told_who_does_and_has_no_key_for_it(screens: Screens, theatre: Theatre) -> None:
    in_force(theatre, FLOOD, "II", OFFICER)

    page = screens.open("/plans", role=Role.DUTY_LEADER)

    expect(page.locator(".plan-running")).to_contain_text("由总指挥决定")
    assert page.locator(".plan-running .primary").count() == 0
    page.locator(".plan-line").first.click()
    expect(page.locator(".decision")).to_contain_text("由总指挥决定，正在依次呼叫")
    assert page.locator(".decision button[data-main]").count() == 0


def test_a_leader_declines_with_a_reason(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "II", OFFICER)
    page = screens.open(f"/plans?activation={number}", role=Role.COMMANDER)

    page.locator(".decision button", has_text="不同意").click()
    page.locator("#plans-word").fill("no rain in sight")
    page.keyboard.press("Enter")

    expect(page.locator(".board-head")).to_contain_text("no rain in sight")
    assert rows(theatre, "activation") == []


def test_thirty_seconds_to_undo_and_then_the_key_is_gone(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={FLOOD}", role=Role.DUTY_LEADER)
    page.locator("#plans-confirm").click()
    undo = page.locator(".undo")
    expect(undo).to_contain_text(re.compile(r"0'[12]\d"))
    page.evaluate("document.querySelector('.undo').dataset.goneAt = new Date(cc.now() - 1).toISOString()")
    expect(undo).to_be_hidden()
    page.evaluate("document.querySelector('.undo').dataset.goneAt = new Date(cc.now() + 20000).toISOString()")

    undo.click()

    expect(page.locator(".board-head")).to_contain_text("已撤回")
    expect(toast(page)).to_contain_text("已撤回")
    assert rows(theatre, "activation") == []


def test_an_order_that_comes_second_is_refused_with_the_first_ones_name(screens: Screens, theatre: Theatre) -> None:
    page = screens.open(f"/plans?plan={FLOOD}", role=Role.DUTY_LEADER)
    expect(page.locator("#plans-confirm")).to_be_enabled()
    order = page.locator("#plans-confirm").get_attribute("data-order")
    assert order is not None
    in_force(theatre, FLOOD, "IV")

    form = {"token": f"plan={FLOOD}", "level": "IV"}
    page.evaluate(
        "order => dash_clientside.set_props('plans-order', {data: order})", json.loads(order) | {"form": form, "key": "late", "n": 99}
    )

    expect(toast(page)).to_contain_text("chief")
    expect(page.locator(".obstacle").first).to_contain_text("该预案已启动")
    expect(page.locator("#plans-confirm")).to_be_disabled()


# ---- the checklist -----------------------------------------------------------------------------------------------------------------


def test_a_task_is_ticked_off_with_the_words_its_step_asks_for(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    task = task_row(page, "P01-S01")

    task.get_by_role("button", name="着手").click()
    expect(task).to_contain_text("进行中")
    task.get_by_role("button", name="完成").click()
    expect(page.locator("#plans-ask")).to_contain_text("核对预警")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("文字")
    page.locator("#plans-word").fill("received 18:21")
    page.keyboard.press("Enter")

    expect(page.locator("#plans-ask")).to_be_hidden()
    expect(page.locator(".task.done", has_text="received 18:21")).to_be_visible()
    expect(page.locator(".status .progress")).to_contain_text("完成 1/6")
    assert task_of(theatre, "P01-S01")["status"] == "done"


def test_a_number_is_read_as_people_type_it_and_nothing_else_counts(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "II")
    page = screens.open(f"/plans?activation={number}")

    task_row(page, "P01-S07").get_by_role("button", name="完成").click()
    page.locator("#plans-word").fill("many")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("many")
    page.locator("#plans-word").fill("37")
    page.keyboard.press("Enter")

    expect(page.locator(".task.done", has_text="37")).to_be_visible()
    assert read_number("1,5") == 1.5
    assert read_number("-3") is None
    assert read_number("1e9") is None


def test_a_skipped_task_says_why_and_is_taken_up_again(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")

    task_row(page, "P01-S03").get_by_role("button", name="跳过").click()
    page.locator("#plans-word").fill("pumps are there")
    page.locator("#plans-ask-go").click()
    expect(task_row(page, "P01-S03")).to_contain_text("pumps are there")
    task_row(page, "P01-S03").get_by_role("button", name="恢复").click()

    expect(task_row(page, "P01-S03")).to_contain_text("待办")


def test_what_others_do_appears_while_a_word_is_being_typed_and_the_word_stays(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    task_row(page, "P01-S01").get_by_role("button", name="完成").click()
    page.locator("#plans-word").fill("half a sen")

    plan_tasks.begin_task(theatre.center, int(task_of(theatre, "P01-S03")["id"]), OFFICER)

    expect(task_row(page, "P01-S03")).to_contain_text("进行中")
    expect(page.locator("#plans-word")).to_have_value("half a sen")
    expect(page.locator("#plans-word")).to_be_focused()


def test_what_is_drawn_anew_keeps_the_keyboard_where_it_was(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    task_row(page, "P01-S03").get_by_role("button", name="完成").focus()

    plan_tasks.begin_task(theatre.center, int(task_of(theatre, "P01-S01")["id"]), OFFICER)

    expect(task_row(page, "P01-S01")).to_contain_text("进行中")
    expect(task_row(page, "P01-S03").get_by_role("button", name="完成")).to_be_focused()


def test_two_who_tick_the_same_task_learn_who_was_first(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    task_row(page, "P01-S01").get_by_role("button", name="完成").click()
    done = DoTask(task_id=int(task_of(theatre, "P01-S01")["id"]), evidence=Evidence(text="first"))
    plan_tasks.do_task(theatre.center, done, OFFICER)

    page.locator("#plans-word").fill("second")
    page.keyboard.press("Enter")

    expect(toast(page)).to_contain_text("未执行")
    expect(task_row(page, "P01-S01")).to_contain_text("first")
    expect(page.locator("#plans-ask")).to_be_visible()


def test_my_group_is_remembered(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "II")
    page = screens.open(f"/plans?activation={number}")
    expect(page.locator(".group")).to_have_count(6)

    page.locator("[data-group-choice=rescue]").click()
    expect(page.locator(".group")).to_have_count(1)
    page.reload()

    expect(page.locator(".group")).to_have_count(1)
    expect(page.locator(".group h3")).to_have_text("抢险救援组")


def test_a_deadline_that_counts_from_the_end_of_the_snow_waits_for_it(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, SNOW, "III")
    page = screens.open(f"/plans?activation={number}")
    expect(task_row(page, "P02-S05")).to_contain_text("雪停后计时")

    page.get_by_role("button", name="雪停时间").click()
    page.keyboard.press("Enter")

    expect(page.locator(".board-head .acts")).to_contain_text("雪停：")
    expect(task_row(page, "P02-S05").locator(".clock")).to_contain_text("1:5")


def test_a_rule_that_asks_for_more_is_said_on_desk_and_board_and_leads_to_what_it_would_add(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    measure = TakeMeasurement(metric="ponding_depth_cm", value=30, place_id="XQ001")
    value = measurements.take_measurement(theatre.center, measure, OFFICER)
    page = screens.open("/console", role=Role.COMMANDER)

    page.locator(".next li", has_text="应升至III级：任一积水点达27厘米").get_by_role("button").click()
    expect(page.locator(".change-head")).to_contain_text("III级将增加")
    expect(page.locator(".decision.go-up")).to_contain_text("任一积水点达27厘米")
    page.locator(".change-head .primary").click()
    expect(page.locator("#plans-word")).to_have_value(re.compile("27厘米"))
    page.keyboard.press("Enter")

    expect(page.locator(".board-head h2")).to_contain_text("III")
    expect(page.locator(".task").first).to_be_visible()
    expect(page.locator(".decision.go-up")).to_have_count(0)
    assert page.url.endswith(f"?activation={number}")
    measurements.correct_measurement(theatre.center, value, 0, OFFICER, "the test is over")


def test_a_time_of_day_is_the_last_one_that_has_been() -> None:
    now = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)  # half past midnight in Shanghai

    assert last_time_of_day("00:15", now, "Asia/Shanghai") == datetime(2026, 3, 2, 16, 15, tzinfo=UTC)
    assert last_time_of_day(" 23：50 ", now, "Asia/Shanghai") == datetime(2026, 3, 2, 15, 50, tzinfo=UTC)
    assert last_time_of_day("24:00", now, "Asia/Shanghai") is None
    assert last_time_of_day("soon", now, "Asia/Shanghai") is None


def test_a_plan_is_raised_by_its_level_key_and_ends_when_its_conditions_are_ticked(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}", role=Role.COMMANDER)

    page.get_by_role("button", name="升至III级").click()
    page.locator("#plans-word").fill("30 mm")
    page.keyboard.press("Enter")
    expect(page.locator(".board-head h2")).to_contain_text("III")
    page.locator("summary", has_text="终止条件").click()
    for ticked in range(3):
        page.locator(".condition[aria-checked=false]").first.click()
        expect(page.locator(".condition[aria-checked=true]")).to_have_count(ticked + 1)
    page.get_by_role("button", name="终止…").click()
    page.keyboard.press("Enter")

    expect(page.locator(".board-head")).to_contain_text("已终止")
    assert rows(theatre, "activation") == []

    expect(page.locator(".review .sum").last).to_contain_text("通知回执")
    page.keyboard.press("Escape")
    page.locator(f".line[data-ended='{number}'] button", has_text="复盘").click()
    page.locator(".review button", has_text="完成复盘").click()
    page.locator("#plans-word").fill("pumps came late")
    page.keyboard.press("Enter")

    expect(page.locator(".review .learnt")).to_contain_text("pumps came late")
    expect(page.locator(".board-head")).to_contain_text("已复盘")
    page.emulate_media(media="print")
    expect(page.locator(".review .sums")).to_be_visible()
    expect(page.locator(".plans-list")).to_be_hidden()


# ---- who was told ------------------------------------------------------------------------------------------------------------------


def test_who_has_not_answered_is_listed_with_number_and_ticked_by_phone(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    stations = page.locator(".told-line", has_text="四个救援站").first
    expect(stations).to_contain_text("回执 0/4")

    stations.get_by_role("button", name="名单").click()
    expect(stations.locator(".recipients li")).to_have_count(4)
    stations.locator(".recipients button").first.click()

    expect(stations).to_contain_text("回执 1/4")
    expect(stations.locator(".recipients button")).to_have_count(3)


def test_a_crew_told_by_phone_is_acknowledged(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")

    page.locator("summary", has_text="车辆").click()
    page.locator(".duties button").first.click()

    expect(page.locator(".duties")).to_contain_text("已签收")
    assert sum(row["acknowledged_at"] is not None for row in rows(theatre, "duty")) == 1


def test_a_task_whose_time_runs_out_is_told_once_by_a_sound_and_in_words(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, FLOOD, "IV")
    page = screens.open(f"/plans?activation={number}")
    until(page, "cc.sound.state() === 'on' && performance.now() > 3000")
    page.evaluate("document.addEventListener('cc:sound', ({detail}) => (window.heard = [...(window.heard || []), detail.level]))")
    task_id = int(task_of(theatre, "P01-S02")["id"])

    with theatre.center.work(SYSTEM) as work:
        work.get(PlanTask, task_id).due_at = work.now - timedelta(seconds=1)
        plan_tasks.mark_overdue(work, task_id)

    expect(toast(page)).to_contain_text("预案任务超时")
    expect(toast(page)).to_contain_text("通知四站")
    expect(page.locator(".toast-overdue")).to_have_count(1)
    assert page.evaluate("window.heard") == ["IV"]


def test_a_message_to_the_public_waits_until_its_blanks_are_filled(screens: Screens, theatre: Theatre) -> None:
    number = in_force(theatre, "P03", "II")
    page = screens.open(f"/plans?activation={number}")
    waiting = page.locator(".told-line", has_text="请走楼梯有序撤离到____").first
    expect(waiting).to_contain_text("未发出")

    waiting.get_by_role("button", name="填写").click()
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("空白")
    page.locator("#plans-word").fill("请走楼梯到文化路小学")
    page.locator("#plans-more-1").fill("Take the stairs to Wenhua Road School")
    page.locator("#plans-ask-go").click()

    expect(page.locator("#plans-ask")).to_be_hidden()
    assert {row["work"] for row in rows(theatre, "notice") if row["audience"] == "residents"} == {"queued"}


# ---- elsewhere ---------------------------------------------------------------------------------------------------------------------


def test_the_desk_is_told_what_plans_wait_for(screens: Screens, theatre: Theatre) -> None:
    in_force(theatre, GAS, "II", OFFICER, life_risk=True, reason="55 %LEL")
    in_force(theatre, FLOOD, "III", OFFICER)

    page = screens.open("/console")

    expect(page.locator(".next li", has_text="燃气 II级")).to_contain_text("待总指挥")
    expect(page.locator(".next li", has_text="防汛抗旱 III级")).to_contain_text("待副总指挥批准")
    page.locator(".next li", has_text="燃气 II级").get_by_role("button").click()
    expect(page.locator(".board-head h2")).to_contain_text("燃气泄漏")


@pytest.fixture
def flood_and_gas(screens: Screens, theatre: Theatre) -> Screens:
    """Two plans in force, one of them provisional, with something done, begun and skipped, and three incidents."""
    in_force(theatre, FLOOD, "II", reason="50 mm in one hour", fields={"signal": "暴雨橙色预警"})
    plan_tasks.begin_task(theatre.center, int(task_of(theatre, "P01-S03")["id"]), OFFICER)
    plan_tasks.skip_task(theatre.center, int(task_of(theatre, "P01-S06")["id"]), OFFICER, "dry")
    done = DoTask(task_id=int(task_of(theatre, "P01-S01")["id"]), evidence=Evidence(text="received"))
    plan_tasks.do_task(theatre.center, done, OFFICER)
    incident = theatre.incident("E109", Level.II, ago_s=30, place=SHOPS, at=EAST)
    theatre.incident("E105", Level.III, ago_s=300, place=("梨园小区12号楼", "Block 12, Liyuan Compound"), at=EAST)
    in_force(theatre, GAS, "II", OFFICER, incident_id=incident, life_risk=True)
    for audience, ago_s in (("stations", 720), ("communities", 300)):
        silent_for(theatre, audience, ago_s)
    return screens


def silent_for(theatre: Theatre, audience: str, ago_s: float) -> None:
    """The newest message to an audience was sent so long ago, and its time to answer is over."""
    newest = max((row for row in rows(theatre, "notice") if row["audience"] == audience), key=lambda row: int(row["id"]))
    with theatre.center.work(SYSTEM) as work:
        notice = work.get(Notice, int(newest["id"]))
        notice.needs_answer, notice.queued_at = True, work.now - timedelta(seconds=ago_s)
        notice.answer_until = notice.ask_again_at = work.now
        number = notice.activation_id
        work.record(
            NoticeUnanswered(notice_id=notice.id, audience=audience, activation_id=number, incident_id=None, round=1, recipients=[])
        )


@pytest.mark.corners
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(("width", "height", "metres", "inches"), [(1920, 1080, 5, 65), (3840, 2160, 5, 98)])
def test_the_wall_shows_running_plans_and_stays_readable(
    flood_and_gas: Screens, width: int, height: int, metres: float, inches: float, lang: str
) -> None:
    page = flood_and_gas.open(f"/wall?d={metres}&diag={inches}", role=Role.DISPLAY, size=(width, height), lang=lang)

    expect(page.locator(".wall-plan")).to_have_count(2)
    expect(page.locator(".wall-plan").first).to_contain_text("1/10")
    expect(page.locator(".wall-plan").last).to_contain_text("14'")
    expect(page.locator(".wall-silent")).to_have_count(1)
    expect(page.locator(".wall-silent")).to_contain_text("4/4")
    expect(page.locator(".wall-silent .clock")).to_contain_text("12'")
    expect(page.locator(".wall-silent small")).to_have_text("+1")
    assert page.evaluate(CUT) == []
    assert page.evaluate("cc.wall.han()") <= MOST_HAN
    smallest = min(text["px"] for text in page.evaluate(TEXTS))
    assert page.evaluate("([px, d, diag]) => cc.arcmin(px, d, diag, innerWidth, innerHeight)", [smallest, metres, inches]) >= 15.95


def test_the_wall_has_no_place_for_plans_while_none_runs(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)
    expect(page.locator("#wall-plans")).to_be_hidden()

    in_force(theatre, FLOOD, "IV")

    expect(page.locator(".wall-plan")).to_contain_text("防汛抗旱")


def views(theatre: Theatre) -> dict[str, str]:
    by_plan = {row["plan_id"]: row["id"] for row in rows(theatre, "activation")}
    return {"cards": "/plans", "preview": "/plans?plan=P03&level=I", "board": f"/plans?activation={by_plan[FLOOD]}"}


@pytest.mark.hardest
@pytest.mark.parametrize(("theme", "lang"), [("night", "zh_CN"), ("day", "en")])
def test_no_view_has_an_accessibility_violation_or_a_small_target(flood_and_gas: Screens, theatre: Theatre, theme: str, lang: str) -> None:
    found = {}
    for name, path in views(theatre).items():
        page = flood_and_gas.open(path, theme=theme, lang=lang, role=Role.COMMANDER)
        if name == "board":
            page.locator("[data-unfold]").first.click()
            expect(page.locator(".recipients li").first).to_be_visible()
        page.evaluate(AXE)
        broken = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]
        found[name] = [(rule["id"], rule["nodes"][0]["target"], rule["nodes"][0]["failureSummary"]) for rule in broken]
        found[f"{name}, small"] = page.evaluate(SMALL, 32)
        flood_and_gas.close()

    assert {name: broken for name, broken in found.items() if broken} == {}


@pytest.mark.hardest
@pytest.mark.parametrize(("size", "lang"), [((1366, 768), "en"), ((390, 844), "zh_CN"), ((390, 844), "en")])
def test_no_view_is_wider_than_its_screen(flood_and_gas: Screens, theatre: Theatre, size: tuple[int, int], lang: str) -> None:
    found = {}
    for name, path in views(theatre).items():
        page = flood_and_gas.open(path, size=size, lang=lang)
        found[name] = page.evaluate(TOO_WIDE)
        if size[0] < 1000:
            found[f"{name}, small"] = page.evaluate(SMALL, 48)
        flood_and_gas.close()

    assert {name: wide for name, wide in found.items() if wide} == {}
