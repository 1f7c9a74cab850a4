"""What the page of plan texts draws: the plans, the newest wording of the one that stands open, and its history."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from command_center.domain.plan_book import Plan
from command_center.services import plan_texts
from command_center.services.plan_books import present_plans
from command_center.services.plan_texts import PlanWording
from command_center.ui import plan_texts_view
from command_center.ui.console_parts import signed_in
from command_center.ui.desk_page import At, DeskPage, Filled, Look, Part, demonstration, unseen
from command_center.ui.plan_texts_orders import ACTS
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import empty_state
from command_center.words import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. wordings : of the plan that stands open, newest first; none when none is named."""

    screen: Screen
    at: At
    filled: Filled
    plans: Sequence[Plan]
    waiting: Collection[str]
    wordings: Sequence[PlanWording]


def _title(sight: Sight) -> list[Component]:
    if not sight.wordings:
        return [empty_state(sight.screen.say(N_("Choose a plan to read its text.")), symbol="notes")]
    return plan_texts_view.title(sight.wordings[0], sight.screen)


def _fields(sight: Sight) -> list[Component]:
    if not sight.wordings:
        return []
    return plan_texts_view.fields(sight.wordings[0], _fields_mark(sight), sight.at.get("token") or "", sight.screen)


def _fields_mark(sight: Sight) -> str:
    """While somebody types nothing is drawn anew; before that the form follows what others save."""
    if not sight.wordings:
        return ""
    return sight.filled.get("mark") or f"{sight.at.get('token')} {sight.screen.lang} {sight.wordings[0].version}"


PARTS: Mapping[str, Part[Sight]] = {
    "plan-texts-demo": (lambda sight: demonstration(sight.screen), None),
    "plan-texts-unseen": (lambda sight: unseen(sight.screen), None),
    "plan-texts-plans": (lambda sight: plan_texts_view.plans(sight.plans, sight.waiting, sight.at.get("plan"), sight.screen), None),
    "plan-texts-title": (_title, None),
    "plan-texts-fields": (_fields, _fields_mark),
    "plan-texts-other": (
        lambda sight: plan_texts_view.other(sight.wordings[0], sight.filled, sight.screen) if sight.wordings else [],
        None,
    ),
    "plan-texts-keys": (lambda sight: plan_texts_view.keys(sight.wordings[0], sight.screen) if sight.wordings else [], None),
    "plan-texts-history": (lambda sight: plan_texts_view.history(sight.wordings, sight.screen) if sight.wordings else [], None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    actor, named = signed_in(desk), look.at.get("plan") or ""
    known = named in desk.center.catalogue.plans
    return Sight(
        screen=screen,
        at=look.at,
        filled=look.filled,
        plans=tuple(present_plans(desk.center).values()),
        waiting=plan_texts.waiting(desk.center, actor),
        wordings=plan_texts.wordings(desk.center, named, actor) if known else (),
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="plan-texts", path=plan_texts_view.PATH, see=see, parts=PARTS, acts=ACTS, formed_by=("plan",))
