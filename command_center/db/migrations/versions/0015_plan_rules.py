"""What a plan has to remember: its chosen vehicles, whether it is an exercise, how often its level changed, what is told instead."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("activation") as activation:
        activation.add_column(sa.Column("level_changes", sa.Integer(), nullable=False, server_default="0"))
        activation.add_column(sa.Column("wanted_by", sa.String(length=80), nullable=True))
        activation.add_column(sa.Column("units", sa.Text(), nullable=True))
        activation.add_column(sa.Column("is_exercise", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("activation") as activation:
        activation.alter_column("level_changes", server_default=None)
        activation.alter_column("is_exercise", server_default=None)
    with op.batch_alter_table("notice") as notice:
        notice.add_column(sa.Column("correction", sa.Text(), nullable=True))
        notice.add_column(sa.Column("is_exercise", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("notice") as notice:
        notice.alter_column("is_exercise", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("is_exercise")
        notice.drop_column("correction")
    with op.batch_alter_table("activation") as activation:
        activation.drop_column("is_exercise")
        activation.drop_column("units")
        activation.drop_column("wanted_by")
        activation.drop_column("level_changes")
