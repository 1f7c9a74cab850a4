"""Closed roads are looked up by when they were opened again."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_road_closure_ended_at", "road_closure", ["ended_at"])


def downgrade() -> None:
    op.drop_index("ix_road_closure_ended_at", "road_closure")
