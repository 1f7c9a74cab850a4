"""Sheets in and out (.xlsx): one table per workbook, columns by their titles, and everything wrong told by its cell.

Reading is all-or-nothing: a reader collects `Problems`, and `Problems.refuse()` ends it before anything is written.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from io import BytesIO
from typing import Any, cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from command_center.domain.errors import SheetRefused, SheetUnreadable
from command_center.words import LANGUAGES, translator

MOST_ROWS = 10_000
MOST_COLUMNS = 64
MOST_UNPACKED_BYTES = 64 * 1024 * 1024
"""An .xlsx is a zip file: one that unfolds to more than this is a bomb, not a table."""

MOST_PARTS = 200
MOST_TOLD = 100
LONGEST_CELL = 2_000
LONGEST_TOLD = 40
"""Characters of a wrong cell that its complaint repeats."""

NAME_MARKS = re.compile(r"[、，,;；\n]")
"""What parts several names in one cell."""

TIME_FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """title : a msgid; a sheet may carry it in any of our languages. width : in characters."""

    key: str
    title: str
    width: int = 16


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands at an address such as "C17"; None where nothing does."""

    address: str
    value: Any

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

    _told: list[str] = field(default_factory=list)

    def tell(self, address: str, code: str, value: object = "") -> None:
        """Remember one wrong cell. code : a key of phrases.CELL."""
        self._told.append(f"{address}|{code}|{str(value)[:LONGEST_TOLD]}")

    def refuse(self) -> None:
        """Raise SheetRefused if there is anything to tell."""
        if self._told:
            raise SheetRefused(count=len(self._told), cells=self._told[:MOST_TOLD])


# ---- reading ----------------------------------------------------------------------------------------------------------------------


def read_sheet(content: bytes, columns: Sequence[Column], problems: Problems) -> list[SheetRow]:
    """The rows of a workbook's first sheet below its titles; rows in which nothing stands are left out.

    Raises SheetUnreadable (no workbook, too large), SheetRefused (columns missing or unknown).
    """
    rows = _cells(content)
    places = _placed(next(rows, []), columns, problems)
    found: list[SheetRow] = []
    for row in rows:
        if any(cell.text for cell in row):
            found.append({key: row[place] for key, place in places.items()})
            if len(found) > MOST_ROWS:
                raise SheetUnreadable(field="rows", value=MOST_ROWS)
            for cell in row:
                if len(cell.text) > LONGEST_CELL:
                    problems.tell(cell.address, "too_long")
    return found


def _cells(content: bytes) -> Iterator[list[Cell]]:
    """Every row as cells of equal number, titles first."""
    try:
        _refuse_bombs(content)
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size need not be true
        rows = list(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True))
    except SheetUnreadable:
        raise
    except Exception as error:  # a file from outside can break its reader in any way
        raise SheetUnreadable(field="file", value=type(error).__name__) from error
    width = max((len(row) for row in rows), default=0)
    for number, row in enumerate(rows, 1):
        values = [*row, *([None] * (width - len(row)))]
        yield [Cell(f"{get_column_letter(place)}{number}", value) for place, value in enumerate(values, 1)]


def _refuse_bombs(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as parts:
        listed = parts.infolist()
        if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED_BYTES:
            raise SheetUnreadable(field="file", value="size")


def _placed(titles: Sequence[Cell], columns: Sequence[Column], problems: Problems) -> dict[str, int]:
    """Column key -> place in the row; refuses a sheet whose columns are not ours."""
    keys = {translator(language)(column.title): column.key for column in columns for language in LANGUAGES}
    places: dict[str, int] = {}
    for place, cell in enumerate(titles):
        key = keys.get(cell.text)
        if key is None:
            if cell.text:
                problems.tell(cell.address, "unknown_column", cell.text)
        elif key in places:
            problems.tell(cell.address, "double_column", cell.text)
        else:
            places[key] = place
    for column in columns:
        if column.key not in places:
            problems.tell("A1", "missing_column", " / ".join(translator(language)(column.title) for language in LANGUAGES))
    problems.refuse()
    return places


def local_moment(cell: Cell, zone: tzinfo, problems: Problems) -> datetime | None:
    """A cell's date and time in the street's zone, to the minute; tells and returns None where there is none."""
    value = cell.value if isinstance(cell.value, datetime) else _read_moment(cell.text)
    if value is None:
        problems.tell(cell.address, "not_a_time" if cell.text else "empty", cell.text)
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


# ---- writing ----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet to write. title : a msgid; rows : column key -> value."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, object]]


def write_sheet(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, object]], language: str) -> bytes:
    """A workbook with one sheet."""
    return write_sheets([SheetOut(title, columns, rows)], language)


def write_sheets(sheets: Iterable[SheetOut], language: str) -> bytes:
    """A workbook in a language."""
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
        ]
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


def write_book(sheets: Sequence[BookSheet]) -> bytes:
    """A workbook: titles in bold, frozen; every text is text, whatever it begins with. Sheets of the same name are numbered."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for content in sheets:
        sheet = book.create_sheet(NOT_IN_A_TITLE.sub(" ", content.title)[:LONGEST_TITLE].strip("' "))
        for place, (head, width) in enumerate(zip(content.heads, content.widths, strict=True), 1):
            _write(sheet, 1, place, head)
            cast("BookCell", sheet.cell(1, place)).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(place)].width = width
        for number, row in enumerate(content.rows, 2):
            for place, value in enumerate(row, 1):
                _write(sheet, number, place, value)
        sheet.freeze_panes = "A2"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _write(sheet: Worksheet, number: int, place: int, value: object) -> None:
    cell = cast("BookCell", sheet.cell(number, place))  # no cell of ours is merged
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    if isinstance(value, datetime):
        cell.value = value.replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, int | float | date):
        cell.value = value
    elif value is not None:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
        cell.data_type = "s"  # never a formula: a name that begins with "=" stays a name, here and when somebody edits the cell
        cell.quotePrefix = True
