"""How the database would answer a statement: whether it would read a table from end to end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from command_center.center import Center

Asked = tuple[str, object]

OF_ONE_ROW = ("log_indexed", "chain_head")
MADE_BY_THE_QUERY = ("found", "CONSTANT", "(subquery")


@contextmanager
def listening(center: Center) -> Iterator[list[Asked]]:
    """The SELECTs of the block with their values, as the driver gets them."""
    told: list[Asked] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_more: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            told.append((statement, values))

    event.listen(center.engine, "before_cursor_execute", note)
    try:
        yield told
    finally:
        event.remove(center.engine, "before_cursor_execute", note)


def whole_tables(center: Center, asked: Asked) -> list[str]:
    """Steps of a statement's plan that read a table from end to end, by no index.

    On PostgreSQL the planner is told to avoid that: on a table of ten rows it is the best plan, and what is asked here is whether an
    index would do.
    """
    statement, values = asked
    with center.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            steps = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]  # type: ignore[arg-type]  # as the driver was given them
            return [
                it
                for it in steps
                if it.startswith("SCAN")
                and " USING " not in it
                and not it.split(maxsplit=1)[1].startswith((*OF_ONE_ROW, *MADE_BY_THE_QUERY))
            ]
        connection.exec_driver_sql("SET enable_seqscan = off")
        plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values)]  # type: ignore[arg-type]  # as above
        connection.exec_driver_sql("RESET enable_seqscan")
        return [it for it in plan if "Seq Scan" in it and not any(table in it for table in OF_ONE_ROW)]
