"""How soon an officer sees who could go: the proposal for one incident, beside the one road search that it cannot do without."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Ground, desk, incidents, opened
from command_center.center import Center
from command_center.domain.geo import Point

INCIDENTS = 10


def measure(ground: Ground) -> Iterator[Figure]:
    """Proposals over HTTP, for incidents all over the street, and road searches in this process."""
    count = ground.samples(200, 40)
    with opened(ground.centre) as center, desk(ground.centre) as officer, incidents(officer, center, INCIDENTS) as open_now:
        times: list[float] = []
        for number in range(count):
            began = time.perf_counter()
            officer.http.get(f"/api/v1/incidents/{open_now[number % INCIDENTS]}/proposal").raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
        searches = _road_searches_ms(center, count)
    road = Peer(name="one road search, p95", value=p95(searches))
    yield figure("proposal for one incident over HTTP, p95", p95(times), "ms", peer=road)
    yield figure("proposal for one incident over HTTP, p50", p50(times), "ms", peer=Peer(name="one road search, p50", value=p50(searches)))


def _road_searches_ms(center: Center, count: int) -> list[float]:
    """Travel times from every vehicle's home to a place."""
    homes = np.array([[vehicle.home.lat, vehicle.home.lon] for vehicle in center.catalogue.vehicles.values()])
    places = [place.point for place in center.catalogue.places.values()]
    times: list[float] = []
    for number in range(count):
        target: Point = places[number * len(places) // count]
        began = time.perf_counter()
        center.roads.travel_s(homes, target, vehicle_kmh=40.0)
        times.append((time.perf_counter() - began) * 1000)
    return times
