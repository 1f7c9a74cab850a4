"""What every door of one web process shares."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from command_center.api.callers import Callers, signed_in
from command_center.center import Center
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Language
from command_center.services.circle_watch import CircleWatch
from command_center.services.live import LiveBoard
from command_center.services.positions import Intake


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Kept as `app.state.entrance`. device_tokens: whether position feeds must carry a token."""

    center: Center
    live: LiveBoard
    intake: Intake
    circle: CircleWatch
    callers: Callers
    language: Language
    device_tokens: bool


def _entrance(request: Request) -> Entrance:
    entrance: Entrance = request.app.state.entrance
    return entrance


def _center(request: Request) -> Center:
    return _entrance(request).center


def _reader() -> Actor:
    actor = signed_in()
    actor.require(Right.SEE_BOARD)
    return actor


def _desk() -> Actor:
    actor = signed_in()
    actor.require(Right.TAKE_CALLS)
    return actor


AtEntrance = Annotated[Entrance, Depends(_entrance)]
AtCenter = Annotated[Center, Depends(_center)]
SignedIn = Annotated[Actor, Depends(signed_in)]
MayRead = Annotated[Actor, Depends(_reader)]
"""Somebody who may see the board."""
AtDesk = Annotated[Actor, Depends(_desk)]
"""Somebody who works at the duty desk: what callers said and their numbers are for them only."""
