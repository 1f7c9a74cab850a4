"""What phones and trackers send, dialect by dialect, as readings: the same few values, still unjudged.

A value may be absent, unreadable, NaN or far outside the earth: judging is the center's business, not the dialect's. Text for a
number is what a query is made of; in JSON it is unreadable.
Sources: Traccar's OsmAnd protocol (query or form) and its newer JSON body, OwnTracks HTTP mode, and our own batch.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from math import isfinite

from command_center.domain.geo import Point, to_wgs84
from command_center.services.positions import Reading

KMH_PER_KNOT = 1.852
KMH_PER_MPS = 3.6

MOST_READINGS = 1_000
"""A phone that was out of reach for an hour sends some hundreds at once; more comes in several requests."""

MILLISECONDS_FROM = 1e11
"""Unix times above this (year 5138 in seconds) are counted in milliseconds."""


def from_osmand(fields: Mapping[str, str]) -> Reading:
    """The query or form of OsmAnd and Traccar Client. speed is in knots, timestamp in seconds, milliseconds or ISO 8601."""
    lat, _, lon = fields.get("location", "").partition(",")
    return _reading(
        unit=fields.get("id") or fields.get("deviceid"),
        when=_written_number(fields.get("timestamp")) or fields.get("timestamp"),
        lat=_written_number(fields.get("lat", lat)),
        lon=_written_number(fields.get("lon", lon)),
        datum=fields.get("datum"),
        speed_kmh=_times(_written_number(fields.get("speed")), KMH_PER_KNOT),
        heading_deg=_written_number(fields.get("bearing", fields.get("heading"))),
        accuracy_m=_written_number(fields.get("accuracy")),
        battery_pct=_written_number(fields.get("batt")),
    )


def from_traccar_json(body: Mapping[str, object]) -> list[Reading]:
    """The newer JSON body: `device_id` and one `location` or a list of them. speed is in m/s, battery.level a share of one."""
    locations = body.get("location")
    return [
        _traccar_location(body.get("device_id"), one) for one in (locations if isinstance(locations, list) else [locations])[:MOST_READINGS]
    ]


def _traccar_location(unit: object, location: object) -> Reading:
    told = _mapping(location)
    coords = _mapping(told.get("coords"))
    return _reading(
        unit=unit,
        when=told.get("timestamp"),
        lat=_number(coords.get("latitude")),
        lon=_number(coords.get("longitude")),
        speed_kmh=_times(_number(coords.get("speed")), KMH_PER_MPS),
        heading_deg=_number(coords.get("heading")),
        accuracy_m=_number(coords.get("accuracy")),
        battery_pct=_times(_number(_mapping(told.get("battery")).get("level")), 100),
    )


def from_owntracks(body: object, user: str | None) -> Reading | None:
    """A `_type: location` message; None for every other type, which OwnTracks sends on the same address.

    user : who signed in (Basic) or is named by the X-Limit-U header; else the topic owntracks/USER/DEVICE or the tracker id says it.
    """
    message = _mapping(body)
    if message.get("_type") != "location":
        return None
    return _reading(
        unit=user or _user_in_topic(message.get("topic")) or message.get("tid"),
        when=message.get("tst"),
        lat=_number(message.get("lat")),
        lon=_number(message.get("lon")),
        speed_kmh=_number(message.get("vel")),
        heading_deg=_number(message.get("cog")),
        accuracy_m=_number(message.get("acc")),
        battery_pct=_number(message.get("batt")),
    )


def from_batch(rows: Iterable[object]) -> list[Reading]:
    """Our own JSON: a list of {"unit","at","lat","lon",...}; a row that is no object counts as one unreadable reading."""
    return [_batch_row(_mapping(row)) for row in rows]


def _batch_row(row: Mapping[str, object]) -> Reading:
    return _reading(
        unit=row.get("unit"),
        when=row.get("at"),
        lat=_number(row.get("lat")),
        lon=_number(row.get("lon")),
        datum=row.get("datum"),
        speed_kmh=_number(row.get("speed_kmh")),
        heading_deg=_number(row.get("heading_deg")),
        accuracy_m=_number(row.get("accuracy_m")),
        battery_pct=_number(row.get("battery_pct")),
    )


def _reading(*, unit: object, when: object, lat: float | None, lon: float | None, datum: object = None, **rest: float | None) -> Reading:
    """Put a reading together. when : unix seconds, unix milliseconds or ISO 8601; absent is told apart from unreadable."""
    if datum == "gcj02" and lat is not None and lon is not None and Point(lat, lon).is_on_earth():
        point = to_wgs84(Point(lat, lon))
        lat, lon = point.lat, point.lon
    at, name = _moment(when), _name(unit)
    return Reading(unit=name or "", at=at, lat=lat, lon=lon, unreadable=name is None or (when is not None and at is None), **rest)


def _user_in_topic(topic: object) -> str | None:
    parts = topic.split("/") if isinstance(topic, str) else []
    return parts[1] if len(parts) >= 3 and parts[0] == "owntracks" else None


def _name(value: object) -> str | None:
    """A unit's id as sent: printable and short, else unreadable."""
    if not isinstance(value, str) or not value.isprintable():
        return None
    return value.strip() if 0 < len(value.strip()) <= 64 else None


def _number(value: object) -> float | None:
    """A JSON number; NaN and infinity stay what they are, text and booleans are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _written_number(text: str | None) -> float | None:
    """A number written as text, as queries and forms carry them."""
    try:
        return None if text is None or len(text) > 40 else float(text)
    except ValueError:
        return None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _moment(value: object) -> datetime | None:
    """An aware UTC time from unix seconds, unix milliseconds or ISO 8601 text; text without a zone counts as UTC."""
    number = _number(value)
    try:
        if number is not None:
            seconds = number / 1000 if abs(number) > MILLISECONDS_FROM else number
            return datetime.fromtimestamp(seconds, UTC) if isfinite(number) else None
        if not isinstance(value, str) or len(value) > 40:
            return None
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
