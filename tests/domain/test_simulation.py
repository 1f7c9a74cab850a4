"""Simulated calls on grounds small enough to work out by hand, and rules that hold on any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.response_time import TURNOUT_S
from command_center.domain.simulation import Calls, Closest, Ground, Policy, SeverityFirst, Vehicles, simulate
from command_center.services.policies import Together


def line(spots: int, seconds: float = 100.0) -> Ground:
    """Spots in a row, so many seconds from one to the next."""
    at = np.arange(spots) * seconds
    return Ground(travel_s=np.abs(at[:, None] - at)[None])


def vehicles(*home: int) -> Vehicles:
    return Vehicles(kind=np.zeros(len(home), dtype=np.int64), home=np.array(home))


def calls(*rows: tuple[float, int, float], scene_s: float = 600.0, units: int = 1) -> Calls:
    """(at, spot, weight) of each."""
    at_s, spot, weight = (np.array(column) for column in zip(*rows, strict=True))
    every = np.full(len(rows), scene_s)
    return Calls(
        at_s=at_s.astype(float), spot=spot.astype(int), weight=weight, units=np.full(len(rows), units), scene_s=every, expected_s=every
    )


def test_the_nearest_goes_and_needs_turnout_and_travel() -> None:
    outcome = simulate(line(10), vehicles(0, 7), calls((0, 5, 1.0)), Closest())

    assert outcome.response_s.tolist() == [200 + TURNOUT_S]
    assert outcome.unit_of.tolist() == [1]


def test_who_waits_longest_is_next_or_who_is_gravest() -> None:
    told = calls((0, 1, 1.0), (1, 2, 1.0), (2, 3, 20.0))

    by_turn, by_severity = (simulate(line(10), vehicles(0), told, policy()).response_s for policy in (Closest, SeverityFirst))

    assert by_turn[1] < by_turn[2]
    assert by_severity[2] < by_severity[1]


def test_a_vehicle_on_its_way_back_is_already_rolling() -> None:
    told = calls((0, 8, 1.0), (0 + 800 + TURNOUT_S + 600 + 400, 8, 1.0))

    response_s = simulate(line(10), vehicles(0), told, Closest()).response_s

    assert response_s[1] == pytest.approx(400), "half way home, half the way to drive, nobody to wake"


def test_a_call_that_takes_two_is_answered_by_the_first_and_binds_both() -> None:
    outcome = simulate(line(10), vehicles(0, 9), calls((0, 1, 1.0), (10, 1, 1.0), units=2), Closest())

    assert outcome.response_s[0] == 100 + TURNOUT_S
    assert outcome.response_s[1] > 600, "both are still there"


def test_where_no_road_leads_nobody_comes_and_nothing_hangs() -> None:
    island = Ground(travel_s=np.array([[[0.0, np.inf], [np.inf, 0.0]]]))
    for policy in (Closest, SeverityFirst, Together):
        outcome = simulate(island, vehicles(0), calls((0, 1, 1.0), (5, 0, 1.0)), policy())
        assert np.isinf(outcome.response_s[0])
        assert np.isfinite(outcome.response_s[1])
        assert outcome.promise_share == 0.5


def test_without_calls_everything_was_kept() -> None:
    none = Calls(**dict.fromkeys(("at_s", "weight", "scene_s", "expected_s"), np.zeros(0)), spot=np.zeros(0, int), units=np.zeros(0, int))

    outcome = simulate(line(2), vehicles(0), none, Closest())

    assert (outcome.promise_share, outcome.weighted_s, outcome.p90_s) == (1, 0, 0)


@given(
    st.lists(st.tuples(st.floats(0, 5000), st.integers(0, 9), st.sampled_from([1.0, 2.0, 20.0])), min_size=1, max_size=25),
    st.lists(st.integers(0, 9), min_size=1, max_size=4),
    st.sampled_from([Closest, SeverityFirst, Together]),
)
def test_every_call_is_served_and_never_sooner_than_the_nearest_could_be(
    rows: list[tuple[float, int, float]], homes: list[int], policy: type[Policy]
) -> None:
    told = calls(*sorted(rows))

    outcome = simulate(line(10), vehicles(*homes), told, policy())

    assert np.isfinite(outcome.response_s).all()
    assert (outcome.response_s >= 0).all()
    if len(rows) == 1:
        assert outcome.response_s[0] == pytest.approx(min(abs(home - told.spot[0]) for home in homes) * 100 + TURNOUT_S)
