"""How the weather slows vehicles: dry, rain or snow, as the vehicle kinds' cruise speeds are given."""

from collections.abc import Mapping
from enum import StrEnum


class RoadWeather(StrEnum):
    DRY = "dry"
    RAIN = "rain"
    SNOW = "snow"


WET_HAZARDS = frozenset({"rainstorm", "typhoon"})
ICY_HAZARDS = frozenset({"blizzard", "road_icing"})
WET_METRIC, ICY_METRIC = "rain_mm", "snow_depth_cm"


def road_weather(hazards: frozenset[str], readings: Mapping[str, float]) -> RoadWeather:
    """The slowest weather that anything speaks for. hazards : of warnings in force. readings : newest value that counts, by metric.

    Working rule, to be confirmed by the street: a warning counts as the weather it warns of.
    """
    if hazards & ICY_HAZARDS or readings.get(ICY_METRIC, 0.0) > 0:
        return RoadWeather.SNOW
    if hazards & WET_HAZARDS or readings.get(WET_METRIC, 0.0) > 0:
        return RoadWeather.RAIN
    return RoadWeather.DRY
