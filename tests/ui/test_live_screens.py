"""Screens that live: what happens in the centre reaches them by itself, and what does not reach them is said out loud."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Role
from command_center.domain.status import UnitStatus
from tests.ui.conftest import EAST, NORTH, WEST, Cable, Screens, Theatre, until

HOSTILE = '<img src=x onerror="window.hacked=1"><b>x</b>'
NOW_AND_THEN_MS = 1_000

NO_SOUND_YET = (
    """window.AudioContext = class extends AudioContext { get state() { return window.maySound ? super.state : 'suspended'; } };"""
)
"""A browser that does not allow sound yet; Playwright's own way of asking a page counts as a gesture and would allow it."""


def test_a_new_incident_reaches_list_map_and_figures_by_itself(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)
    expect(page.locator(".wall .empty")).to_contain_text("一切正常")

    theatre.incident("E105", Level.III, ago_s=5, place=("梨园小区12号楼", "Block 12"), at=NORTH)

    expect(page.locator(".wall .inc")).to_contain_text("梨园小区12号楼")
    expect(page.locator(".mk.incident .sev3")).to_have_count(1)
    expect(page.locator(".level-count:nth-child(3) > b")).to_have_text("1")


def test_a_fix_moves_its_marker_and_nothing_else(screens: Screens, theatre: Theatre) -> None:
    theatre.unit("patrol-01", UnitStatus.EN_ROUTE)
    page = screens.open("/wall", role=Role.DISPLAY)
    until(page, "document.querySelector('.mk.unit[data-state=en_route]') !== null")
    place = "(([lat, lon]) => { const p = cc.unitPlace('patrol-01'); return Math.abs(p[0] - lat) < 1e-4 && Math.abs(p[1] - lon) < 1e-4; })"

    theatre.report(("patrol-01", Point(36.7000, 119.1400), 1))

    until(page, f"{place}([36.7, 119.14])")
    assert page.locator(".map-box .mk.unit").count() == len(theatre.center.catalogue.vehicles)


def test_a_unit_grows_dashed_then_lost_and_never_vanishes(screens: Screens, theatre: Theatre) -> None:
    for unit_id in ("patrol-05", "patrol-06", "patrol-09"):
        theatre.unit(unit_id, UnitStatus.EN_ROUTE)
    theatre.report(("patrol-05", WEST, 1), ("patrol-06", EAST, 60), ("patrol-09", NORTH, 200))

    page = screens.open("/wall", role=Role.DISPLAY)

    until(page, "document.querySelectorAll('.map-box .mk.unit[data-state=en_route]').length === 3")
    looks = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('.map-box .mk.unit[data-state=en_route]')].map(
        unit => {
          const name = unit.querySelector('.mk-tag').textContent;
          return [name.slice(0, 3), [unit.dataset.fix, getComputedStyle(unit.querySelector('.body')).borderStyle, name]];
        }))""")
    assert looks["巡05"] == ["fresh", "solid", "巡05"]
    assert looks["巡06"][:2] == ["old", "dashed"]
    assert looks["巡06"][2].startswith("巡06 1'")
    assert looks["巡09"][:2] == ["lost", "dashed"]
    assert looks["巡09"][2].startswith("巡09 失联 3'")


def test_words_of_callers_are_shown_as_text(screens: Screens, theatre: Theatre) -> None:
    theatre.incident("E105", Level.III, ago_s=5, place=(HOSTILE, HOSTILE), at=NORTH)

    page = screens.open("/wall", role=Role.DISPLAY)

    expect(page.locator(".mk.incident")).to_have_count(1)
    expect(page.locator(".wall .inc small")).to_contain_text("<img src=x")
    assert page.locator(".wall img[src=x], .map-box b b").count() == 0
    assert page.evaluate("window.hacked === undefined")


def test_a_patch_that_is_older_than_the_row_changes_nothing(screens: Screens, theatre: Theatre) -> None:
    """Old snapshot + patches == new snapshot, on the screen too: versions decide, tombstones stay."""
    page = screens.open("/wall", role=Role.DISPLAY)

    seen = page.evaluate("""() => {
        const row = (version, status, gone = false) => ({kind: 'unit', id: 'x-1', version, status, gone});
        const patches = [[3, 'en_route'], [2, 'available'], [3, 'charging']];
        const took = patches.map(([version, status]) => cc.upsert([row(version, status)]).length);
        const held = cc.get('unit', 'x-1').status;
        cc.upsert([row(4, 'available', true)]); cc.upsert([row(3, 'en_route')]);
        return [took, held, cc.get('unit', 'x-1'), cc.rows('unit').some(unit => unit.id === 'x-1')]; }""")

    assert seen == [[1, 0, 0], "en_route", None, False]


def test_a_silent_line_turns_amber_then_red_and_heals(cable: Cable, screens: Screens) -> None:
    page = screens.open("/wall", role=Role.DISPLAY, through=cable)
    data_at = page.locator("[data-clock=data]").inner_text()

    cable.cut()

    until(page, "cc.link() === 'amber'")
    expect(page.locator("#link")).to_contain_text("秒未收到数据")
    until(page, "cc.link() === 'red'")
    expect(page.locator("#link")).to_contain_text("请改用电话/电台")
    expect(page.locator("#link")).to_contain_text(data_at[:5])
    banner, head = page.locator("#link").bounding_box(), page.locator(".wall-head").bounding_box()
    assert banner is not None
    assert head is not None
    assert banner["y"] + banner["height"] <= head["y"]
    assert "grayscale" in page.evaluate("getComputedStyle(document.querySelector('.screen')).filter")

    cable.mend()

    until(page, "cc.link() === 'live'")
    expect(page.locator("#link")).not_to_contain_text("请改用电话/电台")
    screens.problems[:] = [problem for problem in screens.problems if "net::ERR_" not in problem]


def test_a_grave_new_incident_has_the_wall_for_twenty_seconds(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)
    whole = page.evaluate("cc.map.getZoom()")

    incident_id = theatre.incident("E110", Level.I, ago_s=1, place=("宝通东街小区3号楼", "Block 3"), at=WEST, acknowledged_at=None)

    until(page, f"cc.wall.focused() === '{incident_id}' && cc.map.getZoom() > {whole} + .3")
    expect(page.locator(".wall .inc.focus")).to_contain_text("宝通东街小区3号楼")
    until(page, f"cc.wall.focusEndsAt - Date.now() <= 20000 && cc.wall.focused() === '{incident_id}'")
    page.evaluate("cc.wall.release()")
    until(page, f"cc.wall.focused() === null && Math.abs(cc.map.getZoom() - {whole}) < .06")


def test_only_the_unacknowledged_blink_and_no_faster_than_once_a_second(screens: Screens, theatre: Theatre) -> None:
    fresh = theatre.incident("E105", Level.III, ago_s=5, place=("甲", "A"), at=NORTH, acknowledged_at=None)
    theatre.incident("E105", Level.III, ago_s=200, place=("乙", "B"), at=EAST, acknowledged_at=None)
    theatre.incident("E105", Level.III, ago_s=5, place=("丙", "C"), at=WEST)

    page = screens.open("/wall", role=Role.DISPLAY)

    until(
        page,
        "document.querySelectorAll('.wall .inc.blinking').length === 1 && document.querySelectorAll('.mk.incident.blinking').length === 1",
    )
    assert page.locator(".wall .inc.blinking").get_attribute("data-incident") == str(fresh)
    periods = page.evaluate("document.getAnimations().filter(a => a.animationName === 'blink').map(a => a.effect.getTiming().duration)")
    assert periods
    assert min(periods) >= NOW_AND_THEN_MS

    theatre.acknowledge(fresh)

    until(page, "document.querySelectorAll('.blinking').length === 0")


def test_four_rhythms_of_at_most_two_seconds_that_need_permission(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console", script=NO_SOUND_YET)
    key = page.locator("[data-sound]")
    expect(key).to_contain_text("声音未启用")

    lengths = page.evaluate("Object.fromEntries(['I', 'II', 'III', 'IV'].map(level => [level, cc.sound.seconds(level)]))")
    page.evaluate("document.addEventListener('cc:sound', event => (window.heard = [...(window.heard || []), event.detail.level]))")
    page.evaluate("window.maySound = true")
    expect(key).to_contain_text("声音已启用")
    theatre.incident("E110", Level.I, ago_s=1, place=("甲", "A"), at=WEST, acknowledged_at=None)

    until(page, "(window.heard || []).includes('I')")
    assert len({str(rhythm) for rhythm in page.evaluate("Object.values(cc.sound.RHYTHMS)")}) == 4
    assert max(lengths.values()) <= 2

    key.click()

    expect(key).to_contain_text("静音 4'5")


def test_an_unanswered_grave_incident_sounds_again_every_thirty_seconds(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console")
    until(page, "cc.sound.state() === 'on'")
    page.evaluate("document.addEventListener('cc:sound', () => (window.heard = (window.heard || 0) + 1))")
    incident_id = theatre.incident("E110", Level.I, ago_s=1, place=("甲", "A"), at=WEST, acknowledged_at=None)
    until(page, "window.heard === 1")

    _let_pass(page, 31)

    until(page, "window.heard === 2")

    theatre.acknowledge(incident_id)
    until(page, f"cc.get('incident', '{incident_id}').acknowledged_at !== null")
    _let_pass(page, 62)
    page.evaluate("new Promise(done => document.addEventListener('cc:second', () => done(), {once: true}))")
    assert page.evaluate("window.heard") == 2


def test_after_ten_alarms_in_ten_minutes_more_of_the_same_come_without_a_sound(screens: Screens) -> None:
    page = screens.open("/console")
    until(page, "cc.sound.state() === 'on'")
    page.evaluate(
        """() => {
        let number = 0;
        document.addEventListener('cc:sound', () => (window.heard = (window.heard || 0) + 1));
        window.alarm = (type, severity, area) => cc.emit('rows', {snapshot: false, rows: [
          {kind: 'incident', id: 'a-' + number++, type, severity, area, status: 'new', gone: false, acknowledged_at: null}]});
        }"""
    )
    until(page, "performance.now() > 3000")  # a page that has just opened does not sound for what it finds

    def heard_after(*alarm: str) -> int:
        page.evaluate("([type, severity, area]) => alarm(type, severity, area)", list(alarm))
        return int(page.evaluate("window.heard"))

    first_ten = [heard_after("E110", "III", "yingyuan") for _ in range(10)]

    assert first_ten == list(range(1, 11))
    assert heard_after("E110", "III", "yingyuan") == 10
    assert heard_after("E110", "III", "liyuan") == 11
    assert heard_after("E110", "II", "yingyuan") == 12
    _let_pass(page, 601)
    assert heard_after("E110", "III", "yingyuan") == 13


def _let_pass(page: Page, seconds: int) -> None:
    """Put this browser's clock on by so much."""
    page.evaluate("seconds => { const now = Date.now.bind(Date); Date.now = () => now() + seconds * 1000; }", seconds)


@pytest.mark.parametrize("count", [300, 1000])
def test_a_large_fleet_goes_to_a_canvas(screens: Screens, count: int) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)

    took_ms: list[Any] = page.evaluate(
        """async count => {
        const unit = index => ({kind: 'unit', id: 'v-' + index, version: 1, gone: false, call_sign: {zh: '车' + index, en: 'V ' + index},
          unit_kind: 'patrol_vehicle', area: 'A1', station: 'YY', status: 'en_route', home: {lat: 36.7, lon: 119.14}});
        const rows = Array.from({length: count}, (_, index) => unit(index)); cc.upsert(rows); cc.emit('rows', {rows});
        const move = async () => { const began = performance.now();
          const at = new Date(cc.now()).toISOString(), near = degrees => degrees + Math.random() / 50;
          for (const row of rows) cc.positions[row.id] = [row.id, near(36.69), near(119.13), 20, 90, 80, at, 5];
          cc.emit('positions', {}); await new Promise(requestAnimationFrame); return performance.now() - began; };
        await move(); return [await move(), await move(), await move()]; }""",
        count,
    )

    assert page.locator(".map-box .leaflet-layer-units-pane canvas, .map-box canvas").count() >= 1
    assert page.locator(".map-box .mk.unit").count() == 0
    assert min(took_ms) < 500


def test_incidents_at_one_place_stand_side_by_side(screens: Screens, theatre: Theatre) -> None:
    for level in (Level.II, Level.III, Level.IV):
        theatre.incident("E105", level, ago_s=200, place=("甲", "A"), at=NORTH)

    page = screens.open("/wall", role=Role.DISPLAY)

    until(page, "document.querySelectorAll('.map-box .mk.incident').length === 3")
    until(
        page,
        """(() => { const boxes = [...document.querySelectorAll('.map-box .mk.incident .sev')].map(sign => sign.getBoundingClientRect());
        return boxes.every((a, i) => boxes.every((b, j) => i >= j || Math.hypot(a.x - b.x, a.y - b.y) > a.width * .8)); })()""",
    )
