"""What happens to a drill itself; none of it is ever in the log of a centre in service."""

from dataclasses import dataclass

from command_center.domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted(Event):
    """The scenario begins now: its minutes count from this line. scenario : its name, as A-blue-to-orange."""

    scenario: str
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillNoted(Event):
    """A word of the director to those who train, in both languages."""

    step: str
    text_zh: str
    text_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStepPlayed(Event):
    """Something was brought about; screens of those who train do not show it.

    incident : where a call went. problem : why it could not be, "" when it was.
    """

    step: str
    group: str
    kind: str
    incident: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded(Event):
    """The score counts up to this line."""

    scenario: str
    reason: str = ""
