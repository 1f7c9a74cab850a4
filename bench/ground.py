"""Where measurements stand: whole running centres, started as `make run` starts them, on folders of their own.

The folders lie in var/, on the disk that a centre's own data lies on: /tmp is memory on many machines, and a commit there costs nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.running import QUIET_CHROMIUM, ROOT, RunningCentre, eventually
from command_center.center import Center
from command_center.services import open_center
from command_center.wire.embedded import socket_url
from tests.postgres import running_postgres

VAR = ROOT / "var"
INCIDENT_TYPE = "E107"
"""An e-bike fire: the first units are one patrol vehicle."""

OUTSIDE = "display"
"""Role of a screen that only looks."""

LIVE = "window.cc && cc.map && cc.rows && cc.rows('unit').length > 0 && cc.link() === 'live'"
"""True in a page whose map stands and whose stream runs."""


@dataclass(slots=True)
class Ground:
    """What the stories share. quick : fewer samples, for a look while working; the percentiles then mean little."""

    quick: bool = False
    _stack: ExitStack = field(default_factory=ExitStack)
    _centre: RunningCentre | None = None
    _browser: Browser | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def samples(self, full: int, quick: int) -> int:
        """How many samples to take."""
        return quick if self.quick else full

    @property
    def centre(self) -> RunningCentre:
        """A centre with the shipped catalogue and no simulator that has seen its first order; most stories share it."""
        if self._centre is None:
            self._centre = self._stack.enter_context(running_centre())
            first_order_ms(self._centre)
        return self._centre

    @property
    def browser(self) -> Browser:
        """Headless Chromium, drawing without a GPU."""
        if self._browser is None:
            playwright = self._stack.enter_context(sync_playwright())
            path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
            self._browser = playwright.chromium.launch(executable_path=path, args=list(QUIET_CHROMIUM))
            self._stack.callback(self._browser.close)
        return self._browser

    @contextmanager
    def page(self, centre: RunningCentre, path: str, role: str, *, within_s: float = 60.0) -> Iterator[Page]:
        """A page of the centre with its map drawn, 1920x1080, in a browser context of its own."""
        context = self.browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai")
        try:
            centre.sign_in(context, role)
            page = context.new_page()
            page.goto(f"{centre.url}{path}")
            until(page, LIVE, within_s=within_s)
            yield page
        finally:
            context.close()


def until(page: Page, expression: str, arg: object = None, *, within_s: float = 60.0) -> Any:  # noqa: ANN401 - JSON
    """Ask the page until the answer is true, and return it. Playwright's own waiting needs an eval that the centre's policy forbids."""
    return eventually(lambda: page.evaluate(expression, arg), within_s=within_s)


@contextmanager
def folder() -> Iterator[Path]:
    """An empty folder on the disk of var/, removed afterwards."""
    VAR.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=VAR, ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def running_centre(**settings: str) -> Iterator[RunningCentre]:
    """A centre on a new folder, well when the block begins. settings : CENTER_* variables."""
    with folder() as data_dir:
        running = RunningCentre(data_dir, settings)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@contextmanager
def centre_on_postgresql() -> Iterator[RunningCentre]:
    """The same on a PostgreSQL of its own, whose data lies on the disk of var/ and is flushed at every commit."""
    with folder() as data_dir, running_postgres(durable_in=data_dir) as server:
        server.execute("CREATE DATABASE center")
        with running_centre(CENTER_DATABASE_URL=server.url("center")) as running:
            yield running


@contextmanager
def opened(running: RunningCentre) -> Iterator[Center]:
    """The same centre seen from this process: its database, its Valkey, its roads."""
    data_dir = running.data_dir
    catalogue_dir = running.settings.get("CENTER_CATALOGUE_DIR")
    center = open_center(
        database_url=running.settings.get("CENTER_DATABASE_URL", f"sqlite:///{data_dir / 'center.sqlite'}"),
        redis_url=socket_url(data_dir / "valkey"),
        tracks_url=f"sqlite:///{data_dir / 'tracks.sqlite'}",
        data_dir=data_dir,
        catalogue_dir=Path(catalogue_dir) if catalogue_dir else None,
    )
    with closing(center):
        yield center


# ---- what an officer does, over HTTP ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Desk:
    """An officer's program: one connection that stays open, signed in by token."""

    http: httpx.Client

    def units(self) -> list[str]:
        return [str(row["id"]) for row in self.http.get("/api/v1/units").raise_for_status().json()["units"]]

    def take_call(self, lat: float, lon: float) -> str:
        """A new incident there; returns its id."""
        call = {"kind": INCIDENT_TYPE, "at": {"lat": lat, "lon": lon}, "join": "new", "said": "电动车在楼道里冒烟，有人被困"}
        return str(self.http.post("/api/v1/incidents", json=call).raise_for_status().json()["id"])

    def send(self, incident: str, unit: str, key: str) -> str:
        """Order one unit; returns the assignment's id."""
        answer = self.http.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": [unit]}, headers={"Idempotency-Key": key})
        return str(answer.raise_for_status().json()["assignments"][0])

    def recall(self, assignment: str) -> None:
        """Call the unit back before it rolled: it is free again at once."""
        self.http.post(f"/api/v1/assignments/{assignment}/status", json={"status": "recalled"}).raise_for_status()

    def close(self, incident: str) -> None:
        self.http.post(f"/api/v1/incidents/{incident}/close", json={"outcome": "false_alarm"}).raise_for_status()


@contextmanager
def desk(running: RunningCentre) -> Iterator[Desk]:
    with running.client("duty_officer") as http:
        yield Desk(http)


@contextmanager
def incidents(at: Desk, centre: Center, count: int) -> Iterator[list[str]]:
    """So many open incidents, spread over the street; closed afterwards."""
    places = list(centre.catalogue.places.values())
    chosen = [places[number * len(places) // count].point for number in range(count)]
    opened_now = [at.take_call(point.lat, point.lon) for point in chosen]
    yield opened_now
    for incident in opened_now:
        at.close(incident)


def first_order_ms(running: RunningCentre, seated_s: float = 0.0) -> float:
    """Take a call, send a unit, undo both; returns what the order took. The first one of a centre reads what later ones find in memory.

    seated_s : how long the officer's screen has been open before the call.
    """
    with desk(running) as officer:
        if seated_s:
            with officer.http.stream("GET", "/api/v1/stream"):
                time.sleep(seated_s)
        home = officer.http.get("/api/v1/units").raise_for_status().json()["units"][0]["home"]
        incident, unit = officer.take_call(home["lat"], home["lon"]), officer.units()[0]
        began = time.perf_counter()
        assignment = officer.send(incident, unit, f"first-{incident}")
        took_ms = (time.perf_counter() - began) * 1000
        officer.recall(assignment)
        officer.close(incident)
    return took_ms
