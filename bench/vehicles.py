"""From a vehicle's fix to its marker on a wall: 16 vehicles as the street has, and 1,000 on a catalogue made for it, each once a second.

A latency counts from the fix's own time, taken when the post is put together, to the moment the marker's coordinates are the fix's, and
to the paint after it. 16 are DOM markers, 1,000 are drawn on a canvas. The thousand come in one post a second (a gateway that collects),
and in twenty posts of fifty (devices that speak when they like).
"""

from __future__ import annotations

import csv
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.driving import Driving, driving
from bench.figures import Figure, figure, p50, p95
from bench.ground import OUTSIDE, Ground, desk, folder, running_centre, until
from bench.running import RunningCentre
from bench.screens import WATCHING
from command_center.catalogue import FOLDER

FEW, MANY = 16, 1_000
GOAL_FEW_MS, GOAL_MANY_MS = 100.0, 250.0
PATIENCE_S = 300.0
WARM_S = 3.0
"""The first frame makes the markers; it is not what a moving vehicle costs."""


def measure(ground: Ground) -> Iterator[Figure]:
    """The shipped street, then a centre of its own with a thousand vehicles."""
    seconds = ground.samples(40, 8)
    yield from _told(f"{FEW} vehicles", _watched(ground, ground.centre, seconds, batches=1), GOAL_FEW_MS)
    with folder() as place, running_centre(CENTER_CATALOGUE_DIR=str(catalogue_with(place / "catalogue", MANY))) as centre:
        yield figure(f"{MANY:,} vehicles: /wall opened until its map is live", _opened_s(ground, centre), "s")
        yield from _told(f"{MANY:,} vehicles in one post", _watched(ground, centre, seconds, batches=1), GOAL_MANY_MS)
        yield from _told(f"{MANY:,} vehicles in 20 posts", _watched(ground, centre, seconds, batches=20), GOAL_MANY_MS)


def _opened_s(ground: Ground, centre: RunningCentre) -> float:
    """Vehicles at home; the first page of this catalogue also fills what the web process keeps."""
    with ground.page(centre, "/wall", OUTSIDE, within_s=PATIENCE_S):
        began = time.monotonic()
        with ground.page(centre, "/wall", OUTSIDE, within_s=PATIENCE_S):
            return time.monotonic() - began


def _told(name: str, seen: dict[str, Any], goal_ms: float) -> Iterator[Figure]:
    print(f"  {name}: " + ", ".join(f"{key} {seen[key]}" for key in ("frames", "overtaken", "unknown", "late_s", "rejected")))
    yield figure(f"{name}: position to marker, p50", p50(seen["moved"]), "ms")
    yield figure(f"{name}: position to marker, p95", p95(seen["moved"]), "ms", goal=goal_ms)
    yield figure(f"{name}: position to marker painted, p95", p95(seen["drawn"]), "ms", goal=goal_ms)
    yield figure(f"{name}: frames a second", seen["fps"], "fps")
    yield figure(f"{name}: time in long tasks (> 50 ms)", sum(seen["long"]) / seen["seconds"], "ms/s")


def _watched(ground: Ground, centre: RunningCentre, seconds: int, *, batches: int) -> dict[str, Any]:
    """What a wall saw of driving vehicles. Every marker must be known, and every fix believed."""
    homes = _homes(centre)
    with driving(centre, homes, batches=batches) as feed, ground.page(centre, "/wall", OUTSIDE, within_s=PATIENCE_S) as wall:
        wall.evaluate(WATCHING)
        until(wall, "count => Object.keys(cc.positions).length >= count", len(homes))
        time.sleep(WARM_S)
        return _counted(wall, feed, seconds)


def _counted(wall: Page, feed: Driving, seconds: int) -> dict[str, Any]:
    feed.late_s = 0.0
    until(wall, "bench.knowsMarkers()")
    wall.evaluate("bench.startVehicles()")
    time.sleep(seconds)
    seen: dict[str, Any] = wall.evaluate("bench.stopVehicles()")
    assert seen["unknown"] == 0, f"{seen['unknown']} fixes of units without a marker"
    return seen | {"late_s": round(feed.late_s, 3), "rejected": feed.rejected, "seconds": seconds}


def _homes(centre: RunningCentre) -> list[tuple[str, float, float]]:
    with desk(centre) as officer:
        rows = officer.http.get("/api/v1/units").raise_for_status().json()["units"]
    return [(row["id"], row["home"]["lat"], row["home"]["lon"]) for row in rows]


def catalogue_with(target: Path, vehicles: int) -> Path:
    """The shipped catalogue with so many vehicles, shared out among the areas; their homes lie in rows 30 m apart."""
    shutil.copytree(FOLDER, target, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    table = target / "vehicles.csv"
    rows = list(csv.DictReader(table.read_text("utf-8").splitlines()))
    patrols = [row for row in rows if row["kind"] == "patrol_vehicle"]
    more = [_like(patrols[number % len(patrols)], number) for number in range(vehicles - len(rows))]
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows + more)
    _state_numbers(target / "street.yaml", rows + more)
    return target


def _like(row: dict[str, str], number: int) -> dict[str, str]:
    """Another patrol vehicle of the same area, a little way off."""
    at = {"lat": f"{float(row['lat']) + number % 32 * 0.00027:.7f}", "lon": f"{float(row['lon']) + number // 32 * 0.00033:.7f}"}
    return row | at | {"id": f"patrol-{number + 100}", "call_sign_zh": f"巡{number + 100}", "call_sign_en": f"Patrol {number + 100}"}


def _state_numbers(street: Path, rows: list[dict[str, str]]) -> None:
    """street.yaml must state as many patrol vehicles, in all and area by area, as there are."""
    patrols = [row["area"] for row in rows if row["kind"] == "patrol_vehicle"]

    def restated(line: str) -> str:
        area = re.search(r"\{code: (A\d)", line)
        count = patrols.count(area[1]) if area else len(patrols)
        return re.sub(r"patrol_vehicles: \d+", f"patrol_vehicles: {count}", line)

    street.write_text("\n".join(restated(line) for line in street.read_text("utf-8").split("\n")), "utf-8")
