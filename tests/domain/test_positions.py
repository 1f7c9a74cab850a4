"""Position fixes: what is believed, and for which reason the rest is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.geo import Point, distance_m
from command_center.domain.positions import FASTEST_KMH, Fix, FixRejected, cleaned, judge_place, judge_step, judge_time

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CENTRE = Point(36.6985, 119.1450)


def fix(seconds: float, lat: float = 36.70, lon: float = 119.15) -> Fix:
    return Fix(unit_id="patrol-01", at=NOW + timedelta(seconds=seconds), point=Point(lat, lon))


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        (Point(float("nan"), 119.1), FixRejected.NOT_FINITE),
        (Point(36.7, float("inf")), FixRejected.NOT_FINITE),
        (Point(96.7, 119.1), FixRejected.OUT_OF_RANGE),
        (Point(36.7, 219.1), FixRejected.OUT_OF_RANGE),
        (Point(0.0, 0.0), FixRejected.NULL_ISLAND),
        (Point(60.17, 24.94), FixRejected.OUTSIDE_DISTRICT),
        (CENTRE, None),
    ],
)
def test_a_place_that_cannot_be_true_is_rejected_with_its_reason(point: Point, reason: FixRejected | None) -> None:
    assert judge_place(point, CENTRE, 60_000) is reason


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (NOW + timedelta(days=700), FixRejected.FUTURE),
        (NOW - timedelta(days=2), FixRejected.TOO_OLD),
        (NOW + timedelta(seconds=5), None),
        (NOW - timedelta(hours=3), None),
    ],
)
def test_a_time_that_cannot_be_true_is_rejected(at: datetime, reason: FixRejected | None) -> None:
    assert judge_time(at, NOW) is reason


def test_the_same_moment_twice_is_a_duplicate_and_an_earlier_one_out_of_order() -> None:
    assert judge_step(fix(10), fix(10)) is FixRejected.DUPLICATE
    assert judge_step(fix(9), fix(10)) is FixRejected.OUT_OF_ORDER


def test_a_jump_no_vehicle_can_make_is_rejected_until_it_persists_for_five_minutes() -> None:
    far = {"lat": 36.75}

    assert judge_step(fix(1, **far), fix(0)) is FixRejected.JUMP
    assert judge_step(fix(301, **far), fix(0)) is None


@given(st.floats(0.5, 120), st.floats(0, FASTEST_KMH))
def test_a_vehicle_driving_below_the_fastest_speed_is_always_believed(elapsed_s: float, speed_kmh: float) -> None:
    north = speed_kmh / 3.6 * elapsed_s / 111_320
    driven = fix(elapsed_s, lat=36.70 + north)

    assert distance_m(driven.point, fix(0).point) <= speed_kmh / 3.6 * elapsed_s * 1.01 + 0.01
    assert judge_step(driven, fix(0)) is None


def test_a_side_reading_that_cannot_be_true_is_left_out() -> None:
    assert cleaned(float("nan"), 0, 100) is None
    assert cleaned(140, 0, 100) is None
    assert cleaned(41.5, 0, 100) == 41.5
