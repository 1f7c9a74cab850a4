"""The proposal on the console: what each unit and the ticked ones together leave of the circle, and what is kept of a choice."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.services import assignments, coverage, history, proposing
from tests.ui.conftest import NORTH, Screens, Theatre

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)

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


def open_incident(screens: Screens, incident_id: int, lang: str = "zh_CN") -> Page:
    page = screens.open("/console", lang=lang)
    page.locator(f"button.inc[data-id='{incident_id}']").click()
    expect(page.locator("#console-proposal input:checked")).to_have_count(1)
    return page


def percent(share: float | None) -> int:
    assert share is not None
    return round(100 * share)


def test_every_line_and_the_ticked_ones_say_what_is_left_of_the_circle(screens: Screens, theatre: Theatre, incident_id: int) -> None:
    page = open_incident(screens, incident_id)

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
    page = open_incident(screens, incident_id, lang="en")
    before = percent(coverage.cover_without(theatre.center, ())[0])
    expect(page.locator("#console-proposal .rank .cover").first).to_contain_text(f"cover {before} → ")

    page.keyboard.press("F2")
    page.keyboard.press("4")
    page.keyboard.type("ynhy")
    page.keyboard.press("Enter")

    expect(page.locator("#call-proposal .rank .cover").first).to_contain_text(f"cover {before} → ")
    expect(page.locator("#call-cover")).to_contain_text(f"The ticked units together: cover {before} → ")


def test_who_sends_another_unit_than_proposed_reads_both_on_the_incident_and_in_the_log(
    screens: Screens, theatre: Theatre, incident_id: int
) -> None:
    center = theatre.center
    page = open_incident(screens, incident_id)
    proposal = proposing.propose_units(center, incident_id, with_cover=True)
    (best,) = (unit for unit in proposal.units if unit.preselected)
    other = next(unit for unit in proposal.units if not unit.preselected)
    page.locator(f"#console-proposal .rank[data-unit={best.unit_id}] input").uncheck()
    page.locator(f"#console-proposal .rank[data-unit={other.unit_id}] input").check()
    expect(page.locator("#console-cover .cover")).to_have_text(f"覆盖率 {percent(proposal.cover_before)} → {percent(other.cover_after)}%")

    page.locator("#console-send").click()

    signs = [unit.call_sign.zh for unit in (best, other)]
    choice = page.locator("#console-incident-units .choice")
    expect(choice).to_contain_text(f"建议 {signs[0]} ")
    expect(choice).to_contain_text(f"；实派 {signs[1]} ")
    expect(choice).to_contain_text(f"→ {percent(other.cover_after)}%")
    expect(page.locator("#console-incident-rest .entries")).to_contain_text(f"建议 {signs[0]}，实派 {signs[1]}")
    story = history.incident_story(center, incident_id, OFFICER)
    kept = next(entry["facts"] for entry in story.entries if entry["event"] == "ProposalOverruled")
    assert (kept["proposed"], kept["sent"]) == ([best.unit_id], [other.unit_id])
    assert kept["sent_s"] == [round(other.arrival_s)]
    assert kept["cover_sent"] == pytest.approx(other.cover_after)
    assignments.recall_unit(center, int(story.assignments[0]["id"]), OFFICER)
