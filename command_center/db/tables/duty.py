"""Who is on watch, who can be called, how one watch hands over to the next, and who answers for which place.

Whoever writes here takes the turn "roster" first (responsibilities: their own), then locks in this order: swap, watches by id, handover,
person.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, inspect, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from command_center.db.tables.base import Base
from command_center.db.types import BigId, JsonText
from command_center.domain.handover import HandoverStatus
from command_center.domain.watches import Duty, PersonRole, SwapStatus, WatchStatus


class Person(Base):
    """Somebody who can be on watch or be called. basis: demo rows are made up and meant to be replaced.

    channel : an Apprise address; it holds secrets and is neither shown nor logged. left_at : who left keeps the row for the record.
    """

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    role: Mapped[PersonRole]
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    station_code: Mapped[str | None] = mapped_column(ForeignKey("station.code"))
    phone: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str | None] = mapped_column(String(400))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    cadre_id: Mapped[str | None] = mapped_column(ForeignKey("cadre.id"))
    basis: Mapped[str] = mapped_column(String(12))
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance


class Watch(Base):
    """One watch (班次) of a post: the centre's desk, or a station. At most one holds a post at a time: the index says so.

    on_board : screens get the watch that has its post and the one after it. changes : how often its people changed, so that
    every change of them is a new version of the row.
    """

    __tablename__ = "watch"
    board_kind = "watch"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(16))
    post: Mapped[str] = mapped_column(String(8))
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    status: Mapped[WatchStatus]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    on_board: Mapped[bool]
    changes: Mapped[int]
    basis: Mapped[str] = mapped_column(String(12))
    version: Mapped[int] = mapped_column()
    members: Mapped[list["WatchMember"]] = relationship(lazy="selectin", cascade="all, delete-orphan", order_by="WatchMember.person_id")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        CheckConstraint("to_at > from_at", name="ends_after_it_begins"),
        Index("ix_watch_post_from_at", "post", "from_at"),
        Index("ix_watch_to_at", "to_at"),
        Index("ix_watch_on_board", "on_board", postgresql_where=text("on_board"), sqlite_where=text("on_board = 1")),
        Index(
            "uq_watch_number_of_post",
            "post",
            "number",
            unique=True,
            postgresql_where=text("status <> 'dropped'"),
            sqlite_where=text("status <> 'dropped'"),
        ),
        Index(
            "uq_watch_one_holds_the_post",
            "post",
            unique=True,
            postgresql_where=text("status IN ('on_duty', 'handing_over')"),
            sqlite_where=text("status IN ('on_duty', 'handing_over')"),
        ),
    )

    def shows_on_board(self) -> bool:
        """Weeks of watches are rostered ahead; only those called up are shown."""
        mark = inspect(self).attrs.on_board.history
        return self.on_board or any(mark.deleted or ())


class WatchMember(Base):
    """One person's seat on one watch."""

    __tablename__ = "watch_member"
    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    duty: Mapped[Duty]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Handover(Base):
    """The report with which one watch of the centre's desk hands over to the next (交接班记录). Once sealed it only gains a leader's name.

    edits : section -> what officers wrote there ("fields", "lines", "added", "version", "by", "at"). notes : blocker -> text, by, at.
    sealed : what both signed, in both languages; sha256 over its canonical JSON. log_id, log_hash : the log's last line then.
    due_told_at, late_told_at : when the clock reminded of it, and when it told the leader that nobody took over.
    """

    __tablename__ = "handover"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id"), unique=True)
    next_watch_id: Mapped[int | None] = mapped_column(ForeignKey("watch.id"))
    status: Mapped[HandoverStatus]
    begun_at: Mapped[datetime]
    edits: Mapped[dict[str, Any]]
    notes: Mapped[dict[str, Any]]
    due_told_at: Mapped[datetime | None]
    late_told_at: Mapped[datetime | None]
    outgoing_by: Mapped[str | None] = mapped_column(String(80))
    outgoing_at: Mapped[datetime | None]
    incoming_by: Mapped[str | None] = mapped_column(String(80))
    incoming_at: Mapped[datetime | None]
    leader_by: Mapped[str | None] = mapped_column(String(80))
    leader_at: Mapped[datetime | None]
    sealed: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    sha256: Mapped[str | None] = mapped_column(String(64))
    log_id: Mapped[int | None] = mapped_column(BigId)
    log_hash: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (
        CheckConstraint("(sealed IS NULL) = (sha256 IS NULL)", name="sealed_with_its_hash"),
        CheckConstraint("sealed IS NOT NULL OR status IN ('draft', 'outgoing_signed')", name="handed_over_is_sealed"),
        Index("ix_handover_unsealed", "watch_id", postgresql_where=text("sha256 IS NULL"), sqlite_where=text("sha256 IS NULL")),
    )


class WatchSwap(Base):
    """A wish to give a seat on a watch to somebody else; with `other_watch_id` the two change seats."""

    __tablename__ = "watch_swap"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watch.id"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    other_watch_id: Mapped[int | None] = mapped_column(ForeignKey("watch.id"))
    other_person_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    status: Mapped[SwapStatus]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance


class RollCall(Base):
    """Asking all stations who is there (四站点名), to be answered until `due_at`.

    answers : how many stations gave one; every answer is a new version of the row. closed_at : when all had answered, or were asked anew.
    """

    __tablename__ = "roll_call"
    board_kind = "roll_call"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    started_at: Mapped[datetime] = mapped_column(index=True)
    started_by: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    answers: Mapped[int]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance
    __table_args__ = (Index("ix_roll_call_open", "id", postgresql_where=text("closed_at IS NULL"), sqlite_where=text("closed_at IS NULL")),)


class RollCallAnswer(Base):
    """One station's line of a roll call. answered_at None: not yet. way: "card" (its crew), "link" or "phone" (ticked at the desk).

    link : opens the page on which the station answers without an account. asked_by : kind of the message service that took the question.
    """

    __tablename__ = "roll_call_answer"
    roll_call_id: Mapped[int] = mapped_column(ForeignKey("roll_call.id"), primary_key=True)
    station_code: Mapped[str] = mapped_column(ForeignKey("station.code"), primary_key=True)
    expected: Mapped[int]
    on_duty: Mapped[int | None]
    note: Mapped[str] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(32), unique=True)
    asked_by: Mapped[str | None] = mapped_column(String(24))
    asked_at: Mapped[datetime | None]
    way: Mapped[str | None] = mapped_column(String(8))
    answered_by: Mapped[str | None] = mapped_column(String(80))
    answered_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("on_duty >= 0", name="nobody_is_less_than_none"),)


class Responsibility(Base):
    """包保: a cadre answers for a compound, a business building or a shop. One street lead per target: the index says so."""

    __tablename__ = "responsibility"
    target_id: Mapped[str] = mapped_column(ForeignKey("place.id"), primary_key=True)
    cadre_id: Mapped[str] = mapped_column(ForeignKey("cadre.id"), primary_key=True, index=True)
    target_kind: Mapped[str] = mapped_column(String(24))
    part: Mapped[str] = mapped_column(String(12))
    """"lead" (a street cadre) or "community"."""
    basis: Mapped[str] = mapped_column(String(12))
    __table_args__ = (
        CheckConstraint("part IN ('lead', 'community')", name="part_is_known"),
        Index(
            "uq_responsibility_one_lead_per_target",
            "target_id",
            unique=True,
            postgresql_where=text("part = 'lead'"),
            sqlite_where=text("part = 'lead'"),
        ),
    )
