"""How long help takes, and what the street promised."""

from collections.abc import Sequence
from math import ceil, floor

TURNOUT_S = 60.0
"""Seconds from dispatch to wheels rolling; NFPA 1710 counts it apart from travel."""

PROMISE_S = 300.0
"""The street's promise: help within five minutes of the call."""


def promise_kept_share(arrival_s: Sequence[float], limit_s: float = PROMISE_S) -> float | None:
    """Share of calls whose first unit arrived within the limit; None when nothing arrived yet.

    arrival_s : seconds from call to first unit on scene.
    """
    return sum(seconds <= limit_s for seconds in arrival_s) / len(arrival_s) if arrival_s else None


def percentile_s(arrival_s: Sequence[float], percent: float) -> float | None:
    """Percentile of arrival seconds; None when there are none. NFPA 1710 asks for the 90th, not the mean."""
    if not arrival_s:
        return None
    ordered = sorted(arrival_s)
    rank = (len(ordered) - 1) * percent / 100
    low, high = ordered[floor(rank)], ordered[ceil(rank)]
    return low + (high - low) * (rank - floor(rank))
