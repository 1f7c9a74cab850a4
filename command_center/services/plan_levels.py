"""The history of a running plan's level: who asked for it, put it into force, changed and confirmed it, when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from command_center.db.log import lines_about
from command_center.db.tables import Activation, LogEntry
from command_center.domain import events

LEVEL_EVENTS = (
    events.ActivationAsked.name,
    events.PlanActivated.name,
    events.ActivationConfirmed.name,
    events.ActivationNotConfirmed.name,
    events.LevelAsked.name,
    events.LevelChanged.name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelStep:
    """One line of the history. event : name of the log's event. before : the level it changed from. late_s : past the time to confirm."""

    at: datetime
    by: str
    event: str
    level: str
    before: str | None
    is_provisional: bool
    late_s: float
    reason: str


def level_steps(session: Session, activation: Activation) -> tuple[LevelStep, ...]:
    """Every step of the level, oldest first."""
    lines = session.scalars(lines_about(activations=[activation.id]).where(LogEntry.event.in_(LEVEL_EVENTS)))
    return tuple(_step(line) for line in lines)


def _step(line: LogEntry) -> LevelStep:
    facts = line.facts
    return LevelStep(
        at=line.at,
        by=line.actor,
        event=line.event,
        level=facts.get("level") or facts["after"],
        before=facts.get("before"),
        is_provisional=facts.get("provisional", False),
        late_s=facts.get("late_s", 0.0),
        reason=facts.get("reason", ""),
    )
