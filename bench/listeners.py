"""Screens without a screen: any number of SSE clients in a process of their own, which note when each message's bytes were read.

`python -m bench.listeners HOST:PORT TOKEN COUNT` prints "ready" when all are connected, listens until its standard input ends, and
prints what it heard as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bench.running import ROOT, RunningCentre


@dataclass(slots=True)
class Heard:
    """facts : (assignment, Unix ms) of every UnitDispatched, per client.

    positions : ms from the newest fix's own time to its frame, per client and frame.
    resets : how often a client was told to start over; it missed something.
    """

    facts: list[tuple[str, float]] = field(default_factory=list)
    positions: list[float] = field(default_factory=list)
    resets: int = 0

    def take(self, event: bytes, data: bytes, now_ms: float) -> None:
        if event == b"positions":
            self.positions.append(now_ms - max(_ms(fix[6]) for fix in json.loads(data)["v"]))
        elif event == b"facts" and b'"event":"UnitDispatched"' in data:
            self.facts.append((str(json.loads(data)["entry"]["facts"]["assignment_id"]), now_ms))
        elif event == b"reset":
            self.resets += 1


@dataclass(slots=True)
class Listeners:
    """The process that listens."""

    process: subprocess.Popen[str]

    def stop(self) -> Heard:
        """End it and take what it heard."""
        told, _ = self.process.communicate("stop\n", timeout=30)
        heard: dict[str, Any] = json.loads(told)
        return Heard(facts=[(name, at) for name, at in heard["facts"]], positions=heard["positions"], resets=heard["resets"])


@contextmanager
def listening(centre: RunningCentre, count: int) -> Iterator[Listeners]:
    """So many SSE clients of the centre, connected when the block begins."""
    words = [sys.executable, "-m", "bench.listeners", f"127.0.0.1:{centre.port}", centre.token("display"), str(count)]
    process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().strip()
        assert ready == "ready", f"the listeners did not connect: {ready}"
        yield Listeners(process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


def _ms(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1000


async def _listen(address: str, token: str, heard: Heard, connected: asyncio.Semaphore) -> None:
    """One client: the bytes of the stream, split at empty lines."""
    host, _, port = address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=2**22)
    asked = ("GET /api/v1/stream HTTP/1.1", f"Host: {address}", f"Authorization: Bearer {token}", "Accept: text/event-stream", "\r\n")
    writer.write("\r\n".join(asked).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head.partition(b"\r\n")[0], head
    connected.release()
    event, data = b"", b""
    while line := await reader.readline():
        if line.startswith(b"event: "):
            event = line[7:].strip()
        elif line.startswith(b"data: "):
            data = line[6:].strip()
        elif line == b"\n" and data:
            heard.take(event, data, time.time() * 1000)
            event, data = b"", b""


async def main(address: str, token: str, count: int) -> None:
    heard, connected = Heard(), asyncio.Semaphore(0)
    clients = [asyncio.create_task(_listen(address, token, heard, connected)) for _ in range(count)]
    for _ in range(count):
        await asyncio.wait_for(connected.acquire(), 60)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    for client in clients:
        client.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*clients, return_exceptions=True)
    print(json.dumps({"facts": heard.facts, "positions": heard.positions, "resets": heard.resets}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
