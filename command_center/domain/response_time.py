"""How long help takes, and what the street promised."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

TURNOUT_S = 60.0
"""Seconds from dispatch to wheels rolling; NFPA 1710 counts it apart from travel."""

PROMISE_S = 300.0
"""The street's promise: help within five minutes of the call."""


def promise_kept_share(arrival_s: Sequence[float], limit_s: float = PROMISE_S) -> float | None:
    """Share of calls whose first unit arrived within the limit; None when nothing arrived yet.

    arrival_s : seconds from call to first unit on scene.
    """
    if not arrival_s:
        return None
    return float(np.mean(np.asarray(arrival_s) <= limit_s))


def percentile_s(arrival_s: Sequence[float], percent: float) -> float | None:
    """Percentile of arrival seconds (linear interpolation); None when there are none. NFPA 1710 asks for the 90th, not the mean."""
    return float(np.percentile(np.asarray(arrival_s), percent)) if arrival_s else None
