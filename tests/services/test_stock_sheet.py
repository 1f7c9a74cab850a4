"""The counting sheet: out, filled in, back in; all or nothing, every wrong cell by its address."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from command_center.center import Center
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import NotPermitted, SheetRefused, SheetUnreadable
from command_center.domain.rights import Actor
from command_center.domain.text import Language
from command_center.services import history, stock, stock_sheet
from command_center.services.stock import Move, Receive
from command_center.services.stock_questions import StockLine, ledger_gaps, movements, stock_of
from command_center.services.stock_reservations import Reserve, reserve
from command_center.services.stock_sheet import export_sheet, import_sheet
from command_center.words import phrases

HERE, SANDBAGS = "YY-S01", "FL01"
HEADINGS = ("depot", "material", "lot", "expires_on", "booked", "counted", "minimum")


def written(*rows: Sequence[object], headings: Sequence[object] = HEADINGS) -> bytes:
    """An .xlsx file with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (headings, *rows):
        sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The file after somebody opened it, changed its sheet and saved it."""
    book = load_workbook(BytesIO(data))
    change(book.active)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def faults_of(center: Center, data: bytes, actor: Actor, *, reason: str = "盘点") -> list[tuple[str, str, str]]:
    """(cell, code, value) of everything that is wrong; nothing of the sheet may have been taken over."""
    before = history.verify_log(center).lines
    with pytest.raises(SheetRefused) as no:
        import_sheet(center, data, actor, reason=reason)
    assert history.verify_log(center).lines == before
    assert no.value.facts["count"] == len(no.value.cells)
    languages: tuple[Language, ...] = ("zh_CN", "en")
    assert all(cell["text"] for language in languages for cell in phrases.told_facts(language, no.value)["cells"])
    return [(cell["cell"], cell["code"], cell["value"]) for cell in no.value.cells]


def sandbags(center: Center) -> StockLine:
    return next(line for line in stock_of(center, HERE) if line.material == SANDBAGS)


# ---- out and back ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_sheet_goes_out_is_filled_in_and_comes_back(center: Center, officer: Actor, language: Language) -> None:
    counts: dict[str, int] = {}

    def fill_in(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's sheet
        for row in sheet.iter_rows(min_row=2):
            if row[2].value == SANDBAGS:
                counts[row[5].value] = row[8].value = row[7].value - 3
                row[9].value = 150

    data = edited(export_sheet(center, language, depot=HERE), fill_in)
    imported = import_sheet(center, data, officer, reason="季度盘点")

    assert len(counts) == 2
    assert (imported.counted, imported.difference, imported.minimums) == (2, -6, 1)
    assert {lot.lot: lot.on_hand for lot in sandbags(center).lots} == counts
    assert (sandbags(center).on_hand, sandbags(center).minimum, sandbags(center).minimum_basis) == (194, 150, "fact")
    assert [(line.kind, line.reason) for line in movements(center, limit=2)] == [("count", "季度盘点")] * 2
    assert not ledger_gaps(center)


def test_a_sheet_that_nobody_filled_in_changes_nothing(center: Center, officer: Actor) -> None:
    imported = import_sheet(center, export_sheet(center, "zh_CN"), officer)

    assert imported.rows > 3_000
    assert (imported.counted, imported.difference, imported.minimums) == (0, 0, 0)


def test_a_sheet_names_every_lot_of_one_depot_with_its_last_day(center: Center) -> None:
    sheet: Any = load_workbook(BytesIO(export_sheet(center, "en", depot=HERE))).active

    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [cell.value for cell in sheet[1]] == [column.title for column in stock_sheet.COLUMNS]
    assert len(rows) == sum(len(line.lots) for line in stock_of(center, HERE))
    assert {row[0] for row in rows} == {HERE}
    assert all(isinstance(row[6], datetime) and row[8] is None for row in rows)


def test_the_log_has_one_line_for_a_sheet(center: Center, officer: Actor) -> None:
    before = history.verify_log(center).lines

    data = written((HERE, SANDBAGS, "N1", date(2027, 1, 1), None, 5, None), (HERE, SANDBAGS, "N2", None, None, 6, 90))
    import_sheet(center, data, officer, reason="盘点")

    entry = history.recent_entries(center, limit=1)[0]
    assert history.verify_log(center).lines == before + 1
    assert entry["facts"] == {"rows": 2, "counted": 2, "difference": 11, "minimums": 1, "reason": "盘点"}
    assert {lot.lot: lot.expires_on for lot in sandbags(center).lots}["N1"] == date(2027, 1, 1)


def test_the_same_key_books_a_sheet_once(center: Center, officer: Actor) -> None:
    data = written((HERE, SANDBAGS, "N1", None, None, 5, None))

    first = import_sheet(center, data, officer, reason="盘点", key="sheet-1")
    stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=5, lot="N1"), officer)

    assert import_sheet(center, data, officer, reason="盘点", key="sheet-1") == first
    assert "N1" not in {lot.lot for lot in sandbags(center).lots}


def test_columns_may_stand_in_any_order_and_rows_may_be_empty(center: Center, officer: Actor) -> None:
    headings = ("实盘数量", "Lot number", "material", "DEPOT CODE", "最低库存", None)

    imported = import_sheet(center, written((5.0, 202603, " FL01 ", HERE, "7"), (), ("",), headings=headings), officer, reason="盘点")

    assert (imported.rows, imported.counted, imported.minimums) == (1, 1, 1)
    assert {lot.lot: lot.on_hand for lot in sandbags(center).lots}["202603"] == 5


@pytest.mark.parametrize("day", ["2027-03-31", "2027/3/31", "2027.03.31", "2027年3月31日", date(2027, 3, 31), datetime(2027, 3, 31)])  # noqa: DTZ001 - as Excel has it
def test_a_day_may_be_written_as_people_write_it(center: Center, officer: Actor, day: object) -> None:
    import_sheet(center, written((HERE, SANDBAGS, "N1", day, None, 5, None)), officer, reason="盘点")

    assert {lot.lot: lot.expires_on for lot in sandbags(center).lots}["N1"] == date(2027, 3, 31)


@pytest.mark.parametrize("lot", ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_no_exported_cell_is_a_formula_and_its_text_comes_back_as_it_was(center: Center, officer: Actor, lot: str) -> None:
    stock.receive(center, Receive(depot=HERE, material=SANDBAGS, quantity=5, lot=lot), officer)

    data = export_sheet(center, "zh_CN", depot=HERE)

    sheet: Any = load_workbook(BytesIO(data)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    (exported,) = [cell for cell in cells if cell.value == lot]
    assert all(cell.data_type != "f" for cell in cells)
    assert exported.quotePrefix
    assert import_sheet(center, data, officer).rows == sheet.max_row - 1


# ---- every wrong cell ------------------------------------------------------------------------------------------------------------

GOOD = (HERE, SANDBAGS, "N1", None, None, 5, None)

WRONG_CELLS: list[tuple[tuple[object, ...], list[tuple[str, str, str]]]] = [
    (("XX-S01", SANDBAGS, "N2", None, None, 5, None), [("A3", "unknown_depot", "XX-S01")]),
    ((None, "XX01", "N2", None, None, 5, None), [("A3", "empty", ""), ("B3", "unknown_material", "XX01")]),
    (
        (HERE, SANDBAGS, "N2", "next year", None, -1, 1.5),
        [("D3", "not_a_date", "next year"), ("F3", "not_a_number", "-1"), ("G3", "not_a_number", "1.5")],
    ),
    ((HERE, SANDBAGS, "N2", "2027-02-30", None, True, None), [("D3", "not_a_date", "2027-02-30"), ("F3", "not_a_number", "True")]),
    ((HERE, SANDBAGS, "N2", None, None, "5 bags", None), [("F3", "not_a_number", "5 bags")]),
    ((HERE, SANDBAGS, "N2", None, None, 1_000_001, None), [("F3", "not_a_number", "1000001")]),
    ((HERE, SANDBAGS, "N2", None, None, 1e300, None), [("F3", "not_a_number", "1e+300")]),
    ((HERE, SANDBAGS, "N2", None, None, "=2+3", None), [("F3", "formula", "=2+3")]),
    ((HERE, SANDBAGS, "x" * 41, None, None, 5, None), [("C3", "not_a_lot", "x" * 41)]),
    ((HERE, SANDBAGS, "a\nb", None, None, 5, None), [("C3", "not_a_lot", "a\nb")]),
    ((HERE, SANDBAGS, "N1", None, None, 5, None), [("C3", "double_lot", "2")]),
    ((HERE, SANDBAGS, "N2", None, 4, 5, None), [("E3", "moved_meanwhile", "0")]),
]


@pytest.mark.parametrize(("row", "expected"), WRONG_CELLS, ids=lambda it: it[0][1] if isinstance(it, list) else None)
def test_a_wrong_cell_is_named_by_its_address(center: Center, officer: Actor, row: tuple[object, ...], expected: list[Any]) -> None:
    told = faults_of(center, written(GOOD, row), officer)

    assert told == expected


def test_every_bad_row_is_told_in_order_not_only_the_first(center: Center, officer: Actor) -> None:
    rows = [
        ("XX", SANDBAGS, f"N{number}", None, None, 5, None) if number % 2 else (HERE, SANDBAGS, f"N{number}", None, None, "x", None)
        for number in range(40)
    ]

    told = faults_of(center, written(*rows), officer)

    assert [cell for cell, _, _ in told] == [f"{'A' if number % 2 else 'F'}{number + 2}" for number in range(40)]


def test_two_minimums_for_the_same_stock_are_refused(center: Center, officer: Actor) -> None:
    rows = (HERE, SANDBAGS, "N1", None, None, None, 50), (HERE, SANDBAGS, "N2", None, None, None, 60)

    assert faults_of(center, written(*rows), officer) == [("G3", "minimum_differs", "50")]


def test_a_count_without_a_lot_is_refused_where_there_are_lots(center: Center, officer: Actor) -> None:
    ((cell, code, lots),) = faults_of(center, written((HERE, SANDBAGS, None, None, None, 5, None)), officer)

    assert (cell, code) == ("C2", "lot_needed")
    assert all(lot.lot in lots for lot in sandbags(center).lots)


def test_what_moved_after_the_sheet_was_made_is_not_undone(center: Center, officer: Actor) -> None:
    lot = sandbags(center).lots[0]
    data = written((HERE, SANDBAGS, lot.lot, None, lot.on_hand, lot.on_hand, None))
    stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=1, lot=lot.lot), officer)

    assert faults_of(center, data, officer) == [("E2", "moved_meanwhile", str(lot.on_hand - 1))]


def test_a_difference_needs_a_reason_beside_it_or_for_the_whole_sheet(center: Center, officer: Actor) -> None:
    first, second = sandbags(center).lots
    less = (HERE, SANDBAGS, first.lot, None, first.on_hand, first.on_hand - 1, None)
    same = (HERE, SANDBAGS, second.lot, None, second.on_hand, second.on_hand, None)

    assert faults_of(center, written(less, same), officer, reason=" ") == [("A2", "reason_needed", str(first.on_hand))]
    assert faults_of(center, written((*less, None), same, headings=(*HEADINGS, "reason")), officer, reason="") == [
        ("H2", "reason_needed", str(first.on_hand))
    ]
    too_long = written((*less, "x" * 201), same, headings=(*HEADINGS, "差异原因"))
    assert [fault[:2] for fault in faults_of(center, too_long, officer)] == [("H2", "long_reason")]

    import_sheet(center, written((*less, "破损一袋"), same, headings=(*HEADINGS, "差异原因")), officer)

    assert [(line.on_hand_change, line.reason) for line in movements(center, limit=2)] == [(0, ""), (-1, "破损一袋")]


def test_another_last_day_of_a_known_lot_is_refused(center: Center, officer: Actor) -> None:
    lot = sandbags(center).lots[0]

    told = faults_of(center, written((HERE, SANDBAGS, lot.lot, date(2040, 1, 1), None, 5, None)), officer)

    assert told == [("D2", "expiry_differs", str(lot.expires_on))]


def test_less_than_what_is_reserved_is_refused_over_all_lots_together(center: Center, officer: Actor) -> None:
    reserve(center, Reserve(wants={SANDBAGS: 150}, for_kind="activation", for_id=1, depot=HERE), officer)
    first, second = sandbags(center).lots
    less, same = ((HERE, SANDBAGS, first.lot, None, None, 0, None), (HERE, SANDBAGS, second.lot, None, None, second.on_hand, None))
    more = (HERE, SANDBAGS, second.lot, None, None, 150, None)

    assert faults_of(center, written(less, same), officer) == [("F3", "below_reserved", "150")]
    assert import_sheet(center, written(less, more), officer, reason="盘点").counted == 2


# ---- the file as a whole ---------------------------------------------------------------------------------------------------------


def test_wrong_columns_are_named(center: Center, officer: Actor) -> None:
    data = written(GOOD, headings=("depot", "material", "lot", "Colour", "booked", "counted", "Depot code"))

    assert faults_of(center, data, officer) == [
        ("A1", "missing_column", "最低库存 / Minimum stock"),
        ("D1", "unknown_column", "Colour"),
        ("G1", "double_column", "Depot code"),
    ]


def zipped(**parts: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def with_entities(data: bytes) -> bytes:
    """The same workbook with an entity that grows when it is read."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as read, zipfile.ZipFile(out, "w") as write:
        for name in read.namelist():
            content = read.read(name)
            if name.endswith("sheet1.xml"):
                content = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + content.replace(b"N1", b"&b;")
            write.writestr(name, content)
    return out.getvalue()


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "not_a_workbook"),
    "text": (lambda: b"depot,material,lot\n", "not_a_workbook"),
    "a zip that is no workbook": (lambda: zipped(readme=b"x"), "not_a_workbook"),
    "half a file": (lambda: written(GOOD)[:2_000], "not_a_workbook"),
    "a changed byte": (lambda: written(GOOD)[:900] + b"\0" * 40 + written(GOOD)[940:], "not_a_workbook"),
    "no rows": (written, "no_rows"),
    "more bytes than it may have": (lambda: b"PK" + b"\0" * (8 * 1024 * 1024), "too_many_bytes"),
    "a bomb": (lambda: zipped(bomb=b"\0" * (65 * 1024 * 1024)), "too_many_bytes"),
    "entities": (lambda: with_entities(written(GOOD)), "not_a_workbook"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_is_no_sheet_is_refused_in_one_sentence(center: Center, officer: Actor, kind: str) -> None:
    made, code = BROKEN[kind]

    with pytest.raises(SheetUnreadable) as no:
        import_sheet(center, made(), officer)

    assert no.value.facts["why"] == code


def test_ten_thousand_rows_are_booked_and_more_than_twenty_thousand_refused(center: Center, officer: Actor) -> None:
    many = written(*(lot_row(center.catalogue, number) for number in range(10_000)))
    too_many = written(*((HERE,) for _ in range(20_001)))

    imported = import_sheet(center, many, officer, reason="盘点")

    assert (imported.rows, imported.counted, imported.difference) == (10_000, 10_000, 20_000)
    assert not ledger_gaps(center)
    with pytest.raises(SheetUnreadable) as no:
        import_sheet(center, too_many, officer)
    assert phrases.refusal("en", no.value) == "This file cannot be read as a sheet: it has more than 20000 rows."


def lot_row(catalogue: Catalogue, number: int) -> tuple[object, ...]:
    depots, materials = list(catalogue.depots), list(catalogue.materials)
    return depots[number % 56], materials[number % 68], f"LOT-{number}", None, None, 2, None


def test_a_crew_takes_no_sheet_over(center: Center, crew: Callable[[str], Actor]) -> None:
    with pytest.raises(NotPermitted):
        import_sheet(center, written(GOOD), crew("patrol-01"))
