"""The living board: old snapshot + patches == new snapshot, whatever happened and however often it was told."""

import json
from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, LogEntry
from command_center.domain.board import Board
from command_center.domain.errors import Refusal
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import assignments, dispatching, incidents, jobs, measurements, plan_proposals, units, warnings
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from command_center.services.live import facts_payload, read_snapshot
from command_center.services.measurements import TakeMeasurement
from command_center.services.warnings import PastedText
from tests.builders import take_test_call
from tests.conftest import Clock
from workers import jobs as workers_jobs

Act = Callable[[Center, Actor, Random], object]


def _any_incident(center: Center, random: Random) -> int:
    with center.read() as session:
        return random.choice(list(session.scalars(select(Incident.id))) or [0])


def _any_assignment(center: Center, random: Random) -> int:
    with center.read() as session:
        return random.choice(list(session.scalars(select(Assignment.id))) or [0])


def _any_unit(random: Random) -> str:
    return f"patrol-{random.randint(1, 12):02d}"


def _any_text(random: Random) -> str:
    act, color = random.choice(["发布", "解除"]), random.choice(["蓝色", "橙色"])
    return random.choice([f"奎文区气象台{act}暴雨{color}预警", "区防指启动防汛III级应急响应", "区防指终止防汛III级应急响应"])


def _report(center: Center, actor: Actor, random: Random) -> None:
    report = ReportStatus(assignment_id=_any_assignment(center, random), status=random.choice(list(AssignmentStatus)))
    assignments.report_status(center, report, actor)


def _work_off(center: Center, _actor: Actor, _random: Random) -> None:
    for job in jobs.claim_due(center):
        workers_jobs.run(job.job_id)


ACTS: tuple[Act, ...] = (
    lambda center, actor, random: take_test_call(center, actor, join=random.choice(["new", "auto"])),
    lambda center, actor, random: dispatching.dispatch_units(
        center, DispatchUnits(incident_id=_any_incident(center, random), unit_ids=(_any_unit(random), _any_unit(random))), actor
    ),
    _report,
    _report,
    lambda center, actor, random: units.set_unit_status(center, _any_unit(random), random.choice(list(UnitStatus)), actor),
    lambda center, actor, random: incidents.acknowledge_incident(center, _any_incident(center, random), actor),
    lambda center, actor, random: incidents.control_incident(center, _any_incident(center, random), actor),
    lambda center, actor, random: incidents.close_incident(
        center, _any_incident(center, random), actor, outcome=random.choice(list(IncidentStatus))
    ),
    lambda center, actor, random: incidents.merge_incidents(center, _any_incident(center, random), _any_incident(center, random), actor),
    lambda center, actor, random: incidents.reopen_incident(center, _any_incident(center, random), actor),
    lambda center, actor, random: incidents.set_severity(center, _any_incident(center, random), random.choice(list(Level)), actor),
    lambda center, actor, random: incidents.add_note(center, _any_incident(center, random), "smoke", actor),
    lambda center, actor, random: warnings.take_warning(center, PastedText(text=_any_text(random)), actor),
    lambda center, actor, random: warnings.take_warning(center, PastedText(text=_any_text(random)), actor),
    lambda center, actor, random: warnings.end_warning(center, random.randint(1, 5), actor, "over"),
    lambda center, actor, random: measurements.take_measurement(
        center, TakeMeasurement(metric="ponding_depth_cm", value=random.choice([1, 16, 28, 55])), actor
    ),
    lambda center, actor, random: plan_proposals.decline_proposal(center, random.randint(1, 5), actor, "no"),
    _work_off,
    _work_off,
)


def _patches(center: Center, after_log_id: int) -> list[str]:
    with center.read() as session:
        return [facts_payload(center, session, entry) for entry in session.scalars(select(LogEntry).where(LogEntry.id > after_log_id))]


@pytest.fixture(autouse=True)
def _worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


@given(seed=st.integers(0, 2**32), acts=st.lists(st.sampled_from(range(len(ACTS))), min_size=5, max_size=30))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_old_snapshot_with_the_patches_is_the_new_snapshot(
    center: Center, officer: Actor, clock: Clock, seed: int, acts: list[int]
) -> None:
    random = Random(seed)
    early_patches: list[str] = []
    before = read_snapshot(center)
    for number, act in enumerate(acts):
        clock.advance(random.uniform(0.5, 70))
        try:
            ACTS[act](center, officer, random)
        except Refusal:
            continue
        if number % 5 == 0:
            early_patches += _patches(center, before.log_id)

    board = Board.of(before.rows)
    told = [*early_patches, *_patches(center, before.log_id)]
    random.shuffle(told)
    for payload in told:
        board.apply(json.loads(payload)["rows"])

    assert board.all_rows() == Board.of(read_snapshot(center).rows).all_rows()
