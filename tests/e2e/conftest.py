"""A whole running centre, started the way `make run` starts it, and browsers that look at it.

Every page fails its test on a console error, a script error, or a request to anywhere but the centre; what a test provokes on purpose it
takes off `problems`.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import keep_sights, watch
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
STARTS_WITHIN_S = 180.0
STOPS_WITHIN_S = 15.0


@dataclass(slots=True)
class RunningCentre:
    """One centre as people run it: a supervisor, its web process and its workers, on a data folder of their own."""

    data_dir: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What every command of this centre runs with; CENTER_* of the developer's own shell stay out."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("CENTER_")}
        return clean | {"CENTER_DATA_DIR": str(self.data_dir), "CENTER_PORT": str(self.port), "CENTER_SIMULATOR": "off"} | self.settings

    @property
    def log(self) -> Path:
        return self.data_dir / "up.log"

    def start(self) -> None:
        """Run `python -m command_center up` and wait until it says that all its parts are well."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                # setpriv: a test run that is killed takes its centre along
                ["setpriv", "--pdeathsig=TERM", sys.executable, "-m", "command_center", "up"],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self.is_well, within_s=STARTS_WITHIN_S, every_s=0.1)

    def is_well(self) -> bool:
        """Whether /healthz answers 200; raises when the centre ended instead of starting."""
        assert self.process is not None
        if (code := self.process.poll()) is not None:
            raise RuntimeError(f"the centre ended with {code}:\n{self.log.read_text('utf-8', 'replace')[-4000:]}")
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", timeout=2, trust_env=False).status_code == 200
        return False

    def stop(self) -> int:
        """Ask it to stop as Ctrl-C does; returns its exit code. One that hangs is killed, and that is a failure."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise

    def command(self, *words: str) -> str:
        """Run one command of the command line on this centre, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "command_center", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout

    def token(self, role: str, *more: str) -> str:
        """A bearer token for a role ("duty_officer", "crew", ...); `more` goes to `token create`, as ("--unit", "patrol-01") does."""
        key = " ".join((role, *more))
        if key not in self._tokens:
            name = re.sub(r"[^a-z0-9]+", "-", f"test-{key}")
            self._tokens[key] = self.command("token", "create", "--role", role, "--name", name, *more).split()[-1]
        return self._tokens[key]

    def sign_in(self, context: BrowserContext, role: str, *more: str) -> None:
        """Let every page of a browser context act as `role`."""
        context.add_cookies(
            [{"name": "center_session", "value": self.token(role, *more), "url": self.url, "sameSite": "Strict", "httpOnly": True}]
        )

    def client(self, role: str, *more: str) -> httpx.Client:
        """An outside program with a token of that role."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.token(role, *more)}"}, timeout=10, trust_env=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark them: `-m "not e2e"` leaves them out."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def centre(empty_database: Callable[[], dict[str, str]]) -> Iterator[RunningCentre]:
    """A centre with the demo street and nothing happening (no simulator), shared by all browser tests."""
    with tempfile.TemporaryDirectory(prefix="center-e2e-", dir="/tmp") as folder:
        running = RunningCentre(data_dir=Path(folder), port=free_port(), settings=empty_database())
        running.start()
        yield running
        assert running.stop() == 0, running.log.read_text("utf-8", "replace")[-4000:]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def problems() -> list[str]:
    """What went wrong in the pages of this test so far."""
    return []


@pytest.fixture
def page(browser: Browser, centre: RunningCentre, problems: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """The duty officer's screen, 1920x1080, signed in, no page opened yet."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN", timezone_id="Asia/Shanghai")
    yield from _watched(context, centre, ("duty_officer",), problems, request)


@pytest.fixture
def phone(browser: Browser, centre: RunningCentre, problems: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """The phone of the crew of patrol-01, 390x844, touch, signed in, no page opened yet."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    yield from _watched(context, centre, ("crew", "--unit", "patrol-01"), problems, request)


def _watched(
    context: BrowserContext, centre: RunningCentre, role: tuple[str, ...], problems: list[str], request: pytest.FixtureRequest
) -> Iterator[Page]:
    centre.sign_in(context, *role)
    page = context.new_page()
    watch(page, centre.url, problems)
    yield page
    keep_sights(request.node, context.pages)
    context.close()
    assert not problems
