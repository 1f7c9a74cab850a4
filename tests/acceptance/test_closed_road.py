"""Duty scenario C in browsers: the officer closes a road under water on the page, the guard leaves it, wall and console say so at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from command_center.center import Center
from command_center.domain.rights import Role
from command_center.services import access
from tests.acceptance.conftest import RunningClock
from tests.browsing import keep_sights, watch
from tests.flood_night import PASSPHRASE, signer
from tests.ui.conftest import relaying, serving
from tests.waiting import eventually
from tests.working import entries, rows, work_off

OFFICER = "赵值班"
COMPOUND = "XQ061"
NORTH_M = 1 / 111_195
"""Degrees of latitude in a metre."""


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@dataclass(slots=True)
class Room:
    """The duty room at night: a running centre, the officer's console and page, the wall, and the guard's tracker."""

    url: str
    center: Center
    clock: RunningClock
    browser: Browser
    tracker: str
    problems: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def officer(self, path: str) -> Page:
        page = self._page()
        page.goto(f"{self.url}/sign-in?next={path}")
        page.locator("[name=name]").fill(OFFICER)
        page.locator("[name=passphrase]").fill(PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_selector("main[data-page] :is(.leaflet-container, .desk[data-drawn])", state="attached")
        return page

    def wall(self) -> Page:
        page = self._page()
        token = access.issue_token(self.center, "wall-of-the-room", Role.DISPLAY)
        page.context.add_cookies([{"name": "center_session", "value": token, "url": self.url, "sameSite": "Strict", "httpOnly": True}])
        page.goto(f"{self.url}/wall")
        page.wait_for_selector("#wall-duty", state="attached")
        return page

    def stands(self, unit: str, *, metres: float) -> None:
        """A unit's tracker says where it is, so many metres north of the closed road."""
        self.clock.advance(20)
        (row,) = rows(self.center, "closure")
        fix = {"unit": unit, "at": self.clock.now().isoformat(), "lat": row["lat"] + metres * NORTH_M, "lon": row["lon"], "accuracy_m": 8}
        headers = {"Authorization": f"Bearer {self.tracker}"}
        answer = httpx.post(f"{self.url}/api/v1/positions", json=[fix], headers=headers, timeout=10, trust_env=False)
        assert answer.json() == {"accepted": 1, "rejected": {}}

    def _page(self) -> Page:
        context = self.browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
        self._contexts.append(context)
        page = context.new_page()
        watch(page, self.url, self.problems)
        return page

    def pages(self) -> list[Page]:
        return [page for context in self._contexts for page in context.pages]

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def room(
    center: Center, open_center: Callable[[], Center], clock: RunningClock, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Room]:
    signer(center, OFFICER)
    with relaying(open_center()), serving(open_center()) as url:
        tracker = access.issue_token(center, "trackers", Role.DUTY_OFFICER)
        opened = Room(url=url, center=center, clock=clock, browser=browser, tracker=tracker)
        yield opened
        keep_sights(request.node, opened.pages())
        opened.close()
    assert opened.problems == []


def line(page: Page) -> Locator:
    """The one closed road in the list of the page."""
    return page.locator("#roads-list [data-closure]")


def measure(page: Page, depth_cm: int) -> None:
    """Type what was read off the staff at the compound's gate."""
    page.get_by_role("button", name="积水点").click()
    page.locator("#roads-place-search").fill(COMPOUND)
    expect(page.locator("#roads-place-list [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.locator("#roads-water").fill(str(depth_cm))
    expect(page.locator("#roads-preview .price")).to_contain_text("5分钟可达")
    page.keyboard.press("Control+Enter")


def the_officer_closes_the_road(room: Room) -> tuple[Page, str]:
    """Thirty centimetres close it at once, with its depth; the nearest unit is named to guard it. Gives the page and the unit."""
    page = room.officer("/roads")
    measure(page, 30)
    expect(line(page)).to_contain_text("无人值守")
    work_off(room.center, room.clock)
    expect(line(page)).to_contain_text("积水30厘米")
    offer = page.locator("#roads-chosen [data-offer]").first
    guard = str(offer.get_attribute("data-offer"))
    offer.get_by_role("button", name="安排值守").click()
    expect(line(page)).to_contain_text("前往值守")
    return page, guard


def test_c_the_guard_leaves_the_closed_road_and_the_room_sees_it(room: Room, center: Center, clock: RunningClock) -> None:
    clock.until(23, 30)
    wall, console = room.wall(), room.officer("/console")
    page, guard = the_officer_closes_the_road(room)
    expect(wall.locator(".mk.closure")).to_be_visible()
    room.stands(guard, metres=20)
    expect(line(page)).to_contain_text("在岗值守")
    expect(wall.locator("[data-unguarded]")).to_have_count(0)

    clock.until(2, 0)
    room.stands(guard, metres=150)
    for told in (wall.locator("[data-unguarded]"), wall.locator(".mk.closure[data-left]"), console.locator(".next li").first):
        expect(told).to_contain_text("无人值守")
    expect(console.locator("#console-open-roads .n")).to_contain_text("1")
    expect(line(page)).to_contain_text("已离岗")
    expect(line(page)).to_contain_text("距150米")
    work_off(center, clock)
    assert entries(center, "GuardStillAway") == []
    work_off(center, clock, after_s=300)
    assert [told["unit_id"] for told in entries(center, "GuardStillAway")] == [guard]
    assert any("无人值守" in row["text"]["zh"] for row in rows(center, "notice"))

    room.stands(guard, metres=10)
    expect(wall.locator("[data-unguarded]")).to_have_count(0)
    measure(page, 6)

    def drained() -> object:
        work_off(center, clock)
        return rows(center, "closure")[0]["drained_at"]

    eventually(drained, within_s=10)
    expect(line(page)).to_contain_text("已退")
    line(page).get_by_role("button", name="恢复通行…").click()
    page.keyboard.press("Enter")
    expect(line(page)).to_have_count(0)
    expect(wall.locator(".mk.closure")).to_have_count(0)
    assert rows(center, "closure") == []
