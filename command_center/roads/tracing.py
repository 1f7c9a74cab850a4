"""Pieces of street put together to lines, so that a map draws few long ones instead of many short ones."""

from collections import defaultdict
from collections.abc import Iterable

Pair = tuple[int, int]


def joined(pairs: Iterable[Pair]) -> list[list[int]]:
    """Lines of nodes that go over every pair once, in either direction. Loose ends and junctions first, then rings."""
    beside: dict[int, dict[int, None]] = defaultdict(dict)
    for a, b in pairs:
        beside[a][b] = None
        beside[b][a] = None
    starts = sorted(node for node, near in beside.items() if len(near) != 2)
    lines = [_follow(beside, start) for start in starts for _ in range(len(beside[start])) if beside[start]]
    return lines + [_follow(beside, node) for node in sorted(beside) if beside[node]]


def _follow(beside: dict[int, dict[int, None]], start: int) -> list[int]:
    """One line from here until it ends or branches; what it went over is taken away."""
    line = [start]
    while beside[line[-1]]:
        here, there = line[-1], next(iter(beside[line[-1]]))
        del beside[here][there], beside[there][here]
        line.append(there)
        if len(beside[there]) != 1:
            break
    return line
