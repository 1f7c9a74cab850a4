"""The jobs: what the centre does by itself after something happened. The names here are the only ones that run."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from command_center.center import Center
from command_center.domain import events
from command_center.domain.events import Event
from command_center.services import assignments, jobs, messages, plan_proposals, proposing, warnings
from command_center.services import open_center as _open_center
from command_center.services.jobs import AlreadyDone, JobOrder, completing

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)

_center: list[Center] = []
"""The worker's own centre: RQ calls `run` with nothing but a number."""


@contextmanager
def working_at(center: Center) -> Iterator[Center]:
    """Run jobs at this centre until the block ends."""
    _center.append(center)
    try:
        yield center
    finally:
        _center.remove(center)


def open_center(options: Mapping[str, Any]) -> Center:
    """Open the worker's centre and keep it for `run`."""
    center = _open_center(**options)
    _center.append(center)
    return center


def run(job_id: int) -> str:
    """Do one job, once: a second delivery of a finished one does nothing. Returns how it went, for RQ's record."""
    center = _center[-1]
    order = jobs.job_order(center, job_id)
    if order is None:
        return "already done"
    try:
        _do(center, order)
    except AlreadyDone:
        return "already done"
    except Exception as error:
        is_parked = jobs.failed(center, job_id, f"{type(error).__name__}: {error}")
        log.exception("job failed", extra={"job_id": job_id, "job": order.name, "parked": is_parked})
        return "parked" if is_parked else "failed"
    return "done"


def _do(center: Center, order: JobOrder) -> None:
    job = JOBS.get(order.name)
    if job is None:
        raise LookupError(f"no job is called {order.name}")
    job(center, order)


def _event(order: JobOrder, kind: type[E]) -> E:
    """The event the job follows, as the kind it must be."""
    if not isinstance(order.event, kind):
        raise TypeError(f"{order.name} follows {kind.__name__}, not {order.event.name}")
    return order.event


def send_dispatch(center: Center, order: JobOrder) -> None:
    """Bring the order to the crew: by message service if the unit has one, on the card in any case."""
    event = _event(order, events.UnitDispatched)
    channel = messages.deliver(messages.dispatch_notice(center, event.assignment_id))
    with completing(center, order.job_id) as work:
        assignments.mark_sent(work, event.assignment_id, channel)


def ask_for_answer(center: Center, order: JobOrder) -> None:
    """The crew's minute is over: whoever has not answered is marked, and the next unit is proposed."""
    event = _event(order, events.UnitDispatched)
    with completing(center, order.job_id) as work:
        assignments.mark_unanswered(work, event.assignment_id)


def send_again(center: Center, order: JobOrder) -> None:
    """Ask the silent crew once more; it can still answer."""
    event = _event(order, events.DispatchNotAnswered)
    messages.deliver(messages.dispatch_notice(center, event.assignment_id))
    with completing(center, order.job_id):
        pass


def propose_next(center: Center, order: JobOrder) -> None:
    """Put the next best unit before the officer in place of one that declined or does not answer."""
    event = order.event
    if not isinstance(event, events.DispatchNotAnswered | events.DispatchDeclined):
        raise TypeError(f"propose_next does not follow {event.name}")
    unit_id = proposing.next_unit(center, event.incident_id, event.unit_id)
    with completing(center, order.job_id) as work:
        assignments.propose_next(work, incident_id=event.incident_id, instead_of=event.unit_id, unit_id=unit_id)


def send_recall(center: Center, order: JobOrder) -> None:
    """Tell the crew that it is called back."""
    event = _event(order, events.UnitRecalled)
    messages.deliver(messages.recall_notice(center, event.assignment_id))
    with completing(center, order.job_id):
        pass


def weigh_plans(center: Center, order: JobOrder) -> None:
    """Bring the proposed plans in line with warnings, measurements and incidents."""
    with completing(center, order.job_id) as work:
        plan_proposals.weigh(work, center.catalogue, entry_id=order.entry_id)


def expire_warning(center: Center, order: JobOrder) -> None:
    """A warning's time is over."""
    event = _event(order, events.WarningTaken)
    with completing(center, order.job_id) as work:
        warnings.expire_warning(work, event.warning_id)


JOBS: Mapping[str, Callable[[Center, JobOrder], None]] = {
    "send_dispatch": send_dispatch,
    "ask_for_answer": ask_for_answer,
    "send_again": send_again,
    "propose_next": propose_next,
    "send_recall": send_recall,
    "weigh_plans": weigh_plans,
    "expire_warning": expire_warning,
}
"""The allow-list: a name that is not here is not run, whoever queued it."""
