"""From an alert to CAP 1.2, elements in the order of the schema. In drills the caller says Status.EXERCISE, and so does the message."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from html import escape

from command_center.cap.alert import Alert, Area, Circle, Info, Named
from command_center.cap.china import CHINA
from command_center.cap.reading import CAP_1_2
from command_center.domain.geo import Point

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_alert(alert: Alert) -> bytes:
    """The message as UTF-8. What the schema requires and the alert lacks is filled with "Unknown" or the event's name."""
    parts = [f'<alert xmlns="{CAP_1_2}">', *_head(alert)]
    for info in alert.infos:
        parts += ["<info>", *_info(info), "</info>"]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join([*parts, "</alert>"]) + "\n").encode("utf-8")


def _head(alert: Alert) -> Iterator[str]:
    yield _text("identifier", alert.identifier)
    yield _text("sender", alert.sender)
    yield _text("sent", _moment(alert.sent))
    yield _text("status", alert.status.value)
    yield _text("msgType", alert.msg_type.value)
    yield from _optional("source", alert.source)
    yield _text("scope", alert.scope)
    yield from _optional("note", alert.note)
    yield from _optional("references", " ".join(f"{it.sender},{it.identifier},{_moment(alert.sent)}" for it in alert.references))


def _info(info: Info) -> Iterator[str]:
    yield _text("language", info.language)
    yield from (_text("category", word) for word in info.categories or ("Other",))
    yield _text("event", info.event or "Unknown")
    yield from (_text("responseType", word) for word in info.response_types)
    yield _text("urgency", info.urgency)
    yield _text("severity", info.severity)
    yield _text("certainty", info.certainty)
    yield from _optional("audience", info.audience)
    yield from _named("eventCode", info.event_codes)
    for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        if moment is not None:
            yield _text(name, _moment(moment))
    for name, text in (
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
        ("contact", info.contact),
    ):
        yield from _optional(name, text)
    yield from _named("parameter", info.parameters)
    for area in info.areas:
        yield from _area(area)


def _area(area: Area) -> Iterator[str]:
    yield "<area>"
    yield _text("areaDesc", area.description or "Unknown")
    yield from (_text("polygon", " ".join(map(_point, ring))) for ring in area.polygons)
    yield from (_text("circle", _circle(circle)) for circle in area.circles)
    yield from _named("geocode", area.geocodes)
    yield "</area>"


def _named(element: str, pairs: Iterable[Named]) -> Iterator[str]:
    for pair in pairs:
        yield f"<{element}>{_text('valueName', pair.name)}{_text('value', pair.value)}</{element}>"


def _optional(name: str, text: str) -> Iterator[str]:
    if text:
        yield _text(name, text)


def _text(name: str, text: str) -> str:
    return f"<{name}>{escape(_NOT_XML.sub('', text))}</{name}>"


def _moment(moment: datetime) -> str:
    """In the street's own zone with seconds and "+08:00", as the standard wants it."""
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def _point(point: Point) -> str:
    return f"{point.lat:.6f},{point.lon:.6f}"


def _circle(circle: Circle) -> str:
    return f"{_point(circle.centre)} {circle.radius_km:.3f}"
