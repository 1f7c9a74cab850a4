"""Faults that a drill's scenario asks for: the director leaves a file in the drill's folder, the drill's own supervisor does it.

Only the supervisor acts, and only on the processes that it started itself: whatever a scenario says, the centre in service is out of reach.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "fault.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """what : worker, relay or web (killed), redis_flush, redis_away. seconds : how long Redis stays away, by the clock on the wall."""

    what: str
    seconds: float = 0.0


def ask_for(fault: Fault, folder: Path) -> None:
    """Leave the order for the supervisor of this folder; it is seen whole or not at all."""
    fresh = folder / f"{FILE}.new"
    fresh.write_text(json.dumps(asdict(fault)), "utf-8")
    fresh.replace(folder / FILE)


def next_fault(folder: Path) -> Fault | None:
    """Take the order, if there is one; it is gone then, so that a crash of the supervisor does not repeat it."""
    try:
        said = json.loads((folder / FILE).read_text("utf-8"))
        (folder / FILE).unlink()
        return Fault(**said)
    except (OSError, ValueError, TypeError):
        return None
