"""Watching the guards of closed roads: every fix that is believed is held against the road its unit guards."""

import asyncio
from dataclasses import dataclass, field

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import RoadClosure
from command_center.domain.closures import ClosureState, away_m, blocked_of, guard_is_there
from command_center.domain.positions import Fix
from command_center.services.closures import note_guard

LOOK_S = 1.0
"""A guard who leaves is noticed after the next fix and this."""


@dataclass(slots=True)
class GuardWatch:
    """One per web process. `see` takes fixes on the event loop; `run` looks at them in a thread. Two processes notice a thing once."""

    center: Center
    _seen: dict[str, Fix] = field(default_factory=dict)

    def see(self, fix: Fix) -> None:
        """Remember the newest fix of a unit. Nothing here waits."""
        self._seen[fix.unit_id] = fix

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._seen:
                await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Hold what was seen since the last look against the roads that are guarded."""
        seen, self._seen = self._seen, {}
        guarded = select(RoadClosure).where(RoadClosure.state == ClosureState.CLOSED, RoadClosure.guard_unit_id.is_not(None))
        with self.center.read() as session:
            closures = session.scalars(guarded).all()
        for closure in closures:
            fix = seen.get(closure.guard_unit_id or "")
            if fix is not None:
                self._compare(closure, fix)

    def _compare(self, closure: RoadClosure, fix: Fix) -> None:
        distance_m = away_m(fix.point, blocked_of(closure.lines, closure.reach_m).lines)
        is_there = guard_is_there(distance_m, fix.accuracy_m, self.center.catalogue.common.closures.guard_fence_m)
        was_there = closure.guard_arrived_at is not None and closure.guard_left_at is None
        if is_there is not None and is_there is not was_there:
            note_guard(self.center, closure.id, fix.unit_id, is_there=is_there, at=fix.at, distance_m=distance_m)
