"""The log, which is also the outbox, and due work."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId, JsonText
from command_center.domain.rights import Role

WRITTEN_BY_HAND = text("event IN ('DutyNoted', 'EntryCorrected')")
"""Lines that people wrote: few among all that happens, and looked for at every handover."""


class LogEntry(Base):
    """One line of the operations log: append-only, hash-chained, and the outbox of the screens.

    `facts` is canonical JSON text; `hash` covers prev, id, at, actor, role, event and facts. `touched` lists the board rows
    that changed with it, `published_at` is the only column that is ever written again (the triggers see to it).
    """

    __tablename__ = "log_entry"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role]
    event: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]]
    incident_id: Mapped[int | None] = mapped_column(BigId)
    unit_id: Mapped[str | None] = mapped_column(String(24))
    touched: Mapped[list[str]]
    prev: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime | None]
    __table_args__ = (
        Index("ix_log_entry_unpublished", "id", postgresql_where=text("published_at IS NULL"), sqlite_where=text("published_at IS NULL")),
        Index("ix_log_entry_incident", "incident_id", "id"),
        Index("ix_log_entry_unit", "unit_id", "id"),
        Index("ix_log_entry_at", "at"),
        Index("ix_log_entry_by_hand", "at", postgresql_where=WRITTEN_BY_HAND, sqlite_where=WRITTEN_BY_HAND),
    )


class LogOfActivation(Base):
    """Which lines of the log tell of which activation; their facts say so too, but to read all facts takes as long as the log is."""

    __tablename__ = "log_activation"
    activation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    __table_args__ = ({"sqlite_with_rowid": False},)


class ChainHead(Base):
    """The end of the log's chain: one row; locking it makes the writers take turns."""

    __tablename__ = "chain_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    last_id: Mapped[int] = mapped_column(BigId)
    last_hash: Mapped[str] = mapped_column(String(64))


class Job(Base):
    """Due work: what the centre has to do, when, and who has it now. RQ only carries it; this row is the truth."""

    __tablename__ = "job"
    board_kind = "job"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    entry_id: Mapped[int] = mapped_column(ForeignKey("log_entry.id"))
    incident_id: Mapped[int | None] = mapped_column(BigId)
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    handovers: Mapped[int]
    """How often it went to the queue; the lease doubles with it."""
    attempts: Mapped[int]
    """How often a worker failed at it."""
    done_at: Mapped[datetime | None]
    parked_at: Mapped[datetime | None]
    last_error: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index("ix_job_due", "due_at", postgresql_where=text("done_at IS NULL"), sqlite_where=text("done_at IS NULL")),
        Index("ix_job_parked", "parked_at", postgresql_where=text("parked_at IS NOT NULL"), sqlite_where=text("parked_at IS NOT NULL")),
    )

    def shows_on_board(self) -> bool:
        """Only parked work is shown; the rest comes and goes by the thousand."""
        parked = inspect(self).attrs.parked_at.history
        return any(mark is not None for mark in (*(parked.added or ()), *(parked.deleted or ())))


class AnsweredOrder(Base):
    """An order that came with an idempotency key, and its answer: the same key gets the same answer and has one effect."""

    __tablename__ = "answered_order"
    actor: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    at: Mapped[datetime] = mapped_column(index=True)
