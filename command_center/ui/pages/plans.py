"""Plans: twelve cards, what a plan would do before it is put into force, and the checklist of one that runs."""

from collections.abc import Mapping

from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import plans_live, plans_orders
from command_center.ui.console_parts import key
from command_center.ui.plans_parts import goes
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import (
    data_time,
    icon,
    language_button,
    sign_out_button,
    skeleton,
    sound_button,
    theme_button,
    wall_clock,
)
from command_center.words import N_


def place(query: Mapping[str, str]) -> dict[str, str | None]:
    """What an address names, as assets/plans.js reads it too; a running plan goes before a preview."""
    named = {name: query.get(name) for name in ("plan", "activation", "incident", "level", "variant", "reason")}
    view = "board" if named["activation"] else "preview" if named["plan"] else "cards"
    return {**named, "view": view, "token": "&".join(f"{name}={value}" for name, value in query.items())}


def _head(screen: Screen) -> html.Header:
    keys = [
        key(screen.say(N_("Console")), "plans-to-console", symbol="command", **goes("/console")),
        key(screen.say(N_("Take a call")), "plans-take-call", symbol="phone-call", keys="F2"),
        key(screen.say(N_("All plans")), "plans-all", symbol="list-check", keys="F9", **goes("/plans")),
    ]
    side = [html.Span(id="plans-demo"), sound_button(screen), theme_button(screen), language_button(screen), sign_out_button(screen)]
    return html.Header(
        [
            html.H1(screen.say(N_("Plans")), className="name"),
            html.Nav(keys, className="keys", **{"aria-label": screen.say(N_("Commands"))}),
            html.A(id="plans-unseen", href="/console", **goes("/console")),
            html.Div(side, className="side"),
            data_time(screen),
            wall_clock(),
        ],
        className="plans-head",
    )


def _cards(screen: Screen) -> html.Nav:
    heading = html.H2([icon("list-check"), screen.say(N_("Twelve plans")), html.Small(screen.say(N_("running first, then by season")))])
    return html.Nav(
        [heading, html.Div(skeleton(12), id="plans-cards", className="scroll")],
        className="pane plans-list",
        **{"aria-label": screen.say(N_("Twelve plans"))},
    )


def _preview() -> html.Section:
    form = html.Form(
        [
            html.Div([html.Div(id="plans-fields"), html.Div(id="plans-incident")], className="scroll", tabIndex="-1"),
            html.Div(id="plans-confirming", className="confirming"),
        ],
        id="plans-form",
        className="plans-form",
    )
    return html.Section(
        [html.Div(id="plans-preview-title"), form, html.Div(id="plans-would", className="scroll plans-would", tabIndex="0")],
        className="pane plans-preview",
    )


def _board(screen: Screen) -> html.Section:
    groups = html.Div(id="plans-groups", className="group-choice", role="group", **{"aria-label": screen.say(N_("My group"))})
    return html.Section(
        [
            html.Div(id="plans-board-head", className="board-head", tabIndex="-1"),
            html.Div([groups, html.Div(skeleton(8), id="plans-tasks")], className="scroll plans-tasks", tabIndex="0"),
            html.Div(
                [html.Div(id="plans-end"), html.Div(id="plans-messages"), html.Div(id="plans-text")],
                className="scroll plans-side",
                tabIndex="0",
            ),
            plans_orders.asking_bar(screen),
        ],
        className="pane plans-board",
    )


def layout(screen: Screen) -> Component:
    at = place(screen.query)
    return html.Div(
        [
            _head(screen),
            _cards(screen),
            html.Section(html.Div(skeleton(5), id="plans-overview", className="scroll"), className="pane plans-overview"),
            _preview(),
            _board(screen),
            *plans_live.stores(at),
        ],
        id="plans",
        className="plans",
        tabIndex="-1",
        **{"data-view": at["view"]},
    )


PARTS = (plans_live, plans_orders)
"""Everything on the page that answers to something."""


def register(app: Dash, desk: Desk) -> None:
    for part in PARTS:
        part.register(app, desk)


PAGE = Page(path="/plans", title=N_("Plans"), layout=layout, register=register, right=Right.RUN_PLANS)
