"""Who types on before the answer to a press is there: nothing typed after the press is lost, what the order took along is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route, expect

from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import access, plan_texts, stock_questions
from tests.ui.conftest import EAST, SHOPS, Screens, Theatre, until
from tests.ui.test_plans_page import toast
from tests.waiting import eventually

ADMIN = Actor(name="admin", role=Role.ADMIN)
DEPOT, SANDBAGS = "YY-S01", "FL01"
CALLS = re.compile("/_dash-update-component")
ISSUE = f"/resources?depot={DEPOT}&material={SANDBAGS}&do=issue"


@contextmanager
def answer_held_back(page: Page, output: str) -> Iterator[None]:
    """What the centre answers to the next calls for this output comes only after the block; the centre has carried them out by then."""
    held: list[tuple[Route, str]] = []

    def hold(route: Route) -> None:
        call = route.request.post_data_json
        if not isinstance(call, dict) or output not in call["output"]:
            route.continue_()
            return
        held.append((route, route.fetch().text()))

    page.route(CALLS, hold)
    yield
    eventually(lambda: page.evaluate("true") and held, within_s=10)
    for route, body in held:
        route.fulfill(status=200, content_type="application/json", body=body)
    page.unroute(CALLS)


def on_hand(theatre: Theatre) -> int:
    return next(it.on_hand for it in stock_questions.stock_of(theatre.center, DEPOT) if it.material == SANDBAGS)


def test_who_turns_to_another_doing_and_types_is_neither_taken_back_nor_emptied(screens: Screens, theatre: Theatre) -> None:
    before = on_hand(theatre)
    page = screens.open(ISSUE, role=Role.DUTY_OFFICER)
    quantity = page.locator("#resources-quantity")
    quantity.fill("20")

    with answer_held_back(page, "resources-answered"):
        page.keyboard.press("Control+Enter")
        page.get_by_role("button", name="归库").click()
        expect(page.locator("[data-main]")).to_contain_text("归库")
        quantity.press_sequentially("1")

    expect(toast(page)).to_contain_text(f"{before - 20:,}")
    quantity.press_sequentially("2")
    expect(quantity).to_have_value("12")
    assert "do=return" in page.url
    page.keyboard.press("Control+Enter")
    expect(page.locator("#resources-ledger tbody tr").first).to_contain_text("+12")
    expect(quantity).to_have_value("")
    assert on_hand(theatre) == before - 8


def test_what_is_typed_after_the_press_stays_and_what_was_booked_goes(screens: Screens, theatre: Theatre) -> None:
    before = on_hand(theatre)
    page = screens.open(ISSUE, role=Role.DUTY_OFFICER)
    quantity, remark = page.locator("#resources-quantity"), page.locator("#resources-reason")
    remark.fill("for the bridge")
    quantity.fill("3")

    with answer_held_back(page, "resources-answered"):
        page.keyboard.press("Control+Enter")
        quantity.fill("")
        quantity.press_sequentially("4")

    expect(remark).to_have_value("")
    expect(quantity).to_have_value("4")
    expect(quantity).to_be_focused()
    page.keyboard.type("0")
    expect(quantity).to_have_value("40")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#resources-ledger tbody tr").first).to_contain_text("-40")
    expect(quantity).to_have_value("")
    assert on_hand(theatre) == before - 43


def test_another_list_leaves_the_form_as_it_stands_and_the_answer_still_empties_it(screens: Screens, theatre: Theatre) -> None:
    before = on_hand(theatre)
    page = screens.open(ISSUE, role=Role.DUTY_OFFICER)
    quantity = page.locator("#resources-quantity")
    quantity.fill("5")
    page.get_by_role("button", name="低于下限").click()
    expect(page.locator("#resources-tabs [aria-current]")).to_contain_text("低于下限")
    expect(quantity).to_have_value("5")

    with answer_held_back(page, "resources-answered"):
        page.locator("[data-main]").click()
        page.get_by_role("button", name="车辆", exact=True).click()
        expect(page.locator("#resources-list [data-unit]").first).to_be_visible()

    expect(quantity).to_have_value("")
    assert on_hand(theatre) == before - 5


def test_an_answer_closes_no_question_but_its_own(screens: Screens) -> None:
    page = screens.open("/resources?tab=units", role=Role.DUTY_OFFICER)

    with answer_held_back(page, "resources-answered"):
        page.locator("li[data-unit='patrol-07']").get_by_text("充电").last.click()
        page.locator("li[data-unit='patrol-08']").get_by_text("报修").click()
        page.locator("#resources-word").fill("左后轮")

    until(page, "!document.querySelector('.order[aria-busy]')")
    expect(page.locator("#resources-ask")).to_be_visible()
    expect(page.locator("#resources-word")).to_have_value("左后轮")


def test_a_step_is_added_while_another_text_is_being_written(screens: Screens, theatre: Theatre) -> None:
    theatre.tokens.setdefault(Role.ADMIN, access.issue_token(theatre.center, "test-admin", Role.ADMIN))
    page = screens.open("/plan-texts?plan=P11", role=Role.ADMIN)
    page.locator("summary", has_text="步骤").click()
    page.locator(".wording", has_text="P11-S01").get_by_role("button", name="在其后增加步骤").click()
    page.locator("#plan-texts-word").fill("one more")

    with answer_held_back(page, "plan-texts-answered"):
        page.keyboard.press("Enter")
        page.locator(".wording", has_text="P11-S02").locator("input, textarea").first.fill("第二步的新文字")

    expect(page.locator("#plan-texts-history .line").first).to_contain_text("one more")
    until(page, "location.search.includes('v=')")
    expect(page.locator(".wording", has_text="P11-S02").locator("input, textarea").first).to_have_value("第二步的新文字")
    page.keyboard.press("Control+Enter")
    page.locator("#plan-texts-word").fill("both")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-texts-history .line").first).to_contain_text("第二步的新文字")
    newest = plan_texts.wordings(theatre.center, "P11", ADMIN)[0]
    assert [step["id"] for step in newest.copy["steps"] if step["title"]["zh"] == "第二步的新文字"] == ["P11-S02"]


def test_the_note_that_was_written_goes_and_the_next_one_stays(screens: Screens, theatre: Theatre) -> None:
    incident = theatre.incident("E109", Level.III, ago_s=30, place=SHOPS, at=EAST)
    page = screens.open("/console")
    page.locator(f"button.inc[data-id='{incident}']").click()
    note = page.locator("#console-note")
    note.fill("gas is off")

    with answer_held_back(page, "console-noted"):
        page.locator("#console-note-add").click()
        note.fill("the street is closed")

    until(page, "!document.querySelector('#console-note-add[aria-busy], #console-note-add:disabled')")
    expect(note).to_have_value("the street is closed")
    page.locator("#console-note-add").click()
    expect(note).to_have_value("")
