"""Response times: shares and percentiles as the field counts them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.response_time import percentile_s, promise_kept_share

seconds = st.lists(st.floats(0, 7200), min_size=1, max_size=200)


@given(seconds, st.floats(0, 100))
def test_the_percentile_is_the_one_that_numpy_knows(arrival_s: list[float], percent: float) -> None:
    assert percentile_s(arrival_s, percent) == pytest.approx(float(np.percentile(arrival_s, percent)))


def test_an_arrival_at_exactly_five_minutes_keeps_the_promise() -> None:
    assert promise_kept_share([300.0, 300.1, 10.0, 900.0]) == 0.5


def test_nothing_is_claimed_when_nothing_arrived() -> None:
    assert promise_kept_share([]) is None
    assert percentile_s([], 90) is None
