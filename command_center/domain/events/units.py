"""What happens to units and their orders."""

from dataclasses import dataclass

from command_center.domain.events.base import EVENTS, Event, Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOrderEvent(Event):
    """What all events of one unit's order have in common."""

    incident_id: int
    number: str
    unit_id: str
    assignment_id: int
    happened: Happened = ""


del EVENTS["UnitOrderEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDispatched(UnitOrderEvent):
    """proposed: units the centre would have sent, best first, what was shown of them stands in ProposalFollowed or ProposalOverruled.

    answer_in_s: how long the crew has to answer.
    """

    travel_s: float | None = None
    answer_in_s: float = 60.0
    proposed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsChosen(Event):
    """Units were chosen with a proposal in sight.

    proposed, sent : units; proposed_s, sent_s : seconds until each would be there as it was shown, None where nothing was.
    cover_before, cover_proposed, cover_sent : share of the demand within five minutes as it was shown: then, without the proposed units,
    and without those sent. together : proposed for all who waited at once.
    """

    incident_id: int
    number: str
    proposed: list[str]
    proposed_s: list[int | None]
    sent: list[str]
    sent_s: list[int | None]
    cover_before: float | None = None
    cover_proposed: float | None = None
    cover_sent: float | None = None
    together: bool = False


del EVENTS["UnitsChosen"]  # it was followed, or overruled


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFollowed(UnitsChosen):
    """Those were sent that were proposed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOverruled(UnitsChosen):
    """The officer chose otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingOrdered(UnitOrderEvent):
    """The unit loads at a depot on its way; the materials are put by there."""

    depot: str
    materials: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotFellShort(Event):
    """The depot where a unit was to load was emptied between proposal and order: the unit goes straight."""

    incident_id: int
    number: str
    unit_id: str
    depot: str
    materials: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDelivered(UnitOrderEvent):
    """In a drill: the order went out this once. Written by itself, before the order counts as sent, so that a second delivery shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchSent(UnitOrderEvent):
    """The order reached the crew's channel. channel: "card" (in-app) or the kind of message service."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchFailed(UnitOrderEvent):
    """No channel took the order; a person has to phone."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchAcknowledged(UnitOrderEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDeclined(UnitOrderEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchNotAnswered(UnitOrderEvent):
    """The crew did not acknowledge in time; it may still do so."""

    waited_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEnRoute(UnitOrderEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOnScene(UnitOrderEvent):
    """response_s: seconds from the call to this arrival; first: the clock stopped with it."""

    response_s: float
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCleared(UnitOrderEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRecalled(UnitOrderEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextUnitProposed(Event):
    """instead_of did not answer or declined; unit_id is None when no unit is left."""

    incident_id: int
    number: str
    unit_id: str | None
    instead_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStatusSet(Event):
    """Someone set a unit's state by hand: charging, out of service, available."""

    unit_id: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitServicePlanned(Event):
    """The day of a unit's next maintenance was set. due_on : YYYY-MM-DD, "" when none is planned any more."""

    unit_id: str
    due_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCrewSet(Event):
    unit_id: str
    crew: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChannelSet(Event):
    """service: the kind of message service, None when it was taken away. The address itself is a secret and is not logged."""

    unit_id: str
    service: str | None = None
