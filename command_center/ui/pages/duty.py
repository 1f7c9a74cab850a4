"""Duty: who is on watch, the handover report with its signatures, the log, the roll call and the roster."""

from dash import Dash, dcc, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import duty_live
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.duty_catch_up import PLACE
from command_center.ui.duty_report import PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    watch = [
        panel_heading("users", screen.say(N_("Watch"))),
        html.Div(
            [html.Div(skeleton(5), id="duty-watch"), html.Div(id="duty-steps"), html.Div(id="duty-blockers"), html.Div(id="duty-chain")],
            className="scroll inset",
            tabIndex="0",
        ),
    ]
    report = [html.Div(id="duty-title"), html.Div(skeleton(8), id="duty-sections", className="scroll inset", tabIndex="0")]
    beside = [
        html.Div(id="duty-tabs"),
        html.Form(html.Div(id="duty-fields"), id="duty-form"),
        html.Form(html.Div(id="duty-search"), id="duty-search-form", role="search"),
        html.Div(skeleton(6), id="duty-beside", className="scroll inset", tabIndex="0"),
        dcc.Store(id=PLACE),
    ]
    return duty_live.DESK_PAGE.body(
        at,
        head(screen, "duty", N_("Duty and handover")),
        html.Section(watch, className="pane watch"),
        html.Section(report, className="pane report"),
        html.Section(beside, className="pane beside-report"),
        asking_bar(screen, "duty"),
        class_name="duty",
    )


def register(app: Dash, desk: Desk) -> None:
    duty_live.register(app, desk)


PAGE = Page(path=PATH, title=N_("Duty and handover"), layout=layout, register=register, right=Right.HAND_OVER)
