"""Sending units: all or none, one winner, the clock stops when the first is there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from command_center.center import Center
from command_center.domain.dispatching import Shown, shown_by
from command_center.domain.errors import (
    IllegalStep,
    IncidentEnded,
    IncidentHasUnits,
    Invalid,
    NotPermitted,
    NoUnits,
    Refusal,
    UnitNotAvailable,
    UnknownAssignment,
    UnknownIncident,
    UnknownUnit,
)
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import assignments, dispatching, history, incidents, proposing, units
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from command_center.services.live import read_snapshot
from command_center.services.positions import Intake, Reading
from command_center.words import phrases
from tests.builders import OFFICER, somewhere, take_test_call
from tests.conftest import Clock
from tests.working import entries


@pytest.fixture
def incident_id(center: Center, officer: Actor) -> int:
    return take_test_call(center, officer).incident_id


def dispatch(center: Center, actor: Actor, incident_id: int, *units: str, key: str | None = None) -> tuple[int, ...]:
    return dispatching.dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=units, key=key), actor)


def send(center: Center, actor: Actor, incident_id: int, *units: str, shown: Shown | None = None) -> None:
    dispatching.dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=units, shown=shown), actor)


def report(center: Center, actor: Actor, assignment_id: int, status: str) -> None:
    assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus(status)), actor)


def units_on_board(center: Center) -> dict[str, str]:
    return {row["id"]: row["status"] for row in read_snapshot(center).rows if row["kind"] == "unit"}


def test_the_proposal_names_every_unit_and_preselects_what_the_type_asks_for(center: Center, incident_id: int) -> None:
    proposal = proposing.propose_units(center, incident_id)

    assert len(proposal.units) == 16
    assert len(proposal.preselected) == center.catalogue.incident_types["E107"].first_units["patrol_vehicle"]
    assert not proposal.off_road


def test_a_dispatch_moves_unit_and_incident_and_is_on_the_record(center: Center, officer: Actor, incident_id: int) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "巡01")

    story = history.incident_story(center, incident_id, OFFICER)
    assert story.incident["status"] == "dispatched"
    assert [(row["id"], row["unit_id"], row["status"]) for row in story.assignments] == [(str(assignment_id), "patrol-01", "queued")]
    assert units_on_board(center)["patrol-01"] == "dispatched"
    entry = story.entries[-1]
    assert (entry["event"], entry["actor"]) == ("UnitDispatched", officer.name)


def test_the_log_keeps_what_was_proposed_and_that_it_was_followed(center: Center, officer: Actor, incident_id: int) -> None:
    proposal = proposing.propose_units(center, incident_id, with_cover=True)
    (best,) = (unit for unit in proposal.units if unit.preselected)

    send(center, officer, incident_id, best.unit_id, shown=shown_by(proposal))

    assert entries(center, "ProposalOverruled") == []
    (kept,) = entries(center, "ProposalFollowed")
    assert (kept["proposed"], kept["sent"]) == ([best.unit_id], [best.unit_id])
    assert kept["proposed_s"] == kept["sent_s"] == [round(best.arrival_s)]
    assert (kept["cover_before"], kept["cover_sent"]) == (proposal.cover_before, proposal.cover_after)
    (order,) = entries(center, "UnitDispatched")
    assert order["proposed"] == [best.unit_id]


def test_who_chooses_otherwise_is_on_the_record_with_both(center: Center, officer: Actor, incident_id: int) -> None:
    proposal = proposing.propose_units(center, incident_id)
    (best,) = (unit for unit in proposal.units if unit.preselected)
    other = next(unit for unit in proposal.units if not unit.preselected)

    send(center, officer, incident_id, other.unit_id)

    assert entries(center, "ProposalFollowed") == []
    (kept,) = entries(center, "ProposalOverruled")
    assert (kept["proposed"], kept["proposed_s"]) == ([best.unit_id], [round(best.arrival_s)])
    assert (kept["sent"], kept["sent_s"]) == ([other.unit_id], [round(other.arrival_s)])
    signs = {unit.unit_id: unit.call_sign.zh for unit in (best, other)}
    told = phrases.event("zh_CN", "ProposalOverruled", kept, signs)
    assert told.endswith(f"建议 {signs[best.unit_id]}，实派 {signs[other.unit_id]}")


def test_the_record_holds_what_the_officer_saw_not_what_is_true_by_now(center: Center, officer: Actor, incident_id: int) -> None:
    seen = Shown(proposed=("patrol-09",), arrival_s={"patrol-09": 61.4}, cover_before=0.94, cover_proposed=0.81, cover_sent=0.92)

    send(center, officer, incident_id, "巡03", shown=seen)

    (kept,) = entries(center, "ProposalOverruled")
    assert (kept["proposed"], kept["proposed_s"], kept["sent"], kept["sent_s"]) == (["patrol-09"], [61], ["patrol-03"], [None])
    assert [kept[f"cover_{which}"] for which in ("before", "proposed", "sent")] == [0.94, 0.81, 0.92]


def test_a_further_unit_overrules_nothing_for_nobody_was_proposed(center: Center, officer: Actor, incident_id: int) -> None:
    send(center, officer, incident_id, *proposing.propose_units(center, incident_id).preselected)

    send(center, officer, incident_id, "patrol-12")

    assert (len(entries(center, "ProposalFollowed")), entries(center, "ProposalOverruled")) == (1, [])


def test_all_units_are_sent_or_none(center: Center, officer: Actor, incident_id: int) -> None:
    elsewhere = take_test_call(center, officer).incident_id
    dispatch(center, officer, elsewhere, "patrol-02")

    with pytest.raises(UnitNotAvailable) as refusal:
        dispatch(center, officer, incident_id, "patrol-01", "patrol-02")

    assert refusal.value.facts["by"] == officer.name
    assert units_on_board(center)["patrol-01"] == "available"
    assert history.incident_story(center, incident_id, OFFICER).assignments == []


@pytest.mark.parametrize(("units", "refusal"), [((), NoUnits), (("patrol-99",), UnknownUnit), (("",), UnknownUnit)])
def test_an_order_that_names_no_real_unit_is_refused(
    center: Center, officer: Actor, incident_id: int, units: tuple[str, ...], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        dispatch(center, officer, incident_id, *units)


def test_an_unknown_or_ended_incident_takes_no_units(center: Center, officer: Actor, incident_id: int) -> None:
    incidents.close_incident(center, incident_id, officer, outcome=IncidentStatus.FALSE_ALARM)

    with pytest.raises(UnknownIncident):
        dispatch(center, officer, 999, "patrol-01")
    with pytest.raises(IncidentEnded):
        dispatch(center, officer, incident_id, "patrol-01")


@pytest.mark.parametrize("status", [UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE])
def test_a_unit_that_is_not_fit_is_not_sent(center: Center, officer: Actor, incident_id: int, status: UnitStatus) -> None:
    units.set_unit_status(center, "patrol-01", status, officer, reason="battery")

    with pytest.raises(UnitNotAvailable) as refusal:
        dispatch(center, officer, incident_id, "patrol-01")

    assert refusal.value.facts["status"] == status.value


def test_of_two_officers_at_once_exactly_one_gets_the_unit_and_the_other_is_told_who(center: Center, officer: Actor) -> None:
    rounds = [take_test_call(center, officer).incident_id for _ in range(2)]
    officers = [Actor(name=name, role=Role.DUTY_OFFICER) for name in ("张", "李")]

    def try_it(number: int) -> str:
        try:
            dispatch(center, officers[number], rounds[number], "patrol-05")
        except UnitNotAvailable as refusal:
            return str(refusal.facts["by"])
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(try_it, (0, 1)))

    winner = outcomes.index("won")
    assert outcomes[1 - winner] == officers[winner].name


def test_the_same_key_sends_once(center: Center, officer: Actor, incident_id: int) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = set(pool.map(lambda _: dispatch(center, officer, incident_id, "patrol-01", key="click-1"), range(3)))

    assert len(answers) == 1
    assert len(history.incident_story(center, incident_id, OFFICER).assignments) == 1


def test_a_unit_is_followed_to_the_scene_and_back_and_the_clock_stops_at_the_first_arrival(
    center: Center, officer: Actor, clock: Clock, incident_id: int, crew: Callable[[str], Actor]
) -> None:
    first, second = dispatch(center, officer, incident_id, "patrol-01", "patrol-02")
    for status, wait_s, incident_status in (
        ("acknowledged", 10, "dispatched"),
        ("en_route", 40, "en_route"),
        ("on_scene", 150, "on_scene"),
    ):
        clock.advance(wait_s)
        report(center, crew("patrol-01"), first, status)
        assert history.incident_story(center, incident_id, OFFICER).incident["status"] == incident_status
    clock.advance(60)
    report(center, crew("patrol-02"), second, "on_scene")

    arrivals = [entry["facts"] for entry in history.incident_story(center, incident_id, OFFICER).entries if entry["event"] == "UnitOnScene"]
    assert [(facts["response_s"], facts["first"]) for facts in arrivals] == [(200.0, True), (260.0, False)]

    report(center, crew("patrol-01"), first, "cleared")
    assert units_on_board(center)["patrol-01"] == "returning"
    with pytest.raises(IncidentHasUnits):
        incidents.close_incident(center, incident_id, officer)
    report(center, crew("patrol-02"), second, "cleared")
    assert history.incident_story(center, incident_id, OFFICER).incident["status"] == "controlled"
    incidents.close_incident(center, incident_id, officer)
    assert history.find_incidents(center, open_only=True) == []


@pytest.mark.parametrize("status", ["cleared", "sent", "queued"])
def test_an_illegal_step_is_refused_with_facts(center: Center, officer: Actor, incident_id: int, status: str) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "patrol-01")

    with pytest.raises((IllegalStep, Invalid)) as refusal:
        report(center, officer, assignment_id, status)

    assert status in refusal.value.facts.values()


def test_a_crew_speaks_for_its_own_unit_only_and_does_not_recall_itself(
    center: Center, officer: Actor, incident_id: int, crew: Callable[[str], Actor], display: Actor
) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "patrol-01")

    for actor, status in ((crew("patrol-02"), "acknowledged"), (display, "acknowledged"), (crew("patrol-01"), "recalled")):
        with pytest.raises(NotPermitted):
            report(center, actor, assignment_id, status)
    with pytest.raises(UnknownAssignment):
        report(center, officer, 999, "acknowledged")


def test_a_declined_order_frees_the_unit_and_the_incident_waits_again(
    center: Center, officer: Actor, incident_id: int, crew: Callable[[str], Actor]
) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "patrol-01")

    report(center, crew("patrol-01"), assignment_id, "declined")

    assert units_on_board(center)["patrol-01"] == "available"
    assert history.incident_story(center, incident_id, OFFICER).incident["status"] == "new"


def test_a_recalled_unit_turns_round(center: Center, officer: Actor, incident_id: int) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "patrol-01")
    report(center, officer, assignment_id, "en_route")

    assignments.recall_unit(center, assignment_id, officer, reason="false alarm")

    assert units_on_board(center)["patrol-01"] == "returning"


def test_a_tap_made_out_of_reach_keeps_its_own_time(center: Center, officer: Actor, clock: Clock, incident_id: int) -> None:
    (assignment_id,) = dispatch(center, officer, incident_id, "patrol-01")
    tapped_at = clock.advance(90)
    clock.advance(600)

    assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.ON_SCENE, at=tapped_at), officer)

    assert history.incident_story(center, incident_id, OFFICER).incident["on_scene_at"] == tapped_at.isoformat().replace("+00:00", "Z")


def test_merging_moves_calls_and_units_to_the_incident_that_stays(center: Center, officer: Actor, incident_id: int) -> None:
    other = take_test_call(center, officer).incident_id
    dispatch(center, officer, other, "patrol-03")

    incidents.merge_incidents(center, other, incident_id, officer)

    story = history.incident_story(center, incident_id, OFFICER)
    assert (story.incident["caller_count"], len(story.calls), story.incident["status"]) == (2, 2, "dispatched")
    assert [row["unit_id"] for row in story.assignments] == ["patrol-03"]
    assert history.incident_story(center, other, OFFICER).incident["status"] == "merged"
    with pytest.raises(IllegalStep):
        incidents.reopen_incident(center, other, officer)


def test_a_closed_incident_can_be_reopened(center: Center, officer: Actor, incident_id: int) -> None:
    incidents.close_incident(center, incident_id, officer, note="over")

    incidents.reopen_incident(center, incident_id, officer, reason="smoke again")

    assert [row["id"] for row in history.find_incidents(center, open_only=True)] == [str(incident_id)]


def test_the_next_unit_is_another_one_of_the_same_kind(center: Center, incident_id: int) -> None:
    first, *_ = proposing.propose_units(center, incident_id).preselected

    next_unit = proposing.next_unit(center, incident_id, first)

    assert next_unit != first
    assert next_unit is not None
    assert next_unit.startswith("patrol-")


def test_every_unit_is_proposed_from_where_it_is(center: Center, incident_id: int) -> None:
    intake = Intake(center)
    intake.load()
    at = somewhere(center)
    intake.receive([Reading(unit="巡12", at=center.now(), lat=at.lat, lon=at.lon, battery_pct=90)])
    intake.flush()

    proposal = proposing.propose_units(center, incident_id)

    nearest = next(unit for unit in proposal.units if unit.unit_id == "patrol-12")
    assert nearest.travel_s < 30
    assert nearest.battery_pct == 90
