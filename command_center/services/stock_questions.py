"""What there is: in a depot, nearest by road, below its minimum, about to expire, against what plans want, and how it came to that."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Reservation, Stock, StockLot, StockMovement
from command_center.domain.activations import materials_wanted
from command_center.domain.errors import UnknownDepot, UnknownMaterial
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.domain.stock import EXPIRY_WARNING_DAYS, ForKind, is_expired
from command_center.services.plan_books import plan_named, plan_of
from command_center.services.road_conditions import roads_now
from command_center.services.stock_available import (
    LOT_IS_THERE,
    InDate,
    StockNow,
    emptiest,
    free_on_the_street,
    good_until_at_most,
    is_lacking,
    stock_now,
)
from command_center.services.stock_ledger import LedgerGap, local_day, verify_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class LotLine:
    """One lot of a depot that still holds something. basis : demo for what a new centre opens with, else fact."""

    depot: str
    material: str
    lot: str
    expires_on: date | None
    is_expired: bool
    on_hand: int
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """A depot's balance of one material. minimum_basis : working for the default, fact once somebody set it.

    expired : of what is on hand; available : in date and not put by; lacks : how much in date is missing to the minimum.
    """

    depot: str
    material: str
    on_hand: int
    reserved: int
    expired: int
    available: int
    lacks: int
    minimum: int
    minimum_basis: str
    lots: tuple[LotLine, ...] = ()


def stock_of(center: Center, depot: str) -> tuple[StockLine, ...]:
    """What a depot holds, with its lots, by material. Raises UnknownDepot."""
    if depot not in center.catalogue.depots:
        raise UnknownDepot(depot=depot)
    today = local_day(center, center.now())
    with center.read() as session:
        lots = defaultdict(list)
        for lot in session.scalars(_lots().where(StockLot.depot_code == depot)):
            lots[lot.material_code].append(_lot_line(lot, today))
        found = stock_now(session, today, lambda _: Stock.depot_code == depot)
        return tuple(_stock_line(it, tuple(lots[it.row.material_code])) for it in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotTotal:
    """A depot at a glance. items : pieces on hand; reserved : of these put by; below : materials with less in date than their minimum."""

    depot: str
    items: int
    reserved: int
    materials: int
    below: int


def depot_totals(center: Center) -> tuple[DepotTotal, ...]:
    """Every depot of the catalogue with what it holds, by code."""
    now = InDate.on(local_day(center, center.now()))
    query = now.joined(
        Stock.depot_code,
        func.sum(Stock.on_hand),
        func.sum(Stock.reserved),
        func.sum(case((Stock.on_hand > 0, 1), else_=0)),
        func.sum(case((is_lacking(now), 1), else_=0)),
    ).group_by(Stock.depot_code)
    with center.read() as session:
        found = {depot: [int(number) for number in numbers] for depot, *numbers in session.execute(query)}
    rows = ((depot, *found.get(depot, (0, 0, 0, 0))) for depot in sorted(center.catalogue.depots))
    return tuple(DepotTotal(depot=depot, items=a, reserved=b, materials=c, below=d) for depot, a, b, c, d in rows)


def holders_of(center: Center, material: str) -> tuple[StockLine, ...]:
    """Every depot that holds some of a material, the fullest first. Raises UnknownMaterial."""
    _check_material(center, material)
    with center.read() as session:
        today = local_day(center, center.now())
        found = stock_now(session, today, lambda _: and_(Stock.material_code == material, Stock.on_hand > 0))
    return tuple(_stock_line(it) for it in sorted(found, key=lambda it: (-it.row.on_hand, it.row.depot_code)))


def _lots() -> Select[StockLot]:
    """Lots that hold something, soonest to expire first."""
    return select(StockLot).where(LOT_IS_THERE).order_by(StockLot.expires_on.is_(None), StockLot.expires_on, StockLot.id)


def _lot_line(lot: StockLot, today: date) -> LotLine:
    return LotLine(
        depot=lot.depot_code,
        material=lot.material_code,
        lot=lot.lot,
        expires_on=lot.expires_on,
        is_expired=is_expired(lot.expires_on, today),
        on_hand=lot.on_hand,
        basis=lot.basis,
    )


def _stock_line(it: StockNow, lots: tuple[LotLine, ...] = ()) -> StockLine:
    row = it.row
    return StockLine(
        depot=row.depot_code,
        material=row.material_code,
        on_hand=row.on_hand,
        reserved=row.reserved,
        expired=it.expired,
        available=it.available,
        lacks=it.lacks,
        minimum=row.minimum,
        minimum_basis=row.minimum_basis,
        lots=lots,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NearbyStock:
    """A depot that has what is wanted; travel_s : seconds by road from there, inf where no street leads."""

    depot: str
    available: int
    travel_s: float


def where_is(center: Center, material: str, near: Point, quantity: int = 1) -> tuple[NearbyStock, ...]:
    """Depots that hold at least `quantity` in date that is not reserved, nearest by road first. Raises UnknownMaterial."""
    _check_material(center, material)
    enough = max(1, quantity)
    with center.read() as session:
        today = local_day(center, center.now())
        rows = stock_now(session, today, lambda now: and_(Stock.material_code == material, now.available >= enough))
        roads = roads_now(center, session)
    points = [center.catalogue.depots[it.row.depot_code].point for it in rows]
    seconds = [float(travel_s) for travel_s in roads.travel_s(points, near)]
    found = [NearbyStock(depot=it.row.depot_code, available=it.available, travel_s=s) for it, s in zip(rows, seconds, strict=True)]
    return tuple(sorted(found, key=lambda it: (it.travel_s, it.depot)))


def _check_material(center: Center, material: str) -> None:
    if material not in center.catalogue.materials:
        raise UnknownMaterial(material=material)


def below_minimum(center: Center) -> tuple[StockLine, ...]:
    """Where less is in date than the minimum, emptiest first."""
    with center.read() as session:
        found = stock_now(session, local_day(center, center.now()), is_lacking)
    return tuple(_stock_line(it) for it in sorted(found, key=emptiest))


def expiring(center: Center, within_days: int = EXPIRY_WARNING_DAYS) -> tuple[LotLine, ...]:
    """Lots that expire within so many days, and those that have, soonest first."""
    today = local_day(center, center.now())
    with center.read() as session:
        lots = session.scalars(_lots().where(good_until_at_most(today + timedelta(days=within_days))))
        return tuple(_lot_line(lot, today) for lot in lots)


# ---- what plans want -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One material against what plans want of it. held : put by or out for those purposes; available : free and in date in all depots.

    short : how much of what is wanted is neither held nor free.
    """

    material: str
    wanted: int
    held: int
    available: int
    short: int


Purposes = Iterable[tuple[ForKind, int]]
"""("activation", 3): whose reservations count as there."""


def needs_of_plan(center: Center, plan_id: str, level: Level, held_for: Purposes = ()) -> tuple[Need, ...]:
    """What one plan wants forward at a level, against what there is. Raises UnknownPlan."""
    return needs_of_plans(center, {plan_id: level}, held_for)


def needs_of_plans(center: Center, levels: Mapping[str, Level], held_for: Purposes = ()) -> tuple[Need, ...]:
    """The sum of what several plans want forward, each at its level, against what there is; by material.

    A plan that one of `held_for` runs is taken as it was when it was put into force, any other in its newest approved wording.
    Raises UnknownPlan.
    """
    wanted, purposes = Counter[str](), frozenset(held_for)
    with center.read() as session:
        running = _running(session, purposes)
        for plan_id, level in levels.items():
            wanted.update(materials_wanted(running.get(plan_id) or plan_named(center, session, plan_id), level))
        available = free_on_the_street(session, local_day(center, center.now()))
        held = held_for_purposes(session, purposes)
    return tuple(
        Need(
            material=material,
            wanted=quantity,
            held=held.get(material, 0),
            available=available.get(material, 0),
            short=max(0, quantity - held.get(material, 0) - available.get(material, 0)),
        )
        for material, quantity in sorted(wanted.items())
    )


def _running(session: Session, purposes: Purposes) -> dict[str, Plan]:
    """Plan -> its copy in the activation among these purposes; of two, the graver one's."""
    ids = [for_id for for_kind, for_id in purposes if for_kind == "activation"]
    found = session.scalars(select(Activation).where(Activation.id.in_(ids)))
    return {it.plan_id: plan_of(it) for it in sorted(found, key=lambda it: (it.level.rank, it.id))}


def held_for_purposes(session: Session, purposes: Purposes) -> dict[str, int]:
    """What these purposes were granted, less what was released or came back."""
    held: dict[str, int] = defaultdict(int)
    for for_kind, for_id in set(purposes):
        for it in session.scalars(_reservations(for_kind, for_id)):
            held[it.material_code] += it.quantity - it.released - it.returned
    return held


# ---- reservations and the ledger -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationLine:
    """A reservation and what became of it; held: still put by in the depot, out: issued and in use."""

    id: int
    for_kind: str
    for_id: int
    step_id: str | None
    depot: str
    material: str
    quantity: int
    released: int
    issued: int
    returned: int
    consumed: int
    held: int
    out: int
    status: str
    at: datetime
    by: str


def reservations(center: Center, for_kind: ForKind, for_id: int) -> tuple[ReservationLine, ...]:
    """Everything that was ever put by for an incident or activation."""
    with center.read() as session:
        return tuple(
            ReservationLine(
                id=it.id,
                for_kind=it.for_kind,
                for_id=it.for_id,
                step_id=it.step_id or None,
                depot=it.depot_code,
                material=it.material_code,
                quantity=it.quantity,
                released=it.released,
                issued=it.issued,
                returned=it.returned,
                consumed=it.consumed,
                held=it.held,
                out=it.out,
                status=it.status.value,
                at=it.at,
                by=it.by,
            )
            for it in session.scalars(_reservations(for_kind, for_id))
        )


def _reservations(for_kind: str, for_id: int) -> Select[Reservation]:
    query = select(Reservation).where(Reservation.for_kind == for_kind, Reservation.for_id == for_id)
    return query.order_by(Reservation.material_code, Reservation.depot_code, Reservation.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementLine:
    """A line of the ledger. basis : of the lot, None where no lot moved. pair_id : the other side of a transfer, on its second line."""

    id: int
    at: datetime
    actor: str
    kind: str
    depot: str
    material: str
    lot: str | None
    basis: str | None
    quantity: int
    on_hand_change: int
    reserved_change: int
    on_hand_after: int
    reserved_after: int
    reservation_id: int | None
    pair_id: int | None
    for_kind: str | None
    for_id: int | None
    reason: str


def movements(
    center: Center,
    *,
    depot: str | None = None,
    material: str | None = None,
    for_: tuple[ForKind, int] | None = None,
    limit: int = 100,
    before: int | None = None,
) -> tuple[MovementLine, ...]:
    """Lines of the ledger, newest first; `before` (an id) pages back."""
    query = select(StockMovement, StockLot.lot, StockLot.basis).outerjoin(StockLot, StockLot.id == StockMovement.lot_id)
    if depot is not None:
        query = query.where(StockMovement.depot_code == depot)
    if material is not None:
        query = query.where(StockMovement.material_code == material)
    if for_ is not None:
        query = query.where(StockMovement.for_kind == for_[0], StockMovement.for_id == for_[1])
    if before is not None:
        query = query.where(StockMovement.id < before)
    with center.read() as session:
        return tuple(
            _movement_line(line, lot, basis) for line, lot, basis in session.execute(query.order_by(StockMovement.id.desc()).limit(limit))
        )


def _movement_line(line: StockMovement, lot: str | None, basis: str | None) -> MovementLine:
    return MovementLine(
        id=line.id,
        at=line.at,
        actor=line.actor,
        kind=line.kind.value,
        depot=line.depot_code,
        material=line.material_code,
        lot=lot,
        basis=basis,
        quantity=line.quantity,
        on_hand_change=line.on_hand_change,
        reserved_change=line.reserved_change,
        on_hand_after=line.on_hand_after,
        reserved_after=line.reserved_after,
        reservation_id=line.reservation_id,
        pair_id=line.pair_id,
        for_kind=line.for_kind,
        for_id=line.for_id,
        reason=line.reason,
    )


def ledger_gaps(center: Center) -> list[LedgerGap]:
    """Balances that the ledger does not explain; empty, or something wrote past it."""
    with center.read() as session:
        return verify_ledger(session)
