"""Stock as an Excel sheet: out for counting, and back in as counts and minimums, all or nothing.

One row is one lot of one depot. What is filled in under "counted now" is booked as a count (with the reason beside it, when it differs from
the books), what is changed under "minimum stock" is set; an empty cell changes nothing. A sheet may have its columns in any order and its
headings in either language.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from io import BytesIO
from itertools import islice
from string import ascii_uppercase
from typing import Any, cast
from zipfile import ZipFile, is_zipfile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Stock, StockLot
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import StockSheetRefused, UnknownDepot
from command_center.domain.rights import Actor, Right
from command_center.domain.stock import LONGEST_LOT, LONGEST_REASON, MOST_AT_ONCE, UNLABELLED, MoveKind
from command_center.domain.text import Language
from command_center.services import stock_ledger as ledger
from command_center.services.stock_ledger import Cause, Key
from command_center.words import LANGUAGES, N_, phrases, translator

MOST_BYTES = 4 * 1024 * 1024
MOST_BYTES_UNPACKED = 32 * 1024 * 1024
"""A workbook is a zip: what it unpacks to is looked at before it is unpacked."""
MOST_ROWS = 20_000
MOST_COLUMNS = 30

COLUMNS: Mapping[str, int] = {
    "depot": 12,
    "depot_name": 30,
    "material": 14,
    "material_name": 26,
    "unit": 12,
    "lot": 18,
    "expires_on": 14,
    "booked": 12,
    "counted": 12,
    "minimum": 14,
    "reason": 30,
}
"""The columns of an exported sheet and how wide they are, in characters."""

NEEDED = ("depot", "material", "lot", "counted", "minimum")
"""Without these nobody knows what a row means; the others may be missing."""


# ---- out -------------------------------------------------------------------------------------------------------------------------


def export_sheet(center: Center, language: Language, depot: str | None = None) -> bytes:
    """The stock of the street (or of one depot) as an .xlsx file: one row for every lot that holds something, and for what has run out.

    Raises UnknownDepot.
    """
    if depot is not None and depot not in center.catalogue.depots:
        raise UnknownDepot(depot=depot)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(translator(language)(N_("Stock")))
    sheet.freeze_panes = "A2"
    for place, width in enumerate(COLUMNS.values(), 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    heading = [WriteOnlyCell(sheet, translator(language)(phrases.STOCK_COLUMN[name])) for name in COLUMNS]
    for cell in heading:
        cell.font = Font(bold=True)
    sheet.append(heading)
    for row in _exported(center, language, depot):
        sheet.append([_plain_cell(sheet, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _plain_cell(sheet: WriteOnlyWorksheet, value: str | int | date | None) -> Cell:
    """A cell that is never a formula, whatever text somebody gave a lot for a number."""
    cell = WriteOnlyCell(sheet, datetime(value.year, value.month, value.day) if isinstance(value, date) else value)  # noqa: DTZ001 - a day
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(("=", "+", "-", "@", "\t", "\r"))
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _exported(center: Center, language: Language, depot: str | None) -> Iterable[Sequence[str | int | date | None]]:
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
            what = (stock.depot_code, catalogue.depots[stock.depot_code].name.in_(language))
            of_what = (stock.material_code, material.name.in_(language), material.unit.in_(language))
            yield (*what, *of_what, *_of_lot(lot), None, stock.minimum, None)


def _of_lot(lot: StockLot | None) -> tuple[str | None, date | None, int]:
    """Number, last day and quantity; None where the depot has run out of the material."""
    return (None, None, 0) if lot is None else (lot.lot, lot.expires_on, lot.on_hand)


# ---- reading one back ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a cell ("C17"; "" for the whole sheet): a code of phrases.SHEET_FAULT and the value it speaks of."""

    cell: str
    code: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row as somebody filled it in. number : of the row in the sheet; None : the cell is empty."""

    number: int
    depot: str
    material: str
    lot: str | None
    expires_on: date | None
    booked: int | None
    counted: int | None
    minimum: int | None
    reason: str

    @property
    def key(self) -> Key:
        return self.depot, self.material


@dataclass(slots=True)
class Sheet:
    """What a file says. place : column name -> its letter. Rows with a fault are not among `rows`."""

    place: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, row: int, column: str, code: str, value: object = "") -> None:
        """Note a fault; where the sheet has no such column, at the row's depot."""
        self.faults.append(Fault(cell=f"{self.place.get(column, self.place['depot'])}{row}", code=code, value=str(value)[:80]))


class _Unreadable(Exception):
    """The file as a whole; carries the fault."""


def read_sheet(data: bytes, catalogue: Catalogue) -> Sheet:
    """Read an .xlsx file; what is wrong with it stands in `faults`, cell by cell."""
    sheet = Sheet()
    try:
        table = _cells(data)
    except _Unreadable as problem:
        sheet.faults.append(problem.args[0])
        return sheet
    _find_columns(sheet, table[0] if table else [])
    if sheet.faults:
        return sheet
    filled = [(number, cells) for number, cells in enumerate(table[1:], 2) if any(cell.value not in (None, "") for cell in cells)]
    if not filled:
        sheet.faults.append(Fault(cell="", code="no_rows"))
    for number, cells in filled:
        _read_row(sheet, number, cells, catalogue)
    _check_together(sheet)
    return sheet


def _cells(data: bytes) -> list[list[Any]]:
    """The cells of the first sheet, row by row, read without running or believing anything in the file."""
    if len(data) > MOST_BYTES:
        raise _Unreadable(Fault(cell="", code="too_large", value=f"{MOST_BYTES // 1024 // 1024} MB"))
    if not is_zipfile(BytesIO(data)):
        raise _Unreadable(Fault(cell="", code="not_a_workbook"))
    try:
        unpacked = _unpacked_bytes(data)
        table = [] if unpacked > MOST_BYTES_UNPACKED else _first_table(data)
    except Exception as problem:
        # A zip that is no workbook, or half of one, can fail anywhere in zipfile, the XML parser or openpyxl.
        raise _Unreadable(Fault(cell="", code="not_a_workbook")) from problem
    if unpacked > MOST_BYTES_UNPACKED:
        raise _Unreadable(Fault(cell="", code="too_large", value=f"{MOST_BYTES_UNPACKED // 1024 // 1024} MB"))
    if len(table) > MOST_ROWS + 1:
        raise _Unreadable(Fault(cell="", code="too_large", value=f"{MOST_ROWS:,}"))
    return table


def _unpacked_bytes(data: bytes) -> int:
    with ZipFile(BytesIO(data)) as packed:
        return sum(part.file_size for part in packed.infolist())


def _first_table(data: bytes) -> list[list[Any]]:
    with closing(load_workbook(BytesIO(data), read_only=True, keep_links=False)) as book:
        return [list(row) for row in islice(book.worksheets[0].iter_rows(max_col=MOST_COLUMNS), MOST_ROWS + 2)]


_NAMES: Mapping[str, str] = {
    heading.casefold(): name
    for name, text in phrases.STOCK_COLUMN.items()
    for heading in (name, *(translator(language)(text) for language in LANGUAGES))
}
"""Every way a heading may be written -> the column's name."""


def _find_columns(sheet: Sheet, headings: Sequence[Any]) -> None:
    for place, cell in enumerate(headings, 1):
        written = "" if cell.value is None else str(cell.value).strip()
        name = _NAMES.get(written.casefold())
        at = f"{get_column_letter(place)}1"
        if name is None:
            if written:
                sheet.faults.append(Fault(cell=at, code="unknown_column", value=written[:80]))
        elif name in sheet.place:
            sheet.faults.append(Fault(cell=at, code="double_column", value=phrases.STOCK_COLUMN[name]))
        else:
            sheet.place[name] = get_column_letter(place)
    sheet.faults += [Fault(cell="", code="missing_column", value=phrases.STOCK_COLUMN[name]) for name in NEEDED if name not in sheet.place]


def _read_row(sheet: Sheet, number: int, cells: Sequence[Any], catalogue: Catalogue) -> None:
    faults = len(sheet.faults)
    found = {name: cells[place] for name, letter in sheet.place.items() if (place := column_index_from_string(letter) - 1) < len(cells)}
    values: dict[str, Any] = {}
    for name, cell in found.items():
        value = cell.value.strip() if isinstance(cell.value, str) else cell.value
        if cell.data_type == "f":
            sheet.blame(number, name, "formula", value)
        elif value not in (None, ""):
            values[name] = value
    if len(sheet.faults) > faults:
        return
    depot = _code(sheet, number, "depot", values, catalogue.depots)
    material = _code(sheet, number, "material", values, catalogue.materials)
    row = Row(
        number=number,
        depot=depot,
        material=material,
        lot=_lot(sheet, number, values),
        expires_on=_day(sheet, number, values),
        booked=_whole(sheet, number, "booked", values),
        counted=_whole(sheet, number, "counted", values),
        minimum=_whole(sheet, number, "minimum", values),
        reason=_reason(sheet, number, values),
    )
    if len(sheet.faults) == faults:
        sheet.rows.append(row)


def _code(sheet: Sheet, number: int, column: str, values: Mapping[str, Any], known: Mapping[str, object]) -> str:
    value = values.get(column)
    if value is None:
        sheet.blame(number, column, "missing", phrases.STOCK_COLUMN[column])
    elif str(value) not in known:
        sheet.blame(number, column, f"unknown_{column}", value)
    return str(value)


def _lot(sheet: Sheet, number: int, values: Mapping[str, Any]) -> str | None:
    value = values.get("lot")
    if value is None:
        return None
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if not isinstance(value, str | int | float) or not (0 < len(text) <= LONGEST_LOT and text.isprintable()):
        sheet.blame(number, "lot", "not_a_lot", text)
    return text


def _reason(sheet: Sheet, number: int, values: Mapping[str, Any]) -> str:
    text = str(values.get("reason", ""))
    if len(text) > LONGEST_REASON:
        sheet.blame(number, "reason", "long_reason", text)
    return text


_WRITTEN_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def _day(sheet: Sheet, number: int, values: Mapping[str, Any]) -> date | None:
    value = values.get("expires_on")
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    written = _WRITTEN_DAY.fullmatch(str(value))
    try:
        if written:
            return date(*(int(part) for part in written.groups()))
    except ValueError:
        pass
    sheet.blame(number, "expires_on", "not_a_date", value)
    return None


def _whole(sheet: Sheet, number: int, column: str, values: Mapping[str, Any]) -> int | None:
    value = values.get(column)
    if value is None:
        return None
    written = isinstance(value, str) and re.fullmatch("[0-9]{1,7}", value)
    counted = int(value) if written or (isinstance(value, float) and value.is_integer()) else value
    if isinstance(counted, bool) or not isinstance(counted, int) or not 0 <= counted <= MOST_AT_ONCE:
        sheet.blame(number, column, "not_a_number", value)
        return None
    return counted


def _check_together(sheet: Sheet) -> None:
    """No lot twice, no two minimums for one depot and material."""
    first: dict[tuple[str, str, str], int] = {}
    minimums: dict[Key, int] = {}
    for row in sheet.rows:
        lot = (*row.key, row.lot or UNLABELLED)
        if lot in first:
            sheet.blame(row.number, "lot", "double_row", first[lot])
        first.setdefault(lot, row.number)
        if row.minimum is not None and minimums.setdefault(row.key, row.minimum) != row.minimum:
            sheet.blame(row.number, "minimum", "minimum_differs", minimums[row.key])


# ---- in --------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSheet:
    """What a sheet changed: lots counted, items more (or less) than before, minimums set."""

    rows: int
    counted: int
    difference: int
    minimums: int


def import_sheet(center: Center, data: bytes, actor: Actor, *, reason: str = "", key: str | None = None) -> ImportedSheet:
    """Book a filled-in sheet in one transaction: every row, or none and StockSheetRefused with every cell that is wrong.

    reason : of every difference that has none of its own.
    A row whose booked quantity is not the present one is refused: stock moved after the sheet was made, and the count would undo that.
    """
    actor.require(Right.MOVE_STOCK)
    sheet = read_sheet(data, center.catalogue)
    with center.work(actor) as work:
        earlier = work.answered(key, {"verb": "import_stock_sheet", "sheet": hashlib.sha256(data).hexdigest(), "reason": reason})
        if earlier is not None:
            return ImportedSheet(**earlier)
        books = _Books.opened(work, sheet.rows)
        for row in sheet.rows:
            _check_against_books(sheet, row, books)
            _check_explained(sheet, row, books, reason)
        _check_reserved(sheet, books)
        if sheet.faults:
            raise refused(sheet.faults)
        imported = _book(work, sheet.rows, books, reason)
        work.record(events.StockImported(**asdict(imported), reason=reason))
        work.answer(key, asdict(imported))
        return imported


def refused(faults: Sequence[Fault]) -> StockSheetRefused:
    """The refusal that names them all, the sheet's own first and then row by row."""
    in_order = sorted(faults, key=lambda fault: (int(fault.cell.lstrip(ascii_uppercase) or 0), len(fault.cell), fault.cell))
    return StockSheetRefused(count=len(faults), first=in_order[0].cell or "-", faults=[asdict(fault) for fault in in_order])


def refused_in(language: Language, no: StockSheetRefused) -> StockSheetRefused:
    """The same refusal with a sentence ("text") for every fault."""
    faults = cast("list[dict[str, str]]", no.facts["faults"])
    told = [fault | {"text": phrases.sheet_fault(language, fault["code"], fault["value"])} for fault in faults]
    return StockSheetRefused(**no.facts | {"faults": told})


@dataclass(slots=True)
class _Books:
    """The present state of what a sheet speaks of, locked."""

    stocks: dict[Key, Stock]
    lots: dict[Key, dict[str, StockLot]]

    @classmethod
    def opened(cls, work: Work, rows: Sequence[Row]) -> "_Books":
        keys, depots = {row.key for row in rows}, sorted({row.depot for row in rows})
        held = select(Stock).where(Stock.depot_code.in_(depots)).order_by(Stock.depot_code, Stock.material_code)
        known = {(it.depot_code, it.material_code) for it in work.session.scalars(held)}
        ledger.put_in_empty(work, sorted(keys - known))
        again = held.with_for_update().execution_options(populate_existing=True)
        stocks = {(it.depot_code, it.material_code): it for it in work.session.scalars(again)}
        lots: dict[Key, dict[str, StockLot]] = {key: {} for key in stocks}
        for lot in work.session.scalars(select(StockLot).where(StockLot.depot_code.in_(depots)).order_by(StockLot.id)):
            lots[lot.depot_code, lot.material_code][lot.lot] = lot
        return cls(stocks, lots)

    def lot_of(self, row: Row) -> StockLot | None:
        return self.lots[row.key].get(row.lot or UNLABELLED)

    def on_hand(self, row: Row) -> int:
        lot = self.lot_of(row)
        return 0 if lot is None else lot.on_hand


def _check_against_books(sheet: Sheet, row: Row, books: _Books) -> None:
    lot = books.lot_of(row)
    if row.lot is None and row.counted is not None and (named := sorted(books.lots[row.key].keys() - {UNLABELLED})):
        sheet.blame(row.number, "lot", "lot_needed", "、".join(named))
        return
    if lot is not None and row.expires_on not in (None, lot.expires_on):
        sheet.blame(row.number, "expires_on", "expiry_differs", lot.expires_on or "-")
    if row.counted is not None and row.booked not in (None, books.on_hand(row)):
        sheet.blame(row.number, "booked", "moved_meanwhile", books.on_hand(row))


def _check_explained(sheet: Sheet, row: Row, books: _Books, reason: str) -> None:
    if row.counted not in (None, books.on_hand(row)) and not (row.reason or reason.strip()):
        sheet.blame(row.number, "reason", "reason_needed", books.on_hand(row))


def _check_reserved(sheet: Sheet, books: _Books) -> None:
    """What is left of all lots together must cover what is reserved."""
    counted = [row for row in sheet.rows if row.counted is not None]
    after = {key: stock.on_hand for key, stock in books.stocks.items()}
    for row in counted:
        after[row.key] += (row.counted or 0) - books.on_hand(row)
    last = {row.key: row for row in counted}
    for key, row in last.items():
        if after[key] < books.stocks[key].reserved:
            sheet.blame(row.number, "counted", "below_reserved", books.stocks[key].reserved)


def _book(work: Work, rows: Sequence[Row], books: _Books, reason: str) -> ImportedSheet:
    counted = [row for row in rows if row.counted is not None]
    fresh = [row for row in counted if books.lot_of(row) is None]
    for row in fresh:
        lot = ledger.new_lot(books.stocks[row.key], row.lot or UNLABELLED, row.expires_on, at=work.now, basis="fact")
        books.lots[row.key][lot.lot] = lot
    difference = 0
    for row in counted:
        change = (row.counted or 0) - books.on_hand(row)
        cause = Cause(reason=row.reason or reason)
        ledger.write_line(work, books.stocks[row.key], MoveKind.COUNT, change, cause, lot=books.lot_of(row))
        difference += change
    minimums = {row.key: row.minimum for row in rows if row.minimum is not None and row.minimum != books.stocks[row.key].minimum}
    for key, minimum in minimums.items():
        books.stocks[key].minimum, books.stocks[key].minimum_basis = minimum, "fact"
    return ImportedSheet(rows=len(rows), counted=len(counted), difference=difference, minimums=len(minimums))
