"""The duty officer's console: list, map, docked panel, timeline."""

from dash import Dash, dcc, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import (
    console_call_doors,
    console_dock,
    console_found,
    console_head,
    console_incidents,
    console_live,
    console_log,
    console_orders,
    console_palette,
    console_plans,
    console_point,
    console_unit,
)
from command_center.ui.console_parts import ANSWERED, PANEL
from command_center.ui.map_layers import district_map, layer_keys, map_legend
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.stock_map import stock_finder
from command_center.ui.widgets import icon
from command_center.words import N_


def _map(screen: Screen) -> html.Section:
    """The map with its layers and its signs folded into a corner."""
    tools = html.Details(
        [
            html.Summary([icon("layers-intersect"), html.Span(screen.say(N_("Layers and signs")))], className="key"),
            html.Div(
                [
                    layer_keys(screen, "console"),
                    stock_finder(screen),
                    map_legend(screen),
                    html.P(console_point.hint(screen), className="map-say"),
                ],
                className="pane",
            ),
        ],
        className="map-tools",
    )
    parts = [district_map(screen, page="console"), tools, console_point.pane(screen)]
    return html.Section(parts, className="console-map", **{"aria-label": screen.say(N_("Map"))})


def layout(screen: Screen) -> Component:
    return html.Div(
        [
            console_head.head(screen),
            console_incidents.list_pane(screen),
            _map(screen),
            console_dock.dock(screen),
            console_log.log_pane(screen),
            *console_orders.dialogs(screen),
            console_palette.modal(screen),
            console_plans.drawer(screen),
            dcc.Store(id=PANEL, data=console_found.asked_for(screen)),
            dcc.Store(id=ANSWERED),
            console_live.store(),
        ],
        className="console",
    )


PARTS = (
    console_live,
    console_dock,
    console_found,
    console_call_doors,
    console_orders,
    console_point,
    console_unit,
    console_palette,
    console_plans,
)
"""Everything on the page that answers to something."""


def register(app: Dash, desk: Desk) -> None:
    for part in PARTS:
        part.register(app, desk)


PAGE = Page(path="/console", title=N_("Console"), layout=layout, register=register, right=Right.TAKE_CALLS)
