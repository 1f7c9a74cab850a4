"""Swaps: giving a seat on a watch to somebody else, alone or for a seat of theirs; a duty leader decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Person, Watch, WatchMember, WatchSwap
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, OwnSwap, PersonBusy, UnknownPerson, UnknownSwap
from command_center.domain.rights import Actor, Right
from command_center.domain.status import advance
from command_center.domain.text import Text
from command_center.domain.watches import SWAP_CHART, Duty, SwapStatus
from command_center.services.roster import busy, open_watch
from command_center.services.watches import TURN


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSwap:
    """`person_id` gives the seat on a watch to `other_person_id`; with `other_watch_id` takes over theirs on that watch in return."""

    watch_id: int
    person_id: str
    other_person_id: str
    other_watch_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapView:
    """A swap as people decide on it. in_return : number of the watch taken over in exchange."""

    id: int
    status: SwapStatus
    watch_id: int
    number: str
    post: str
    from_at: datetime
    to_at: datetime
    person_id: str
    person: Text
    other_person_id: str
    other: Text
    in_return: str | None
    reason: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The rows of one swap, locked. theirs : the watch taken over in return."""

    watch: Watch
    theirs: Watch | None
    person: Person
    other: Person


def ask_swap(center: Center, order: AskSwap, actor: Actor) -> int:
    """Ask for a swap; returns its id. Nothing changes until a leader approves it.

    Raises UnknownWatch, WatchIsOver, UnknownPerson, Invalid (who gives has no such seat), PersonBusy.
    """
    actor.require(Right.KEEP_ROSTER)
    if order.person_id == order.other_person_id or order.watch_id == order.other_watch_id:
        raise Invalid(field="other_person_id", value=order.other_person_id)
    with center.work(actor) as work:
        work.take_turns(TURN)
        swap = WatchSwap(
            watch_id=order.watch_id,
            person_id=order.person_id,
            other_watch_id=order.other_watch_id,
            other_person_id=order.other_person_id,
            reason=order.reason.strip()[:200],
            status=SwapStatus.ASKED,
            asked_by=actor.name,
            asked_at=work.now,
        )
        exchange = _checked(work, swap)
        work.add(swap)
        in_return = None if exchange.theirs is None else exchange.theirs.number
        work.record(events.SwapAsked(**_told(swap, exchange), in_return=in_return, reason=swap.reason))
        return swap.id


def approve_swap(center: Center, swap_id: int, actor: Actor) -> None:
    """Let the two change seats; of two leaders at once one decides and the other is told so.

    Raises UnknownSwap, IllegalStep (decided already), OwnSwap, and whatever has come in between: WatchIsOver, Invalid, PersonBusy.
    """
    actor.require(Right.APPROVE_SWAPS)
    with center.work(actor) as work:
        swap = _decided(work, swap_id, SwapStatus.APPROVED)
        exchange = _checked(work, swap)
        _give_seat(exchange.watch, exchange.person, exchange.other)
        if exchange.theirs is not None:
            _give_seat(exchange.theirs, exchange.other, exchange.person)
        work.record(events.SwapApproved(**_told(swap, exchange)))


def refuse_swap(center: Center, swap_id: int, actor: Actor, reason: str = "") -> None:
    """Leave everything as it is. Raises UnknownSwap, IllegalStep (decided already), OwnSwap."""
    actor.require(Right.APPROVE_SWAPS)
    with center.work(actor) as work:
        swap = _decided(work, swap_id, SwapStatus.REFUSED)
        watch = work.session.get_one(Watch, swap.watch_id)
        person, other = (work.session.get_one(Person, it) for it in (swap.person_id, swap.other_person_id))
        work.record(events.SwapRefused(**_told(swap, _Exchange(watch, None, person, other)), reason=reason))


def _decided(work: Work, swap_id: int, to: SwapStatus) -> WatchSwap:
    work.take_turns(TURN)
    swap = work.get(WatchSwap, swap_id, UnknownSwap(swap=swap_id))
    swap.status = advance(SWAP_CHART, swap.status, to, subject=f"{swap.id}")
    swap.decided_by, swap.decided_at = work.actor.name, work.now
    own = select(Person.id).where(Person.account_id == work.actor.account_id, Person.id.in_([swap.person_id, swap.other_person_id]))
    if work.actor.account_id is not None and work.session.scalars(own).first() is not None:
        raise OwnSwap(swap=swap.id)
    return swap


def _checked(work: Work, swap: WatchSwap) -> _Exchange:
    """The rows of the swap, if it can be done now."""
    ids = sorted(it for it in (swap.watch_id, swap.other_watch_id) if it is not None)
    watches = {it: open_watch(work, it) for it in ids}
    watch = watches[swap.watch_id]
    theirs = None if swap.other_watch_id is None else watches[swap.other_watch_id]
    exchange = _Exchange(watch, theirs, _person(work, swap.person_id), _person(work, swap.other_person_id))
    _check_seat(watch, exchange.person, exchange.other)
    _check_free(work, exchange.other, watch, ids)
    if theirs is not None:
        _check_seat(theirs, exchange.other, exchange.person)
        _check_free(work, exchange.person, theirs, ids)
    return exchange


def _person(work: Work, person_id: str) -> Person:
    person = work.session.get(Person, person_id)
    if person is None or person.left_at is not None:
        raise UnknownPerson(person=person_id)
    return person


def _check_seat(watch: Watch, giver: Person, taker: Person) -> None:
    """The giver sits on the watch, the taker does not."""
    seated = {it.person_id for it in watch.members}
    if giver.id not in seated:
        raise Invalid(field="person_id", value=giver.id)
    if taker.id in seated:
        raise PersonBusy(person=taker.name_zh, number=watch.number)


def _check_free(work: Work, taker: Person, watch: Watch, but: list[int]) -> None:
    for number in busy(work.session, [taker.id], watch.from_at, watch.to_at, but).values():
        raise PersonBusy(person=taker.name_zh, number=number)


def _give_seat(watch: Watch, giver: Person, taker: Person) -> None:
    seat = next(it for it in watch.members if it.person_id == giver.id)
    duty: Duty = seat.duty
    watch.members.remove(seat)
    watch.members.append(WatchMember(person_id=taker.id, person=taker, duty=duty))
    watch.changes += 1
    watch.basis = "own"


def _told(swap: WatchSwap, exchange: _Exchange) -> dict[str, Any]:
    return {
        "swap_id": swap.id,
        "number": exchange.watch.number,
        "post": exchange.watch.post,
        "person": exchange.person.name_zh,
        "other": exchange.other.name_zh,
    }


def swaps(center: Center, *, open_only: bool = True, limit: int = 100) -> list[SwapView]:
    """Swaps to decide on, oldest first; with open_only=False all of them, newest first."""
    query = select(WatchSwap, Watch).join(Watch, Watch.id == WatchSwap.watch_id).limit(limit)
    query = query.where(WatchSwap.status == SwapStatus.ASKED).order_by(WatchSwap.id) if open_only else query.order_by(WatchSwap.id.desc())
    with center.read() as session:
        found = session.execute(query).all()
        ids = {it for swap, _ in found for it in (swap.person_id, swap.other_person_id)}
        names = {it.id: Text(it.name_zh, it.name_en) for it in session.scalars(select(Person).where(Person.id.in_(ids)))}
        others = {swap.other_watch_id for swap, _ in found if swap.other_watch_id is not None}
        numbers = {it.id: it.number for it in session.scalars(select(Watch).where(Watch.id.in_(others)))}
        return [_view(swap, watch, names, numbers) for swap, watch in found]


def _view(swap: WatchSwap, watch: Watch, names: Mapping[str, Text], numbers: Mapping[int, str]) -> SwapView:
    return SwapView(
        id=swap.id,
        status=swap.status,
        watch_id=watch.id,
        number=watch.number,
        post=watch.post,
        from_at=watch.from_at,
        to_at=watch.to_at,
        person_id=swap.person_id,
        person=names[swap.person_id],
        other_person_id=swap.other_person_id,
        other=names[swap.other_person_id],
        in_return=None if swap.other_watch_id is None else numbers[swap.other_watch_id],
        reason=swap.reason,
        asked_by=swap.asked_by,
        asked_at=swap.asked_at,
        decided_by=swap.decided_by,
        decided_at=swap.decided_at,
    )
