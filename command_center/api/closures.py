"""Doors of closed roads: which they are, close, confirm what water proposes, name a guard, open again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from command_center.api.entrance import AtCenter, AtDesk, MayRead, SignedIn
from command_center.api.shapes import CloseRoadIn, ConfirmClosureIn, GuardIn, IdempotencyKey, ReasonIn, ReasonNeededIn, RowId
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


@router.post("/closures", status_code=201)
def close_road(body: CloseRoadIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Close a street, what a drawn line crosses or runs along, or the road at a point or place; it counts at once."""
    order = CloseRoad(
        street=body.street,
        line=None if body.line is None else tuple(point.point() for point in body.line),
        at=None if body.at is None else body.at.point(),
        place_id=body.place_id,
        guard=body.guard,
        reason=body.reason,
        key=key,
    )
    return {"id": str(verbs.close_road(center, order, actor))}


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


@router.post("/closures/{closure_id}/reopen")
def reopen_road(closure_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """Open a road again; while the water stands that needs a reason."""
    verbs.reopen_road(center, closure_id, actor, (body or ReasonIn()).reason)
    return {"id": str(closure_id)}
