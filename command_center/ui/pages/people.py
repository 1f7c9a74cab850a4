"""People and channels: who is in the directory, who answers for which place, and whom each message reaches by itself."""

import dash_mantine_components as dmc
from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import people_live, people_responsible
from command_center.ui.console_parts import key
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.desk_parts import address_of, goes
from command_center.ui.people_view import NEW, PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_


def _directory(screen: Screen) -> html.Section:
    tools = html.Div(
        [
            dmc.TextInput(
                id="people-filter",
                value="",
                placeholder=screen.say(N_("Find by name, initials or code")),
                autoComplete="off",
                **{"aria-label": screen.say(N_("Find by name, initials or code")), "data-filter": "people-lists"},
            ),
            key(screen.say(N_("New entry")), symbol="plus", **goes(address_of(PATH, person=NEW))),
        ],
        className="tools",
    )
    lists = html.Div(
        [html.Div(skeleton(6), id="people-directory"), html.Div(id="people-cadres")], id="people-lists", className="scroll", tabIndex="0"
    )
    return html.Section([panel_heading("users", screen.say(N_("Directory and cadres"))), tools, lists], className="pane directory")


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    entry = html.Form([html.Div(id="people-entry-title"), html.Div(id="people-fields")], id="people-form")
    note = screen.say(N_("whom a message reaches by itself"))
    audiences = [
        panel_heading("message", screen.say(N_("Audiences")), note),
        html.Div(skeleton(6), id="people-audiences", className="scroll inset", tabIndex="0"),
    ]
    answering = [panel_heading("building-community", screen.say(N_("Who answers for which place"))), *people_responsible.pane(screen)]
    return people_live.DESK_PAGE.body(
        at,
        head(screen, "people", N_("People and channels")),
        _directory(screen),
        html.Div(
            [
                html.Section(entry, className="pane entry"),
                html.Section(answering, className="pane answering"),
                html.Section(audiences, className="pane audiences"),
            ],
            className="beside",
        ),
        asking_bar(screen, "people"),
    )


def register(app: Dash, desk: Desk) -> None:
    people_live.DESK_PAGE.register(app, desk)


PAGE = Page(path=PATH, title=N_("People and channels"), layout=layout, register=register, right=Right.KEEP_ROSTER)
