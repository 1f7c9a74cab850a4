"""Closed roads: how far something is from one, and whether its guard is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.closures import MOST_FORGIVEN_M, away_m, guard_is_there
from command_center.domain.geo import Point

FENCE_M = 80.0
DEGREE_M = 111_195
WEST, EAST = Point(36.70, 119.14), Point(36.70, 119.15)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "is_there"),
    [
        (0.0, None, True),
        (80.0, None, True),
        (80.0, 5.0, True),
        (80.01, None, False),
        (80.01, 0.0, False),
        (85.0, 5.0, None),
        (85.01, 5.0, False),
        (80.0 + MOST_FORGIVEN_M, 500.0, None),
        (80.01 + MOST_FORGIVEN_M, 500.0, False),
    ],
)
def test_the_fence_itself_is_still_inside_and_a_coarse_fix_accuses_nobody(
    distance_m: float, accuracy_m: float | None, is_there: bool | None
) -> None:
    assert guard_is_there(distance_m, accuracy_m, FENCE_M) is is_there


@given(st.floats(0, 500), st.floats(0, 500), st.floats(0, 200))
def test_who_comes_nearer_is_never_thought_to_have_left(far_m: float, nearer_by_m: float, accuracy_m: float) -> None:
    order = {False: 0, None: 1, True: 2}
    far, near = (order[guard_is_there(metres, accuracy_m, FENCE_M)] for metres in (far_m, max(0.0, far_m - nearer_by_m)))

    assert near >= far


@pytest.mark.parametrize(
    ("point", "metres"),
    [
        (WEST, 0.0),
        (Point(36.70, 119.145), 0.0),
        (Point(36.70 + 80 / DEGREE_M, 119.145), 80.0),
        (Point(36.70 - 200 / DEGREE_M, 119.15), 200.0),
    ],
)
def test_distance_is_to_the_nearest_place_on_the_line(point: Point, metres: float) -> None:
    assert away_m(point, [(WEST, EAST)]) == pytest.approx(metres, abs=0.2)
    assert away_m(point, [(WEST,), (WEST, EAST)]) == pytest.approx(metres, abs=0.2)


def test_where_nothing_is_closed_everything_is_far_away() -> None:
    assert away_m(WEST, []) == float("inf")
