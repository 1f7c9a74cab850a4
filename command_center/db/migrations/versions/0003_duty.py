"""Watches, their people, swaps and roll calls; who answers for which place."""

import sqlalchemy as sa
from alembic import op

from command_center.db.types import BigId, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_HOLDS_THE_POST = sa.text("status IN ('on_duty', 'handing_over')")
_NOT_DROPPED = sa.text("status <> 'dropped'")
_IS_LEAD = sa.text("part = 'lead'")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("station_code", sa.String(length=8), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("channel", sa.String(length=400), nullable=True),
        sa.Column("account_id", BigId, nullable=True),
        sa.Column("cadre_id", sa.String(length=24), nullable=True),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("left_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_person_account_id_account")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_person_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["station_code"], ["station.code"], name=op.f("fk_person_station_code_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "watch",
        sa.Column("id", BigId, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("post", sa.String(length=8), nullable=False),
        sa.Column("from_at", UtcDateTime(), nullable=False),
        sa.Column("to_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("on_board", sa.Boolean(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("to_at > from_at", name=op.f("ck_watch_ends_after_it_begins")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch")),
    )
    op.create_index("ix_watch_post_from_at", "watch", ["post", "from_at"], unique=False)
    op.create_index(
        "uq_watch_number_of_post", "watch", ["post", "number"], unique=True, postgresql_where=_NOT_DROPPED, sqlite_where=_NOT_DROPPED
    )
    op.create_index(
        "uq_watch_one_holds_the_post", "watch", ["post"], unique=True, postgresql_where=_HOLDS_THE_POST, sqlite_where=_HOLDS_THE_POST
    )

    op.create_table(
        "watch_member",
        sa.Column("watch_id", BigId, nullable=False),
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("duty", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_watch_member_person_id_person")),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_member_watch_id_watch")),
        sa.PrimaryKeyConstraint("watch_id", "person_id", name=op.f("pk_watch_member")),
    )
    op.create_index(op.f("ix_watch_member_person_id"), "watch_member", ["person_id"], unique=False)

    op.create_table(
        "watch_swap",
        sa.Column("id", BigId, nullable=False),
        sa.Column("watch_id", BigId, nullable=False),
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("other_watch_id", BigId, nullable=True),
        sa.Column("other_person_id", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["other_person_id"], ["person.id"], name=op.f("fk_watch_swap_other_person_id_person")),
        sa.ForeignKeyConstraint(["other_watch_id"], ["watch.id"], name=op.f("fk_watch_swap_other_watch_id_watch")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_watch_swap_person_id_person")),
        sa.ForeignKeyConstraint(["watch_id"], ["watch.id"], name=op.f("fk_watch_swap_watch_id_watch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_swap")),
    )
    op.create_index(op.f("ix_watch_swap_watch_id"), "watch_swap", ["watch_id"], unique=False)

    op.create_table(
        "roll_call",
        sa.Column("id", BigId, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_call")),
    )
    op.create_index(op.f("ix_roll_call_started_at"), "roll_call", ["started_at"], unique=False)

    op.create_table(
        "roll_call_answer",
        sa.Column("roll_call_id", BigId, nullable=False),
        sa.Column("station_code", sa.String(length=8), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("on_duty", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("way", sa.String(length=8), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("on_duty >= 0", name=op.f("ck_roll_call_answer_nobody_is_less_than_none")),
        sa.ForeignKeyConstraint(["roll_call_id"], ["roll_call.id"], name=op.f("fk_roll_call_answer_roll_call_id_roll_call")),
        sa.ForeignKeyConstraint(["station_code"], ["station.code"], name=op.f("fk_roll_call_answer_station_code_station")),
        sa.PrimaryKeyConstraint("roll_call_id", "station_code", name=op.f("pk_roll_call_answer")),
    )

    op.create_table(
        "responsibility",
        sa.Column("target_id", sa.String(length=24), nullable=False),
        sa.Column("cadre_id", sa.String(length=24), nullable=False),
        sa.Column("target_kind", sa.String(length=24), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("basis", sa.String(length=12), nullable=False),
        sa.CheckConstraint("part IN ('lead', 'community')", name=op.f("ck_responsibility_part_is_known")),
        sa.ForeignKeyConstraint(["cadre_id"], ["cadre.id"], name=op.f("fk_responsibility_cadre_id_cadre")),
        sa.ForeignKeyConstraint(["target_id"], ["place.id"], name=op.f("fk_responsibility_target_id_place")),
        sa.PrimaryKeyConstraint("target_id", "cadre_id", name=op.f("pk_responsibility")),
    )
    op.create_index(op.f("ix_responsibility_cadre_id"), "responsibility", ["cadre_id"], unique=False)
    op.create_index(
        "uq_responsibility_one_lead_per_target",
        "responsibility",
        ["target_id"],
        unique=True,
        postgresql_where=_IS_LEAD,
        sqlite_where=_IS_LEAD,
    )


def downgrade() -> None:
    op.drop_index("uq_responsibility_one_lead_per_target", table_name="responsibility", postgresql_where=_IS_LEAD, sqlite_where=_IS_LEAD)
    op.drop_index(op.f("ix_responsibility_cadre_id"), table_name="responsibility")
    op.drop_table("responsibility")
    op.drop_table("roll_call_answer")
    op.drop_index(op.f("ix_roll_call_started_at"), table_name="roll_call")
    op.drop_table("roll_call")
    op.drop_index(op.f("ix_watch_swap_watch_id"), table_name="watch_swap")
    op.drop_table("watch_swap")
    op.drop_index(op.f("ix_watch_member_person_id"), table_name="watch_member")
    op.drop_table("watch_member")
    op.drop_index("uq_watch_one_holds_the_post", table_name="watch", postgresql_where=_HOLDS_THE_POST, sqlite_where=_HOLDS_THE_POST)
    op.drop_index("uq_watch_number_of_post", table_name="watch", postgresql_where=_NOT_DROPPED, sqlite_where=_NOT_DROPPED)
    op.drop_index("ix_watch_post_from_at", table_name="watch")
    op.drop_table("watch")
    op.drop_table("person")
