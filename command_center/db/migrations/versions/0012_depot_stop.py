"""Where a unit that was sent loads on its way, and what."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import JsonText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Both engines take a column with its foreign key in one statement; Alembic would have SQLite copy the table.
    op.execute("ALTER TABLE assignment ADD COLUMN stop_depot VARCHAR(16) CONSTRAINT fk_assignment_stop_depot_depot REFERENCES depot (code)")
    op.add_column("assignment", sa.Column("stop_loads", JsonText(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assignment") as assignment:
        assignment.drop_column("stop_loads")
        assignment.drop_constraint("fk_assignment_stop_depot_depot", type_="foreignkey")
        assignment.drop_column("stop_depot")
