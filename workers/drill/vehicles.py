"""A simulated vehicle: where it is, where it is heading, what is left in its battery, and what its phone tells of all that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf
from random import Random

from command_center.domain.catalogue import Vehicle
from command_center.domain.closures import Blocked
from command_center.domain.geo import Point, roughly_m
from command_center.domain.positions import Fix
from command_center.roads import RoadNetwork
from workers.drill.driving import Drive, moved, plan_drive
from workers.drill.habits import Habits

AT_HOME_M = 40.0


@dataclass(slots=True, kw_only=True)
class SimulatedVehicle:
    """One vehicle of the catalogue on the road.

    errand : what it last set out for; the crew's word, kept until the next one. battery_pct : None for one without a battery.
    transmits : False while its phone is out of reach: it drives on, and nobody sees it. blocked : closed roads, as its crew knows them.
    """

    vehicle: Vehicle
    roads: RoadNetwork
    habits: Habits
    dice: Random
    point: Point
    battery_pct: float | None
    errand: str = ""
    transmits: bool = True
    blocked: frozenset[Blocked] = frozenset()
    heading_deg: float = 0.0
    speed_kmh: float = 0.0
    _drive: Drive | None = None
    _elapsed_s: float = 0.0
    _stray: tuple[float, float] = (0.0, 0.0)
    _since_fix_s: float = inf
    _told_moving: bool = False

    @property
    def is_moving(self) -> bool:
        return self._drive is not None

    @property
    def is_home(self) -> bool:
        return not self.is_moving and roughly_m(self.point, self.vehicle.home) < AT_HOME_M

    @property
    def is_low(self) -> bool:
        """True when the battery asks for its charger."""
        low = self.vehicle.low_battery_pct
        return self.battery_pct is not None and low is not None and self.battery_pct < low

    def set_out(self, errand: str, destination: Point) -> None:
        """Drive somewhere, from wherever it is now."""
        self.errand, self._elapsed_s = errand, 0.0
        self._drive = plan_drive(self.roads, self.point, destination, kmh=self.vehicle.speeds_kmh.dry, blocked=self.blocked)

    def pull_over(self, errand: str) -> None:
        """Stop where it is."""
        self.errand, self._drive, self.speed_kmh = errand, None, 0.0

    def move(self, seconds: float) -> None:
        """Let `seconds` pass on the road."""
        self._since_fix_s += seconds
        if self._drive is None:
            return
        before = self._drive.place_after(self._elapsed_s)
        self._elapsed_s += seconds
        place = self._drive.place_after(self._elapsed_s)
        self.point, self.heading_deg, self.speed_kmh = place.point, place.heading_deg, place.speed_kmh
        self._drain(place.metres - before.metres)
        if self._elapsed_s >= self._drive.takes_s:
            self._drive, self.speed_kmh = None, 0.0

    def _drain(self, metres: float) -> None:
        if self.battery_pct is not None and self.vehicle.range_km:
            self.battery_pct = max(1.0, self.battery_pct - metres / 1000 / self.vehicle.range_km * 100)

    def charge(self, seconds: float) -> None:
        """Let `seconds` pass at the charger."""
        if self.battery_pct is not None:
            self.battery_pct = min(100.0, self.battery_pct + self.habits.charge_pct_per_min * seconds / 60)

    def fix(self, now: datetime) -> Fix | None:
        """What its phone sends now: every second while moving and when it stops, every ten seconds while standing; else None."""
        if not self.transmits or not (self.is_moving or self._told_moving or self._since_fix_s >= self.habits.standing_fix_s):
            return None
        self._told_moving, self._since_fix_s = self.is_moving, 0.0
        self._wander()
        return Fix(
            unit_id=self.vehicle.id,
            at=now,
            point=moved(self.point, *self._stray),
            speed_kmh=round(self.speed_kmh, 1),
            heading_deg=round(self.heading_deg, 1) % 360.0,
            accuracy_m=round(self.dice.uniform(*self.habits.accuracy_m), 1),
            battery_pct=None if self.battery_pct is None else round(self.battery_pct, 1),
        )

    def _wander(self) -> None:
        """Satellites shift slowly: each error is mostly the one before, so that a standing marker does not shake."""
        kept, fresh = 0.95, 0.31  # 0.95² + 0.31² = 1: the spread stays what it is
        east, north = self._stray
        stray_m = self.habits.stray_m
        self._stray = (kept * east + fresh * self.dice.gauss(0, stray_m), kept * north + fresh * self.dice.gauss(0, stray_m))
