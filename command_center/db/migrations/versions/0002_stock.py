"""Stock as a ledger: movements, lots, reservations.

What depots held before becomes the ledger's first lines: one unlabelled lot each, received when the street was read in.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from command_center.db import append_only
from command_center.db.types import BigId, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STOCK_KEY = ["depot_code", "material_code"]


def upgrade() -> None:
    held = _held_before()
    op.drop_table("stock")
    op.create_table(
        "stock",
        sa.Column("depot_code", sa.String(length=16), nullable=False),
        sa.Column("material_code", sa.String(length=8), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("minimum_basis", sa.String(length=8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_never_below_zero")),
        sa.CheckConstraint("reserved >= 0 AND reserved <= on_hand", name=op.f("ck_stock_reserved_is_there")),
        sa.CheckConstraint("minimum >= 0", name=op.f("ck_stock_minimum_not_negative")),
        sa.ForeignKeyConstraint(["depot_code"], ["depot.code"], name=op.f("fk_stock_depot_code_depot")),
        sa.ForeignKeyConstraint(["material_code"], ["material.code"], name=op.f("fk_stock_material_code_material")),
        sa.PrimaryKeyConstraint("depot_code", "material_code", name=op.f("pk_stock")),
    )
    op.create_index("ix_stock_material", "stock", ["material_code", "depot_code"], unique=False)

    op.create_table(
        "stock_lot",
        sa.Column("id", BigId, nullable=False),
        sa.Column("depot_code", sa.String(length=16), nullable=False),
        sa.Column("material_code", sa.String(length=8), nullable=False),
        sa.Column("lot", sa.String(length=40), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_lot_never_below_zero")),
        sa.ForeignKeyConstraint(STOCK_KEY, ["stock.depot_code", "stock.material_code"], name=op.f("fk_stock_lot_depot_code_stock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_lot")),
        sa.UniqueConstraint("depot_code", "material_code", "lot", name="uq_stock_lot_number"),
    )
    op.create_index("ix_stock_lot_expires_on", "stock_lot", ["expires_on"], unique=False)

    op.create_table(
        "reservation",
        sa.Column("id", BigId, nullable=False),
        sa.Column("for_kind", sa.String(length=16), nullable=False),
        sa.Column("for_id", BigId, nullable=False),
        sa.Column("step_id", sa.String(length=40), nullable=False),
        sa.Column("depot_code", sa.String(length=16), nullable=False),
        sa.Column("material_code", sa.String(length=8), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("consumed", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("released >= 0 AND issued >= 0 AND released + issued <= quantity", name=op.f("ck_reservation_parts_fit")),
        sa.CheckConstraint("returned >= 0 AND consumed >= 0 AND returned + consumed <= issued", name=op.f("ck_reservation_ends_fit")),
        sa.ForeignKeyConstraint(STOCK_KEY, ["stock.depot_code", "stock.material_code"], name=op.f("fk_reservation_depot_code_stock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
        sa.UniqueConstraint("for_kind", "for_id", "step_id", "material_code", "depot_code", name="uq_reservation_purpose"),
    )
    op.create_index("ix_reservation_stock", "reservation", STOCK_KEY, unique=False)

    op.create_table(
        "stock_movement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("depot_code", sa.String(length=16), nullable=False),
        sa.Column("material_code", sa.String(length=8), nullable=False),
        sa.Column("lot_id", BigId, nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("on_hand_change", sa.Integer(), nullable=False),
        sa.Column("reserved_change", sa.Integer(), nullable=False),
        sa.Column("on_hand_after", sa.Integer(), nullable=False),
        sa.Column("reserved_after", sa.Integer(), nullable=False),
        sa.Column("reservation_id", BigId, nullable=True),
        sa.Column("pair_id", BigId, nullable=True),
        sa.Column("for_kind", sa.String(length=16), nullable=True),
        sa.Column("for_id", BigId, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_movement_quantity_not_negative")),
        sa.ForeignKeyConstraint(STOCK_KEY, ["stock.depot_code", "stock.material_code"], name=op.f("fk_stock_movement_depot_code_stock")),
        sa.ForeignKeyConstraint(["lot_id"], ["stock_lot.id"], name=op.f("fk_stock_movement_lot_id_stock_lot")),
        sa.ForeignKeyConstraint(["pair_id"], ["stock_movement.id"], name=op.f("fk_stock_movement_pair_id_stock_movement")),
        sa.ForeignKeyConstraint(["reservation_id"], ["reservation.id"], name=op.f("fk_stock_movement_reservation_id_reservation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index("ix_stock_movement_for", "stock_movement", ["for_kind", "for_id", "id"], unique=False)
    op.create_index(op.f("ix_stock_movement_lot_id"), "stock_movement", ["lot_id"], unique=False)
    op.create_index("ix_stock_movement_material", "stock_movement", ["material_code", "id"], unique=False)
    op.create_index(op.f("ix_stock_movement_reservation_id"), "stock_movement", ["reservation_id"], unique=False)
    op.create_index("ix_stock_movement_stock", "stock_movement", ["depot_code", "material_code", "id"], unique=False)

    _write_first_lines(held)
    append_only.protect_ledger(op.get_bind())


def _held_before() -> list[dict[str, Any]]:
    rows = op.get_bind().execute(sa.text("SELECT depot_code, material_code, on_hand FROM stock ORDER BY depot_code, material_code"))
    return [dict(row) for row in rows.mappings()]


def _write_first_lines(held: list[dict[str, Any]]) -> None:
    """Balances as the first tables had them, each with a lot and the line that explains it; the minimum is the working default, half."""
    connection = op.get_bind()
    for row in held:
        connection.execute(
            sa.text("INSERT INTO stock VALUES (:depot_code, :material_code, :on_hand, 0, (:on_hand + 1) / 2, 'working', 1)"), row
        )
    connection.execute(sa.text(_FIRST_LOTS))
    connection.execute(sa.text(_FIRST_LINES))


_FIRST_LOTS = """
INSERT INTO stock_lot (depot_code, material_code, lot, on_hand, basis, received_at)
SELECT depot_code, material_code, '-', on_hand, 'demo', (SELECT min(at) FROM log_entry) FROM stock WHERE on_hand > 0
"""

_FIRST_LINES = """
INSERT INTO stock_movement (at, actor, kind, depot_code, material_code, lot_id, quantity,
                            on_hand_change, reserved_change, on_hand_after, reserved_after, reason)
SELECT received_at, 'system', 'receive', depot_code, material_code, id, on_hand, on_hand, 0, on_hand, 0, '' FROM stock_lot ORDER BY id
"""


def downgrade() -> None:
    append_only.unprotect_ledger(op.get_bind())
    held = _held_before()
    for table in ("stock_movement", "reservation", "stock_lot", "stock"):
        op.drop_table(table)
    stock = op.create_table(
        "stock",
        sa.Column("depot_code", sa.String(length=16), nullable=False),
        sa.Column("material_code", sa.String(length=8), nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.CheckConstraint("on_hand >= 0", name=op.f("ck_stock_never_below_zero")),
        sa.ForeignKeyConstraint(["depot_code"], ["depot.code"], name=op.f("fk_stock_depot_code_depot")),
        sa.ForeignKeyConstraint(["material_code"], ["material.code"], name=op.f("fk_stock_material_code_material")),
        sa.PrimaryKeyConstraint("depot_code", "material_code", name=op.f("pk_stock")),
    )
    op.bulk_insert(stock, held)
