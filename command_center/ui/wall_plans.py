"""The wall's panel of running plans: level, name, how far the checklist is, what is due next. Empty when no plan runs."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from command_center.services.plan_figures import PlanFigures, is_unconfirmed, plan_figures
from command_center.ui.plans_parts import counted
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, icon, severity
from command_center.words import N_

PLANS_SHOWN = 2
"""Two lines each; more are counted, so that the column stays readable at a glance."""


def running(screen: Screen) -> list[PlanFigures]:
    return [it for it in plan_figures(screen.live.board, screen.center.now()) if it.runs]


def panel(figures: Sequence[PlanFigures], screen: Screen) -> list[Component]:
    """Heading with the messages nobody answered in time, then the gravest plans."""
    if not figures:
        return []
    unanswered = sum(it.unanswered for it in figures)
    note = [html.Small(screen.say(N_("unanswered %(n)s"), n=unanswered), className="bad")] if unanswered else []
    heading = html.H2([icon("list-check"), screen.say(N_("Plans")), *note])
    left = len(figures) - PLANS_SHOWN
    rest = [html.Div(screen.say(N_("and %(count)s more plans"), count=left), className="wall-plan-rest")] if left > 0 else []
    return [heading, *(_plan(it, screen) for it in figures[:PLANS_SHOWN]), *rest]


def _plan(figures: PlanFigures, screen: Screen) -> Component:
    row = figures.activation
    return html.Div(
        [
            severity(row["level"], screen),
            html.B(screen.read(row["short"])),
            html.Span(f"{figures.done}/{figures.all}", className="count", title=screen.say(N_("tasks done"))),
            html.Div([*_overdue(figures, screen), *_counted(figures, screen), *_next(figures, screen)], className="how"),
        ],
        className="wall-plan",
        **{"data-activation": row["id"]},
    )


def _overdue(figures: PlanFigures, screen: Screen) -> list[Component]:
    return [html.B(screen.say(N_("overdue %(n)s"), n=figures.overdue), className="bad")] if figures.overdue else []


def _counted(figures: PlanFigures, screen: Screen) -> list[Component]:
    told = counted(figures, screen)
    return [html.B(told, className="counted-so-far")] if told else []


def _next(figures: PlanFigures, screen: Screen) -> list[Component]:
    """What the clock runs for: a leader's confirmation before anything else, then the next deadline."""
    if is_unconfirmed(figures.activation, screen.center.now()):
        return [html.B(screen.say(N_("not confirmed")), className="bad")]
    if figures.activation["confirm_until"] is not None:
        until = clock(until=figures.activation["confirm_until"])
        return [html.Span([html.B(screen.say(N_("confirm"))), " ", until], className="when")]
    if figures.next_due_at is None:
        return []
    return [html.Span([icon("clock"), " ", clock(until=figures.next_due_at)], className="when", title=screen.say(N_("next deadline in")))]
