"""A province's router is asked wherever a decision compares arrivals: one incident, a stop at a depot, many at once."""

from __future__ import annotations

import json

import httpx
import numpy as np
import pytest

from command_center.center import Center
from command_center.domain.dispatching import LOADING_S
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.roads import RoadNetwork
from command_center.roads.valhalla import ValhallaRouter
from command_center.services.assigning import Together, propose_together
from command_center.services.proposing import propose_units
from tests.builders import take_test_call

FLOOD = "E103"
"""People trapped by water: a guarantee vehicle loads a boat on its way."""


def three_times_as_far(own: RoadNetwork) -> httpx.MockTransport:
    """A server whose roads take three times as long: whatever it was asked shows."""

    def answered(request: httpx.Request) -> httpx.Response:
        order = json.loads(request.content)
        ends = [[Point(one["lat"], one["lon"]) for one in order[side]] for side in ("sources", "targets")]
        times = 3 * own.matrix_s(*ends, vehicle_kmh=order["costing_options"]["auto"].get("top_speed"))
        rows = [[{"time": one if np.isfinite(one) else None} for one in row] for row in times.tolist()]
        return httpx.Response(200, json={"sources_to_targets": rows})

    return httpx.MockTransport(answered)


@pytest.fixture
def elsewhere(center: Center) -> ValhallaRouter:
    return ValhallaRouter("http://router.test:8002", center.roads, transport=three_times_as_far(center.roads))


def arrivals(found: Together) -> dict[str, float]:
    return {unit.unit_id: unit.arrival_s for one in found.incidents for unit in one.units}


def test_one_proposal_is_ranked_by_the_times_of_the_router_elsewhere(center: Center, elsewhere: ValhallaRouter) -> None:
    incident_id = take_test_call(center, kind="E107", place_id="XQ050").incident_id
    own = {unit.unit_id: unit.travel_s for unit in propose_units(center, incident_id).units}

    center.router = elsewhere
    asked = {unit.unit_id: unit.travel_s for unit in propose_units(center, incident_id).units}

    assert asked == pytest.approx({unit: 3 * seconds for unit, seconds in own.items()})


def test_a_stop_at_a_depot_is_weighed_by_the_router_elsewhere(center: Center, elsewhere: ValhallaRouter) -> None:
    incident_id = take_test_call(center, kind=FLOOD, place_id="XQ050").incident_id
    own = {unit.unit_id: unit.travel_s for unit in propose_units(center, incident_id).units if unit.stop is not None}

    center.router = elsewhere
    asked = {unit.unit_id: unit.travel_s for unit in propose_units(center, incident_id).units if unit.stop is not None}

    assert asked.keys() == own.keys() != set()
    assert all(asked[unit] - LOADING_S > 2 * (own[unit] - LOADING_S) for unit in own)


def test_many_at_once_are_weighed_by_the_router_elsewhere(center: Center, elsewhere: ValhallaRouter) -> None:
    for place, level in (("XQ001", Level.I), ("XQ050", Level.II), ("XQ090", Level.IV)):
        take_test_call(center, kind="E107", place_id=place, severity=level)
    own = arrivals(propose_together(center))

    center.router = elsewhere
    asked = arrivals(propose_together(center))

    assert sum(asked.values()) > 1.5 * sum(own.values())
    assert max(asked.values()) > max(own.values())
