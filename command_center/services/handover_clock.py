"""The clocks of the handover: the draft is put before the officer in time, and the leaders hear of it when nobody takes over.

One look at a time: the job does what is due, and orders its next look by the roster. It never stops; a look too many does nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import ChainHead, Job, Watch
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.handover import SEALED, HandoverStatus, draft_moment, late_moment
from command_center.domain.rights import SYSTEM
from command_center.domain.text import Text
from command_center.domain.watches import CENTRE
from command_center.services.audiences import Audience, addressees
from command_center.services.handover import begun_or_begin, late_key, watch_in_charge
from command_center.services.handover_drawing import both, moment_text
from command_center.services.notices import IN_LINE, Draft, chain_step_s, queue_notice
from command_center.services.watches import TURN, next_watch, watch_on_duty
from command_center.words import N_

JOB = "keep_handover"
LOOK_AGAIN = timedelta(hours=1)
"""Where nobody is rostered, somebody may be by then."""

_OVERDUE = select(Job.due_at).where(Job.name == JOB, Job.done_at.is_(None)).order_by(Job.due_at).limit(1)

LATE = N_("Watch %(number)s ended at %(at)s and nobody has taken over the desk: relieve it, or say who stays.")


def keep_clocks_running(center: Center) -> None:
    """See to it that a look is ordered; every start asks, the first one orders it."""
    with center.work(SYSTEM) as work:
        if work.session.scalar(select(Job.id).where(Job.name == JOB, Job.done_at.is_(None)).limit(1)) is None:
            _look_again(center, work, work.session.get_one(ChainHead, 1).last_id)


def keep_handover(center: Center, work: Work, *, entry_id: int, due_at: datetime | None = None) -> None:
    """Remind, warn, and look again later; each is said once. entry_id : line of the log that the next look hangs on.

    due_at : when this look was due. Where nobody worked over the hour of the change, whose watch it was then is looked at first: the
    roster alone would say that the next watch is on duty, and nobody would hear that it never took over.
    """
    work.take_turns(TURN)
    rules = center.catalogue.handover.rules
    for at in (min(due_at or work.now, work.now), work.now):
        watch = watch_in_charge(center, work.session, at)
        if watch is not None and at >= draft_moment(rules, watch.to_at):
            _remind(work, watch)
            work.session.flush()
    if watch is not None and work.now >= late_moment(rules, watch.to_at):
        _warn(center, work, watch)
    _look_again(center, work, entry_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateWatch:
    """A watch that is over and that nobody has relieved. since : when somebody should have."""

    number: str
    since: datetime


def late_watch(center: Center) -> LateWatch | None:
    """The watch that nobody took over from though its time of grace is over. Read from roster and clock alone: it needs no worker."""
    now = center.now()
    with center.read() as session:
        watch = watch_in_charge(center, session, min(session.scalar(_OVERDUE) or now, now))
        if watch is None or now < late_moment(center.catalogue.handover.rules, watch.to_at):
            return None
        return LateWatch(number=watch.number, since=watch.to_at)


def _remind(work: Work, watch: Watch) -> None:
    handover = begun_or_begin(work, watch)
    if handover.due_told_at is None and handover.status is HandoverStatus.DRAFT:
        handover.due_told_at = work.now
        minutes = max(0, round((watch.to_at - work.now).total_seconds() / 60))
        work.record(events.HandoverDue(handover_id=handover.id, watch_id=watch.id, number=watch.number, minutes=minutes))


def _warn(center: Center, work: Work, watch: Watch) -> None:
    handover = begun_or_begin(work, watch)
    if handover.late_told_at is not None or handover.status in SEALED:
        return
    handover.late_told_at = work.now
    minutes = round((work.now - watch.to_at).total_seconds() / 60)
    work.record(events.HandoverLate(handover_id=handover.id, watch_id=watch.id, number=watch.number, minutes=minutes))
    queue_notice(
        work,
        Draft(
            key=late_key(watch.id),
            audience=IN_LINE,
            channels=("phone",),
            text=_late_text(center, watch),
            to=addressees(center, work.session, Audience(code=IN_LINE)),
            answer_in_s=chain_step_s(center),
        ),
    )


def _late_text(center: Center, watch: Watch) -> Text:
    return both(LATE, number=watch.number, at=moment_text(watch.to_at.astimezone(center.zone)))


def _look_again(center: Center, work: Work, entry_id: int) -> None:
    due_at = _next_look(center, work)
    key = f"{JOB}:{due_at.isoformat()}"
    if work.session.scalar(select(Job.id).where(Job.key == key)) is None:
        work.session.add(Job(key=key, name=JOB, entry_id=entry_id, due_at=due_at, handovers=0, attempts=0, last_error=""))


def _next_look(center: Center, work: Work) -> datetime:
    """The next moment at which a watch's report falls due or is late."""
    rules = center.catalogue.handover.rules
    known = [watch_in_charge(center, work.session, work.now), watch_on_duty(work.session, work.now, CENTRE)]
    present = [watch for watch in known if watch is not None]
    ahead = [following for watch in present if (following := next_watch(work.session, work.now, watch)) is not None]
    moments = [moment(rules, watch.to_at) for watch in (*present, *ahead) for moment in (draft_moment, late_moment)]
    return min((at for at in moments if at > work.now), default=work.now + LOOK_AGAIN)
