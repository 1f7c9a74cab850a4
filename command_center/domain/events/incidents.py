"""What happens to calls and incidents."""

from dataclasses import dataclass

from command_center.domain.events.base import Event, Happened


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTaken(Event):
    """A call opened an incident (joined=False) or joined an open one. happened : see Happened."""

    incident_id: int
    number: str
    type: str
    severity: str
    call_id: int
    joined: bool
    is_simulated: bool = False
    happened: Happened = ""


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
    happened: Happened = ""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPhotographed(Event):
    """photo : name of a stored photo (services/photos)."""

    incident_id: int
    number: str
    photo: str
    note: str = ""
