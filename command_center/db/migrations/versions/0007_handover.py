"""Handover reports, and what they look for: incidents and reports by their end, stock by time, lines written by hand."""

import sqlalchemy as sa
from alembic import op

from command_center.db.append_only import protect_handovers, unprotect_handovers
from command_center.db.types import BigId, JsonText, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BY_HAND = sa.text("event IN ('DutyNoted', 'EntryCorrected')")
_UNSEALED = sa.text("sha256 IS NULL")


def upgrade() -> None:
    op.create_table(
        "handover",
        sa.Column("id", BigId, nullable=False),
        sa.Column("watch_id", BigId, nullable=False),
        sa.Column("next_watch_id", BigId, nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("edits", JsonText(), nullable=False),
        sa.Column("notes", JsonText(), nullable=False),
        sa.Column("due_told_at", UtcDateTime(), nullable=True),
        sa.Column("late_told_at", UtcDateTime(), nullable=True),
        sa.Column("outgoing_by", sa.String(length=80), nullable=True),
        sa.Column("outgoing_at", UtcDateTime(), nullable=True),
        sa.Column("incoming_by", sa.String(length=80), nullable=True),
        sa.Column("incoming_at", UtcDateTime(), nullable=True),
        sa.Column("leader_by", sa.String(length=80), nullable=True),
        sa.Column("leader_at", UtcDateTime(), nullable=True),
        sa.Column("sealed", JsonText(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("log_id", BigId, nullable=True),
        sa.Column("log_hash", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(sealed IS NULL) = (sha256 IS NULL)", name=op.f("ck_handover_sealed_with_its_hash")),
        sa.CheckConstraint("sealed IS NOT NULL OR status IN ('draft', 'outgoing_signed')", name=op.f("ck_handover_handed_over_is_sealed")),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_handover_watch_id_watch")),
        sa.ForeignKeyConstraint(["next_watch_id"], ["watch.id"], name=op.f("fk_handover_next_watch_id_watch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("watch_id", name=op.f("uq_handover_watch_id")),
    )
    op.create_index("ix_handover_unsealed", "handover", ["watch_id"], unique=False, postgresql_where=_UNSEALED, sqlite_where=_UNSEALED)
    protect_handovers(op.get_bind())
    op.create_index("ix_incident_ended_at", "incident", ["ended_at"], unique=False)
    op.create_index("ix_stock_movement_at", "stock_movement", ["at"], unique=False)
    op.create_index("ix_report_closed_at", "report", ["closed_at"], unique=False)
    op.create_index("ix_log_entry_by_hand", "log_entry", ["at"], unique=False, postgresql_where=_BY_HAND, sqlite_where=_BY_HAND)


def downgrade() -> None:
    op.drop_index("ix_log_entry_by_hand", table_name="log_entry")
    op.drop_index("ix_report_closed_at", table_name="report")
    op.drop_index("ix_stock_movement_at", table_name="stock_movement")
    op.drop_index("ix_incident_ended_at", table_name="incident")
    unprotect_handovers(op.get_bind())
    op.drop_table("handover")
