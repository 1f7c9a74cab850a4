"""What a handover report is drawn from, read once: the rows of one watch and of what is open now.

A fixed number of statements, each by an index on a moment, a state or a key: how long the log has grown does not matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import (
    Activation,
    Assignment,
    ChainHead,
    HazardWarning,
    Incident,
    LogEntry,
    PlanTask,
    Report,
    RoadClosure,
    RollCall,
    RollCallAnswer,
    ShelterOpening,
    StandingOrder,
    Stock,
    StockLot,
    StockMovement,
    Unit,
    Watch,
)
from command_center.db.tables.record import WRITTEN_BY_HAND
from command_center.domain import events
from command_center.domain.activations import TaskStatus
from command_center.domain.closures import STANDING
from command_center.domain.handover import EntryAct
from command_center.domain.notices import NoticeState
from command_center.domain.positions import Fix
from command_center.domain.reports import ReportState
from command_center.domain.status import CLOSING_OUTCOMES
from command_center.domain.stock import EXPIRY_WARNING_DAYS, MoveKind
from command_center.domain.watches import HOLDS_POST, WatchStatus, not_before
from command_center.services.stock_available import StockNow, good_until_at_most, is_lacking, stock_now
from command_center.services.stock_ledger import local_day
from command_center.services.watches import next_watch

MOST_LINES = 200
"""A section with more lines than this is a list for a screen, not for a paper."""

DepotMaterial = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFacts:
    """The rows behind a report, as they are at `now`.

    from_at : since when the outgoing watch has been responsible. received : (reported, first on scene) of the watch's incidents.
    closed : ended in this watch, newest first, at most MOST_LINES + 1 of them. assignments : of open incidents, ended ones left out.
    station_watches : station -> its present watch. moved : (depot, material) -> units issued and returned.
    stock : balances of what was moved or lacks something. expiring : (depot, material) -> units that expire within 90 days or have.
    closures : standing ones, those that only water has proposed among them.
    follow_ups : lines of the log in which somebody promised to follow something up.
    """

    watch: Watch
    following: Watch | None
    from_at: datetime
    now: datetime
    today: date
    received: Sequence[tuple[datetime, datetime | None]]
    open_incidents: Sequence[Incident]
    closed: Sequence[Incident]
    assignments: Sequence[Assignment]
    warnings: Sequence[HazardWarning]
    orders: Sequence[StandingOrder]
    activations: Sequence[Activation]
    tasks: Sequence[PlanTask]
    reports: Sequence[Report]
    units: Sequence[Unit]
    fixes: Mapping[str, Fix]
    station_watches: Mapping[str, Watch]
    roll_call: RollCall | None
    roll_call_answers: Mapping[str, RollCallAnswer]
    moved: Mapping[DepotMaterial, tuple[int, int]]
    stock: Sequence[StockNow]
    expiring: Mapping[DepotMaterial, int]
    shelters: Sequence[ShelterOpening]
    closures: Sequence[RoadClosure]
    follow_ups: Sequence[LogEntry]
    log_id: int
    log_hash: str


def facts_of(center: Center, session: Session, watch: Watch, fixes: Mapping[str, Fix], now: datetime) -> WatchFacts:
    """Read everything a report of this watch stands on. fixes : last believed position of each unit, read outside the transaction."""
    from_at = watch.begun_at or watch.from_at
    now = not_before(now, from_at)
    today = local_day(center, now)
    open_incidents = session.scalars(select(Incident).where(Incident.ended_at.is_(None)).order_by(Incident.reported_at)).all()
    activations = session.scalars(select(Activation).where(Activation.ended_at.is_(None)).order_by(Activation.id)).all()
    moved = _moved(session, from_at, now)
    roll_call = session.scalars(select(RollCall).order_by(RollCall.id.desc()).limit(1)).one_or_none()
    head = session.get_one(ChainHead, 1)
    return WatchFacts(
        watch=watch,
        following=next_watch(session, now, watch),
        from_at=from_at,
        now=now,
        today=today,
        received=_received(session, from_at, now),
        open_incidents=open_incidents,
        closed=_closed(session, from_at, now),
        assignments=_assignments(session, [it.id for it in open_incidents]),
        warnings=session.scalars(select(HazardWarning).where(HazardWarning.state == NoticeState.ACTIVE).order_by(HazardWarning.id)).all(),
        orders=session.scalars(select(StandingOrder).where(StandingOrder.state == NoticeState.ACTIVE).order_by(StandingOrder.id)).all(),
        activations=activations,
        tasks=_tasks(session, [it.id for it in activations]),
        reports=_reports(session, from_at, now),
        units=session.scalars(select(Unit).order_by(Unit.id)).all(),
        fixes=fixes,
        station_watches=_station_watches(session, center.catalogue.stations, now),
        roll_call=roll_call,
        roll_call_answers=_answers(session, roll_call),
        moved=moved,
        stock=_stock(session, today, list(moved)),
        expiring=_expiring(session, today),
        shelters=session.scalars(select(ShelterOpening).where(ShelterOpening.closed_at.is_(None)).order_by(ShelterOpening.id)).all(),
        closures=session.scalars(select(RoadClosure).where(RoadClosure.state.in_(STANDING)).order_by(RoadClosure.id)).all(),
        follow_ups=_follow_ups(session, from_at, now),
        log_id=head.last_id,
        log_hash=head.last_hash,
    )


def _received(session: Session, from_at: datetime, now: datetime) -> list[tuple[datetime, datetime | None]]:
    query = select(Incident.reported_at, Incident.on_scene_at).where(Incident.reported_at >= from_at, Incident.reported_at <= now)
    return [(reported, on_scene) for reported, on_scene in session.execute(query)]


def _closed(session: Session, from_at: datetime, now: datetime) -> Sequence[Incident]:
    """What was merged lives on in another incident and is not among them."""
    ended = select(Incident).where(Incident.ended_at >= from_at, Incident.ended_at <= now, Incident.status.in_(CLOSING_OUTCOMES))
    return session.scalars(ended.order_by(Incident.ended_at.desc(), Incident.id.desc()).limit(MOST_LINES + 1)).all()


def _assignments(session: Session, incident_ids: Sequence[int]) -> Sequence[Assignment]:
    active = select(Assignment).where(Assignment.ended_at.is_(None), Assignment.incident_id.in_(incident_ids))
    return session.scalars(active.order_by(Assignment.id)).all()


def _tasks(session: Session, activation_ids: Sequence[int]) -> Sequence[PlanTask]:
    query = select(PlanTask).where(PlanTask.activation_id.in_(activation_ids), PlanTask.status != TaskStatus.WITHDRAWN)
    return session.scalars(query.order_by(PlanTask.due_at.is_(None), PlanTask.due_at, PlanTask.id)).all()


def _reports(session: Session, from_at: datetime, now: datetime) -> Sequence[Report]:
    """Those whose clock runs, soonest due first, then those that were sent in this watch."""
    running = session.scalars(select(Report).where(Report.closed_at.is_(None)).order_by(Report.due_at, Report.id)).all()
    sent = select(Report).where(Report.closed_at >= from_at, Report.closed_at <= now, Report.state == ReportState.SENT)
    return [*running, *session.scalars(sent.order_by(Report.closed_at, Report.id).limit(MOST_LINES))]


def _station_watches(session: Session, stations: Iterable[str], now: datetime) -> dict[str, Watch]:
    """Who took a post over has it; where nobody did, roster and clock decide."""
    rostered = (Watch.status == WatchStatus.SCHEDULED) & (Watch.from_at <= now) & (Watch.to_at > now)
    query = select(Watch).where(Watch.post.in_(stations), or_(Watch.status.in_(HOLDS_POST), rostered)).order_by(Watch.from_at, Watch.id)
    found = session.scalars(query).all()
    scheduled = {it.post: it for it in found if it.status is WatchStatus.SCHEDULED}
    return scheduled | {it.post: it for it in found if it.status in HOLDS_POST}


def _answers(session: Session, roll_call: RollCall | None) -> dict[str, RollCallAnswer]:
    if roll_call is None:
        return {}
    return {it.station_code: it for it in session.scalars(select(RollCallAnswer).where(RollCallAnswer.roll_call_id == roll_call.id))}


def _moved(session: Session, from_at: datetime, now: datetime) -> dict[DepotMaterial, tuple[int, int]]:
    quantity = func.sum(StockMovement.quantity)
    query = select(StockMovement.depot_code, StockMovement.material_code, StockMovement.kind, quantity)
    query = query.where(StockMovement.at >= from_at, StockMovement.at <= now, StockMovement.kind.in_((MoveKind.ISSUE, MoveKind.RETURN)))
    sums: dict[DepotMaterial, dict[MoveKind, int]] = {}
    for depot, material, kind, total in session.execute(
        query.group_by(StockMovement.depot_code, StockMovement.material_code, StockMovement.kind)
    ):
        sums.setdefault((depot, material), {})[kind] = int(total)
    return {at: (done.get(MoveKind.ISSUE, 0), done.get(MoveKind.RETURN, 0)) for at, done in sorted(sums.items())}


def _stock(session: Session, today: date, moved: Sequence[DepotMaterial]) -> Sequence[StockNow]:
    was_moved = tuple_(Stock.depot_code, Stock.material_code).in_(moved) if moved else false()
    return stock_now(session, today, lambda now: or_(is_lacking(now), was_moved))


def _expiring(session: Session, today: date) -> dict[DepotMaterial, int]:
    query = select(StockLot.depot_code, StockLot.material_code, func.sum(StockLot.on_hand))
    query = query.where(good_until_at_most(today + timedelta(days=EXPIRY_WARNING_DAYS)))
    found = session.execute(query.group_by(StockLot.depot_code, StockLot.material_code))
    return {(depot, material): int(total) for depot, material, total in found}


def _follow_ups(session: Session, from_at: datetime, now: datetime) -> Sequence[LogEntry]:
    by_hand = select(LogEntry).where(LogEntry.at >= from_at, LogEntry.at <= now, WRITTEN_BY_HAND).order_by(LogEntry.id)
    lines = session.scalars(by_hand).all()
    corrected = {line.facts["corrects"] for line in lines if line.event == events.EntryCorrected.name}
    return [line for line in lines if line.facts["act"] == EntryAct.FOLLOW_UP and line.id not in corrected]
