"""Engines: SQLite as a real database (WAL, synchronous=FULL, BEGIN IMMEDIATE), PostgreSQL by address."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import TypeVarTuple

from sqlalchemy import Connection, CursorResult, Engine, Select, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker

SQLITE_BUSY_MS = 10_000
"""How long a writer waits for the one before it."""


def make_engine(url: str, *, pool_size: int = 5) -> Engine:
    """An engine for `url`: "sqlite:///path" or "postgresql://..." (psycopg 3).

    Transactions that only read begin plainly; all others take SQLite's write lock at once, so that check-then-write holds
    and a lock error can only come at the beginning, where waiting cures it.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=pool_size, max_overflow=10)
    engine = create_engine(
        url, connect_args={"timeout": SQLITE_BUSY_MS / 1000, "check_same_thread": False}, pool_size=pool_size, max_overflow=20
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's hook below says BEGIN, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={SQLITE_BUSY_MS}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def looking_engine(url: str) -> Engine:
    """An engine that cannot write, each of its transactions within one snapshot.

    Raises FileNotFoundError for a SQLite file that is not there.
    """
    if not url.startswith("sqlite"):
        return create_engine(url, isolation_level="REPEATABLE READ", connect_args={"options": "-c default_transaction_read_only=on"})
    file = sqlite_file(url)
    if not file.is_file():
        raise FileNotFoundError(file)
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True))


def close_engine(engine: Engine) -> None:
    """Close every connection: those at rest now, those that a thread still works with when it gives them back."""
    event.listen(engine.pool, "checkin", _close_late)
    engine.dispose()


def _close_late(connection: DBAPIConnection | None, _record: object) -> None:
    if connection is not None:
        connection.close()


def sqlite_file(url: str) -> Path:
    """The file behind a SQLite address."""
    return Path(str(make_url(url).database)).absolute()


def writing_sessions(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


def reading_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that never take the write lock; writing through one fails on SQLite as soon as another writes."""
    return sessionmaker(engine.execution_options(read_only=True), expire_on_commit=False, autoflush=False)


Columns = TypeVarTuple("Columns")


def columns(session: Session, statement: Select[*Columns], facts: Mapping[str, object] | None = None) -> CursorResult[*Columns]:
    """What a statement of columns gives, past the mapper, which would take as long again; what the session holds is written down first.

    For what is asked at every decision; everything else asks the session.
    """
    session.flush()
    return session.connection().execute(statement, facts)
