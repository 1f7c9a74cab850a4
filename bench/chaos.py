"""Orders while parts of the centre die: workers and the relay killed with -9 at random, Valkey wiped in the middle.

Lost: an order the centre confirmed and whose effect (the crew has it) is not in the log a minute after the last one. Doubled: an effect
that is there twice, or two assignments for one key. An order that is not confirmed is sent again with the same key, as programs do.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from bench.figures import Figure, figure, p50
from bench.ground import Desk, Ground, desk, incidents, opened, running_centre
from bench.memory import tree
from bench.running import RunningCentre
from command_center.center import Center
from command_center.db.tables import Assignment, LogEntry

KILL_EVERY_S = (1.5, 4.0)
"""A killed part needs a second to be back; killing faster than that measures the killing."""
ORDER_EVERY_S = 0.5
"""So that a hundred orders see some twenty deaths."""

PATIENCE_S = 60.0
SEED = 20260302


@dataclass(slots=True)
class Trouble:
    """Kills one part of the centre after another, in a thread of its own. kills : how often each kind died."""

    centre: RunningCentre
    kills: Counter[str] = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)

    def make(self) -> None:
        chance = random.Random(SEED)
        while not self.stopping.wait(chance.uniform(*KILL_EVERY_S)):
            victims = self._parts()
            if victims:
                kind, pid = chance.choice(victims)
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.kills[kind] += 1

    def _parts(self) -> list[tuple[str, int]]:
        """Workers and relay that descend from this centre's supervisor, and no other process."""
        found = []
        for pid in tree(self.centre.pid):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                if "workers" in words and words[words.index("workers") + 1] in ("work", "relay"):
                    found.append((words[words.index("workers") + 1], pid))
        return found


def measure(ground: Ground) -> Iterator[Figure]:
    """One centre of its own, killed at for as long as the orders last."""
    count = ground.samples(100, 20)
    with running_centre() as centre, opened(centre) as center, desk(centre) as officer, incidents(officer, center, 4) as open_now:
        trouble = Trouble(centre)
        thread = threading.Thread(target=trouble.make, daemon=True)
        thread.start()
        try:
            keys = _orders(center, officer, open_now, count)
        finally:
            trouble.stopping.set()
            thread.join(5)
        effects, waited_s = _effects(center, keys)
        _clear(center, officer)
    print("  killed: " + ", ".join(f"{kind} {number} times" for kind, number in trouble.kills.items()) + ", Valkey wiped twice")
    lost = sum(effects[assignment] == 0 for assignment in keys.values())
    doubled = sum(effects[assignment] > 1 for assignment in keys.values()) + len(keys) - len(set(keys.values()))
    yield figure(f"chaos: orders lost of {count}", lost, "orders", goal=0)
    yield figure(f"chaos: effects doubled of {count}", doubled, "orders", goal=0)
    yield figure("chaos: order to effect, longest", max(waited_s), "s")
    yield figure("chaos: order to effect, median", p50(waited_s), "s")


def _orders(center: Center, officer: Desk, open_now: list[str], count: int) -> dict[str, int]:
    """Send the orders, wiping Valkey after a third and after two thirds of them; returns the assignment of every key."""
    units = officer.units()
    keys: dict[str, int] = {}
    held: dict[str, int] = {}
    while len(keys) < count:
        for held_unit, assignment in list(held.items()):
            if _is_sent(center, assignment):
                officer.recall(str(assignment))
                del held[held_unit]
        free = [unit for unit in units if unit not in held]
        if not free:
            time.sleep(0.05)
            continue
        unit = free[0]
        key = f"chaos-{len(keys)}"
        keys[key] = held[unit] = _confirmed(officer, open_now[len(keys) % len(open_now)], unit, key)
        if len(keys) in (count // 3, count * 2 // 3):
            _wipe(center)
        time.sleep(ORDER_EVERY_S)
    return keys


def _confirmed(officer: Desk, incident: str, unit: str, key: str) -> int:
    """Send an order until it is confirmed."""
    while True:
        with suppress(httpx.TransportError):
            return int(officer.send(incident, unit, key))
        time.sleep(0.1)


def _wipe(center: Center) -> None:
    with suppress(RedisError), Redis.from_url(center.wire.redis_url) as redis:
        redis.flushall()


def _is_sent(center: Center, assignment_id: int) -> bool:
    with center.read() as session:
        return session.get_one(Assignment, assignment_id).sent_at is not None


def _effects(center: Center, keys: dict[str, int]) -> tuple[Counter[int], list[float]]:
    """How often each assignment was told to its crew, and after how many seconds; waits until all were, PATIENCE_S at most."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        told = _told(center)
        if all(told[assignment] for assignment in keys.values()) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    with center.read() as session:
        rows = session.scalars(select(Assignment).where(Assignment.id.in_(keys.values()), Assignment.sent_at.is_not(None)))
        return _told(center), [(row.sent_at - row.dispatched_at).total_seconds() for row in rows if row.sent_at]


def _told(center: Center) -> Counter[int]:
    with center.read() as session:
        entries = session.scalars(select(LogEntry).where(LogEntry.event == "DispatchSent"))
        return Counter(int(entry.facts["assignment_id"]) for entry in entries)


def _clear(center: Center, officer: Desk) -> None:
    """Call back whoever is still out, so that the incidents can be closed."""
    with center.read() as session:
        active = list(session.scalars(select(Assignment.id).where(Assignment.ended_at.is_(None))))
    for assignment in active:
        officer.recall(str(assignment))
