"""The director's loop: turn after turn on the drill's clock until told to stop, through everything that the scenario itself breaks."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from command_center.catalogue import FOLDER, load_catalogue
from command_center.catalogue.scenarios import load_scenario
from command_center.domain.catalogue import Catalogue
from command_center.domain.drill_clock import DRILL_FILE, DrillClock
from command_center.roads import RoadNetwork
from workers.director.performance import Performance
from workers.director.stage import NAME, Stage
from workers.drill.crews import SAY_AGAIN
from workers.drill.exercise import LONGEST_STEP_S, Exercise, muster
from workers.drill.habits import Habits
from workers.drill.line import Line, LineDown
from workers.drill.running import new_token, street_roads, web_address

log = logging.getLogger(__name__)

LONGEST_TURN_S, SHORTEST_TURN_S = 1.0, 0.2
"""Seconds on the wall between two turns: one of the drill's where that is possible."""

TRY_AGAIN_S = 0.3

AS_TOLD = Habits(silent_share=0.0, decline_share=0.0)
"""In a drill no crew is silent by chance: only the scenario makes it so."""


class Settings(Protocol):
    """What the director needs to know of the drill's settings."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def catalogue_dir(self) -> Path | None: ...
    @property
    def drill(self) -> DrillClock | None: ...
    def as_environment(self) -> dict[str, str]: ...


def run(settings: Settings, stopping: threading.Event) -> None:
    """Direct the drill of these settings until `stopping` is set."""
    clock = settings.drill
    if clock is None:
        raise SystemExit("Only a drill has a director: start one with `python -m command_center drill`.")
    catalogue = load_catalogue(settings.catalogue_dir or FOLDER)
    scenario = load_scenario(settings.data_dir / DRILL_FILE, catalogue)
    roads = street_roads(settings.data_dir / "roads.npz", catalogue.street.coverage)
    performance: Performance | None = None
    stage: Stage | None = None
    with closing(Line(web_address(settings.host, settings.port), partial(new_token, settings.as_environment(), NAME))) as line:
        for now in _turns(clock, stopping):
            try:
                if not line.is_open or stage is None:
                    line.open()
                    stage = stage or Stage(
                        line=line,
                        exercise=call_up(catalogue, roads, line, clock, seed=scenario.name, now=now),
                        places=catalogue.places,
                        folder=settings.data_dir,
                    )
                    log.info("the director is connected", extra={"scenario": scenario.name})
                if performance is None and clock.has_begun(now):
                    performance = Performance.begin(scenario, stage, now)
                    log.info("the drill begins", extra={"scenario": scenario.name, "waiting": len(performance.waiting)})
                _take_turn(stage, performance, now)
            except LineDown as problem:
                log.info("the centre does not answer the director", extra={"problem": str(problem)})
                stopping.wait(TRY_AGAIN_S)


def call_up(catalogue: Catalogue, roads: RoadNetwork, line: Line, clock: DrillClock, *, seed: str, now: datetime) -> Exercise:
    """The vehicles and crews of a drill: no calls by chance, no simulated officer, and patience counted on the wall."""
    exercise = muster(catalogue, roads, seed=seed, now=now, last_known=line.last_known, calls_per_hour=0.0, habits=AS_TOLD)
    exercise.officer = None
    exercise.longest_step_s = LONGEST_STEP_S * clock.speed
    for crew in exercise.crews.values():
        crew.say_again = SAY_AGAIN * clock.speed
    return exercise


def _take_turn(stage: Stage, performance: Performance | None, now: datetime) -> None:
    """Hear, play what is due, let vehicles and crews act; before the scenario's hour only they do. Raises LineDown."""
    line, exercise = stage.line, stage.exercise
    exercise.hear(now, line.take_in())
    if performance is not None:
        performance.act(now, stage)
    turn = exercise.step(now, None if line.is_stale else line.board)
    line.send_positions(turn.fixes)
    for order in turn.orders:
        line.give(order)


def _turns(clock: DrillClock, stopping: threading.Event) -> Iterator[datetime]:
    """The drill's moments to act at; a turn that took longer delays the next."""
    length_s = min(max(1.0 / clock.speed, SHORTEST_TURN_S), LONGEST_TURN_S)
    due, before = time.monotonic(), datetime.min.replace(tzinfo=UTC)
    while not stopping.wait(max(0.0, due - time.monotonic())):
        before = max(clock.at(datetime.now(UTC)), before + timedelta(microseconds=1))
        yield before
        due = max(due + length_s, time.monotonic())
