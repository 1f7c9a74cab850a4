"""The supervisor's rounds: check the ground, prepare, start in order, look after everyone, stop in the other order."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from command_center.supervisor.children import Backoff, Child
from command_center.supervisor.logs import say
from command_center.wire.embedded import EmbeddedValkey, ValkeyFailed, die_with_parent, lock_folder, socket_url
from command_center.wire.faults import Fault, next_fault

ROOT = Path(__file__).parents[2]
ROUND_S = 0.1
ASK_VALKEY_EVERY_S = 1.0
UNANSWERED = 2
"""So many unanswered questions in a row, each a second long, mean that Valkey is paused or hung."""

READY_S = 60.0
SCORE_S = 20.0
PATIENCE_S = {"drill": 1.0, "web": 3.0, "worker": 2.0, "relay": 1.5}
STOP_ORDER = tuple(PATIENCE_S)
"""First who makes work, then who takes it, last who carries it; Valkey after all of them. Together below ten seconds."""

CHILDREN_GET = {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
"""Chinese in every log, whatever the terminal. One street's arrays are small: no thread pool, few heaps, some 10 MB less a process."""


class CannotStart(Exception):
    """Why the centre cannot start, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the command line decided, read back from the CENTER_* variables that it wrote."""

    host: str
    port: int
    data_dir: Path
    redis_url: str
    workers: int
    simulator: bool
    valkey_binary: Path | None = None
    is_drill: bool = False
    speed: float = 1.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Orders:
        binary = environment.get("CENTER_VALKEY_BINARY")
        redis_url = environment.get("CENTER_REDIS_URL", "")
        embedded = socket_url(Path(environment["CENTER_DATA_DIR"]) / "valkey")  # a drill spells it out
        return cls(
            host=environment["CENTER_HOST"],
            port=int(environment["CENTER_PORT"]),
            data_dir=Path(environment["CENTER_DATA_DIR"]),
            redis_url="" if redis_url == embedded else redis_url,
            workers=int(environment["CENTER_WORKERS"]),
            simulator=environment["CENTER_SIMULATOR"] == "on",
            valkey_binary=Path(binary) if binary else None,
            is_drill="CENTER_DRILL_STARTED_AT" in environment,
            speed=float(environment.get("CENTER_DRILL_SPEED", "1")),
        )

    @property
    def address(self) -> str:
        return browser_address(self.host, self.port)


class Supervisor:
    """One run of the centre, from `up` to Ctrl-C."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        self._stopping = threading.Event()
        self._environment = {**os.environ, **{name: os.environ.get(name, value) for name, value in CHILDREN_GET.items()}}
        self._environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._logs = orders.data_dir / "logs"
        self._children: list[Child] = []
        self._valkey = None if orders.redis_url else EmbeddedValkey(orders.data_dir / "valkey", binary=orders.valkey_binary)
        self._valkey_backoff = Backoff()
        self._valkey_started_at = 0.0
        self._ask_valkey_at = 0.0
        self._unanswered = 0
        self._valkey_away_until = float("-inf")

    def run(self) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP. Raises CannotStart, DataDirInUse, ValkeyFailed before anything is left running."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        with self._hold_folder():
            check_port(self.orders.host, self.orders.port)
            try:
                self._start_valkey()
                links = self._prepare()
                self._start_children()
                self._make_rounds(links)
            finally:
                self._stop_all()

    def _hold_folder(self) -> IO[bytes]:
        try:
            return lock_folder(self.orders.data_dir, "center.lock")
        except OSError as problem:
            raise CannotStart(f"CENTER_DATA_DIR={self.orders.data_dir} cannot be used: {problem.strerror or problem}.") from None

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping.set()

    # ---- starting ----

    def _start_valkey(self) -> None:
        if self._valkey:
            self._valkey.start()
            self._valkey_started_at = time.monotonic()

    def _prepare(self) -> list[str]:
        """Migrate and seed in a short-lived child. Returns the sign-in links to tell, each as its path and, in a drill, whose it is."""
        process = subprocess.Popen(
            [sys.executable, "-m", "command_center", "prepare"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),  # noqa: PLW1509 - it calls prctl and getppid only, nothing that takes a lock
        )
        while True:
            with suppress(subprocess.TimeoutExpired):
                said, complained = process.communicate(timeout=ROUND_S)
                break
            if self._stopping.is_set():
                process.kill()
        self._logs.mkdir(parents=True, exist_ok=True)
        with (self._logs / "prepare.log").open("a", encoding="utf-8") as kept:
            kept.write(complained)
        if process.returncode and not self._stopping.is_set():
            raise CannotStart(complained.strip().rpartition("\n")[2] or "The database could not be prepared.")
        return [line for line in said.splitlines() if line.startswith("/in/")]

    def _start_children(self) -> None:
        workers = [(f"worker-{number}", ["workers", "work"]) for number in range(1, self.orders.workers + 1)]
        commands = [("web", ["command_center", "web"]), ("relay", ["workers", "relay"]), *workers]
        if self.orders.is_drill:
            commands.append(("drill-director", ["workers", "direct"]))
        elif self.orders.simulator:
            commands.append(("drill", ["workers", "drill"]))
        for name, arguments in commands:
            if self._stopping.is_set():
                return
            child = Child(name, arguments, environment=self._environment, logs=self._logs)
            self._children.append(child)
            child.start()

    # ---- looking after ----

    def _make_rounds(self, links: Sequence[str]) -> None:
        announced, give_up_at = False, time.monotonic() + READY_S
        while not self._stopping.wait(ROUND_S):
            for child in self._children:
                child.look_after()
            self._look_after_valkey()
            if self.orders.is_drill and (fault := next_fault(self.orders.data_dir)):
                self._bring_about(fault)
            if not announced and answers(self.orders):
                announced = True
                announce(self.orders, links)
            elif not announced and time.monotonic() > give_up_at:
                announced = True
                say("web", f"does not answer yet; see {self._logs / 'web.log'}")

    def _look_after_valkey(self) -> None:
        """Start it again when it has died, and kill it first when it is paused or hung; the database has lost nothing."""
        now = time.monotonic()
        if self._valkey is None or now < max(self._ask_valkey_at, self._valkey_away_until):
            return
        self._ask_valkey_at = now + ASK_VALKEY_EVERY_S
        if self._valkey.is_alive():
            self._unanswered = 0
            return
        self._unanswered += 1
        if self._valkey.has_died() or self._unanswered >= UNANSWERED:
            self._restart_valkey(self._valkey, now)

    def _restart_valkey(self, valkey: EmbeddedValkey, now: float) -> None:
        say("valkey", "has ended and is started again" if valkey.has_died() else "does not answer and is started again")
        self._unanswered = 0
        self._ask_valkey_at = now + ASK_VALKEY_EVERY_S + self._valkey_backoff.after(now - self._valkey_started_at)
        self._valkey_started_at = now
        valkey.kill()
        try:
            valkey.launch()
        except ValkeyFailed as problem:
            say("valkey", str(problem))

    # ---- a drill's faults ----

    def _bring_about(self, fault: Fault) -> None:
        """Do to this drill's own processes what its scenario wants; there is no way from here to anybody else's."""
        say("fault", f"{fault.what} {fault.seconds:g} s" if fault.seconds else fault.what)
        if fault.what == "redis_flush" and self._valkey:
            self._valkey.flush()
        elif fault.what == "redis_away" and self._valkey:
            self._valkey.kill()
            self._valkey_away_until = time.monotonic() + fault.seconds
        else:
            for child in self._children:
                if kind_of(child.name) == fault.what:
                    child.kill()
                    return

    # ---- stopping ----

    def _stop_all(self) -> None:
        for kind in STOP_ORDER:
            group = [child for child in self._children if kind_of(child.name) == kind]
            for child in group:
                child.ask_to_stop()
            deadline = time.monotonic() + PATIENCE_S[kind]
            for child in group:
                child.wait_until_stopped(deadline)
        if self.orders.is_drill and self._children:
            self._keep_score()
        if self._valkey:
            self._valkey.stop()

    def _keep_score(self) -> None:
        """Write the drill's score sheet in a short-lived child, and say where it lies."""
        with suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [sys.executable, "-m", "command_center", "keep-score"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                timeout=SCORE_S,
                start_new_session=True,
                check=False,
            )
            say("score", (done.stdout or done.stderr).strip().rpartition("\n")[2])


def browser_address(host: str, port: int) -> str:
    """What people type into a browser on this machine."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def kind_of(name: str) -> str:
    """What a child does: worker-1 and worker-2 are of the kind "worker"."""
    return name.partition("-")[0]


def check_port(host: str, port: int) -> None:
    """Raises CannotStart when the web process could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except PermissionError:
        raise CannotStart(f"Port {port} needs more rights than this user has: choose one above 1023 with CENTER_PORT.") from None
    except OSError as problem:
        if problem.errno == errno.EADDRINUSE:
            raise CannotStart(f"Port {port} is taken by another program: choose another with CENTER_PORT.") from None
        raise CannotStart(f"CENTER_HOST={host} is not an address of this machine.") from None


def answers(orders: Orders) -> bool:
    """True when the web process answers its health check, whatever it says about the others."""
    host = orders.address.removeprefix("http://").rpartition(":")[0].strip("[]")
    try:
        with socket.create_connection((host, orders.port), timeout=1.0) as line:
            line.sendall(f"GET /healthz HTTP/1.0\r\nHost: {host}:{orders.port}\r\n\r\n".encode())
            return line.recv(8).startswith(b"HTTP/1.")
    except OSError:
        return False


def announce(orders: Orders, links: Sequence[str]) -> None:
    """Where the centre is, and how to sign in for the first time; in both languages, as nobody has chosen one yet."""
    if orders.is_drill:
        say(
            "ready",
            f"演练，时钟 {orders.speed:g} 倍速 · This is a drill, the clock runs at x{orders.speed:g}; its page: {orders.address}/drill",
        )
    say("ready", f"指挥中心已启动 · The command centre is running at {orders.address}")
    for path, _, name in (link.partition(" ") for link in links):
        whose = f" [{name}]" if name else ""
        say("ready", f"首次登录（仅可使用一次） · First sign-in (works once){whose}: {orders.address}{path}")
    say("ready", "按 Ctrl-C 停止 · Ctrl-C stops it")
