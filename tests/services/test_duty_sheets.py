"""Sheets in and out: what is exported can be imported, and one wrong cell is told by its address and stops everything."""

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Responsibility
from command_center.domain.errors import NotPermitted, SheetRefused, SheetUnreadable
from command_center.domain.rights import Actor
from command_center.domain.watches import CENTRE, Duty, PersonRole
from command_center.services import history, people, responsibilities, responsibility_sheet, roster, roster_sheet, watches
from command_center.services.people import PersonFacts
from command_center.words import phrases
from tests.services.test_watches import DAY, begin, following, here, on_duty

ROSTER = ["岗位", "起", "止", "带班领导", "值班员", "副班", "队员"]
LIST = ["编号", "地点", "类别", "街道包保干部", "社区包保干部（可多名）"]

Import = Callable[[Center, bytes, Actor], object]


def book(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook after somebody worked on its sheet."""
    opened = load_workbook(BytesIO(content))
    change(opened.worksheets[0])
    written = BytesIO()
    opened.save(written)
    return written.getvalue()


def cells_of(content: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)]


def refused(take: Callable[[], object]) -> list[str]:
    with pytest.raises(SheetRefused) as refusal:
        take()
    assert refusal.value.facts["count"] == len(refusal.value.cells)
    return ["|".join((it["cell"], it["code"], it["value"])) for it in refusal.value.cells]


def exported(center: Center, language: str = "zh_CN") -> bytes:
    return roster_sheet.roster_sheet(center, center.now(), center.now() + 5 * DAY, language)


# ---- the roster ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_exported_roster_comes_back_without_a_change(center: Center, officer: Actor, language: str) -> None:
    lines = history.verify_log(center).lines

    imported = roster_sheet.import_roster(center, exported(center, language), officer)

    assert (imported.added, imported.changed) == (0, 0)
    assert history.verify_log(center).lines == lines


def test_the_sheet_reads_like_the_roster_on_the_wall(center: Center) -> None:
    titles, first, *_ = cells_of(exported(center))

    assert titles == ROSTER
    assert first[0] == "指挥中心"
    assert (f"{first[1]:%Y-%m-%d %H:%M}", f"{first[2]:%Y-%m-%d %H:%M}") == ("2026-03-02 08:00", "2026-03-03 08:00")
    assert first[3] == on_duty(center).on(Duty.LEADER)[0].name.zh


def test_edited_rows_are_taken_over_and_only_they_change(center: Center, officer: Actor) -> None:
    def edit(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's sheet
        sheet["D3"] = "DC01"
        sheet["E3"], sheet["E4"] = sheet["E4"].value, sheet["E3"].value

    before = watches.find_watches(center, center.now(), center.now() + 5 * DAY, CENTRE)

    imported = roster_sheet.import_roster(center, edited(exported(center), edit), officer)

    after = watches.find_watches(center, center.now(), center.now() + 5 * DAY, CENTRE)
    assert (imported.added, imported.changed) == (0, 2)
    assert [it.person_id for it in after[1].on(Duty.LEADER)] == ["DC01"]
    assert (after[1].on(Duty.OFFICER), after[2].on(Duty.OFFICER)) == (before[2].on(Duty.OFFICER), before[1].on(Duty.OFFICER))
    assert [it.basis for it in after[:4]] == ["demo", "own", "own", "demo"]


def test_two_rows_may_change_people_with_each_other_across_posts(center: Center, officer: Actor) -> None:
    tomorrow = center.now() + DAY
    desk, station = on_duty(center, tomorrow).on(Duty.OFFICER)[0], on_duty(center, tomorrow, "YY").on(Duty.LEADER)[0]

    def edit(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's sheet
        for row in sheet.iter_rows(min_row=2):
            if f"{row[1].value:%d}" == "03" and row[0].value == "指挥中心":
                row[4].value = station.name.zh
            if f"{row[1].value:%d}" == "03" and row[0].value.startswith("樱园"):
                row[3].value = desk.name.zh

    roster_sheet.import_roster(center, edited(exported(center), edit), officer)

    assert on_duty(center, tomorrow).on(Duty.OFFICER)[0].person_id == station.person_id
    assert on_duty(center, tomorrow, "YY").on(Duty.LEADER)[0].person_id == desk.person_id


def test_a_roster_with_other_hours_takes_the_place_of_the_made_up_watches(center: Center, officer: Actor) -> None:
    sheet = book(
        ROSTER,
        ["指挥中心", "2026-03-05 08:00", "2026-03-05 20:00", "DL01", "DO01", "DA01", None],
        ["centre", "2026/03/05 20:00", "2026/03/06 08:00", "DL01", "DO02", "DA02", ""],
        [None] * 7,
    )

    imported = roster_sheet.import_roster(center, sheet, officer)

    day = watches.find_watches(center, here(center, "2026-03-05 08:00"), here(center, "2026-03-06 08:00"), CENTRE)
    assert (imported.added, imported.changed) == (1, 1)
    assert [(watch.number, watch.on(Duty.OFFICER)[0].person_id) for watch in day] == [("20260305-1", "DO01"), ("20260305-2", "DO02")]


def test_every_wrong_cell_is_named_and_nothing_is_taken_over(center: Center, officer: Actor) -> None:
    for name in ("赵一", "赵一"):
        people.add_person(center, PersonFacts(role=PersonRole.DUTY_OFFICER, name_zh=name, name_en="Zhao"), officer)
    lines = history.verify_log(center).lines
    good = ["指挥中心", "2026-03-20 08:00", "2026-03-21 08:00", "DL01", "DO01", "DA01", None]
    sheet = book(
        ROSTER,
        good,
        ["月球", "昨天", None, "不认识", "赵一", "DO02、DO02", "=1+1"],
        ["YY", "2026-03-22 08:00", "2026-03-21 08:00", None, None, None, None],
    )

    told = refused(lambda: roster_sheet.import_roster(center, sheet, officer))

    assert told == [
        "A3|unknown_post|月球",
        "B3|not_a_time|昨天",
        "C3|empty|",
        "D3|unknown_person|不认识",
        "E3|ambiguous_person|赵一",
        "F3|double_person|DO02",
        "G3|formula|=1+1",
        "C4|ends_before_it_begins|2026-03-21 08:00",
    ]
    assert history.verify_log(center).lines == lines
    assert watches.find_watches(center, here(center, "2026-03-20 08:00"), here(center, "2026-03-21 08:00")) == []


def test_a_thousand_bad_rows_among_good_ones_are_all_told_and_none_of_the_good_ones_is_taken_over(center: Center, officer: Actor) -> None:
    lines = history.verify_log(center).lines
    days = [f"{2027 + number // 300}-{number // 25 % 12 + 1:02d}-{number % 25 + 1:02d}" for number in range(2_000)]
    rows = [["月球" if number % 2 else "指挥中心", f"{at} 08:00", f"{at} 20:00", *[None] * 4] for number, at in enumerate(days)]

    told = refused(lambda: roster_sheet.import_roster(center, book(ROSTER, *rows), officer))

    assert told == [f"A{number + 2}|unknown_post|月球" for number in range(1, 2_000, 2)]
    assert history.verify_log(center).lines == lines
    assert watches.find_watches(center, here(center, "2027-01-01 00:00"), here(center, "2034-01-01 00:00")) == []


def test_a_sheet_without_rows_is_refused_as_it_cannot_be_the_one_that_was_meant(center: Center, officer: Actor) -> None:
    with pytest.raises(SheetUnreadable) as refusal:
        roster_sheet.import_roster(center, book(ROSTER), officer)

    assert phrases.refusal("zh_CN", refusal.value) == "无法读取该表格：表头下没有数据行。"
    assert phrases.refusal("en", refusal.value) == "This file cannot be read as a sheet: there are no rows below its headings."


def test_rows_that_do_not_go_together_are_named(center: Center, officer: Actor) -> None:
    roster.add_watch(center, "LY", here(center, "2026-03-20 08:00"), here(center, "2026-03-21 08:00"), {}, officer)
    sheet = book(
        ROSTER,
        ["指挥中心", "2026-03-20 08:00", "2026-03-21 08:00", "DL01", "DO01", "DA01", None],
        ["指挥中心", "2026-03-21 07:00", "2026-03-22 08:00", "DL02", "DO02", "DA02", None],
        ["YY", "2026-03-20 08:00", "2026-03-21 08:00", "DO01", None, None, None],
        ["LY", "2026-03-20 20:00", "2026-03-21 20:00", None, None, None, None],
        ["MX", "2026-03-20 08:00", "2026-03-21 08:00", None, None, None, None],
        ["MX", "2026-03-20 08:00", "2026-03-21 08:00", None, None, None, None],
    )

    told = refused(lambda: roster_sheet.import_roster(center, sheet, officer))

    assert set(told) >= {
        "B2|watches_overlap|B3",
        "B3|watches_overlap|B2",
        "B5|watches_overlap|20260320-1",
        "E2|person_busy|DO01",
        "D4|person_busy|DO01",
        "B7|double_row|2026-03-20 08:00",
    }


def test_what_began_or_is_past_is_left_as_it_was(center: Center, officer: Actor) -> None:
    first = on_duty(center)
    begin(center, officer, first)
    begin(center, officer, following(center, first))

    def edit(sheet: Any) -> None:  # noqa: ANN401 - openpyxl's sheet
        sheet["D2"] = "DC01"
        sheet["C3"] = "2026-03-04 09:00"
        sheet["B4"] = "2026-03-04 09:00"

    told = refused(lambda: roster_sheet.import_roster(center, edited(exported(center), edit), officer))

    assert told == ["B2|watch_is_over|20260302-1", "C3|watch_is_over|20260303-1"]


def test_the_refusal_says_in_both_languages_what_is_wrong(center: Center, officer: Actor) -> None:
    with pytest.raises(SheetRefused) as refusal:
        roster_sheet.import_roster(center, book(ROSTER, ["月球", "2026-03-20 08:00", "2026-03-21 08:00"]), officer)

    assert phrases.refusal("zh_CN", refusal.value) == "未导入：有 1 个单元格不正确。A2 没有“月球”这个岗位"
    assert phrases.refusal("en", refusal.value) == "Nothing was taken over: 1 cells cannot be right. A2 there is no post “月球”"


# ---- the list of responsible cadres ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_exported_list_comes_back_without_a_change(center: Center, officer: Actor, language: str) -> None:
    content = responsibility_sheet.responsibility_sheet(center, language)

    assert len(cells_of(content)) == 1866
    assert responsibility_sheet.import_responsibilities(center, content, officer) == 0


def test_an_edited_list_changes_its_own_rows_only(center: Center, officer: Actor) -> None:
    community = center.catalogue.places["XQ001"].community
    two = [it.id for it in center.catalogue.cadres.values() if it.community == community][:2]
    sheet = book(LIST, ["XQ001", None, None, "街道干部65", "、".join(two)])

    changed = responsibility_sheet.import_responsibilities(center, sheet, officer)

    assert changed == 1
    assert [(it.cadre_id, it.part) for it in responsibilities.responsible_for(center, "XQ001")] == [
        ("SC65", "lead"),
        *((it, "community") for it in two),
    ]
    assert responsibilities.check_responsibilities(center).gaps == []


def test_every_wrong_cell_of_the_list_is_named(center: Center, officer: Actor) -> None:
    stranger = next(it for it in center.catalogue.cadres.values() if it.community and it.area == "A4")
    sheet = book(
        LIST,
        ["XQ999", None, None, "SC01", "CC01"],
        ["XQ001", None, None, "CC01", stranger.name.zh],
        ["XQ001", None, None, "谁", None],
        ["SH01", None, None, "SC01", "CC01"],
    )

    told = refused(lambda: responsibility_sheet.import_responsibilities(center, sheet, officer))

    assert told == [
        "A2|unknown_target|XQ999",
        "D3|not_a_street_cadre|CC01",
        f"E3|not_of_the_community|{stranger.name.zh}",
        "A4|double_row|XQ001",
        "D4|unknown_cadre|谁",
        "E4|empty|",
        "A5|unknown_target|SH01",
    ]


def test_what_a_list_would_change_is_told_first_and_nothing_is_written(center: Center, officer: Actor) -> None:
    lines = history.verify_log(center).lines
    before = responsibilities.responsible_for(center, "XQ001")
    assigned = center.catalogue.responsibilities["XQ001"]
    content = edited(responsibility_sheet.responsibility_sheet(center, "zh_CN"), lambda sheet: sheet.__setitem__("D2", "SC65"))

    told = responsibility_sheet.preview_responsibilities(center, content, officer)

    assert (told.rows, told.gaps_before, told.gaps_after) == (1865, 0, 0)
    (change,) = told.changes
    assert (change.target_id, change.lead_before, change.lead_after) == ("XQ001", assigned.lead, "SC65")
    assert change.community_before == change.community_after == tuple(sorted(assigned.community))
    assert responsibilities.responsible_for(center, "XQ001") == before
    assert history.verify_log(center).lines == lines


def test_a_list_that_closes_a_gap_says_so_and_one_that_cannot_be_right_is_refused_as_the_import_would(
    center: Center, officer: Actor
) -> None:
    assigned = center.catalogue.responsibilities["XQ001"]
    with Session(center.engine) as session, session.begin():
        session.delete(session.get_one(Responsibility, ("XQ001", assigned.lead)))
    closes = book(LIST, ["XQ001", None, None, assigned.lead, "、".join(assigned.community)])
    wrong = book(LIST, ["XQ001", None, None, "谁", "、".join(assigned.community)], ["XQ002", None, None, assigned.lead, None])

    told = responsibility_sheet.preview_responsibilities(center, closes, officer)

    assert (told.gaps_before, told.gaps_after, told.changes[0].lead_before) == (1, 0, None)
    by_preview = refused(lambda: responsibility_sheet.preview_responsibilities(center, wrong, officer))
    assert by_preview == refused(lambda: responsibility_sheet.import_responsibilities(center, wrong, officer))
    assert by_preview == ["D2|unknown_cadre|谁", "E3|empty|"]


# ---- files that are no sheets of ours ------------------------------------------------------------------------------------------------


def bomb() -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * (65 * 1024 * 1024))
    return written.getvalue()


def entities() -> bytes:
    """A workbook whose sheet tries to unfold entities."""
    source, written = zipfile.ZipFile(BytesIO(book(ROSTER))), BytesIO()
    with zipfile.ZipFile(written, "w") as parts:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + content.partition(b"?>")[2].replace(b"<sheetData>", b"<sheetData>&a;")
            parts.writestr(name, content)
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"a,b\n1,2\n", book(ROSTER)[:-200], bomb(), entities()],
    ids=["empty", "begun", "csv", "cut", "bomb", "entities"],
)
@pytest.mark.parametrize("take", [roster_sheet.import_roster, responsibility_sheet.import_responsibilities])
def test_what_is_no_workbook_is_refused(center: Center, officer: Actor, take: Import, content: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        take(center, content, officer)


def test_a_sheet_with_other_columns_is_refused_by_their_names(center: Center, officer: Actor) -> None:
    told = refused(lambda: roster_sheet.import_roster(center, book(["岗位", "起", "起", "电话", *ROSTER[3:]]), officer))

    assert told == ["A1|missing_column|止 / To", "C1|double_column|起", "D1|unknown_column|电话"]
    assert refused(lambda: responsibility_sheet.import_responsibilities(center, book(), officer))


def test_more_rows_than_a_street_can_have_are_refused(center: Center, officer: Actor) -> None:
    with pytest.raises(SheetUnreadable):
        responsibility_sheet.import_responsibilities(center, book(LIST, *[["XQ001", None, None, "SC01", "CC01"]] * 20_001), officer)


def test_text_that_looks_like_a_formula_is_exported_as_text(center: Center, officer: Actor) -> None:
    name = '=HYPERLINK("x")'
    person_id = people.add_person(center, PersonFacts(role=PersonRole.DUTY_LEADER, name_zh=name, name_en=name), officer)
    tomorrow = on_duty(center, center.now() + DAY)
    roster.seat_people(center, tomorrow.id, {person_id: Duty.LEADER}, officer)

    cell = load_workbook(BytesIO(exported(center))).worksheets[0]["D3"]

    assert (cell.value, cell.data_type, cell.quotePrefix) == (name, "s", True)


def test_who_may_not_write_the_roster_imports_nothing(center: Center, display: Actor) -> None:
    takes: list[Import] = [
        roster_sheet.import_roster,
        responsibility_sheet.import_responsibilities,
        responsibility_sheet.preview_responsibilities,
    ]
    for take in takes:
        with pytest.raises(NotPermitted):
            take(center, b"", display)
