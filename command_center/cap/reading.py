"""From a file to alerts: one CAP message, or an Atom list that carries whole messages. Links are never followed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from command_center.cap.alert import Alert, Area, Circle, Info, MessageType, Named, Status
from command_center.cap.elements import MOST_BYTES, Element, read_elements
from command_center.cap.values import as_circle, as_moment, as_ring
from command_center.domain.errors import (
    AlertFieldTooLong,
    AlertFieldWrong,
    AlertIncomplete,
    AlertListEmpty,
    AlertTimeWithoutZone,
    AlertTimeWrong,
    AlertWrongNamespace,
    AlertWrongRoot,
    UnreadableAlert,
)
from command_center.domain.notices import Reference

CAP_1_0 = "http://www.incident.com/cap/1.0"
CAP_1_1 = "urn:oasis:names:tc:emergency:cap:1.1"
CAP_1_2 = "urn:oasis:names:tc:emergency:cap:1.2"
CAP = frozenset({CAP_1_0, CAP_1_1, CAP_1_2})
ATOM = "http://www.w3.org/2005/Atom"

LONGEST_NAME = 200
"""Identifiers and senders of real messages stay below a hundred letters."""

LONGEST_TEXT = 20_000
"""A description that is longer is cut, with a remark."""

MOST_REMARKS = 50

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFile:
    """What a file held. refused : messages of a list that could not be taken, beside others that could. links : entries without one."""

    alerts: tuple[Alert, ...]
    refused: tuple[UnreadableAlert, ...] = ()
    links: int = 0


def read_alerts(raw: bytes) -> AlertFile:
    """Read a CAP message or an Atom list.

    Raises a child of UnreadableAlert: for a single message whatever is wrong with it, for a list when nothing in it can be taken.
    """
    root = read_elements(raw)
    if root.name == "alert":
        return AlertFile(alerts=(_alert(root),))
    if root.name not in ("feed", "entry"):
        raise AlertWrongRoot(root=root.name[:LONGEST_NAME])
    if root.namespace != ATOM:
        raise AlertWrongNamespace(namespace=root.namespace[:LONGEST_NAME])
    return _list(root)


def _list(root: Element) -> AlertFile:
    entries = [root] if root.name == "entry" else [child for child in root.children if child.name == "entry"]
    alerts: list[Alert] = []
    refused: list[UnreadableAlert] = []
    links = 0
    for entry in entries:
        inline = list(_alerts_in(entry))
        links += not inline
        for element in inline:
            try:
                alerts.append(_alert(element))
            except UnreadableAlert as refusal:
                refused.append(refusal)
    if not alerts:
        raise refused[0] if refused else AlertListEmpty(entries=len(entries))
    return AlertFile(alerts=tuple(alerts), refused=tuple(refused), links=links)


def _alerts_in(element: Element) -> Iterator[Element]:
    for child in element.children:
        if child.name == "alert":
            yield child
        else:
            yield from _alerts_in(child)


# ---- one message ---------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Looks elements up by name wherever they stand, and notes what the schema would not have liked."""

    remarks: list[str] = field(default_factory=list)

    def remark(self, what: str) -> None:
        if what not in self.remarks and len(self.remarks) < MOST_REMARKS:
            self.remarks.append(what)

    def all(self, parent: Element, name: str) -> list[Element]:
        return [child for child in parent.children if child.name == name]

    def texts(self, parent: Element, name: str, *, most: int = LONGEST_TEXT) -> tuple[str, ...]:
        """The texts of every element of that name, cut to `most` letters; empty ones are remarked and left out."""
        found = []
        for element in self.all(parent, name):
            text = element.text.strip()
            if not text:
                self.remark(f"{name}: empty")
            elif len(text) > most:
                self.remark(f"{name}: cut to {most} letters")
                found.append(text[:most])
            else:
                found.append(text)
        return tuple(found)

    def text(self, parent: Element, name: str) -> str:
        """The first text of that name, "" when there is none."""
        found = self.texts(parent, name)
        if len(found) > 1:
            self.remark(f"{name}: stands {len(found)} times")
        return found[0] if found else ""

    def required(self, parent: Element, name: str) -> str:
        text = self.text(parent, name)
        if not text:
            raise AlertIncomplete(field=name)
        if len(text) > LONGEST_NAME:
            raise AlertFieldTooLong(field=name, most=LONGEST_NAME)
        return text

    def word(self, parent: Element, name: str, words: type[Word]) -> Word:
        """A word that decides what the message does; its case does not matter."""
        text = self.required(parent, name)
        found = next((word for word in words if word.value.lower() == text.lower()), None)
        if found is None:
            raise AlertFieldWrong(field=name, value=text)
        if found.value != text:
            self.remark(f"{name}: written {text}")
        return found

    def usual(self, parent: Element, name: str, default: str) -> str:
        """A word that informs; missing is remarked."""
        text = self.text(parent, name)
        if not text:
            self.remark(f"{name}: missing")
        return text[:LONGEST_NAME] or default


_ALERT = frozenset(
    [
        "identifier",
        "sender",
        "sent",
        "status",
        "msgType",
        "source",
        "scope",
        "restriction",
        "addresses",
        "code",
        "note",
        "references",
        "incidents",
        "password",
        "info",
        "Signature",
    ]
)
_INFO = frozenset(
    [
        "language",
        "category",
        "event",
        "responseType",
        "urgency",
        "severity",
        "certainty",
        "audience",
        "eventCode",
        "effective",
        "onset",
        "expires",
        "senderName",
        "headline",
        "description",
        "instruction",
        "web",
        "contact",
        "parameter",
        "resource",
        "area",
    ]
)


def _alert(root: Element) -> Alert:
    if root.namespace not in CAP:
        raise AlertWrongNamespace(namespace=root.namespace[:LONGEST_NAME])
    reader = _Reader()
    _remark_strangers(reader, root, _ALERT)
    sent = as_moment(reader.required(root, "sent"), "sent", reader.remark)
    alert = Alert(
        identifier=_name(reader, root, "identifier"),
        sender=_name(reader, root, "sender"),
        sent=sent,
        status=reader.word(root, "status", Status),
        msg_type=reader.word(root, "msgType", MessageType),
        scope=reader.usual(root, "scope", "Public"),
        source=reader.text(root, "source"),
        note=reader.text(root, "note"),
        references=_references(reader, reader.text(root, "references")),
        infos=tuple(_info(reader, info, root.namespace) for info in reader.all(root, "info")),
    )
    if not alert.infos and alert.msg_type is MessageType.ALERT:
        reader.remark("info: missing")
    return replace(alert, remarks=tuple(reader.remarks))


def _remark_strangers(reader: _Reader, parent: Element, known: frozenset[str]) -> None:
    for child in parent.children:
        if child.name not in known:
            reader.remark(f"{child.name[:40]}: not an element of {parent.name}")


def _name(reader: _Reader, root: Element, name: str) -> str:
    """Identifier or sender: a name without blanks; blanks inside are remarked and made one."""
    text = reader.required(root, name)
    if any(letter.isspace() or letter in ",<&" for letter in text):
        reader.remark(f"{name}: letters that a reference cannot carry")
    return " ".join(text.split())


def _references(reader: _Reader, told: str) -> tuple[Reference, ...]:
    """Blank-separated "sender,identifier,sent"; the time is not needed to find the message."""
    found = []
    for one in told.split():
        parts = one.split(",")
        if len(parts) >= 2 and all(parts[:2]) and max(map(len, parts)) <= LONGEST_NAME:
            found.append(Reference(parts[0], parts[1]))
        else:
            reader.remark("references: cannot be read")
    return tuple(dict.fromkeys(found))


def _info(reader: _Reader, info: Element, namespace: str) -> Info:
    _remark_strangers(reader, info, _INFO)
    return Info(
        language=reader.text(info, "language")[:LONGEST_NAME] or "en-US",
        categories=tuple(word[:LONGEST_NAME] for word in reader.texts(info, "category")),
        event=reader.usual(info, "event", ""),
        response_types=tuple(word[:LONGEST_NAME] for word in reader.texts(info, "responseType")),
        urgency=reader.usual(info, "urgency", "Unknown"),
        severity=reader.usual(info, "severity", "Unknown"),
        certainty=reader.usual(info, "certainty", "Unknown"),
        audience=reader.text(info, "audience"),
        event_codes=_named(reader, info, "eventCode", namespace),
        effective=_moment(reader, info, "effective"),
        onset=_moment(reader, info, "onset"),
        expires=_moment(reader, info, "expires"),
        sender_name=reader.text(info, "senderName")[:LONGEST_NAME],
        headline=reader.text(info, "headline"),
        description=reader.text(info, "description"),
        instruction=reader.text(info, "instruction"),
        web=reader.text(info, "web"),
        contact=reader.text(info, "contact"),
        parameters=_named(reader, info, "parameter", namespace),
        areas=tuple(_area(reader, area, namespace) for area in reader.all(info, "area")),
    )


def _moment(reader: _Reader, info: Element, name: str) -> datetime | None:
    """When it begins or ends; a time that cannot be read is none, and remarked: the message is true all the same."""
    text = reader.text(info, name)
    try:
        return as_moment(text, name, reader.remark) if text else None
    except (AlertTimeWithoutZone, AlertTimeWrong) as wrong:
        reader.remark(f"{name}: {'no time zone' if isinstance(wrong, AlertTimeWithoutZone) else 'no such time'}, not used")
        return None


def _named(reader: _Reader, parent: Element, name: str, namespace: str) -> tuple[Named, ...]:
    """ValueName and value; CAP 1.0 writes "name=value" into one text."""
    found = []
    for element in reader.all(parent, name):
        if element.children or namespace != CAP_1_0:
            found.append(Named(reader.text(element, "valueName")[:LONGEST_NAME], reader.text(element, "value")))
        else:
            key, _, value = element.text.strip().partition("=")
            found.append(Named(key[:LONGEST_NAME], value))
    return tuple(found)


def _area(reader: _Reader, area: Element, namespace: str) -> Area:
    rings = (as_ring(text, reader.remark) for text in reader.texts(area, "polygon", most=MOST_BYTES))
    return Area(
        description=reader.text(area, "areaDesc"),
        polygons=tuple(ring for ring in rings if ring),
        circles=tuple(Circle(*as_circle(text)) for text in reader.texts(area, "circle")),
        geocodes=_named(reader, area, "geocode", namespace),
    )
