"""How this centre speaks to Redis: who waits how long, and under which names things lie there."""

from __future__ import annotations

from dataclasses import dataclass

from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.retry import Retry

QUICK_S = 0.5
"""A click never waits longer than this for Redis. redis-py's own defaults (5 s, ten retries) held a page for 25 s."""


class WireDown(Exception):
    """Redis is away, paused, full or starting; the caller keeps its truth in the database and tries again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Every key of one centre; two centres may share a Redis under two prefixes."""

    prefix: str

    @property
    def facts(self) -> str:
        return f"{self.prefix}:facts"

    @property
    def positions(self) -> str:
        return f"{self.prefix}:positions"

    @property
    def last_positions(self) -> str:
        return f"{self.prefix}:last-positions"

    @property
    def bell(self) -> str:
        return f"{self.prefix}:bell"

    @property
    def rejected(self) -> str:
        return f"{self.prefix}:rejected"

    def rejected_of(self, unit_id: str) -> str:
        return f"{self.prefix}:rejected:{unit_id}"

    @property
    def strangers(self) -> str:
        """Names under which devices reported that are no unit's, by when they did last."""
        return f"{self.prefix}:strangers"

    @property
    def era(self) -> str:
        """A random mark set once; gone or another one means that Redis was wiped."""
        return f"{self.prefix}:era"

    @property
    def queue(self) -> str:
        return self.prefix

    @property
    def worker(self) -> str:
        """What the connection names of the workers begin with."""
        return f"{self.prefix}-worker-"

    def beat(self, who: str) -> str:
        return f"{self.prefix}:beat:{who}"


def connect(url: str, *, decode: bool = True, timeout_s: float = QUICK_S, name: str | None = None) -> Redis:
    """A client with its own pool; nothing is sent yet. It never retries by itself: the callers know better when to.

    decode : True for text answers, False for bytes (RQ wants bytes).
    timeout_s : longest wait for an answer; of a blocking read it must be longer than the block.
    name : shown in CLIENT LIST, kept through reconnects.
    """
    return Redis.from_url(
        url,
        decode_responses=decode,
        socket_timeout=timeout_s,
        socket_connect_timeout=QUICK_S,
        retry=Retry(NoBackoff(), 0),
        client_name=name,
    )


def connect_async(url: str, *, timeout_s: float) -> AsyncRedis:
    """The same for the reader of the web process; text answers."""
    return AsyncRedis.from_url(
        url,
        decode_responses=True,
        socket_timeout=timeout_s,
        socket_connect_timeout=QUICK_S,
        retry=AsyncRetry(NoBackoff(), 0),
    )
