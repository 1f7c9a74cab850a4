"""A centre of one's own, started as `up` does it, for tests that kill its parts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import pytest

from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 180.0
STOPS_WITHIN_S = 10.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Run:
    """One run of `up`: the supervisor and whatever it started."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    simulator: str = "off"
    process: subprocess.Popen[str] | None = None

    @property
    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTER_")}
        ours = {"CENTER_DATA_DIR": str(self.data_dir), "CENTER_PORT": str(self.port), "CENTER_SIMULATOR": self.simulator}
        return clean | ours | {"CENTER_WORKERS": "1"}

    def start(self) -> None:
        with (self.data_dir / "terminal").open("ab") as terminal:
            self.process = subprocess.Popen(self.command("up"), cwd=ROOT, env=self.environment, stdout=terminal, stderr=terminal, text=True)
        eventually(self.is_well, within_s=STARTS_WITHIN_S, every_s=0.1)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "command_center", *words]

    def run(self, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end with this run's settings, some of them changed."""
        environment = self.environment | settings
        return subprocess.run(self.command(*words), cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)

    @property
    def terminal(self) -> str:
        return (self.data_dir / "terminal").read_text("utf-8")

    @property
    def supervisor(self) -> psutil.Process:
        assert self.process is not None
        return psutil.Process(self.process.pid)

    def health(self) -> dict[str, object]:
        with suppress(httpx.TransportError):
            answer = httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=2, trust_env=False)
            return dict(answer.json()) if answer.status_code == 200 else {}
        return {}

    def is_well(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.terminal
        return bool(self.health())

    def child(self, words: str) -> psutil.Process | None:
        """The child whose command line contains `words`."""
        for process in self.supervisor.children():
            with suppress(psutil.Error):
                if words in " ".join(process.cmdline()):
                    return process
        return None

    def stop(self) -> float:
        """Ctrl-C; returns how many seconds it took."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(STOPS_WITHIN_S + 5)
        return time.monotonic() - started


@contextmanager
def running(*, simulator: str = "off") -> Iterator[Run]:
    """A run that is well, and nothing of it left afterwards."""
    with tempfile.TemporaryDirectory(prefix="cs-", dir="/tmp") as folder:
        run = Run(Path(folder), simulator=simulator)
        try:
            run.start()
            yield run
        finally:
            if run.process and run.process.poll() is None:
                children = run.supervisor.children(recursive=True)
                run.process.kill()
                run.process.wait()
                psutil.wait_procs(children, timeout=5)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """A centre with its drill that all tests of a module share."""
    with running(simulator="on") as shared:
        yield shared


@pytest.fixture
def own_run() -> Iterator[Run]:
    """A centre that the test has for itself."""
    with running() as own:
        yield own
