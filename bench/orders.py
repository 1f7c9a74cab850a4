"""How soon an order is in the database for good: over HTTP as an officer's program sends it, and the verb alone in this process.

Orders follow each other without a pause, so that the workers' and the relay's own transactions of one order meet the next one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Desk, Ground, desk, incidents, opened
from command_center.center import Center
from command_center.domain.rights import Actor, Role
from command_center.services.dispatching import DispatchUnits, dispatch_units

GOAL_MS = 100.0
OPEN_INCIDENTS = 5


def measure(ground: Ground) -> Iterator[Figure]:
    """Orders over HTTP, orders in this process, and what one order costs in statements and bytes."""
    orders = ground.samples(300, 40)
    with opened(ground.centre) as center, desk(ground.centre) as officer, incidents(officer, center, OPEN_INCIDENTS) as open_now:
        commit_ms = bare_commits_ms(ground.centre.data_dir, orders)
        over_http_ms = orders_over_http_ms(officer, open_now, orders)
        in_process_ms, cpu_ms, statements = orders_in_process(center, officer, open_now, orders)
        fact_bytes = fact_sizes(center)
    verb = Peer(name="the verb in process, p95", value=p95(in_process_ms))
    commit = Peer(name="a bare INSERT committed with FULL, p95", value=p95(commit_ms))
    yield figure("order committed over HTTP, p95", p95(over_http_ms), "ms", goal=GOAL_MS, peer=verb)
    yield figure("order committed over HTTP, p50", p50(over_http_ms), "ms")
    yield figure("order committed, verb in process, p95", p95(in_process_ms), "ms", peer=commit)
    yield figure("order committed, verb in process, p50", p50(in_process_ms), "ms")
    yield figure("processor time of the verb, median", p50(cpu_ms), "ms")
    yield figure("SQL statements per order of one unit", statements, "statements")
    yield figure("bytes per fact message of these orders, mean", sum(fact_bytes) / len(fact_bytes), "B")


def orders_over_http_ms(officer: Desk, open_now: list[str], count: int) -> list[float]:
    """From the request sent to the answer read, for each order; units are recalled in between, untimed."""
    units = officer.units()
    times: list[float] = []
    for number in range(count):
        incident, unit = open_now[number % len(open_now)], units[number % len(units)]
        began = time.perf_counter()
        assignment = officer.send(incident, unit, f"bench-http-{time.time_ns()}")
        times.append((time.perf_counter() - began) * 1000)
        officer.recall(assignment)
    return times


def orders_in_process(center: Center, officer: Desk, open_now: list[str], count: int) -> tuple[list[float], list[float], float]:
    """The verb's times and processor times in ms (hand-over to the queue and the bell included), and SQL statements per order."""
    actor = Actor(name="bench", role=Role.DUTY_OFFICER)
    units = officer.units()
    times: list[float] = []
    cpu: list[float] = []
    statements = 0
    for number in range(count):
        order = DispatchUnits(
            incident_id=int(open_now[number % len(open_now)]),
            unit_ids=(units[number % len(units)],),
            key=f"bench-{time.time_ns()}",
        )
        with counted_statements(center) as counted:
            began, began_cpu = time.perf_counter(), time.thread_time()
            (assignment,) = dispatch_units(center, order, actor)
            times.append((time.perf_counter() - began) * 1000)
            cpu.append((time.thread_time() - began_cpu) * 1000)
        statements += len(counted)
        officer.recall(str(assignment))
    return times, cpu, statements / count


@contextmanager
def counted_statements(center: Center) -> Iterator[list[str]]:
    """The SQL that this process sends to the database during the block."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - SQLAlchemy's hook
        said.append(statement)

    event.listen(center.engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(center.engine, "before_cursor_execute", note)


def bare_commits_ms(data_dir: Path, count: int) -> list[float]:
    """What the disk allows: one row inserted and committed with synchronous=FULL, in WAL, in the same folder."""
    times: list[float] = []
    with closing(sqlite3.connect(data_dir / "bare.sqlite", isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        bare.execute("CREATE TABLE told (at REAL)")
        for _ in range(count):
            began = time.perf_counter()
            bare.execute("BEGIN IMMEDIATE")
            bare.execute("INSERT INTO told VALUES (?)", (began,))
            bare.execute("COMMIT")
            times.append((time.perf_counter() - began) * 1000)
    return times


def fact_sizes(center: Center) -> list[int]:
    """Bytes of the newest messages on the stream of facts that tell of a dispatch."""
    newest = [payload for _, payload in center.wire.facts_after("0-0", 10_000)]
    return [len(payload.encode()) for payload in newest if '"event":"UnitDispatched"' in payload]
