"""The drill on a real centre, second by second of the tests' clock: its orders go through the verbs, which refuse a wrong step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import snapshot_rows
from command_center.db.tables import Assignment, Incident, LogEntry, Unit
from command_center.domain.board import Board
from command_center.domain.dispatching import LOADING_S
from command_center.domain.geo import Point, distance_m
from command_center.domain.positions import Fix, judge_step
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.domain.status import OPEN_INCIDENT, AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import assignments, calls, closures, dispatching, incidents, proposing, report_clocks, reports, units
from tests.builders import somewhere, take_test_call
from tests.conftest import Clock, Street
from workers.drill.callers import Callers
from workers.drill.exercise import Exercise, muster
from workers.drill.habits import Habits, dice
from workers.drill.orders import (
    NAME,
    RECEIVER,
    Close,
    Order,
    Report,
    SendProposed,
    SendUnit,
    SetUnit,
    TakeCall,
    TellDistrict,
    chosen_units,
)
from workers.drill.sayings import FLOOD, QUIET

SIMULATOR = Actor(name=NAME, role=Role.DUTY_OFFICER)
RELIABLE = Habits(silent_share=0.0, decline_share=0.0, work_s=(120.0, 130.0))


@dataclass(slots=True)
class Ground:
    """An exercise on a centre. Orders are carried out by the verbs that the doors call; a refused one raises."""

    center: Center
    clock: Clock
    exercise: Exercise
    orders: list[Order] = field(default_factory=list)
    fixes: dict[str, list[Fix]] = field(default_factory=dict)
    _board: Board | None = None

    def seconds(self, count: int) -> None:
        for _ in range(count):
            self.second()

    def until(self, seen: Callable[[], object], *, within_s: int) -> None:
        """Let time pass until something is so; it is looked at whenever somebody ordered something."""
        for _ in range(within_s):
            if self._board is None and seen():
                return
            self.second()
        raise AssertionError(f"not within {within_s} s; the last orders: {self.orders[-5:]}")

    def second(self) -> None:
        self._board = self._board or self.look()
        turn = self.exercise.step(self.clock.advance(1), self._board)
        for fix in turn.fixes:
            told = self.fixes.setdefault(fix.unit_id, [])
            assert judge_step(fix, told[-1] if told else None) is None
            told.append(fix)
        for order in turn.orders:
            self.carry_out(order)
        if turn.orders:
            self.orders += turn.orders
            self._board = None

    def look(self) -> Board:
        """The board as a screen that just opened."""
        with self.center.read() as session:
            return Board.of(snapshot_rows(session, self.center.catalogue))

    def look_again(self) -> None:
        """Somebody else changed something."""
        self._board = None

    def carry_out(self, order: Order) -> None:
        match order:
            case TakeCall():
                taken = calls.TakeCall(
                    kind=order.kind,
                    at=order.at,
                    place_id=order.place_id,
                    place_text=order.place_text,
                    said=order.said,
                    caller_name=order.caller_name,
                    caller_phone=order.caller_phone,
                    answers=dict(order.answers),
                    key=order.key,
                    is_simulated=True,
                )
                calls.take_call(self.center, taken, SIMULATOR)
            case Report(assignment_id=assignment_id, status=status, reason=reason):
                report = assignments.ReportStatus(assignment_id=assignment_id, status=status, reason=reason)
                assignments.report_status(self.center, report, SIMULATOR)
            case SetUnit(unit_id=unit_id, status=unit_status):
                units.set_unit_status(self.center, unit_id, unit_status, SIMULATOR)
            case SendProposed(incident_id=incident_id):
                self.center.tracks.store([told[-1] for told in self.fixes.values()])
                proposal = proposing.propose_units(self.center, incident_id)
                told = [{"unit_id": unit.unit_id, "suitable": unit.suitable} for unit in proposal.units]
                if chosen := chosen_units({"units": told, "preselected": list(proposal.preselected)}):
                    self.send(incident_id, *chosen, by=SIMULATOR)
            case SendUnit(incident_id=incident_id, unit_id=unit_id):
                self.send(incident_id, unit_id, by=SIMULATOR)
            case TellDistrict(report_id=report_id):
                reports.send_report(self.center, report_id, SIMULATOR, RECEIVER, told_by_phone=True)
            case Close(incident_id=incident_id, outcome=outcome):
                incidents.close_incident(self.center, incident_id, SIMULATOR, outcome=outcome)

    def send(self, incident_id: int, *unit_ids: str, by: Actor) -> tuple[int, ...]:
        self.look_again()
        self.center.tracks.store([told[-1] for told in self.fixes.values()])
        return dispatching.dispatch_units(self.center, dispatching.DispatchUnits(incident_id=incident_id, unit_ids=unit_ids), by)

    def unit(self, unit_id: str) -> Unit:
        with self.center.read() as session:
            return session.get_one(Unit, unit_id)

    def incident(self, incident_id: int) -> Incident:
        with self.center.read() as session:
            return session.get_one(Incident, incident_id)

    def assignment(self, assignment_id: int) -> Assignment:
        with self.center.read() as session:
            return session.get_one(Assignment, assignment_id)

    def log_of(self, unit_id: str) -> list[str]:
        """The events of a unit, oldest first."""
        with self.center.read() as session:
            return list(session.scalars(select(LogEntry.event).where(LogEntry.unit_id == unit_id).order_by(LogEntry.id)))

    def point(self, unit_id: str) -> Point:
        return self.exercise.crews[unit_id].vehicle.point

    def reports(self, assignment_id: int) -> list[AssignmentStatus]:
        return [order.status for order in self.orders if isinstance(order, Report) and order.assignment_id == assignment_id]


Begin = Callable[..., Ground]


@pytest.fixture
def begin(center: Center, clock: Clock) -> Begin:
    """Starts an exercise: `begin(calls_per_hour=12, habits=..., seed=...)`; quiet and reliable unless said otherwise."""

    def start(*, calls_per_hour: float = 0.0, habits: Habits = RELIABLE, seed: int = 7) -> Ground:
        exercise = muster(
            center.catalogue, center.roads, seed=seed, now=clock.now(), last_known={}, calls_per_hour=calls_per_hour, habits=habits
        )
        return Ground(center=center, clock=clock, exercise=exercise)

    return start


def far_from_the_stations(center: Center) -> Point:
    """The compound farthest from the first unit's home."""
    home = center.catalogue.vehicles["patrol-01"].home
    compounds = [place.point for place in center.catalogue.places.values() if place.kind == "compound" and place.area == "A1"]
    return max(compounds, key=lambda point: distance_m(home, point))


# ---- crews -----------------------------------------------------------------------------------------------------------------------


def test_several_patrols_are_moving_within_five_seconds(begin: Begin) -> None:
    ground = begin()

    ground.seconds(5)

    moving = [fixes[-1].unit_id for fixes in ground.fixes.values() if fixes[-1].speed_kmh]
    assert len(ground.fixes) == 16
    assert len(moving) >= 4
    assert all(unit_id.startswith("patrol") for unit_id in moving)


def test_a_crew_that_a_person_sends_arrives_and_stops_the_clock(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    ground.seconds(20)
    scene = far_from_the_stations(center)
    taken = take_test_call(center, officer, at=scene)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)

    ground.until(lambda: ground.incident(taken.incident_id).on_scene_at, within_s=600)

    incident = ground.incident(taken.incident_id)
    assert incident.status is IncidentStatus.ON_SCENE
    assert distance_m(ground.point("patrol-01"), scene) <= 30
    assert ground.reports(assignment_id) == [AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE]


def test_a_crew_works_clears_comes_back_and_is_available_again(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-05", "guarantee-2", by=officer)[:1]

    ground.until(lambda: ground.assignment(assignment_id).ended_at, within_s=1200)
    ground.until(lambda: ground.unit("patrol-05").status is UnitStatus.AVAILABLE, within_s=900)
    ground.until(lambda: ground.unit("guarantee-2").status is UnitStatus.AVAILABLE, within_s=1200)

    home = center.catalogue.vehicles["guarantee-2"].home
    assert ground.incident(taken.incident_id).status is IncidentStatus.CONTROLLED
    assert distance_m(ground.point("guarantee-2"), home) < 5
    assert ground.log_of("patrol-05") == [
        "UnitDispatched",
        "DispatchAcknowledged",
        "UnitEnRoute",
        "UnitOnScene",
        "UnitCleared",
        "UnitStatusSet",
    ]


def test_each_step_takes_the_time_a_crew_takes(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)

    ground.until(lambda: ground.assignment(assignment_id).ended_at, within_s=1500)

    steps = ground.assignment(assignment_id)
    stamps = [steps.dispatched_at, steps.acknowledged_at, steps.en_route_at, steps.on_scene_at, steps.ended_at]
    took_s = [(after - before).total_seconds() for before, after in pairwise(moment for moment in stamps if moment is not None)]
    assert 3 <= took_s[0] <= 17
    assert 20 <= took_s[1] <= 62
    assert 120 <= took_s[3] <= 133


def test_a_recalled_crew_turns_round(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer, at=far_from_the_stations(center))
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)
    ground.until(lambda: ground.assignment(assignment_id).status is AssignmentStatus.EN_ROUTE, within_s=200)
    ground.seconds(10)

    assignments.recall_unit(center, assignment_id, officer)
    ground.look_again()
    ground.until(lambda: ground.unit("patrol-01").status is UnitStatus.AVAILABLE, within_s=900)

    assert ground.incident(taken.incident_id).on_scene_at is None
    assert AssignmentStatus.ON_SCENE not in ground.reports(assignment_id)


def test_a_crew_goes_on_from_what_a_person_ticked_for_it(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)
    assignments.report_status(center, assignments.ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.EN_ROUTE), officer)

    ground.until(lambda: ground.incident(taken.incident_id).on_scene_at, within_s=600)

    assert ground.reports(assignment_id) == [AssignmentStatus.ON_SCENE]


def test_a_crew_follows_its_incident_into_the_one_it_is_merged_into(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    first, second = take_test_call(center, officer), take_test_call(center, officer, at=far_from_the_stations(center))
    (assignment_id,) = ground.send(first.incident_id, "patrol-01", by=officer)
    ground.until(lambda: ground.assignment(assignment_id).status is AssignmentStatus.EN_ROUTE, within_s=200)

    incidents.merge_incidents(center, first.incident_id, second.incident_id, officer)
    ground.look_again()
    ground.until(lambda: ground.incident(second.incident_id).on_scene_at, within_s=900)

    assert distance_m(ground.point("patrol-01"), far_from_the_stations(center)) <= 30


def test_a_crew_that_declines_says_why_and_stays_available(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin(habits=Habits(decline_share=1.0))
    taken = take_test_call(center, officer)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)

    ground.seconds(30)

    assignment = ground.assignment(assignment_id)
    assert assignment.status is AssignmentStatus.DECLINED
    assert assignment.end_reason
    assert ground.unit("patrol-01").status is UnitStatus.AVAILABLE


def test_a_silent_crew_lets_its_minute_pass_and_still_comes(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin(habits=Habits(decline_share=0.0, silent_share=1.0))
    taken = take_test_call(center, officer)
    (assignment_id,) = ground.send(taken.incident_id, "patrol-01", by=officer)

    ground.seconds(62)
    before = ground.assignment(assignment_id).status
    ground.seconds(100)

    assert before is AssignmentStatus.QUEUED
    assert ground.assignment(assignment_id).acknowledged_at is not None


def test_a_unit_that_guards_a_closed_road_drives_there_and_stays_until_it_is_open(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    ground.seconds(5)
    closure_id = closures.close_road(center, closures.CloseRoad(place_id="XQ025", guard="patrol-05"), officer)
    ground.look_again()
    (row,) = ground.look().rows("closure")
    post = Point(row["lat"], row["lon"])

    ground.seconds(900)
    assert distance_m(ground.point("patrol-05"), post) < 40
    ground.exercise.crews["patrol-05"].go_to(center.catalogue.places["XQ001"].point)  # a scenario is stronger than an order
    ground.seconds(300)
    assert distance_m(ground.point("patrol-05"), post) > 200
    ground.exercise.crews["patrol-05"].go_on()
    ground.seconds(600)
    assert distance_m(ground.point("patrol-05"), post) < 40

    closures.reopen_road(center, closure_id, officer)
    ground.look_again()
    ground.seconds(900)
    assert max(distance_m(fix.point, post) for fix in ground.fixes["patrol-05"][-300:]) > 200, "it goes on with its rounds"


def test_a_crew_loads_at_the_depot_of_its_order_on_the_way(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    ground.seconds(5)
    taken = take_test_call(center, officer, kind="E103", at=far_from_the_stations(center))
    proposal = proposing.propose_units(center, taken.incident_id)
    assignment_ids = ground.send(taken.incident_id, *proposal.preselected, by=officer)
    (loading,) = [one for one in map(ground.assignment, assignment_ids) if one.stop_depot]
    depot = center.catalogue.depots[str(loading.stop_depot)].point

    ground.until(lambda: ground.assignment(loading.id).on_scene_at, within_s=1500)

    at_depot = [fix for fix in ground.fixes[loading.unit_id] if distance_m(fix.point, depot) < 20 and not fix.speed_kmh]
    assert LOADING_S - 12 <= (at_depot[-1].at - at_depot[0].at).total_seconds() <= LOADING_S + 12
    assert distance_m(ground.point(loading.unit_id), far_from_the_stations(center)) <= 30


def test_an_idle_vehicle_with_a_low_battery_goes_home_charges_and_comes_back(begin: Begin) -> None:
    ground = begin()
    vehicle = ground.exercise.crews["patrol-04"].vehicle
    ground.seconds(60)
    vehicle.battery_pct = 19.0

    ground.until(lambda: ground.unit("patrol-04").status is UnitStatus.CHARGING, within_s=900)
    at_home = distance_m(vehicle.point, vehicle.vehicle.home)
    ground.until(lambda: ground.unit("patrol-04").status is UnitStatus.AVAILABLE, within_s=1500)

    assert at_home < 40
    assert vehicle.battery_pct >= 95


def test_a_vehicle_that_people_took_out_of_service_goes_home_and_stays(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    ground.seconds(60)

    units.set_unit_status(center, "patrol-02", UnitStatus.OUT_OF_SERVICE, officer)
    ground.look_again()
    ground.seconds(900)

    assert distance_m(ground.point("patrol-02"), center.catalogue.vehicles["patrol-02"].home) < 40
    assert ground.unit("patrol-02").status is UnitStatus.OUT_OF_SERVICE


def test_a_unit_for_which_a_real_device_speaks_is_left_to_it(begin: Begin, center: Center, clock: Clock) -> None:
    ground = begin()
    ground.seconds(10)
    there = somewhere(center)
    heard = {"patrol-03": ["patrol-03", there.lat, there.lon, 0.0, None, None, "2026-03-02T01:00:05.123456Z", 5.0]}

    ground.exercise.hear(clock.now(), heard)
    told = len(ground.fixes["patrol-03"])
    ground.seconds(290)
    while_there = len(ground.fixes["patrol-03"])
    ground.seconds(30)

    assert while_there == told
    assert len(ground.fixes["patrol-03"]) > told


def test_its_own_positions_coming_back_change_nothing(begin: Begin, clock: Clock) -> None:
    ground = begin()
    ground.seconds(10)

    ground.exercise.hear(clock.now(), {unit_id: fixes[-1].frame_row() for unit_id, fixes in ground.fixes.items()})
    ground.seconds(11)

    assert all((clock.now() - fixes[-1].at).total_seconds() <= 10 for fixes in ground.fixes.values())


def test_while_the_board_is_not_to_be_trusted_vehicles_drive_on_in_silence(begin: Begin, clock: Clock) -> None:
    ground = begin(calls_per_hour=3600)
    ground.seconds(3)

    turns = [ground.exercise.step(clock.advance(1), None) for _ in range(30)]

    assert all(turn.fixes for turn in turns)
    assert not any(turn.orders for turn in turns)


# ---- the officer -----------------------------------------------------------------------------------------------------------------


def test_the_officer_leaves_real_incidents_alone(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer)

    ground.seconds(400)

    incident = ground.incident(taken.incident_id)
    assert incident.acknowledged_at is None
    assert incident.status is IncidentStatus.NEW


def test_the_officer_takes_a_simulated_incident_that_nobody_touched(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer, is_simulated=True)

    ground.seconds(44)
    untouched = ground.incident(taken.incident_id).acknowledged_at
    ground.seconds(3)

    incident = ground.incident(taken.incident_id)
    assert untouched is None
    assert incident.acknowledged_by == NAME
    assert incident.status is IncidentStatus.DISPATCHED


def test_the_officer_leaves_a_simulated_incident_to_the_person_who_saw_it(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer, is_simulated=True)
    incidents.acknowledge_incident(center, taken.incident_id, officer)

    ground.seconds(300)

    assert ground.incident(taken.incident_id).status is IncidentStatus.NEW
    assert not [order for order in ground.orders if isinstance(order, SendProposed | SendUnit)]


def test_the_officer_sees_a_simulated_incident_through_to_its_end(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin()
    taken = take_test_call(center, officer, is_simulated=True)

    ground.until(lambda: ground.incident(taken.incident_id).ended_at, within_s=1500)

    incident = ground.incident(taken.incident_id)
    assert incident.status in (IncidentStatus.CLOSED, IncidentStatus.FALSE_ALARM)
    assert incident.on_scene_at is not None
    assert incident.controlled_at is not None
    assert incident.ended_at is not None
    assert 60 <= (incident.ended_at - incident.controlled_at).total_seconds() <= 63


def test_the_officer_sends_someone_else_when_a_crew_declines(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin(habits=Habits(decline_share=1.0))
    taken = take_test_call(center, officer, is_simulated=True)

    ground.seconds(200)

    with center.read() as session:
        tried = list(session.scalars(select(Assignment).where(Assignment.incident_id == taken.incident_id)))
    assert len(tried) >= 3


def test_the_officer_accepts_a_suggestion_and_calls_the_silent_crew_off(begin: Begin, center: Center, officer: Actor) -> None:
    ground = begin(habits=Habits(silent_share=1.0, decline_share=0.0, silent_s=(500.0, 500.0)))
    taken = take_test_call(center, officer, is_simulated=True)
    ground.until(lambda: ground.incident(taken.incident_id).dispatched_at, within_s=60)
    with center.read() as session:
        silent = session.scalars(select(Assignment).where(Assignment.incident_id == taken.incident_id)).first()
    assert silent is not None
    ground.seconds(60)
    with center.work(SYSTEM) as work:
        assignments.mark_unanswered(work, silent.id)
    suggested = proposing.next_unit(center, taken.incident_id, silent.unit_id)
    assert suggested is not None
    with center.work(SYSTEM) as work:
        assignments.propose_next(work, incident_id=taken.incident_id, instead_of=silent.unit_id, unit_id=suggested)
    ground.look_again()

    ground.seconds(19)
    before = ground.unit(suggested).assignment_id
    ground.seconds(3)

    assert before is None
    assert ground.unit(suggested).incident_id == taken.incident_id
    assert ground.assignment(silent.id).status is AssignmentStatus.RECALLED


def test_the_officer_reports_on_simulated_incidents_shortly_before_it_is_due_and_on_no_real_one(
    begin: Begin, center: Center, officer: Actor
) -> None:
    ground = begin(habits=replace(RELIABLE, untouched_s=1e6, report_before_s=1760.0))
    simulated, real = take_test_call(center, officer, is_simulated=True), take_test_call(center, officer)
    for taken in (simulated, real):
        with center.work(SYSTEM) as work:
            report_clocks.keep_clocks(center, work, incident_id=taken.incident_id)
    ground.look_again()

    ground.seconds(39)
    before = list(ground.orders)
    ground.seconds(3)

    assert [order for order in before if isinstance(order, TellDistrict)] == []
    given = reports.list_reports(center, officer, state="closed")
    assert [(it.incident_id, it.kind, it.closed_by) for it in given] == [(simulated.incident_id, "phone", NAME)]


def test_sends_the_soonest_of_any_kind_when_none_of_the_wanted_kind_is_free() -> None:
    busy, free = {"unit_id": "patrol-01", "suitable": False}, {"unit_id": "guarantee-1", "suitable": True}

    assert chosen_units({"units": [free, busy], "preselected": []}) == ["guarantee-1"]
    assert chosen_units({"units": [free, busy], "preselected": ["patrol-09", "patrol-02"]}) == ["patrol-09", "patrol-02"]
    assert chosen_units({"units": [busy], "preselected": []}) == []


# ---- callers ---------------------------------------------------------------------------------------------------------------------


def calls_within(callers: Callers, start: datetime, clock: Clock, seconds: int) -> list[tuple[float, TakeCall]]:
    """(seconds after the start, call) for every call, with nothing else open."""
    board = Board()
    return [((clock.now() - start).total_seconds(), call) for _ in range(seconds) for call in callers.act(clock.advance(1), board)]


def test_somebody_rings_within_twenty_seconds(street: Street, clock: Clock) -> None:
    for seed in range(20):
        callers = Callers(street.catalogue, Habits(), 0.5, dice(seed))
        start = clock.now()
        first_s, call = calls_within(callers, start, clock, 20)[0]

        assert 5 <= first_s <= 18
        assert call.said


def test_nobody_rings_when_the_rate_is_nought(street: Street, clock: Clock) -> None:
    assert calls_within(Callers(street.catalogue, Habits(), 0.0, dice(1)), clock.now(), clock, 3600) == []


def test_calls_come_at_the_rate_that_is_set(street: Street, clock: Clock) -> None:
    hours, per_hour = 20, 12.0

    came = calls_within(Callers(street.catalogue, Habits(), per_hour, dice(3)), clock.now(), clock, hours * 3600)

    spread = (hours * per_hour) ** 0.5
    assert abs(len(came) - hours * per_hour) <= 4 * spread
    assert {call.kind for _, call in came} <= QUIET.keys()
    assert len({call.key for _, call in came}) == len(came)


def test_every_topic_is_an_emergency_of_the_catalogue_with_no_more_answers_than_questions(street: Street) -> None:
    for kind, topic in {**QUIET, **FLOOD}.items():
        known = street.catalogue.incident_types[kind]

        assert known.stream == "emergency"
        assert len(topic.answers) <= len(known.questions)


def test_in_a_flood_calls_about_one_low_spot_join(begin: Begin, center: Center) -> None:
    ground = begin(calls_per_hour=240)

    ground.seconds(600)

    with center.read() as session:
        floods = [incident for incident in session.scalars(select(Incident)) if incident.type in FLOOD]
    calls_about_water = sum(incident.call_count for incident in floods)
    assert calls_about_water >= 15
    assert len(floods) <= calls_about_water / 2
    assert all(incident.is_simulated for incident in floods)


def test_a_backlog_has_an_end(street: Street, clock: Clock) -> None:
    rows = [{"kind": "incident", "id": str(number), "version": 1, "gone": False, "is_simulated": True} for number in range(5)]
    callers = Callers(street.catalogue, Habits(most_open=5), 3600.0, dice(1))

    assert [call for _ in range(60) for call in callers.act(clock.advance(1), Board.of(rows))] == []


# ---- all of it -------------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_drill(begin: Begin, clock: Clock) -> None:
    boards = Board()
    start = clock.now()

    def first_minutes() -> list[object]:
        clock.moment = start
        ground = begin(calls_per_hour=60, seed=11)
        return [ground.exercise.step(clock.advance(1), boards) for _ in range(180)]

    assert first_minutes() == first_minutes()


def test_half_an_hour_of_a_busy_night_breaks_no_rule(begin: Begin, center: Center) -> None:
    ground = begin(calls_per_hour=19, habits=Habits(), seed=5)

    ground.seconds(1800)

    with center.read() as session:
        every = list(session.scalars(select(Incident)))
    ended = [incident for incident in every if incident.status not in OPEN_INCIDENT]
    assert len(every) >= 5
    assert len(ended) >= 2
    assert all(incident.on_scene_at for incident in ended)
