"""Background work: done once, given back after a crash, parked when it keeps failing."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Job, Unit
from command_center.domain.errors import Unknown
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus
from command_center.services import assignments, dispatching, history, jobs
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from command_center.services.jobs import AlreadyDone, ClaimedJob, completing
from command_center.services.live import read_snapshot
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock
from workers import jobs as workers_jobs


@pytest.fixture(autouse=True)
def worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


@pytest.fixture
def incident_id(center: Center, officer: Actor) -> int:
    """An incident whose own work is done: the plans were weighed for it."""
    incident_id = take_test_call(center, officer).incident_id
    with center.read() as session:
        of_the_call = list(session.scalars(select(Job.id)))
    assert {workers_jobs.run(job_id) for job_id in of_the_call} == {"done"}
    return incident_id


@pytest.fixture
def assignment_id(center: Center, officer: Actor, incident_id: int) -> int:
    return dispatching.dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), officer)[0]


def due(center: Center, clock: Clock, after_s: float) -> list[ClaimedJob]:
    clock.advance(after_s)
    return jobs.claim_due(center)


def events_of(center: Center, incident_id: int) -> list[str]:
    return [entry["event"] for entry in history.incident_story(center, incident_id, OFFICER).entries]


def assignment_status(center: Center, incident_id: int) -> str:
    return str(history.incident_story(center, incident_id, OFFICER).assignments[0]["status"])


def test_a_new_job_is_leased_to_whoever_wrote_it_and_comes_back_after_three_seconds(
    center: Center, clock: Clock, assignment_id: int
) -> None:
    assert due(center, clock, 2.9) == []
    assert [job.name for job in due(center, clock, 0.2)] == ["send_dispatch"]


def test_the_lease_doubles_up_to_thirty_seconds() -> None:
    assert [jobs.lease_for(n).total_seconds() for n in range(1, 8)] == [3, 6, 12, 24, 30, 30, 30]


def test_an_order_is_sent_once_however_often_its_job_is_delivered(
    center: Center, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    (job,) = due(center, clock, 4)

    outcomes = [workers_jobs.run(job.job_id) for _ in range(3)]

    assert outcomes == ["done", "already done", "already done"]
    assert events_of(center, incident_id).count("DispatchSent") == 1
    assert assignment_status(center, incident_id) == "sent"


def test_a_worker_that_dies_before_its_commit_leaves_nothing_behind(
    center: Center, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    (job,) = due(center, clock, 4)

    def die_in_the_middle() -> None:
        with completing(center, job.job_id) as work:
            assignments.mark_sent(work, assignment_id, "card")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die_in_the_middle()

    assert assignment_status(center, incident_id) == "queued"
    assert workers_jobs.run(job.job_id) == "done"


def test_a_finished_job_cannot_be_completed_again(center: Center, clock: Clock, assignment_id: int) -> None:
    (job,) = due(center, clock, 4)
    workers_jobs.run(job.job_id)

    with pytest.raises(AlreadyDone), completing(center, job.job_id):
        pass


def test_a_crew_that_does_not_answer_for_a_minute_is_marked_and_the_next_unit_proposed(
    center: Center, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    for wait_s in (4, 56.5, 3.5, 3.5):
        for job in due(center, clock, wait_s):
            assert workers_jobs.run(job.job_id) == "done"

    incident = history.incident_story(center, incident_id, OFFICER).incident
    assert assignment_status(center, incident_id) == "no_answer"
    assert incident["suggestion"]["instead_of"] == "patrol-01"
    assert incident["suggestion"]["unit_id"] not in (None, "patrol-01")
    assert events_of(center, incident_id)[-2:] == ["DispatchNotAnswered", "NextUnitProposed"]


def test_a_crew_that_answered_in_time_is_left_alone(
    center: Center, officer: Actor, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.ACKNOWLEDGED), officer)

    for job in due(center, clock, 61):
        assert workers_jobs.run(job.job_id) == "done"

    assert assignment_status(center, incident_id) == "acknowledged"
    assert "DispatchNotAnswered" not in events_of(center, incident_id)


def test_a_late_answer_withdraws_the_suggestion(center: Center, officer: Actor, clock: Clock, incident_id: int, assignment_id: int) -> None:
    for wait_s in (61, 3.5):
        for job in due(center, clock, wait_s):
            workers_jobs.run(job.job_id)

    assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=AssignmentStatus.EN_ROUTE), officer)

    assert history.incident_story(center, incident_id, OFFICER).incident["suggestion"] is None


def test_a_job_that_fails_three_times_is_parked_and_shown_and_the_officer_is_told_to_phone(
    center: Center, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    _break_channel(center)

    outcomes = [workers_jobs.run(job.job_id) for wait_s in (4, 7, 13) for job in due(center, clock, wait_s) if job.name == "send_dispatch"]

    assert outcomes == ["failed", "failed", "parked"]
    (parked,) = jobs.parked(center)
    assert (parked.name, parked.attempts, parked.incident_id) == ("send_dispatch", 3, incident_id)
    assert [row["name"] for row in read_snapshot(center).rows if row["kind"] == "job"] == ["send_dispatch"]
    assert assignment_status(center, incident_id) == "failed"


def _break_channel(center: Center) -> None:
    """The unit's message service is one that nobody answers at."""
    with Session(center.engine) as session, session.begin():
        session.get_one(Unit, "patrol-01").channel = "json://127.0.0.1:9/nobody"


def test_a_parked_job_can_be_retried_or_given_up(
    center: Center, officer: Actor, clock: Clock, incident_id: int, assignment_id: int
) -> None:
    _break_channel(center)
    for wait_s in (4, 7, 13):
        for job in due(center, clock, wait_s):
            workers_jobs.run(job.job_id)
    (parked,) = jobs.parked(center)

    jobs.retry_job(center, parked.job_id, officer)
    assert jobs.parked(center) == []
    assert parked.job_id in [job.job_id for job in jobs.claim_due(center)]
    for wait_s in (0, 7, 13):
        due(center, clock, wait_s)
        workers_jobs.run(parked.job_id)
    jobs.drop_job(center, parked.job_id, officer, reason="told by phone")

    assert jobs.parked(center) == []
    assert workers_jobs.run(parked.job_id) == "already done"
    with pytest.raises(Unknown):
        jobs.retry_job(center, parked.job_id, officer)


def test_an_outage_of_the_queue_never_parks_a_job(center: Center, clock: Clock, assignment_id: int) -> None:
    for _ in range(50):
        for job in due(center, clock, 31):
            jobs.give_back(center, job)

    assert jobs.parked(center) == []
    assert {job.handover for job in jobs.claim_due(center)} == {1, 2}


def test_a_job_that_never_ends_is_parked_after_twenty_hand_overs(center: Center, clock: Clock, assignment_id: int) -> None:
    for _ in range(jobs.HANDOVERS + 1):
        due(center, clock, 31)

    assert "send_dispatch" in [job.name for job in jobs.parked(center)]


def test_a_queued_name_that_is_not_a_job_is_parked_not_run(center: Center, clock: Clock, assignment_id: int) -> None:
    with Session(center.engine) as session, session.begin():
        session.execute(update(Job).where(Job.name.in_(("send_dispatch", "ask_for_answer"))).values(name="os.system"))

    outcomes = [workers_jobs.run(job.job_id) for wait_s in (61, 7, 13) for job in due(center, clock, wait_s)]

    assert outcomes.count("parked") == 2
    assert "no job is called os.system" in jobs.parked(center)[0].last_error
