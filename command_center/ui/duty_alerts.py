"""What the watch owes, in words: for the strip of the wall and the head of the console."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from command_center.services.duty_alerts import DutyAlert, duty_alerts
from command_center.ui.desk_parts import address_of, goes, hour_minute
from command_center.ui.shell import Screen
from command_center.ui.widgets import icon
from command_center.words import N_

TABS: Mapping[str, str | None] = {"nobody_took_over": None, "stations_silent": "roll"}
"""Where something can be done about it."""


def said(alert: DutyAlert, screen: Screen) -> str:
    """One alert as a sentence."""
    about = (", " if screen.lang == "en" else "、").join(screen.read(it) for it in alert.about)
    since = hour_minute(alert.since, screen)
    if alert.kind == "nobody_took_over":
        return screen.say(N_("Watch %(number)s ended %(since)s: nobody has taken over"), number=about, since=since)
    return screen.say(N_("Roll call: no answer from %(stations)s"), stations=about)


def on_wall(screen: Screen) -> list[Component]:
    """First in the strip of the wall, before the weather."""
    return [
        html.Span([icon("alert-triangle"), html.B(said(it, screen))], className="wall-warning late", **{"data-duty-alert": it.kind})
        for it in duty_alerts(screen.center, screen.live.board)
    ]


def on_console(alerts: Sequence[DutyAlert], screen: Screen) -> list[Component]:
    """Ways to the duty page, each where the matter can be settled."""
    drawn: list[Component] = []
    for it in alerts:
        href = address_of("/duty", tab=TABS[it.kind])
        drawn.append(html.A([icon("alert-triangle"), said(it, screen)], href=href, className="duty-alert", **goes(href)))
    return drawn
