"""Doors of a unit's order: how far it has come."""

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import IdempotencyKey, RowId, StatusIn
from command_center.domain.status import AssignmentStatus
from command_center.services import assignments

router = APIRouter(prefix="/api/v1/assignments", tags=["units"])


@router.post("/{assignment_id}/status")
def report_status(assignment_id: RowId, body: StatusIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Report how far a unit has come; a crew does so for its own unit, `recalled` is for officers."""
    report = assignments.ReportStatus(
        assignment_id=assignment_id, status=AssignmentStatus(body.status), reason=body.reason, at=body.at, key=key
    )
    assignments.report_status(center, report, actor)
    return {"assignment_id": str(assignment_id), "status": body.status}
