"""The peer of the job story: RQ as its manual shows it, a SimpleWorker on a queue of its own that does nothing.

`python -m bench.bare_rq REDIS_URL` is the worker.
"""

from __future__ import annotations

import sys

import rq
from redis import Redis

QUEUE = "bench"
SERIALIZER = "json"


def nothing(number: int) -> int:
    return number


def bare_queue(redis_url: str) -> rq.Queue:
    return rq.Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=SERIALIZER)


if __name__ == "__main__":
    queue = bare_queue(sys.argv[1])
    rq.SimpleWorker([queue], connection=queue.connection, serializer=SERIALIZER).work(logging_level="WARNING")
