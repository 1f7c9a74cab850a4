"""Roll calls stand on the board, and each station has a link and is asked by message."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ANSWERS = "(SELECT count(*) FROM roll_call_answer WHERE roll_call_id = roll_call.id AND answered_at IS NOT NULL)"


def upgrade() -> None:
    """Roll calls of before are over."""
    with op.batch_alter_table("roll_call") as call:
        call.add_column(sa.Column("answers", sa.Integer(), nullable=False, server_default="0"))
        call.add_column(sa.Column("closed_at", UtcDateTime(), nullable=True))
        call.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(f"UPDATE roll_call SET closed_at = due_at, answers = {ANSWERS}")  # noqa: S608 - a constant
    with op.batch_alter_table("roll_call") as call:
        call.alter_column("answers", server_default=None)
        call.alter_column("version", server_default=None)
    op.create_index(
        "ix_roll_call_open",
        "roll_call",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
        sqlite_where=sa.text("closed_at IS NULL"),
    )
    with op.batch_alter_table("roll_call_answer") as answer:
        answer.add_column(sa.Column("link", sa.String(length=32), nullable=True))
        answer.add_column(sa.Column("asked_by", sa.String(length=24), nullable=True))
        answer.add_column(sa.Column("asked_at", UtcDateTime(), nullable=True))
        answer.create_unique_constraint(op.f("uq_roll_call_answer_link"), ["link"])


def downgrade() -> None:
    with op.batch_alter_table("roll_call_answer") as answer:
        answer.drop_constraint(op.f("uq_roll_call_answer_link"), type_="unique")
        for column in ("asked_at", "asked_by", "link"):
            answer.drop_column(column)
    op.drop_index("ix_roll_call_open", table_name="roll_call")
    with op.batch_alter_table("roll_call") as call:
        for column in ("version", "closed_at", "answers"):
            call.drop_column(column)
