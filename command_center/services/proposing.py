"""Proposing units: everyone ranked by when they would arrive, with the reasons. Nothing is written down."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Incident, Unit
from command_center.domain.catalogue import IncidentType
from command_center.domain.dispatching import OFF_ROAD_M, Candidate, Proposal, rank_units
from command_center.domain.errors import (
    UnknownIncident,
)
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.road_weather import RoadWeather
from command_center.domain.text import Text
from command_center.services.positions import latest_fixes
from command_center.services.road_conditions import present_weather


def propose_units(center: Center, incident_id: int) -> Proposal:
    """Every unit ranked for an incident, the set its type asks for preselected; raises UnknownIncident."""
    with center.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_id)
        kind = center.catalogue.incident_types[incident.type]
        return _proposal(center, session, kind, Point(incident.lat, incident.lon))


def propose_for(center: Center, kind: IncidentType, point: Point) -> Proposal:
    """The same before the call is taken: for the form, while the caller still speaks."""
    with center.read() as session:
        return _proposal(center, session, kind, point)


def _proposal(center: Center, session: Session, kind: IncidentType, point: Point) -> Proposal:
    units = list(session.scalars(select(Unit).order_by(Unit.id)))
    fixes = latest_fixes(center)
    now = center.now()
    travel_s = _travel_s(center, units, fixes, point, present_weather(session, center.catalogue, now))
    candidates = [_candidate(unit, fixes.get(unit.id), travel_s[unit.id], now) for unit in units]
    off_road = bool(center.roads.snap([point]).offset_m[0] > OFF_ROAD_M)
    return rank_units(candidates, capabilities=kind.capabilities, first_units=kind.first_units, off_road=off_road)


def _candidate(unit: Unit, fix: Fix | None, travel_s: float, now: datetime) -> Candidate:
    return Candidate(
        unit_id=unit.id,
        call_sign=Text(unit.call_sign_zh, unit.call_sign_en),
        kind=unit.kind,
        status=unit.status,
        capabilities=frozenset(unit.capabilities),
        seats=unit.seats,
        travel_s=travel_s,
        battery_pct=None if fix is None else fix.battery_pct,
        low_battery_pct=unit.low_battery_pct,
        fix_age_s=None if fix is None else (now - fix.at).total_seconds(),
    )


def _travel_s(center: Center, units: Sequence[Unit], fixes: Mapping[str, Fix], point: Point, weather: RoadWeather) -> dict[str, float]:
    """Seconds by road from where each unit is (its home when it never told) at its own cruise speed in this weather."""
    travel_s: dict[str, float] = {}
    for kind in {unit.kind for unit in units}:
        of_kind = [unit for unit in units if unit.kind == kind]
        places = [fixes[unit.id].point if unit.id in fixes else Point(unit.home_lat, unit.home_lon) for unit in of_kind]
        seconds = center.roads.travel_s(places, point, vehicle_kmh=_cruise_kmh(center, kind, weather))
        travel_s |= {unit.id: float(s) for unit, s in zip(of_kind, seconds, strict=True)}
    return travel_s


def _cruise_kmh(center: Center, kind: str, weather: RoadWeather) -> float:
    return next(it.speeds_kmh.on(weather) for code, it in center.catalogue.vehicle_kinds.items() if code == kind)


def next_unit(center: Center, incident_id: int, instead_of: str) -> str | None:
    """Who to propose in place of a unit: the soonest suitable one of the same kind, else of any kind, else None."""
    with center.read() as session:
        unit = session.get_one(Unit, instead_of)
    others = [it for it in propose_units(center, incident_id).units if it.suitable and it.unit_id != instead_of]
    same_kind = [it for it in others if it.kind == unit.kind]
    return next((it.unit_id for it in (*same_kind, *others)), None)
