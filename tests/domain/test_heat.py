"""The field behind the heat map: every incident is in it once, and it is warmest where most happened."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.geo import Point, bearing_free_offset_m
from command_center.domain.heat import HeatField, heat_field
from command_center.domain.period_figures import HeatCell

SOUTH_WEST, NORTH_EAST = Point(36.68, 119.12), Point(36.72, 119.17)

cells = st.lists(
    st.builds(HeatCell, lat=st.floats(36.688, 36.712), lon=st.floats(119.13, 119.16), incidents=st.integers(1, 40)), min_size=1, max_size=30
)


def square_km(field: HeatField) -> float:
    """Of the ground that one point of a field stands for."""
    east, north = bearing_free_offset_m(Point(field.lat[0], field.lon[0]), Point(field.lat[1], field.lon[1]))
    return east * north / 1e6


@given(cells)
def test_every_incident_is_in_the_field_once(found: list[HeatCell]) -> None:
    field = heat_field(found, SOUTH_WEST, NORTH_EAST)

    assert field.per_km2.sum() * square_km(field) == pytest.approx(sum(it.incidents for it in found), rel=0.01)


@given(cells, st.integers(2, 5))
def test_twice_as_many_incidents_are_twice_as_warm(found: list[HeatCell], times: int) -> None:
    more = [HeatCell(lat=it.lat, lon=it.lon, incidents=it.incidents * times) for it in found]

    once, often = heat_field(found, SOUTH_WEST, NORTH_EAST), heat_field(more, SOUTH_WEST, NORTH_EAST)

    assert np.allclose(often.per_km2, once.per_km2 * times)


def test_it_is_warmest_where_most_happened() -> None:
    hot, cool = HeatCell(lat=36.70, lon=119.14, incidents=5), HeatCell(lat=36.71, lon=119.16, incidents=1)

    field = heat_field([hot, cool], SOUTH_WEST, NORTH_EAST)

    row, column = np.unravel_index(field.per_km2.argmax(), field.per_km2.shape)
    assert (field.lat[row], field.lon[column]) == (pytest.approx(36.70, abs=5e-4), pytest.approx(119.14, abs=6e-4))


def test_where_nothing_happened_the_field_is_cold() -> None:
    assert not heat_field([], SOUTH_WEST, NORTH_EAST).per_km2.any()
