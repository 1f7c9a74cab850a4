"""What the district has ordered: a floor under the street's own level while the order stands."""

from sqlalchemy.orm import Session

from command_center.domain.levels import Level


def district_floor(_session: Session, _plan_id: str) -> Level | None:
    """The level the district has ordered for this plan; None while no order stands."""
    return None
