"""The shell: every page opens, every layer draws, every address leads somewhere, and two people see their own language and light."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from dash.development.base_component import Component
from playwright.sync_api import expect

from command_center.catalogue import load_catalogue
from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services.live import LiveBoard
from command_center.ui import theme
from command_center.ui.app import ASSETS, find_pages
from command_center.ui.map_layers import LAYERS, Layer, district_bounds, district_map
from command_center.ui.pages.wall import short_place, width_em
from command_center.ui.shell import Desk, Screen, language_named
from tests.ui.conftest import NORTH, Screens, Theatre, until

UI = Path(__file__).parents[2] / "command_center" / "ui"


@pytest.fixture(scope="module")
def screen() -> Screen:
    """A duty officer's screen over the shipped catalogue and an empty board; layers ask for no more."""
    center = SimpleNamespace(catalogue=load_catalogue(), roads_file=Path("/nowhere/roads.npz"), catalogue_dir=None)
    live = SimpleNamespace(board=Board())
    desk = Desk(center=cast("Center", center), live=cast("LiveBoard", live), caller=lambda: Actor(name="officer", role=Role.DUTY_OFFICER))
    return Screen(desk=desk, lang="zh_CN")


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_every_layer_draws_and_has_a_title_in_both_languages(screen: Screen, layer: Layer) -> None:
    drawn = layer.draw(screen.center, screen.live.board, screen)

    assert isinstance(drawn, Component)
    assert json.dumps(drawn.to_plotly_json(), default=str)
    assert layer.title.zh
    assert layer.title.en
    assert layer.pages


def test_no_layer_lets_text_become_html(screen: Screen) -> None:
    """Leaflet reads the properties `tooltip` and `popup` of GeoJSON as HTML."""
    drawn = json.dumps(district_map(screen, page="console").to_plotly_json(), default=lambda part: part.to_plotly_json())

    assert '"tooltip"' not in drawn
    assert '"popup"' not in drawn


def test_the_district_fits_into_the_map(screen: Screen) -> None:
    (south, west), (north, east) = district_bounds(screen.center)

    assert all(
        south < station.point.lat < north and west < station.point.lon < east for station in screen.center.catalogue.stations.values()
    )
    assert north - south < 0.1


@pytest.mark.parametrize("path", [page.path for page in find_pages()])
def test_every_page_opens_as_a_deep_link_without_an_error(screens: Screens, path: str) -> None:
    page = screens.open(path, size=(1366, 768))

    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 28)"
    assert page.evaluate("document.fonts.check('700 16px \"Noto Sans SC\"', '梨')")
    expect(page.locator("main[data-page]")).not_to_have_class(re.compile("notice"))
    until(page, "document.title.includes('梨园街道')")


def test_an_unknown_address_says_so_and_leads_back(screens: Screens) -> None:
    page = screens.open("/nowhere")

    expect(page.locator(".empty strong")).to_have_text("此地址没有页面。")
    expect(page.locator("nav a[href='/wall']")).to_be_visible()


def test_a_screen_whose_access_was_revoked_goes_to_the_sign_in_page(screens: Screens) -> None:
    page = screens.open("/wall")

    page.context.clear_cookies(name="center_session")
    page.evaluate("cc.refresh()")

    page.wait_for_url("**/sign-in?next=%2Fwall")
    screens.problems[:] = [problem for problem in screens.problems if "401" not in problem]


def test_one_click_between_night_and_day_is_remembered(screens: Screens) -> None:
    page = screens.open("/console", theme="night")
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == "dark"

    page.locator("[data-do=theme]").click()

    until(page, "document.documentElement.dataset.mantineColorScheme === 'light'")
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert cookies["theme"] in ("day", "auto")


def test_one_click_switches_the_language(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console", lang="zh_CN")

    page.locator("[data-do=lang]").click()

    until(page, "document.documentElement.lang === 'en' && window.cc && cc.link() === 'live'")
    expect(page.locator("[data-do=lang]")).to_contain_text("中文")


def test_two_languages_at_once_do_not_mix(screens: Screens, theatre: Theatre) -> None:
    chinese, english = screens.open("/wall", lang="zh_CN"), screens.open("/wall", lang="en")

    theatre.incident("E105", Level.III, ago_s=5, place=("梨园小区12号楼", "Block 12"), at=NORTH)

    expect(chinese.locator(".wall .inc")).to_contain_text("住宅火灾")
    expect(english.locator(".wall .inc")).to_contain_text("House fire")
    assert not re.search(r"[\u4e00-\u9fff]", english.locator(".wall").inner_text())


def test_layers_are_switched_in_the_browser_and_remembered(screens: Screens) -> None:
    page = screens.open("/console")
    seen = "[...document.querySelectorAll('.mk.depot[data-depot]')].filter(depot => depot.checkVisibility()).length"
    until(page, "document.querySelectorAll('.mk.depot[data-depot]').length === 56")
    until(page, f"{seen} === 0")

    page.evaluate("document.querySelector('[data-layer=depots]').click()")

    until(page, f"{seen} === 56")
    page.reload()
    until(page, f"{seen} === 56")


# ---- plain rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "hour_utc", "wanted"),
    [("auto", 23, "light"), ("auto", 10, "light"), ("auto", 11, "dark"), ("auto", 22, "dark"), ("night", 4, "dark"), ("day", 18, "light")],
)
def test_the_theme_follows_the_streets_clock_unless_chosen(chosen: str, hour_utc: int, wanted: str) -> None:
    now = datetime(2026, 1, 5, hour_utc, 30, tzinfo=UTC)

    assert theme.scheme(theme.theme_named(chosen), now, "Asia/Shanghai") == wanted


def test_an_unknown_cookie_means_the_default() -> None:
    assert theme.theme_named("purple") == "auto"
    assert language_named("fr") == language_named(None) == "zh_CN"


def test_a_long_place_is_shortened_at_its_last_mark_that_fits() -> None:
    place = "虞河路与胜利东街路口，靠近公交站，东侧人行道上，有一棵大树"

    assert short_place("东关农贸市场") == "东关农贸市场"
    assert short_place(place) == "虞河路与胜利东街路口，靠近公交站"
    assert width_em(short_place("长" * 500)) <= 20


def test_every_icon_that_a_page_names_is_in_the_sheet() -> None:
    sheet = (ASSETS / "icons.css").read_text("utf-8")
    sources = "".join(path.read_text("utf-8") for path in [*UI.rglob("*.py"), *ASSETS.glob("*.js")])
    named = set(re.findall(r"""(?:icon\(|symbol=)["']([a-z0-9-]+)["']""", sources)) | set(re.findall(r"\bi i-([a-z0-9-]+)", sources))

    assert sorted(name for name in named if f".i-{name} " not in sheet) == []


def test_pages_load_nothing_from_elsewhere() -> None:
    for path in [*ASSETS.glob("*.css"), *ASSETS.glob("*.js")]:
        addresses = set(re.findall(r"https?://[^\s'\"\)]+", path.read_text("utf-8")))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path.name


def test_the_first_answer_carries_language_and_light(theatre: Theatre) -> None:
    """No flash of the other theme: the document says it before any script runs."""
    cookies = {"center_session": theatre.tokens[Role.DUTY_OFFICER], "lang": "en", "theme": "day"}

    document = httpx.get(f"{theatre.url}/wall", cookies=cookies, timeout=10, trust_env=False).text

    assert '<html lang="en" data-mantine-color-scheme="light" data-theme="day">' in document
    assert "/assets/live.js" in document
