"""Proposing units: everyone ranked by when they would arrive, with the reasons. Nothing is written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf, isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Incident, Unit
from command_center.domain.catalogue import IncidentType
from command_center.domain.dispatching import LOST_FIX_S, OFF_ROAD_M, Candidate, Proposal, rank_units
from command_center.domain.errors import (
    UnknownIncident,
)
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.text import Text
from command_center.services.positions import latest_fixes
from command_center.services.road_conditions import RoadsNow, guards, roads_now


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


def nearest_free(center: Center, session: Session, point: Point, *, count: int) -> tuple[str, ...]:
    """Ids of the units that could be at a point soonest and that nothing keeps from going, as part of something larger."""
    fleet = _fleet(center, session, point)
    ranked = rank_units(fleet.candidates, capabilities=frozenset(), first_units={})
    return tuple(unit.unit_id for unit in ranked.units if unit.suitable)[:count]


def _proposal(center: Center, session: Session, kind: IncidentType, point: Point) -> Proposal:
    fleet = _fleet(center, session, point)
    off_road = bool(center.roads.snap([point], blocked=fleet.roads.blocked).offset_m[0] > OFF_ROAD_M)
    return rank_units(fleet.candidates, capabilities=kind.capabilities, first_units=kind.first_units, off_road=off_road)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fleet:
    """Every unit as the ranking sees it, and the roads it would come by."""

    candidates: Sequence[Candidate]
    roads: RoadsNow


def _fleet(center: Center, session: Session, point: Point) -> _Fleet:
    units = list(session.scalars(select(Unit).order_by(Unit.id)))
    fixes, guarding, now = latest_fixes(center), guards(session), center.now()
    roads = roads_now(center, session)
    places = {unit.id: whereabouts(unit, fixes.get(unit.id), now) for unit in units}
    travel_s = _travel_s(roads, units, places, point)
    lost = [unit for unit in units if not isfinite(travel_s[unit.id])]
    reaches = _travel_s(replace(roads, blocked=frozenset()), lost, places, point) if lost and roads.blocked else {}
    candidates = [
        Candidate(
            unit_id=unit.id,
            call_sign=Text(unit.call_sign_zh, unit.call_sign_en),
            kind=unit.kind,
            status=unit.status,
            capabilities=frozenset(unit.capabilities),
            seats=unit.seats,
            travel_s=travel_s[unit.id],
            battery_pct=None if (fix := fixes.get(unit.id)) is None else fix.battery_pct,
            low_battery_pct=unit.low_battery_pct,
            fix_age_s=None if fix is None else (now - fix.at).total_seconds(),
            guards=unit.id in guarding,
            cut_off=isfinite(reaches.get(unit.id, inf)),
        )
        for unit in units
    ]
    return _Fleet(candidates=candidates, roads=roads)


def whereabouts(unit: Unit, fix: Fix | None, now: datetime) -> Point:
    """Where a unit is: its last fix, or its home when it never told or has been silent for too long."""
    is_lost = fix is None or (now - fix.at).total_seconds() > LOST_FIX_S
    return Point(unit.home_lat, unit.home_lon) if fix is None or is_lost else fix.point


def _travel_s(roads: RoadsNow, units: Sequence[Unit], places: Mapping[str, Point], point: Point) -> dict[str, float]:
    """Seconds by road from where each unit is, at its own cruise speed in this weather."""
    travel_s: dict[str, float] = {}
    for kind in {unit.kind for unit in units}:
        of_kind = [unit for unit in units if unit.kind == kind]
        seconds = roads.travel_s([places[unit.id] for unit in of_kind], point, kind=kind)
        travel_s |= {unit.id: float(s) for unit, s in zip(of_kind, seconds, strict=True)}
    return travel_s


def next_unit(center: Center, incident_id: int, instead_of: str) -> str | None:
    """Who to propose in place of a unit: the soonest suitable one of the same kind, else of any kind, else None."""
    with center.read() as session:
        unit = session.get_one(Unit, instead_of)
    others = [it for it in propose_units(center, incident_id).units if it.suitable and it.unit_id != instead_of]
    same_kind = [it for it in others if it.kind == unit.kind]
    return next((it.unit_id for it in (*same_kind, *others)), None)
