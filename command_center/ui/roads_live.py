"""What the page of closed roads is drawn from, and which part of it shows what."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.errors import Refusal
from command_center.services import closure_questions, places, standby
from command_center.services.closure_questions import ClosureEffect, EndedClosure, GuardSight
from command_center.ui import roads_form, roads_view
from command_center.ui.console_parts import door
from command_center.ui.desk_page import At, DeskPage, Filled, Look, Part, demonstration, unseen
from command_center.ui.roads_form import PATH, PLACE
from command_center.ui.roads_orders import ACTS
from command_center.ui.shell import Desk, Screen

ENDED_SHOWN = timedelta(hours=24)
MOST_PLACES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. planned : what the form would do, or why it cannot; chosen : what the chosen closure does."""

    screen: Screen
    at: At
    filled: Filled
    rows: Sequence[Row]
    guards: Mapping[int, GuardSight]
    ended: Sequence[EndedClosure]
    planned: ClosureEffect | Refusal | None
    chosen: ClosureEffect | None
    advice: Mapping[str, Any] | None

    @property
    def row(self) -> Row | None:
        """Of the closure that the address names."""
        return next((row for row in self.rows if row["id"] == self.at.get("closure")), None)

    @property
    def guard(self) -> GuardSight | None:
        return None if self.row is None else self.guards.get(int(self.row["id"]))


def _form_mark(sight: Sight) -> str:
    return f"{sight.at.get('token')} {sight.screen.lang}"


def _ground_mark(sight: Sight) -> str:
    planned = sight.planned
    return f"{_form_mark(sight)} {planned.blocked if isinstance(planned, ClosureEffect) else ''}"


def _sketch(sight: Sight) -> list[Component]:
    planned = None if isinstance(sight.planned, Refusal) else sight.planned
    return roads_view.sketch(planned or sight.chosen, sight.advice, sight.at, sight.screen)


PARTS: Mapping[str, Part[Sight]] = {
    "roads-demo": (lambda sight: demonstration(sight.screen), None),
    "roads-unseen": (lambda sight: unseen(sight.screen), None),
    "roads-list": (lambda sight: roads_view.standing(sight.rows, sight.guards, sight.at, sight.screen), None),
    "roads-ended": (lambda sight: roads_view.ended(sight.ended, sight.screen), None),
    "roads-tabs": (lambda sight: roads_form.tabs(sight.at, sight.screen), None),
    "roads-fields": (lambda sight: roads_form.fields(sight.at, sight.screen), _form_mark),
    "roads-preview": (lambda sight: roads_form.preview(sight.planned, sight.screen), None),
    "roads-guards": (lambda sight: roads_form.guards(sight.planned, sight.screen), _ground_mark),
    "roads-rest": (lambda sight: roads_form.rest(sight.at, sight.screen), _form_mark),
    "roads-foot": (lambda sight: roads_form.foot(sight.at, sight.filled, sight.planned, sight.screen), None),
    "roads-chosen": (lambda sight: roads_view.chosen(sight.row, sight.chosen, sight.guard, sight.at, sight.screen), None),
    "roads-standby": (lambda sight: roads_view.standby(sight.advice, sight.at, sight.screen), None),
    "roads-sketch": (_sketch, None),
}


def see(desk: Desk, screen: Screen, look: Look) -> Sight:
    """Fetch what the parts need."""
    center = desk.center
    return Sight(
        screen=screen,
        at=look.at,
        filled=look.filled,
        rows=screen.live.board.rows("closure"),
        guards=closure_questions.guard_sights(center),
        ended=closure_questions.ended_closures(center, ENDED_SHOWN),
        planned=_planned(desk, look),
        chosen=_chosen(desk, look.at.get("closure")),
        advice=standby.newest_standby(center),
    )


def _planned(desk: Desk, look: Look) -> ClosureEffect | Refusal | None:
    if not roads_form.is_form(look.at):
        return None
    try:
        wanted = roads_form.wanted_closure(roads_form.tab_of(look.at), look.filled)
        return None if wanted is None else closure_questions.preview_closure(desk.center, wanted)
    except Refusal as refusal:
        return refusal


def _chosen(desk: Desk, closure: str | None) -> ClosureEffect | None:
    try:
        return closure_questions.effect_of(desk.center, int(closure)) if closure and closure.isdecimal() else None
    except Refusal:
        return None


DESK_PAGE: DeskPage[Sight] = DeskPage(name="roads", path=PATH, see=see, parts=PARTS, acts=ACTS, formed_by=("way", "closure"))


def register(app: Dash, desk: Desk) -> None:
    DESK_PAGE.register(app, desk)

    @door(app, desk, Output(f"{PLACE}-list", "children"), Input(f"{PLACE}-search", "value"), prevent_initial_call=True)
    async def search_places(query: str | None) -> Component:
        hits = await asyncio.to_thread(places.find_places, desk.center, query or "", MOST_PLACES)
        return roads_form.place_lines(query or "", hits, desk.screen())
