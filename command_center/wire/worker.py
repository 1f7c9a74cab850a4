"""The workers' side of the queue: one function is run, everything else is refused, whatever was queued and by whom."""

from __future__ import annotations

import logging
import os
import signal
import threading
import uuid
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import DeserializationError, StopRequested
from rq.job import Job
from rq.utils import now

from command_center.wire.connection import Names, connect
from command_center.wire.wire import RUN_JOB

if TYPE_CHECKING:
    from types import FrameType

log = logging.getLogger(__name__)

ALLOWED = frozenset({RUN_JOB})
WORKER_TTL_S = 20
MAINTENANCE_S = 10
RETRY_S = 0.5


class RefusedJob(Exception):
    """A queued call that is not on the list. It was not run; it lies among RQ's failed jobs."""


class AllowedJob(Job):
    """A job as the queue holds it, minus all that RQ would import, call or repeat on its own account.

    A callback or a webhook is a name in Redis as well, and RQ runs it even for a job that failed: here there are none. Repeating
    is the relay's business: the lease in the database runs out.
    """

    def restore(self, raw_data: dict[Any, Any]) -> None:
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        self.retries_left = self.repeats_left = None

    def perform(self) -> Any:  # noqa: ANN401 - the signature is RQ's
        """Run it, or raise RefusedJob for a name that is not allowed, before anything of that name is imported."""
        if self.func_name not in ALLOWED or self.instance is not None or self.kwargs:
            log.error("a queued call is not allowed and was not run", extra={"call": self.func_name, "queue_job": self.id})
            raise RefusedJob(f"{self.func_name} is not allowed")
        return super().perform()


class DispatchWorker(SimpleWorker):
    """Runs jobs in its own process (4.6 ms to publish; a fork for each takes 21 ms) from one queue only.

    One queue per worker: a blocking pop on two can lose a job. No command channel: who may write to Redis may not stop workers.
    """

    job_class = AllowedJob
    max_connection_wait_time = 1.0  # RQ's 60 would let a worker sleep a minute after Redis is back
    was_told_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Finish the job at hand, then stop; a second signal breaks it off.

        An idle worker is stopped by an exception out of whatever it does; where a library takes that one for its own, the loop sees
        the flag at its next round.
        """
        self.was_told_to_stop = self._stop_requested = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]  # RQ's

    def set_shutdown_requested_date(self) -> None:
        """Nothing: a signal handler must not talk to a Redis that may be away, in the middle of a job."""

    def run_maintenance_tasks(self) -> None:
        """RQ's own tidying. A row that it cannot read must not keep a worker from working."""
        try:
            super().run_maintenance_tasks()  # type: ignore[no-untyped-call]  # RQ's
        except (RedisError, StopRequested):
            raise
        except Exception:
            log.exception("the queue holds something unreadable")
            self.last_cleaned_at = now()  # type: ignore[assignment]  # RQ infers None from its first value

    def subscribe(self) -> None:
        """No remote commands."""

    def unsubscribe(self) -> None:
        """No remote commands."""

    def handle_exception(self, job: Job, *exc_info: Any) -> None:  # noqa: ANN401 - the signature is RQ's
        """One line in our log instead of RQ's coloured one; a refused call has had its line."""
        if isinstance(exc_info[1], RefusedJob):
            return
        try:
            call = f"{job.func_name}{tuple(job.args)}"
        except DeserializationError:
            call = "unreadable"
        log.error("job failed", extra={"call": call, "queue_job": job.id}, exc_info=exc_info)


def make_worker(redis_url: str, *, prefix: str = "center") -> DispatchWorker:
    """A worker of the centre's queue, connected. Raises RedisError when Redis is away."""
    names = Names(prefix=prefix)
    name = f"{names.worker}{os.getpid()}-{uuid.uuid4().hex[:6]}"
    connection = connect(redis_url, decode=False, name=name)
    queue = Queue(names.queue, connection=connection, serializer="json", job_class=AllowedJob)
    return DispatchWorker(
        [queue],
        name=name,
        connection=connection,
        serializer="json",
        worker_ttl=WORKER_TTL_S,
        maintenance_interval=MAINTENANCE_S,
        log_job_description=False,
    )


def work_until_stopped(redis_url: str, *, prefix: str = "center") -> None:
    """Work until SIGTERM or SIGINT, through any outage of Redis. A job that has begun is finished first."""
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    while not stopping.is_set():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)  # until the worker puts its own in their place
        worker = _worker_or_none(redis_url, prefix)
        if worker is None:
            stopping.wait(RETRY_S)
        elif not stopping.is_set():
            _work(worker)
            if worker.was_told_to_stop:
                return


def _worker_or_none(redis_url: str, prefix: str) -> DispatchWorker | None:
    try:
        return make_worker(redis_url, prefix=prefix)
    except (RedisError, OSError) as problem:
        log.warning("Redis is away: waiting for it", extra={"reason": str(problem)})
        return None


def _work(worker: DispatchWorker) -> None:
    try:
        worker.work(logging_level=None)
    except (RedisError, OSError) as problem:
        log.warning("Redis went away", extra={"reason": str(problem)})
    except StopRequested:
        log.debug("stopped before the first job")
