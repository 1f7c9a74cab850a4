"""The numbers on the wall: counted from the board and the incidents of the last day, never typed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from command_center.center import Center
from command_center.db.tables import Incident, LogEntry
from command_center.domain.board import Board, Row
from command_center.domain.response_time import percentile_s, promise_kept_share
from command_center.domain.status import UnitStatus

DAY = timedelta(hours=24)
ALARM_WINDOW = timedelta(minutes=10)

_ARRIVALS = select(Incident.reported_at, Incident.on_scene_at).where(Incident.reported_at >= bindparam("since"))
_NEWEST_CALL = select(func.max(Incident.reported_at))
_FIRST_LINE = select(func.min(LogEntry.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFigures:
    """What can be counted on the board itself.

    open_by_level : "I".."IV" -> how many. overdue : open incidents past their arrival limit with nobody on scene.
    units_by_status : how many units are in each status; free means available or returning.
    """

    open_by_level: Mapping[str, int]
    open: int
    overdue: int
    unacknowledged: int
    units_by_status: Mapping[str, int]
    units_free: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFigures:
    """How fast help came in the last 24 h, and how many incidents the last ten minutes brought (`alarms`).

    arrivals : incidents that a unit reached; the rest is None when there are none.

    mean_s, p90_s : call to first unit on scene. kept_share : share within five minutes.
    quiet_since : the newest call, also an older one; the first line of the log when there was none.
    """

    arrivals: int
    alarms: int
    mean_s: float | None
    p90_s: float | None
    kept_share: float | None
    quiet_since: datetime | None


def board_figures(board: Board, now: datetime) -> BoardFigures:
    incidents = board.rows("incident")
    statuses = [unit["status"] for unit in board.rows("unit")]
    by_status = {status.value: statuses.count(status.value) for status in UnitStatus}
    levels = [incident["severity"] for incident in incidents]
    return BoardFigures(
        open_by_level={level: levels.count(level) for level in ("I", "II", "III", "IV")},
        open=len(incidents),
        overdue=sum(is_overdue(incident, now) for incident in incidents),
        unacknowledged=sum(incident["acknowledged_at"] is None for incident in incidents),
        units_by_status=by_status,
        units_free=by_status[UnitStatus.AVAILABLE.value] + by_status[UnitStatus.RETURNING.value],
        units=len(statuses),
    )


def is_overdue(incident: Row, now: datetime) -> bool:
    """Past the type's arrival limit, and nobody has reached the scene."""
    limit_s = incident["sla"]["arrive_limit_s"]
    if incident["on_scene_at"] is not None or limit_s is None:
        return False
    waited_s = (now - datetime.fromisoformat(incident["reported_at"])).total_seconds()
    return waited_s > float(limit_s)


def response_figures(center: Center) -> ResponseFigures:
    """Read the last day's arrivals; simulated calls count in a demonstration, where there are no others."""
    since = center.now() - DAY
    with center.read() as session:
        rows = session.execute(_ARRIVALS, {"since": since}).all()
        quiet_since = session.scalar(_NEWEST_CALL) or session.scalar(_FIRST_LINE)
    arrival_s = [(on_scene - reported).total_seconds() for reported, on_scene in rows if on_scene is not None]
    return ResponseFigures(
        arrivals=len(arrival_s),
        alarms=sum(reported >= center.now() - ALARM_WINDOW for reported, _ in rows),
        mean_s=sum(arrival_s) / len(arrival_s) if arrival_s else None,
        p90_s=percentile_s(arrival_s, 90),
        kept_share=promise_kept_share(arrival_s),
        quiet_since=quiet_since,
    )


def is_tense(board: Board) -> bool:
    """Whether something is up though no incident is open: a plan that runs or waits, a warning, an order of the district."""
    return any(board.rows(kind) for kind in ("activation", "warning", "standing_order"))
