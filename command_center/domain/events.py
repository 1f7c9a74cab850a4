"""What happened: frozen, JSON-plain, named in the past tense.

Each class registers itself under its name; the log keeps name and facts, so a new field needs a default for old lines.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

EVENTS: dict[str, type["Event"]] = {}
"""Every kind of event by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. Fields are str, int, float, bool, None or lists of str: they go into the log as JSON."""

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        # dataclass(slots=True) makes the class anew; the later, slotted one wins the place in the registry.
        cls.name = cls.__name__
        EVENTS[cls.__name__] = cls

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_log(name: str, facts: dict[str, Any]) -> "Event":
        """Read an event back from its log line; raises KeyError for a kind this version does not know."""
        kind = EVENTS[name]
        known = {field.name for field in fields(kind)}
        return kind(**{key: value for key, value in facts.items() if key in known})


# ---- calls and incidents -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTaken(Event):
    """A call opened an incident (joined=False) or joined an open one."""

    incident_id: int
    number: str
    type: str
    severity: str
    call_id: int
    joined: bool
    is_simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAcknowledged(Event):
    incident_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentControlled(Event):
    incident_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Event):
    """outcome: closed, false_alarm or transferred."""

    incident_id: int
    number: str
    outcome: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged(Event):
    incident_id: int
    number: str
    into_id: int
    into_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened(Event):
    incident_id: int
    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged(Event):
    incident_id: int
    number: str
    before: str
    after: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentNoted(Event):
    incident_id: int
    number: str
    note: str


# ---- units and their orders ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOrderEvent(Event):
    """What all events of one unit's order have in common."""

    incident_id: int
    number: str
    unit_id: str
    assignment_id: int


del EVENTS["UnitOrderEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDispatched(UnitOrderEvent):
    """proposed: units the centre would have sent, best first, so that the log keeps proposal and choice."""

    travel_s: float | None = None
    proposed: list[str]


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
class UnitCrewSet(Event):
    unit_id: str
    crew: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChannelSet(Event):
    """service: the kind of message service, None when it was taken away. The address itself is a secret and is not logged."""

    unit_id: str
    service: str | None = None


# ---- the centre itself ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetSeeded(Event):
    """The catalogue was read into the database."""

    catalogue: str
    units: int
    places: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParked(Event):
    job_id: int
    job: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRetried(Event):
    job_id: int
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDropped(Event):
    job_id: int
    job: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(Event):
    account: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountNamed(Event):
    """First sign-in by link: the person gave name and pass-phrase."""

    account: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassphraseSet(Event):
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDisabled(Event):
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    account: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialIssued(Event):
    """kind: bearer, link or display."""

    account: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRevoked(Event):
    account: str
    kind: str
