"""What comes from above and from instruments: warnings, orders of the district, measurements, and the plans they propose.

hazard : code of the catalogue, or the word as written where it has none. mark : exercise, test, system, draft or differs; "" for the usual.
"""

from dataclasses import dataclass

from command_center.domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningTaken(Event):
    """A message was kept. state : where it stands now; expires_in_s : None when nothing is to be ended by the clock."""

    warning_id: int
    hazard: str
    color: str | None
    act: str
    issuer: str
    source: str
    state: str
    mark: str = ""
    expires_in_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningEnded(Event):
    """how : superseded, lifted, cancelled, ended (by hand) or expired. by_id : the message that ended it."""

    warning_id: int
    hazard: str
    color: str | None
    issuer: str
    how: str
    by_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningTimed(Event):
    """Somebody said until when a warning stands. until : as the street's clocks show it, "07-13 08:00"."""

    warning_id: int
    hazard: str
    color: str | None
    issuer: str
    until: str
    expires_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrderTaken(Event):
    """The district ordered a level for a plan, or ended its order (act lift)."""

    order_id: int
    plan_id: str
    level: str | None
    act: str
    issuer: str
    state: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrderEnded(Event):
    order_id: int
    plan_id: str
    level: str | None
    how: str
    by_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementTaken(Event):
    """value : the number as text, or the word of a metric in words."""

    measurement_id: int
    metric: str
    value: str
    unit: str
    place_id: str | None = None
    incident_id: int | None = None
    is_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementCorrected(Event):
    """A new entry takes the place of an old one; both stay."""

    measurement_id: int
    corrects_id: int
    metric: str
    value: str
    unit: str
    before_value: str
    incident_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProposed(Event):
    """level_before : None for a new proposal. triggers : ids of the triggers that hold, gravest first."""

    proposal_id: int
    plan_id: str
    level: str
    level_before: str | None
    triggers: list[str]
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(Event):
    proposal_id: int
    plan_id: str
    level: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalTaken(Event):
    """The plan was activated at this level."""

    proposal_id: int
    plan_id: str
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalStale(Event):
    """What it was proposed for is over."""

    proposal_id: int
    plan_id: str
    level: str
