"""Turns: which edge may be driven after which, and what turning takes.

Where one came from decides where one may go on, so a way is searched over states and not over nodes. A state is an edge that is being
driven; the first m states are the m edges. A private road that was entered from a public one is a state of its own, so that whoever drives
through it instead of to it pays for being let in and out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from command_center.domain.geo import EARTH_RADIUS_M
from command_center.roads.edges import BoolArray, DirectedEdges, FloatArray, IntArray, chosen, component, part_of

TURN_S = 7.5
"""What turning right round takes at a junction; a right angle takes half of it, going straight nothing. The curve and its figures are those
of OSRM's car profile, which were fitted to real driving; left and right are not told apart.
"""

STEEPNESS = 13.0
"""How sharply the curve rises around the right angle."""

U_TURN_S = 20.0
"""More than turning, by the same source. Nobody turns round but where nothing else leads on."""

GATES_S = 120.0
"""To be let into and out of a compound that one only drives through; a working value. Whoever begins or ends there does not pay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """How one may go on. edge : (s,) int, of every state; start : (m,) int, the state in which each edge is driven first.

    before, after : (t,) int, states, sorted by (before, after).  turn_s : (t,) float, seconds between them.
    """

    edge: IntArray
    start: IntArray
    before: IntArray
    after: IntArray
    turn_s: FloatArray


def movements(edges: DirectedEdges, *, keep_restrictions: bool) -> Movements:
    """Every movement over the junctions of a network. keep_restrictions : False drives forbidden turns too."""
    before, after = _allowed(edges, keep_restrictions=keep_restrictions)
    turn_s = _turn_s(edges, before, after)
    private, count = _behind_gates(edges), len(edges.tail)
    inside = np.flatnonzero(private)
    let_in = np.arange(count)
    let_in[inside] = count + np.arange(len(inside))
    enters, leaves, stays = ~private[before] & private[after], private[before] & ~private[after], private[before] & private[after]
    first = np.concatenate([before, let_in[before[stays]], let_in[before[leaves]]])
    then = np.concatenate([np.where(enters, let_in[after], after), let_in[after[stays]], after[leaves]])
    seconds = np.concatenate([turn_s, turn_s[stays], turn_s[leaves] + GATES_S])
    order = np.lexsort((then, first))
    on_the_street = np.zeros(len(edges.lat_lon), dtype=bool)
    on_the_street[edges.tail[~private]] = on_the_street[edges.head[~private]] = True
    return Movements(
        edge=np.concatenate([np.arange(count), inside]),
        start=np.where(on_the_street[edges.tail], let_in, np.arange(count)),
        before=first[order],
        after=then[order],
        turn_s=seconds[order],
    )


def drivable_part(edges: DirectedEdges) -> DirectedEdges:
    """Only what is driven although some turns are forbidden: edges that one can come back to, and nodes that can all reach one another."""
    while True:
        edges = component(edges)
        lasting = _lasting(edges) if len(edges.tail) else edges
        if len(lasting.tail) == len(edges.tail):
            return edges
        edges = lasting


def _lasting(edges: DirectedEdges) -> DirectedEdges:
    """Without edges that one never comes back to, and nodes that the heart of the network does not reach or is not reached from."""
    moves, nodes = movements(edges, keep_restrictions=True), len(edges.lat_lon)
    count = len(moves.edge)
    onward = csr_array((np.ones(len(moves.before)), (moves.before, moves.after)), shape=(count, count))
    _, label = connected_components(onward, connection="strong")
    comes_back = np.zeros(len(edges.tail), dtype=bool)
    comes_back[moves.edge[np.bincount(label)[label] > 1]] = True
    if not comes_back.all():
        return chosen(edges, np.flatnonzero(comes_back))
    touched = np.unique(label * nodes + edges.head[moves.edge]) // nodes
    heart = int(np.flatnonzero(label == np.bincount(touched).argmax())[0])
    reached, reaches = np.zeros(nodes, dtype=bool), np.zeros(count, dtype=bool)
    reached[edges.head[moves.edge[breadth_first_order(onward, heart, return_predecessors=False)]]] = True
    reaches[breadth_first_order(csr_array(onward.T), heart, return_predecessors=False)] = True
    leads = np.zeros(nodes, dtype=bool)
    leads[edges.tail[reaches[moves.start]]] = True
    return part_of(edges, reached & leads)


def _allowed(edges: DirectedEdges, *, keep_restrictions: bool) -> tuple[IntArray, IntArray]:
    """Pairs of edges that may be driven one after the other, sorted."""
    count, nodes = len(edges.tail), len(edges.lat_lon)
    starts = np.searchsorted(edges.tail, np.arange(nodes + 1))
    leaving = np.diff(starts)[edges.head]
    before = np.repeat(np.arange(count), leaving)
    after = spans(starts[edges.head], leaving)
    back = edges.head[after] == edges.tail[before]
    free = ~back
    if keep_restrictions and len(edges.forbidden):
        here = edges.head[before]
        turns = (edges.tail[before] * nodes + here) * nodes + edges.head[after]
        free &= ~np.isin(turns, (edges.forbidden[:, 0] * nodes + edges.forbidden[:, 1]) * nodes + edges.forbidden[:, 2])
    leads_on = np.bincount(before[free], minlength=count) > 0
    kept = free | (back & ~leads_on[before])
    return before[kept], after[kept]


def _turn_s(edges: DirectedEdges, before: IntArray, after: IntArray) -> FloatArray:
    """(t,) seconds for going over from one edge to the next; nothing where no other street begins."""
    nodes = len(edges.lat_lon)
    middle_lat = np.radians(edges.lat_lon[:, 0].mean())
    scale = np.radians(1) * EARTH_RADIUS_M * np.array([1.0, np.cos(middle_lat)])
    way = (edges.lat_lon[edges.head] - edges.lat_lon[edges.tail]) * scale
    heading = np.arctan2(way[:, 1], way[:, 0])
    angle = np.abs((heading[after] - heading[before] + np.pi) % (2 * np.pi) - np.pi)
    streets = np.unique(np.minimum(edges.tail, edges.head) * nodes + np.maximum(edges.tail, edges.head))
    arms = np.bincount(np.concatenate([streets // nodes, streets % nodes]), minlength=nodes)
    back = edges.head[after] == edges.tail[before]
    seconds = TURN_S / (1 + np.exp(STEEPNESS * (0.5 - angle / np.pi)))
    return np.where(back, TURN_S + U_TURN_S, np.where(arms[edges.head[before]] > 2, seconds, 0.0))


def _behind_gates(edges: DirectedEdges) -> BoolArray:
    """(m,) bool, True for private roads and for what only they lead to."""
    streets = np.flatnonzero(~edges.private)
    if not len(streets) or len(streets) == len(edges.tail):
        return np.zeros(len(edges.tail), dtype=bool)
    nodes = len(edges.lat_lon)
    graph = csr_array((np.ones(len(streets)), (edges.tail[streets], edges.head[streets])), shape=(nodes, nodes))
    _, label = connected_components(graph, connection="strong")
    town = label == np.bincount(label).argmax()
    return np.asarray(edges.private | ~(town[edges.tail] & town[edges.head]))


def spans(first: IntArray, count: IntArray) -> IntArray:
    """first[0], first[0] + 1, ... count[0] of them, then as many from first[1] on, and so forth."""
    return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
