"""Doors of the five-minute circle: how much of the street help reaches in time, where it would come late, and how that was."""

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from command_center.api.entrance import AtCenter, AtEntrance, MayRead
from command_center.services import coverage as verbs

router = APIRouter(prefix="/api/v1", tags=["coverage"])


@router.get("/coverage")
async def read_coverage(entrance: AtEntrance, _actor: MayRead) -> dict[str, Any]:
    """The circle of the units that are free now: shares within five minutes, who is outside. The stream tells of changes as `coverage`."""
    return verbs.summary(entrance.center, await entrance.circle.now())


@router.get("/coverage/rings")
async def read_rings(entrance: AtEntrance, _actor: MayRead) -> dict[str, Any]:
    """Streets as lines by when help is there: within 180, 300 and 480 s, and later (`within_s` null)."""
    return await asyncio.to_thread(verbs.rings, entrance.center, await entrance.circle.now())


@router.get("/coverage/history")
def read_history(center: AtCenter, _actor: MayRead, hours: Annotated[float, Query(gt=0, le=744)] = 24.0) -> dict[str, Any]:
    """Readings of the last hours, oldest first; each holds until the next."""
    return {"readings": verbs.history(center, center.now() - timedelta(hours=hours))}
