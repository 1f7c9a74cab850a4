"""What work follows which event. Every event has a decision here: jobs by name, or an explicit none."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from command_center.db.work import Reaction
from command_center.domain import events
from command_center.domain.events import Event

ANSWER_LIMIT_S = 60.0
"""A crew answers an order within a minute (1-3-5: one minute to respond); the incident type's profile may say otherwise."""

WEIGH = Reaction("weigh_plans")
"""Whatever may speak for a plan, or no longer does, has the plans weighed."""

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    events.CallTaken: (WEIGH,),
    events.IncidentAcknowledged: (),
    events.IncidentControlled: (WEIGH,),
    events.IncidentClosed: (WEIGH,),
    events.IncidentMerged: (WEIGH,),
    events.IncidentReopened: (WEIGH,),
    events.SeverityChanged: (WEIGH,),
    events.IncidentNoted: (),
    events.UnitDispatched: (Reaction("send_dispatch"), Reaction("ask_for_answer", after_s=ANSWER_LIMIT_S)),
    events.DispatchSent: (),
    events.DispatchFailed: (),
    events.DispatchAcknowledged: (),
    events.DispatchDeclined: (Reaction("propose_next"),),
    events.DispatchNotAnswered: (Reaction("send_again"), Reaction("propose_next")),
    events.UnitEnRoute: (),
    events.UnitOnScene: (),
    events.UnitCleared: (),
    events.UnitRecalled: (Reaction("send_recall"),),
    events.NextUnitProposed: (),
    events.UnitStatusSet: (),
    events.UnitCrewSet: (),
    events.UnitChannelSet: (),
    events.WarningTaken: (WEIGH, Reaction("expire_warning", after_fact="expires_in_s")),
    events.WarningEnded: (WEIGH,),
    events.StandingOrderTaken: (WEIGH,),
    events.StandingOrderEnded: (WEIGH,),
    events.MeasurementTaken: (WEIGH,),
    events.MeasurementCorrected: (WEIGH,),
    events.PlanProposed: (),
    events.ProposalDeclined: (),
    events.ProposalTaken: (),
    events.ProposalStale: (),
    events.StreetSeeded: (),
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
}


def reactions_to(event: Event) -> tuple[Reaction, ...]:
    """The jobs that follow an event; raises KeyError for an event nobody decided about."""
    return tuple(_timed(event))


def _timed(event: Event) -> Iterator[Reaction]:
    for reaction in REACTIONS[type(event)]:
        if reaction.after_fact is None:
            yield reaction
        elif (after_s := getattr(event, reaction.after_fact)) is not None:
            yield replace(reaction, after_s=max(after_s, 0.0))
