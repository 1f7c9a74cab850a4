"""Sheets in and out (.xlsx), for everything that goes through Excel: one table per workbook, columns by their titles, and everything wrong
told by its cell.

Reading is all-or-nothing: a reader collects `Problems`, every wrong cell of every row, and `Problems.refuse()` ends it before anything is
written. Writing never makes a formula, whatever a text begins with. Files come from outside: nothing in them is run or believed.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from io import BytesIO
from itertools import islice
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from command_center.domain.errors import SheetRefused, SheetUnreadable
from command_center.words import DRILL_MARK, LANGUAGES, translator

MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
"""An .xlsx is a zip file: one that unfolds to more than this is a bomb, not a table."""

MOST_PARTS = 200
MOST_ROWS = 20_000
MOST_COLUMNS = 64
MOST_TOLD = 20_000
"""Wrong cells that a refusal names; those beyond are counted."""

LONGEST_CELL = 2_000
LONGEST_TOLD = 80
"""Characters of a wrong cell that its complaint repeats."""

NAME_MARKS = re.compile(r"[、，,;；\n]")
"""What parts several names in one cell."""

TIME_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M")
WRITTEN_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
WRITTEN_NUMBER = re.compile("[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """title : a msgid; a sheet may carry it in any of our languages, or its key. width : in characters.

    needed : a sheet without it is refused; in one that may lack it, and does, its cells are empty.
    """

    key: str
    title: str
    width: int = 16
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at an address such as "C17"; None where nothing does. row, place : counted from 1."""

    row: int
    place: int
    value: Any
    is_formula: bool = False

    @property
    def address(self) -> str:
        return f"{get_column_letter(self.place)}{self.row}"

    @property
    def text(self) -> str:
        """What a person reads there, without blanks around it."""
        if self.value is None:
            return ""
        if isinstance(self.value, float) and self.value.is_integer():
            return str(int(self.value))
        return str(self.value).strip()

    @property
    def names(self) -> list[str]:
        """The names in a cell that may hold several."""
        return [name.strip() for name in NAME_MARKS.split(self.text) if name.strip()]


SheetRow = Mapping[str, Cell]
"""Column key -> cell."""


@dataclass(slots=True)
class Problems:
    """What is wrong with a sheet, cell by cell."""

    _told: list[tuple[Cell, str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._told)

    def tell(self, cell: Cell, code: str, value: object = "") -> None:
        """Remember one wrong cell; that one which was told already is empty besides goes without saying. code : a key of phrases.CELL."""
        if code == "empty" and any(cell == other for other, _, _ in self._told[-MOST_COLUMNS:]):
            return
        self._told.append((cell, code, str(value)[:LONGEST_TOLD]))

    def refuse(self) -> None:
        """Raise SheetRefused with everything that was told, row by row, if there is anything to tell."""
        if self._told:
            in_order = sorted(self._told, key=lambda it: (it[0].row, it[0].place))
            cells = [{"cell": cell.address, "code": code, "value": value} for cell, code, value in in_order[:MOST_TOLD]]
            raise SheetRefused(count=len(self._told), cells=cells)


# ---- reading ----------------------------------------------------------------------------------------------------------------------


def read_sheet(content: bytes, columns: Sequence[Column], problems: Problems) -> list[SheetRow]:
    """The rows of a workbook's first sheet below its titles; rows in which nothing stands are left out. Formulas and endless texts are
    told and read as empty.

    Raises SheetUnreadable (no workbook, too large, without a row), SheetRefused (columns missing or unknown).
    """
    titles, *rows = _table(content) or [[]]
    places = _placed(titles, columns, problems)
    filled = [row for row in rows if any(cell.text for cell in row)]
    if not filled:
        raise SheetUnreadable(why="no_rows")
    first = min(places.values())
    absent = [column.key for column in columns if column.key not in places]
    return [
        {key: _fit(row[place], problems) for key, place in places.items()}
        | {key: Cell(row[first].row, row[first].place, None) for key in absent}
        for row in filled
    ]


def _fit(cell: Cell, problems: Problems) -> Cell:
    if not cell.is_formula and len(cell.text) <= LONGEST_CELL:
        return cell
    empty = Cell(cell.row, cell.place, None)
    problems.tell(empty, "formula" if cell.is_formula else "too_long", cell.text)
    return empty


def _table(content: bytes) -> list[list[Cell]]:
    """Every row as cells of equal number, titles first."""
    if len(content) > MOST_BYTES:
        raise SheetUnreadable(why="too_many_bytes", most=MOST_BYTES // 1024 // 1024)
    try:
        _refuse_bombs(content)
        with closing(load_workbook(BytesIO(content), read_only=True, keep_links=False)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size need not be true
            rows = [list(row) for row in islice(sheet.iter_rows(max_col=MOST_COLUMNS), MOST_ROWS + 2)]
    except SheetUnreadable:
        raise
    except Exception as error:  # a file from outside can break its reader in any way
        raise SheetUnreadable(why="not_a_workbook") from error
    if len(rows) > MOST_ROWS + 1:
        raise SheetUnreadable(why="too_many_rows", most=MOST_ROWS)
    width = max((len(row) for row in rows), default=0)
    return [_cells(number, row, width) for number, row in enumerate(rows, 1)]


def _cells(number: int, row: Sequence[Any], width: int) -> list[Cell]:
    found = [Cell(number, place, it.value, it.data_type == "f") for place, it in enumerate(row, 1)]
    return found + [Cell(number, place, None) for place in range(len(row) + 1, width + 1)]


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        listed = parts.infolist()
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED_BYTES:
        raise SheetUnreadable(why="too_many_bytes", most=MOST_UNPACKED_BYTES // 1024 // 1024)


def _placed(titles: Sequence[Cell], columns: Sequence[Column], problems: Problems) -> dict[str, int]:
    """Column key -> place in the row; refuses a sheet whose columns are not ours."""
    keys = {heading.casefold(): column.key for column in columns for heading in (column.key, *_headings(column))}
    places: dict[str, int] = {}
    for place, cell in enumerate(titles):
        key = keys.get(cell.text.casefold())
        if key is None:
            if cell.text:
                problems.tell(cell, "unknown_column", cell.text)
        elif key in places:
            problems.tell(cell, "double_column", cell.text)
        else:
            places[key] = place
    for column in columns:
        if column.needed and column.key not in places:
            problems.tell(Cell(1, 1, None), "missing_column", " / ".join(_headings(column)))
    problems.refuse()
    return places


def _headings(column: Column) -> list[str]:
    return [translator(language)(column.title) for language in LANGUAGES]


def local_moment(cell: Cell, zone: tzinfo, problems: Problems) -> datetime | None:
    """A cell's date and time in the street's zone, to the minute; tells and returns None where there is none."""
    value = cell.value if isinstance(cell.value, datetime) else _read_moment(cell.text)
    if value is None:
        problems.tell(cell, "not_a_time" if cell.text else "empty", cell.text)
        return None
    rounded = (value.replace(tzinfo=None) + timedelta(seconds=30)).replace(second=0, microsecond=0)  # Excel counts in fractions of a day
    return rounded.replace(tzinfo=zone)


def _read_moment(text: str) -> datetime | None:
    for form in TIME_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - clock time of the street; the caller adds the zone
        except ValueError:
            continue
    return None


def day(cell: Cell, problems: Problems) -> date | None:
    """A cell's day, however people write one; None where nothing stands, and, told, where no day does."""
    if isinstance(cell.value, datetime):
        return cell.value.date()
    if isinstance(cell.value, date) or not cell.text:
        return cell.value if isinstance(cell.value, date) else None
    written = WRITTEN_DAY.fullmatch(cell.text)
    try:
        if written:
            return date(*(int(part) for part in written.groups()))
    except ValueError:
        pass
    problems.tell(cell, "not_a_date", cell.text)
    return None


def whole_number(cell: Cell, most: int, problems: Problems) -> int | None:
    """A cell's whole number from 0 to `most`; None where nothing stands, and, told, where no such number does."""
    if not cell.text:
        return None
    value = cell.value
    if (isinstance(value, str) and WRITTEN_NUMBER.fullmatch(cell.text)) or (isinstance(value, float) and value.is_integer()):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        problems.tell(cell, "not_a_number", cell.value)
        return None
    return value


# ---- writing ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet to write. title : a msgid; rows : column key -> value."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, object]]


def write_sheet(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, object]], language: str, *, is_drill: bool) -> bytes:
    """A workbook with one sheet."""
    return write_sheets([SheetOut(title, columns, rows)], language, is_drill=is_drill)


def write_sheets(sheets: Iterable[SheetOut], language: str, *, is_drill: bool) -> bytes:
    """A workbook in a language. is_drill : marked as one of an exercise."""
    say = translator(language)
    return write_book(
        [
            BookSheet(
                title=say(out.title),
                heads=[say(column.title) for column in out.columns],
                widths=[column.width for column in out.columns],
                rows=[[row.get(column.key) for column in out.columns] for row in out.rows],
            )
            for out in sheets
        ],
        is_drill=is_drill,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSheet:
    """One sheet of a workbook, in the language it is written in. widths : in characters."""

    title: str
    heads: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[object]]


LONGEST_TITLE = 31
NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\]")
"""What Excel takes in the name of a sheet."""


def write_book(sheets: Sequence[BookSheet], *, is_drill: bool) -> bytes:
    """A workbook: titles in bold, frozen; every text is text, whatever it begins with. Sheets of the same name are numbered.

    is_drill : the mark of an exercise stands on every tab, over and across the head of every printed page; cells stay as they are, so that
    the sheet can be taken in again.
    """
    book = Workbook(write_only=True)
    mark = f"{DRILL_MARK} " if is_drill else ""
    book.properties.title = mark.strip() or None
    for content in sheets:
        sheet = book.create_sheet(NOT_IN_A_TITLE.sub(" ", f"{mark}{content.title}")[:LONGEST_TITLE].strip("' "))
        if is_drill:
            sheet.sheet_properties.tabColor = DRILL_COLOR
            sheet.oddHeader.center.text = sheet.oddFooter.center.text = DRILL_MARK
        sheet.freeze_panes = "A2"
        for place, width in enumerate(content.widths, 1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        heads = [_written(sheet, head) for head in content.heads]
        for head in heads:
            head.font = BOLD
        sheet.append(heads)
        for row in content.rows:
            sheet.append([_written(sheet, value) for value in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


BOLD = Font(bold=True)
DRILL_COLOR = "FFFF5C5C"
TOP_LEFT = Alignment(vertical="top", wrap_text=True)


def _written(sheet: WriteOnlyWorksheet, value: object) -> BookCell:
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.replace(tzinfo=None))
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif value is None or isinstance(value, int | float | date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
    else:
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", str(value)))
        cell.data_type = "s"  # never a formula: a name that begins with "=" stays a name, here and when somebody edits the cell
        cell.quotePrefix = True
    cell.alignment = TOP_LEFT
    return cell
