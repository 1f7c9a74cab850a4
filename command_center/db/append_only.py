"""Triggers that keep what is written: the log, the stock ledger, sealed handover reports.

Nothing may change a line of the log but its publication mark, nothing a line of the ledger; a sealed report gains a leader's name, once.
"""

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


_SEALED = (
    *("id", "watch_id", "next_watch_id", "begun_at", "edits", "notes", "outgoing_by", "outgoing_at", "incoming_by", "incoming_at"),
    *("sealed", "sha256", "log_id", "log_hash"),
)
_DIFFERS = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _SEALED)
_BREAKS_THE_SEAL = f"OLD.sha256 IS NOT NULL AND (OLD.leader_by IS NOT NULL OR {_DIFFERS})"
_REMOVES_IT = "OLD.sha256 IS NOT NULL"
_BREAK_SQLITE = _BREAKS_THE_SEAL.replace("IS DISTINCT FROM", "IS NOT")
_REFUSE_SQLITE = "BEGIN SELECT RAISE(ABORT, 'the handover is sealed'); END"
_REFUSE_POSTGRESQL = "EXECUTE FUNCTION handover_is_sealed()"

_SEAL_SQLITE = (
    f"CREATE TRIGGER handover_sealed BEFORE UPDATE ON handover WHEN {_BREAK_SQLITE} {_REFUSE_SQLITE}",
    f"CREATE TRIGGER handover_kept BEFORE DELETE ON handover WHEN {_REMOVES_IT} {_REFUSE_SQLITE}",
)

_SEAL_POSTGRESQL = (
    "CREATE FUNCTION handover_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the handover is sealed'; END $$",
    f"CREATE TRIGGER handover_sealed BEFORE UPDATE ON handover FOR EACH ROW WHEN ({_BREAKS_THE_SEAL}) {_REFUSE_POSTGRESQL}",
    f"CREATE TRIGGER handover_kept BEFORE DELETE ON handover FOR EACH ROW WHEN ({_REMOVES_IT}) {_REFUSE_POSTGRESQL}",
)


def protect_handovers(connection: Connection) -> None:
    """Put the triggers on handover reports; called by the migration that makes the table."""
    for statement in _SEAL_SQLITE if connection.dialect.name == "sqlite" else _SEAL_POSTGRESQL:
        connection.exec_driver_sql(statement)


def unprotect_handovers(connection: Connection) -> None:
    """Take the triggers off again, for a downgrade."""
    if connection.dialect.name == "sqlite":
        return  # they go with their table
    for name in ("handover_sealed", "handover_kept"):
        connection.exec_driver_sql(f"DROP TRIGGER {name} ON handover")
    connection.exec_driver_sql("DROP FUNCTION handover_is_sealed()")
