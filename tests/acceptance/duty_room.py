"""The room of the duty scenarios: a running centre, a browser for everybody in it, and time that goes from one due job to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Job
from command_center.domain.rights import Role
from command_center.services import access
from command_center.services.live import read_snapshot
from tests.acceptance.conftest import RunningClock
from tests.browsing import watch
from tests.ui.conftest import until
from workers import jobs as workers_jobs

SIZE = (1920, 1080)


@dataclass(slots=True)
class DutyRoom:
    """People in front of screens, and those outside who only call or answer."""

    url: str
    center: Center
    clock: RunningClock
    browser: Browser
    problems: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)
    _tokens: dict[Role, str] = field(default_factory=dict)

    # ---- screens ----

    def open(self, path: str, role: Role = Role.DUTY_OFFICER, *, theme: str = "night", lang: str = "zh_CN") -> Page:
        """A signed-in screen at `path`, drawn and with its stream alive."""
        context = self.browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]}, locale="zh-CN")
        self._contexts.append(context)
        values = {"theme": theme, "lang": lang}
        context.add_cookies([{"name": name, "value": value, "url": self.url} for name, value in values.items()])
        context.add_cookies(
            [{"name": "center_session", "value": self._token(role), "url": self.url, "sameSite": "Strict", "httpOnly": True}]
        )
        page = context.new_page()
        watch(page, self.url, self.problems)
        page.goto(self.url + path)
        page.wait_for_selector("main[data-page] :is(.leaflet-container, .empty, .desk[data-drawn])", state="attached")
        until(page, "window.cc && cc.link() === 'live'")
        return page

    def pages(self) -> list[Page]:
        return [page for context in self._contexts for page in context.pages]

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    # ---- those without a screen ----

    def post(self, path: str, body: Mapping[str, object] | None = None, role: Role = Role.DUTY_OFFICER) -> dict[str, Any]:
        """A command of somebody who sits elsewhere; it must go through."""
        headers = {"Authorization": f"Bearer {self._token(role)}"}
        answer = httpx.post(f"{self.url}/api/v1{path}", json=body or {}, headers=headers, timeout=15, trust_env=False)
        assert answer.is_success, (path, answer.status_code, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    def position(self, fix: Mapping[str, object]) -> None:
        """A vehicle's tracker says where it is."""
        answer = httpx.post(f"{self.url}/api/v1/positions", json=[fix], timeout=15, trust_env=False)
        assert answer.json() == {"accepted": 1, "rejected": {}}

    def _token(self, role: Role) -> str:
        if role not in self._tokens:
            self._tokens[role] = access.issue_token(self.center, f"scenario-{role.value}", role)
        return self._tokens[role]

    def rows(self, kind: str, **wanted: object) -> list[dict[str, Any]]:
        """What stands on the board."""
        found = [dict(row) for row in read_snapshot(self.center).rows if row["kind"] == kind and not row["gone"]]
        return [row for row in found if all(row[name] == value for name, value in wanted.items())]

    # ---- time ----

    def until(self, hour: int, minute: int) -> None:
        """Go on to the next time of day."""
        self._go_on(self.clock.next(hour, minute))

    def wait(self, minutes: float = 0.0) -> None:
        """Let so much time pass, doing every job at the moment it is due; with nothing, what is due now."""
        self._go_on(self.clock.now() + timedelta(minutes=minutes))

    def _go_on(self, moment: datetime) -> None:
        while (due := self._next_due()) is not None and due[1] <= max(moment, self.clock.now()):
            self.clock.go_to(max(self.clock.now(), due[1]))
            assert workers_jobs.run(due[0]) in ("done", "already done")
        self.clock.go_to(max(self.clock.now(), moment))

    def _next_due(self) -> tuple[int, datetime] | None:
        with self.center.read() as session:
            waiting = select(Job.id, Job.due_at).where(Job.done_at.is_(None), Job.parked_at.is_(None))
            row = session.execute(waiting.order_by(Job.due_at, Job.id).limit(1)).first()
            return None if row is None else (row[0], row[1])


class Hand:
    """Counts what a person has to do."""

    def __init__(self) -> None:
        self.clicks = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1


def answer(page: Page, word: str) -> None:
    """Type into the bar at the foot of a page that asks for a word, and send it."""
    bar = page.locator(".ask-bar")
    expect(bar).to_be_visible()
    bar.locator(".asked-word input").fill(word)
    page.keyboard.press("Enter")
    expect(bar).to_be_hidden()


def is_red(place: Locator) -> bool:
    """Whether a text stands in the colour of what is late, by night or by day."""
    red: bool = place.evaluate("""text => {
        const probe = document.createElement('i');
        probe.style.color = 'var(--bad)';
        document.body.append(probe);
        const wanted = getComputedStyle(probe).color;
        probe.remove();
        return getComputedStyle(text).color === wanted; }""")
    return red
