"""Policies that answer simulated calls: those that ship, those that an installed package brings, and any class that is named.

A policy is what has `choose` and `waits_at` (domain/simulation.Policy). A package brings its own by an entry point of the group
`command_center.policies`; `--policy module:Class` takes one that is not installed anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, EntryPoints, entry_points

import numpy as np
from numpy.typing import NDArray

from command_center.domain.assigning import NEVER, pair_costs
from command_center.domain.simulation import Closest, Moment, Policy, SeverityFirst, WaitsAt
from command_center.services.assigning import solved

GROUP = "command_center.policies"

LOOKED_AT = 3
"""Of a long queue, the gravest so many orders for each free vehicle are weighed."""

Choice = Callable[[], Policy]
"""Makes a policy for one run."""


class NoSuchPolicy(LookupError):
    """A name that leads to no policy, with one sentence why."""


class Together:
    """What the centre proposes: everybody who waits and everybody who is free, weighed together (domain/assigning)."""

    waits_at = WaitsAt.STATIONS

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


class TogetherFromStandby(Together):
    """The same, by vehicles that wait at standby points."""

    waits_at = WaitsAt.STANDBY


POLICIES: Mapping[str, Choice] = {
    "closest": Closest,
    "severity_first": SeverityFirst,
    "ours": Together,
    "ours_standby": TogetherFromStandby,
}
"""Those that ship."""


def policy_names() -> list[str]:
    """What can be asked for by name: those that ship, then those that packages bring."""
    return [*POLICIES, *sorted(_brought().names - POLICIES.keys())]


def policy_named(name: str) -> Choice:
    """The policy of a name, or of "module:Class". Raises NoSuchPolicy for what is none, and whatever its module raises."""
    if name in POLICIES:
        return POLICIES[name]
    brought = _brought().select(name=name)
    if not brought and ":" not in name:
        raise NoSuchPolicy(f"There is no policy {name!r}; there are {', '.join(policy_names())}, or module:Class of your own.")
    return _loaded(name, next(iter(brought), EntryPoint(name=name, value=name, group=GROUP)))


def _brought() -> EntryPoints:
    return entry_points(group=GROUP)


def _loaded(name: str, point: EntryPoint) -> Choice:
    try:
        choice = point.load()
    except (ImportError, AttributeError) as problem:
        raise NoSuchPolicy(f"The policy {name!r} cannot be loaded: {problem}.") from problem
    try:
        is_policy = isinstance(choice(), Policy)
    except TypeError as problem:
        raise NoSuchPolicy(f"The policy {name!r} cannot be made without arguments: {problem}.") from problem
    if not is_policy:
        raise NoSuchPolicy(f"{name!r} is no policy: it needs choose(moment) and waits_at (command_center.domain.simulation.Policy).")
    made: Choice = choice
    return made
