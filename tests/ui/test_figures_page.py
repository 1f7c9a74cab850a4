"""The page of figures in a browser: a past watch, two times of one's own, tables, the heat map, and what it says when nothing happened."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from command_center.db.tables import Assignment, Watch
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus, IncidentStatus
from command_center.domain.watches import CENTRE, WatchStatus
from command_center.services import activations, stock
from command_center.services.activations import ActivatePlan
from command_center.services.stock import Move
from tests.ui.conftest import EAST, NORTH, SHOPS, Screens, Theatre
from tests.ui.test_plans_page import SMALL, TOO_WIDE
from tests.ui.test_screen_rules import AXE, TAGS

CHIEF = Actor(name="chief", role=Role.COMMANDER)
OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
QUIET_DAY = "/reports?span=day&day=2024-02-01"


def the_last_hours(theatre: Theatre) -> str:
    """Address of a time that holds a lively hour also when midnight has just passed."""
    today = theatre.center.now().astimezone(theatre.center.zone).date()
    quiet = "with_from=2024-02-01&with_to=2024-02-02"
    return f"/reports?span=free&from={today - timedelta(days=1)}&to={today}&{quiet}"


def a_lively_hour(theatre: Theatre) -> None:
    """Two incidents that a unit reached, one in two and one in six minutes; a plan in force; bags used."""
    for number, (ago_s, took_s, at) in enumerate(((1800, 120, EAST), (1500, 360, NORTH)), 1):
        begun = theatre.center.now() - timedelta(seconds=ago_s)
        there = begun + timedelta(seconds=took_s)
        incident = theatre.incident(
            "E107", Level.III, ago_s=ago_s, place=SHOPS, at=at, area_code="A1", on_scene_at=there, status=IncidentStatus.ON_SCENE
        )
        with Session(theatre.center.engine) as session, session.begin():
            session.add(
                Assignment(
                    incident_id=incident,
                    unit_id=f"patrol-0{number}",
                    status=AssignmentStatus.CLEARED,
                    ordered_by="officer",
                    dispatched_at=begun + timedelta(seconds=20),
                    en_route_at=begun + timedelta(seconds=60),
                    on_scene_at=there,
                    ended_at=there,
                    travel_s=100.0,
                    end_reason="",
                )
            )
    activations.activate_plan(theatre.center, ActivatePlan(plan_id="P01", level=Level.IV), CHIEF)
    stock.issue(theatre.center, Move(depot="YY-S01", material="FL03", quantity=10), OFFICER)


def past_watch(theatre: Theatre) -> int:
    begun = theatre.center.now() - timedelta(days=40)
    with Session(theatre.center.engine) as session, session.begin():
        row = Watch(
            number="20240101-7",
            post=CENTRE,
            from_at=begun,
            to_at=begun + timedelta(hours=24),
            begun_at=begun,
            ended_at=begun + timedelta(hours=24),
            status=WatchStatus.CLOSED,
            on_board=False,
            changes=0,
            basis="own",
        )
        session.add(row)
        session.flush()
        return row.id


def opened(screens: Screens, address: str, **more: object) -> Page:
    page = screens.open(address, **more)  # type: ignore[arg-type]  # any of its keywords
    expect(page.locator("#reports-figures .listing")).to_be_visible()
    return page


def test_a_lively_time_is_told_in_figures_charts_tables_and_words(screens: Screens, theatre: Theatre) -> None:
    a_lively_hour(theatre)

    page = opened(screens, the_last_hours(theatre))

    expect(page.locator("#reports-charts .js-plotly-plot").nth(4)).to_be_attached(timeout=20_000)
    expect(page.locator("#reports-tables [data-plan-used=P01]")).to_contain_text("防汛抗旱")
    expect(page.locator("#reports-tables [data-material-used=FL03] .number").first).to_contain_text("10")
    expect(page.locator(".hottest li").first).to_contain_text("附近")
    expect(page.locator("#reports-cuts .js-plotly-plot")).to_have_count(3)
    expect(page.locator("#reports-cuts tbody").first).to_contain_text("%")


def test_any_past_watch_is_picked_and_stepped_through(screens: Screens, theatre: Theatre) -> None:
    watch = past_watch(theatre)
    page = opened(screens, f"/reports?span=watch&watch={watch}")
    expect(page.locator("select[name=watch]")).to_have_value(str(watch))

    other = page.locator("select[name=watch] option").first.get_attribute("value")
    assert other is not None
    page.locator("select[name=watch]").select_option(other)
    page.locator(".times [data-main]").click()
    expect(page.locator("#reports-choice [aria-current]")).to_have_text("班次")
    expect(page).to_have_url(f"{theatre.url}/reports?span=watch&watch={other}")
    expect(page.locator("select[name=watch]")).to_have_value(other)
    expect(page.locator("select[name=watch]")).to_have_attribute("data-chosen", other)
    page.get_by_role("button", name="上一期").click()
    expect(page.locator("select[name=watch]")).not_to_have_value(other)


def test_two_times_of_ones_own_are_compared_and_what_cannot_be_read_stays_in_its_field(screens: Screens, theatre: Theatre) -> None:
    a_lively_hour(theatre)
    today = theatre.center.now().astimezone(theatre.center.zone).date()
    page = opened(screens, "/reports?span=free")

    page.locator("#reports-from").fill(f"{today - timedelta(days=1)}")
    page.locator("#reports-to").fill("tomorrow")
    page.locator("#reports-with-from").fill("2024-02-01")
    page.locator("#reports-with-to").fill("2024-02-02 20:00")
    page.locator(".times [data-main]").click()
    expect(page.locator(".toast").last).to_contain_text("tomorrow")
    expect(page.locator("#reports-to")).to_have_value("tomorrow")
    page.locator("#reports-to").fill(f"{today}")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#reports-choice .said")).to_contain_text("对比 2024-02-01 00:00 至 2024-02-02 20:00")
    arrivals = page.locator("#reports-figures tr", has_text="已有车组到场的事件")
    expect(arrivals.locator(".number").nth(1)).to_have_text("0")
    page.go_back()
    expect(page).to_have_url(f"{theatre.url}/reports?span=free")


def test_where_nothing_happened_every_part_says_so(screens: Screens, theatre: Theatre) -> None:
    page = opened(screens, QUIET_DAY)

    expect(page.locator("#reports-charts .empty")).to_contain_text("此期间无事件")
    expect(page.locator("#reports-tables")).to_contain_text("此期间未启动预案")
    expect(page.locator("#reports-tables")).to_contain_text("此期间无物资出库")
    page.goto(f"{theatre.url}/reports?span=watch&watch=999999")
    expect(page.locator("#reports-choice [role=alert]")).to_be_visible()


PATHS = ("/reports?span=day", "/reports?span=free", "/reports?span=watch", QUIET_DAY)


@pytest.mark.long
@pytest.mark.hardest
@pytest.mark.parametrize(("theme", "lang"), [("night", "zh_CN"), ("day", "en")])
def test_the_page_of_figures_has_no_accessibility_violation_and_no_small_target(
    screens: Screens, theatre: Theatre, theme: str, lang: str
) -> None:
    a_lively_hour(theatre)
    found = {}
    for path in PATHS:
        page = opened(screens, path, theme=theme, lang=lang)
        page.evaluate(AXE)
        broken = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]
        found[path] = [(rule["id"], rule["nodes"][0]["target"], rule["nodes"][0]["failureSummary"]) for rule in broken]
        found[f"{path}, small"] = page.evaluate(SMALL, 32)
        screens.close()

    assert {path: broken for path, broken in found.items() if broken} == {}


@pytest.mark.long
@pytest.mark.hardest
@pytest.mark.parametrize(("size", "lang"), [((1366, 768), "en"), ((390, 844), "zh_CN"), ((390, 844), "en")])
def test_the_page_of_figures_is_no_wider_than_its_screen(screens: Screens, theatre: Theatre, size: tuple[int, int], lang: str) -> None:
    a_lively_hour(theatre)
    found = {}
    for path in PATHS:
        page = opened(screens, path, size=size, lang=lang)
        found[path] = page.evaluate(TOO_WIDE)
        screens.close()

    assert {path: wide for path, wide in found.items() if wide} == {}
