"""What stands around a running plan: reports to the district, open shelters, links of task groups, and the texts of the plans."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId
from command_center.domain.reports import ReportKind, ReportState


class Report(Base):
    """One information report to the district with its clock. (subject, kind, number) is its key.

    subject : the matter it is about, "incident:12", or "activation:3" for a plan without an incident. text_version counts the edits;
    0 while nobody has edited, and then the text is drafted from the facts whenever it is asked for.
    """

    __tablename__ = "report"
    board_kind: ClassVar[str | None] = "report"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(32))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"), index=True)
    kind: Mapped[ReportKind]
    number: Mapped[int]
    state: Mapped[ReportState]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    overdue_at: Mapped[datetime | None]
    text_zh: Mapped[str]
    text_en: Mapped[str]
    text_version: Mapped[int]
    edited_by: Mapped[str | None] = mapped_column(String(80))
    edited_at: Mapped[datetime | None]
    receiver: Mapped[str] = mapped_column(String(120))
    by_phone: Mapped[bool]
    closed_at: Mapped[datetime | None]
    """When it was sent, dropped or withdrawn."""
    closed_by: Mapped[str | None] = mapped_column(String(80))
    close_reason: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        UniqueConstraint("subject", "kind", "number", name="uq_report_once"),
        Index("ix_report_open", "due_at", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")),
        Index("ix_report_closed_at", "closed_at"),
    )


class ShelterOpening(Base):
    """A shelter that takes people in, from its opening to its closing. What it is was copied from the catalogue then."""

    __tablename__ = "shelter_opening"
    board_kind: ClassVar[str | None] = "shelter"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shelter_id: Mapped[str] = mapped_column(ForeignKey("place.id"))
    activation_id: Mapped[int | None] = mapped_column(ForeignKey("activation.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    shelter_kind: Mapped[str] = mapped_column(String(24))
    capacity: Mapped[int]
    occupied: Mapped[int]
    special_needs: Mapped[int]
    """Of those who are there, how many need more than a place: medicine, a wheelchair, a baby's bed."""
    most_occupied: Mapped[int]
    over_reason: Mapped[str]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(80))
    counted_at: Mapped[datetime | None]
    counted_by: Mapped[str | None] = mapped_column(String(80))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    close_reason: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        CheckConstraint("occupied >= 0 AND special_needs >= 0 AND special_needs <= occupied", name="counts_people"),
        Index(
            "uq_shelter_opening_open_once",
            "shelter_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
        Index("ix_shelter_opening_open", "closed_at", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")),
    )


class GroupLink(Base):
    """Opens the page with the tasks of one task group of one running plan, and nothing else."""

    __tablename__ = "group_link"
    activation_id: Mapped[int] = mapped_column(ForeignKey("activation.id"), primary_key=True)
    group: Mapped[str] = mapped_column(String(24), primary_key=True)
    link: Mapped[str] = mapped_column(String(32), unique=True)


class PlanText(Base):
    """One wording of a plan after that of its file. It is activated once `approved_at` is set; the newest approved one counts.

    based_on : version of the text it was edited from. version : fingerprint of the copy.
    """

    __tablename__ = "plan_text"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[str] = mapped_column(String(8), index=True)
    version: Mapped[str] = mapped_column(String(64))
    based_on: Mapped[str] = mapped_column(String(64))
    copy: Mapped[dict[str, Any]]
    note: Mapped[str]
    edited_by: Mapped[str] = mapped_column(String(80))
    edited_at: Mapped[datetime]
    approved_by: Mapped[str | None] = mapped_column(String(80))
    approved_at: Mapped[datetime | None]
