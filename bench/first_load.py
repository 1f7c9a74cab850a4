"""What opening a screen costs: bytes over the wire with an empty cache, the time until the map stands, and the board alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from bench.figures import Figure, figure, p50
from bench.ground import LIVE, Ground, desk, incidents, opened, until
from bench.running import RunningCentre

GOAL_MB = 4.0
REST_S = 2.0
"""Fonts and icons come after the map."""


def measure(ground: Ground) -> Iterator[Figure]:
    """Five open incidents on the board."""
    with opened(ground.centre) as center, desk(ground.centre) as officer, incidents(officer, center, 5):
        for path, role in (("/wall", "display"), ("/console", "duty_officer")):
            loads = [_load(ground, ground.centre, path, role) for _ in range(ground.samples(5, 2))]
            yield figure(f"first load of {path}, compressed", loads[0]["bytes"] / 1e6, "MB", goal=GOAL_MB)
            yield figure(f"first load of {path}, requests", loads[0]["requests"], "requests")
            yield figure(f"first load of {path} until the map is live, median", p50([load["seconds"] for load in loads]), "s")
        plain = officer.http.get("/api/v1/board", headers={"Accept-Encoding": "identity"}).raise_for_status()
        with officer.http.stream("GET", "/api/v1/board", headers={"Accept-Encoding": "gzip"}) as answer:
            squeezed = sum(len(part) for part in answer.iter_raw())
    yield figure("board snapshot, 16 units and 5 incidents", len(plain.content), "B")
    yield figure("board snapshot, gzip", squeezed, "B")


def _load(ground: Ground, centre: RunningCentre, path: str, role: str) -> dict[str, float]:
    """Open a page in a browser context that has never seen the centre; count what the network carried."""
    context = ground.browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai")
    try:
        centre.sign_in(context, role)
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[float] = []
        network.on("Network.loadingFinished", lambda event: sizes.append(_bytes(event)))
        began = time.monotonic()
        page.goto(f"{centre.url}{path}")
        until(page, LIVE)
        seconds = time.monotonic() - began
        page.wait_for_timeout(REST_S * 1000)
        return {"bytes": sum(sizes), "requests": len(sizes), "seconds": seconds}
    finally:
        context.close()


def _bytes(event: dict[str, Any]) -> float:
    return float(event["encodedDataLength"])
