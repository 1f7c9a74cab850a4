"""Many at once on the console: everybody who waits in one proposal, sent together or one by one, each refusal at its incident."""

from __future__ import annotations

from playwright.sync_api import expect

from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.services.live import read_snapshot
from tests.ui.conftest import BRIDGE, EAST, NORTH, SHOPS, WEST, Screens, Theatre
from tests.waiting import eventually

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)


def waits(theatre: Theatre, kind: str, level: Level, **where: object) -> int:
    return theatre.incident(kind, level, ago_s=120, status=IncidentStatus.NEW, **where)  # type: ignore[arg-type]  # place and at


def helped(theatre: Theatre) -> set[str]:
    """Incidents that a unit is on its way to."""
    return {row["incident_id"] for row in read_snapshot(theatre.center).rows if row["kind"] == "assignment" and not row["gone"]}


def test_all_who_wait_get_their_units_with_one_key(screens: Screens, theatre: Theatre) -> None:
    ids = {str(waits(theatre, "E107", Level.IV, place=SHOPS, at=EAST)), str(waits(theatre, "E105", Level.II, place=BRIDGE, at=WEST))}
    page = screens.open("/console")
    expect(page.locator("#console-open-waiting")).to_contain_text("2")
    expect(page.locator(".next")).to_contain_text("2起事件待派车")

    page.keyboard.press("F4")
    expect(page.locator("[data-waiting]")).to_have_count(2)
    expect(page.locator("[data-waiting]").first.locator(".sev")).to_contain_text("II")
    expect(page.locator(".together")).to_contain_text("先报先派")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#console-waiting")).to_contain_text("没有待派车的事件")
    assert ids <= helped(theatre)
    expect(page.locator("#console-open-waiting")).to_be_hidden()


def test_one_is_sent_alone_and_a_refusal_stands_at_its_incident(screens: Screens, theatre: Theatre) -> None:
    for number in range(2, 13):
        theatre.unit(f"patrol-{number:02d}", UnitStatus.OUT_OF_SERVICE)
    first, second = waits(theatre, "E107", Level.IV, place=SHOPS, at=EAST), waits(theatre, "E107", Level.IV, place=BRIDGE, at=NORTH)
    page = screens.open("/console?waiting=all")
    expect(page.locator("[data-waiting]")).to_have_count(2)

    wanted = [[first, ["patrol-12"]], [second, ["patrol-01"]]]
    page.evaluate("orders => cc.consoleOrder({act: 'send_together', key: 'x-1', orders})", wanted)

    refused = page.locator(f"[data-waiting='{first}'] .refused")
    expect(refused).to_be_visible()
    eventually(lambda: str(second) in helped(theatre), within_s=10)
    expect(page.locator(f"[data-waiting='{second}']")).to_have_count(0)
    page.locator(f"[data-waiting='{first}']").get_by_role("button", name="派出").click()
    eventually(lambda: str(first) in helped(theatre), within_s=10)


def test_where_nobody_is_free_the_panel_says_who_goes_on_waiting(screens: Screens, theatre: Theatre) -> None:
    for row in read_snapshot(theatre.center).rows:
        if row["kind"] == "unit" and row["id"] != "patrol-01":
            theatre.unit(row["id"], UnitStatus.OUT_OF_SERVICE)
    grave = waits(theatre, "E105", Level.I, place=SHOPS, at=EAST)
    light = waits(theatre, "E112", Level.IV, place=BRIDGE, at=WEST)

    page = screens.open("/console?waiting=all", lang="en")

    expect(page.locator(f"[data-waiting='{grave}'] .units")).to_contain_text("Patrol 01")
    expect(page.locator(f"[data-waiting='{light}'] .units")).to_contain_text("goes on waiting")
    theatre.unit("patrol-01", UnitStatus.OUT_OF_SERVICE)
    expect(page.locator("#console-waiting .foot")).to_contain_text("No unit is free")
