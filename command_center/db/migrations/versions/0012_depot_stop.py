"""Where a unit that was sent loads on its way, and what."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import JsonText

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BY_THE_RULE = {"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}


def upgrade() -> None:
    # Both engines take a column with its foreign key in one statement; Alembic would have SQLite copy the table.
    op.execute("ALTER TABLE assignment ADD COLUMN stop_depot VARCHAR(16) CONSTRAINT fk_assignment_stop_depot_depot REFERENCES depot (code)")
    op.add_column("assignment", sa.Column("stop_loads", JsonText(), nullable=True))


def downgrade() -> None:
    # SQLite does not tell the name of a constraint that stands with its column: it gets its name by the rule.
    with op.batch_alter_table(
        "assignment", naming_convention={"fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}
    ) as assignment:
        assignment.drop_column("stop_loads")
        assignment.drop_constraint("fk_assignment_stop_depot_depot", type_="foreignkey")
        assignment.drop_column("stop_depot")
