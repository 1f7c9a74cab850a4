"""What happens around a plan besides its tasks: reports to the district, shelters, photos, the texts of the plans themselves."""

from dataclasses import dataclass

from command_center.domain.events.base import EVENTS, Event
from command_center.domain.events.plans import PlanEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvent(Event):
    """What all events of one report have in common. about : number of the incident, else id of the plan."""

    report_id: int
    report_kind: str
    report_number: int
    about: str
    incident_id: int | None = None
    activation_id: int | None = None


del EVENTS["ReportEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOpened(ReportEvent):
    """A reporting clock runs. due_in_s : 0 when the deadline has passed already."""

    due_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMoved(ReportEvent):
    """Due earlier than before: the level rose, or two incidents became one."""

    due_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverdue(ReportEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSaved(ReportEvent):
    """Somebody edited the text; text_version counts how often that was."""

    text_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSent(ReportEvent):
    """receiver : who was told. late_s : seconds past the deadline, 0 when in time."""

    receiver: str
    by_phone: bool
    late_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDropped(ReportEvent):
    """A person decided that this one is not needed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWithdrawn(ReportEvent):
    """because : ended, reopened, taken_back or merged."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTakenOver(ReportEvent):
    """The clock of a merged incident goes on for the one it went into."""


# ---- shelters ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterEvent(Event):
    """What all events of an open shelter have in common. activation_id : the plan it was opened for, if any."""

    opening_id: int
    shelter_id: str
    shelter: str
    activation_id: int | None = None


del EVENTS["ShelterEvent"]  # never recorded by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterOpened(ShelterEvent):
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterCounted(ShelterEvent):
    """reason : why more people are there than there are places."""

    occupied: int
    special_needs: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterShut(ShelterEvent):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelterKeptOpen(ShelterEvent):
    """Its plan was rolled back, but people are there: it stays open until they have gone."""

    occupied: int


# ---- task groups and photos ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLinked(PlanEvent):
    """The task groups that got a link to their own tasks. The links themselves are secrets and are not logged."""

    groups: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoStored(Event):
    """photo : name of the file, by its content. size : bytes."""

    photo: str
    size: int


# ---- texts of plans ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTextApproved(Event):
    """From now on this text is activated; running activations keep their copy."""

    plan_id: str
    version: str
