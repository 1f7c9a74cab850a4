"""A drill's clock: faster than the wall's, never backwards, and the same wherever it is read."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.drill_clock import FASTEST, SLOWEST, DrillClock

ROOT = Path(__file__).parents[2]
moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone follows
clocks = st.builds(DrillClock, started_at=moments, clock_at=moments, speed=st.floats(SLOWEST, FASTEST), begins_at=st.none() | moments)


@given(clocks, moments, moments)
def test_a_later_moment_never_reads_earlier(clock: DrillClock, one: datetime, other: datetime) -> None:
    sooner, later = sorted((one, other))

    assert clock.at(sooner) <= clock.at(later)


@given(clocks, st.integers(0, 10_000))
def test_it_passes_its_speed_of_seconds_in_each_of_the_walls(clock: DrillClock, seconds: int) -> None:
    passed = clock.at(clock.started_at + timedelta(seconds=seconds)) - clock.clock_at

    assert abs(passed.total_seconds() - seconds * clock.speed) < 1e-5


@given(clocks, moments)
def test_a_clock_that_was_handed_down_reads_the_same(clock: DrillClock, moment: datetime) -> None:
    handed_down = DrillClock.of_row(json.loads(json.dumps(clock.as_row())))

    assert handed_down.at(moment) == clock.at(moment)
    assert handed_down == clock


@given(clocks, moments)
def test_a_scenario_waits_for_its_hour_if_it_has_one(clock: DrillClock, moment: datetime) -> None:
    assert clock.has_begun(moment) is (clock.begins_at is None or clock.begins_at <= moment)


def test_two_processes_read_the_same() -> None:
    clock = DrillClock(started_at=datetime(2026, 7, 1, 10, 0, 0, 123456, UTC), clock_at=datetime(2026, 7, 1, 10, 20, tzinfo=UTC), speed=7.3)
    moment = datetime(2026, 7, 1, 11, 2, 3, 654321, UTC)
    program = (
        "import json, sys; from datetime import datetime; from command_center.domain.drill_clock import DrillClock;"
        "print(DrillClock.of_row(json.loads(sys.argv[1])).at(datetime.fromisoformat(sys.argv[2])).isoformat())"
    )

    said = subprocess.run(
        [sys.executable, "-c", program, json.dumps(clock.as_row()), moment.isoformat()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.strip() == clock.at(moment).isoformat()
