"""Where idle vehicles stand best: as much demand as can be within reach of somebody who is free.

Any vehicle may be busy when it is needed (the maximal expected covering model, MEXCLP): a second one within reach of the same place is
worth something too, a third a little less. The places are chosen greedily and then exchanged one by one while that helps.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BUSY = 0.3
"""How likely a vehicle is not free when it is needed; a working value for an evening with some calls."""

MOST_ROUNDS = 50

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One vehicle's place: kind and candidate, as numbers."""

    kind: int
    candidate: int


def expected_share(covered_by: FloatArray, weight: FloatArray, *, busy: float = BUSY) -> float:
    """Of the demand, what somebody free reaches. covered_by : (n,) vehicles within reach; weight : (n,), adds up to 1."""
    return float(((1.0 - busy**covered_by) * weight).sum())


def best_stands(
    reach: Sequence[BoolArray], counts: Sequence[int], weight: FloatArray, *, busy: float = BUSY, most_at_one: int = 2
) -> list[Stand]:
    """Places for so many vehicles of each kind.

    reach : of each kind, (n places, m candidates), True where a vehicle that stands there is in time.
    counts : vehicles of each kind.  most_at_one : vehicles at one candidate, all kinds together.
    """
    stands: list[Stand] = []
    covered_by, taken = np.zeros(len(weight)), np.zeros(reach[0].shape[1])
    left = list(counts)
    while any(left):
        gains = [_gains(reach[kind], covered_by, weight, busy) if left[kind] else np.zeros(len(taken)) for kind in range(len(left))]
        allowed = [np.where((taken < most_at_one) & (left[kind] > 0), gains[kind], -1.0) for kind in range(len(left))]
        kind = int(np.argmax([gain.max() for gain in allowed]))
        if allowed[kind].max() < 0:
            break
        stand = Stand(kind=kind, candidate=int(allowed[kind].argmax()))
        stands.append(stand)
        left[kind] -= 1
        taken[stand.candidate] += 1
        covered_by += reach[kind][:, stand.candidate]
    return _exchanged(reach, stands, weight, covered_by, taken, busy=busy, most_at_one=most_at_one)


def _gains(reach: BoolArray, covered_by: FloatArray, weight: FloatArray, busy: float) -> FloatArray:
    """(m,) what one more vehicle at each candidate adds."""
    return np.asarray(((1.0 - busy) * busy**covered_by * weight) @ reach)


def _exchanged(
    reach: Sequence[BoolArray],
    stands: list[Stand],
    weight: FloatArray,
    covered_by: FloatArray,
    taken: FloatArray,
    *,
    busy: float,
    most_at_one: int,
) -> list[Stand]:
    """Move one vehicle after the other to a better place, until no single move helps."""
    for _ in range(MOST_ROUNDS):
        has_moved = False
        for number, stand in enumerate(stands):
            own = reach[stand.kind]
            covered_by -= own[:, stand.candidate]
            taken[stand.candidate] -= 1
            gains = np.where(taken < most_at_one, _gains(own, covered_by, weight, busy), -1.0)
            best = int(gains.argmax())
            if gains[best] > gains[stand.candidate] + 1e-12:
                stands[number], has_moved = Stand(kind=stand.kind, candidate=best), True
            covered_by += own[:, stands[number].candidate]
            taken[stands[number].candidate] += 1
        if not has_moved:
            break
    return stands
