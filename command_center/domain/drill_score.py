"""The score of a drill: every expectation with its verdict, and the times of the desk, from the lines of the log alone.

Pure: the same scenario and the same lines give the same sheet, while the drill runs and for ever after.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Any, Literal

from command_center.domain.drill_book import Expectation, Scenario
from command_center.domain.levels import Level
from command_center.domain.response_time import PROMISE_S, promise_kept_share
from command_center.domain.text import Text

State = Literal["met", "late", "missed", "open"]

AT_THE_END = frozenset({"joined", "never", "told_once"})
"""What can only be judged when its time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the log since the drill began."""

    at: datetime
    event: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One expectation.

    asked_s : seconds after the start from which it counts. took_s : from then; None where it has not happened, or where only the end of
    the time can tell. state : late is met, but past the limit; open while there is still time.
    """

    says: Text
    asked_s: float
    within_s: float
    took_s: float | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTimes:
    """One incident of the drill: seconds from its first call, None where that has not happened."""

    number: str
    type: str
    severity: str
    reported_s: float
    calls: int
    seen_s: float | None
    sent_s: float | None
    there_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision about a plan. delay_s : from the proposal, or from when it was asked for; None when nobody had asked."""

    at_s: float
    plan_id: str
    what: str
    level: str
    delay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the log says of a drill. elapsed_s : of the drill's own time.

    five_minute_share : of the incidents that were reached or have waited longer than that; None when there are none.
    overdue : steps of plans that passed their deadline. problems : what of the scenario could not be brought about.
    """

    elapsed_s: float
    verdicts: Sequence[Verdict]
    calls: Sequence[CallTimes]
    five_minute_share: float | None
    decisions: Sequence[Decision]
    overdue: Sequence[str]
    unanswered_orders: int
    parked_jobs: int
    problems: Sequence[str]

    @property
    def judged(self) -> int:
        return sum(verdict.state != "open" for verdict in self.verdicts)

    @property
    def met(self) -> int:
        return sum(verdict.state == "met" for verdict in self.verdicts)


def score(scenario: Scenario, lines: Sequence[Line], *, started_at: datetime, until: datetime) -> Score:
    """Judge a drill. lines : in their order, none before started_at. until : its end, or now while it runs."""
    told = [line for line in lines if line.at <= until]
    sheet = _Sheet(lines=told, started_at=started_at, until=until)
    calls = sheet.calls()
    waited_s = [sheet.since_start_s(until) - one.reported_s for one in calls]
    arrival_s = [inf if one.there_s is None else one.there_s for one, waited in zip(calls, waited_s, strict=True) if _counts(one, waited)]
    return Score(
        elapsed_s=(until - started_at).total_seconds(),
        verdicts=[sheet.judge(asked_s, expect) for asked_s, expect in scenario.expectations()],
        calls=calls,
        five_minute_share=promise_kept_share(arrival_s),
        decisions=list(sheet.decisions()),
        overdue=[str(line.facts["step_id"]) for line in sheet.named("TaskOverdue")],
        unanswered_orders=len(sheet.named("DispatchNotAnswered")),
        parked_jobs=len(sheet.named("JobParked")),
        problems=[f"{line.facts['step']}: {line.facts['problem']}" for line in sheet.named("DrillStepPlayed") if line.facts["problem"]],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    lines: Sequence[Line]
    started_at: datetime
    until: datetime

    def named(self, *events: str) -> list[Line]:
        return [line for line in self.lines if line.event in events]

    def since_start_s(self, at: datetime) -> float:
        return (at - self.started_at).total_seconds()

    # ---- expectations ----

    def judge(self, asked_s: float, expect: Expectation) -> Verdict:
        """A call that came later than the file says (the centre was busy) is judged from when it came."""
        asked_at = self._called_at(expect.of) or self.started_at + timedelta(seconds=asked_s)
        due_at = asked_at + timedelta(seconds=expect.within_s)
        met_at = _MET[expect.that](self, expect, asked_at, due_at)
        if met_at is not None:
            state: State = "met" if met_at <= due_at else "late"
        else:
            state = "missed" if self.until >= due_at else "open"
        return Verdict(
            says=expect.says,
            asked_s=self.since_start_s(asked_at),
            within_s=expect.within_s,
            took_s=None if met_at is None or expect.that in AT_THE_END else max(0.0, (met_at - asked_at).total_seconds()),
            state=state,
        )

    def _called(self, group: str | None) -> list[Line]:
        return [line for line in self.named("DrillStepPlayed") if line.facts["group"] == group and line.facts["kind"] == "call"]

    def _incidents(self, group: str | None) -> list[int]:
        """Ids of the incidents that the callers of a step ended up with, in order, each call one."""
        return [line.facts["incident"] for line in self._called(group) if line.facts["incident"] is not None]

    def _called_at(self, group: str | None) -> datetime | None:
        """When the first of these calls was taken."""
        incidents = self._incidents(group)
        taken = [line.at for line in self.named("CallTaken") if incidents and line.facts["incident_id"] == incidents[0]]
        return taken[0] if taken else None

    def about(self, group: str | None, *events: str) -> list[Line]:
        """Lines of these kinds about the incidents of a call."""
        incidents = set(self._incidents(group))
        return [line for line in self.named(*events) if line.facts.get("incident_id") in incidents]

    def seen(self, expect: Expectation, _asked_at: datetime, _due_at: datetime) -> datetime | None:
        return _nth(self.about(expect.of, "IncidentAcknowledged", "UnitDispatched"), 1)

    def sent(self, expect: Expectation, _asked_at: datetime, _due_at: datetime) -> datetime | None:
        return _nth(self.about(expect.of, "UnitDispatched"), expect.count)

    def there(self, expect: Expectation, _asked_at: datetime, _due_at: datetime) -> datetime | None:
        return _nth(self.about(expect.of, "UnitOnScene"), expect.count)

    def joined(self, expect: Expectation, _asked_at: datetime, due_at: datetime) -> datetime | None:
        """All callers in one incident by the time it is due, be it that the calls were joined or the incidents merged."""
        merged = {line.facts["incident_id"]: line.facts["into_id"] for line in self.named("IncidentMerged")}
        homes = {_home(incident, merged) for incident in self._incidents(expect.of)}
        is_one = len(homes) == 1 and len(self._called(expect.of)) >= expect.count
        return due_at if is_one and self.until >= due_at else None

    def proposed(self, expect: Expectation, asked_at: datetime, _due_at: datetime) -> datetime | None:
        return self._at_level(("PlanProposed",), "level", expect, asked_at)

    def level(self, expect: Expectation, asked_at: datetime, _due_at: datetime) -> datetime | None:
        """In force at the level or graver; also when it was so before it was asked for, which shows at that moment and not sooner."""
        if self.until < asked_at:
            return None
        reached = [(line, "after" if line.event == "LevelChanged" else "level") for line in self.named("PlanActivated", "LevelChanged")]
        ours = [(line, Level(line.facts[fact])) for line, fact in reached if line.facts["plan_id"] == expect.of]
        before = [level for line, level in ours if line.at <= asked_at]
        if before and _grave_enough(before[-1], expect):
            return asked_at
        return next((line.at for line, level in ours if line.at > asked_at and _grave_enough(level, expect)), None)

    def _at_level(self, events: tuple[str, ...], fact: str, expect: Expectation, asked_at: datetime) -> datetime | None:
        found = [line for line in self.named(*events) if line.facts["plan_id"] == expect.of and line.at >= asked_at]
        return next((line.at for line in found if _grave_enough(Level(line.facts[fact]), expect)), None)

    def happens(self, expect: Expectation, asked_at: datetime, _due_at: datetime) -> datetime | None:
        return _nth([line for line in self._such(expect) if line.at >= asked_at], expect.count)

    def never(self, expect: Expectation, asked_at: datetime, due_at: datetime) -> datetime | None:
        """Met when the time is over and it has not happened; nor is it met by whoever never came to where it could have."""
        if expect.given is not None and not any(line.at <= due_at for line in self.named(expect.given)):
            return None
        broken = any(asked_at <= line.at <= due_at for line in self._such(expect))
        return due_at if not broken and self.until >= due_at else None

    def told_once(self, expect: Expectation, _asked_at: datetime, due_at: datetime) -> datetime | None:
        """Every order about the call was delivered once, none twice; whoever answered or was called back before needs none."""
        ordered = {line.facts["assignment_id"] for line in self.about(expect.of, "UnitDispatched")}
        delivered = Counter(line.facts["assignment_id"] for line in self.about(expect.of, "DispatchDelivered"))
        settled = {line.facts["assignment_id"] for line in self.about(expect.of, *_NEEDS_NO_WORD)}
        whole = bool(ordered) and all(delivered[order] == 1 or (not delivered[order] and order in settled) for order in ordered)
        return due_at if whole and self.until >= due_at else None

    def _such(self, expect: Expectation) -> Iterator[Line]:
        for line in self.named(str(expect.event)):
            if all(str(line.facts.get(fact)) == value for fact, value in expect.facts.items()):
                yield line

    # ---- figures ----

    def calls(self) -> list[CallTimes]:
        """The incidents that began during the drill, in order."""
        taken: dict[int, list[Line]] = {}
        for line in self.named("CallTaken"):
            if not line.facts["joined"] or line.facts["incident_id"] in taken:
                taken.setdefault(line.facts["incident_id"], []).append(line)
        return [self._times(incident_id, lines) for incident_id, lines in taken.items()]

    def _times(self, incident_id: int, calls: Sequence[Line]) -> CallTimes:
        first = calls[0]

        def after_s(*events: str) -> float | None:
            at = _nth([line for line in self.named(*events) if line.facts.get("incident_id") == incident_id], 1)
            return None if at is None else (at - first.at).total_seconds()

        return CallTimes(
            number=str(first.facts["number"]),
            type=str(first.facts["type"]),
            severity=str(first.facts["severity"]),
            reported_s=self.since_start_s(first.at),
            calls=len(calls),
            seen_s=after_s("IncidentAcknowledged", "UnitDispatched"),
            sent_s=after_s("UnitDispatched"),
            there_s=self._arrival_s(incident_id),
        )

    def _arrival_s(self, incident_id: int) -> float | None:
        """As the crew said it: a phone out of reach tells its arrival later."""
        arrivals = [line for line in self.named("UnitOnScene") if line.facts["incident_id"] == incident_id]
        return float(arrivals[0].facts["response_s"]) if arrivals else None

    def decisions(self) -> Iterator[Decision]:
        """What was decided about plans, each with how long it had been waited for."""
        waiting: dict[str, datetime] = {}
        for line in self.lines:
            if line.event in ("PlanProposed", "ActivationAsked", "LevelAsked"):
                waiting.setdefault(line.facts["plan_id"], line.at)
            elif line.event in _DECIDED:
                plan_id = str(line.facts["plan_id"])
                asked_at = waiting.pop(plan_id, None)
                if line.facts.get("provisional"):
                    waiting[plan_id] = line.at
                delay_s = None if asked_at is None else (line.at - asked_at).total_seconds()
                level = str(line.facts.get("after") or line.facts.get("level") or "")
                yield Decision(at_s=self.since_start_s(line.at), plan_id=plan_id, what=line.event, level=level, delay_s=delay_s)


_NEEDS_NO_WORD = ("DispatchAcknowledged", "DispatchDeclined", "UnitRecalled")

_DECIDED = frozenset(
    {"PlanActivated", "ActivationDeclined", "ActivationConfirmed", "LevelChanged", "PlanRolledBack", "PlanTerminated", "ProposalDeclined"}
)

_MET: Mapping[str, Callable[[_Sheet, Expectation, datetime, datetime], datetime | None]] = {
    "seen": _Sheet.seen,
    "sent": _Sheet.sent,
    "there": _Sheet.there,
    "joined": _Sheet.joined,
    "proposed": _Sheet.proposed,
    "level": _Sheet.level,
    "happens": _Sheet.happens,
    "never": _Sheet.never,
    "told_once": _Sheet.told_once,
}


def _counts(one: CallTimes, waited_s: float) -> bool:
    return one.there_s is not None or waited_s > PROMISE_S


def _nth(lines: Sequence[Line], count: int) -> datetime | None:
    return lines[count - 1].at if len(lines) >= count else None


def _grave_enough(level: Level, expect: Expectation) -> bool:
    return expect.level is not None and level.rank >= expect.level.rank


def _home(incident: int, merged: Mapping[int, int]) -> int:
    """Where an incident lives on after it was merged, perhaps more than once."""
    while incident in merged:
        incident = merged[incident]
    return incident
