"""The board: what every screen shows, as rows with versions.

A row is the newer one when its version is higher; a row that left the board leaves a tombstone, so that a late patch
cannot bring it back. The property that makes screens trustworthy: old snapshot + patches == new snapshot.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
"""{"kind", "id", "version", "gone", ...}: JSON-plain, times as ISO 8601 UTC text."""

WORDS = frozenset({"note", "reason", "last_error", "receiver"})
"""Fields that hold what callers said and staff typed; a display in a room shows none of them."""

KINDS = (
    "unit",
    "incident",
    "assignment",
    "job",
    "activation",
    "task",
    "duty",
    "notice",
    "watch",
    "roll_call",
    "warning",
    "standing_order",
    "proposal",
    "report",
    "shelter",
    "closure",
)


def without_words(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row, or a log line's facts, with every field of WORDS left empty."""
    return {name: "" if name in WORDS else value for name, value in fields.items()}


@dataclass(slots=True)
class Board:
    """Rows by kind and id; `apply` is the only way in."""

    _rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    revision: int = 0

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Board":
        board = cls()
        board.apply(rows)
        return board

    def apply(self, rows: Iterable[Row]) -> bool:
        """Take over every row that is newer than the one held; return whether anything changed."""
        changed = False
        for row in rows:
            key = (row["kind"], row["id"])
            held = self._rows.get(key)
            if held is None or row["version"] > held["version"]:
                self._rows[key] = row
                changed = True
        self.revision += changed
        return changed

    def rows(self, kind: str) -> list[Row]:
        """Every row of a kind that is on the board, in order of id."""
        return sorted((row for (row_kind, _), row in self._rows.items() if row_kind == kind and not row["gone"]), key=lambda row: row["id"])

    def get(self, kind: str, row_id: str) -> Row | None:
        row = self._rows.get((kind, row_id))
        return None if row is None or row["gone"] else row

    def all_rows(self) -> list[Row]:
        """The snapshot: rows of every kind, tombstones left out."""
        return [row for _, row in sorted(self._rows.items()) if not row["gone"]]
