"""The drill's loop: one turn a second until told to stop, through restarts of the web process."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from command_center.catalogue import FOLDER, load_catalogue
from command_center.domain.catalogue import Coverage
from command_center.domain.rights import Role
from command_center.roads import RoadFileRefused, RoadNetwork
from workers.drill.exercise import Exercise, muster
from workers.drill.line import Line, LineDown
from workers.drill.orders import NAME

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
TURN_S = 1.0
TRY_AGAIN_S = (0.25, 0.5, 1.0)
"""How soon the centre is called again when it does not answer; the last one from then on."""

WORTH_A_WARNING = 30
"""So many failures in a row are no restart any more."""

TOKEN_S = 60.0


class Settings(Protocol):
    """What the drill needs to know of the centre's settings."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def data_dir(self) -> Path: ...
    @property
    def catalogue_dir(self) -> Path | None: ...
    @property
    def calls_per_hour(self) -> float: ...
    def as_environment(self) -> dict[str, str]: ...


def run(settings: Settings, stopping: threading.Event, *, seed: object = None) -> None:
    """Drive and ring until `stopping` is set. seed : makes a drill repeatable; None throws the dice anew."""
    catalogue = load_catalogue(settings.catalogue_dir or FOLDER)
    roads = street_roads(settings.data_dir / "roads.npz", catalogue.street.coverage)
    call_up = partial(muster, catalogue, roads, seed=secrets.randbits(32) if seed is None else seed, calls_per_hour=settings.calls_per_hour)
    exercise: Exercise | None = None
    failures = 0
    with closing(Line(web_address(settings.host, settings.port), partial(new_token, settings.as_environment()))) as line:
        for now in _turns(stopping):
            try:
                if not line.is_open:
                    line.open()
                    exercise = exercise or call_up(now=now, last_known=line.last_known)
                    log.info("the drill is connected", extra={"vehicles": len(exercise.crews), "calls_per_hour": settings.calls_per_hour})
                assert exercise is not None  # noqa: S101 - for mypy: an open line was opened here
                take_turn(line, exercise, now)
                failures = 0
            except LineDown as problem:
                failures += 1
                tell = log.warning if failures == WORTH_A_WARNING else log.info
                tell("the centre does not answer the drill", extra={"problem": str(problem), "failures": failures})
                stopping.wait(TRY_AGAIN_S[min(failures, len(TRY_AGAIN_S)) - 1])


def take_turn(line: Line, exercise: Exercise, now: datetime) -> None:
    """Hear, act, tell. Raises LineDown."""
    exercise.hear(now, line.take_in())
    turn = exercise.step(now, None if line.is_stale else line.board)
    line.send_positions(turn.fixes)
    for order in turn.orders:
        line.give(order)


def _turns(stopping: threading.Event) -> Iterator[datetime]:
    """The moments to act at, a second apart; a turn that took longer delays the next, it is not made up for."""
    due = time.monotonic()
    while not stopping.wait(max(0.0, due - time.monotonic())):
        yield datetime.now(UTC)
        due = max(due + TURN_S, time.monotonic())


def street_roads(file: Path, driving: Coverage) -> RoadNetwork:
    """The streets as the centre drives on them; exits with a sentence when there are none."""
    try:
        return RoadNetwork.of_street(file, driving)
    except RoadFileRefused as problem:
        raise SystemExit(f"The drill has no streets to drive on: {problem}. Run `python -m command_center up` first.") from None


def web_address(host: str, port: int) -> str:
    """Where the web process answers on this machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        host = "127.0.0.1" if host != "::" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def new_token(environment: Mapping[str, str], name: str = NAME) -> str:
    """A duty officer's token in this name, made by the centre's own command line: the drill never opens the database. Raises LineDown."""
    command = [sys.executable, "-m", "command_center", "token", "create", "--role", Role.DUTY_OFFICER.value, "--name", name]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment, "PYTHONPATH": path, "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=TOKEN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise LineDown("no token could be made in time") from problem
    if done.returncode or not done.stdout.strip():
        raise LineDown(f"no token could be made: {done.stderr.strip()[-300:]}")
    return done.stdout.split()[-1]
