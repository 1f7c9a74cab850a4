"""A drill's clock: it starts at a chosen moment and runs faster than the one on the wall, the same in every process of the drill."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

SLOWEST, FASTEST = 1.0, 60.0

DRILL_FILE = "scenario.yaml"
"""The scenario in a data folder. A folder with this file is a drill's, and is never opened as the centre in service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillClock:
    """Reads clock_at when the wall reads started_at, and passes `speed` seconds for each of the wall's; both aware UTC.

    begins_at : when the scenario begins, by this clock; None for as soon as its director is there.
    """

    started_at: datetime
    clock_at: datetime
    speed: float
    begins_at: datetime | None = None

    def at(self, real: datetime) -> datetime:
        """What the drill's clock reads when the wall's reads `real`; a later moment never reads earlier."""
        return self.clock_at + (real - self.started_at) * self.speed

    def has_begun(self, now: datetime) -> bool:
        """Whether it is time for the scenario. now : by this clock."""
        return self.begins_at is None or now >= self.begins_at

    def as_row(self) -> dict[str, str | float]:
        """JSON-plain, for a process that is started by another one."""
        begins: dict[str, str | float] = {} if self.begins_at is None else {"begins_at": self.begins_at.isoformat()}
        return {"started_at": self.started_at.isoformat(), "clock_at": self.clock_at.isoformat(), "speed": self.speed, **begins}

    @classmethod
    def of_row(cls, row: Mapping[str, str | float]) -> Self:
        return cls(
            started_at=datetime.fromisoformat(str(row["started_at"])),
            clock_at=datetime.fromisoformat(str(row["clock_at"])),
            speed=float(row["speed"]),
            begins_at=datetime.fromisoformat(str(row["begins_at"])) if "begins_at" in row else None,
        )
