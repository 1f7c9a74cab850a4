"""Workers and relay killed with -9, at random and in the middle of an order: every order is delivered, none twice, and soon enough."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select

from command_center.center import Center, utc_now
from command_center.db.log import verify
from command_center.db.tables import Assignment, Job, LogEntry, Unit
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services import jobs, units
from command_center.services.dispatching import DispatchUnits, dispatch_units
from config import Settings
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.waiting import eventually
from tests.workers.dying import Street, Workers
from tests.working import entries
from workers.relay import LOOK_EVERY_S, Relay

ROOT = Path(__file__).parents[2]
ORDERS = 12
TOLD_WITHIN_S = 5.0
"""From the order to its effect, whatever dies; by the centre's own clock."""


class Crew:
    """The processes beside the web, each started again as soon as it is killed."""

    def __init__(self, settings: Settings) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTER_")}
        self._environment = clean | settings.as_environment() | {"CENTER_HANDED_DOWN": settings.handed_down()}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, duty: str) -> None:
        command = [sys.executable, "-m", "workers", duty.partition("-")[0]]
        self.processes[duty] = subprocess.Popen(command, cwd=ROOT, env=self._environment, stderr=subprocess.DEVNULL)

    def kill(self, duty: str) -> None:
        self.processes[duty].kill()
        self.processes[duty].wait()


@pytest.fixture
def real_time(open_center: Callable[[], Center]) -> Center:
    """A centre on the clock of the wall, as the processes beside it are."""
    center = open_center()
    center.now = utc_now
    return center


@pytest.fixture
def crew(real_time: Center, database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Crew]:
    settings = Settings(data_dir=tmp_path, database_url=database_url, redis_url=redis_url)
    crew = Crew(settings)
    for duty in ("relay", "work-1", "work-2"):
        crew.start(duty)
    eventually(lambda: real_time.wire.worker_count() == 2 and real_time.wire.relay_lag_s() is not None, within_s=60)
    yield crew
    for duty in crew.processes:
        crew.kill(duty)


def waiting_orders(center: Center) -> int:
    with center.read() as session:
        return session.scalar(select(func.count()).where(Job.name == "send_dispatch", Job.done_at.is_(None))) or 0


def untold(center: Center) -> int:
    with center.read() as session:
        return session.scalar(select(func.count()).where(LogEntry.published_at.is_(None))) or 0


def test_random_kills_lose_no_order_and_double_none(real_time: Center, crew: Crew, officer: Actor) -> None:
    dice = random.Random(7)
    with real_time.read() as session:
        free = list(session.scalars(select(Unit.id).where(Unit.status == UnitStatus.AVAILABLE).order_by(Unit.id).limit(ORDERS)))

    for unit_id in free:
        incident_id = take_test_call(real_time, officer).incident_id
        dispatch_units(real_time, DispatchUnits(incident_id=incident_id, unit_ids=(unit_id,)), officer)
        victim = dice.choice(list(crew.processes))
        threading.Event().wait(dice.random() * 0.05)
        crew.kill(victim)
        crew.start(victim)

    eventually(lambda: waiting_orders(real_time) == 0, within_s=90, every_s=0.2)
    eventually(lambda: untold(real_time) == 0, within_s=20)
    with real_time.read() as session:
        sent = [entry.facts["assignment_id"] for entry in session.scalars(select(LogEntry).where(LogEntry.event == "DispatchSent"))]
        ordered = list(session.scalars(select(Assignment.id)))
        assert sorted(sent) == sorted(ordered)
        assert len(ordered) == ORDERS
        assert verify(session).broken_at is None


# ---- in the middle of one order ----------------------------------------------------------------------------------------------------


@pytest.fixture
def relay(center: Center, redis_url: str) -> Iterator[Relay]:
    """A relay that sees a worker to hand jobs to."""
    with closing(Redis.from_url(redis_url, client_name="center-worker-of-this-test")) as worker:
        worker.ping()
        yield Relay(center)


@pytest.fixture
def place(database_url: str, redis_url: str, tmp_path: Path, workers: Workers) -> Iterator[Street]:
    here = Street(database_url, redis_url, tmp_path)
    yield here
    workers.leave(here)


@pytest.fixture
def start_worker(place: Street, clock: Clock, workers: Workers) -> Callable[..., int]:
    """Does one job as a worker process of its own would; returns its pid."""
    return lambda job_id, *, dies_writing=False: workers.begin(place, clock.now(), job_id, dies_writing=dies_writing)


def order(center: Center, officer: Actor) -> int:
    """Send patrol-01 to a fire; returns the job that tells its crew."""
    incident_id = take_test_call(center, officer).incident_id
    dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), officer)
    return the_job(center).id


def the_job(center: Center) -> Job:
    with center.read() as session:
        return session.scalars(select(Job).where(Job.name == "send_dispatch")).one()


def wait_for_second_handover(center: Center, clock: Clock, relay: Relay) -> None:
    """Let the centre's clock go on, look by look of the relay, until the job of the dead worker goes to another."""
    while the_job(center).handovers < 2:
        clock.advance(LOOK_EVERY_S)
        relay.hand_over_due()


def taken_message(service: socket.socket) -> dict[str, Any]:
    """The next message that somebody brings, accepted as a message service does."""
    connection, _ = service.accept()
    with connection, connection.makefile("rb") as lines:
        head = dict(line.decode().lower().rstrip().partition(": ")[::2] for line in iter(lines.readline, b"\r\n"))
        message: dict[str, Any] = json.loads(lines.read(int(head["content-length"])))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    return message


def has_one_effect_in_time(center: Center) -> None:
    """The crew has its order once, one lease and one look of the relay after it was given; nobody called that a failed try."""
    job = the_job(center)
    assert (job.handovers, job.attempts, job.done_at is not None) == (2, 0, True)
    assert len(entries(center, "DispatchSent")) == 1
    with center.read() as session:
        assignment = session.scalars(select(Assignment)).one()
    assert assignment.sent_at is not None
    waited_s = (assignment.sent_at - assignment.dispatched_at).total_seconds()
    assert jobs.lease_for(1).total_seconds() <= waited_s <= TOLD_WITHIN_S


def test_a_worker_killed_while_it_sends_leaves_the_order_to_another_within_five_seconds(
    center: Center, clock: Clock, relay: Relay, start_worker: Callable[..., int], workers: Workers, officer: Actor
) -> None:
    """The bound is measured by the centre's own clock, in which only leases and looks of the relay pass: a slow machine changes nothing."""
    with socket.create_server(("127.0.0.1", 0)) as service:
        service.settimeout(60)
        units.set_unit_channel(center, "patrol-01", f"json://127.0.0.1:{service.getsockname()[1]}/patrol-01", officer)
        job_id = order(center, officer)

        worker = start_worker(job_id)
        begun, _ = service.accept()
        os.kill(worker, signal.SIGKILL)
        assert workers.ended_by(worker) == signal.SIGKILL
        begun.close()
        assert entries(center, "DispatchSent") == []

        wait_for_second_handover(center, clock, relay)
        worker = start_worker(job_id)
        assert taken_message(service)["title"]
        assert workers.ended_by(worker) == 0

    has_one_effect_in_time(center)


def test_a_worker_killed_while_it_writes_leaves_nothing_half_done_and_the_order_to_another_within_five_seconds(
    center: Center, clock: Clock, relay: Relay, start_worker: Callable[..., int], workers: Workers, officer: Actor
) -> None:
    job_id = order(center, officer)

    assert workers.ended_by(start_worker(job_id, dies_writing=True)) == signal.SIGKILL
    assert entries(center, "DispatchSent") == []
    assert the_job(center).done_at is None

    wait_for_second_handover(center, clock, relay)
    assert workers.ended_by(start_worker(job_id)) == 0

    has_one_effect_in_time(center)
    assert workers.ended_by(start_worker(job_id)) == 0
    has_one_effect_in_time(center)
