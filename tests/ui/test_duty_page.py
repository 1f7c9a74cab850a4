"""The duty page in front of people: swaps, the log searched, the paper entered, the roll call on phone and wall, stock found on the map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from command_center.db.tables import RollCall, RollCallAnswer
from command_center.domain import events
from command_center.domain.handover import EntryAct
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.domain.watches import CENTRE, Duty
from command_center.services import access, duty_log, history, roll_calls, stock_questions, swaps, watches
from command_center.services.watches import WatchView
from tests.ui.conftest import NORTH, Screens, Theatre
from tests.ui.test_plans_page import SMALL, TOO_WIDE, toast
from tests.ui.test_screen_rules import AXE, TAGS
from tests.waiting import eventually

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
PHONE = (390, 844)
STATIONS = ("YY", "LY", "MX", "JL")


def ahead(theatre: Theatre) -> list[WatchView]:
    """The centre's watches that have not begun."""
    center = theatre.center
    found = watches.find_watches(center, center.now(), center.now() + timedelta(days=13), CENTRE)
    return [watch for watch in found if watch.from_at > center.now()]


def seat(page: Page, watch: WatchView, duty: Duty = Duty.OFFICER) -> Locator:
    return page.locator(f"button[data-go*='swap={watch.id}.{watch.on(duty)[0].person_id}']")


# ---- swaps -------------------------------------------------------------------------------------------------------------------------


def test_a_swap_is_asked_at_the_seat_waits_in_sight_and_a_leader_lets_it_happen(screens: Screens, theatre: Theatre) -> None:
    mine, theirs = ahead(theatre)[2:4]
    giver, taker = (watch.on(Duty.OFFICER)[0] for watch in (mine, theirs))
    page, chief = screens.open("/duty?tab=roster"), screens.open("/duty?tab=roster", role=Role.DUTY_LEADER)
    seat(page, mine).click()
    expect(page.locator("#duty-fields")).to_contain_text(giver.name.zh)

    page.locator("#duty-fields select[name=with]").select_option(f"{theirs.id}|{taker.person_id}")
    page.locator("#duty-swap-reason").fill("家中有事")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#duty-beside .seats .mark")).to_have_count(2)
    expect(page.locator("#duty-beside .seats .mark").first).to_contain_text("待审批")
    expect(page.locator("#duty-fields")).to_be_empty()
    wish = chief.locator("[data-swap]", has_text="家中有事")
    expect(wish).to_contain_text(taker.name.zh)
    expect(page.locator("[data-swap]", has_text="家中有事").get_by_role("button", name="批准")).to_have_count(0)
    wish.get_by_role("button", name="批准").click()
    expect(page.locator("#duty-beside .seats .mark")).to_have_count(0)
    after = {watch.id: watch.on(Duty.OFFICER)[0].person_id for watch in ahead(theatre)}
    assert (after[mine.id], after[theirs.id]) == (taker.person_id, giver.person_id)


def test_a_swap_is_refused_with_a_word_and_stands_as_refused(screens: Screens, theatre: Theatre) -> None:
    watch = ahead(theatre)[5]
    page, chief = screens.open("/duty?tab=roster"), screens.open("/duty?tab=roster", role=Role.DUTY_LEADER)
    seat(page, watch, Duty.LEADER).click()
    page.locator("#duty-swap-reason").fill("出差")
    page.keyboard.press("Control+Enter")
    wish = chief.locator("[data-swap]", has_text="出差")

    wish.get_by_role("button", name="不同意…").click()
    chief.keyboard.press("Enter")
    expect(toast(chief)).to_contain_text(re.compile("原因|理由"))
    chief.locator("#duty-word").fill("人手不足")
    chief.keyboard.press("Enter")

    expect(page.locator(".seats .mark")).to_have_count(0)
    expect(page.locator("[data-swap].over").first).to_be_attached()
    assert swaps.swaps(theatre.center, open_only=False)[0].status.value == "refused"


# ---- the log -----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def lines(theatre: Theatre) -> None:
    for number in range(70):
        duty_log.write_entry(theatre.center, f"夜间巡逻第{number}圈", EntryAct.TAKE, OFFICER)
    duty_log.write_entry(theatre.center, "水泵借给隔壁街道", EntryAct.PASS_ON, OFFICER)


def test_the_log_is_searched_by_two_characters_and_narrowed_and_a_note_that_was_begun_stays(
    screens: Screens, theatre: Theatre, lines: None
) -> None:
    page = screens.open("/duty?tab=log")
    page.locator("#duty-note").fill("还没写完")
    words = page.locator("#duty-log-q")

    words.fill("隔壁")
    words.press("Enter")
    expect(page.locator("#duty-beside .entries li", has_text="夜间巡逻")).to_have_count(0)
    expect(page.locator("#duty-beside .entries li").first).to_contain_text("水泵借给隔壁街道")
    expect(page.locator("#duty-note")).to_have_value("还没写完")
    page.locator("#duty-search summary").click()
    page.locator("#duty-search select[name=part]").select_option("roads")

    expect(page.locator("#duty-beside")).to_contain_text("没有符合的记录")
    assert "part=roads" in page.url
    page.get_by_role("button", name="全部记录").click()
    expect(page.locator("#duty-beside .entries li")).to_have_count(60)
    expect(words).to_have_value("")


def test_older_lines_come_by_a_key_that_keeps_the_keyboard(screens: Screens, theatre: Theatre, lines: None) -> None:
    page = screens.open("/duty?tab=log&q=%E5%B7%A1%E9%80%BB")
    expect(page.locator("#duty-beside .entries li")).to_have_count(60)
    more = page.get_by_role("button", name="更早的记录")

    more.focus()
    page.keyboard.press("Enter")

    eventually(lambda: page.locator("#duty-beside .entries li").count() > 69, within_s=20)
    eventually(lambda: page.evaluate("document.activeElement.id") == "duty-older", within_s=20)


def test_a_time_that_is_none_is_told_at_its_field(screens: Screens) -> None:
    page = screens.open("/duty?tab=log&from=morgen")

    expect(page.locator("#duty-search")).to_contain_text("时间格式应为")


# ---- paper -------------------------------------------------------------------------------------------------------------------------


def test_a_row_of_the_paper_is_entered_with_who_was_sent_and_when_they_were_there(screens: Screens, theatre: Theatre) -> None:
    now = theatre.center.now().astimezone(theatre.center.zone)
    clocks = [f"{now - timedelta(minutes=minutes):%H:%M}" for minutes in (50, 48, 44, 20)]
    page = screens.open("/duty?tab=catch-up")
    page.locator("#duty-when").fill(clocks[0])
    place = page.locator("#duty-place-search")
    place.fill("ynhy")
    page.locator("#duty-place-list li").first.click()
    page.locator("#duty-form textarea").first.fill("断线期间：车棚冒烟")
    page.locator("#duty-form select[name=unit-1]").select_option("patrol-06")
    page.locator("#duty-sent-1").fill(clocks[1])
    page.locator("#duty-there-1").fill(clocks[2])
    page.locator("#duty-over").fill(clocks[3])

    page.keyboard.press("Control+Enter")

    expect(toast(page)).to_contain_text("已补录")
    expect(page.locator("#duty-beside")).to_contain_text(f"事后补录，发生于 {now - timedelta(minutes=44):%Y-%m-%d %H:%M}")
    (entered,) = (row for row in history.find_incidents(theatre.center, open_only=False, limit=1))
    assert entered["gone"]
    assert entered["on_scene_at"][14:16] == clocks[2][3:]


def test_a_time_on_the_paper_that_cannot_be_read_keeps_what_was_typed(screens: Screens) -> None:
    page = screens.open("/duty?tab=catch-up")
    page.locator("#duty-when").fill("gestern")

    page.keyboard.press("Control+Enter")

    expect(toast(page)).to_contain_text("gestern")
    expect(page.locator("#duty-when")).to_have_value("gestern")


# ---- the roll call -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def roll(theatre: Theatre) -> Iterator[int]:
    """A roll call that runs; afterwards every station has answered."""
    number = roll_calls.start_roll_call(theatre.center, OFFICER)
    yield number
    for station in STATIONS:
        roll_calls.answer_roll_call(theatre.center, number, station, 6, OFFICER)


def link_of(theatre: Theatre, roll: int, station: str) -> str:
    with theatre.center.read() as session:
        link = session.scalar(
            select(RollCallAnswer.link).where(RollCallAnswer.roll_call_id == roll, RollCallAnswer.station_code == station)
        )
    assert link is not None
    return link


def let_time_be_over(theatre: Theatre, roll: int) -> None:
    with theatre.center.work(SYSTEM) as work:
        work.get(RollCall, roll).due_at = theatre.center.now() - timedelta(minutes=1)
        work.record(events.RollCallUnanswered(roll_call_id=roll, posts=list(STATIONS)))


def test_a_station_answers_behind_its_link_without_an_account(screens: Screens, theatre: Theatre, roll: int) -> None:
    desk = screens.open("/duty?tab=roll")
    context = screens.browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    phone = context.new_page()
    phone.goto(f"{theatre.url}/q/{link_of(theatre, roll, 'LY')}")
    expect(phone.locator("#on_duty")).to_be_focused()

    phone.locator("#on_duty").fill("5")
    phone.locator("#note").fill("一人病假")
    phone.get_by_role("button").click()

    expect(phone.locator("[role=status]")).to_contain_text("在岗 5 人")
    expect(desk.locator("[data-station=LY]")).to_contain_text("一人病假")
    expect(desk.locator("[data-station=LY]")).to_contain_text("链接应答")
    context.close()


def test_the_crew_card_asks_and_one_tap_answers(screens: Screens, theatre: Theatre, roll: int) -> None:
    token = access.issue_token(theatre.center, "phone of 01", Role.CREW, unit_id="patrol-01")
    context = screens.browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
    context.add_cookies([{"name": "center_session", "value": token, "url": theatre.url, "sameSite": "Strict", "httpOnly": True}])
    phone = context.new_page()
    phone.goto(f"{theatre.url}/m")
    station = theatre.center.catalogue.vehicles["patrol-01"].station
    question = phone.locator("#roll")
    expect(question).to_be_visible()
    boxes = [box for button in question.locator("button, input").all() if (box := button.bounding_box())]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 48

    question.get_by_role("button", name="减一人").click()
    question.get_by_role("button", name="上报").click()

    expect(question).to_contain_text("已收到")
    call = roll_calls.roll_call(theatre.center, roll)
    assert call is not None
    assert [(it.way, it.on_duty == it.expected - 1) for it in call.stations if it.station == station] == [("card", True)]
    context.close()


def test_who_is_silent_after_the_limit_stands_on_wall_and_console_until_they_answer(screens: Screens, theatre: Theatre, roll: int) -> None:
    wall, console = screens.open("/wall", role=Role.DISPLAY), screens.open("/console")
    expect(wall.locator("[data-duty-alert]")).to_have_count(0)

    let_time_be_over(theatre, roll)

    expect(wall.locator("[data-duty-alert=stations_silent]")).to_contain_text("点名未应答")
    assert wall.evaluate("(() => { const box = document.querySelector('.wall-warnings'); return box.scrollWidth <= box.clientWidth; })()")
    alert = console.locator("#console-duty a")
    expect(alert).to_contain_text("点名未应答")
    alert.click()
    expect(console.locator("[data-station]")).to_have_count(4)
    for station in STATIONS:
        roll_calls.answer_roll_call(theatre.center, roll, station, 6, OFFICER)
    expect(wall.locator("[data-duty-alert]")).to_have_count(0)


# ---- stock -------------------------------------------------------------------------------------------------------------------------


def test_the_map_shows_which_depots_hold_enough_nearest_by_road_first(screens: Screens, theatre: Theatre) -> None:
    incident = theatre.incident("E105", Level.III, ago_s=5, place=("梨园小区12号楼", "Block 12"), at=NORTH)
    page = screens.open(f"/console?incident={incident}")
    page.locator(".map-tools summary").click()

    page.locator("#stock-finder select[name=quantity]").select_option("100")
    page.locator("#stock-finder select[name=material]").select_option("FL01")

    first = stock_questions.where_is(theatre.center, "FL01", NORTH, 100)
    assert first
    expect(page.locator("#stock-found li").first).to_contain_text(theatre.center.catalogue.depots[first[0].depot].name.zh)
    expect(page.locator(".leaflet-container .mk.depot[data-rank='1']")).to_have_attribute("data-depot", first[0].depot)
    expect(page.locator(".leaflet-container .mk.depot.lacks")).to_have_count(56 - len(first))
    page.locator("#stock-found a").first.click()
    expect(page.locator("#resources-depot")).to_contain_text(first[0].depot)


def test_a_crew_that_scans_a_label_issues_takes_back_and_counts_on_its_phone(screens: Screens, theatre: Theatre) -> None:
    theatre.tokens[Role.CREW] = access.issue_token(theatre.center, "scanning phone", Role.CREW, unit_id="patrol-01")
    depot, material = "YY-S01", "FR05"
    page = screens.open(f"/resources?depot={depot}", role=Role.CREW, size=PHONE)

    def there() -> int:
        return next(it.on_hand for it in stock_questions.stock_of(theatre.center, depot) if it.material == material)

    before = there()
    page.locator(f"tr[data-material='{material}'] a").click()
    doings = page.locator("#resources-doings button")
    expect(doings).to_have_count(3)
    page.locator("#resources-quantity").fill("2")
    page.locator("[data-main]").click()
    eventually(lambda: there() == before - 2, within_s=20)
    expect(page.locator("#resources-quantity")).to_have_value("")
    doings.nth(1).click()
    expect(page.locator("[data-drawn*='do=return']")).to_be_attached()
    page.locator("#resources-quantity").fill("1")
    page.locator("[data-main]").click()
    eventually(lambda: there() == before - 1, within_s=20)
    expect(page.locator("#resources-quantity")).to_have_value("")
    doings.nth(2).click()
    expect(page.locator("[data-drawn*='do=count']")).to_be_attached()
    page.locator("#resources-quantity").fill(str(before))
    page.locator("#resources-reason").fill("在柜后找到一件")
    page.locator("[data-main]").click()
    eventually(lambda: there() == before, within_s=20)
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(SMALL, 48) == []


# ---- rules -------------------------------------------------------------------------------------------------------------------------

VIEWS = ("tab=log&q=%E5%B7%A1%E9%80%BB&part=handover", "tab=catch-up", "tab=roll", "tab=roster")


def shown(page: Page) -> None:
    expect(page.locator("#duty-beside > *").first).to_be_visible()
    expect(page.locator("#duty-sections [data-section]").first).to_be_visible()


@pytest.mark.hardest
@pytest.mark.parametrize("scheme", ["night", "day"])
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_has_an_accessibility_violation_or_a_small_target(
    screens: Screens, theatre: Theatre, roll: int, scheme: str, view: str
) -> None:
    page = screens.open(f"/duty?{view}", theme=scheme)
    shown(page)

    page.evaluate(AXE)
    broken = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]

    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in broken] == []
    assert page.evaluate(SMALL, 32) == []


@pytest.mark.hardest
@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), PHONE])
@pytest.mark.parametrize("view", VIEWS)
def test_no_view_is_wider_than_its_screen(screens: Screens, theatre: Theatre, roll: int, size: tuple[int, int], view: str) -> None:
    page = screens.open(f"/duty?{view}", size=size, lang="en")
    shown(page)

    assert page.evaluate(TOO_WIDE) == []


def test_on_a_small_screen_a_line_is_written_and_the_log_read_without_scrolling(screens: Screens) -> None:
    page = screens.open("/duty", size=(1366, 768))
    expect(page.locator("#duty-beside .entries li").first).to_be_visible()

    expect(page.locator("#duty-form .primary")).to_be_in_viewport(ratio=1)
    expect(page.locator("#duty-beside .entries li").first).to_be_in_viewport(ratio=1)
