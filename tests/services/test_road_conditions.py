"""The weather on the roads as the database has it: warnings in force, the newest readings that still count, exercises left out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.road_weather import RoadWeather
from command_center.services import measurements, warnings
from command_center.services.measurements import TakeMeasurement
from command_center.services.road_conditions import present_weather
from command_center.services.warnings import PastedText
from tests.builders import OFFICER
from tests.conftest import Clock


def weather(center: Center) -> RoadWeather:
    with center.read() as session:
        return present_weather(center, session)


def measure(center: Center, metric: str, value: float, **more: object) -> int:
    windows = {"window_h": 1.0} if metric == "rain_mm" else {}
    order = {"metric": metric, "value": value} | windows | more
    return measurements.take_measurement(center, TakeMeasurement(**order), OFFICER)  # type: ignore[arg-type]  # any field


def warn(center: Center, text: str) -> None:
    warnings.take_warning(center, PastedText(text=text), OFFICER)


@pytest.mark.parametrize(
    ("said", "seen"),
    [("暴雨蓝色", RoadWeather.RAIN), ("暴雪蓝色", RoadWeather.SNOW), ("道路结冰黄色", RoadWeather.SNOW), ("高温橙色", RoadWeather.DRY)],
)
def test_a_warning_counts_while_it_is_in_force(center: Center, clock: Clock, said: str, seen: RoadWeather) -> None:
    warn(center, f"奎文区气象台3月2日8时发布{said}预警")
    assert weather(center) is seen

    clock.advance(60)
    warn(center, f"奎文区气象台3月2日9时解除{said}预警")

    assert weather(center) is RoadWeather.DRY


def test_the_newest_reading_counts_and_no_longer_than_it_is_good_for(center: Center, clock: Clock) -> None:
    measure(center, "rain_mm", 30.0)
    assert weather(center) is RoadWeather.RAIN
    clock.advance(3_599)
    assert weather(center) is RoadWeather.RAIN
    clock.advance(1)
    assert weather(center) is RoadWeather.DRY

    measure(center, "rain_mm", 5.0)
    clock.advance(60)
    measure(center, "rain_mm", 0.0)

    assert weather(center) is RoadWeather.DRY


def test_a_value_noted_late_for_an_earlier_time_does_not_take_the_place_of_a_newer_one(center: Center, clock: Clock) -> None:
    measure(center, "snow_depth_cm", 0.0)

    measure(center, "snow_depth_cm", 4.0, measured_at=clock.moment - timedelta(hours=1))

    assert weather(center) is RoadWeather.DRY


@pytest.mark.parametrize(("first", "corrected", "seen"), [(30.0, 0.0, RoadWeather.DRY), (0.0, 3.0, RoadWeather.SNOW)])
def test_a_corrected_reading_counts_as_corrected(center: Center, clock: Clock, first: float, corrected: float, seen: RoadWeather) -> None:
    wrong = measure(center, "snow_depth_cm", first)
    clock.advance(60)

    measurements.correct_measurement(center, wrong, corrected, OFFICER, "读错")

    assert weather(center) is seen


def test_an_exercise_slows_nobody(center: Center) -> None:
    measure(center, "snow_depth_cm", 8.0, is_simulated=True)

    assert weather(center) is RoadWeather.DRY
