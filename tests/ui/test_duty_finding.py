"""What the duty page finds in the log: by words, time, part, incident, unit and person; newest first, and more of it."""

from __future__ import annotations

import pytest

from command_center.center import Center
from command_center.domain.handover import EntryAct
from command_center.domain.rights import Actor
from command_center.services import duty_log as writing
from command_center.services import log_search
from command_center.ui import duty_log
from tests.builders import take_test_call
from tests.conftest import Clock


def filed(center: Center) -> None:
    while log_search.file_log(center):
        pass


def notes(found: duty_log.Found) -> list[str]:
    return [str(line.row["facts"].get("note")) for line in found.lines]


@pytest.fixture
def written(center: Center, clock: Clock, officer: Actor, leader: Actor) -> int:
    """Three lines at nine, ten and eleven; the second is about an incident. Returns the incident's id."""
    incident = take_test_call(center, officer)
    writing.write_entry(center, "夜间巡查完毕", EntryAct.TAKE, officer)
    clock.advance(3600)
    writing.write_entry(center, "水泵已到位", EntryAct.REPORT, leader, incident_id=incident.incident_id)
    clock.advance(3600)
    writing.write_entry(center, "巡查车换胎", EntryAct.TAKE, officer)
    filed(center)
    return incident.incident_id


NARROWED = [
    ({"q": "巡查"}, ["巡查车换胎", "夜间巡查完毕"]),
    ({"q": "水泵"}, ["水泵已到位"]),
    ({"q": "没有这个词"}, []),
    ({"from": "10:30"}, ["巡查车换胎"]),
    ({"to": "03-02 09:30", "part": "handover"}, ["夜间巡查完毕"]),
    ({"part": "handover"}, ["巡查车换胎", "水泵已到位", "夜间巡查完毕"]),
    ({"who": "officer", "part": "handover"}, ["巡查车换胎", "夜间巡查完毕"]),
    ({"q": "巡查", "from": "10:30"}, ["巡查车换胎"]),
]


@pytest.mark.parametrize(("at", "expected"), NARROWED, ids=str)
def test_the_log_is_narrowed_by_whatever_the_address_says(
    center: Center, officer: Actor, written: int, at: dict[str, str], expected: list[str]
) -> None:
    assert written
    assert notes(duty_log.find(center, at, officer)) == expected


def test_an_incident_narrows_it_to_its_own_lines(center: Center, officer: Actor, written: int) -> None:
    found = duty_log.find(center, {"incident": str(written)}, officer)

    assert [line.row["event"] for line in found.lines] == ["DutyNoted", "CallTaken"]


def test_more_lines_are_asked_for_until_there_are_none(center: Center, officer: Actor) -> None:
    for number in range(70):
        writing.write_entry(center, f"第{number}条", EntryAct.TAKE, officer)
    filed(center)
    at = {"part": "handover"}

    first, more = duty_log.find(center, at, officer), duty_log.find(center, at | {"lines": "120"}, officer)

    assert (len(first.lines), first.more) == (60, True)
    assert (len(more.lines), more.more) == (70, False)
    assert notes(more)[:60] == notes(first)
    assert notes(first)[0] == "第69条"


@pytest.mark.parametrize("lines", ["0", "-5", "x", "9" * 30, "100000"])
def test_a_number_of_lines_that_nobody_meant_does_no_harm(center: Center, officer: Actor, lines: str) -> None:
    assert len(duty_log.find(center, {"lines": lines}, officer).lines) <= duty_log.MOST_LINES


def test_a_time_that_is_none_is_said_and_the_rest_still_counts(center: Center, officer: Actor, written: int) -> None:
    assert written

    found = duty_log.find(center, {"q": "水泵", "from": "gestern", "to": ""}, officer)

    assert (found.wrong, notes(found)) == (frozenset({"from"}), ["水泵已到位"])
