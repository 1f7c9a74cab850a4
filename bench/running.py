"""A whole centre, started as `make run` starts it: supervisor, Valkey, web process, relay and workers, on a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
from playwright.sync_api import BrowserContext

ROOT = Path(__file__).parents[1]
STARTS_WITHIN_S = 180.0
STOPS_WITHIN_S = 20.0

QUIET_CHROMIUM = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(("--no-sandbox",) if os.geteuid() == 0 else ()),
)

T = TypeVar("T")


def eventually(look: Callable[[], T], *, within_s: float = 60.0, every_s: float = 0.01) -> T:
    """Look until what is seen is true, and return it. Raises TimeoutError with the last sight after `within_s` seconds."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s} s; last seen: {seen!r}")
        time.sleep(every_s)
    return seen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class RunningCentre:
    """One centre. settings : CENTER_* variables beside the folder and the port; the simulator is off unless they say otherwise."""

    data_dir: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The supervisor's; all other processes of the centre descend from it."""
        assert self._process is not None
        return self._process.pid

    @property
    def environment(self) -> dict[str, str]:
        """What every command of this centre runs with; CENTER_* of the developer's own shell stay out."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTER_")}
        return clean | {"CENTER_DATA_DIR": str(self.data_dir), "CENTER_PORT": str(self.port), "CENTER_SIMULATOR": "off"} | self.settings

    def start(self) -> float:
        """Start it; returns the seconds until /healthz said that every part is well."""
        began = time.monotonic()
        with (self.data_dir / "up.log").open("ab") as log:
            words = [sys.executable, "-m", "command_center", "up"]
            self._process = subprocess.Popen(words, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        eventually(self.is_well, within_s=STARTS_WITHIN_S, every_s=0.05)
        return time.monotonic() - began

    def is_well(self) -> bool:
        """Whether /healthz answers 200; raises RuntimeError when the centre ended instead of starting."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the centre ended:\n{(self.data_dir / 'up.log').read_text('utf-8', 'replace')[-4000:]}")
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).status_code == 200
        return False

    def stop(self) -> None:
        """Ask it to stop as Ctrl-C does; one that hangs is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def token(self, role: str) -> str:
        """A bearer token for a role, made once by the command line."""
        if role not in self._tokens:
            words = [
                sys.executable,
                "-m",
                "command_center",
                "token",
                "create",
                "--role",
                role,
                "--name",
                re.sub(r"\W", "-", f"bench-{role}"),
            ]
            told = subprocess.run(words, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True).stdout
            self._tokens[role] = told.split()[-1]
        return self._tokens[role]

    def sign_in(self, context: BrowserContext, role: str) -> None:
        """Let every page of a browser context act as `role`."""
        context.add_cookies(
            [{"name": "center_session", "value": self.token(role), "url": self.url, "sameSite": "Strict", "httpOnly": True}]
        )

    def client(self, role: str) -> httpx.Client:
        """A program with a token of that role and one connection."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token(role)}"}, timeout=30, trust_env=False)
