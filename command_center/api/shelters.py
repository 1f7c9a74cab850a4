"""Doors of shelters: where they are, which are open, how many people are there."""

from typing import Any

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, MayRead, SignedIn
from command_center.api.shapes import CountIn, OpenShelterIn, PathCode, ReasonIn, RowId
from command_center.db.board_rows import board_row
from command_center.services import shelters

router = APIRouter(prefix="/api/v1", tags=["shelters"])


@router.get("/shelters")
def list_shelters(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """Every shelter of the street; `opening` is its board row while it is open."""
    openings = shelters.open_now(center)
    return {
        "shelters": [
            {
                "id": shelter.id,
                "name": shelter.name.as_row(),
                "shelter_kind": shelter.shelter_kind,
                "capacity": shelter.capacity,
                "indoor": shelter.indoor,
                "accessible": shelter.accessible,
                "lat": shelter.point.lat,
                "lon": shelter.point.lon,
                "opening": board_row(openings[shelter.id], center.catalogue) if shelter.id in openings else None,
            }
            for shelter in center.catalogue.shelters.values()
        ]
    }


@router.post("/shelters/{shelter_id}/open", status_code=201)
def open_shelter(shelter_id: PathCode, center: AtCenter, actor: SignedIn, body: OpenShelterIn | None = None) -> dict[str, str]:
    """Let people in, for a running plan or without one; answers the opening's id."""
    order = body or OpenShelterIn()
    return {"id": str(shelters.open_shelter(center, shelter_id, actor, activation_id=order.activation_id))}


@router.post("/shelter-openings/{opening_id}/count")
def count_shelter(opening_id: RowId, body: CountIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say how many people are there; more than there are places need a reason."""
    shelters.count_shelter(center, opening_id, actor, occupied=body.occupied, special_needs=body.special_needs, reason=body.reason)
    return {"id": str(opening_id)}


@router.post("/shelter-openings/{opening_id}/close")
def close_shelter(opening_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """Close an empty shelter."""
    shelters.close_shelter(center, opening_id, actor, (body or ReasonIn()).reason)
    return {"id": str(opening_id)}
