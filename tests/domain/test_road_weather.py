"""Dry, rain or snow: what warnings and readings say the vehicles drive on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.road_weather import ICY_HAZARDS, ICY_METRIC, WET_HAZARDS, WET_METRIC, RoadWeather, road_weather

hazards = st.frozensets(st.sampled_from(["rainstorm", "typhoon", "blizzard", "road_icing", "heat", "fog", "gale"]))
readings = st.dictionaries(st.sampled_from([WET_METRIC, ICY_METRIC, "gust_beaufort"]), st.floats(0, 200))


@pytest.mark.parametrize(
    ("warned", "measured", "weather"),
    [
        ((), {}, RoadWeather.DRY),
        (("heat", "fog", "gale"), {"gust_beaufort": 9.0}, RoadWeather.DRY),
        (("rainstorm",), {}, RoadWeather.RAIN),
        (("typhoon",), {}, RoadWeather.RAIN),
        (("blizzard",), {}, RoadWeather.SNOW),
        (("road_icing",), {}, RoadWeather.SNOW),
        ((), {WET_METRIC: 0.1}, RoadWeather.RAIN),
        ((), {WET_METRIC: 0.0}, RoadWeather.DRY),
        ((), {ICY_METRIC: 0.5}, RoadWeather.SNOW),
        ((), {ICY_METRIC: 0.0}, RoadWeather.DRY),
    ],
)
def test_each_thing_that_speaks_for_a_weather(warned: tuple[str, ...], measured: dict[str, float], weather: RoadWeather) -> None:
    assert road_weather(frozenset(warned), measured) is weather


@pytest.mark.parametrize(
    ("warned", "measured"),
    [
        (("rainstorm", "road_icing"), {}),
        (("typhoon",), {ICY_METRIC: 1.0}),
        (("blizzard",), {WET_METRIC: 50.0, ICY_METRIC: 0.0}),
        ((), {WET_METRIC: 50.0, ICY_METRIC: 1.0}),
    ],
)
def test_the_slower_weather_goes_before_the_faster(warned: tuple[str, ...], measured: dict[str, float]) -> None:
    assert road_weather(frozenset(warned), measured) is RoadWeather.SNOW


@given(hazards, readings)
def test_one_more_warning_never_makes_the_roads_better(warned: frozenset[str], measured: dict[str, float]) -> None:
    slowness = list(RoadWeather)
    before = slowness.index(road_weather(warned, measured))

    for more in WET_HAZARDS | ICY_HAZARDS:
        assert slowness.index(road_weather(warned | {more}, measured)) >= before
