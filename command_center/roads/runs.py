"""Searches over turns, on few states: those that follow one another without a choice are one run, from junction to junction.

A search goes over the beginnings (or, backwards, the ends) of runs; what lies within a run follows from the seconds along it. Vehicles
and places stand at nodes: each one of a question is a row of its own in the searched graph, which leads to the runs that come after (or
before) the one it stands in; what it reaches without leaving that run is added directly.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from command_center.roads.edges import DirectedEdges, FloatArray, IntArray
from command_center.roads.reach import NOBODY, NearestTwo, nearest_two, nobody, soonest
from command_center.roads.turning import Movements, spans

CLOSED_S = 1e7
"""What a closed edge takes: a number, so that sums along a run stay numbers; nobody waits that long."""

NEVER_S = 1e6
"""Whatever takes longer leads over a closed edge."""


@dataclass(frozen=True, slots=True)
class Index:
    """Things in groups: those of group g are order[first[g] : first[g + 1]]."""

    order: IntArray
    first: IntArray

    @classmethod
    def by(cls, group: IntArray, groups: int) -> "Index":
        order = np.argsort(group, kind="stable")
        return cls(order, np.searchsorted(group[order], np.arange(groups + 1)))

    def of(self, groups: IntArray) -> tuple[IntArray, IntArray]:
        """The things of some groups, and for each of them which of the groups asked for it belongs to."""
        count = self.first[groups + 1] - self.first[groups]
        return self.order[spans(self.first[groups], count)], np.repeat(np.arange(len(groups)), count)

    def least_only(self, values: FloatArray) -> FloatArray:
        """Of every group the least value; inf for an empty group. values : in the order of `order`."""
        if self.has_all:
            return np.asarray(np.minimum.reduceat(values, self.first[:-1]))
        least = np.full(len(self.first) - 1, np.inf)
        some = np.flatnonzero(np.diff(self.first))
        least[some] = np.minimum.reduceat(values, self.first[some])
        return least

    @property
    def has_all(self) -> bool:
        """Whether no group is empty."""
        return bool((np.diff(self.first) > 0).all())

    def least(self, values: FloatArray) -> tuple[FloatArray, IntArray]:
        """Of every group the least value, and which thing has it (inf and -1: an empty group). values : in the order of `order`."""
        count, least = np.diff(self.first), self.least_only(values)
        which = np.full(len(count), -1, dtype=np.int64)
        winners = np.flatnonzero(values == np.repeat(least, count))
        group = np.repeat(np.arange(len(count)), count)[winners]
        which[group[::-1]] = self.order[winners[::-1]]
        return least, which


class Runs:
    """States put together. run, place : (s,) int, the run of every state and where in `order` it lies; order : (s,) states, run by run.

    starts, arrivals : states that leave a node first, and that come to it. turns : (t,) from one run to another.
    """

    def __init__(self, edges: DirectedEdges, moves: Movements) -> None:
        self.edges, self.edge = edges, moves.edge
        states, nodes = len(moves.edge), len(edges.lat_lon)
        only = (np.bincount(moves.before, minlength=states)[moves.before] == 1) & (
            np.bincount(moves.after, minlength=states)[moves.after] == 1
        )
        self.order, self.first = _chains(moves.before[only], moves.after[only], states)
        self.count = len(self.first) - 1
        self.run = np.empty(states, dtype=np.int64)
        self.run[self.order] = np.repeat(np.arange(self.count), np.diff(self.first))
        self.place = np.empty(states, dtype=np.int64)
        self.place[self.order] = np.arange(states)
        within = self.place[moves.after] == self.place[moves.before] + 1
        within &= self.run[moves.after] == self.run[moves.before]
        within &= only
        self.entering_s = np.zeros(states)
        self.entering_s[moves.after[within]] = moves.turn_s[within]
        self.turn_from, self.turn_to = self.run[moves.before[~within]], self.run[moves.after[~within]]
        self.turn_s = moves.turn_s[~within]
        self.turns_from, self.turns_to = Index.by(self.turn_from, self.count), Index.by(self.turn_to, self.count)
        self.is_start = np.zeros(states, dtype=bool)
        self.is_start[moves.start] = True
        first_states = np.flatnonzero(self.is_start)
        starts = Index.by(edges.tail[moves.edge[first_states]], nodes)
        self.starts = Index(first_states[starts.order], starts.first)
        self.arrivals = Index.by(edges.head[moves.edge], nodes)


def _chains(before: IntArray, after: IntArray, states: int) -> tuple[IntArray, IntArray]:
    """States in order, chain by chain, and where each chain begins. before, after : the only way on, and the only way there."""
    onward = np.full(states, -1, dtype=np.int64)
    onward[before] = after
    begins = np.ones(states, dtype=bool)
    begins[after] = False
    following, order, first = onward.tolist(), list[int](), list[int]()
    taken = bytearray(states)
    for start in (*np.flatnonzero(begins).tolist(), *np.flatnonzero(~begins).tolist()):  # the latter: rings that nothing joins
        if taken[start]:
            continue
        first.append(len(order))
        here = start
        while here >= 0 and not taken[here]:
            taken[here] = 1
            order.append(here)
            here = following[here]
    return np.array(order, dtype=np.int64), np.array([*first, len(order)], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Tree:
    """From everywhere to one node. left_s, towards : of every run, seconds after it, and which run comes next.

    direct : what comes there without leaving its run.
    """

    end: int
    left_s: FloatArray
    towards: IntArray
    direct: "_Direct"


@dataclass(frozen=True, slots=True)
class _Direct:
    """What is reached within a run. row : which of the nodes asked about; state : first or last; node; seconds."""

    row: IntArray
    state: IntArray
    node: IntArray
    seconds: FloatArray


@dataclass(frozen=True, slots=True)
class _Places:
    """Nodes asked about. arrivals : states that come to each; arriving_s : (a,) seconds from the beginning of their runs, in that order.

    number : of every node, which of those asked about it is, or -1; None where all nodes are asked about.
    """

    count: int
    states: Index
    within_s: FloatArray
    number: IntArray | None

    def only(self, direct: _Direct) -> _Direct:
        """What is reached directly among these, by their numbers."""
        if self.number is None:
            return direct
        number = self.number[direct.node]
        asked = number >= 0
        return _Direct(row=direct.row[asked], state=direct.state[asked], node=number[asked], seconds=direct.seconds[asked])


class TimedRuns:
    """The same with seconds. seconds : (m,) of every edge, inf where nobody drives."""

    def __init__(self, runs: Runs, seconds: FloatArray) -> None:
        self._runs = runs
        closed = np.isinf(seconds)[runs.edge]
        driving = np.where(closed, CLOSED_S, seconds[runs.edge])
        open_s = np.concatenate([[0.0], np.cumsum((np.where(closed, 0.0, driving) + runs.entering_s)[runs.order])])
        closures = np.concatenate([[0], np.cumsum(closed[runs.order])])
        begins, ends = runs.first[:-1], runs.first[1:]
        self._total = open_s[ends] - open_s[begins] + CLOSED_S * (closures[ends] - closures[begins])
        begins, ends = begins[runs.run], runs.place + 1
        self._until = open_s[ends] - open_s[begins] + CLOSED_S * (closures[ends] - closures[begins])
        """Seconds from the beginning of a run to the end of a state."""
        self._rest = self._total[runs.run] - self._until + driving
        """Seconds from the beginning of a state to the end of its run."""
        self._driving = driving
        self._onward = _graph(runs.turns_from, runs.turn_to, runs.turn_s + self._total[runs.turn_from])
        self._back = _graph(runs.turns_to, runs.turn_from, runs.turn_s + self._total[runs.turn_to])
        self._arriving = self._until[runs.arrivals.order]

    # ---- one search for one place ------------------------------------------------------------------------------------------------

    def tree(self, node: int) -> Tree:
        """From everywhere to one node."""
        runs, ends = self._runs, np.array([node])
        found, towards = dijkstra(self._towards(ends), indices=runs.count, return_predecessors=True, limit=NEVER_S)
        return Tree(node, found[: runs.count], np.asarray(towards[: runs.count], dtype=np.int64), self._direct_to(ends))

    def seconds(self, tree: Tree, nodes: IntArray) -> FloatArray:
        """(k,) seconds from each of k nodes to the tree's."""
        asked, at = np.unique(nodes, return_inverse=True)
        states, group = self._runs.starts.of(asked)
        seconds = np.full(len(asked), np.inf)
        np.minimum.at(seconds, group, tree.left_s[self._runs.run[states]] + self._rest[states])
        place = np.minimum(np.searchsorted(asked, tree.direct.node), len(asked) - 1)
        wanted = asked[place] == tree.direct.node
        np.minimum.at(seconds, place[wanted], tree.direct.seconds[wanted])
        seconds[seconds > NEVER_S] = np.inf
        return np.asarray(seconds[at])

    def way(self, tree: Tree, start: int) -> tuple[IntArray, FloatArray]:
        """The edges from a node to the tree's, and the seconds after which the end of each is reached."""
        runs = self._runs
        if start == tree.end:
            return np.zeros(0, dtype=np.int64), np.zeros(0)
        states, _ = runs.starts.of(np.array([start]))
        setting_off = tree.left_s[runs.run[states]] + self._rest[states]
        lasts = runs.arrivals.of(np.array([tree.end]))[0]
        direct = np.flatnonzero(tree.direct.node == start)
        if len(direct) and tree.direct.seconds[direct].min() <= setting_off.min():
            parts = [self._between(int(tree.direct.state[direct[tree.direct.seconds[direct].argmin()]]), lasts)]
        else:
            state = int(states[setting_off.argmin()])
            run = int(runs.run[state])
            parts = [runs.order[runs.place[state] : runs.first[run + 1]]]
            while tree.towards[run] != runs.count:
                run = int(tree.towards[run])
                parts.append(runs.order[runs.first[run] : runs.first[run + 1]])
            parts.append(self._last_part(run, lasts))
        way = np.concatenate(parts)
        return runs.edge[way], np.cumsum(self._driving[way] + self._turning(way))

    def _turning(self, states: IntArray) -> FloatArray:
        """Seconds for turning into each state of a way; none into the first."""
        runs = self._runs
        seconds, run = runs.entering_s[states], runs.run[states]
        seconds[0] = 0.0
        for number in np.flatnonzero((np.diff(runs.place[states]) != 1) | (np.diff(run) != 0)).tolist():
            turns, _ = runs.turns_from.of(run[number : number + 1])
            seconds[number + 1] = runs.turn_s[turns[runs.turn_to[turns] == run[number + 1]]].min()
        return seconds

    def _between(self, state: int, lasts: IntArray) -> IntArray:
        """States from one to the nearest of the last ones in the same run."""
        runs = self._runs
        last = min(int(runs.place[it]) for it in lasts.tolist() if runs.run[it] == runs.run[state] and runs.place[it] >= runs.place[state])
        return runs.order[runs.place[state] : last + 1]

    def _last_part(self, run: int, lasts: IntArray) -> IntArray:
        """After a run, the beginning of the one in which the way ends."""
        runs = self._runs
        turns, _ = runs.turns_from.of(np.array([run]))
        onward = dict(zip(runs.turn_to[turns].tolist(), runs.turn_s[turns].tolist(), strict=True))
        ends = [(onward[int(runs.run[it])] + float(self._until[it]), it) for it in lasts.tolist() if int(runs.run[it]) in onward]
        last = min(ends)[1]
        return runs.order[runs.first[runs.run[last]] : runs.place[last] + 1]

    # ---- tables ------------------------------------------------------------------------------------------------------------------

    def from_each(self, starts: IntArray, ends: IntArray, limit_s: float) -> FloatArray:
        """(k, e) seconds from each start to each end; one search for each start. starts, ends : nodes, each once."""
        runs = self._runs
        rows = runs.count + np.arange(len(starts))
        found = dijkstra(self._out_of(starts), indices=rows, limit=min(limit_s, NEVER_S))
        states, group = runs.arrivals.of(ends)
        return self._table(found[:, runs.run[states]] + self._until[states], group, ends, self._direct_from(starts), limit_s)

    def to_each(self, ends: IntArray, starts: IntArray, limit_s: float) -> FloatArray:
        """(k, e) seconds to each end from each start; one search for each end."""
        runs = self._runs
        rows = runs.count + np.arange(len(ends))
        found = dijkstra(self._towards(ends), indices=rows, limit=min(limit_s, NEVER_S))
        states, group = runs.starts.of(starts)
        return self._table(found[:, runs.run[states]] + self._rest[states], group, starts, self._direct_to(ends), limit_s)

    def _table(self, values: FloatArray, group: IntArray, nodes: IntArray, direct: _Direct, limit_s: float) -> FloatArray:
        begins = np.searchsorted(group, np.arange(len(nodes)))
        out = np.minimum.reduceat(values, begins, axis=1)
        column = np.full(len(self._runs.edges.lat_lon), -1, dtype=np.int64)
        column[nodes] = np.arange(len(nodes))
        wanted = column[direct.node] >= 0
        np.minimum.at(out, (direct.row[wanted], column[direct.node[wanted]]), direct.seconds[wanted])
        out[out > min(limit_s, NEVER_S)] = np.inf
        return np.asarray(out)

    # ---- whoever is there first --------------------------------------------------------------------------------------------------

    def first_to(self, nodes: IntArray, onward_s: FloatArray, at: IntArray) -> tuple[FloatArray, IntArray]:
        """Per node of `at`: seconds by way of the best of `nodes`, and which of them that is. onward_s : what it takes from each on."""
        runs = self._runs
        rows, row = np.unique(nodes, return_inverse=True)
        found, who = soonest(self._towards(rows), runs.count + row, onward_s, limit_s=NEVER_S)
        asked, back = np.unique(at, return_inverse=True)
        places = self._places_of(runs.starts, self._rest, asked)
        seconds, which = places.states.least(found[runs.run[places.states.order]] + places.within_s)
        first = np.where(which >= 0, who[runs.run[which]], NOBODY)
        seconds, first = _improved(seconds, first, places.only(self._direct_to(nodes)), onward_s, NEVER_S)
        return seconds[back], first[back]

    def nearest_two(self, nodes: IntArray, start_s: FloatArray, limit_s: float, *, at: IntArray | None = None) -> NearestTwo:
        """Per node: which two of those at `nodes` are there first, and when. at : only of these, each once."""
        runs, places = self._runs, self._places(at)
        if not len(nodes):
            return nobody(places.count)
        limit_s = min(limit_s, NEVER_S)
        rows, row = np.unique(nodes, return_inverse=True)
        found = nearest_two(self._out_of(rows), runs.count + row, start_s, limit_s=limit_s)
        run = runs.run[places.states.order]
        soon_s, later_s = found.first_s[run] + places.within_s, found.second_s[run] + places.within_s
        first_s, which = places.states.least(soon_s)
        first = np.where(which >= 0, found.first[runs.run[which]], NOBODY)
        is_first = found.first[run] == np.repeat(first, np.diff(places.states.first))
        second_s, which = places.states.least(np.where(is_first, later_s, soon_s))
        run = runs.run[which]
        second = np.where(which < 0, NOBODY, np.where(found.first[run] == first, found.second[run], found.first[run]))
        two = NearestTwo(first=first, first_s=first_s, second=second, second_s=second_s)
        return _with_direct(two, places.only(self._direct_from(nodes)), start_s, limit_s)

    def _places(self, at: IntArray | None) -> "_Places":
        """The nodes that are asked about, and what comes to them; all of them where nobody says which."""
        runs = self._runs
        if at is None:
            return _Places(len(runs.edges.lat_lon), runs.arrivals, self._arriving, None)
        return self._places_of(runs.arrivals, self._until, at)

    def _places_of(self, index: Index, within_s: FloatArray, at: IntArray) -> "_Places":
        """Of these nodes, each once, what the index says. within_s : of every state."""
        states, group = index.of(at)
        number = np.full(len(self._runs.edges.lat_lon), -1, dtype=np.int64)
        number[at] = np.arange(len(at))
        return _Places(len(at), Index(states, np.searchsorted(group, np.arange(len(at) + 1))), within_s[states], number)

    # ---- the searched graphs -----------------------------------------------------------------------------------------------------

    def _out_of(self, nodes: IntArray) -> csr_array:
        """The runs, by when they begin, with a row for each node: to the runs after those that pass it."""
        runs = self._runs
        states, row = runs.starts.of(nodes)
        turns, which = runs.turns_from.of(runs.run[states])
        return _with_rows(self._onward, row[which], runs.turn_to[turns], self._rest[states[which]] + runs.turn_s[turns], len(nodes))

    def _towards(self, nodes: IntArray) -> csr_array:
        """The runs, backwards, by what is left after them, with a row for each node: to the runs before those that pass it."""
        runs = self._runs
        states, row = runs.arrivals.of(nodes)
        turns, which = runs.turns_to.of(runs.run[states])
        return _with_rows(self._back, row[which], runs.turn_from[turns], self._until[states[which]] + runs.turn_s[turns], len(nodes))

    def _direct_from(self, nodes: IntArray) -> _Direct:
        """What lies ahead of each node in the runs that it lies in, itself included."""
        runs = self._runs
        states, row = runs.starts.of(nodes)
        ahead = runs.first[runs.run[states] + 1] - runs.place[states]
        reached, which = runs.order[spans(runs.place[states], ahead)], np.repeat(np.arange(len(states)), ahead)
        seconds = self._until[reached] - (self._until - self._driving)[states[which]]
        return _Direct(
            row=np.concatenate([np.arange(len(nodes)), row[which]]),
            state=np.concatenate([np.full(len(nodes), -1), reached]),
            node=np.concatenate([nodes, runs.edges.head[runs.edge[reached]]]),
            seconds=np.concatenate([np.zeros(len(nodes)), seconds]),
        )

    def _direct_to(self, nodes: IntArray) -> _Direct:
        """What lies behind each node in the runs that it lies in, itself included."""
        runs = self._runs
        states, row = runs.arrivals.of(nodes)
        begins = runs.first[runs.run[states]]
        behind = runs.place[states] - begins + 1
        reached, which = runs.order[spans(begins, behind)], np.repeat(np.arange(len(states)), behind)
        first = runs.is_start[reached]
        reached, which = reached[first], which[first]
        seconds = self._until[states[which]] - (self._until - self._driving)[reached]
        return _Direct(
            row=np.concatenate([np.arange(len(nodes)), row[which]]),
            state=np.concatenate([np.full(len(nodes), -1), reached]),
            node=np.concatenate([nodes, runs.edges.tail[runs.edge[reached]]]),
            seconds=np.concatenate([np.zeros(len(nodes)), seconds]),
        )


def _graph(turns: Index, other: IntArray, seconds: FloatArray) -> csr_array:
    count = len(turns.first) - 1
    return csr_array((seconds[turns.order], other[turns.order], turns.first), shape=(count, count))


def _with_rows(graph: csr_array, row: IntArray, column: IntArray, seconds: FloatArray, rows: int) -> csr_array:
    """The graph with more rows, which lead into it. row : rising."""
    count = graph.shape[0]
    first = len(graph.data) + np.searchsorted(row, np.arange(1, rows + 1))
    arrays = (np.concatenate([graph.data, seconds]), np.concatenate([graph.indices, column]), np.concatenate([graph.indptr, first]))
    return csr_array(arrays, shape=(count + rows, count + rows))


def _improved(seconds: FloatArray, who: IntArray, direct: _Direct, start_s: FloatArray, limit_s: float) -> tuple[FloatArray, IntArray]:
    """Where somebody comes sooner without leaving a run, that is who counts."""
    seconds, who = _sooner(seconds, who, direct.node, direct.seconds + start_s[direct.row], direct.row)
    return _in_time(seconds, who, min(limit_s, NEVER_S))


def _with_direct(two: NearestTwo, direct: _Direct, start_s: FloatArray, limit_s: float) -> NearestTwo:
    """The first two of those that come over junctions and those that need none."""
    offered = direct.seconds + start_s[direct.row]
    first_s, first = _sooner(two.first_s, two.first, direct.node, offered, direct.row)
    was_first_s = np.where(two.first == first, np.inf, two.first_s)
    was_second_s = np.where(two.second == first, np.inf, two.second_s)
    second = np.where(was_first_s <= was_second_s, two.first, two.second)
    others = direct.row != first[direct.node]
    second_s, second = _sooner(np.minimum(was_first_s, was_second_s), second, direct.node[others], offered[others], direct.row[others])
    (first_s, first), (second_s, second) = _in_time(first_s, first, limit_s), _in_time(second_s, second, limit_s)
    return NearestTwo(first=first, first_s=first_s, second=second, second_s=second_s)


def _sooner(seconds: FloatArray, who: IntArray, node: IntArray, offered_s: FloatArray, by: IntArray) -> tuple[FloatArray, IntArray]:
    """Per node the soonest of whoever is known and those that offer. node, offered_s, by : (k,) where, when and who."""
    soonest, found = seconds.copy(), who.copy()
    np.minimum.at(soonest, node, offered_s)
    wins = (offered_s == soonest[node]) & (offered_s < seconds[node])
    found[node[wins]] = by[wins]
    return soonest, found


def _in_time(seconds: FloatArray, who: IntArray, limit_s: float) -> tuple[FloatArray, IntArray]:
    late = seconds > limit_s
    return np.where(late, np.inf, seconds), np.where(late | np.isinf(seconds), NOBODY, who)
