"""Standby points: greedy, then exchanged; checked against every possible choice where there are few."""

from __future__ import annotations

from itertools import combinations, combinations_with_replacement

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.standby import BUSY, best_stands, expected_share


def share(reach: list[np.ndarray], stands: list[tuple[int, int]], weight: np.ndarray) -> float:
    covered_by = sum((reach[kind][:, candidate].astype(float) for kind, candidate in stands), np.zeros(len(weight)))
    return expected_share(covered_by, weight)


def found(reach: list[np.ndarray], counts: list[int], weight: np.ndarray) -> list[tuple[int, int]]:
    return [(stand.kind, stand.candidate) for stand in best_stands(reach, counts, weight)]


def test_two_vehicles_share_the_street_instead_of_standing_together() -> None:
    reach = [np.array([[1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 0]], dtype=bool)]
    weight = np.full(4, 0.25)

    assert sorted(found(reach, [2], weight)) == [(0, 0), (0, 1)]


def test_what_greed_spoils_is_exchanged() -> None:
    """The widest point comes first, then two narrow ones are better without it."""
    reach = [np.array([[1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 1, 1], [1, 0, 0], [0, 0, 1], [0, 0, 1]], dtype=bool)]
    weight = np.array([0.15, 0.15, 0.05, 0.15, 0.2, 0.15, 0.15])

    chosen = found(reach, [2], weight)

    assert share(reach, chosen, weight) == max(share(reach, list(pair), weight) for pair in combinations([(0, 0), (0, 1), (0, 2)], 2))


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(1, 3))
def test_never_far_from_the_best_of_all_choices(seed: int, candidates: int, vehicles: int) -> None:
    dice = np.random.default_rng(seed)
    reach = [dice.random((12, candidates)) < 0.4]
    weight = dice.random(12)
    weight /= weight.sum()

    ours = share(reach, found(reach, [vehicles], weight), weight)

    every = combinations_with_replacement([(0, candidate) for candidate in range(candidates)], vehicles)
    best = max(share(reach, list(choice), weight) for choice in every if max(choice.count(one) for one in choice) <= 2)
    assert ours <= best + 1e-9
    assert ours >= (1 - 1 / np.e) * best - 1e-9
    assert 0 <= BUSY < 1
