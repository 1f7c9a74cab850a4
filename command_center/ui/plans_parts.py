"""What every part of the plans page shares: its address, the names of its things, and how far a plan is."""

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import may_approve
from command_center.domain.plan_book import Plan
from command_center.services.plan_figures import PlanFigures
from command_center.ui.desk_parts import address_of
from command_center.ui.shell import Screen
from command_center.words import N_, phrases

GROUP = "plans-group"
"""Store, kept in the browser: the task group this desk works for, "" for all."""


def address(**query: object) -> str:
    """An address of the plans page: `address(plan="P01", incident="7")`."""
    return address_of("/plans", **query)


def approver(approve_by: str | None, screen: Screen) -> str:
    return "" if approve_by is None else screen.say(phrases.ROLE[approve_by])


def may_decide(approve_by: str | None, screen: Screen) -> bool:
    """Whether whoever looks at this screen may say yes; the verb asks again."""
    return approve_by is not None and screen.caller is not None and may_approve(screen.caller.role, approve_by)


def plan_title(plan: Plan, variant: str | None, screen: Screen) -> str:
    """The plan's name, with its variant where it has several."""
    name = screen.read(plan.name)
    return f"{name} · {screen.read(plan.variants[variant])}" if variant is not None and variant in plan.variants else name


def group_name(code: str, screen: Screen) -> str:
    group = screen.center.catalogue.common.groups.get(code)
    return screen.read(group.name) if group else code


def kind_name(code: str, screen: Screen) -> str:
    """A kind of unit or people, or a material, by its code."""
    catalogue = screen.center.catalogue
    if code in catalogue.common.units:
        return screen.read(catalogue.common.units[code].name)
    return screen.read(catalogue.materials[code].name) if code in catalogue.materials else code


def agencies(codes: Iterable[str], screen: Screen) -> list[str]:
    """Outside agencies with their numbers, as a step names them."""
    known = screen.center.catalogue.common.external
    return [f"{screen.read(known[code].name)} {known[code].phone or ''}".strip() for code in codes if code in known]


COUNTED = {"compounds": N_("compounds %(done)s/%(of)s")}
"""What a step counts -> how far it is, as people say it."""


def counted(figures: PlanFigures, screen: Screen) -> str:
    """What was counted last ("compounds 71/96"); "" where nothing was."""
    told = figures.counted
    return "" if told is None else screen.say(COUNTED[told["what"]], done=f"{told['done']:g}", of=told["of"])


# ---- small pieces -------------------------------------------------------------------------------------------------


def progress(figures: PlanFigures, screen: Screen) -> html.Span:
    """Done, overdue and all, as words; what was counted and what is overdue only when there is something."""
    parts: list[Component | str] = [screen.say(N_("done %(done)s/%(all)s"), done=figures.done, all=figures.all)]
    if told := counted(figures, screen):
        parts += [" ", html.B(told)]
    if figures.overdue:
        parts += [" ", html.B(screen.say(N_("overdue %(n)s"), n=figures.overdue), className="bad")]
    if figures.unanswered:
        parts += [" ", html.B(screen.say(N_("unanswered %(n)s"), n=figures.unanswered), className="bad")]
    if figures.held:
        parts += [" ", html.B(screen.say(N_("messages not sent %(n)s"), n=figures.held), className="bad")]
    return html.Span(parts, className="progress")
