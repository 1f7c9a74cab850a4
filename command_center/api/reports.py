"""Doors of information reports to the district: what is due, the draft, the edited text, sent or dropped."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from command_center.api.entrance import AtCenter, SignedIn
from command_center.api.shapes import MOST_ID, IdempotencyKey, ReasonIn, ReportTextIn, RowId, SendReportIn
from command_center.services import reports
from command_center.services.reports import ReportView

router = APIRouter(prefix="/api/v1/reports", tags=["reports"])

Filter = Annotated[int | None, Query(ge=1, le=MOST_ID)]


@router.get("")
def list_reports(
    center: AtCenter,
    actor: SignedIn,
    state: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    incident_id: Filter = None,
    activation_id: Filter = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> dict[str, Any]:
    """Reports, open ones soonest due first. `incident_id` or `activation_id`: those of one matter."""
    found = reports.list_reports(center, actor, state=state, incident_id=incident_id, activation_id=activation_id, limit=limit)
    return {"reports": [_row(it) for it in found]}


@router.get("/{report_id}")
def read_report(report_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """One report with its text; `is_draft` while nobody has edited it, and then the text follows the facts. `____` is a blank."""
    return _row(reports.read_report(center, report_id, actor))


@router.get("/{report_id}/draft")
def draft(report_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """The text as the facts give it now, whatever was edited."""
    return reports.draft(center, report_id, actor).as_row()


@router.put("/{report_id}/text")
def save_report(report_id: RowId, body: ReportTextIn, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Keep an edited text. `based_on`: the text_version it was edited from; somebody else's edit meanwhile is a 409 that names them."""
    version = reports.save_report(center, report_id, body.text_zh, body.text_en, actor, based_on=body.based_on)
    return {"id": str(report_id), "text_version": version}


@router.post("/{report_id}/send")
def send_report(report_id: RowId, body: SendReportIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Tell the district; the next report's clock starts. A phone report is a tick with who was told."""
    at = reports.send_report(center, report_id, actor, body.receiver, told_by_phone=body.told_by_phone, key=key)
    return {"id": str(report_id), "sent_at": at}


@router.post("/{report_id}/drop")
def drop_report(report_id: RowId, body: ReasonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Decide that this one is not needed, with the reason."""
    reports.drop_report(center, report_id, actor, body.reason)
    return {"id": str(report_id)}


def _row(view: ReportView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "kind": view.kind.value,
        "number": view.number,
        "state": view.state.value,
        "about": view.about,
        "incident_id": None if view.incident_id is None else str(view.incident_id),
        "activation_id": None if view.activation_id is None else str(view.activation_id),
        "opened_at": view.opened_at,
        "due_at": view.due_at,
        "overdue_at": view.overdue_at,
        "text": view.text.as_row(),
        "blanks": view.blanks,
        "is_draft": view.is_draft,
        "text_version": view.text_version,
        "edited_by": view.edited_by,
        "edited_at": view.edited_at,
        "receiver": view.receiver,
        "by_phone": view.by_phone,
        "closed_at": view.closed_at,
        "closed_by": view.closed_by,
        "close_reason": view.close_reason,
        "ends_duty": view.ends_duty,
    }
