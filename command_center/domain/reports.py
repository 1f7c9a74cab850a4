"""Information reports to the district (信息报告): when a first, follow-up or final report is due, and what moves the clocks.

One matter (an incident with the plans that answer it, or a plan alone) has one set of clocks. The rule below compares what clocks
there are with what the matter needs now, so it may be asked at any moment and in any order, and asked twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from command_center.domain.levels import Level
from command_center.domain.vocabulary import ReportingClocks

REPORTABLE = frozenset(level for level in Level if level.rank >= Level.III.rank)
"""An incident of these levels is told to the district; a lighter one only when a plan runs for it."""


class ReportKind(StrEnum):
    """What is told: at once by phone, then in writing, then again and again, and when it is over."""

    PHONE = "phone"
    INITIAL = "initial"
    FOLLOW_UP = "followup"
    FINAL = "final"


class ReportState(StrEnum):
    """OPEN : its clock runs. DROPPED : a person decided that it is not needed. WITHDRAWN : the matter itself took it back."""

    OPEN = "open"
    SENT = "sent"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"


class Because(StrEnum):
    """Why a clock was withdrawn."""

    ENDED = "ended"
    """The matter is over: the final report takes the follow-up's place."""
    REOPENED = "reopened"
    """It was not over after all: there is no final report yet."""
    TAKEN_BACK = "taken_back"
    """A false alarm, or a plan that was rolled back, before the district was told anything."""
    MERGED = "merged"
    """The incident went into another one whose clock runs already, or whose report has been sent."""


SETTLED = frozenset({ReportState.OPEN, ReportState.SENT, ReportState.DROPPED})
"""States that stand for an obligation: running, met, or waived by a person. A withdrawn clock never was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One report with its deadline."""

    id: int
    kind: ReportKind
    number: int
    state: ReportState
    opened_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is reported on, as it stands now.

    level : the gravest of the open incident and its running plans. since : when it became reportable, None if nothing says so now.
    ended_at : None while it goes on. taken_back : a false alarm, or nothing but rolled-back plans.
    """

    level: Level
    since: datetime | None
    ended_at: datetime | None
    taken_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Start a clock."""

    kind: ReportKind
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The report is due earlier now."""

    id: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The clock stops without a report."""

    id: int
    because: Because


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """A clock of a merged incident goes on for the one it went into."""

    id: int
    number: int


Change = Open | Move | Withdraw | TakeOver


def changes(matter: Matter, clocks: Sequence[Clock], limits: ReportingClocks, now: datetime) -> list[Change]:
    """What has to change so that the clocks are those the matter needs."""
    settled = [clock for clock in clocks if clock.state in SETTLED]
    told = any(clock.state is ReportState.SENT for clock in clocks)
    if matter.taken_back and not told:
        return [Withdraw(id=clock.id, because=Because.TAKEN_BACK) for clock in settled if clock.state is ReportState.OPEN]
    if not settled and matter.since is None:
        return []
    found: list[Change] = []
    not_over_after_all = _open(clocks, ReportKind.FINAL) if matter.ended_at is None else []
    if matter.since is not None and all(clock in not_over_after_all for clock in settled):
        found += _first(clocks, limits, matter.since)
    return found + (_running(matter, clocks, limits, now) if matter.ended_at is None else _ended(matter.ended_at, matter, clocks, limits))


def _first(clocks: Sequence[Clock], limits: ReportingClocks, since: datetime) -> list[Change]:
    minutes = {ReportKind.PHONE: limits.street_to_district_phone, ReportKind.INITIAL: limits.street_to_district_written}
    return [
        Open(kind=kind, number=_next_number(clocks, kind), due_at=since + timedelta(minutes=allowed)) for kind, allowed in minutes.items()
    ]


def _running(matter: Matter, clocks: Sequence[Clock], limits: ReportingClocks, now: datetime) -> list[Change]:
    """The final report is not due yet; once the district knows, and no first report is open, a follow-up always is.

    So a first written report that a person dropped ends nothing: the follow-up takes its place. It comes sooner when the level rises.
    """
    found: list[Change] = [Withdraw(id=clock.id, because=Because.REOPENED) for clock in _open(clocks, ReportKind.FINAL)]
    due_at = now + timedelta(minutes=limits.followup[matter.level])
    waiting = _open(clocks, ReportKind.FOLLOW_UP)
    found += [Move(id=clock.id, due_at=due_at) for clock in waiting if due_at < clock.due_at]
    is_told = any(clock.state is ReportState.SENT for clock in clocks)
    if is_told and not waiting and not _open(clocks, ReportKind.INITIAL):
        found.append(Open(kind=ReportKind.FOLLOW_UP, number=_next_number(clocks, ReportKind.FOLLOW_UP), due_at=due_at))
    return found


def _ended(ended_at: datetime, matter: Matter, clocks: Sequence[Clock], limits: ReportingClocks) -> list[Change]:
    """The final report takes the place of every follow-up; of what was taken back it is the only one still owed.

    None is owed where a person dropped all that came before.
    """
    over = {ReportKind.FOLLOW_UP} | ({ReportKind.PHONE, ReportKind.INITIAL} if matter.taken_back else set())
    found: list[Change] = [
        Withdraw(id=clock.id, because=Because.ENDED) for clock in clocks if clock.kind in over and clock.state is ReportState.OPEN
    ]
    finals = [clock for clock in clocks if clock.kind is ReportKind.FINAL and clock.state in SETTLED and clock.opened_at >= ended_at]
    all_dropped = {clock.state for clock in clocks if clock.state in SETTLED} == {ReportState.DROPPED}
    if not finals and not all_dropped:
        due_at = ended_at + timedelta(minutes=limits.final_after_termination)
        found.append(Open(kind=ReportKind.FINAL, number=_next_number(clocks, ReportKind.FINAL), due_at=due_at))
    return found


def merged(own: Sequence[Clock], others: Iterable[Clock]) -> list[Change]:
    """What becomes of the clocks of merged incidents: one event now, so what either has told need not be told again.

    own : of the incident that lives on. others : of those that went into it; what was withdrawn stays with them.
    """
    held, found = {clock.id: clock for clock in own}, list[Change]()
    for other in sorted(others, key=lambda clock: (_SENT_FIRST[clock.state], clock.due_at, clock.id)):
        twin = _twin(held.values(), other)
        if other.state is ReportState.SENT and twin is not None and twin.state is ReportState.OPEN and other.kind in _ONCE:
            held[twin.id] = replace(twin, state=ReportState.WITHDRAWN)
            found.append(Withdraw(id=twin.id, because=Because.MERGED))
        if other.state is ReportState.SENT or (twin is None and other.state in SETTLED):
            number = other.number if _is_free(held.values(), other) else _next_number(held.values(), other.kind)
            held[other.id] = replace(other, number=number)
            found.append(TakeOver(id=other.id, number=number))
        elif other.state is ReportState.OPEN and twin is not None:
            found.append(Withdraw(id=other.id, because=Because.MERGED))
            if twin.state is ReportState.OPEN and other.due_at < twin.due_at:
                held[twin.id] = replace(twin, due_at=other.due_at)
                found.append(Move(id=twin.id, due_at=other.due_at))
    return found


_SENT_FIRST = {ReportState.SENT: 0, ReportState.OPEN: 1, ReportState.DROPPED: 2, ReportState.WITHDRAWN: 3}
_ONCE = frozenset({ReportKind.PHONE, ReportKind.INITIAL})


def _twin(own: Iterable[Clock], other: Clock) -> Clock | None:
    """The report that stands for the same obligation: any phone or first report, and an open one of the kinds that come again."""
    states = SETTLED if other.kind in _ONCE else {ReportState.OPEN}
    return next((clock for clock in own if clock.kind is other.kind and clock.state in states), None)


def _is_free(own: Iterable[Clock], other: Clock) -> bool:
    return all((clock.kind, clock.number) != (other.kind, other.number) for clock in own)


def _open(clocks: Iterable[Clock], kind: ReportKind) -> list[Clock]:
    return [clock for clock in clocks if clock.kind is kind and clock.state is ReportState.OPEN]


def _next_number(clocks: Iterable[Clock], kind: ReportKind) -> int:
    return 1 + max((clock.number for clock in clocks if clock.kind is kind), default=0)
