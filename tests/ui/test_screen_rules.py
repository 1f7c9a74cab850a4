"""The screen rules of docs as assertions: letters large enough, nothing cut off, nothing that scrolls, contrast, no outside request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from command_center.domain.rights import Role
from tests.ui.conftest import Screens, Theatre, busy_evening, until

AXE = (Path(__file__).parents[1] / "assets" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
LEAST_ARCMIN, LARGEST_ARCMIN = 16.0, 45.0
"""NUREG-0700: letters on a wall between these angles of sight."""

MOST_LINES, MOST_HAN, MOST_ROWS = 17, 200, 8
OPEN = 7
"""Incidents of the busy evening."""

FIRST_LOAD_BYTES = 4_000_000

WALLS = [(1920, 1080, 5, 65), (3840, 2160, 5, 65), (3840, 2160, 5, 98), (3840, 2160, 4, 86)]
"""Pixels, metres and inches of the walls we promise."""

TEXTS = """() => [...document.querySelectorAll('.wall *')].filter(element =>
    [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) && element.getClientRects().length
    && getComputedStyle(element).visibility !== 'hidden' && !element.closest('[aria-hidden=true]')).map(element => {
      const range = document.createRange(); range.selectNodeContents(element);
      return {text: element.textContent.trim(), px: parseFloat(getComputedStyle(element).fontSize),
              lines: [...new Set([...range.getClientRects()].map(box => Math.round(box.bottom)))],
              column: (element.closest('.wall-incidents, .map-box, .wall-side, .wall-head, .wall-foot') || {className: ''}).className,
              symbol: element.closest('[role=img]') !== null, ellipsis: getComputedStyle(element).textOverflow === 'ellipsis'}; })"""

CUT = """() => [...document.querySelectorAll('.wall, .wall-head, .wall-foot, .wall-list, .wall-areas, .wall .pane, .wall .inc')]
    .filter(box => box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1)
    .map(box => [box.className, box.scrollWidth, box.clientWidth, box.scrollHeight, box.clientHeight])"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What stood on a wall. arcmin : angle of sight by text. cut : boxes whose content does not fit. lines : most lines in a column."""

    arcmin: dict[str, float]
    ellipses: list[str]
    cut: list[Any]
    scrolls: bool
    lines: int
    han: int
    incidents: int
    entries: int
    rest: str


Look = Callable[[int, int, float, float, str], Sight]


@pytest.fixture(scope="module")
def evening(browser: Browser, theatre: Theatre) -> Iterator[Screens]:
    """Screens of one busy evening that these tests only look at."""
    theatre.clear()
    busy_evening(theatre)
    opened = Screens(browser, theatre)
    yield opened
    opened.close()
    assert not opened.problems


@pytest.fixture(scope="module")
def look(evening: Screens) -> Look:
    """Looks once at a wall of so many pixels, metres and inches in a language."""

    @cache
    def look_at(width: int, height: int, metres: float, inches: float, lang: str) -> Sight:
        page = evening.open(f"/wall?d={metres}&diag={inches}", role=Role.DISPLAY, size=(width, height), lang=lang)
        until(page, "document.querySelectorAll('.mk.incident').length > 0 && document.querySelectorAll('.wall .inc').length > 0")
        sight = _sight(page, metres, inches)
        evening.close()
        return sight

    return look_at


def _sight(page: Page, metres: float, inches: float) -> Sight:
    texts: list[dict[str, Any]] = page.evaluate(TEXTS)
    seen = "([px, d, diag]) => cc.arcmin(px, d, diag, innerWidth, innerHeight)"
    return Sight(
        arcmin={text["text"]: page.evaluate(seen, [text["px"], metres, inches]) for text in texts},
        ellipses=[text["text"] for text in texts if text["ellipsis"]],
        cut=page.evaluate(CUT),
        scrolls=page.evaluate("document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth"),
        lines=max(_lines(texts, "wall-incidents"), _lines(texts, "wall-side")),
        han=page.evaluate("cc.wall.han()"),
        incidents=page.locator(".wall .inc:visible").count(),
        entries=page.locator(".wall-entry:visible").count(),
        rest=page.locator("[data-rest]").inner_text(),
    )


def _lines(texts: list[dict[str, Any]], column: str) -> int:
    """Lines of text from the top of the wall to its foot through one column; words on one line may differ by half a letter's height."""
    parts = ("wall-head", "wall-foot", column)
    crossed = [text for text in texts if not text["symbol"] and any(part in text["column"] for part in parts)]
    apart_px = min(text["px"] for text in crossed) / 2
    bottoms = sorted(bottom for text in crossed for bottom in text["lines"])
    return sum(bottom - before > apart_px for before, bottom in pairwise([-apart_px, *bottoms]))


LANGS = pytest.mark.parametrize("lang", ["zh_CN", "en"])
SIZES = pytest.mark.parametrize(("width", "height", "metres", "inches"), WALLS)


@pytest.mark.corners
@LANGS
@SIZES
def test_wall_letters_are_large_enough_for_the_distance(
    look: Look, width: int, height: int, metres: float, inches: float, lang: str
) -> None:
    angles = look(width, height, metres, inches, lang).arcmin

    assert min(angles.values()) >= LEAST_ARCMIN - 0.05, sorted(angles.items(), key=lambda pair: pair[1])[:5]
    assert max(angles.values()) <= LARGEST_ARCMIN


@pytest.mark.corners
@LANGS
@SIZES
def test_nothing_on_the_wall_scrolls_or_is_cut_off(look: Look, width: int, height: int, metres: float, inches: float, lang: str) -> None:
    sight = look(width, height, metres, inches, lang)

    assert sight.cut == []
    assert sight.ellipses == []
    assert not sight.scrolls


@pytest.mark.corners
@LANGS
@SIZES
def test_a_room_can_take_in_the_wall_at_a_glance(look: Look, width: int, height: int, metres: float, inches: float, lang: str) -> None:
    """At most 17 lines from top to bottom, 200 Han characters, 8 list rows; what does not fit is counted."""
    sight = look(width, height, metres, inches, lang)

    assert sight.lines <= MOST_LINES
    assert sight.han <= MOST_HAN
    assert sight.incidents + sight.entries <= MOST_ROWS
    assert str(OPEN - sight.incidents) in sight.rest


@pytest.mark.corners
@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("lang", ["zh_CN", "en"])
@pytest.mark.parametrize("path", ["/wall", "/console"])
def test_pages_have_no_accessibility_violation(evening: Screens, path: str, theme: str, lang: str) -> None:
    page = evening.open(path, theme=theme, lang=lang)
    until(page, "document.querySelectorAll('.mk.incident').length > 0")

    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)

    evening.close()
    assert [(broken["id"], broken["nodes"][0]["target"], broken["nodes"][0]["failureSummary"]) for broken in found["violations"]] == []


@pytest.mark.parametrize("theme", ["night", "day"])
def test_shapes_stand_out_from_their_ground(evening: Screens, theme: str) -> None:
    """Rule 5: every level's shape (its fill, or its edge by day) has a contrast of 3:1 with panel and map."""
    page = evening.open("/wall", theme=theme)

    contrasts = page.evaluate("""() => {
      const style = getComputedStyle(document.documentElement), colour = name => style.getPropertyValue(name).trim();
      const luminance = hex => { const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255)
        .map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
      const contrast = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
      const edge = colour('--sev-edge'), shapes = ['--s1', '--s2', '--s3', '--s4'].map(colour);
      return ['--panel', '--map', '--bg'].map(colour).flatMap(ground => shapes.map(shape =>
        Math.max(contrast(shape, ground), edge === 'transparent' ? 0 : contrast(edge, ground)))); }""")

    evening.close()
    assert min(contrasts) >= 3


def test_the_first_load_of_a_wall_is_small_and_stays_inside_the_centre(evening: Screens, theatre: Theatre) -> None:
    context = evening.browser.new_context(viewport={"width": 1920, "height": 1080})
    theatre.sign_in(context, Role.DISPLAY)
    page = context.new_page()
    asked: list[Request] = []
    page.on("requestfinished", lambda request: asked.append(request))  # noqa: PLW0108 - Playwright marks its handlers, a builtin takes no mark

    page.goto(f"{theatre.url}/wall")
    until(page, "window.cc && cc.link() === 'live' && document.fonts.status === 'loaded'")

    finished = [request for request in asked if "/api/v1/stream" not in request.url]
    assert sum(request.sizes()["responseBodySize"] for request in finished) <= FIRST_LOAD_BYTES
    assert not [request.url for request in finished if not request.url.startswith(theatre.url)]
    assert not [request.url for request in finished if "plotly" in request.url]
    context.close()


UPON_ANOTHER = """() => {
  for (const name of ['console-open-jobs', 'console-open-waiting']) {
    const key = document.getElementById(name);
    key.hidden = false;
    key.textContent ||= 'F4 12';
  }
  const parts = [...document.querySelector('.console-head').children].map(one => [one.className, one, one.getBoundingClientRect()]);
  const isCut = (one, box) => one.scrollWidth > one.clientWidth + 1 || box.right > innerWidth;
  const shared = (a, b, from, to) => Math.min(a[to], b[to]) - Math.max(a[from], b[from]);
  const over = (a, b) => shared(a, b, 'left', 'right') > 1 && shared(a, b, 'top', 'bottom') > 1;
  const cut = parts.filter(([name, one, box]) => name !== 'name' && isCut(one, box)).map(([name]) => name);
  const upon = parts.flatMap(([name, , a], i) => parts.slice(i + 1).filter(([, , b]) => over(a, b)).map(([other]) => `${name} ${other}`));
  return [...cut, ...upon];
}"""


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_nothing_of_the_consoles_head_is_cut_or_lies_upon_another_part(screens: Screens, lang: str) -> None:
    page = screens.open("/console", lang=lang)
    expect(page.locator("#console-figures .kpi")).to_have_count(5)

    found = {}
    for width in (1366, 1600, 1920, 2560, 3840):
        page.set_viewport_size({"width": width, "height": 1080})
        found[width] = page.evaluate(UPON_ANOTHER)

    assert {width: parts for width, parts in found.items() if parts} == {}
