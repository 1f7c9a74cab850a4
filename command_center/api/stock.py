"""Doors of stock: what there is and where, what plans want of it, every movement, and the sheet for counting."""

from dataclasses import asdict
from math import isfinite
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from command_center.api.entrance import AtCenter, AtEntrance, MayRead, SignedIn
from command_center.api.languages import answer_language
from command_center.api.shapes import MOST_ID, Code, IdempotencyKey, PathCode
from command_center.api.sheets import XLSX
from command_center.api.stock_shapes import (
    CountIn,
    MinimumIn,
    MoveIn,
    PlanAtLevel,
    Purpose,
    ReceiveIn,
    ReleaseIn,
    ReserveIn,
    TransferIn,
    Why,
    WriteOffIn,
)
from command_center.db.board_rows import moment
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.stock import EXPIRY_WARNING_DAYS, MOST_AT_ONCE, ForKind
from command_center.domain.text import Language
from command_center.services import stock as verbs
from command_center.services import stock_questions as questions
from command_center.services import stock_reservations as reserving
from command_center.services import stock_sheet

router = APIRouter(prefix="/api/v1/stock", tags=["stock"])


def _language(entrance: AtEntrance, request: Request) -> Language:
    return answer_language(request.headers, entrance.language)


InLanguage = Annotated[Language, Depends(_language)]

Day = Annotated[int, Query(ge=0, le=36_500)]


# ---- what there is ---------------------------------------------------------------------------------------------------------------


@router.get("/depots/{depot}")
def read_depot(depot: PathCode, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """What one depot holds, with its lots, soonest to expire first."""
    return {"depot": depot, "stock": [asdict(line) for line in questions.stock_of(center, depot)]}


@router.get("/where")
def find_material(
    center: AtCenter,
    _actor: MayRead,
    *,
    material: Annotated[Code, Query()],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    quantity: Annotated[int, Query(ge=1, le=MOST_AT_ONCE)] = 1,
) -> dict[str, Any]:
    """Depots that hold so much of it in date and unreserved, nearest by road first; seconds are null where no road leads."""
    found = questions.where_is(center, material, Point(lat, lon), quantity)
    return {"depots": [asdict(it) | {"travel_s": round(it.travel_s, 1) if isfinite(it.travel_s) else None} for it in found]}


@router.get("/below-minimum")
def list_below_minimum(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """Where less is in date than the minimum, emptiest first."""
    return {"stock": [asdict(line) for line in questions.below_minimum(center)]}


@router.get("/expiring")
def list_expiring(center: AtCenter, _actor: MayRead, within_days: Day = EXPIRY_WARNING_DAYS) -> dict[str, Any]:
    """Lots that expire within so many days, and those that have."""
    return {"lots": [asdict(lot) for lot in questions.expiring(center, within_days)]}


@router.get("/needs")
def compare_needs(
    center: AtCenter,
    _actor: MayRead,
    *,
    plan: Annotated[list[PlanAtLevel], Query(min_length=1, max_length=24, description="P01:II; may be repeated, the needs add up.")],
    held_for: Annotated[list[Purpose], Query(max_length=24, description="activation:3; what it has put by counts as there.")] = [],  # noqa: B006 - FastAPI copies it
) -> dict[str, Any]:
    """What plans want forward at their levels, against what is free and what is put by for them; a plan that an activation named in
    `held_for` runs is taken as it was put into force, any other in its newest approved wording.
    """
    levels = {plan_id: Level(level) for plan_id, _, level in (it.partition(":") for it in plan)}
    return {"needs": [asdict(need) for need in questions.needs_of_plans(center, levels, [_purpose(it) for it in held_for])]}


def _purpose(text: str) -> tuple[ForKind, int]:
    kind, _, number = text.partition(":")
    return ("activation" if kind == "activation" else "incident"), int(number)


@router.get("/reservations")
def list_reservations(
    center: AtCenter, _actor: MayRead, for_kind: ForKind, for_id: Annotated[int, Query(ge=1, le=MOST_ID)]
) -> dict[str, Any]:
    """All that was ever put by for an incident or activation, and what became of it."""
    return {"reservations": [_timed(line) for line in questions.reservations(center, for_kind, for_id)]}


@router.get("/movements")
def list_movements(
    center: AtCenter,
    _actor: MayRead,
    *,
    depot: Annotated[Code | None, Query()] = None,
    material: Annotated[Code | None, Query()] = None,
    purpose: Annotated[Purpose | None, Query(alias="for", description="incident:17")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    before: Annotated[int | None, Query(ge=1, le=MOST_ID)] = None,
) -> dict[str, Any]:
    """Lines of the ledger, newest first; `before` an id pages back."""
    lines = questions.movements(
        center, depot=depot, material=material, for_=None if purpose is None else _purpose(purpose), limit=limit, before=before
    )
    return {"movements": [_timed(line) for line in lines]}


def _timed(line: questions.MovementLine | questions.ReservationLine) -> dict[str, Any]:
    return asdict(line) | {"at": moment(line.at)}


# ---- moving it -------------------------------------------------------------------------------------------------------------------


@router.post("/receive")
def receive(body: ReceiveIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Goods arrive in a depot."""
    return asdict(verbs.receive(center, verbs.Receive(**dict(body), key=key), actor))


@router.post("/issue")
def issue(body: MoveIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Hand out: of a reservation, or what nobody has reserved. A crew does so in the depots of its own station's area."""
    if body.reservation_id is not None:
        return asdict(verbs.issue_reserved(center, _of_reservation(body, key), actor))
    return asdict(verbs.issue(center, _plain(body, key), actor))


@router.post("/return")
def take_back(body: MoveIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Take back what was issued, into the lots it came from."""
    if body.reservation_id is not None:
        return asdict(verbs.return_reserved(center, _of_reservation(body, key), actor))
    return asdict(verbs.return_(center, _plain(body, key), actor))


@router.post("/consume")
def consume(body: MoveIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Used up: what a reservation had issued, or what lay unreserved in the depot."""
    if body.reservation_id is not None:
        return asdict(verbs.consume_reserved(center, _of_reservation(body, key), actor))
    return asdict(verbs.consume(center, _plain(body, key), actor))


def _plain(body: MoveIn, key: str | None) -> verbs.Move:
    return verbs.Move(
        depot=body.depot or "",
        material=body.material or "",
        quantity=body.quantity,
        lot=body.lot,
        expired_too=body.expired_too,
        for_kind=body.for_kind,
        for_id=body.for_id,
        reason=body.reason,
        key=key,
    )


def _of_reservation(body: MoveIn, key: str | None) -> verbs.ReservedMove:
    return verbs.ReservedMove(
        reservation_id=body.reservation_id or 0,
        quantity=body.quantity,
        lot=body.lot,
        expired_too=body.expired_too,
        reason=body.reason,
        key=key,
    )


@router.post("/write-off")
def write_off(body: WriteOffIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Take broken, expired or lost goods off the books, with the reason; without a lot, what expired first goes before the rest."""
    return asdict(verbs.write_off(center, verbs.Move(**dict(body), key=key), actor))


@router.post("/transfer")
def transfer(body: TransferIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """From one depot to another; lots keep their numbers."""
    return asdict(verbs.transfer(center, verbs.Transfer(**dict(body), key=key), actor))


@router.post("/count")
def count(body: CountIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Set the books to what was counted; `quantity` of the answer is the difference."""
    return asdict(verbs.count(center, verbs.Count(**dict(body), key=key), actor))


@router.post("/minimum")
def set_minimum(body: MinimumIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Below which quantity a depot shall be refilled."""
    verbs.set_minimum(center, verbs.SetMinimum(**dict(body), key=key), actor)
    return dict(body)


@router.post("/reserve")
def reserve(body: ReserveIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Put stock by from the nearest depots: all of it or nothing, unless `allow_short`. Asking again for the same total changes nothing."""
    order = reserving.Reserve(
        wants=body.wants,
        for_kind=body.for_kind,
        for_id=body.for_id,
        step_id=body.step_id,
        near=None if body.near is None else body.near.point(),
        depot=body.depot,
        allow_short=body.allow_short,
        key=key,
    )
    return asdict(reserving.reserve(center, order, actor))


@router.post("/release")
def release(body: ReleaseIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Give back what is still put by; what was issued stays out."""
    if body.reservation_id is not None:
        part = verbs.ReservedMove(reservation_id=body.reservation_id, quantity=body.quantity or 0, reason=body.reason, key=key)
        return {"released": [asdict(it) for it in reserving.release_reservation(center, part, actor)]}
    whole = reserving.Release(
        for_kind=body.for_kind or "incident", for_id=body.for_id or 0, step_id=body.step_id, reason=body.reason, key=key
    )
    return {"released": [asdict(it) for it in reserving.release(center, whole, actor)]}


# ---- the sheet -------------------------------------------------------------------------------------------------------------------


@router.get("/sheet", response_class=Response, responses={200: {"content": {XLSX: {}}}})
def export_sheet(center: AtCenter, _actor: MayRead, language: InLanguage, depot: Annotated[Code | None, Query()] = None) -> Response:
    """Stock as an .xlsx file with a column for counting, one row for every lot."""
    name = f"stock-{depot or 'street'}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Language": language.replace("_", "-")}
    return Response(stock_sheet.export_sheet(center, language, depot), media_type=XLSX, headers=headers)


@router.post(
    "/sheet", openapi_extra={"requestBody": {"required": True, "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}}
)
async def import_sheet(
    request: Request,
    center: AtCenter,
    actor: SignedIn,
    *,
    reason: Annotated[Why, Query()] = "",
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Take a filled-in sheet over (the file is the body): counts and minimums, all of them, or none and every wrong cell by its address."""
    data = await request.body()
    return asdict(await run_in_threadpool(stock_sheet.import_sheet, center, data, actor, reason=reason, key=key))
