"""What may be written in a handover report, what holds a signature up, and that a report read back is the same report."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.errors import BlockersOpen, Invalid, SectionNotEditable
from command_center.domain.handover import (
    HANDOVER_CHART,
    LONGEST_FIELD,
    MOST_ADDED,
    NOTHING,
    SEALED,
    Blocker,
    Cell,
    Editable,
    HandoverReport,
    HandoverStatus,
    Line,
    Section,
    SectionEdit,
    checked_edit,
    draft_moment,
    editable,
    late_moment,
    refuse_without_notes,
    unwritten,
    with_edit,
)
from command_center.domain.text import Text
from command_center.domain.vocabulary import HandoverSection, HandoverTemplate
from command_center.domain.watches import not_before

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def template() -> HandoverTemplate:
    return load_catalogue().handover


def section_named(template: HandoverTemplate, key: str) -> HandoverSection:
    return next(it for it in template.sections if it.key == key)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
texts = st.builds(Text, words, words)
cells = st.builds(Cell, texts, st.none() | st.booleans() | st.integers() | words, st.none() | words)
names = st.sampled_from(("number", "place", "owner"))
drafted = st.builds(
    Section,
    key=st.just("incidents"),
    source=st.just("both"),
    title=texts,
    is_form=st.just(False),
    fields=st.just({name: Text(name, name) for name in ("number", "place", "owner")}),
    lines=st.lists(st.builds(Line, key=words, cells=st.dictionaries(names, cells)), max_size=4).map(tuple),
    note=st.none() | texts,
)
noted = st.builds(Blocker, kind=words, ref=words, name=texts, what=texts, link=words, note=st.none() | words, noted_by=st.none() | words)


# ---- the status chart --------------------------------------------------------------------------------------------------------------


def test_a_sealed_report_never_becomes_a_draft_again() -> None:
    reachable, seen = set(SEALED), set[HandoverStatus]()
    while reachable - seen:
        seen |= reachable
        reachable |= {after for status in seen for after in HANDOVER_CHART[status]}

    assert reachable == SEALED


def test_every_way_to_the_seal_passes_both_signatures() -> None:
    assert [before for before, after in HANDOVER_CHART.items() if HandoverStatus.HANDED_OVER in after] == [HandoverStatus.OUTGOING_SIGNED]
    assert HANDOVER_CHART[HandoverStatus.DRAFT] == {HandoverStatus.OUTGOING_SIGNED}


# ---- what may be written -----------------------------------------------------------------------------------------------------------


def test_nothing_is_written_where_the_system_fills_in(template: HandoverTemplate) -> None:
    by_itself = [it for it in template.sections if it.source == "auto"]

    assert len(by_itself) == 10
    for section in by_itself:
        assert editable(section) == Editable()
        with pytest.raises(SectionNotEditable):
            checked_edit(section, SectionEdit(fields={section.fields[0]: "1"}))


def test_officers_write_objections_but_no_signature(template: HandoverTemplate) -> None:
    signatures = section_named(template, "signatures")

    assert checked_edit(signatures, SectionEdit(fields={"objections": " 少一台水泵 "})).fields == {"objections": "少一台水泵"}
    for name in ("outgoing_officer", "incoming_at", "leader"):
        with pytest.raises(SectionNotEditable) as no:
            checked_edit(signatures, SectionEdit(fields={name: "somebody"}))
        assert no.value.facts == {"section": "signatures", "field": name}


def test_a_station_gets_a_note_and_keeps_its_count(template: HandoverTemplate) -> None:
    stations = section_named(template, "stations")

    assert checked_edit(stations, SectionEdit(lines={"station:YY": {"note": "1人病假"}})).lines == {"station:YY": {"note": "1人病假"}}
    with pytest.raises(SectionNotEditable):
        checked_edit(stations, SectionEdit(lines={"station:YY": {"on_duty": "6"}}))
    with pytest.raises(SectionNotEditable):
        checked_edit(stations, SectionEdit(added=[{"note": "a fifth station"}]))


def test_what_is_empty_is_not_kept(template: HandoverTemplate) -> None:
    kept = checked_edit(
        section_named(template, "todo"), SectionEdit(lines={"task:1": {"owner": "  "}}, added=[{"text": " "}, {"text": "查水泵"}])
    )

    assert kept == SectionEdit(added=({"text": "查水泵"},))
    assert not kept.is_empty
    assert checked_edit(section_named(template, "remarks"), SectionEdit(fields={"text": "\n"})).is_empty


@pytest.mark.parametrize(
    "edit",
    [
        SectionEdit(added=[{"owner": "x" * (LONGEST_FIELD + 1)}]),
        SectionEdit(added=[{"text": "x"}] * (MOST_ADDED + 1)),
        SectionEdit(lines={f"task:{number}": {"owner": "x"} for number in range(MOST_ADDED + 1)}),
    ],
)
def test_too_much_is_refused(template: HandoverTemplate, edit: SectionEdit) -> None:
    with pytest.raises(Invalid):
        checked_edit(section_named(template, "todo"), edit)


def test_sections_only_an_officer_can_fill_are_asked_for(template: HandoverTemplate) -> None:
    assert unwritten(template, {}) == ["equipment"]
    assert unwritten(template, {"equipment": SectionEdit()}) == ["equipment"]
    assert unwritten(template, {"equipment": SectionEdit(fields={"phones": "ok"})}) == []


@given(section=drafted, said=words.filter(str.strip), added=st.lists(st.dictionaries(names, words.filter(str.strip)), max_size=3))
def test_an_edit_changes_what_it_names_and_nothing_else(section: Section, said: str, added: list[dict[str, str]]) -> None:
    touched = section.lines[0].key if section.lines else "nowhere"

    edited = with_edit(section, SectionEdit(lines={touched: {"owner": said}}, added=added))

    assert edited.lines[len(section.lines) :] == tuple(
        Line(
            key=f"own:{number}",
            cells={name: Cell(Text(it[name], it[name]), it[name]) if name in it else NOTHING for name in section.fields},
        )
        for number, it in enumerate(added, 1)
    )
    for before, after in zip(section.lines, edited.lines, strict=False):
        if before.key == touched:
            assert after.cells["owner"].text == Text(said, said)
            assert {name: cell for name, cell in after.cells.items() if name != "owner"} == {
                name: cell for name, cell in before.cells.items() if name != "owner"
            }
        else:
            assert after == before


# ---- blockers ----------------------------------------------------------------------------------------------------------------------


def blocker(ref: str, note: str | None = None) -> Blocker:
    return Blocker(
        kind="report_clock_overdue", ref=ref, name=Text("超时", "late"), what=Text(f"报告{ref}", f"report {ref}"), link="/", note=note
    )


def test_a_matter_without_a_word_refuses_the_signature_and_is_named() -> None:
    with pytest.raises(BlockersOpen) as no:
        refuse_without_notes([blocker("1", "已电话说明"), blocker("2"), blocker("3", "")])

    assert no.value.facts["count"] == 2
    named: Any = no.value.facts["blockers"]
    assert [it["key"] for it in named] == ["report_clock_overdue:2", "report_clock_overdue:3"]
    assert named[0]["en"] == "report 2"


def test_with_a_word_on_everything_nothing_holds_it_up() -> None:
    refuse_without_notes([blocker("1", "已电话说明")])


# ---- the report there and back -----------------------------------------------------------------------------------------------------


@given(sections=st.lists(drafted, max_size=3).map(tuple), blockers=st.lists(noted, max_size=3).map(tuple))
def test_a_report_read_back_from_its_content_is_the_same(sections: tuple[Section, ...], blockers: tuple[Blocker, ...]) -> None:
    report = HandoverReport(
        id=1,
        watch_id=2,
        number="20260302-1",
        street=Text("街道", "Street"),
        status=HandoverStatus.HANDED_OVER,
        is_drill=False,
        from_at="a",
        to_at="b",
        drawn_at="c",
        sections=sections,
        blockers=blockers,
        log_id=7,
        log_hash="0" * 64,
        sha256="1" * 64,
    )

    again = HandoverReport.of_content(
        json.loads(json.dumps(report.content())), status=report.status, sha256="1" * 64, leader_by=None, leader_at=None
    )

    assert again == report


# ---- clocks ------------------------------------------------------------------------------------------------------------------------


def test_the_draft_comes_before_the_end_and_the_warning_after_it(template: HandoverTemplate) -> None:
    assert draft_moment(template.rules, NOON) == NOON - timedelta(minutes=30)
    assert late_moment(template.rules, NOON) == NOON + timedelta(minutes=30)


@given(clock=st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=6))
def test_a_clock_that_jumps_leaves_what_follows_after_what_it_follows(clock: list[datetime]) -> None:
    written: list[datetime] = []
    for now in clock:
        written.append(not_before(now, *written[-1:], None))

    assert all(later >= earlier for earlier, later in pairwise(written))
    assert all(at >= now for at, now in zip(written, clock, strict=True))
