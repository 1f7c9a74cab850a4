"""The ledger: the only place that changes a balance, always together with the line that says why.

Every function works inside the caller's transaction and expects the stock row it is given to be locked; that row guards its lots and
reservations. Whoever needs several stock rows locks them in the order (depot, material).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, bindparam, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from command_center.center import Center
from command_center.db.tables import Reservation, Stock, StockLot, StockMovement
from command_center.db.work import Work
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import (
    Fact,
    GoodsExpired,
    Invalid,
    LotExpiryDiffers,
    MoreThanIssued,
    StockShort,
    UnknownDepot,
    UnknownLot,
    UnknownMaterial,
)
from command_center.domain.stock import (
    LONGEST_REASON,
    MOST_AT_ONCE,
    MOST_ON_HAND,
    Lot,
    MoveKind,
    ReservationStatus,
    available,
    default_minimum,
    effect,
    first_to_leave,
    first_to_write_off,
    is_expired,
    opening_lots,
    reservation_status,
    take,
)
from command_center.services.stock_available import Balance

Key = tuple[str, str]
"""(depot, material): one stock row."""

Share = tuple[Stock, Reservation, int]
"""So much of a reservation in one depot."""

Lines = list[tuple[StockLot, StockMovement]]
"""Lines of the ledger, each with the lot it touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why stock moves: written on every line it leads to. Raises Invalid for a reason nobody would read to its end."""

    reason: str = ""
    reservation: Reservation | None = None
    for_kind: str | None = None
    for_id: int | None = None
    pair_id: int | None = None

    def __post_init__(self) -> None:
        if len(self.reason) > LONGEST_REASON:
            raise Invalid(field="reason", value=self.reason[:40])

    @property
    def purpose(self) -> tuple[str | None, int | None]:
        """For what: a reservation knows it."""
        return (self.for_kind, self.for_id) if self.reservation is None else (self.reservation.for_kind, self.reservation.for_id)


def local_day(center: Center, now: datetime) -> date:
    """The date on the street's calendars."""
    return now.astimezone(ZoneInfo(center.catalogue.street.timezone)).date()


def check_known(catalogue: Catalogue, depot: str, material: str) -> None:
    """Raises UnknownDepot, UnknownMaterial."""
    if depot not in catalogue.depots:
        raise UnknownDepot(depot=depot)
    if material not in catalogue.materials:
        raise UnknownMaterial(material=material)


def check_quantity(quantity: int, field: str = "quantity") -> None:
    """Raises Invalid for what nobody can move at once."""
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise Invalid(field=field, value=quantity)


# ---- finding and locking ---------------------------------------------------------------------------------------------------------


def locked_stock(work: Work, depot: str, material: str) -> Stock | None:
    """The stock row, locked; None where the depot never had this material."""
    return work.session.get(Stock, (depot, material), with_for_update=True, populate_existing=True)


def all_locked(work: Work, keys: Iterable[Key]) -> dict[Key, Stock]:
    """Stock rows locked in the one order; depots that never had the material get a row with nothing on hand."""
    return {(stock.depot_code, stock.material_code): stock for stock in [_made(work, *key) for key in sorted(set(keys))]}


def locked_stocks(work: Work, keys: Iterable[Key]) -> dict[Key, Stock]:
    """Those of the stock rows that there are, locked in the one order by one statement."""
    rows = select(Stock).where(tuple_(Stock.depot_code, Stock.material_code).in_(sorted(set(keys))))
    in_order = rows.order_by(Stock.depot_code, Stock.material_code).with_for_update().execution_options(populate_existing=True)
    return {(stock.depot_code, stock.material_code): stock for stock in work.session.scalars(in_order)}


def _made(work: Work, depot: str, material: str) -> Stock:
    return locked_stock(work, depot, material) or _put_in_and_lock(work, depot, material)


def _put_in_and_lock(work: Work, depot: str, material: str) -> Stock:
    put_in_empty(work, [(depot, material)])
    return work.get(Stock, (depot, material))


def put_in_empty(work: Work, keys: Sequence[Key]) -> None:
    """Stock rows with nothing on hand, where there are none yet; another transaction may be doing the same."""
    insert_into = (postgresql.insert if work.session.get_bind().dialect.name == "postgresql" else sqlite.insert)(Stock)
    rows = [_empty(key) for key in sorted(set(keys))]
    if rows:
        work.session.execute(insert_into.on_conflict_do_nothing(), rows)


def _empty(key: Key) -> dict[str, Any]:
    names = {"depot_code": key[0], "material_code": key[1]}
    return {**names, "on_hand": 0, "reserved": 0, "minimum": 0, "minimum_basis": "working", "version": 1}


def lots_of(work: Work, stock: Stock) -> list[StockLot]:
    """The lots of a locked stock row, as they are now."""
    query = select(StockLot).where(StockLot.depot_code == stock.depot_code, StockLot.material_code == stock.material_code)
    return list(work.session.scalars(query.order_by(StockLot.id).execution_options(populate_existing=True)))


def _named(lots: Iterable[StockLot], stock: Stock, number: str | None) -> list[StockLot]:
    """The lot of this number, or all of them for None. Raises UnknownLot."""
    found = [lot for lot in lots if number in (None, lot.lot)]
    if number is not None and not found:
        raise UnknownLot(depot=stock.depot_code, material=stock.material_code, lot=number)
    return found


def lot_for(work: Work, stock: Stock, number: str, expires_on: date | None, *, basis: str = "fact") -> StockLot:
    """The lot goods go into: the known one of this number, else a new one. Raises LotExpiryDiffers."""
    found = next((lot for lot in lots_of(work, stock) if lot.lot == number), None)
    if found is None:
        return work.add(new_lot(stock, number, expires_on, at=work.now, basis=basis))
    if expires_on is not None and found.expires_on != expires_on:
        raise LotExpiryDiffers(
            depot=stock.depot_code,
            material=stock.material_code,
            lot=number,
            expires_on=None if found.expires_on is None else found.expires_on.isoformat(),
            given=expires_on.isoformat(),
        )
    return found


def new_lot(stock: Stock, number: str, expires_on: date | None, *, at: datetime, basis: str) -> StockLot:
    """An empty lot; what it holds comes by a movement."""
    return StockLot(
        depot_code=stock.depot_code,
        material_code=stock.material_code,
        lot=number,
        expires_on=expires_on,
        on_hand=0,
        basis=basis,
        received_at=at,
    )


# ---- writing lines ---------------------------------------------------------------------------------------------------------------


def write_line(work: Work, stock: Stock, kind: MoveKind, quantity: int, cause: Cause, *, lot: StockLot | None = None) -> StockMovement:
    """One line, and the balances it changes. quantity : positive; of a count, the signed difference.

    Raises Invalid when the depot would hold absurdly much.
    """
    line = StockMovement(**_line(work, stock, kind, quantity, cause), lot=lot)
    if lot is not None:
        lot.on_hand += line.on_hand_change
    work.session.add(line)
    return line


def _line(
    work: Work, stock: Stock, kind: MoveKind, quantity: int, cause: Cause, *, assign: Callable[[Any, str, Any], None] = setattr
) -> dict[str, Any]:
    """The columns of a line, with the depot's balances changed by it. assign : set_committed_value where the caller saves them itself."""
    on_hand, reserved = effect(kind, quantity, of_reservation=cause.reservation is not None)
    if stock.on_hand + on_hand > MOST_ON_HAND:
        raise Invalid(field="quantity", value=quantity)
    assign(stock, "on_hand", stock.on_hand + on_hand)
    assign(stock, "reserved", stock.reserved + reserved)
    for_kind, for_id = cause.purpose
    return {
        "at": work.now,
        "actor": work.actor.name,
        "kind": kind,
        "depot_code": stock.depot_code,
        "material_code": stock.material_code,
        "quantity": abs(quantity),
        "on_hand_change": on_hand,
        "reserved_change": reserved,
        "on_hand_after": stock.on_hand,
        "reserved_after": stock.reserved,
        "reservation_id": None if cause.reservation is None else cause.reservation.id,
        "pair_id": cause.pair_id,
        "for_kind": for_kind,
        "for_id": for_id,
        "reason": cause.reason,
    }


def take_out(  # noqa: PLR0913 - what, why, from which lots and how strictly are each the caller's to say
    work: Work,
    stock: Stock,
    kind: MoveKind,
    quantity: int,
    cause: Cause,
    *,
    today: date,
    lot: str | None = None,
    expired_too: bool = False,
) -> Lines:
    """Goods leave, soonest to expire first unless a lot is named. With a reservation as cause they come out of what it holds.

    What has expired goes last, and only when somebody said so (expired_too). Goods in date that others have put by stay for them.
    Raises StockShort with what is available, GoodsExpired, UnknownLot.
    """
    lots = lots_of(work, stock)
    chosen = _named(lots, stock, lot)
    gone_by = [it for it in lots if is_expired(it.expires_on, today)]
    good, old = [it for it in chosen if it not in gone_by], [it for it in chosen if it in gone_by]
    expired = _pieces(gone_by)
    if cause.reservation is None:
        free, free_good = stock.on_hand - stock.reserved, available(on_hand=stock.on_hand, reserved=stock.reserved, expired=expired)
    else:
        free, free_good = cause.reservation.held, min(cause.reservation.held, stock.on_hand - expired)
    of_good = min(free_good, _pieces(good))
    of_old = min(free - of_good, _pieces(old))
    missing = max(0, quantity - of_good)
    facts: dict[str, Fact] = {"depot": stock.depot_code, "material": stock.material_code, "lot": lot, "wanted": quantity}
    if missing > of_old:
        raise StockShort(available=of_good + (of_old if expired_too else 0), **facts)
    if missing and not expired_too:
        raise GoodsExpired(available=of_good, expired=missing, **facts)
    in_date = take_lots(work, stock, good, kind, quantity - missing, cause, today=today)
    return in_date + take_lots(work, stock, old, kind, missing, cause, today=today)


def _pieces(lots: Iterable[StockLot]) -> int:
    return sum(it.on_hand for it in lots)


def strike_off(work: Work, stock: Stock, quantity: int, cause: Cause, *, lot: str | None = None) -> Lines:
    """Goods are written off, what expired first before the rest unless a lot is named; not what is put by.

    Raises StockShort with what may be written off, UnknownLot.
    """
    chosen = _named(lots_of(work, stock), stock, lot)
    most = min(stock.on_hand - stock.reserved, _pieces(chosen))
    if quantity > most:
        raise StockShort(depot=stock.depot_code, material=stock.material_code, lot=lot, available=most, wanted=quantity)
    order = first_to_write_off(_as_lot(it) for it in chosen)
    return _take_in_order(work, stock, MoveKind.WRITE_OFF, quantity, cause, order=order, rows=chosen)


def take_lots(work: Work, stock: Stock, lots: Sequence[StockLot], kind: MoveKind, quantity: int, cause: Cause, *, today: date) -> Lines:
    """Take from these lots, soonest to expire first; the caller has checked that they hold so much."""
    order = first_to_leave((_as_lot(it) for it in lots), today)
    return _take_in_order(work, stock, kind, quantity, cause, order=order, rows=lots)


def _take_in_order(
    work: Work, stock: Stock, kind: MoveKind, quantity: int, cause: Cause, *, order: Sequence[Lot], rows: Iterable[StockLot]
) -> Lines:
    by_id = {it.id: it for it in rows}
    lines = []
    for chosen, share in take(order, quantity):
        row = by_id[chosen.lot_id]
        lines.append((row, write_line(work, stock, kind, -share if kind is MoveKind.COUNT else share, cause, lot=row)))
    return lines


def _as_lot(row: StockLot) -> Lot:
    return Lot(lot_id=row.id, number=row.lot, expires_on=row.expires_on, on_hand=row.on_hand)


def bring_back(work: Work, stock: Stock, quantity: int, cause: Cause, *, out: int | None = None, lot: str | None = None) -> Lines:
    """Issued goods come back into the lots they left, last issued first; `lot` names one of them. out : how many are still out, None
    counts what left this depot without a reservation. Raises MoreThanIssued.
    """
    lots = {it.id: it for it in lots_of(work, stock) if lot in (None, it.lot)}
    left = {lot_id: away for lot_id, away in _out_by_lot(work, stock, cause.reservation).items() if lot_id in lots}
    most = sum(left.values()) if out is None else min(out, sum(left.values()))
    if quantity > most:
        raise MoreThanIssued(depot=stock.depot_code, material=stock.material_code, out=most, wanted=quantity)
    lines = []
    for lot_id, away in left.items():
        share = min(away, quantity)
        if share > 0:
            lines.append((lots[lot_id], write_line(work, stock, MoveKind.RETURN, share, cause, lot=lots[lot_id])))
            quantity -= share
    return lines


def _out_by_lot(work: Work, stock: Stock, reservation: Reservation | None) -> dict[int, int]:
    """Lot -> what was issued of it (for this reservation, or for none) and has not come back; last issued first."""
    line = StockMovement
    of_whom = line.reservation_id.is_(None) if reservation is None else line.reservation_id == reservation.id
    rows = work.session.execute(
        select(line.lot_id, -func.sum(line.on_hand_change))
        .where(
            line.depot_code == stock.depot_code,
            line.material_code == stock.material_code,
            line.kind.in_((MoveKind.ISSUE, MoveKind.RETURN)),
            line.lot_id.is_not(None),
            of_whom,
        )
        .group_by(line.lot_id)
        .order_by(func.max(line.id).desc())
    )
    return {lot_id: int(out) for lot_id, out in rows if lot_id is not None and out > 0}


def hold(work: Work, shares: Sequence[Share], reason: str = "") -> None:
    """Put quantities by for reservations; the caller has checked that they are available. Hundreds cost three statements."""
    _move_reserves(work, shares, MoveKind.RESERVE, "quantity", reason)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a reservation is for: the kind of thing, its id, and its step, "" for none."""

    for_kind: str
    for_id: int
    step_id: str


def hold_anew(
    work: Work, purpose: Purpose, shares: Sequence[tuple[str, str, int]], balances: Mapping[Key, Balance]
) -> list[tuple[int, tuple[str, str, int]]]:
    """Put quantities by for a purpose that has nothing of them yet; returns every new reservation's id with its share.

    shares : depot, material, quantity, each pair once; the caller has locked the rows and seen their balances, and that there is enough.
    A plan at its gravest level takes of a thousand rows: three statements do it, and no object is made for any of them.
    """
    if not shares:
        return []
    work.session.flush()
    of = {"for_kind": purpose.for_kind, "for_id": purpose.for_id}
    nothing = {"released": 0, "issued": 0, "returned": 0, "consumed": 0, "status": ReservationStatus.HELD, "version": 1}
    opened = {**of, **nothing, "step_id": purpose.step_id, "at": work.now, "by": work.actor.name}
    accounts = insert(cast("Table", Reservation.__table__)).returning(Reservation.id, sort_by_parameter_order=True)
    connection = work.session.connection()
    rows = [{**opened, "depot_code": depot, "material_code": material, "quantity": quantity} for depot, material, quantity in shares]
    ids = list(connection.execute(accounts, rows).scalars())
    stock = cast("Table", Stock.__table__)
    same = (stock.c.depot_code == bindparam("of_depot"), stock.c.material_code == bindparam("of_material"))
    more = update(stock).where(*same).values(reserved=stock.c.reserved + bindparam("more"), version=stock.c.version + 1)
    connection.execute(more, [{"of_depot": depot, "of_material": material, "more": quantity} for depot, material, quantity in shares])
    line = {**of, "at": work.now, "actor": work.actor.name, "kind": MoveKind.RESERVE, "on_hand_change": 0, "pair_id": None, "reason": ""}
    lines = [
        {
            **line,
            "depot_code": depot,
            "material_code": material,
            "quantity": quantity,
            "reserved_change": quantity,
            "on_hand_after": balances[depot, material].on_hand,
            "reserved_after": balances[depot, material].reserved + quantity,
            "reservation_id": id_,
        }
        for id_, (depot, material, quantity) in zip(ids, shares, strict=True)
    ]
    connection.execute(insert(cast("Table", StockMovement.__table__)), lines)
    for kept in work.session.identity_map.values():
        if isinstance(kept, Stock) and (kept.depot_code, kept.material_code) in balances:
            work.session.expire(kept)
    return list(zip(ids, shares, strict=True))


def let_go(work: Work, shares: Sequence[Share], reason: str = "") -> None:
    """Give back what reservations still hold in the depots; the caller has checked that they hold so much. Three statements as well."""
    _move_reserves(work, shares, MoveKind.RELEASE, "released", reason)


def _move_reserves(work: Work, shares: Sequence[Share], kind: MoveKind, counted: Literal["quantity", "released"], reason: str) -> None:
    """The session would send a statement per row, so it is told what to take for saved already. counted : what of a reservation grows."""
    if not shares:
        return
    work.session.flush()
    lines = []
    for stock, account, quantity in shares:
        cause = Cause(reason=reason, reservation=account)
        lines.append(_line(work, stock, kind, quantity, cause, assign=set_committed_value))
        set_committed_value(account, counted, getattr(account, counted) + quantity)
        set_committed_value(account, "status", _status_of(account))
    _save(work, Stock, {id(stock): stock for stock, _, _ in shares}.values(), ("reserved",))
    _save(work, Reservation, {id(it): it for _, it, _ in shares}.values(), (counted, "status"))
    work.session.execute(insert(StockMovement), lines)


def _save(work: Work, kind: type[Stock | Reservation], rows: Iterable[Stock | Reservation], changed: Sequence[str]) -> None:
    """Write these columns of locked rows in one statement."""
    kept = list(rows)
    table = cast("Table", kind.__table__)
    keys = [column.name for column in table.primary_key]
    statement = (
        update(table)
        .where(*(table.c[key] == bindparam(f"of_{key}") for key in keys))
        .values(version=table.c.version + 1, **{name: bindparam(f"to_{name}") for name in changed})
    )
    values = [{f"of_{key}": getattr(row, key) for key in keys} | {f"to_{name}": getattr(row, name) for name in changed} for row in kept]
    work.session.connection().execute(statement, values)
    for row in kept:
        set_committed_value(row, "version", row.version + 1)


def note_outcome(reservation: Reservation, *, issued: int = 0, returned: int = 0, consumed: int = 0) -> None:
    """Keep count of what became of a reservation."""
    reservation.issued += issued
    reservation.returned += returned
    reservation.consumed += consumed
    _follow(reservation)


def _follow(reservation: Reservation) -> None:
    reservation.status = _status_of(reservation)


def _status_of(reservation: Reservation) -> ReservationStatus:
    return reservation_status(
        quantity=reservation.quantity,
        released=reservation.released,
        issued=reservation.issued,
        returned=reservation.returned,
        consumed=reservation.consumed,
    )


# ---- opening ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a new centre's depots were filled with."""

    depots: int
    materials: int
    lots: int
    items: int


def open_stock(work: Work, catalogue: Catalogue, today: date) -> Opened:
    """Fill every depot with its tier's typical quantities where nothing is known yet: one received line per lot, demonstration data.

    What was moved or counted since stays. Written in bulk: some thousand lines at the first start, none later.
    """
    known = {(depot, material) for depot, material in work.session.execute(select(Stock.depot_code, Stock.material_code))}
    typical = {
        (depot.code, material.code): material.quantity(depot.tier)
        for depot in catalogue.depots.values()
        for material in catalogue.materials.values()
        if material.quantity(depot.tier) > 0 and (depot.code, material.code) not in known
    }
    if not typical:
        return Opened(depots=0, materials=0, lots=0, items=0)
    work.session.execute(
        insert(Stock), [_empty(key) | {"on_hand": quantity, "minimum": default_minimum(quantity)} for key, quantity in typical.items()]
    )
    lots = [
        {
            "depot_code": depot,
            "material_code": material,
            "basis": "demo",
            "received_at": work.now,
            "lot": lot.number,
            "expires_on": lot.expires_on,
            "on_hand": lot.quantity,
        }
        for (depot, material), quantity in typical.items()
        for lot in opening_lots(depot, material, quantity, shelf_life_months=catalogue.materials[material].shelf_life_months, today=today)
    ]
    lot_ids = work.session.scalars(insert(StockLot).returning(StockLot.id, sort_by_parameter_order=True), lots).all()
    work.session.execute(insert(StockMovement), _opening_lines(work, lots, lot_ids))
    return Opened(
        depots=len({depot for depot, _ in typical}),
        materials=len({material for _, material in typical}),
        lots=len(lots),
        items=sum(typical.values()),
    )


def _opening_lines(work: Work, lots: Sequence[Mapping[str, Any]], lot_ids: Sequence[int]) -> list[dict[str, Any]]:
    balances: dict[Key, int] = {}
    lines = []
    for lot, lot_id in zip(lots, lot_ids, strict=True):
        key, quantity = (lot["depot_code"], lot["material_code"]), lot["on_hand"]
        balances[key] = balances.get(key, 0) + quantity
        lines.append(
            {
                "at": work.now,
                "actor": work.actor.name,
                "kind": MoveKind.RECEIVE,
                "reason": "",
                "lot_id": lot_id,
                "depot_code": key[0],
                "material_code": key[1],
                "quantity": quantity,
                "on_hand_change": quantity,
                "on_hand_after": balances[key],
                "reserved_change": 0,
                "reserved_after": 0,
            }
        )
    return lines


# ---- proving ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerGap:
    """A balance that its ledger lines do not explain. what : on_hand, reserved, lots (of the stock row), lot, or held (reservations)."""

    depot: str
    material: str
    what: str
    balance: int
    ledger: int


def verify_ledger(session: Session) -> list[LedgerGap]:
    """Add up the whole ledger and compare it with every balance; empty when all of them agree."""
    line, lot, it = StockMovement, StockLot, Reservation
    by_stock = (line.depot_code, line.material_code)
    on_hand = _sums(session, select(*by_stock, func.sum(line.on_hand_change)).group_by(*by_stock))
    reserved = _sums(session, select(*by_stock, func.sum(line.reserved_change)).group_by(*by_stock))
    in_lots = _sums(session, select(lot.depot_code, lot.material_code, func.sum(lot.on_hand)).group_by(lot.depot_code, lot.material_code))
    held = _sums(
        session,
        select(it.depot_code, it.material_code, func.sum(it.quantity - it.released - it.issued)).group_by(it.depot_code, it.material_code),
    )
    gaps = [
        LedgerGap(depot=key[0], material=key[1], what=what, balance=balance, ledger=sums.get(key, 0))
        for stock in session.scalars(select(Stock).order_by(Stock.depot_code, Stock.material_code))
        for key in [(stock.depot_code, stock.material_code)]
        for what, balance, sums in (
            ("on_hand", stock.on_hand, on_hand),
            ("reserved", stock.reserved, reserved),
            ("lots", stock.on_hand, in_lots),
            ("held", stock.reserved, held),
        )
        if balance != sums.get(key, 0)
    ]
    return gaps + _lot_gaps(session)


def _sums(session: Session, query: Any) -> dict[Key, int]:  # noqa: ANN401 - a select of three columns
    return {(depot, material): int(total) for depot, material, total in session.execute(query)}


def _lot_gaps(session: Session) -> list[LedgerGap]:
    moved = select(StockMovement.lot_id, func.sum(StockMovement.on_hand_change).label("total")).group_by(StockMovement.lot_id).subquery()
    rows = session.execute(
        select(StockLot.depot_code, StockLot.material_code, StockLot.on_hand, func.coalesce(moved.c.total, 0))
        .outerjoin(moved, moved.c.lot_id == StockLot.id)
        .where(StockLot.on_hand != func.coalesce(moved.c.total, 0))
    )
    return [
        LedgerGap(depot=depot, material=material, what="lot", balance=on_hand, ledger=int(total))
        for depot, material, on_hand, total in rows
    ]
