"""The director of a drill through the doors that reality uses, against a real web process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Call, Incident
from command_center.domain.rights import Role
from command_center.domain.status import AssignmentStatus
from command_center.services import drills
from command_center.wire.faults import Fault, next_fault
from tests.api.conftest import Web
from tests.builders import as_drill
from tests.conftest import Clock
from workers.director.performance import Performance
from workers.director.running import call_up
from workers.director.stage import Stage
from workers.drill.crews import Crew
from workers.drill.line import Line
from workers.drill.orders import Report

SPEED = 10.0
SCENARIO = """schema: drill/1
id: X
slug: director
title: {zh: "试", en: "Test"}
summary: {zh: "试", en: "Test"}
basis: demo
starts: "08:00"
ends: "05:00"
steps:
  - {at: "00:00", note: {zh: "开始", en: "Go"}}
  - {at: "00:10", crew: {unit: patrol-02, does: silent}}
  - {at: "00:10", position: {unit: patrol-03, does: lost}}
  - {at: "00:10", battery: {unit: patrol-05, pct: 7}}
  - {at: "00:10", position: {unit: patrol-06, does: drives_to, place: XQ025}}
  - {at: "00:20", position: {unit: patrol-06, does: goes_on}}
  - {at: "01:00", id: puddle, call: {type: E101, at: [36.7013, 119.1507], words: "积水", times: 3, every: "00:10", spread_m: 50}}
  - {at: "02:00", id: odd, call: {type: E107, at: [0.5, 0.5], words: "远方"}}
  - {at: "03:00", id: away, fault: {what: redis_away, seconds: 2}}
  - {at: "04:00", expect: {that: joined, of: puddle, count: 3, within: "00:10", says: {zh: "归并", en: "Joined"}}}
"""


@pytest.fixture
def scenario_file(tmp_path: Path) -> Path:
    file = tmp_path / "X-director.yaml"
    file.write_text(SCENARIO, "utf-8")
    return file


@pytest.fixture
def open_center(open_center: Callable[[], Center], clock: Clock, scenario_file: Path) -> Callable[[], Center]:
    began = clock.moment
    return lambda: as_drill(open_center(), began, SPEED, scenario_file)


@pytest.fixture
def stage(web: Web, clock: Clock) -> Iterator[Stage]:
    center = web.center
    assert center.drill is not None
    with closing(Line(web.url, lambda: web.token(Role.DUTY_OFFICER))) as line:
        line.open()
        exercise = call_up(center.catalogue, center.roads, line, center.drill, seed="test", now=clock.moment)
        yield Stage(line=line, exercise=exercise, places=center.catalogue.places, folder=center.folder)


@pytest.fixture
def performance(stage: Stage, web: Web, clock: Clock) -> Performance:
    return Performance.begin(web.center.scenario, stage, clock.moment)


def play_until(performance: Performance, stage: Stage, clock: Clock, at_s: float) -> None:
    while clock.moment < performance.started_at + timedelta(seconds=at_s):
        clock.advance(5)
        performance.act(clock.moment, stage)


def crew_of(stage: Stage, unit_id: str) -> Crew:
    return stage.exercise.crews[unit_id]


def incidents(center: Center) -> list[Incident]:
    with center.read() as session:
        return list(session.scalars(select(Incident).order_by(Incident.id)))


def test_a_scenario_is_played_to_its_end(web: Web, stage: Stage, performance: Performance, clock: Clock) -> None:
    play_until(performance, stage, clock, 310)

    (puddle,) = incidents(web.center)
    assert (puddle.call_count, puddle.is_simulated) == (3, True)
    sheet = drills.score_sheet(web.center)
    assert sheet.state.ended_at is not None
    assert [verdict.state for verdict in sheet.score.verdicts] == ["met"]
    steps = [f"step-{number}" for number in range(1, 7)]
    assert sheet.state.played == [*steps, "puddle-1", "puddle-2", "puddle-3", "odd", "away"]
    assert [problem.partition(" ")[0] for problem in sheet.score.problems] == ["odd:"]
    assert performance.ended


def test_nothing_comes_before_its_time(web: Web, stage: Stage, performance: Performance, clock: Clock) -> None:
    play_until(performance, stage, clock, 55)

    assert incidents(web.center) == []
    assert next(one.name for one in performance.waiting) == "puddle-1"


def test_crews_and_vehicles_are_told_their_ways(stage: Stage, performance: Performance, clock: Clock) -> None:
    play_until(performance, stage, clock, 15)

    assert crew_of(stage, "patrol-02").wont == "silent"
    assert crew_of(stage, "patrol-05").vehicle.battery_pct == 7
    assert crew_of(stage, "patrol-06").sent == stage.places["XQ025"].point
    assert crew_of(stage, "patrol-06").vehicle.is_moving
    clock.advance(60)
    turn = stage.exercise.step(clock.moment, None)
    told = {fix.unit_id for fix in turn.fixes}
    assert "patrol-03" not in told
    assert len(told) == 15
    play_until(performance, stage, clock, 80)
    assert crew_of(stage, "patrol-06").sent is None


def test_a_director_who_died_goes_on_where_he_was(web: Web, stage: Stage, performance: Performance, clock: Clock) -> None:
    play_until(performance, stage, clock, 65)
    crew_of(stage, "patrol-02").wont = None  # a new director has new crews

    again = Performance.begin(web.center.scenario, stage, clock.moment)

    assert again.started_at == performance.started_at
    assert [one.name for one in again.waiting] == ["puddle-2", "puddle-3", "odd", "away"]
    assert crew_of(stage, "patrol-02").wont == "silent"


def test_a_call_that_was_taken_but_not_noted_is_not_taken_twice(web: Web, stage: Stage, performance: Performance, clock: Clock) -> None:
    (first, *_) = [one for one in web.center.scenario.injections() if one.kind == "call"]

    outcomes = [stage.bring_about(first, clock.moment) for _ in range(2)]

    assert outcomes[0].incident_id == outcomes[1].incident_id
    with web.center.read() as session:
        assert len(session.scalars(select(Call)).all()) == 1


def test_a_fault_is_left_for_the_drills_own_supervisor_once(web: Web, stage: Stage, performance: Performance, clock: Clock) -> None:
    play_until(performance, stage, clock, 185)

    assert next_fault(web.center.folder) == Fault(what="redis_away", seconds=2.0)
    assert next_fault(web.center.folder) is None


@pytest.mark.parametrize(("does", "answer"), [("answers", AssignmentStatus.ACKNOWLEDGED), ("declines", AssignmentStatus.DECLINED)])
def test_a_crew_answers_as_it_was_told(web: Web, stage: Stage, clock: Clock, does: str, answer: AssignmentStatus) -> None:
    crew = ordered(web, stage, clock)
    crew.wont, crew.why = does, "车坏了"  # type: ignore[assignment]  # the case table holds the words

    said = acting(crew, stage, clock, 20)

    assert [order.status for order in said if isinstance(order, Report)] == [answer]


def test_a_silent_crew_says_nothing_and_one_that_is_put_at_the_scene_arrives(web: Web, stage: Stage, clock: Clock) -> None:
    crew = ordered(web, stage, clock)
    crew.wont = "silent"
    assert acting(crew, stage, clock, 120) == []

    crew.wont = "answers"
    crew.hurry(clock.moment)
    crew.be_there()
    statuses = []
    for _ in range(8):
        for order in acting(crew, stage, clock, 1):
            assert isinstance(order, Report)
            statuses.append(order.status)
            stage.line.give(order)
        web.carry()
        stage.line.open()

    assert statuses == [AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE]


def ordered(web: Web, stage: Stage, clock: Clock) -> Crew:
    """The crew of patrol-01 with an order on the board."""
    desk = web.client(Role.DUTY_OFFICER)
    incident = desk.post("/api/v1/incidents", json={"kind": "E107", "place_id": "XQ001"}).json()["incident_id"]
    assert desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": ["patrol-01"]}).status_code == 201
    web.carry()
    stage.line.open()
    while stage.line.board.get("unit", "patrol-01") is None or not stage.line.board.rows("assignment"):
        stage.line.open()
    return crew_of(stage, "patrol-01")


def acting(crew: Crew, stage: Stage, clock: Clock, seconds: int) -> list[object]:
    said: list[object] = []
    for _ in range(seconds):
        moment: datetime = clock.advance(1)
        order = crew.act(moment, 1.0, stage.line.board)
        said += [] if order is None else [order]
        if said:
            break
    return said
