"""Which steps are due, and that each is played once.

What was played stands in the drill's log, so a director that died goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from command_center.domain.drill_book import Injection, Scenario
from workers.director.stage import Outcome, Stage
from workers.drill.line import Line, LineDown
from workers.drill.orders import Request

log = logging.getLogger(__name__)

ON_THE_STREET = frozenset({"crew", "position", "battery"})
"""What a director who died has to do anew: crews and vehicles are his own."""

MOST_TRIES = 40
"""A step that the centre did not answer so often is given up, and the sheet says so: the others have their turn."""

MOST_AT_ONCE = 5
"""Steps in one turn; vehicles want to drive meanwhile."""


@dataclass(slots=True, kw_only=True)
class Performance:
    """A scenario under way. started_at : when its minutes began, by the drill's clock."""

    scenario: Scenario
    started_at: datetime
    ended: bool = False
    _failures: int = 0
    _waiting: list[Injection] = field(default_factory=list)

    @classmethod
    def begin(cls, scenario: Scenario, stage: Stage, now: datetime) -> Self:
        """Begin the drill, or go on with the one that has begun: then crews and vehicles are told their ways again. Raises LineDown."""
        line = stage.line
        started_at = _asked(line.post(Request(path="/api/v1/drill/begin", body={})).json(), "started_at")
        state = line.get("/api/v1/drill").json()
        played = set(state["played"])
        waiting = [injection for injection in scenario.injections() if injection.name not in played]
        for injection in scenario.injections():
            if injection.name in played and injection.kind in ON_THE_STREET:
                stage.bring_about(injection, now)
        return cls(scenario=scenario, started_at=datetime.fromisoformat(started_at), ended=state["ended_at"] is not None, _waiting=waiting)

    @property
    def waiting(self) -> Sequence[Injection]:
        return self._waiting

    def act(self, now: datetime, stage: Stage) -> None:
        """Play what is due; end the drill when all is over. Raises LineDown: what was not noted is played again, with the same key."""
        if self.ended:
            return
        for _ in range(MOST_AT_ONCE):
            if not self._waiting or now < self.started_at + timedelta(seconds=self._waiting[0].at_s):
                break
            self._play(self._waiting[0], now, stage)
            del self._waiting[0]
        if not self._waiting and now >= self.started_at + timedelta(seconds=self.scenario.ends_s):
            stage.line.post(Request(path="/api/v1/drill/end", body={"reason": ""}))
            self.ended = True

    def _play(self, injection: Injection, now: datetime, stage: Stage) -> None:
        if injection.kind == "fault":  # noted before it strikes: it may strike the one who notes
            _note(stage.line, injection, Outcome())
            stage.bring_about(injection, now)
            return
        outcome = self._tried(injection, now, stage)
        if outcome.problem:
            log.warning("a step could not be brought about", extra={"step": injection.name, "problem": outcome.problem})
        _note(stage.line, injection, outcome)

    def _tried(self, injection: Injection, now: datetime, stage: Stage) -> Outcome:
        try:
            outcome = stage.bring_about(injection, now)
        except LineDown as problem:
            self._failures += 1
            if self._failures < MOST_TRIES:
                raise
            outcome = Outcome(problem=str(problem))
        self._failures = 0
        return outcome


def _note(line: Line, injection: Injection, outcome: Outcome) -> None:
    body = {"step": injection.name, "incident_id": outcome.incident_id, "problem": outcome.problem}
    line.post(Request(path="/api/v1/drill/steps", body=body))


def _asked(answer: dict[str, str], key: str) -> str:
    """A value of an answer; a centre that refuses it is none that a director can work with."""
    try:
        return answer[key]
    except KeyError:
        raise LineDown(f"the centre is no drill: {answer}") from None
