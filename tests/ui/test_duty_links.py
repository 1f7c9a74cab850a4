"""From a figure of the handover report to its rows: every door that a report names has a screen."""

from __future__ import annotations

import pytest

from command_center.center import Center
from command_center.domain.rights import Actor
from command_center.services import closures, handover
from command_center.services.closures import CloseRoad
from command_center.ui.duty_links import on_screen
from tests.conftest import Clock
from tests.flood_night import flood_night

PAGES = {"/console", "/duty", "/plans", "/warnings", "/reporting", "/resources"}


def test_every_link_of_a_night_with_everything_in_it_opens_a_screen(center: Center, clock: Clock, officer: Actor) -> None:
    flood_night(center, clock, officer)
    closures.close_road(center, CloseRoad(place_id="XQ002", reason="积水"), officer)

    report = handover.handover_context(center, officer)

    links = {cell.link for section in report.sections for line in section.lines for cell in line.cells.values() if cell.link}
    links |= {blocker.link for blocker in report.blockers if blocker.link}
    assert len(links) > 30
    assert {link: on_screen(link) for link in links if (on_screen(link) or "").partition("?")[0] not in PAGES} == {}


@pytest.mark.parametrize(
    ("link", "screen"),
    [
        ("/api/v1/incidents/7", "/console?incident=7"),
        ("/api/v1/incidents?status=all", "/duty?tab=log&part=incidents"),
        ("/api/v1/activations/3/review", "/plans?activation=3"),
        ("/api/v1/stock/movements?depot=YY-S01&material=FL05", "/resources?depot=YY-S01&material=FL05"),
        ("/api/v1/log/entries/12", "/duty?tab=log&line=12"),
        ("/api/v1/nothing/of/ours", None),
        ("https://elsewhere.example/x", None),
        ("/duty?tab=roster", "/duty?tab=roster"),
    ],
)
def test_a_door_is_shown_where_people_look_for_it(link: str, screen: str | None) -> None:
    assert on_screen(link) == screen
