"""Units, incidents, calls and orders."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId
from command_center.domain.levels import Level
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus


class Unit(Base):
    """A vehicle with its crew. What it is comes from the catalogue, what it is doing is kept here."""

    __tablename__ = "unit"
    board_kind = "unit"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    station_code: Mapped[str] = mapped_column(ForeignKey("station.code"))
    call_sign_zh: Mapped[str] = mapped_column(String(24))
    call_sign_en: Mapped[str] = mapped_column(String(24))
    home_lat: Mapped[float]
    home_lon: Mapped[float]
    seats: Mapped[int]
    capabilities: Mapped[list[str]]
    low_battery_pct: Mapped[float | None]
    crew: Mapped[list[str]]
    channel: Mapped[str | None] = mapped_column(String(400))
    """Apprise address that also receives the orders; the in-app card always does."""
    status: Mapped[UnitStatus]
    fault: Mapped[str] = mapped_column(String(200), default="")
    """Why it is out of service, as a person put it; "" for a unit that is fit."""
    service_due_on: Mapped[date | None]
    """Day of the next maintenance, where one is planned."""
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance


class Incident(Base):
    """An emergency (突发事件): one place, one kind, any number of calls and units."""

    __tablename__ = "incident"
    board_kind = "incident"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    type: Mapped[str] = mapped_column(String(8))
    severity: Mapped[Level]
    status: Mapped[IncidentStatus]
    lat: Mapped[float]
    lon: Mapped[float]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"))
    place_zh: Mapped[str] = mapped_column(String(200))
    place_en: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str | None] = mapped_column(ForeignKey("area.code"))
    note: Mapped[str]
    call_count: Mapped[int]
    is_simulated: Mapped[bool]
    reported_at: Mapped[datetime]
    last_call_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(80))
    dispatched_at: Mapped[datetime | None]
    en_route_at: Mapped[datetime | None]
    on_scene_at: Mapped[datetime | None]
    controlled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    suggested_unit_id: Mapped[str | None] = mapped_column(String(24))
    suggested_instead_of: Mapped[str | None] = mapped_column(String(24))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index("ix_incident_open", "last_call_at", postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL")),
        Index("ix_incident_reported_at", "reported_at"),
        Index("ix_incident_ended_at", "ended_at"),
        Index(
            "ix_incident_merged_into",
            "merged_into_id",
            postgresql_where=text("merged_into_id IS NOT NULL"),
            sqlite_where=text("merged_into_id IS NOT NULL"),
        ),
    )


class Call(Base):
    """One phone call or report about an incident."""

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    taken_by: Mapped[str] = mapped_column(String(80))
    caller_name: Mapped[str] = mapped_column(String(80))
    caller_phone: Mapped[str] = mapped_column(String(40))
    said: Mapped[str]
    answers: Mapped[dict[str, Any]]
    lat: Mapped[float]
    lon: Mapped[float]
    joined: Mapped[bool]


class Assignment(Base):
    """One unit sent to one incident, with its time stamps. A unit has one active assignment at most: the index says so."""

    __tablename__ = "assignment"
    board_kind = "assignment"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    status: Mapped[AssignmentStatus]
    ordered_by: Mapped[str] = mapped_column(String(80))
    travel_s: Mapped[float | None]
    dispatched_at: Mapped[datetime]
    expected_arrival_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    en_route_at: Mapped[datetime | None]
    on_scene_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str]
    stop_depot: Mapped[str | None] = mapped_column(ForeignKey("depot.code"))
    """Where the unit loads on its way, in `travel_s` already."""
    stop_loads: Mapped[dict[str, Any] | None]
    """Material -> how many it loads there."""
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index(
            "uq_assignment_one_active_per_unit",
            "unit_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )
