"""Points on the ground: WGS-84 inside, GCJ-02 only at the doors where Chinese phones and maps need it."""

from dataclasses import dataclass
from math import asin, cos, hypot, isfinite, pi, radians, sin, sqrt

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""

_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.006_693_421_622_965_943_23


@dataclass(frozen=True, slots=True)
class Point:
    """A WGS-84 position in degrees."""

    lat: float
    lon: float

    def is_on_earth(self) -> bool:
        """Finite and within the ranges of latitude and longitude."""
        return isfinite(self.lat) and isfinite(self.lon) and abs(self.lat) <= 90 and abs(self.lon) <= 180


def distance_m(a: Point, b: Point) -> float:
    """Great-circle metres between two points (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(b.lon - a.lon) / 2
    h = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(h)))


def _outside_china(point: Point) -> bool:
    return not (73.66 < point.lon < 135.05 and 3.86 < point.lat < 53.55)


def _gcj02_offset(point: Point) -> tuple[float, float]:
    """Degrees (lat, lon) that the Chinese datum adds to a WGS-84 point; published reverse-engineered series."""
    x, y = point.lon - 105, point.lat - 35
    ripple = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3
    lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    lat += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3
    lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    lon += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    phi = radians(point.lat)
    magic = 1 - _KRASOVSKY_E2 * sin(phi) ** 2
    lat_degrees = lat * 180 / (_KRASOVSKY_A_M * (1 - _KRASOVSKY_E2) / (magic * sqrt(magic)) * pi)
    return lat_degrees, lon * 180 / (_KRASOVSKY_A_M / sqrt(magic) * cos(phi) * pi)


def to_gcj02(point: Point) -> Point:
    """Shift a WGS-84 point to the datum of Chinese maps; points outside China stay."""
    if _outside_china(point):
        return point
    lat, lon = _gcj02_offset(point)
    return Point(point.lat + lat, point.lon + lon)


def to_wgs84(point: Point) -> Point:
    """Undo `to_gcj02` by fixed-point iteration; the remaining error is below a millimetre."""
    guess = point
    for _ in range(6):
        shifted = to_gcj02(guess)
        guess = Point(guess.lat + point.lat - shifted.lat, guess.lon + point.lon - shifted.lon)
    return guess


def bearing_free_offset_m(origin: Point, point: Point) -> tuple[float, float]:
    """Metres (east, north) from `origin` on a local plane; good to 0.1 % within 20 km."""
    north = radians(point.lat - origin.lat) * EARTH_RADIUS_M
    east = radians(point.lon - origin.lon) * EARTH_RADIUS_M * cos(radians(origin.lat))
    return east, north


def roughly_m(a: Point, b: Point) -> float:
    """Metres on the local plane: cheaper than `distance_m`, for ranking near neighbours."""
    return hypot(*bearing_free_offset_m(a, b))
