"""What the district has ordered: a floor under the street's own level while the order stands."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.db.tables import StandingOrder
from command_center.domain.levels import Level
from command_center.domain.notices import NoticeState


def district_floor(session: Session, plan_id: str, variant: str | None = None) -> Level | None:
    """The gravest level the district has ordered for this plan (and, where it names one, this variant); None while no order stands."""
    standing = select(StandingOrder.level, StandingOrder.variant).where(
        StandingOrder.plan_id == plan_id,
        StandingOrder.state == NoticeState.ACTIVE,
        StandingOrder.is_exercise.is_(False),
        StandingOrder.level.is_not(None),
    )
    levels = [row.level for row in session.execute(standing) if row.level is not None and row.variant in (None, variant)]
    return max(levels, key=lambda level: level.rank, default=None)
