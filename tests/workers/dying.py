"""Workers in processes of their own that die with -9 around a commit.

All of them are forked from one process that has a single thread: the tests' own has servers and browsers beside it, and a process forked
while another thread holds a lock never gets it. That one process opens a centre once and has compiled its statements before anybody dies.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

import apprise
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from command_center.catalogue import load_catalogue
from command_center.center import Center
from command_center.db.tables import Job
from command_center.services import open_center
from workers import jobs as workers_jobs

PATIENCE_S = 300.0
"""A worker that never ends fails its test, however slow the machine is."""


@dataclass(frozen=True, slots=True)
class JobTurns:
    """A job of an undisturbed run. turns : its own, counted from the first of the run, which is 1."""

    name: str
    turns: range


@dataclass(frozen=True, slots=True)
class Street:
    """Where a street's centre has its things."""

    database_url: str
    redis_url: str
    data_dir: Path


class Workers:
    """The one process, and what it is asked to do."""

    def __init__(self) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__])
        self._pool = ProcessPoolExecutor(1, mp_context=context)

    def undisturbed(self, street: Street, now: datetime) -> list[JobTurns]:
        """A worker does everything that is due."""
        return self._pool.submit(_undisturbed, street, now).result(PATIENCE_S)

    def killed(self, street: Street, now: datetime, at: Sequence[int]) -> None:
        """Workers do everything that is due; one dies with -9 at each of these turns, counted as one that nobody disturbs counts them."""
        self._pool.submit(_killed, street, now, at).result(PATIENCE_S)

    def begin(self, street: Street, now: datetime, job_id: int, *, dies_writing: bool = False) -> int:
        """Let a worker of its own do one job; returns its pid. dies_writing : killed with -9 just before its first commit."""
        return self._pool.submit(_begin, street, now, job_id, dies_writing=dies_writing).result(PATIENCE_S)

    def ended_by(self, pid: int) -> int:
        """Wait for a worker; the signal that killed it, 0 when it ended by itself."""
        return self._pool.submit(_ended_by, pid).result(PATIENCE_S)

    def leave(self, street: Street) -> None:
        self._pool.submit(_leave, street).result(PATIENCE_S)

    def close(self) -> None:
        self._pool.shutdown()


# ---- in that process ---------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Hall:
    """What the process keeps: the centres it has open, and what time it is there."""

    centers: dict[Street, Center] = field(default_factory=dict)
    now: datetime = datetime.min  # noqa: DTZ901 - set before anybody asks


_hall = _Hall()
_catalogue = load_catalogue()


def _opened(street: Street, now: datetime) -> Center:
    _hall.now = now
    if street not in _hall.centers:
        center = open_center(
            database_url=street.database_url,
            redis_url=street.redis_url,
            tracks_url=f"sqlite:///{street.data_dir / 'tracks.sqlite'}",
            data_dir=street.data_dir,
            now=lambda: _hall.now,
        )
        center.catalogue = _catalogue
        if center.engine.dialect.name == "sqlite":
            event.listen(center.engine, "connect", _killed_but_not_unplugged)
        _hall.centers[street] = center
    return _hall.centers[street]


def _killed_but_not_unplugged(connection: SqliteConnection, _record: object) -> None:
    """What a process wrote before -9 the operating system has: no need to wait for the disk."""
    connection.execute("PRAGMA synchronous=OFF")


def _leave(street: Street) -> None:
    center = _hall.centers.pop(street, None)
    if center is not None:
        center.close()


def _undisturbed(street: Street, now: datetime) -> list[JobTurns]:
    center, turns = _opened(street, now), Counter[str]()
    done: list[JobTurns] = []
    for name in _work_off(center, lambda: turns.update(["all"])):
        done.append(JobTurns(name, range(done[-1].turns.stop if done else 1, turns["all"] + 1)))
    return done


def _killed(street: Street, now: datetime, at: Sequence[int]) -> None:
    center = _opened(street, now)
    center.engine.dispose()
    gc.freeze()  # what a process shares with its child is copied when it is looked at
    next_turn = 1
    for turn in at:
        if not _dies(center, at=turn - next_turn + 1):
            raise AssertionError(f"nobody died at turn {turn} of {at}")
        is_before_commit = turn % 2 == 1
        next_turn = turn if is_before_commit else turn + 1
    if _dies(center, at=sys.maxsize):
        raise AssertionError("the last worker died as well")
    gc.unfreeze()


def _dies(center: Center, *, at: int) -> bool:
    """Let a process of its own work until it is killed with -9 at this turn of its own; returns whether it was, or had done everything."""
    turns = iter(range(1, at))

    def turn() -> None:
        if next(turns, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        for _ in _work_off(center, turn):
            pass

    ended = _ended_by(_forked(work))
    if ended not in (0, signal.SIGKILL):
        raise AssertionError(f"a worker ended with {ended}")
    return ended != 0


def _begin(street: Street, now: datetime, job_id: int, *, dies_writing: bool) -> int:
    center = _opened(street, now)
    center.engine.dispose()

    def work() -> None:
        if dies_writing:
            event.listen(Session, "before_commit", lambda _session: os.kill(os.getpid(), signal.SIGKILL))
        with workers_jobs.working_at(center):
            workers_jobs.run(job_id)

    return _forked(work)


def _forked(work: Callable[[], None]) -> int:
    """The pid of a process that does this and nothing else."""
    child = os.fork()
    if child == 0:
        apprise.apprise._shared_executor = None  # noqa: SLF001 - its threads stayed behind in the other process
        try:
            work()
        except BaseException:  # noqa: BLE001 - nothing of this process may go on as the other one
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def _ended_by(pid: int) -> int:
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return -ended if ended < 0 else ended


def _work_off(center: Center, turn: Callable[[], None]) -> Iterator[str]:
    """Do everything that is due now, in order, and what follows from it; tells the name of each job that is done."""
    with workers_jobs.working_at(center), _turns_taken(center, turn):
        while waiting := _due_now(center):
            for job_id, name in waiting.items():
                ended = workers_jobs.run(job_id)
                if ended not in ("done", "already done"):
                    raise AssertionError(f"{name}: {ended}")
                yield name


def _due_now(center: Center) -> dict[int, str]:
    """Jobs that are due, leased or not, by name, in their order."""
    with center.read() as session:
        due = select(Job.id, Job.name).where(Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= center.now())
        return {job.id: job.name for job in session.execute(due.order_by(Job.id))}


@contextmanager
def _turns_taken(center: Center, turn: Callable[[], None]) -> Iterator[None]:
    """Within, call `turn` just before and just after every commit that changes something."""
    wrote = False

    def begins(*_: object) -> None:
        nonlocal wrote
        wrote = False

    def executed(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal wrote
        wrote = wrote or statement.startswith(("INSERT", "UPDATE", "DELETE"))

    def commits(_session: Session) -> None:
        if wrote:
            turn()

    hooks = ((Session, "after_begin", begins), (Session, "before_commit", commits), (Session, "after_commit", commits))
    listened = (*hooks, (center.engine, "after_cursor_execute", executed))
    for target, name, hook in listened:
        event.listen(target, name, hook)
    try:
        yield
    finally:
        for target, name, hook in listened:
            event.remove(target, name, hook)
