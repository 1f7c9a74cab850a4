"""Stock: balances per depot and material, their lots, the ledger that explains them, and what is reserved.

A balance is changed by services/stock_ledger.py only, together with the ledger line that says why. Locks: a stock row guards its lots and
its reservations; stock rows are locked in the order (depot, material), after units, incidents, assignments, activations and steps.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from command_center.db.tables.base import Base
from command_center.db.types import BigId
from command_center.domain.stock import MoveKind, ReservationStatus

_THERE = text("on_hand > 0")
"""Lots that hold something; those that are used up stay for the ledger's sake, and grow in number."""


class Stock(Base):
    """How much of a material a depot holds, how much of that is put by, and below what it should not fall. How much is available,
    its lots have a say in: services/stock_available.py.

    minimum_basis : working (the default share of the typical quantity) or fact (somebody at the desk set it).
    """

    __tablename__ = "stock"
    depot_code: Mapped[str] = mapped_column(ForeignKey("depot.code"), primary_key=True)
    material_code: Mapped[str] = mapped_column(ForeignKey("material.code"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int]
    minimum: Mapped[int]
    minimum_basis: Mapped[str] = mapped_column(String(8))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="never_below_zero"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved_is_there"),
        CheckConstraint("minimum >= 0", name="minimum_not_negative"),
        Index("ix_stock_material", "material_code", "depot_code"),
    )


class StockLot(Base):
    """What is left of one delivery in one depot. basis : demo for what a new centre opens with, else fact."""

    __tablename__ = "stock_lot"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    depot_code: Mapped[str] = mapped_column(String(16))
    material_code: Mapped[str] = mapped_column(String(8))
    lot: Mapped[str] = mapped_column(String(40))
    expires_on: Mapped[date | None]
    on_hand: Mapped[int]
    basis: Mapped[str] = mapped_column(String(8))
    received_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["depot_code", "material_code"], ["stock.depot_code", "stock.material_code"]),
        UniqueConstraint("depot_code", "material_code", "lot", name="uq_stock_lot_number"),
        CheckConstraint("on_hand >= 0", name="never_below_zero"),
        Index("ix_stock_lot_there", "expires_on", "depot_code", "material_code", "on_hand", postgresql_where=_THERE, sqlite_where=_THERE),
    )


class StockMovement(Base):
    """One line of the ledger: append-only (the triggers see to it). The sum of the changes is the balance, for stock, lot and reserve.

    quantity : units moved, never negative. on_hand_after, reserved_after : the stock row's balances once this line was written.
    lot_id : None where no particular lot moved (reserve, release, goods used up outside). pair_id : of a transfer's second line, the first.
    """

    __tablename__ = "stock_movement"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    kind: Mapped[MoveKind]
    depot_code: Mapped[str] = mapped_column(String(16))
    material_code: Mapped[str] = mapped_column(String(8))
    lot_id: Mapped[int | None] = mapped_column(ForeignKey("stock_lot.id"), index=True)
    quantity: Mapped[int]
    on_hand_change: Mapped[int]
    reserved_change: Mapped[int]
    on_hand_after: Mapped[int]
    reserved_after: Mapped[int]
    reservation_id: Mapped[int | None] = mapped_column(ForeignKey("reservation.id"), index=True)
    pair_id: Mapped[int | None] = mapped_column(ForeignKey("stock_movement.id"))
    for_kind: Mapped[str | None] = mapped_column(String(16))
    for_id: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(200))
    lot: Mapped[StockLot | None] = relationship(lazy="raise")
    """For writing only: a new lot and its first line go in together."""
    __table_args__ = (
        ForeignKeyConstraint(["depot_code", "material_code"], ["stock.depot_code", "stock.material_code"]),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        Index("ix_stock_movement_stock", "depot_code", "material_code", "id"),
        Index("ix_stock_movement_material", "material_code", "id"),
        Index("ix_stock_movement_for", "for_kind", "for_id", "id"),
        Index("ix_stock_movement_at", "at"),
    )


class Reservation(Base):
    """What one incident or activation (and one of its steps; "" for none) has put by in one depot, and what became of it.

    quantity : all that was ever granted; released + issued of it left the reserve, returned + consumed of the issued came to an end.
    """

    __tablename__ = "reservation"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    for_kind: Mapped[str] = mapped_column(String(16))
    for_id: Mapped[int] = mapped_column(BigId)
    step_id: Mapped[str] = mapped_column(String(40))
    depot_code: Mapped[str] = mapped_column(String(16))
    material_code: Mapped[str] = mapped_column(String(8))
    quantity: Mapped[int]
    released: Mapped[int]
    issued: Mapped[int]
    returned: Mapped[int]
    consumed: Mapped[int]
    status: Mapped[ReservationStatus]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        ForeignKeyConstraint(["depot_code", "material_code"], ["stock.depot_code", "stock.material_code"]),
        UniqueConstraint("for_kind", "for_id", "step_id", "material_code", "depot_code", name="uq_reservation_purpose"),
        CheckConstraint("released >= 0 AND issued >= 0 AND released + issued <= quantity", name="parts_fit"),
        CheckConstraint("returned >= 0 AND consumed >= 0 AND returned + consumed <= issued", name="ends_fit"),
        Index("ix_reservation_stock", "depot_code", "material_code"),
    )

    @property
    def held(self) -> int:
        """Still in the depot, put by."""
        return self.quantity - self.released - self.issued

    @property
    def out(self) -> int:
        """Left the depot and neither came back nor was used up."""
        return self.issued - self.returned - self.consumed
