"""Duty scenario G: the watch changes in the middle of a flood, in two browsers, with everything that can stand in the way of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import numpy as np
import openpyxl
import pypdfium2
import pytest
from docx import Document
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Watch
from command_center.domain.rights import Actor, Role
from command_center.domain.watches import CENTRE, Duty
from command_center.services import access, handover, history, watches
from command_center.services.handover import HandoverLine
from tests.acceptance.conftest import RunningClock
from tests.browsing import keep_sights, watch
from tests.flood_night import PASSPHRASE, FloodNight, flood_night, signer
from tests.ui.conftest import relaying, serving
from tests.working import work_off

OUTGOING, INCOMING, LEADER = "赵值班", "钱值班", "孙带班"
OBJECTION = "少一台水泵（FL05），请查明去向"


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@dataclass(slots=True)
class Room:
    """The duty room: a running centre, and a browser for everybody in it."""

    url: str
    center: Center
    browser: Browser
    problems: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def enter(self, name: str) -> Page:
        """Somebody signs in with name and pass-phrase."""
        page = self._page()
        page.goto(f"{self.url}/sign-in?next=/duty")
        page.locator("[name=name]").fill(name)
        page.locator("[name=passphrase]").fill(PASSPHRASE)
        page.keyboard.press("Enter")
        page.wait_for_selector(".desk[data-drawn]", state="attached")
        return page

    def wall(self) -> Page:
        page = self._page()
        token = access.issue_token(self.center, "wall-of-the-room", Role.DISPLAY)
        page.context.add_cookies([{"name": "center_session", "value": token, "url": self.url, "sameSite": "Strict", "httpOnly": True}])
        page.goto(f"{self.url}/wall")
        page.wait_for_selector("#wall-duty", state="attached")
        return page

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
def night(center: Center, clock: RunningClock) -> FloodNight:
    """The flood of the watch that ends; its officer, the next one and a leader have accounts."""
    officer = signer(center, OUTGOING)
    signer(center, INCOMING)
    signer(center, LEADER, Role.DUTY_LEADER)
    return flood_night(center, clock, officer)


@pytest.fixture
def room(
    center: Center, open_center: Callable[[], Center], night: FloodNight, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Room]:
    with relaying(open_center()), serving(open_center()) as url:
        opened = Room(url=url, center=center, browser=browser)
        yield opened
        keep_sights(request.node, opened.pages())
        opened.close()
    assert opened.problems == []


def ask(page: Page, button: str, word: str) -> None:
    """Press a key that asks for a word, and answer."""
    page.get_by_role("button", name=button).first.click()
    page.locator("#duty-word").fill(word)
    page.locator("#duty-ask-go").click()


def refused(page: Page, words: str) -> None:
    """The centre says why not; the person reads it and closes it."""
    notice = page.locator(".toast-refused").last
    expect(notice).to_contain_text(words)
    notice.locator("button").click()
    expect(page.locator(".toast-refused")).to_have_count(0)


def the_outgoing_officer_signs(room: Room) -> Page:
    """What must not pass on without a word is found; nothing can be signed before it is said, nor with wrong words."""
    page = room.enter(OUTGOING)
    blockers = page.locator("[data-blocker]")
    expect(blockers.filter(has=page.locator(".bad"))).not_to_have_count(0)
    keys = [str(row.get_attribute("data-blocker")) for row in blockers.all()]
    assert any(key.startswith("emergency_without_owner:") for key in keys)
    assert any(key.startswith("report_clock_overdue:") for key in keys)
    page.locator("[data-section=equipment]").get_by_role("button", name="编写").click()
    page.locator("[name='field|phones']").fill("电话、对讲机完好")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-section=equipment]")).to_contain_text("电话、对讲机完好")
    ask(page, "交班签字", PASSPHRASE)
    refused(page, "须写明情况")
    page.keyboard.press("Escape")
    for number, key in enumerate(keys):
        row = page.locator(f"[data-blocker='{key}']")
        row.get_by_role("button", name="说明").click()
        page.locator("#duty-word").fill(f"已告知接班人，第{number + 1}项")
        page.locator("#duty-ask-go").click()
        expect(row).to_contain_text(f"第{number + 1}项")
    ask(page, "交班签字", "wrong words")
    refused(page, "口令")
    page.keyboard.press("Escape")
    ask(page, "交班签字", PASSPHRASE)
    expect(page.locator("#duty-title")).to_contain_text("交班人已签")
    return page


def the_incoming_officer_takes_over(room: Room) -> None:
    """A pump is missing; that is said before the signature, and nothing else can be written any more."""
    page = room.enter(INCOMING)
    expect(page.locator("[data-section] .acts").get_by_role("button", name="编写")).to_have_count(1)
    page.locator("[data-section=signatures]").get_by_role("button", name="编写").click()
    page.locator("[name='field|objections']").fill(OBJECTION)
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-section=signatures]")).to_contain_text(OBJECTION)
    ask(page, "接班签字", PASSPHRASE)
    expect(page.locator("#duty-title")).to_contain_text("已交接")
    expect(page.locator("#duty-steps")).to_contain_text("已封存")


def a_leader_countersigns(room: Room) -> Page:
    page = room.enter(LEADER)
    page.get_by_role("button", name="历次记录").click()
    page.locator("#duty-beside a.line").first.click()
    ask(page, "会签", PASSPHRASE)
    expect(page.locator("#duty-title")).to_contain_text("领导已签")
    return page


def the_papers_leave_the_house(room: Room, page: Page, line: HandoverLine) -> None:
    """Word, PDF and Excel, in both languages; what was objected and the hash stand on them."""
    cookies = {str(cookie["name"]): str(cookie["value"]) for cookie in page.context.cookies()}
    with httpx.Client(base_url=room.url, cookies=cookies, trust_env=False, timeout=60) as client:
        for language, words in (("zh_CN", "总体情况"), ("en", "Open emergencies")):
            pdf = client.get(f"/api/v1/handover/{line.id}.pdf", params={"lang": language}).raise_for_status().content
            pages = pypdfium2.PdfDocument(pdf)
            text = "".join("".join(page.get_textpage().get_text_range() for page in pages).split())
            assert words.replace(" ", "") in text
            assert OBJECTION in text
            assert str(line.sha256)[:16] in text
            assert "FL05" in text or ("水泵" if language == "zh_CN" else "pump") in text
            assert "下穿通道积水" in text, "the closed road is handed over"
            for leaf in pages:
                looks_like_a_page(leaf)
            word = client.get(f"/api/v1/handover/{line.id}.docx", params={"lang": language}).raise_for_status().content
            assert len(Document(io.BytesIO(word)).tables) > 5
        sheet = client.get(f"/api/v1/handover/{line.id}.xlsx").raise_for_status().content
        assert len(openpyxl.load_workbook(io.BytesIO(sheet)).sheetnames) >= 18


def looks_like_a_page(leaf: pypdfium2.PdfPage) -> None:
    """A4, written on, and nothing runs over its edges."""
    assert [round(side / 72 * 25.4) for side in leaf.get_size()] in ([210, 297], [297, 210])
    ink = 255 - leaf.render(scale=1, grayscale=True).to_numpy().squeeze().astype(np.int16)
    assert ink.mean() > 1
    assert ink[:8].max() == ink[-8:].max() == ink[:, :8].max() == ink[:, -8:].max() == 0


def number_on_watch(center: Center) -> str:
    on_watch = watches.on_duty_now(center)
    assert on_watch is not None
    return on_watch.number


def no_gap_between(center: Center, before: str, after: str) -> bool:
    """One watch began in the moment in which the other ended, and the log has the line."""
    with center.read() as session:
        ended, began = (
            session.scalars(select(Watch).where(Watch.post == CENTRE, Watch.number == number)).one() for number in (before, after)
        )
        assert ended.ended_at is not None
        assert began.begun_at is not None
    begun = [line["facts"] for line in history.recent_entries(center, limit=400) if line["event"] == "WatchBegun"]
    return ended.ended_at == began.begun_at and [it["relieved"] for it in begun if it["number"] == after] == [before]


def test_g_the_watch_changes_in_mid_flood(room: Room, center: Center, clock: RunningClock) -> None:
    wall = room.wall()
    clock.until(7, 31)
    work_off(center, clock)
    before = number_on_watch(center)
    assert "HandoverDue" in [line["event"] for line in history.recent_entries(center, limit=400)]

    page = the_outgoing_officer_signs(room)
    clock.until(8, 5)
    work_off(center, clock)
    assert number_on_watch(center) == before, "nobody has come: who signed first is still responsible"
    the_incoming_officer_takes_over(room)

    now = watches.on_duty_now(center)
    assert now is not None
    assert now.number != before
    expect(page.locator("#duty-watch")).to_contain_text(now.number)
    (officer,) = now.on(Duty.OFFICER)
    expect(wall.locator("#wall-duty")).to_contain_text(officer.name.zh)
    assert no_gap_between(center, before, now.number)
    clock.until(8, 12)
    leader = a_leader_countersigns(room)
    (line,) = [it for it in handover.find_handovers(center, Actor(name=LEADER, role=Role.DUTY_LEADER)) if it.sha256]
    the_papers_leave_the_house(room, leader, line)
    assert history.verify_log(center).broken_at is None
