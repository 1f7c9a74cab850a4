"""What a plan file cannot tell alone: that everything it names exists, and that no level asks for less than the one below."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from command_center.catalogue.checking import UPWARDS, Complaints, ids, unknown
from command_center.domain.catalogue import Catalogue
from command_center.domain.plan_book import Measure, Plan, Step, Trigger

NATIONAL_CATEGORIES = frozenset({"natural", "accident", "public_health", "social"})
"""The four classes of emergencies in the national emergency response law; a plan is in one of them."""


def plan_complaints(plan: Plan, catalogue: Catalogue) -> Complaints:
    if plan.category not in NATIONAL_CATEGORIES:
        yield "category", f"must be one of {', '.join(sorted(NATIONAL_CATEGORIES))}"
    yield from unknown("incident_types", plan.incident_types, catalogue.incident_types, "incident type")
    yield from unknown("default_variant", [plan.default_variant], plan.variants, "variant")
    yield from unknown("group_duties", plan.group_duties, catalogue.common.groups, "task group")
    yield from ids("triggers", [trigger.id for trigger in plan.triggers], f"{plan.id}-T")
    for trigger in plan.triggers:
        yield from _trigger(trigger, plan, catalogue)
    if tuple(plan.levels) != UPWARDS or tuple(plan.resources) != UPWARDS:
        yield "levels and resources", "must have IV, III, II and I, in this order"
        return
    yield from _levels(plan, catalogue)
    yield from _steps(plan, catalogue)
    yield from _resources(plan, catalogue)
    yield from _notifications(plan, catalogue)
    yield from unknown("shelters.kinds", plan.shelters.kinds, catalogue.common.shelter_kinds, "shelter kind")
    for escalation in plan.escalation:
        where = f"escalation {escalation.to}"
        if escalation.when.metric is None and not escalation.when.event:
            yield where, "needs a metric or an event"
        yield from _condition(where, (escalation.when.metric, escalation.when.also), escalation.when.event, catalogue)


def _trigger(trigger: Trigger, plan: Plan, catalogue: Catalogue) -> Complaints:
    given = {"signal": trigger.signal, "metric": trigger.metric, "event": trigger.event}
    if not given[trigger.kind]:
        yield trigger.id, f"is of kind {trigger.kind} but has no {trigger.kind}"
    yield from unknown(trigger.id, [trigger.variant], plan.variants, "variant")
    if trigger.signal is not None:
        hazard = catalogue.warning_signals.hazards.get(trigger.signal.hazard)
        if hazard is None or trigger.signal.color not in hazard.signals:
            yield trigger.id, f"there is no signal {trigger.signal.hazard} {trigger.signal.color}"
        elif hazard.plan != plan.id:
            yield trigger.id, f"the signal {trigger.signal.hazard} belongs to {hazard.plan}"
    yield from _condition(trigger.id, (trigger.metric, trigger.also), trigger.event, catalogue)


def _condition(where: str, measures: Iterable[Measure | None], event: Iterable[str], catalogue: Catalogue) -> Complaints:
    yield from unknown(where, event, catalogue.incident_types, "incident type")
    for measure in measures:
        if measure is not None:
            yield from _measure(where, measure, catalogue)


def _measure(where: str, measure: Measure, catalogue: Catalogue) -> Complaints:
    metric = catalogue.common.metrics.get(measure.name)
    if metric is None:
        yield where, f"there is no metric {measure.name!r}"
        return
    if metric.windowed and measure.window_h is None:
        yield where, f"{measure.name} needs window_h"
    if metric.values and measure.value not in metric.values:
        yield where, f"{measure.name} must be one of {', '.join(metric.values)}, not {measure.value!r}"
    if not metric.values and isinstance(measure.value, str):
        yield where, f"{measure.name} needs a number, not {measure.value!r}"


def _levels(plan: Plan, catalogue: Catalogue) -> Complaints:
    for level in UPWARDS:
        yield from unknown(f"levels.{level}.groups", plan.levels[level].groups, catalogue.common.groups, "task group")
    for lower, higher in pairwise(UPWARDS):
        for group in sorted(set(plan.levels[lower].groups) - set(plan.levels[higher].groups)):
            yield f"levels.{higher}.groups", f"loses {group}, which {lower} has"


def _steps(plan: Plan, catalogue: Catalogue) -> Complaints:
    if not 6 <= len(plan.steps) <= 12:
        yield "steps", f"must be 6 to 12, not {len(plan.steps)}"
    yield from ids("steps", [step.id for step in plan.steps], f"{plan.id}-S")
    for step in plan.steps:
        yield from _step(step, plan, catalogue)


def _step(step: Step, plan: Plan, catalogue: Catalogue) -> Complaints:
    common = catalogue.common
    yield from unknown(step.id, [step.phase], common.phases, "phase")
    yield from unknown(step.id, [step.action], common.actions, "action")
    yield from unknown(step.id, [step.evidence], common.evidence, "evidence")
    yield from unknown(step.id, [step.job], common.jobs, "job")
    yield from unknown(step.id, step.external, common.external, "agency")
    yield from unknown(step.id, [step.variant], plan.variants, "variant")
    if step.group not in plan.levels[step.min_level].groups:
        yield step.id, f"the group {step.group} is not active at {step.min_level}"
    if step.counts and step.evidence != "number":
        yield step.id, f"counts {step.counts} but asks for {step.evidence}, not for a number"
    if step.job == "call_external" and not step.external:
        yield step.id, "calls an outside agency but names none in external"


def _resources(plan: Plan, catalogue: Catalogue) -> Complaints:
    for level in UPWARDS:
        where, wanted = f"resources.{level}", plan.resources[level]
        yield from unknown(where, wanted.units, catalogue.common.units, "unit kind")
        yield from unknown(where, wanted.materials, catalogue.materials, "material")
        yield from _above(where, wanted.units, {code: unit.max for code, unit in catalogue.common.units.items()})
        yield from _above(where, wanted.materials, {code: material.total_qty for code, material in catalogue.materials.items()})
        for code in wanted.materials:
            if code in catalogue.materials and plan.id not in catalogue.materials[code].plans:
                yield where, f"the material {code} does not list {plan.id} among its plans"
    for lower, higher in pairwise(UPWARDS):
        yield from _falling(f"resources.{higher}", plan.resources[lower].units, plan.resources[higher].units)
        yield from _falling(f"resources.{higher}", plan.resources[lower].materials, plan.resources[higher].materials)


def _above(where: str, wanted: Mapping[str, int], owned: Mapping[str, int]) -> Complaints:
    for code, quantity in wanted.items():
        if quantity > owned.get(code, quantity):
            yield where, f"asks for {quantity} {code}, the street has {owned[code]}"


def _falling(where: str, lower: Mapping[str, int], higher: Mapping[str, int]) -> Complaints:
    for code, quantity in lower.items():
        if higher.get(code, 0) < quantity:
            yield where, f"asks for fewer {code} than the level below"


def _notifications(plan: Plan, catalogue: Catalogue) -> Complaints:
    for place, notification in enumerate(plan.notifications):
        where = f"notifications[{place}]"
        yield from unknown(where, [notification.audience], catalogue.common.audiences, "audience")
        yield from unknown(where, notification.channels, catalogue.common.channels, "channel")
        if _placeholders(notification.text.zh) != _placeholders(notification.text.en):
            yield f"{where}.text", "the two languages have different placeholders"


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"{(\w+)}", text))
