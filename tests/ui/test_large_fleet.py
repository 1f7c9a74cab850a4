"""A thousand vehicles: what a screen holds and does stays within bounds, however many there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dash import no_update
from dash.development.base_component import Component
from playwright.sync_api import Page

from command_center.domain.board import Board, Row
from command_center.domain.rights import Role
from command_center.services.live import LiveBoard
from command_center.ui.console_incidents import BUSY, CHIPS_SHOWN, units_by_area
from command_center.ui.pages.wall import PARTS, draw
from command_center.ui.shell import Desk, Screen
from tests.ui.conftest import Screens, Theatre, until
from tests.ui.test_screen_rules import CUT, MOST_LINES

MANY = 1_000
MOST_ELEMENTS = 100
"""In the wall's list of units: four areas with four counts each, and the legend."""

A_THOUSAND = """async count => {
  const states = ["available", "dispatched", "en_route", "on_scene", "returning", "charging", "out_of_service"];
  const areas = [...document.querySelectorAll(".wall-area")].map(area => area.dataset.area), rows = cc.rows("unit");
  const more = Array.from({length: count - rows.length}, (_, index) => ({kind: "unit", id: "v-" + index, version: 1, gone: false,
    call_sign: {zh: "车" + index, en: "V " + index}, unit_kind: "patrol_vehicle", area: areas[index % 4], station: "YY",
    status: states[index % 7], home: {lat: 36.7, lon: 119.14}}));
  cc.upsert(more); cc.emit("rows", {rows: more});
  await new Promise(requestAnimationFrame);
}"""

BURST = """async messages => {
  const moving = cc.rows("unit").slice(0, 50), moved = new Map(), set = L.CircleMarker.prototype.setLatLng;
  const at = new Date(cc.now()).toISOString();
  L.CircleMarker.prototype.setLatLng = function (...where) { moved.set(this, (moved.get(this) || 0) + 1); return set.apply(this, where); };
  for (let message = 1; message <= messages; message++) {
    const frame = moving.map((unit, index) => [unit.id, 36.69 + message / 1e4, 119.13 + index / 1e4, 20, 90, 80, at, 5]);
    for (const fix of frame) cc.positions[fix[0]] = fix;
    cc.emit("positions", {moved: frame});
  }
  const before = moved.size;
  await new Promise(requestAnimationFrame);
  L.CircleMarker.prototype.setLatLng = set;
  const dots = Object.values(cc.map._layers).filter(layer => layer instanceof L.CircleMarker);
  const last = dots.filter(dot => dot.getLatLng().lat === 36.69 + messages / 1e4).length;
  return {before, markers: moved.size, times: Math.max(...moved.values()), last};
}"""


@pytest.fixture
def wall(screens: Screens) -> Page:
    """A wall of a street that has a thousand vehicles in every state."""
    page = screens.open("/wall", role=Role.DISPLAY)
    page.evaluate(A_THOUSAND, MANY)
    until(page, "document.querySelectorAll('.wall-area.counted').length === 4")
    return page


def test_of_an_area_with_more_units_than_fit_those_not_free_are_counted(wall: Page) -> None:
    told = wall.evaluate(
        """() => [...document.querySelectorAll('.wall-area')].map(area => ({free: area.lastChild.textContent,
        counts: [...area.querySelectorAll('[data-count]')].map(one => Number(one.textContent))}))"""
    )

    for area in told:
        free, units = (int(number) for number in area["free"].split("/"))
        assert len(area["counts"]) == 4
        assert free + sum(area["counts"]) == units
    assert sum(int(area["free"].split("/")[1]) for area in told) == MANY


def test_the_list_of_a_thousand_units_is_as_short_as_a_streets(wall: Page) -> None:
    assert wall.locator("#wall-areas *").count() <= MOST_ELEMENTS
    assert wall.locator("#wall-areas [data-unit]").count() == 0


def test_a_wall_with_a_thousand_units_keeps_its_rules(wall: Page) -> None:
    lines = wall.evaluate(
        """() => new Set([...document.querySelectorAll('.wall-title span, .wall-side h2, .wall-area > span:first-child, .unit-sign, '
        + '.wall-legend > span, .wall-entry > *, .wall-foot > span')].filter(one => one.getClientRects().length && one.textContent)
        .map(one => Math.round(one.getBoundingClientRect().bottom / 8))).size"""
    )

    assert lines <= MOST_LINES
    assert wall.evaluate(CUT) == []


def test_a_small_area_shows_each_unit_with_its_state(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)
    vehicles = theatre.center.catalogue.vehicles

    until(page, f"document.querySelectorAll('#wall-areas [data-unit]').length === {len(vehicles)}")

    assert page.locator("#wall-areas [data-count]").count() == 0
    label = page.locator("#wall-areas [data-unit=patrol-01]").get_attribute("aria-label")
    assert label == f"{vehicles['patrol-01'].call_sign.zh} 待命"


def test_a_burst_of_position_messages_is_one_drawing_of_the_units_that_moved(wall: Page) -> None:
    seen = wall.evaluate(BURST, 20)

    assert seen == {"before": 0, "markers": 50, "times": 1, "last": 50}


def _screen(theatre: Theatre, rows: list[Row]) -> Screen:
    live = LiveBoard(center=theatre.center, board=Board.of(rows))
    return Screen(desk=Desk(center=theatre.center, live=live, caller=lambda: None), lang="zh_CN")


def _fleet(theatre: Theatre, count: int) -> list[Row]:
    """Free units of all areas, and one of each area on its way, the last by name."""
    areas = list(theatre.center.catalogue.areas)
    return [
        {
            "kind": "unit",
            "id": f"v-{number:04d}",
            "version": 1,
            "gone": False,
            "call_sign": {"zh": f"车{number}", "en": f"V {number}"},
            "unit_kind": "patrol_vehicle",
            "area": areas[number % len(areas)],
            "status": "en_route" if number >= count - len(areas) else "available",
        }
        for number in range(count)
    ]


def _chips(drawn: list[Component]) -> Iterator[Component]:
    for area in drawn:
        for part in area._traverse():  # noqa: SLF001 - Dash's own way through a tree
            if "unit-chip" in str(getattr(part, "className", "")):
                yield part


def test_the_dock_shows_a_few_units_of_a_large_area_and_counts_the_rest(theatre: Theatre) -> None:
    areas = len(theatre.center.catalogue.areas)

    drawn = units_by_area(_screen(theatre, _fleet(theatre, MANY)))

    chips = list(_chips(drawn))
    assert len(chips) == areas * CHIPS_SHOWN
    assert sum("busy" in chip.className for chip in chips) == areas
    assert f"另有 {MANY // areas - CHIPS_SHOWN} 辆" in str(drawn)
    assert "en_route" in BUSY


def test_a_screen_that_shows_everything_already_gets_nothing_again(theatre: Theatre) -> None:
    drawing = draw(_screen(theatre, _fleet(theatre, 4)))

    assert drawing.news(drawing.marks)[:-1] == [no_update] * len(PARTS)
    assert drawing.news({})[:-1] == list(drawing.parts.values())


def test_only_the_part_that_changed_is_sent(theatre: Theatre) -> None:
    before, after = draw(_screen(theatre, _fleet(theatre, 4))), draw(_screen(theatre, _fleet(theatre, 8)))

    sent = dict(zip(PARTS, after.news(before.marks), strict=False))

    assert [part for part, drawn in sent.items() if drawn is not no_update] == ["wall-kpis"]
