"""What a centre occupies that does nothing: the proportional set size of every process it started, and the processor it uses."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench.figures import Figure, figure
from bench.ground import Ground, running_centre

GOAL_MB = 500.0
SETTLES_S = 15.0
"""Idle means that starting is over: caches filled, the first frames of the drill sent."""


def measure(ground: Ground) -> Iterator[Figure]:
    """Megabytes (1,000,000 B), and percent of one core, without and with the simulator."""
    for simulator, name in (("off", "idle centre"), ("on", "centre with the simulator")):
        with running_centre(CENTER_SIMULATOR=simulator) as centre:
            time.sleep(ground.samples(int(SETTLES_S), 3))
            watched_s = ground.samples(20, 4)
            before = processor_s(centre.pid)
            time.sleep(watched_s)
            busy = busy_share(before, processor_s(centre.pid), watched_s)
            parts = {describe(pid): pss_mb(pid) for pid in tree(centre.pid)}
        print("  " + ", ".join(f"{part} {mb:.0f} MB" for part, mb in parts.items()))
        yield figure(f"{name}: memory (PSS)", sum(parts.values()), "MB", goal=GOAL_MB)
        yield figure(f"{name}: processor", busy * 100, "% of a core")


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents = {int(stat.parent.name): parent for stat in Path("/proc").glob("[0-9]*/stat") if (parent := _parent(stat)) is not None}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parent(stat: Path) -> int | None:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):  # it ended meanwhile
        return None


def processor_s(root: int) -> dict[int, float]:
    """Processor seconds that a process and all that descend from it have used, by process."""
    used: dict[int, float] = {}
    for pid in tree(root):
        with suppress(OSError):  # it ended meanwhile
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            used[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def busy_share(before: dict[int, float], after: dict[int, float], elapsed_s: float) -> float:
    """Cores kept busy between two looks, by the processes that were there at both."""
    return sum(seconds - before[pid] for pid, seconds in after.items() if pid in before) / elapsed_s


def pss_mb(pid: int) -> float:
    """Private pages and the share of shared ones; pages that programs outside the centre map too count less than whole."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"/proc/{pid}/smaps_rollup tells no Pss")


def describe(pid: int) -> str:
    """A process as the supervisor calls it, with its number: "web 123"."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    name = next((word for word in reversed(words) if word and "=" not in word and not word.startswith("-")), "?")
    return f"{name.rpartition('/')[2]} {pid}"
