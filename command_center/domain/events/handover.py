"""What happens to the handover report, and what people write into the duty log by hand."""

from dataclasses import dataclass

from command_center.domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDrafted(Event):
    """The report of a watch was begun: by an officer, or by the clock before the watch ends."""

    handover_id: int
    watch_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDue(Event):
    """The watch ends soon: its report is to be looked through."""

    handover_id: int
    watch_id: int
    number: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLate(Event):
    """Nobody took over in time."""

    handover_id: int
    watch_id: int
    number: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverEdited(Event):
    handover_id: int
    number: str
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockerNoted(Event):
    handover_id: int
    number: str
    blocker: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSigned(Event):
    """The outgoing officer signed."""

    handover_id: int
    watch_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureWithdrawn(Event):
    """The outgoing officer takes the signature back before anybody took over."""

    handover_id: int
    watch_id: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSealed(Event):
    """The incoming officer signed: the report is sealed, the watch belongs to the next one. sha256 : over the sealed content."""

    handover_id: int
    watch_id: int
    number: str
    next_number: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverCountersigned(Event):
    handover_id: int
    number: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyNoted(Event):
    """A free entry. act : take, report, pass_on or follow_up; incident : the number of the one it is about, "" for none.

    happened : when, by the street's clock (YYYY-MM-DD HH:MM), for what stood on paper first; "" for now.
    """

    act: str
    note: str
    incident_id: int | None = None
    incident: str = ""
    happened: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryCorrected(Event):
    """An earlier line of the log was wrong; it stays, and this says what is right. corrects : its number."""

    corrects: int
    act: str
    note: str
    incident_id: int | None = None
