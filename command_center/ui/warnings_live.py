"""What the warnings page draws: the form with what was understood, what is in force, and the plans that are proposed."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.errors import Refusal
from command_center.domain.rights import Right
from command_center.services import measurements, places, plan_endings, warning_previews, warnings
from command_center.services.warning_previews import Understood
from command_center.services.warnings import WarningStory
from command_center.ui import warnings_form, warnings_list
from command_center.ui.console_parts import door, signed_in
from command_center.ui.desk_page import At, DeskPage, Filled, Look, Part, demonstration, unseen
from command_center.ui.memo import fingerprint
from command_center.ui.shell import Desk, Screen
from command_center.ui.warnings_form import PLACE, chosen_form
from command_center.ui.warnings_orders import ACTS

VALUES_SHOWN = 12
MOST_PLACES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. read : what the pasted text says, or why nothing could be read; None while there is no text.

    to_end : ids of running plans that nothing speaks for any more.
    """

    screen: Screen
    at: At
    filled: Filled
    opened: str | None
    stories: Sequence[WarningStory]
    measured: Sequence[Mapping[str, Any]]
    read: Understood | Refusal | None
    to_end: Sequence[int]

    @property
    def text(self) -> str:
        return self.filled.get("text", "").strip()

    def rows(self, kind: str) -> list[Row]:
        return self.screen.live.board.rows(kind)


def _form_mark(sight: Sight) -> str:
    return f"{chosen_form(sight.at)} {sight.at.get('token')} {sight.screen.lang}"


def _metric(sight: Sight) -> list[Component]:
    if chosen_form(sight.at) != "measure":
        return []
    return warnings_form.metric_fields(*warnings_form.metric_of(sight.at, sight.filled, sight.screen), sight.screen)


def _metric_mark(sight: Sight) -> str:
    return f"{_form_mark(sight)} {sight.filled.get('metric') or sight.at.get('metric')}"


def _understood(sight: Sight) -> list[Component]:
    return warnings_form.understood(sight.read, sight.text, sight.screen) if chosen_form(sight.at) == "text" else []


def _understood_mark(sight: Sight) -> str:
    """Drawn again for another text, not for what a person corrects below it."""
    return f"{_form_mark(sight)} {fingerprint(sight.text)}"


PARTS: Mapping[str, Part[Sight]] = {
    "warnings-demo": (lambda sight: demonstration(sight.screen), None),
    "warnings-unseen": (lambda sight: unseen(sight.screen), None),
    "warnings-tabs": (lambda sight: warnings_form.tabs(sight.at, sight.screen), None),
    "warnings-fields": (lambda sight: warnings_form.fields(sight.at, sight.screen), _form_mark),
    "warnings-metric": (_metric, _metric_mark),
    "warnings-understood": (_understood, _understood_mark),
    "warnings-rest": (lambda sight: warnings_form.rest(sight.at, sight.screen), _form_mark),
    "warnings-in-force": (
        lambda sight: warnings_list.in_force(sight.stories, sight.rows("standing_order"), sight.opened, sight.screen),
        None,
    ),
    "warnings-measured": (lambda sight: warnings_list.measured(sight.measured, sight.screen), None),
    "warnings-ended": (lambda sight: warnings_list.ended(sight.stories, sight.screen), None),
    "warnings-proposals": (lambda sight: warnings_list.proposals(sight.rows("proposal"), sight.to_end, sight.screen), None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    actor, text = signed_in(desk), look.filled.get("text", "").strip()
    read: Understood | Refusal | None = None
    if text and chosen_form(look.at) == "text":
        try:
            read = warning_previews.understand(desk.center, text, actor)
        except Refusal as refusal:
            read = refusal
    return Sight(
        screen=screen,
        at=look.at,
        filled=look.filled,
        opened=look.opened,
        stories=warnings.warning_stories(desk.center, actor),
        measured=measurements.list_measurements(desk.center, limit=VALUES_SHOWN),
        read=read,
        to_end=plan_endings.plans_to_end(desk.center, actor) if actor.may(Right.RUN_PLANS) else (),
    )


DESK_PAGE: DeskPage[Sight] = DeskPage(name="warnings", path=warnings_form.PATH, see=see, parts=PARTS, acts=ACTS, formed_by=("form",))


def register(app: Dash, desk: Desk) -> None:
    DESK_PAGE.register(app, desk)

    @door(app, desk, Output(f"{PLACE}-list", "children"), Input(f"{PLACE}-search", "value"), prevent_initial_call=True)
    async def search_places(query: str | None) -> Component:
        hits = await asyncio.to_thread(places.find_places, desk.center, query or "", MOST_PLACES)
        return warnings_form.place_lines(query or "", hits, desk.screen())
