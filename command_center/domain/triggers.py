"""Which plan the situation proposes, and at which level. A trigger only proposes: people approve, and judge what no number can.

The colour of a warning is not a level: only the plans' triggers say what it means here. A measurement of one incident counts for that
incident's plan; one that several plans ask for and that belongs to no incident is left to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from operator import eq, ge, gt, le, lt
from typing import Literal

from command_center.domain.catalogue import Catalogue
from command_center.domain.levels import Level
from command_center.domain.plan_book import Condition, Escalation, Measure, Plan, Trigger
from command_center.domain.text import Text
from command_center.domain.vocabulary import Metric

_COMPARE = {">=": ge, ">": gt, "<": lt, "<=": le, "==": eq}

Doubt = Literal["condition", "whose", "variant"]
"""Why a person has to judge: the trigger says so, the reading belongs to no incident of this plan, or to no variant of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalInForce:
    """A warning in force. source : where it is kept, "warning:12"."""

    hazard: str
    color: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A measured value that still counts. subject : place or incident it was taken at, "" for the street as a whole."""

    metric: str
    value: float | str
    at: datetime
    source: str
    subject: str = ""
    window_h: float | None = None
    incident_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """An incident that is not over."""

    type: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The district's order about one plan."""

    plan_id: str
    level: Level
    variant: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known now. readings : the newest of each metric and subject, as `latest` leaves them."""

    signals: Sequence[SignalInForce] = ()
    readings: Sequence[Reading] = ()
    incidents: Sequence[OpenIncident] = ()
    standing: Sequence[Standing] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A trigger that holds, with what made it hold."""

    trigger_id: str
    level: Level
    text: Text
    basis: str
    variant: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """A trigger that may hold: a person decides. condition : the plan's own words, where the plan has some."""

    trigger_id: str
    level: Level
    text: Text
    doubt: Doubt
    condition: Text | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What the situation says about one plan.

    level : the gravest that holds, never below the district's order; None when nothing holds but something is to be judged.
    reasons : gravest first. floor : the district's level, where an order stands. approve_by : role that may approve the level.
    """

    plan_id: str
    level: Level | None
    variant: str | None
    reasons: tuple[Reason, ...]
    to_judge: tuple[ToJudge, ...]
    floor: Level | None
    approve_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationDue:
    """A running plan should go up. to_judge : a person decides whether the reading belongs to this plan."""

    to: Level
    text: Text
    to_judge: bool
    sources: tuple[str, ...]


def latest(readings: Iterable[Reading]) -> list[Reading]:
    """The newest reading of each metric, subject and window."""
    newest: dict[tuple[str, str, float | None], Reading] = {}
    for reading in readings:
        key = (reading.metric, reading.subject, reading.window_h)
        if key not in newest or newest[key].at <= reading.at:
            newest[key] = reading
    return list(newest.values())


def counts_until(metric: Metric, at: datetime, window_h: float | None) -> datetime:
    """Until when a reading counts: its metric's time, or the window it was measured over if that is longer."""
    return at + timedelta(hours=max(metric.valid_h, window_h or 0.0))


# ---- weighing ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Weigher:
    """The triggers of all plans, prepared once per catalogue."""

    catalogue: Catalogue
    _asked_by: dict[str, set[tuple[str, str | None]]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for plan in self.catalogue.plans.values():
            for trigger in plan.triggers:
                for measure in _measures(trigger.metric, trigger.also):
                    self._asked_by[measure.name].add((plan.id, trigger.variant))
            for rule in plan.escalation:
                for measure in _measures(rule.when.metric, rule.when.also):
                    self._asked_by[measure.name].add((plan.id, None))

    def weigh(self, situation: Situation) -> dict[str, Assessment]:
        """Every plan about which the situation says anything, by id."""
        seen = _Seen.of(situation)
        found = (self._assess(plan, seen) for plan in self.catalogue.plans.values())
        return {assessment.plan_id: assessment for assessment in found if assessment is not None}

    def escalations(self, plan: Plan, level: Level, situation: Situation) -> list[EscalationDue]:
        """The rules of a running plan that ask for a graver level than the present one, gravest first.

        plan : as it runs, which need not be the text in force.
        """
        seen = _Seen.of(situation)
        due = [self._escalation(rule, plan, seen) for rule in plan.escalation if rule.to.rank > level.rank]
        return sorted((one for one in due if one is not None), key=lambda one: -one.to.rank)

    def _assess(self, plan: Plan, seen: "_Seen") -> Assessment | None:
        reasons: list[Reason] = []
        to_judge: list[ToJudge] = []
        for trigger in plan.triggers:
            outcome = self._trigger(trigger, plan, seen)
            if isinstance(outcome, Reason):
                reasons.append(outcome)
            elif outcome is not None:
                to_judge.append(outcome)
        standing = max((it for it in seen.standing if it.plan_id == plan.id), key=lambda it: it.level.rank, default=None)
        if not reasons and not to_judge and standing is None:
            return None
        reasons.sort(key=lambda reason: -reason.level.rank)
        return self._assessment(plan, tuple(reasons), tuple(to_judge), standing, seen)

    def _assessment(
        self, plan: Plan, reasons: tuple[Reason, ...], to_judge: tuple[ToJudge, ...], standing: Standing | None, seen: "_Seen"
    ) -> Assessment:
        levels = [one.level for one in (*reasons[:1], standing) if one is not None]
        level = max(levels, key=lambda one: one.rank, default=None)
        return Assessment(
            plan_id=plan.id,
            level=level,
            variant=self._variant(plan, reasons, standing, seen),
            reasons=reasons,
            to_judge=to_judge,
            floor=standing.level if standing else None,
            approve_by=self.catalogue.common.levels[level].approve_by if level else None,
        )

    def _variant(self, plan: Plan, reasons: tuple[Reason, ...], standing: Standing | None, seen: "_Seen") -> str | None:
        """From the gravest trigger that has one, else the district's order, else an open incident's type, else the plan's default."""
        if not plan.variants:
            return None
        told: Iterator[str | None] = chain(
            (reason.variant for reason in reasons),
            [standing.variant if standing else None],
            (self.catalogue.incident_types[incident.type].variant for incident in seen.incidents if self._is_own(incident.type, plan)),
        )
        return next((variant for variant in told if variant is not None), plan.default_variant)

    def _trigger(self, trigger: Trigger, plan: Plan, seen: "_Seen") -> Reason | ToJudge | None:
        held = self._held(trigger, plan, seen)
        if held is None:
            return None
        sources, doubt = held
        if doubt is None and trigger.condition is None:
            return Reason(
                trigger_id=trigger.id,
                level=trigger.level,
                text=trigger.text,
                basis=trigger.basis,
                variant=trigger.variant,
                sources=sources,
            )
        return ToJudge(
            trigger_id=trigger.id,
            level=trigger.level,
            text=trigger.text,
            doubt=doubt or "condition",
            condition=trigger.condition,
            sources=sources,
        )

    def _held(self, trigger: Trigger, plan: Plan, seen: "_Seen") -> tuple[tuple[str, ...], Doubt | None] | None:
        """What makes a trigger hold, and the doubt about it; None when it does not hold."""
        if trigger.signal is not None:
            sources = seen.signals.get((trigger.signal.hazard, trigger.signal.color), ())
            return (tuple(sources), None) if sources else None
        if trigger.metric is not None:
            return self._measured(Condition(metric=trigger.metric, also=trigger.also, event=trigger.event), plan, trigger.variant, seen)
        sources = [source for kind in trigger.event for source in seen.events.get(kind, ())]
        return (tuple(sources), None) if sources else None

    def _measured(
        self, condition: Condition, plan: Plan, variant: str | None, seen: "_Seen"
    ) -> tuple[tuple[str, ...], Doubt | None] | None:
        """The readings that meet the bound; certain ones go before doubtful ones. `also` must hold at the same place or incident."""
        measures = _measures(condition.metric, condition.also)
        by_subject: dict[str, list[Reading]] = {}
        for position, measure in enumerate(measures):
            held = {reading.subject: reading for reading in seen.readings.get(measure.name, ()) if self._meets(reading, measure)}
            if position == 0:
                by_subject = {subject: [reading] for subject, reading in held.items()}
            else:
                by_subject = {subject: [*found, held[subject]] for subject, found in by_subject.items() if subject in held}
        doubts: dict[Doubt | None, list[str]] = defaultdict(list)
        for readings in by_subject.values():
            fits, doubt = self._belongs(readings, condition, plan, variant, seen)
            if fits:
                doubts[doubt] += [reading.source for reading in readings]
        for doubt in (None, "variant", "whose"):
            if doubts.get(doubt):
                return tuple(doubts[doubt]), doubt
        return None

    def _meets(self, reading: Reading, measure: Measure) -> bool:
        """Whether a reading meets a bound. Over a shorter window the same amount is more; words are compared in their rising order."""
        if measure.window_h is not None:
            window_h = reading.window_h or measure.window_h
            if window_h > measure.window_h if measure.op in (">=", ">", "==") else window_h < measure.window_h:
                return False
        words = self.catalogue.common.metrics[measure.name].values
        if words:
            return reading.value in words and _COMPARE[measure.op](words.index(str(reading.value)), words.index(str(measure.value)))
        return not isinstance(reading.value, str) and _COMPARE[measure.op](reading.value, float(measure.value))

    def _belongs(
        self, readings: list[Reading], condition: Condition, plan: Plan, variant: str | None, seen: "_Seen"
    ) -> tuple[bool, Doubt | None]:
        """Whether readings of one subject can be about this plan, and with what doubt."""
        kind = next((reading.incident_type for reading in readings if reading.incident_type is not None), None)
        if kind is not None:
            return self._belongs_to_incident(kind, condition, plan, variant)
        if condition.event:
            return any(seen.events.get(kind) for kind in condition.event), "whose"
        asked_by = set().union(*(self._asked_by[reading.metric] for reading in readings))
        if {plan_id for plan_id, _ in asked_by} - {plan.id}:
            return True, "whose"
        return True, None if variant is None or asked_by == {(plan.id, variant)} else "variant"

    def _belongs_to_incident(self, kind: str, condition: Condition, plan: Plan, variant: str | None) -> tuple[bool, Doubt | None]:
        if condition.event and kind not in condition.event:
            return False, None
        if not condition.event and kind not in plan.incident_types:
            return False, None
        if not condition.event and not self._is_own(kind, plan):
            return True, "whose"
        incident_variant = self.catalogue.incident_types[kind].variant
        return variant is None or incident_variant in (None, variant), "variant" if variant and incident_variant is None else None

    def _is_own(self, kind: str, plan: Plan) -> bool:
        return self.catalogue.incident_types[kind].plan == plan.id

    def _escalation(self, rule: Escalation, plan: Plan, seen: "_Seen") -> EscalationDue | None:
        if rule.when.metric is not None:
            held = self._measured(rule.when, plan, None, seen)
            return None if held is None else EscalationDue(to=rule.to, text=rule.text, to_judge=held[1] is not None, sources=held[0])
        sources = tuple(source for kind in rule.when.event for source in seen.events.get(kind, ()))
        return EscalationDue(to=rule.to, text=rule.text, to_judge=False, sources=sources) if sources else None


@dataclass(slots=True)
class _Seen:
    """The situation by what triggers ask for."""

    signals: Mapping[tuple[str, str], list[str]]
    readings: Mapping[str, list[Reading]]
    events: Mapping[str, list[str]]
    incidents: Sequence[OpenIncident]
    standing: Sequence[Standing]

    @classmethod
    def of(cls, situation: Situation) -> "_Seen":
        signals: dict[tuple[str, str], list[str]] = defaultdict(list)
        for signal in situation.signals:
            signals[signal.hazard, signal.color].append(signal.source)
        readings: dict[str, list[Reading]] = defaultdict(list)
        for reading in situation.readings:
            readings[reading.metric].append(reading)
        events: dict[str, list[str]] = defaultdict(list)
        for incident in situation.incidents:
            events[incident.type].append(incident.source)
        return cls(signals, readings, events, situation.incidents, situation.standing)


def _measures(*measures: Measure | None) -> list[Measure]:
    return [measure for measure in measures if measure is not None]


def thresholds(catalogue: Catalogue, metric: str) -> list[float]:
    """Every number that a trigger or an escalation compares this metric with, rising."""
    conditions: Iterator[Trigger | Condition] = chain.from_iterable(
        (*plan.triggers, *(rule.when for rule in plan.escalation)) for plan in catalogue.plans.values()
    )
    measures = chain.from_iterable(_measures(condition.metric, condition.also) for condition in conditions)
    return sorted({float(measure.value) for measure in measures if measure.name == metric and not isinstance(measure.value, str)})
