"""Watches as they are: who is on duty now, and how one watch takes over from the other.

The functions that take `work` belong to a larger act (the handover); they take the turn "roster" before they lock a watch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Watch
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import NoRelief, UnknownPost, UnknownWatch
from command_center.domain.rights import SYSTEM
from command_center.domain.status import advance
from command_center.domain.text import Text
from command_center.domain.watches import CENTRE, HOLDS_POST, WATCH_CHART, Duty, PlannedWatch, WatchStatus, not_before

TURN = "roster"
"""One at a time changes watches: whether two of them overlap cannot be seen from one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWatch:
    """Somebody's seat on a watch. phone : None where no number is on file."""

    person_id: str
    duty: Duty
    name: Text
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """A watch with its people, leader first."""

    id: int
    number: str
    post: str
    from_at: datetime
    to_at: datetime
    status: WatchStatus
    begun_at: datetime | None
    ended_at: datetime | None
    people: tuple[OnWatch, ...]
    basis: str

    def on(self, duty: Duty) -> tuple[OnWatch, ...]:
        """Who has this duty."""
        return tuple(person for person in self.people if person.duty is duty)


def posts(center: Center) -> list[str]:
    """The centre, then the stations by code, in the catalogue's order."""
    return [CENTRE, *center.catalogue.stations]


def known_post(center: Center, post: str) -> str:
    """The post itself; raises UnknownPost."""
    if post not in posts(center):
        raise UnknownPost(post=post)
    return post


_DUTIES = list(Duty)


def watch_view(watch: Watch) -> WatchView:
    people = [
        OnWatch(person_id=it.person_id, duty=it.duty, name=Text(it.person.name_zh, it.person.name_en), phone=it.person.phone)
        for it in watch.members
    ]
    return WatchView(
        id=watch.id,
        number=watch.number,
        post=watch.post,
        from_at=watch.from_at,
        to_at=watch.to_at,
        status=watch.status,
        begun_at=watch.begun_at,
        ended_at=watch.ended_at,
        people=tuple(sorted(people, key=lambda it: (_DUTIES.index(it.duty), it.person_id))),
        basis=watch.basis,
    )


def planned(watch: Watch) -> PlannedWatch:
    """The watch as the rules see it."""
    people = {it.person_id: it.duty for it in watch.members}
    return PlannedWatch(number=watch.number, post=watch.post, from_at=watch.from_at, to_at=watch.to_at, people=people)


_HELD_THEN = (
    select(Watch)
    .where(
        Watch.post == bindparam("post"),
        Watch.begun_at <= bindparam("at"),
        or_(Watch.ended_at.is_(None), Watch.ended_at > bindparam("at")),
    )
    .order_by(Watch.begun_at.desc(), Watch.id.desc())
    .limit(1)
)
_ROSTERED_THEN = (
    select(Watch)
    .where(
        Watch.post == bindparam("post"),
        Watch.from_at <= bindparam("at"),
        Watch.to_at > bindparam("at"),
        Watch.status == WatchStatus.SCHEDULED,
    )
    .order_by(Watch.from_at.desc(), Watch.id.desc())
    .limit(1)
)
_HOLDER = select(Watch).where(Watch.post == bindparam("post"), Watch.status.in_(HOLDS_POST))


def watch_on_duty(session: Session, at: datetime, post: str = CENTRE) -> Watch | None:
    """Whose watch it is at a post, now or at an earlier moment.

    Who took over stays responsible until somebody relieves them, however late that is. Where nobody ever took over, the roster
    and the clock decide. None: nobody is rostered.
    """
    there = {"post": post, "at": at}
    held = session.scalars(_HELD_THEN, there).one_or_none()
    return held or session.scalars(_ROSTERED_THEN, there).one_or_none()


def holder_of(session: Session, post: str = CENTRE) -> Watch | None:
    """Who took the post over and has not been relieved, whatever the clock says; None where nobody ever took over."""
    return session.scalars(_HOLDER, {"post": post}).one_or_none()


def next_watch(session: Session, at: datetime, after: Watch) -> Watch | None:
    """The watch that relieves this one: the first on the roster that starts later and is not past. None: nobody is rostered."""
    ahead = select(Watch).where(Watch.post == after.post, Watch.status == WatchStatus.SCHEDULED, Watch.to_at > at)
    ahead = ahead.where(Watch.from_at > after.from_at, Watch.id != after.id)
    return session.scalars(ahead.order_by(Watch.from_at, Watch.id).limit(1)).one_or_none()


def on_duty_now(center: Center, at: datetime | None = None, post: str = CENTRE) -> WatchView | None:
    """`watch_on_duty` for those who only ask; `at` None means now."""
    with center.read() as session:
        watch = watch_on_duty(session, at or center.now(), post)
        return None if watch is None else watch_view(watch)


def find_watches(center: Center, from_at: datetime, to_at: datetime, post: str | None = None) -> list[WatchView]:
    """Every watch with a moment in [from_at, to_at) that was not dropped, by post, then in order of time."""
    with center.read() as session:
        return watch_views(center, watches_between(session, from_at, to_at, post))


def watch_named(center: Center, watch_id: int) -> WatchView:
    """The watch with this id; raises UnknownWatch, also for one that was dropped."""
    with center.read() as session:
        watch = session.get(Watch, watch_id)
        if watch is None or watch.status is WatchStatus.DROPPED:
            raise UnknownWatch(watch=watch_id)
        return watch_view(watch)


def watches_around(center: Center, at: datetime, each: int, post: str = CENTRE) -> list[WatchView]:
    """Watches of a post that have begun by now: up to `each` that start at or before a moment, and as many after it; the latest first."""
    known = select(Watch).where(Watch.post == post, Watch.from_at <= center.now(), Watch.status != WatchStatus.DROPPED)
    earlier = known.where(Watch.from_at <= at).order_by(Watch.from_at.desc(), Watch.id.desc()).limit(each)
    later = known.where(Watch.from_at > at).order_by(Watch.from_at, Watch.id).limit(each)
    with center.read() as session:
        found = [*reversed(session.scalars(later).all()), *session.scalars(earlier)]
        return [watch_view(it) for it in found]


def watches_between(session: Session, from_at: datetime, to_at: datetime, post: str | None = None) -> Sequence[Watch]:
    """The rows of `find_watches`, in order of time."""
    query = select(Watch).where(Watch.from_at < to_at, Watch.to_at > from_at, Watch.status != WatchStatus.DROPPED)
    query = query.order_by(Watch.from_at, Watch.id)
    return session.scalars(query if post is None else query.where(Watch.post == post)).all()


def watch_views(center: Center, found: Iterable[Watch]) -> list[WatchView]:
    """Watches as people read them: the centre's first, then station by station."""
    order = {post: number for number, post in enumerate(posts(center))}
    return sorted((watch_view(watch) for watch in found), key=lambda watch: order.get(watch.post, len(order)))


# ---- one takes over from the other ---------------------------------------------------------------------------------------------------


def start_handing_over(work: Work, watch_id: int) -> Watch:
    """The watch begins to hand over; until somebody took over it answers for everything. Raises UnknownWatch, IllegalStep."""
    work.take_turns(TURN)
    watch = work.get(Watch, watch_id, UnknownWatch(watch=watch_id))
    watch.status = advance(WATCH_CHART, watch.status, WatchStatus.HANDING_OVER, subject=watch.number)
    work.record(events.WatchHandingOver(watch_id=watch.id, number=watch.number, post=watch.post))
    return watch


def begin_watch(work: Work, watch_id: int) -> Watch:
    """These people take over: in the same moment the watch that held the post ends. Raises UnknownWatch, IllegalStep.

    On a watch that is handing over it calls the handover off.
    """
    work.take_turns(TURN)
    watch = work.get(Watch, watch_id, UnknownWatch(watch=watch_id))
    held = work.session.scalar(select(Watch.id).where(Watch.post == watch.post, Watch.status.in_(HOLDS_POST), Watch.id != watch.id))
    relieved = None if held is None else _close(work, work.get(Watch, held))
    watch.status = advance(WATCH_CHART, watch.status, WatchStatus.ON_DUTY, subject=watch.number)
    watch.begun_at = watch.begun_at or not_before(work.now, None if relieved is None else relieved.ended_at)
    call_up(work, watch.post)
    people = [it.person.name_zh for it in watch.members]
    before = None if relieved is None else relieved.number
    work.record(events.WatchBegun(watch_id=watch.id, number=watch.number, post=watch.post, people=people, relieved=before))
    return watch


def end_watch(center: Center, work: Work, watch_id: int) -> Watch:
    """A station stands down with nobody to relieve it. Raises UnknownWatch, IllegalStep, NoRelief (the centre's desk is never left)."""
    work.take_turns(TURN)
    watch = work.get(Watch, watch_id, UnknownWatch(watch=watch_id))
    if watch.post == CENTRE and center.catalogue.handover.rules.no_relief_no_leave:
        raise NoRelief(number=watch.number)
    watch.status = advance(WATCH_CHART, watch.status, WatchStatus.CLOSED, subject=watch.number)
    watch.ended_at = not_before(work.now, watch.begun_at)
    call_up(work, watch.post)
    work.record(events.WatchClosed(watch_id=watch.id, number=watch.number, post=watch.post))
    return watch


def _close(work: Work, watch: Watch) -> Watch:
    watch.status = advance(WATCH_CHART, watch.status, WatchStatus.CLOSED, subject=watch.number)
    watch.ended_at = not_before(work.now, watch.begun_at)
    work.session.flush()  # the post is free before the next watch takes it: the index says one at a time
    return watch


# ---- what screens get ----------------------------------------------------------------------------------------------------------------


def call_up(work: Work, post: str) -> list[Watch]:
    """Put the post's present and next watch on the board and take the others off; returns what changed."""
    work.session.flush()
    shown = _now_and_next(work.session, work.now, post)
    held = work.session.scalars(select(Watch).where(Watch.post == post, Watch.on_board)).all()
    changed = [watch for watch in held if watch not in shown] + [watch for watch in shown if not watch.on_board]
    for watch in changed:
        watch.on_board = not watch.on_board
    return changed


def _now_and_next(session: Session, now: datetime, post: str) -> list[Watch]:
    present = watch_on_duty(session, now, post)
    ahead = (
        select(Watch).where(Watch.post == post, Watch.status == WatchStatus.SCHEDULED, Watch.to_at > now).order_by(Watch.from_at, Watch.id)
    )
    if present is not None:
        ahead = ahead.where(Watch.id != present.id)
    following = session.scalars(ahead.limit(1)).one_or_none()
    return [watch for watch in (present, following) if watch is not None]


def call_up_all(center: Center) -> bool:
    """Bring the board to the present and next watches where only time has passed; returns whether anything changed."""
    with center.work(SYSTEM) as work:
        work.take_turns(TURN)
        changed = [watch for post in posts(center) for watch in call_up(work, post)]
        if changed:
            called = sorted({watch.number for watch in changed if watch.on_board})
            work.record(events.WatchesCalledUp(watches=called))
        return bool(changed)
