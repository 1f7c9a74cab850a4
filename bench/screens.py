"""From an officer's order to another screen: two Chromium pages of one centre, the console that orders and the wall that shows.

Measured until the second screen's DOM holds the changed state (a MutationObserver), and until the frame after it was painted. The
unit's marker and the list of units are drawn by the page itself from the stream; the wall's figures come back from a server callback.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import OUTSIDE, Desk, Ground, desk, incidents, opened, until
from bench.listeners import listening

GOAL_P50_MS, GOAL_P95_MS = 150.0, 500.0
WATCHING = (Path(__file__).parent / "watching.js").read_text("utf-8")
PAUSE_S = 0.3
"""Between two orders: a person does not press faster, and the screens' lists come to rest."""

ORDER = """async ({incident, unit, key}) => {
  const sent = Date.now();
  const answer = await fetch(`/api/v1/incidents/${incident}/dispatch`, {method: "POST", body: JSON.stringify({units: [unit]}),
    headers: {"Content-Type": "application/json", "Idempotency-Key": key}});
  return {sent, done: Date.now(), assignment: (await answer.json()).assignments[0]};
}"""

TICKED = "() => { const ticked = document.querySelector('#console-proposal input:checked'); return ticked && ticked.value; }"

PRESS = """() => {
  const button = document.getElementById("console-send");
  window.benchPressed = 0;
  button.addEventListener("pointerdown", () => { window.benchPressed = Date.now(); }, {capture: true, once: true});
}"""


def measure(ground: Ground) -> Iterator[Figure]:
    """The stream alone, orders sent by the console's script, and orders pressed with its button."""
    orders = ground.samples(100, 15)
    with opened(ground.centre) as center, desk(ground.centre) as officer, incidents(officer, center, 3) as open_now:
        stream_ms = _stream_ms(ground, officer, open_now, orders)
        with ground.page(ground.centre, "/console", "duty_officer") as console, ground.page(ground.centre, "/wall", OUTSIDE) as wall:
            wall.evaluate(WATCHING)
            wall.evaluate("bench.watch()")
            sent = [_sent(console, wall, officer, open_now, number) for number in range(orders)]
            pressed = [_pressed(console, wall, officer) for _ in range(ground.samples(30, 4))]
    stream_p50 = Peer(name="a bare SSE client, p50", value=p50(stream_ms))
    stream_p95 = Peer(name="a bare SSE client, p95", value=p95(stream_ms))
    yield figure("order sent to a bare SSE client, p50", p50(stream_ms), "ms")
    yield figure("order sent to a bare SSE client, p95", p95(stream_ms), "ms")
    yield figure("order sent to the second screen's own script, p95", p95(_of(sent, "stream")), "ms", peer=stream_p95)
    yield figure("order sent to marker on the second screen (DOM), p50", p50(_of(sent, "marker")), "ms", goal=GOAL_P50_MS, peer=stream_p50)
    yield figure("order sent to marker on the second screen (DOM), p95", p95(_of(sent, "marker")), "ms", goal=GOAL_P95_MS, peer=stream_p95)
    yield figure("order sent to marker on the second screen (painted), p95", p95(_of(sent, "marker_painted")), "ms", goal=GOAL_P95_MS)
    yield figure("order sent to list on the second screen (DOM), p50", p50(_of(sent, "list")), "ms", goal=GOAL_P50_MS)
    yield figure("order sent to list on the second screen (DOM), p95", p95(_of(sent, "list")), "ms", goal=GOAL_P95_MS)
    yield figure("order sent to figures on the second screen (DOM), p50", p50(_of(sent, "figures")), "ms", goal=GOAL_P50_MS)
    yield figure("order sent to figures on the second screen (DOM), p95", p95(_of(sent, "figures")), "ms", goal=GOAL_P95_MS)
    yield figure("incident docked to proposed units ticked on the console, p95", p95(_of(pressed, "proposed")), "ms")
    yield figure("button pressed to marker on the second screen (DOM), p50", p50(_of(pressed, "marker")), "ms", goal=GOAL_P50_MS)
    yield figure("button pressed to marker on the second screen (DOM), p95", p95(_of(pressed, "marker")), "ms", goal=GOAL_P95_MS)


def _of(samples: list[dict[str, float]], name: str) -> list[float]:
    return [sample[name] - sample["sent"] for sample in samples]


def _stream_ms(ground: Ground, officer: Desk, open_now: list[str], count: int) -> list[float]:
    """From the request sent to the fact's bytes read by one SSE client in a process of its own."""
    units = officer.units()
    sent: dict[str, float] = {}
    with listening(ground.centre, 1) as listeners:
        for number in range(count):
            began = time.time() * 1000
            assignment = officer.send(open_now[number % len(open_now)], units[number % len(units)], f"stream-{began}")
            sent[assignment] = began
            officer.recall(assignment)
            time.sleep(0.05)
        heard = listeners.stop()
    return [at - sent[assignment] for assignment, at in heard.facts if assignment in sent]


def _sent(console: Page, wall: Page, officer: Desk, open_now: list[str], number: int) -> dict[str, float]:
    """One order by the console's script."""
    units = officer.units()
    unit = units[number % len(units)]
    assert wall.evaluate("unit => bench.expect(unit, 'dispatched')", unit), f"{unit} is shown as dispatched already"
    order = {"incident": open_now[number % len(open_now)], "unit": unit, "key": f"screens-{time.time_ns()}"}
    told: dict[str, Any] = console.evaluate(ORDER, order)
    seen = _seen(wall)
    officer.recall(str(told["assignment"]))
    _settled(wall, unit)
    return seen | {"sent": told["sent"]}


def _pressed(console: Page, wall: Page, officer: Desk) -> dict[str, float]:
    """One order by the officer's hand: a new incident docked, the proposed unit ticked, the button pressed."""
    place = console.evaluate("cc.rows('unit')[0].home")
    incident = officer.take_call(place["lat"], place["lon"])
    until(console, "id => cc.get('incident', id)", incident)
    began = time.monotonic()
    console.evaluate("id => cc.pick('incident', id)", incident)
    unit = str(until(console, TICKED))
    proposed_ms = (time.monotonic() - began) * 1000
    assert wall.evaluate("unit => bench.expect(unit, 'dispatched')", unit), f"{unit} is shown as dispatched already"
    console.evaluate(PRESS)
    console.click("#console-send")
    seen = _seen(wall)
    story = officer.http.get(f"/api/v1/incidents/{incident}").raise_for_status().json()
    for assignment in story["assignments"]:
        officer.recall(assignment["id"])
    officer.close(incident)
    _settled(wall, unit)
    sent = float(console.evaluate("window.benchPressed"))
    return seen | {"sent": sent, "proposed": sent + proposed_ms}


def _seen(wall: Page) -> dict[str, float]:
    """When the wall showed what was expected."""
    return dict(until(wall, "bench.seen()", within_s=15))


def _settled(wall: Page, unit: str) -> None:
    """Wait until the unit is free again, and the figures say so."""
    until(wall, "unit => cc.get('unit', unit).status === 'available' && bench.rests()", unit)
    time.sleep(PAUSE_S)
