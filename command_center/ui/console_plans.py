"""Plan reference: the twelve plans, their season, and the incident types they answer."""

from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from command_center.domain.plan_book import Plan
from command_center.ui.console_parts import door, listed
from command_center.ui.shell import Desk, Screen
from command_center.words import N_


def months(plan: Plan, screen: Screen) -> str:
    """The season as runs of months, over the turn of the year if need be: "6-9", "11-3"."""
    wanted = set(plan.season.months)
    if len(wanted) == 12:
        return screen.say(N_("all year"))
    starts = [month for month in sorted(wanted) if (month - 2) % 12 + 1 not in wanted]
    runs = []
    for start in starts:
        end = start
        while end % 12 + 1 in wanted:
            end = end % 12 + 1
        runs.append(str(start) if start == end else f"{start}–{end}")
    return screen.say(N_("months %(runs)s"), runs=", ".join(runs))


def plan_card(plan: Plan, screen: Screen, month: int) -> html.Article:
    """One plan: name, scope, season, which incident types call for it."""
    types = screen.center.catalogue.incident_types
    names = [f"{screen.read(types[code].name)} {code}" for code in plan.incident_types if code in types]
    season = [html.Span(months(plan, screen), className="tag")]
    if month in plan.season.peak and len(plan.season.months) < 12:
        season += [" ", html.Span(screen.say(N_("peak season now")), className="tag")]
    return html.Article(
        [
            html.B(f"{plan.id} {screen.read(plan.name)}"),
            html.P([*season]),
            html.P(screen.read(plan.scope), className="muted"),
            html.P(screen.say(N_("For: %(types)s"), types=listed(names, screen) or "—")),
        ],
        className="plan-card",
    )


def plan_cards(screen: Screen) -> list[Component]:
    zone = ZoneInfo(screen.center.catalogue.street.timezone)
    month = screen.center.now().astimezone(zone).month
    return [plan_card(plan, screen, month) for plan in screen.center.catalogue.plans.values()]


def drawer(screen: Screen) -> dmc.Drawer:
    return dmc.Drawer(
        [],
        id="console-plans",
        title=screen.say(N_("Plan reference")),
        opened=False,
        position="right",
        size="lg",
        closeButtonProps={"aria-label": screen.say(N_("Close"))},
    )


def register(app: Dash, desk: Desk) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "opened"),
        Output("console-plans", "opened"),
        Input("console-open-plans", "n_clicks"),
        prevent_initial_call=True,
    )

    @door(app, desk, Output("console-plans", "children"), Input("console-open-plans", "n_clicks"), prevent_initial_call=True)
    async def draw(_clicks: int) -> list[Component]:
        """Drawn when asked for: a page pays for every component on it."""
        return plan_cards(desk.screen())
