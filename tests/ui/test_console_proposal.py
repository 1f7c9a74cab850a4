"""The proposal on the console: what each unit and the ticked ones together leave of the circle."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from command_center.domain.levels import Level
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.services import coverage, proposing
from tests.ui.conftest import NORTH, Screens, Theatre

KEPT = ("patrol-01", "patrol-04", "patrol-07", "patrol-10")
"""One patrol of each area: none of them can be spared without somebody being left outside."""


@pytest.fixture
def incident_id(theatre: Theatre, screens: Screens) -> int:
    """An e-bike fire that waits for its one patrol vehicle, on a day when only four are fit."""
    for unit_id in theatre.center.catalogue.vehicles:
        if unit_id not in KEPT:
            theatre.unit(unit_id, UnitStatus.OUT_OF_SERVICE)
    place = ("樱南花园", "Yingnan Garden")
    return theatre.incident("E107", Level.III, ago_s=5, place=place, at=NORTH, place_id="XQ001", status=IncidentStatus.NEW)


def open_incident(screens: Screens, lang: str = "zh_CN") -> Page:
    page = screens.open("/console", lang=lang)
    page.get_by_text("樱南花园" if lang == "zh_CN" else "Yingnan Garden").first.click()
    expect(page.locator("#console-units input:checked")).to_have_count(1)
    return page


def percent(share: float | None) -> int:
    assert share is not None
    return round(100 * share)


def test_every_line_and_the_ticked_ones_say_what_is_left_of_the_circle(screens: Screens, theatre: Theatre, incident_id: int) -> None:
    page = open_incident(screens)

    proposal = proposing.propose_units(theatre.center, incident_id, with_cover=True)
    before, prices = percent(proposal.cover_before), {unit.unit_id: unit.cover_after for unit in proposal.units if unit.suitable}
    assert prices.keys() == set(KEPT)
    assert all(percent(after) < before for after in prices.values())
    for unit_id, after in prices.items():
        line = page.locator(f"#console-proposal .rank[data-unit={unit_id}]")
        expect(line.locator(".cover")).to_have_text(f"覆盖率 {before} → {percent(after)}%")
    expect(page.locator("#console-proposal .rank[data-unit=patrol-02] .cover")).to_have_count(0)
    expect(page.locator("#console-cover .cover")).to_have_text(f"覆盖率 {before} → {percent(proposal.cover_after)}%")

    other = next(unit_id for unit_id in KEPT if unit_id not in proposal.preselected)
    page.locator(f"#console-proposal .rank[data-unit={other}] input").check()
    _, together = coverage.cover_without(theatre.center, {other, *proposal.preselected})
    expect(page.locator("#console-cover")).to_have_text(f"所选车组合计： 覆盖率 {before} → {percent(together)}%")
    for unit_id in (other, *proposal.preselected):
        page.locator(f"#console-proposal .rank[data-unit={unit_id}] input").uncheck()
    expect(page.locator("#console-cover")).to_have_text(f"当前覆盖率 {before}%")


def test_the_price_is_said_in_english_too_and_in_the_call_form(screens: Screens, theatre: Theatre, incident_id: int) -> None:
    page = open_incident(screens, lang="en")
    before = percent(coverage.cover_without(theatre.center, ())[0])
    expect(page.locator("#console-proposal .rank .cover").first).to_contain_text(f"cover {before} → ")

    page.keyboard.press("F2")
    page.keyboard.press("4")
    page.keyboard.type("ynhy")
    page.keyboard.press("Enter")

    expect(page.locator("#call-proposal .rank .cover").first).to_contain_text(f"cover {before} → ")
    expect(page.locator("#call-cover")).to_contain_text(f"The ticked units together: cover {before} → ")
