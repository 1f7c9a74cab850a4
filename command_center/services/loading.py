"""Loading on the way: the depot where a unit stops, what is put by there for it, and when that is free again."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from command_center.db.engine import columns
from command_center.db.tables import Assignment, Incident
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.dispatching import RankedUnit
from command_center.domain.errors import StockShort
from command_center.domain.status import AssignmentStatus
from command_center.services.stock_reservations import release_in, reserve_in

_BRINGS_NOTHING = frozenset(
    {AssignmentStatus.DECLINED, AssignmentStatus.RECALLED, AssignmentStatus.NO_ANSWER, AssignmentStatus.FAILED},
)
"""A silent crew may still come, but nobody can count on what it was to bring."""

_BRINGS = (
    select(Assignment.id)
    .where(Assignment.incident_id == bindparam("incident"), Assignment.stop_depot.is_not(None), Assignment.status.not_in(_BRINGS_NOTHING))
    .limit(1)
)


def somebody_loads(session: Session, incident_id: int) -> bool:
    """Whether a unit has been told to load for an incident, so that nobody else needs to."""
    return columns(session, _BRINGS, {"incident": incident_id}).first() is not None


def load_in(work: Work, incident: Incident, loader: RankedUnit | None, today: date) -> RankedUnit | None:
    """Put by what a unit loads on its way to a locked incident, within the order that sends it. Returns who loads.

    None where everybody goes straight: nobody needs to load, or the depot was emptied since the proposal; then the log says so, for help
    does not wait for goods.
    """
    if loader is None or loader.stop is None or somebody_loads(work.session, incident.id):
        return None
    stop = loader.stop
    try:
        reserve_in(work, stop.loads, for_kind="incident", for_id=incident.id, step_id=loader.unit_id, depots=[stop.depot], today=today)
    except StockShort:
        work.record(
            events.DepotFellShort(
                incident_id=incident.id, number=incident.number, unit_id=loader.unit_id, depot=stop.depot, materials=sorted(stop.loads)
            )
        )
        return None
    return loader


def unload_in(work: Work, assignment: Assignment) -> None:
    """What was put by for an order that ended is free again; what the crew has taken already stays out until it is given back."""
    if assignment.stop_depot is not None:
        release_in(work, "incident", assignment.incident_id, step_id=assignment.unit_id)
