"""Relay and worker as real processes, killed at random: every order is delivered, none twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from command_center.center import Center, utc_now
from command_center.db.log import verify
from command_center.db.tables import Assignment, Job, LogEntry, Unit
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services.dispatching import DispatchUnits, dispatch_units
from config import Settings
from tests.builders import take_test_call
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
ORDERS = 12


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
