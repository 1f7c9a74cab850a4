"""The jobs: what the centre does by itself after something happened. The names here are the only ones that run."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from command_center.center import Center
from command_center.domain import events
from command_center.domain.events import Event
from command_center.services import (
    activations,
    assignments,
    callers,
    closures,
    drill_sheets,
    handover_clock,
    jobs,
    messages,
    notices,
    plan_proposals,
    plan_tasks,
    plan_work,
    proposing,
    report_clocks,
    roll_calls,
    warnings,
)
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
    channel = messages.CARD
    if assignments.waits_for_word(center, event.assignment_id):
        channel = messages.deliver(center, messages.dispatch_notice(center, event.assignment_id))
        if center.is_drill:
            assignments.note_delivery(center, event.assignment_id)
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
    if assignments.waits_for_word(center, event.assignment_id, again=True):
        messages.deliver(center, messages.dispatch_notice(center, event.assignment_id))
    _nothing_left(center, order)


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
    messages.deliver(center, messages.recall_notice(center, event.assignment_id))
    with completing(center, order.job_id):
        pass


def carry_out(center: Center, order: JobOrder) -> None:
    """The background work of one occurrence of a plan's step."""
    event = _event(order, events.TaskOpened)
    if plan_work.begin_work(center, event.task_id):
        with completing(center, order.job_id) as work:
            plan_work.finish_work(center, work, event.task_id)
    else:
        _nothing_left(center, order)


def mark_overdue(center: Center, order: JobOrder) -> None:
    """A task's deadline has passed."""
    event = order.event
    if not isinstance(event, events.TaskOpened | events.TaskDue):
        raise TypeError(f"mark_overdue does not follow {event.name}")
    with completing(center, order.job_id) as work:
        plan_tasks.mark_overdue(work, event.task_id)


def send_duty(center: Center, order: JobOrder) -> None:
    """Tell a crew that a plan has put it on duty."""
    event = _event(order, events.UnitOnDuty)
    channel = plan_work.send_duty(center, event.duty_id)
    with completing(center, order.job_id) as work:
        plan_work.mark_duty_sent(work, event.duty_id, channel)


def send_off_duty(center: Center, order: JobOrder) -> None:
    """Tell a crew that its duty for a plan is over."""
    event = _event(order, events.UnitOffDuty)
    plan_work.send_off_duty(center, event.duty_id)
    _nothing_left(center, order)


def check_confirmation(center: Center, order: JobOrder) -> None:
    """The quarter of an hour for a leader's confirmation is over."""
    event = order.event
    if not isinstance(event, events.PlanActivated | events.LevelChanged):
        raise TypeError(f"check_confirmation does not follow {event.name}")
    with completing(center, order.job_id) as work:
        activations.mark_unconfirmed(work, event.activation_id)


def send_notice(center: Center, order: JobOrder) -> None:
    """Carry a message to everyone it is for."""
    event = _event(order, events.NoticeQueued)
    notices.carry(center, event.notice_id)
    with completing(center, order.job_id) as work:
        notices.mark_sent(work, event.notice_id)


def ask_the_silent(center: Center, order: JobOrder) -> None:
    """Who has not answered is asked again; in a chain of command the next in line is called as well."""
    event = order.event
    if not isinstance(event, events.NoticeQueued | events.NoticeUnanswered):
        raise TypeError(f"ask_the_silent does not follow {event.name}")
    asked = event.round if isinstance(event, events.NoticeUnanswered) else 0
    if not notices.is_settled(center, event.notice_id):
        notices.carry(center, event.notice_id, asked + 1)
    with completing(center, order.job_id) as work:
        notices.mark_unanswered(work, event.notice_id, asked + 1, notices.chain_step_s(center))


def call_for_unseen(center: Center, order: JobOrder) -> None:
    """A minute has passed since a grave emergency came in."""
    event = order.event
    if not isinstance(event, events.CallTaken | events.SeverityChanged):
        raise TypeError(f"call_for_unseen does not follow {event.name}")
    with completing(center, order.job_id) as work:
        notices.call_for_unseen(center, work, event.incident_id)


def tell_callers(center: Center, order: JobOrder) -> None:
    """The danger is over, by an officer's word or because the last unit left: everyone who called hears of it, once."""
    event = order.event
    if not isinstance(event, events.IncidentControlled | events.UnitCleared):
        raise TypeError(f"tell_callers does not follow {event.name}")
    with completing(center, order.job_id) as work:
        callers.tell_callers(center, work, event.incident_id)


def keep_score(center: Center, order: JobOrder) -> None:
    """The drill is over: its score sheet goes into its folder."""
    drill_sheets.keep_score(center)
    _nothing_left(center, order)


def keep_clocks(center: Center, order: JobOrder) -> None:
    """An incident or a plan has changed: its reporting clocks follow."""
    event = order.event
    with completing(center, order.job_id) as work:
        if isinstance(event, events.PlanEvent):
            report_clocks.keep_clocks(center, work, activation_id=event.activation_id)
        elif isinstance(
            event, events.CallTaken | events.SeverityChanged | events.IncidentClosed | events.IncidentMerged | events.IncidentReopened
        ):
            report_clocks.keep_clocks(center, work, incident_id=event.incident_id)
        else:
            raise TypeError(f"keep_clocks does not follow {event.name}")


def mark_report_overdue(center: Center, order: JobOrder) -> None:
    """A report's deadline has passed."""
    event = order.event
    if not isinstance(event, events.ReportOpened | events.ReportMoved):
        raise TypeError(f"mark_report_overdue does not follow {event.name}")
    with completing(center, order.job_id) as work:
        report_clocks.mark_overdue(work, event.report_id)


def open_more_shelters(center: Center, order: JobOrder) -> None:
    """A higher level may want more places in shelters than are open."""
    event = _event(order, events.LevelChanged)
    with completing(center, order.job_id) as work:
        plan_work.open_more_shelters(center, work, event.activation_id)


def weigh_water(center: Center, order: JobOrder) -> None:
    """A depth of water was measured or corrected: roads are proposed to be closed, or have fallen dry."""
    event = order.event
    if not isinstance(event, events.MeasurementTaken | events.MeasurementCorrected):
        raise TypeError(f"weigh_water does not follow {event.name}")
    with completing(center, order.job_id) as work:
        closures.weigh_water(center, work, event.measurement_id)


def call_guard_back(center: Center, order: JobOrder) -> None:
    """The guard of a closed road has left it: his crew is told."""
    event = _event(order, events.GuardLeft)
    with completing(center, order.job_id) as work:
        closures.call_guard_back(work, event.closure_id)


def call_for_guard(center: Center, order: JobOrder) -> None:
    """A closed road has been unguarded for minutes: the leaders are called."""
    event = _event(order, events.GuardLeft)
    with completing(center, order.job_id) as work:
        closures.call_leaders(center, work, event.closure_id)


def _nothing_left(center: Center, order: JobOrder) -> None:
    with completing(center, order.job_id):
        pass


def weigh_plans(center: Center, order: JobOrder) -> None:
    """Bring the proposed plans in line with warnings, measurements and incidents."""
    with completing(center, order.job_id) as work:
        plan_proposals.weigh(center, work, entry_id=order.entry_id)


def expire_warning(center: Center, order: JobOrder) -> None:
    """A warning's time is over."""
    event = order.event
    if not isinstance(event, events.WarningTaken | events.WarningTimed):
        raise TypeError(f"expire_warning does not follow {event.name}")
    with completing(center, order.job_id) as work:
        warnings.expire_warning(work, event.warning_id)


def keep_handover(center: Center, order: JobOrder) -> None:
    """A watch ends soon, has ended, or has begun: remind, warn, look again later."""
    with completing(center, order.job_id) as work:
        handover_clock.keep_handover(center, work, entry_id=order.entry_id, due_at=order.due_at)


def ask_stations(center: Center, order: JobOrder) -> None:
    """A roll call was started: every station with a message service gets the question."""
    event = _event(order, events.RollCallStarted)
    roll_calls.ask_stations(center, event.roll_call_id)
    with completing(center, order.job_id) as work:
        roll_calls.mark_asked(work, event.roll_call_id)


def check_roll_call(center: Center, order: JobOrder) -> None:
    """The stations' time to answer is over."""
    event = _event(order, events.RollCallStarted)
    with completing(center, order.job_id) as work:
        roll_calls.mark_unanswered(work, event.roll_call_id)


JOBS: Mapping[str, Callable[[Center, JobOrder], None]] = {
    "send_dispatch": send_dispatch,
    "ask_for_answer": ask_for_answer,
    "send_again": send_again,
    "propose_next": propose_next,
    "send_recall": send_recall,
    "carry_out": carry_out,
    "mark_overdue": mark_overdue,
    "send_duty": send_duty,
    "send_off_duty": send_off_duty,
    "check_confirmation": check_confirmation,
    "send_notice": send_notice,
    "ask_the_silent": ask_the_silent,
    "call_for_unseen": call_for_unseen,
    "weigh_plans": weigh_plans,
    "expire_warning": expire_warning,
    "tell_callers": tell_callers,
    "keep_score": keep_score,
    "keep_clocks": keep_clocks,
    "mark_report_overdue": mark_report_overdue,
    "open_more_shelters": open_more_shelters,
    "keep_handover": keep_handover,
    "weigh_water": weigh_water,
    "call_guard_back": call_guard_back,
    "call_for_guard": call_for_guard,
    "ask_stations": ask_stations,
    "check_roll_call": check_roll_call,
}
"""The allow-list: a name that is not here is not run, whoever queued it."""
