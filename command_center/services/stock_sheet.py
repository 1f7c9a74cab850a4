"""Stock as an Excel sheet: out for counting, and back in as counts and minimums, all or nothing.

One row is one lot of one depot. What is filled in under "counted now" is booked as a count (with the reason beside it, when it differs from
the books), what is changed under "minimum stock" is set; an empty cell changes nothing. A sheet may have its columns in any order and its
headings in either language.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Stock, StockLot
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import UnknownDepot
from command_center.domain.rights import Actor, Right
from command_center.domain.stock import LONGEST_LOT, LONGEST_REASON, MOST_AT_ONCE, UNLABELLED, MoveKind
from command_center.domain.text import Language
from command_center.services import stock_ledger as ledger
from command_center.services.spreadsheets import Cell, Column, Problems, SheetRow, day, read_sheet, whole_number, write_sheet
from command_center.services.stock_ledger import Cause, Key
from command_center.words import N_

SHEET = N_("Stock")
COLUMNS = (
    Column(key="depot", title=N_("Depot code"), width=12),
    Column(key="depot_name", title=N_("Depot name"), width=30, needed=False),
    Column(key="material", title=N_("Material code"), width=14),
    Column(key="material_name", title=N_("Material name"), width=26, needed=False),
    Column(key="unit", title=N_("Unit of count"), width=12, needed=False),
    Column(key="lot", title=N_("Lot number"), width=18),
    Column(key="expires_on", title=N_("Good until"), width=14, needed=False),
    Column(key="booked", title=N_("Booked"), width=12, needed=False),
    Column(key="counted", title=N_("Counted now"), width=12),
    Column(key="minimum", title=N_("Minimum stock"), width=14),
    Column(key="reason", title=N_("Why it differs"), width=30, needed=False),
)


# ---- out -------------------------------------------------------------------------------------------------------------------------


def export_sheet(center: Center, language: Language, depot: str | None = None) -> bytes:
    """The stock of the street (or of one depot) as an .xlsx file: one row for every lot that holds something, and for what has run out.

    Raises UnknownDepot.
    """
    if depot is not None and depot not in center.catalogue.depots:
        raise UnknownDepot(depot=depot)
    return write_sheet(SHEET, COLUMNS, _exported(center, language, depot), language, is_drill=center.is_drill)


def _exported(center: Center, language: Language, depot: str | None) -> Iterable[Mapping[str, object]]:
    catalogue = center.catalogue
    lots = (Stock.depot_code == StockLot.depot_code) & (Stock.material_code == StockLot.material_code) & (StockLot.on_hand > 0)
    query = (
        select(Stock, StockLot).outerjoin(StockLot, lots).order_by(Stock.depot_code, Stock.material_code, StockLot.expires_on, StockLot.id)
    )
    if depot is not None:
        query = query.where(Stock.depot_code == depot)
    with center.read() as session:
        for stock, lot in session.execute(query):
            material = catalogue.materials[stock.material_code]
            yield {
                "depot": stock.depot_code,
                "depot_name": catalogue.depots[stock.depot_code].name.in_(language),
                "material": stock.material_code,
                "material_name": material.name.in_(language),
                "unit": material.unit.in_(language),
                **_of_lot(lot),
                "minimum": stock.minimum,
            }


def _of_lot(lot: StockLot | None) -> dict[str, object]:
    """Number, last day and quantity; a depot that has run out of the material has none."""
    if lot is None:
        return {"booked": 0}
    return {"lot": lot.lot, "expires_on": lot.expires_on, "booked": lot.on_hand}


# ---- reading one back ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row as somebody filled it in; None : the cell is empty. cells : where to complain about what."""

    depot: str
    material: str
    lot: str | None
    expires_on: date | None
    booked: int | None
    counted: int | None
    minimum: int | None
    reason: str
    cells: SheetRow

    @property
    def key(self) -> Key:
        return self.depot, self.material


def _lines(rows: Iterable[SheetRow], catalogue: Catalogue, problems: Problems) -> list[_Line]:
    """The rows in which every cell can be right."""
    found = []
    for row in rows:
        before = len(problems)
        line = _Line(
            depot=_code(row["depot"], "unknown_depot", catalogue.depots, problems),
            material=_code(row["material"], "unknown_material", catalogue.materials, problems),
            lot=_lot(row["lot"], problems),
            expires_on=day(row["expires_on"], problems),
            booked=whole_number(row["booked"], MOST_AT_ONCE, problems),
            counted=whole_number(row["counted"], MOST_AT_ONCE, problems),
            minimum=whole_number(row["minimum"], MOST_AT_ONCE, problems),
            reason=_reason(row["reason"], problems),
            cells=row,
        )
        if len(problems) == before:
            found.append(line)
    return found


def _code(cell: Cell, unknown: str, known: Mapping[str, object], problems: Problems) -> str:
    if cell.text not in known:
        problems.tell(cell, unknown if cell.text else "empty", cell.text)
    return cell.text


def _lot(cell: Cell, problems: Problems) -> str | None:
    if not cell.text:
        return None
    if not isinstance(cell.value, str | int | float) or len(cell.text) > LONGEST_LOT or not cell.text.isprintable():
        problems.tell(cell, "not_a_lot", cell.text)
    return cell.text


def _reason(cell: Cell, problems: Problems) -> str:
    if len(cell.text) > LONGEST_REASON:
        problems.tell(cell, "long_reason", cell.text)
    return cell.text


def _check_together(lines: Iterable[_Line], problems: Problems) -> None:
    """No lot twice, no two minimums for one depot and material."""
    first: dict[tuple[str, str, str], int] = {}
    minimums: dict[Key, int] = {}
    for line in lines:
        lot, row = (*line.key, line.lot or UNLABELLED), line.cells["lot"].row
        if first.setdefault(lot, row) != row:
            problems.tell(line.cells["lot"], "double_lot", first[lot])
        if line.minimum is not None and minimums.setdefault(line.key, line.minimum) != line.minimum:
            problems.tell(line.cells["minimum"], "minimum_differs", minimums[line.key])


# ---- in --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSheet:
    """What a sheet changed: lots counted, items more (or less) than before, minimums set."""

    rows: int
    counted: int
    difference: int
    minimums: int


def import_sheet(center: Center, data: bytes, actor: Actor, *, reason: str = "", key: str | None = None) -> ImportedSheet:
    """Book a filled-in sheet in one transaction: every row, or none.

    reason : of every difference that has none of its own. Raises SheetUnreadable, SheetRefused with every cell that is wrong.
    A row whose booked quantity is not the present one is refused: stock moved after the sheet was made, and the count would undo that.
    """
    actor.require(Right.MOVE_STOCK)
    problems = Problems()
    lines = _lines(read_sheet(data, COLUMNS, problems), center.catalogue, problems)
    _check_together(lines, problems)
    with center.work(actor) as work:
        earlier = work.answered(key, {"verb": "import_stock_sheet", "sheet": hashlib.sha256(data).hexdigest(), "reason": reason})
        if earlier is not None:
            return ImportedSheet(**earlier)
        books = _Books.opened(work, lines)
        for line in lines:
            _check_against_books(line, books, problems)
            _check_explained(line, books, reason, problems)
        _check_reserved(lines, books, problems)
        problems.refuse()
        imported = _book(work, lines, books, reason)
        work.record(events.StockImported(**asdict(imported), reason=reason))
        work.answer(key, asdict(imported))
        return imported


@dataclass(slots=True)
class _Books:
    """The present state of what a sheet speaks of, locked."""

    stocks: dict[Key, Stock]
    lots: dict[Key, dict[str, StockLot]]

    @classmethod
    def opened(cls, work: Work, lines: Sequence[_Line]) -> "_Books":
        keys, depots = {line.key for line in lines}, sorted({line.depot for line in lines})
        held = select(Stock).where(Stock.depot_code.in_(depots)).order_by(Stock.depot_code, Stock.material_code)
        known = {(it.depot_code, it.material_code) for it in work.session.scalars(held)}
        ledger.put_in_empty(work, sorted(keys - known))
        again = held.with_for_update().execution_options(populate_existing=True)
        stocks = {(it.depot_code, it.material_code): it for it in work.session.scalars(again)}
        lots: dict[Key, dict[str, StockLot]] = {key: {} for key in stocks}
        for lot in work.session.scalars(select(StockLot).where(StockLot.depot_code.in_(depots)).order_by(StockLot.id)):
            lots[lot.depot_code, lot.material_code][lot.lot] = lot
        return cls(stocks, lots)

    def lot_of(self, line: _Line) -> StockLot | None:
        return self.lots[line.key].get(line.lot or UNLABELLED)

    def on_hand(self, line: _Line) -> int:
        lot = self.lot_of(line)
        return 0 if lot is None else lot.on_hand


def _check_against_books(line: _Line, books: _Books, problems: Problems) -> None:
    lot = books.lot_of(line)
    if line.lot is None and line.counted is not None and (named := sorted(books.lots[line.key].keys() - {UNLABELLED})):
        problems.tell(line.cells["lot"], "lot_needed", "、".join(named))
        return
    if lot is not None and line.expires_on not in (None, lot.expires_on):
        problems.tell(line.cells["expires_on"], "expiry_differs", lot.expires_on or "-")
    if line.counted is not None and line.booked not in (None, books.on_hand(line)):
        problems.tell(line.cells["booked"], "moved_meanwhile", books.on_hand(line))


def _check_explained(line: _Line, books: _Books, reason: str, problems: Problems) -> None:
    if line.counted not in (None, books.on_hand(line)) and not (line.reason or reason.strip()):
        problems.tell(line.cells["reason"], "reason_needed", books.on_hand(line))


def _check_reserved(lines: Iterable[_Line], books: _Books, problems: Problems) -> None:
    """What is left of all lots together must cover what is reserved."""
    counted = [line for line in lines if line.counted is not None]
    after = {key: stock.on_hand for key, stock in books.stocks.items()}
    for line in counted:
        after[line.key] += (line.counted or 0) - books.on_hand(line)
    last = {line.key: line for line in counted}
    for key, line in last.items():
        if after[key] < books.stocks[key].reserved:
            problems.tell(line.cells["counted"], "below_reserved", books.stocks[key].reserved)


def _book(work: Work, lines: Sequence[_Line], books: _Books, reason: str) -> ImportedSheet:
    counted = [line for line in lines if line.counted is not None]
    fresh = [line for line in counted if books.lot_of(line) is None]
    for line in fresh:
        lot = ledger.new_lot(books.stocks[line.key], line.lot or UNLABELLED, line.expires_on, at=work.now, basis="fact")
        books.lots[line.key][lot.lot] = lot
    difference = 0
    for line in counted:
        change = (line.counted or 0) - books.on_hand(line)
        ledger.write_line(work, books.stocks[line.key], MoveKind.COUNT, change, Cause(reason=line.reason or reason), lot=books.lot_of(line))
        difference += change
    minimums = {line.key: line.minimum for line in lines if line.minimum is not None and line.minimum != books.stocks[line.key].minimum}
    for key, minimum in minimums.items():
        books.stocks[key].minimum, books.stocks[key].minimum_basis = minimum, "fact"
    return ImportedSheet(rows=len(lines), counted=len(counted), difference=difference, minimums=len(minimums))
