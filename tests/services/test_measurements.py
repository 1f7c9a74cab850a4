"""Measured values: within their metric's bounds, corrected by a new entry, never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Incident, Measurement
from command_center.domain.errors import (
    ChangedMeanwhile,
    Invalid,
    NotOneOf,
    NotPermitted,
    OutOfBounds,
    OutsideDistrict,
    ReasonNeeded,
    Refusal,
    UnknownIncident,
    UnknownMeasurement,
    UnknownMetric,
    UnknownPlace,
    WindowNeeded,
)
from command_center.domain.geo import Point
from command_center.domain.rights import Actor
from command_center.services import history, measurements
from command_center.services.measurements import TakeMeasurement
from tests.builders import MORNING, OFFICER, given, somewhere, take_test_call


def measure(center: Center, metric: str = "ponding_depth_cm", value: float | str = 28, **stated: object) -> int:
    return measurements.take_measurement(center, TakeMeasurement(metric=metric, value=value, **stated), OFFICER)  # type: ignore[arg-type]  # any field


def test_a_value_is_kept_with_its_place_and_time(center: Center) -> None:
    place = next(iter(center.catalogue.places))

    row_id = measure(center, place_id=place, measured_at=MORNING - timedelta(minutes=10), note="标尺")

    (row,) = measurements.list_measurements(center)
    assert (row["id"], row["value"], row["place_id"], row["measured_at"]) == (str(row_id), 28.0, place, "2026-03-02T00:50:00Z")
    assert history.recent_entries(center, limit=1)[0]["facts"]["value"] == "28"


def test_a_metric_in_words_takes_its_words(center: Center) -> None:
    measure(center, "river_stage", "warning")

    assert measurements.list_measurements(center)[0]["value"] == "warning"


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        ({"metric": "moon_phase"}, UnknownMetric),
        ({"value": -1}, OutOfBounds),
        ({"value": 501}, OutOfBounds),
        ({"value": float("nan")}, OutOfBounds),
        ({"value": float("inf")}, OutOfBounds),
        ({"value": "deep"}, OutOfBounds),
        ({"metric": "temp_min_c", "value": -61, "window_h": 24}, OutOfBounds),
        ({"metric": "river_stage", "value": 3}, NotOneOf),
        ({"metric": "river_stage", "value": "high"}, NotOneOf),
        ({"metric": "rain_mm", "value": 30}, WindowNeeded),
        ({"metric": "rain_mm", "value": 30, "window_h": 0.0}, Invalid),
        ({"metric": "rain_mm", "value": 30, "window_h": 169.0}, Invalid),
        ({"metric": "rain_mm", "value": 30, "window_h": float("nan")}, Invalid),
        ({"place_id": "XQ999"}, UnknownPlace),
        ({"at": Point(31.2, 121.5)}, OutsideDistrict),
        ({"at": Point(float("nan"), 121.5)}, OutsideDistrict),
        ({"incident_id": 999}, UnknownIncident),
        ({"measured_at": MORNING + timedelta(hours=1)}, Invalid),
    ],
)
def test_a_value_that_cannot_be_right_is_refused(center: Center, stated: dict[str, object], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as caught:
        measure(center, **stated)  # type: ignore[arg-type]  # a wrong value on purpose

    assert type(caught.value) is refusal
    assert measurements.list_measurements(center) == []


@pytest.mark.parametrize("name", ["rain_mm", "temp_min_c", "gas_lel_pct", "quake_ms"])
def test_the_bounds_themselves_are_possible(center: Center, name: str) -> None:
    metric = center.catalogue.common.metrics[name]
    assert metric.most is not None

    for value in (metric.least, metric.most):
        measure(center, name, value, window_h=1.0)

    assert len(measurements.list_measurements(center)) == 2


def test_the_same_key_keeps_a_value_once(center: Center) -> None:
    assert measure(center, key="click") == measure(center, key="click")
    assert len(measurements.list_measurements(center)) == 1


def test_a_reading_of_a_simulated_incident_is_simulated(center: Center) -> None:
    simulated = given(center, Incident, is_simulated=True)

    measure(center, "injured_persons", 1, incident_id=simulated.id)

    assert measurements.list_measurements(center)[0]["is_simulated"]


def test_a_correction_is_a_new_entry_that_points_to_the_old_one(center: Center) -> None:
    incident = take_test_call(center).incident_id
    wrong = measure(center, value=82, at=somewhere(center), incident_id=incident)

    right = measurements.correct_measurement(center, wrong, 28, OFFICER, "读错")

    with center.read() as session:
        old, new = session.scalars(select(Measurement).order_by(Measurement.id))
        assert (old.number, new.number, new.corrects_id) == (82, 28, old.id)
        assert (new.measured_at, new.incident_id, new.lat) == (old.measured_at, incident, old.lat)
    rows = {row["id"]: row["corrected_by"] for row in measurements.list_measurements(center)}
    assert rows == {str(wrong): str(right), str(right): None}


def test_a_correction_needs_a_reason_a_possible_value_and_an_entry_that_stands(center: Center) -> None:
    wrong = measure(center)

    for value, reason, refusal in ((1, " ", ReasonNeeded), (-1, "x", OutOfBounds)):
        with pytest.raises(refusal):
            measurements.correct_measurement(center, wrong, value, OFFICER, reason)
    with pytest.raises(UnknownMeasurement):
        measurements.correct_measurement(center, 999, 1, OFFICER, "x")
    measurements.correct_measurement(center, wrong, 1, OFFICER, "x")
    with pytest.raises(ChangedMeanwhile):
        measurements.correct_measurement(center, wrong, 2, OFFICER, "x")


def test_a_display_measures_nothing(center: Center, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        measurements.take_measurement(center, TakeMeasurement(metric="ponding_depth_cm", value=1), display)
