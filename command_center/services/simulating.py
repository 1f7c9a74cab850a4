"""Simulated days over the street's own roads: policies against the same calls, and a past watch with perfect hindsight."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from command_center.center import Center
from command_center.domain.assigning import EXPECTED_SCENE_S, NEVER, pair_costs, weight_of
from command_center.domain.catalogue import Catalogue, IncidentType
from command_center.domain.road_weather import RoadWeather
from command_center.domain.simulation import Calls, Closest, Ground, IntArray, Moment, Outcome, Policy, SeverityFirst, Vehicles, simulate
from command_center.services.assigning import solved
from command_center.services.coverage import demand_of
from command_center.services.road_conditions import RoadsNow
from command_center.services.standby import candidates, stands_for

HOUR_S, DAY_S = 3_600.0, 86_400.0

BY_HOUR = np.array([3, 2, 2, 1, 1, 2, 3, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 7, 7, 7, 6, 6, 5, 4], dtype=float)
"""How calls spread over the day; a working curve, busiest in the early evening."""

LOOKED_AT = 3
"""Of a long queue, the gravest so many orders for each free vehicle are weighed."""

Choice = Callable[[], Policy]


class Together:
    """What the centre proposes: everybody who waits and everybody who is free, weighed together (domain/assigning)."""

    def choose(self, moment: Moment) -> Sequence[tuple[int, int]]:
        free, waiting = moment.free, moment.waiting
        arrival_s = moment.arrival_s(free, waiting)
        if min(arrival_s.shape) == 1:
            return self._best(moment, arrival_s)
        weight, expected_s = moment.weight(waiting), moment.expected_s(waiting)
        if LOOKED_AT * len(free) < len(waiting):
            promising = np.argsort(-weight / (expected_s + arrival_s.min(axis=0)), kind="stable")[: LOOKED_AT * len(free)]
            waiting, arrival_s, weight, expected_s = waiting[promising], arrival_s[:, promising], weight[promising], expected_s[promising]
        return [(int(free[row]), int(waiting[column])) for row, column in solved(pair_costs(arrival_s, weight, expected_s))]

    def _best(self, moment: Moment, arrival_s: NDArray[np.float64]) -> Sequence[tuple[int, int]]:
        """One vehicle or one order: the same, without a search."""
        cost = pair_costs(arrival_s, moment.weight(moment.waiting), moment.expected_s(moment.waiting))
        row, column = np.unravel_index(int(cost.argmin()), cost.shape)
        return [(int(moment.free[row]), int(moment.waiting[column]))] if cost[row, column] < NEVER else []


POLICIES: Mapping[str, Choice] = {
    "closest": Closest,
    "severity_first": SeverityFirst,
    "ours": Together,
    "ours_standby": Together,
}
"""Plug-ins by name. A policy whose name ends in _standby waits at standby points, the others at the stations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that is the same for every policy: the ground, who waits where, and which spots calls come from."""

    ground: Ground
    at_stations: Vehicles
    at_standby: Vehicles
    spots: IntArray
    chance: NDArray[np.float64]

    def vehicles(self, policy: str) -> Vehicles:
        return self.at_standby if policy.endswith("_standby") else self.at_stations


def stage(center: Center, *, units: int | None = None, weather: RoadWeather = RoadWeather.DRY) -> Stage:
    """Prepare the street. units : fleet size, kinds and stations in turn as the catalogue has them; None takes the catalogue's own."""
    catalogue = center.catalogue
    roads = RoadsNow(router=center.roads, catalogue=catalogue, weather=weather, blocked=frozenset())
    demand, waits_at = demand_of(catalogue), candidates(center)
    stations = {code: number for number, code in enumerate(catalogue.stations)}
    points = np.concatenate([np.array([(point.lat, point.lon) for point in waits_at]), demand.points])
    nodes, spots = np.unique(center.roads.snap(points).node, return_inverse=True)
    kinds = sorted({vehicle.kind for vehicle in catalogue.vehicles.values()})
    places = center.roads.lat_lon[nodes]
    travel_s = np.stack([center.roads.matrix_s(places, places, vehicle_kmh=roads.cruise_kmh(kind)) for kind in kinds])
    known = list(catalogue.vehicles.values())
    fleet = [known[number % len(known)] for number in range(len(known) if units is None else units)]
    kind = np.array([kinds.index(vehicle.kind) for vehicle in fleet])
    home = spots[np.array([stations[vehicle.station] for vehicle in fleet])]
    stands = stands_for(center, roads, [vehicle.kind for vehicle in fleet], waits_at, demand)
    waiting = [stands.get(vehicle.kind, []) for vehicle in fleet]
    standby = np.array([spots[chosen.pop(0)] if chosen else at for chosen, at in zip(waiting, home, strict=True)])
    return Stage(
        ground=Ground(travel_s=travel_s),
        at_stations=Vehicles(kind=kind, home=home),
        at_standby=Vehicles(kind=kind, home=standby),
        spots=spots[len(waits_at) :],
        chance=demand.weight,
    )


def day_calls(catalogue: Catalogue, on: Stage, *, days: float, per_day: float, seed: int) -> Calls:
    """Calls of ordinary days: by the hour's curve and the places' demand. The same seed gives the same calls."""
    dice = np.random.default_rng(seed)
    count = dice.poisson(days * per_day)
    hour = dice.choice(24, count, p=BY_HOUR / BY_HOUR.sum())
    at_s = np.sort(dice.integers(0, max(1, int(np.ceil(days))), count) * DAY_S + (hour + dice.random(count)) * HOUR_S)
    return _calls(catalogue, on, dice, at_s[at_s < days * DAY_S])


def cloudburst_calls(catalogue: Catalogue, on: Stage, *, count: int, within_s: float, seed: int) -> Calls:
    """So many calls at once, as in a flood."""
    dice = np.random.default_rng(seed)
    return _calls(catalogue, on, dice, np.sort(dice.random(count) * within_s))


def _calls(catalogue: Catalogue, on: Stage, dice: np.random.Generator, at_s: NDArray[np.float64]) -> Calls:
    kinds = [kind for kind in catalogue.incident_types.values() if kind.stream == "emergency"]
    which = dice.choice(len(kinds), len(at_s), p=_how_often(kinds))
    asked = np.array([max(1, sum(count for code, count in kind.first_units.items() if code != "crew")) for kind in kinds])[which]
    mean_s = np.array([EXPECTED_SCENE_S[kind.severity] for kind in kinds])[which]
    return Calls(
        at_s=at_s,
        spot=on.spots[dice.choice(len(on.spots), len(at_s), p=on.chance)],
        weight=np.array([weight_of(kind.severity, life_risk=kind.life_risk) for kind in kinds])[which],
        units=asked,
        scene_s=mean_s * dice.lognormal(-0.125, 0.5, len(at_s)),
        expected_s=mean_s,
    )


def _how_often(kinds: Sequence[IncidentType]) -> NDArray[np.float64]:
    """Graver types are rarer; a working guess until the street has a year of its own."""
    weight = np.array([4.0**-kind.severity.rank for kind in kinds])
    return np.asarray(weight / weight.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One policy on one set of calls."""

    policy: str
    calls: int
    weighted_s: float
    promise_share: float
    p90_s: float


def run(on: Stage, calls: Calls, policy: str) -> Outcome:
    """Raises KeyError for a policy nobody wrote."""
    return simulate(on.ground, on.vehicles(policy), calls, POLICIES[policy]())


def result(policy: str, outcome: Outcome) -> Result:
    return Result(
        policy=policy,
        calls=len(outcome.response_s),
        weighted_s=outcome.weighted_s,
        promise_share=outcome.promise_share,
        p90_s=outcome.p90_s,
    )
