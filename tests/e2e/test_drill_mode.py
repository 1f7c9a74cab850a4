"""A whole drill under a supervisor of its own, beside a centre in service that must not notice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import Browser
from redis import Redis
from sqlalchemy import NullPool, TableClause, create_engine, func, inspect, select

from command_center.wire.embedded import socket_url
from tests.browsing import watch
from tests.e2e.conftest import ROOT, RunningCentre, free_port
from tests.waiting import eventually

SPEED = 60
SCENARIO = """schema: drill/1
id: X
slug: whole
title: {zh: "整场演练", en: "A whole drill"}
summary: {zh: "试", en: "Test"}
basis: demo
starts: "08:00"
ends: "30:00"
steps:
  - {at: "00:00", note: {zh: "演练开始", en: "The drill begins"}}
  - {at: "00:30", id: fire, call: {type: E107, place: XQ001, words: "车棚着火"}}
  - {at: "00:30", expect: {that: sent, of: fire, within: "09:00", says: {zh: "火警派车", en: "Sent to the fire"}}}
  - {at: "00:30", expect: {that: there, of: fire, within: "25:00", says: {zh: "火警到场", en: "At the fire"}}}
  - {at: "10:00", id: kill-worker, fault: {what: worker}}
  - {at: "10:30", id: away, fault: {what: redis_away, seconds: 2}}
  - {at: "15:00", id: wiped, fault: {what: redis_flush}}
  - {at: "16:00", id: fall, call: {type: E132, place: XQ085, words: "邻居晕倒了"}}
  - {at: "16:00", expect: {that: sent, of: fall, within: "09:00", says: {zh: "急病派车", en: "Sent to the sick person"}}}
  - {at: "16:00", expect: {that: told_once, of: fall, within: "13:30", says: {zh: "只通知一次", en: "Told once"}}}
  - {at: "16:00", expect: {that: happens, event: NoticeAnswered, within: "05:00", says: {zh: "有人回执", en: "Somebody answers"}}}
"""
MARK_ON_PAGE = "(() => { const s = getComputedStyle(document.body, '::after'); return [s.content, s.pointerEvents, s.opacity]; })()"
RATE_OF_CLOCK = """new Promise(done => {
  const read = cc.now(), at = Date.now();
  setTimeout(() => done((cc.now() - read) / (Date.now() - at)), 400);
})"""
RQ_TIDYING = ("rq:worker", "rq:clean")
FAST_ENOUGH = {"Sent to the fire", "At the fire", "Sent to the sick person", "Told once"}


@dataclass(slots=True)
class RunningDrill:
    """`drill` as people run it, from the settings of a centre in service."""

    live: RunningCentre
    scenario: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        (folder,) = (self.live.data_dir / "drills").iterdir()
        return folder

    @property
    def terminal(self) -> str:
        return (self.live.data_dir / "drill-terminal.log").read_text("utf-8")

    def start(self) -> None:
        words = ["drill", str(self.scenario), "--speed", str(SPEED), "--port", str(self.port), "--from-live"]
        with (self.live.data_dir / "drill-terminal.log").open("ab") as terminal:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig=TERM", sys.executable, "-m", "command_center", *words],
                cwd=ROOT,
                env=self.live.environment,
                stdout=terminal,
                stderr=terminal,
                text=True,
                start_new_session=True,
            )

    def answers(self, client: httpx.Client) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.terminal
        with suppress(httpx.TransportError):
            return client.get("/api/v1/drill").status_code == 200
        return False

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(40)


@pytest.fixture
def live(empty_database: Callable[[], dict[str, str]]) -> Iterator[RunningCentre]:
    """A centre in service with nothing happening in it."""
    with tempfile.TemporaryDirectory(prefix="center-live-", dir="/tmp") as folder:
        running = RunningCentre(data_dir=Path(folder), port=free_port(), settings=empty_database())
        running.start()
        yield running
        running.stop()


@pytest.fixture
def drill(live: RunningCentre, tmp_path: Path) -> Iterator[RunningDrill]:
    scenario = tmp_path / "X-whole.yaml"
    scenario.write_text(SCENARIO, "utf-8")
    running = RunningDrill(live, scenario)
    yield running
    if running.process and running.process.poll() is None:
        running.process.kill()
        running.process.wait()


OWN_READINGS = {"coverage_reading"}
"""What a centre writes by the clock, whatever goes on beside it."""


def rows_of(centre: RunningCentre) -> dict[str, int]:
    counts: dict[str, int] = {}
    database = centre.settings.get("CENTER_DATABASE_URL", f"sqlite:///file:{centre.data_dir / 'center.sqlite'}?mode=ro&uri=true")
    for url in (database, f"sqlite:///file:{centre.data_dir / 'tracks.sqlite'}?mode=ro&uri=true"):
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            for table in sorted(set(inspect(connection).get_table_names()) - OWN_READINGS):
                counts[f"{url}/{table}"] = connection.execute(select(func.count()).select_from(TableClause(table))).scalar_one()
        engine.dispose()
    return counts


def keys_of(folder: Path) -> dict[str, object]:
    """What lies in a centre's Redis, but for heartbeats and tidying: every key, and of streams where they end."""
    with closing(Redis.from_url(socket_url(folder / "valkey"), decode_responses=True)) as redis:
        every = [str(key) for key in cast("list[str]", redis.keys())]
        kept = [key for key in sorted(every) if ":beat:" not in key and not key.startswith(RQ_TIDYING)]
        kinds = {key: str(redis.type(key)) for key in kept}
        streams = {key: redis.xinfo_stream(key)["last-generated-id"] for key in kept if kinds[key] == "stream"}
        return kinds | streams


def look_after(officer: httpx.Client, seen: set[str]) -> None:
    """A quick duty officer: sends what the centre proposes to every incident that nobody has seen."""
    with suppress(httpx.TransportError):
        board = officer.get("/api/v1/board")
        for row in board.json()["rows"] if board.status_code == 200 else []:
            if row["kind"] == "incident" and row["acknowledged_at"] is None and row["id"] not in seen:
                proposal = officer.get(f"/api/v1/incidents/{row['id']}/proposal").json()
                if officer.post(f"/api/v1/incidents/{row['id']}/dispatch", json={"units": proposal["preselected"]}).status_code == 201:
                    seen.add(row["id"])


def state_of(officer: httpx.Client) -> dict[str, Any]:
    with suppress(httpx.TransportError):
        answer = officer.get("/api/v1/drill")
        return dict(answer.json()) if answer.status_code == 200 else {}
    return {}


@pytest.mark.long
def test_a_drill_is_held_scored_and_leaves_the_centre_in_service_alone(live: RunningCentre, drill: RunningDrill, browser: Browser) -> None:
    token = live.token("duty_officer")
    eventually(live.is_well, within_s=20)
    rows, keys = rows_of(live), keys_of(live.data_dir)
    problems: list[str] = []
    sent: set[str] = set()

    drill.start()
    with httpx.Client(base_url=drill.url, headers={"Authorization": f"Bearer {token}"}, timeout=10, trust_env=False) as officer:
        eventually(lambda: drill.answers(officer), within_s=120, every_s=0.1)  # with the token of the centre in service
        eventually(lambda: state_of(officer).get("started_at"), within_s=60, every_s=0.1)

        def is_over() -> bool:
            look_after(officer, sent)
            return state_of(officer).get("ended_at") is not None

        eventually(is_over, within_s=90, every_s=0.1)
        eventually((drill.folder / "score.html").exists, within_s=20, every_s=0.1)
        assert officer.get("/healthz").json()["status"] == "ok"
        context = browser.new_context(viewport={"width": 1920, "height": 1080})
        context.add_cookies([{"name": "center_session", "value": token, "url": drill.url}])
        page = context.new_page()
        watch(page, drill.url, problems)
        page.goto(f"{drill.url}/wall")
        eventually(lambda: page.evaluate("document.body.dataset.link") == "live", within_s=30, every_s=0.1)
        eventually(lambda: page.title().startswith("演练 DRILL"), within_s=10, every_s=0.1)
        across = page.evaluate(MARK_ON_PAGE)
        rate = page.evaluate(RATE_OF_CLOCK)
        context.close()

    assert drill.stop() == 0
    assert across[0] == '"演练 DRILL"'
    assert across[1] == "none"
    assert 0.05 < float(across[2]) < 0.3
    assert SPEED * 0.3 < rate < SPEED * 3  # a heartbeat in between sets it right by the machine's own delay
    assert problems == []
    assert f"score sheet: {drill.folder / 'score.html'}" in drill.terminal
    kept = json.loads((drill.folder / "score.json").read_text("utf-8"))
    verdicts = {one["says"]["en"]: one["state"] for one in kept["expectations"]}
    assert {says for says, state in verdicts.items() if state == "met"} == FAST_ENOUGH, kept
    assert verdicts["Somebody answers"] == "missed"
    assert kept["problems"] == []
    assert kept["parked_jobs"] == 0
    assert kept["calls"][0]["there_s"] is not None
    for fault in ("worker", "redis_away", "redis_flush"):
        assert fault in drill.terminal
    assert rows_of(live) == rows
    assert keys_of(live.data_dir) == keys
    assert live.is_well()
