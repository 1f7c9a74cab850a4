"""Which position fixes to believe. A fix that cannot be true never moves a marker; it is counted by reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite

from command_center.domain.geo import Point, distance_m

FASTEST_KMH = 160.0
"""No street vehicle is faster; a fix that asks for more is a jump."""

JUMP_ALLOWANCE_M = 60.0
"""Two fixes may differ by this much at any speed: phones stray."""

FUTURE_ALLOWANCE = timedelta(minutes=2)
"""Clocks of phones run ahead by seconds, not by years."""

OLDEST = timedelta(hours=24)
"""A fix older than a day tells nothing about now; buffered ones of the last day still make the track."""

FORGIVEN_AFTER_S = 300.0
"""After five minutes of disagreement the new place is believed: the old fix may have been the wrong one."""


FrameRow = list[str | float | None]
"""A fix as screens get it: [unit, lat, lon, speed, heading, battery, at, accuracy]."""


class FixRejected(StrEnum):
    """Why a fix was not believed."""

    MALFORMED = "malformed"
    UNKNOWN_UNIT = "unknown_unit"
    NOT_FINITE = "not_finite"
    OUT_OF_RANGE = "out_of_range"
    NULL_ISLAND = "null_island"
    OUTSIDE_DISTRICT = "outside_district"
    NO_TIME = "no_time"
    FUTURE = "future"
    TOO_OLD = "too_old"
    DUPLICATE = "duplicate"
    OUT_OF_ORDER = "out_of_order"
    JUMP = "jump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """Where a unit was at a moment.

    speed_kmh, heading_deg (0 = north, clockwise), accuracy_m and battery_pct are None when the device did not tell.
    """

    unit_id: str
    at: datetime
    point: Point
    speed_kmh: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    battery_pct: float | None = None

    def frame_row(self) -> FrameRow:
        """The fix as screens get it: [unit, lat, lon, speed, heading, battery, at, accuracy]."""
        return [
            self.unit_id,
            round(self.point.lat, 6),
            round(self.point.lon, 6),
            self.speed_kmh,
            self.heading_deg,
            self.battery_pct,
            self.at.isoformat().replace("+00:00", "Z"),
            self.accuracy_m,
        ]


def cleaned(value: float | None, low: float, high: float) -> float | None:
    """A side reading (speed, heading, battery, accuracy) when it can be true, else None: it never costs the fix."""
    return float(value) if value is not None and isfinite(value) and low <= value <= high else None


def judge_place(point: Point, centre: Point, reach_m: float) -> FixRejected | None:
    """Whether a point can be a unit of this street at all.

    reach_m : farthest believable distance from the street's centre; vehicles do leave it, planes they are not.
    """
    if not (isfinite(point.lat) and isfinite(point.lon)):
        return FixRejected.NOT_FINITE
    if not point.is_on_earth():
        return FixRejected.OUT_OF_RANGE
    if abs(point.lat) < 1e-6 and abs(point.lon) < 1e-6:
        return FixRejected.NULL_ISLAND
    return FixRejected.OUTSIDE_DISTRICT if distance_m(point, centre) > reach_m else None


def judge_time(at: datetime, now: datetime) -> FixRejected | None:
    if at > now + FUTURE_ALLOWANCE:
        return FixRejected.FUTURE
    return FixRejected.TOO_OLD if at < now - OLDEST else None


def judge_step(fix: Fix, last: Fix | None) -> FixRejected | None:
    """Whether a fix can follow the last believed one of the same unit: later, and no farther than any vehicle drives."""
    if last is None:
        return None
    elapsed_s = (fix.at - last.at).total_seconds()
    if elapsed_s == 0:
        return FixRejected.DUPLICATE
    if elapsed_s < 0:
        return FixRejected.OUT_OF_ORDER
    allowed_m = JUMP_ALLOWANCE_M + (fix.accuracy_m or 0) + FASTEST_KMH / 3.6 * elapsed_s
    if elapsed_s < FORGIVEN_AFTER_S and distance_m(fix.point, last.point) > allowed_m:
        return FixRejected.JUMP
    return None
