"""What the page of figures is drawn from, and which part of it shows what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from command_center.services import coverage, report_figures, watches
from command_center.services.report_figures import Comparison
from command_center.ui import figures_view as view
from command_center.ui.desk_page import At, DeskPage, Look, Part, demonstration, unseen
from command_center.ui.figures_view import Span
from command_center.ui.shell import Desk, Screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. circle : readings of the five-minute circle in that time."""

    screen: Screen
    at: At
    spans: tuple[Span, Span]
    found: Comparison
    circle: Sequence[Mapping[str, Any]]


def _mark(sight: Sight) -> str:
    """Charts are drawn again when a figure changed, not with every second."""
    figures = sight.found.figures
    return f"{sight.at.get('token')} {sight.screen.lang} {sight.screen.theme} {figures.incidents} {figures.arrivals} {len(sight.circle)}"


def _charts(sight: Sight) -> list[Component]:
    return view.charts(sight.found.figures, sight.circle, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "reports-demo": (lambda sight: demonstration(sight.screen), None),
    "reports-unseen": (lambda sight: unseen(sight.screen), None),
    "reports-choice": (lambda sight: view.choice(sight.at, sight.spans, sight.screen), _mark),
    "reports-figures": (lambda sight: view.headlines(sight.found, sight.screen), None),
    "reports-charts": (_charts, _mark),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    spans = view.spans_of(look.at, watches.on_duty_now(desk.center), desk.center)
    return Sight(
        screen=screen,
        at=look.at,
        spans=spans,
        found=report_figures.compare(desk.center, *spans),
        circle=coverage.history(desk.center, *spans[0]),
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="reports", path=view.PATH, see=see, parts=PARTS, acts={})
