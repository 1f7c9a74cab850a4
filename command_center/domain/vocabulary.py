"""The types of the words that plans, incident types, warnings and the handover refer to by key."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from command_center.domain.closures import ClosureRules
from command_center.domain.levels import Level
from command_center.domain.plan_book import Basis
from command_center.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """A street response level: its official colour, and which role may approve and command it."""

    color: str
    name: Text
    approve_by: str
    command_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRules:
    """confirm_within_min: for whoever acts before a leader. call_chain: roles called in turn, one every call_chain_step_min."""

    confirm_within_min: int
    call_chain: tuple[str, ...]
    call_chain_step_min: int
    basis: Basis = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRole:
    """A role of the chain of command and who holds it."""

    name: Text
    holder: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGroup:
    """A task group and the office that leads it."""

    name: Text
    lead: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitKind:
    """Something a plan can ask for by number. max: how many the street can bring out at most."""

    name: Text
    max: int
    basis: Basis
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A quantity that a trigger may measure. windowed: needs window_h; values: its words in rising order, for a metric in words.

    least, most : a reading outside is a slip of the pen. valid_h : a reading counts so long, unless a newer one replaces it.
    runs_for : incident types whose clock this is; it runs from the call until the incident is under control.
    """

    name: Text
    unit: str
    windowed: bool
    values: tuple[str, ...] = ()
    least: float = 0.0
    most: float | None = None
    valid_h: float = 6.0
    runs_for: tuple[str, ...] = ()
    basis: Basis = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An outside agency. phone: None where the street has to fill in its local number."""

    name: Text
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportingClocks:
    """Minutes until a report is due; followup: minutes between follow-up reports at a level."""

    street_to_district_phone: int
    street_to_district_written: int
    followup: Mapping[Level, int]
    final_after_termination: int
    basis: Basis = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """vocabulary.yaml: key -> meaning, for everything that other files name by key."""

    levels: Mapping[Level, LevelRule]
    activation_rules: ActivationRules
    roles: Mapping[str, CommandRole]
    groups: Mapping[str, TaskGroup]
    phases: Mapping[str, Text]
    actions: Mapping[str, Text]
    jobs: Mapping[str, Text]
    evidence: Mapping[str, Text]
    units: Mapping[str, UnitKind]
    metrics: Mapping[str, Metric]
    channels: Mapping[str, Text]
    audiences: Mapping[str, Text]
    external: Mapping[str, Agency]
    shelter_kinds: Mapping[str, Text]
    reporting: ReportingClocks
    closures: ClosureRules
    categories: Mapping[str, Text]
    material_categories: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalColor:
    """A warning colour: its code in alert feeds and the level it usually stands for."""

    code: str
    level: Level
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningPatterns:
    """How a pasted warning is recognised; {H} in a pattern stands for the hazard words.

    alias : word -> hazard; None = show the warning, propose no plan. feed_types : two-digit types of alert feeds that have no hazard of
    their own -> word. issuer_cut : what to drop from the front of an issuer's name.
    """

    hazards_zh: tuple[str, ...]
    update_regex: str
    issue_regex: str
    end_regex: str
    ended_regex: str
    title_regex: str
    issuer_regex: str
    issuer_cut: str
    area_regex: str
    drill_regex: str
    id_regex: str
    example_title: str
    example_id: str
    alias: Mapping[str, str | None]
    feed_types: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWords:
    """Words by which an order of the district means one plan, and one variant of it."""

    plan: str
    words: tuple[str, ...]
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPatterns:
    """How a pasted order of the district is recognised. plans : the first entry with a word in the text decides."""

    start_regex: str
    end_regex: str
    issuer_regex: str
    example: str
    plans: tuple[OrderWords, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalThreshold:
    """What has to be forecast or seen for one colour of one hazard; only the values that count are set."""

    wind_beaufort: int | None = None
    gust_beaufort: int | None = None
    rain_mm: float | None = None
    snowfall_mm: float | None = None
    temp_drop_c: float | None = None
    temp_min_c: float | None = None
    temp_max_c: float | None = None
    visibility_m: float | None = None
    window_h: float | None = None
    lead_h: float | None = None
    days: int | None = None
    grade: str | None = None
    impact: Text | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A kind of weather warning; `plan` is the plan its colours propose."""

    name: Text
    code_type: str
    plan: str
    basis: Basis
    signals: Mapping[str, SignalThreshold]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSignals:
    """warning_signals.yaml."""

    colors: Mapping[str, SignalColor]
    parse: WarningPatterns
    orders: OrderPatterns
    hazards: Mapping[str, Hazard]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftPattern:
    """starts: clock times "HH:MM" in the street's time zone."""

    starts: tuple[str, ...]
    hours: int
    name: Text
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRules:
    """Minutes around the change of shift and to answer a roll call, who must sign, and what blocks signing until a note is written."""

    arrive_before_min: int
    draft_before_min: int
    grace_min: int
    roll_call_min: int
    must_sign: tuple[str, ...]
    no_relief_no_leave: bool
    blockers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSection:
    """source: auto = the system fills it in, edit = the officer writes it, both = drafted and then edited."""

    key: str
    source: Literal["auto", "edit", "both"]
    required: bool
    title: Text
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverTemplate:
    """handover_template.yaml. field_names, blocker_names: key -> what people read."""

    patterns: Mapping[str, ShiftPattern]
    rules: HandoverRules
    sections: tuple[HandoverSection, ...]
    field_names: Mapping[str, Text]
    blocker_names: Mapping[str, Text]
    basis: Basis = "working"
