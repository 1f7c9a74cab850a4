"""A hundred screens on one web process: positions at 1 Hz and orders in between, as each screen's bytes arrive.

The screens are SSE clients in one other process; they share this machine's cores with the centre, which real screens would not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.driving import driving
from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Ground, desk, incidents, opened
from bench.listeners import Heard, listening
from bench.memory import GOAL_MB, busy_share, processor_s, pss_mb, tree

SCREENS = 100
GOAL_MS = 250.0
ORDER_EVERY_S = 0.5
SETTLES_S = 2.0
"""The last order's facts are on their way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """What screens heard; ms from each order to each screen, and to its answer; cores that the whole centre kept busy."""

    heard: Heard
    facts_ms: list[float]
    orders_ms: list[float]
    busy_cores: float


def measure(ground: Ground) -> Iterator[Figure]:
    """One screen first, then a hundred, with the same traffic."""
    seconds = ground.samples(40, 8)
    alone = _traffic(ground, 1, ground.samples(20, 5))
    many = _traffic(ground, SCREENS, seconds)
    heard = many.heard
    print(f"  {len(heard.positions)} frames and {len(many.facts_ms)} facts read by {SCREENS} screens, {heard.resets} resets")
    one = Peer(name="one screen, p95", value=p95(alone.facts_ms))
    yield figure(f"{SCREENS} screens: position to screen, p50", p50(heard.positions), "ms")
    yield figure(f"{SCREENS} screens: position to screen, p95", p95(heard.positions), "ms", goal=GOAL_MS)
    yield figure(f"{SCREENS} screens: order sent to screen, p50", p50(many.facts_ms), "ms")
    yield figure(f"{SCREENS} screens: order sent to screen, p95", p95(many.facts_ms), "ms", goal=GOAL_MS, peer=one)
    yield figure(f"{SCREENS} screens: order committed over HTTP, p95", p95(many.orders_ms), "ms")
    one_core = Peer(name="one screen", value=alone.busy_cores * 100)
    yield figure(f"{SCREENS} screens: processor of the whole centre", many.busy_cores * 100, "% of a core", peer=one_core)
    yield figure(f"{SCREENS} screens: told to start over", heard.resets, "times", goal=0)
    yield figure("centre after these screens: memory (PSS)", sum(pss_mb(pid) for pid in tree(ground.centre.pid)), "MB", goal=GOAL_MB)


def _traffic(ground: Ground, screens: int, seconds: int) -> Traffic:
    """Vehicles at 1 Hz and orders in between, for so many seconds, with so many screens."""
    sent: dict[str, float] = {}
    orders_ms: list[float] = []
    with opened(ground.centre) as center, desk(ground.centre) as officer, incidents(officer, center, 3) as open_now:
        units = officer.units()
        homes = [(vehicle.id, vehicle.home.lat, vehicle.home.lon) for vehicle in center.catalogue.vehicles.values()]
        with listening(ground.centre, screens) as listeners, driving(ground.centre, homes):
            time.sleep(1.0)
            before, began_s = processor_s(ground.centre.pid), time.monotonic()
            for number in range(int(seconds / ORDER_EVERY_S)):
                began = time.time() * 1000
                assignment = officer.send(open_now[number % len(open_now)], units[number % len(units)], f"many-{began}")
                sent[assignment] = began
                orders_ms.append(time.time() * 1000 - began)
                time.sleep(ORDER_EVERY_S / 2)
                officer.recall(assignment)
                time.sleep(ORDER_EVERY_S / 2)
            busy = busy_share(before, processor_s(ground.centre.pid), time.monotonic() - began_s)
            time.sleep(SETTLES_S)
            heard = listeners.stop()
    facts_ms = [at - sent[assignment] for assignment, at in heard.facts if assignment in sent]
    expected = screens * len(sent)
    assert len(facts_ms) == expected or heard.resets, f"{expected} facts were due, {len(facts_ms)} came"
    return Traffic(heard=heard, facts_ms=facts_ms, orders_ms=orders_ms, busy_cores=busy)
