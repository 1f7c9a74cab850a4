"""What keeps a unit from duty, and when its maintenance is due."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("unit") as unit:
        unit.add_column(sa.Column("fault", sa.String(length=200), nullable=False, server_default=""))
        unit.add_column(sa.Column("service_due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("unit") as unit:
        unit.alter_column("fault", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("unit") as unit:
        unit.drop_column("service_due_on")
        unit.drop_column("fault")
