"""Simulated days over the street's own roads: policies against the same calls, and a past watch with perfect hindsight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from command_center.center import Center
from command_center.domain.assigning import EXPECTED_SCENE_S, weight_of
from command_center.domain.catalogue import Catalogue, IncidentType, Vehicle
from command_center.domain.closures import Blocked
from command_center.domain.road_weather import RoadWeather
from command_center.domain.simulation import Absence, Calls, Ground, IntArray, Outcome, Policy, Vehicles, WaitsAt, simulate
from command_center.services.coverage import Demand, demand_of
from command_center.services.policies import policy_named
from command_center.services.road_conditions import RoadsNow
from command_center.services.standby import candidates, stands_for

HOUR_S, DAY_S = 3_600.0, 86_400.0

BY_HOUR = np.array([3, 2, 2, 1, 1, 2, 3, 5, 6, 6, 5, 5, 5, 5, 5, 5, 6, 7, 7, 7, 6, 6, 5, 4], dtype=float)
"""How calls spread over the day; a working curve, busiest in the early evening."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Everything that is the same for every policy: the ground, who waits where, and which spots calls come from."""

    ground: Ground
    at_stations: Vehicles
    at_standby: Vehicles
    spots: IntArray
    chance: NDArray[np.float64]

    def vehicles(self, policy: Policy) -> Vehicles:
        """Where the policy lets them wait."""
        return self.at_standby if policy.waits_at is WaitsAt.STANDBY else self.at_stations


@dataclass(frozen=True, slots=True)
class RoadsFrom:
    """The roads as they are from a moment on. since_s : after the beginning."""

    since_s: float
    roads: RoadsNow


def stage(
    center: Center,
    *,
    units: int | None = None,
    fleet: Sequence[Vehicle] | None = None,
    weather: RoadWeather = RoadWeather.DRY,
    chosen_by: Demand | None = None,
) -> Stage:
    """Prepare the street. fleet : None takes the catalogue's. units : so many of them, in turn as they stand there; None takes each once.

    chosen_by : where help is expected to be needed by whoever chooses standby points; None takes the street's weights.
    """
    roads = RoadsNow(router=center.roads, catalogue=center.catalogue, weather=weather, blocked=frozenset())
    known, demand = list(center.catalogue.vehicles.values()) if fleet is None else fleet, demand_of(center.catalogue)
    sent = [known[number % len(known)] for number in range(len(known) if units is None else units)]
    return stage_on(center, [RoadsFrom(0.0, roads)], sent, demand.points, demand.weight, chosen_by=chosen_by)


def stage_on(
    center: Center,
    phases: Sequence[RoadsFrom],
    fleet: Sequence[Vehicle],
    points: NDArray[np.float64],
    chance: NDArray[np.float64],
    absences: tuple[Absence, ...] = (),
    chosen_by: Demand | None = None,
) -> Stage:
    """A stage on roads that change: the first phase holds from the beginning, and is all that whoever chooses standby points knows.

    points : (n, 2) where calls come from.  chance : (n,) how likely each is, adds up to 1.
    """
    catalogue, roads = center.catalogue, phases[0].roads
    demand, waits_at = chosen_by or demand_of(catalogue), candidates(center)
    stations = {code: number for number, code in enumerate(catalogue.stations)}
    every = np.concatenate([np.array([(point.lat, point.lon) for point in waits_at]), points])
    nodes, spots = np.unique(center.roads.snap(every).node, return_inverse=True)
    kinds = sorted({vehicle.kind for vehicle in fleet})
    kind = np.array([kinds.index(vehicle.kind) for vehicle in fleet])
    home = spots[np.array([stations[vehicle.station] for vehicle in fleet])]
    stands = stands_for(center, roads, [vehicle.kind for vehicle in fleet], waits_at, demand)
    waiting = [stands.get(vehicle.kind, []) for vehicle in fleet]
    standby = np.array([spots[chosen.pop(0)] if chosen else at for chosen, at in zip(waiting, home, strict=True)])
    first, *later = _tables(center, phases, center.roads.lat_lon[nodes], kinds)
    return Stage(
        ground=Ground(travel_s=first, later=tuple(zip([phase.since_s for phase in phases[1:]], later, strict=True))),
        at_stations=Vehicles(kind=kind, home=home, absences=absences),
        at_standby=Vehicles(kind=kind, home=standby, absences=absences),
        spots=spots[len(waits_at) :],
        chance=chance,
    )


def _tables(
    center: Center, phases: Sequence[RoadsFrom], places: NDArray[np.float64], kinds: Sequence[str]
) -> Iterator[NDArray[np.float64]]:
    """(kinds, places, places) seconds for each phase; the same weather and closures again are not searched again."""
    known: dict[tuple[RoadWeather, frozenset[Blocked]], NDArray[np.float64]] = {}
    for phase in phases:
        now = phase.roads
        if (now.weather, now.blocked) not in known:
            known[now.weather, now.blocked] = np.stack(
                [center.roads.matrix_s(places, places, vehicle_kmh=now.cruise_kmh(kind), blocked=now.blocked) for kind in kinds]
            )
        yield known[now.weather, now.blocked]


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


def held_half(
    center: Center, *, fleet: Sequence[Vehicle] | None, weather: RoadWeather, seed: int, days: float = 100, per_day: float = 60
) -> tuple[float, float]:
    """Shares of calls with help within five minutes, from stations and from standby points: the points are chosen by one half of the calls,
    and the other half is counted.
    """
    at_stations = stage(center, fleet=fleet, weather=weather)
    calls = day_calls(center.catalogue, at_stations, days=days, per_day=per_day, seed=seed)
    seen = np.random.default_rng(seed).random(len(calls.at_s)) < 0.5
    counted = np.bincount(calls.spot[seen], minlength=len(at_stations.ground.travel_s[0]))
    beside = np.bincount(at_stations.spots, minlength=len(counted))
    weight = (counted / np.maximum(beside, 1))[at_stations.spots]
    at_standby = stage(center, fleet=fleet, weather=weather, chosen_by=replace(demand_of(center.catalogue), weight=weight / weight.sum()))
    held = Calls(**{one.name: getattr(calls, one.name)[~seen] for one in fields(Calls)})
    return run(at_stations, held, "ours").promise_share, run(at_standby, held, "ours_standby").promise_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One policy on one set of calls."""

    policy: str
    calls: int
    weighted_s: float
    promise_share: float
    p90_s: float


def run(on: Stage, calls: Calls, policy: Policy | str) -> Outcome:
    """Raises NoSuchPolicy for a name that leads to none, ImpossibleChoice when a policy sends whom it cannot."""
    chosen = policy_named(policy)() if isinstance(policy, str) else policy
    return simulate(on.ground, on.vehicles(chosen), calls, chosen)


def result(policy: str, outcome: Outcome) -> Result:
    return Result(
        policy=policy,
        calls=len(outcome.response_s),
        weighted_s=outcome.weighted_s,
        promise_share=outcome.promise_share,
        p90_s=outcome.p90_s,
    )
