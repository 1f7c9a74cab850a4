"""What the page of figures is drawn from, and which part of it shows what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.period_figures import HeatCell, WatchFigures
from command_center.services import coverage, report_figures
from command_center.services.hindsight import hindsight
from command_center.services.places import PlaceHit
from command_center.services.report_figures import Comparison
from command_center.ui import figures_hindsight, figures_tables, figures_times
from command_center.ui import figures_view as view
from command_center.ui.desk_page import At, DeskPage, Look, Part, demonstration, unseen
from command_center.ui.figures_hindsight import LONGEST_REPLAYED, looks_back
from command_center.ui.figures_times import Span, Times
from command_center.ui.shell import Desk, Screen

KEPT = 16
"""Looks back that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. circle : readings of the five-minute circle in that time. hot : the hottest cells with their places.

    replay : services/hindsight, if asked.
    """

    screen: Screen
    at: At
    times: Times
    found: Comparison
    hot: Sequence[tuple[HeatCell, PlaceHit]]
    circle: Sequence[Mapping[str, Any]]
    replay: Mapping[str, Any] | None


def _mark(sight: Sight) -> str:
    """Charts are drawn again when a figure changed, not with every second."""
    figures = sight.found.figures
    return f"{sight.at.get('token')} {sight.screen.lang} {sight.screen.theme} {figures.incidents} {figures.arrivals} {len(sight.circle)}"


def _fields_mark(sight: Sight) -> str:
    """What stands in the form is not drawn over while somebody types."""
    return f"{sight.at.get('token')} {sight.screen.lang} {sight.times.form_mark}"


def _charts(sight: Sight) -> list[Component]:
    return view.charts(sight.found.figures, sight.circle, sight.hot, sight.screen)


def _looking_back(sight: Sight) -> list[Component]:
    return figures_hindsight.panel(sight.replay, sight.at, sight.times.span, sight.found.figures, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "reports-demo": (lambda sight: demonstration(sight.screen), None),
    "reports-unseen": (lambda sight: unseen(sight.screen), None),
    "reports-choice": (lambda sight: figures_times.chosen(sight.at, sight.times, sight.screen), None),
    "reports-fields": (lambda sight: figures_times.fields(sight.at, sight.times, sight.screen), _fields_mark),
    "reports-figures": (lambda sight: view.headlines(sight.found, sight.screen), None),
    "reports-tables": (lambda sight: figures_tables.tables(sight.found.figures, sight.screen), None),
    "reports-hindsight": (_looking_back, None),
    "reports-charts": (_charts, _mark),
    "reports-cuts": (lambda sight: view.cuts(sight.found.figures, sight.screen), _mark),
}


class _LookedBack:
    """Looking back replays the whole time with every policy; it is done once for what happened in it."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Mapping[str, Any]] = {}

    def at(self, center: Center, span: Span, figures: WatchFigures) -> Mapping[str, Any]:
        """Of real calls; in a demonstration, where all of them are simulated, of those."""
        simulated = figures.incidents > 0 and figures.simulated == figures.incidents
        until = figures.to_at if figures.to_at < center.now() else None
        key = (id(center), span[0], until, simulated, figures.incidents, figures.arrivals)
        if key not in self._found:
            self._found = dict([*self._found.items(), (key, hindsight(center, *span, simulated=simulated))][-KEPT:])
        return self._found[key]


_looked_back = _LookedBack()


def _hindsight(desk: Desk, look: Look, span: Span, figures: WatchFigures) -> Mapping[str, Any] | None:
    """None where nobody asked, or the time is too long to be replayed."""
    if not looks_back(look.at) or span[1] - span[0] > LONGEST_REPLAYED:
        return None
    return _looked_back.at(desk.center, span, figures)


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    times = figures_times.times_of(look.at, desk.center)
    found = report_figures.compare(desk.center, times.span, times.before)
    return Sight(
        screen=screen,
        at=look.at,
        times=times,
        found=found,
        hot=report_figures.hottest(desk.center, found.figures),
        replay=_hindsight(desk, look, times.span, found.figures),
        circle=coverage.history(desk.center, *times.span),
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="reports", path=figures_times.PATH, see=see, parts=PARTS, acts=figures_times.ACTS)
