"""How soon an officer sees who could go: the proposal for one incident, beside the one road search that it cannot do without."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Desk, Ground, desk, opened
from command_center.center import Center
from command_center.domain.geo import Point


def measure(ground: Ground) -> Iterator[Figure]:
    """Proposals over HTTP, each for an incident just opened at another place, and road searches in this process."""
    count = ground.samples(120, 20)
    with opened(ground.centre) as center, desk(ground.centre) as officer:
        targets = places(center, count)
        times = [_proposal_ms(officer, target) for target in targets]
        searches = _road_searches_ms(center, targets)
    road = Peer(name="one road search, p95", value=p95(searches))
    yield figure("proposal for one incident over HTTP, p95", p95(times), "ms", peer=road)
    yield figure("proposal for one incident over HTTP, p50", p50(times), "ms", peer=Peer(name="one road search, p50", value=p50(searches)))


def places(center: Center, count: int) -> list[Point]:
    """So many places, all over the street."""
    known = list(center.catalogue.places.values())
    return [known[number * len(known) // count].point for number in range(count)]


def _proposal_ms(officer: Desk, at: Point) -> float:
    """One proposal; a search that the centre remembers from another call to the same corner is rare here, as in life."""
    incident = officer.take_call(at.lat, at.lon)
    began = time.perf_counter()
    officer.http.get(f"/api/v1/incidents/{incident}/proposal").raise_for_status()
    took_ms = (time.perf_counter() - began) * 1000
    officer.close(incident)
    return took_ms


def _road_searches_ms(center: Center, targets: list[Point]) -> list[float]:
    """Travel times from every vehicle's home to each place."""
    homes = np.array([[vehicle.home.lat, vehicle.home.lon] for vehicle in center.catalogue.vehicles.values()])
    center.roads.travel_s(homes, center.catalogue.street.centre, vehicle_kmh=40.0)  # the first one reads the network
    times: list[float] = []
    for target in targets:
        began = time.perf_counter()
        center.roads.travel_s(homes, target, vehicle_kmh=40.0)
        times.append((time.perf_counter() - began) * 1000)
    return times
