"""Looking back at a plan that ran (复盘): what happened when, what was late, who answered, what it took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.log import lines_about
from command_center.db.tables import Activation, LogEntry, Notice, PlanTask, Recipient, Report, ShelterOpening, StockMovement, UnitDuty
from command_center.domain import events
from command_center.domain.activations import ACTIVATION_CHART, ActivationStatus, TaskStatus, lacks_photo
from command_center.domain.errors import Invalid, UnknownActivation
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.status import advance
from command_center.domain.text import Text
from command_center.services.live import log_row
from command_center.services.plan_books import plan_of
from command_center.services.report_clocks import subject_of

Row = dict[str, Any]
"""JSON-plain, times as ISO 8601 UTC text, lengths of time in minutes."""

LONGEST_NOTE = 4000

ENDED = (ActivationStatus.TERMINATED, ActivationStatus.REVIEWED)
LOOKS_BACK = timedelta(days=90)
MOST_ENDED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedPlan:
    """A plan that ran to its end. is_reviewed : somebody has looked back at it and said what was learnt."""

    activation_id: int
    name: Text
    level: Level
    ended_at: datetime
    ended_by: str
    is_exercise: bool
    is_reviewed: bool


def ended_plans(center: Center, actor: Actor) -> tuple[EndedPlan, ...]:
    """The last plans that ran to their end, of three months: those nobody has looked back at first, then the newest."""
    actor.require(Right.RUN_PLANS)
    recent = select(Activation).where(Activation.requested_at >= center.now() - LOOKS_BACK, Activation.status.in_(ENDED))
    with center.read() as session:
        found = [_ended(activation) for activation in session.scalars(recent.order_by(Activation.requested_at))]
    return tuple(sorted(found, key=lambda one: (one.is_reviewed, -one.ended_at.timestamp()))[:MOST_ENDED])


def _ended(activation: Activation) -> EndedPlan:
    return EndedPlan(
        activation_id=activation.id,
        name=Text(**activation.plan["name"]),
        level=activation.level,
        ended_at=activation.ended_at or activation.requested_at,
        ended_by=activation.ended_by or "",
        is_exercise=activation.is_exercise,
        is_reviewed=activation.status is ActivationStatus.REVIEWED,
    )


def review(center: Center, activation_id: int, actor: Actor) -> Row:
    """Everything an after-action review looks at. Once the review is finished its figures stay as they were then.

    {"activation", "timeline": log lines, "figures": see _figures, "finished": {"by", "at", "note"} or None}. Raises UnknownActivation.
    """
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        activation = session.get(Activation, activation_id)
        if activation is None:
            raise UnknownActivation(activation=activation_id)
        stored = activation.review or {}
        timeline = _timeline(session, activation)
        return {
            "activation": _activation(activation),
            "timeline": [log_row(entry) for entry in timeline],
            "figures": stored.get("figures") or _figures(session, activation, timeline),
            "finished": stored.get("finished"),
        }


def finish_review(center: Center, activation_id: int, actor: Actor, note: str) -> None:
    """Say what was learnt and put the plan away, with the figures as they are now.

    Raises UnknownActivation, IllegalStep for a plan that was not ended or has been reviewed, Invalid (no note, or too long).
    """
    actor.require(Right.RUN_PLANS)
    learnt = note.strip()
    if not learnt or len(learnt) > LONGEST_NOTE:
        raise Invalid(field="note", value=learnt[:40])
    with center.work(actor) as work:
        activation = work.get(Activation, activation_id, UnknownActivation(activation=activation_id))
        activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.REVIEWED, subject=activation.plan_id)
        figures = _figures(work.session, activation, _timeline(work.session, activation))
        activation.review = {"figures": figures, "finished": {"by": actor.name, "at": moment(work.now), "note": learnt}}
        work.record(events.PlanReviewed(activation_id=activation.id, plan_id=activation.plan_id, note=learnt))


def _activation(activation: Activation) -> Row:
    return {
        "id": str(activation.id),
        "plan_id": activation.plan_id,
        "version": activation.plan_version,
        "name": activation.plan["name"],
        "level": activation.level.value,
        "status": activation.status.value,
        "incident_id": None if activation.incident_id is None else str(activation.incident_id),
        "requested_by": activation.requested_by,
        "requested_at": moment(activation.requested_at),
        "approved_by": activation.approved_by,
        "started_at": moment(activation.started_at),
        "ended_at": moment(activation.ended_at),
        "ended_by": activation.ended_by,
        "end_reason": activation.end_reason,
    }


def _timeline(session: Session, activation: Activation) -> Sequence[LogEntry]:
    """Every line of the log about the activation, and about its incident from the first call on."""
    subject = None if activation.incident_id is None else subject_of(session, incident_id=activation.incident_id)
    incidents = () if subject is None else subject.incident_ids
    return session.scalars(lines_about(incidents=incidents, activations=[activation.id])).all()


def _figures(session: Session, activation: Activation, timeline: Sequence[LogEntry]) -> Row:
    """What can be counted: tasks, messages, levels, confirmations, units, shelters, reports, stock."""
    tasks = _tasks(session, activation)
    return {
        "tasks": tasks,
        "tasks_by_outcome": dict(Counter(task["outcome"] for task in tasks)),
        "tasks_without_photo": sum(task["lacks_photo"] for task in tasks),
        "messages": _messages(session, activation),
        "levels": _levels(timeline),
        "confirmations": _confirmations(timeline),
        "units": _units(session, activation),
        "shelters": _shelters(session, activation),
        "reports": _reports(session, activation),
        "stock": _stock(session, activation),
    }


def _tasks(session: Session, activation: Activation) -> list[Row]:
    """Outcome : on_time, late, missed (its time ran out and it was never done), skipped, withdrawn, or open.

    late_min : minutes past the deadline, None where there was none to miss.
    """
    steps = {step.id: step for step in plan_of(activation).steps}
    query = select(PlanTask).where(PlanTask.activation_id == activation.id).order_by(PlanTask.step_id, PlanTask.occurrence)
    return [
        {
            "step_id": task.step_id,
            "occurrence": task.occurrence,
            "title": steps[task.step_id].title.as_row(),
            "group": task.group,
            "outcome": _outcome(task),
            "due_at": moment(task.due_at),
            "done_at": moment(task.done_at),
            "done_by": task.done_by,
            "late_min": _late_min(task.due_at, task.done_at),
            "took_min": _minutes(task.applies_since, task.done_at),
            "evidence": task.evidence,
            "lacks_photo": lacks_photo(task.status, steps[task.step_id].evidence, task.evidence),
            "reason": task.reason or task.work_note,
        }
        for task in session.scalars(query)
    ]


def _outcome(task: PlanTask) -> str:
    if task.status is TaskStatus.DONE:
        return "late" if (_late_min(task.due_at, task.done_at) or 0.0) > 0 else "on_time"
    if task.status is TaskStatus.WITHDRAWN and task.overdue_at is not None:
        return "missed"
    return task.status.value if task.status in (TaskStatus.SKIPPED, TaskStatus.WITHDRAWN) else "open"


def _minutes(since: datetime | None, until: datetime | None) -> float | None:
    return None if since is None or until is None else round((until - since).total_seconds() / 60, 1)


def _late_min(due_at: datetime | None, done_at: datetime | None) -> float | None:
    late = _minutes(due_at, done_at)
    return None if late is None else max(0.0, late)


def _messages(session: Session, activation: Activation) -> list[Row]:
    """Per message how many it was for, reached and answered, and the minutes it took: first, half of them, the last."""
    query = select(Notice).where(Notice.activation_id == activation.id).order_by(Notice.id)
    notices = session.scalars(query).all()
    people = session.scalars(select(Recipient).where(Recipient.notice_id.in_([it.id for it in notices])))
    by_notice: dict[int, list[Recipient]] = {}
    for one in people:
        by_notice.setdefault(one.notice_id, []).append(one)
    return [
        {
            "audience": notice.audience,
            "text": {"zh": notice.text_zh, "en": notice.text_en},
            "queued_at": moment(notice.queued_at),
            "recipients": notice.recipients,
            "reached": notice.reached,
            "answered": notice.answered,
            "needs_answer": notice.needs_answer,
            "reached_min": _spread(_minutes(notice.queued_at, one.sent_at) for one in by_notice.get(notice.id, ())),
            "answered_min": _spread(_minutes(notice.queued_at, one.answered_at) for one in by_notice.get(notice.id, ())),
        }
        for notice in notices
    ]


def _spread(minutes: Iterable[float | None]) -> Row | None:
    known = [it for it in minutes if it is not None]
    return {"first": min(known), "median": round(median(known), 1), "last": max(known)} if known else None


_LEVEL_EVENTS = frozenset(
    {
        events.PlanActivated.name,
        events.LevelChanged.name,
        events.ActivationConfirmed.name,
        events.LevelAsked.name,
        events.ActivationAsked.name,
    }
)


def _levels(timeline: Sequence[LogEntry]) -> list[Row]:
    """The level's history, oldest first: asked for, put into force, changed, confirmed."""
    return [
        {
            "at": moment(entry.at),
            "by": entry.actor,
            "event": entry.event,
            "level": entry.facts.get("level") or entry.facts.get("after"),
            "before": entry.facts.get("before"),
            "provisional": entry.facts.get("provisional", False),
            "reason": entry.facts.get("reason", ""),
        }
        for entry in timeline
        if entry.event in _LEVEL_EVENTS
    ]


def _confirmations(timeline: Sequence[LogEntry]) -> list[Row]:
    """Every time an approver was waited for: minutes from the asking to the yes, the no, or the end; None while it still lasts."""
    found: list[Row] = []
    asked: LogEntry | None = None
    for entry in timeline:
        starts = entry.event in (events.ActivationAsked.name, events.LevelAsked.name) or entry.facts.get("provisional") is True
        if asked is not None and (starts or entry.event in _ANSWERS):
            found.append(_waited(asked, entry))
            asked = None
        asked = entry if starts else asked
    return [*found, _waited(asked, None)] if asked is not None else found


_ANSWERS = frozenset(
    {
        events.PlanActivated.name,
        events.LevelChanged.name,
        events.ActivationConfirmed.name,
        events.ActivationDeclined.name,
        events.PlanRolledBack.name,
        events.PlanTerminated.name,
    }
)


def _waited(asked: LogEntry, answer: LogEntry | None) -> Row:
    return {
        "asked_at": moment(asked.at),
        "level": asked.facts.get("level") or asked.facts.get("after"),
        "acted_first": asked.facts.get("provisional") is True,
        "answer": None if answer is None else answer.event,
        "by": None if answer is None else answer.actor,
        "waited_min": None if answer is None else _minutes(asked.at, answer.at),
    }


def _units(session: Session, activation: Activation) -> list[Row]:
    query = select(UnitDuty).where(UnitDuty.activation_id == activation.id).order_by(UnitDuty.id)
    return [
        {
            "unit_id": duty.unit_id,
            "ordered_at": moment(duty.ordered_at),
            "acknowledged_min": _minutes(duty.ordered_at, duty.acknowledged_at),
            "on_duty_min": _minutes(duty.ordered_at, duty.released_at),
        }
        for duty in session.scalars(query)
    ]


def _shelters(session: Session, activation: Activation) -> list[Row]:
    query = select(ShelterOpening).where(ShelterOpening.activation_id == activation.id).order_by(ShelterOpening.id)
    return [
        {
            "shelter_id": opening.shelter_id,
            "name": {"zh": opening.name_zh, "en": opening.name_en},
            "capacity": opening.capacity,
            "most_occupied": opening.most_occupied,
            "opened_at": moment(opening.opened_at),
            "closed_at": moment(opening.closed_at),
        }
        for opening in session.scalars(query)
    ]


def _reports(session: Session, activation: Activation) -> list[Row]:
    subject = subject_of(session, activation_id=activation.id)
    if subject is None:
        return []
    query = select(Report).where(Report.subject == subject.key).order_by(Report.id)
    return [
        {
            "kind": report.kind.value,
            "number": report.number,
            "state": report.state.value,
            "due_at": moment(report.due_at),
            "closed_at": moment(report.closed_at),
            "late_min": _late_min(report.due_at, report.closed_at) if report.state == "sent" else None,
        }
        for report in session.scalars(query)
    ]


def _stock(session: Session, activation: Activation) -> list[Row]:
    """What was put by, taken out, brought back and used up for the plan, by material: the sums of its ledger lines."""
    query = select(StockMovement.material_code, StockMovement.kind, func.sum(StockMovement.quantity))
    query = query.where(StockMovement.for_kind == "activation", StockMovement.for_id == activation.id)
    sums: dict[str, Row] = {}
    for material, kind, quantity in session.execute(query.group_by(StockMovement.material_code, StockMovement.kind)):
        sums.setdefault(material, {"material": material})[kind.value] = int(quantity)
    return [sums[material] for material in sorted(sums)]
