"""Plans: twelve cards, what a plan would do before it is put into force, and the checklist of one that runs."""

from collections.abc import Mapping

from dash import Dash, dcc, html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.ui import plans_live
from command_center.ui.desk_page import asking_bar, at_of, head
from command_center.ui.plans_parts import GROUP
from command_center.ui.shell import Desk, Page, Screen
from command_center.ui.widgets import icon, skeleton
from command_center.words import N_


def place(query: Mapping[str, str]) -> dict[str, str | None]:
    """What an address names, as assets/plans.js reads it too; a running plan goes before a preview."""
    named = {name: query.get(name) for name in ("plan", "activation", "incident", "level", "variant", "reason", "exercise", "to")}
    view = "board" if named["activation"] else "preview" if named["plan"] else "cards"
    return {**named, "view": view, "token": at_of(query)["token"]}


def _cards(screen: Screen) -> html.Nav:
    heading = html.H2([icon("list-check"), screen.say(N_("Twelve plans")), html.Small(screen.say(N_("running first, then by season")))])
    return html.Nav(
        [heading, html.Div(skeleton(12), id="plans-cards", className="scroll")],
        className="pane plans-list",
        **{"data-lines": "", "aria-label": screen.say(N_("Twelve plans"))},
    )


def _preview() -> html.Section:
    form = html.Form(
        [
            html.Div(
                [html.Div(id="plans-fields"), html.Div(id="plans-incident"), html.Div(id="plans-vehicles")],
                className="scroll",
                tabIndex="-1",
            ),
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
            html.Div(
                [html.Div(id="plans-review", className="review"), groups, html.Div(skeleton(8), id="plans-tasks")],
                className="scroll plans-tasks",
                tabIndex="0",
            ),
            html.Div(
                [html.Div(id=f"plans-{part}") for part in ("reports", "end", "shelters", "messages", "text")],
                className="scroll plans-side",
                tabIndex="0",
            ),
        ],
        className="pane plans-board",
    )


def layout(screen: Screen) -> Component:
    at = place(screen.query)
    return plans_live.DESK_PAGE.body(
        at,
        head(screen, "plans", N_("Plans")),
        _cards(screen),
        html.Section(html.Div(skeleton(5), id="plans-overview", className="scroll"), className="pane plans-overview"),
        _preview(),
        _board(screen),
        asking_bar(screen, "plans"),
        dcc.Store(id=GROUP, data="", storage_type="local"),
    )


def register(app: Dash, desk: Desk) -> None:
    plans_live.DESK_PAGE.register(app, desk)


PAGE = Page(path="/plans", title=N_("Plans"), layout=layout, register=register, right=Right.RUN_PLANS)
