"""How soon an officer sees who could go: the whole proposal with its price, as `propose_units` makes it from database, fixes and roads.

Two centres of their own in this process, of 16 and of 1,000 units, on a drawn town of 15,000 nodes: nothing else speaks to them. All
vehicles have moved before every proposal, so that nothing kept from the one before helps. Over HTTP, the street as it ships.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.figures import Figure, Peer, figure, p50, p95
from bench.ground import Desk, Ground, desk, folder, opened
from bench.vehicles import catalogue_with
from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Text
from command_center.roads import RoadNetwork
from command_center.roads.edges import NOTHING_FORBIDDEN, Segments, densified, directed
from command_center.services import calls, incidents, open_center, proposing, seeding
from command_center.services.calls import TakeCall
from command_center.web import settle
from command_center.wire import EmbeddedValkey

OFFICER = Actor(name="bench", role=Role.DUTY_OFFICER)
GOALS_MS = {16: 15.0, 1_000: 50.0}
BLOCKS = 46
"""Along each side of the town: 2,116 crossings, 14,536 nodes."""

KINDS = ("E107", "E105", "E103")
"""One patrol vehicle; several of both kinds; and stock that has to be fetched from a depot on the way."""


def measure(ground: Ground) -> Iterator[Figure]:
    """In process on the town, then over HTTP on the street, each for an incident just opened at another place."""
    for units, goal_ms in GOALS_MS.items():
        with town_centre(units) as center:
            times = whole_proposals_ms(center, ground.samples(100, 20))
        yield figure(f"whole proposal with its price, {units:,} units, 15,000 nodes, p95", p95(times), "ms", goal=goal_ms)
        yield figure(f"whole proposal with its price, {units:,} units, 15,000 nodes, p50", p50(times), "ms")
    yield from _over_http(ground)


def _over_http(ground: Ground) -> Iterator[Figure]:
    count = ground.samples(120, 20)
    with opened(ground.centre) as center, desk(ground.centre) as officer:
        targets = places(center, count)
        times = [_proposal_ms(officer, target) for target in targets]
        searches = _road_searches_ms(center, targets)
    road = Peer(name="one road search, p95", value=p95(searches))
    yield figure("proposal for one incident over HTTP, p95", p95(times), "ms", peer=road)
    yield figure("proposal for one incident over HTTP, p50", p50(times), "ms", peer=Peer(name="one road search, p50", value=p50(searches)))


# ---- a town ----------------------------------------------------------------------------------------------------------------------


@contextmanager
def town_centre(units: int) -> Iterator[Center]:
    """A seeded centre with so many vehicles, on a town of square blocks instead of its own streets."""
    with folder() as place, EmbeddedValkey(place / "valkey") as valkey:
        center = open_center(
            database_url=f"sqlite:///{place / 'center.sqlite'}",
            redis_url=valkey.url,
            tracks_url=f"sqlite:///{place / 'tracks.sqlite'}",
            data_dir=place,
            catalogue_dir=_catalogue(place, units),
        )
        with closing(center):
            seeding.prepare(center)
            center.roads = town(center.catalogue.street.centre, BLOCKS)
            with settled():
                yield center


@contextmanager
def settled() -> Iterator[None]:
    """As in the web process, what has been loaded so far is not looked through for rubbish."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


def _catalogue(place: Path, units: int) -> Path:
    return FOLDER if units == min(GOALS_MS) else catalogue_with(place / "catalogue", units)


def town(middle: Point, blocks: int) -> RoadNetwork:
    """Square blocks around a point, 200 m each way, cut as an import cuts streets; a third of the crossings have a forbidden turn."""
    north, east = np.divmod(np.arange(blocks * blocks), blocks)
    block = np.array([199 / 111_195, 199 / 89_000])
    lat_lon = np.array([middle.lat, middle.lon]) + (np.stack([north, east], axis=1) - blocks / 2) * block
    here, dice = np.arange(blocks * blocks), np.random.default_rng(2)
    start = np.concatenate([here[east < blocks - 1], here[north < blocks - 1]])
    end = start + np.repeat([1, blocks], len(start) // 2)
    drawn = Segments(
        lat_lon=lat_lon,
        start=start,
        end=end,
        speed_kmh=dice.choice([25.0, 40.0, 50.0], len(start)),
        street=np.zeros(len(start), dtype=np.int64),
        along=np.ones(len(start), dtype=bool),
        against=np.ones(len(start), dtype=bool),
        private=np.zeros(len(start), dtype=bool),
        way=np.arange(len(start)),
        signals=np.zeros(len(lat_lon), dtype=bool),
    )
    edges = directed(densified(drawn), NOTHING_FORBIDDEN)
    before = dice.choice(np.flatnonzero(edges.head < len(lat_lon)), len(lat_lon) // 3, replace=False)
    turns = (
        (edges.tail[edge], edges.head[edge], edges.head[dice.choice(np.flatnonzero(edges.tail == edges.head[edge]))]) for edge in before
    )
    forbidden = np.array([turn for turn in turns if turn[0] != turn[2]])
    return RoadNetwork(replace(edges, forbidden=forbidden), (Text("", ""),))


def whole_proposals_ms(center: Center, count: int) -> list[float]:
    """What `propose_units` takes, with its price, each time for another incident and with every vehicle somewhere else."""
    dice = np.random.default_rng(1)
    targets = places(center, count + 1)
    times = [_whole_proposal_ms(center, target, KINDS[number % len(KINDS)], dice) for number, target in enumerate(targets)]
    return times[1:]


def _whole_proposal_ms(center: Center, at: Point, kind: str, dice: np.random.Generator) -> float:
    taken = calls.take_call(center, TakeCall(kind=kind, at=at, join="new"), OFFICER)
    _drive(center, dice)
    began = time.perf_counter()
    proposal = proposing.propose_units(center, taken.incident_id, with_cover=True)
    took_ms = (time.perf_counter() - began) * 1000
    assert proposal.preselected, "somebody must be free, or this measures nothing"
    incidents.close_incident(center, taken.incident_id, OFFICER)
    return took_ms


def _drive(center: Center, dice: np.random.Generator) -> None:
    """Every vehicle stands at another crossing now, as its tracker tells it."""
    vehicles, crossings = list(center.catalogue.vehicles), center.roads.lat_lon
    nodes = dice.choice(len(crossings), len(vehicles))
    center.wire.save_last_positions(_fixes(center, vehicles, crossings[nodes]))


def _fixes(center: Center, vehicles: list[str], points: np.ndarray) -> Mapping[str, str]:
    now = center.now()
    return {
        unit_id: json.dumps(Fix(unit_id=unit_id, at=now, point=Point(float(lat), float(lon)), battery_pct=80.0).frame_row())
        for unit_id, (lat, lon) in zip(vehicles, points, strict=True)
    }


# ---- over HTTP -------------------------------------------------------------------------------------------------------------------


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
