"""Texts of the plans: an administrator writes, a commander approves, and every wording stays on file."""

from dash import Dash, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import plan_texts_live
from command_center.ui.desk_page import asking_bar, at_of, head, panel_heading
from command_center.ui.plan_texts_view import PATH
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_


def _writing() -> html.Section:
    form = html.Form(
        [
            html.Div(id="plan-texts-other"),
            html.Div(html.Div(id="plan-texts-fields"), className="scroll inset", tabIndex="0"),
            html.Div(id="plan-texts-keys"),
        ],
        id="plan-texts-form",
        className="writing-form",
    )
    return html.Section([html.Div(id="plan-texts-title"), form], className="pane writing")


def layout(screen: Screen) -> Component:
    at = at_of(screen.query)
    plans = [panel_heading("list-check", screen.say(N_("Twelve plans"))), html.Div(skeleton(12), id="plan-texts-plans", className="scroll")]
    history = [
        panel_heading("history", screen.say(N_("Wordings"))),
        html.Div(id="plan-texts-history", className="scroll", tabIndex="0"),
    ]
    return plan_texts_live.DESK_PAGE.body(
        at,
        head(screen, "plan-texts", N_("Texts of the plans")),
        html.Nav(plans, className="pane plans-list", **{"data-lines": "", "aria-label": screen.say(N_("Twelve plans"))}),
        _writing(),
        html.Section(history, className="pane history"),
        asking_bar(screen, "plan-texts"),
        class_name="plan-texts",
    )


def register(app: Dash, desk: Desk) -> None:
    plan_texts_live.DESK_PAGE.register(app, desk)


PAGE = Page(path=PATH, title=N_("Texts of the plans"), layout=layout, register=register, right=Right.READ_WORDS)
