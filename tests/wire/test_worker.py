"""The workers' side of the queue, as a process: what may run, what may not, and how it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from command_center.wire import EmbeddedValkey, Wire
from tests.waiting import eventually

PROGRAM = """
import logging, sys, threading, types
from pathlib import Path


def run(job_id):
    diary = Path(sys.argv[2])
    with diary.open("a") as lines:
        lines.write(f"begin {job_id}\\n")
    if job_id == 13:
        raise RuntimeError("thirteen")
    if job_id >= 100:
        threading.Event().wait(job_id / 100)
    with diary.open("a") as lines:
        lines.write(f"end {job_id}\\n")

jobs = types.ModuleType("workers.jobs")
jobs.run = run
sys.modules["workers.jobs"] = jobs

if sys.argv[3:] == ["told to stop while it tidies"]:
    import os, rq, signal
    rq.SimpleWorker.run_maintenance_tasks = lambda worker: os.kill(os.getpid(), signal.SIGTERM)
logging.basicConfig(level=logging.WARNING)
from command_center.wire import work_until_stopped
work_until_stopped(sys.argv[1])
"""
"""A worker process whose job writes into a diary what it did."""


@pytest.fixture
def diary(folder: Path) -> Path:
    return folder / "diary"


@pytest.fixture
def start_worker(own_valkey: EmbeddedValkey, diary: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*how: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, own_valkey.url, str(diary), *how]
        started.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def worker(start_worker: Callable[..., subprocess.Popen[str]], wire: Wire) -> subprocess.Popen[str]:
    process = start_worker()
    eventually(lambda: wire.worker_count() == 1, within_s=10)
    return process


@pytest.fixture
def queue(raw: Redis) -> Queue:
    """The queue as someone sees it who may write to Redis."""
    return Queue("center", connection=raw, serializer=JSONSerializer)


def lines(diary: Path) -> list[str]:
    return diary.read_text().splitlines() if diary.exists() else []


def hand_over(wire: Wire, job_id: int, attempt: int = 1) -> None:
    assert wire.hand_over(job_id, attempt, name="test", ttl_s=30)


def test_a_job_that_was_handed_over_is_run(worker: subprocess.Popen[str], wire: Wire, diary: Path) -> None:
    hand_over(wire, 7)

    eventually(lambda: lines(diary) == ["begin 7", "end 7"])


@pytest.mark.parametrize("call", ["os.system", "builtins.exec", "subprocess.run", "workers.jobs.run.__globals__", "workers.relay.Relay"])
def test_nothing_else_is_ever_run(worker: subprocess.Popen[str], wire: Wire, queue: Queue, diary: Path, folder: Path, call: str) -> None:
    job = queue.enqueue_call(call, args=(f"touch {folder / 'owned'}",))
    hand_over(wire, 7)

    eventually(lambda: lines(diary) == ["begin 7", "end 7"])
    assert not (folder / "owned").exists()
    assert job.id in FailedJobRegistry(queue=queue).get_job_ids()
    worker.terminate()
    assert "a queued call is not allowed and was not run" in worker.communicate(timeout=5)[1]


@pytest.mark.parametrize("moment", ["success", "failure", "stopped"])
@pytest.mark.parametrize("job_id", [7, 13])
def test_no_callback_is_ever_run(worker: subprocess.Popen[str], raw: Redis, queue: Queue, diary: Path, moment: str, job_id: int) -> None:
    job = Job.create("workers.jobs.run", args=(job_id,), connection=raw, serializer=JSONSerializer, origin="center")
    setattr(job, f"_{moment}_callback_name", "os.abort")
    queue.enqueue_job(job)
    queue.enqueue_call("workers.jobs.run", args=(8,))

    eventually(lambda: "end 8" in lines(diary))
    assert worker.poll() is None


def test_a_call_with_an_object_or_a_keyword_is_not_run(worker: subprocess.Popen[str], queue: Queue, diary: Path) -> None:
    queue.enqueue_call("workers.jobs.run", kwargs={"job_id": 7})
    queue.enqueue_call("workers.jobs.run", args=(8,))

    eventually(lambda: "end 8" in lines(diary))
    assert "begin 7" not in lines(diary)


def test_a_pickle_is_not_opened(worker: subprocess.Popen[str], raw: Redis, wire: Wire, diary: Path) -> None:
    pickling = Queue("center", connection=raw)
    job = pickling.enqueue_call("workers.jobs.run", args=(6,))
    hand_over(wire, 7)

    eventually(lambda: "end 7" in lines(diary))
    assert "begin 6" not in lines(diary)
    assert job.id in FailedJobRegistry(queue=pickling).get_job_ids()


def test_an_unreadable_row_does_not_keep_a_worker_from_working(worker: subprocess.Popen[str], raw: Redis, wire: Wire, diary: Path) -> None:
    raw.hset("rq:job:poison", mapping={"data": "x", "timeout": "forever", "created_at": "yesterday"})
    raw.rpush("rq:queue:center", "poison")
    raw.rpush("rq:queue:center", "nobody-knows-it")
    hand_over(wire, 7)

    eventually(lambda: "end 7" in lines(diary), within_s=10)


def test_a_job_that_fails_is_told_and_the_next_one_is_run(worker: subprocess.Popen[str], wire: Wire, diary: Path) -> None:
    hand_over(wire, 13)
    hand_over(wire, 7)

    eventually(lambda: "end 7" in lines(diary))
    worker.terminate()
    assert "thirteen" in worker.communicate(timeout=5)[1]


def test_a_killed_worker_stops_counting_at_once(worker: subprocess.Popen[str], wire: Wire) -> None:
    worker.kill()

    eventually(lambda: wire.worker_count() == 0, within_s=1)


def test_told_to_stop_it_finishes_the_job_at_hand(worker: subprocess.Popen[str], wire: Wire, diary: Path) -> None:
    hand_over(wire, 100)
    eventually(lambda: lines(diary) == ["begin 100"])

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(5) == 0
    assert lines(diary) == ["begin 100", "end 100"]


def test_an_idle_worker_stops_when_told(worker: subprocess.Popen[str]) -> None:
    worker.send_signal(signal.SIGTERM)

    assert worker.wait(30) == 0  # a signal just before it begins to wait is heard when the wait for a job ends, 5 s later


def test_a_worker_that_is_told_to_stop_while_it_tidies_stops(start_worker: Callable[..., subprocess.Popen[str]]) -> None:
    process = start_worker("told to stop while it tidies")

    assert process.wait(20) == 0
    assert "unreadable" not in process.communicate(timeout=5)[1]


def test_a_worker_lives_through_an_outage(worker: subprocess.Popen[str], own_valkey: EmbeddedValkey, wire: Wire, diary: Path) -> None:
    own_valkey.kill()
    assert worker.poll() is None
    own_valkey.launch()

    eventually(lambda: wire.hand_over(7, 1, name="test", ttl_s=30), within_s=5)

    eventually(lambda: "end 7" in lines(diary), within_s=5)
    assert worker.poll() is None


def test_a_worker_that_starts_without_redis_waits_for_it_and_can_be_stopped(
    own_valkey: EmbeddedValkey, start_worker: Callable[..., subprocess.Popen[str]], wire: Wire
) -> None:
    own_valkey.kill()
    waiting, stopped = start_worker(), start_worker()
    for process in (waiting, stopped):
        assert process.stderr is not None
        assert "Redis is away" in process.stderr.readline()

    stopped.send_signal(signal.SIGTERM)
    own_valkey.launch()

    assert stopped.wait(5) == 0
    eventually(lambda: wire.worker_count() == 1, within_s=5)


def test_a_paused_redis_does_not_end_the_worker(worker: subprocess.Popen[str], own_valkey: EmbeddedValkey, wire: Wire, diary: Path) -> None:
    assert own_valkey.pid is not None
    os.kill(own_valkey.pid, signal.SIGSTOP)
    assert not own_valkey.is_alive()
    os.kill(own_valkey.pid, signal.SIGCONT)

    eventually(lambda: wire.hand_over(7, 1, name="test", ttl_s=30), within_s=5)
    eventually(lambda: "end 7" in lines(diary), within_s=5)
    assert worker.poll() is None
