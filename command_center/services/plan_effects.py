"""What a decision about a plan sets in motion, written down in the decision's own transaction: tasks, units, stock, messages.

Workers carry it out afterwards; nothing here speaks to the world.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, HazardWarning, Incident, Notice, PlanTask, Unit, UnitDuty
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import (
    OPEN_TASK,
    TaskStatus,
    WorkState,
    due_at,
    due_when_raised,
    filled,
    materials_wanted,
    steps_at,
    units_wanted,
)
from command_center.domain.errors import UnitHasDuty, UnitNotAvailable, UnknownUnit
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.notices import NoticeState
from command_center.domain.plan_book import Notification, Plan, Step
from command_center.domain.text import Text
from command_center.services import notices
from command_center.services.assignments import recall_in
from command_center.services.audiences import Audience, addressees
from command_center.services.dispatching import assign, check_free, follow_units
from command_center.services.group_links import link_groups
from command_center.services.notices import IN_LINE, TO_DECIDE, Draft, chain_step_s, queue_notice
from command_center.services.open_incidents import open_incident
from command_center.services.plan_needs import needs
from command_center.services.proposing import propose_units
from command_center.services.road_conditions import roads_now
from command_center.services.shelters import close_for_plan
from command_center.services.stock_ledger import local_day
from command_center.services.stock_reservations import release_above_in, release_in, reserve_in
from command_center.words import N_, phrases, translator

WITHDRAWN = N_("Withdrawn: %(plan)s, level %(level)s. What was ordered for it no longer holds.")
LOWERED = N_("%(plan)s lowered to level %(level)s: what was ordered for level %(before)s only is not carried on.")
SIGNAL = N_("%(hazard)s %(color)s warning")
APPROACH: Mapping[str, str] = {"wind": N_("Wind: %(wind)s"), "staging": N_("Staging point: %(staging)s")}
"""Blanks of the messages that crews need before they come near."""

CALL_APPROVER = N_("%(plan)s, level %(level)s: please decide (%(reason)s)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What was set in motion. tasks : how many were opened; units : ids newly put on duty; released : ids taken off duty."""

    tasks: int
    units: tuple[str, ...]
    released: tuple[str, ...] = ()


def begin(
    center: Center,
    work: Work,
    activation: Activation,
    plan: Plan,
    *,
    before: Level | None,
    is_fresh: bool = False,
    recall: bool = False,
) -> Effect:
    """Bring the activation to its level: from nothing (before=None) or from another level. What is done stays done.

    is_fresh : the order has been given this moment: a vehicle chosen with it that cannot come is a refusal, not left out as from a request
    that has waited. recall : a leader said no to the level before: vehicles sent to the incident for it are called back, not only released.
    """
    units = _order_units(center, work, activation, plan, chosen=activation.units if before is None else None, is_fresh=is_fresh)
    if before is None:
        _note_approach(center, work, activation)
    is_lowered = before is not None and before.rank > activation.level.rank
    released = _release_surplus(work, activation, plan, recall=recall) if is_lowered else ()
    _reserve_stock(center, work, activation, plan)
    if before is not None and not is_lowered:
        _hasten_tasks(work, activation, plan)
    tasks = _open_tasks(work, activation, plan, is_new=before is None)
    if is_lowered:
        _withdraw_tasks(work, activation, plan)
    link_groups(work, activation, plan)
    spoken_to = _queue_messages(center, work, activation, plan, before)
    if before is not None and is_lowered:
        _withdraw_messages(work, activation, plan, before, spoken_to)
    return Effect(tasks=tasks, units=units, released=released)


# ---- units ---------------------------------------------------------------------------------------------------------------------


def _order_units(
    center: Center, work: Work, activation: Activation, plan: Plan, *, chosen: Sequence[str] | None, is_fresh: bool
) -> tuple[str, ...]:
    """Put the units on duty that the level still lacks, or those a person chose; send them off where there is an incident.

    Raises UnknownUnit, UnitNotAvailable with who has it.
    """
    ranked = None if activation.incident_id is None else propose_units(center, activation.incident_id)
    if chosen is None:
        about = {"activation_id": activation.id, "incident_id": activation.incident_id}
        wanted = needs(center, work.session, plan, activation.level, **about, ranked=ranked)
        chosen = [unit_id for need in wanted for unit_id in need.ordered]
        is_fresh = False  # what was free a moment ago may have gone to an emergency since
    units = work.all(Unit, list(chosen), lambda unit_id: UnknownUnit(unit=unit_id))
    incident = None if activation.incident_id is None or not units else open_incident(work, activation.incident_id)
    travel_s = {} if ranked is None else {unit.unit_id: unit.travel_s for unit in ranked.units}
    holders = {} if activation.units is None else _holders(work, units)
    duties = []
    for unit in units:
        try:
            _check_may_serve(work, unit, incident, holders.get(unit.id))
        except UnitNotAvailable:
            if is_fresh:
                raise
            continue
        duties.append(_duty(center, work, activation, unit, incident, travel_s.get(unit.id)))
    work.session.add_all(duties)
    work.session.flush()  # together: PostgreSQL takes them in one statement
    for duty in duties:
        work.record(events.UnitOnDuty(activation_id=activation.id, plan_id=activation.plan_id, unit_id=duty.unit_id, duty_id=duty.id))
    if incident is not None:
        follow_units(work, incident)
    return tuple(duty.unit_id for duty in duties)


def _holders(work: Work, units: Sequence[Unit]) -> dict[str, Activation]:
    """Unit id -> the running plan that has it on duty."""
    held = select(UnitDuty.unit_id, Activation).join(Activation, UnitDuty.activation_id == Activation.id)
    held = held.where(UnitDuty.unit_id.in_([unit.id for unit in units]), UnitDuty.released_at.is_(None))
    return {row.unit_id: row.Activation for row in work.session.execute(held)}


def _check_may_serve(work: Work, unit: Unit, incident: Incident | None, holder: Activation | None) -> None:
    """Raises UnitNotAvailable, UnitHasDuty. One at the incident already serves where it is."""
    if holder is not None:
        by = holder.approved_by or holder.requested_by
        raise UnitHasDuty(unit=unit.id, plan=holder.plan_id, level=holder.level.value, by=by)
    if incident is None or unit.incident_id != incident.id:
        check_free(work, unit)


def _duty(center: Center, work: Work, activation: Activation, unit: Unit, incident: Incident | None, travel_s: float | None) -> UnitDuty:
    """The duty; the unit is sent to the incident unless it is there or on its way for another order, which the plan does not recall."""
    is_sent = incident is not None and unit.incident_id != incident.id
    return UnitDuty(
        activation_id=activation.id,
        unit_id=unit.id,
        assignment_id=assign(center, work, incident, unit, travel_s, None, []) if incident is not None and is_sent else None,
        work=WorkState.QUEUED,
        work_note="",
        ordered_at=work.now,
    )


def _note_approach(center: Center, work: Work, activation: Activation) -> None:
    """Wind and staging point go into the incident's notes, and so into every crew's order and onto its card."""
    say = translator(center.language)
    lines = [say(APPROACH[name]) % {name: activation.fields[name]} for name in APPROACH if activation.fields.get(name)]
    if activation.incident_id is None or not lines:
        return
    incident = open_incident(work, activation.incident_id)
    text = "\n".join(lines)
    incident.note = f"{incident.note}\n{text}".strip()
    work.record(events.IncidentNoted(incident_id=incident.id, number=incident.number, note=text))


def _reserve_stock(center: Center, work: Work, activation: Activation, plan: Plan) -> None:
    """Put by what the level wants forward, from the depots nearest to the emergency; what the street does not have stays a shortage."""
    incident = None if activation.incident_id is None else work.session.get(Incident, activation.incident_id)
    near = None if incident is None else Point(incident.lat, incident.lon)
    wants = materials_wanted(plan, activation.level)
    reserve_in(
        work,
        wants,
        for_kind="activation",
        for_id=activation.id,
        near=near,
        roads=roads_now(center, work.session),
        allow_short=True,
        today=local_day(center, work.now),
    )


def _release_surplus(work: Work, activation: Activation, plan: Plan, *, recall: bool) -> tuple[str, ...]:
    """A lower level wants less: vehicles and stock above its totals go back, what came last first."""
    release_above_in(work, materials_wanted(plan, activation.level), for_kind="activation", for_id=activation.id, reason=activation.plan_id)
    on_duty: dict[str, list[UnitDuty]] = {}
    for duty in sorted(duties_of(work, activation.id), key=lambda duty: -duty.id):
        on_duty.setdefault(work.session.get_one(Unit, duty.unit_id).kind, []).append(duty)
    wanted = units_wanted(plan, activation.level)
    surplus = [duty for kind, duties in on_duty.items() for duty in duties[: max(0, len(duties) - wanted.get(kind, 0))]]
    return _release(work, activation, sorted(surplus, key=lambda duty: duty.unit_id), recall=recall)


def _release(work: Work, activation: Activation, duties: Sequence[UnitDuty], *, recall: bool) -> tuple[str, ...]:
    """Take units off duty; with `recall` also off the incident they were sent to for this plan. Crews that know of their duty are told.

    duties : in the order of their units. A crew that is called back hears that instead.
    """
    recalled = {
        duty.id for duty in duties if recall and duty.assignment_id is not None and recall_in(work, duty.assignment_id, activation.plan_id)
    }
    for duty in duties:
        duty.released_at = work.now
        if duty.work in (WorkState.QUEUED, WorkState.DOING):
            duty.work = WorkState.UNDONE
        if duty.id not in recalled and (duty.sent_at is not None or duty.acknowledged_at is not None):
            work.record(off_duty(duty, activation))
    return tuple(duty.unit_id for duty in duties)


def off_duty(duty: UnitDuty, activation: Activation) -> events.UnitOffDuty:
    """A crew's duty is over, and it does not know yet."""
    return events.UnitOffDuty(activation_id=activation.id, plan_id=activation.plan_id, unit_id=duty.unit_id, duty_id=duty.id)


# ---- tasks ---------------------------------------------------------------------------------------------------------------------


def _open_tasks(work: Work, activation: Activation, plan: Plan, *, is_new: bool) -> int:
    """Open every step that applies now and has no occurrence yet, or whose last one a lower level withdrew. is_new : nothing is open."""
    last: dict[str, tuple[int, TaskStatus]] = {}
    if not is_new:
        known = select(PlanTask.step_id, PlanTask.occurrence, PlanTask.status).where(PlanTask.activation_id == activation.id)
        for step_id, occurrence, status in work.session.execute(known.order_by(PlanTask.occurrence)):
            last[step_id] = occurrence, status
    nothing = (0, TaskStatus.WITHDRAWN)
    new = [step for step in steps_at(plan, activation.level, activation.variant) if last.get(step.id, nothing)[1] is TaskStatus.WITHDRAWN]
    tasks = [_task(work, activation, step, last.get(step.id, nothing)[0] + 1) for step in new]
    work.session.add_all(tasks)
    work.session.flush()  # together: PostgreSQL takes them in one statement
    for step, task in zip(new, tasks, strict=True):
        work.record(_opened(work, activation, step, task))
    return len(new)


def _hasten_tasks(work: Work, activation: Activation, plan: Plan) -> None:
    """A graver level leaves less time: deadlines of open tasks move forward, never back. Its minutes count from the raise."""
    steps = {step.id: step for step in plan.steps}
    for task in _open(work, activation):
        due = due_when_raised(plan, steps[task.step_id], task.occurrence, activation.level, work.now, _moments(activation))
        if due is not None and task.due_at is not None and due < task.due_at:
            _move_due(work, activation, task, due)


class StepWords(TypedDict):
    """The title of a step as the log keeps it: an edited plan has steps that no file knows."""

    step_zh: str
    step_en: str


def step_words(activation: Activation, step_id: str) -> StepWords:
    """The title of a step in the wording that an activation runs by."""
    title = next(step["title"] for step in activation.plan["steps"] if step["id"] == step_id)
    return {"step_zh": title["zh"], "step_en": title["en"]}


def open_task(work: Work, activation: Activation, step: Step, *, occurrence: int, due: datetime | None = None) -> PlanTask:
    """One occurrence of a step, with its deadline and its background work."""
    task = work.add(_task(work, activation, step, occurrence, due))
    work.record(_opened(work, activation, step, task))
    return task


def _task(work: Work, activation: Activation, step: Step, occurrence: int, due: datetime | None = None) -> PlanTask:
    return PlanTask(
        activation_id=activation.id,
        step_id=step.id,
        occurrence=occurrence,
        group=step.group,
        status=TaskStatus.PENDING,
        work=WorkState.NONE if step.job is None else WorkState.QUEUED,
        work_note="",
        applies_since=work.now,
        due_at=due or due_at(step, activation.level, work.now, _moments(activation)),
        evidence={},
        reason="",
    )


def _opened(work: Work, activation: Activation, step: Step, task: PlanTask) -> events.TaskOpened:
    return events.TaskOpened(
        activation_id=activation.id,
        plan_id=activation.plan_id,
        task_id=task.id,
        step_id=step.id,
        **step_words(activation, step.id),
        occurrence=task.occurrence,
        due_in_s=None if task.due_at is None else (task.due_at - work.now).total_seconds(),
        job=step.job,
    )


def _moments(activation: Activation) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(at) for name, at in activation.anchors.items()}


def set_due(work: Work, activation: Activation, plan: Plan, anchor: str) -> None:
    """The anchor was recorded: every open task that counts from it has its deadline now."""
    steps = {step.id: step for step in plan.steps if step.anchor == anchor}
    for task in _open(work, activation):
        if task.step_id not in steps:
            continue
        due = due_at(steps[task.step_id], activation.level, task.applies_since, _moments(activation))
        if due is not None:
            _move_due(work, activation, task, due)


def _move_due(work: Work, activation: Activation, task: PlanTask, due: datetime) -> None:
    task.due_at, task.overdue_at = due, None
    work.record(
        events.TaskDue(
            activation_id=activation.id,
            plan_id=activation.plan_id,
            task_id=task.id,
            step_id=task.step_id,
            **step_words(activation, task.step_id),
            occurrence=task.occurrence,
            due_in_s=(due - work.now).total_seconds(),
        )
    )


def _open(work: Work, activation: Activation) -> Sequence[PlanTask]:
    query = select(PlanTask).where(PlanTask.activation_id == activation.id, PlanTask.status.in_(OPEN_TASK)).order_by(PlanTask.id)
    return work.session.scalars(query).all()


def _withdraw_tasks(work: Work, activation: Activation, plan: Plan) -> None:
    """A lower level needs fewer steps: those that nobody has begun are withdrawn, the others are finished."""
    applying = {step.id for step in steps_at(plan, activation.level, activation.variant)}
    for task in _open(work, activation):
        if task.step_id not in applying and task.status is TaskStatus.PENDING:
            _withdraw(task)


def _withdraw(task: PlanTask) -> None:
    task.status = TaskStatus.WITHDRAWN
    if task.work in (WorkState.QUEUED, WorkState.DOING):
        task.work = WorkState.UNDONE


def _close_tasks(work: Work, activation: Activation) -> None:
    for task in work.session.scalars(select(PlanTask).where(PlanTask.activation_id == activation.id).order_by(PlanTask.id)).all():
        if task.status in OPEN_TASK:
            _withdraw(task)
        task.closed_at = work.now


# ---- messages ------------------------------------------------------------------------------------------------------------------


def message_fields(
    center: Center, session: Session, activation: Activation, plan: Plan, incident: Incident | None, language: str
) -> Mapping[str, str]:
    """What is known for the blanks of the messages; what a person filled in comes first."""
    say = translator(language)
    known = {
        "level": say(phrases.LEVEL_OF_RESPONSE) % {"level": activation.level.value},
        "time": f"{(activation.started_at or activation.requested_at).astimezone(ZoneInfo(center.catalogue.street.timezone)):%m-%d %H:%M}",
        "signal": _signal(center, session, plan, language),
        "summary": activation.reason,
        "place": center.catalogue.street.name.in_(language),
        "area": center.catalogue.street.name.in_(language),
    }
    if incident is not None:
        kind = center.catalogue.incident_types[incident.type].name
        known |= {"place": incident.place_en if language == "en" else incident.place_zh, "type": kind.in_(language)}
    return known | {name: value for name, value in activation.fields.items() if value}


def _signal(center: Center, session: Session, plan: Plan, language: str) -> str:
    """The warning in force that speaks for the plan, the newest one; "" while there is none."""
    hazards = {trigger.signal.hazard for trigger in plan.triggers if trigger.signal is not None}
    in_force = select(HazardWarning).where(HazardWarning.state == NoticeState.ACTIVE, HazardWarning.hazard.in_(hazards))
    warning = session.scalars(in_force.order_by(HazardWarning.issued_at.desc()).limit(1)).first()
    if warning is None or warning.hazard is None or warning.color is None:
        return ""
    signals = center.catalogue.warning_signals
    names = {"hazard": signals.hazards[warning.hazard].name.in_(language), "color": signals.colors[warning.color].name.in_(language)}
    return translator(language)(SIGNAL) % names


def notices_due(plan: Plan, level: Level, before: Level | None) -> list[tuple[int, Notification]]:
    """Lines of the plan's message list to send now, with their numbers: all up to the level, or after a change those that join
    and those that speak of the level itself.
    """
    lines = [(number, line) for number, line in enumerate(plan.notifications) if line.min_level.rank <= level.rank]
    if before is None:
        return lines
    return [(number, line) for number, line in lines if line.min_level.rank > before.rank or "{level}" in line.text.zh]


def _queue_messages(center: Center, work: Work, activation: Activation, plan: Plan, before: Level | None) -> frozenset[str]:
    """The messages of this decision; returns the audiences they are for."""
    incident = None if activation.incident_id is None else work.session.get(Incident, activation.incident_id)
    by_language = {language: message_fields(center, work.session, activation, plan, incident, language) for language in ("zh_CN", "en")}
    groups = plan.levels[activation.level].groups
    due = notices_due(plan, activation.level, before)
    for number, line in due:
        queue_notice(
            work,
            Draft(
                key=f"{activation.id}:{number}:{activation.level_changes}",
                audience=line.audience,
                channels=line.channels,
                text=Text(filled(line.text.zh, by_language["zh_CN"]), filled(line.text.en, by_language["en"])),
                to=addressees(center, work.session, Audience(code=line.audience, groups=groups, incident=incident)),
                answer_in_s=line.due_min * 60.0 if line.ack else None,
                is_exercise=activation.is_exercise,
            ),
            activation.id,
        )
    return frozenset(line.audience for _, line in due)


def _withdraw_messages(work: Work, activation: Activation, plan: Plan, before: Level, spoken_to: frozenset[str]) -> None:
    """What only the graver level asked for is asked no more, and whoever heard it is told once; not who hears of the new level anyhow.

    A step that somebody has begun is finished, and so are its messages.
    """
    begun = {task.step_id for task in _open(work, activation)}
    above = [str(number) for number, line in enumerate(plan.notifications) if line.min_level.rank > activation.level.rank]
    above += [step.id for step in plan.steps if step.min_level.rank > activation.level.rank and step.id not in begun]

    def text(language: str) -> str:
        names = {"plan": plan.short.in_(language), "level": activation.level.value, "before": before.value}
        return translator(language)(LOWERED) % names

    lowered = Text(text("zh_CN"), text("en"))
    told: set[tuple[str, str]] = set()
    for notice in notices.open_notices(work, activation.id):
        if notice.key.startswith(tuple(f"{activation.id}:{it}:" for it in above)):
            notices.withdraw(work, notice, None if notice.audience in spoken_to else lowered, told)


def call_approver(center: Center, work: Work, activation: Activation, plan: Plan, level: Level) -> None:
    """Call the chain of command, one after the other every three minutes, until someone answers."""

    def text(language: str) -> str:
        names = {"plan": plan.short.in_(language), "level": level.value, "reason": activation.reason or "-"}
        return translator(language)(CALL_APPROVER) % names

    queue_notice(
        work,
        Draft(
            key=f"{activation.id}{TO_DECIDE}{level.value}:{activation.version or 0}",
            audience=IN_LINE,
            channels=("phone",),
            text=Text(text("zh_CN"), text("en")),
            to=addressees(center, work.session, Audience(code=IN_LINE)),
            answer_in_s=chain_step_s(center),
            is_exercise=activation.is_exercise,
        ),
        activation.id,
    )


def approver_answered(work: Work, activation: Activation) -> None:
    """Somebody decided: the chain of command is not called any more."""
    open_calls = work.session.scalars(
        select(Notice).where(
            Notice.activation_id == activation.id, Notice.closed_at.is_(None), Notice.key.startswith(f"{activation.id}{TO_DECIDE}")
        )
    )
    for seen in open_calls.all():
        notice = work.get(Notice, seen.id)
        notice.closed_at = work.now
        work.record(events.NoticeWithdrawn(notice_id=notice.id, audience=notice.audience, activation_id=activation.id))


# ---- the end -------------------------------------------------------------------------------------------------------------------


def take_back(work: Work, activation: Activation, plan: Plan) -> tuple[str, ...]:
    """Roll back: recall what was sent, release what was taken, tell everyone who was told. Returns the units recalled."""
    recalled = _release(work, activation, duties_of(work, activation.id), recall=True)
    release_in(work, "activation", activation.id, reason=activation.plan_id)
    _close_tasks(work, activation)
    close_for_plan(work, activation, rolled_back=True)

    def text(language: str) -> str:
        return translator(language)(WITHDRAWN) % {"plan": plan.short.in_(language), "level": activation.level.value}

    notices.close_notices(work, activation.id, withdrawn=Text(text("zh_CN"), text("en")))
    return recalled


def stand_down(work: Work, activation: Activation) -> None:
    """The plan is over as planned: units are released where they are, nobody is asked any more. Raises PeopleInShelters."""
    _release(work, activation, duties_of(work, activation.id), recall=False)
    release_in(work, "activation", activation.id, reason=activation.plan_id)
    _close_tasks(work, activation)
    close_for_plan(work, activation, rolled_back=False)
    notices.close_notices(work, activation.id, withdrawn=None)


def duties_of(work: Work, activation_id: int) -> Sequence[UnitDuty]:
    """Units on duty for a running plan, in the order of their ids."""
    query = select(UnitDuty).where(UnitDuty.activation_id == activation_id, UnitDuty.released_at.is_(None)).order_by(UnitDuty.unit_id)
    return work.session.scalars(query).all()
