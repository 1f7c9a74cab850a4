"""Doors of the five-minute circle: how much of the street help reaches in time, where it would come late, and how that was."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from command_center.api.entrance import AtCenter, AtDesk, AtEntrance, MayRead, SignedIn
from command_center.domain.errors import Invalid
from command_center.services import coverage as verbs
from command_center.services import hindsight, standby

MOST_REPLAYED = timedelta(days=7)

router = APIRouter(prefix="/api/v1", tags=["coverage"])


@router.get("/coverage")
async def read_coverage(entrance: AtEntrance, _actor: MayRead) -> dict[str, Any]:
    """The circle of the units that are free now: shares within five minutes, who is outside. The stream tells of changes as `coverage`."""
    return verbs.summary(entrance.center, await entrance.circle.now())


@router.get("/coverage/rings", response_model=dict[str, Any])
async def read_rings(entrance: AtEntrance, _actor: MayRead) -> Response:
    """Streets as lines by when help is there: within 180, 300 and 480 s, and later (`within_s` null)."""
    drawn = await asyncio.to_thread(verbs.rings_json, entrance.center, await entrance.circle.now())
    return Response(drawn, media_type="application/json")


@router.get("/coverage/history")
def read_history(center: AtCenter, _actor: MayRead, hours: Annotated[float, Query(gt=0, le=744)] = 24.0) -> dict[str, Any]:
    """Readings of the last hours, oldest first; each holds until the next."""
    return {"readings": verbs.history(center, center.now() - timedelta(hours=hours))}


@router.get("/standby")
def read_standby(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The newest advice where idle units would stand best, with what it would bring; null when nobody has asked yet."""
    return {"standby": standby.newest_standby(center)}


@router.post("/standby", status_code=201)
def plan_standby(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Work it out anew for the units that are free now, on the roads as they are. Advice only: nobody is moved."""
    return {"standby": standby.plan_standby(center, actor)}


@router.get("/hindsight")
def replay(
    center: AtCenter,
    _actor: AtDesk,
    since: Annotated[AwareDatetime, Query(description="With its zone, for example 2026-11-23T08:00:00+08:00.")],
    until: Annotated[AwareDatetime, Query()],
) -> dict[str, Any]:
    """A past watch once more with everything known: how far the real choices were from the best that could have been done."""
    if not timedelta(0) < until - since <= MOST_REPLAYED:
        raise Invalid(field="until", value=until.isoformat())
    return hindsight.hindsight(center, since, until)
