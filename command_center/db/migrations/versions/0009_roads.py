"""Closed roads, readings of the five-minute circle, standby points."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId, JsonText, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STANDING = sa.text("state IN ('proposed', 'closed') AND place_id IS NOT NULL")
_GUARDED = sa.text("state = 'closed' AND guard_unit_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "road_closure",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("lines", JsonText(), nullable=False),
        sa.Column("reach_m", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("place_id", sa.String(length=24), nullable=True),
        sa.Column("depth_cm", sa.Double(), nullable=True),
        sa.Column("task_id", BigId, nullable=True),
        sa.Column("suggested_units", JsonText(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("guard_unit_id", sa.String(length=24), nullable=True),
        sa.Column("guard_named_at", UtcDateTime(), nullable=True),
        sa.Column("guard_arrived_at", UtcDateTime(), nullable=True),
        sa.Column("guard_left_at", UtcDateTime(), nullable=True),
        sa.Column("drained_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["guard_unit_id"], ["unit.id"], name=op.f("fk_road_closure_guard_unit_id_unit")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_road_closure_place_id_place")),
        sa.ForeignKeyConstraint(["task_id"], ["plan_task.id"], name=op.f("fk_road_closure_task_id_plan_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_road_closure")),
    )
    op.create_index(
        "uq_road_closure_one_per_place", "road_closure", ["place_id"], unique=True, postgresql_where=_STANDING, sqlite_where=_STANDING
    )
    op.create_index(
        "uq_road_closure_one_per_guard", "road_closure", ["guard_unit_id"], unique=True, postgresql_where=_GUARDED, sqlite_where=_GUARDED
    )
    op.create_index("ix_road_closure_state", "road_closure", ["state"], unique=False)
    op.create_table(
        "coverage_reading",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("free_units", sa.Integer(), nullable=False),
        sa.Column("closed_roads", sa.Integer(), nullable=False),
        sa.Column("weather", sa.String(length=8), nullable=False),
        sa.Column("demand_share", sa.Double(), nullable=False),
        sa.Column("compounds_share", sa.Double(), nullable=False),
        sa.Column("shops_share", sa.Double(), nullable=False),
        sa.Column("outside", sa.Integer(), nullable=False),
        sa.Column("areas", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_reading")),
    )
    op.create_index(op.f("ix_coverage_reading_at"), "coverage_reading", ["at"], unique=False)
    op.create_table(
        "standby_plan",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("points", JsonText(), nullable=False),
        sa.Column("share_before", sa.Double(), nullable=False),
        sa.Column("share_after", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standby_plan")),
    )


def downgrade() -> None:
    op.drop_table("standby_plan")
    op.drop_table("coverage_reading")
    op.drop_table("road_closure")
