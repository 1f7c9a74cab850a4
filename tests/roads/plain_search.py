"""The rules of the road once more, in the plainest words: a search edge by edge over dictionaries, slow and easy to read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from heapq import heappop, heappush
from math import atan2, cos, exp, pi, radians

from command_center.roads.edges import DirectedEdges
from command_center.roads.network import SIGNAL_DELAY_S

TURNING_S, TURNING_ROUND_S, LETTING_THROUGH_S = 7.5, 27.5, 120.0


class PlainSearch:
    """Over edges whose public roads can all reach one another."""

    def __init__(
        self,
        edges: DirectedEdges,
        *,
        kmh: float = 1_000,
        closed: Collection[int] = (),
        keep_restrictions: bool = True,
        signal_delay_s: float = SIGNAL_DELAY_S,
    ) -> None:
        self.places = [(float(lat), float(lon)) for lat, lon in edges.lat_lon]
        self.lon_scale = cos(radians(sum(lat for lat, _ in self.places) / len(self.places)))
        self.ends = list(zip(edges.tail.tolist(), edges.head.tolist(), strict=True))
        self.seconds = [
            metres / (min(speed, kmh) / 3.6) + signal * signal_delay_s
            for metres, speed, signal in zip(edges.length_m.tolist(), edges.speed_kmh.tolist(), edges.signal.tolist(), strict=True)
        ]
        self.private = edges.private.tolist()
        self.closed = set(closed)
        self.forbidden = {tuple(turn) for turn in edges.forbidden.tolist()} if keep_restrictions else set()
        self.leaving, self.beside = defaultdict[int, list[int]](list), defaultdict[int, set[int]](set)
        self.on_the_street: set[int] = set()
        for number, (tail, head) in enumerate(self.ends):
            self.leaving[tail].append(number)
            self.beside[tail].add(head)
            self.beside[head].add(tail)
            if not self.private[number]:
                self.on_the_street |= {tail, head}

    def onward(self, edge: int) -> list[tuple[int, float]]:
        """The edges one may drive after an edge, and what turning into each takes."""
        tail, here = self.ends[edge]
        others = [it for it in self.leaving[here] if self.ends[it][1] != tail and (tail, here, self.ends[it][1]) not in self.forbidden]
        if others:
            return [(it, self.turning_s(tail, here, self.ends[it][1])) for it in others]
        return [(it, TURNING_ROUND_S) for it in self.leaving[here] if self.ends[it][1] == tail]

    def turning_s(self, before: int, here: int, after: int) -> float:
        if len(self.beside[here]) <= 2:
            return 0.0
        turned = abs(self.heading(here, after) - self.heading(before, here))
        return TURNING_S / (1 + exp(13 * (0.5 - min(turned, 2 * pi - turned) / pi)))

    def heading(self, a: int, b: int) -> float:
        return atan2((self.places[b][1] - self.places[a][1]) * self.lon_scale, self.places[b][0] - self.places[a][0])

    def from_node(self, node: int, start_s: float = 0.0) -> list[float]:
        """Seconds to every node; inf where no way leads."""
        soonest = [float("inf")] * len(self.places)
        soonest[node] = start_s
        done: set[tuple[int, bool]] = set()
        waiting = [
            (start_s + self.seconds[edge], edge, self.private[edge] and node in self.on_the_street)
            for edge in self.leaving[node]
            if edge not in self.closed
        ]
        waiting.sort()
        while waiting:
            seconds, edge, came_in = heappop(waiting)
            if (edge, came_in) in done:
                continue
            done.add((edge, came_in))
            soonest[self.ends[edge][1]] = min(soonest[self.ends[edge][1]], seconds)
            for after, turning_s in self.onward(edge):
                if after in self.closed:
                    continue
                inside = self.private[after] and (came_in or not self.private[edge])
                gates_s = LETTING_THROUGH_S if came_in and not self.private[after] else 0.0
                heappush(waiting, (seconds + turning_s + gates_s + self.seconds[after], after, inside))
        return soonest
