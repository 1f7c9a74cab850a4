"""Proposing units: everyone ranked by when they would arrive, with the reasons. Nothing is written down."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.engine import columns
from command_center.db.tables import Incident, Unit
from command_center.domain.catalogue import IncidentType
from command_center.domain.dispatching import (
    LOADING_S,
    OFF_ROAD_M,
    Candidate,
    DepotStop,
    Proposal,
    RankedUnit,
    Shortfall,
    UnitNow,
    priced,
    rank_units,
)
from command_center.domain.errors import (
    UnknownIncident,
)
from command_center.domain.geo import Point
from command_center.services.coverage import FreeUnit, cover, free_of
from command_center.services.fleet import fleet_now
from command_center.services.loading import somebody_loads
from command_center.services.road_conditions import RoadsNow, roads_now
from command_center.services.stock_available import balances
from command_center.services.stock_ledger import local_day

_INCIDENT = select(Incident.type, Incident.lat, Incident.lon).where(Incident.id == bindparam("incident"))

CARRIER = "guarantee_vehicle"
"""The kind that loads stock where a type of incident sends one; otherwise whoever goes loads it."""


def propose_units(center: Center, incident_id: int, *, with_cover: bool = False) -> Proposal:
    """Every unit ranked for an incident, the set its type asks for preselected; raises UnknownIncident.

    with_cover : also what sending each of them would leave of the five-minute circle.
    """
    with center.read() as session:
        known = columns(session, _INCIDENT, {"incident": incident_id}).first()
        if known is None:
            raise UnknownIncident(incident=incident_id)
        code, lat, lon = known
        kind = center.catalogue.incident_types[code]
        wanted = {} if not kind.stock or somebody_loads(session, incident_id) else kind.stock
        return _proposal(center, session, kind, Point(lat, lon), stock=wanted, with_cover=with_cover)


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
    return frozenset(unit.unit_id for unit in fleet_now(center, session) if unit.unfit is not None or unit.guards)


def _proposal(
    center: Center, session: Session, kind: IncidentType, point: Point, *, stock: Mapping[str, int], with_cover: bool
) -> Proposal:
    """The proposal for a place. stock : material -> how much still has to be brought along."""
    fleet = _fleet(center, session, point)
    candidates, short = _loading(center, session, kind, stock, point, fleet) if stock else (fleet.candidates, ())
    off_road = bool(center.roads.snap([point], blocked=fleet.roads.blocked).offset_m[0] > OFF_ROAD_M)
    proposal = rank_units(candidates, capabilities=kind.capabilities, first_units=kind.first_units, off_road=off_road, short=short)
    if not with_cover:
        return proposal
    circle = cover(center, fleet.roads, fleet.free, proposal.preselected)
    return priced(proposal, before=circle.share, alone=circle.alone, after=circle.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fleet:
    """Every unit as the ranking sees it, who of them is free, and the roads they would come by."""

    candidates: Sequence[Candidate]
    free: Sequence[FreeUnit]
    roads: RoadsNow


def _fleet(center: Center, session: Session, point: Point) -> _Fleet:
    units, roads = fleet_now(center, session), roads_now(center, session)
    travel_s, (nodes, off_road) = _travel_s(roads, units, point), _on_roads(center, roads, units)
    lost = [unit for unit in units if not isfinite(travel_s[unit.unit_id])]
    reaches = _travel_s(replace(roads, blocked=frozenset()), lost, point) if lost and roads.blocked else {}
    candidates = [
        Candidate(
            unit=unit,
            travel_s=travel_s[unit.unit_id],
            cut_off=isfinite(reaches.get(unit.unit_id, inf)),
            off_road=unit.unit_id in off_road,
        )
        for unit in units
    ]
    return _Fleet(candidates=candidates, free=free_of(units, nodes), roads=roads)


def _loading(
    center: Center, session: Session, kind: IncidentType, stock: Mapping[str, int], point: Point, fleet: _Fleet
) -> tuple[Sequence[Candidate], tuple[Shortfall, ...]]:
    """Those who carry stock come by way of the depot that brings them there soonest with all of it; where no depot holds all, they come
    straight, and what is lacking is told.
    """
    free: dict[str, dict[str, int]] = defaultdict(dict)
    for (depot, material), held in balances(session, local_day(center, center.now()), stock).items():
        free[depot][material] = held.available
    depots = [code for code, has in sorted(free.items()) if all(has.get(it, 0) >= wanted for it, wanted in stock.items())]
    if not depots:
        most = {it: max((has.get(it, 0) for has in free.values()), default=0) for it in stock}
        short = (Shortfall(what=it, wanted=wanted, offered=most[it]) for it, wanted in stock.items() if most[it] < wanted)
        return fleet.candidates, tuple(short)
    carriers = {CARRIER} if CARRIER in kind.first_units else set(kind.first_units)
    stops = [center.catalogue.depots[code].point for code in depots]
    loaded: dict[str, Candidate] = {}
    for carrier in sorted(carriers):
        those = [one for one in fleet.candidates if one.unit.kind == carrier]
        if those:
            origins = [one.unit.point for one in those]
            seconds, which = fleet.roads.by_way_of(origins, stops, point, stop_s=LOADING_S, kind=carrier)
            for one, travel_s, stop in zip(those, seconds.tolist(), which.tolist(), strict=True):
                if stop >= 0:
                    detour_s = travel_s - one.travel_s
                    at_depot = DepotStop(depot=depots[stop], loads=stock, seconds=LOADING_S, detour_s=detour_s)
                    loaded[one.unit.unit_id] = replace(one, travel_s=travel_s, stop=at_depot)
    return [loaded.get(one.unit.unit_id, one) for one in fleet.candidates], ()


def _travel_s(roads: RoadsNow, units: Sequence[UnitNow], point: Point) -> dict[str, float]:
    """Seconds by road from where each unit is, at its own cruise speed in this weather."""
    travel_s: dict[str, float] = {}
    for kind, of_kind in _by_kind(units).items():
        seconds = roads.travel_s([unit.point for unit in of_kind], point, kind=kind)
        travel_s |= zip((unit.unit_id for unit in of_kind), seconds.tolist(), strict=True)
    return travel_s


def _on_roads(center: Center, roads: RoadsNow, units: Sequence[UnitNow]) -> tuple[dict[str, int], set[str]]:
    """Unit -> the node where it stands; and who is too far from any street."""
    nodes: dict[str, int] = {}
    off_road: set[str] = set()
    for of_kind in _by_kind(units).values():  # by kind, as travel times are asked for: the network remembers these points
        snapped = center.roads.snap([unit.point for unit in of_kind], blocked=roads.blocked)
        nodes |= zip((unit.unit_id for unit in of_kind), snapped.node.tolist(), strict=True)
        off_road |= {of_kind[number].unit_id for number in snapped.off_road.nonzero()[0].tolist()}
    return nodes, off_road


def _by_kind(units: Sequence[UnitNow]) -> dict[str, list[UnitNow]]:
    found: dict[str, list[UnitNow]] = {}
    for unit in units:
        found.setdefault(unit.kind, []).append(unit)
    return found


def next_unit(center: Center, incident_id: int, instead_of: str) -> str | None:
    """Who to propose in place of a unit: the soonest suitable one of the same kind, else of any kind, else None."""
    with center.read() as session:
        unit = session.get_one(Unit, instead_of)
    others = [it for it in propose_units(center, incident_id).units if it.suitable and it.unit_id != instead_of]
    same_kind = [it for it in others if it.kind == unit.kind]
    return next((it.unit_id for it in (*same_kind, *others)), None)
