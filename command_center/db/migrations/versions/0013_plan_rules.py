"""What a running plan has to remember: how often its level changed, and what those it told are told instead."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activation") as activation:
        activation.add_column(sa.Column("level_changes", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("activation") as activation:
        activation.alter_column("level_changes", server_default=None)
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("correction", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("correction")
    with op.batch_alter_table("activation") as activation:
        activation.drop_column("level_changes")
