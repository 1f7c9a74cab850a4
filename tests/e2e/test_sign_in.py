"""Coming in through a browser: the first link, name and pass-phrase, the wall's link; with and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import watch
from tests.e2e.conftest import RunningCentre

AXE = Path(__file__).parents[1] / "assets" / "axe.min.js"
PASSPHRASE = "three blue lanterns"


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def visitor(request: pytest.FixtureRequest, browser: Browser, centre: RunningCentre, problems: list[str]) -> Iterator[Page]:
    """A browser that nobody signed in."""
    context = browser.new_context(java_script_enabled=request.param, locale="zh-CN")
    page = context.new_page()
    watch(page, centre.url, problems)
    yield page
    context.close()


def test_a_new_officer_chooses_a_name_and_signs_in_with_it(visitor: Page, centre: RunningCentre, request: pytest.FixtureRequest) -> None:
    name = f"李岗 {request.node.callspec.id}"
    centre.command("account", "add", f"new {name}", "--role", "duty_officer")
    visitor.goto(centre.command("link", f"new {name}").split()[-1])

    visitor.get_by_label("姓名").fill(name)
    visitor.get_by_label("口令", exact=True).fill(PASSPHRASE)
    visitor.get_by_label("再次输入口令").fill(PASSPHRASE)
    visitor.get_by_role("button", name="保存并上岗").click()
    expect(visitor).to_have_url(re.compile("/console$"))
    visitor.goto(f"{centre.url}/sign-out")
    expect(visitor.get_by_role("heading", name="登录")).to_be_visible()
    visitor.get_by_label("姓名").fill(name)
    visitor.get_by_label("口令").fill(PASSPHRASE)
    visitor.get_by_role("button", name="登录").click()

    expect(visitor).to_have_url(re.compile("/console$"))


def test_a_display_link_leads_to_the_wall(visitor: Page, centre: RunningCentre) -> None:
    visitor.goto(centre.command("link", "--display").split()[-1])

    visitor.get_by_role("button", name="继续").click()

    expect(visitor).to_have_url(re.compile("/wall$"))


def test_the_plain_pages_are_easy_to_read(browser: Browser, centre: RunningCentre) -> None:
    page = browser.new_page()

    for path in ("/sign-in", "/in/gone", "/api/docs"):
        page.goto(f"{centre.url}{path}")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run().then(found => found.violations.map(it => [it.id, it.nodes.map(node => node.html)]))")
        assert found == [], path
    page.close()
