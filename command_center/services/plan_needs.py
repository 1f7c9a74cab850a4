"""What a plan would take at a level, what is free for it, and what all running plans together lack."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Unit, UnitDuty
from command_center.domain.activations import RUNNING, Shortage, materials_wanted, shortages, units_wanted
from command_center.domain.dispatching import Proposal
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.domain.status import UnitStatus
from command_center.services.plan_books import plan_of
from command_center.services.proposing import held_back, propose_units
from command_center.services.stock_available import free_on_the_street
from command_center.services.stock_ledger import local_day
from command_center.services.stock_questions import held_for_purposes

VEHICLES = frozenset({"patrol_vehicle", "guarantee_vehicle"})
"""Kinds that are ordered one by one; of everyone else a number is called up."""

FREE = frozenset({UnitStatus.AVAILABLE, UnitStatus.RETURNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many of one kind a level wants.

    there : on duty for this plan already, or at its incident. free : could be had now. chosen : unit ids to order; joining : those at the
    incident, which go on duty where they are. offered : every vehicle a person may choose from, the centre's own choice first.
    """

    kind: str
    wanted: int
    there: int
    free: int
    chosen: tuple[str, ...] = ()
    joining: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()

    @property
    def short(self) -> int:
        return max(0, self.wanted - self.there - self.free)

    @property
    def fewer(self) -> int:
        """How many of those that could be had a person leaves out."""
        return max(0, min(self.wanted, self.there + self.free) - self.there - len(self.chosen)) if self.kind in VEHICLES else 0

    @property
    def ordered(self) -> tuple[str, ...]:
        """Unit ids that the plan puts on duty."""
        return (*self.joining, *self.chosen)

    def as_chosen(self, unit_ids: Collection[str]) -> "Need":
        """As a person has chosen; who cannot be had any more is left out, as when the plan is put into force."""
        joining = tuple(unit_id for unit_id in self.joining if unit_id in unit_ids)
        taken = tuple(unit_id for unit_id in self.offered if unit_id in unit_ids and unit_id not in self.joining)
        on_duty = self.there - len(self.joining)
        return replace(self, there=on_duty + len(joining), joining=joining, chosen=taken)


def running_plans(session: Session, *, but: int | None = None) -> list[tuple[Activation, Plan]]:
    """Activations in force with their copies of the plan; `but` leaves one out."""
    found = session.scalars(select(Activation).where(Activation.ended_at.is_(None)).order_by(Activation.id))
    return [(it, plan_of(it)) for it in found if it.status in RUNNING and it.id != but]


def needs(
    center: Center,
    session: Session,
    plan: Plan,
    level: Level,
    *,
    activation_id: int | None = None,
    incident_id: int | None = None,
    ranked: Proposal | None = None,
) -> tuple[Need, ...]:
    """Vehicles with the ids to order, and people, of the kinds the level names. ranked : the proposal for the incident, if it is known.

    What keeps a vehicle from an incident (an empty battery, a road it guards) keeps it from a plan.
    """
    wanted = units_wanted(plan, level)
    owned = center.catalogue.common.units
    units = {unit.id: unit for unit in session.scalars(select(Unit).order_by(Unit.id))}
    duties = session.execute(select(UnitDuty.unit_id, UnitDuty.activation_id).where(UnitDuty.released_at.is_(None))).all()
    taken = {unit_id for unit_id, _ in duties}
    there = Counter(units[unit_id].kind for unit_id, holder in duties if holder == activation_id)
    joining = [unit for unit in units.values() if incident_id is not None and unit.incident_id == incident_id and unit.id not in taken]
    free = [unit for unit in units.values() if unit.id not in taken and unit.status in FREE]
    if incident_id is None:
        kept = held_back(center, session)
        order = _spread_over_areas([unit for unit in free if unit.id not in kept])
    else:
        order = _nearest_first(ranked or propose_units(center, incident_id), free)
    elsewhere = Counter[str]()
    for other, other_plan in running_plans(session, but=activation_id):
        elsewhere.update(units_wanted(other_plan, other.level))
    return tuple(
        _vehicles(kind, number, order, there[kind], joining)
        if kind in VEHICLES
        else Need(kind=kind, wanted=number, there=0, free=max(0, owned[kind].max - elsewhere[kind]))
        for kind, number in wanted.items()
    )


def _vehicles(kind: str, wanted: int, order: Sequence[Unit], on_duty: int, at_incident: Sequence[Unit]) -> Need:
    free = tuple(unit.id for unit in order if unit.kind == kind)
    joining = tuple(unit.id for unit in at_incident if unit.kind == kind)[: max(0, wanted - on_duty)]
    there = on_duty + len(joining)
    chosen = free[: max(0, wanted - there)]
    return Need(kind=kind, wanted=wanted, there=there, free=len(free), chosen=chosen, joining=joining, offered=(*joining, *free))


def _spread_over_areas(free: Sequence[Unit]) -> list[Unit]:
    """One of each area in turn, so that no area is left without a vehicle while another keeps three."""
    by_area: dict[str, list[Unit]] = {}
    for unit in free:
        by_area.setdefault(unit.area_code, []).append(unit)
    return [unit for row in zip_longest(*by_area.values()) for unit in row if unit is not None]


def _nearest_first(ranked: Proposal, free: Sequence[Unit]) -> list[Unit]:
    by_id = {unit.id: unit for unit in free}
    return [by_id[it.unit_id] for it in ranked.units if it.unit_id in by_id and it.suitable]


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
