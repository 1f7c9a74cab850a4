"""How much work something is, counted and not timed: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Effort:
    """calls : calls of functions, in Python or in C, that this thread made."""

    calls: int = 0

    def note(self, _frame: FrameType, event: str, _arg: object) -> None:
        self.calls += event in ("call", "c_call")


@contextmanager
def effort() -> Iterator[Effort]:
    counted, before = Effort(), sys.getprofile()
    sys.setprofile(counted.note)
    try:
        yield counted
    finally:
        sys.setprofile(before)
