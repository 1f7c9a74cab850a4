"""What a plan would take at a level, what is free for it, and what all running plans together lack."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Unit, UnitDuty
from command_center.domain.activations import RUNNING, Shortage, materials_wanted, shortages, units_wanted
from command_center.domain.dispatching import READY
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.services.fitness import street_day, why_unfit
from command_center.services.plan_books import plan_of
from command_center.services.positions import latest_fixes
from command_center.services.proposing import propose_units
from command_center.services.road_conditions import guards
from command_center.services.stock_available import free_on_the_street
from command_center.services.stock_ledger import local_day
from command_center.services.stock_questions import held_for_purposes


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many of one kind a level wants. there : on duty for this plan already; free : could be had now; chosen : unit ids to order."""

    kind: str
    wanted: int
    there: int
    free: int
    chosen: tuple[str, ...] = ()

    @property
    def short(self) -> int:
        return max(0, self.wanted - self.there - self.free)


def running_plans(session: Session, *, but: int | None = None) -> list[tuple[Activation, Plan]]:
    """Activations in force with their copies of the plan; `but` leaves one out."""
    found = session.scalars(select(Activation).where(Activation.ended_at.is_(None)).order_by(Activation.id))
    return [(it, plan_of(it)) for it in found if it.status in RUNNING and it.id != but]


def needs(
    center: Center, session: Session, plan: Plan, level: Level, *, activation_id: int | None = None, incident_id: int | None = None
) -> tuple[Need, ...]:
    """Vehicles with the ids to order, and people, of the kinds the level names."""
    wanted = units_wanted(plan, level)
    owned = center.catalogue.common.units
    units = {unit.id: unit for unit in session.scalars(select(Unit).order_by(Unit.id))}
    duties = session.execute(select(UnitDuty.unit_id, UnitDuty.activation_id).where(UnitDuty.released_at.is_(None))).all()
    taken = {unit_id for unit_id, _ in duties}
    there = Counter(units[unit_id].kind for unit_id, holder in duties if holder == activation_id)
    kept, fixes, today = taken | guards(session).keys(), latest_fixes(center), street_day(center)
    free = [it for it in units.values() if it.id not in kept and it.status in READY and why_unfit(it, fixes, today) is None]
    order = _nearest_first(center, incident_id, free) if incident_id is not None else _spread_over_areas(free)
    elsewhere = Counter[str]()
    for other, other_plan in running_plans(session, but=activation_id):
        elsewhere.update(units_wanted(other_plan, other.level))
    return tuple(_need(kind, number, owned[kind].max, order, there, elsewhere) for kind, number in wanted.items())


def _need(kind: str, wanted: int, owned: int, order: Sequence[Unit], there: Mapping[str, int], elsewhere: Mapping[str, int]) -> Need:
    vehicles = tuple(unit.id for unit in order if unit.kind == kind)
    if kind in ("patrol_vehicle", "guarantee_vehicle"):
        have = there.get(kind, 0)
        return Need(kind=kind, wanted=wanted, there=have, free=len(vehicles), chosen=vehicles[: max(0, wanted - have)])
    return Need(kind=kind, wanted=wanted, there=0, free=max(0, owned - elsewhere.get(kind, 0)))


def _spread_over_areas(free: Sequence[Unit]) -> list[Unit]:
    """One of each area in turn, so that no area is left without a vehicle while another keeps three."""
    by_area: dict[str, list[Unit]] = {}
    for unit in free:
        by_area.setdefault(unit.area_code, []).append(unit)
    return [unit for row in zip_longest(*by_area.values()) for unit in row if unit is not None]


def _nearest_first(center: Center, incident_id: int, free: Sequence[Unit]) -> list[Unit]:
    by_id = {unit.id: unit for unit in free}
    return [by_id[it.unit_id] for it in propose_units(center, incident_id).units if it.unit_id in by_id and it.suitable]


@dataclass(frozen=True, slots=True, kw_only=True)
class StockNeed:
    """One material: what the level wants forward, and what the depots have that is not promised to anyone."""

    material: str
    wanted: int
    available: int

    @property
    def short(self) -> int:
        return max(0, self.wanted - self.available)


def stock_needs(center: Center, session: Session, plan: Plan, level: Level, *, activation_id: int | None = None) -> tuple[StockNeed, ...]:
    """Materials of a level against what the depots have free; what is put by for this activation already counts as there."""
    free = free_on_the_street(session, local_day(center, center.now()))
    held = {} if activation_id is None else held_for_purposes(session, [("activation", activation_id)])
    return tuple(
        StockNeed(material=code, wanted=number, available=free.get(code, 0) + held.get(code, 0))
        for code, number in materials_wanted(plan, level).items()
    )


def shortages_together(
    center: Center, session: Session, plan: Plan, level: Level, *, activation_id: int | None = None
) -> tuple[Shortage, ...]:
    """What this plan and every other running one want together above what the street owns: units, people and stock."""
    others = running_plans(session, but=activation_id)
    pairs = [(plan, level), *((other_plan, other.level) for other, other_plan in others)]
    owned = {kind: it.max for kind, it in center.catalogue.common.units.items()}
    owned |= {material.code: material.total_qty for material in center.catalogue.materials.values()}
    return shortages([{**units_wanted(one, at), **materials_wanted(one, at)} for one, at in pairs], owned)
