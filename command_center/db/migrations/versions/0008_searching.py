"""The index of the log's words, and the indexes that figures over a time are counted by."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "log_word",
        sa.Column("word", sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"), nullable=False),
        sa.Column("block", BigId, autoincrement=False, nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("word", "block", name=op.f("pk_log_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_indexed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("up_to", BigId, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_indexed")),
    )
    op.bulk_insert(sa.table("log_indexed", sa.column("id"), sa.column("up_to")), [{"id": 1, "up_to": 0}])
    op.create_index(op.f("ix_call_at"), "call", ["at"], unique=False)
    op.create_index("ix_activation_requested_at", "activation", ["requested_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_activation_requested_at", table_name="activation")
    op.drop_index(op.f("ix_call_at"), table_name="call")
    op.drop_table("log_indexed")
    op.drop_table("log_word")
