"""CSV files of the catalogue: the same strictness as for YAML, one row per dataclass.

A Text field is two columns (name_zh, name_en), a Point field is lat and lon, a set is words with spaces between;
an empty cell is None where the field allows it.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from command_center.catalogue.reading import CatalogueError, Wrong, reader
from command_center.domain.geo import Point
from command_center.domain.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Column:
    """How one field is made from the cells of a row."""

    field: str
    headers: tuple[str, ...]
    read: Callable[..., Any]


def read_table(path: Path, row_type: type[T], **derived: object) -> list[T]:
    """Read every row of a CSV file as `row_type`; `derived` fields are the same for all rows. Raises CatalogueError."""
    columns = _columns(row_type)
    wanted = tuple(header for column in columns for header in column.headers)
    rows = []
    for line, cells in _rows(path, wanted):
        try:
            rows.append(row_type(**derived, **_values(columns, cells)))
        except Wrong as wrong:
            raise CatalogueError(path.name, f"line {line}: {wrong.path}", wrong.what) from None
    return rows


def table_headers(row_type: type) -> tuple[str, ...]:
    """The columns that a file of `row_type` has, in order."""
    return tuple(header for column in _columns(row_type) for header in column.headers)


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.reader(file, strict=True)
            header = next(table, [])
            for name in sorted(set(header) ^ set(wanted)):
                raise CatalogueError(path.name, f"line 1: {name}", "column is missing" if name in wanted else "is not a known column")
            for cells in table:
                if len(cells) != len(header):
                    raise CatalogueError(path.name, f"line {table.line_num}", f"has {len(cells)} cells, the header has {len(header)}")
                yield table.line_num, dict(zip(header, cells, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CatalogueError(path.name, "", f"cannot be read: {error}") from error


def _values(columns: tuple[_Column, ...], cells: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for column in columns:
        try:
            values[column.field] = column.read(*(cells[header] for header in column.headers))
        except Wrong as wrong:
            raise wrong.inside(" ".join(column.headers)) from None
    return values


def _columns(row_type: type) -> tuple[_Column, ...]:
    hints = get_type_hints(row_type)
    written = [field.name for field in fields(row_type) if field.metadata.get("in_file", True)]
    return tuple(_column(name, hints[name]) for name in written)


def _column(field: str, kind: Any) -> _Column:  # noqa: ANN401 - any annotation
    if kind is Text:
        return _Column(field, (f"{field}_zh", f"{field}_en"), _text)
    if kind is Point:
        return _Column(field, ("lat", "lon"), _point)
    if get_origin(kind) is frozenset:
        return _Column(field, (field,), lambda cell: frozenset(cell.split()))
    if NoneType in get_args(kind):
        return _Column(field, (field,), lambda cell: None if cell == "" else cell)
    return _Column(field, (field,), _CELLS.get(kind) or reader(kind))


def _text(zh: str, en: str) -> Text:
    if not zh.strip() or not en.strip():
        raise Wrong(f"has no {'English' if zh.strip() else 'Chinese'} text")
    return Text(zh, en)


def _whole(cell: str) -> int:
    if not cell.isdecimal():
        raise Wrong(f"must be a whole number from 0, not {cell!r}")
    return int(cell)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise Wrong(f"must be a number, not {cell!r}") from None


def _yes_or_no(cell: str) -> bool:
    if cell not in ("true", "false"):
        raise Wrong(f"must be true or false, not {cell!r}")
    return cell == "true"


def _point(lat: str, lon: str) -> Point:
    point = Point(_number(lat), _number(lon))
    if not point.is_on_earth():
        raise Wrong(f"is no place on earth: {lat}, {lon}")
    return point


_CELLS: Mapping[Any, Callable[[str], Any]] = {int: _whole, float: _number, bool: _yes_or_no}
