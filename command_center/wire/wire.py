"""The short calls: bell, queue, facts out, positions out. Made from any thread; each answers within about half a second."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError

from command_center.wire.connection import Names, WireDown, connect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from redis import Redis

log = logging.getLogger(__name__)
T = TypeVar("T")

RUN_JOB = "workers.jobs.run"
"""The only function that may travel through the queue; the workers refuse any other."""

STREAM_ID = re.compile(r"\d{1,19}-\d{1,19}", re.ASCII)
FACTS_KEPT = 10_000
POSITIONS_KEPT = 400
JOB_TIMEOUT_S = 20
"""A job longer than this is broken off; the longest is one outgoing message with its own time limit of 10 s."""

FAILED_KEPT_S = 600
BEAT_KEPT_MS = 5_000
STRANGERS_KEPT = 20
"""Names of devices that are no unit's; the newest are kept."""

BREATHER_S = 1.0
"""After Redis failed once, quick calls answer "away" at once for so long: a page with five calls waits for one, not five."""

WORKER_SILENT_S = 20
"""A worker speaks every 5 s; one that did not for so long hangs and does not count."""

_ALL_VALUES = "return table.concat(redis.call('HVALS', KEYS[1]), ',')"


class Wire:
    """One centre's Redis. Calls that return a bool or a number never raise when Redis is away; the others raise WireDown."""

    def __init__(self, redis_url: str, *, prefix: str = "center") -> None:
        self.redis_url = redis_url
        self.names = Names(prefix=prefix)
        self._redis = connect(redis_url)
        self._queue = Queue(self.names.queue, connection=connect(redis_url, decode=False), serializer="json", default_timeout=JOB_TIMEOUT_S)
        self._rested_at = 0.0

    def close(self) -> None:
        """Give the connections back. A closed wire opens new ones when it is used again."""
        self._redis.close()
        self._queue.connection.close()

    # ---- the bell: "there is something to publish or to do" ----

    def ring_relay(self) -> bool:
        """Wake the relay. False if Redis is away; the relay also looks by itself every quarter of a second."""

        def ring(redis: Redis) -> bool:
            with redis.pipeline(transaction=False) as pipe:
                pipe.lpush(self.names.bell, "1")
                pipe.ltrim(self.names.bell, 0, 0)
                pipe.execute()
            return True

        return self._quick(ring, otherwise=False)

    def wait_for_bell(self, timeout_s: float) -> bool:
        """Wait until someone rings, `timeout_s` at most. Raises WireDown at once if Redis is away.

        timeout_s : must stay below the client's own time limit (0.5 s), or a quiet bell would look like a dead Redis.
        """
        with self._or_down():
            return self._redis.blpop([self.names.bell], timeout=timeout_s) is not None

    # ---- the queue ----

    def hand_over(self, job_id: int, attempt: int, *, name: str, ttl_s: int) -> bool:
        """Give one due job to the workers. False if Redis is away: the job's lease then runs out and the relay hands it over again.

        attempt : with it the same attempt is queued once only, however often it is handed over.
        ttl_s : an attempt nobody began evaporates when its lease runs out, so that attempts do not pile up.
        """

        def enqueue(_redis: Redis) -> bool:
            try:
                self._queue.enqueue_call(
                    RUN_JOB,
                    args=(job_id,),
                    job_id=f"job-{job_id}-{attempt}",
                    unique=True,
                    description=name,
                    ttl=max(1, ttl_s),
                    result_ttl=0,
                    failure_ttl=FAILED_KEPT_S,
                )
            except DuplicateJobError:
                log.debug("attempt is queued already", extra={"job": job_id, "attempt": attempt})
            return True

        return self._quick(enqueue, otherwise=False)

    def backlog(self) -> int:
        """Jobs in the queue that no worker has begun. Raises WireDown."""
        with self._or_down():
            return self._queue.count

    def worker_count(self) -> int:
        """Workers that are connected and not hung; 0 if Redis is away. A killed worker stops counting at once."""

        def count(redis: Redis) -> int:
            clients = redis.client_list()
            return len({c["name"] for c in clients if c["name"].startswith(self.names.worker) and int(c["idle"]) < WORKER_SILENT_S})

        return self._quick(count, otherwise=0)

    # ---- facts ----

    def publish_facts(self, payload: str) -> str:
        """Put one message on the stream of facts. Returns its stream id; raises WireDown."""
        with self._or_down():
            return cast("str", self._redis.xadd(self.names.facts, {"data": payload}, maxlen=FACTS_KEPT, approximate=True))

    def facts_tail(self) -> str:
        """The id of the newest message, "0-0" on an empty stream. Raises WireDown."""
        with self._or_down():
            newest = cast("list[tuple[str, dict[str, str]]]", self._redis.xrevrange(self.names.facts, count=1))
        return newest[0][0] if newest else "0-0"

    def has_fact(self, stream_id: str) -> bool:
        """True while the message with this id is kept, so that a screen may resume after it; False for what is no id. Raises WireDown."""
        if not STREAM_ID.fullmatch(stream_id):
            return False
        with self._or_down():
            return bool(self._redis.xrange(self.names.facts, stream_id, stream_id))

    def facts_after(self, stream_id: str, limit: int = 1000) -> list[tuple[str, str]]:
        """Up to `limit` messages after `stream_id` as (id, payload), oldest first. Raises WireDown."""
        with self._or_down():
            found = cast("list[tuple[str, dict[str, str]]]", self._redis.xrange(self.names.facts, f"({stream_id}", count=limit))
        return [(found_id, fields["data"]) for found_id, fields in found]

    # ---- positions: telemetry, the newest wins ----

    def publish_positions(self, frame: str) -> None:
        """Put one frame on the bus. Raises WireDown; nobody repeats it, the next frame is newer."""
        with self._or_down():
            self._redis.xadd(self.names.positions, {"data": frame}, maxlen=POSITIONS_KEPT, approximate=True)

    def save_last_positions(self, positions: Mapping[str, str]) -> None:
        """Remember the last-known fix of each unit, id to JSON. Raises WireDown."""
        if not positions:
            return
        with self._or_down():
            self._redis.hset(self.names.last_positions, mapping=cast("Mapping[Any, Any]", positions))

    def last_positions(self) -> str:
        """What save_last_positions remembered, as one JSON list in no order. Raises WireDown.

        Redis joins them itself: a client that reads a thousand answers one by one takes longer than all else a proposal needs.
        """
        with self._or_down():
            return f"[{self._redis.eval(_ALL_VALUES, 1, self.names.last_positions)}]"

    def count_rejected(self, reason: str, n: int = 1, *, unit_id: str = "") -> None:
        """Count fixes that were refused, by reason; for the unit they were meant for as well, where one is known."""
        self._quick(lambda redis: redis.hincrby(self.names.rejected, reason, n), otherwise=None)
        if unit_id:
            self._quick(lambda redis: redis.hincrby(self.names.rejected_of(unit_id), reason, n), otherwise=None)

    def rejected(self, unit_id: str = "") -> dict[str, int]:
        """Refused fixes by reason since Redis was last wiped, of all units or of one; empty if it is away."""
        counts = self.names.rejected_of(unit_id) if unit_id else self.names.rejected

        def read(redis: Redis) -> dict[str, int]:
            return {reason: int(n) for reason, n in cast("dict[str, str]", redis.hgetall(counts)).items()}

        return self._quick(read, otherwise={})

    def note_strangers(self, seen: Mapping[str, float]) -> None:
        """Remember under which names devices reported that are no unit's. seen : name -> unix seconds; the STRANGERS_KEPT newest stay."""
        if not seen:
            return

        def write(redis: Redis) -> None:
            redis.zadd(self.names.strangers, cast("Mapping[Any, Any]", seen))
            redis.zremrangebyrank(self.names.strangers, 0, -STRANGERS_KEPT - 1)

        self._quick(write, otherwise=None)

    def strangers(self) -> dict[str, float]:
        """Those names with their last time in unix seconds, newest first; empty if Redis is away."""

        def read(redis: Redis) -> dict[str, float]:
            return dict(cast("list[tuple[str, float]]", redis.zrevrange(self.names.strangers, 0, -1, withscores=True)))

        return self._quick(read, otherwise={})

    # ---- health ----

    def ping(self) -> bool:
        """Ask Redis itself, whatever happened before."""
        try:
            self._redis.ping()
        except (RedisError, OSError):
            return False
        self._rested_at = 0.0
        return True

    def beat(self, who: str, value: str) -> None:
        """Say "I am alive, and this is how I am"; forgotten after BEAT_KEPT_MS."""
        self._quick(lambda redis: redis.set(self.names.beat(who), value, px=BEAT_KEPT_MS), otherwise=None)

    def last_beat(self, who: str) -> str | None:
        """What `who` said last, None if silent for BEAT_KEPT_MS or if Redis is away."""
        return self._quick(lambda redis: cast("str | None", redis.get(self.names.beat(who))), otherwise=None)

    def relay_lag_s(self) -> float | None:
        """Age in seconds of the oldest fact that the relay has not published yet; None when the relay is silent."""
        said = self.last_beat("relay")
        return None if said is None else float(said)

    def _quick(self, call: Callable[[Redis], T], *, otherwise: T) -> T:
        """Make the call, or answer `otherwise` if Redis is away; after a failure, at once for BREATHER_S."""
        if time.monotonic() < self._rested_at:
            return otherwise
        try:
            return call(self._redis)
        except (RedisError, OSError) as problem:
            self._rested_at = time.monotonic() + BREATHER_S
            log.debug("Redis is away", extra={"reason": str(problem)})
            return otherwise

    @contextmanager
    def _or_down(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as problem:
            raise WireDown(str(problem)) from problem
