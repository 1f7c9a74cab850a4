"""Moving stock: receive, issue, take back, use up, move, write off, count. One order, one transaction, one line of the log.

The desk moves stock everywhere; a crew issues, takes back and counts in the depots of its own station's area.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Protocol, Self

from command_center.center import Center
from command_center.db.tables import Activation, Incident, Reservation, Stock, StockLot, StockMovement
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    CountBelowReserved,
    CountUnexplained,
    Invalid,
    MoreThanIssued,
    MoreThanReserved,
    NotPermitted,
    StockShort,
    UnknownActivation,
    UnknownIncident,
    UnknownReservation,
)
from command_center.domain.rights import Actor, Right
from command_center.domain.stock import LONGEST_LOT, MOST_AT_ONCE, UNLABELLED, ForKind, MoveKind, is_expired
from command_center.services import stock_ledger as ledger
from command_center.services.stock_ledger import Cause, Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Receive:
    """Goods arrive. lot : the number on the packing, "-" for none. expires_on : the last good day, None keeps for ever."""

    depot: str
    material: str
    quantity: int
    lot: str = UNLABELLED
    expires_on: date | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Take from, or bring back to, what is not reserved. lot : None takes what expires soonest, or brings back to where it came from.

    expired_too : somebody has seen that it is past its last day and wants it all the same. for_kind, for_id : the incident or
    activation it is for, if any.
    """

    depot: str
    material: str
    quantity: int
    lot: str | None = None
    expired_too: bool = False
    for_kind: ForKind | None = None
    for_id: int | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedMove:
    """The same for what a reservation holds: depot, material and purpose are the reservation's."""

    reservation_id: int
    quantity: int
    lot: str | None = None
    expired_too: bool = False
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """From one depot to another; lots keep their numbers and last days. What has expired moves only when its lot is named."""

    depot: str
    to_depot: str
    material: str
    quantity: int
    lot: str | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Somebody counted. lot : one lot (a new one is put in), None all lots together. reason : what explains a difference; needed then."""

    depot: str
    material: str
    counted: int
    lot: str | None = None
    expires_on: date | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMinimum:
    """Below which quantity the depot shall be refilled."""

    depot: str
    material: str
    minimum: int
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What became of an order. quantity : moved (for a count, the difference). on_hand, reserved : of the (first) depot afterwards.

    lots : their numbers, in the order they were touched. movement_ids : the ledger's lines.
    """

    depot: str
    material: str
    quantity: int
    on_hand: int
    reserved: int
    lots: tuple[str, ...]
    movement_ids: tuple[int, ...]

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> Self:
        return cls(**answer | {"lots": tuple(answer["lots"]), "movement_ids": tuple(answer["movement_ids"])})


# ---- verbs -----------------------------------------------------------------------------------------------------------------------


def receive(center: Center, order: Receive, actor: Actor) -> Moved:
    """Take goods in. Raises UnknownDepot, UnknownMaterial, LotExpiryDiffers, Invalid."""
    _check(center, actor, order)

    def act(work: Work) -> Moved:
        stock = ledger.all_locked(work, [(order.depot, order.material)])[order.depot, order.material]
        lot = ledger.lot_for(work, stock, order.lot, order.expires_on)
        cause = Cause(reason=order.reason)
        line = ledger.write_line(work, stock, MoveKind.RECEIVE, order.quantity, cause, lot=lot)
        return _told(work, MoveKind.RECEIVE, stock, [(lot, line)], cause)

    return once(center, actor, "receive_stock", order, act)


def issue(center: Center, order: Move, actor: Actor) -> Moved:
    """Hand out what is not reserved. Raises StockShort with what is available, GoodsExpired, UnknownLot."""
    return _take(center, order, actor, MoveKind.ISSUE, crews_too=True)


def consume(center: Center, order: Move, actor: Actor) -> Moved:
    """Use up what lies in the depot and is not reserved. Raises StockShort, GoodsExpired, UnknownLot."""
    return _take(center, order, actor, MoveKind.CONSUME)


def write_off(center: Center, order: Move, actor: Actor) -> Moved:
    """Take broken, expired or lost goods off the books, what expired first before the rest; needs a reason.

    Raises StockShort, UnknownLot, Invalid.
    """
    if not order.reason.strip():
        raise Invalid(field="reason", value="")
    return _take(center, order, actor, MoveKind.WRITE_OFF)


def return_(center: Center, order: Move, actor: Actor) -> Moved:
    """Take back what was issued here without a reservation. Raises MoreThanIssued."""
    _check(center, actor, order, crews_too=True)
    cause = Cause(reason=order.reason, for_kind=order.for_kind, for_id=order.for_id)

    def act(work: Work) -> Moved:
        _check_purpose(work, order)
        stock = ledger.locked_stock(work, order.depot, order.material)
        if stock is None:
            raise MoreThanIssued(depot=order.depot, material=order.material, out=0, wanted=order.quantity)
        lines = ledger.bring_back(work, stock, order.quantity, cause, lot=order.lot)
        return _told(work, MoveKind.RETURN, stock, lines, cause)

    return once(center, actor, "return_stock", order, act)


def issue_reserved(center: Center, order: ReservedMove, actor: Actor) -> Moved:
    """Hand out what a reservation holds. Raises UnknownReservation, MoreThanReserved, StockShort (a named lot has less), GoodsExpired."""

    def act(work: Work) -> Moved:
        stock, reservation = _reserved(center, work, order, actor, crews_too=True)
        if order.quantity > reservation.held:
            raise MoreThanReserved(reservation=reservation.id, held=reservation.held, wanted=order.quantity)
        cause = Cause(reason=order.reason, reservation=reservation)
        today = ledger.local_day(center, work.now)
        lines = ledger.take_out(
            work, stock, MoveKind.ISSUE, order.quantity, cause, today=today, lot=order.lot, expired_too=order.expired_too
        )
        ledger.note_outcome(reservation, issued=order.quantity)
        return _told(work, MoveKind.ISSUE, stock, lines, cause, today=today)

    ledger.check_quantity(order.quantity)
    return once(center, actor, "issue_reserved", order, act)


def return_reserved(center: Center, order: ReservedMove, actor: Actor) -> Moved:
    """Take back, unused, what was issued for a reservation. Raises UnknownReservation, MoreThanIssued."""

    def act(work: Work) -> Moved:
        stock, reservation = _reserved(center, work, order, actor, crews_too=True)
        cause = Cause(reason=order.reason, reservation=reservation)
        lines = ledger.bring_back(work, stock, order.quantity, cause, out=reservation.out, lot=order.lot)
        ledger.note_outcome(reservation, returned=order.quantity)
        return _told(work, MoveKind.RETURN, stock, lines, cause)

    ledger.check_quantity(order.quantity)
    return once(center, actor, "return_reserved", order, act)


def consume_reserved(center: Center, order: ReservedMove, actor: Actor) -> Moved:
    """Say that issued goods were used up and will not come back; no depot holds less by it. Raises UnknownReservation, MoreThanIssued."""

    def act(work: Work) -> Moved:
        stock, reservation = _reserved(center, work, order, actor)
        if order.quantity > reservation.out:
            raise MoreThanIssued(depot=stock.depot_code, material=stock.material_code, out=reservation.out, wanted=order.quantity)
        cause = Cause(reason=order.reason, reservation=reservation)
        line = ledger.write_line(work, stock, MoveKind.CONSUME, order.quantity, cause)
        ledger.note_outcome(reservation, consumed=order.quantity)
        return _told(work, MoveKind.CONSUME, stock, [], cause, without_lot=line)

    ledger.check_quantity(order.quantity)
    return once(center, actor, "consume_reserved", order, act)


def transfer(center: Center, order: Transfer, actor: Actor) -> Moved:
    """Bring goods from one depot to another, in one transaction.

    Raises StockShort, GoodsExpired (name the lot), UnknownLot, LotExpiryDiffers, Invalid.
    """
    _check(center, actor, order)
    ledger.check_known(center.catalogue, order.to_depot, order.material)
    if order.to_depot == order.depot:
        raise Invalid(field="to_depot", value=order.to_depot)

    def act(work: Work) -> Moved:
        from_key, to_key = (order.depot, order.material), (order.to_depot, order.material)
        locked = ledger.all_locked(work, [from_key, to_key])
        stock, target = locked[from_key], locked[to_key]
        today, cause, is_named = ledger.local_day(center, work.now), Cause(reason=order.reason), order.lot is not None
        lines = ledger.take_out(work, stock, MoveKind.TRANSFER_OUT, order.quantity, cause, today=today, lot=order.lot, expired_too=is_named)
        work.session.flush()
        came_in = [_arrive(work, target, lot, line.quantity, Cause(reason=order.reason, pair_id=line.id)) for lot, line in lines]
        work.record(
            events.StockTransferred(
                depot=order.depot,
                to_depot=order.to_depot,
                material=order.material,
                quantity=order.quantity,
                balance=stock.on_hand,
                to_balance=target.on_hand,
                lots=_numbers(lines),
                reason=order.reason,
            )
        )
        return _moved(work, stock, order.quantity, [line for _, line in lines] + came_in, _numbers(lines))

    return once(center, actor, "transfer_stock", order, act)


def _arrive(work: Work, target: Stock, lot: StockLot, quantity: int, cause: Cause) -> StockMovement:
    own = ledger.lot_for(work, target, lot.lot, lot.expires_on, basis=lot.basis)
    return ledger.write_line(work, target, MoveKind.TRANSFER_IN, quantity, cause, lot=own)


def count(center: Center, order: Count, actor: Actor) -> Moved:
    """Set the books to what was counted; a count without difference is written down too.

    Without a lot, what is missing is taken from the lots as if it had been issued, and what was found more goes to the last of them.
    Raises CountUnexplained, CountBelowReserved, LotExpiryDiffers, Invalid.
    """
    _check(center, actor, order, crews_too=True)

    def act(work: Work) -> Moved:
        stock = ledger.all_locked(work, [(order.depot, order.material)])[order.depot, order.material]
        lot = None if order.lot is None else ledger.lot_for(work, stock, order.lot, order.expires_on)
        booked = stock.on_hand if lot is None else lot.on_hand
        difference = order.counted - booked
        if difference and not order.reason.strip():
            raise CountUnexplained(depot=order.depot, material=order.material, counted=order.counted, booked=booked)
        lines = set_to_counted(work, stock, difference, lot, order.reason, today=ledger.local_day(center, work.now))
        work.record(
            events.StockCounted(
                depot=order.depot,
                material=order.material,
                lot=order.lot,
                counted=order.counted,
                difference=difference,
                balance=stock.on_hand,
                reason=order.reason,
            )
        )
        return _moved(work, stock, difference, [line for _, line in lines], _numbers(lines))

    return once(center, actor, "count_stock", order, act)


def set_to_counted(work: Work, stock: Stock, difference: int, lot: StockLot | None, reason: str, *, today: date) -> Lines:
    """Write the lines of a count, for use inside another transaction. Raises CountBelowReserved."""
    if stock.on_hand + difference < stock.reserved:
        raise CountBelowReserved(
            depot=stock.depot_code, material=stock.material_code, counted=stock.on_hand + difference, reserved=stock.reserved
        )
    lots = [lot] if lot is not None else ledger.lots_of(work, stock)
    if difference >= 0:
        into = max(lots, key=lambda it: (it.expires_on or date.max, it.id), default=None) or ledger.lot_for(work, stock, UNLABELLED, None)
        line = ledger.write_line(work, stock, MoveKind.COUNT, difference, Cause(reason=reason), lot=into)
        return [(into, line)]
    return ledger.take_lots(work, stock, lots, MoveKind.COUNT, -difference, Cause(reason=reason), today=today)


def set_minimum(center: Center, order: SetMinimum, actor: Actor) -> None:
    """Say below which quantity the depot shall be refilled; from then on it is no default any more. Raises Invalid."""
    _check(center, actor, order)

    def act(work: Work) -> Moved:
        stock = ledger.all_locked(work, [(order.depot, order.material)])[order.depot, order.material]
        before = stock.minimum
        stock.minimum, stock.minimum_basis = order.minimum, "fact"
        work.record(events.StockMinimumSet(depot=order.depot, material=order.material, before=before, after=order.minimum))
        return _moved(work, stock, 0, [], [])

    once(center, actor, "set_stock_minimum", order, act)


# ---- what the verbs share --------------------------------------------------------------------------------------------------------


class _Keyed(Protocol):
    """An order with an idempotency key."""

    @property
    def key(self) -> str | None: ...


def once(center: Center, actor: Actor, verb: str, order: _Keyed, act: Callable[[Work], Moved]) -> Moved:
    """Run `act` in a transaction of its own; the same key with the same order gets the first answer and has one effect."""
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": verb, "order": fingerprint(order)})
        if earlier is not None:
            return Moved.from_answer(earlier)
        moved = act(work)
        work.answer(order.key, asdict(moved))
        return moved


def fingerprint(order: Any) -> str:  # noqa: ANN401 - any of the orders
    """The order without its key, as text."""
    return repr(replace(order, key=None))


def check_may_move(center: Center, actor: Actor, depot: str, *, crews_too: bool = False) -> None:
    """Raises NotPermitted. crews_too : whether a crew may do this in its own station's area."""
    if actor.may(Right.MOVE_STOCK):
        return
    vehicle = center.catalogue.vehicles.get(actor.unit_id or "")
    is_own = vehicle is not None and vehicle.area == center.catalogue.depots[depot].area
    if not (crews_too and is_own and actor.may(Right.MOVE_OWN_STOCK)):
        raise NotPermitted(role=actor.role.value, right=Right.MOVE_STOCK.value)


def _check(center: Center, actor: Actor, order: Receive | Move | Transfer | Count | SetMinimum, *, crews_too: bool = False) -> None:
    ledger.check_known(center.catalogue, order.depot, order.material)
    check_may_move(center, actor, order.depot, crews_too=crews_too)
    match order:
        case Count(counted=number):
            _check_level("counted", number)
        case SetMinimum(minimum=number):
            _check_level("minimum", number)
        case _:
            ledger.check_quantity(order.quantity)
    if not isinstance(order, SetMinimum):
        check_lot_number(order.lot)


def _check_level(field: str, number: int) -> None:
    if not 0 <= number <= MOST_AT_ONCE:
        raise Invalid(field=field, value=number)


def check_lot_number(lot: str | None) -> None:
    """Raises Invalid for what cannot be printed on a packing."""
    if lot is not None and not (0 < len(lot) <= LONGEST_LOT and lot.isprintable() and lot == lot.strip()):
        raise Invalid(field="lot", value=lot[:LONGEST_LOT])


def _take(center: Center, order: Move, actor: Actor, kind: MoveKind, *, crews_too: bool = False) -> Moved:
    _check(center, actor, order, crews_too=crews_too)
    cause = Cause(reason=order.reason, for_kind=order.for_kind, for_id=order.for_id)

    def act(work: Work) -> Moved:
        _check_purpose(work, order)
        stock = ledger.locked_stock(work, order.depot, order.material)
        if stock is None:
            raise StockShort(depot=order.depot, material=order.material, lot=order.lot, available=0, wanted=order.quantity)
        today = ledger.local_day(center, work.now)
        if kind is MoveKind.WRITE_OFF:
            lines = ledger.strike_off(work, stock, order.quantity, cause, lot=order.lot)
        else:
            lines = ledger.take_out(work, stock, kind, order.quantity, cause, today=today, lot=order.lot, expired_too=order.expired_too)
        return _told(work, kind, stock, lines, cause, today=today)

    return once(center, actor, f"{kind.value}_stock", order, act)


def _check_purpose(work: Work, order: Move) -> None:
    if (order.for_kind is None) != (order.for_id is None):
        raise Invalid(field="for_id", value=order.for_id)
    if order.for_kind == "incident" and work.session.get(Incident, order.for_id) is None:
        raise UnknownIncident(incident=order.for_id)
    if order.for_kind == "activation" and work.session.get(Activation, order.for_id) is None:
        raise UnknownActivation(activation=order.for_id)


def _reserved(center: Center, work: Work, order: ReservedMove, actor: Actor, *, crews_too: bool = False) -> tuple[Stock, Reservation]:
    """The reservation with its stock row, locked in the one order. Raises UnknownReservation, NotPermitted."""
    seen = work.session.get(Reservation, order.reservation_id)
    if seen is None:
        raise UnknownReservation(reservation=order.reservation_id)
    check_may_move(center, actor, seen.depot_code, crews_too=crews_too)
    stock = work.get(Stock, (seen.depot_code, seen.material_code))
    return stock, work.get(Reservation, order.reservation_id)


def _told(
    work: Work,
    kind: MoveKind,
    stock: Stock,
    lines: Lines,
    cause: Cause,
    *,
    today: date | None = None,
    without_lot: StockMovement | None = None,
) -> Moved:
    """Record the move and say what became of it. today : given where goods left, whose last day may have been before it.

    without_lot : the only line of goods that were used up outside.
    """
    quantity = sum(line.quantity for _, line in lines) if without_lot is None else without_lot.quantity
    for_kind, for_id = cause.purpose
    work.record(
        events.StockMoved(
            kind=kind.value,
            depot=stock.depot_code,
            material=stock.material_code,
            quantity=quantity,
            balance=stock.on_hand,
            reserved=stock.reserved,
            lots=_numbers(lines),
            expired=0 if today is None else sum(line.quantity for lot, line in lines if is_expired(lot.expires_on, today)),
            incident_id=for_id if for_kind == "incident" else None,
            activation_id=for_id if for_kind == "activation" else None,
            reservation_id=None if cause.reservation is None else cause.reservation.id,
            reason=cause.reason,
        )
    )
    written = [line for _, line in lines] if without_lot is None else [without_lot]
    return _moved(work, stock, quantity, written, _numbers(lines))


def _moved(work: Work, stock: Stock, quantity: int, written: Sequence[StockMovement], lots: Sequence[str]) -> Moved:
    work.session.flush()
    return Moved(
        depot=stock.depot_code,
        material=stock.material_code,
        quantity=quantity,
        on_hand=stock.on_hand,
        reserved=stock.reserved,
        lots=tuple(lots),
        movement_ids=tuple(line.id for line in written),
    )


def _numbers(lines: Lines) -> list[str]:
    return [lot.lot for lot, _ in lines]
