"""The background work of a plan's steps: each is one message, list or clock more, once per (activation, step, occurrence)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from command_center.center import Center
from command_center.db.tables import Activation, Incident, PlanTask, Unit, UnitDuty
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import RUNNING, WorkState
from command_center.domain.plan_book import Plan, Step
from command_center.domain.rights import SYSTEM
from command_center.domain.text import Text
from command_center.services import messages
from command_center.services.audiences import Addressee, Audience, addressees
from command_center.services.notices import Draft, queue_notice
from command_center.services.plan_books import plan_of
from command_center.services.plan_effects import duties_of, off_duty
from command_center.services.plan_tasks import step_of, task_facts
from command_center.services.report_clocks import keep_clocks
from command_center.services.shelters import open_for_plan
from command_center.words import translator
from command_center.words.phrases import DUTY_ORDER, DUTY_OVER

ANSWER_WITHIN_S = 600.0
"""Whoever a step writes to answers within ten minutes, as the stations do; then they are asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWork:
    """Everything a step's work needs to know."""

    center: Center
    work: Work
    activation: Activation
    plan: Plan
    step: Step
    task: PlanTask

    @property
    def key(self) -> str:
        return f"{self.activation.id}:{self.step.id}:{self.task.occurrence}"


def begin_work(center: Center, task_id: int) -> bool:
    """Show that a worker is at it; False when there is nothing left to do."""
    with center.work(SYSTEM) as work:
        task = work.get(PlanTask, task_id)
        if task.work not in (WorkState.QUEUED, WorkState.DOING):
            return False
        if task.work is WorkState.QUEUED:
            task.work = WorkState.DOING
            activation, step = _of(work, task)
            work.record(events.TaskWorkBegun(**task_facts(task, activation), job=step.job or ""))
        return True


def finish_work(center: Center, work: Work, task_id: int) -> None:
    """The effect and the mark that it is there, in one transaction; a task that was withdrawn meanwhile gets no effect."""
    seen = work.session.get_one(PlanTask, task_id)
    activation = work.get(Activation, seen.activation_id)
    task = work.get(PlanTask, task_id)
    if task.work is not WorkState.DOING:
        return
    plan = plan_of(activation)
    step = step_of(plan, task.step_id)
    it = StepWork(center=center, work=work, activation=activation, plan=plan, step=step, task=task)
    _EFFECTS[step.job or ""](it)
    _call_agencies(it)
    task.work = WorkState.DONE
    work.record(events.TaskWorkDone(**task_facts(task, activation), job=step.job or ""))


def mark_failed(work: Work, task_id: int, reason: str) -> None:
    """The work could not be done: a person has to, and the task says why."""
    task = work.get(PlanTask, task_id)
    if task.work not in (WorkState.QUEUED, WorkState.DOING):
        return
    activation, step = _of(work, task)
    task.work, task.work_note = WorkState.FAILED, reason[:300]
    work.record(events.TaskWorkFailed(**task_facts(task, activation), job=step.job or "", reason=reason[:300]))


def _of(work: Work, task: PlanTask) -> tuple[Activation, Step]:
    activation = work.session.get_one(Activation, task.activation_id)
    return activation, step_of(plan_of(activation), task.step_id)


# ---- what each kind of work does -----------------------------------------------------------------------------------------------


def _tell(it: StepWork, audience: str, to: Sequence[Addressee], channels: tuple[str, ...], *, answer: bool) -> None:
    if to:
        draft = Draft(
            key=f"{it.key}:{audience}",
            audience=audience,
            channels=channels,
            text=Text(f"【{it.plan.short.zh}】{it.step.title.zh}", f"[{it.plan.short.en}] {it.step.title.en}"),
            to=to,
            answer_in_s=ANSWER_WITHIN_S if answer else None,
            is_exercise=it.activation.is_exercise,
        )
        queue_notice(it.work, draft, it.activation.id)


def _audience(it: StepWork, audience: str) -> Sequence[Addressee]:
    incident = None if it.activation.incident_id is None else it.work.session.get(Incident, it.activation.incident_id)
    groups = it.plan.levels[it.activation.level].groups
    return addressees(it.center, it.work.session, Audience(code=audience, groups=groups, incident=incident))


def _notify_roster(it: StepWork) -> None:
    _tell(it, "groups", _audience(it, "groups"), ("wechat", "phone"), answer=True)


def _dispatch_units(it: StepWork) -> None:
    """Every vehicle on duty for the plan gets the step as its order."""
    units = [it.work.session.get_one(Unit, duty.unit_id) for duty in duties_of(it.work, it.activation.id)]
    to = [Addressee(kind="unit", ref=unit.id, name=Text(unit.call_sign_zh, unit.call_sign_en)) for unit in units]
    _tell(it, "units", to, ("radio",), answer=True)


def _tell_stations(it: StepWork) -> None:
    _tell(it, "stations", _audience(it, "stations"), ("radio", "wechat"), answer=True)


def _only_call(_it: StepWork) -> None:
    """The calls to the step's agencies are all there is to it."""


def _call_agencies(it: StepWork) -> None:
    """Whatever else a step does, the agencies it names are to be called."""
    agencies = it.center.catalogue.common.external
    to = [Addressee(kind="agency", ref=code, name=agencies[code].name, phone=agencies[code].phone) for code in it.step.external]
    _tell(it, "agencies", to, ("phone",), answer=True)


def _publish_notice(it: StepWork) -> None:
    _tell(it, "residents", _audience(it, "residents"), ("wechat", "speaker", "screen"), answer=False)


def _call_vulnerable(it: StepWork) -> None:
    _tell(it, "responsible", _audience(it, "responsible"), ("phone", "door"), answer=True)


def _open_shelters(it: StepWork) -> None:
    """Open what the level wants, and tell the stations, who bring beds and water; what is short stands on the task."""
    there, wanted = open_for_plan(it.center, it.work, it.activation, it.plan)
    it.task.work_note = f"{there} / {wanted}" if there < wanted else ""
    _tell_stations(it)


def _start_clocks(it: StepWork) -> None:
    keep_clocks(it.center, it.work, activation_id=it.activation.id)


def open_more_shelters(center: Center, work: Work, activation_id: int) -> None:
    """After a change of level: if the plan has opened shelters already, as many more as the level wants."""
    activation = work.get(Activation, activation_id)
    plan = plan_of(activation)
    opening = [step.id for step in plan.steps if step.job == "open_shelter"]
    is_done = exists().where(PlanTask.activation_id == activation_id, PlanTask.step_id.in_(opening), PlanTask.work == WorkState.DONE)
    if activation.status in RUNNING and work.session.scalar(select(is_done)):
        open_for_plan(center, work, activation, plan)


_EFFECTS: Mapping[str, Callable[[StepWork], None]] = {
    "notify_roster": _notify_roster,
    "dispatch_units": _dispatch_units,
    "reserve_materials": _tell_stations,
    "open_shelter": _open_shelters,
    "call_external": _only_call,
    "publish_notice": _publish_notice,
    "schedule_report": _start_clocks,
    "call_vulnerable": _call_vulnerable,
}


# ---- a unit's duty -------------------------------------------------------------------------------------------------------------


def send_duty(center: Center, duty_id: int) -> str | None:
    """Tell the crew that a plan has put it on duty; returns the kind of channel that took it. None: it was released before, and not told.

    Raises ChannelFailed.
    """
    with center.read() as session:
        duty = session.get_one(UnitDuty, duty_id)
        unit = session.get_one(Unit, duty.unit_id)
        activation = session.get_one(Activation, duty.activation_id)
        if duty.work is WorkState.UNDONE:
            return None
        plan = plan_of(activation)
        say = translator(center.language)
        title = say(DUTY_ORDER) % {"plan": plan.short.in_(center.language), "level": activation.level.value}
        body = plan.levels[activation.level].posture.in_(center.language)
        order = messages.Notice(channel=unit.channel, title=title, body=body, is_exercise=activation.is_exercise)
    return messages.deliver(center, order)


def mark_duty_failed(work: Work, duty_id: int, reason: str) -> None:
    """The crew's service took the order in none of the tries: a person has to phone."""
    duty = work.get(UnitDuty, duty_id)
    if duty.work is not WorkState.QUEUED or duty.acknowledged_at is not None:
        return
    duty.work, duty.work_note = WorkState.FAILED, reason[:300]
    plan_id = work.session.get_one(Activation, duty.activation_id).plan_id
    facts = events.DutyFailed(activation_id=duty.activation_id, plan_id=plan_id, unit_id=duty.unit_id, duty_id=duty.id, reason=reason[:300])
    work.record(facts)


def mark_duty_sent(work: Work, duty_id: int, channel: str | None) -> None:
    """The crew knows. One that was released while its order was on the way hears that next."""
    duty = work.get(UnitDuty, duty_id)
    if channel is None or duty.sent_at is not None:
        return
    activation = work.session.get_one(Activation, duty.activation_id)
    duty.sent_at = work.now
    if duty.released_at is not None:
        work.record(off_duty(duty, activation))
    elif duty.work is WorkState.QUEUED:
        duty.work = WorkState.DONE
        told = events.DutySent(
            activation_id=activation.id, plan_id=activation.plan_id, unit_id=duty.unit_id, duty_id=duty.id, channel=channel
        )
        work.record(told)


def send_off_duty(center: Center, duty_id: int) -> None:
    """Tell the crew that its duty is over. Raises ChannelFailed."""
    with center.read() as session:
        duty = session.get_one(UnitDuty, duty_id)
        channel = session.get_one(Unit, duty.unit_id).channel
        activation = session.get_one(Activation, duty.activation_id)
        plan = plan_of(activation).short.in_(center.language)
        said = translator(center.language)(DUTY_OVER) % {"plan": plan}
        word = messages.Notice(channel=channel, title=plan, body=said, is_exercise=activation.is_exercise)
    messages.deliver(center, word)
