"""Running plans: activations, their tasks, and whom they sent and told."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId, JsonText
from command_center.domain.activations import ActivationStatus, TaskStatus, WorkState
from command_center.domain.levels import Level


class Activation(Base):
    """One plan put into force (启动预案). `plan` is the plan as it was then: later edits do not change history.

    level : what is in force; confirmed_level : what a leader last approved; wanted_level : a change that waits for approval.
    """

    __tablename__ = "activation"
    board_kind: ClassVar[str | None] = "activation"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(8))
    plan_version: Mapped[str] = mapped_column(String(64))
    plan: Mapped[dict[str, Any]]
    level: Mapped[Level]
    confirmed_level: Mapped[Level | None]
    wanted_level: Mapped[Level | None]
    wanted_by: Mapped[str | None] = mapped_column(String(80))
    level_changes: Mapped[int]
    """How often the level was changed: what makes the messages of one change other ones than those of the change before."""
    variant: Mapped[str | None] = mapped_column(String(24))
    is_exercise: Mapped[bool]
    """Put into force in service for an exercise: marked everywhere, and no message of it leaves the building."""
    status: Mapped[ActivationStatus]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    reason: Mapped[str]
    fields: Mapped[dict[str, Any]]
    units: Mapped[list[str] | None] = mapped_column(JsonText)
    """Vehicles that were chosen with the order; None where the centre chooses."""
    requested_by: Mapped[str] = mapped_column(String(80))
    requested_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    confirm_until: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]
    anchors: Mapped[dict[str, Any]]
    conditions: Mapped[dict[str, Any]]
    """Conditions for ending it that a person has ticked: number -> {"by", "at"}."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(80))
    end_reason: Mapped[str]
    review: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index(
            "uq_activation_one_running_per_plan",
            "plan_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index("ix_activation_requested_at", "requested_at"),
        Index("ix_activation_open", "ended_at", postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL")),
        Index(
            "ix_activation_incident",
            "incident_id",
            postgresql_where=text("incident_id IS NOT NULL"),
            sqlite_where=text("incident_id IS NOT NULL"),
        ),
    )


class PlanTask(Base):
    """One occurrence of one step of a running plan. (activation, step, occurrence) is its key, and that of its background work."""

    __tablename__ = "plan_task"
    board_kind: ClassVar[str | None] = "task"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"))
    step_id: Mapped[str] = mapped_column(String(16))
    occurrence: Mapped[int]
    group: Mapped[str] = mapped_column(String(24))
    status: Mapped[TaskStatus]
    work: Mapped[WorkState]
    work_note: Mapped[str]
    applies_since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(80))
    evidence: Mapped[dict[str, Any]]
    reason: Mapped[str]
    closed_at: Mapped[datetime | None]
    """When its activation ended, and the task left the board with it."""
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        UniqueConstraint("activation_id", "step_id", "occurrence", name="uq_plan_task_occurrence"),
        Index("ix_plan_task_open", "closed_at", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")),
    )


class UnitDuty(Base):
    """A vehicle a running plan has put on duty. It stays free for emergencies; one plan at a time has it."""

    __tablename__ = "unit_duty"
    board_kind: ClassVar[str | None] = "duty"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    work: Mapped[WorkState]
    work_note: Mapped[str]
    ordered_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index(
            "uq_unit_duty_one_plan_per_unit",
            "unit_id",
            unique=True,
            postgresql_where=text("released_at IS NULL"),
            sqlite_where=text("released_at IS NULL"),
        ),
    )


class Notice(Base):
    """A message of a running plan to one audience, with its final text in both languages.

    answer_until : who has not answered by then is late. ask_again_at : when a worker turns to them next.
    """

    __tablename__ = "notice"
    board_kind: ClassVar[str | None] = "notice"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    """What makes it this notice and no other: activation, line of the plan or step, occurrence."""
    audience: Mapped[str] = mapped_column(String(24))
    channels: Mapped[list[str]]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    is_exercise: Mapped[bool]
    needs_answer: Mapped[bool]
    work: Mapped[WorkState]
    queued_at: Mapped[datetime]
    answer_until: Mapped[datetime | None]
    ask_again_at: Mapped[datetime | None]
    recipients: Mapped[int]
    reached: Mapped[int]
    answered: Mapped[int]
    correction: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    """What everyone it has reached is told instead, in both languages; None while it holds."""
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index("ix_notice_open", "closed_at", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")),
    )


class Recipient(Base):
    """One person or office a notice goes to. No address is kept here: it is looked up when the message leaves."""

    __tablename__ = "recipient"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"))
    kind: Mapped[str] = mapped_column(String(16))
    """Who it is: person, cadre, station, group, unit, audience."""
    ref: Mapped[str] = mapped_column(String(40))
    place: Mapped[int]
    """Place in the line, from 0: a chain of command is called one after the other, everyone else at once."""
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str | None] = mapped_column(String(24))
    """The kind of service that took the message; None while nobody did, "phone" for one told by phone."""
    link: Mapped[str] = mapped_column(String(32), unique=True)
    """Opens the page on which this one message is acknowledged, and nothing else."""
    tries: Mapped[int]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(80))
    failed_reason: Mapped[str]
    __table_args__ = (UniqueConstraint("notice_id", "kind", "ref", name="uq_recipient_once"),)


class MessageChannel(Base):
    """Where messages for someone go: an Apprise address, which is a secret. kind, ref as in Recipient."""

    __tablename__ = "message_channel"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    ref: Mapped[str] = mapped_column(String(40), primary_key=True)
    address: Mapped[str] = mapped_column(String(400))
