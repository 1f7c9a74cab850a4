"""The one long reader of a web process: facts and positions as they come, and the truth about what it may have missed."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError

from command_center.wire.connection import Names, connect_async

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

BLOCK_MS = 2_000
SILENT_S = 3.5
"""Longer than BLOCK_MS: a Redis that does not even end a blocking read by then is paused or hung."""

RETRY_S = 0.5
"""Between two attempts to reach Redis again; with the connect time limit it stays below one second."""

BATCH = 500
FROM_THE_START = "0-0"
"""Before every message of a stream."""

OVERLAP_MS = 2_000
"""Positions are read from so long before the newest frame: tracks are stored every second, so the snapshot may lack the last ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One message of the stream of facts; `id` is its stream id."""

    id: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """One frame: every unit that moved in one tick."""

    payload: str


@dataclass(frozen=True, slots=True)
class Away:
    """Redis does not answer. Nothing is known to be missed yet."""


@dataclass(frozen=True, slots=True)
class Back:
    """Redis answers again. When `Lost` comes with it, it comes first."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Facts may be missing: Redis was wiped, restarted, or kept too few. Read the snapshot anew; what follows comes after it."""


Message = Facts | Positions | Away | Back | Lost


@dataclass(frozen=True, slots=True)
class _Era:
    """Which Redis it is: its run, and a mark of ours that a wipe takes away."""

    run: str
    mark: str


class WireReader:
    """Reads both streams of one centre for as long as it is asked to, through any outage."""

    def __init__(self, redis_url: str, *, prefix: str = "center") -> None:
        self._redis_url = redis_url
        self._names = Names(prefix=prefix)
        self._fact_id = ""
        self._position_id = ""
        self._era: _Era | None = None

    async def messages(self, after_fact_id: str) -> AsyncGenerator[Message]:
        """Everything after `after_fact_id`, for ever. Never raises when Redis is away.

        after_fact_id : what Wire.facts_tail said before the snapshot was read; "" if Redis was away then, which yields Lost once
        it answers.
        """
        self._fact_id = after_fact_id
        away = False
        while True:
            redis = connect_async(self._redis_url, timeout_s=SILENT_S)
            try:
                if await self._has_lost(redis):
                    yield await self._restart_at_tail(redis)
                elif not self._position_id:
                    self._position_id = await self._recent_positions(redis)
                if away:
                    away = False
                    yield Back()
                async for message in self._read(redis):
                    yield message
            except (RedisError, OSError) as problem:
                if not away:
                    log.warning("Redis is away: screens show the last known state", extra={"reason": str(problem)})
                    yield Away()
                away = True
                await asyncio.sleep(RETRY_S)
            finally:
                await redis.aclose()

    async def _read(self, redis: Redis) -> AsyncIterator[Message]:
        while True:
            found = await redis.xread(
                {self._names.facts: self._fact_id, self._names.positions: self._position_id}, count=BATCH, block=BLOCK_MS
            )
            for stream, rows in cast("list[tuple[str, list[tuple[str, dict[str, str]]]]]", found):
                if stream == self._names.positions:
                    self._position_id = rows[-1][0]
                    for _, fields in rows:  # each frame names only who moved: none may be left out
                        yield Positions(payload=fields["data"])
                    continue
                for stream_id, fields in rows:
                    self._fact_id = stream_id
                    yield Facts(id=stream_id, payload=fields["data"])
            if await redis.get(self._names.era) != (self._era and self._era.mark):
                self._era = await self._read_era(redis)
                yield await self._restart_at_tail(redis)

    async def _has_lost(self, redis: Redis) -> bool:
        """After (re)connecting: True if facts may be missing between the remembered id and what this Redis holds."""
        before, self._era = self._era, await self._read_era(redis)
        if self._fact_id == "" or (before is not None and before != self._era):
            return True
        return self._fact_id != FROM_THE_START and not await redis.xrange(self._names.facts, self._fact_id, self._fact_id)

    async def _restart_at_tail(self, redis: Redis) -> Lost:
        self._fact_id = await self._tail(redis, self._names.facts)
        self._position_id = await self._recent_positions(redis)
        log.warning("facts may be missing: reading the snapshot anew", extra={"after": self._fact_id})
        return Lost()

    async def _recent_positions(self, redis: Redis) -> str:
        """Where to begin reading positions. An id and not "$", which would miss the frames between two reads."""
        written_at_ms = int((await self._tail(redis, self._names.positions)).partition("-")[0])
        return f"{max(0, written_at_ms - OVERLAP_MS)}-0"

    @staticmethod
    async def _tail(redis: Redis, stream: str) -> str:
        newest = cast("list[tuple[str, dict[str, str]]]", await redis.xrevrange(stream, count=1))
        return newest[0][0] if newest else FROM_THE_START

    async def _read_era(self, redis: Redis) -> _Era:
        server = cast("dict[str, str]", await redis.info("server"))
        ours = uuid.uuid4().hex
        theirs = cast("str | None", await redis.set(self._names.era, ours, nx=True, get=True))
        return _Era(str(server["run_id"]), theirs or ours)
