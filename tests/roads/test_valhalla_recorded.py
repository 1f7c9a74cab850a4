"""What a real Valhalla said about Helsinki is understood as it was meant; a live one says the same (CENTER_TEST_ROUTER_URL)."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import numpy as np
import pytest

from command_center.domain.geo import distance_m
from command_center.roads import RoadNetwork, Route
from command_center.roads.valhalla import ValhallaRouter
from tests.roads.valhalla_helsinki import MAP, MIDDLE, NORTH_EAST, QUESTIONS, SOUTH_WEST, Recording, agreement, load, replayed

AWAY = "the router does not answer: the street's own network does"


@pytest.fixture(scope="module")
def own() -> RoadNetwork:
    return RoadNetwork.from_osm(MAP)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load()


@pytest.fixture
def router(recording: Recording, own: RoadNetwork) -> ValhallaRouter:
    return replayed(recording, own)


def way(router: ValhallaRouter, question: str) -> Route:
    said = QUESTIONS[question](router)
    assert isinstance(said, Route)
    return said


def times(router: ValhallaRouter, question: str) -> list[float]:
    said = QUESTIONS[question](router)
    assert isinstance(said, np.ndarray)
    return [float(one) for one in said.ravel()]


def test_a_way_begins_and_ends_where_it_was_asked_for_and_its_times_rise_to_the_whole(router: ValhallaRouter) -> None:
    said = way(router, "a way")

    first, last = ((float(lat), float(lon)) for lat, lon in (said.points[0], said.points[-1]))
    assert distance_m(SOUTH_WEST, type(SOUTH_WEST)(*first)) < 30
    assert distance_m(NORTH_EAST, type(NORTH_EAST)(*last)) < 30
    assert (np.diff(said.seconds) >= 0).all()
    assert said.seconds[-1] == pytest.approx(said.travel_s, abs=1)
    assert 1_700 < said.length_m < 3_000
    assert [street.zh for street in said.streets][:2] == ["Annankatu", "Uudenmaankatu"]


def test_a_closed_street_is_gone_round_and_a_slow_vehicle_takes_longer(router: ValhallaRouter) -> None:
    usual, around, slow = (way(router, name) for name in ("a way", "a way round a closed street", "a way for a slow vehicle"))

    assert around.streets != usual.streets
    assert around.travel_s >= usual.travel_s
    assert slow.travel_s > 1.5 * usual.travel_s


@pytest.mark.parametrize("question", ["no way", "a way off the map"])
def test_where_no_way_leads_the_real_refusal_is_an_answer(
    recording: Recording, router: ValhallaRouter, caplog: pytest.LogCaptureFixture, question: str
) -> None:
    said = way(router, question)

    assert (said.travel_s, len(said.points)) == (np.inf, 0)
    assert AWAY not in caplog.messages
    assert {answer["error_code"] for status, answer in recording.exchanges.values() if status == 400} >= {170, 442}


def test_tables_have_a_time_for_every_pair_and_none_where_no_way_leads(router: ValhallaRouter, caplog: pytest.LogCaptureFixture) -> None:
    to_middle, table = times(router, "many to one"), times(router, "many to many")

    assert to_middle[1] == 0
    assert all(60 < one < 400 for one in (to_middle[0], to_middle[2]))
    assert np.isfinite(table[:3]).all()
    assert table[3:] == [np.inf] * 3
    assert times(router, "many round a closed street")[0] > times(router, "one of them off the map")[0]
    assert np.isfinite(times(router, "one of them off the map")).tolist() == [True, False, True]
    assert AWAY not in caplog.messages


def test_more_closed_ground_than_a_server_takes_is_gone_round_on_the_street_s_own_roads(
    router: ValhallaRouter, own: RoadNetwork, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        (said,) = times(router, "more closed ground than a server takes")

    assert said > own.travel_s([SOUTH_WEST], MIDDLE)[0]
    assert caplog.messages == [AWAY]


# ---- agreement on travel times -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("costing", "same_spot", "least"),
    [
        ("as we ask", True, 0.99),
        ("as we ask, turns free", True, 0.99),
        ("as a private car", True, 0.985),
        ("as we ask", False, 0.96),
        ("as we ask, turns free", False, 0.975),
    ],
)
def test_travel_times_agree_with_a_router_that_shares_none_of_our_code(
    recording: Recording, own: RoadNetwork, costing: str, same_spot: bool, least: float
) -> None:
    """Where the routers begin on different roads, times differ (docs/decisions/0013). Our signals are left out: theirs take 2 s."""
    network = RoadNetwork(own.edges, own.names, signal_delay_s=0.0, keep_turn_restrictions=costing != "as we ask, turns free")

    rho, ratio = agreement(recording, network, costing, same_spot=same_spot)

    assert len(ratio) > 5_000
    assert rho >= least
    assert np.median(ratio) == pytest.approx(1.0, abs=0.1)


# ---- a live one ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def live(own: RoadNetwork) -> Iterator[ValhallaRouter]:
    """A server over the same map; tests/roads/record_valhalla.py says how it is set up."""
    url = os.environ.get("CENTER_TEST_ROUTER_URL")
    if not url:
        pytest.skip("CENTER_TEST_ROUTER_URL names no router over the map of Helsinki")
    router = ValhallaRouter(url, own)
    yield router
    router.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_live_server_says_what_was_recorded(live: ValhallaRouter, router: ValhallaRouter, question: str) -> None:
    said, recorded = QUESTIONS[question](live), QUESTIONS[question](router)

    if isinstance(said, Route):
        assert isinstance(recorded, Route)
        assert said.travel_s == pytest.approx(recorded.travel_s, rel=0.05)
        assert said.length_m == pytest.approx(recorded.length_m, rel=0.05)
    else:
        assert said == pytest.approx(recorded, rel=0.05)
