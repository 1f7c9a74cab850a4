"""Warnings, orders of the district, measurements and proposals of plans."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId, JsonText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _warnings()
    _standing_orders()
    _measurements()
    _proposals()


def _warnings() -> None:
    op.create_table(
        "warning",
        sa.Column("id", BigId, nullable=False),
        sa.Column("identifier", sa.String(length=200), nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=True),
        sa.Column("hazard", sa.String(length=40), nullable=True),
        sa.Column("word", sa.String(length=80), nullable=False),
        sa.Column("color", sa.String(length=16), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("polygons", JsonText(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("remarks", JsonText(), nullable=False),
        sa.Column("flag", sa.String(length=16), nullable=True),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("effective_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ended_by_id"], ["warning.id"], name=op.f("fk_warning_ended_by_id_warning")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning")),
        sa.UniqueConstraint("sender", "identifier", "fingerprint", name="uq_warning_message"),
    )
    op.create_index(
        "ix_warning_in_force",
        "warning",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state = 'active'"),
        sqlite_where=sa.text("state = 'active'"),
    )
    op.create_index("ix_warning_topic", "warning", ["topic", "issued_at"], unique=False)
    op.create_index("ix_warning_received_at", "warning", ["received_at"], unique=False)
    op.create_table(
        "warning_reference",
        sa.Column("warning_id", BigId, nullable=False),
        sa.Column("sender", sa.String(length=200), nullable=False),
        sa.Column("identifier", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["warning_id"], ["warning.id"], name=op.f("fk_warning_reference_warning_id_warning")),
        sa.PrimaryKeyConstraint("warning_id", "sender", "identifier", name=op.f("pk_warning_reference")),
    )
    op.create_index("ix_warning_reference_named", "warning_reference", ["sender", "identifier"], unique=False)


def _standing_orders() -> None:
    op.create_table(
        "standing_order",
        sa.Column("id", BigId, nullable=False),
        sa.Column("identifier", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("plan_id", sa.String(length=8), nullable=False),
        sa.Column("variant", sa.String(length=24), nullable=True),
        sa.Column("level", sa.String(length=20), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("tier", sa.String(length=8), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ended_by_id", BigId, nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ended_by_id"], ["standing_order.id"], name=op.f("fk_standing_order_ended_by_id_standing_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_order")),
        sa.UniqueConstraint("identifier", name="uq_standing_order_identifier"),
    )
    op.create_index("ix_standing_order_plan", "standing_order", ["plan_id", "issued_at"], unique=False)


def _measurements() -> None:
    op.create_table(
        "measurement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Double(), nullable=True),
        sa.Column("word", sa.String(length=40), nullable=True),
        sa.Column("window_h", sa.Double(), nullable=True),
        sa.Column("place_id", sa.String(length=24), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("measured_at", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("corrects_id", BigId, nullable=True),
        sa.ForeignKeyConstraint(["corrects_id"], ["measurement.id"], name=op.f("fk_measurement_corrects_id_measurement")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_measurement_incident_id_incident")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_measurement_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measurement")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_measurement_corrects_id")),
    )
    op.create_index(op.f("ix_measurement_incident_id"), "measurement", ["incident_id"], unique=False)
    op.create_index(op.f("ix_measurement_measured_at"), "measurement", ["measured_at"], unique=False)


def _proposals() -> None:
    op.create_table(
        "plan_proposal",
        sa.Column("id", BigId, nullable=False),
        sa.Column("plan_id", sa.String(length=8), nullable=False),
        sa.Column("is_exercise", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("variant", sa.String(length=24), nullable=True),
        sa.Column("reasons", JsonText(), nullable=False),
        sa.Column("to_judge", JsonText(), nullable=False),
        sa.Column("floor", sa.String(length=20), nullable=True),
        sa.Column("approve_by", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lapsed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_proposal")),
    )
    op.create_index("ix_plan_proposal_plan", "plan_proposal", ["plan_id", "state"], unique=False)
    op.create_index(
        "uq_plan_proposal_one_open_per_plan",
        "plan_proposal",
        ["plan_id", "is_exercise"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
        sqlite_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("plan_proposal")
    op.drop_table("measurement")
    op.drop_table("standing_order")
    op.drop_table("warning_reference")
    op.drop_table("warning")
