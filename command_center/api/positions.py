"""Doors for vehicle positions: the dialects that phones and trackers speak.

A fix that is not believed never makes a phone repeat it: the answer is 200 with the reasons counted, so that its queue moves on. Only
who it cannot be for (no such unit, another's unit, no token) is refused.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request

from command_center.api.callers import caller
from command_center.api.entrance import AtCenter, AtEntrance, Entrance, SignedIn
from command_center.api.positions_in import MOST_READINGS, from_batch, from_osmand, from_owntracks, from_traccar_json
from command_center.db.board_rows import moment
from command_center.domain.errors import Invalid, Malformed, NotPermitted, NotSignedIn, UnknownUnit
from command_center.domain.positions import FixRejected
from command_center.domain.rights import Actor, Right
from command_center.services.positions import Reading, rejections

router = APIRouter(prefix="/api/v1/positions", tags=["positions"])

MOST_FORM_FIELDS = 64


async def _sender(request: Request, entrance: AtEntrance) -> Actor | None:
    """Who sends: by Bearer token, session, ?token= or Basic password; None is a device in a centre that asks for no token."""
    actor = caller() or await entrance.callers.of(request.query_params.get("token", "") or _basic(request)[1])
    if actor is None:
        if entrance.device_tokens:
            raise NotSignedIn
        return None
    actor.require(Right.SEND_POSITIONS)
    return actor


Sender = Annotated[Actor | None, Depends(_sender)]


@router.post("")
async def receive_batch(request: Request, entrance: AtEntrance, sender: Sender) -> dict[str, Any]:
    """A list of {"unit","at","lat","lon","speed_kmh","heading_deg","accuracy_m","battery_pct"}; a crew's own unit may be left out."""
    rows = await _json(request)
    if not isinstance(rows, list):
        raise Invalid(field="body", value=type(rows).__name__)
    if len(rows) > MOST_READINGS:
        raise Invalid(field="body", value=len(rows))
    own = sender.unit_id if sender else None
    return _receive(entrance, sender, from_batch({"unit": own, **row} if isinstance(row, dict) else row for row in rows))


@router.get("/osmand")
@router.post("/osmand")
async def receive_osmand(request: Request, entrance: AtEntrance, sender: Sender) -> dict[str, Any]:
    """OsmAnd and Traccar Client: query, form, or the newer JSON body."""
    fields = dict(request.query_params)
    if request.method == "POST" and _media_type(request) == "application/json":
        body = await _json(request)
        if not isinstance(body, dict):
            raise Malformed(field="body")
        return _receive(entrance, sender, from_traccar_json(body))
    if request.method == "POST":
        fields |= _form(await request.body())
    if not (fields.get("id") or fields.get("deviceid")):
        raise Malformed(field="id")
    return _receive(entrance, sender, [from_osmand(fields)])


@router.post("/owntracks")
async def receive_owntracks(request: Request, entrance: AtEntrance, sender: Sender) -> list[Any]:
    """OwnTracks in HTTP mode; everything but a location is thanked for and left alone."""
    if not (await request.body()).strip():
        return []
    user = (sender.unit_id if sender else None) or _basic(request)[0] or request.headers.get("x-limit-u")
    reading = from_owntracks(await _json(request), user)
    if reading is not None:
        _receive(entrance, sender, [reading])
    return []


@router.get("/rejected")
def rejected_fixes(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Fixes that were not believed, by reason and by unit, and the names of devices that are no unit's: why a tracker does not appear."""
    found = rejections(center, actor)
    strangers = [{"name": name, "last_at": moment(at)} for name, at in found.strangers.items()]
    return {"by_reason": dict(found.by_reason), "units": dict(found.by_unit), "strangers": strangers}


def _receive(entrance: Entrance, sender: Actor | None, readings: Sequence[Reading]) -> dict[str, Any]:
    """Hand the readings in; raises UnknownUnit when every one names a unit that is not ours, NotPermitted for another crew's unit."""
    if sender is not None and sender.unit_id is not None:
        for reading in readings:
            _check_own(entrance, reading, sender)
    received = entrance.intake.receive(_in_our_time(entrance, sender, readings))
    if readings and received.rejected.get(FixRejected.UNKNOWN_UNIT.value) == len(readings):
        raise UnknownUnit(unit=readings[0].unit)
    return {"accepted": received.accepted, "rejected": dict(received.rejected)}


def _in_our_time(entrance: Entrance, sender: Actor | None, readings: Sequence[Reading]) -> Sequence[Reading]:
    """Phones and trackers go by the clock on the wall; programs of the desk, as the one that drives a drill's vehicles, by the centre's."""
    if entrance.center.drill is None or (sender is not None and sender.unit_id is None):
        return readings
    return [it if it.at is None else replace(it, at=entrance.center.time_of_device(it.at)) for it in readings]


def _check_own(entrance: Entrance, reading: Reading, sender: Actor) -> None:
    if reading.unit and entrance.intake.unit_named(reading.unit) != sender.unit_id:
        raise NotPermitted(role=sender.role.value, right=Right.SEND_POSITIONS.value, unit=reading.unit)


async def _json(request: Request) -> object:
    """The body as JSON; raises Malformed for anything that is not, or that is nested deeper than anyone means."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise Malformed(field="body") from error


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FORM_FIELDS))
    except ValueError as error:
        raise Malformed(field="body") from error


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _basic(request: Request) -> tuple[str, str]:
    """Name and password of HTTP Basic, ("", "") when there is none."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = base64.b64decode(coded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return name, password
