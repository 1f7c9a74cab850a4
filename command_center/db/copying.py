"""A consistent copy of a running centre's database, for a backup or a drill.

The source is only read; what a drill's copy could reach people with is blunted.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Select, Table, create_engine, exists, func, insert, inspect, select, update

from command_center.db.engine import looking_engine, make_engine, sqlite_file
from command_center.db.schema import migrate
from command_center.db.tables import Account, Base, Credential, LogEntry, MessageChannel, Unit

BLUNT = "drill://"
"""What the address of a message service begins with in a copy; no service has such addresses, and the secret in it stays where it was."""

AT_ONCE = 1_000


class NothingToCopy(Exception):
    """There is no centre at this address, or one of another version, or the place it should go to is taken; the text says which."""


def copy_database(source_url: str, target: Path, metadata: MetaData = Base.metadata) -> None:
    """Copy everything into a new SQLite file: a file by SQLite's own backup, PostgreSQL table by table within one snapshot.

    metadata : the centre's tables, or those of the tracks. Raises NothingToCopy.
    """
    if source_url.startswith("sqlite"):
        _back_up(sqlite_file(source_url), target)
        return
    if metadata is Base.metadata:
        migrate(f"sqlite:///{target}")
    else:
        with closing_engine(target) as engine:
            metadata.create_all(engine)
    _copy_tables(source_url, target, metadata.sorted_tables)


def fill_database(source: Path, target_url: str, metadata: MetaData = Base.metadata) -> None:
    """Put everything of a SQLite file into a server's database that has its tables and nobody's data yet, in one transaction.

    Raises NothingToCopy, and then nothing was written.
    """
    live = looking_engine(f"sqlite:///{source}")
    target = make_engine(target_url)
    try:
        with live.connect() as read, target.begin() as write:
            if metadata is not Base.metadata:
                metadata.create_all(write)
            _check_version(read, metadata.sorted_tables)
            _check_empty(write, metadata)
            for table in metadata.sorted_tables:
                if write.scalar(select(exists().select_from(table))):
                    write.execute(table.delete())  # what the migrations put in
                for rows in read.execution_options(yield_per=AT_ONCE).execute(_in_order(table)).mappings().partitions():
                    write.execute(insert(table), [dict(row) for row in rows])
                _count_on(write, table)
    finally:
        live.dispose()
        target.dispose()


def _check_empty(connection: Connection, metadata: MetaData) -> None:
    for table in metadata.sorted_tables:
        if table.name in {"log_entry", "account", "fix"} and connection.scalar(select(exists().select_from(table))):
            raise NothingToCopy(f"the database {connection.engine.url.database} holds a centre already; name an empty one")


def _in_order(table: Table) -> Select[Any]:
    """All rows, those that others of the same table point at first."""
    return select(table).order_by(*table.primary_key.columns)


def _count_on(connection: Connection, table: Table) -> None:
    """Let the server's numbering go on after the rows that brought their numbers along."""
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    if sequence is not None:
        connection.execute(select(func.setval(sequence, func.coalesce(select(func.max(column)).scalar_subquery(), 0) + 1, False)))


def copy_accounts(source_url: str, target: Path) -> None:
    """Copy accounts, pass-phrases and sessions alone into a migrated file, so that people sign in as themselves. Raises NothingToCopy."""
    _copy_tables(source_url, target, [_table(Account), _table(Credential)])


def settle_in(target: Path, moment_of: Callable[[datetime], datetime]) -> None:
    """Make a copy a drill's own: addresses of message services are blunted, sessions end when they would have.

    moment_of : the drill's time at a moment of the wall.
    """
    with closing_engine(target) as engine, engine.begin() as connection:
        for table, column in ((_table(Unit), "channel"), (_table(MessageChannel), "address")):
            _blunt(connection, table, column)
        ends = select(Credential.id, Credential.expires_at).where(Credential.expires_at.is_not(None))
        for credential_id, expires_at in connection.execute(ends).all():
            ends_at = None if expires_at is None else moment_of(expires_at)
            connection.execute(update(Credential).where(Credential.id == credential_id).values(expires_at=ends_at))


def newest_line_at(target: Path) -> datetime | None:
    """When the last line of a copy's log was written; a drill's clock does not start before it."""
    with closing_engine(target) as engine, engine.connect() as connection:
        return connection.scalar(select(func.max(LogEntry.at)))


class closing_engine:  # noqa: N801 - reads as the function it is
    """A plain engine on a SQLite file for as long as the block: no foreign keys, as tables come in their own order."""

    def __init__(self, target: Path) -> None:
        self._engine = create_engine(f"sqlite:///{target}")

    def __enter__(self) -> Engine:
        return self._engine

    def __exit__(self, *_exc_info: object) -> None:
        self._engine.dispose()


def _table(row: type[Base]) -> Table:
    table = row.__table__
    assert isinstance(table, Table)  # noqa: S101 - for mypy: every row of ours is one table's
    return table


def _back_up(source: Path, target: Path) -> None:
    if not source.is_file():
        raise NothingToCopy(f"there is no database {source}")
    with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _copy_tables(source_url: str, target: Path, tables: Sequence[Table]) -> None:
    try:
        source = looking_engine(source_url)
    except FileNotFoundError as missing:
        raise NothingToCopy(f"there is no database {missing}") from None
    try:
        with source.connect() as live, closing_engine(target) as engine, engine.begin() as copy:
            _check_version(live, tables)
            for table in tables:
                copy.execute(table.delete())
                for rows in live.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings().partitions():
                    copy.execute(insert(table), [dict(row) for row in rows])
    finally:
        source.dispose()


def _check_version(live: Connection, tables: Iterable[Table]) -> None:
    """Every table and column must be there. Raises NothingToCopy."""
    found = inspect(live)
    names = set(found.get_table_names())
    for table in tables:
        if table.name not in names or {column.name for column in table.columns} != {
            column["name"] for column in found.get_columns(table.name)
        }:
            raise NothingToCopy(
                f"the table {table.name} of the centre in service is of another version; start that centre once with this one"
            )


def _blunt(connection: Connection, table: Table, column: str) -> None:
    """Keep the kind of service, drop the address."""
    keys = list(table.primary_key.columns)
    for row in connection.execute(select(*keys, table.c[column]).where(table.c[column].is_not(None))).all():
        service = str(row[-1]).partition(":")[0]
        where = [key == value for key, value in zip(keys, row[:-1], strict=True)]
        connection.execute(update(table).where(*where).values({column: f"{BLUNT}{service}"}))
