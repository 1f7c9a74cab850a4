"""Doors of what comes from above and from instruments: warnings, orders of the district, measurements, and the plans they propose."""

import json
from email.message import Message
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from command_center.api.entrance import AtCenter, AtDesk, MayRead, SignedIn
from command_center.api.shapes import CorrectionIn, IdempotencyKey, MeasurementIn, ReasonNeededIn, RowId, UntilIn, WarningTextIn
from command_center.domain.errors import Invalid, Malformed
from command_center.domain.warning_text import decoded
from command_center.services import measurements, plan_proposals, warning_previews
from command_center.services import warnings as verbs
from command_center.services.measurements import TakeMeasurement
from command_center.services.warnings import CapMessage, PastedText, Taken, TakenMessage, TakeWarning

router = APIRouter(prefix="/api/v1", tags=["warnings"])

XML_TYPES = frozenset({"application/cap+xml", "application/xml", "application/atom+xml", "text/xml"})
CAP_TYPE = "application/cap+xml"

_BODIES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/plain": {"schema": {"type": "string"}},
            "application/json": {"schema": WarningTextIn.model_json_schema()},
            **{kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(XML_TYPES - {"text/xml"})},
        },
    }
}


async def _told(request: Request) -> TakeWarning:
    """The body as what it says it is. Raises Malformed, Invalid, and 415 for a media type that carries no warning."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    kind, raw = header.get_content_type(), await request.body()
    if kind in XML_TYPES:
        return CapMessage(raw=raw)
    if kind == "application/json":
        return _pasted(raw)
    if kind == "text/plain":
        return PastedText(text=decoded(raw, header.get_content_charset()))
    raise HTTPException(415, headers={"Accept": ", ".join(["text/plain", "application/json", *sorted(XML_TYPES)])})


def _pasted(raw: bytes) -> PastedText:
    try:
        body = WarningTextIn.model_validate(json.loads(raw))
    except ValidationError as error:
        raise Invalid(field=".".join(map(str, error.errors()[0]["loc"])) or "body", value=None) from None
    except (ValueError, RecursionError):
        raise Malformed(field="body") from None
    return PastedText(text=body.text, plan_id=body.plan_id)


Told = Annotated[TakeWarning, Depends(_told)]


@router.post("/warnings", status_code=201, openapi_extra=_BODIES)
def take_warning(order: Told, center: AtCenter, actor: SignedIn, response: Response) -> dict[str, Any]:
    """Take a warning or an order of the district: pasted text, JSON {"text"}, a CAP message, or an Atom list of them.

    201 when anything was new; 200 when everything was known already.
    """
    taken = verbs.take_warning(center, order, actor)
    if all(message.repeated for message in (*taken.warnings, *taken.orders)):
        response.status_code = 200
    return _taken(taken)


def _taken(taken: Taken) -> dict[str, Any]:
    return {
        "warnings": [_message(message) for message in taken.warnings],
        "orders": [_message(message) for message in taken.orders],
        "remarks": list(taken.remarks),
        "refused": [{"code": refusal.code, "facts": refusal.facts} for refusal in taken.refused],
    }


def _message(message: TakenMessage) -> dict[str, Any]:
    return {"id": str(message.id), "state": message.state.value, "repeated": message.repeated, "flag": message.flag}


@router.post("/warnings/understand")
def understand(body: WarningTextIn, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """What a pasted text says; nothing is kept. known: the same message is kept already; ends: warnings in force that it would end."""
    read = warning_previews.understand(center, body.text, actor)
    return {
        "warnings": [
            {
                "act": one.draft.act.value,
                "hazard": one.draft.hazard,
                "word": one.draft.word,
                "color": one.draft.color,
                "issuer": one.draft.issuer,
                "area": one.draft.area,
                "issued_at": one.draft.issued_at if one.draft.is_timed else None,
                "status": one.draft.status,
                "known": one.is_known,
                "ends": list(one.ends),
            }
            for one in read.warnings
        ],
        "orders": [
            {
                "act": one.act.value,
                "plan_id": one.plan_id,
                "level": None if one.level is None else one.level.value,
                "issuer": one.issuer,
                "issued_at": one.issued_at,
                "is_exercise": one.is_exercise,
            }
            for one in read.orders
        ],
    }


@router.get("/warnings")
def list_warnings(
    center: AtCenter,
    _actor: MayRead,
    state: Annotated[Literal["active", "all"], Query()] = "active",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Warnings and orders of the district as board rows, newest first; `all` goes through ended ones too."""
    warnings, orders = verbs.list_warnings(center, in_force_only=state == "active", limit=limit)
    return {"warnings": warnings, "orders": orders}


@router.get("/warnings/{warning_id}")
def read_warning(warning_id: RowId, center: AtCenter, actor: MayRead) -> dict[str, Any]:
    """One warning with its own text."""
    story = verbs.read_warning(center, warning_id, actor)
    return {
        "warning": story.row,
        "text": story.text,
        "remarks": story.remarks,
        "identifier": story.identifier,
        "sender": story.sender,
        "act": story.act.value,
        "ended_by": None if story.ended_by_id is None else str(story.ended_by_id),
        "end_reason": story.end_reason,
    }


@router.get("/warnings/{warning_id}/cap", response_class=Response)
def read_warning_as_cap(warning_id: RowId, center: AtCenter, actor: MayRead) -> Response:
    """The warning as a CAP 1.2 message."""
    return Response(verbs.warning_as_cap(center, warning_id, actor), media_type=CAP_TYPE)


@router.post("/warnings/{warning_id}/end")
def end_warning(warning_id: RowId, body: ReasonNeededIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """End a warning by hand, with a reason."""
    verbs.end_warning(center, warning_id, actor, body.reason)
    return {"id": str(warning_id)}


@router.post("/warnings/{warning_id}/until")
def time_warning(warning_id: RowId, body: UntilIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say until when a warning in force stands; then it ends by itself."""
    verbs.time_warning(center, warning_id, body.until, actor)
    return {"id": str(warning_id)}


@router.post("/standing-orders/{order_id}/end")
def end_standing_order(order_id: RowId, body: ReasonNeededIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """An order of the district no longer stands."""
    verbs.end_standing_order(center, order_id, actor, body.reason)
    return {"id": str(order_id)}


@router.post("/measurements", status_code=201)
def take_measurement(body: MeasurementIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Keep a measured value."""
    order = TakeMeasurement(
        metric=body.metric,
        value=body.value,
        window_h=body.window_h,
        place_id=body.place_id,
        at=None if body.at is None else body.at.point(),
        incident_id=body.incident_id,
        measured_at=body.measured_at,
        note=body.note,
        is_simulated=body.is_simulated,
        key=key,
    )
    return {"id": str(measurements.take_measurement(center, order, actor))}


@router.get("/measurements")
def list_measurements(center: AtCenter, _actor: AtDesk, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> dict[str, Any]:
    """Measured values, newest first."""
    return {"measurements": measurements.list_measurements(center, limit=limit)}


@router.post("/measurements/{measurement_id}/correct", status_code=201)
def correct_measurement(measurement_id: RowId, body: CorrectionIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Put a new value in the place of a wrong one; both stay in the record."""
    return {"id": str(measurements.correct_measurement(center, measurement_id, body.value, actor, body.reason))}


@router.get("/proposals")
def list_proposals(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """Plans that the situation proposes, gravest first, with their reasons and who may approve."""
    return {"proposals": plan_proposals.proposals(center)}


@router.post("/proposals/{proposal_id}/decline")
def decline_proposal(proposal_id: RowId, body: ReasonNeededIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say no to a proposal, with a reason."""
    plan_proposals.decline_proposal(center, proposal_id, actor, body.reason)
    return {"id": str(proposal_id)}
