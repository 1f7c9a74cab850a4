"""When those who have not answered a message are asked again."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("ask_again_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("notice", "ask_again_at")
