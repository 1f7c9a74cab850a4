"""The checklist of a running plan: begun, done with its evidence, skipped with a reason, overdue. Locks: activation, then task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from math import isfinite
from typing import Any

from command_center.center import Center
from command_center.db.tables import Activation, PlanTask
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import OPEN_TASK, RUNNING, TASK_CHART, TaskStatus, WorkState, repeat_after
from command_center.domain.errors import EvidenceNeeded, Invalid, PlanNotRunning, UnknownTask
from command_center.domain.plan_book import Plan, Step
from command_center.domain.rights import Actor, Right
from command_center.domain.status import advance
from command_center.services.photos import require_photo
from command_center.services.plan_books import plan_of
from command_center.services.plan_effects import StepWords, open_task, step_words

LONGEST_TEXT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a person gives to tick a task off. photo : name of a stored photo (services/photos)."""

    text: str = ""
    number: float | None = None
    photo: str | None = None

    def as_row(self) -> dict[str, Any]:
        known = {"text": self.text.strip(), "number": self.number, "photo": self.photo}
        return {name: value for name, value in known.items() if value not in ("", None)}

    def spoken(self) -> str:
        """As people read it in the log."""
        number = "" if self.number is None else f"{self.number:g}"
        return " ".join(part for part in (number, self.text.strip()) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoTask:
    """Tick a task off."""

    task_id: int
    evidence: Evidence = field(default_factory=Evidence)
    key: str | None = None


class _TaskFacts(StepWords):
    activation_id: int
    plan_id: str
    task_id: int
    step_id: str
    occurrence: int


def task_facts(task: PlanTask, activation: Activation) -> _TaskFacts:
    """What all events of a task say."""
    return {
        **step_words(activation, task.step_id),
        "activation_id": task.activation_id,
        "plan_id": activation.plan_id,
        "task_id": task.id,
        "step_id": task.step_id,
        "occurrence": task.occurrence,
    }


def begin_task(center: Center, task_id: int, actor: Actor) -> None:
    """Say that somebody is at it. Raises UnknownTask, NotPermitted, PlanNotRunning, IllegalStep."""
    _require(actor)
    with center.work(actor) as work:
        activation, task = _locked(work, task_id)
        task.status = advance(TASK_CHART, task.status, TaskStatus.DOING, subject=task.step_id)
        work.record(events.TaskStarted(**task_facts(task, activation)))


def do_task(center: Center, order: DoTask, actor: Actor) -> None:
    """Tick a task off with what its step asks for; a step that repeats opens its next occurrence.

    Raises UnknownTask, NotPermitted, PlanNotRunning, EvidenceNeeded, Invalid (a number that is none), Unknown (photo), IllegalStep.
    """
    _require(actor)
    if order.evidence.photo is not None:
        require_photo(center, order.evidence.photo)
    with center.work(actor) as work:
        if work.answered(order.key, {"verb": "do_task", "task": order.task_id}) is not None:
            return
        activation, task = _locked(work, order.task_id)
        plan = plan_of(activation)
        step = step_of(plan, task.step_id)
        check_evidence(step, order.evidence)
        _check_count(center, step, order.evidence)
        task.status = advance(TASK_CHART, task.status, TaskStatus.DONE, subject=task.step_id)
        task.done_at, task.done_by, task.evidence = work.now, actor.name, order.evidence.as_row()
        late_s = 0.0 if task.due_at is None else max(0.0, (work.now - task.due_at).total_seconds())
        work.record(events.TaskDone(**task_facts(task, activation), late_s=late_s, note=order.evidence.spoken()))
        again = repeat_after(plan, step, activation.level)
        if again is not None:
            open_task(work, activation, step, occurrence=task.occurrence + 1, due=work.now + again)
        work.answer(order.key, {})


def check_evidence(step: Step, evidence: Evidence) -> None:
    """Whether what was given is what the step asks for. Raises EvidenceNeeded, Invalid."""
    if evidence.number is not None and (not isfinite(evidence.number) or evidence.number < 0):
        raise Invalid(field="number", value=str(evidence.number))
    if len(evidence.text) > LONGEST_TEXT:
        raise Invalid(field="text", value=f"{len(evidence.text)} > {LONGEST_TEXT}")
    given: Mapping[str, bool] = {
        "none": True,
        "ack": True,
        "text": bool(evidence.text.strip()),
        "number": evidence.number is not None,
        "photo": evidence.photo is not None or bool(evidence.text.strip()),
    }
    if not given[step.evidence]:
        raise EvidenceNeeded(task=step.id, evidence=step.evidence)


def _check_count(center: Center, step: Step, evidence: Evidence) -> None:
    """Nobody has done more than there is. Raises Invalid."""
    if step.counts and evidence.number is not None and evidence.number > getattr(center.catalogue.street.counts, step.counts):
        raise Invalid(field="number", value=f"{evidence.number:g}")


def skip_task(center: Center, task_id: int, actor: Actor, reason: str) -> None:
    """Leave a task out, and say why. Raises UnknownTask, NotPermitted, PlanNotRunning, Invalid (no reason), IllegalStep."""
    _require(actor)
    why = reason.strip()
    if not why:
        raise Invalid(field="reason", value="")
    with center.work(actor) as work:
        activation, task = _locked(work, task_id)
        task.status = advance(TASK_CHART, task.status, TaskStatus.SKIPPED, subject=task.step_id)
        task.reason = why
        if task.work in (WorkState.QUEUED, WorkState.DOING):
            task.work = WorkState.UNDONE
        work.record(events.TaskSkipped(**task_facts(task, activation), reason=why))


def take_up_again(center: Center, task_id: int, actor: Actor) -> None:
    """A skipped task is to be done after all. Raises UnknownTask, PlanNotRunning, IllegalStep."""
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        activation, task = _locked(work, task_id)
        task.status = advance(TASK_CHART, task.status, TaskStatus.PENDING, subject=task.step_id)
        task.reason = ""
        work.record(events.TaskTakenUpAgain(**task_facts(task, activation)))


def _require(actor: Actor) -> None:
    """Whoever runs plans may do any task; a task group may do its own, which is looked at when the task is known."""
    if not actor.may(Right.RUN_OWN_TASKS):
        actor.require(Right.RUN_PLANS)


def _locked(work: Work, task_id: int) -> tuple[Activation, PlanTask]:
    seen = work.session.get(PlanTask, task_id)
    if seen is None:
        raise UnknownTask(task=task_id)
    if (work.actor.activation_id, work.actor.group) != (seen.activation_id, seen.group):
        work.actor.require(Right.RUN_PLANS)
    activation = work.get(Activation, seen.activation_id)
    if activation.status not in RUNNING:
        raise PlanNotRunning(plan=activation.plan_id, status=activation.status.value)
    return activation, work.get(PlanTask, task_id)


def step_of(plan: Plan, step_id: str) -> Step:
    """The step of a plan with this id."""
    return next(step for step in plan.steps if step.id == step_id)


# ---- what the clock does -------------------------------------------------------------------------------------------------------


def mark_overdue(work: Work, task_id: int) -> None:
    """The deadline has passed: say so if the task is still open. One that was moved meanwhile is left to its new clock."""
    task = work.get(PlanTask, task_id)
    is_past = task.due_at is not None and task.due_at <= work.now + timedelta(seconds=1)
    if task.status in OPEN_TASK and is_past and task.overdue_at is None:
        task.overdue_at = work.now
        activation = work.session.get_one(Activation, task.activation_id)
        work.record(events.TaskOverdue(**task_facts(task, activation)))
