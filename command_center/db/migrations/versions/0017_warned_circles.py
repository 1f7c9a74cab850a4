"""A warning keeps the circles of its area beside the polygons."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("warning") as warning:
        warning.add_column(sa.Column("circles", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("warning") as warning:
        warning.alter_column("circles", server_default=None)


def downgrade() -> None:
    op.drop_column("warning", "circles")
