"""Which edges of a network lie on ground that nobody drives over (domain.closures.Blocked).

A closure is kept as lines on the ground, not as edges: it outlives an import of new roads, and a router elsewhere understands it too.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from command_center.domain.closures import TRACED_REACH_M
from command_center.roads.edges import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class PlaneEdges:
    """Edges on a flat map. tail, head : (m, 2) float, metres north and east."""

    tail: FloatArray
    head: FloatArray


def edges_on(edges: PlaneEdges, lines: list[FloatArray], reach_m: float) -> BoolArray:
    """(m,) bool, True for edges that a blocked line takes out. lines : each (k, 2) float, metres as the edges have them.

    A line traced on the street itself (reach_m is small) takes that street only; one drawn by hand also takes what it crosses.
    """
    out = np.zeros(len(edges.tail), dtype=bool)
    for line in lines:
        if len(line) == 1:
            out |= _distance_m(line[0], edges.tail, edges.head) <= reach_m
        for start, end in pairwise(line):
            out |= _distance_to_m((edges.tail + edges.head) / 2, start, end) <= reach_m
            if reach_m > TRACED_REACH_M:
                out |= _crosses(edges, start, end)
    return out


def _distance_m(point: FloatArray, tail: FloatArray, head: FloatArray) -> FloatArray:
    """(m,) metres from one point to each of m edges."""
    way = head - tail
    share = ((point - tail) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
    return np.asarray(np.linalg.norm(point - (tail + np.clip(share, 0, 1)[:, None] * way), axis=1))


def _distance_to_m(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """(m,) metres from each of m points to one piece of line."""
    way = end - start
    share = np.clip((points - start) @ way / max(float(way @ way), 1e-9), 0, 1)
    return np.asarray(np.linalg.norm(points - (start + share[:, None] * way), axis=1))


def _crosses(edges: PlaneEdges, start: FloatArray, end: FloatArray) -> BoolArray:
    """(m,) bool, True for edges that cross the piece of line or begin on it; one that its end touches does not."""
    way = end - start
    sides = _turn(way, edges.tail - start) * _turn(way, edges.head - start)
    along = edges.head - edges.tail
    ends = _turn(along, start - edges.tail) * _turn(along, end - edges.tail)
    return np.asarray((sides <= 1e-6) & (ends < -1e-6))


def _turn(a: FloatArray, b: FloatArray) -> FloatArray:
    """On which side of a the vector b points, by its sign; either may be one vector or one for each edge."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])
