"""Measured values: taken with their metric's bounds, never changed, corrected by a new entry that points to the old one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import Incident, Measurement
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    ChangedMeanwhile,
    Invalid,
    NotOneOf,
    OutOfBounds,
    ReasonNeeded,
    UnknownIncident,
    UnknownMeasurement,
    UnknownMetric,
    WindowNeeded,
)
from command_center.domain.geo import Point
from command_center.domain.rights import Actor, Right
from command_center.domain.vocabulary import Metric
from command_center.services.places import place_named, spot_at

LONGEST_WINDOW_H = 168.0
FUTURE_ALLOWANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeMeasurement:
    """A value of a metric of the vocabulary, at a place, at a point, about an incident, or for the street as a whole.

    window_h : hours the value adds up over, for metrics that add up. measured_at : None means now.
    """

    metric: str
    value: float | str
    window_h: float | None = None
    place_id: str | None = None
    at: Point | None = None
    incident_id: int | None = None
    measured_at: datetime | None = None
    note: str = ""
    is_simulated: bool = False
    key: str | None = None


def take_measurement(center: Center, order: TakeMeasurement, actor: Actor) -> int:
    """Keep a value; returns its id.

    Raises UnknownMetric, NotOneOf, OutOfBounds, WindowNeeded, Invalid, UnknownPlace, OutsideDistrict, UnknownIncident.
    """
    actor.require(Right.TAKE_WARNINGS)
    metric = _metric(center, order.metric)
    number, word = checked(order.metric, order.value, metric)
    window_h = _window(order, metric)
    _check_place(center, order)
    with center.work(actor) as work:
        earlier = work.answered(order.key, _fingerprint(order))
        if earlier is not None:
            return int(earlier["measurement_id"])
        is_simulated = order.is_simulated
        if order.incident_id is not None:
            incident = work.session.get(Incident, order.incident_id)
            if incident is None:
                raise UnknownIncident(incident=order.incident_id)
            is_simulated = is_simulated or incident.is_simulated
        row = work.add(
            Measurement(
                metric=order.metric,
                number=number,
                word=word,
                window_h=window_h,
                place_id=order.place_id,
                lat=None if order.at is None else order.at.lat,
                lon=None if order.at is None else order.at.lon,
                incident_id=order.incident_id,
                measured_at=_measured_at(order.measured_at, work.now),
                taken_at=work.now,
                taken_by=work.actor.name,
                note=order.note,
                is_simulated=is_simulated,
            )
        )
        work.record(
            events.MeasurementTaken(
                measurement_id=row.id,
                metric=row.metric,
                value=spoken(row),
                unit=metric.unit,
                place_id=row.place_id,
                incident_id=row.incident_id,
                is_simulated=row.is_simulated,
            )
        )
        work.answer(order.key, {"measurement_id": row.id})
        return row.id


def correct_measurement(center: Center, measurement_id: int, value: float | str, actor: Actor, reason: str) -> int:
    """Put a new value in the place of a wrong one; returns the new entry's id.

    Raises UnknownMeasurement, ReasonNeeded, ChangedMeanwhile (it was corrected already), and what take_measurement raises for a value.
    """
    actor.require(Right.TAKE_WARNINGS)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with center.work(actor) as work:
        wrong = work.get(Measurement, measurement_id, UnknownMeasurement(measurement=measurement_id))
        metric = _metric(center, wrong.metric)
        number, word = checked(wrong.metric, value, metric)
        if work.session.scalar(select(Measurement.id).where(Measurement.corrects_id == wrong.id)) is not None:
            raise ChangedMeanwhile(kind="measurement", id=str(wrong.id))
        row = _correction(work, wrong, number, word, reason.strip())
        work.record(
            events.MeasurementCorrected(
                measurement_id=row.id,
                corrects_id=wrong.id,
                metric=row.metric,
                value=spoken(row),
                unit=metric.unit,
                before_value=spoken(wrong),
                incident_id=row.incident_id,
                reason=reason.strip(),
            )
        )
        return row.id


def _correction(work: Work, wrong: Measurement, number: float | None, word: str | None, reason: str) -> Measurement:
    return work.add(
        Measurement(
            metric=wrong.metric,
            number=number,
            word=word,
            window_h=wrong.window_h,
            place_id=wrong.place_id,
            lat=wrong.lat,
            lon=wrong.lon,
            incident_id=wrong.incident_id,
            measured_at=wrong.measured_at,
            taken_at=work.now,
            taken_by=work.actor.name,
            note=reason,
            is_simulated=wrong.is_simulated,
            corrects_id=wrong.id,
        )
    )


def _metric(center: Center, name: str) -> Metric:
    metric = center.catalogue.common.metrics.get(name)
    if metric is None:
        raise UnknownMetric(metric=name)
    return metric


def checked(name: str, value: float | str, metric: Metric) -> tuple[float | None, str | None]:
    """The value as a number or a word, whichever the metric has. Raises NotOneOf, OutOfBounds."""
    if metric.values:
        if value not in metric.values:
            raise NotOneOf(metric=name, value=str(value)[:60], values=list(metric.values))
        return None, str(value)
    most = float("inf") if metric.most is None else metric.most
    if isinstance(value, str) or not isfinite(value) or not metric.least <= value <= most:
        raise OutOfBounds(metric=name, value=str(value)[:60], least=metric.least, most=metric.most)
    return float(value), None


def _window(order: TakeMeasurement, metric: Metric) -> float | None:
    if not metric.windowed:
        return None
    if order.window_h is None:
        raise WindowNeeded(metric=order.metric)
    if not 0 < order.window_h <= LONGEST_WINDOW_H:
        raise Invalid(field="window_h", value=str(order.window_h))
    return order.window_h


def _check_place(center: Center, order: TakeMeasurement) -> None:
    if order.place_id is not None:
        place_named(center, order.place_id)
    if order.at is not None:
        spot_at(center, order.at)


def _measured_at(told: datetime | None, now: datetime) -> datetime:
    if told is not None and told > now + FUTURE_ALLOWANCE:
        raise Invalid(field="measured_at", value=told.isoformat())
    return min(told or now, now)


def _fingerprint(order: TakeMeasurement) -> dict[str, Any]:
    at = None if order.at is None else [order.at.lat, order.at.lon]
    return {
        "verb": "take_measurement",
        "metric": order.metric,
        "value": order.value,
        "window_h": order.window_h,
        "place": order.place_id,
        "at": at,
        "incident": order.incident_id,
    }


def spoken(row: Measurement) -> str:
    """The value as text: a word, or a number without needless zeros."""
    return row.word or f"{row.number:g}"


def list_measurements(center: Center, *, limit: int = 100) -> list[dict[str, Any]]:
    """The newest measurements, JSON-plain; corrected ones say by which."""
    with center.read() as session:
        rows = session.scalars(select(Measurement).order_by(Measurement.measured_at.desc(), Measurement.id.desc()).limit(limit)).all()
        corrections = select(Measurement.corrects_id, Measurement.id).where(Measurement.corrects_id.in_([row.id for row in rows]))
        corrected_by = {corrects_id: row_id for corrects_id, row_id in session.execute(corrections) if corrects_id is not None}
        return [_row(row, corrected_by.get(row.id)) for row in rows]


def _row(row: Measurement, corrected_by: int | None) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "metric": row.metric,
        "value": row.number if row.word is None else row.word,
        "window_h": row.window_h,
        "place_id": row.place_id,
        "lat": row.lat,
        "lon": row.lon,
        "incident_id": None if row.incident_id is None else str(row.incident_id),
        "measured_at": moment(row.measured_at),
        "taken_by": row.taken_by,
        "note": row.note,
        "is_simulated": row.is_simulated,
        "corrects": None if row.corrects_id is None else str(row.corrects_id),
        "corrected_by": None if corrected_by is None else str(corrected_by),
    }
