"""Triggers that keep the log and the stock ledger append-only: nothing may change a line but the log's publication mark, or remove one."""

from sqlalchemy import Connection

_KEPT = "id, at, actor, role, event, facts, incident_id, unit_id, touched, prev, hash"

_SQLITE = (
    f"CREATE TRIGGER log_entry_no_update BEFORE UPDATE OF {_KEPT} ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
    "CREATE TRIGGER log_entry_no_delete BEFORE DELETE ON log_entry BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END",
)

_POSTGRESQL = (
    "CREATE FUNCTION log_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$",
    f"CREATE TRIGGER log_entry_no_update BEFORE UPDATE OF {_KEPT} ON log_entry FOR EACH ROW EXECUTE FUNCTION log_append_only()",
    "CREATE TRIGGER log_entry_no_delete BEFORE DELETE OR TRUNCATE ON log_entry FOR EACH STATEMENT EXECUTE FUNCTION log_append_only()",
)


def protect(connection: Connection) -> None:
    """Put the triggers on; called by the migration that makes the table."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


def unprotect(connection: Connection) -> None:
    """Take the triggers off again, for a downgrade to nothing."""
    if connection.dialect.name == "sqlite":
        return  # they go with their table
    for name in ("log_entry_no_update", "log_entry_no_delete"):
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON log_entry")
    connection.exec_driver_sql("DROP FUNCTION log_append_only()")


_LEDGER_SQLITE = (
    "CREATE TRIGGER stock_movement_no_update BEFORE UPDATE ON stock_movement BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER stock_movement_no_delete BEFORE DELETE ON stock_movement BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)

_LEDGER_POSTGRESQL = (
    "CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$",
    "CREATE TRIGGER stock_movement_no_update BEFORE UPDATE ON stock_movement FOR EACH ROW EXECUTE FUNCTION ledger_append_only()",
    "CREATE TRIGGER stock_movement_no_delete BEFORE DELETE OR TRUNCATE ON stock_movement EXECUTE FUNCTION ledger_append_only()",
)


def protect_ledger(connection: Connection) -> None:
    """Put the triggers on the stock ledger; called by the migration that makes the table."""
    for statement in _LEDGER_SQLITE if connection.dialect.name == "sqlite" else _LEDGER_POSTGRESQL:
        connection.exec_driver_sql(statement)


def unprotect_ledger(connection: Connection) -> None:
    """Take the triggers off again, for a downgrade."""
    if connection.dialect.name == "sqlite":
        return  # they go with their table
    for name in ("stock_movement_no_update", "stock_movement_no_delete"):
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON stock_movement")
    connection.exec_driver_sql("DROP FUNCTION ledger_append_only()")
