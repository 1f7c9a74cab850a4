"""Doors of units: who there is, and what state one is in."""

from typing import Any

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, AtEntrance, MayRead, SignedIn
from command_center.api.shapes import PathCode, UnitStatusIn
from command_center.domain.status import UnitStatus
from command_center.services import units

router = APIRouter(prefix="/api/v1/units", tags=["units"])


@router.get("")
def list_units(entrance: AtEntrance, _actor: MayRead) -> dict[str, Any]:
    """Every unit as it stands on the board, with its last position."""
    positions = entrance.live.positions
    return {"units": [{**row, "position": positions.get(row["id"])} for row in entrance.live.board.rows("unit")]}


@router.post("/{unit_id}/status")
def set_status(unit_id: PathCode, body: UnitStatusIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Set a unit that has no order to available, charging or out_of_service; a crew does so for its own unit."""
    units.set_unit_status(center, unit_id, UnitStatus(body.status), actor, body.reason)
    return {"id": unit_id, "status": body.status}
