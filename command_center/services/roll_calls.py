"""The stations' roll call: asked of all at once, answered by their crews or ticked at the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import RollCall, RollCallAnswer, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, NotPermitted, UnknownPost, UnknownRollCall
from command_center.domain.rights import Actor, Right
from command_center.services.watches import watch_on_duty

ANSWER_LIMIT = timedelta(minutes=10)
"""How long a station may take to answer (working value: the ten minutes in which a community phones the street)."""

MOST_ON_DUTY = 200
"""More people than this at one station is a typing error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationAnswer:
    """One station's line. on_duty None: not answered yet; late: answered, or still silent, after the limit."""

    station: str
    expected: int
    on_duty: int | None
    note: str
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


def start_roll_call(center: Center, actor: Actor) -> int:
    """Ask every station who is there; returns the roll call's id. One that still runs is not asked a second time."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns("roll_call")
        running = _running(work)
        if running is not None:
            return running
        call = work.add(RollCall(started_at=work.now, started_by=actor.name, due_at=work.now + ANSWER_LIMIT))
        stations = center.catalogue.stations.values()
        for station in stations:
            expected = _expected(work.session, work.now, station.code, station.crew_per_shift)
            work.session.add(RollCallAnswer(roll_call_id=call.id, station_code=station.code, expected=expected, note=""))
        minutes = int(ANSWER_LIMIT.total_seconds() // 60)
        work.record(events.RollCallStarted(roll_call_id=call.id, stations=len(stations), minutes=minutes))
        return call.id


def _running(work: Work) -> int | None:
    """The newest roll call, while its time is not over and somebody has still to answer."""
    silent = select(RollCall.id).join(RollCallAnswer).where(RollCall.due_at > work.now, RollCallAnswer.answered_at.is_(None))
    return work.session.scalars(silent.order_by(RollCall.id.desc()).limit(1)).one_or_none()


def _expected(session: Session, at: datetime, station: str, by_default: int) -> int:
    watch = watch_on_duty(session, at, station)
    return by_default if watch is None or not watch.members else len(watch.members)


def answer_roll_call(center: Center, roll_call_id: int, station: str, on_duty: int, actor: Actor, note: str = "") -> None:
    """Say how many people a station has on duty: its own crew does, or the desk for who answered by phone.

    A later word replaces an earlier one, and a late answer is still an answer.
    Raises UnknownRollCall, UnknownPost, NotPermitted (a crew for another station), Invalid (on_duty).
    """
    if not 0 <= on_duty <= MOST_ON_DUTY:
        raise Invalid(field="on_duty", value=on_duty)
    with center.work(actor) as work:
        way = _way(work, station, actor)
        work.take_turns("roll_call")
        if work.session.get(RollCall, roll_call_id) is None:
            raise UnknownRollCall(roll_call=roll_call_id)
        line = work.session.get(RollCallAnswer, (roll_call_id, station), with_for_update=True)
        if line is None:
            raise UnknownPost(post=station)
        line.on_duty, line.note, line.way = on_duty, note.strip()[:200], way
        line.answered_by, line.answered_at = actor.name, work.now
        work.record(
            events.RollCallAnswered(
                roll_call_id=roll_call_id, post=station, on_duty=on_duty, expected=line.expected, way=way, note=line.note
            )
        )


def _way(work: Work, station: str, actor: Actor) -> str:
    if actor.may(Right.KEEP_ROSTER):
        return "phone"
    actor.require(Right.REPORT_OWN_STATUS)
    unit = None if actor.unit_id is None else work.session.get(Unit, actor.unit_id)
    if unit is None or unit.station_code != station:
        raise NotPermitted(role=actor.role.value, right=Right.KEEP_ROSTER.value)
    return "card"


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
        way=line.way,
        answered_by=line.answered_by,
        answered_at=line.answered_at,
        late=(line.answered_at or now) > call.due_at,
    )
