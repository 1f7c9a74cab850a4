"""Doors of responsibility (包保): whom to phone about a place, what the list lacks, and the list as a sheet."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from command_center.api.entrance import AtCenter, AtDesk, SignedIn
from command_center.api.shapes import Code, PathCode, PhoneIn
from command_center.api.sheets import XLSX, InLanguage, Sheet, download
from command_center.domain.errors import PlaceNeeded
from command_center.domain.geo import Point
from command_center.services import responsibilities, responsibility_sheet
from command_center.services.responsibilities import Responsible

router = APIRouter(prefix="/api/v1/responsibilities", tags=["responsibilities"])


def responsible_row(it: Responsible) -> dict[str, Any]:
    """Whom to phone; without a number on file, phone is null."""
    return {"cadre_id": it.cadre_id, "name": it.name.as_row(), "part": it.part, "phone": it.phone, "target_id": it.target_id}


@router.get("")
def whom_to_phone(
    center: AtCenter,
    _actor: AtDesk,
    place_id: Annotated[Code | None, Query()] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
) -> dict[str, Any]:
    """Who answers for a place (`place_id`) or a point (`lat`, `lon`, WGS-84), in the order in which to phone them."""
    if place_id is not None:
        found = responsibilities.responsible_for(center, place_id)
    elif lat is not None and lon is not None:
        found = responsibilities.responsible_near(center, Point(lat, lon))
    else:
        raise PlaceNeeded(field="place_id")
    return {"responsible": [responsible_row(it) for it in found]}


@router.get("/gaps")
def gaps(center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """What the list lacks, and how many of its cadres can be phoned."""
    return asdict(responsibilities.check_responsibilities(center))


@router.get("/sheet.xlsx", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def export_sheet(center: AtCenter, _actor: AtDesk, lang: InLanguage = None) -> Response:
    """Every compound, building and shop with who answers for it, as a workbook."""
    return download(responsibility_sheet.responsibility_sheet(center, lang or center.language), "responsibilities.xlsx")


@router.post("/sheet.xlsx")
def import_sheet(file: Sheet, center: AtCenter, actor: SignedIn) -> dict[str, int]:
    """Take an edited workbook over, whole or not at all; wrong cells are named by their address."""
    return {"changed": responsibility_sheet.import_responsibilities(center, file.file.read(), actor)}


@router.put("/cadres/{cadre_id}/phone")
def set_phone(cadre_id: PathCode, body: PhoneIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Put a cadre's number on file, or take it away with null."""
    responsibilities.set_cadre_phone(center, cadre_id, body.phone, actor)
    return {"id": cadre_id}
