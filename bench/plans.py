"""The gravest plan of a bad night: flood at level I, from the question what it would do to every task on a second screen."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from queue import Queue
from typing import Any

import httpx

from bench.figures import Figure, figure, p50, p95
from bench.ground import Ground
from bench.running import RunningCentre

PLAN, LEVEL = "P01", "I"
PREVIEW_GOAL_MS, CONFIRM_GOAL_MS, SEEN_GOAL_S = 200.0, 300.0, 2.0
PATIENCE_S = 60.0


def measure(ground: Ground) -> Iterator[Figure]:
    """Over HTTP, as a commander; each activation is undone, and its work done, before the next one."""
    count = ground.samples(25, 4)
    running = ground.centre
    with running.client("commander") as commander, running.client("duty_officer") as officer:
        previews = [_preview_ms(commander) for _ in range(ground.samples(60, 10))]
        confirms, seen = zip(*(_activation(running, commander, officer) for _ in range(count)), strict=True)
    yield figure("preview of flood level I over HTTP, p95", p95(previews), "ms", goal=PREVIEW_GOAL_MS)
    yield figure("preview of flood level I over HTTP, p50", p50(previews), "ms")
    yield figure("flood level I confirmed to committed over HTTP, p95", p95(list(confirms)), "ms", goal=CONFIRM_GOAL_MS)
    yield figure("flood level I confirmed to committed over HTTP, p50", p50(list(confirms)), "ms")
    yield figure("confirmed to every task, duty and message on a second screen, longest", max(seen), "s", goal=SEEN_GOAL_S)
    yield figure("confirmed to every task, duty and message on a second screen, median", p50(list(seen)), "s")


def _preview_ms(commander: httpx.Client) -> float:
    began = time.perf_counter()
    commander.post(f"/api/v1/plans/{PLAN}/preview", json={"level": LEVEL}).raise_for_status()
    return (time.perf_counter() - began) * 1000


def _activation(running: RunningCentre, commander: httpx.Client, officer: httpx.Client) -> tuple[float, float]:
    """Activate, wait until the other screen has every row of it, undo. Returns milliseconds to the answer, seconds to the last row."""
    told: Queue[dict[str, Any]] = Queue()
    with officer.stream("GET", "/api/v1/stream", timeout=PATIENCE_S) as stream:
        reader = threading.Thread(target=_read, args=(stream, told), daemon=True)
        reader.start()
        told.get(timeout=PATIENCE_S)  # the first beat: the screen is there
        began = time.perf_counter()
        answer = commander.post(f"/api/v1/plans/{PLAN}/activate", json={"level": LEVEL}).raise_for_status().json()
        confirmed_ms = (time.perf_counter() - began) * 1000
        _hear_of_activation(told, answer["id"])
        seen_s = time.perf_counter() - began
    commander.post(f"/api/v1/activations/{answer['id']}/undo").raise_for_status()
    _settle(running)
    return confirmed_ms, seen_s


def _read(stream: httpx.Response, told: Queue[dict[str, Any]]) -> None:
    try:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                told.put(json.loads(line.removeprefix("data: ")))
    except (httpx.HTTPError, httpx.StreamError):
        return


def _hear_of_activation(told: Queue[dict[str, Any]], activation_id: str) -> None:
    """Until the decision's last line has come; the log is told in order, so everything before it is on the screen."""
    while True:
        facts = told.get(timeout=PATIENCE_S)
        entry = facts.get("entry") or {}
        if entry.get("event") == "PlanActivated" and str(entry["facts"]["activation_id"]) == activation_id:
            return


def _settle(running: RunningCentre) -> None:
    """Let the workers finish what the activation left them: nobody confirms five plans in five seconds."""
    with running.client("duty_officer") as officer:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            notices = officer.get("/api/v1/activations").raise_for_status().json()["notices"]
            if all(row["work"] in ("done", "undone", "failed") for row in notices):
                return
            time.sleep(0.2)
