"""Doors of a unit's order: how far it has come."""

from datetime import datetime

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import IdempotencyKey, RowId, StatusIn
from command_center.center import Center
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus
from command_center.services import assignments

router = APIRouter(prefix="/api/v1/assignments", tags=["units"])


@router.post("/{assignment_id}/status")
def report_status(assignment_id: RowId, body: StatusIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Report how far a unit has come; a crew does so for its own unit, `recalled` is for officers."""
    report = assignments.ReportStatus(
        assignment_id=assignment_id, status=AssignmentStatus(body.status), reason=body.reason, at=_tapped_at(center, body, actor), key=key
    )
    assignments.report_status(center, report, actor)
    return {"assignment_id": str(assignment_id), "status": body.status}


def _tapped_at(center: Center, body: StatusIn, actor: Actor) -> datetime | None:
    """A crew's phone goes by the clock on the wall, whatever a drill's clock reads."""
    return body.at if body.at is None or actor.unit_id is None else center.time_of_device(body.at)
