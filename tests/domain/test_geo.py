"""Points: distances, and the shift between Chinese maps and the rest of the world."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.geo import Point, distance_m, roughly_m, to_gcj02, to_wgs84

in_china = st.builds(Point, st.floats(18, 53), st.floats(75, 134))


@given(in_china)
def test_the_chinese_datum_is_undone_to_the_millimetre(point: Point) -> None:
    assert distance_m(to_wgs84(to_gcj02(point)), point) < 0.001


@given(in_china)
def test_the_chinese_datum_moves_a_point_by_hundreds_of_metres_at_most(point: Point) -> None:
    assert distance_m(to_gcj02(point), point) < 1200


def test_points_outside_china_are_not_shifted() -> None:
    helsinki = Point(60.17, 24.94)

    assert to_gcj02(helsinki) == helsinki


def test_a_degree_of_latitude_is_about_111_km() -> None:
    assert distance_m(Point(36, 119), Point(37, 119)) == pytest.approx(111_195, rel=1e-3)


@given(st.floats(-0.09, 0.09), st.floats(-0.09, 0.09))
def test_the_local_plane_agrees_with_the_sphere_within_the_street(north: float, east: float) -> None:
    a, b = Point(36.7, 119.15), Point(36.7 + north, 119.15 + east)

    assert roughly_m(a, b) == pytest.approx(distance_m(a, b), rel=2e-3, abs=0.01)
