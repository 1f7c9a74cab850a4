"""Every table of the centre. The rules that must hold whatever the code does stand here: keys, versions, partial indexes."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, MetaData, String, inspect, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from command_center.db.types import BigId, JsonText, UtcDateTime
from command_center.domain.levels import Level
from command_center.domain.rights import Role
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus


def _by_value(kind: type[Any]) -> Enum:
    """An enum column that keeps the value ("en_route"), as text, on both engines."""
    return Enum(
        kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda members: [member.value for member in members]
    )


class Base(DeclarativeBase):
    """All tables; names of constraints follow one convention so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        Level: _by_value(Level),
        Role: _by_value(Role),
        UnitStatus: _by_value(UnitStatus),
        AssignmentStatus: _by_value(AssignmentStatus),
        IncidentStatus: _by_value(IncidentStatus),
        dict[str, Any]: JsonText,
        list[str]: JsonText,
    }
    board_kind: ClassVar[str | None] = None
    """The kind under which rows of this table stand on the board; None keeps them off it."""

    def shows_on_board(self) -> bool:
        """Whether the change that is being written can show on the board."""
        return True


# ---- the street ----------------------------------------------------------------------------------------------------------------


class Area(Base):
    """片区: the ground one rescue station answers for."""

    __tablename__ = "area"
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))


class Community(Base):
    __tablename__ = "community"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))


class Station(Base):
    __tablename__ = "station"
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float]
    lon: Mapped[float]


class Material(Base):
    __tablename__ = "material"
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    category: Mapped[str] = mapped_column(String(24))
    unit_zh: Mapped[str] = mapped_column(String(16))
    unit_en: Mapped[str] = mapped_column(String(16))


class Depot(Base):
    """物资储备库, in one of three tiers: station, community, point."""

    __tablename__ = "depot"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    tier: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float]
    lon: Mapped[float]


class Stock(Base):
    """How much of a material a depot holds."""

    __tablename__ = "stock"
    depot_code: Mapped[str] = mapped_column(ForeignKey("depot.code"), primary_key=True)
    material_code: Mapped[str] = mapped_column(ForeignKey("material.code"), primary_key=True)
    on_hand: Mapped[int]
    __table_args__ = (CheckConstraint("on_hand >= 0", name="never_below_zero"),)


class Place(Base):
    """A compound, business building, shop or shelter: where people say that something happened."""

    __tablename__ = "place"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"), index=True)
    community_code: Mapped[str] = mapped_column(ForeignKey("community.code"))
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(80))
    lat: Mapped[float]
    lon: Mapped[float]


class Cadre(Base):
    """A street or community cadre who answers for compounds, buildings and shops."""

    __tablename__ = "cadre"
    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    area_code: Mapped[str] = mapped_column(ForeignKey("area.code"))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(String(40))


# ---- people and keys -----------------------------------------------------------------------------------------------------------


class Account(Base):
    """A named person, crew, screen or program. `passphrase_hash` is argon2; None until the person chose one."""

    __tablename__ = "account"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    role: Mapped[Role]
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy declares it on the instance


class Credential(Base):
    """A session, bearer token, one-time link or display link; only the hash of the secret is kept."""

    __tablename__ = "credential"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


# ---- units, incidents, orders --------------------------------------------------------------------------------------------------


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
    )


class Call(Base):
    """One phone call or report about an incident."""

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"), index=True)
    at: Mapped[datetime]
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


# ---- the log, which is also the outbox, and due work ---------------------------------------------------------------------------


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
    )


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
