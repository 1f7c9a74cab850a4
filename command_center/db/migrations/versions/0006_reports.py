"""Reports to the district, open shelters, links of task groups, texts of plans."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId, JsonText, UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NOT_CLOSED = sa.text("closed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subject", sa.String(length=32), nullable=False),
        sa.Column("incident_id", BigId, nullable=True),
        sa.Column("activation_id", BigId, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("overdue_at", UtcDateTime(), nullable=True),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.String(length=80), nullable=True),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("by_phone", sa.Boolean(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_report_activation_id_activation")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_report_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("subject", "kind", "number", name="uq_report_once"),
    )
    op.create_index(op.f("ix_report_activation_id"), "report", ["activation_id"], unique=False)
    op.create_index(op.f("ix_report_incident_id"), "report", ["incident_id"], unique=False)
    op.create_index("ix_report_open", "report", ["due_at"], unique=False, postgresql_where=_NOT_CLOSED, sqlite_where=_NOT_CLOSED)

    op.create_table(
        "shelter_opening",
        sa.Column("id", BigId, nullable=False),
        sa.Column("shelter_id", sa.String(length=24), nullable=False),
        sa.Column("activation_id", BigId, nullable=True),
        sa.Column("name_zh", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("shelter_kind", sa.String(length=24), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("occupied", sa.Integer(), nullable=False),
        sa.Column("special_needs", sa.Integer(), nullable=False),
        sa.Column("most_occupied", sa.Integer(), nullable=False),
        sa.Column("over_reason", sa.String(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("counted_at", UtcDateTime(), nullable=True),
        sa.Column("counted_by", sa.String(length=80), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "occupied >= 0 AND special_needs >= 0 AND special_needs <= occupied", name=op.f("ck_shelter_opening_counts_people")
        ),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_shelter_opening_activation_id_activation")),
        sa.ForeignKeyConstraint(["shelter_id"], ["place.id"], name=op.f("fk_shelter_opening_shelter_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelter_opening")),
    )
    op.create_index(op.f("ix_shelter_opening_activation_id"), "shelter_opening", ["activation_id"], unique=False)
    op.create_index(
        "uq_shelter_opening_open_once",
        "shelter_opening",
        ["shelter_id"],
        unique=True,
        postgresql_where=_NOT_CLOSED,
        sqlite_where=_NOT_CLOSED,
    )

    op.create_table(
        "group_link",
        sa.Column("activation_id", BigId, nullable=False),
        sa.Column("group", sa.String(length=24), nullable=False),
        sa.Column("link", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["activation_id"], ["activation.id"], name=op.f("fk_group_link_activation_id_activation")),
        sa.PrimaryKeyConstraint("activation_id", "group", name=op.f("pk_group_link")),
        sa.UniqueConstraint("link", name=op.f("uq_group_link_link")),
    )
    op.create_table(
        "plan_text",
        sa.Column("id", BigId, nullable=False),
        sa.Column("plan_id", sa.String(length=8), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("based_on", sa.String(length=64), nullable=False),
        sa.Column("copy", JsonText(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("edited_by", sa.String(length=80), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.Column("approved_by", sa.String(length=80), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_text")),
    )
    op.create_index(op.f("ix_plan_text_plan_id"), "plan_text", ["plan_id"], unique=False)


def downgrade() -> None:
    op.drop_table("plan_text")
    op.drop_table("group_link")
    op.drop_table("shelter_opening")
    op.drop_table("report")
