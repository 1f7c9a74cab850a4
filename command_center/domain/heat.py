"""Where incidents lie as a smooth field: what a heat map shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, radians

import numpy as np
from numpy.typing import NDArray

from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.period_figures import HeatCell

SPREAD_M = 150.0
"""How far an incident's warmth reaches: the standard deviation of the bell around it. Two calls from one compound are one warm spot."""

STEPS = 96
"""Points of the field along each side of its box."""


@dataclass(frozen=True, slots=True)
class HeatField:
    """lat, lon : (n,) degrees, ascending. per_km2 : (n, n) incidents per square kilometre, rows by lat."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    per_km2: NDArray[np.float64]


def heat_field(cells: Sequence[HeatCell], south_west: Point, north_east: Point, *, spread_m: float = SPREAD_M) -> HeatField:
    """The warmth in a box: of every incident a bell that adds up to one incident, wherever the box ends."""
    lat, lon = np.linspace(south_west.lat, north_east.lat, STEPS), np.linspace(south_west.lon, north_east.lon, STEPS)
    metres = radians(1) * EARTH_RADIUS_M
    narrower = cos(radians((south_west.lat + north_east.lat) / 2))
    north = _bells(lat, [it.lat for it in cells], metres / spread_m)
    east = _bells(lon, [it.lon for it in cells], metres * narrower / spread_m)
    counts = np.array([it.incidents for it in cells], dtype=np.float64)
    return HeatField(lat, lon, (north * counts) @ east.T * 1e6 / (2 * pi * spread_m**2))


def _bells(at: NDArray[np.float64], middles: Sequence[float], per_spread: float) -> NDArray[np.float64]:
    """(n, k) heights of k bells at n places; per_spread : spreads in one unit of `at`."""
    away = (at[:, None] - np.array(middles, dtype=np.float64)) * per_spread
    return np.asarray(np.exp(-(away**2) / 2))
