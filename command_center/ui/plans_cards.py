"""The twelve plans as cards: what runs or waits on top, then what the season asks for; and what stands beside them before one is chosen."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from command_center.domain.plan_book import Plan
from command_center.services.plan_figures import PlanFigures, is_unconfirmed
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import goes, hour_minute, orders
from command_center.ui.plans_parts import address, approver, may_decide, progress
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, empty_state, icon, severity
from command_center.words import N_, phrases

ALL_YEAR = 12


def in_season(plan: Plan, month: int) -> int:
    """How much the month speaks for a plan: 2 in its peak, 1 in its season, 0 otherwise and for a plan of all the year."""
    if len(plan.season.months) == ALL_YEAR:
        return 2 if month in plan.season.peak and len(plan.season.peak) < ALL_YEAR else 0
    return 2 if month in plan.season.peak else int(month in plan.season.months)


def this_month(screen: Screen) -> int:
    return screen.center.now().astimezone(ZoneInfo(screen.center.catalogue.street.timezone)).month


def by_need(plans: Iterable[Plan], screen: Screen, figures: Sequence[PlanFigures], incident_type: str | None = None) -> list[Plan]:
    """Plans as they may be needed: running ones, those that answer the incident, by season, by number."""
    running = [it.activation["plan_id"] for it in figures]
    month = this_month(screen)

    def place(plan: Plan) -> tuple[int, bool, int, str]:
        first = running.index(plan.id) if plan.id in running else len(running)
        return first, incident_type not in plan.incident_types, -in_season(plan, month), plan.id

    return sorted(plans, key=place)


def state_line(figures: PlanFigures, screen: Screen) -> list[Component | str]:
    """Status in words, with the time that is left to decide."""
    row = figures.activation
    if row["wanted_level"] is not None:
        return [screen.say(N_("level %(level)s waits for approval"), level=row["wanted_level"])]
    if is_unconfirmed(row, screen.center.now()):
        return [html.B([screen.say(N_("not confirmed in time, for")), " ", clock(row["confirm_until"])], className="bad")]
    if row["confirm_until"] is not None:
        return [screen.say(N_("Provisional: confirm within")), " ", clock(until=row["confirm_until"])]
    return [screen.say(phrases.ACTIVATION_STATUS[row["status"]])]


def card(plan: Plan, figures: PlanFigures | None, screen: Screen, *, chosen: bool, incident: str | None = None) -> html.A:
    """One plan: its symbol and progress where it runs, its season otherwise. A link, so that Enter and a click open it."""
    if figures is not None:
        row = figures.activation
        href, symbol = address(activation=row["id"]), severity(row["level"], screen)
        under: list[Component | str] = [html.Span(state_line(figures, screen)), *([progress(figures, screen)] if figures.runs else [])]
    else:
        href, symbol = address(plan=plan.id, incident=incident), html.Span(plan.id, className="plan-number")
        under = [html.Span(screen.read(plan.scope), className="scope"), *_season(plan, screen)]
    return html.A(
        [symbol, html.B(screen.read(figures.activation["name"] if figures else plan.name)), html.Small(under)],
        href=href,
        className="plan-line" + (" waits" if figures and figures.waits else ""),
        **{"data-plan": plan.id},
        **goes(href),
        **({"aria-current": "true"} if chosen else {}),
    )


def _season(plan: Plan, screen: Screen) -> list[Component]:
    fits = in_season(plan, this_month(screen))
    if not fits:
        return []
    return [html.Span(screen.say(N_("peak season now") if fits > 1 else N_("in season")), className="tag")]


def cards(plans: Iterable[Plan], screen: Screen, figures: Sequence[PlanFigures], at: Mapping[str, str | None]) -> list[Component]:
    """All of them, the one that stands open marked."""
    held = {it.activation["plan_id"]: it for it in figures}
    incident = screen.live.board.get("incident", at.get("incident") or "")
    opened = next((it.activation["plan_id"] for it in figures if it.activation["id"] == at.get("activation")), at.get("plan"))
    return [
        card(plan, held.get(plan.id), screen, chosen=plan.id == opened, incident=at.get("incident"))
        for plan in by_need(plans, screen, figures, incident["type"] if incident else None)
    ]


# ---- before one is chosen -----------------------------------------------------------------------------------------


def overview(screen: Screen, figures: Sequence[PlanFigures]) -> list[Component]:
    """What waits for a decision and what runs; or that nothing does, and what comes next."""
    if not figures:
        return [empty_state(screen.say(N_("No plan is in force.")), screen.say(N_("Choose a plan to see what it would do.")))]
    return [html.H2([icon("list-check"), screen.say(N_("Plans in force and waiting"))]), *(_running(it, screen) for it in figures)]


def _running(figures: PlanFigures, screen: Screen) -> Component:
    row = figures.activation
    next_due = (
        [html.Span([screen.say(N_("next deadline in")), " ", clock(until=figures.next_due_at)])] if figures.next_due_at is not None else []
    )
    said = screen.say(N_("asked by %(name)s at %(time)s"), name=row["requested_by"], time=hour_minute(row["requested_at"], screen))
    return html.Article(
        [
            severity(row["level"], screen),
            html.Div(
                [
                    html.B(screen.read(row["name"])),
                    html.Div(state_line(figures, screen), className="state"),
                    html.Small([said, *([progress(figures, screen)] if figures.runs else []), *next_due]),
                ],
                className="what",
            ),
            html.Div([*_yes(figures, screen), key(screen.say(N_("Open")), **goes(address(activation=row["id"])))], className="acts"),
        ],
        className="plan-running" + (" waits" if figures.waits else ""),
        **{"data-activation": row["id"]},
    )


def _yes(figures: PlanFigures, screen: Screen) -> list[Component]:
    """A big yes for whoever may say it; the name of the role for everyone else."""
    row = figures.activation
    if not figures.waits:
        return []
    if not may_decide(row["approve_by"], screen):
        return [html.Span(screen.say(N_("decided by: %(role)s"), role=approver(row["approve_by"], screen)), className="muted")]
    return [key(screen.say(N_("Approve")), symbol="check", look="primary order", **orders("approve", activation=row["id"]))]
