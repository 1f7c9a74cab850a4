"""The timeline at the foot of the console: what happened, newest first, in the street's own time."""

from collections.abc import Mapping
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain import events
from command_center.domain.rights import SYSTEM
from command_center.services.figures import ResponseFigures
from command_center.ui.console_parts import time_of_day
from command_center.ui.shell import Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import data_time, icon
from command_center.words import N_, phrases

SHOWN = 40
"""Lines on the screen; the log itself keeps everything."""

BEHIND_THE_SCENES = frozenset({events.DrillStepPlayed.__name__, events.DispatchDelivered.__name__})
"""What a drill's director does is not told to those who train."""


def entry_line(entry: dict[str, Any], screen: Screen, names: Mapping[str, str]) -> html.Li:
    """One log line: when, who, what. A line about an incident or a unit opens it."""
    text = phrases.event(screen.lang, entry["event"], entry["facts"], names)
    kind, row_id = ("incident", entry["incident_id"]) if entry["incident_id"] else ("unit", entry["unit_id"])
    what: Component = html.Span(text)
    if row_id:
        what = html.Button(text, type="button", className="link", **{"data-open": kind, "data-id": str(row_id)})
    return html.Li([html.Time(time_of_day(entry["at"], screen)), html.Span(actor_name(entry["actor"], screen), className="who"), what])


def actor_name(name: str, screen: Screen) -> str:
    """Who did it, as people say it: the centre itself has a word in both languages, everyone else a name of their own."""
    return screen.say(N_("the centre itself")) if name == SYSTEM.name else name


def timeline(screen: Screen) -> list[Component]:
    newest = [entry for entry in screen.live.entries if entry["event"] not in BEHIND_THE_SCENES][-SHOWN:]
    names = spoken_names(screen)
    return [entry_line(entry, screen, names) for entry in reversed(newest)]


def alarm_rate(screen: Screen, response: ResponseFigures) -> str:
    """How many new incidents ten minutes brought: more than a person can take in is worth knowing."""
    return screen.say(N_("%(n)s alarms in 10 min"), n=response.alarms)


def log_pane(screen: Screen) -> html.Section:
    title = [icon("history"), html.Span(screen.say(N_("Log"))), html.Small(id="console-alarms"), html.Small(data_time(screen))]
    return html.Section(
        [html.H2(title), html.Ul(id="console-entries", className="entries", tabIndex="0", **{"aria-label": screen.say(N_("Log"))})],
        className="pane console-log",
    )
