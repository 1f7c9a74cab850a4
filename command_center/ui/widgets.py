"""Small pieces that every page shares; each is HTML with a class of assets/theme.css and nothing else.

Clocks tick in the browser (assets/clock.js): an element with `data-since` shows the time since, with `data-until` the time left.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias
from uuid import uuid4

from dash import html
from dash.development.base_component import Component

from command_center.domain.levels import Level
from command_center.ui.shell import Screen
from command_center.words import N_, phrases

LEVEL_WORDS = {level: phrases.LEVEL[level] for level in Level}
"""Level -> msgid of its word."""

Children: TypeAlias = str | Component | Sequence[str | Component | None] | None


def icon(name: str) -> html.I:
    """A Tabler outline from assets/icons.css, in the colour of the text; never read aloud."""
    return html.I(className=f"i i-{name}", **{"aria-hidden": "true"})


def level_name(level: str, screen: Screen) -> str:
    """Level in words, "Level II, Serious": colour and shape never stand alone."""
    return screen.say(N_("Level %(level)s, %(word)s"), level=level, word=screen.say(LEVEL_WORDS[Level(level)]))


def severity(level: str, screen: Screen) -> html.Span:
    """The level as shape, colour and numeral, its word for those who listen: octagon I, triangle II, diamond III, circle IV."""
    rank = 5 - Level(level).rank
    return html.Span(
        html.B(level), className=f"sev sev{rank}", role="img", title=level_name(level, screen), **{"aria-label": level_name(level, screen)}
    )


def kpi(value: Children, label: Children, *, bad: bool = False, kpi_id: str | None = None) -> html.Div:
    """One number of the strip with its name below; bad turns it to the overdue colour."""
    name = {} if kpi_id is None else {"id": kpi_id}
    return html.Div([html.B(value), html.Span(label)], className="kpi bad" if bad else "kpi", **name)


def pane(title: Children, *children: Component | None, note: Children = None, class_name: str = "", **attributes: Any) -> html.Section:
    """A panel with its heading; note stands at the heading's right end."""
    heading = [*(title if isinstance(title, list) else [title]), *([] if note is None else [html.Small(note)])]
    return html.Section(
        [html.H2(heading), *(child for child in children if child is not None)], className=f"pane {class_name}".strip(), **attributes
    )


def clock(
    since: str | None = None, *, until: str | None = None, stop: str | None = None, limit_s: float | None = None, class_name: str = ""
) -> html.Time:
    """A ticking length of time, written as minutes'seconds".

    since : counts up from this moment (ISO 8601), or until `stop` once that is known.
    until : counts down to this moment, then on with a minus.
    limit_s : seconds after which the clock and its row (`.inc`) turn to the overdue colour.
    """
    facts = {"data-since": since, "data-until": until, "data-stop": stop, "data-limit": None if limit_s is None else str(limit_s)}
    return html.Time(className=f"clock {class_name}".strip(), **{name: value for name, value in facts.items() if value is not None})


def wall_clock() -> html.Div:
    """Time of day over the date, both from the server's clock."""
    return html.Div([html.Time(**{"data-clock": "time"}), html.Small(**{"data-clock": "date"})], className="time-of-day")


def data_time(screen: Screen) -> html.Span:
    """The data's own time: the moment of the last heartbeat that reached this screen."""
    return html.Span([screen.say(N_("Data")), " ", html.Time("--:--:--", **{"data-clock": "data"})], className="data-time")


def demo_mark(screen: Screen) -> Component:
    """Says that vehicles and calls are simulated; in a drill it leads to the scenario and its score."""
    if screen.center.is_drill:
        return html.A([icon("flask"), " ", screen.say(N_("Drill and score"))], href="/drill", className="demo-mark")
    return html.Span([icon("flask"), " ", screen.say(N_("Simulated data"))], className="demo-mark")


def theme_button(screen: Screen) -> html.Button:
    """One click between night and day; after the clock's next change of light the automatic theme is a click away too."""
    return _key("theme", [icon("sun-moon"), html.Span(className="word", **{"data-theme-name": ""})], screen.say(N_("Day or night display")))


def language_button(screen: Screen) -> html.Button:
    """Switch to the other language; its label is written in that language."""
    other, label = ("zh_CN", "中文") if screen.lang == "en" else ("en", "English")
    return _key(
        "lang",
        [icon("language"), html.Span(label, className="word")],
        screen.say(N_("Switch to Chinese") if other == "zh_CN" else N_("Switch to English")),
        **{"data-lang": other},
    )


def sound_button(screen: Screen) -> html.Button:
    """Shows whether this screen can sound; a click enables it, then mutes it for at most five minutes."""
    return _key(
        "sound",
        [icon("volume"), html.Span(**{"data-sound-state": ""})],
        screen.say(N_("Alarm sound: enable, or mute for five minutes")),
        **{"data-sound": ""},
    )


def sign_out_button(screen: Screen) -> html.Button:
    return _key("sign-out", [icon("logout"), html.Span(screen.say(N_("Sign out")), className="word")], screen.say(N_("Sign out")))


def _key(act: str, children: Children, label: str, **attributes: Any) -> html.Button:
    """A button that assets/shell.js serves by its `data-do`, without a server callback."""
    return html.Button(children, type="button", className="key", title=label, **{"data-do": act, "aria-label": label, **attributes})


def row(*cells: Component | str | None, class_name: str = "", **attributes: Any) -> html.Div:
    """One line of a list: symbol, words, and what stands at the right end."""
    return html.Div([cell for cell in cells if cell is not None], className=f"row {class_name}".strip(), **attributes)


def empty_state(title: str, action: str = "", *, symbol: str = "circle-check") -> html.Div:
    """Nothing to do here: says so, and what comes next."""
    return html.Div([icon(symbol), html.Strong(title), html.Span(action)], className="empty")


def skeleton(lines: int = 5) -> html.Div:
    """Grey bars where the list will be; shown until the first data."""
    return html.Div([html.Div(className="bar") for _ in range(lines)], className="skeleton", **{"aria-busy": "true"})


def error_state(screen: Screen, error_id: str | None = None) -> html.Div:
    """Something broke: an id for the log, and a way to try again."""
    error_id = error_id or uuid4().hex[:8]
    return html.Div(
        [
            icon("alert-triangle"),
            html.Strong(screen.say(N_("This page could not be drawn."))),
            html.Span(screen.say(N_("Error number %(id)s is in the server's log."), id=error_id)),
            _key("reload", [icon("refresh"), screen.say(N_("Try again"))], screen.say(N_("Try again"))),
        ],
        className="empty error",
        role="alert",
    )
