"""The stations' roll call: asked of all at once by message and on the crew cards, answered there, by a link, or by phone at the desk.

Locks: the turn "roll_call", then the roll call, then a station's line.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Person, RollCall, RollCallAnswer, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, NotPermitted, UnknownLink, UnknownPost, UnknownRollCall
from command_center.domain.rights import SYSTEM, Actor, Right, Role
from command_center.domain.text import Text
from command_center.services import messages
from command_center.services.notices import address_of
from command_center.services.watches import watch_on_duty
from command_center.words import N_, translator

TURN = "roll_call"

MOST_ON_DUTY = 200
"""More people than this at one station is a typing error."""

LONGEST_NOTE = 200

QUESTION = N_("Roll call of %(station)s: how many are on duty? %(expected)s are expected. Please answer by %(due)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAnswer:
    """One station's line. on_duty None: not answered yet; late: answered, or still silent, after the limit.

    link : of the page on which it can answer. asked_by : kind of the message service that took the question; None where a person has to.
    """

    station: str
    expected: int
    on_duty: int | None
    note: str
    link: str | None
    asked_by: str | None
    asked_at: datetime | None
    way: str | None
    answered_by: str | None
    answered_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallView:
    """A roll call with its stations in the catalogue's order."""

    id: int
    started_at: datetime
    started_by: str
    due_at: datetime
    stations: tuple[StationAnswer, ...]

    @property
    def silent(self) -> tuple[StationAnswer, ...]:
        """Who has not answered yet: to be phoned."""
        return tuple(it for it in self.stations if it.on_duty is None)


# ---- asking -----------------------------------------------------------------------------------------------------------------------


def start_roll_call(center: Center, actor: Actor) -> int:
    """Ask every station who is there; returns the roll call's id. One that still runs is not asked a second time."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        running = _running(work)
        if running is not None:
            return running
        for old in work.session.scalars(select(RollCall).where(RollCall.closed_at.is_(None))):
            old.closed_at = work.now
        minutes = center.catalogue.handover.rules.roll_call_min
        due_at = work.now + timedelta(minutes=minutes)
        call = work.add(RollCall(started_at=work.now, started_by=actor.name, due_at=due_at, answers=0))
        stations = center.catalogue.stations.values()
        for station in stations:
            expected = _expected(work.session, work.now, station.code, station.crew_per_shift)
            link = secrets.token_urlsafe(16)
            work.session.add(RollCallAnswer(roll_call_id=call.id, station_code=station.code, expected=expected, note="", link=link))
        work.record(events.RollCallStarted(roll_call_id=call.id, stations=len(stations), minutes=minutes))
        return call.id


def _running(work: Work) -> int | None:
    """The newest roll call, while its time is not over and somebody has still to answer."""
    silent = select(RollCall.id).where(RollCall.due_at > work.now, RollCall.closed_at.is_(None))
    return work.session.scalars(silent.order_by(RollCall.id.desc()).limit(1)).one_or_none()


def _expected(session: Session, at: datetime, station: str, by_default: int) -> int:
    watch = watch_on_duty(session, at, station)
    return by_default if watch is None or not watch.members else len(watch.members)


@dataclass(frozen=True, slots=True)
class _Question:
    station: str
    addresses: tuple[str, ...]
    text: str
    link: str


def ask_stations(center: Center, roll_call_id: int) -> None:
    """Hand the question to the message service of every station that is silent and was not asked yet: its own, else those of the people
    on its watch. What was carried is kept even if a later one fails.

    Raises ChannelFailed when a service refused; the next try goes to those only.
    """
    refused = ""
    for question in _questions(center, roll_call_id):
        page = f"\n{center.public_url}/q/{question.link}" if center.public_url else ""
        try:
            for address in question.addresses:
                notice = messages.Notice(channel=address, title=question.text[:60], body=f"{question.text}{page}")
                service = messages.deliver(center, notice)
                _note_asked(center, roll_call_id, question.station, service)
        except messages.ChannelFailed as error:
            refused = str(error)
    if refused:
        raise messages.ChannelFailed(refused)


def _questions(center: Center, roll_call_id: int) -> list[_Question]:
    """What is still to be sent, in order of station; those that only a person can ask are left out."""
    say = translator(center.language)
    with center.read() as session:
        call = session.get_one(RollCall, roll_call_id)
        if call.closed_at is not None:
            return []
        waiting = select(RollCallAnswer).where(
            RollCallAnswer.roll_call_id == roll_call_id, RollCallAnswer.answered_at.is_(None), RollCallAnswer.asked_at.is_(None)
        )
        found = []
        for line in session.scalars(waiting.order_by(RollCallAnswer.station_code)):
            words = {
                "station": station_name(center, line.station_code).in_(center.language),
                "expected": line.expected,
                "due": f"{call.due_at.astimezone(center.zone):%H:%M}",
            }
            addresses = _addresses(session, center.now(), line.station_code)
            found.append(_Question(line.station_code, addresses, say(QUESTION) % words, line.link or ""))
        return [it for it in found if it.addresses]


def _addresses(session: Session, at: datetime, station: str) -> tuple[str, ...]:
    own = address_of(session, "station", station)
    if own is not None:
        return (own,)
    watch = watch_on_duty(session, at, station)
    people = [] if watch is None else [it.person_id for it in watch.members]
    channels = (
        select(Person.channel).where(Person.id.in_(people), Person.left_at.is_(None), Person.channel.is_not(None)).order_by(Person.id)
    )
    return tuple(channel for channel in session.scalars(channels) if channel)


def _note_asked(center: Center, roll_call_id: int, station: str, service: str) -> None:
    with center.work(SYSTEM) as work:
        line = work.session.get_one(RollCallAnswer, (roll_call_id, station), with_for_update=True)
        line.asked_by, line.asked_at = service[:24], work.now


def mark_asked(work: Work, roll_call_id: int) -> None:
    """Say how many stations a message went to, and how many are left for the telephone."""
    lines = work.session.scalars(select(RollCallAnswer).where(RollCallAnswer.roll_call_id == roll_call_id)).all()
    reached = sum(it.asked_at is not None for it in lines)
    work.record(events.RollCallAsked(roll_call_id=roll_call_id, reached=reached, by_hand=len(lines) - reached))


def mark_unanswered(work: Work, roll_call_id: int) -> None:
    """The time is over: say which stations are silent, if any are."""
    silent = select(RollCallAnswer.station_code).where(RollCallAnswer.roll_call_id == roll_call_id, RollCallAnswer.answered_at.is_(None))
    posts = list(work.session.scalars(silent.order_by(RollCallAnswer.station_code)))
    if posts and work.session.get_one(RollCall, roll_call_id).closed_at is None:
        work.record(events.RollCallUnanswered(roll_call_id=roll_call_id, posts=posts))


# ---- answering --------------------------------------------------------------------------------------------------------------------


def answer_roll_call(center: Center, roll_call_id: int, station: str, on_duty: int, actor: Actor, note: str = "") -> None:
    """Say how many people a station has on duty: its own crew does, or the desk for who answered by phone.

    A later word replaces an earlier one, and a late answer is still an answer.
    Raises UnknownRollCall, UnknownPost, NotPermitted (a crew for another station), Invalid (on_duty).
    """
    with center.work(actor) as work:
        _answer_in(work, roll_call_id, station, on_duty, note, _way(work, station, actor))


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallPage:
    """What a station sees behind its link."""

    roll_call_id: int
    station: str
    name: Text
    expected: int
    on_duty: int | None
    note: str
    due_at: datetime
    answered_at: datetime | None


def page_by_link(center: Center, link: str) -> RollCallPage:
    """The question behind a link, until the stations are asked anew. Raises UnknownLink."""
    newest = select(func.max(RollCall.id)).scalar_subquery()
    query = select(RollCallAnswer, RollCall).join(RollCall, RollCall.id == RollCallAnswer.roll_call_id)
    with center.read() as session:
        found = session.execute(query.where(RollCallAnswer.link == link, RollCall.id == newest)).first()
    if found is None:
        raise UnknownLink
    line, call = found
    return RollCallPage(
        roll_call_id=call.id,
        station=line.station_code,
        name=station_name(center, line.station_code),
        expected=line.expected,
        on_duty=line.on_duty,
        note=line.note,
        due_at=call.due_at,
        answered_at=line.answered_at,
    )


def answer_by_link(center: Center, link: str, on_duty: int, note: str = "") -> None:
    """A station answers for itself without an account; a later word replaces an earlier one. Raises UnknownLink, Invalid (on_duty)."""
    asked = page_by_link(center, link)
    with center.work(Actor(name=asked.name.in_(center.language), role=Role.CREW)) as work:
        _answer_in(work, asked.roll_call_id, asked.station, on_duty, note, "link")


def station_name(center: Center, code: str) -> Text:
    """A station's name; its code where the street no longer has it."""
    station = center.catalogue.stations.get(code)
    return Text(code, code) if station is None else station.name


def _answer_in(work: Work, roll_call_id: int, station: str, on_duty: int, note: str, way: str) -> None:
    if not 0 <= on_duty <= MOST_ON_DUTY:
        raise Invalid(field="on_duty", value=on_duty)
    work.take_turns(TURN)
    call = work.get(RollCall, roll_call_id, UnknownRollCall(roll_call=roll_call_id))
    line = work.session.get(RollCallAnswer, (roll_call_id, station), with_for_update=True)
    if line is None:
        raise UnknownPost(post=station)
    call.answers += line.answered_at is None
    line.on_duty, line.note, line.way = on_duty, note.strip()[:LONGEST_NOTE], way
    line.answered_by, line.answered_at = work.actor.name, work.now
    work.session.flush()
    if call.closed_at is None and _all_have_answered(work.session, roll_call_id):
        call.closed_at = work.now
    work.record(
        events.RollCallAnswered(roll_call_id=roll_call_id, post=station, on_duty=on_duty, expected=line.expected, way=way, note=line.note)
    )


def _all_have_answered(session: Session, roll_call_id: int) -> bool:
    silent = select(RollCallAnswer.station_code).where(RollCallAnswer.roll_call_id == roll_call_id, RollCallAnswer.answered_at.is_(None))
    return session.scalars(silent.limit(1)).first() is None


def _way(work: Work, station: str, actor: Actor) -> str:
    if actor.may(Right.KEEP_ROSTER):
        return "phone"
    actor.require(Right.REPORT_OWN_STATUS)
    unit = None if actor.unit_id is None else work.session.get(Unit, actor.unit_id)
    if unit is None or unit.station_code != station:
        raise NotPermitted(role=actor.role.value, right=Right.KEEP_ROSTER.value)
    return "card"


# ---- looking ----------------------------------------------------------------------------------------------------------------------


def roll_call(center: Center, roll_call_id: int | None = None) -> RollCallView | None:
    """One roll call, or the newest; None when there was none yet. Raises UnknownRollCall."""
    newest = select(RollCall).order_by(RollCall.id.desc()).limit(1)
    with center.read() as session:
        call = session.scalars(newest).one_or_none() if roll_call_id is None else session.get(RollCall, roll_call_id)
        if call is None and roll_call_id is not None:
            raise UnknownRollCall(roll_call=roll_call_id)
        return None if call is None else _view(center, session, call)


def _view(center: Center, session: Session, call: RollCall) -> RollCallView:
    lines = {it.station_code: it for it in session.scalars(select(RollCallAnswer).where(RollCallAnswer.roll_call_id == call.id))}
    order = [*center.catalogue.stations, *sorted(lines.keys() - center.catalogue.stations.keys())]
    answers = tuple(_answer(lines[code], call, center.now()) for code in order if code in lines)
    return RollCallView(id=call.id, started_at=call.started_at, started_by=call.started_by, due_at=call.due_at, stations=answers)


def _answer(line: RollCallAnswer, call: RollCall, now: datetime) -> StationAnswer:
    return StationAnswer(
        station=line.station_code,
        expected=line.expected,
        on_duty=line.on_duty,
        note=line.note,
        link=line.link,
        asked_by=line.asked_by,
        asked_at=line.asked_at,
        way=line.way,
        answered_by=line.answered_by,
        answered_at=line.answered_at,
        late=(line.answered_at or now) > call.due_at,
    )
