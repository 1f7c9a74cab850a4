"""A drill's scenario as its file writes it: what happens to the street at which minute, and what the desk is expected to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import cos, radians, sin, sqrt
from typing import Literal

from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.plan_book import Basis
from command_center.domain.rights import Role
from command_center.domain.text import Text

GOLDEN_ANGLE_DEG = 137.508
"""Turning so far from each caller to the next spreads any number of them evenly over a disc (a sunflower's seeds)."""

METRES_PER_DEGREE = 111_195.0

CrewDoes = Literal["silent", "answers", "declines", "drives", "arrives"]
PositionDoes = Literal["lost", "back", "drives_to", "goes_on"]
FaultKind = Literal["worker", "relay", "web", "redis_flush", "redis_away"]
ThatKind = Literal["seen", "sent", "there", "joined", "proposed", "level", "happens", "never", "told_once"]


def seconds_of(clock: str) -> float:
    """Seconds of minutes:seconds: "12:30" is 750.0; raises ValueError for anything else."""
    minutes, _, seconds = clock.partition(":")
    if not (minutes.isdecimal() and len(seconds) == 2 and seconds.isdecimal() and int(seconds) < 60):
        raise ValueError(f"must be minutes:seconds, not {clock!r}")
    return int(minutes) * 60.0 + int(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStep:
    """Somebody rings. place : id of a place; at : latitude, longitude. times, every, spread_m : more callers about the same, around it."""

    type: str
    words: str
    place: str | None = None
    place_text: str = field(default="")
    at: tuple[float, ...] | None = None
    severity: Level | None = None
    caller: str = "演练来电"
    answers: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    every: str = "00:30"
    spread_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningStep:
    """A warning comes in: pasted text, or a CAP message in a file beside the scenario."""

    text: str | None = None
    cap: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementStep:
    """Somebody reads an instrument."""

    metric: str
    value: float | str
    place: str | None = None
    window_h: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrewStep:
    """A crew changes its ways: silent, declines and answers hold for its orders from now on; drives and arrives happen at once."""

    unit: str
    does: CrewDoes
    reason: str = "车辆故障"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionStep:
    """A vehicle's signal: lost, back; or it drives to a place and stays there, until it goes on with its rounds or the road it guards."""

    unit: str
    does: PositionDoes
    place: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryStep:
    unit: str
    pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """A part of the centre fails. seconds : how long Redis stays away, by the clock on the wall, whatever the drill's speed."""

    what: FaultKind
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What the desk should do, within so long after the call it is about, or after its own step.

    that : seen, sent (`count` units), there: about the call `of`; joined: all its callers in one incident; told_once: no order of it
    delivered twice. proposed, level: the plan `of` at `level` or graver. happens (`count` times), never: `event` with these `facts`.
    given : for never, the event without which nothing was kept from happening: a road that nobody closed was not kept closed.
    """

    that: ThatKind
    says: Text
    within: str
    of: str | None = None
    level: Level | None = None
    count: int = 1
    event: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    given: str | None = None

    @property
    def within_s(self) -> float:
        return seconds_of(self.within)


StepKind = Literal["call", "warning", "district_text", "measurement", "crew", "position", "battery", "fault", "note", "expect"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing at one moment: exactly one of the fields after `id` is there. at : minutes:seconds after the start."""

    at: str
    id: str | None = None
    call: CallStep | None = None
    warning: WarningStep | None = None
    district_text: str | None = None
    measurement: MeasurementStep | None = None
    crew: CrewStep | None = None
    position: PositionStep | None = None
    battery: BatteryStep | None = None
    fault: FaultStep | None = None
    note: Text | None = None
    expect: Expectation | None = None

    @property
    def at_s(self) -> float:
        return seconds_of(self.at)

    def kinds(self) -> list[StepKind]:
        """Which of the things stand in it; one in a scenario that may be played."""
        every: tuple[StepKind, ...] = StepKind.__args__  # type: ignore[attr-defined]  # what a Literal is made of
        return [kind for kind in every if getattr(self, kind) is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """A step as it is played: under a name of its own, so many seconds after the start. group : the name its step has in the file."""

    name: str
    group: str
    at_s: float
    kind: StepKind
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A drill. starts : local time of day at which a fresh world begins. ends : minutes:seconds after the start.

    people : the roles of those who train; whoever has no account to sign in with gets one in the drill. at_its_hour : it makes sense at
    that time of day only (watches change at eight), so it is not played on a copy of whatever hour it is.
    """

    id: str
    slug: str
    title: Text
    summary: Text
    basis: Basis
    starts: str
    ends: str
    steps: tuple[Step, ...]
    people: tuple[Role, ...] = (Role.DUTY_OFFICER,)
    at_its_hour: bool = False

    @property
    def ends_s(self) -> float:
        return seconds_of(self.ends)

    @property
    def name(self) -> str:
        return f"{self.id}-{self.slug}"

    def injections(self) -> list[Injection]:
        """Everything that happens to the street, in order; what is expected is not among it."""
        played = [one for number, step in enumerate(self.steps, 1) for one in _played(step, number)]
        return sorted(played, key=lambda one: (one.at_s, one.name))

    def expectations(self) -> list[tuple[float, Expectation]]:
        """Seconds after the start from which each one counts, in order; one about a call counts from that call."""
        called = {step.id: step.at_s for step in self.steps if step.call is not None}
        asked = [(called.get(step.expect.of, step.at_s), step.expect) for step in self.steps if step.expect is not None]
        return sorted(asked, key=lambda one: one[0] + one[1].within_s)

    def files(self) -> list[str]:
        """Names of the files beside the scenario that it needs."""
        return [step.warning.cap for step in self.steps if step.warning is not None and step.warning.cap is not None]


def _played(step: Step, number: int) -> Iterator[Injection]:
    (kind,) = step.kinds()
    if kind == "expect":
        return
    name = step.id or f"step-{number}"
    if step.call is None or step.call.times == 1:
        yield Injection(name=name, group=name, at_s=step.at_s, kind=kind, step=step)
        return
    for caller in range(step.call.times):
        call = replace(step.call, at=_seed(step.call, caller), times=1)
        at_s = step.at_s + caller * seconds_of(step.call.every)
        yield Injection(name=f"{name}-{caller + 1}", group=name, at_s=at_s, kind=kind, step=replace(step, call=call))


def _seed(call: CallStep, caller: int) -> tuple[float, ...] | None:
    """Where the n-th caller stands: the first in the middle, the others around."""
    if call.at is None:
        return None
    lat, lon = call.at
    reach = call.spread_m * sqrt(caller / max(1, call.times - 1)) / METRES_PER_DEGREE
    angle = radians(caller * GOLDEN_ANGLE_DEG)
    return (lat + reach * cos(angle), lon + reach * sin(angle) / cos(radians(lat)))


def point_of(call: CallStep) -> Point | None:
    return None if call.at is None else Point(call.at[0], call.at[1])
