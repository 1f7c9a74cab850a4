"""Who goes where when many wait at once: what one unit at one incident is worth, and what first come, first served would do.

The graver an incident, the more a second of its waiting weighs. Everybody is helped who can be; where units are too few, the weights
decide who waits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from command_center.domain.levels import Level

WEIGHT: Mapping[Level, float] = {Level.I: 20.0, Level.II: 6.0, Level.III: 2.0, Level.IV: 1.0}
"""What a second of waiting weighs, by level; working values."""

LIFE_RISK = 2.0
"""A life at risk weighs so much more."""

FURTHER_UNIT = 0.25
"""A second or third unit at the same place is worth so much of the first."""

HELPED_S = 7_200.0
"""Being helped at all is worth two hours of waiting, so that nobody is left out for the sake of a better average."""

EXPECTED_SCENE_S: Mapping[Level, float] = {Level.I: 3_600.0, Level.II: 2_700.0, Level.III: 1_800.0, Level.IV: 1_200.0}
"""How long a unit is bound at a scene; working values until the street has a year of its own."""

OTHER_KIND_S = 300.0
NO_SKILL_S = 120.0
"""A unit of another kind than the incident wants, or without any of its skills, counts as if it came so much later."""

NEVER = 1e9
"""A pair that cannot be."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One unit that one incident waits for. place : of the incident in the table of times; nth : 0 for the first unit there.

    waited_s : since the call. expected_s : how long a unit will be bound there.
    """

    incident_id: int
    place: int
    nth: int
    kind: str
    capabilities: frozenset[str]
    weight: float
    waited_s: float
    expected_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A unit that could be sent. start_s : until it rolls."""

    unit_id: str
    kind: str
    capabilities: frozenset[str]
    start_s: float


def weight_of(level: Level, *, life_risk: bool) -> float:
    return WEIGHT[level] * (LIFE_RISK if life_risk else 1.0)


def arrivals_s(units: Sequence[Ready], wanted: Sequence[Wanted], travel_s: FloatArray) -> FloatArray:
    """(units, wanted) seconds from now until each unit would be there; inf where it cannot. travel_s : (units, incidents)."""
    start_s = np.array([unit.start_s for unit in units]).reshape(-1, 1)
    return np.asarray(travel_s[:, [one.place for one in wanted]] + start_s)


def costs(units: Sequence[Ready], wanted: Sequence[Wanted], arrival_s: FloatArray) -> FloatArray:
    """(units, wanted) what each pair costs, below zero wherever it can be; the sum over the pairs chosen is to be least."""
    detour_s = np.array([[_detour_s(unit, one) for one in wanted] for unit in units]).reshape(arrival_s.shape)
    weight = np.array([one.weight * (1.0 if one.nth == 0 else FURTHER_UNIT) for one in wanted])
    return pair_costs(arrival_s + detour_s, weight, np.array([one.expected_s for one in wanted]))


def pair_costs(arrival_s: FloatArray, weight: FloatArray, expected_s: FloatArray) -> FloatArray:
    """(units, wanted) the heart of it. weight, expected_s : (wanted,).

    Where there are units enough, the weighted wait. Where there are too few, who is served first holds up the others: then what counts is
    the weight per second that it binds a unit (Smith's rule).
    """
    units, wanted = arrival_s.shape
    known_s = np.where(np.isfinite(arrival_s), arrival_s, 0.0)
    worth = HELPED_S / (known_s + expected_s) if units < wanted else HELPED_S - np.minimum(known_s, HELPED_S - 1.0)
    return np.where(np.isfinite(arrival_s), -weight * worth, NEVER)


def _detour_s(unit: Ready, one: Wanted) -> float:
    other = 0.0 if unit.kind == one.kind else OTHER_KIND_S
    return other + (0.0 if not one.capabilities or unit.capabilities & one.capabilities else NO_SKILL_S)


def first_come(units: Sequence[Ready], wanted: Sequence[Wanted], arrival_s: FloatArray) -> list[tuple[int, int]]:
    """Pairs (unit, wanted) as one incident after the other would get its nearest units, whoever called first.

    wanted : in the order of the calls. A unit of the wanted kind goes before a nearer one of another kind.
    """
    free = np.ones(len(units), dtype=bool)
    pairs: list[tuple[int, int]] = []
    for number, one in enumerate(wanted):
        other = np.array([unit.kind != one.kind for unit in units]) * OTHER_KIND_S
        when = np.where(free, arrival_s[:, number] + other, np.inf)
        if len(when) and np.isfinite(when.min()):
            unit = int(when.argmin())
            free[unit] = False
            pairs.append((unit, number))
    return pairs


def weighted_wait_s(wanted: Sequence[Wanted], arrival_s: FloatArray, pairs: Sequence[tuple[int, int]]) -> float:
    """Mean seconds from call to first help, weighted; who gets nobody counts with two hours. 0 when nobody waits."""
    soonest = {one.incident_id: (one.weight, one.waited_s + HELPED_S) for one in wanted if one.nth == 0}
    for unit, number in pairs:
        one = wanted[number]
        weight, before = soonest[one.incident_id]
        soonest[one.incident_id] = (weight, min(before, one.waited_s + float(arrival_s[unit, number])))
    whole = sum(weight for weight, _ in soonest.values())
    return sum(weight * seconds for weight, seconds in soonest.values()) / whole if whole else 0.0
