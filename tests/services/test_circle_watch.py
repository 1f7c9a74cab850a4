"""The circle of a web process is kept up to date by what happens, and by time alone."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.road_weather import RoadWeather
from command_center.services import measurements
from command_center.services.circle_watch import CircleWatch
from command_center.services.live import LiveBoard
from command_center.services.measurements import TakeMeasurement
from tests.builders import OFFICER
from tests.conftest import Clock

AN_HOUR_AND_A_BIT_S = 3_700.0


async def told_next(watch: CircleWatch, live: LiveBoard) -> dict[str, Any]:
    """The figures that screens are told while the watch runs and nobody does anything."""
    async with live.subscribe() as queue:
        running = asyncio.create_task(watch.run())
        try:
            async with asyncio.timeout(20):
                message = await queue.get()
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
    assert message.event == "coverage"
    figures: dict[str, Any] = json.loads(message.data)
    return figures


@pytest.mark.anyio
async def test_rain_that_runs_out_by_time_alone_is_seen_in_a_quiet_centre(center: Center, clock: Clock) -> None:
    measurements.take_measurement(center, TakeMeasurement(metric="rain_mm", value=30.0, window_h=1.0), OFFICER)
    live = LiveBoard(center)
    watch = CircleWatch(center, live, anyway_s=0.05)
    wet = await watch.now()

    clock.advance(AN_HOUR_AND_A_BIT_S)
    figures = await told_next(watch, live)

    assert wet.roads.weather is RoadWeather.RAIN
    assert figures["weather"] == "dry"
    assert (await watch.now()).roads.weather is RoadWeather.DRY


@pytest.mark.anyio
async def test_nobody_is_told_twice_of_a_circle_that_is_the_same(center: Center) -> None:
    live = LiveBoard(center)
    watch = CircleWatch(center, live, anyway_s=0.05)

    async with live.subscribe() as queue:
        sights = [await watch.look() for _ in range(3)]

    assert queue.qsize() == 1
    assert len({sight.circle.share for sight in sights}) == 1
