"""Many at once: units for all waiting incidents together, the graver first, beside what first come, first served would give them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Unit
from command_center.domain.assigning import (
    EXPECTED_SCENE_S,
    NEVER,
    FloatArray,
    Ready,
    Wanted,
    arrivals_s,
    costs,
    first_come,
    weight_of,
    weighted_wait_s,
)
from command_center.domain.dispatching import Shown
from command_center.domain.errors import Refusal
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.status import OPEN_INCIDENT
from command_center.domain.text import Text
from command_center.services.coverage import free_units
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.road_conditions import RoadsNow, roads_now

MOST_WAITING = 500
"""The gravest so many are looked at; nobody reads a longer list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForIncident:
    """One unit of the proposal. arrival_s : from now."""

    unit_id: str
    arrival_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForIncident:
    """What one waiting incident would get, gravest first; units empty: it goes on waiting.

    first_come : units it would get if everyone were served in the order of the calls.
    """

    incident_id: int
    number: str
    type: str
    severity: Level
    place: Text
    waited_s: float
    units: tuple[UnitForIncident, ...]
    first_come: tuple[UnitForIncident, ...]

    @property
    def is_changed(self) -> bool:
        return {unit.unit_id for unit in self.units} != {unit.unit_id for unit in self.first_come}


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """A proposal for everyone who waits. wait_s, first_come_wait_s : mean seconds from call to help, weighted by severity."""

    incidents: tuple[ForIncident, ...]
    free_units: int
    wait_s: float
    first_come_wait_s: float

    @property
    def served(self) -> int:
        return sum(bool(one.units) for one in self.incidents)

    @property
    def changed(self) -> int:
        return sum(one.is_changed for one in self.incidents)


def propose_together(center: Center) -> Together:
    """Units for all incidents that have none yet. Nothing is written down."""
    with center.read() as session:
        waiting = _waiting(session)
        free = free_units(center, session)
        roads = roads_now(center, session)
        known = {unit.id: unit for unit in session.scalars(select(Unit).where(Unit.id.in_([unit.unit_id for unit in free])))}
    wanted = list(_wanted(center, waiting))
    units = [
        Ready(unit_id=it.unit_id, kind=it.kind, capabilities=frozenset(known[it.unit_id].capabilities), start_s=it.start_s) for it in free
    ]
    places = [Point(incident.lat, incident.lon) for incident in waiting]
    arrival_s = arrivals_s(units, wanted, _travel_s(roads, [(it.kind, it.point) for it in free], places))
    chosen = solved(costs(units, wanted, arrival_s))
    calls = sorted(range(len(wanted)), key=lambda number: (waiting[wanted[number].place].reported_at, wanted[number].place))
    in_turn = [(unit, calls[place]) for unit, place in first_come(units, [wanted[it] for it in calls], arrival_s[:, calls])]
    ours, theirs = _by_incident(units, wanted, arrival_s, chosen), _by_incident(units, wanted, arrival_s, in_turn)
    now = center.now()
    return Together(
        incidents=tuple(
            ForIncident(
                incident_id=it.id,
                number=it.number,
                type=it.type,
                severity=it.severity,
                place=Text(it.place_zh, it.place_en),
                waited_s=(now - it.reported_at).total_seconds(),
                units=ours.get(it.id, ()),
                first_come=theirs.get(it.id, ()),
            )
            for it in waiting
        ),
        free_units=len(units),
        wait_s=weighted_wait_s(wanted, arrival_s, chosen),
        first_come_wait_s=weighted_wait_s(wanted, arrival_s, in_turn),
    )


def solved(cost: FloatArray) -> list[tuple[int, int]]:
    """Pairs (row, column) whose sum is least, each row and column once; pairs that cannot be are left out."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - SciPy is 38 MB, and a quiet centre does not hold it

    if not cost.size:
        return []
    rows, columns = linear_sum_assignment(cost)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if cost[row, column] < NEVER]


def _waiting(session: Session) -> list[Incident]:
    """Open incidents that no unit has been sent to, gravest first, then by the call."""
    has_unit = exists().where(Assignment.incident_id == Incident.id, Assignment.ended_at.is_(None))
    open_ones = select(Incident).where(Incident.status.in_(OPEN_INCIDENT), Incident.ended_at.is_(None), ~has_unit)
    rows = session.scalars(open_ones.where(Incident.controlled_at.is_(None))).all()
    return sorted(rows, key=lambda it: (-it.severity.rank, it.reported_at, it.id))[:MOST_WAITING]


def _wanted(center: Center, waiting: Sequence[Incident]) -> Iterator[Wanted]:
    """Every unit that the types of the incidents ask for; at least one patrol vehicle."""
    now = center.now()
    for place, incident in enumerate(waiting):
        kind = center.catalogue.incident_types[incident.type]
        asked = [code for code, count in kind.first_units.items() if code != "crew" for _ in range(count)]
        for nth, unit_kind in enumerate(asked or ["patrol_vehicle"]):
            yield Wanted(
                incident_id=incident.id,
                place=place,
                nth=nth,
                kind=unit_kind,
                capabilities=kind.capabilities,
                weight=weight_of(incident.severity, life_risk=kind.life_risk),
                waited_s=(now - incident.reported_at).total_seconds(),
                expected_s=EXPECTED_SCENE_S[incident.severity],
            )


def _travel_s(roads: RoadsNow, units: Sequence[tuple[str, Point]], places: Sequence[Point]) -> FloatArray:
    """(units, places) seconds by road, each kind of vehicle at its own speed. units : kind, where it is."""
    seconds = np.full((len(units), len(places)), np.inf)
    for kind in sorted({kind for kind, _ in units}):
        of_kind = [number for number, (code, _) in enumerate(units) if code == kind]
        origins = [units[number][1] for number in of_kind]
        seconds[of_kind] = roads.matrix_s(origins, places, kind=kind)
    return seconds


def _by_incident(
    units: Sequence[Ready], wanted: Sequence[Wanted], arrival_s: FloatArray, pairs: Sequence[tuple[int, int]]
) -> dict[int, tuple[UnitForIncident, ...]]:
    found: dict[int, list[UnitForIncident]] = defaultdict(list)
    for unit, number in pairs:
        one = UnitForIncident(unit_id=units[unit].unit_id, arrival_s=float(arrival_s[unit, number]))
        found[wanted[number].incident_id].append(one)
    return {incident_id: tuple(sorted(sent, key=lambda it: (it.arrival_s, it.unit_id))) for incident_id, sent in found.items()}


# ---- accepting -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTogether:
    """Send these units to these incidents. orders : (incident, units).

    shown : incident -> what was proposed for it (`shown_together`); empty takes the proposal as it is now.
    """

    orders: tuple[tuple[int, tuple[str, ...]], ...]
    key: str | None = None
    shown: Mapping[int, Shown] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How one incident's order went: assignments, or the refusal and nothing sent."""

    incident_id: int
    assignments: tuple[int, ...]
    refused: Refusal | None = None


def shown_together(found: Together) -> dict[int, Shown]:
    """What stood on the screen for each incident: the log keeps it beside the choice."""
    return {
        one.incident_id: Shown(
            proposed=tuple(unit.unit_id for unit in one.units),
            arrival_s={unit.unit_id: unit.arrival_s for unit in one.units},
            together=True,
        )
        for one in found.incidents
    }


def send_together(center: Center, order: SendTogether, actor: Actor) -> list[Sent]:
    """Accept a proposal, whole or in part: each incident gets all its units or none, and one refusal holds up nobody else.

    The same key again sends nobody twice.
    """
    actor.require(Right.DISPATCH)
    shown = order.shown or (shown_together(propose_together(center)) if order.orders else {})
    return [_send(center, _one_of(order, incident_id, units, shown), actor) for incident_id, units in order.orders]


def _one_of(order: SendTogether, incident_id: int, units: tuple[str, ...], shown: Mapping[int, Shown]) -> DispatchUnits:
    own_key = None if order.key is None else f"{order.key}:{incident_id}"
    return DispatchUnits(incident_id=incident_id, unit_ids=units, key=own_key, shown=shown.get(incident_id))


def _send(center: Center, order: DispatchUnits, actor: Actor) -> Sent:
    try:
        sent = dispatch_units(center, order, actor)
    except Refusal as refusal:
        return Sent(incident_id=order.incident_id, assignments=(), refused=refusal)
    return Sent(incident_id=order.incident_id, assignments=sent)
