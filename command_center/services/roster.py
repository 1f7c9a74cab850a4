"""The roster: watches made ahead by the pattern, people seated in turn or by hand, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Person, Watch, WatchMember
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, PersonBusy, UnknownPerson, UnknownWatch, WatchesOverlap, WatchIsOver
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.domain.status import advance
from command_center.domain.text import Text
from command_center.domain.watches import (
    CENTRE,
    DESK_DUTIES,
    OVER,
    WATCH_CHART,
    Duty,
    Hint,
    Moments,
    PersonRole,
    Slot,
    WatchStatus,
    hints,
    in_turn,
    slots,
    team_of_the_day,
)
from command_center.services.people import present
from command_center.services.watches import TURN, WatchView, call_up, known_post, planned, posts, watch_views, watches_between

MOST_WEEKS = 26
DEMO_WEEKS = 2
"""How far ahead the demo roster is kept while nobody has touched it."""

LONGEST_WATCH = timedelta(hours=72)
"""A watch that is longer is a typing error."""

Seats = Mapping[str, Duty]
"""Person id -> duty."""


# ---- by the pattern ------------------------------------------------------------------------------------------------------------


def fill_roster(center: Center, weeks: int, actor: Actor) -> int:
    """Make the watches of every post that are missing from now to so many weeks ahead, and seat the directory in turn.

    Returns how many were made; what people rostered stays, made-up watches that have not begun give way. Raises Invalid (weeks).
    """
    actor.require(Right.KEEP_ROSTER)
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(field="weeks", value=weeks)
    with center.work(actor) as work:
        work.take_turns(TURN)
        for made_up in watches_between(work.session, work.now, work.now + timedelta(weeks=MOST_WEEKS)):
            if gives_way(made_up) and made_up.from_at > work.now:
                drop(made_up)
        work.session.flush()
        return fill_in(center, work, weeks, "own")


def gives_way(watch: Watch) -> bool:
    """Whether a watch is made up and has not begun: real ones take its place."""
    return watch.basis == "demo" and watch.status is WatchStatus.SCHEDULED


def drop(watch: Watch) -> None:
    """Take a watch off the roster; it stays on the record."""
    watch.status = advance(WATCH_CHART, watch.status, WatchStatus.DROPPED, subject=watch.number)


def keep_demo_roster(center: Center) -> int:
    """Keep a roster of made-up people ahead for as long as the street has written none of its own; returns how many watches that took."""
    with center.work(SYSTEM) as work:
        if work.session.scalar(select(Watch.id).where(Watch.basis != "demo").limit(1)) is not None:
            return 0
        return fill_in(center, work, DEMO_WEEKS, "demo")


def fill_in(center: Center, work: Work, weeks: int, basis: str) -> int:
    """`fill_roster` within another act. basis : how sure the seats are, "demo" or "own"."""
    work.take_turns(TURN)
    until = work.now + timedelta(weeks=weeks)
    ahead = slots(center.watch_pattern.starts, center.zone, work.now, until)
    seating = _Seating(center, work.session, ahead[0].from_at, ahead[-1].to_at)
    made = [watch for post in posts(center) for watch in _missing(seating, ahead, post, basis)]
    if made:
        work.session.add_all(made)
        for post in posts(center):
            call_up(work, post)
        work.record(events.RosterFilled(watches=len(made), until=f"{until.astimezone(center.zone):%Y-%m-%d}"))
    return len(made)


def _missing(seating: "_Seating", ahead: Sequence[Slot], post: str, basis: str) -> Iterable[Watch]:
    for slot in ahead:
        if not _meets(seating.covered[post], slot.from_at, slot.to_at):
            watch = Watch(
                number=_free_number(slot.number, seating.numbers[post]),
                post=post,
                from_at=slot.from_at,
                to_at=slot.to_at,
                status=WatchStatus.SCHEDULED,
                on_board=False,
                changes=0,
                basis=basis,
            )
            watch.members = [WatchMember(person_id=person_id, duty=duty) for person_id, duty in seating.of(slot, post).items()]
            seating.numbers[post].add(watch.number)
            yield watch


def _meets(covered: Iterable[Moments], from_at: datetime, to_at: datetime) -> bool:
    return any(begin < to_at and end > from_at for begin, end in covered)


def _free_number(wanted: str, taken: Iterable[str]) -> str:
    """The number itself, or the day's next one that is free."""
    day, _, first = wanted.rpartition("-")
    number, used = int(first), set(taken)
    while f"{day}-{number}" in used:
        number += 1
    return f"{day}-{number}"


class _Seating:
    """Who is asked for which seat: everybody in turn, nobody who is on another watch at that time."""

    def __init__(self, center: Center, session: Session, from_at: datetime, to_at: datetime) -> None:
        self._center = center
        self._at_desk = {duty: [it.id for it in present(session, [role])] for duty, role in DESK_DUTIES.items()}
        self._crews: dict[str, list[str]] = defaultdict(list)
        for member in present(session, [PersonRole.STATION_CREW]):
            self._crews[member.station_code or ""].append(member.id)
        self._busy: dict[str, list[Moments]] = defaultdict(list)
        self.covered: dict[str, list[Moments]] = defaultdict(list)
        self.numbers: dict[str, set[str]] = defaultdict(set)
        a_day = timedelta(days=1)
        for watch in watches_between(session, from_at - a_day, to_at + a_day):
            self.covered[watch.post].append((watch.from_at, watch.to_at))
            self.numbers[watch.post].add(watch.number)
            for member_id in planned(watch).people:
                self._busy[member_id].append((watch.from_at, watch.to_at))

    def of(self, slot: Slot, post: str) -> dict[str, Duty]:
        """The seats of one watch: the leader changes by the day, officers by the watch, a station's team by the day."""
        seats = self._desk(slot) if post == CENTRE else self._team(slot, post)
        for person_id in seats:
            self._busy[person_id].append((slot.from_at, slot.to_at))
        return seats

    def _desk(self, slot: Slot) -> dict[str, Duty]:
        seats: dict[str, Duty] = {}
        by_day = slot.day.toordinal()
        by_watch = by_day * len(self._center.watch_pattern.starts) + slot.index
        for duty, candidates in self._at_desk.items():
            asked = in_turn(candidates, by_day if duty is Duty.LEADER else by_watch)
            free = next((it for it in asked if not _meets(self._busy[it], slot.from_at, slot.to_at)), None)
            if free is not None:
                seats[free] = duty
        return seats

    def _team(self, slot: Slot, post: str) -> dict[str, Duty]:
        size = self._center.catalogue.stations[post].crew_per_shift
        team = team_of_the_day(self._crews[post], slot.day, size)
        free = [it for it in team if not _meets(self._busy[it], slot.from_at, slot.to_at)]
        return {it: Duty.CREW if number else Duty.LEADER for number, it in enumerate(free)}


# ---- by hand -------------------------------------------------------------------------------------------------------------------


def add_watch(center: Center, post: str, from_at: datetime, to_at: datetime, seats: Seats, actor: Actor) -> int:
    """Put one watch in, of whatever length; returns its id.

    Made-up watches give way. Raises UnknownPost, Invalid (to_at), WatchesOverlap, UnknownPerson, PersonBusy.
    """
    actor.require(Right.KEEP_ROSTER)
    known_post(center, post)
    if not timedelta(0) < to_at - from_at <= LONGEST_WATCH or to_at <= center.now():
        raise Invalid(field="to_at", value=to_at.isoformat())
    with center.work(actor) as work:
        work.take_turns(TURN)
        for other in watches_between(work.session, from_at, to_at, post):
            if not gives_way(other):
                raise WatchesOverlap(post=post, number=other.number)
            drop(other)
        work.session.flush()
        watch = new_watch(center, work.session, post, from_at, to_at)
        work.add(watch)
        seat(work, watch, seats)
        call_up(work, post)
        work.record(events.WatchAdded(watch_id=watch.id, number=watch.number, post=post))
        return watch.id


def new_watch(center: Center, session: Session, post: str, from_at: datetime, to_at: datetime) -> Watch:
    """An empty watch with the day's next number, not yet in the database."""
    day = f"{from_at.astimezone(center.zone):%Y%m%d}"
    of_the_day = select(Watch.number).where(Watch.post == post, Watch.number.startswith(f"{day}-", autoescape=True))
    taken = session.scalars(of_the_day.where(Watch.status != WatchStatus.DROPPED))
    starts = slots(center.watch_pattern.starts, center.zone, from_at, from_at + timedelta(microseconds=1))
    wanted = next((slot.number for slot in starts if slot.from_at == from_at), f"{day}-1")
    number = _free_number(wanted, taken)
    return Watch(
        number=number, post=post, from_at=from_at, to_at=to_at, status=WatchStatus.SCHEDULED, on_board=False, changes=0, basis="own"
    )


def seat_people(center: Center, watch_id: int, seats: Seats, actor: Actor) -> None:
    """Say who is on a watch that is not over. Raises UnknownWatch, WatchIsOver, UnknownPerson, PersonBusy."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        watch = open_watch(work, watch_id)
        seat(work, watch, seats)
        work.session.flush()
        people = [it.person.name_zh for it in watch.members]
        work.record(events.WatchPeopleSet(watch_id=watch.id, number=watch.number, post=watch.post, people=people))


def open_watch(work: Work, watch_id: int) -> Watch:
    """A watch that can still be changed, locked. Raises UnknownWatch, WatchIsOver."""
    watch = work.get(Watch, watch_id, UnknownWatch(watch=watch_id))
    if watch.status in OVER or (watch.status is WatchStatus.SCHEDULED and watch.to_at <= work.now):
        raise WatchIsOver(number=watch.number)
    return watch


def seat(work: Work, watch: Watch, seats: Seats) -> None:
    """Make these the people of a watch, within another act. Raises UnknownPerson, PersonBusy."""
    held = {it.person_id: it for it in watch.members}
    known = {it.id: it for it in work.session.scalars(select(Person).where(Person.id.in_(seats)))}
    for person_id in seats:
        if person_id not in known or (known[person_id].left_at is not None and person_id not in held):
            raise UnknownPerson(person=person_id)
    for person_id, number in busy(work.session, seats, watch.from_at, watch.to_at, but=[watch.id]).items():
        raise PersonBusy(person=known[person_id].name_zh, number=number)
    for person_id in held.keys() - seats.keys():
        watch.members.remove(held[person_id])
    for person_id, duty in seats.items():
        if person_id in held:
            held[person_id].duty = duty
        else:
            watch.members.append(WatchMember(person_id=person_id, person=known[person_id], duty=duty))
    watch.changes += 1
    watch.basis = "own"


def busy(session: Session, people: Iterable[str], from_at: datetime, to_at: datetime, but: Iterable[int]) -> dict[str, str]:
    """Who of these people is on another watch at that time: person id -> the watch's number. but : ids of watches that do not count."""
    query = (
        select(WatchMember.person_id, Watch.number)
        .join(Watch, Watch.id == WatchMember.watch_id)
        .where(WatchMember.person_id.in_(list(people)), Watch.from_at < to_at, Watch.to_at > from_at)
        .where(Watch.status.not_in(OVER), Watch.id.not_in(list(but)))
    )
    return {person_id: number for person_id, number in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy


def drop_watch(center: Center, watch_id: int, actor: Actor) -> None:
    """Take a watch off the roster that has not begun. Raises UnknownWatch, WatchIsOver."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        watch = work.get(Watch, watch_id, UnknownWatch(watch=watch_id))
        if watch.status is not WatchStatus.SCHEDULED:
            raise WatchIsOver(number=watch.number)
        drop(watch)
        call_up(work, watch.post)
        work.record(events.WatchDropped(watch_id=watch.id, number=watch.number, post=watch.post))


# ---- reading it ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The watches of some days as they are printed, with what is wrong with them. pattern : its name for people.

    names : person id -> name, of everybody the watches and the hints speak of.
    """

    from_at: datetime
    to_at: datetime
    pattern: Text
    watches: Sequence[WatchView]
    hints: Sequence[Hint]
    names: Mapping[str, Text]


AROUND = timedelta(days=4)
"""How far before and after the days asked for a stretch of nights is looked at."""


def roster(center: Center, from_at: datetime, to_at: datetime) -> Roster:
    """The roster from one moment to another. Hints about tired people look a few days past both ends."""
    crew = {code: station.crew_per_shift for code, station in center.catalogue.stations.items()}
    with center.read() as session:
        around = watches_between(session, from_at - AROUND, to_at + AROUND)
        found = hints([planned(watch) for watch in around], posts=posts(center), from_at=from_at, to_at=to_at, zone=center.zone, crew=crew)
        views = watch_views(center, around)
    return Roster(
        from_at=from_at,
        to_at=to_at,
        pattern=center.watch_pattern.name,
        watches=[view for view in views if view.from_at < to_at and view.to_at > from_at],
        hints=[hint for hint in found if hint.from_at < to_at and hint.to_at > from_at],
        names={person.person_id: person.name for view in views for person in view.people},
    )
