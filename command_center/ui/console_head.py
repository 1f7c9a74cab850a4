"""The head of the console: the street's figures, the keys, and the state of the screen."""

from dash import html
from dash.development.base_component import Component

from command_center.services.figures import ResponseFigures, board_figures
from command_center.ui.console_incidents import opens
from command_center.ui.console_parts import key, minutes_seconds, waiting_rows
from command_center.ui.desk_parts import goes
from command_center.ui.shell import Screen
from command_center.ui.widgets import icon, kpi, language_button, sign_out_button, sound_button, theme_button, wall_clock
from command_center.words import N_


def figures(screen: Screen, response: ResponseFigures) -> list[Component]:
    """Open, overdue, free units, mean arrival, five-minute share; the last two over 24 hours."""
    board = board_figures(screen.live.board, screen.center.now())
    mean = "—" if response.mean_s is None else minutes_seconds(response.mean_s)
    share = "—" if response.kept_share is None else f"{response.kept_share:.0%}"
    return [
        kpi(str(board.open), screen.say(N_("open"))),
        kpi(str(board.overdue), screen.say(N_("overdue")), bad=board.overdue > 0),
        kpi(f"{board.units_free}/{board.units}", screen.say(N_("units free")), bad=board.units_free == 0 and board.units > 0),
        kpi(mean, screen.say(N_("mean arrival"))),
        kpi(share, screen.say(N_("there in 5 min"))),
    ]


def acknowledge_key(screen: Screen) -> list[Component]:
    """Inside of the F8 key: with how many incidents nobody has seen yet."""
    waiting = sum(row["acknowledged_at"] is None for row in screen.live.board.rows("incident"))
    inside: list[Component] = [icon("bell"), html.Span(screen.say(N_("Seen")), className="word"), html.Kbd("F8")]
    return [*inside, html.Span(str(waiting), className="n")] if waiting else inside


def warnings_key(screen: Screen) -> list[Component]:
    """Inside of the F7 key: with how many plans are proposed and wait for a yes or no."""
    waiting = len(screen.live.board.rows("proposal"))
    inside: list[Component] = [icon("cloud-rain"), html.Span(screen.say(N_("Warnings")), className="word"), html.Kbd("F7")]
    return [*inside, html.Span(str(waiting), className="n")] if waiting else inside


def roads_key(screen: Screen) -> list[Component]:
    """Inside of the F6 key: with how many roads are to be decided about, or have lost their guard."""
    waiting = sum(row["state"] == "proposed" or row["guard_left_at"] is not None for row in screen.live.board.rows("closure"))
    inside: list[Component] = [icon("road"), html.Span(screen.say(N_("Roads")), className="word"), html.Kbd("F6")]
    return [*inside, html.Span(str(waiting), className="n")] if waiting else inside


def waiting_key(screen: Screen) -> list[Component]:
    """Inside of the F4 key: how many incidents nobody has been sent to."""
    waiting = html.Span(str(len(waiting_rows(screen))), className="n")
    return [icon("truck"), html.Span(screen.say(N_("Together")), className="word"), html.Kbd("F4"), waiting]


def keys(screen: Screen) -> html.Nav:
    buttons = [
        key(screen.say(N_("Take a call")), "console-open-call", symbol="phone-call", keys="F2", look="primary", **opens("call", "")),
        key(screen.say(N_("Search")), "console-open-palette", symbol="search", keys="F3"),
        key(screen.say(N_("Seen")), "console-ack", symbol="bell", keys="F8"),
        html.Button(
            [],
            id="console-open-waiting",
            type="button",
            className="key rare",
            hidden=True,
            title=screen.say(N_("All who wait, together")),
            **opens("waiting", ""),
        ),
        html.Button(
            [], id="console-open-roads", type="button", className="key rare", title=screen.say(N_("Closed roads")), **goes("/roads")
        ),
        html.Button(
            [],
            id="console-open-warnings",
            type="button",
            className="key",
            title=screen.say(N_("Warnings and proposals")),
            **goes("/warnings"),
        ),
        key(screen.say(N_("Plans")), "console-open-plans", symbol="list-check", keys="F9"),
        html.Button(
            [],
            id="console-open-jobs",
            type="button",
            className="key danger",
            hidden=True,
            title=screen.say(N_("Failed jobs")),
            **opens("jobs", ""),
        ),
    ]
    return html.Nav(buttons, className="keys", **{"aria-label": screen.say(N_("Commands"))})


def head(screen: Screen) -> html.Header:
    about = key(
        "",
        symbol="info-circle",
        title=screen.say(N_("About this street")),
        **{"aria-label": screen.say(N_("About this street"))},
        **opens("about", ""),
    )
    side = [
        html.Span(id="console-demo"),
        about,
        sound_button(screen),
        theme_button(screen),
        language_button(screen),
        sign_out_button(screen),
    ]
    return html.Header(
        [
            html.H1(screen.say(N_("%(street)s command centre"), street=screen.read(screen.center.catalogue.street.name)), className="name"),
            html.Div(id="console-figures", className="console-figures", title=screen.say(N_("Arrivals are those of the last 24 hours"))),
            keys(screen),
            html.Div(side, className="side"),
            wall_clock(),
        ],
        className="console-head",
    )
