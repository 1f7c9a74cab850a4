"""What keeps the questions of screens short: indexes on what is open, and which lines of the log tell of which activation."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = {
    "ix_activation_open": ("activation", "ended_at", "ended_at IS NULL"),
    "ix_activation_incident": ("activation", "incident_id", "incident_id IS NOT NULL"),
    "ix_incident_merged_into": ("incident", "merged_into_id", "merged_into_id IS NOT NULL"),
    "ix_notice_open": ("notice", "closed_at", "closed_at IS NULL"),
    "ix_plan_task_open": ("plan_task", "closed_at", "closed_at IS NULL"),
    "ix_shelter_opening_open": ("shelter_opening", "closed_at", "closed_at IS NULL"),
    "ix_standing_order_in_force": ("standing_order", "state", "state = 'active'"),
}
"""Name -> table, column, and which rows are in it."""

_FACT = {"sqlite": "json_extract(facts, '$.activation_id')", "postgresql": "(facts::jsonb ->> 'activation_id')::bigint"}


def upgrade() -> None:
    for name, (table, column, where) in _OPEN.items():
        op.create_index(name, table, [column], unique=False, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    op.create_index(
        "ix_watch_on_board", "watch", ["on_board"], unique=False, postgresql_where=sa.text("on_board"), sqlite_where=sa.text("on_board = 1")
    )
    op.create_index("ix_watch_to_at", "watch", ["to_at"], unique=False)
    op.create_index("ix_standing_order_received_at", "standing_order", ["received_at"], unique=False)
    there, columns = sa.text("on_hand > 0"), ["expires_on", "depot_code", "material_code", "on_hand"]
    op.create_index("ix_stock_lot_there", "stock_lot", columns, unique=False, postgresql_where=there, sqlite_where=there)
    op.drop_index("ix_stock_lot_expires_on", table_name="stock_lot")
    op.create_table(
        "log_activation",
        sa.Column("activation_id", BigId, autoincrement=False, nullable=False),
        sa.Column("entry_id", BigId, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("activation_id", "entry_id", name=op.f("pk_log_activation")),
        sqlite_with_rowid=False,
    )
    fact = _FACT[op.get_bind().dialect.name]
    named = "facts LIKE '%\"activation_id\":%'"
    op.execute(
        f"INSERT INTO log_activation (activation_id, entry_id) SELECT {fact}, id FROM log_entry WHERE {named} AND {fact} IS NOT NULL"  # noqa: S608 - ours
    )


def downgrade() -> None:
    op.drop_table("log_activation")
    op.create_index("ix_stock_lot_expires_on", "stock_lot", ["expires_on"], unique=False)
    op.drop_index("ix_stock_lot_there", table_name="stock_lot")
    op.drop_index("ix_standing_order_received_at", table_name="standing_order")
    op.drop_index("ix_watch_to_at", table_name="watch")
    op.drop_index("ix_watch_on_board", table_name="watch")
    for name, (table, _, _) in reversed(_OPEN.items()):
        op.drop_index(name, table_name=table)
