"""What work follows which event. Every event has a decision here: jobs by name, or an explicit none."""

from collections.abc import Callable, Mapping
from typing import Any

from command_center.db.work import Reaction
from command_center.domain import events
from command_center.domain.closures import PONDING_METRIC
from command_center.domain.events import Event
from command_center.domain.levels import Level
from command_center.domain.reports import REPORTABLE

GRAVE = frozenset(level.value for level in Level if level.is_grave)
SEEN_WITHIN_S = 60.0
"""An emergency of these levels that nobody has seen by then climbs the chain of command."""

WEIGH = Reaction("weigh_plans")
"""Whatever may speak for a plan, or no longer does, has the plans weighed."""

CLOCKS_AFTER_S = 5.0
"""The reporting clocks of an incident are kept this long after it changed: half an hour can wait, who takes the call cannot."""

_KEEP_CLOCKS = (Reaction("keep_clocks", after_s=CLOCKS_AFTER_S),)
_KEEP_CLOCKS_NOW = (Reaction("keep_clocks"),)


def _clocks_of_call(event: events.CallTaken) -> tuple[Reaction, ...]:
    """A call that opens an incident of level III or graver starts its reporting clocks; one more about it starts none."""
    return () if event.joined or event.severity not in REPORTABLE else _KEEP_CLOCKS


def _after(seconds: float | None, job: str) -> tuple[Reaction, ...]:
    return () if seconds is None else (Reaction(job, after_s=max(seconds, 0.0)),)


def _order_is_sent(event: events.UnitDispatched) -> tuple[Reaction, ...]:
    """What is entered later was ordered by radio or phone at its time: nobody is told again."""
    return () if event.happened else (Reaction("send_dispatch"), *_after(event.answer_in_s, "ask_for_answer"))


def _unless_seen(level: str) -> tuple[Reaction, ...]:
    """A grave emergency that nobody acknowledges for a minute climbs the chain of command."""
    return (Reaction("call_for_unseen", after_s=SEEN_WITHIN_S),) if level in GRAVE else ()


def _at_once(wanted: str | None, job: str) -> tuple[Reaction, ...]:
    return () if wanted is None else (Reaction(job),)


def _water(metric: str) -> tuple[Reaction, ...]:
    """A depth of water may close a road, or open one."""
    return (Reaction("weigh_water"),) if metric == PONDING_METRIC else ()


Decision = tuple[Reaction, ...] | Callable[[Any], tuple[Reaction, ...]]
"""The jobs that follow, or how to tell them from the event."""

REACTIONS: Mapping[type[Event], Decision] = {
    events.CallTaken: lambda event: (WEIGH, *_unless_seen(event.severity), *_clocks_of_call(event)),
    events.IncidentAcknowledged: (),
    events.IncidentControlled: (WEIGH, Reaction("tell_callers")),
    events.IncidentClosed: (WEIGH, *_KEEP_CLOCKS),
    events.IncidentMerged: (WEIGH, *_KEEP_CLOCKS),
    events.IncidentReopened: (WEIGH, *_KEEP_CLOCKS),
    events.SeverityChanged: lambda event: (WEIGH, *_unless_seen(event.after), *_KEEP_CLOCKS),
    events.IncidentNoted: (),
    events.IncidentPhotographed: (),
    events.UnitDispatched: lambda event: (
        () if event.happened else (Reaction("send_dispatch"), *_after(event.answer_in_s, "ask_for_answer"))
    ),
    events.ProposalFollowed: (),
    events.ProposalOverruled: (),
    events.LoadingOrdered: (),
    events.DepotFellShort: (),
    events.DispatchDelivered: (),
    events.DispatchSent: (),
    events.DispatchFailed: (),
    events.DispatchAcknowledged: (),
    events.DispatchDeclined: (Reaction("propose_next"),),
    events.DispatchNotAnswered: (Reaction("send_again"), Reaction("propose_next")),
    events.UnitEnRoute: (),
    events.UnitOnScene: (),
    events.UnitCleared: (Reaction("tell_callers"),),
    events.UnitRecalled: (Reaction("send_recall"),),
    events.NextUnitProposed: (),
    events.UnitStatusSet: (),
    events.UnitServicePlanned: (),
    events.UnitCrewSet: (),
    events.UnitChannelSet: (),
    events.StreetSeeded: (),
    events.StockOpened: (),
    events.StockMoved: (),
    events.StockTransferred: (),
    events.StockCounted: (),
    events.StockMinimumSet: (),
    events.StockReserved: (),
    events.StockReleased: (),
    events.StockImported: (),
    events.JobParked: (),
    events.JobRetried: (),
    events.JobDropped: (),
    events.AccountCreated: (),
    events.AccountNamed: (),
    events.PassphraseSet: (),
    events.AccountDisabled: (),
    events.SignedIn: (),
    events.SignedOut: (),
    events.CredentialIssued: (),
    events.CredentialRevoked: (),
    events.DrillStarted: (),
    events.DrillNoted: (),
    events.DrillStepPlayed: (),
    events.DrillEnded: (Reaction("keep_score"),),
    events.ActivationAsked: (),
    events.PlanActivated: lambda event: (*_after(event.confirm_in_s, "check_confirmation"), *_KEEP_CLOCKS_NOW),
    events.ActivationDeclined: (),
    events.RequestTakenBack: (),
    events.ActivationConfirmed: (),
    events.ActivationNotConfirmed: (),
    events.LevelAsked: (),
    events.LevelChanged: lambda event: (
        *_after(event.confirm_in_s, "check_confirmation"),
        *_KEEP_CLOCKS_NOW,
        Reaction("open_more_shelters"),
    ),
    events.AnchorRecorded: (),
    events.PlanRolledBack: (WEIGH, *_KEEP_CLOCKS_NOW),
    events.PlanTerminated: (WEIGH, *_KEEP_CLOCKS_NOW),
    events.ConditionTicked: (),
    events.ChannelSet: (),
    events.ChannelTried: (),
    events.PlanReviewed: (),
    events.PlanEdited: (),
    events.TaskOpened: lambda event: (*_at_once(event.job, "carry_out"), *_after(event.due_in_s, "mark_overdue")),
    events.TaskDue: lambda event: _after(event.due_in_s, "mark_overdue"),
    events.TaskOverdue: (),
    events.TaskStarted: (),
    events.TaskDone: (),
    events.TaskSkipped: (),
    events.TaskTakenUpAgain: (),
    events.TaskWorkBegun: (),
    events.TaskWorkDone: (),
    events.TaskWorkFailed: (),
    events.UnitOnDuty: (Reaction("send_duty"),),
    events.DutySent: (),
    events.DutyFailed: (),
    events.UnitOffDuty: (Reaction("send_off_duty"),),
    events.DutyAcknowledged: (),
    events.NoticeQueued: lambda event: (Reaction("send_notice"), *_after(event.answer_in_s, "ask_the_silent")),
    events.NoticeHeld: (),
    events.NoticeSent: (),
    events.NoticeFailed: (),
    events.NoticeAnswered: (),
    events.NoticeUnanswered: lambda event: _after(event.again_in_s, "ask_the_silent"),
    events.NoticeWithdrawn: (),
    events.WarningTaken: lambda event: (WEIGH, *_after(event.expires_in_s, "expire_warning")),
    events.WarningTimed: lambda event: _after(event.expires_in_s, "expire_warning"),
    events.WarningEnded: (WEIGH,),
    events.StandingOrderTaken: (WEIGH,),
    events.StandingOrderEnded: (WEIGH,),
    events.MeasurementTaken: lambda event: (WEIGH, *_water(event.metric)),
    events.MeasurementCorrected: lambda event: (WEIGH, *_water(event.metric)),
    events.PlanProposed: (),
    events.ProposalDeclined: (),
    events.ProposalTaken: (),
    events.ProposalStale: (),
    events.ReportOpened: lambda event: _after(event.due_in_s, "mark_report_overdue"),
    events.ReportMoved: lambda event: _after(event.due_in_s, "mark_report_overdue"),
    events.ReportOverdue: (),
    events.ReportSaved: (),
    events.ReportSent: (),
    events.ReportDropped: (),
    events.ReportWithdrawn: (),
    events.ReportTakenOver: (),
    events.ShelterOpened: (),
    events.ShelterCounted: (),
    events.ShelterShut: (),
    events.ShelterKeptOpen: (),
    events.GroupLinked: (),
    events.PhotoStored: (),
    events.PlanTextApproved: (WEIGH,),
    events.ClosureProposed: (),
    events.WaterMeasured: (),
    events.WaterGone: (),
    events.RoadClosed: (),
    events.ClosureDeclined: (),
    events.ClosureStale: (),
    events.RoadReopened: (),
    events.ClosureTakenBack: (),
    events.GuardNamed: (),
    events.GuardArrived: (),
    events.GuardLeft: lambda event: (Reaction("call_guard_back"), *_after(event.leaders_in_s, "call_for_guard")),
    events.GuardBack: (),
    events.GuardStillAway: (),
    events.StandbyPlanned: (),
    events.PersonAdded: (),
    events.PersonChanged: (),
    events.PersonLeft: (),
    events.RosterFilled: (),
    events.RosterImported: (),
    events.WatchAdded: (),
    events.WatchDropped: (),
    events.WatchPeopleSet: (),
    events.WatchBegun: (Reaction("keep_handover"),),
    events.WatchHandingOver: (),
    events.WatchClosed: (),
    events.WatchesCalledUp: (),
    events.SwapAsked: (),
    events.SwapApproved: (),
    events.SwapRefused: (),
    events.RollCallStarted: lambda event: (Reaction("ask_stations"), Reaction("check_roll_call", after_s=event.minutes * 60.0)),
    events.RollCallAsked: (),
    events.RollCallUnanswered: (),
    events.RollCallAnswered: (),
    events.ResponsibilitiesImported: (),
    events.CadrePhoneSet: (),
    events.HandoverDrafted: (),
    events.HandoverDue: (),
    events.HandoverLate: (),
    events.HandoverEdited: (),
    events.BlockerNoted: (),
    events.HandoverSigned: (),
    events.SignatureWithdrawn: (),
    events.HandoverSealed: (),
    events.HandoverCountersigned: (),
    events.DutyNoted: (),
    events.EntryCorrected: (),
}


def reactions_to(event: Event) -> tuple[Reaction, ...]:
    """The jobs that follow an event; raises KeyError for an event nobody decided about."""
    decision = REACTIONS[type(event)]
    return decision(event) if callable(decision) else decision
