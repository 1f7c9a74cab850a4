"""What the situation proposes, and what people make of it: the duty scenarios as far as warnings and measurements carry them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.exc import IntegrityError

from command_center.center import Center
from command_center.db.tables import PlanProposal
from command_center.domain.errors import NotPermitted, ProposalSettled, ReasonNeeded, UnknownProposal
from command_center.domain.events import SeverityChanged
from command_center.domain.levels import Level
from command_center.domain.proposals import ProposalState
from command_center.domain.rights import Actor
from command_center.domain.status import IncidentStatus
from command_center.services import history, incidents, jobs, measurements, plan_proposals, warnings
from command_center.services.live import read_snapshot
from command_center.services.measurements import TakeMeasurement
from command_center.services.plan_proposals import decline_proposal, plan_ended, proposal_taken, proposals
from command_center.services.warnings import PastedText
from tests.builders import OFFICER, given, take_test_call
from tests.conftest import Clock
from workers import jobs as workers_jobs

BLUE, ORANGE = "奎文区气象台发布暴雨蓝色预警", "奎文区气象台发布暴雨橙色预警"

Settle = Callable[..., None]


@pytest.fixture
def settle(center: Center, clock: Clock) -> Iterator[Settle]:
    """Let time pass and the workers do everything that is due."""

    def pass_time(seconds: float = 4) -> None:
        clock.advance(seconds)
        while due := jobs.claim_due(center):
            for job in due:
                assert workers_jobs.run(job.job_id) == "done"

    with workers_jobs.working_at(center):
        yield pass_time


def paste(center: Center, text: str) -> int:
    taken = warnings.take_warning(center, PastedText(text=text), OFFICER)
    return (taken.warnings or taken.orders)[0].id


def measure(center: Center, metric: str, value: float | str, **stated: object) -> int:
    return measurements.take_measurement(center, TakeMeasurement(metric=metric, value=value, **stated), OFFICER)  # type: ignore[arg-type]  # any field


def proposed(center: Center) -> dict[str, str]:
    """Level by plan, exercises marked."""
    return {row["plan_id"] + ("*" if row["is_exercise"] else ""): row["level"] for row in proposals(center)}


def take(center: Center, plan_id: str, level: Level) -> None:
    """What an activation will do within its own transaction."""
    with center.work(OFFICER) as work:
        proposal_taken(work, plan_id, level)


def events_named(center: Center, name: str) -> int:
    return [entry["event"] for entry in history.recent_entries(center, limit=100)].count(name)


# ---- from blue to orange on a July night -------------------------------------------------------------------------------------------


def test_a_blue_warning_proposes_level_four_with_reasons_and_who_may_approve(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()

    (row,) = [row for row in read_snapshot(center).rows if row["kind"] == "proposal"]
    assert (row["plan_id"], row["level"], row["variant"], row["approve_by"]) == ("P01", "IV", "flood", "duty_leader")
    assert [(reason["id"], reason["text"]["en"]) for reason in row["reasons"]] == [("P01-T01", "Rainstorm blue (50 mm in 12 h)")]
    assert row["plan_name"]["zh"] == "防汛抗旱"


def test_orange_raises_the_same_proposal_and_lifting_takes_it_away(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()
    (first,) = proposals(center)

    paste(center, ORANGE)
    settle()
    (raised,) = proposals(center)
    assert (raised["id"], raised["level"], raised["approve_by"]) == (first["id"], "II", "commander")

    paste(center, "奎文区气象台解除暴雨橙色预警")
    settle()
    assert proposals(center) == []
    assert events_named(center, "ProposalStale") == 1


def test_the_districts_order_is_a_floor_until_it_ends(center: Center, settle: Settle) -> None:
    order = paste(center, "区防指启动防汛Ⅲ级应急响应")
    paste(center, BLUE)
    settle()
    (row,) = proposals(center)
    assert (row["level"], row["floor"]) == ("III", "III")

    warnings.end_standing_order(center, order, OFFICER, "区防指来电")
    settle()

    assert proposed(center) == {"P01": "IV"}


# ---- once is once ------------------------------------------------------------------------------------------------------------------


def test_weighing_again_changes_nothing(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()
    told, (before,) = events_named(center, "PlanProposed"), proposals(center)

    for _ in range(3):
        take_test_call(center, kind="E132")
        settle()

    assert events_named(center, "PlanProposed") == told
    assert proposals(center) == [before]


def test_a_reading_that_moves_within_its_level_is_no_news(center: Center, settle: Settle) -> None:
    for depth in (28, 30, 33):
        measure(center, "ponding_depth_cm", depth, place_id=next(iter(center.catalogue.places)))
        settle()

    assert proposed(center) == {"P01": "III"}
    assert events_named(center, "PlanProposed") == 1


def test_a_correction_takes_back_what_the_slip_proposed(center: Center, settle: Settle) -> None:
    slip = measure(center, "ponding_depth_cm", 82)
    settle()
    assert proposed(center) == {"P01": "II"}

    measurements.correct_measurement(center, slip, 8.2, OFFICER, "小数点")
    settle()

    assert proposed(center) == {}


def test_a_reading_grows_old_by_itself(center: Center, settle: Settle) -> None:
    measure(center, "rain_mm", 35, window_h=1.0)
    settle()
    assert proposed(center) == {"P01": "III"}

    settle(3590)
    assert proposed(center) == {"P01": "III"}
    settle(30)

    assert proposed(center) == {}


# ---- incidents ---------------------------------------------------------------------------------------------------------------------


def test_an_incident_proposes_its_plan_until_it_is_closed(center: Center, settle: Settle) -> None:
    fire = take_test_call(center, kind="E105").incident_id
    settle()
    assert proposed(center) == {"P03": "III"}

    incidents.close_incident(center, fire, OFFICER, outcome=IncidentStatus.FALSE_ALARM)
    settle()

    assert proposed(center) == {}


def test_a_casualty_counts_for_the_incidents_plan_and_ends_with_it(center: Center, settle: Settle) -> None:
    fire = take_test_call(center, kind="E105").incident_id
    measure(center, "injured_persons", 1, incident_id=fire)
    settle()
    assert proposed(center) == {"P03": "II"}

    incidents.close_incident(center, fire, OFFICER)
    settle()

    assert proposed(center) == {}


def test_a_number_that_the_caller_gave_counts(center: Center, settle: Settle) -> None:
    take_test_call(center, kind="E103", answers={"trapped_persons": "12", "老人孩子几个？": "2"})
    settle()

    assert proposed(center) == {"P01": "I"}


def test_a_stuck_lift_goes_up_by_the_clock_and_stops_when_the_people_are_out(center: Center, settle: Settle) -> None:
    lift = take_test_call(center, kind="E125").incident_id
    levels = []
    for wait_s in (4, 1790, 60, 5400):
        settle(wait_s)
        levels.append(proposed(center)["P10"])
    assert levels == ["IV", "IV", "III", "II"]

    incidents.control_incident(center, lift, OFFICER)
    settle()

    assert proposed(center)["P10"] == "IV"


def test_heating_that_stays_off_goes_up_by_the_clock(center: Center, settle: Settle) -> None:
    take_test_call(center, kind="E121")
    settle()
    assert proposed(center) == {}

    settle(12 * 3600)
    assert proposed(center) == {"P08": "III"}
    assert proposals(center)[0]["variant"] == "heat"


def test_what_only_a_person_can_judge_proposes_nothing_and_can_be_looked_up(center: Center, settle: Settle) -> None:
    take_test_call(center, kind="E123")
    measure(center, "trapped_persons", 4)
    settle()

    assert proposed(center) == {"P09": "III"}
    weighed = plan_proposals.assess(center)
    assert weighed["P06"].level is None
    assert ("P06-T07", "condition") in {(doubt.trigger_id, doubt.doubt) for doubt in weighed["P06"].to_judge}
    assert {doubt["doubt"] for doubt in proposals(center)[0]["to_judge"]} == {"whose"}


# ---- exercises ---------------------------------------------------------------------------------------------------------------------


def test_an_exercise_proposes_beside_the_real_thing_and_is_marked(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    paste(center, "【演练】奎文区气象台发布暴雨红色预警")
    take_test_call(center, kind="E105", is_simulated=True)
    settle()

    assert proposed(center) == {"P01": "IV", "P01*": "I", "P03*": "III"}


# ---- yes and no --------------------------------------------------------------------------------------------------------------------


def test_a_no_needs_a_reason_and_counts_once(center: Center, settle: Settle, display: Actor) -> None:
    paste(center, BLUE)
    settle()
    proposal_id = int(proposals(center)[0]["id"])

    with pytest.raises(NotPermitted):
        decline_proposal(center, proposal_id, display, "no")
    with pytest.raises(ReasonNeeded):
        decline_proposal(center, proposal_id, OFFICER, "  ")
    with pytest.raises(UnknownProposal):
        decline_proposal(center, 999, OFFICER, "no")
    decline_proposal(center, proposal_id, OFFICER, "雨已过境")
    with pytest.raises(ProposalSettled):
        decline_proposal(center, proposal_id, OFFICER, "again")

    assert proposals(center) == []


def test_a_no_holds_until_something_graver_or_new_speaks_for_the_plan(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()
    decline_proposal(center, int(proposals(center)[0]["id"]), OFFICER, "雨已过境")

    take_test_call(center, kind="E132")
    settle()
    assert proposed(center) == {}
    measure(center, "ponding_depth_cm", 16)
    settle()
    assert proposed(center) == {"P01": "IV"}


def test_a_no_is_forgotten_when_its_situation_is_over(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()
    decline_proposal(center, int(proposals(center)[0]["id"]), OFFICER, "雨已过境")

    paste(center, "奎文区气象台解除暴雨蓝色预警")
    settle()
    paste(center, BLUE)
    settle()

    assert proposed(center) == {"P01": "IV"}


def test_a_running_plan_is_proposed_again_only_at_a_graver_level(center: Center, settle: Settle) -> None:
    paste(center, BLUE)
    settle()
    take(center, "P01", Level.III)
    settle()
    assert proposed(center) == {}

    paste(center, ORANGE)
    settle()
    assert proposed(center) == {"P01": "II"}

    take(center, "P01", Level.II)
    settle()
    assert proposed(center) == {}
    assert [row["level"] for row in read_snapshot(center).rows if row["kind"] == "proposal"] == []


def test_a_plan_that_was_activated_unasked_is_not_proposed(center: Center, settle: Settle) -> None:
    take(center, "P01", Level.II)
    paste(center, ORANGE)
    settle()

    assert proposed(center) == {}


def test_a_plan_that_ended_is_proposed_anew_when_its_reasons_stand(center: Center, settle: Settle) -> None:
    paste(center, ORANGE)
    settle()
    take(center, "P01", Level.II)
    settle()

    with center.work(OFFICER) as work:
        plan_ended(work, "P01")
        work.record(SeverityChanged(incident_id=1, number="x", before="IV", after="III"))  # any event that has the plans weighed
    settle()

    assert proposed(center) == {"P01": "II"}


def test_the_database_itself_refuses_a_second_open_proposal_of_a_plan(center: Center) -> None:
    given(center, PlanProposal, plan_id="P01")
    given(center, PlanProposal, plan_id="P02")
    given(center, PlanProposal, plan_id="P01", is_exercise=True)
    given(center, PlanProposal, plan_id="P01", state=ProposalState.DECLINED)

    with pytest.raises(IntegrityError, match=r"uq_plan_proposal_one_open_per_plan|plan_proposal\.plan_id"):
        given(center, PlanProposal, plan_id="P01")
