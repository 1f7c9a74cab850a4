"""The rules of a running plan: who may approve what, which steps apply when, what a level asks for, and what may follow what.

A trigger only proposes and a level only takes effect through a person; life at risk may go first and be confirmed afterwards.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan, Step
from command_center.domain.rights import Role
from command_center.domain.text import Text


class ActivationStatus(StrEnum):
    """How far a plan's activation has come."""

    PROPOSED = "proposed"
    """An officer wants it; nothing moves until someone who may approves."""
    PROVISIONAL = "provisional"
    """Life is at risk: everything moves already, and a leader has to confirm in time."""
    ACTIVE = "active"
    DECLINED = "declined"
    TAKEN_BACK = "taken_back"
    """Who had asked for it did not want it any more."""
    ROLLED_BACK = "rolled_back"
    """It ran and was taken back: what was reserved is free, what was sent is recalled, who was told knows."""
    TERMINATED = "terminated"
    REVIEWED = "reviewed"


class TaskStatus(StrEnum):
    """How far one occurrence of a step has come. Overdue is not a status: it is a due time in the past."""

    PENDING = "pending"
    DOING = "doing"
    DONE = "done"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"
    """Its plan ended or was rolled back before it was done."""


class WorkState(StrEnum):
    """How far the background work of a task, a notice or a unit's order has come."""

    NONE = "none"
    HELD = "held"
    """A message to the public with open blanks: it goes when a person has filled or struck them."""
    QUEUED = "queued"
    DOING = "doing"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


ACTIVATION_CHART: Mapping[ActivationStatus, frozenset[ActivationStatus]] = {
    ActivationStatus.PROPOSED: frozenset(
        {ActivationStatus.ACTIVE, ActivationStatus.PROVISIONAL, ActivationStatus.DECLINED, ActivationStatus.TAKEN_BACK}
    ),
    ActivationStatus.PROVISIONAL: frozenset({ActivationStatus.ACTIVE, ActivationStatus.ROLLED_BACK, ActivationStatus.TERMINATED}),
    ActivationStatus.ACTIVE: frozenset({ActivationStatus.PROVISIONAL, ActivationStatus.ROLLED_BACK, ActivationStatus.TERMINATED}),
    ActivationStatus.DECLINED: frozenset(),
    ActivationStatus.TAKEN_BACK: frozenset(),
    ActivationStatus.ROLLED_BACK: frozenset(),
    ActivationStatus.TERMINATED: frozenset({ActivationStatus.REVIEWED}),
    ActivationStatus.REVIEWED: frozenset(),
}

TASK_CHART: Mapping[TaskStatus, frozenset[TaskStatus]] = {
    TaskStatus.PENDING: frozenset({TaskStatus.DOING, TaskStatus.DONE, TaskStatus.SKIPPED, TaskStatus.WITHDRAWN}),
    TaskStatus.DOING: frozenset({TaskStatus.DONE, TaskStatus.SKIPPED, TaskStatus.WITHDRAWN}),
    TaskStatus.DONE: frozenset(),
    TaskStatus.SKIPPED: frozenset({TaskStatus.PENDING}),
    TaskStatus.WITHDRAWN: frozenset(),
}

RUNNING = frozenset({ActivationStatus.PROVISIONAL, ActivationStatus.ACTIVE})
UNENDED = RUNNING | {ActivationStatus.PROPOSED}
OPEN_TASK = frozenset({TaskStatus.PENDING, TaskStatus.DOING})

UNDO_S = 30
"""So long whoever activated a plan may take it back without giving a reason."""

APPROVES: Mapping[str, frozenset[Role]] = {
    "duty_leader": frozenset({Role.DUTY_LEADER, Role.DEPUTY_COMMANDER, Role.COMMANDER}),
    "deputy_commander": frozenset({Role.DEPUTY_COMMANDER, Role.COMMANDER}),
    "commander": frozenset({Role.COMMANDER}),
}
"""Role a level names as its approver -> roles that may act as it: who stands higher may always."""


def may_approve(role: Role, approve_by: str) -> bool:
    """Whether an account of `role` may approve what has to be approved by `approve_by`."""
    return role in APPROVES.get(approve_by, frozenset())


def variant_for(plan: Plan, wanted: str | None, of_incident: str | None) -> str | None:
    """Which variant an activation is of: the one that is named, else the incident's, else the plan's default. None: nobody can tell."""
    return next((variant for variant in (wanted, of_incident, plan.default_variant) if variant in plan.variants), None)


def steps_at(plan: Plan, level: Level, variant: str | None) -> tuple[Step, ...]:
    """The steps that apply at a level: those of lower levels too, and of this variant only where a step names one."""
    return tuple(step for step in plan.steps if step.min_level.rank <= level.rank and step.variant in (None, variant))


def due_at(step: Step, level: Level, since: datetime, anchors: Mapping[str, datetime]) -> datetime | None:
    """When an occurrence that first applied at `since` is due; None while its anchor has not been recorded."""
    start = since if step.anchor is None else anchors.get(step.anchor)
    return None if start is None else start + timedelta(minutes=step.due_after_min(level))


def due_when_raised(
    plan: Plan, step: Step, occurrence: int, level: Level, now: datetime, anchors: Mapping[str, datetime]
) -> datetime | None:
    """What a graver level leaves an open task: its minutes from now on, a repetition's interval, or the minutes after its anchor."""
    again = repeat_after(plan, step, level) if occurrence > 1 else None
    return due_at(step, level, now, anchors) if again is None else now + again


def repeat_after(plan: Plan, step: Step, level: Level) -> timedelta | None:
    """How long after one occurrence the next is due; a patrol follows the level's own interval. None: the step is done once."""
    if step.repeat_min is None:
        return None
    patrol_min = plan.levels[level].patrol_min if step.action == "patrol" else 0
    return timedelta(minutes=patrol_min or step.repeat_min)


def units_wanted(plan: Plan, level: Level) -> Mapping[str, int]:
    """Unit kind -> total wanted forward at this level; empty for a level that asks for nothing."""
    resources = plan.resources.get(level)
    return {} if resources is None else resources.units


def materials_wanted(plan: Plan, level: Level) -> Mapping[str, int]:
    """Material code -> total wanted forward at this level."""
    resources = plan.resources.get(level)
    return {} if resources is None else resources.materials


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What several running plans together ask for above what the street has. kind : unit kind or material code."""

    kind: str
    wanted: int
    there: int


def shortages(wanted: Iterable[Mapping[str, int]], there: Mapping[str, int]) -> tuple[Shortage, ...]:
    """Sum what the plans want and compare with what there is; kinds with enough are left out."""
    total: dict[str, int] = {}
    for plan in wanted:
        for kind, number in plan.items():
            total[kind] = total.get(kind, 0) + number
    return tuple(
        Shortage(kind=kind, wanted=number, there=there.get(kind, 0))
        for kind, number in sorted(total.items())
        if number > there.get(kind, 0)
    )


def lacks_photo(status: TaskStatus, asked_for: str, evidence: Mapping[str, Any]) -> bool:
    """Whether a task that asks for a photo was ticked off by words alone."""
    return status is TaskStatus.DONE and asked_for == "photo" and not evidence.get("photo")


BLANK = re.compile(r"\{(\w*)\}")
UNFILLED = "____"
"""What stands where nobody has said yet what belongs there: seen in the preview before anything leaves.

No report is sent with one and no message to the public; the house's own messages are: a crew rolls before everything is known.
"""

PUBLIC = frozenset({"residents", "shops", "volunteers"})
"""Audiences outside the house, who can ask nobody what belongs into a blank."""


def blanks(text: Text) -> tuple[str, ...]:
    """Names of the places in braces, in order, each once."""
    return tuple(dict.fromkeys(BLANK.findall(text.zh)))


def blanks_left(text: Text) -> int:
    """How many blanks a person would see in it, in the language that has more."""
    return max(text.zh.count(UNFILLED), text.en.count(UNFILLED))


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with its places filled; what is not known is a visible blank, never a guess."""
    return BLANK.sub(lambda found: fields.get(found[1], "") or UNFILLED, text)


def deciding_level(level: Level, wanted: Level | None) -> Level:
    """The level whose approver says yes or no: of the present one and the one asked for the graver."""
    return level if wanted is None else max(level, wanted, key=lambda one: one.rank)


def below_floor(level: Level, floor: Level | None) -> bool:
    """Whether a level lies below the one the district has ordered."""
    return floor is not None and level.rank < floor.rank
