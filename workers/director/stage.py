"""How each kind of step is brought about: calls, warnings and measurements at the centre's doors, crews and vehicles by their own ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from command_center.domain.catalogue import Place
from command_center.domain.drill_book import (
    BatteryStep,
    CallStep,
    CrewStep,
    FaultStep,
    Injection,
    MeasurementStep,
    PositionStep,
    StepKind,
    WarningStep,
)
from command_center.wire.faults import Fault, ask_for
from workers.drill.crews import Crew
from workers.drill.exercise import Exercise
from workers.drill.line import Line
from workers.drill.orders import Request
from workers.drill.sayings import NOT_A_NUMBER

NAME = "演练导演"
"""The director's account: what it does stands in the drill's log under this name."""

WARNINGS = "/api/v1/warnings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a step. incident_id : where a call went; problem : what the centre said no with, "" when it took it."""

    incident_id: int | None = None
    problem: str = ""


DONE = Outcome()


@dataclass(slots=True, kw_only=True)
class Stage:
    """Everything a director has his hands on."""

    line: Line
    exercise: Exercise
    places: Mapping[str, Place]
    folder: Path

    def bring_about(self, injection: Injection, now: datetime) -> Outcome:
        """Let it happen. Raises LineDown when the centre does not answer; then it has to be tried again."""
        return self._ways()[injection.kind](getattr(injection.step, injection.kind), injection.name, now)

    def _ways(self) -> Mapping[StepKind, Callable[[Any, str, datetime], Outcome]]:
        return {
            "call": lambda call, name, _now: self._call(call, name),
            "warning": lambda warning, _name, _now: self._warning(warning),
            "district_text": lambda text, _name, _now: self._text(text),
            "measurement": lambda measured, name, _now: self._measurement(measured, name),
            "crew": lambda step, _name, now: self._crew(step, now),
            "position": lambda step, _name, _now: self._position(step),
            "battery": lambda step, _name, _now: self._battery(step),
            "fault": lambda fault, _name, _now: self._fault(fault),
            "note": lambda _text, _name, _now: DONE,  # the centre tells it when it is noted
        }

    # ---- at the doors ----

    def _call(self, call: CallStep, name: str) -> Outcome:
        where: dict[str, Any] = {"place_id": call.place} if call.at is None else {"at": {"lat": call.at[0], "lon": call.at[1]}}
        body = {
            **where,
            "kind": call.type,
            "place_text": call.place_text,
            "severity": None if call.severity is None else call.severity.value,
            "caller_name": call.caller,
            "caller_phone": NOT_A_NUMBER.format(0),
            "said": call.words,
            "answers": dict(call.answers),
            "is_simulated": True,
        }
        answer = self.line.post(Request(path="/api/v1/incidents", body=body, key=f"director-{name}"))
        return Outcome(problem=_problem(answer)) if answer.is_error else Outcome(incident_id=int(answer.json()["incident_id"]))

    def _warning(self, warning: WarningStep) -> Outcome:
        return self._text(warning.text or "") if warning.cap is None else self._cap((self.folder / warning.cap).read_bytes())

    def _text(self, text: str) -> Outcome:
        return self._told(Request(path=WARNINGS, body={"text": text}))

    def _cap(self, message: bytes) -> Outcome:
        return Outcome(problem=_problem(self.line.post_bytes(WARNINGS, message, "application/cap+xml")))

    def _measurement(self, measured: MeasurementStep, name: str) -> Outcome:
        body = {
            "metric": measured.metric,
            "value": measured.value,
            "place_id": measured.place,
            "window_h": measured.window_h,
            "is_simulated": True,
        }
        return self._told(Request(path="/api/v1/measurements", body=body, key=f"director-{name}"))

    def _told(self, request: Request) -> Outcome:
        return Outcome(problem=_problem(self.line.post(request)))

    # ---- on the street ----

    def _at(self, unit_id: str) -> Crew:
        return self.exercise.crews[unit_id]

    def _crew(self, step: CrewStep, now: datetime) -> Outcome:
        crew = self._at(step.unit)
        _WAYS[step.does](crew, step, now)
        return DONE

    def _battery(self, step: BatteryStep) -> Outcome:
        self._at(step.unit).vehicle.battery_pct = step.pct
        return DONE

    def _fault(self, fault: FaultStep) -> Outcome:
        ask_for(Fault(what=fault.what, seconds=fault.seconds), self.folder)
        return DONE

    def _position(self, step: PositionStep) -> Outcome:
        """One that drives to a place stays there, whatever road it guards, until it is sent elsewhere or goes on as before."""
        crew = self._at(step.unit)
        crew.vehicle.transmits = step.does != "lost"
        if step.place is not None:
            crew.go_to(self.places[step.place].point)
        elif step.does == "goes_on":
            crew.go_on()
        return DONE


def _keeps_silent(crew: Crew, _step: CrewStep, _now: datetime) -> None:
    crew.wont = "silent"


def _declines(crew: Crew, step: CrewStep, _now: datetime) -> None:
    crew.wont, crew.why = "declines", step.reason


def _answers(crew: Crew, _step: CrewStep, _now: datetime) -> None:
    crew.wont = "answers"


def _drives(crew: Crew, _step: CrewStep, now: datetime) -> None:
    crew.wont = "answers"
    crew.hurry(now)


def _arrives(crew: Crew, _step: CrewStep, now: datetime) -> None:
    crew.wont = "answers"
    crew.hurry(now)
    crew.be_there()


_WAYS: Mapping[str, Callable[[Crew, CrewStep, datetime], None]] = {
    "silent": _keeps_silent,
    "declines": _declines,
    "answers": _answers,
    "drives": _drives,
    "arrives": _arrives,
}


def _problem(answer: httpx.Response) -> str:
    """What a door said no with, in a line; "" when it said yes."""
    if not answer.is_error:
        return ""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    return f"{answer.status_code} {told.get('code', '')} {told.get('title', '')}".strip()[:200]
