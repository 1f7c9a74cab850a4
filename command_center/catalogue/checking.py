"""How a check says what is wrong: pairs of where and what within one file."""

from collections.abc import Collection, Iterable, Iterator

from command_center.domain.levels import Level

Complaints = Iterator[tuple[str, str]]

UPWARDS = (Level.IV, Level.III, Level.II, Level.I)
"""The order in which files write the levels."""


def unknown(where: str, words: Iterable[str | None], known: Collection[str], kind: str) -> Complaints:
    for word in words:
        if word is not None and word not in known:
            yield where, f"there is no {kind} {word!r}"


def ids(where: str, ids: list[str], prefix: str) -> Complaints:
    for place, name in enumerate(ids):
        if not name.startswith(prefix):
            yield f"{where}[{place}].id", f"must start with {prefix}"
        if name in ids[:place]:
            yield f"{where}[{place}].id", f"{name} stands twice"
