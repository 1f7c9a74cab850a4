"""Doors for many at once: one proposal for all waiting incidents, accepted whole or one by one."""

from typing import Any

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, AtDesk, SignedIn
from command_center.api.shapes import IdempotencyKey, SendTogetherIn
from command_center.services import assigning
from command_center.services.assigning import ForIncident, SendTogether, Sent, UnitForIncident

router = APIRouter(prefix="/api/v1/waiting", tags=["incidents"])


@router.get("/proposal")
def propose_together(center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """Units for all incidents that have none, the graver first, beside what first come, first served would give them."""
    found = assigning.propose_together(center)
    return {
        "incidents": [_for_incident(one) for one in found.incidents],
        "free_units": found.free_units,
        "served": found.served,
        "changed": found.changed,
        "wait_s": round(found.wait_s, 1),
        "first_come_wait_s": round(found.first_come_wait_s, 1),
    }


def _for_incident(one: ForIncident) -> dict[str, Any]:
    return {
        "incident_id": str(one.incident_id),
        "number": one.number,
        "type": one.type,
        "severity": one.severity.value,
        "place": one.place.as_row(),
        "waited_s": round(one.waited_s),
        "units": [_unit(it) for it in one.units],
        "first_come": [_unit(it) for it in one.first_come],
        "changed": one.is_changed,
    }


def _unit(it: UnitForIncident) -> dict[str, Any]:
    return {"unit_id": it.unit_id, "arrival_s": round(it.arrival_s, 1)}


@router.post("/dispatch")
def send_together(body: SendTogetherIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Send units to several incidents: each gets all of its units or none; the answer says how each one went."""
    orders = tuple((one.incident_id, tuple(one.units)) for one in body.orders)
    return {"sent": [_sent(it) for it in assigning.send_together(center, SendTogether(orders=orders, key=key), actor)]}


def _sent(it: Sent) -> dict[str, Any]:
    refused = None if it.refused is None else {"code": it.refused.code, "facts": it.refused.facts}
    return {"incident_id": str(it.incident_id), "assignments": [str(one) for one in it.assignments], "refused": refused}
