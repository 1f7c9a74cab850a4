"""Which two of many vehicles are somewhere first: two searches, however many vehicles there are.

The second search goes over the pieces of the network that one and the same vehicle reaches first, and enters them where another vehicle's
piece touches: whoever is second anywhere came in over such a border, or started there.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from command_center.roads.edges import FloatArray, IntArray

NOBODY = -1

_HEAD_START_S = 1e-6
"""A sparse matrix cannot hold an edge that takes no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestTwo:
    """Per node: who is there first and second, as numbers of vehicles (-1: nobody), and after how many seconds (inf: nobody).

    first, second : (n,) int.  first_s, second_s : (n,) float, turnout included.
    """

    first: IntArray
    first_s: FloatArray
    second: IntArray
    second_s: FloatArray

    def at(self, nodes: IntArray) -> "NearestTwo":
        """The same for some nodes only."""
        return NearestTwo(first=self.first[nodes], first_s=self.first_s[nodes], second=self.second[nodes], second_s=self.second_s[nodes])

    def merged(self, other: "NearestTwo", *, shift: int) -> "NearestTwo":
        """The first two of both fleets at every node. shift : what to add to the other's numbers of vehicles."""
        who = np.stack([self.first, self.second, _shifted(other.first, shift), _shifted(other.second, shift)])
        when = np.stack([self.first_s, self.second_s, other.first_s, other.second_s])
        order = np.argsort(when, axis=0, kind="stable")[:2]
        row = np.arange(when.shape[1])
        return NearestTwo(first=who[order[0], row], first_s=when[order[0], row], second=who[order[1], row], second_s=when[order[1], row])


def nobody(nodes: int) -> NearestTwo:
    """No vehicle at all."""
    none, never = np.full(nodes, NOBODY, dtype=np.int64), np.full(nodes, np.inf)
    return NearestTwo(first=none, first_s=never, second=none, second_s=never)


def nearest_two(graph: csr_array, nodes: IntArray, start_s: FloatArray, *, limit_s: float = np.inf) -> NearestTwo:
    """Search from vehicles that roll `start_s` seconds from now.

    graph : (n, n) seconds per edge, sorted by row.  nodes : (k,) int, where the vehicles stand.  limit_s : later arrivals do not count.
    """
    count = graph.shape[0]
    nodes, start_s = np.asarray(nodes, dtype=np.int64), np.asarray(start_s, dtype=np.float64)
    if not len(nodes):
        return nobody(count)
    order = np.lexsort((np.arange(len(nodes)), start_s, nodes))
    ahead = np.ones(len(order), dtype=bool)
    ahead[1:] = nodes[order][1:] != nodes[order][:-1]
    soonest = order[ahead]
    first_s, parent = _search(graph, nodes[soonest], start_s[soonest], limit_s)
    first = _who(parent, nodes[soonest], soonest, first_s)
    entry = _entries(graph, first, first_s, nodes, start_s)
    inside = csr_array((np.where(_same_piece(graph, first), graph.data, np.inf), graph.indices, graph.indptr), shape=graph.shape)
    enters = np.flatnonzero(np.isfinite(entry.seconds))
    second_s, parent = _search(inside, enters, entry.seconds[enters], limit_s)
    second = _who(parent, enters, entry.who[enters], second_s)
    return NearestTwo(first=first, first_s=first_s, second=second, second_s=second_s)


def soonest(graph: csr_array, nodes: IntArray, start_s: FloatArray, *, limit_s: float = np.inf) -> tuple[FloatArray, IntArray]:
    """Per node: seconds from whichever start is soonest there, and which one it was (inf and -1: none). start_s : inf never starts."""
    starting = np.flatnonzero(np.isfinite(start_s))
    order = starting[np.lexsort((start_s[starting], nodes[starting]))]
    ahead = np.ones(len(order), dtype=bool)
    ahead[1:] = nodes[order][1:] != nodes[order][:-1]
    chosen = order[ahead]
    if not len(chosen):
        return np.full(graph.shape[0], np.inf), np.full(graph.shape[0], NOBODY, dtype=np.int64)
    seconds, parent = _search(graph, nodes[chosen], start_s[chosen], limit_s)
    return seconds, _who(parent, nodes[chosen], chosen, seconds)


@dataclass(frozen=True, slots=True)
class _Entries:
    """Per node: who comes in from another's piece, or starts there, and when."""

    seconds: FloatArray
    who: IntArray


def _search(graph: csr_array, nodes: IntArray, start_s: FloatArray, limit_s: float) -> tuple[FloatArray, IntArray]:
    """Seconds to every node from whichever start is soonest, and the node before it; a start's own is the number of nodes.

    nodes : each once.
    """
    count = graph.shape[0]
    data = np.concatenate([graph.data, start_s + _HEAD_START_S])
    heads = np.concatenate([graph.indices, nodes])
    starts = np.concatenate([graph.indptr, [len(data)]])
    around = csr_array((data, heads, starts), shape=(count + 1, count + 1))
    seconds, parent = dijkstra(around, indices=count, return_predecessors=True, limit=limit_s)
    return np.asarray(seconds[:count]), np.asarray(parent[:count], dtype=np.int64)


def _who(parent: IntArray, starts: IntArray, vehicles: IntArray, seconds: FloatArray) -> IntArray:
    """Which vehicle each node's way began with. Every round doubles how far back a node looks."""
    count = len(parent)
    back = np.where(np.isfinite(seconds), parent, np.arange(count))
    at_start = back == count
    back[at_start] = np.flatnonzero(at_start)
    while True:
        further = back[back]
        if np.array_equal(further, back):
            break
        back = further
    named = np.full(count, NOBODY, dtype=np.int64)
    named[starts] = vehicles
    return np.where(np.isfinite(seconds), named[back], NOBODY)


def _same_piece(graph: csr_array, first: IntArray) -> np.ndarray:
    """(m,) bool, True for edges that stay where the same vehicle is first."""
    tail = np.repeat(np.arange(graph.shape[0]), np.diff(graph.indptr))
    return np.asarray((first[tail] == first[graph.indices]) & (first[tail] != NOBODY))


def _entries(graph: csr_array, first: IntArray, first_s: FloatArray, nodes: IntArray, start_s: FloatArray) -> _Entries:
    """Where second ones come from: over a border between two pieces, or out of a yard where another is first."""
    count = graph.shape[0]
    tail = np.repeat(np.arange(count), np.diff(graph.indptr))
    border = np.flatnonzero((first[tail] != first[graph.indices]) & (first[tail] != NOBODY))
    yard = np.flatnonzero(first[nodes] != np.arange(len(nodes)))
    head = np.concatenate([graph.indices[border], nodes[yard]])
    seconds = np.concatenate([first_s[tail[border]] + graph.data[border], start_s[yard]])
    who = np.concatenate([first[tail[border]], yard])
    found = _Entries(np.full(count, np.inf), np.full(count, NOBODY, dtype=np.int64))
    np.minimum.at(found.seconds, head, seconds)
    soonest = seconds == found.seconds[head]
    found.who[head[soonest]] = who[soonest]
    return found


def _shifted(who: IntArray, shift: int) -> IntArray:
    return np.where(who == NOBODY, NOBODY, who + shift)
