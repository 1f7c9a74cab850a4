"""Searching the log: what people type finds what people read, newest first, without looking at every line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db import log as operations_log
from command_center.db.log_index import BLOCK, file_lines, find_lines, packed, take_turn, unpacked, words_beginning
from command_center.db.tables import LogIndexed, LogWord
from command_center.domain import events
from command_center.domain.errors import NotPermitted
from command_center.domain.rights import SYSTEM, Actor
from command_center.domain.status import UnitStatus
from command_center.services import incidents, log_search, units
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.log_search import LogQuery, search_log
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.query_plans import listening, whole_tables


def file_all(center: Center) -> None:
    while log_search.file_log(center):
        pass


def found(center: Center, reader: Actor, words: str, **stated: object) -> list[str]:
    """The kinds of events that a query finds, newest first."""
    query = LogQuery(text=words, **stated)  # type: ignore[arg-type]  # a test names any field
    return [str(line.row["event"]) for line in search_log(center, query, reader).lines]


@pytest.fixture
def incident_id(center: Center, officer: Actor) -> int:
    """A call with words, an order, a note: all of it filed."""
    call = {"said": "楼道里冒烟，有人被困", "caller_name": "王秀英", "caller_phone": "13805361234", "place_id": "XQ001"}
    incident_id = take_test_call(center, officer, **call).incident_id
    dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), officer)
    incidents.add_note(center, incident_id, "地下车库积水深约 30 厘米，Pumps on the way", officer)
    file_all(center)
    return incident_id


@pytest.mark.parametrize(
    ("typed", "event_name"),
    [
        ("冒烟", "CallTaken"),  # what the caller said
        ("烟", "CallTaken"),
        ("有人被困", "CallTaken"),
        ("樱南花园", "CallTaken"),  # where
        ("yingnan", "CallTaken"),
        ("电动", "CallTaken"),  # what the sentence calls it
        ("巡01", "UnitDispatched"),
        ("patrol 01", "UnitDispatched"),
        ("Patrol-01", "UnitDispatched"),
        ("积水", "IncidentNoted"),
        ("积水深约", "IncidentNoted"),
        ("pump", "IncidentNoted"),
        ("ＰＵＭＰＳ　30", "IncidentNoted"),
        ("officer 车库", "IncidentNoted"),
        ("1234", "CallTaken"),  # the end of the caller's number
        ("13805361234", "CallTaken"),
        ("王秀英", "CallTaken"),
    ],
)
def test_a_line_is_found_by_what_people_type(center: Center, officer: Actor, incident_id: int, typed: str, event_name: str) -> None:
    assert event_name in found(center, officer, typed)


@pytest.mark.parametrize(
    "typed", ["冒火", "困被人有", "13805361235", "zzz", "烟冒", "，。", "%", "'; drop table log_entry;--", "积水 不在"]
)
def test_what_no_line_says_finds_nothing(center: Center, officer: Actor, incident_id: int, typed: str) -> None:
    assert found(center, officer, typed) == []


def test_pairs_that_stand_apart_are_no_word(center: Center, officer: Actor) -> None:
    apart, joined = (take_test_call(center, officer).incident_id for _ in range(2))
    incidents.add_note(center, apart, "东关市场，关市大门", officer)
    incidents.add_note(center, joined, "去东关市大门看过", officer)
    file_all(center)

    page = search_log(center, LogQuery(text="东关市大"), officer)

    assert [line.row["incident_id"] for line in page.lines] == [str(joined)]


def test_everything_stated_must_hold(center: Center, officer: Actor, incident_id: int, clock: Clock) -> None:
    other = take_test_call(center, officer, said="楼道里冒烟").incident_id
    units.set_unit_status(center, "patrol-02", UnitStatus.CHARGING, officer)
    file_all(center)

    by_incident = search_log(center, LogQuery(text="冒烟", incident_id=other), officer).lines
    assert [line.row["incident_id"] for line in by_incident] == [str(other)]
    assert found(center, officer, "", unit_id="patrol-02") == ["UnitStatusSet"]
    assert set(found(center, officer, "", groups=("incidents",))) == {"CallTaken", "IncidentNoted"}
    assert "StreetSeeded" in found(center, officer, "", actor="system")
    assert found(center, officer, "冒烟", actor="system") == []


def test_times_bound_what_is_found(center: Center, officer: Actor, clock: Clock) -> None:
    moments = []
    for _ in range(3):
        moments.append(clock.advance(3600))
        take_test_call(center, officer, said="路面塌陷")
    file_all(center)

    def calls(**span: object) -> list[str]:
        return found(center, officer, "塌陷", **span)

    assert len(calls(from_at=moments[1])) == 2
    assert len(calls(to_at=moments[1])) == 2
    assert len(calls(from_at=moments[1], to_at=moments[1])) == 1
    assert calls(from_at=moments[2] + timedelta(seconds=1)) == []
    assert calls(to_at=moments[0] - timedelta(seconds=1)) == []
    assert len(found(center, officer, "", from_at=moments[2], to_at=moments[2])) == 1


def test_pages_follow_each_other_without_gap_or_repeat(center: Center, officer: Actor) -> None:
    for _ in range(7):
        take_test_call(center, officer, said="水管爆裂")
    file_all(center)

    pages, before = [], None
    while True:
        page = search_log(center, LogQuery(text="水管爆裂", limit=3, before=before), officer)
        pages.append([line.row["id"] for line in page.lines])
        before = page.older
        if before is None:
            break

    ids = [line for page in pages for line in page]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert ids == sorted(ids, reverse=True)


def test_a_display_may_not_search_words_and_reads_none(center: Center, display: Actor, incident_id: int) -> None:
    with pytest.raises(NotPermitted):
        search_log(center, LogQuery(text="冒烟"), display)

    lines = search_log(center, LogQuery(incident_id=incident_id), display).lines

    assert {line.row["event"] for line in lines} == {"CallTaken", "ProposalFollowed", "UnitDispatched", "IncidentNoted"}
    assert not any("积水" in line.text.zh + str(line.row) for line in lines)


def test_a_callers_number_is_found_by_the_desk_only(center: Center, crew: Callable[[str], Actor], incident_id: int) -> None:
    assert found(center, crew("patrol-01"), "1234") == []
    assert found(center, crew("patrol-01"), "王秀英") == []
    assert found(center, crew("patrol-01"), "冒烟") == ["CallTaken"]


def test_what_the_drills_director_does_is_not_found_by_its_words(center: Center, officer: Actor) -> None:
    with center.work(SYSTEM) as work:
        work.record(events.DrillStepPlayed(step="17", group="desk", kind="call", problem="暗号蓝色"))
    file_all(center)

    assert found(center, officer, "暗号") == []


# ---- filing -----------------------------------------------------------------------------------------------------------------------


def test_filing_goes_on_where_it_was_left_and_files_nothing_twice(center: Center, officer: Actor) -> None:
    for _ in range(5):
        take_test_call(center, officer)

    counts = [log_search.file_log(center, at_most=3) for _ in range(20)]

    with center.read() as session:
        newest = session.get_one(LogIndexed, 1).up_to
        assert newest == sum(counts) == session.scalar(text("SELECT max(id) FROM log_entry"))
    assert counts[-1] == 0
    assert len(found(center, officer, "电动", limit=20)) == 5


def test_a_second_indexer_that_comes_late_does_nothing(center: Center, officer: Actor) -> None:
    take_test_call(center, officer)
    file_all(center)
    with center.read() as session:
        before = session.execute(select(LogWord.word, LogWord.block, LogWord.lines).order_by(LogWord.word)).all()

    with Session(center.engine) as session, session.begin():
        take_turn(session)
        file_lines(session, {1: ["雨"]})
        file_lines(session, {1: ["雨"]})

    assert list(_lines(center, [["雨"]])) == [1]
    with center.read() as session:
        after = session.execute(select(LogWord.word, LogWord.block, LogWord.lines).order_by(LogWord.word)).all()
    assert [row for row in after if row.word != "雨"] == [row for row in before if row.word != "雨"]


def test_an_entry_that_cannot_be_put_into_words_does_not_stop_the_others(center: Center, officer: Actor) -> None:
    with Session(center.engine) as session, session.begin():
        broken = events.IncidentNoted(incident_id=1, number="20260302-001", note="看不懂")
        (entry,) = operations_log.append(session, [broken], actor=officer, at=center.now(), touched=[])
        session.execute(
            text("DROP TRIGGER log_entry_no_update" + (" ON log_entry" if session.get_bind().dialect.name == "postgresql" else ""))
        )
        session.execute(text("UPDATE log_entry SET facts = '[]' WHERE id = :id"), {"id": entry.id})
    take_test_call(center, officer, said="水管爆裂")

    file_all(center)

    assert found(center, officer, "水管爆裂") == ["CallTaken"]


# ---- the index itself -------------------------------------------------------------------------------------------------------------


def _lines(center: Center, wanted: list[list[str]], below: int = 2**53, above: int = 0) -> list[int]:
    with center.read() as session:
        return list(find_lines(session, wanted, below=below, above=above))


@given(st.sets(st.integers(0, BLOCK - 1)))
def test_what_is_packed_is_unpacked(lines: set[int]) -> None:
    mask = sum(1 << at for at in lines)

    assert unpacked(packed(mask)) == mask
    assert len(packed(mask)) <= BLOCK // 8


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    filed=st.dictionaries(st.integers(1, 6 * BLOCK), st.sets(st.sampled_from("甲乙丙丁"), min_size=1), max_size=60),
    wanted=st.lists(st.lists(st.sampled_from("甲乙丙丁戊"), min_size=1, max_size=2), min_size=1, max_size=3),
    span=st.tuples(st.integers(0, 6 * BLOCK), st.integers(0, 6 * BLOCK + 2)),
)
def test_the_index_finds_exactly_the_lines_that_have_the_words(
    center: Center, filed: dict[int, set[str]], wanted: list[list[str]], span: tuple[int, int]
) -> None:
    with Session(center.engine) as session, session.begin():
        session.execute(text("DELETE FROM log_word"))
        ids = sorted(filed)
        for part in (ids[::2], ids[1::2]):  # late lines too
            file_lines(session, {line: filed[line] for line in part})
    above, below = span

    found_lines = _lines(center, wanted, below, above)

    fitting = [line for line, words in filed.items() if above < line < below and all(words & set(group) for group in wanted)]
    assert found_lines == sorted(fitting, reverse=True)


def test_the_beginning_of_a_word_stands_for_all_that_begin_so(center: Center) -> None:
    with Session(center.engine) as session, session.begin():
        file_lines(session, {line: [word] for line, word in enumerate(["flood", "flooded", "flo", "flux", "Flood", "flooz", "fm"], 1)})

        assert words_beginning(session, "flood", 10) == ["flood", "flooded"]
        assert words_beginning(session, "fl", 3) == ["flo", "flood", "flooded"]
        assert words_beginning(session, "x", 3) == []


def test_no_search_reads_a_whole_table(center: Center, officer: Actor, incident_id: int) -> None:
    queries = [
        LogQuery(text="冒烟 pump"),
        LogQuery(text="zzz"),
        LogQuery(text="冒烟", from_at=center.now(), to_at=center.now(), incident_id=incident_id),
        LogQuery(unit_id="patrol-01", groups=("units",)),
        LogQuery(before=5),
    ]
    with listening(center) as asked:
        for query in queries:
            search_log(center, query, officer)

    assert len(asked) > len(queries)
    assert [step for one in asked for step in whole_tables(center, one)] == []
