"""What the district has ordered: a floor under the street's own level while the order stands."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import StandingOrder
from command_center.domain.levels import Level
from command_center.domain.notices import NoticeState
from command_center.services.exercises import of_situation


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictOrder:
    """A level that stands. issuer : as the order names itself, "" where it does not."""

    level: Level
    issuer: str
    issued_at: datetime

    def named(self, timezone: str) -> str:
        """Who ordered it and when, by the clocks of this time zone."""
        return f"{self.issuer} {self.issued_at.astimezone(ZoneInfo(timezone)):%m-%d %H:%M}".strip()


def district_order(center: Center, session: Session, plan_id: str, variant: str | None = None) -> DistrictOrder | None:
    """The gravest order of the district for this plan (and, where it names one, this variant); None while none stands."""
    standing = select(StandingOrder.level, StandingOrder.variant, StandingOrder.issuer, StandingOrder.issued_at).where(
        StandingOrder.plan_id == plan_id,
        StandingOrder.state == NoticeState.ACTIVE,
        of_situation(center, StandingOrder.is_exercise),
        StandingOrder.level.is_not(None),
    )
    orders = [
        DistrictOrder(level=row.level, issuer=row.issuer, issued_at=row.issued_at)
        for row in session.execute(standing)
        if row.level is not None and row.variant in (None, variant)
    ]
    return max(orders, key=lambda order: (order.level.rank, order.issued_at), default=None)


def district_floor(center: Center, session: Session, plan_id: str, variant: str | None = None) -> Level | None:
    """The level below which the street does not go; None while no order stands."""
    order = district_order(center, session, plan_id, variant)
    return None if order is None else order.level
