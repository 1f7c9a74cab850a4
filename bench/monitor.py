"""A witness at the Valkey: MONITOR tells every command with the server's own clock, so nothing in the centre has to be changed."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

LINE = re.compile(rb'^\+(\d+\.\d+) \[[^\]]*\] "(\w+)" "([^"]*)"(.*)')
DESCRIPTION = re.compile(rb'"description" "([^"]*)"')


@dataclass(slots=True)
class Witness:
    """What was seen, in Unix seconds.

    queued : RQ job key -> (when its row was written, its description); started : job key -> when a worker marked it as started.
    told : (when, event) of every fact that the relay put on the stream.
    """

    queued: dict[str, tuple[float, str]] = field(default_factory=dict)
    started: dict[str, float] = field(default_factory=dict)
    told: list[tuple[float, str]] = field(default_factory=list)

    def see(self, line: bytes) -> None:
        """Take one line of MONITOR."""
        found = LINE.match(line)
        if found is None:
            return
        at, verb, key, rest = float(found[1]), found[2].upper(), found[3].decode(), found[4]
        if verb == b"HSET" and key.startswith("rq:job:"):
            if b'"started_at" "20' in rest and b'"status" "started"' in rest:
                self.started.setdefault(key, at)
            elif description := DESCRIPTION.search(rest):
                self.queued.setdefault(key, (at, description[1].decode()))
        elif verb == b"XADD" and key.endswith(":facts"):
            event = re.search(rb'\\"event\\":\\"(\w+)\\"', rest)
            self.told.append((at, event[1].decode() if event else ""))

    def start_after(self, moment: float, description: str) -> float:
        """When the first job of that description queued after `moment` was started; 0 until then."""
        queued = [(at, key) for key, (at, said) in list(self.queued.items()) if at >= moment and said == description]
        return self.started.get(min(queued)[1], 0.0) if queued else 0.0

    def told_after(self, moment: float, event: str) -> float:
        """When the first fact of that event after `moment` went on the stream; 0 until then."""
        return min((at for at, said in list(self.told) if at >= moment and said == event), default=0.0)


@contextmanager
def witness(path: Path) -> Iterator[Witness]:
    """Watch the Valkey at this socket during the block."""
    seen = Witness()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(path))
        line.sendall(b"MONITOR\r\n")
        thread = threading.Thread(target=_watch, args=(line, seen), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            line.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _watch(line: socket.socket, seen: Witness) -> None:
    with line.makefile("rb") as told:
        for text in told:
            seen.see(text.rstrip())
