"""What happens to roads: closed, guarded, left alone, opened again."""

from dataclasses import dataclass

from command_center.domain.events.base import EVENTS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureEvent(Event):
    """What all events of one closure have in common. road_zh, road_en : what people call the place."""

    closure_id: int
    road_zh: str
    road_en: str


del EVENTS["ClosureEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureProposed(ClosureEvent):
    """The water is deep enough to close the road. units : nearest free ones, who could guard it. step_id : of a running plan."""

    depth_cm: float
    units: list[str]
    step_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterMeasured(ClosureEvent):
    """The water of a standing closure has another depth now; it stays what it is."""

    depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterGone(ClosureEvent):
    """The road can be opened; its guard may leave."""

    depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadClosed(ClosureEvent):
    kind: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureDeclined(ClosureEvent):
    """An officer decided that the road stays open."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureStale(ClosureEvent):
    """The water fell before anybody decided."""

    depth_cm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadReopened(ClosureEvent):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureTakenBack(ClosureEvent):
    """Closing or opening it was a slip. closure_state : what it is again."""

    closure_state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardNamed(ClosureEvent):
    """unit_id : None when the road has no guard any more. before : the one it takes over from."""

    unit_id: str | None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardArrived(ClosureEvent):
    unit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLeft(ClosureEvent):
    """The guard was there and is not any more, and the water has not gone. leaders_in_s : until the chain of command is called."""

    unit_id: str
    distance_m: int
    leaders_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardBack(ClosureEvent):
    """away_s : how long the road was unguarded."""

    unit_id: str
    away_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardStillAway(ClosureEvent):
    """The leaders are called."""

    unit_id: str
    away_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyPlanned(Event):
    """Standby points were worked out for so many free units. share_before, share_after : of the demand within five minutes."""

    units: int
    share_before: float
    share_after: float
