"""What happened: the log as people read it, and the story of one incident."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import board_row, moment
from command_center.db.log import LogVerdict, verify
from command_center.db.tables import Assignment, Call, Incident, LogEntry
from command_center.domain.board import Row
from command_center.domain.errors import UnknownIncident
from command_center.domain.geo import Point
from command_center.domain.plan_book import Plan
from command_center.domain.rights import Actor, Right
from command_center.services.live import log_row
from command_center.services.plan_books import catalogue_now
from command_center.services.responsibilities import Responsible, responsible_in
from command_center.services.timers import Timer, timers_of


def recent_entries(center: Center, limit: int = 100, before_id: int | None = None) -> list[dict[str, Any]]:
    """The newest log lines, newest first; `before_id` pages back."""
    query = select(LogEntry).order_by(LogEntry.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(LogEntry.id < before_id)
    with center.read() as session:
        return [log_row(entry) for entry in session.scalars(query)]


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStory:
    """An incident with everything that belongs to it; ended incidents and assignments included (their rows say gone)."""

    incident: Row
    calls: list[dict[str, Any]]
    assignments: list[Row]
    entries: list[dict[str, Any]]
    timers: list[Timer]
    plans: list[Plan]
    """Plans that answer its type, in the catalogue's order."""
    responsible: list[Responsible]
    """Whom to phone first about the place, in order."""


def incident_story(center: Center, incident_id: int, actor: Actor) -> IncidentStory:
    """Everything about an incident, callers and their numbers included. Raises UnknownIncident; NotPermitted for who takes no calls."""
    actor.require(Right.TAKE_CALLS)
    with center.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_id)
        assignments = session.scalars(select(Assignment).where(Assignment.incident_id == incident_id).order_by(Assignment.id))
        catalogue = catalogue_now(center.catalogue, session)
        return IncidentStory(
            incident=board_row(incident, center.catalogue),
            calls=_calls(session, incident_id),
            assignments=[board_row(it, center.catalogue) for it in assignments],
            entries=[
                log_row(entry)
                for entry in session.scalars(select(LogEntry).where(LogEntry.incident_id == incident_id).order_by(LogEntry.id))
            ],
            timers=timers_of(catalogue, incident),
            plans=[plan for plan in catalogue.plans.values() if incident.type in plan.incident_types],
            responsible=responsible_in(center, session, incident.place_id, Point(incident.lat, incident.lon)),
        )


def _calls(session: Session, incident_id: int) -> list[dict[str, Any]]:
    calls = session.scalars(select(Call).where(Call.incident_id == incident_id).order_by(Call.at, Call.id))
    return [
        {
            "id": call.id,
            "at": moment(call.at),
            "taken_by": call.taken_by,
            "caller_name": call.caller_name,
            "caller_phone": call.caller_phone,
            "said": call.said,
            "answers": call.answers,
            "lat": call.lat,
            "lon": call.lon,
            "joined": call.joined,
        }
        for call in calls
    ]


def find_incidents(center: Center, *, open_only: bool, limit: int = 200) -> list[Row]:
    """Incidents as board rows, newest first; ended ones say gone."""
    query = select(Incident).order_by(Incident.id.desc()).limit(limit)
    if open_only:
        query = query.where(Incident.ended_at.is_(None))
    with center.read() as session:
        return [board_row(incident, center.catalogue) for incident in session.scalars(query)]


def verify_log(center: Center) -> LogVerdict:
    """Check the log's chain from first line to last."""
    with center.read() as session:
        return verify(session)
