"""Where units were: a database of its own, because positions are telemetry, many and cheap, and facts are few and dear."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, Float, MetaData, RowMapping, String, Table, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from command_center.db.engine import close_engine, looking_engine, make_engine
from command_center.domain.geo import Point
from command_center.domain.positions import Fix

TRACKS = MetaData()
"""The tables of the tracks."""

_fix = Table(
    "fix",
    TRACKS,
    Column("unit_id", String(24), primary_key=True),
    Column("at_ms", BigInteger, primary_key=True),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("speed_kmh", Float),
    Column("heading_deg", Float),
    Column("accuracy_m", Float),
    Column("battery_pct", Float),
    sqlite_with_rowid=False,
)


def _at_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


class Tracks:
    """Stored fixes by unit and time. Writing is idempotent: the same fix twice is one row."""

    def __init__(self, url: str, *, only_look: bool = False) -> None:
        """Open them, or make them; with only_look nothing is ever written. Raises FileNotFoundError when there is nothing to look at."""
        self.engine = looking_engine(url) if only_look else make_engine(url, pool_size=2)
        self._readers = self.engine.execution_options(read_only=True)
        self._insert = sqlite_insert if self.engine.dialect.name == "sqlite" else postgresql_insert
        if not only_look:
            TRACKS.create_all(self.engine)

    def store(self, fixes: Iterable[Fix]) -> int:
        """Store a batch in one transaction; returns how many were handed in."""
        rows = [
            {
                "unit_id": fix.unit_id,
                "at_ms": _at_ms(fix.at),
                "lat": fix.point.lat,
                "lon": fix.point.lon,
                "speed_kmh": fix.speed_kmh,
                "heading_deg": fix.heading_deg,
                "accuracy_m": fix.accuracy_m,
                "battery_pct": fix.battery_pct,
            }
            for fix in fixes
        ]
        if rows:
            with self.engine.begin() as connection:
                connection.execute(self._insert(_fix).on_conflict_do_nothing(), rows)
        return len(rows)

    def latest(self) -> dict[str, Fix]:
        """The last fix of every unit that ever sent one: from unit to unit by the key, however many fixes lie between them."""
        units = select(func.min(_fix.c.unit_id).label("unit_id")).cte("units", recursive=True)
        following = select(func.min(_fix.c.unit_id)).where(_fix.c.unit_id > units.c.unit_id).scalar_subquery()
        units = units.union_all(select(following).where(units.c.unit_id.is_not(None)))
        of_unit = _fix.alias("of_unit")
        newest = select(func.max(of_unit.c.at_ms)).where(of_unit.c.unit_id == units.c.unit_id).scalar_subquery()
        query = select(_fix).join(units, (_fix.c.unit_id == units.c.unit_id) & (_fix.c.at_ms == newest))
        with self._readers.connect() as connection:
            return {row["unit_id"]: _as_fix(row) for row in connection.execute(query).mappings()}

    def track(self, unit_id: str, since: datetime, until: datetime) -> list[Fix]:
        """The fixes of one unit between two moments, oldest first."""
        query = select(_fix).where(_fix.c.unit_id == unit_id, _fix.c.at_ms.between(_at_ms(since), _at_ms(until))).order_by(_fix.c.at_ms)
        with self._readers.connect() as connection:
            return [_as_fix(row) for row in connection.execute(query).mappings()]

    def forget_before(self, moment: datetime) -> int:
        """Remove fixes older than `moment`; returns how many."""
        with self.engine.begin() as connection:
            return connection.execute(delete(_fix).where(_fix.c.at_ms < _at_ms(moment))).rowcount

    def close(self) -> None:
        close_engine(self.engine)


def _as_fix(row: RowMapping) -> Fix:
    return Fix(
        unit_id=row["unit_id"],
        at=datetime.fromtimestamp(row["at_ms"] / 1000, UTC),
        point=Point(row["lat"], row["lon"]),
        speed_kmh=row["speed_kmh"],
        heading_deg=row["heading_deg"],
        accuracy_m=row["accuracy_m"],
        battery_pct=row["battery_pct"],
    )
