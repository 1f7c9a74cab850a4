"""A worker within the test: what is due is done, and what follows from it, on the test's own clock."""

from __future__ import annotations

from typing import Any

from command_center.center import Center
from command_center.services import history, jobs
from command_center.services.live import read_snapshot
from tests.conftest import Clock
from workers import jobs as workers_jobs


def work_off(center: Center, clock: Clock, after_s: float = 5.1) -> None:
    """Do what is due after so many seconds, and what follows from it."""
    clock.advance(after_s)
    with workers_jobs.working_at(center):
        while claimed := jobs.claim_due(center):
            for job in claimed:
                workers_jobs.run(job.job_id)
            clock.advance(3.1)


def rows(center: Center, kind: str) -> list[dict[str, Any]]:
    """What stands on the board."""
    return [dict(row) for row in read_snapshot(center).rows if row["kind"] == kind and not row["gone"]]


def entries(center: Center, event: str) -> list[dict[str, Any]]:
    """The facts of every log line of a kind, oldest first."""
    return [entry["facts"] for entry in reversed(history.recent_entries(center, 1000)) if entry["event"] == event]
