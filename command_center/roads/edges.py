"""Street segments as arrays: what every step from the map file to the network hands on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from command_center.domain.geo import EARTH_RADIUS_M

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LONGEST_EDGE_M = 50.0
"""Longer edges are cut, so that the next node is never far along the road from where something stands.

At 80 m, what stood on a one-way street was put behind or before its own stretch often enough to show (docs/decisions/0013).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Undirected pieces of street, m of them between n nodes.

    lat_lon : (n, 2) float, degrees.  start, end : (m,) int, nodes.  speed_kmh : (m,) float.
    street : (m,) int, index into a list of names.  along, against : (m,) bool, whether one may drive start -> end, end -> start.
    signals : (n,) bool, True where traffic signals stand.
    """

    lat_lon: FloatArray
    start: IntArray
    end: IntArray
    speed_kmh: FloatArray
    street: IntArray
    along: BoolArray
    against: BoolArray
    signals: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedEdges:
    """One-way edges sorted by (tail, head), at most one per pair.

    length_m, speed_kmh : (m,) float; street : (m,) int; signal : (m,) bool, True where traffic signals stand at the head.
    """

    lat_lon: FloatArray
    tail: IntArray
    head: IntArray
    length_m: FloatArray
    speed_kmh: FloatArray
    street: IntArray
    signal: BoolArray


def length_m(a: FloatArray, b: FloatArray) -> FloatArray:
    """Great-circle metres between (m, 2) and (m, 2) lat, lon."""
    lat_a, lat_b = np.radians(a[:, 0]), np.radians(b[:, 0])
    half_lat, half_lon = (lat_b - lat_a) / 2, np.radians(b[:, 1] - a[:, 1]) / 2
    h = np.sin(half_lat) ** 2 + np.cos(lat_a) * np.cos(lat_b) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(h))))


def densified(segments: Segments, *, longest_m: float = LONGEST_EDGE_M) -> Segments:
    """Cut every segment into equal parts no longer than `longest_m`."""
    a, b = segments.lat_lon[segments.start], segments.lat_lon[segments.end]
    parts = np.maximum(1, np.ceil(length_m(a, b) / longest_m)).astype(np.int64)
    segment = np.repeat(np.arange(len(parts)), parts)
    part = np.arange(len(segment)) - np.repeat(np.cumsum(parts) - parts, parts)
    is_last = part == parts[segment] - 1
    share = ((part + 1) / parts[segment])[~is_last, None]
    added = a[segment[~is_last]] * (1 - share) + b[segment[~is_last]] * share
    ends = segments.end[segment].copy()
    ends[~is_last] = len(segments.lat_lon) + np.arange(len(added))
    starts = segments.start[segment].copy()
    starts[part > 0] = ends[np.flatnonzero(part > 0) - 1]
    return Segments(
        lat_lon=np.concatenate([segments.lat_lon, added]),
        start=starts,
        end=ends,
        speed_kmh=segments.speed_kmh[segment],
        street=segments.street[segment],
        along=segments.along[segment],
        against=segments.against[segment],
        signals=np.concatenate([segments.signals, np.zeros(len(added), dtype=bool)]),
    )


def directed(segments: Segments) -> DirectedEdges:
    """Both directions as edges of their own; of parallel edges the fastest stays."""
    along, against = segments.along, segments.against
    tail = np.concatenate([segments.start[along], segments.end[against]])
    head = np.concatenate([segments.end[along], segments.start[against]])
    edges = DirectedEdges(
        lat_lon=segments.lat_lon,
        tail=tail,
        head=head,
        length_m=length_m(segments.lat_lon[tail], segments.lat_lon[head]),
        speed_kmh=np.concatenate([segments.speed_kmh[along], segments.speed_kmh[against]]),
        street=np.concatenate([segments.street[along], segments.street[against]]),
        signal=segments.signals[head],
    )
    order = np.lexsort((edges.length_m / edges.speed_kmh, edges.head, edges.tail))
    edges = _chosen(edges, order[edges.tail[order] != edges.head[order]])
    first = np.ones(len(edges.tail), dtype=bool)
    first[1:] = (np.diff(edges.tail) != 0) | (np.diff(edges.head) != 0)
    return _chosen(edges, np.flatnonzero(first))


def largest_component(edges: DirectedEdges) -> DirectedEdges:
    """Only the nodes that can all reach one another; islands of the map file cannot be driven to."""
    nodes = len(edges.lat_lon)
    graph = csr_array((np.ones(len(edges.tail)), (edges.tail, edges.head)), shape=(nodes, nodes))
    _, label = connected_components(graph, connection="strong")
    kept = label == np.bincount(label).argmax()
    number = np.cumsum(kept) - 1
    inside = _chosen(edges, np.flatnonzero(kept[edges.tail] & kept[edges.head]))
    return replace(inside, lat_lon=edges.lat_lon[kept], tail=number[inside.tail], head=number[inside.head])


def _chosen(edges: DirectedEdges, which: IntArray) -> DirectedEdges:
    return replace(
        edges,
        tail=edges.tail[which],
        head=edges.head[which],
        length_m=edges.length_m[which],
        speed_kmh=edges.speed_kmh[which],
        street=edges.street[which],
        signal=edges.signal[which],
    )
