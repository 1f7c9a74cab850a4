"""Doors of closed roads: which they are, close, confirm what water proposes, name a guard, open again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from command_center.api.entrance import AtCenter, AtDesk, MayRead, SignedIn
from command_center.api.shapes import CloseRoadIn, ConfirmClosureIn, GuardIn, IdempotencyKey, ReasonIn, ReasonNeededIn, RowId
from command_center.services import closure_questions
from command_center.services import closures as verbs
from command_center.services.closures import CloseRoad

router = APIRouter(prefix="/api/v1", tags=["roads"])


@router.get("/closures")
def list_closures(
    center: AtCenter,
    _actor: MayRead,
    state: Annotated[Literal["standing", "all"], Query()] = "standing",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Closed roads as board rows, newest first; `all` goes through those that are open again too."""
    return {"closures": verbs.closures(center, standing_only=state == "standing", limit=limit)}


@router.get("/streets")
def list_streets(center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """Every named street, to choose one that is closed."""
    return {"streets": [street.as_row() for street in center.roads.streets]}


@router.post("/closures/preview")
def preview_closure(body: CloseRoadIn, center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """What closing it would do to the five-minute circle, who falls out of it, and who could guard it soonest. Nothing is written."""
    effect = closure_questions.preview_closure(center, _order(body))
    return {
        "name": effect.name.as_row(),
        "closure_kind": effect.kind.value,
        "lines": [[[point.lat, point.lon] for point in line] for line in effect.blocked.lines],
        "share_open": round(effect.share_open, 4),
        "share_closed": round(effect.share_closed, 4),
        "lost_count": effect.lost_count,
        "lost": effect.lost,
        "guards": [{"unit_id": unit.unit_id, "arrival_s": round(unit.arrival_s, 1)} for unit in effect.guards],
    }


@router.post("/closures", status_code=201)
def close_road(body: CloseRoadIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Close a street, what a drawn line crosses or runs along, or the road at a point or place; it counts at once."""
    return {"id": str(verbs.close_road(center, _order(body, key), actor))}


def _order(body: CloseRoadIn, key: str | None = None) -> CloseRoad:
    return CloseRoad(
        street=body.street,
        line=None if body.line is None else tuple(point.point() for point in body.line),
        at=None if body.at is None else body.at.point(),
        place_id=body.place_id,
        guard=body.guard,
        reason=body.reason,
        key=key,
    )


@router.post("/closures/{closure_id}/confirm")
def confirm_closure(closure_id: RowId, center: AtCenter, actor: SignedIn, body: ConfirmClosureIn | None = None) -> dict[str, str]:
    """Close what water proposed to close."""
    order = body or ConfirmClosureIn()
    verbs.confirm_closure(center, closure_id, actor, guard=order.guard, reason=order.reason)
    return {"id": str(closure_id)}


@router.post("/closures/{closure_id}/decline")
def decline_closure(closure_id: RowId, body: ReasonNeededIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Leave a road open that water proposed to close, with a reason."""
    verbs.decline_closure(center, closure_id, actor, body.reason)
    return {"id": str(closure_id)}


@router.post("/closures/{closure_id}/guard")
def set_guard(closure_id: RowId, body: GuardIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Name the unit that guards a closed road; null relieves it."""
    verbs.set_guard(center, closure_id, body.unit, actor)
    return {"id": str(closure_id)}


@router.post("/closures/{closure_id}/take-back")
def take_back(closure_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Closing or opening it was a slip: put it back as it was, half a minute long. A guard is named anew."""
    verbs.take_back(center, closure_id, actor)
    return {"id": str(closure_id)}


@router.post("/closures/{closure_id}/reopen")
def reopen_road(closure_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """Open a road again; while the water stands that needs a reason."""
    verbs.reopen_road(center, closure_id, actor, (body or ReasonIn()).reason)
    return {"id": str(closure_id)}
