"""What happens to contingency plans: activations, their tasks, the units on duty for them, and whom they told."""

from dataclasses import dataclass, field

from command_center.domain.events.base import EVENTS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEvent(Event):
    """What all events of one activation have in common."""

    activation_id: int
    plan_id: str


del EVENTS["PlanEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationAsked(PlanEvent):
    """Someone who may not approve this level wants it; nothing moves before someone who may says yes."""

    level: str
    approve_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanActivated(PlanEvent):
    """provisional: life is at risk, a leader has to confirm within confirm_in_s. version: fingerprint of the plan's text."""

    version: str
    level: str
    variant: str | None
    provisional: bool
    tasks: int
    units: list[str]
    confirm_in_s: float | None = None
    incident_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationDeclined(PlanEvent):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestTakenBack(PlanEvent):
    """Who had asked for the activation, or for another level, does not want it any more."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationConfirmed(PlanEvent):
    """A leader confirmed what an officer had put into force. late_s: seconds past the time allowed, 0 when in time."""

    level: str
    late_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationNotConfirmed(PlanEvent):
    """The time to confirm is over and nobody did; everything goes on running."""

    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAsked(PlanEvent):
    """A change of level waits for approval."""

    before: str
    after: str
    approve_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChanged(PlanEvent):
    """units: newly put on duty. released: those the lower level no longer wants."""

    before: str
    after: str
    provisional: bool
    tasks: int
    units: list[str]
    released: list[str] = field(default_factory=list)
    confirm_in_s: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorRecorded(PlanEvent):
    """A moment that deadlines count from (the snow stopped). at: ISO 8601."""

    anchor: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRolledBack(PlanEvent):
    """undone: within the seconds of grace. units: those recalled."""

    undone: bool
    units: list[str]
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerminated(PlanEvent):
    level: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTicked(PlanEvent):
    """A condition for ending the plan is met, or no longer."""

    condition: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReviewed(PlanEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEdited(Event):
    """An administrator changed a plan's text; running activations keep their copy."""

    plan_id: str
    before: str
    after: str
    note: str = ""


# ---- tasks ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(PlanEvent):
    """What all events of one task have in common. step_zh, step_en : the step's title in the wording that runs; "" in old lines."""

    task_id: int
    step_id: str
    occurrence: int
    step_zh: str = ""
    step_en: str = ""


del EVENTS["TaskEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened(TaskEvent):
    """due_in_s: None while the task waits for its anchor. job: background work that follows at once, if any."""

    due_in_s: float | None
    job: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDue(TaskEvent):
    """The anchor was recorded, or the level was raised: now this is the task's deadline."""

    due_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOverdue(TaskEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskStarted(TaskEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(TaskEvent):
    """note: the evidence as people read it."""

    late_s: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSkipped(TaskEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTakenUpAgain(TaskEvent):
    """A skipped task is to be done after all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWorkBegun(TaskEvent):
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWorkDone(TaskEvent):
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWorkFailed(TaskEvent):
    job: str
    reason: str


# ---- units and notices ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOnDuty(PlanEvent):
    """A running plan put a vehicle on duty; it stays free for emergencies."""

    unit_id: str
    duty_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySent(PlanEvent):
    unit_id: str
    duty_id: int
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFailed(PlanEvent):
    """The crew could not be told through its channel; somebody has to phone."""

    unit_id: str
    duty_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAcknowledged(PlanEvent):
    unit_id: str
    duty_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOffDuty(PlanEvent):
    """A crew that knows of its duty is released from it, and has to hear so."""

    unit_id: str
    duty_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEvent(Event):
    """What all events of one message have in common: the plan or the incident it speaks of, if any."""

    notice_id: int
    audience: str
    activation_id: int | None = None
    incident_id: int | None = None


del EVENTS["NoticeEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeQueued(NoticeEvent):
    """answer_in_s: when the unanswered are asked again; None when no answer is needed."""

    recipients: int
    answer_in_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeHeld(NoticeEvent):
    """A message to the public is not sent before somebody has filled or struck its blanks."""

    recipients: int
    blanks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(NoticeEvent):
    """by_hand: how many have no channel and have to be told by a person."""

    reached: int
    by_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailed(NoticeEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswered(NoticeEvent):
    recipient_id: int
    recipient: str
    by_phone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeUnanswered(NoticeEvent):
    """round: how often they were asked by now. again_in_s: when they are asked once more.

    recipients: names in the street's language of those who have not answered.
    """

    round: int
    again_in_s: float = 180.0
    recipients: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWithdrawn(NoticeEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSet(Event):
    """service: the kind of message service, None when it was taken away. The address itself is a secret and is not logged."""

    kind: str
    ref: str
    service: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTried(Event):
    """A test message was sent. answer : "ok", or why the service did not take it."""

    kind: str
    ref: str
    service: str
    answer: str
