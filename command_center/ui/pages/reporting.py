"""Reports to the district: the clocks that run, one text to write and send, and what was told when."""

from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import reports_live
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.reports_view import PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_


def _writing() -> html.Section:
    form = html.Form(
        [
            html.Div(id="reporting-other"),
            html.Div(html.Div(id="reporting-fields"), className="scroll", tabIndex="-1"),
            html.Div(id="reporting-keys"),
        ],
        id="reporting-form",
        className="writing-form",
    )
    return html.Section([html.Div(id="reporting-title"), form], className="pane writing")


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    running = [
        panel_heading("clock", screen.say(N_("Due")), screen.say(N_("soonest first"))),
        html.Div(skeleton(4), id="reporting-clocks", className="scroll", tabIndex="0"),
    ]
    told = [panel_heading("history", screen.say(N_("Told"))), html.Div(skeleton(4), id="reporting-told", className="scroll", tabIndex="0")]
    return reports_live.DESK_PAGE.body(
        at,
        head(screen, "reporting", N_("Reports to the district")),
        html.Section(running, className="pane running"),
        _writing(),
        html.Section(told, className="pane told"),
        asking_bar(screen, "reporting"),
        class_name="reporting",
    )


def register(app: Dash, desk: Desk) -> None:
    reports_live.DESK_PAGE.register(app, desk)


PAGE = Page(path=PATH, title=N_("Reports to the district"), layout=layout, register=register, right=Right.SEND_REPORTS)
