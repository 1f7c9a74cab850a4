"""Proposing units: everyone ranked by when they would arrive, with the reasons. Nothing is written down."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Incident, Stock, Unit
from command_center.domain.catalogue import IncidentType
from command_center.domain.dispatching import OFF_ROAD_M, Candidate, DepotStop, Proposal, RankedUnit, Shortfall, rank_units
from command_center.domain.errors import (
    UnknownIncident,
)
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.text import Text
from command_center.services.coverage import circle, free_units
from command_center.services.fitness import street_day, why_unfit
from command_center.services.loading import somebody_loads
from command_center.services.positions import latest_fixes, whereabouts
from command_center.services.road_conditions import RoadsNow, guards, roads_now
from command_center.services.stock_available import stock_now
from command_center.services.stock_ledger import local_day

LOADING_S = 90.0
"""What a stop at a depot takes; a working value."""

CARRIER = "guarantee_vehicle"
"""The kind that loads stock where a type of incident sends one; otherwise whoever goes loads it."""


def propose_units(center: Center, incident_id: int, *, with_cover: bool = False) -> Proposal:
    """Every unit ranked for an incident, the set its type asks for preselected; raises UnknownIncident.

    with_cover : also what sending each of them would leave of the five-minute circle.
    """
    with center.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_id)
        kind = center.catalogue.incident_types[incident.type]
        wanted = {} if somebody_loads(session, incident_id) else kind.stock
        return _proposal(center, session, kind, Point(incident.lat, incident.lon), stock=wanted, with_cover=with_cover)


def propose_for(center: Center, kind: IncidentType, point: Point) -> Proposal:
    """The same before the call is taken: for the form, while the caller still speaks."""
    with center.read() as session:
        return _proposal(center, session, kind, point, stock=kind.stock, with_cover=True)


def nearest_free(center: Center, session: Session, point: Point, *, count: int) -> tuple[RankedUnit, ...]:
    """The units that could be at a point soonest and that nothing keeps from going, as part of something larger."""
    fleet = _fleet(center, session, point)
    ranked = rank_units(fleet.candidates, capabilities=frozenset(), first_units={})
    return tuple(unit for unit in ranked.units if unit.suitable)[:count]


def held_back(center: Center, session: Session) -> frozenset[str]:
    """Ids of units that something keeps from leaving at all: an empty battery, maintenance that is due, or a closed road they guard."""
    fixes, today = latest_fixes(center), street_day(center)
    unfit = {unit.id for unit in session.scalars(select(Unit)) if why_unfit(unit, fixes, today) is not None}
    return frozenset(unfit | guards(session).keys())


def _proposal(
    center: Center, session: Session, kind: IncidentType, point: Point, *, stock: Mapping[str, int], with_cover: bool
) -> Proposal:
    """The proposal for a place. stock : material -> how much still has to be brought along."""
    fleet = _fleet(center, session, point)
    candidates, short = _loading(center, session, kind, stock, point, fleet) if stock else (fleet.candidates, ())
    off_road = bool(center.roads.snap([point], blocked=fleet.roads.blocked).offset_m[0] > OFF_ROAD_M)
    proposal = rank_units(candidates, capabilities=kind.capabilities, first_units=kind.first_units, off_road=off_road, short=short)
    return _priced(center, session, fleet, proposal) if with_cover else proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fleet:
    """Every unit as the ranking sees it, where it is, and the roads it would come by."""

    candidates: Sequence[Candidate]
    places: Mapping[str, Point]
    fixes: Mapping[str, Fix]
    roads: RoadsNow


def _fleet(center: Center, session: Session, point: Point) -> _Fleet:
    units = list(session.scalars(select(Unit).order_by(Unit.id)))
    fixes, guarding, now = latest_fixes(center), guards(session), center.now()
    roads, today = roads_now(center, session), street_day(center)
    places = {unit.id: whereabouts(unit, fixes.get(unit.id), now) for unit in units}
    off_road = dict(zip(places, center.roads.snap(list(places.values()), blocked=roads.blocked).off_road.tolist(), strict=True))
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
            unfit=why_unfit(unit, fixes, today),
            fix_age_s=None if fix is None else (now - fix.at).total_seconds(),
            guards=unit.id in guarding,
            cut_off=isfinite(reaches.get(unit.id, inf)),
            off_road=off_road[unit.id],
        )
        for unit in units
    ]
    return _Fleet(candidates=candidates, places=places, fixes=fixes, roads=roads)


def _loading(
    center: Center, session: Session, kind: IncidentType, stock: Mapping[str, int], point: Point, fleet: _Fleet
) -> tuple[Sequence[Candidate], tuple[Shortfall, ...]]:
    """Those who carry stock come by way of the depot that brings them there soonest with all of it; where no depot holds all, they come
    straight, and what is lacking is told.
    """
    free: dict[str, dict[str, int]] = defaultdict(dict)
    for it in stock_now(session, local_day(center, center.now()), lambda _: Stock.material_code.in_(stock)):
        free[it.row.depot_code][it.row.material_code] = it.available
    depots = [code for code, has in sorted(free.items()) if all(has.get(it, 0) >= wanted for it, wanted in stock.items())]
    if not depots:
        most = {it: max((has.get(it, 0) for has in free.values()), default=0) for it in stock}
        short = (Shortfall(what=it, wanted=wanted, offered=most[it]) for it, wanted in stock.items() if most[it] < wanted)
        return fleet.candidates, tuple(short)
    carriers = {CARRIER} if CARRIER in kind.first_units else set(kind.first_units)
    stops = [center.catalogue.depots[code].point for code in depots]
    loaded: dict[str, Candidate] = {}
    for carrier in sorted(carriers):
        units = [unit for unit in fleet.candidates if unit.kind == carrier]
        if units:
            origins = [fleet.places[unit.unit_id] for unit in units]
            seconds, which = fleet.roads.by_way_of(origins, stops, point, stop_s=LOADING_S, kind=carrier)
            for unit, travel_s, stop in zip(units, seconds.tolist(), which.tolist(), strict=True):
                if stop >= 0:
                    detour_s = travel_s - unit.travel_s
                    at_depot = DepotStop(depot=depots[stop], loads=stock, seconds=LOADING_S, detour_s=detour_s)
                    loaded[unit.unit_id] = replace(unit, travel_s=travel_s, stop=at_depot)
    return [loaded.get(unit.unit_id, unit) for unit in fleet.candidates], ()


def _priced(center: Center, session: Session, fleet: _Fleet, proposal: Proposal) -> Proposal:
    """The proposal with what is left of the circle when a unit is sent, and when the preselected ones are."""
    free = free_units(center, session, fleet.fixes)
    now = circle(center, fleet.roads, free)
    price, before = now.price(), now.share
    units = tuple(replace(unit, cover_after=before - price.get(unit.unit_id, 0.0)) if unit.suitable else unit for unit in proposal.units)
    left = [unit for unit in free if unit.unit_id not in proposal.preselected]
    return replace(proposal, units=units, cover_before=before, cover_after=circle(center, fleet.roads, left).share)


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
