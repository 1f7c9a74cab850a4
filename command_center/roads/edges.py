"""Street segments as arrays: what every step from the map file to the network hands on."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from command_center.domain.geo import EARTH_RADIUS_M

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

LONGEST_EDGE_M = 50.0
"""Longer edges are cut, so that the next node is never far along the road from where something stands.

At 80 m, what stood on a one-way street was put behind or before its own stretch often enough to show (docs/decisions/0013).
"""

SIGNALS_APART_M = 40.0
"""Signals nearer to one another than this are signals of one junction."""

NO_SIGNALS = -1

NOTHING_FORBIDDEN: IntArray = np.zeros((0, 3), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments:
    """Undirected pieces of street, m of them between n nodes.

    lat_lon : (n, 2) float, degrees.  start, end : (m,) int, nodes.  speed_kmh : (m,) float.
    street : (m,) int, index into a list of names.  along, against : (m,) bool, whether one may drive start -> end, end -> start.
    private : (m,) bool, True where one drives only to what lies there.  way : (m,) int, the map file's own number.
    signals : (n,) bool, True where traffic signals stand.
    """

    lat_lon: FloatArray
    start: IntArray
    end: IntArray
    speed_kmh: FloatArray
    street: IntArray
    along: BoolArray
    against: BoolArray
    private: BoolArray
    way: IntArray
    signals: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectedEdges:
    """One-way edges sorted by (tail, head), at most one per pair.

    length_m, speed_kmh : (m,) float; street : (m,) int; signal : (m,) bool, True where one comes to a junction with traffic signals.
    private : (m,) bool, True where one drives only to what lies there.
    forbidden : (k, 3) int, nodes: whoever comes from the first to the second does not go on to the third.
    """

    lat_lon: FloatArray
    tail: IntArray
    head: IntArray
    length_m: FloatArray
    speed_kmh: FloatArray
    street: IntArray
    signal: BoolArray
    private: BoolArray
    forbidden: IntArray


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
        private=segments.private[segment],
        way=segments.way[segment],
        signals=np.concatenate([segments.signals, np.zeros(len(added), dtype=bool)]),
    )


def directed(segments: Segments, forbidden: IntArray) -> DirectedEdges:
    """Both directions as edges of their own; of parallel edges the fastest stays. forbidden : as `DirectedEdges` has it."""
    along, against = segments.along, segments.against
    junction = signalled_junctions(segments)
    tail = np.concatenate([segments.start[along], segments.end[against]])
    head = np.concatenate([segments.end[along], segments.start[against]])
    edges = DirectedEdges(
        lat_lon=segments.lat_lon,
        tail=tail,
        head=head,
        length_m=length_m(segments.lat_lon[tail], segments.lat_lon[head]),
        speed_kmh=np.concatenate([segments.speed_kmh[along], segments.speed_kmh[against]]),
        street=np.concatenate([segments.street[along], segments.street[against]]),
        signal=(junction[head] != NO_SIGNALS) & (junction[head] != junction[tail]),
        private=np.concatenate([segments.private[along], segments.private[against]]),
        forbidden=forbidden,
    )
    order = np.lexsort((edges.length_m / edges.speed_kmh, edges.head, edges.tail))
    edges = chosen(edges, order[edges.tail[order] != edges.head[order]])
    first = np.ones(len(edges.tail), dtype=bool)
    first[1:] = (np.diff(edges.tail) != 0) | (np.diff(edges.head) != 0)
    return chosen(edges, np.flatnonzero(first))


def signalled_junctions(segments: Segments) -> IntArray:
    """(n,) int, which junction with signals each node belongs to: one of several signals is one wait, whichever way one crosses it.

    Signals stand together within 40 m of one another; what lies between two of them belongs to their junction too.
    """
    junction = np.full(len(segments.lat_lon), NO_SIGNALS, dtype=np.int64)
    stands = np.flatnonzero(segments.signals)
    if not len(stands):
        return junction
    scale = np.radians(1) * EARTH_RADIUS_M * np.array([1.0, np.cos(np.radians(segments.lat_lon[:, 0].mean()))])
    place = segments.lat_lon * scale
    pairs = cKDTree(place[stands]).query_pairs(SIGNALS_APART_M, output_type="ndarray")
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(stands), len(stands)))
    _, label = connected_components(graph, directed=False)
    first, second = place[stands[pairs[:, 0]]], place[stands[pairs[:, 1]]]
    apart_m = np.linalg.norm(first - second, axis=1)
    beside = cKDTree(place).query_ball_point((first + second) / 2, np.maximum(apart_m / 2, 1e-3))
    for number, between in zip(label[pairs[:, 0]].tolist(), beside, strict=True):
        junction[between] = number
    junction[stands] = label
    return junction


def component(edges: DirectedEdges) -> DirectedEdges:
    """Only the nodes that can all reach one another, whatever is forbidden; islands of the map file cannot be driven to."""
    nodes = len(edges.lat_lon)
    graph = csr_array((np.ones(len(edges.tail)), (edges.tail, edges.head)), shape=(nodes, nodes))
    _, label = connected_components(graph, connection="strong")
    return part_of(edges, np.asarray(label == np.bincount(label).argmax()))


def part_of(edges: DirectedEdges, kept: BoolArray) -> DirectedEdges:
    """Only some nodes, and the edges between them. kept : (n,) bool."""
    number = np.cumsum(kept) - 1
    inside = chosen(edges, np.flatnonzero(kept[edges.tail] & kept[edges.head]))
    forbidden = edges.forbidden[kept[edges.forbidden].all(axis=1)]
    return replace(
        inside, lat_lon=edges.lat_lon[kept], tail=number[inside.tail], head=number[inside.head], forbidden=number[forbidden].reshape(-1, 3)
    )


def chosen(edges: DirectedEdges, which: IntArray) -> DirectedEdges:
    """Only some of the edges, between the same nodes."""
    return replace(
        edges,
        tail=edges.tail[which],
        head=edges.head[which],
        length_m=edges.length_m[which],
        speed_kmh=edges.speed_kmh[which],
        street=edges.street[which],
        signal=edges.signal[which],
        private=edges.private[which],
    )
