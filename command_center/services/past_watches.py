"""How a past time was for whoever drove then: the weather on the roads, which of them were closed, and who could be sent at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import CoverageReading, LogEntry, RoadClosure, Unit
from command_center.domain.closures import Blocked, blocked_of
from command_center.domain.events import GuardNamed, UnitStatusSet
from command_center.domain.road_weather import RoadWeather
from command_center.domain.status import UnitStatus
from command_center.services.road_conditions import RoadsNow

READING_HOLDS = timedelta(hours=1)
"""The circle is read every five minutes; a reading older than this says nothing about the beginning of a watch."""

_UNFIT = frozenset({UnitStatus.CHARGING.value, UnitStatus.OUT_OF_SERVICE.value})


@dataclass(frozen=True, slots=True)
class WeatherFrom:
    at: datetime
    weather: RoadWeather


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedRoad:
    """A closure as it was driven round: from when it was proposed. until : None while it stands."""

    closure_id: int
    blocked: Blocked
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A time in which a unit could not be sent, cut to the watch."""

    unit_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastWatch:
    """weather : from the beginning on, empty when nobody kept it; then roads are taken as dry."""

    since: datetime
    until: datetime
    weather: tuple[WeatherFrom, ...]
    closed: tuple[ClosedRoad, ...]
    unfit: tuple[Unfit, ...]

    def roads(self, center: Center) -> Iterator[tuple[datetime, RoadsNow]]:
        """The roads as they were, from each moment at which they changed; the first is the beginning."""
        changes = {one.at for one in self.weather} | {
            moment for one in self.closed for moment in (one.since, one.until) if moment is not None
        }
        before: RoadsNow | None = None
        for at in sorted({self.since, *(moment for moment in changes if self.since < moment < self.until)}):
            now = RoadsNow(router=center.roads, catalogue=center.catalogue, weather=self._weather_at(at), blocked=self._blocked_at(at))
            if before is None or (now.weather, now.blocked) != (before.weather, before.blocked):
                yield at, now
            before = now

    def _weather_at(self, at: datetime) -> RoadWeather:
        return next((one.weather for one in reversed(self.weather) if one.at <= at), RoadWeather.DRY)

    def _blocked_at(self, at: datetime) -> frozenset[Blocked]:
        return frozenset(one.blocked for one in self.closed if one.since <= at and (one.until is None or at < one.until))


def past_watch(session: Session, since: datetime, until: datetime) -> PastWatch:
    """What is kept of a time: the circle's readings, the closures' rows, the log's lines about units."""
    closed = _closed(session, since, until)
    guarding = list(_guarding(session, closed, since, until))
    unfit = [one for unit_id in session.scalars(select(Unit.id).order_by(Unit.id)) for one in _unfit(session, unit_id, since, until)]
    return PastWatch(
        since=since,
        until=until,
        weather=tuple(_weather(session, since, until)),
        closed=closed,
        unfit=tuple(one for one in (*unfit, *guarding) if one.since < one.until),
    )


def _weather(session: Session, since: datetime, until: datetime) -> Iterator[WeatherFrom]:
    readings = (
        select(CoverageReading.at, CoverageReading.weather)
        .where(CoverageReading.at >= since - READING_HOLDS, CoverageReading.at < until)
        .order_by(CoverageReading.at, CoverageReading.id)
    )
    rows = session.execute(readings).all()
    before = None
    for at, weather in (*[row for row in rows if row.at <= since][-1:], *(row for row in rows if row.at > since)):
        if weather != before:
            yield WeatherFrom(at, RoadWeather(weather))
        before = weather


def _closed(session: Session, since: datetime, until: datetime) -> tuple[ClosedRoad, ...]:
    rows = select(RoadClosure).where(RoadClosure.proposed_at < until, or_(RoadClosure.ended_at.is_(None), RoadClosure.ended_at > since))
    return tuple(
        ClosedRoad(
            closure_id=row.id,
            blocked=blocked_of(row.lines, row.reach_m),
            since=row.proposed_at,
            until=row.ended_at,
        )
        for row in sorted(session.scalars(rows), key=lambda it: it.id)
    )


def _guarding(session: Session, closed: Sequence[ClosedRoad], since: datetime, until: datetime) -> Iterator[Unfit]:
    """A unit guards from the line that names it to the next line about that road's guard, or until the road is opened."""
    if not closed:
        return
    named = select(LogEntry.at, LogEntry.facts).where(
        LogEntry.event == GuardNamed.__name__, LogEntry.at >= min(one.since for one in closed), LogEntry.at < until
    )
    lines = session.execute(named.order_by(LogEntry.at, LogEntry.id)).all()
    for road in closed:
        about = [(at, facts["unit_id"]) for at, facts in lines if facts["closure_id"] == road.closure_id]
        for (at, unit_id), (end, _) in pairwise([*about, (road.until or until, None)]):
            if unit_id is not None:
                yield Unfit(unit_id=unit_id, since=max(at, since), until=min(end, until))


def _unfit(session: Session, unit_id: str, since: datetime, until: datetime) -> Iterator[Unfit]:
    """The times between a line that takes a unit out of service, or to a charger, and the next one that does not."""
    lines = select(LogEntry.at, LogEntry.facts).where(LogEntry.unit_id == unit_id, LogEntry.event == UnitStatusSet.__name__)
    before = session.execute(lines.where(LogEntry.at <= since).order_by(LogEntry.id.desc()).limit(1)).all()
    during = session.execute(lines.where(LogEntry.at > since, LogEntry.at < until).order_by(LogEntry.id)).all()
    began: datetime | None = None
    for at, facts in (*before, *during):
        if facts["after"] in _UNFIT:
            began = began or max(at, since)
        elif began is not None:
            yield Unfit(unit_id=unit_id, since=began, until=at)
            began = None
    if began is not None:
        yield Unfit(unit_id=unit_id, since=began, until=until)
