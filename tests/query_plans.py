"""How the database would answer a statement: whether it would read a table that grows from end to end.

Every table grows but those of the street. An index read from end to end is as long as its table; only a partial index that keeps what is
open and forgets what is over may be read whole. What comes in an index's order up to a LIMIT stops where the limit is reached.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, Index, event, text

from command_center.center import Center
from command_center.db.tables import Base
from command_center.db.tracks import TRACKS

Asked = tuple[str, object]

OF_THE_STREET = frozenset(
    {
        "account",
        "area",
        "cadre",
        "chain_head",
        "community",
        "depot",
        "log_indexed",
        "material",
        "message_channel",
        "person",
        "place",
        "plan_text",
        "responsibility",
        "station",
        "stock",
        "unit",
    }
)
"""As long as the street is large: its places, vehicles, people, balances, the wordings of its plans."""

KEEPS_ALL = frozenset({"ix_log_entry_by_hand", "uq_watch_number_of_post"})
"""Partial indexes whose part grows with the years all the same."""

_MANY = text(
    "UPDATE pg_class SET reltuples = 1000, relpages = 1 WHERE relkind = 'r' AND relname = ANY(:tables) AND pg_relation_size(oid) > 0"
)
_UNKNOWN = text("DELETE FROM pg_statistic USING pg_class WHERE starelid = pg_class.oid AND relname = ANY(:tables)")
_NAMED = re.compile(r"\b(?:FROM|JOIN)\s+(\w+)(?:\s+AS\s+(\w+))?", re.IGNORECASE)
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


def growing_tables() -> frozenset[str]:
    return (frozenset(Base.metadata.tables) | frozenset(TRACKS.tables)) - OF_THE_STREET


def _indexes() -> dict[str, Index]:
    return {str(index.name): index for table in Base.metadata.tables.values() for index in table.indexes}


def _keeps_what_is_open(index_name: str | None) -> bool:
    index = _indexes().get(index_name or "")
    return index is not None and index.dialect_options["sqlite"]["where"] is not None and index_name not in KEEPS_ALL


@contextmanager
def listening(center: Center, engine: Engine | None = None) -> Iterator[list[Asked]]:
    """The SELECTs of the block with their values, as the driver gets them. engine : the centre's database unless another is given."""
    told: list[Asked] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            told.append((statement, values))

    heard = engine or center.engine
    event.listen(heard, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(heard, "before_cursor_execute", note)


def whole_tables(center: Center, asked: Asked, engine: Engine | None = None) -> list[str]:
    """Steps of a statement's plan that read a growing table, or an index of it, from end to end.

    On PostgreSQL the planner is told that every growing table has a thousand rows a page, that nothing is known of their values, and to go
    by indexes from row to row: on a table of ten any plan is as good as another, and what is asked here is whether there are indexes.
    SQLite takes what it does not know for large.
    """
    with (engine or center.engine).connect() as connection:
        if connection.dialect.name == "sqlite":
            return _scanned_by_sqlite(connection, asked)
        return _scanned_by_postgresql(connection, asked)


def _scanned_by_sqlite(connection: Connection, asked: Asked) -> list[str]:
    statement, values = asked
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]  # as the driver was given them
    steps = [str(row[3]) for row in rows]
    called = {alias or table: table for table, alias in _NAMED.findall(statement)}
    stops = "LIMIT" in statement and not any("TEMP B-TREE FOR ORDER BY" in it for it in steps)
    found = []
    for step in steps:
        scan = _SCAN.match(step)
        if scan and called.get(scan[1], scan[1]) in growing_tables() and not stops and not _keeps_what_is_open(scan[2]):
            found.append(step)
    return found


def _scanned_by_postgresql(connection: Connection, asked: Asked) -> list[str]:
    statement, values = asked
    with connection.begin() as only_a_thought:
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        for pretence in (_MANY, _UNKNOWN):
            connection.execute(pretence, {"tables": sorted(growing_tables())})
        (plan,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalars()  # type: ignore[arg-type]  # as above
        only_a_thought.rollback()
    told = plan if isinstance(plan, list) else json.loads(plan)
    return list(_whole_scans(told[0]["Plan"], stops=False))


_READS_ALL = ("Sort", "Aggregate", "Hash", "HashAggregate", "WindowAgg", "Materialize")


def _whole_scans(node: dict[str, Any], *, stops: bool) -> Iterator[str]:
    """Steps that read all, below this one too. stops : whether somebody above takes only so many rows, one after the other."""
    kind, index = str(node["Node Type"]), node.get("Index Name")
    table = node.get("Relation Name") or _table_of(index)
    stops = (stops or kind == "Limit") and kind not in _READS_ALL
    is_whole = (kind == "Seq Scan" or (kind.endswith(("Index Scan", "Index Only Scan")) and "Index Cond" not in node)) and not stops
    if is_whole and table in growing_tables() and not _keeps_what_is_open(index):
        yield f"{kind} {table} {index or ''} {node.get('Filter', '')}".strip()
    for child in node.get("Plans", ()):
        yield from _whole_scans(child, stops=stops)


def _table_of(index_name: str | None) -> str | None:
    index = _indexes().get(index_name or "")
    return None if index is None or index.table is None else str(index.table.name)
