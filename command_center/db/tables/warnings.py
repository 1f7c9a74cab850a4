"""Warnings and orders from above, measurements, and the plans they propose."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId, JsonText
from command_center.domain.levels import Level
from command_center.domain.notices import Act, NoticeSource, NoticeState
from command_center.domain.proposals import ProposalState

_IN_FORCE = text("state = 'active'")


class HazardWarning(Base):
    """One message about a hazard: an alert, an update, a lifting or a cancellation. Its content never changes, only where it stands.

    topic : what messages about the same thing share: the hazard, else the word as written; None when only references say it.
    authority : the place the issuer speaks for. ended_by_id : the message that ended it. fingerprint : SHA-256 over what it says.
    """

    __tablename__ = "warning"
    board_kind = "warning"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identifier: Mapped[str] = mapped_column(String(200))
    sender: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    source: Mapped[NoticeSource]
    act: Mapped[Act]
    status: Mapped[str] = mapped_column(String(16))
    """actual, exercise, test, system or draft; only the first two are acted on."""
    topic: Mapped[str | None] = mapped_column(String(100))
    hazard: Mapped[str | None] = mapped_column(String(40))
    word: Mapped[str] = mapped_column(String(80))
    color: Mapped[str | None] = mapped_column(String(16))
    issuer: Mapped[str] = mapped_column(String(200))
    authority: Mapped[str | None] = mapped_column(String(200))
    area: Mapped[str]
    polygons: Mapped[list[Any]] = mapped_column(JsonText)
    """Rings of [lat, lon]."""
    circles: Mapped[list[Any]] = mapped_column(JsonText)
    """[lat, lon, radius in metres]."""
    text: Mapped[str]
    remarks: Mapped[list[str]]
    flag: Mapped[str | None] = mapped_column(String(16))
    """differs: the same identifier came with another content."""
    issued_at: Mapped[datetime]
    effective_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[NoticeState]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("warning.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        UniqueConstraint("sender", "identifier", "fingerprint", name="uq_warning_message"),
        Index("ix_warning_in_force", "state", postgresql_where=_IN_FORCE, sqlite_where=_IN_FORCE),
        Index("ix_warning_topic", "topic", "issued_at"),
        Index("ix_warning_received_at", "received_at"),
    )


class WarningReference(Base):
    """A message that a warning updates or cancels, as the sender names it; it may not have arrived yet."""

    __tablename__ = "warning_reference"
    warning_id: Mapped[int] = mapped_column(ForeignKey("warning.id"), primary_key=True)
    sender: Mapped[str] = mapped_column(String(200), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(200), primary_key=True)
    __table_args__ = (Index("ix_warning_reference_named", "sender", "identifier"),)


class StandingOrder(Base):
    """A level that the district ordered for a plan: while it stands, the street's level is not below it.

    Ends of orders (act lift) are rows too, level None when they name none. tier : whose headquarters, 区 or 市.
    """

    __tablename__ = "standing_order"
    board_kind = "standing_order"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identifier: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    source: Mapped[NoticeSource]
    act: Mapped[Act]
    is_exercise: Mapped[bool]
    plan_id: Mapped[str] = mapped_column(String(8))
    variant: Mapped[str | None] = mapped_column(String(24))
    level: Mapped[Level | None]
    issuer: Mapped[str] = mapped_column(String(200))
    tier: Mapped[str | None] = mapped_column(String(8))
    text: Mapped[str]
    issued_at: Mapped[datetime]
    received_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[NoticeState]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("standing_order.id"))
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        UniqueConstraint("identifier", name="uq_standing_order_identifier"),
        Index("ix_standing_order_plan", "plan_id", "issued_at"),
        Index("ix_standing_order_in_force", "state", postgresql_where=_IN_FORCE, sqlite_where=_IN_FORCE),
        Index("ix_standing_order_received_at", "received_at"),
    )


class Measurement(Base):
    """A measured value. It is never changed: a correction is a new row that points to the old one.

    number or word : one of them, by the metric's kind. window_h : hours it adds up over, for metrics that add up.
    """

    __tablename__ = "measurement"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    metric: Mapped[str] = mapped_column(String(40))
    number: Mapped[float | None]
    word: Mapped[str | None] = mapped_column(String(40))
    window_h: Mapped[float | None]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    measured_at: Mapped[datetime] = mapped_column(index=True)
    taken_at: Mapped[datetime]
    taken_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str]
    is_simulated: Mapped[bool]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("measurement.id"), unique=True)


class PlanProposal(Base):
    """A plan that the situation proposes. One is open per plan, and one more for exercises: the index says so.

    reasons, to_judge : as screens show them, see services.plan_proposals. approve_by : role that may approve the level.
    lapsed_at : a declined or taken one that no longer stands against a new proposal.
    """

    __tablename__ = "plan_proposal"
    board_kind = "proposal"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(8))
    is_exercise: Mapped[bool]
    level: Mapped[Level]
    variant: Mapped[str | None] = mapped_column(String(24))
    reasons: Mapped[list[Any]] = mapped_column(JsonText)
    to_judge: Mapped[list[Any]] = mapped_column(JsonText)
    floor: Mapped[Level | None]
    approve_by: Mapped[str] = mapped_column(String(24))
    state: Mapped[ProposalState]
    proposed_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str]
    lapsed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index(
            "uq_plan_proposal_one_open_per_plan",
            "plan_id",
            "is_exercise",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
        Index("ix_plan_proposal_plan", "plan_id", "state"),
    )

    def shows_on_board(self) -> bool:
        """Only an open proposal is shown; that a settled one lapsed is nobody's news."""
        history = inspect(self).attrs.state.history
        return self.state is ProposalState.OPEN or any(mark is ProposalState.OPEN for mark in history.deleted or ())
