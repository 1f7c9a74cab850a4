"""Vehicles that drive: every one on a circle near its home, one fix a second, posted through the JSON batch door."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import httpx

from bench.running import RunningCentre

RADIUS_M = 400.0
"""Beyond the 120 m within which a free unit is drawn in its station's row."""

SPEED_MPS = 10.0
METRES_PER_DEGREE = 111_195.0


@dataclass(slots=True)
class Driving:
    """A feed in a thread of its own. homes : (unit, lat, lon); batches : into how many posts a second's fixes are split.

    late_s : how far behind its own timetable the feed was, at worst; accepted : fixes the centre believed.
    """

    url: str
    homes: Sequence[tuple[str, float, float]]
    batches: int
    late_s: float = 0.0
    accepted: int = 0
    rejected: int = 0
    _stopping: threading.Event = field(default_factory=threading.Event)

    def drive(self) -> None:
        """One post after another until told to stop."""
        share = math.ceil(len(self.homes) / self.batches)
        groups = [self.homes[first : first + share] for first in range(0, len(self.homes), share)]
        step_s = 1.0 / len(groups)
        began = time.monotonic()
        with httpx.Client(base_url=self.url, timeout=10, trust_env=False) as http:
            number = 0
            while not self._stopping.wait(max(0.0, began + number * step_s - time.monotonic())):
                self.late_s = max(self.late_s, time.monotonic() - began - number * step_s)
                fixes = [self._fix(*home) for home in groups[number % len(groups)]]
                answer = http.post("/api/v1/positions", json=fixes).raise_for_status().json()
                self.accepted += answer["accepted"]
                self.rejected += sum(answer["rejected"].values())
                number += 1

    def _fix(self, unit: str, lat: float, lon: float) -> dict[str, Any]:
        """Where the unit is now; its own time is what every latency counts from."""
        now = time.time()
        turn = now * SPEED_MPS / RADIUS_M + crc32(unit.encode()) % 628 / 100
        return {
            "unit": unit,
            "at": datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds"),
            "lat": lat + RADIUS_M * math.sin(turn) / METRES_PER_DEGREE,
            "lon": lon + RADIUS_M * math.cos(turn) / METRES_PER_DEGREE / math.cos(math.radians(lat)),
            "speed_kmh": SPEED_MPS * 3.6,
            "heading_deg": round(math.degrees(-turn) % 360, 1),
            "accuracy_m": 5.0,
            "battery_pct": 80.0,
        }

    def stop(self) -> None:
        self._stopping.set()


@contextmanager
def driving(centre: RunningCentre, homes: Sequence[tuple[str, float, float]], *, batches: int = 1) -> Iterator[Driving]:
    """Vehicles on the move during the block."""
    feed = Driving(url=centre.url, homes=homes, batches=batches)
    thread = threading.Thread(target=feed.drive, daemon=True)
    thread.start()
    try:
        yield feed
    finally:
        feed.stop()
        thread.join(15)
