"""Times and geometry of CAP: what is not certain raises, because both decide whom a warning concerns, and until when."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from math import isfinite

from command_center.domain.errors import AlertGeometryWrong, AlertTimeWithoutZone, AlertTimeWrong
from command_center.domain.geo import Point

Remark = Callable[[str], None]

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?\s*(Z|z|[+-]\d\d:?\d\d)?", re.ASCII)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:\.\d{0,20})?", re.ASCII)
_HALF_EARTH_KM = 20_040.0
_SHOWN = 60
"""Letters of a wrong value that a refusal repeats."""


def as_moment(text: str, field: str, remark: Remark) -> datetime:
    """An aware time in UTC. Raises AlertTimeWithoutZone, AlertTimeWrong (no such time, or centuries away)."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise AlertTimeWrong(field=field, value=text[:_SHOWN])
    date, clock, fraction, zone = match.groups()
    if zone is None:
        raise AlertTimeWithoutZone(field=field, value=text[:_SHOWN])
    if fraction or zone in "Zz" or len(clock) == 5 or ":" not in zone:
        remark(f"{field}: not written as the standard wants it")
    try:
        moment = datetime.fromisoformat(f"{date}T{clock}{'+00:00' if zone in 'Zz' else zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise AlertTimeWrong(field=field, value=text[:_SHOWN]) from None
    if not _EARLIEST <= moment <= _LATEST:
        raise AlertTimeWrong(field=field, value=text[:_SHOWN])
    return moment


def as_ring(text: str, remark: Remark) -> tuple[Point, ...]:
    """A polygon's corners "lat,lon lat,lon ...", closed; () for less than a triangle. Raises AlertGeometryWrong."""
    corners = tuple(_point(pair, "polygon") for pair in text.split())
    if len(set(corners)) < 3:
        remark("polygon: less than a triangle")
        return ()
    if corners[0] != corners[-1]:
        remark("polygon: not closed")
        return (*corners, corners[0])
    return corners


def as_circle(text: str) -> tuple[Point, float]:
    """Centre and radius in km of "lat,lon radius". Raises AlertGeometryWrong."""
    parts = text.split()
    if len(parts) != 2:
        raise AlertGeometryWrong(field="circle", value=text[:_SHOWN])
    radius = _number(parts[1], "circle")
    if not 0 <= radius <= _HALF_EARTH_KM:
        raise AlertGeometryWrong(field="circle", value=text[:_SHOWN])
    return _point(parts[0], "circle"), radius


def _point(pair: str, field: str) -> Point:
    lat, comma, lon = pair.partition(",")
    point = Point(_number(lat, field), _number(lon, field)) if comma else None
    if point is None or not point.is_on_earth():
        raise AlertGeometryWrong(field=field, value=pair[:_SHOWN])
    return point


def _number(text: str, field: str) -> float:
    """Plain decimals only: float() would also read nan, inf and 1_0."""
    if _NUMBER.fullmatch(text) is None or not isfinite(float(text)):
        raise AlertGeometryWrong(field=field, value=text[:_SHOWN])
    return float(text)
