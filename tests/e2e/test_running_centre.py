"""The centre as `make run` starts it: well, signed in, silent towards the outside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsing import watch
from tests.e2e.conftest import RunningCentre


def test_every_part_says_that_it_is_well(centre: RunningCentre) -> None:
    with centre.client("duty_officer") as officer:
        health = officer.get("/healthz")

    assert health.status_code == 200
    assert health.json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/console", "/wall"])
def test_a_page_opened_first_and_directly_is_whole(page: Page, centre: RunningCentre, path: str) -> None:
    page.goto(f"{centre.url}{path}")

    expect(page.locator(".leaflet-container")).to_be_visible()


def test_a_visitor_is_asked_to_sign_in(browser: Browser, centre: RunningCentre, problems: list[str]) -> None:
    visitor = browser.new_page()
    watch(visitor, centre.url, problems)

    visitor.goto(f"{centre.url}/console")

    assert "/sign-in" in visitor.url
    assert not problems
    visitor.close()
