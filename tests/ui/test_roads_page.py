"""The page of closed roads: drawn, picked, under water, guarded, opened, taken back; standby points. Whole flows by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Locator, Page, expect

from command_center.domain.board import Row
from command_center.domain.geo import Point
from command_center.domain.rights import Actor, Role
from command_center.services import closures, jobs, measurements
from command_center.services.closures import CloseRoad
from command_center.services.live import read_snapshot
from command_center.services.measurements import TakeMeasurement
from tests.ui.conftest import Screens, Theatre, until
from tests.waiting import eventually
from workers import jobs as workers_jobs

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
STREET, COMPOUND = "胜利东街", "XQ001"
NORTH_M = 1 / 111_195


@pytest.fixture(autouse=True)
def open_roads(theatre: Theatre) -> Iterator[None]:
    """Before and afterwards every road is open, and no water stands anywhere."""
    clear_roads(theatre)
    yield
    clear_roads(theatre)


def clear_roads(theatre: Theatre) -> None:
    for kept in measurements.list_measurements(theatre.center):
        if kept["corrected_by"] is None and kept["value"] != 0:
            measurements.correct_measurement(theatre.center, int(kept["id"]), 0.0, OFFICER, "the test is over")
    work(theatre)
    for row in standing(theatre):
        end = closures.decline_closure if row["state"] == "proposed" else closures.reopen_road
        end(theatre.center, int(row["id"]), OFFICER, "the test is over")


def standing(theatre: Theatre) -> list[Row]:
    return [row for row in read_snapshot(theatre.center).rows if row["kind"] == "closure" and not row["gone"]]


def work(theatre: Theatre) -> None:
    """Do what workers would do now; a job is born leased for three seconds."""
    with workers_jobs.working_at(theatre.center):
        for job in jobs.claim_due(theatre.center):
            workers_jobs.run(job.job_id)


def worked(theatre: Theatre) -> list[Row]:
    """What stands once the workers have done what is due."""
    work(theatre)
    return standing(theatre)


def lines(page: Page) -> Locator:
    return page.locator("#roads-list [data-closure]")


def click_map(page: Page, point: Point) -> None:
    """A click on the ground of the map."""
    place = "at => { const {x, y} = cc.map.latLngToContainerPoint(at); return [x, y]; }"
    x, y = page.evaluate(place, [point.lat, point.lon])
    box = page.locator(".leaflet-container").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + y)


def across(theatre: Theatre) -> tuple[Point, Point]:
    """Two points on either side of a street."""
    middle = theatre.center.roads.lines_of(STREET)[0]
    at = middle[len(middle) // 2]
    return Point(at.lat - 100 * NORTH_M, at.lon + 30 * NORTH_M), Point(at.lat + 100 * NORTH_M, at.lon + 30 * NORTH_M)


def off_every_road(theatre: Theatre) -> Point:
    """A point around which no street lies within a hundred metres."""
    roads, centre = theatre.center.roads, theatre.center.catalogue.street.centre
    around = (Point(centre.lat + north * 25 * NORTH_M, centre.lon + east * 25 * NORTH_M) for north in range(40) for east in range(40))
    return next(point for point in around if roads.nearest_on_road(point)[1] > 100)


def test_a_line_is_drawn_given_up_drawn_again_closed_and_taken_back(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console")
    page.keyboard.press("F6")
    expect(page.locator("#roads-list")).to_contain_text("全部道路畅通")
    until(page, "Boolean(window.cc.map)")
    south, north = across(theatre)

    click_map(page, south)
    click_map(page, north)
    expect(page.locator("#roads-preview")).to_contain_text(STREET)
    page.keyboard.press("Backspace")
    expect(page.locator("[data-sketched]")).to_contain_text("1")
    expect(page.locator("#roads-preview")).not_to_contain_text(STREET)
    page.keyboard.press("Escape")
    expect(page.locator("path.sketch-line")).to_have_count(0)
    click_map(page, south)
    click_map(page, north)
    expect(page.locator("#roads-preview .price")).to_contain_text("%")
    expect(page.locator("path.sketch-ground").first).to_be_attached()
    page.keyboard.press("Enter")

    expect(lines(page)).to_contain_text(STREET)
    expect(page.locator("path.road-closed").first).to_be_attached()
    expect(page.locator("#roads-chosen")).to_contain_text("5分钟可达")
    lines(page).get_by_role("button", name="撤销").click()
    expect(lines(page)).to_have_count(0)
    assert standing(theatre) == []


def test_a_street_is_picked_by_its_initials_guarded_and_opened_with_a_reason(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/roads?way=street")
    page.locator("#roads-street-search").fill("sldj")
    page.keyboard.press("Enter")
    expect(page.locator("#roads-preview")).to_contain_text(STREET)
    guard = page.locator("select[name=guard]")
    unit = guard.locator("option").nth(1).get_attribute("value")
    assert unit
    guard.select_option(unit)
    page.locator("#roads-reason").fill("路面塌陷")
    page.keyboard.press("Control+Enter")

    expect(lines(page)).to_contain_text("路面塌陷")
    expect(lines(page)).to_contain_text("前往值守")
    (row,) = standing(theatre)
    assert (row["guard_unit_id"], row["closure_kind"]) == (unit, "street")
    theatre.report((unit, Point(row["lat"] + 10 * NORTH_M, row["lon"]), 0))
    expect(lines(page)).to_contain_text("在岗值守", timeout=25_000)
    expect(lines(page)).to_contain_text("距10米")
    other = page.locator("#roads-chosen [data-offer]").first
    theirs = other.get_attribute("data-offer")
    other.get_by_role("button", name="安排值守").click()
    eventually(lambda: standing(theatre)[0]["guard_unit_id"] == theirs, within_s=10)
    page.get_by_role("button", name="撤岗").click()
    expect(lines(page)).to_contain_text("无人值守")

    lines(page).get_by_role("button", name="恢复通行…").click()
    page.locator("#roads-word").fill("已抢修")
    page.keyboard.press("Enter")
    expect(page.locator("#roads-ended .line").first).to_contain_text("已抢修")
    expect(lines(page)).to_have_count(0)


def test_little_water_keeps_the_road_open_and_much_closes_it_until_somebody_says_why_not(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/roads?way=spot")
    page.locator("#roads-place-search").fill(COMPOUND)
    expect(page.locator("#roads-place-list [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    water = page.locator("#roads-water")
    water.fill("12")
    expect(page.locator("#roads-foot")).to_contain_text("维持通行")
    water.fill("3000")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast").last).to_contain_text("3000")
    assert standing(theatre) == []
    water.fill("30,5")
    expect(page.locator("#roads-foot")).not_to_contain_text("维持通行")
    page.keyboard.press("Control+Enter")

    expect(lines(page)).to_have_count(1)
    eventually(lambda: worked(theatre)[0]["depth_cm"] == 30.5, within_s=15, every_s=0.2)
    expect(lines(page)).to_contain_text("积水30.5厘米")
    lines(page).get_by_role("button", name="恢复通行…").click()
    page.keyboard.press("Enter")
    expect(page.locator(".toast").last).to_contain_text("未执行")
    expect(page.locator("#roads-ask-go")).not_to_have_attribute("aria-busy", "true")
    page.locator("#roads-word").fill("水已抽排")
    page.keyboard.press("Enter")
    expect(lines(page)).to_have_count(0)


def test_a_road_that_water_proposes_waits_on_the_console_and_is_closed_with_its_nearest_guard(screens: Screens, theatre: Theatre) -> None:
    console = screens.open("/console")
    measurements.take_measurement(theatre.center, TakeMeasurement(metric="ponding_depth_cm", value=31, place_id=COMPOUND), OFFICER)
    eventually(lambda: len(worked(theatre)) == 1, within_s=15, every_s=0.2)

    expect(console.locator("#console-open-roads .n")).to_contain_text("1")
    console.locator(".next li", has_text="是否断路").get_by_role("button").click()
    expect(lines(console)).to_contain_text("积水31厘米")
    lines(console).get_by_role("button", name="值守", exact=False).first.click()

    eventually(lambda: standing(theatre)[0]["state"] == "closed", within_s=10)
    assert standing(theatre)[0]["guard_unit_id"] == standing(theatre)[0]["suggested_units"][0]
    expect(lines(console)).to_contain_text("前往值守")


def test_what_nobody_can_close_is_said_before_anybody_confirms(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/roads")
    expect(page.locator("[data-way=line]")).to_be_visible()
    until(page, "Boolean(window.cc.map)")
    lonely = off_every_road(theatre)

    click_map(page, lonely)
    click_map(page, Point(lonely.lat + 60 * NORTH_M, lonely.lon))

    expect(page.locator("#roads-preview .obstacle")).to_be_visible()
    expect(page.locator("#roads-foot button")).to_be_disabled()


def test_standby_points_are_worked_out_on_request_and_stand_on_the_map(screens: Screens, theatre: Theatre) -> None:
    measurements.take_measurement(theatre.center, TakeMeasurement(metric="snow_depth_cm", value=3.0), OFFICER)
    page = screens.open("/roads?way=standby")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#roads-standby")).to_contain_text("个百分点")
    expect(page.locator("[data-move]")).to_have_count(16)
    expect(page.locator(".mk.sketch-stand")).to_have_count(16)
    expect(page.locator("#roads-standby .foot button")).to_contain_text("重新测算")


def test_a_display_finds_no_page_to_close_roads_on(screens: Screens) -> None:
    page = screens.open("/roads", role=Role.DISPLAY)

    expect(page.locator("main[data-page=wall]")).to_be_visible()


def test_a_guard_who_leaves_stands_on_the_wall_until_he_is_back(screens: Screens, theatre: Theatre) -> None:
    wall, console = screens.open("/wall", role=Role.DISPLAY), screens.open("/console")
    closures.close_road(theatre.center, CloseRoad(place_id=COMPOUND, guard="patrol-08"), OFFICER)
    (row,) = standing(theatre)

    def drives_to(metres: float) -> bool:
        with suppress(AssertionError):  # a vehicle that drives too fast is not believed yet
            theatre.report(("patrol-08", Point(row["lat"] + metres * NORTH_M, row["lon"]), 0))
            return True
        return False

    eventually(lambda: drives_to(10), within_s=15, every_s=0.5)
    eventually(lambda: standing(theatre)[0]["guard_arrived_at"], within_s=10)
    eventually(lambda: drives_to(200), within_s=15, every_s=0.5)

    expect(wall.locator("[data-unguarded]")).to_contain_text("无人值守")
    expect(wall.locator(".mk.closure[data-left]")).to_contain_text("无人值守")
    expect(console.locator(".next li").first).to_contain_text("无人值守")

    eventually(lambda: drives_to(0) and standing(theatre)[0]["guard_left_at"] is None, within_s=15, every_s=0.5)
    expect(wall.locator("[data-unguarded]")).to_have_count(0)
