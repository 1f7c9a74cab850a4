"""From an order to the moment a worker starts the job that brings it to the crew, beside bare RQ on the same Valkey.

Compared is the same mark: RQ's own "started" on the job, as MONITOR shows it with the server's clock.
- bare: from before `Queue.enqueue` to started, by a plain rq.SimpleWorker that waits on an empty queue;
- order committed: from the return of the database's COMMIT (the verb runs in this process) to started, by the centre's workers;
- order sent: from the HTTP request sent to started; it holds the proposal, the transaction and its fsync too.
Orders and bare jobs take turns, one at a time, and the next begins when the last one has started.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rq import Queue
from sqlalchemy import event
from sqlalchemy.orm import Session

from bench.bare_rq import bare_queue, nothing
from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Desk, Ground, desk, incidents, opened
from bench.monitor import Witness, witness
from bench.running import ROOT, eventually
from command_center.center import Center
from command_center.domain.rights import Actor, Role
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.wire.embedded import socket_path, socket_url

GOAL_TIMES_BARE = 2.0
WARM = 4
PATIENCE_S = 30.0
DISPATCH_JOB = "send_dispatch"
OFFICER = Actor(name="bench", role=Role.DUTY_OFFICER)


def measure(ground: Ground) -> Iterator[Figure]:
    """Times to the start of the job, and to the effect told to the screens."""
    rounds = ground.samples(200, 30)
    valkey = ground.centre.data_dir / "valkey"
    queue = bare_queue(socket_url(valkey))
    bare_ms: list[float] = []
    sent: list[Times] = []
    committed: list[Times] = []
    with (
        opened(ground.centre) as center,
        desk(ground.centre) as officer,
        incidents(officer, center, 1) as (incident,),
        bare_worker(socket_url(valkey)),
        witness(socket_path(valkey)) as seen,
    ):
        units = officer.units()
        for _ in range(WARM):  # the first jobs of a worker import what later ones find there
            _bare_ms(queue, 0, seen)
            _sent(officer, incident, units[0], seen)
        for number in range(rounds):
            unit = units[number % len(units)]
            bare_ms.append(_bare_ms(queue, number, seen))
            sent.append(_sent(officer, incident, unit, seen))
            committed.append(_committed(center, officer, incident, unit, seen))
    bare = Peer(name="bare RQ SimpleWorker, p95", value=p95(bare_ms))
    bare_p50 = Peer(name="bare RQ SimpleWorker, p50", value=p50(bare_ms))
    start_ms = [times.to_start_ms for times in committed]
    goal_ms = round(GOAL_TIMES_BARE * bare.value, 2)
    yield figure("bare RQ SimpleWorker, enqueue to job started, p95", bare.value, "ms")
    yield figure("order committed to job started, p95", p95(start_ms), "ms", goal=goal_ms, peer=bare)
    yield figure("order committed to job started, p50", p50(start_ms), "ms", peer=bare_p50)
    yield figure("order sent (HTTP) to job started, p95", p95([times.to_start_ms for times in sent]), "ms", peer=bare)
    yield figure("order sent (HTTP) to its effect told to screens, p95", p95([times.to_effect_ms for times in sent]), "ms")


@dataclass(frozen=True, slots=True)
class Times:
    """Of one order: until a worker started its job, and until the relay told the screens that the crew has it."""

    to_start_ms: float
    to_effect_ms: float


def _bare_ms(queue: Queue, number: int, seen: Witness) -> float:
    began = time.time()
    key = f"rq:job:{queue.enqueue(nothing, number).id}"
    eventually(lambda: key in seen.started, within_s=PATIENCE_S)
    return (seen.started[key] - began) * 1000


def _sent(officer: Desk, incident: str, unit: str, seen: Witness) -> Times:
    """One order over HTTP, counted from the request sent."""
    began = time.time()
    assignment = officer.send(incident, unit, f"jobs-{began}")
    return _followed(assignment, began, began, officer, seen)


def _committed(center: Center, officer: Desk, incident: str, unit: str, seen: Witness) -> Times:
    """One order in this process, counted from the end of its COMMIT."""
    began = time.time()
    with commits() as committed:
        assignment = _verb(center, incident, unit)
    return _followed(assignment, began, committed[-1], officer, seen)


def _followed(assignment: str, given: float, began: float, officer: Desk, seen: Witness) -> Times:
    """Wait for job and effect of the order given last, and call the unit back. given, began : Unix seconds."""
    eventually(lambda: seen.start_after(given, DISPATCH_JOB) and seen.told_after(given, "DispatchSent"), within_s=PATIENCE_S)
    started, told = seen.start_after(given, DISPATCH_JOB), seen.told_after(given, "DispatchSent")
    officer.recall(assignment)
    eventually(lambda: seen.start_after(told, "send_recall"), within_s=PATIENCE_S)
    return Times(to_start_ms=(started - began) * 1000, to_effect_ms=(told - began) * 1000)


def _verb(center: Center, incident: str, unit: str) -> str:
    order = DispatchUnits(incident_id=int(incident), unit_ids=(unit,), key=f"verb-{time.time_ns()}")
    return str(dispatch_units(center, order, OFFICER)[0])


@contextmanager
def commits() -> Iterator[list[float]]:
    """Unix seconds at which transactions of this process came back from their COMMIT."""
    at: list[float] = []

    def note(_session: Session) -> None:
        at.append(time.time())

    event.listen(Session, "after_commit", note)
    try:
        yield at
    finally:
        event.remove(Session, "after_commit", note)


@contextmanager
def bare_worker(redis_url: str) -> Iterator[None]:
    """The peer's worker, on the same Valkey."""
    words = [sys.executable, "-m", "bench.bare_rq", redis_url]
    worker = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(10)
