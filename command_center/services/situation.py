"""The situation as triggers look at it, read from the database: warnings in force, readings that still count, open incidents, orders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Call, HazardWarning, Incident, Measurement, StandingOrder
from command_center.domain.catalogue import Catalogue
from command_center.domain.notices import NoticeState
from command_center.domain.triggers import OpenIncident, Reading, SignalInForce, Situation, Standing, counts_until, latest, thresholds
from command_center.services.exercises import ACTED_ON, EXERCISE, of_situation

UNIT_S = {"min": 60.0, "h": 3600.0}
"""Seconds in the unit of a metric that runs with an incident's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A situation, and when it changes by time alone: a reading grows old, a clock reaches a threshold. None = never."""

    situation: Situation
    changes_at: datetime | None


def read_situation(center: Center, session: Session, catalogue: Catalogue, *, is_exercise: bool) -> Sight:
    """What is known now; exercises (simulated calls, warnings marked as exercise) are a situation of their own.

    catalogue : with the plans whose thresholds count (`catalogue_now`).
    """
    now = center.now()
    called = of_situation(center, Incident.is_simulated, is_exercise=is_exercise)
    incidents = list(session.scalars(select(Incident).where(Incident.ended_at.is_(None), called)))
    counting = of_situation(center, Measurement.is_simulated, is_exercise=is_exercise)
    measured = list(_measured(session, catalogue, incidents, now, counting))
    answered = list(_answered(session, catalogue, incidents))
    clocks = [clock for incident in incidents for clock in _clocks(incident, catalogue, now)]
    readings = latest([*(clock.reading for clock in clocks), *answered, *(reading for reading, _ in measured)])
    changes = [*(until for _, until in measured), *(clock.reaches_at for clock in clocks if clock.reaches_at is not None)]
    situation = Situation(
        signals=list(_signals(center, session, is_exercise=is_exercise)),
        readings=readings,
        incidents=[OpenIncident(type=incident.type, source=f"incident:{incident.id}") for incident in incidents],
        standing=list(_standing(center, session, is_exercise=is_exercise)),
    )
    return Sight(situation=situation, changes_at=min(changes, default=None))


def _signals(center: Center, session: Session, *, is_exercise: bool) -> Iterator[SignalInForce]:
    acted_on = of_situation(center, HazardWarning.status == EXERCISE, is_exercise=is_exercise)
    in_force = select(HazardWarning).where(HazardWarning.state == NoticeState.ACTIVE, HazardWarning.status.in_(ACTED_ON), acted_on)
    for row in session.scalars(in_force.order_by(HazardWarning.id)):
        if row.hazard is not None and row.color is not None:
            yield SignalInForce(hazard=row.hazard, color=row.color, source=f"warning:{row.id}")


def _standing(center: Center, session: Session, *, is_exercise: bool) -> Iterator[Standing]:
    ordered = of_situation(center, StandingOrder.is_exercise, is_exercise=is_exercise)
    orders = select(StandingOrder).where(StandingOrder.state == NoticeState.ACTIVE, ordered)
    for row in session.scalars(orders.order_by(StandingOrder.id)):
        if row.level is not None:
            yield Standing(plan_id=row.plan_id, level=row.level, variant=row.variant, source=f"standing_order:{row.id}")


def _measured(
    session: Session, catalogue: Catalogue, incidents: list[Incident], now: datetime, counting: ColumnElement[bool]
) -> Iterator[tuple[Reading, datetime]]:
    """Measurements that still count, with the moment they no longer do. Those of an incident end with it."""
    open_types = {incident.id: incident.type for incident in incidents}
    metrics = catalogue.common.metrics
    oldest = now - timedelta(hours=max(168.0, *(metric.valid_h for metric in metrics.values())))
    corrected = select(Measurement.corrects_id).where(Measurement.corrects_id.is_not(None))
    rows = select(Measurement).where(Measurement.measured_at >= oldest, counting, Measurement.id.not_in(corrected))
    for row in session.scalars(rows.order_by(Measurement.measured_at, Measurement.id)):
        metric = metrics.get(row.metric)
        if metric is None or (row.incident_id is not None and row.incident_id not in open_types):
            continue
        until = counts_until(metric, row.measured_at, row.window_h)
        value = row.number if row.word is None else row.word
        if until > now and value is not None:
            yield (
                Reading(
                    metric=row.metric,
                    value=value,
                    at=row.measured_at,
                    source=f"measurement:{row.id}",
                    subject=_subject(row),
                    window_h=row.window_h,
                    incident_type=open_types.get(row.incident_id or 0),
                ),
                until,
            )


def _subject(row: Measurement) -> str:
    if row.incident_id is not None:
        return f"incident:{row.incident_id}"
    if row.place_id is not None:
        return f"place:{row.place_id}"
    return "" if row.lat is None else f"at:{row.lat:.4f},{row.lon:.4f}"


def _answered(session: Session, catalogue: Catalogue, incidents: list[Incident]) -> Iterator[Reading]:
    """Numbers that callers gave: an answer under a metric's own name."""
    open_types = {incident.id: incident.type for incident in incidents}
    calls = select(Call).where(Call.incident_id.in_(open_types), Call.answers != {})
    for call in session.scalars(calls.order_by(Call.at, Call.id)):
        for name, answer in call.answers.items():
            metric = catalogue.common.metrics.get(name)
            number = _whole_number(answer)
            if metric is not None and not metric.values and number is not None:
                yield Reading(
                    metric=name,
                    value=number,
                    at=call.at,
                    source=f"call:{call.id}",
                    subject=f"incident:{call.incident_id}",
                    incident_type=open_types[call.incident_id],
                )


def _whole_number(answer: object) -> float | None:
    text = str(answer).strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


@dataclass(frozen=True, slots=True)
class _Clock:
    reading: Reading
    reaches_at: datetime | None


def _clocks(incident: Incident, catalogue: Catalogue, now: datetime) -> Iterator[_Clock]:
    """Metrics that run with this incident from the call until it is under control."""
    for name, metric in catalogue.common.metrics.items():
        if incident.type not in metric.runs_for or incident.controlled_at is not None:
            continue
        unit_s = UNIT_S[metric.unit]
        value = (now - incident.reported_at).total_seconds() / unit_s
        ahead = next((bound for bound in thresholds(catalogue, name) if bound > value), None)
        yield _Clock(
            Reading(
                metric=name,
                value=value,
                at=incident.reported_at,
                source=f"incident:{incident.id}",
                subject=f"incident:{incident.id}",
                incident_type=incident.type,
            ),
            None if ahead is None else incident.reported_at + timedelta(seconds=ahead * unit_s),
        )
