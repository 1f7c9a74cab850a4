"""What work follows which event. Every event has a decision here: jobs by name, or an explicit none."""

from collections.abc import Mapping

from command_center.db.work import Reaction
from command_center.domain import events
from command_center.domain.events import Event

ANSWER_LIMIT_S = 60.0
"""A crew answers an order within a minute (1-3-5: one minute to respond); the incident type's profile may say otherwise."""

REACTIONS: Mapping[type[Event], tuple[Reaction, ...]] = {
    events.CallTaken: (),
    events.IncidentAcknowledged: (),
    events.IncidentControlled: (),
    events.IncidentClosed: (),
    events.IncidentMerged: (),
    events.IncidentReopened: (),
    events.SeverityChanged: (),
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
}


def reactions_to(event: Event) -> tuple[Reaction, ...]:
    """The jobs that follow an event; raises KeyError for an event nobody decided about."""
    return REACTIONS[type(event)]
