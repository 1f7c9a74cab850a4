"""Keeping the five-minute circle up to date in a web process: seen anew when something moved, told to its screens, kept for reports."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from command_center.center import Center
from command_center.services import coverage
from command_center.services.coverage import Sight
from command_center.services.live import LiveBoard, Message

SOON_S = 0.1
"""After a fact (a unit sent, a road closed) the circle is looked at so soon; what comes with it is seen in the same look."""

GAP_S = 0.5
"""Between two looks, however much happens: orders come first."""

MOVED_S = 2.0
"""Vehicles move all the time; that is looked at so often."""

ANYWAY_S = 60.0
"""Weather changes by time alone: a reading runs out, a warning ends. Nobody is told of a circle older than this."""

_SOON: Mapping[str, float] = {"facts": SOON_S, "reset": SOON_S, "positions": MOVED_S}


@dataclass(slots=True)
class CircleWatch:
    """One per web process. Nothing is worked out before the first vehicle, fact or reader: a quiet centre does not hold the roads.

    anyway_s : how old the circle may grow, by the centre's clock.
    """

    center: Center
    live: LiveBoard
    anyway_s: float = ANYWAY_S
    _latest: Sight | None = None
    _looked: float = -inf
    _told: str = ""
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now(self) -> Sight:
        """The circle as last seen; looked at now when that was long ago, or never."""
        is_fresh = asyncio.get_running_loop().time() < self._stale_at()
        return self._latest if self._latest is not None and is_fresh else await self.look()

    def _stale_at(self) -> float:
        """By the loop's clock; a drill's minute is over sooner, but two seconds are left to everything else."""
        return self._looked + max(self.anyway_s / self.center.speed, min(self.anyway_s, MOVED_S))

    async def look(self) -> Sight:
        """See the circle, keep it, and tell the screens when a figure changed."""
        async with self._turn:
            sight = await asyncio.to_thread(coverage.see, self.center)
            self._latest, self._looked = sight, asyncio.get_running_loop().time()
            await asyncio.to_thread(coverage.keep_reading, self.center, sight)
            figures = coverage.summary(self.center, sight)
            told = _json({**figures, "at": None})
            if told != self._told:
                self._told, self.live.circle = told, figures
                self.live.tell(Message("coverage", None, _json(figures)))
            return sight

    async def run(self) -> None:
        """Follow the board until cancelled."""
        async with self.live.subscribe() as queue:
            due_at = inf
            while True:
                try:
                    async with asyncio.timeout_at(min(due_at, self._wakes_at())):
                        message = await queue.get()
                except TimeoutError:
                    if self._is_due(due_at):
                        due_at = inf
                        await self.look()
                    continue
                soon_s = _SOON.get(message.event)
                if soon_s is not None:
                    due_at = min(due_at, max(asyncio.get_running_loop().time() + soon_s, self._looked + GAP_S))

    def _wakes_at(self) -> float:
        """When to look up though nothing is told: once the circle is stale; before the first look, to see whether there was one."""
        return self._stale_at() if self._latest is not None else asyncio.get_running_loop().time() + MOVED_S

    def _is_due(self, due_at: float) -> bool:
        now = asyncio.get_running_loop().time()
        return now >= due_at or (self._latest is not None and now >= self._stale_at())


def _json(figures: dict[str, Any]) -> str:
    return json.dumps(figures, ensure_ascii=False, separators=(",", ":"))
