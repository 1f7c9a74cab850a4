"""The wall's panel of running plans: level, name, how far the checklist is, what is due next; and who has not answered a message.

Empty when no plan runs and everybody has answered.
"""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from command_center.services.plan_figures import PlanFigures, SilentAudience, is_unconfirmed, plan_figures
from command_center.ui.plans_parts import counted
from command_center.ui.shell import Screen
from command_center.ui.speech import audience_name
from command_center.ui.widgets import clock, icon, severity
from command_center.words import N_

PLANS_SHOWN = 2
"""Two lines each; more are counted, so that the column stays readable at a glance."""

MOST_LINES = 5
"""Lines of plans and of those who are silent together; one silent audience is shown in any case."""


def running(screen: Screen) -> list[PlanFigures]:
    return [it for it in plan_figures(screen.live.board, screen.center.now()) if it.runs]


def silent_shown(figures: Sequence[PlanFigures], silent: Sequence[SilentAudience]) -> Sequence[SilentAudience]:
    """Those for whom there is room beside the plans."""
    return silent[: max(1, MOST_LINES - 2 * min(len(figures), PLANS_SHOWN) - 1)]


def panel(figures: Sequence[PlanFigures], silent: Sequence[SilentAudience], screen: Screen) -> list[Component]:
    """Who has not answered in time, the longest wait first, then the gravest plans."""
    if not figures and not silent:
        return []
    title = screen.say(N_("Plans") if figures else N_("Not answered"))
    shown = silent_shown(figures, silent)
    lines = [_silent(it, len(silent) - len(shown) if it is shown[-1] else 0, screen) for it in shown]
    heading = html.H2([icon("list-check" if figures else "phone"), title])
    left = len(figures) - PLANS_SHOWN
    rest = [html.Div(screen.say(N_("and %(count)s more plans"), count=left), className="wall-plan-rest")] if left > 0 else []
    return [heading, *lines, *(_plan(it, screen) for it in figures[:PLANS_SHOWN]), *rest]


def _silent(one: SilentAudience, more: int, screen: Screen) -> Component:
    """An audience, how many of it are silent, and for how long the first of them has been asked. more : audiences there is no room for."""
    count = html.B(f"{one.silent}/{one.of}", className="bad", title=screen.say(N_("have not answered")))
    parts = [icon("phone"), html.Span(audience_name(one.audience, screen)), count, clock(one.since, class_name="bad")]
    parts += [html.Small(f"+{more}", className="bad", title=screen.say(N_("more audiences that have not answered")))] if more else []
    return html.Div(parts, className="wall-silent", **{"data-silent": one.audience})


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
