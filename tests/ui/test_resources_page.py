"""Depots and vehicles in front of people: what is booked is seen, what cannot be had is said, a faulty vehicle is not sent."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import numpy as np
import pytest
import zxingcpp
from playwright.sync_api import Page, expect

from command_center.domain.levels import Level
from command_center.domain.rights import Role
from command_center.services import stock, stock_questions
from command_center.services.stock import Count, Receive
from command_center.ui.pages.labels import beginning
from tests.builders import OFFICER
from tests.ui.conftest import Screens, Theatre
from tests.ui.test_plans_page import SMALL, TOO_WIDE, toast
from tests.ui.test_screen_rules import AXE, TAGS

PIXELS = """images => images.map(image => {
    const paper = document.createElement("canvas"), ink = paper.getContext("2d");
    [paper.width, paper.height] = [image.naturalWidth, image.naturalHeight];
    ink.drawImage(image, 0, 0);
    const grey = ink.getImageData(0, 0, paper.width, paper.height).data.filter((_, place) => place % 4 === 0);
    return [paper.width, btoa(Array.from(grey, value => String.fromCharCode(value)).join(""))];
})"""
"""Width and grey values of pictures, as text."""

DEPOT, SANDBAGS = "YY-S01", "FL01"


def on_hand(theatre: Theatre) -> int:
    return next(it.on_hand for it in stock_questions.stock_of(theatre.center, DEPOT) if it.material == SANDBAGS)


def test_goods_are_issued_and_the_table_follows(screens: Screens, theatre: Theatre) -> None:
    before = on_hand(theatre)
    page = screens.open(f"/resources?depot={DEPOT}", role=Role.DUTY_OFFICER)
    page.locator(f"tr[data-material='{SANDBAGS}'] a").click()
    quantity = page.locator("#resources-quantity")
    expect(quantity).to_be_focused()

    quantity.fill("5")
    page.keyboard.press("Control+Enter")

    expect(toast(page)).to_contain_text(f"{before - 5:,}")
    expect(page.locator(f"tr[data-material='{SANDBAGS}'] td").nth(1)).to_contain_text(f"{before - 5:,}")
    expect(page.locator("#resources-ledger tbody tr").first).to_contain_text("-5")
    assert on_hand(theatre) == before - 5


def test_more_than_there_is_is_refused_and_what_was_typed_stays(screens: Screens, theatre: Theatre) -> None:
    before = on_hand(theatre)
    page = screens.open(f"/resources?depot={DEPOT}&material={SANDBAGS}&do=issue", role=Role.DUTY_OFFICER)
    page.locator("#resources-quantity").fill("99999")

    page.locator("[data-main]").click()

    expect(toast(page)).to_contain_text(f"{before}")
    expect(page.locator("#resources-quantity")).to_have_value("99999")
    assert on_hand(theatre) == before


def test_expired_goods_are_handed_out_only_by_a_yes_and_are_offered_for_writing_off(screens: Screens, theatre: Theatre) -> None:
    depot, material = "MX-S01", "FL02"
    yesterday = theatre.center.now().astimezone(theatre.center.zone).date() - timedelta(days=1)
    stock.count(theatre.center, Count(depot=depot, material=material, counted=0, reason="test"), OFFICER)
    stock.receive(theatre.center, Receive(depot=depot, material=material, quantity=7, lot="OLD-7", expires_on=yesterday), OFFICER)
    page = screens.open(f"/resources?depot={depot}&material={material}&do=issue", role=Role.DUTY_OFFICER)
    expect(page.locator(f"tr[data-material='{material}'] td").nth(3)).to_contain_text("已过期 7")

    page.locator("#resources-quantity").fill("2")
    page.keyboard.press("Control+Enter")
    expect(toast(page)).to_contain_text("过期物资")
    page.locator("select[name='expired_too']").select_option("yes")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#resources-ledger tbody tr").first).to_contain_text("-2")
    page.get_by_role("button", name="报废 OLD-7 批").click()

    expect(page.locator("#resources-quantity")).to_have_value("5")
    expect(page.locator("#resources-reason")).to_have_value(f"{yesterday}过期")
    expect(page.locator("select[name='lot']")).to_have_value("OLD-7")
    page.locator("[data-main]").click()
    expect(page.locator("#resources-ledger tbody tr").first).to_contain_text("-5")
    expect(page.get_by_role("button", name="报废 OLD-7 批")).to_have_count(0)


def test_a_depot_is_found_by_its_initials(screens: Screens) -> None:
    page = screens.open("/resources", role=Role.DUTY_OFFICER)
    expect(page.locator("#resources-list [data-search]")).to_have_count(56)

    page.locator("#resources-filter").fill("yyyj")

    expect(page.locator("#resources-list [data-search]:visible")).to_have_count(1)
    expect(page.locator("#resources-list [data-search]:visible")).to_contain_text(DEPOT)


def test_a_fault_takes_a_vehicle_off_duty_and_says_why(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/resources?tab=units", role=Role.DUTY_OFFICER)
    line = page.locator("li[data-unit='patrol-07']")
    line.get_by_text(re.compile("报修")).click()
    page.locator("#resources-word").fill("左后轮漏气")

    page.keyboard.press("Enter")

    expect(line).to_contain_text("左后轮漏气")
    expect(line).to_contain_text("停用")
    line.get_by_text("恢复执勤").click()
    expect(line).not_to_contain_text("左后轮漏气")


def test_what_several_plans_would_want_is_added_up_before_any_is_in_force(screens: Screens, theatre: Theatre) -> None:
    plans = theatre.center.catalogue.plans
    flood, power = (plans[plan].resources[Level.II].materials for plan in ("P01", "P08"))
    both = next(code for code in flood if code in power)
    page = screens.open("/resources?tab=needs", role=Role.DUTY_OFFICER)
    named = page.get_by_text(theatre.center.catalogue.materials[both].name.zh, exact=True)
    row = page.locator("#resources-list .listing tr").filter(has=named)

    page.locator("#resources-P01-II").click()
    expect(row.locator("td").nth(1)).to_contain_text(f"{flood[both]:,}")
    page.locator("#resources-P08-II").click()

    expect(row.locator("td").nth(1)).to_contain_text(f"{flood[both] + power[both]:,}")
    expect(page.locator("#resources-P08-II")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#resources-P08-II")).to_be_focused()
    page.locator("#resources-P01-II").click()
    expect(row.locator("td").nth(1)).to_contain_text(f"{power[both]:,}")


def scanned(page: Page) -> list[str]:
    """What a phone reads from every code on the page, in their order."""
    pictures = page.locator(".label img").evaluate_all(PIXELS)
    return [
        code.text
        for width, pixels in pictures
        for code in zxingcpp.read_barcodes(np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, width))
    ]


def test_every_depot_has_a_label_and_a_phone_that_scans_it_has_its_stock(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/labels", role=Role.DUTY_OFFICER)
    expect(page.locator(".label img")).to_have_count(56)

    codes = scanned(page)

    assert codes == [f"{theatre.center.public_url}/resources?depot={code}" for code in sorted(theatre.center.catalogue.depots)]
    phone = screens.open(codes[0].removeprefix(theatre.center.public_url), size=(390, 844))
    expect(phone.locator(f"tr[data-material='{SANDBAGS}']")).to_be_visible()


@pytest.mark.parametrize(
    ("public", "reached", "begins"),
    [
        ("https://street.example", "http://10.0.0.5:8050", "https://street.example"),
        ("", "http://10.0.0.5:8050", "http://10.0.0.5:8050"),
        ("", "http://localhost:8050", ""),
        ("", "http://[::1]:8050", ""),
        ("", "null", ""),
    ],
)
def test_labels_begin_with_an_address_that_a_phone_can_open(public: str, reached: str, begins: str) -> None:
    assert beginning(public, reached) == begins


@pytest.mark.hardest
@pytest.mark.parametrize("scheme", ["night", "day"])
@pytest.mark.parametrize("view", [f"depot={DEPOT}&material={SANDBAGS}", "tab=units", "tab=expiring", "tab=needs&plans=P01:II,P02:I"])
def test_no_view_has_an_accessibility_violation_or_a_small_target(screens: Screens, scheme: str, view: str) -> None:
    page = screens.open(f"/resources?{view}", role=Role.DUTY_OFFICER, theme=scheme)
    expect(page.locator("#resources-list :is(.line, tr)").first).to_be_visible()

    page.evaluate(AXE)
    broken = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]

    assert [(rule["id"], rule["nodes"][0]["target"]) for rule in broken] == []
    assert page.evaluate(SMALL, 32) == []


@pytest.mark.hardest
@pytest.mark.parametrize("size", [(1366, 768), (390, 844)])
def test_no_view_is_wider_than_its_screen(screens: Screens, size: tuple[int, int]) -> None:
    page = screens.open(f"/resources?depot={DEPOT}&material={SANDBAGS}", role=Role.DUTY_OFFICER, size=size)
    expect(page.locator("#resources-quantity")).to_be_visible()

    assert page.evaluate(TOO_WIDE) == []
