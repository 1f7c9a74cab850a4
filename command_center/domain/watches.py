"""Watches: who is on duty when, how one watch follows the other, and what a roster gets wrong.

Clock times are those of the street's own zone; moments are aware. A watch lasts until the next one starts by the clock on the wall,
so the pattern covers every moment once even where a zone changes its clocks.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise
from typing import Literal, TypeVar

CENTRE = "centre"
"""The post at the command centre's desk; every other post is a station's code."""

LONGEST_H = 24.0
"""Hours in a row after which a roster is called tiring (working value: one duty day)."""

SHORTEST_REST_H = 11.0
"""Hours off between two watches (working value; the daily rest of the EU working-time directive, 2003/88/EC article 3)."""

MOST_NIGHTS = 3
"""Nights in a row (working value)."""

NIGHT_ENDS = time(5, 0)
"""Who is on watch between midnight and now has lost the night."""

T = TypeVar("T")
Moments = tuple[datetime, datetime]


class WatchStatus(StrEnum):
    """How far a watch has come. on_duty and handing_over hold the post: their people answer for it."""

    SCHEDULED = "scheduled"
    ON_DUTY = "on_duty"
    HANDING_OVER = "handing_over"
    CLOSED = "closed"
    DROPPED = "dropped"


class Duty(StrEnum):
    """What somebody does on a watch."""

    LEADER = "leader"
    OFFICER = "officer"
    ASSISTANT = "assistant"
    CREW = "crew"


class PersonRole(StrEnum):
    """What somebody in the directory is; who is called on which duty."""

    COMMANDER = "commander"
    DEPUTY_COMMANDER = "deputy_commander"
    DUTY_LEADER = "duty_leader"
    DUTY_OFFICER = "duty_officer"
    DUTY_ASSISTANT = "duty_assistant"
    STATION_CHIEF = "station_chief"
    STATION_CREW = "station_crew"


class SwapStatus(StrEnum):
    """How far the wish to give a watch to somebody else has come."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"


WATCH_CHART: Mapping[WatchStatus, frozenset[WatchStatus]] = {
    WatchStatus.SCHEDULED: frozenset({WatchStatus.ON_DUTY, WatchStatus.DROPPED}),
    WatchStatus.ON_DUTY: frozenset({WatchStatus.HANDING_OVER, WatchStatus.CLOSED}),
    WatchStatus.HANDING_OVER: frozenset({WatchStatus.ON_DUTY, WatchStatus.CLOSED}),
    WatchStatus.CLOSED: frozenset(),
    WatchStatus.DROPPED: frozenset(),
}
"""A handover may be called off; a watch that was relieved without one closes straight from duty."""

HOLDS_POST = frozenset({WatchStatus.ON_DUTY, WatchStatus.HANDING_OVER})
OVER = frozenset({WatchStatus.CLOSED, WatchStatus.DROPPED})

SWAP_CHART: Mapping[SwapStatus, frozenset[SwapStatus]] = {
    SwapStatus.ASKED: frozenset({SwapStatus.APPROVED, SwapStatus.REFUSED}),
    SwapStatus.APPROVED: frozenset(),
    SwapStatus.REFUSED: frozenset(),
}

STATION_ROLES = frozenset({PersonRole.STATION_CHIEF, PersonRole.STATION_CREW})
DESK_DUTIES: Mapping[Duty, PersonRole] = {
    Duty.LEADER: PersonRole.DUTY_LEADER,
    Duty.OFFICER: PersonRole.DUTY_OFFICER,
    Duty.ASSISTANT: PersonRole.DUTY_ASSISTANT,
}
"""The seats at the centre, and who is called to them in turn."""


# ---- the pattern ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One watch as the pattern sets it. day, index : the local day it starts on, and which of that day's starts it is, from 0."""

    day: date
    index: int
    from_at: datetime
    to_at: datetime

    @property
    def number(self) -> str:
        """What the watch is called on paper: "20261123-1"."""
        return f"{self.day:%Y%m%d}-{self.index + 1}"


def slots(starts: Sequence[str], zone: tzinfo, from_at: datetime, to_at: datetime) -> tuple[Slot, ...]:
    """Every watch of the pattern that has a moment in [from_at, to_at), in order; each ends where the next begins.

    starts : clock times "HH:MM" in `zone`, rising.
    """
    first = from_at.astimezone(zone).date() - timedelta(days=2)
    last = to_at.astimezone(zone).date() + timedelta(days=2)
    begins: dict[datetime, tuple[date, int]] = {}
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        for index, start in enumerate(starts):
            begins.setdefault(datetime.combine(day, time.fromisoformat(start), zone).astimezone(UTC), (day, index))
    return tuple(
        Slot(day=begins[begin][0], index=begins[begin][1], from_at=begin, to_at=end)
        for begin, end in pairwise(sorted(begins))
        if end > from_at and begin < to_at
    )


def slot_at(starts: Sequence[str], zone: tzinfo, at: datetime) -> Slot:
    """The one watch of the pattern that covers a moment."""
    return next(slot for slot in slots(starts, zone, at, at + timedelta(microseconds=1)) if slot.from_at <= at < slot.to_at)


def not_before(now: datetime, *earlier: datetime | None) -> datetime:
    """A moment for the record: a clock that was set back does not let what follows happen before what it follows."""
    return max([now, *(it for it in earlier if it is not None)])


def in_turn(people: Sequence[T], turn: int) -> Sequence[T]:
    """The people in the order in which they are asked at this turn: everybody comes first once before anybody does twice."""
    start = turn % len(people) if people else 0
    return [*people[start:], *people[:start]]


def team_of_the_day(people: Sequence[T], day: date, size: int) -> Sequence[T]:
    """A station's people in teams of `size`, one team a day: a full day on, at least one off."""
    teams = [people[start : start + size] for start in range(0, len(people), size)]
    return teams[day.toordinal() % len(teams)] if teams else []


# ---- what a roster gets wrong ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedWatch:
    """A watch as the rules see it. people : person id -> duty."""

    number: str
    post: str
    from_at: datetime
    to_at: datetime
    people: Mapping[str, Duty]


HintKind = Literal["gap", "overlap", "missing", "two_places", "too_long", "short_rest", "nights"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something to look at before the day comes. What does not apply is None.

    value : hours for too_long and short_rest, nights for nights, people for missing.
    """

    kind: HintKind
    from_at: datetime
    to_at: datetime
    post: str | None = None
    number: str | None = None
    duty: Duty | None = None
    person: str | None = None
    value: float | None = None


def gaps(covered: Iterable[Moments], from_at: datetime, to_at: datetime) -> list[Moments]:
    """The stretches of [from_at, to_at) that nothing covers, in order."""
    found, reached = [], from_at
    for begin, end in sorted(covered):
        if begin >= to_at:
            break
        if begin > reached:
            found.append((reached, begin))
        reached = max(reached, end)
    return [*found, (reached, to_at)] if reached < to_at else found


def overlaps(watches: Iterable[PlannedWatch]) -> list[tuple[PlannedWatch, PlannedWatch]]:
    """Watches of one post that begin while another one lasts: (the one that lasts longest, the one that begins)."""
    found = []
    lasting: dict[str, PlannedWatch] = {}
    for watch in sorted(watches, key=lambda watch: (watch.from_at, watch.to_at)):
        held = lasting.get(watch.post)
        if held is not None and watch.from_at < held.to_at:
            found.append((held, watch))
        if held is None or watch.to_at > held.to_at:
            lasting[watch.post] = watch
    return found


def missing(watch: PlannedWatch, crew: int) -> Iterator[Hint]:
    """The seats of a watch that nobody has. crew : how many people a station's watch has, its leader included."""
    duties = list(watch.people.values())
    wanted = DESK_DUTIES if watch.post == CENTRE else (Duty.LEADER,)
    for duty in wanted:
        if duty not in duties:
            yield _of_watch("missing", watch, duty=duty, value=1)
    if watch.post != CENTRE and len(duties) < crew and duties:
        yield _of_watch("missing", watch, duty=Duty.CREW, value=crew - len(duties))


def _of_watch(kind: HintKind, watch: PlannedWatch, *, duty: Duty | None = None, value: float | None = None) -> Hint:
    return Hint(kind=kind, post=watch.post, number=watch.number, from_at=watch.from_at, to_at=watch.to_at, duty=duty, value=value)


def stints(watches: Iterable[PlannedWatch]) -> dict[str, list[Moments]]:
    """Person -> the stretches on watch, in order; watches that touch are one stretch."""
    found: dict[str, list[Moments]] = defaultdict(list)
    for watch in sorted(watches, key=lambda watch: (watch.from_at, watch.to_at)):
        for person in watch.people:
            own = found[person]
            if own and watch.from_at <= own[-1][1]:
                own[-1] = (own[-1][0], max(own[-1][1], watch.to_at))
            else:
                own.append((watch.from_at, watch.to_at))
    return dict(found)


def two_places(watches: Iterable[PlannedWatch]) -> list[tuple[str, PlannedWatch, PlannedWatch]]:
    """Who would be on two watches at once: (person, the one watch, the other)."""
    found = []
    last: dict[str, PlannedWatch] = {}
    for watch in sorted(watches, key=lambda watch: (watch.from_at, watch.to_at)):
        for person in watch.people:
            held = last.get(person)
            if held is not None and watch.from_at < held.to_at:
                found.append((person, held, watch))
            if held is None or watch.to_at > held.to_at:
                last[person] = watch
    return found


def fatigue(watches: Iterable[PlannedWatch], zone: tzinfo) -> list[Hint]:
    """Who is on watch for too long, rests too little, or has too many nights in a row."""
    return [hint for person, own in sorted(stints(watches).items()) for hint in _fatigue_of(person, own, zone)]


def _fatigue_of(person: str, own: Sequence[Moments], zone: tzinfo) -> Iterator[Hint]:
    for begin, end in own:
        if (hours := _hours(begin, end)) > LONGEST_H:
            yield Hint(kind="too_long", person=person, from_at=begin, to_at=end, value=hours)
    for (_, end), (begin, _) in pairwise(own):
        if (hours := _hours(end, begin)) < SHORTEST_REST_H:
            yield Hint(kind="short_rest", person=person, from_at=end, to_at=begin, value=hours)
    for nights in _in_a_row(_nights(own, zone)):
        if len(nights) > MOST_NIGHTS:
            begin, end = (datetime.combine(day, at, zone).astimezone(UTC) for day, at in ((nights[0], time()), (nights[-1], NIGHT_ENDS)))
            yield Hint(kind="nights", person=person, from_at=begin, to_at=end, value=len(nights))


def _hours(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() / 3600


def _nights(own: Sequence[Moments], zone: tzinfo) -> list[date]:
    """The days whose small hours somebody was on watch."""
    found = set()
    for begin, end in own:
        day = begin.astimezone(zone).date()
        while datetime.combine(day, time(), zone) < end:
            if datetime.combine(day, NIGHT_ENDS, zone) > begin:
                found.add(day)
            day += timedelta(days=1)
    return sorted(found)


def _in_a_row(days: Sequence[date]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def hints(
    watches: Sequence[PlannedWatch], *, posts: Sequence[str], from_at: datetime, to_at: datetime, zone: tzinfo, crew: Mapping[str, int]
) -> list[Hint]:
    """Everything a roster gets wrong between two moments, in order of time.

    posts : who has to be covered. crew : post -> people a watch there has.
    """
    found = fatigue(watches, zone)
    for post in posts:
        covered = [(watch.from_at, watch.to_at) for watch in watches if watch.post == post]
        found += [Hint(kind="gap", post=post, from_at=begin, to_at=end) for begin, end in gaps(covered, from_at, to_at)]
    for watch in watches:
        found += missing(watch, crew.get(watch.post, 0))
    found += [_of_watch("overlap", later) for _, later in overlaps(watches)]
    found += [
        Hint(kind="two_places", person=person, post=later.post, number=later.number, from_at=later.from_at, to_at=later.to_at)
        for person, _, later in two_places(watches)
    ]
    return sorted(found, key=lambda hint: (hint.from_at, hint.to_at, hint.kind, hint.post or "", hint.person or ""))
