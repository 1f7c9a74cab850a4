"""Screen rules of the console's docked panels, dialogs and narrow screens, measured in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import watch
from tests.e2e.conftest import RunningCentre
from tests.e2e.test_console import docked, fill_call, open_console, quiet, ring

AXE = (Path(__file__).parents[1] / "assets" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]

SMALL = """() => [...document.querySelectorAll('.console button, .console input:not([type=radio]):not([type=checkbox]), .console summary')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().width > 1)
  .filter(one => !one.closest('.leaflet-container'))
  .map(one => [one.id || one.className, Math.round(one.getBoundingClientRect().width), Math.round(one.getBoundingClientRect().height)])
  .filter(([, width, height]) => Math.min(width, height) < 32)"""

OUTSIDE = """() => [...document.querySelectorAll('.console > *, .console-head > *, .dock-view .foot > *')]
  .filter(one => one.checkVisibility() && !one.closest('.scroll'))
  .map(one => [one.id || one.className, one.getBoundingClientRect()])
  .filter(([, box]) => box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1)
  .map(([name]) => name)"""


@pytest.fixture
def officer(centre: RunningCentre) -> Iterator[httpx.Client]:
    with centre.client("duty_officer") as client:
        quiet(client)
        yield client
        quiet(client)


def console(browser: Browser, centre: RunningCentre, problems: list[str], **look: Any) -> Page:  # noqa: ANN401 - width, height, theme, lang
    context = browser.new_context(
        viewport={"width": look.get("width", 1366), "height": look.get("height", 768)}, timezone_id="Asia/Shanghai", reduced_motion="reduce"
    )
    centre.sign_in(context, "duty_officer")
    chosen = {"theme": look.get("theme", "night"), "lang": look.get("lang", "zh_CN")}
    context.add_cookies([{"name": name, "value": value, "url": centre.url} for name, value in chosen.items()])
    page = context.new_page()
    watch(page, centre.url, problems)
    return open_console(page, centre)


def broken_rules(page: Page) -> list[Any]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)
    return [
        (rule["id"], [node["target"] for node in rule["nodes"][:4]], rule["nodes"][0]["failureSummary"]) for rule in found["violations"]
    ]


def too_small(page: Page) -> list[Any]:
    small: list[Any] = page.evaluate(SMALL)
    return small


def every_panel(page: Page, incident_id: str) -> Iterator[str]:
    """Open one panel after the other; yields its name while it stands open."""
    yield "idle"
    fill_call(page)
    expect(page.locator("#call-proposal input:checked").first).to_be_attached()
    yield "call"
    page.keyboard.press("Escape")
    page.locator(f"button.inc[data-id='{incident_id}']").click()
    expect(docked(page, "incident").locator(".clocks")).to_be_visible()
    yield "incident"
    page.keyboard.press("Escape")
    page.locator(".unit-chip[data-id=patrol-08]").click()
    docked(page, "unit").locator("#console-card-draw").click()
    expect(page.locator(".qr img")).to_be_visible()
    yield "unit"
    page.locator("[data-open=about]").first.click()
    docked(page, "about")
    yield "about"
    page.keyboard.press("Control+k")
    expect(page.locator("#console-palette-box-list [role=option]").first).to_be_visible()
    yield "palette"
    page.keyboard.press("Escape")
    expect(page.locator("#console-palette-box-search")).not_to_be_visible()


@pytest.mark.hardest
@pytest.mark.parametrize("theme", ["night", "day"])
def test_every_panel_is_free_of_accessibility_violations_and_of_small_targets(
    browser: Browser, centre: RunningCentre, officer: httpx.Client, problems: list[str], theme: str
) -> None:
    incident_id = ring(officer, kind="E109")
    officer.post(f"/api/v1/incidents/{incident_id}/dispatch", json={"units": ["patrol-09"]}).raise_for_status()
    page = console(browser, centre, problems, theme=theme)

    found = {panel: (broken_rules(page), too_small(page)) for panel in every_panel(page, incident_id)}

    page.context.close()
    assert {panel: broken for panel, broken in found.items() if broken != ([], [])} == {}
    assert problems == []


@pytest.mark.hardest
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (3840, 2160)])
def test_nothing_of_the_console_lies_outside_the_screen(
    browser: Browser, centre: RunningCentre, officer: httpx.Client, problems: list[str], width: int, height: int, lang: str
) -> None:
    incident_id = ring(officer, kind="E109")
    page = console(browser, centre, problems, width=width, height=height, lang=lang)

    outside = {panel: page.evaluate(OUTSIDE) for panel in every_panel(page, incident_id)}

    page.context.close()
    assert {panel: names for panel, names in outside.items() if names} == {}
