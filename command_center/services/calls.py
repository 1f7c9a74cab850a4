"""Taking a call: one transaction opens an incident or joins the call to one that is already open."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Call, Incident
from command_center.db.work import Work
from command_center.domain.catalogue import Dedup, IncidentType
from command_center.domain.errors import IncidentEnded, Invalid, PlaceNeeded, UnknownIncident, UnknownIncidentType
from command_center.domain.events import CallTaken
from command_center.domain.geo import Point
from command_center.domain.incidents import Joinable, OpenIncident, incident_number, joinable_incidents
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.status import OPEN_INCIDENT, IncidentStatus
from command_center.services.places import Spot, spot_at, spot_of

Join = int | Literal["auto", "new"]
"""The open incident a call belongs to: chosen by the officer, found by the type's rule, or none on purpose."""

TURN = "take_call"
"""One at a time takes a call: two callers about one fire must not open two incidents."""

FUTURE_ALLOWANCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCall:
    """What the caller said. Either `at` or `place_id` is needed.

    place_text : the caller's words for the place, or an addition to the named place. severity : None takes the type's.
    reported_at : when the call came, for calls written down on paper first; None means now.
    """

    kind: str
    at: Point | None = None
    place_id: str | None = None
    place_text: str = ""
    caller_name: str = ""
    caller_phone: str = ""
    said: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    severity: Level | None = None
    join: Join = "auto"
    key: str | None = None
    is_simulated: bool = False
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenCall:
    """Where the call went."""

    incident_id: int
    number: str
    joined: bool


def incident_type(center: Center, code: str) -> IncidentType:
    """The emergency type with this code; raises UnknownIncidentType (governance reports are not emergencies)."""
    kind = center.catalogue.incident_types.get(code)
    if kind is None or kind.stream != "emergency":
        raise UnknownIncidentType(type=code)
    return kind


def take_call(center: Center, order: TakeCall, actor: Actor) -> TakenCall:
    """Open an incident, or join the call to the open one it belongs to.

    Raises UnknownIncidentType, PlaceNeeded, UnknownPlace, OutsideDistrict; UnknownIncident and IncidentEnded when the incident
    to join is not there or no longer open.
    """
    actor.require(Right.TAKE_CALLS)
    with center.work(actor) as work:
        earlier = work.answered(order.key, fingerprint(order))
        if earlier is not None:
            return TakenCall(**earlier)
        work.take_turns(TURN)
        taken = take_call_in(center, work, order)
        work.answer(order.key, asdict(taken))
        return taken


def take_call_in(center: Center, work: Work, order: TakeCall) -> TakenCall:
    """Take a call within a larger act, which has taken the turn. Raises as `take_call` does."""
    kind = incident_type(center, order.kind)
    spot = _spot(center, order)
    at = _reported_at(order, work.now)
    target = _incident_to_join(work, order, kind, spot, at)
    incident = target or work.add(_new_incident(center, work, order, kind, spot, at))
    happened = "" if order.reported_at is None else written_time(center, at)
    return _write_call(work, incident, order, spot, at, joined=target is not None, happened=happened)


def written_time(center: Center, at: datetime) -> str:
    """A moment as an event keeps it of what is entered later: the street's own time, to the minute."""
    return f"{at.astimezone(center.zone):%Y-%m-%d %H:%M}"


def fingerprint(order: TakeCall) -> dict[str, object]:
    """What makes a second order with the same key the same order."""
    at = None if order.at is None else [order.at.lat, order.at.lon]
    return {"verb": "take_call", "kind": order.kind, "at": at, "place": order.place_id, "text": order.place_text, "said": order.said}


def _spot(center: Center, order: TakeCall) -> Spot:
    if order.place_id is not None:
        return spot_of(center, order.place_id, order.place_text)
    if order.at is None:
        raise PlaceNeeded(field="at")
    return spot_at(center, order.at, order.place_text)


def _reported_at(order: TakeCall, now: datetime) -> datetime:
    if order.reported_at is None:
        return now
    if order.reported_at > now + FUTURE_ALLOWANCE:
        raise Invalid(field="reported_at", value=order.reported_at.isoformat())
    return min(order.reported_at, now)


def _incident_to_join(work: Work, order: TakeCall, kind: IncidentType, spot: Spot, at: datetime) -> Incident | None:
    if order.join == "new":
        return None
    if order.join == "auto":
        found = _joinable(work.session, kind, spot.point, at)
        return work.get(Incident, found[0].incident_id) if found else None
    incident = work.get(Incident, order.join, UnknownIncident(incident=order.join))
    if incident.status not in OPEN_INCIDENT:
        raise IncidentEnded(incident=incident.number, status=incident.status.value)
    return incident


def _joinable(session: Session, kind: IncidentType, at: Point, now: datetime) -> Sequence[Joinable]:
    if kind.dedup is None:
        return ()
    return joinable_incidents(
        _open_incidents(session, kind, kind.dedup, now),
        type_code=kind.code,
        at=at,
        now=now,
        radius_m=kind.dedup.radius_m,
        window_min=kind.dedup.window_min,
    )


def _open_incidents(session: Session, kind: IncidentType, dedup: Dedup, now: datetime) -> list[OpenIncident]:
    since = now - timedelta(minutes=dedup.window_min)
    query = select(Incident).where(Incident.ended_at.is_(None), Incident.type == kind.code, Incident.last_call_at >= since)
    return [
        OpenIncident(
            incident_id=incident.id,
            number=incident.number,
            type=incident.type,
            point=Point(incident.lat, incident.lon),
            reported_at=incident.reported_at,
            last_call_at=incident.last_call_at,
        )
        for incident in session.scalars(query)
    ]


def joinable(center: Center, kind: str, at: Point) -> Sequence[Joinable]:
    """Open incidents that a call about `kind` at this point may belong to, nearest first."""
    with center.read() as session:
        return _joinable(session, incident_type(center, kind), at, center.now())


def _new_incident(center: Center, work: Work, order: TakeCall, kind: IncidentType, spot: Spot, at: datetime) -> Incident:
    return Incident(
        number=_next_number(work.session, at.astimezone(ZoneInfo(center.catalogue.street.timezone))),
        type=kind.code,
        severity=order.severity or kind.severity,
        status=IncidentStatus.NEW,
        lat=spot.point.lat,
        lon=spot.point.lon,
        place_id=spot.place_id,
        place_zh=spot.name.zh,
        place_en=spot.name.en,
        area_code=spot.area,
        note=order.said,
        call_count=0,
        is_simulated=order.is_simulated,
        reported_at=at,
        last_call_at=at,
    )


def _next_number(session: Session, local: datetime) -> str:
    day = f"{local:%Y%m%d}"
    taken = session.scalar(select(func.count()).where(Incident.number.startswith(f"{day}-", autoescape=True))) or 0
    return incident_number(day, taken + 1)


def _write_call(work: Work, incident: Incident, order: TakeCall, spot: Spot, at: datetime, *, joined: bool, happened: str) -> TakenCall:
    call = work.add(
        Call(
            incident_id=incident.id,
            at=at,
            taken_by=work.actor.name,
            caller_name=order.caller_name,
            caller_phone=order.caller_phone,
            said=order.said,
            answers=order.answers,
            lat=spot.point.lat,
            lon=spot.point.lon,
            joined=joined,
        )
    )
    incident.call_count += 1
    incident.last_call_at = max(incident.last_call_at, at)
    work.record(
        CallTaken(
            incident_id=incident.id,
            number=incident.number,
            type=incident.type,
            severity=incident.severity.value,
            call_id=call.id,
            joined=joined,
            is_simulated=order.is_simulated,
            happened=happened,
        )
    )
    return TakenCall(incident_id=incident.id, number=incident.number, joined=joined)
