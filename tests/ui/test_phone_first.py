"""Whom to phone first about a place: by a click on the map, by keyboard, and on the tasks of a plan. And the list itself, out and in."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from command_center.db.tables import Responsibility
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, responsibilities, responsibility_sheet
from command_center.services.activations import ActivatePlan
from tests.services.test_duty_sheets import edited
from tests.ui.conftest import EAST, SHOPS, Screens, Theatre, until
from tests.ui.test_plans_page import TOO_WIDE
from tests.ui.test_screen_rules import AXE, TAGS

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
CHIEF = Actor(name="chief", role=Role.COMMANDER)
COMPOUND = "XQ001"


def click_ground(page: Page, at: Point) -> None:
    """A click on the map where nothing of ours stands; the map is brought there first."""
    page.evaluate("([lat, lon]) => cc.map.setView([lat, lon], 17, {animate: false})", [at.lat, at.lon])
    place = page.evaluate(
        """([lat, lon]) => { const p = cc.map.latLngToContainerPoint([lat, lon]), box = cc.map.getContainer().getBoundingClientRect();
                             return [box.left + p.x, box.top + p.y]; }""",
        [at.lat, at.lon],
    )
    page.mouse.click(*place)


def test_a_click_on_the_map_says_what_is_there_and_whom_to_phone_and_takes_a_call_there(screens: Screens, theatre: Theatre) -> None:
    place, lead = theatre.center.catalogue.places[COMPOUND], theatre.center.catalogue.responsibilities[COMPOUND].lead
    responsibilities.set_cadre_phone(theatre.center, lead, "0536-8000001", OFFICER)
    incident = theatre.incident("E109", Level.II, ago_s=30, place=SHOPS, at=EAST)
    page = screens.open(f"/console?incident={incident}")
    box = page.locator("#console-point")

    click_ground(page, Point(place.point.lat + 0.0002, place.point.lon))

    expect(box).to_contain_text(place.name.zh)
    expect(box.locator(".phones li").first).to_contain_text("0536-8000001")
    expect(page.locator(".point-pin")).to_have_count(1)
    expect(page.locator("#console-dock")).to_have_attribute("data-kind", "incident")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator(".point-pin")).to_have_count(0)
    expect(page.locator("#console-dock")).to_have_attribute("data-kind", "incident")

    click_ground(page, Point(place.point.lat + 0.0002, place.point.lon))
    box.get_by_role("button", name="在此接报").click()
    expect(box).to_be_hidden()
    expect(page.locator("#call-place-search")).to_have_value(re.compile(rf"距{place.name.zh} 2\d 米"))
    click_ground(page, Point(place.point.lat - 0.0003, place.point.lon))
    expect(page.locator("#call-place-search")).to_have_value(re.compile(rf"距{place.name.zh} 3\d 米"))
    expect(box).to_be_hidden()


def test_with_the_keyboard_alone_a_point_is_asked_about(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console")
    box = page.locator("#console-point")
    page.locator("#map").focus()

    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(box.locator(".phones li").first).to_be_visible()
    expect(box.get_by_role("button", name="在此接报")).to_be_focused()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(page.locator("#map")).to_be_focused()
    page.keyboard.press("F3")
    page.locator("#console-palette-box-search").fill("36.7011,119.1306")
    page.keyboard.press("Enter")
    expect(box.get_by_role("button", name="在此接报")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#console-dock")).to_have_attribute("data-kind", "call")


def test_the_panel_over_the_map_keeps_the_rules_of_the_screen(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console", size=(1366, 768), lang="en", theme="day")
    click_ground(page, Point(36.7011, 119.1306))
    expect(page.locator("#console-point .phones li").first).to_be_visible()

    page.evaluate(AXE)
    broken = page.evaluate("tags => axe.run('#console-point', {runOnly: tags})", TAGS)["violations"]

    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in broken] == []
    assert page.evaluate(TOO_WIDE) == []


def test_open_tasks_of_a_plan_for_an_incident_say_whom_to_phone(screens: Screens, theatre: Theatre) -> None:
    incident = theatre.incident("E109", Level.II, ago_s=30, place=SHOPS, at=EAST)
    first, *_ = responsibilities.responsible_at(theatre.center, incident)
    responsibilities.set_cadre_phone(theatre.center, first.cadre_id, "0536-8000002", OFFICER)
    order = ActivatePlan(plan_id="P04", level=Level.II, incident_id=incident)
    number = activations.activate_plan(theatre.center, order, CHIEF).activation_id
    flood = activations.activate_plan(theatre.center, ActivatePlan(plan_id="P01", level=Level.IV), CHIEF).activation_id

    page = screens.open(f"/plans?activation={number}", role=Role.COMMANDER)

    expect(page.locator(".task.pending .phone-first a").first).to_have_text("0536-8000002")
    page.locator("summary", has_text="先打电话").click()
    expect(page.locator("#plans-tasks .phones li")).to_have_count(len(responsibilities.responsible_at(theatre.center, incident)))
    page.goto(f"{theatre.url}/plans?activation={flood}")
    expect(page.locator(".task").first).to_be_visible()
    expect(page.locator(".phone-first")).to_have_count(0)
    until(page, "window.cc && cc.link() === 'live'")


# ---- the list on the page of people ------------------------------------------------------------------------------------------------


def choose(page: Page, content: bytes) -> None:
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="核对修改后的名单…").click()
    asked.value.set_files({"name": "list.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": content})


def test_the_list_is_counted_a_gap_is_named_and_a_sheet_closes_it_after_it_was_looked_at(screens: Screens, theatre: Theatre) -> None:
    center, assigned = theatre.center, theatre.center.catalogue.responsibilities[COMPOUND]
    whole = responsibility_sheet.responsibility_sheet(center, "zh_CN")
    with Session(center.engine) as session, session.begin():
        session.delete(session.get_one(Responsibility, (COMPOUND, assigned.lead)))
    page = screens.open("/people")
    gaps = page.locator("#people-responsible [data-gap=no_lead]")
    expect(page.locator("#people-responsible .whole .number").first).to_have_text("1,865")
    expect(gaps).to_have_count(1)
    expect(gaps).to_contain_text(COMPOUND)

    preview = page.locator("#people-sheet-preview")
    choose(page, edited(whole, lambda sheet: sheet.__setitem__("D3", "谁")))
    expect(preview).to_contain_text("D3 没有干部“谁”", timeout=15_000)
    expect(preview.get_by_role("button", name="导入", exact=True)).to_have_count(0)
    choose(page, whole)
    expect(preview).to_contain_text("其中 1 处有变更。缺口：现 1 个，导入后 0 个", timeout=15_000)
    expect(gaps).to_have_count(1)
    preview.get_by_role("button", name="导入", exact=True).click()

    expect(gaps).to_have_count(0, timeout=15_000)
    expect(preview).to_be_empty()
    expect(page.locator("#people-responsible .complete")).to_be_visible()
    assert responsibilities.check_responsibilities(center).gaps == []
