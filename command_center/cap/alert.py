"""A CAP message as typed values. Names follow the standard; lists stand where the standard allows several."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from command_center.domain.geo import Point
from command_center.domain.notices import Reference


class Status(StrEnum):
    """Only ACTUAL and EXERCISE are acted on."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MessageType(StrEnum):
    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


@dataclass(frozen=True, slots=True)
class Named:
    """A valueName and its value: an eventCode, a parameter, a geocode."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Circle:
    """radius_km: kilometres."""

    centre: Point
    radius_km: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """polygons : rings of corners, closed (the last is the first)."""

    description: str = ""
    polygons: tuple[tuple[Point, ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What the message says in one language. Empty text where the sender left an element out."""

    language: str = "en-US"
    categories: tuple[str, ...] = ()
    event: str = ""
    response_types: tuple[str, ...] = ()
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    audience: str = ""
    event_codes: tuple[Named, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. references : the messages it updates, cancels or answers. remarks : how it breaks the schema, "element: what"."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: MessageType
    scope: str = "Public"
    source: str = ""
    note: str = ""
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()
    remarks: tuple[str, ...] = ()
