"""The timeline at the foot of the console: what happened, newest first, in the street's own time."""

from typing import Any

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from command_center.ui.console_parts import FACTS, door, spoken_names, time_of_day
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import data_time, icon
from command_center.words import N_, phrases

SHOWN = 60
"""Lines on the screen; the log itself keeps everything."""


def entry_line(entry: dict[str, Any], screen: Screen) -> html.Li:
    """One log line: when, who, what. A line about an incident or a unit opens it."""
    text = phrases.event(screen.lang, entry["event"], entry["facts"], spoken_names(screen))
    kind, row_id = ("incident", entry["incident_id"]) if entry["incident_id"] else ("unit", entry["unit_id"])
    what: Component = html.Span(text)
    if row_id:
        what = html.Button(text, type="button", className="link", **{"data-open": kind, "data-id": str(row_id)})
    return html.Li([html.Time(time_of_day(entry["at"], screen)), html.Span(entry["actor"], className="who"), what])


def timeline(screen: Screen) -> list[Component]:
    newest = list(screen.live.entries)[-SHOWN:]
    return [entry_line(entry, screen) for entry in reversed(newest)]


def log_pane(screen: Screen) -> html.Section:
    title = [icon("history"), html.Span(screen.say(N_("Log"))), html.Small(data_time(screen))]
    return html.Section(
        [html.H2(title), html.Ul(id="console-entries", className="entries", tabIndex="0", **{"aria-label": screen.say(N_("Log"))})],
        className="pane console-log",
    )


def register(app: Dash, desk: Desk) -> None:
    @door(app, desk, Output("console-entries", "children"), Input(FACTS, "data"))
    async def draw_log(_facts: object) -> list[Component]:
        return timeline(desk.screen())
