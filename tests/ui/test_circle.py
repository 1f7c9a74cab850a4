"""The five-minute circle on the wall: where help would come late is seen at once, and so is a closed road."""

from __future__ import annotations

from playwright.sync_api import expect

from command_center.domain.rights import Actor, Role
from command_center.domain.status import UnitStatus
from command_center.services import closures
from command_center.services.closures import CloseRoad
from tests.ui.conftest import Screens, Theatre

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)


def test_streets_that_help_would_reach_late_stand_on_the_wall(screens: Screens, theatre: Theatre) -> None:
    for number in range(1, 13):
        theatre.unit(f"patrol-{number:02d}", UnitStatus.OUT_OF_SERVICE)
    for number in (1, 2, 3):
        theatre.unit(f"guarantee-{number}", UnitStatus.OUT_OF_SERVICE)

    page = screens.open("/wall", role=Role.DISPLAY)

    expect(page.locator("#wall-circle.bad")).to_contain_text("%", timeout=15_000)
    expect(page.locator("path.road-late").first).to_be_attached(timeout=15_000)
    expect(page.locator("path.late-ground")).to_have_attribute("stroke", "url(#late-hatch)")
    expect(page.locator(".late-plate")).to_contain_text("5分钟外")
    expect(page.locator(".late-name").first).to_contain_text("分钟到")
    assert page.evaluate("cc.wall.han()") <= 200


def test_where_everybody_is_in_time_nothing_is_hatched(screens: Screens) -> None:
    """Streets at the rim that nobody lives at stay thin lines: the normal state is quiet."""
    page = screens.open("/wall", role=Role.DISPLAY)

    expect(page.locator("#wall-circle")).to_contain_text("100%", timeout=15_000)
    expect(page.locator(".late-plate")).to_be_hidden()
    expect(page.locator(":is(path.late-ground, .late-name)")).to_have_count(0)


def test_a_closed_road_stands_on_the_map_until_it_is_opened(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/wall", role=Role.DISPLAY)

    closure = closures.close_road(theatre.center, CloseRoad(street="胜利东街", reason="积水"), OFFICER)

    expect(page.locator("path.road-closed").first).to_be_attached()
    closures.reopen_road(theatre.center, closure, OFFICER)
    expect(page.locator("path.road-closed")).to_have_count(0)
