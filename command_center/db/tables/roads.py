"""Closed roads, how much of the street help reached in time, and where idle vehicles would stand best."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId, JsonText
from command_center.domain.closures import ClosureKind, ClosureState

_STANDING = text("state IN ('proposed', 'closed') AND place_id IS NOT NULL")
_GUARDED = text("state = 'closed' AND guard_unit_id IS NOT NULL")


class RoadClosure(Base):
    """Ground that nobody drives over. A unit guards one closed road at most, a place is closed once at a time: the indexes say so.

    lines : lists of [lat, lon]; with reach_m they say which streets are meant (domain.closures.Blocked). lat, lon : where its name stands.
    depth_cm : newest reading of a spot under water. suggested_units : nearest free units when it was proposed.
    task_id : the step of a running plan that asks for it. guard_left_at : since when the guard is away; None while it is there, or on
    its way. drained_at : the water has gone; nobody is missed from then on.
    """

    __tablename__ = "road_closure"
    board_kind = "closure"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[ClosureKind]
    state: Mapped[ClosureState]
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    lines: Mapped[list[Any]] = mapped_column(JsonText)
    reach_m: Mapped[float]
    lat: Mapped[float]
    lon: Mapped[float]
    place_id: Mapped[str | None] = mapped_column(ForeignKey("place.id"))
    depth_cm: Mapped[float | None]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("plan_task.id"))
    suggested_units: Mapped[list[str]]
    reason: Mapped[str]
    proposed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(80))
    guard_unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    guard_named_at: Mapped[datetime | None]
    guard_arrived_at: Mapped[datetime | None]
    guard_left_at: Mapped[datetime | None]
    drained_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    ended_by: Mapped[str | None] = mapped_column(String(80))
    end_reason: Mapped[str]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        Index("uq_road_closure_one_per_place", "place_id", unique=True, postgresql_where=_STANDING, sqlite_where=_STANDING),
        Index("uq_road_closure_one_per_guard", "guard_unit_id", unique=True, postgresql_where=_GUARDED, sqlite_where=_GUARDED),
        Index("ix_road_closure_state", "state"),
    )


class CoverageReading(Base):
    """How much of the street free units reached within five minutes, at one moment. Shares are 0 to 1; areas : area -> share of demand."""

    __tablename__ = "coverage_reading"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    free_units: Mapped[int]
    closed_roads: Mapped[int]
    weather: Mapped[str] = mapped_column(String(8))
    demand_share: Mapped[float]
    compounds_share: Mapped[float]
    shops_share: Mapped[float]
    outside: Mapped[int]
    areas: Mapped[dict[str, Any]]


class StandbyPlan(Base):
    """Where idle vehicles would stand best: advice, worked out on request. points : as services.standby shows them.

    share_before, share_after : demand within five minutes from where they stand now and from there.
    """

    __tablename__ = "standby_plan"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    points: Mapped[list[Any]] = mapped_column(JsonText)
    share_before: Mapped[float]
    share_after: Mapped[float]
