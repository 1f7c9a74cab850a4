"""The incident that an order is about: loaded and locked, and still open."""

from sqlalchemy.orm import Session

from command_center.db.tables import Incident
from command_center.db.work import Work
from command_center.domain.errors import IncidentEnded, UnknownIncident
from command_center.domain.status import OPEN_INCIDENT


def open_incident(work: Work, incident_id: int) -> Incident:
    """Load and lock an incident that must still be open; raises UnknownIncident, IncidentEnded."""
    work.get(Incident, incident_id, UnknownIncident(incident=incident_id))
    return seen_incident(work.session, incident_id)


def seen_incident(session: Session, incident_id: int) -> Incident:
    """The same without a lock, for who locks its units first."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise UnknownIncident(incident=incident_id)
    if incident.status not in OPEN_INCIDENT:
        raise IncidentEnded(incident=incident.number, status=incident.status.value)
    return incident
