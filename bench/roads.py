"""Roads, the five-minute circle, many at once, standby points and simulated days: what they cost, and what they bring on fresh seeds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import numpy as np
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import OUTSIDE, Desk, Ground, desk, opened, running_centre, until
from bench.running import RunningCentre
from command_center.center import Center
from command_center.db.tables import Incident, Unit
from command_center.domain.closures import Blocked
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.response_time import PROMISE_S
from command_center.domain.road_weather import RoadWeather
from command_center.domain.status import IncidentStatus, UnitStatus
from command_center.roads import RoadNetwork
from command_center.services import assigning, coverage, simulating
from command_center.services.coverage import FreeUnit
from command_center.services.policies import POLICIES
from command_center.services.road_conditions import RoadsNow, roads_now
from tests.roads.valhalla_helsinki import MAP, agreement, load

FIRST_SEED = 20_000
"""Seeds that nothing was tuned on."""


def measure(ground: Ground) -> Iterator[Figure]:
    """In this process on a centre of its own, where nothing else is said; the closure over HTTP to a bare SSE client."""
    with running_centre(CENTER_SIMULATOR="off") as centre, opened(centre) as center:
        yield from _circle(center, ground)
        yield from _agreement()
        with desk(centre) as officer:
            yield _closure_to_screen(officer, center, ground)
            yield from _closure_to_wall(ground, centre, officer, center)
        yield from _standby(center)
        yield from _simulated(center, ground)
        yield _together(center, ground)


def _ms(act: Callable[[int], object], count: int) -> list[float]:
    times: list[float] = []
    for number in range(count):
        began = time.perf_counter()
        act(number)
        times.append((time.perf_counter() - began) * 1000)
    return times


# ---- the circle ----------------------------------------------------------------------------------------------------------------------


def _circle(center: Center, ground: Ground) -> Iterator[Figure]:
    count = ground.samples(100, 15)
    coverage.see(center)

    def anew(_number: int) -> None:
        coverage._reached.cache_clear()  # noqa: SLF001 - what is kept between two looks would make this a measurement of nothing
        coverage._demand_nodes.cache_clear()  # noqa: SLF001 - nor this
        coverage._demand.cache_clear()  # noqa: SLF001 - nor this
        coverage.summary(center, coverage.see(center))

    yield figure("coverage of the whole district, p95", p95(_ms(anew, count)), "ms", goal=100)
    sight = coverage.see(center)
    yield figure("rings of the whole district as lines, p95", p95(_ms(lambda _: coverage.rings(center, sight), count)), "ms")


CIRCLE = """() => {
  const drawn = () => [...document.querySelectorAll("path.road-late")].map(path => path.getAttribute("d")).sort().join();
  const watch = { before: drawn(), at: 0 };
  watch.arm = () => { watch.before = drawn(); watch.at = 0; };
  new MutationObserver(() => { if (!watch.at && drawn() !== watch.before) watch.at = Date.now(); })
    .observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["d"] });
  window.benchCircle = watch;
}"""


def _closure_to_wall(ground: Ground, centre: RunningCentre, officer: Desk, center: Center) -> Iterator[Figure]:
    """From the request that closes or opens a road to the streets that the wall draws as late, in its DOM; one after the other, no rest."""
    streets = _streets_that_show(center)
    times: list[float] = []
    with ground.page(centre, "/wall", OUTSIDE) as wall:
        wall.evaluate(CIRCLE)
        for number in range(ground.samples(20, 4)):
            closed, closing_ms = _seen_on(wall, officer, "/api/v1/closures", {"street": streets[number % len(streets)]})
            _, opening_ms = _seen_on(wall, officer, f"/api/v1/closures/{closed['id']}/reopen")
            times += [closing_ms, opening_ms]
    yield figure("a road closed or opened to the late streets on the wall (DOM), p50", p50(times), "ms")
    yield figure("a road closed or opened to the late streets on the wall (DOM), p95", p95(times), "ms", goal=1000)


def _seen_on(wall: Page, officer: Desk, path: str, order: dict[str, str] | None = None) -> tuple[dict[str, str], float]:
    """What the order answered, and after how many milliseconds the wall drew other streets."""
    wall.evaluate("benchCircle.arm()")
    began = time.time() * 1000
    answer: dict[str, str] = officer.http.post(path, json=order).raise_for_status().json()
    return answer, float(until(wall, "benchCircle.at", within_s=15)) - began


def _streets_that_show(center: Center) -> list[str]:
    """Streets whose closing changes what the wall draws as late."""
    with center.read() as session:
        roads, fleet = roads_now(center, session), coverage.free_units(center, session)
    late = _late(center, roads, fleet)
    closed = {street.zh: frozenset({Blocked(center.roads.lines_of(street.zh), 1.0)}) for street in center.roads.streets}
    found = [name for name, blocked in closed.items() if _late(center, replace(roads, blocked=blocked), fleet) != late]
    assert found, "no street's closing shows"
    return found


def _late(center: Center, roads: RoadsNow, fleet: list[FreeUnit]) -> list[object]:
    sight = coverage.Sight(at=center.now(), circle=coverage.circle(center, roads, fleet), roads=roads)
    return [ring["lines"] for ring in coverage.rings(center, sight)["rings"] if ring["within_s"] is None or ring["within_s"] > PROMISE_S]


def _closure_to_screen(officer: Desk, center: Center, ground: Ground) -> Figure:
    """From the request that closes a road to the new circle at a bare SSE client."""
    streets = center.roads.streets
    times = [_one_closure_ms(officer.http, streets[number % len(streets)].zh) for number in range(ground.samples(20, 4))]
    return figure("a road closed to the new circle on the stream, p95", p95(times), "ms", goal=1000)


def _one_closure_ms(http: httpx.Client, street: str) -> float:
    with http.stream("GET", "/api/v1/stream", timeout=20) as stream:
        lines = stream.iter_lines()
        next(line for line in lines if line.startswith("event: beat"))
        began = time.perf_counter()
        closure = http.post("/api/v1/closures", json={"street": street}).raise_for_status().json()["id"]
        _wait_for_circle(lines, closed_roads=1)
        took_ms = (time.perf_counter() - began) * 1000
        http.post(f"/api/v1/closures/{closure}/reopen").raise_for_status()
        _wait_for_circle(lines, closed_roads=0)
    return took_ms


def _wait_for_circle(lines: Iterator[str], *, closed_roads: int) -> None:
    """Read the stream until the circle is told with so many closed roads. Raises TimeoutError after ten beats."""
    event, beats = "", 0
    for line in lines:
        if line.startswith("event: "):
            event = line.removeprefix("event: ")
            beats += event == "beat"
        elif line.startswith("data: ") and event == "coverage" and json.loads(line.removeprefix("data: "))["closed_roads"] == closed_roads:
            return
        if beats > 10:
            break
    raise TimeoutError(f"the circle with {closed_roads} closed roads was not told within ten seconds")


# ---- many at once --------------------------------------------------------------------------------------------------------------------


def _together(center: Center, ground: Ground) -> Figure:
    places = list(center.catalogue.places.values())
    with Session(center.engine) as session, session.begin():
        like = session.get_one(Unit, "patrol-01")
        own = {name: getattr(like, name) for name in ("kind", "area_code", "station_code", "seats", "capabilities", "low_battery_pct")}
        for number in range(184):
            at = places[number * 9].point
            session.add(
                Unit(
                    id=f"bench-{number}",
                    call_sign_zh=f"测{number}",
                    call_sign_en=f"Bench {number}",
                    home_lat=at.lat,
                    home_lon=at.lon,
                    crew=[],
                    status=UnitStatus.AVAILABLE,
                    **own,
                )
            )
        for number in range(300):
            session.add(_waiting(center, places[number * 6].point, number))
    assigning.propose_together(center)
    return figure(
        "300 incidents x 200 units together, p95",
        p95(_ms(lambda _: assigning.propose_together(center), ground.samples(40, 8))),
        "ms",
        goal=250,
    )


def _waiting(center: Center, at: Point, number: int) -> Incident:
    called_at = center.now() - timedelta(seconds=number)
    return Incident(
        number=f"BENCH-{number}",
        type="E107",
        severity=list(Level)[number % 4],
        status=IncidentStatus.NEW,
        lat=at.lat,
        lon=at.lon,
        place_zh="",
        place_en="",
        note="",
        call_count=1,
        is_simulated=True,
        reported_at=called_at,
        last_call_at=called_at,
    )


# ---- what it brings ------------------------------------------------------------------------------------------------------------------


def _agreement() -> Iterator[Figure]:
    """Our travel times over Helsinki against those that a real Valhalla gave, signals left out: it knows none."""
    recording, edges = load(), RoadNetwork.from_osm(MAP).edges
    for costing in recording.seconds:
        network = RoadNetwork(edges, (), signal_delay_s=0.0, keep_turn_restrictions=costing != "as we ask, turns free")
        for same_spot, where in ((True, "places that both put on one spot"), (False, "all places")):
            rho, _ = agreement(recording, network, costing, same_spot=same_spot)
            title = f"disagreement with a reference router {costing}, {where}: 1 - Spearman's coefficient of travel times"
            yield figure(title, 1 - rho, "", goal=0.01 if same_spot and costing == "as we ask" else None)


def _standby(center: Center) -> Iterator[Figure]:
    """Points chosen by one half of a hundred days' calls; the share of the other half that had help in time, against stations only."""
    fleets = {"16 vehicles": None, "12 patrols": [it for it in center.catalogue.vehicles.values() if it.kind == "patrol_vehicle"]}
    for weather in RoadWeather:
        for name, fleet in fleets.items():
            halves = [simulating.held_half(center, fleet=fleet, weather=weather, seed=FIRST_SEED + seed) for seed in range(5)]
            outside = 1 - float(np.mean([at_stations for at_stations, _ in halves]))
            change = 100 * float(np.mean([at_stations - at_standby for at_stations, at_standby in halves]))
            goal = -15.0 if outside >= 0.15 else None
            title = f"standby points, {weather.value}, {name}: change of the held calls without help in time (from {100 * outside:.1f} %)"
            yield figure(title, change, "points", goal=goal)


def _simulated(center: Center, ground: Ground) -> Iterator[Figure]:
    """Cloudbursts: 300 calls within ten minutes, the same for every policy."""
    seeds = ground.samples(20, 3)
    for units in (16, 60, 200):
        on = simulating.stage(center, units=units)
        ratios: list[float] = []
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            calls = simulating.cloudburst_calls(center.catalogue, on, count=300, within_s=600, seed=seed)
            ours, plain = (simulating.run(on, calls, policy).weighted_s for policy in ("ours", "severity_first"))
            ratios.append(ours / plain)
        peer = Peer(name="severity-first closest", value=1.0)
        name = f"weighted response in a cloudburst, {units} units, mean of {seeds} seeds"
        yield figure(name, float(np.mean(ratios)), "x", goal=0.92, peer=peer)
        yield figure(f"the worst of these seeds, {units} units", max(ratios), "x", peer=peer)
    on = simulating.stage(center)
    calls = simulating.day_calls(center.catalogue, on, days=ground.samples(100, 20), per_day=100, seed=FIRST_SEED)
    for policy in POLICIES:
        began = time.perf_counter()
        simulating.run(on, calls, policy)
        took_us = (time.perf_counter() - began) / len(calls.at_s) * 1e6
        yield figure(f"one simulated call, {policy} (200 is 5,000 calls a second)", took_us, "us", goal=200)
