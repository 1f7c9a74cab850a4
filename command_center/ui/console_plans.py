"""Plans on the console: the choice behind F9, and the plans that answer the incident that is docked."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.domain.rights import Right
from command_center.domain.triggers import EscalationDue
from command_center.services.plan_books import present_plans
from command_center.services.plan_figures import PlanFigures, is_unconfirmed, plan_figures
from command_center.ui.console_parts import PANEL, door, key, listed
from command_center.ui.desk_parts import goes, hour_minute
from command_center.ui.plans_board import why_up
from command_center.ui.plans_cards import by_need, in_season, state_line, this_month
from command_center.ui.plans_parts import address, approver, progress
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import severity
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


def plan_card(plan: Plan, figures: PlanFigures | None, screen: Screen, incident: Row | None) -> html.A:
    """One plan: name, scope, season, which incident types call for it; how it stands where it runs. Enter opens it."""
    types = screen.center.catalogue.incident_types
    names = [f"{screen.read(types[code].name)} {code}" for code in plan.incident_types if code in types]
    tags = [html.Span(months(plan, screen), className="tag")]
    if in_season(plan, this_month(screen)) > 1:
        tags += [" ", html.Span(screen.say(N_("peak season now")), className="tag")]
    if incident is not None and incident["type"] in plan.incident_types:
        tags += [" ", html.Span(screen.say(N_("answers the open incident")), className="tag")]
    name = html.B(f"{plan.id} {screen.read(figures.activation['name'] if figures else plan.name)}")
    if figures is None:
        href, head = address(plan=plan.id, incident=incident["id"] if incident else None), [name]
    else:
        row = figures.activation
        href, head = address(activation=row["id"]), [severity(row["level"], screen), name]
        tags = [html.Span([*state_line(figures, screen), *([" ", progress(figures, screen)] if figures.runs else [])])]
    return html.A(
        [
            html.Div(head, className="head"),
            html.P(tags),
            html.P(screen.read(plan.scope), className="muted"),
            html.P(screen.say(N_("For: %(types)s"), types=listed(names, screen) or "—")),
        ],
        href=href,
        className="plan-card",
        **{"data-plan": plan.id},
        **goes(href),
    )


def plan_cards(screen: Screen, incident: Row | None) -> list[Component]:
    """Blocking. All plans as the keyboard walks through them: running ones, those that answer the docked incident, the season's."""
    figures = plan_figures(screen.live.board, screen.center.now())
    held = {it.activation["plan_id"]: it for it in figures}
    plans = by_need(present_plans(screen.center).values(), screen, figures, incident["type"] if incident else None)
    return [html.Nav([plan_card(plan, held.get(plan.id), screen, incident) for plan in plans], className="plan-lines")]


# ---- beside the incident, and what waits --------------------------------------------------------------------------


def answering(row: Row, plans: Sequence[Plan], screen: Screen) -> list[Component]:
    """A key for each plan that answers an incident's type: to its preview with the incident attached, or to it where it runs."""
    if row["gone"] or screen.caller is None or not screen.caller.may(Right.RUN_PLANS):
        return []
    running = {it["plan_id"]: it for it in screen.live.board.rows("activation")}
    keys = [_answer(plan, running.get(plan.id), row, screen) for plan in plans]
    return [html.Div([html.Small(screen.say(N_("Plans for it:")), className="muted"), *keys], className="acts for-it")] if keys else []


def _answer(plan: Plan, activation: Row | None, row: Row, screen: Screen) -> Component:
    name = screen.read(activation["short"] if activation else plan.short)
    if activation is None:
        return key(
            name, symbol="list-check", title=screen.say(N_("Preview of the plan")), **goes(address(plan=plan.id, incident=row["id"]))
        )
    text = screen.say(N_("%(plan)s, level %(level)s"), plan=name, level=activation["level"])
    return key(text, symbol="list-check", title=screen.say(N_("To the running plan")), **goes(address(activation=activation["id"])))


def proposed(screen: Screen) -> list[tuple[str, str, Component]]:
    """Plans that the situation speaks for, one line each and the gravest first, as (symbol, text, key)."""
    rows = sorted(screen.live.board.rows("proposal"), key=lambda row: (-Level(row["level"]).rank, row["proposed_at"]))
    return [
        (
            "list-check",
            screen.say(N_("Proposed: %(plan)s, level %(level)s"), plan=screen.read(row["plan_name"]), level=row["level"]),
            key(screen.say(N_("Look")), **goes("/warnings")),
        )
        for row in rows
    ]


def rising(rises: Mapping[int, EscalationDue], screen: Screen) -> list[tuple[str, str, Component]]:
    """Running plans whose own rules ask for a graver level, one line each, as (symbol, text, key to what it would add)."""
    lines = []
    for activation_id, due in sorted(rises.items(), key=lambda it: (-it[1].to.rank, it[0])):
        row = screen.live.board.get("activation", str(activation_id))
        if row is not None:
            look = key(screen.say(N_("Look")), **goes(address(activation=activation_id, to=due.to.value)))
            lines.append(("alert-circle", f"{screen.read(row['short'])}: {why_up(due, screen)}", look))
    return lines


def waiting(screen: Screen) -> list[tuple[str, str, Component]]:
    """What plans want from the desk, one line each and the gravest first, as (symbol, text, key)."""
    found = []
    for figures in plan_figures(screen.live.board, screen.center.now()):
        wants = _wants(figures, screen)
        if wants:
            row = figures.activation
            name = screen.say(N_("%(plan)s, level %(level)s"), plan=screen.read(row["short"]), level=row["level"])
            text = f"{name}: {listed((text for _, text in wants), screen)}"
            found.append((wants[0][0], text, key(screen.say(N_("Open")), **goes(address(activation=row["id"])))))
    return found


def _wants(figures: PlanFigures, screen: Screen) -> list[tuple[str, str]]:
    """A decision, tasks that are late, people who have not answered: symbol and words."""
    row = figures.activation
    role = approver(row["approve_by"], screen)
    found = []
    if is_unconfirmed(row, screen.center.now()):
        since = hour_minute(row["confirm_until"], screen)
        found.append(("alert-triangle", screen.say(N_("not confirmed by %(role)s since %(time)s, call again"), role=role, time=since)))
    elif row["confirm_until"] is not None:
        until = hour_minute(row["confirm_until"], screen)
        found.append(("clock", screen.say(N_("to be confirmed by %(role)s until %(time)s"), role=role, time=until)))
    elif figures.waits:
        found.append(("bell", screen.say(N_("waits for %(role)s"), role=role)))
    if figures.overdue:
        found.append(("clock-exclamation", screen.say(N_("%(n)s tasks overdue"), n=figures.overdue)))
    if figures.held:
        found.append(("message", screen.say(N_("%(n)s messages to the public wait for words"), n=figures.held)))
    if figures.unanswered:
        found.append(("phone", screen.say(N_("%(n)s messages not answered"), n=figures.unanswered)))
    return found


def drawer(screen: Screen) -> dmc.Drawer:
    return dmc.Drawer(
        [],
        id="console-plans",
        title=screen.say(N_("Choose a plan")),
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

    @door(
        app,
        desk,
        Output("console-plans", "children"),
        Input("console-open-plans", "n_clicks"),
        State(PANEL, "data"),
        prevent_initial_call=True,
    )
    async def draw(_clicks: int, panel: dict[str, Any] | None) -> list[Component]:
        """Drawn when asked for: a page pays for every component on it. An incident that is docked goes along."""
        docked = panel["id"] if panel and panel["kind"] == "incident" else None
        return await asyncio.to_thread(plan_cards, desk.screen(), desk.live.board.get("incident", docked) if docked else None)
