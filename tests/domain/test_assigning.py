"""Many at once: the graver first, nobody left out who could be helped, and never worse than first come, first served."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.assigning import HELPED_S, NEVER, Ready, Wanted, arrivals_s, costs, first_come, weight_of, weighted_wait_s
from command_center.domain.levels import Level
from command_center.services.assigning import solved


def wanted(place: int, level: str = "IV", **stated: object) -> Wanted:
    usual = {
        "incident_id": place + 1,
        "place": place,
        "nth": 0,
        "kind": "patrol_vehicle",
        "capabilities": frozenset(),
        "weight": weight_of(Level(level), life_risk=False),
        "waited_s": 0.0,
        "expected_s": 1200.0,
    }
    return Wanted(**(usual | stated))  # type: ignore[arg-type]  # any field


def ready(number: int, kind: str = "patrol_vehicle", skills: frozenset[str] = frozenset()) -> Ready:
    return Ready(unit_id=f"u{number}", kind=kind, capabilities=skills, start_s=60.0)


def chosen(units: list[Ready], asked: list[Wanted], travel_s: list[list[float]]) -> list[tuple[int, int]]:
    return solved(costs(units, asked, arrivals_s(units, asked, np.array(travel_s))))


def test_the_only_unit_goes_to_the_graver_incident_although_another_is_nearer() -> None:
    assert chosen([ready(0)], [wanted(0, "IV"), wanted(1, "I", expected_s=3600.0)], [[30, 600]]) == [(0, 1)]


def test_of_two_equally_grave_ones_the_only_unit_takes_what_binds_it_for_less_time() -> None:
    assert chosen([ready(0)], [wanted(0, expected_s=3600.0), wanted(1, expected_s=600.0)], [[30, 200]]) == [(0, 1)]


def test_units_change_places_when_that_helps_everybody_sooner() -> None:
    assert chosen([ready(0), ready(1)], [wanted(0), wanted(1)], [[10, 20], [12, 900]]) == [(0, 1), (1, 0)]


def test_nobody_who_can_be_reached_is_left_out_for_a_better_average() -> None:
    assert len(chosen([ready(0), ready(1)], [wanted(0), wanted(1)], [[10, 5000], [10, 6000]])) == 2


def test_where_no_road_leads_nobody_is_sent() -> None:
    assert chosen([ready(0)], [wanted(0)], [[np.inf]]) == []
    assert solved(np.zeros((0, 3))) == []


def test_the_wanted_kind_and_skill_go_before_a_little_time() -> None:
    units = [ready(0), ready(1, "guarantee_vehicle", frozenset({"pumping"}))]
    asked = [wanted(0, kind="guarantee_vehicle", capabilities=frozenset({"pumping"}))]

    assert chosen(units, asked, [[100], [420]]) == [(1, 0)]
    assert chosen(units, asked, [[100], [700]]) == [(0, 0)]


def test_the_first_unit_at_a_place_is_worth_more_than_the_second_at_another() -> None:
    asked = [wanted(0), wanted(0, nth=1), wanted(1)]

    assert sorted(number for _, number in chosen([ready(0), ready(1)], asked, [[10, 300], [10, 300]])) == [0, 2]


def test_first_come_serves_in_the_order_of_the_calls_with_the_nearest_of_the_kind() -> None:
    units = [ready(0), ready(1), ready(2, "guarantee_vehicle")]
    asked = [wanted(0), wanted(1, "I"), wanted(2, "I")]
    arrival_s = np.array([[50.0, 10, 10], [60, 20, 20], [5, 5, 30]])

    assert first_come(units, asked, arrival_s) == [(0, 0), (1, 1), (2, 2)]


grounds = st.integers(1, 9).flatmap(
    lambda units: st.integers(1, 9).flatmap(
        lambda asked: st.tuples(
            st.lists(st.lists(st.floats(1, 3000) | st.just(float("inf")), min_size=asked, max_size=asked), min_size=units, max_size=units),
            st.lists(st.sampled_from(["I", "II", "III", "IV"]), min_size=asked, max_size=asked),
            st.lists(st.floats(0, 1800), min_size=asked, max_size=asked),
        )
    )
)


@given(grounds)
def test_everybody_at_most_once_and_as_many_as_can_be(ground: tuple[list[list[float]], list[str], list[float]]) -> None:
    travel_s, levels, waited_s = ground
    units = [ready(number) for number in range(len(travel_s))]
    asked = [wanted(place, level, waited_s=waited) for place, (level, waited) in enumerate(zip(levels, waited_s, strict=True))]
    arrival_s = arrivals_s(units, asked, np.array(travel_s))
    cost = costs(units, asked, arrival_s)

    pairs = solved(cost)

    assert len({unit for unit, _ in pairs}) == len({number for _, number in pairs}) == len(pairs)
    assert all(np.isfinite(arrival_s[pair]) for pair in pairs)
    assert ((cost < 0) | (cost == NEVER)).all()
    in_turn = first_come(units, asked, arrival_s)
    assert len(pairs) >= len(in_turn)
    if len(pairs) == len(in_turn):
        assert sum(cost[pair] for pair in pairs) <= sum(cost[pair] for pair in in_turn) + 1e-6
    assert 0 <= weighted_wait_s(asked, arrival_s, pairs) <= max(waited_s) + max(HELPED_S, 3060)
