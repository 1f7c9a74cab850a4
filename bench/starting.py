"""How long people wait for the centre: the first start ever, every later one, and the catalogue alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

from bench.figures import Figure, Peer, figure, p50
from bench.ground import Ground, first_order_ms, folder
from bench.running import ROOT, RunningCentre

SEATED_S = 5.0
"""An officer's screen is open for longer than that before a call comes."""

READING = """
import time
from command_center.catalogue import load_catalogue
began = time.perf_counter()
load_catalogue()
print(time.perf_counter() - began)
"""


def measure(ground: Ground) -> Iterator[Figure]:
    """Seconds from `up` to every part well, on an empty folder and again on the same one."""
    python_s = [_python_s() for _ in range(ground.samples(5, 2))]
    first_s, again_s, order_ms, seated_ms = [], [], [], []
    for _ in range(ground.samples(3, 1)):
        with folder() as data_dir:
            centre = RunningCentre(data_dir)
            try:
                first_s.append(centre.start())
                seated_ms.append(first_order_ms(centre, SEATED_S))
                centre.stop()
                again_s.append(centre.start())
                order_ms.append(first_order_ms(centre))
            finally:
                centre.stop()
    bare = Peer(name="an empty Python process", value=p50(python_s))
    yield figure("first start to all parts well, median", p50(first_s), "s", peer=bare)
    yield figure("later start to all parts well, median", p50(again_s), "s", peer=bare)
    yield figure("first order after a start, over HTTP, at once after the call, median", p50(order_ms), "ms")
    yield figure(f"first order after a start, over HTTP, {SEATED_S:.0f} s after a desk's screen was opened, median", p50(seated_ms), "ms")
    yield figure("catalogue read and checked, median", p50([_catalogue_s() for _ in range(ground.samples(5, 2))]) * 1000, "ms")


def _python_s() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


def _catalogue_s() -> float:
    """In a process of its own, as every process of the centre reads it; imports left out."""
    told = subprocess.run([sys.executable, "-c", READING], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return float(told)
