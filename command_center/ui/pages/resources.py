"""Depots and vehicles: what there is and where, what is low, what is booked, which vehicle is fit for duty."""

import dash_mantine_components as dmc
from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import resources_live
from command_center.ui.console_parts import key
from command_center.ui.desk_page import asking_bar, at_of, head
from command_center.ui.desk_parts import goes
from command_center.ui.resources_view import LABELS, PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import icon, skeleton
from command_center.words import N_


def _lists(screen: Screen) -> html.Section:
    tools = html.Div(
        [
            dmc.TextInput(
                value="",
                placeholder=screen.say(N_("Find by name, initials or code")),
                autoComplete="off",
                id="resources-filter",
                **{"aria-label": screen.say(N_("Find by name, initials or code")), "data-filter": "resources-list"},
            ),
            html.A(
                [icon("file-download"), html.Span(screen.say(N_("All stock (Excel)")), className="word")],
                href="/api/v1/stock/sheet",
                className="key",
                download="",
            ),
            key(screen.say(N_("Book a counting sheet…")), symbol="database", **{"data-choose-sheet": ""}),
            key(screen.say(N_("QR labels")), symbol="printer", **goes(LABELS)),
        ],
        className="tools",
    )
    body = html.Div(skeleton(8), id="resources-list", className="scroll", tabIndex="0")
    return html.Section([html.Div(id="resources-tabs"), tools, body], className="pane lists")


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    table = [html.Div(id="resources-depot"), html.Div(id="resources-stock", className="scroll inset", tabIndex="0")]
    form = html.Form(html.Div(id="resources-fields"), id="resources-form")
    around = html.Div([form, html.Div(id="resources-elsewhere"), html.Div(id="resources-ledger")], className="scroll inset", tabIndex="0")
    return resources_live.DESK_PAGE.body(
        at,
        head(screen, "resources", N_("Depots and vehicles")),
        _lists(screen),
        html.Section(table, className="pane depot"),
        html.Section([html.Div(id="resources-material"), html.Div(id="resources-doings"), around], className="pane move"),
        asking_bar(screen, "resources"),
    )


def register(app: Dash, desk: Desk) -> None:
    resources_live.DESK_PAGE.register(app, desk)


PAGE = Page(path=PATH, title=N_("Depots and vehicles"), layout=layout, register=register, right=Right.SEE_BOARD)
