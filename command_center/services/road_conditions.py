"""The weather on the roads as the centre knows it: from warnings in force and from what was measured."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.db.tables import HazardWarning, Measurement
from command_center.domain.catalogue import Catalogue
from command_center.domain.notices import NoticeState
from command_center.domain.road_weather import ICY_METRIC, WET_METRIC, RoadWeather, road_weather
from command_center.domain.triggers import counts_until

_LONGEST = timedelta(days=7)


def present_weather(session: Session, catalogue: Catalogue, now: datetime) -> RoadWeather:
    """What vehicles drive on now; exercises leave real travel times alone."""
    in_force = select(HazardWarning.hazard).where(HazardWarning.state == NoticeState.ACTIVE, HazardWarning.status == "actual")
    hazards = frozenset(hazard for hazard in session.scalars(in_force) if hazard is not None)
    corrected = select(Measurement.corrects_id).where(Measurement.corrects_id.is_not(None))
    measured = select(Measurement).where(
        Measurement.metric.in_((ICY_METRIC, WET_METRIC)),
        Measurement.measured_at >= now - _LONGEST,
        Measurement.is_simulated.is_(False),
        Measurement.id.not_in(corrected),
    )
    readings: dict[str, float] = {}
    for row in session.scalars(measured.order_by(Measurement.measured_at, Measurement.id)):
        counts = counts_until(catalogue.common.metrics[row.metric], row.measured_at, row.window_h) > now
        readings[row.metric] = row.number if counts and row.number is not None else 0.0
    return road_weather(hazards, readings)
