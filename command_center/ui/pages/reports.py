"""Figures: any watch, day or month beside the one before, or two times of one's own, as tables, charts and a workbook."""

from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import figures_live
from command_center.ui.desk_page import asking_bar, at_of, head
from command_center.ui.figures_times import PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    table = [
        html.Div(skeleton(2), id="reports-choice", className="period"),
        html.Form(html.Div(id="reports-fields"), id="reports-times"),
        html.Div(
            [html.Div(id="reports-figures"), html.Div(id="reports-tables"), html.Div(id="reports-hindsight")],
            className="scroll inset",
            tabIndex="0",
        ),
    ]
    drawn = [html.Div(skeleton(6), id="reports-charts", className="charts"), html.Div(id="reports-cuts", className="cuts")]
    charts = html.Div(drawn, className="scroll inset", tabIndex="0")
    return figures_live.DESK_PAGE.body(
        at,
        head(screen, "reports", N_("Figures")),
        html.Section(table, className="pane table"),
        html.Section(charts, className="pane drawn"),
        asking_bar(screen, "reports"),
        class_name="figures",
    )


def register(app: Dash, desk: Desk) -> None:
    figures_live.DESK_PAGE.register(app, desk)


PAGE = Page(path=PATH, title=N_("Figures"), layout=layout, register=register, right=Right.SEE_BOARD)
