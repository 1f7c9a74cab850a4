"""Clocks that run with an incident (minutes people are stuck in a lift): since when, and when they speak for which plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from command_center.db.tables import Incident
from command_center.domain.catalogue import Catalogue
from command_center.domain.levels import Level
from command_center.domain.text import Text
from command_center.services.situation import UNIT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment from which the clock alone speaks for a plan at this level."""

    plan_id: str
    level: Level
    text: Text
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """One clock of an incident. lasted : None while it runs. marks : soonest first; those it never reached are left out."""

    metric: str
    name: Text
    since: datetime
    lasted: timedelta | None
    marks: tuple[Mark, ...]


def timers_of(catalogue: Catalogue, incident: Incident) -> list[Timer]:
    """The clocks of an incident; they stop when it is under control or ended."""
    return [_timer(catalogue, incident, name) for name, metric in catalogue.common.metrics.items() if incident.type in metric.runs_for]


def _timer(catalogue: Catalogue, incident: Incident, metric: str) -> Timer:
    stopped_at = incident.controlled_at or incident.ended_at
    marks = sorted(_marks(catalogue, metric, incident.reported_at), key=lambda mark: mark.at)
    return Timer(
        metric=metric,
        name=catalogue.common.metrics[metric].name,
        since=incident.reported_at,
        lasted=None if stopped_at is None else stopped_at - incident.reported_at,
        marks=tuple(mark for mark in marks if stopped_at is None or mark.at <= stopped_at),
    )


def _marks(catalogue: Catalogue, metric: str, since: datetime) -> Iterator[Mark]:
    unit_s = UNIT_S[catalogue.common.metrics[metric].unit]
    for plan in catalogue.plans.values():
        for trigger in plan.triggers:
            measure = trigger.metric
            if measure is not None and measure.name == metric and trigger.also is None and not isinstance(measure.value, str):
                yield Mark(plan_id=plan.id, level=trigger.level, text=trigger.text, at=since + timedelta(seconds=measure.value * unit_s))
