"""Triggers that keep the log append-only: nothing may change a line but its publication mark, nothing may remove one."""

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
