"""The types of a contingency plan as written in catalogue/plans: what starts it, what each level does, what it needs.

A dataclass here is the schema of its entry in the file: one field, one key. The rules that move an activation live elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from command_center.domain.levels import Level
from command_center.domain.text import Text

Basis = Literal["fact", "published", "working", "demo", "unverified"]
"""Where an entry comes from. fact: the source article or national statistics; published: rules of other cities or standards;
working: a default the street has to confirm; demo: made up so that the system can run; unverified: our reading or memory."""

TriggerBasis = Literal["cma", "law", "working"]
Operator = Literal[">=", ">", "<", "<=", "=="]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Months (1-12) in which a plan is offered first; peak months are highlighted."""

    months: tuple[int, ...]
    peak: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measured value against a bound. value is a word for metrics that list their values (river_stage)."""

    name: str
    op: Operator
    value: float | str
    window_h: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A weather warning in force: a hazard of warning_signals.yaml in one of its colours."""

    hazard: str
    color: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Holds when the metric meets its bound (and `also` too), and the incident is one of `event`, if any is named."""

    metric: Measure | None = None
    also: Measure | None = None
    event: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A reason to propose a level. It only proposes; the gravest trigger that holds wins.

    condition : what a person has to judge on top; None when the rest decides.
    variant : the trigger counts only for this variant of the plan; None = for all.
    """

    id: str
    level: Level
    kind: Literal["signal", "metric", "event"]
    basis: TriggerBasis
    text: Text
    signal: Signal | None = None
    metric: Measure | None = None
    also: Measure | None = None
    event: tuple[str, ...] = ()
    condition: Text | None = None
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posture:
    """What one level turns on. groups: active task groups; patrol_min: minutes between patrols, 0 = none."""

    posture: Text
    groups: tuple[str, ...]
    patrol_min: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the checklist; it applies from `min_level` upwards.

    due_min : minutes after the step first applies, or after `anchor` was recorded; `due_by_level` overrides it.
    repeat_min : the next occurrence is due this long after the last was done; None = once.
    job : background work that the step may queue, once per (activation, step, occurrence).
    evidence : what a person gives to tick it off. external : agencies to call. counts : the number given is how many of the street's
    (its counts in street.yaml) are done; it stands on the wall.
    """

    id: str
    phase: str
    min_level: Level
    group: str
    due_min: int
    action: str
    evidence: str
    title: Text
    due_by_level: Mapping[Level, int] = field(default_factory=dict)
    repeat_min: int | None = None
    job: str | None = None
    external: tuple[str, ...] = ()
    variant: str | None = None
    anchor: Literal["snow_stop"] | None = None
    counts: Literal["compounds"] | None = None

    def due_after_min(self, level: Level) -> int:
        """Minutes allowed at `level`."""
        return self.due_by_level.get(level, self.due_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Totals wanted forward at one level, not increments. units: unit kind -> number; materials: material code -> quantity."""

    units: Mapping[str, int]
    materials: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A message to an audience from `min_level` upwards. text: placeholders in braces, the same in both languages."""

    min_level: Level
    audience: str
    channels: tuple[str, ...]
    due_min: int
    ack: bool
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterRules:
    """kinds: shelter kinds in order of preference; plan_places: places to have ready at a level."""

    kinds: tuple[str, ...]
    forbid: tuple[Text, ...]
    plan_places: Mapping[Level, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """When to go up to a level while the plan is active."""

    to: Level
    when: Condition
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Termination:
    """all: conditions a person ticks; approve_by: whoever may approve the current level."""

    all: tuple[Text, ...]
    approve_by: Literal["same_as_activation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One of the twelve plans. version: fingerprint of the file's text; an activation keeps it together with its copy of the plan."""

    id: str
    slug: str
    name: Text
    short: Text
    category: str
    basis: Basis
    season: Season
    scope: Text
    incident_types: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    levels: Mapping[Level, Posture]
    group_duties: Mapping[str, Text]
    steps: tuple[Step, ...]
    resources: Mapping[Level, Resources]
    notifications: tuple[Notification, ...]
    shelters: ShelterRules
    escalation: tuple[Escalation, ...]
    termination: Termination
    pitfalls: tuple[Text, ...]
    variants: Mapping[str, Text] = field(default_factory=dict)
    default_variant: str | None = None
    version: str = field(default="", metadata={"in_file": False})
