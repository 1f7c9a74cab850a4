"""The roads as they are now: the weather on them, and which of them are closed. Every travel time is asked for here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.engine import columns
from command_center.db.tables import HazardWarning, Measurement, RoadClosure
from command_center.domain.catalogue import Catalogue
from command_center.domain.closures import STANDING, Blocked, ClosureState, blocked_of
from command_center.domain.geo import Point
from command_center.domain.notices import NoticeState
from command_center.domain.road_weather import ICY_METRIC, WET_METRIC, RoadWeather, road_weather
from command_center.domain.triggers import counts_until
from command_center.services.exercises import ACTED_ON, EXERCISE, of_world

if TYPE_CHECKING:
    from command_center.roads import Router
    from command_center.roads.edges import FloatArray, IntArray
    from command_center.roads.network import Route

_LONGEST = timedelta(days=7)

# Statements put together once: every proposal and every look at the circle asks these.
_BLOCKED = select(RoadClosure.lines, RoadClosure.reach_m).where(RoadClosure.state.in_(STANDING))
_GUARDED = select(RoadClosure.guard_unit_id, RoadClosure.id).where(
    RoadClosure.state == ClosureState.CLOSED, RoadClosure.guard_unit_id.is_not(None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadsNow:
    """A router that knows weather and closed roads. router : the street's own network, or one elsewhere."""

    router: "Router"
    catalogue: Catalogue
    weather: RoadWeather
    blocked: frozenset[Blocked]

    def cruise_kmh(self, kind: str) -> float:
        """What a kind of vehicle drives at in this weather."""
        return next(it.speeds_kmh.on(self.weather) for code, it in self.catalogue.vehicle_kinds.items() if code == kind)

    def travel_s(self, origins: Sequence[Point], destination: Point, *, kind: str | None = None) -> "FloatArray":
        """Seconds by road from each origin; inf where none leads there. kind : of vehicle; None drives as fast as the streets allow."""
        kmh = None if kind is None else self.cruise_kmh(kind)
        return self.router.travel_s(origins, destination, vehicle_kmh=kmh, blocked=self.blocked)

    def matrix_s(self, origins: Sequence[Point], destinations: Sequence[Point], *, kind: str) -> "FloatArray":
        """(n, k) seconds by road from each origin to each destination; inf where none leads there."""
        return self.router.matrix_s(origins, destinations, vehicle_kmh=self.cruise_kmh(kind), blocked=self.blocked)

    def by_way_of(
        self, origins: Sequence[Point], stops: Sequence[Point], destination: Point, *, stop_s: float, kind: str
    ) -> tuple["FloatArray", "IntArray"]:
        """Seconds from each origin with the stop that brings it there soonest, and which of the stops that is (-1: none)."""
        kmh = self.cruise_kmh(kind)
        return self.router.by_way_of(origins, stops, destination, stop_s=stop_s, vehicle_kmh=kmh, blocked=self.blocked)

    def route(self, origin: Point, destination: Point, *, kind: str | None = None) -> "Route":
        """The fastest way there."""
        kmh = None if kind is None else self.cruise_kmh(kind)
        return self.router.route(origin, destination, vehicle_kmh=kmh, blocked=self.blocked)


def roads_now(center: Center, session: Session) -> RoadsNow:
    """Weather and closures as the database has them."""
    weather = present_weather(center, session)
    return RoadsNow(router=center.router, catalogue=center.catalogue, weather=weather, blocked=blocked_now(session))


def blocked_now(session: Session) -> frozenset[Blocked]:
    """Where nobody drives through: closed roads, and those under water that nobody has decided about yet."""
    return frozenset(blocked_of(lines, reach_m) for lines, reach_m in columns(session, _BLOCKED))


def guards(session: Session) -> dict[str, int]:
    """Unit id -> the closed road it guards."""
    return {str(unit_id): closure_id for unit_id, closure_id in columns(session, _GUARDED)}


def present_weather(center: Center, session: Session) -> RoadWeather:
    """What vehicles drive on now; exercises leave real travel times alone."""
    catalogue, now = center.catalogue, center.now()
    in_force, measured = _weather_asked(is_drill=center.is_drill)
    hazards = frozenset(hazard for (hazard,) in columns(session, in_force) if hazard is not None)
    readings: dict[str, float] = {}
    for metric, number, measured_at, window_h in columns(session, measured, {"since": now - _LONGEST}):
        counts = counts_until(catalogue.common.metrics[metric], measured_at, window_h) > now
        readings[metric] = number if counts and number is not None else 0.0
    return road_weather(hazards, readings)


@lru_cache(maxsize=2)
def _weather_asked(*, is_drill: bool) -> tuple[Select[str | None], Select[str, float | None, datetime, float | None]]:
    """Hazards in force; and what was measured `since` and never corrected, oldest first."""
    in_force = select(HazardWarning.hazard).where(
        HazardWarning.state == NoticeState.ACTIVE,
        HazardWarning.status.in_(ACTED_ON),
        of_world(HazardWarning.status == EXERCISE, is_drill=is_drill),
    )
    corrected = select(Measurement.corrects_id).where(Measurement.corrects_id.is_not(None))
    measured = select(Measurement.metric, Measurement.number, Measurement.measured_at, Measurement.window_h).where(
        Measurement.metric.in_((ICY_METRIC, WET_METRIC)),
        Measurement.measured_at >= bindparam("since"),
        of_world(Measurement.is_simulated, is_drill=is_drill),
        Measurement.id.not_in(corrected),
    )
    return in_force, measured.order_by(Measurement.measured_at, Measurement.id)
