"""How fast the operations log proves itself: the chain recomputed from its first line, as `verify-log` does it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing

from sqlalchemy.orm import Session

from bench.figures import Figure, figure
from bench.ground import Ground, folder
from command_center.db import log
from command_center.db.schema import migrate
from command_center.domain import events
from command_center.domain.rights import SYSTEM
from command_center.services import open_center

IN_ONE = 500
"""Lines appended in one transaction."""

GOAL_US = 5.0
"""200,000 lines a second."""


def measure(ground: Ground) -> Iterator[Figure]:
    """Lines per second on a log of its own: the figure is its inverse, microseconds a line, so that less is better."""
    lines = ground.samples(50_000, 5_000)
    with folder() as data_dir:
        url = f"sqlite:///{data_dir / 'center.sqlite'}"
        tracks_url = f"sqlite:///{data_dir / 'tracks.sqlite'}"
        center = open_center(database_url=url, redis_url="unix:///nowhere", tracks_url=tracks_url, data_dir=data_dir)
        with closing(center):
            migrate(url)
            for first in range(0, lines, IN_ONE):
                with Session(center.engine) as session, session.begin():
                    log.append(session, [_event(first + number) for number in range(IN_ONE)], actor=SYSTEM, at=center.now(), touched=[])
            with center.read() as session:
                began = time.perf_counter()
                verdict = log.verify(session)
                took_s = time.perf_counter() - began
    assert verdict.broken_at is None
    assert verdict.lines == lines
    yield figure("log lines verified per second", lines / took_s, "lines/s")
    yield figure("one log line verified", took_s / lines * 1e6, "us", goal=GOAL_US)


def _event(number: int) -> events.Event:
    proposed = [hashlib.sha256(f"{number}.{place}".encode()).hexdigest()[:9] for place in range(2)]
    return events.UnitDispatched(
        incident_id=number,
        number=f"20260302-{number:03d}",
        unit_id="patrol-01",
        assignment_id=number,
        travel_s=93.4,
        proposed=proposed,
    )
