"""Two readers of what a child writes: a file that keeps every line, and a terminal that shows a short one when it matters."""

from __future__ import annotations

import json
import time
from datetime import datetime
from pathlib import Path
from typing import IO

FILE_BYTES = 5_000_000
OLDER_FILES = 3
LOUD = frozenset({"warning", "error", "critical"})
REPEAT_AFTER_S = 60.0
"""The same sentence of the same child is shown again after so long; the file has every one."""


def say(who: str, sentence: str) -> None:
    """One short line on the terminal, with the local time. A terminal that has gone away is no reason to stop."""
    try:
        print(f"{datetime.now().astimezone():%H:%M:%S}  {who:<10} {sentence}", flush=True)  # noqa: T201 - this is the terminal
    except OSError:
        return


class ChildLog:
    """The lines of one child: all into `folder/<name>.log` (5 MB, three older ones kept), warnings shortly to the terminal."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.log"
        self._name = name
        self._file: IO[bytes] = self.path.open("ab")
        self._shown_at: dict[str, float] = {}

    def follow(self, stream: IO[bytes]) -> None:
        """Keep and show every line until the child closes its end."""
        with stream:
            for line in stream:
                self._keep(line)
                if sentence := short(line):
                    self._show(sentence)

    def close(self) -> None:
        self._file.close()

    def _keep(self, line: bytes) -> None:
        try:
            if self._file.tell() + len(line) > FILE_BYTES:
                self._roll()
            self._file.write(line)
            self._file.flush()
        except (OSError, ValueError):  # a full disk must not stop the child; a closed file means that we are stopping
            return

    def _roll(self) -> None:
        self._file.close()
        for number in range(OLDER_FILES, 0, -1):
            younger = self.path.with_suffix(f".log.{number - 1}") if number > 1 else self.path
            if younger.exists():
                younger.replace(self.path.with_suffix(f".log.{number}"))
        self._file = self.path.open("ab")

    def _show(self, sentence: str) -> None:
        now = time.monotonic()
        if now - self._shown_at.get(sentence, float("-inf")) >= REPEAT_AFTER_S:
            self._shown_at = {known: at for known, at in self._shown_at.items() if now - at < REPEAT_AFTER_S} | {sentence: now}
            say(self._name, sentence)


def short(line: bytes) -> str | None:
    """The sentence of a JSON log line that is worth the terminal, None for all other lines."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("level") not in LOUD:
        return None
    return str(record.get("message", "")).partition("\n")[0][:200]
