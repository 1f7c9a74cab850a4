"""Contingency plans in force."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId, JsonText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ENDED_AT_IS_NULL = {"postgresql_where": sa.text("ended_at IS NULL"), "sqlite_where": sa.text("ended_at IS NULL")}
_RELEASED_AT_IS_NULL = {"postgresql_where": sa.text("released_at IS NULL"), "sqlite_where": sa.text("released_at IS NULL")}


def upgrade() -> None:
    op.create_table(
        "message_channel",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("kind", "ref", name=op.f("pk_message_channel")),
    )
    op.create_table(
        "activation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("plan_id", sa.String(length=8), nullable=False),
        sa.Column("plan_version", sa.String(length=64), nullable=False),
        sa.Column("plan", JsonText(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("confirmed_level", sa.String(length=20), nullable=True),
        sa.Column("wanted_level", sa.String(length=20), nullable=True),
        sa.Column("variant", sa.String(length=24), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("fields", JsonText(), nullable=False),
        sa.Column("requested_by", sa.String(length=80), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("confirm_until", UtcDateTime(), nullable=True),
        sa.Column("undo_until", UtcDateTime(), nullable=True),
        sa.Column("anchors", JsonText(), nullable=False),
        sa.Column("conditions", JsonText(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=80), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=False),
        sa.Column("review", JsonText(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_activation_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation")),
    )
    op.create_index(
        "uq_activation_one_running_per_plan",
        "activation",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "notice",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activation_id", BigId, nullable=True),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("audience", sa.String(length=24), nullable=False),
        sa.Column("channels", JsonText(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("needs_answer", sa.Boolean(), nullable=False),
        sa.Column("work", sa.String(length=20), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("answer_until", UtcDateTime(), nullable=True),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_notice_activation_id_activation")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_notice_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    op.create_index(op.f("ix_notice_activation_id"), "notice", ["activation_id"], unique=False)
    op.create_index(op.f("ix_notice_incident_id"), "notice", ["incident_id"], unique=False)

    op.create_table(
        "plan_task",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activation_id", BigId, nullable=False),
        sa.Column("step_id", sa.String(length=16), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("work", sa.String(length=20), nullable=False),
        sa.Column("work_note", sa.String(), nullable=False),
        sa.Column("applies_since", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("evidence", JsonText(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_plan_task_activation_id_activation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_task")),
        sa.UniqueConstraint("activation_id", "step_id", "occurrence", name="uq_plan_task_occurrence"),
    )
    op.create_table(
        "recipient",
        sa.Column("id", BigId, nullable=False),
        sa.Column("notice_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=True),
        sa.Column("link", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("failed_reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_recipient_notice_id_notice")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
        sa.UniqueConstraint("link", name=op.f("uq_recipient_link")),
        sa.UniqueConstraint("notice_id", "kind", "ref", name="uq_recipient_once"),
    )
    op.create_table(
        "unit_duty",
        sa.Column("id", BigId, nullable=False),
        sa.Column("activation_id", BigId, nullable=False),
        sa.Column("unit_id", sa.String(length=24), nullable=False),
        sa.Column("assignment_id", BigId, nullable=True),
        sa.Column("work", sa.String(length=20), nullable=False),
        sa.Column("work_note", sa.String(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_unit_duty_activation_id_activation")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_unit_duty_assignment_id_assignment")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_duty_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_duty")),
    )
    op.create_index(op.f("ix_unit_duty_activation_id"), "unit_duty", ["activation_id"], unique=False)
    op.create_index(
        "uq_unit_duty_one_plan_per_unit",
        "unit_duty",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_unit_duty_one_plan_per_unit",
        table_name="unit_duty",
        postgresql_where=sa.text("released_at IS NULL"),
        sqlite_where=sa.text("released_at IS NULL"),
    )
    op.drop_index(op.f("ix_unit_duty_activation_id"), table_name="unit_duty")

    op.drop_table("unit_duty")
    op.drop_table("recipient")
    op.drop_table("plan_task")
    op.drop_index(op.f("ix_notice_incident_id"), table_name="notice")
    op.drop_index(op.f("ix_notice_activation_id"), table_name="notice")

    op.drop_table("notice")
    op.drop_index(
        "uq_activation_one_running_per_plan",
        table_name="activation",
        postgresql_where=sa.text("ended_at IS NULL"),
        sqlite_where=sa.text("ended_at IS NULL"),
    )

    op.drop_table("activation")
    op.drop_table("message_channel")
