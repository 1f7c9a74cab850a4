"""What happens to the centre itself: its jobs, its accounts."""

from dataclasses import dataclass

from command_center.domain.events.base import Event


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
