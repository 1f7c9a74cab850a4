"""The street: its areas, places and people who answer for them."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base


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
