"""One child process: started, watched, started again when it dies, stopped in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from command_center.supervisor.logs import REPEAT_AFTER_S, ChildLog, say
from command_center.wire.embedded import die_with_parent

STEADY_S = 5.0
"""A child that lived so long did not crash at its start; it is started again at once."""

FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 4.0
"""Even a child that crashes at every start is back within five seconds, and costs no more than that."""


class Backoff:
    """How long to wait before the next start of something that died."""

    def __init__(self) -> None:
        self._delay_s = 0.0

    def after(self, lived_s: float) -> float:
        """Seconds to wait: none after a steady life or a first crash, then 0.25 s doubling to 4 s."""
        if lived_s >= STEADY_S:
            self._delay_s = 0.0
        delay_s = self._delay_s
        self._delay_s = min(max(FIRST_DELAY_S, delay_s * 2), LONGEST_DELAY_S)
        return delay_s


class Child:
    """A Python module run as a process of its own, in its own session, that dies with the supervisor."""

    def __init__(self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], logs: Path) -> None:
        """Describe it; start() starts it. arguments : what follows `python -m`."""
        self.name = name
        self._command = [sys.executable, "-m", *arguments]
        self._environment = dict(environment)
        self._log = ChildLog(logs, name)
        self._backoff = Backoff()
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_again_at: float | None = None
        self._told_at = float("-inf")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it. Call from the main thread only: the kernel ties the child's life to that thread."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),  # noqa: PLW1509 - it calls prctl and getppid only, nothing that takes a lock
        )
        assert self._process.stdout is not None  # noqa: S101 - for mypy: it is a pipe
        threading.Thread(target=self._log.follow, args=(self._process.stdout,), daemon=True).start()
        self._started_at, self._start_again_at = time.monotonic(), None

    def look_after(self) -> None:
        """If it has died, start it again: at once the first time, later and later when it crashes at every start."""
        if self._process is None or self._process.poll() is None:
            return
        now = time.monotonic()
        if self._start_again_at is None:
            lived_s = now - self._started_at
            self._start_again_at = now + self._backoff.after(lived_s)
            self._tell(lived_s, now, how(self._process.returncode))
        if now >= self._start_again_at:
            self.start()

    def _tell(self, lived_s: float, now: float, how_it_ended: str) -> None:
        """Say that it ended; of one that crashes at every start, once a minute."""
        if lived_s >= STEADY_S or now - self._told_at >= REPEAT_AFTER_S:
            self._told_at = now
            say(self.name, f"ended ({how_it_ended}) and is started again; its log is {self._log.path}")

    def kill(self) -> None:
        """End it without a warning, as a drill's fault does; look_after starts it again."""
        if self._process and self._process.poll() is None:
            self._process.kill()

    def ask_to_stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait_until_stopped(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then kill it."""
        if self._process:
            try:
                self._process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None


def how(returncode: int) -> str:
    """How a process ended, for people."""
    return f"signal {-returncode}" if returncode < 0 else f"exit code {returncode}"
