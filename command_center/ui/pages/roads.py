"""Roads: what is closed and who guards it, closing another with its price in sight, and where idle vehicles would stand best."""

from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import roads_live
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.map_layers import district_map, layer_keys, map_legend
from command_center.ui.roads_form import PATH, stores
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import icon, skeleton
from command_center.words import N_


def _closed(screen: Screen) -> html.Section:
    lists = [html.Div(skeleton(3), id="roads-list"), html.Div(id="roads-ended", className="inset")]
    heading = panel_heading("ban", screen.say(N_("Closed roads")), screen.say(N_("to be decided first")))
    return html.Section([heading, html.Div(lists, className="scroll", tabIndex="0")], className="pane closed")


def _map(screen: Screen) -> html.Section:
    tools = html.Details(
        [
            html.Summary([icon("layers-intersect"), html.Span(screen.say(N_("Layers and signs")))], className="key"),
            html.Div([layer_keys(screen, "roads"), map_legend(screen)], className="pane"),
        ],
        className="map-tools",
    )
    return html.Section([district_map(screen, page="roads"), tools], className="drawn", **{"aria-label": screen.say(N_("Map"))})


def _doing(screen: Screen) -> html.Section:
    parts = ("fields", "preview", "guards", "rest", "foot")
    form = html.Form([html.Div(id=f"roads-{part}") for part in parts], id="roads-form")
    tabs = html.Nav(id="roads-tabs", className="tabs", **{"aria-label": screen.say(N_("Close a road, or stand by"))})
    body = html.Div([form, html.Div(id="roads-chosen"), html.Div(id="roads-standby")], className="scroll", tabIndex="0")
    return html.Section([tabs, body, html.Div(id="roads-sketch"), *stores()], className="pane doing")


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    return roads_live.DESK_PAGE.body(
        at,
        head(screen, "roads", N_("Roads")),
        _closed(screen),
        _map(screen),
        _doing(screen),
        asking_bar(screen, "roads"),
    )


def register(app: Dash, desk: Desk) -> None:
    roads_live.register(app, desk)


PAGE = Page(path=PATH, title=N_("Roads"), layout=layout, register=register, right=Right.CLOSE_ROADS)
