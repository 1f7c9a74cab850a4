"""Positions in: judged as they come, shown at once, stored in batches. Telemetry never waits for the database."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from command_center.center import Center
from command_center.domain.errors import UnknownUnit
from command_center.domain.geo import Point
from command_center.domain.positions import Fix, FixRejected, FrameRow, cleaned, judge_place, judge_step, judge_time
from command_center.domain.rights import Actor, Right
from command_center.wire import WireDown

log = logging.getLogger(__name__)

FLUSH_S = 0.025
"""One frame per tick with every vehicle that moved."""

STORE_S = 1.0
"""How often the tracks are written: what a crash can cost is one second of telemetry."""

MOST_STRANGERS = 20
"""So many names that are no unit's are remembered between two writings; somebody who makes up names fills no memory."""

REACH_M = 60_000.0
"""Units do leave the street; a fix farther away than this is not theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a device said, as numbers; None where it said nothing.

    unit : id or call sign. A value that could not be read as a number makes the whole reading malformed: say so with `unreadable`.
    """

    unit: str
    at: datetime | None
    lat: float | None
    lon: float | None
    speed_kmh: float | None = None
    heading_deg: float | None = None
    accuracy_m: float | None = None
    battery_pct: float | None = None
    unreadable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How a batch fared."""

    accepted: int
    rejected: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejections:
    """Fixes that were not believed since Redis was last wiped: by reason, by unit and reason.

    strangers : names under which devices reported that are no unit's -> when they did last, newest first.
    """

    by_reason: Mapping[str, int]
    by_unit: Mapping[str, Mapping[str, int]]
    strangers: Mapping[str, datetime]


def rejections(center: Center, actor: Actor) -> Rejections:
    """Why trackers and phones do not appear; for whoever sets them up."""
    actor.require(Right.ISSUE_LINKS)
    of_units = {unit_id: center.wire.rejected(unit_id) for unit_id in center.catalogue.vehicles}
    return Rejections(
        by_reason=center.wire.rejected(),
        by_unit={unit_id: counts for unit_id, counts in of_units.items() if counts},
        strangers={name: datetime.fromtimestamp(at, UTC) for name, at in center.wire.strangers().items()},
    )


def latest_fixes(center: Center) -> dict[str, Fix]:
    """The last believed fix of every unit: from Redis, or from the tracks when Redis is away or was wiped."""
    return {unit_id: fix_of(row) for unit_id, row in _rows_on_the_wire(center).items()} or center.tracks.latest()


def latest_rows(center: Center) -> dict[str, FrameRow]:
    """The same as frame rows, for who reads a thousand and needs little of each."""
    return _rows_on_the_wire(center) or {unit_id: fix.frame_row() for unit_id, fix in center.tracks.latest().items()}


def _rows_on_the_wire(center: Center) -> dict[str, FrameRow]:
    try:
        rows: list[FrameRow] = json.loads(center.wire.last_positions())
    except WireDown:
        return {}
    return {str(row[0]): row for row in rows}


def fix_of(row: FrameRow) -> Fix:
    """Read a frame row back; the inverse of Fix.frame_row."""
    unit_id, lat, lon, speed_kmh, heading_deg, battery_pct, at, accuracy_m = row
    return Fix(
        unit_id=str(unit_id),
        at=datetime.fromisoformat(str(at)),
        point=Point(_number(lat) or 0.0, _number(lon) or 0.0),
        speed_kmh=_number(speed_kmh),
        heading_deg=_number(heading_deg),
        battery_pct=_number(battery_pct),
        accuracy_m=_number(accuracy_m),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@dataclass(slots=True)
class Intake:
    """One per web process: believes or rejects fixes, and carries the believed ones to the screens and the tracks.

    on_fix : told of every believed fix, on the event loop; it must not wait.
    """

    center: Center
    on_fix: Callable[[Fix], None] | None = None
    _last: dict[str, Fix] = field(default_factory=dict)
    _to_show: dict[str, Fix] = field(default_factory=dict)
    _to_store: list[Fix] = field(default_factory=list)
    _rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    _strangers: dict[str, float] = field(default_factory=dict)
    _units: dict[str, str] = field(default_factory=dict)

    def load(self) -> None:
        """Take up where the last process stopped; call once, off the event loop."""
        self._last = latest_fixes(self.center)
        for vehicle in self.center.catalogue.vehicles.values():
            for name in (vehicle.id, vehicle.call_sign.zh, vehicle.call_sign.en):
                self._units[name.lower()] = vehicle.id

    def unit_named(self, name: str) -> str:
        """The unit with this id or call sign; raises UnknownUnit."""
        try:
            return self._units[name.strip().lower()]
        except KeyError:
            raise UnknownUnit(unit=name) from None

    def receive(self, readings: Iterable[Reading]) -> Received:
        """Judge readings in the order they came. Nothing here waits: call it on the event loop."""
        now = self.center.now()
        accepted, rejected = 0, Counter[str]()
        for reading in readings:
            outcome = self._judge(reading, now)
            if isinstance(outcome, Fix):
                accepted += 1
                self._believe(outcome)
            else:
                rejected[outcome.value] += 1
                self._note_rejected(reading.unit.strip(), outcome, now)
        return Received(accepted=accepted, rejected=dict(rejected))

    def _note_rejected(self, name: str, why: FixRejected, now: datetime) -> None:
        """Count it for its unit; where it names none of ours, remember the name it came under."""
        self._rejected[self._units.get(name.lower(), ""), why.value] += 1
        if why is FixRejected.UNKNOWN_UNIT and (name in self._strangers or len(self._strangers) < MOST_STRANGERS):
            self._strangers[name] = now.timestamp()

    def _judge(self, reading: Reading, now: datetime) -> Fix | FixRejected:
        if reading.unreadable or reading.lat is None or reading.lon is None:
            return FixRejected.MALFORMED
        unit_id = self._units.get(reading.unit.strip().lower())
        if unit_id is None:
            return FixRejected.UNKNOWN_UNIT
        if reading.at is None:
            return FixRejected.NO_TIME
        point = Point(reading.lat, reading.lon)
        fix = Fix(
            unit_id=unit_id,
            at=reading.at.astimezone(UTC),
            point=point,
            speed_kmh=cleaned(reading.speed_kmh, 0, 300),
            heading_deg=cleaned(reading.heading_deg, 0, 360),
            accuracy_m=cleaned(reading.accuracy_m, 0, 10_000),
            battery_pct=cleaned(reading.battery_pct, 0, 100),
        )
        trouble = judge_place(point, self.center.catalogue.street.centre, REACH_M) or judge_time(fix.at, now)
        return trouble or judge_step(fix, self._last.get(unit_id)) or fix

    def _believe(self, fix: Fix) -> None:
        self._last[fix.unit_id] = fix
        self._to_show[fix.unit_id] = fix
        self._to_store.append(fix)
        if self.on_fix is not None:
            self.on_fix(fix)

    def heard(self, fix: Fix) -> None:
        """Another web process believed a fix: judge the next one against it."""
        held = self._last.get(fix.unit_id)
        if held is None or held.at < fix.at:
            self._last[fix.unit_id] = fix

    async def run(self) -> None:
        """Carry fixes on until cancelled; what is left is stored on the way out. No screen waits for the disk."""
        try:
            async with asyncio.TaskGroup() as carrying:
                carrying.create_task(self._show())
                carrying.create_task(self._keep())
        finally:
            self.store()

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_S)
            if self._to_show:
                await asyncio.to_thread(self.flush)

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(STORE_S)
            await asyncio.to_thread(self.store)

    def flush(self) -> None:
        """Show what moved since the last time: one frame, and the last known place of each unit."""
        moved, self._to_show = self._to_show, {}
        rows = {unit_id: fix.frame_row() for unit_id, fix in moved.items()}
        frame = {"at": self.center.now().isoformat().replace("+00:00", "Z"), "v": list(rows.values())}
        try:
            self.center.wire.publish_positions(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
            self.center.wire.save_last_positions({unit_id: json.dumps(row, ensure_ascii=False) for unit_id, row in rows.items()})
        except WireDown:
            log.warning("positions not shown: the wire is down", extra={"units": len(rows)})

    def store(self) -> None:
        """Write the believed fixes to the tracks, the rejected ones to the counters, and names that are no unit's beside them."""
        fixes, self._to_store = self._to_store, []
        strangers, self._strangers = self._strangers, {}
        rejected, self._rejected = self._rejected, Counter()
        self.center.tracks.store(fixes)
        for (unit_id, reason), count in list(rejected.items()):
            self.center.wire.count_rejected(reason, count, unit_id=unit_id)
        self.center.wire.note_strangers(dict(strangers))
