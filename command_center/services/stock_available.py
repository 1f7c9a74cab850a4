"""What of the stock is in date and not put by. Goods past their last day are on hand until they are written off, but never available."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from sqlalchemy import BindParameter, ColumnElement, Date, Select, Subquery, and_, bindparam, case, func, literal, select
from sqlalchemy.orm import Session

from command_center.db.engine import columns
from command_center.db.tables import Stock, StockLot
from command_center.domain.stock import available

LOT_IS_THERE = StockLot.on_hand > literal(0, literal_execute=True)
"""As the partial index has it: a bound value would hide from the planner that it fits."""


def good_until_at_most(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Lots that hold something and whose last day is not after this one. Bounded on both sides: otherwise SQLite prefers to go through
    all lots in the order of a grouping.
    """
    return and_(LOT_IS_THERE, StockLot.expires_on.between(date.min, day))


def _expired(today: date) -> ColumnElement[bool]:
    return good_until_at_most(today - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class InDate:
    """Expressions over Stock for a statement that `joined` has made. expired : pieces; what is put by is taken to be of the good ones."""

    lots: Subquery
    expired: ColumnElement[int]
    in_date: ColumnElement[int]
    available: ColumnElement[int]

    @classmethod
    def on(cls, today: date) -> Self:
        """As it is on a day of the street's calendar."""
        by_stock = (StockLot.depot_code, StockLot.material_code)
        over = select(*by_stock, func.sum(StockLot.on_hand).label("pieces")).where(_expired(today))
        lots = over.group_by(*by_stock).subquery("expired_lots")
        expired = func.coalesce(lots.c.pieces, 0)
        in_date = Stock.on_hand - expired
        return cls(lots, expired, in_date, case((in_date > Stock.reserved, in_date - Stock.reserved), else_=0))

    def joined(self, *columns: Any) -> Select[Any]:  # noqa: ANN401 - whatever a select takes
        """A select of these columns from all stock."""
        same = and_(self.lots.c.depot_code == Stock.depot_code, self.lots.c.material_code == Stock.material_code)
        return select(*columns).select_from(Stock).outerjoin(self.lots, same)


@dataclass(frozen=True, slots=True)
class StockNow:
    """A balance and how much of it has expired."""

    row: Stock
    expired: int

    @property
    def in_date(self) -> int:
        return self.row.on_hand - self.expired

    @property
    def available(self) -> int:
        """What may still be reserved or handed out."""
        return available(on_hand=self.row.on_hand, reserved=self.row.reserved, expired=self.expired)

    @property
    def lacks(self) -> int:
        """How much is missing to the minimum."""
        return max(0, self.row.minimum - self.in_date)


def stock_now(session: Session, today: date, wanted: Callable[[InDate], ColumnElement[bool]]) -> list[StockNow]:
    """Balances of which `wanted` says so, by depot and material."""
    now = InDate.on(today)
    query = now.joined(Stock, now.expired).where(wanted(now)).order_by(Stock.depot_code, Stock.material_code)
    return [StockNow(row, int(expired)) for row, expired in session.execute(query)]


def is_lacking(now: InDate) -> ColumnElement[bool]:
    """Less in date than the minimum: goods that have expired fill no depot."""
    return now.in_date < Stock.minimum


def emptiest(it: StockNow) -> tuple[float, str, str]:
    """To sort what is lacking by: that which lacks the greatest part of its minimum first."""
    return it.in_date / it.row.minimum, it.row.depot_code, it.row.material_code


@dataclass(frozen=True, slots=True)
class Balance:
    """The figures of a stock row, without the row."""

    on_hand: int
    reserved: int
    available: int


# Statements put together once: every proposal that wants stock brought along asks these.
_MATERIALS: BindParameter[str] = bindparam("materials", expanding=True)
_BALANCES = (
    select(Stock.depot_code, Stock.material_code, Stock.on_hand, Stock.reserved)
    .where(Stock.material_code.in_(_MATERIALS))
    .order_by(Stock.depot_code, Stock.material_code)
)
_EXPIRED = (
    select(StockLot.depot_code, StockLot.material_code, func.sum(StockLot.on_hand))
    .where(StockLot.material_code.in_(_MATERIALS), good_until_at_most(bindparam("yesterday", type_=Date)))
    .group_by(StockLot.depot_code, StockLot.material_code)
)


def balances(session: Session, today: date, materials: Collection[str]) -> dict[tuple[str, str], Balance]:
    """Of these materials, by depot and material."""
    return _with_expired(session, today, materials, _BALANCES)


def locked_balances(
    session: Session, today: date, materials: Collection[str], depots: Collection[str] | None
) -> dict[tuple[str, str], Balance]:
    """The same; every row locked in the one order, so that nobody else reserves or takes of them until the end."""
    rows = _BALANCES if depots is None else _BALANCES.where(Stock.depot_code.in_(depots))
    return _with_expired(session, today, materials, rows.with_for_update())


def _with_expired(
    session: Session, today: date, materials: Collection[str], rows: Select[str, str, int, int]
) -> dict[tuple[str, str], Balance]:
    of = {"materials": list(materials)}
    held = columns(session, rows, of).all()
    lots = columns(session, _EXPIRED, of | {"yesterday": today - timedelta(days=1)})
    expired = {(depot, material): int(pieces) for depot, material, pieces in lots}
    return {
        (depot, material): Balance(
            on_hand, reserved, available(on_hand=on_hand, reserved=reserved, expired=expired.get((depot, material), 0))
        )
        for depot, material, on_hand, reserved in held
    }


def free_on_the_street(session: Session, today: date) -> dict[str, int]:
    """Material -> what all depots together may still give."""
    now = InDate.on(today)
    rows = session.execute(now.joined(Stock.material_code, func.sum(now.available)).group_by(Stock.material_code))
    return {material: int(free) for material, free in rows}
