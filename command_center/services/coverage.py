"""The five-minute circle as it is now: by the units that are free, from where they are, over the roads as they are.

Everything follows from one thing, worked out in a few milliseconds: which two units would be at each place first, and when. A place is
inside when the first is there within the promise; sending a unit away costs the places that have no second one in time.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import CoverageReading
from command_center.domain.catalogue import Catalogue
from command_center.domain.closures import Blocked
from command_center.domain.dispatching import UnitNow
from command_center.domain.geo import Point
from command_center.domain.response_time import PROMISE_S
from command_center.domain.rights import SYSTEM
from command_center.services.fleet import fleet_now
from command_center.services.road_conditions import RoadsNow, roads_now

if TYPE_CHECKING:
    from command_center.roads import NearestTwo, RoadNetwork

RINGS_S = (180.0, PROMISE_S, 480.0)
"""Three, five and eight minutes from the order, turnout included."""

KEPT_EVERY = timedelta(minutes=5)
WORTH_KEEPING = 0.01
"""History has a reading every five minutes, and one more whenever the share of demand moves by a point."""

OUTSIDE_TOLD = 200
"""Places outside that are named, those with most demand first; all are counted."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Where help may be needed. ids, kinds, areas : of n places; weight : (n,) share of the street's demand, adds up to 1."""

    ids: tuple[str, ...]
    kinds: NDArray[np.str_]
    areas: NDArray[np.str_]
    points: NDArray[np.float64]
    weight: NDArray[np.float64]


@dataclass(slots=True)
class FreeUnit:
    """A unit that could be sent. start_s : until it rolls. node : of the roads it is asked about, where somebody has looked already."""

    unit_id: str
    kind: str
    point: Point
    start_s: float
    node: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who is where first. units : free ones; numbers in `places` are places in this tuple. places : for the n places of the demand; where
    only the share is asked for, any two that come in time.
    """

    units: tuple[str, ...]
    demand: Demand
    places: "NearestTwo"

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) places that somebody reaches within the promise."""
        return np.asarray(self.places.first_s <= PROMISE_S)

    @property
    def share(self) -> float:
        """Of the demand."""
        return _whole(self.demand.weight[self.inside])

    def share_of(self, kind: str) -> float:
        """Of the places of a kind, each counted once; 1 where there are none."""
        those = self.demand.kinds == kind
        return float(self.inside[those].mean()) if those.any() else 1.0

    def share_in(self, area: str) -> float:
        """Of an area's demand."""
        those = self.demand.areas == area
        whole = float(self.demand.weight[those].sum())
        return float(self.demand.weight[those & self.inside].sum()) / whole if whole else 1.0

    def price(self) -> dict[str, float]:
        """Unit -> share of the demand that only it reaches in time: what sending it away costs."""
        alone = self.inside & (self.places.second_s > PROMISE_S)
        cost = np.bincount(self.places.first[alone], weights=self.demand.weight[alone], minlength=len(self.units))
        return dict(zip(self.units, cost.tolist(), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle(Reach):
    """The same, and nodes : for every node of the road network, to draw it."""

    nodes: "NearestTwo"


def circle_now(center: Center, session: Session, *, without: Collection[str] = ()) -> Circle:
    """The circle of the units that are free now. without : as if these were not."""
    roads = roads_now(center, session)
    return circle(center, roads, [unit for unit in free_units(center, session) if unit.unit_id not in without])


def free_units(center: Center, session: Session) -> list[FreeUnit]:
    """Who could be sent to the next call: available or returning, fit, and not guarding a road. By id."""
    return free_of(fleet_now(center, session))


def free_of(units: Iterable[UnitNow], nodes: Mapping[str, int] | None = None) -> list[FreeUnit]:
    """The same of units that have been read already. nodes : unit -> its node, of who has put them on the roads already."""
    known = nodes or {}
    return [FreeUnit(unit.unit_id, unit.kind, unit.point, unit.start_s, known.get(unit.unit_id)) for unit in units if unit.is_free]


def _nodes(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit]) -> NDArray[np.int64]:
    """Where each unit stands on these roads."""
    known = [unit.node for unit in fleet]
    if None in known or not known:
        return center.roads.snap([unit.point for unit in fleet], blocked=roads.blocked).node
    return np.array(known, dtype=np.int64)


def circle(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit]) -> Circle:
    """The circle of any fleet on these roads."""
    network, demand = center.roads, demand_of(center.catalogue)
    fleet = sorted(fleet, key=lambda unit: (unit.kind, unit.unit_id))
    nodes = _nodes(center, roads, fleet)
    standing = tuple((unit.kind, int(node), unit.start_s) for unit, node in zip(fleet, nodes, strict=True))
    kmh = tuple((kind, roads.cruise_kmh(kind)) for kind in sorted({unit.kind for unit in fleet}))
    reached = _reached(_Same(network), standing, kmh, roads.blocked)
    at = _demand_nodes(_Same(network), _Same(demand), roads.blocked)
    return Circle(units=tuple(unit.unit_id for unit in fleet), demand=demand, places=reached.at(at), nodes=reached)


FEW = 48
"""Up to so many vehicles one short search for each is quicker than who is first and second everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What the free units reach in time, and what sending some of them costs. Every share is of the demand.

    share : now. alone : unit -> left when it alone is sent. left : when all who go are sent; a set does not cost the sum of its parts.
    """

    share: float
    alone: Mapping[str, float]
    left: float


def cover(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], going: Collection[str]) -> Cover:
    """The cover of a fleet. It is exact either way: by a search from each of few, by who is first and second where there are many.

    going : units that are sent together; one that is not in the fleet costs nothing.
    """
    return (cover_of_few if len(fleet) <= FEW else cover_of_many)(center, roads, fleet, going)


def cover_without(center: Center, unit_ids: Collection[str]) -> tuple[float, float]:
    """Share of the demand inside the circle now, and once these units have been sent."""
    with center.read() as session:
        roads, fleet = roads_now(center, session), free_units(center, session)
    now = cover(center, roads, fleet, unit_ids)
    return now.share, now.left


def cover_of_few(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], going: Collection[str]) -> Cover:
    """By a search from each unit, no farther than it comes in time."""
    weight = demand_of(center.catalogue).weight
    in_time = _each_in_time(center, roads, fleet, _lies_at(center, roads))
    times = in_time.sum(axis=0)
    share = _whole(weight[times > 0])
    cost = in_time @ np.where(times == 1, weight, 0.0)
    stays = [unit.unit_id not in going for unit in fleet]
    return Cover(
        share=share,
        alone={unit.unit_id: share - float(lost) for unit, lost in zip(fleet, cost, strict=True)},
        left=_whole(weight[in_time[stays].any(axis=0)]),
    )


def cover_of_many(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], going: Collection[str]) -> Cover:
    """By two of those who stay that are at each place in time; where there are no two, by a search from each who goes as well."""
    goes, stays = [unit for unit in fleet if unit.unit_id in going], [unit for unit in fleet if unit.unit_id not in going]
    after, weight = _reach(center, roads, stays), demand_of(center.catalogue).weight
    inside, unsure = after.inside, np.flatnonzero(after.places.second_s > PROMISE_S)
    in_time = np.zeros((len(goes), len(weight)), dtype=bool)
    if len(unsure):
        in_time[:, unsure] = _each_in_time(center, roads, goes, _lies_at(center, roads)[unsure])
    share = _whole(weight[inside | in_time.any(axis=0)])
    sole = np.zeros(len(weight))
    sole[unsure] = np.where(inside[unsure] + in_time[:, unsure].sum(axis=0) == 1, weight[unsure], 0.0)
    cost = np.concatenate([np.bincount(after.places.first[inside], weights=sole[inside], minlength=len(stays)), in_time @ sole])
    units = (*after.units, *(unit.unit_id for unit in goes))
    return Cover(share=share, alone=dict(zip(units, (share - cost).tolist(), strict=True)), left=after.share)


def _reach(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit]) -> Reach:
    """Two that are at the places of the demand in time: the first two of a kind, or of several where one kind does not reach all twice."""
    demand, (asked, at) = demand_of(center.catalogue), _asked(center, roads)
    units: list[str] = []
    found = center.roads.nearest_two(np.zeros(0, dtype=np.int64), np.zeros(0), at=asked)
    for kind, numbers in _by_kind(fleet).items():
        if not (found.second_s <= PROMISE_S).all():
            nodes, start_s = _standing(center, roads, [fleet[number] for number in numbers])
            kmh = roads.cruise_kmh(kind)
            two = center.roads.nearest_two(nodes, start_s, vehicle_kmh=kmh, blocked=roads.blocked, limit_s=PROMISE_S, at=asked)
            found = found.merged(two, shift=len(units))
        units += [fleet[number].unit_id for number in numbers]
    return Reach(units=tuple(units), demand=demand, places=found.at(at))


def _each_in_time(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(k, n) whether each of k units reaches each of n nodes in time: a search from each, no farther than that."""
    in_time = np.zeros((len(fleet), len(at)), dtype=bool)
    for kind, numbers in _by_kind(fleet).items():
        nodes, start_s = _standing(center, roads, [fleet[number] for number in numbers])
        limit_s = PROMISE_S - float(start_s.min())
        reach_s = center.roads.between_s(nodes, at, vehicle_kmh=roads.cruise_kmh(kind), blocked=roads.blocked, limit_s=limit_s)
        in_time[numbers] = reach_s + start_s[:, None] <= PROMISE_S
    return in_time


def _lies_at(center: Center, roads: RoadsNow) -> NDArray[np.int64]:
    """(n,) the node at which each place of the demand lies."""
    return _demand_nodes(_Same(center.roads), _Same(demand_of(center.catalogue)), roads.blocked)


def _asked(center: Center, roads: RoadsNow) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nodes at which places of the demand lie, each once, and which of them each place lies at."""
    return _asked_nodes(_Same(center.roads), _Same(demand_of(center.catalogue)), roads.blocked)


def _standing(center: Center, roads: RoadsNow, fleet: Sequence[FreeUnit]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where each unit stands, and how many seconds until it rolls."""
    return _nodes(center, roads, fleet), np.array([unit.start_s for unit in fleet])


def _by_kind(fleet: Sequence[FreeUnit]) -> dict[str, list[int]]:
    """Kind of vehicle -> places of its units in the fleet; the kind with most of them first."""
    found: dict[str, list[int]] = {}
    for number, unit in enumerate(fleet):
        found.setdefault(unit.kind, []).append(number)
    return dict(sorted(found.items(), key=lambda of_kind: -len(of_kind[1])))


def _whole(weights: NDArray[np.float64]) -> float:
    """Shares added up, without a trace of rounding beyond one."""
    return min(1.0, float(weights.sum()))


class _Same:
    """Something as a key: the same object, not an equal one."""

    __slots__ = ("it",)

    def __init__(self, it: Any) -> None:  # noqa: ANN401 - a network or a demand
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it


@lru_cache(maxsize=32)
def _reached(
    network: _Same, standing: tuple[tuple[str, int, float], ...], kmh: tuple[tuple[str, float], ...], blocked: frozenset[Blocked]
) -> "NearestTwo":
    """The two nearest for every node. standing : kind, node, seconds until it rolls, ordered by kind. Kept: vehicles mostly stand."""
    roads: RoadNetwork = network.it
    found: NearestTwo | None = None
    before = 0
    for kind, speed in kmh:
        nodes = np.array([node for of, node, _ in standing if of == kind], dtype=np.int64)
        start_s = np.array([start for of, _, start in standing if of == kind])
        reached = roads.nearest_two(nodes, start_s, vehicle_kmh=speed, blocked=blocked, limit_s=RINGS_S[-1])
        found = reached if found is None else found.merged(reached, shift=before)
        before += len(nodes)
    return roads.nearest_two(np.zeros(0, dtype=np.int64), np.zeros(0)) if found is None else found


@lru_cache(maxsize=32)
def _demand_nodes(network: _Same, demand: _Same, blocked: frozenset[Blocked]) -> NDArray[np.int64]:
    roads: RoadNetwork = network.it
    return roads.snap(demand.it.points, blocked=blocked).node


@lru_cache(maxsize=32)
def _asked_nodes(network: _Same, demand: _Same, blocked: frozenset[Blocked]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    asked, at = np.unique(_demand_nodes(network, demand, blocked), return_inverse=True)
    return asked, at


@lru_cache(maxsize=4)
def _demand(catalogue: _Same) -> Demand:
    known: Catalogue = catalogue.it
    places = list(known.places.values())
    weights = known.street.coverage.weights
    weight = np.array([weights.get(place.kind, 0.0) for place in places])
    return Demand(
        ids=tuple(place.id for place in places),
        kinds=np.array([place.kind for place in places]),
        areas=np.array([place.area for place in places]),
        points=np.array([(place.point.lat, place.point.lon) for place in places]).reshape(-1, 2),
        weight=weight / (weight.sum() or 1.0),
    )


def demand_of(catalogue: Catalogue) -> Demand:
    """Every place of the street with its weight, worked out once."""
    return _demand(_Same(catalogue))


# ---- what screens and programs get ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The circle with the moment and the roads it was seen on."""

    at: datetime
    circle: Circle
    roads: RoadsNow


def see(center: Center) -> Sight:
    """Look at the circle now."""
    with center.read() as session:
        roads = roads_now(center, session)
        fleet = free_units(center, session)
    return Sight(at=center.now(), circle=circle(center, roads, fleet), roads=roads)


def summary(center: Center, sight: Sight) -> dict[str, Any]:
    """The circle in figures, JSON-plain: shares from 0 to 1, who is outside, what each unit alone reaches."""
    now = sight.circle
    outside = np.flatnonzero(~now.inside)
    return {
        "at": moment(sight.at),
        "limit_s": PROMISE_S,
        "weather": sight.roads.weather.value,
        "closed_roads": len(sight.roads.blocked),
        "free_units": len(now.units),
        "demand_share": round(now.share, 4),
        "compounds_share": round(now.share_of("compound"), 4),
        "shops_share": round(now.share_of("shop"), 4),
        "areas": {code: round(now.share_in(code), 4) for code in center.catalogue.areas},
        "only_by": {unit: round(cost, 4) for unit, cost in sorted(now.price().items()) if cost > 0},
        "outside_count": len(outside),
        "outside_kinds": {kind: int(count) for kind, count in zip(*np.unique(now.demand.kinds[outside], return_counts=True), strict=True)},
        "outside": places_told(center, now, outside, OUTSIDE_TOLD),
    }


def places_told(center: Center, now: Circle, places: NDArray[np.int64], most: int) -> list[dict[str, Any]]:
    """Some of the places of a circle, those with most demand first, JSON-plain. places : their numbers."""
    by_weight = places[np.argsort(-now.demand.weight[places], kind="stable")]
    return [_place(center, now, int(number)) for number in by_weight[:most]]


def _place(center: Center, now: Circle, number: int) -> dict[str, Any]:
    place, seconds = center.catalogue.places[now.demand.ids[number]], float(now.places.first_s[number])
    return {
        "id": place.id,
        "kind": place.kind,
        "name": place.name.as_row(),
        "area": place.area,
        "lat": place.point.lat,
        "lon": place.point.lon,
        "arrival_s": round(seconds) if np.isfinite(seconds) else None,
    }


def rings(center: Center, sight: Sight) -> dict[str, Any]:
    """Streets by when help is there, as lines of [lat, lon]: within 3, 5, 8 minutes, and later or never (within_s null).

    A piece of street counts by its farther end. A closed road is in none of them: nobody is meant to get there.
    """
    return json.loads(rings_json(center, sight))  # type: ignore[no-any-return]  # what this module has written


def rings_json(center: Center, sight: Sight) -> str:
    """The same as text: drawn once for all screens that ask, and again only when a unit or a road has changed."""
    with _DRAWING:
        drawn = _rings(_Same(center.roads), _Same(sight.circle.nodes), sight.roads.blocked)
    return f'{{"at":"{moment(sight.at)}","rings":{drawn}}}'


_DRAWING = Lock()
"""Who asks while it is being drawn waits for that."""


@lru_cache(maxsize=4)
def _rings(network: _Same, nodes: _Same, blocked: frozenset[Blocked]) -> str:
    roads: RoadNetwork = network.it
    first_s = nodes.it.first_s
    later_s = np.maximum(first_s[roads.edges.tail], first_s[roads.edges.head])
    band = np.searchsorted(RINGS_S, later_s)
    band[roads.edges_blocked(blocked)] = -1
    places = [f"[{lat:.5f},{lon:.5f}]" for lat, lon in roads.lat_lon.tolist()]
    rings = []
    for number, within_s in enumerate((*RINGS_S, None)):
        lines = (",".join(places[node] for node in line) for line in roads.nodes_along(np.flatnonzero(band == number)))
        rings.append(f'{{"within_s":{json.dumps(within_s)},"lines":[{",".join(f"[{line}]" for line in lines)}]}}')
    return f"[{','.join(rings)}]"


# ---- history -------------------------------------------------------------------------------------------------------------------------


def keep_reading(center: Center, sight: Sight) -> bool:
    """Put the circle into the history when it is due or has changed; returns whether it was. Several processes keep one history."""
    now, share = sight.circle, sight.circle.share
    with center.read() as session:
        if not _is_news(_last(session), share, sight.at):
            return False
    with center.work(SYSTEM) as work:
        work.take_turns("coverage")
        if not _is_news(_last(work.session), share, sight.at):
            return False
        work.add(
            CoverageReading(
                at=sight.at,
                free_units=len(now.units),
                closed_roads=len(sight.roads.blocked),
                weather=sight.roads.weather.value,
                demand_share=share,
                compounds_share=now.share_of("compound"),
                shops_share=now.share_of("shop"),
                outside=int((~now.inside).sum()),
                areas={code: round(now.share_in(code), 4) for code in center.catalogue.areas},
            )
        )
        return True


def _last(session: Session) -> CoverageReading | None:
    return session.scalars(select(CoverageReading).order_by(CoverageReading.at.desc(), CoverageReading.id.desc()).limit(1)).one_or_none()


def _is_news(last: CoverageReading | None, share: float, at: datetime) -> bool:
    return last is None or (at >= last.at and (at - last.at >= KEPT_EVERY or abs(share - last.demand_share) >= WORTH_KEEPING))


def history(center: Center, since: datetime, until: datetime | None = None) -> list[dict[str, Any]]:
    """Readings of a time, oldest first, JSON-plain; each holds until the next."""
    query = select(CoverageReading).where(CoverageReading.at >= since)
    if until is not None:
        query = query.where(CoverageReading.at <= until)
    with center.read() as session:
        return [
            {
                "at": moment(row.at),
                "free_units": row.free_units,
                "closed_roads": row.closed_roads,
                "weather": row.weather,
                "demand_share": round(row.demand_share, 4),
                "compounds_share": round(row.compounds_share, 4),
                "shops_share": round(row.shops_share, 4),
                "outside": row.outside,
                "areas": row.areas,
            }
            for row in session.scalars(query.order_by(CoverageReading.at, CoverageReading.id))
        ]
