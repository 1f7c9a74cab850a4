"""Due work: claimed with a lease, done once, parked when it fails three times. Rows are the truth, the queue only carries them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from command_center.center import Center
from command_center.db.tables import Job, LogEntry
from command_center.db.work import FIRST_LEASE, Work
from command_center.domain import events
from command_center.domain.errors import Unknown
from command_center.domain.events import Event
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.services import assignments, notices, plan_work

TRIES = 3
"""A job that failed this often is parked and shown on the console."""

LONGEST_LEASE = timedelta(seconds=30)

HANDOVERS = 20
"""A job that went to the queue this often without an end is parked too: it kills its worker, or nobody works."""


class AlreadyDone(Exception):
    """The job was finished, parked or dropped by another delivery: roll back and leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedJob:
    """A job leased to whoever claimed it: it comes back when the lease runs out."""

    job_id: int
    name: str
    handover: int
    lease_s: float


def lease_for(handovers: int) -> timedelta:
    """3 s for the first hand-over, doubling up to 30 s."""
    return min(FIRST_LEASE * 2 ** (handovers - 1), LONGEST_LEASE) if handovers < 10 else LONGEST_LEASE


def claim_due(center: Center, limit: int = 100) -> list[ClaimedJob]:
    """Lease what is due and free. Safe in any number of processes; safe to crash anywhere.

    Jobs that went to the queue too often are parked on the way.
    """
    with center.work(SYSTEM) as work:
        free = or_(Job.lease_until.is_(None), Job.lease_until < work.now)
        due = select(Job).where(Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= work.now, free)
        jobs = work.session.scalars(due.order_by(Job.due_at, Job.id).limit(limit).with_for_update(skip_locked=True)).all()
        return [claimed for job in jobs if (claimed := _claim(work, job)) is not None]


def has_due(center: Center) -> bool:
    """Whether anything waits to be claimed; a plain read, so that an idle centre writes nothing."""
    now = center.now()
    free = or_(Job.lease_until.is_(None), Job.lease_until < now)
    with center.read() as session:
        due = select(Job.id).where(Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= now, free)
        return session.scalar(due.limit(1)) is not None


def _claim(work: Work, job: Job) -> ClaimedJob | None:
    if job.handovers >= HANDOVERS:
        _park(work, job, job.last_error or "no worker finished it")
        return None
    job.handovers += 1
    lease = lease_for(job.handovers)
    job.lease_until = work.now + lease * work.speed
    return ClaimedJob(job_id=job.id, name=job.name, handover=job.handovers, lease_s=lease.total_seconds())


def give_back(center: Center, claimed: ClaimedJob) -> None:
    """The queue did not take it: undo the claim, so that an outage of Redis never parks anything."""
    with center.work(SYSTEM) as work:
        job = work.get(Job, claimed.job_id)
        if job.handovers == claimed.handover and job.done_at is None:
            job.handovers -= 1
            job.lease_until = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOrder:
    """What a worker needs to know of a job. due_at : when it should have been done, which may be long ago where nobody worked."""

    job_id: int
    name: str
    event: Event
    actor: str
    entry_id: int
    due_at: datetime


def job_order(center: Center, job_id: int) -> JobOrder | None:
    """The job with the event it follows; None when it is done, parked, or gone."""
    with center.read() as session:
        job = session.get(Job, job_id)
        if job is None or job.done_at is not None or job.parked_at is not None:
            return None
        entry = session.get_one(LogEntry, job.entry_id)
        return JobOrder(
            job_id=job.id,
            name=job.name,
            event=Event.from_log(entry.event, entry.facts),
            actor=entry.actor,
            entry_id=entry.id,
            due_at=job.due_at,
        )


@contextmanager
def completing(center: Center, job_id: int) -> Iterator[Work]:
    """The transaction that holds a job's effect: effect and done-mark commit together, so a second delivery finds it done.

    Raises AlreadyDone, and then nothing is written.
    """
    with center.work(SYSTEM) as work:
        job = work.get(Job, job_id)
        if job.done_at is not None or job.parked_at is not None:
            raise AlreadyDone
        yield work
        job.done_at = work.now


def failed(center: Center, job_id: int, error: str) -> bool:
    """A worker failed at it; returns whether the job is parked now. The next try comes when the short lease runs out."""
    with center.work(SYSTEM) as work:
        job = work.get(Job, job_id)
        if job.done_at is not None or job.parked_at is not None:
            return job.parked_at is not None
        job.attempts += 1
        job.last_error = error[:500]
        job.lease_until = work.now + timedelta(seconds=job.attempts) * work.speed
        if job.attempts >= TRIES:
            _park(work, job, error)
        return job.parked_at is not None


def _park(work: Work, job: Job, error: str) -> None:
    job.parked_at, job.last_error = work.now, error[:500]
    work.record(events.JobParked(job_id=job.id, job=job.name, attempts=job.attempts, error=job.last_error))
    entry = work.session.get_one(LogEntry, job.entry_id)
    on_park = _ON_PARK.get(job.name)
    if on_park is not None:
        on_park(work, Event.from_log(entry.event, entry.facts), job.last_error)


def _order_not_delivered(work: Work, event: Event, error: str) -> None:
    if isinstance(event, events.UnitDispatched):
        assignments.mark_failed(work, event.assignment_id, error)


def _step_not_done(work: Work, event: Event, error: str) -> None:
    if isinstance(event, events.TaskOpened):
        plan_work.mark_failed(work, event.task_id, error)


def _notice_not_delivered(work: Work, event: Event, error: str) -> None:
    if isinstance(event, events.NoticeQueued):
        notices.mark_failed(work, event.notice_id, error)


def _crew_not_told(work: Work, event: Event, error: str) -> None:
    if isinstance(event, events.UnitOnDuty):
        plan_work.mark_duty_failed(work, event.duty_id, error)


_ON_PARK: dict[str, Callable[[Work, Event, str], None]] = {
    "send_dispatch": _order_not_delivered,
    "carry_out": _step_not_done,
    "send_notice": _notice_not_delivered,
    "send_duty": _crew_not_told,
}
"""What the street has to know when a job could not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedJob:
    """Work that failed three times and waits for a person."""

    job_id: int
    name: str
    attempts: int
    last_error: str
    incident_id: int | None


def parked(center: Center) -> list[ParkedJob]:
    with center.read() as session:
        rows = session.scalars(select(Job).where(Job.parked_at.is_not(None)).order_by(Job.parked_at))
        return [
            ParkedJob(job_id=job.id, name=job.name, attempts=job.attempts, last_error=job.last_error, incident_id=job.incident_id)
            for job in rows
        ]


def retry_job(center: Center, job_id: int, actor: Actor) -> None:
    """Put a parked job back to work, with all its tries."""
    actor.require(Right.RUN_JOBS)
    with center.work(actor) as work:
        job = _parked_job(work, job_id)
        job.parked_at = job.lease_until = None
        job.attempts = job.handovers = 0
        work.record(events.JobRetried(job_id=job.id, job=job.name))


def drop_job(center: Center, job_id: int, actor: Actor, reason: str = "") -> None:
    """Give a parked job up: someone did it by hand, or it is no longer needed."""
    actor.require(Right.RUN_JOBS)
    with center.work(actor) as work:
        job = _parked_job(work, job_id)
        job.parked_at, job.done_at = None, work.now
        work.record(events.JobDropped(job_id=job.id, job=job.name, reason=reason))


def _parked_job(work: Work, job_id: int) -> Job:
    job = work.get(Job, job_id)
    if job.parked_at is None:
        raise Unknown(kind="parked job", id=str(job_id))
    return job
