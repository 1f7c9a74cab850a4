"""Duty scenarios A, B, D, E, F, H and J as people in front of screens live them: what they see, what they press, and how often.

What follows from it away from the screens is told by test_duty_scenarios.py; scenario G by test_shift_change.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Recipient
from command_center.domain.rights import Role
from command_center.services import proposing
from command_center.wire import EmbeddedValkey
from tests.acceptance.conftest import RunningClock
from tests.acceptance.duty_room import DutyRoom, Hand, answer, is_red
from tests.browsing import keep_sights
from tests.ui.conftest import relaying, serving, until
from workers import jobs as workers_jobs

LUANJIA, YINGYUAN, LONGYUAN = "XQ025", "XQ013", "XQ061"
"""Compounds in the areas A2, A1 and A3."""

PUDDLE = (36.7013452, 119.1507896)
THREE_METRES_NORTH = f"{PUDDLE[0] + 3 / 111_195:.7f},{PUDDLE[1]}"


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def room(
    center: Center, open_center: Callable[[], Center], clock: RunningClock, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[DutyRoom]:
    with relaying(open_center()), serving(open_center()) as url, workers_jobs.working_at(center):
        opened = DutyRoom(url=url, center=center, clock=clock, browser=browser)
        yield opened
        keep_sights(request.node, opened.pages())
        opened.close()
    assert opened.problems == []


def docked(page: Page, incident: str) -> Locator:
    """The dock with this incident open in it."""
    page.locator(f"button.inc[data-id='{incident}']").click()
    expect(page.locator("#console-dock")).to_have_attribute("data-kind", "incident")
    expect(page.locator("#console-incident-head .title")).to_be_visible()
    return page.locator("#console-incident-view")


def task(page: Page, step_id: str) -> Locator:
    return page.locator(f".task[data-step='{step_id}']").first


def call(page: Page, kind: str, place: str) -> None:
    """Fill the call form by keyboard alone: F2, the type by its code, the place as it is spoken or typed."""
    page.keyboard.press("F2")
    expect(page.locator("#call-type-search")).to_be_focused()
    page.keyboard.type(kind)
    page.keyboard.press("Enter")
    expect(page.locator("#call-place-search")).to_be_focused()
    page.keyboard.type(place)
    page.keyboard.press("Enter")
    expect(page.locator("#call-said")).to_be_focused()


# ---- A ---------------------------------------------------------------------------------------------------------------------------


def test_a_the_night_from_blue_to_orange_on_the_screens(room: DutyRoom) -> None:
    """A: pasted, proposed with who decides, asked for and approved in two clicks; the silent in red; raised; the checklist at its end."""
    room.until(18, 20)
    desk = room.open("/console")
    paste(desk, "奎文区气象台发布暴雨蓝色预警")
    room.wait()
    plan_is_asked_for(desk)
    leader_approves(room)
    expect(desk.locator(".board-head")).to_contain_text("已启动")
    room.wait()
    the_silent_stand_in_red_until_they_answer(room, desk)

    task(desk, "P01-S01").get_by_role("button", name="完成").click()
    answer(desk, "18:21收到，已回复区防办")
    expect(desk.locator(".task.done[data-step='P01-S01']")).to_be_visible()
    the_level_is_raised(room, desk)
    the_lifting_offers_the_checklist(room, desk)


def paste(page: Page, text: str) -> None:
    """F7, the text as it came by WeChat, and what it was understood as taken in."""
    page.keyboard.press("F7")
    until(page, "document.activeElement.id === 'warnings-text'")
    page.keyboard.insert_text(text)
    expect(page.locator(".understood")).to_contain_text("暴雨")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#warnings-in-force .line")).to_contain_text("奎文区气象台")


def plan_is_asked_for(desk: Page) -> None:
    hand, proposal = Hand(), desk.locator(".proposal", has_text="防汛抗旱")
    expect(proposal.locator(".sev")).to_have_text("IV")
    expect(proposal).to_contain_text("由带班领导决定")
    hand.click(proposal.get_by_role("button", name="查看预案"))
    expect(desk.locator("#plans-would .sum").first).to_contain_text("项任务")
    expect(desk.locator("#plans-would .message .final").first).to_be_visible()
    expect(desk.locator("#plans-reason")).to_have_value(re.compile("暴雨蓝色预警"))
    hand.click(desk.locator("#plans-confirm"))
    expect(desk.locator(".decision")).to_contain_text("带班领导")
    expect(desk.locator(".task")).to_have_count(0)
    assert hand.clicks == 2


def leader_approves(room: DutyRoom) -> None:
    leader, hand = room.open("/console", Role.DUTY_LEADER), Hand()
    hand.click(leader.locator(".next li", has_text="待带班领导批准").get_by_role("button"))
    expect(leader.locator("#plans-tasks .sums")).to_be_visible()
    hand.click(leader.locator(".decision [data-main]"))
    expect(leader.locator(".task").first).to_be_visible()
    assert hand.clicks == 2
    leader.context.close()


def the_silent_stand_in_red_until_they_answer(room: DutyRoom, desk: Page) -> None:
    """Ten minutes for the stations; then red on desk and wall, with the countdown to the next round of calls."""
    stations = desk.locator(".told-line", has_text="10分钟内回执")
    expect(stations.locator(".counts .clock")).to_contain_text(re.compile(r"^9'|^10'"))
    expect(stations.locator(".next-call")).to_have_count(0)

    room.wait(10.1)
    expect(stations.locator(".counts b.bad")).to_have_text("未回执")
    assert is_red(stations.locator(".counts b.bad"))
    expect(stations.locator(".next-call .clock")).to_contain_text(re.compile(r"^2'"))
    wall = room.open("/wall", Role.DISPLAY)
    silent = wall.locator(".wall-silent[data-silent=stations]")
    expect(silent).to_contain_text("4/4")
    expect(silent.locator(".clock")).to_contain_text(re.compile(r"^10'"))
    assert is_red(silent.locator("b"))

    stations.get_by_role("button", name="名单").click()
    expect(stations.locator(".recipients li")).to_have_count(4)
    for _ in range(4):
        waiting = stations.locator(".recipients button").count()
        stations.locator(".recipients button").first.click()
        expect(stations.locator(".recipients button")).to_have_count(waiting - 1)
    expect(stations.locator(".counts")).to_contain_text("回执 4/4")
    expect(stations.locator(".counts .bad")).to_have_count(0)
    wall.context.close()


def the_level_is_raised(room: DutyRoom, desk: Page) -> None:
    """The district's order is a floor; orange proposes II; what is done stays done, and both reasons stand in the history."""
    room.until(20, 0)
    room.post("/warnings", {"text": "区防指决定启动防汛Ⅲ级应急响应"})
    room.until(21, 40)
    room.post("/warnings", {"text": "奎文区气象台将暴雨蓝色预警升级为暴雨橙色预警"})
    room.wait()
    commander = room.open("/warnings", Role.COMMANDER)
    proposal = commander.locator(".proposal", has_text="防汛抗旱")
    expect(proposal.locator(".title .sev")).to_have_text("II")
    expect(proposal).to_contain_text("由总指挥决定")
    expect(proposal).to_contain_text("区级要求III级")

    proposal.locator(".primary").click()
    commander.get_by_role("button", name="升至II级").click()
    answer(commander, "暴雨橙色预警")
    room.wait()
    for page in (commander, desk):
        expect(page.locator(".board-head h2")).to_contain_text("II 级")
        expect(task(page, "P01-S05")).to_be_visible()
        expect(page.locator(".task.done[data-step='P01-S01']")).to_be_visible()
    steps = desk.locator(".level-steps li")
    expect(steps.filter(has_text="暴雨橙色预警")).to_contain_text("由IV级调整")
    expect(steps.filter(has_text="暴雨蓝色预警").first).to_be_visible()
    commander.context.close()


def the_lifting_offers_the_checklist(room: DutyRoom, desk: Page) -> None:
    """Nothing ends by itself: while the district's order stands it says so, then the way to the checklist is offered, and no more."""
    room.until(22, 0)
    room.post("/warnings", {"text": "奎文区气象台解除暴雨橙色预警"})
    room.wait()
    desk.keyboard.press("F7")
    expect(desk.locator("#warnings-in-force .line")).to_have_count(1)
    expect(desk.locator("[data-may-end]")).to_have_count(0)

    desk.locator("[data-standing-order]").get_by_role("button", name="终止…").click()
    answer(desk, "区防指终止响应")
    desk.locator("[data-may-end]").get_by_role("button", name="核对终止条件").click()
    expect(desk.locator(".may-end")).to_contain_text("0/3")
    expect(desk.locator(".condition:visible[aria-checked=false]")).to_have_count(3)
    expect(desk.locator(".board-head h2")).to_contain_text("II 级")
    expect(desk.locator(".board-head .status")).to_contain_text("已启动")


# ---- B ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_b_the_form_offers_to_join_and_the_screens_count_who_called(room: DutyRoom) -> None:
    """B: "3 m away, 2 min ago: join it" with one key; thirty callers on list, dock and wall; one press ends it for all of them."""
    desk = room.open("/console")
    spot = {"lat": PUDDLE[0], "lon": PUDDLE[1]}
    first = room.post("/incidents", {"kind": "E101", "at": spot, "said": "路上全是水", "caller_phone": "13800000001"})["id"]
    room.wait(2)
    call(desk, "E101", THREE_METRES_NORTH)
    expect(desk.locator("#call-duplicates .join").first).to_contain_text("相距 3 米，2 分钟前")
    desk.keyboard.press("Alt+Enter")
    expect(desk.locator("#console-incident-head")).to_contain_text("2次来电")

    for number in range(3, 31):
        near = {"lat": PUDDLE[0] + (number - 15.5) * 8 / 111_195, "lon": PUDDLE[1]}
        room.post("/incidents", {"kind": "E101", "at": near, "said": "路上全是水", "caller_phone": f"1380000{number:04d}"})
    wall = room.open("/wall", Role.DISPLAY)
    expect(desk.locator("button.inc")).to_have_count(1)
    expect(desk.locator(f"button.inc[data-id='{first}'] .state")).to_contain_text("30次来电")
    expect(desk.locator("#console-incident-head .title")).to_contain_text("30次来电")
    expect(wall.locator(".wall .inc .state")).to_contain_text("30次来电")
    expect(desk.locator("#console-proposal input:checked")).to_have_count(1)
    desk.locator("#console-send").click()
    expect(desk.locator("#console-incident-units [data-assignment]")).to_have_count(1)
    desk.locator("#console-incident-head").get_by_role("button", name="已控制").click()
    expect(desk.locator(f"button.inc[data-id='{first}'] .state")).to_contain_text("已控制")


# ---- D ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_d_a_person_in_a_car_in_the_water_is_helped_before_anybody_approves(room: DutyRoom) -> None:
    """D: sent by keyboard, the plan in three clicks, arrival on the map, the next unit with one key, the silent one still there to call."""
    room.until(3, 10)
    dry = travel_s(room)
    room.post("/warnings", {"text": "奎文区气象台发布暴雨橙色预警"})
    desk = room.open("/console")
    call(desk, "E103", "栾家花园")
    desk.keyboard.type("车里有人，水到车窗了")
    expect(desk.locator("#call-severity input:checked")).to_have_value("II")
    expect(desk.locator("#call-proposal input:checked")).to_have_count(3)
    desk.keyboard.press("Control+Enter")
    view = desk.locator("#console-incident-view")
    expect(view.locator("[data-assignment]")).to_have_count(3)
    (incident,) = room.rows("incident")
    assert incident["severity"] == "II"
    orders = {row["unit_id"]: row for row in room.rows("assignment")}
    slower = [row["travel_s"] / dry[unit] for unit, row in orders.items() if unit.startswith("patrol")]
    assert min(slower) > 1.1, "patrol vehicles do 20 instead of 25 km/h in rain"

    arrivals_stand_on_the_map(desk, len(orders))
    the_next_unit_is_one_key_away(room, desk, orders)
    the_plan_starts_in_three_clicks(room, desk)
    view = docked(desk, incident["id"])
    expect(view.locator("#console-incident-rest .next .clock").first).to_contain_text(re.compile(r"2\d'"))


def travel_s(room: DutyRoom) -> dict[str, float]:
    """Seconds each unit drives to the place on a dry road."""
    trial = room.post("/incidents", {"kind": "E103", "place_id": LUANJIA, "said": "试算"})["id"]
    found = proposing.propose_units(room.center, int(trial))
    room.post(f"/incidents/{trial}/close", {"outcome": "false_alarm"})
    return {unit.unit_id: unit.travel_s for unit in found.units}


def the_plan_starts_in_three_clicks(room: DutyRoom, desk: Page) -> None:
    hand = Hand()
    hand.click(desk.locator("#console-incident-head .for-it").get_by_role("button", name="防汛抗旱"))
    expect(desk.locator("input[name=level][value=II]")).to_be_checked()
    hand.click(desk.locator("#plans-confirming label", has_text="有生命危险"))
    expect(desk.locator("#plans-confirm")).to_contain_text("先行启动II级")
    hand.click(desk.locator("#plans-confirm"))
    expect(desk.locator(".decision .left")).to_contain_text("14'")
    assert hand.clicks == 3
    room.wait(0.1)
    for number in ("119", "120"):
        agencies_are_called(room, desk, number)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    expect(desk.locator("#console-list")).to_be_visible()


def agencies_are_called(room: DutyRoom, desk: Page, number: str) -> None:
    """Among the messages stands who is to be phoned under this number; a tick says that it was done."""
    with room.center.read() as session:
        wanted = select(Recipient.notice_id, Recipient.id).where(Recipient.kind == "agency", Recipient.phone == number)
        notice, recipient = session.execute(wanted.order_by(Recipient.id)).first() or (0, 0)
    names = desk.locator(f"[data-notice-row='{notice}'] [data-unfold]")
    if names.get_attribute("aria-expanded") == "false":
        names.click()
    line = desk.locator(f"[data-recipient='{recipient}']")
    expect(line).to_contain_text(number)
    line.get_by_role("button").click()
    expect(line).to_contain_text("已回执")


def arrivals_stand_on_the_map(desk: Page, units: int) -> None:
    """Each vehicle that is on its way has its sign and the time it still needs."""
    until(desk, f"document.querySelectorAll(\".map-box .mk.unit[data-eta='1']\").length >= {units}")
    for tag in desk.locator(".map-box .mk.unit[data-eta='1'] .mk-tag").all():
        expect(tag).to_contain_text(re.compile(r"→-?\d+'\d\d\""))
        expect(tag).to_have_css("display", "block")


def the_next_unit_is_one_key_away(room: DutyRoom, desk: Page, orders: dict[str, dict[str, object]]) -> None:
    silent = next(unit for unit in orders if unit.startswith("patrol"))
    for unit, row in orders.items():
        if unit != silent:
            room.post(f"/assignments/{row['id']}/status", {"status": "acknowledged"})
    view = desk.locator("#console-incident-view")
    room.wait(1.1)
    banner = view.locator(".suggest")
    expect(banner).to_contain_text("60 秒未应答")
    still = view.locator(f"[data-assignment='{orders[silent]['id']}']")
    expect(still.get_by_role("button", name="电话已告知")).to_be_enabled()
    desk.keyboard.press("Control+Enter")
    expect(view.locator("[data-assignment]")).to_have_count(len(orders) + 1)
    still.get_by_role("button", name="电话已告知").click()
    expect(still).to_contain_text("已签收")


# ---- E ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_e_snow_on_the_screens(room: DutyRoom) -> None:
    """E: unread orders listed by name, the end of the snow recorded, the weak battery not offered, 71 of 96 compounds on the wall."""
    room.until(4, 30)
    wall = room.open("/wall", Role.DISPLAY)
    room.post("/measurements", {"metric": "snow_depth_cm", "value": 3})
    room.wait()
    expect(wall.locator("path.road-late").first).to_be_attached()

    deputy = room.open("/warnings", Role.DEPUTY_COMMANDER)
    deputy.locator(".proposal", has_text="扫雪除冰").get_by_role("button", name="查看预案").click()
    deputy.locator("#plans-confirm").click()
    expect(deputy.locator(".board-head")).to_contain_text("已启动")
    room.wait(10.1)
    order = deputy.locator(".told-line.unanswered", has_text="请到包保小区组织清雪")
    order.get_by_role("button", name="名单").click()
    expect(order.locator(".recipients li").first).to_be_visible()
    assert order.locator(".recipients button").count() == order.locator(".recipients li").count() == 156

    the_end_of_the_snow_starts_the_clocks(room, deputy)
    the_weak_battery_is_not_offered(room)
    room.until(9, 0)
    task(deputy, "P02-S12").get_by_role("button", name="完成").click()
    answer(deputy, "71")
    expect(deputy.locator(".board-head .progress")).to_contain_text("小区71/96")
    expect(wall.locator(".wall-plan")).to_contain_text("小区71/96")


def the_end_of_the_snow_starts_the_clocks(room: DutyRoom, page: Page) -> None:
    expect(task(page, "P02-S05")).to_contain_text("雪停后计时")
    room.until(6, 15)
    page.get_by_role("button", name="雪停时间").click()
    answer(page, "06:10")
    expect(task(page, "P02-S05").locator(".due")).to_contain_text("08:10 前")
    expect(task(page, "P02-S11").locator(".due")).to_contain_text("06:10 前")


def the_weak_battery_is_not_offered(room: DutyRoom) -> None:
    home = room.center.catalogue.vehicles["patrol-07"].home
    fix = {"unit": "patrol-07", "at": room.clock.now().isoformat(), "lat": home.lat, "lon": home.lon, "battery_pct": 19}
    room.position(fix)
    incident = room.post("/incidents", {"kind": "E132", "place_id": LONGYUAN, "said": "小区门口结冰，老人摔倒了"})["id"]
    desk = room.open("/console")
    proposal = docked(desk, incident).locator("#console-proposal")
    proposal.locator("summary").click()
    weak = proposal.locator("[data-unit=patrol-07]")
    expect(weak).to_contain_text("电量低")
    expect(weak).to_contain_text("电量 19%")
    expect(weak.locator("input")).to_be_disabled()
    desk.context.close()


# ---- F ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_f_gas_and_nobody_confirms(room: DutyRoom) -> None:
    """F: wind and staging point asked for and in the text; red on desk and wall once the quarter of an hour is over; the delay is kept."""
    room.until(21, 15)
    incident = room.post("/incidents", {"kind": "E109", "place_id": YINGYUAN, "said": "楼道里煤气味很重", "severity": "II"})["id"]
    desk = room.open("/console")
    docked(desk, incident).locator(".for-it").get_by_role("button", name="燃气").click()
    desk.get_by_label("风向", exact=True).fill("东北风3级")
    desk.get_by_label("集结点（上风向）").fill("樱园小区北门")
    expect(desk.locator(".message .final", has_text="风向东北风3级，集结点樱园小区北门")).to_be_visible()
    desk.locator("#plans-confirming label", has_text="有生命危险").click()
    desk.locator("#plans-confirm").click()
    expect(desk.locator(".decision .left")).to_contain_text("14'")
    wall = room.open("/wall", Role.DISPLAY)
    expect(wall.locator(".wall-plan .when")).to_contain_text("14'")
    room.wait(15.1)

    late = desk.locator(".decision.late .left")
    expect(late).to_contain_text("逾时未确认")
    assert is_red(late)
    on_the_wall = wall.locator(".wall-plan b.bad", has_text="未确认")
    expect(on_the_wall).to_be_visible()
    assert is_red(on_the_wall)
    desk.keyboard.press("Escape")
    desk.keyboard.press("Escape")
    expect(desk.locator(".next li", has_text="逾时未确认")).to_contain_text("总指挥")
    view = docked(desk, incident)
    expect(view.locator("[data-assignment]")).to_have_count(8)
    expect(view.locator("#console-incident-rest")).to_contain_text("风向：东北风3级")
    expect(view.locator("#console-incident-rest")).to_contain_text("集结点：樱园小区北门")

    room.until(21, 34)
    commander = room.open("/plans", Role.COMMANDER)
    commander.get_by_role("button", name="批准").click()
    commander.locator(".plan-line[data-plan=P04]").click()
    confirmed = commander.locator("[data-level-step=ActivationConfirmed]")
    expect(confirmed).to_contain_text(re.compile("超时[345]分钟"))
    expect(wall.locator(".wall-plan b.bad", has_text="未确认")).to_have_count(0)


# ---- H ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_h_both_clocks_of_the_stuck_lift_are_seen_until_the_people_are_free(room: DutyRoom) -> None:
    room.until(10, 5)
    said = {"kind": "E125", "place_id": LONGYUAN, "place_text": "24层住宅楼", "said": "电梯停在十七楼，里面有三个人"}
    incident = room.post("/incidents", said)["id"]
    room.wait()
    desk = room.open("/console")
    view = docked(desk, incident)
    timer = view.locator("[data-timer=stuck_minutes]")
    expect(timer).to_contain_text("被困时长")
    marks = timer.locator(".mark")
    expect(marks).to_have_count(2)
    expect(marks.first.locator(".sev")).to_have_text("III")
    expect(marks.first.locator(".clock")).to_contain_text("29'")
    expect(marks.last.locator(".sev")).to_have_text("II")
    expect(marks.last.locator(".clock")).to_contain_text("1:59:")

    room.wait(30)
    expect(timer.locator(".mark.reached")).to_have_count(1)
    expect(timer.locator(".mark.reached")).to_contain_text("10:35")
    expect(timer.locator(".mark:not(.reached) .clock")).to_contain_text("1:29:")
    desk.keyboard.press("Escape")
    expect(desk.locator(".next li", has_text="建议启动：电梯特种设备 III级")).to_be_visible()
    view = docked(desk, incident)
    room.wait(5)
    view.get_by_role("button", name="已控制").click()
    expect(timer).to_contain_text("停止")
    expect(timer.locator(".clock")).to_contain_text("35'")
    expect(timer.locator(".mark")).to_have_count(0)


# ---- J ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_j_screens_stay_up_while_the_line_behind_them_is_down(room: DutyRoom, own_valkey: EmbeddedValkey) -> None:
    """J: a banner that says what does not work, orders that stand as queued, a tick that is enough, a position that says how old it is."""
    desk, wall = room.open("/console"), room.open("/wall", Role.DISPLAY)
    home = room.center.catalogue.vehicles["patrol-12"].home
    room.position({"unit": "patrol-12", "at": room.clock.now().isoformat(), "lat": home.lat - 0.004, "lon": home.lon})
    tag = desk.locator(".map-box .mk.unit .mk-tag", has_text="巡12")
    expect(tag).to_have_text("巡12")
    incident = room.post("/incidents", {"kind": "E131", "place_id": LUANJIA, "said": "两辆车撞了，有人受伤"})["id"]
    view = docked(desk, incident)
    expect(view.locator("#console-proposal input:checked").first).to_be_attached()
    expect(desk.locator("#link")).not_to_contain_text("实时更新中断")

    own_valkey.stop()
    for page in (desk, wall):
        expect(page.locator("#link")).to_contain_text("实时更新中断")
        expect(page.locator("#link")).to_contain_text("后台任务延迟")
    desk.locator("#console-send").click()
    sent = view.locator("[data-assignment]").first
    expect(sent.locator(".state")).to_contain_text("指令排队")
    sent.get_by_role("button", name="电话已告知").click()
    expect(sent.locator(".state")).to_contain_text("已签收")
    expect(wall.locator(".wall .inc")).to_be_visible()

    own_valkey.start()
    for page in (desk, wall):
        expect(page.locator("#link")).not_to_contain_text("实时更新中断")
    room.wait(6)
    expect(sent.locator(".state")).to_contain_text("已签收")
    expect(tag).to_contain_text(re.compile(r"巡12 失联 [67]'"))
    look = tag.locator("xpath=..").locator(".body").evaluate("body => [getComputedStyle(body).borderStyle, getComputedStyle(body).opacity]")
    assert look == ["dashed", "0.62"], "greyed"
