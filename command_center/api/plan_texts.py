"""Doors of the plans' texts: read a wording, write a new one, approve it, see what was changed when and by whom."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import ApproveTextIn, PathCode, PlanTextIn
from command_center.services import plan_texts
from command_center.services.plan_texts import PlanWording

router = APIRouter(prefix="/api/v1/plans", tags=["plans"])

Version = Annotated[str | None, Query(pattern=r"^[0-9a-f]{1,64}$")]


@router.get("/{plan_id}/text")
def read_text(plan_id: PathCode, center: AtCenter, actor: SignedIn, version: Version = None) -> dict[str, Any]:
    """The newest wording of a plan, approved or not, or the one of a version. `text` has the keys of the plan's file."""
    found = plan_texts.wording(center, plan_id, actor, version)
    return _in_short(found) | {"text": found.copy}


@router.put("/{plan_id}/text")
def edit_plan(plan_id: PathCode, body: PlanTextIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Write a new wording; it counts once it is approved. A text nobody could act by is a 422 that names every place."""
    version = plan_texts.edit_plan(center, plan_id, body.text, actor, body.note, based_on=body.based_on)
    return {"plan_id": plan_id, "version": version}


@router.post("/{plan_id}/text/approve")
def approve_text(plan_id: PathCode, body: ApproveTextIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Let the newest wording count from now on; `version` says which one was read."""
    plan_texts.approve_plan_text(center, plan_id, body.version, actor)
    return {"plan_id": plan_id, "version": body.version}


@router.get("/{plan_id}/text/history")
def read_history(plan_id: PathCode, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Every wording, newest first, with what it changed against the one before; the last is the file's."""
    return {"texts": [_in_short(it) for it in plan_texts.wordings(center, plan_id, actor)]}


def _in_short(found: PlanWording) -> dict[str, Any]:
    return {
        "plan_id": found.plan_id,
        "version": found.version,
        "is_file": found.id is None,
        "is_in_force": found.is_in_force,
        "note": found.note,
        "edited_by": found.edited_by,
        "edited_at": found.edited_at,
        "approved_by": found.approved_by,
        "approved_at": found.approved_at,
        "changes": [{"path": it.path, "before": it.before, "after": it.after} for it in found.changes],
    }
