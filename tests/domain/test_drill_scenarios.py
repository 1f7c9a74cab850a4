"""Scenario files: the shipped ones play, and whatever cannot be meant is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.catalogue import CatalogueError, load_catalogue
from command_center.catalogue.scenarios import find_scenario, load_scenario, scenario_files
from command_center.domain.catalogue import Catalogue
from command_center.domain.drill_book import CallStep, Scenario, Step, seconds_of
from command_center.domain.geo import Point, distance_m
from command_center.domain.text import Text

LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H", "J"]
HEAD = """schema: drill/1
id: X
slug: test
title: {zh: "试", en: "Test"}
summary: {zh: "试", en: "Test"}
basis: demo
starts: "08:00"
ends: "10:00"
steps:
  - {at: "00:01", id: fire, call: {type: E107, place: XQ001, words: "着火了"}}
"""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def written(folder: Path, text: str) -> Path:
    file = folder / "X-test.yaml"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("letter", LETTERS)
def test_a_shipped_scenario_plays_and_expects_something(catalogue: Catalogue, letter: str) -> None:
    file = find_scenario(letter)
    assert file is not None

    scenario = load_scenario(file, catalogue)

    assert file.stem == scenario.name
    assert scenario.injections()
    assert scenario.expectations()
    assert all(asked_s + expect.within_s <= scenario.ends_s for asked_s, expect in scenario.expectations())


def test_nothing_else_ships() -> None:
    assert [name.partition("-")[0] for name in scenario_files()] == LETTERS


@pytest.mark.parametrize(
    ("line", "where", "what"),
    [
        ('{at: "1:5", note: {zh: "一", en: "a"}}', "steps[1].at", "minutes:seconds"),
        ('{at: "00:60", note: {zh: "一", en: "a"}}', "steps[1].at", "minutes:seconds"),
        ('{at: "10:01", note: {zh: "一", en: "a"}}', "steps[1].at", "after the end"),
        ('{at: "00:02"}', "steps[1]", "must hold one thing"),
        ('{at: "00:02", note: {zh: "一", en: "a"}, district_text: "x"}', "steps[1]", "must hold one thing"),
        ('{at: "00:02", note: {zh: "一"}}', "steps[1].note.en", "no English text"),
        ('{at: "00:02", id: fire, note: {zh: "一", en: "a"}}', "steps[0].id", "stands twice"),
        ('{at: "00:02", dance: true}', "steps[1].dance", "not a known key"),
        ('{at: "00:02", call: {type: E999, place: XQ001, words: "x"}}', "steps[1].call.type", "no emergency type 'E999'"),
        ('{at: "00:02", call: {type: G201, place: XQ001, words: "x"}}', "steps[1].call.type", "no emergency type 'G201'"),
        ('{at: "00:02", call: {type: E107, place: NOWHERE, words: "x"}}', "steps[1].call.place", "no place 'NOWHERE'"),
        ('{at: "00:02", call: {type: E107, words: "x"}}', "steps[1].call", "needs a place or a point"),
        ('{at: "00:02", call: {type: E107, at: [36.7], words: "x"}}', "steps[1].call.at", "latitude and longitude"),
        ('{at: "00:02", call: {type: E107, place: XQ001, words: "x", severity: V}}', "steps[1].call.severity", "one of I, II, III, IV"),
        ('{at: "00:02", warning: {}}', "steps[1].warning", "needs a text or a file"),
        ('{at: "00:02", warning: {cap: missing.xml}}', "steps[1].warning.cap", "no file 'missing.xml'"),
        ('{at: "00:02", warning: {cap: ../X-test.yaml}}', "steps[1].warning.cap", "no file '../X-test.yaml'"),
        ('{at: "00:02", measurement: {metric: luck, value: 1}}', "steps[1].measurement.metric", "no metric 'luck'"),
        ('{at: "00:02", crew: {unit: patrol-99, does: silent}}', "steps[1].crew.unit", "no vehicle 'patrol-99'"),
        ('{at: "00:02", crew: {unit: patrol-01, does: sings}}', "steps[1].crew.does", "one of silent"),
        ('{at: "00:02", position: {unit: patrol-01, does: drives_to}}', "steps[1].position.place", "is needed"),
        ('{at: "00:02", battery: {unit: patrol-01, pct: 120}}', "steps[1].battery.pct", "from 0 to 100"),
        ('{at: "00:02", fault: {what: database}}', "steps[1].fault.what", "one of worker"),
        ('{at: "00:02", fault: {what: redis_away}}', "steps[1].fault.seconds", "for redis_away"),
        ('{at: "00:02", fault: {what: worker, seconds: 3}}', "steps[1].fault.seconds", "for redis_away"),
        ('{at: "00:02", expect: {that: seen, of: flood, within: "01:00", says: {zh: "一", en: "a"}}}', "steps[1].expect.of", "no call"),
        (
            '{at: "00:02", expect: {that: level, of: P01, within: "01:00", says: {zh: "一", en: "a"}}}',
            "steps[1].expect.level",
            "is missing",
        ),
        (
            '{at: "00:02", expect: {that: happens, event: Luck, within: "01:00", says: {zh: "一", en: "a"}}}',
            "steps[1].expect.event",
            "Luck",
        ),
        (
            '{at: "00:02", expect: {that: never, event: RoadReopened, given: Luck, within: "01:00", says: {zh: "一", en: "a"}}}',
            "steps[1].expect.given",
            "Luck",
        ),
        (
            '{at: "00:02", expect: {that: happens, event: RoadReopened, given: RoadClosed, within: "01:00", says: {zh: "一", en: "a"}}}',
            "steps[1].expect.given",
            "for never only",
        ),
        (
            '{at: "00:02", expect: {that: seen, of: fire, within: soon, says: {zh: "一", en: "a"}}}',
            "steps[1].expect.within",
            "minutes:seconds",
        ),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused_with_its_place(
    catalogue: Catalogue, tmp_path: Path, line: str, where: str, what: str
) -> None:
    with pytest.raises(CatalogueError) as refused:
        load_scenario(written(tmp_path, f"{HEAD}  - {line}\n"), catalogue)

    assert refused.value.where == where
    assert what in refused.value.what


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("drill/1", "drill/2", "schema"),
        ('starts: "08:00"', 'starts: "8:00"', "starts"),
        ('ends: "10:00"', "ends: later", "ends"),
        ("basis: demo", "basis: gossip", "basis"),
        ("slug: test\n", "", "slug"),
        ("basis: demo\n", "basis: demo\npeople: [crew]\n", "people"),
        ("basis: demo\n", "basis: demo\npeople: [mayor]\n", "people[0]"),
    ],
)
def test_a_head_that_cannot_be_meant_is_refused(catalogue: Catalogue, tmp_path: Path, before: str, after: str, where: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        load_scenario(written(tmp_path, HEAD.replace(before, after)), catalogue)

    assert refused.value.where == where


def test_text_that_is_no_yaml_is_refused_with_its_line(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"line \d+"):
        load_scenario(written(tmp_path, HEAD + "  - {at: [\n"), catalogue)


def test_a_scenario_is_found_by_letter_by_name_and_as_a_file(tmp_path: Path) -> None:
    own = written(tmp_path, HEAD)

    assert find_scenario("d") == find_scenario("D-boat-or-not") == scenario_files()["D-boat-or-not"]
    assert find_scenario(str(own)) == own
    assert find_scenario("Z") is None
    assert find_scenario(str(tmp_path / "nothing.yaml")) is None


def test_a_street_adds_scenarios_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "drills").mkdir()
    own = written(tmp_path / "drills", HEAD)

    assert find_scenario("X", tmp_path) == own
    assert find_scenario("A", tmp_path) is not None


@given(st.integers(1, 60), st.floats(0, 500))
def test_many_callers_stand_around_the_first_and_ring_one_after_the_other(times: int, spread_m: float) -> None:
    call = CallStep(type="E101", words="x", at=(36.7, 119.15), times=times, every="00:40", spread_m=spread_m)
    nothing = Text("无", "none")
    scenario = Scenario(
        id="X",
        slug="x",
        title=nothing,
        summary=nothing,
        basis="demo",
        starts="08:00",
        ends="90:00",
        steps=(Step(at="00:10", id="p", call=call),),
    )

    played = scenario.injections()

    assert [one.at_s for one in played] == [10.0 + 40.0 * n for n in range(times)]
    assert {one.group for one in played} == {"p"}
    assert len({one.name for one in played}) == times
    for one in played:
        assert one.step.call is not None
        assert one.step.call.at is not None
        assert distance_m(Point(*one.step.call.at), Point(36.7, 119.15)) <= spread_m * 1.01 + 0.1


@given(st.integers(0, 999), st.integers(0, 59))
def test_minutes_and_seconds_are_read(minutes: int, seconds: int) -> None:
    assert seconds_of(f"{minutes}:{seconds:02d}") == minutes * 60 + seconds
