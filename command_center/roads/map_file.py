"""How far a map file has been read: by its bytes, as the system counts them for whoever has it open."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

Progress = Callable[[float], None]
"""Told which share of the work is done, from 0 to 1."""

TOLD_EVERY = 500
"""Objects between two looks at how far the reading is."""

_OPEN_FILES = Path("/proc/self/fd")


def told(path: Path, things: Iterable[Any], progress: Progress | None, *, passes: int = 1) -> Iterator[Any]:
    """Hand on the objects of a map file and tell meanwhile how much of it has been read.

    passes : how often the file is read; its objects come with the last time.
    """
    if progress is None:
        yield from things
        return
    for count, thing in enumerate(things):
        if count % TOLD_EVERY == 0:
            progress((passes - 1 + _share_read(path)) / passes)
        yield thing
    progress(1.0)


def part(progress: Progress | None, begins: float, ends: float) -> Progress | None:
    """A bar for one part of the work, from one share of the whole to another."""
    if progress is None:
        return None
    whole = progress
    return lambda share: whole(begins + share * (ends - begins))


def _share_read(path: Path) -> float:
    """Of the file's bytes; all of them once it is closed, none where the system does not tell."""
    with suppress(OSError):
        size, wanted = path.stat().st_size, path.resolve()
        for opened in _OPEN_FILES.iterdir():
            with suppress(OSError):
                if opened.readlink() == wanted:
                    where, _, _ = (_OPEN_FILES.with_name("fdinfo") / opened.name).read_text("ascii").partition("\n")
                    return min(1.0, int(where.removeprefix("pos:")) / max(size, 1))
        return 1.0
    return 0.0
