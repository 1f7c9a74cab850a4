"""Warnings: what comes in is read and confirmed, what is in force stands with its time, and plans that follow are proposed."""

from dash import Dash, dcc, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import warnings_live
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.warnings_form import PATH, PLACE
from command_center.ui.widgets import skeleton
from command_center.words import N_


def _take_in(screen: Screen) -> html.Section:
    form = html.Form(
        [
            html.Div(skeleton(3), id="warnings-fields"),
            html.Div(id="warnings-metric"),
            html.Div(id="warnings-understood"),
            html.Div(id="warnings-rest"),
        ],
        id="warnings-form",
        className="scroll",
        tabIndex="-1",
    )
    tabs = html.Nav(id="warnings-tabs", className="tabs", **{"aria-label": screen.say(N_("What is to be entered"))})
    return html.Section([panel_heading("message", screen.say(N_("Take in"))), tabs, form, dcc.Store(id=PLACE)], className="pane take-in")


def _in_force(screen: Screen) -> html.Section:
    lists = [
        html.Div(skeleton(4), id="warnings-in-force"),
        html.Div(id="warnings-measured", className="inset"),
        html.Div(id="warnings-ended", className="inset"),
    ]
    heading = panel_heading("cloud-rain", screen.say(N_("Warnings in force")), screen.say(N_("gravest colour first; a colour is no level")))
    return html.Section([heading, html.Div(lists, className="scroll", tabIndex="0")], className="pane in-force")


def _proposals(screen: Screen) -> html.Section:
    heading = panel_heading("list-check", screen.say(N_("Plans proposed")), screen.say(N_("none starts by itself")))
    return html.Section(
        [heading, html.Div(skeleton(2), id="warnings-proposals", className="scroll", tabIndex="0")], className="pane proposals"
    )


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    return warnings_live.DESK_PAGE.body(
        at,
        head(screen, "warnings", N_("Warnings")),
        _take_in(screen),
        _in_force(screen),
        _proposals(screen),
        asking_bar(screen, "warnings"),
    )


def register(app: Dash, desk: Desk) -> None:
    warnings_live.register(app, desk)


PAGE = Page(path=PATH, title=N_("Warnings"), layout=layout, register=register, right=Right.TAKE_WARNINGS)
