"""Closing roads: by name, by a line on the map, or because water stands on them; guarded by a unit until somebody opens them again.

A closure counts in every calculation from the moment its row stands (road_conditions.blocked_now). Locks: who proposes or closes takes
turns with the others; units before closures, closures by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import board_row
from command_center.db.tables import Activation, Incident, Measurement, PlanTask, RoadClosure, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import OPEN_TASK, RUNNING
from command_center.domain.board import Row
from command_center.domain.closures import (
    CLOSURE_CHART,
    DRAWN_REACH_M,
    PONDING_METRIC,
    STANDING,
    TAKE_BACK_S,
    TRACED_REACH_M,
    Blocked,
    ClosureKind,
    ClosureRules,
    ClosureState,
    Line,
    blocked_of,
    taken_back,
)
from command_center.domain.dispatching import READY
from command_center.domain.errors import (
    ClosureSettled,
    Invalid,
    NothingToClose,
    ReasonNeeded,
    TooLateToTakeBack,
    UnitGuards,
    UnitNotAvailable,
    UnknownClosure,
    UnknownMeasurement,
    UnknownStreet,
    UnknownUnit,
)
from command_center.domain.geo import Point, roughly_m
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.domain.text import Text
from command_center.domain.triggers import counts_until
from command_center.services.audiences import Addressee, Audience, addressees
from command_center.services.dispatching import unit_named
from command_center.services.exercises import is_exercise, of_situation
from command_center.services.notices import IN_LINE, Draft, answer_by_deed, queue_notice, withdraw_notices
from command_center.services.places import Spot, spot_at, spot_of
from command_center.services.proposing import nearest_free
from command_center.words import N_, translator

TURN = "closures"
CLOSING_STEP = "close_area"
"""The action of a plan's step that asks for roads to be closed."""

LONGEST_REASON = 300
MOST_CORNERS = 100
FARTHEST_ROAD_M = 150.0
"""A spot farther from every street closes none."""

GUARD_ANSWERS_S = 600.0
STREETS_TOLD = 3
"""A drawn line is called by at most so many of the streets it closes."""

GUARD_ORDER = N_("Guard the closed road %(road)s: close it off, let nobody through, stay until the water has gone and the road is opened.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRoad:
    """Close one of: a `street` by its name, what a `line` crosses or runs along, the road at a spot (`at`) or a place.

    guard : unit by id or call sign.
    """

    street: str | None = None
    line: tuple[Point, ...] | None = None
    at: Point | None = None
    place_id: str | None = None
    guard: str | None = None
    reason: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is to be closed, before it is a row. label : where its name stands."""

    kind: ClosureKind
    name: Text
    blocked: Blocked
    label: Point
    place_id: str | None = None


class _Facts(TypedDict):
    closure_id: int
    road_zh: str
    road_en: str


def facts_of(closure: RoadClosure) -> _Facts:
    """What all events of a closure say."""
    return {"closure_id": closure.id, "road_zh": closure.name_zh, "road_en": closure.name_en}


# ---- what officers do ------------------------------------------------------------------------------------------------------------


def close_road(center: Center, order: CloseRoad, actor: Actor) -> int:
    """Close a road at once; returns the closure's id. A proposed or standing closure of the same place is taken over.

    Raises Invalid (not exactly one of street, line, at, place_id), UnknownStreet, UnknownPlace, OutsideDistrict, NothingToClose,
    UnknownUnit, UnitNotAvailable, UnitGuards.
    """
    actor.require(Right.CLOSE_ROADS)
    reason = _short(order.reason)
    guard_id = None if order.guard is None else unit_named(center, order.guard)
    ground = ground_of(center, order)
    with center.work(actor) as work:
        earlier = work.answered(order.key, _fingerprint(order))
        if earlier is not None:
            return int(earlier["closure_id"])
        guard = None if guard_id is None else work.get(Unit, guard_id, UnknownUnit(unit=guard_id))
        work.take_turns(TURN)
        held = _standing_at(work.session, ground) if ground.kind is ClosureKind.SPOT else None
        closure = _new(work, ground, reason) if held is None else work.get(RoadClosure, held.id)
        if closure.state is ClosureState.PROPOSED:
            _close(work, closure, reason)
        if guard is not None and guard.id != closure.guard_unit_id:
            _name_guard(work, closure, guard)
        work.answer(order.key, {"closure_id": closure.id})
        return closure.id


def confirm_closure(center: Center, closure_id: int, actor: Actor, *, guard: str | None = None, reason: str = "") -> None:
    """Close what was proposed. Raises UnknownClosure, ClosureSettled, UnknownUnit, UnitNotAvailable, UnitGuards."""
    actor.require(Right.CLOSE_ROADS)
    why, guard_id = _short(reason), None if guard is None else unit_named(center, guard)
    with center.work(actor) as work:
        unit = None if guard_id is None else work.get(Unit, guard_id, UnknownUnit(unit=guard_id))
        closure = _locked(work, closure_id)
        _close(work, closure, why)
        if unit is not None:
            _name_guard(work, closure, unit)


def decline_closure(center: Center, closure_id: int, actor: Actor, reason: str) -> None:
    """The road stays open, although the water says otherwise. Raises UnknownClosure, ReasonNeeded, ClosureSettled."""
    actor.require(Right.CLOSE_ROADS)
    why = _short(reason)
    if not why:
        raise ReasonNeeded(field="reason")
    with center.work(actor) as work:
        closure = _locked(work, closure_id)
        _end(work, closure, ClosureState.DECLINED, why)
        work.record(events.ClosureDeclined(**facts_of(closure), reason=why))


def reopen_road(center: Center, closure_id: int, actor: Actor, reason: str = "") -> None:
    """Let people drive again; the guard is free. While the water stands, that needs a reason.

    Raises UnknownClosure, ClosureSettled, ReasonNeeded.
    """
    actor.require(Right.CLOSE_ROADS)
    why = _short(reason)
    with center.work(actor) as work:
        closure = _locked(work, closure_id)
        _may_become(closure, ClosureState.REOPENED)
        if closure.depth_cm is not None and closure.drained_at is None and not why:
            raise ReasonNeeded(field="reason")
        _end(work, closure, ClosureState.REOPENED, why)
        work.record(events.RoadReopened(**facts_of(closure), reason=why))


def take_back(center: Center, closure_id: int, actor: Actor) -> None:
    """Closing or opening was a slip: put the road back as it was, half a minute long. Its guard has to be named anew.

    Raises UnknownClosure, ClosureSettled (nothing to take back, or the place is closed again already), TooLateToTakeBack.
    """
    actor.require(Right.CLOSE_ROADS)
    with center.work(actor) as work:
        work.take_turns(TURN)
        closure = _locked(work, closure_id)
        again = taken_back(closure.state, closure.depth_cm, center.catalogue.common.closures.close_cm)
        changed_at = closure.ended_at or closure.closed_at
        if again is None or changed_at is None or (again is ClosureState.CLOSED and _is_closed_anew(work.session, closure)):
            raise _settled(closure)
        if work.now - changed_at > timedelta(seconds=TAKE_BACK_S):
            raise TooLateToTakeBack(road=closure.name_zh)
        _put_back(work, closure, again)
        work.record(events.ClosureTakenBack(**facts_of(closure), closure_state=again.value))


def _is_closed_anew(session: Session, closure: RoadClosure) -> bool:
    ground = Ground(
        kind=closure.kind,
        name=Text(closure.name_zh, closure.name_en),
        blocked=blocked_of(closure.lines, closure.reach_m),
        label=Point(closure.lat, closure.lon),
        place_id=closure.place_id,
    )
    return closure.kind is ClosureKind.SPOT and _standing_at(session, ground) is not None


def _put_back(work: Work, closure: RoadClosure, again: ClosureState) -> None:
    if again is ClosureState.REOPENED:
        _end(work, closure, again, "")
        return
    closure.state, closure.ended_at, closure.ended_by, closure.end_reason = again, None, None, ""
    if again is ClosureState.PROPOSED:
        _dismiss(work, closure)
        closure.closed_at = closure.closed_by = None


def set_guard(center: Center, closure_id: int, unit: str | None, actor: Actor) -> None:
    """Name who guards a closed road, or that nobody does any more (None). The same unit again changes nothing.

    Raises UnknownClosure, ClosureSettled, UnknownUnit, UnitNotAvailable, UnitGuards.
    """
    actor.require(Right.CLOSE_ROADS)
    unit_id = None if unit is None else unit_named(center, unit)
    with center.work(actor) as work:
        guard = None if unit_id is None else work.get(Unit, unit_id, UnknownUnit(unit=unit_id))
        closure = _locked(work, closure_id)
        if closure.state is not ClosureState.CLOSED:
            raise _settled(closure)
        if guard is not None and closure.guard_unit_id != guard.id:
            _name_guard(work, closure, guard)
        elif guard is None and closure.guard_unit_id is not None:
            before = _dismiss(work, closure)
            work.record(events.GuardNamed(**facts_of(closure), unit_id=None, before=before))


# ---- looking -----------------------------------------------------------------------------------------------------------------------


def closures(center: Center, *, standing_only: bool = True, limit: int = 100) -> list[Row]:
    """Closures as board rows, newest first."""
    query = select(RoadClosure).order_by(RoadClosure.id.desc()).limit(limit)
    if standing_only:
        query = query.where(RoadClosure.state.in_(STANDING))
    with center.read() as session:
        return [board_row(row, center.catalogue) for row in session.scalars(query)]


# ---- water -------------------------------------------------------------------------------------------------------------------------


def weigh_water(center: Center, work: Work, measurement_id: int) -> None:
    """A depth was measured: propose a closure, take the new depth over, or say that the water has gone. Twice is once.

    Exercises leave real roads alone; a depth without a place closes nothing.
    """
    rules = center.catalogue.common.closures
    reading = work.session.get(Measurement, measurement_id)
    if reading is None:
        raise UnknownMeasurement(measurement=measurement_id)
    if reading.metric != PONDING_METRIC or reading.number is None or is_exercise(center, marked=reading.is_simulated):
        return
    spot, metric = _spot_of(center, work.session, reading), center.catalogue.common.metrics[reading.metric]
    work.take_turns(TURN)
    if spot is None or counts_until(metric, reading.measured_at, None) <= work.now or _is_outdated(center, work.session, reading):
        return
    ground = _spot_ground(center, spot)
    held = _standing_at(work.session, ground)
    if held is not None:
        _take_depth(work, work.get(RoadClosure, held.id), reading.number, rules)
    elif reading.number >= rules.close_cm and not _was_declined(work, ground, reading.number, metric.valid_h):
        _propose(center, work, ground, reading.number)


def _spot_of(center: Center, session: Session, reading: Measurement) -> Spot | None:
    if reading.place_id is not None and reading.place_id in center.catalogue.places:
        return spot_of(center, reading.place_id)
    if reading.lat is not None and reading.lon is not None:
        return spot_at(center, Point(reading.lat, reading.lon))
    incident = None if reading.incident_id is None else session.get(Incident, reading.incident_id)
    return None if incident is None else spot_at(center, Point(incident.lat, incident.lon), incident.place_zh)


def _is_outdated(center: Center, session: Session, reading: Measurement) -> bool:
    """Whether it was corrected, or the same spot was measured later."""
    if session.scalar(select(Measurement.id).where(Measurement.corrects_id == reading.id)) is not None:
        return True
    later = select(Measurement.id).where(
        Measurement.metric == reading.metric,
        of_situation(center, Measurement.is_simulated),
        Measurement.place_id.is_(None) if reading.place_id is None else Measurement.place_id == reading.place_id,
        Measurement.lat.is_(None) if reading.lat is None else Measurement.lat == reading.lat,
        Measurement.lon.is_(None) if reading.lon is None else Measurement.lon == reading.lon,
        Measurement.incident_id.is_(None) if reading.incident_id is None else Measurement.incident_id == reading.incident_id,
        (Measurement.measured_at > reading.measured_at)
        | ((Measurement.measured_at == reading.measured_at) & (Measurement.id > reading.id)),
    )
    return session.scalar(later.limit(1)) is not None


def _was_declined(work: Work, ground: Ground, depth_cm: float, valid_h: float) -> bool:
    """Whether an officer has said no at no lower a depth, within the time a reading counts: deeper water asks again."""
    since = work.now - timedelta(hours=valid_h)
    declined = select(RoadClosure).where(RoadClosure.state == ClosureState.DECLINED, RoadClosure.ended_at >= since)
    return any(_is_at(row, ground) and (row.depth_cm or 0.0) >= depth_cm for row in work.session.scalars(declined))


def _propose(center: Center, work: Work, ground: Ground, depth_cm: float) -> None:
    task = _closing_task(work.session)
    named = center.catalogue.common.closures.units_named
    nearest = [unit.unit_id for unit in nearest_free(center, work.session, ground.label, count=named)]
    closure = _new(work, ground, "", depth_cm=depth_cm, units=nearest, task=task)
    step_id = None if task is None else task.step_id
    work.record(events.ClosureProposed(**facts_of(closure), depth_cm=depth_cm, units=list(nearest), step_id=step_id))


def _closing_task(session: Session) -> PlanTask | None:
    """The open step of a running plan that asks for roads to be closed."""
    running = select(Activation).where(Activation.status.in_(RUNNING), Activation.ended_at.is_(None))
    asked_for = {(it.id, step["id"]) for it in session.scalars(running) for step in it.plan["steps"] if step["action"] == CLOSING_STEP}
    open_ones = select(PlanTask).where(PlanTask.status.in_(OPEN_TASK), PlanTask.closed_at.is_(None)).order_by(PlanTask.id)
    return next((task for task in session.scalars(open_ones) if (task.activation_id, task.step_id) in asked_for), None)


def _take_depth(work: Work, closure: RoadClosure, depth_cm: float, rules: ClosureRules) -> None:
    if closure.depth_cm == depth_cm:
        return
    closure.depth_cm = depth_cm
    if closure.state is ClosureState.PROPOSED and depth_cm < rules.close_cm:
        _end(work, closure, ClosureState.STALE, "")
        work.record(events.ClosureStale(**facts_of(closure), depth_cm=depth_cm))
    elif closure.state is ClosureState.CLOSED and depth_cm < rules.drained_cm and closure.drained_at is None:
        closure.drained_at = work.now
        if closure.guard_left_at is not None:
            closure.guard_left_at = None
            withdraw_notices(work, _alarm_key(closure))
        work.record(events.WaterGone(**facts_of(closure), depth_cm=depth_cm))
    else:
        if depth_cm >= rules.close_cm:
            closure.drained_at = None
        work.record(events.WaterMeasured(**facts_of(closure), depth_cm=depth_cm))


# ---- guards ------------------------------------------------------------------------------------------------------------------------

CALL_BACK = N_("You have left the closed road %(road)s. Go back at once, or tell the duty officer who takes over.")
UNGUARDED = N_("The closed road %(road)s has been unguarded for %(minutes)s minutes: %(unit)s has left it.")


def note_guard(center: Center, closure_id: int, unit_id: str, *, is_there: bool, at: datetime, distance_m: float) -> None:
    """The guard was seen at the road, or away from it. The first sight of each is an event; before he ever came, nobody is missed.

    at : when the fix was taken.
    """
    with center.work(SYSTEM) as work:
        closure = work.get(RoadClosure, closure_id, UnknownClosure(closure=closure_id))
        if closure.state is not ClosureState.CLOSED or closure.guard_unit_id != unit_id:
            return
        if closure.guard_named_at is not None and at < closure.guard_named_at:
            return
        if is_there:
            _note_there(work, closure, unit_id, at)
        elif closure.guard_arrived_at is not None and closure.guard_left_at is None and closure.drained_at is None:
            closure.guard_left_at = min(at, work.now)
            waited_s = (work.now - closure.guard_left_at).total_seconds()
            leaders_in_s = max(0.0, center.catalogue.common.closures.leaders_after_s - waited_s)
            told = facts_of(closure)
            work.record(events.GuardLeft(**told, unit_id=unit_id, distance_m=round(distance_m), leaders_in_s=leaders_in_s))


def _note_there(work: Work, closure: RoadClosure, unit_id: str, at: datetime) -> None:
    if closure.guard_arrived_at is None:
        closure.guard_arrived_at = at
        answer_by_deed(work, _guard_key(closure, unit_id))
        work.record(events.GuardArrived(**facts_of(closure), unit_id=unit_id))
    elif closure.guard_left_at is not None and at >= closure.guard_left_at:
        away_s = round((at - closure.guard_left_at).total_seconds())
        closure.guard_left_at = None
        withdraw_notices(work, _alarm_key(closure))
        work.record(events.GuardBack(**facts_of(closure), unit_id=unit_id, away_s=away_s))


def call_guard_back(work: Work, closure_id: int) -> None:
    """Tell the crew that it is missed at the closed road; the desk sees on the message whether it has answered."""
    closure = work.get(RoadClosure, closure_id)
    if closure.guard_left_at is None or closure.guard_unit_id is None:
        return
    unit = work.session.get_one(Unit, closure.guard_unit_id)
    draft = Draft(
        key=f"{_alarm_key(closure)}crew:{closure.guard_left_at.timestamp():.0f}",
        audience="units",
        channels=("radio", "phone"),
        text=_said(closure, CALL_BACK),
        to=[_crew(unit)],
        answer_in_s=60.0,
    )
    queue_notice(work, draft)


def call_leaders(center: Center, work: Work, closure_id: int) -> None:
    """Five minutes have passed and nobody guards the road: the chain of command is called, one after the other."""
    closure = work.get(RoadClosure, closure_id)
    left_at, rules = closure.guard_left_at, center.catalogue.common.closures
    if left_at is None or closure.guard_unit_id is None:
        return
    away_s = round((work.now - left_at).total_seconds())
    if away_s + 1 < rules.leaders_after_s:  # he came back and left again; the later leave has its own clock
        return
    unit = work.session.get_one(Unit, closure.guard_unit_id)
    names = {"zh_CN": unit.call_sign_zh, "en": unit.call_sign_en}
    draft = Draft(
        key=f"{_alarm_key(closure)}leaders:{left_at.timestamp():.0f}",
        audience=IN_LINE,
        channels=("phone",),
        text=_said(closure, UNGUARDED, unit=names, minutes=dict.fromkeys(names, str(away_s // 60))),
        to=addressees(center, work.session, Audience(code=IN_LINE)),
        answer_in_s=rules.leaders_after_s,
    )
    queue_notice(work, draft)
    work.record(events.GuardStillAway(**facts_of(closure), unit_id=unit.id, away_s=away_s))


def _said(closure: RoadClosure, sentence: str, **more: dict[str, str]) -> Text:
    names = {"zh_CN": closure.name_zh, "en": closure.name_en}

    def text(language: str) -> str:
        return translator(language)(sentence) % ({"road": names[language]} | {name: words[language] for name, words in more.items()})

    return Text(text("zh_CN"), text("en"))


def _alarm_key(closure: RoadClosure) -> str:
    """What the keys of a closure's alarms begin with."""
    return f"closure:{closure.id}:left:"


def _guard_key(closure: RoadClosure, unit_id: str) -> str:
    """What the keys of the orders to guard it begin with."""
    return f"closure:{closure.id}:guard:{unit_id}:"


def _crew(unit: Unit) -> Addressee:
    return Addressee(kind="unit", ref=unit.id, name=Text(unit.call_sign_zh, unit.call_sign_en))


def _name_guard(work: Work, closure: RoadClosure, unit: Unit) -> None:
    """The unit is locked, the closure is closed. Raises UnitNotAvailable, UnitGuards."""
    if unit.status not in READY:
        incident = None if unit.incident_id is None else work.session.get(Incident, unit.incident_id)
        raise UnitNotAvailable(unit=unit.id, status=unit.status.value, incident=None if incident is None else incident.number, by=None)
    other = work.session.scalar(
        select(RoadClosure).where(
            RoadClosure.guard_unit_id == unit.id, RoadClosure.state == ClosureState.CLOSED, RoadClosure.id != closure.id
        )
    )
    if other is not None:
        raise UnitGuards(unit=unit.id, road=other.name_zh)
    before = _dismiss(work, closure)
    closure.guard_unit_id, closure.guard_named_at = unit.id, work.now
    draft = Draft(
        key=f"{_guard_key(closure, unit.id)}{work.now.timestamp():.0f}",
        audience="units",
        channels=("radio",),
        text=_said(closure, GUARD_ORDER),
        to=[_crew(unit)],
        answer_in_s=GUARD_ANSWERS_S,
    )
    queue_notice(work, draft)
    work.record(events.GuardNamed(**facts_of(closure), unit_id=unit.id, before=before))


def _dismiss(work: Work, closure: RoadClosure) -> str | None:
    """The guard is free; what was still to be answered is withdrawn. Returns who it was."""
    before = closure.guard_unit_id
    closure.guard_unit_id = closure.guard_named_at = closure.guard_arrived_at = closure.guard_left_at = None
    if before is not None:
        withdraw_notices(work, f"closure:{closure.id}:")
    return before


# ---- rows --------------------------------------------------------------------------------------------------------------------------


def _new(
    work: Work, ground: Ground, reason: str, *, depth_cm: float | None = None, units: Sequence[str] = (), task: PlanTask | None = None
) -> RoadClosure:
    return work.add(
        RoadClosure(
            kind=ground.kind,
            state=ClosureState.PROPOSED,
            name_zh=ground.name.zh[:200],
            name_en=ground.name.en[:200],
            lines=[[[round(point.lat, 6), round(point.lon, 6)] for point in line] for line in ground.blocked.lines],
            reach_m=ground.blocked.reach_m,
            lat=ground.label.lat,
            lon=ground.label.lon,
            place_id=ground.place_id,
            depth_cm=depth_cm,
            task_id=None if task is None else task.id,
            suggested_units=list(units),
            reason=reason,
            proposed_at=work.now,
            end_reason="",
        )
    )


def _locked(work: Work, closure_id: int) -> RoadClosure:
    return work.get(RoadClosure, closure_id, UnknownClosure(closure=closure_id))


def _may_become(closure: RoadClosure, state: ClosureState) -> None:
    if state not in CLOSURE_CHART[closure.state]:
        raise _settled(closure)


def _settled(closure: RoadClosure) -> ClosureSettled:
    return ClosureSettled(road=closure.name_zh, closure_state=closure.state.value)


def _close(work: Work, closure: RoadClosure, reason: str) -> None:
    _may_become(closure, ClosureState.CLOSED)
    closure.state, closure.closed_at, closure.closed_by = ClosureState.CLOSED, work.now, work.actor.name
    closure.reason = reason or closure.reason
    work.record(events.RoadClosed(**facts_of(closure), kind=closure.kind.value, reason=reason))


def _end(work: Work, closure: RoadClosure, state: ClosureState, reason: str) -> None:
    _may_become(closure, state)
    closure.state, closure.ended_at, closure.ended_by, closure.end_reason = state, work.now, work.actor.name, reason
    _dismiss(work, closure)


def _standing_at(session: Session, ground: Ground) -> RoadClosure | None:
    """The closure that stands at this spot already."""
    standing = session.scalars(select(RoadClosure).where(RoadClosure.state.in_(STANDING)).order_by(RoadClosure.id))
    return next((row for row in standing if _is_at(row, ground)), None)


def _is_at(row: RoadClosure, ground: Ground) -> bool:
    """The same place by name; a spot without a name is the same within the reach of one."""
    if ground.place_id is not None and row.place_id is not None:
        return row.place_id == ground.place_id
    return row.kind is ClosureKind.SPOT and roughly_m(Point(row.lat, row.lon), ground.label) <= ground.blocked.reach_m


# ---- the ground --------------------------------------------------------------------------------------------------------------------


def ground_of(center: Center, order: CloseRoad) -> Ground:
    """What an order would close. Raises Invalid, UnknownStreet, UnknownPlace, OutsideDistrict, NothingToClose."""
    named = [name for name in ("street", "line", "at", "place_id") if getattr(order, name) is not None]
    if len(named) != 1:
        raise Invalid(field="street", value=" ".join(named) or None)
    if order.street is not None:
        return _street_ground(center, order.street.strip())
    if order.line is not None:
        return _line_ground(center, order.line)
    if order.at is not None:
        return _spot_ground(center, spot_at(center, order.at))
    return _spot_ground(center, spot_of(center, order.place_id or ""))


def _street_ground(center: Center, street: str) -> Ground:
    lines = center.roads.lines_of(street)
    if not lines:
        raise UnknownStreet(street=street[:80])
    name = next(name for name in center.roads.streets if street in (name.zh, name.en))
    return Ground(kind=ClosureKind.STREET, name=name, blocked=Blocked(lines, TRACED_REACH_M), label=_middle(lines))


def _line_ground(center: Center, line: Line) -> Ground:
    if not 2 <= len(line) <= MOST_CORNERS:
        raise Invalid(field="line", value=len(line))
    for point in line:
        spot_at(center, point)
    blocked = Blocked((line,), DRAWN_REACH_M)
    streets = center.roads.streets_blocked(blocked)
    if not len(center.roads.edges_blocked(frozenset({blocked}))):
        raise NothingToClose(away_m=None)
    label = _middle((line,))
    told = streets[:STREETS_TOLD]
    name = Text("、".join(it.zh for it in told), ", ".join(it.en for it in told)) if told else spot_at(center, label).name
    return Ground(kind=ClosureKind.LINE, name=name, blocked=blocked, label=label)


def _spot_ground(center: Center, spot: Spot) -> Ground:
    """The road next to a spot: a ponding point is measured at a kerb or a gate. Raises NothingToClose."""
    on_road, away_m = center.roads.nearest_on_road(spot.point)
    if away_m > FARTHEST_ROAD_M:
        raise NothingToClose(away_m=round(away_m))
    blocked = Blocked(((on_road,),), center.catalogue.common.closures.spot_reach_m)
    return Ground(kind=ClosureKind.SPOT, name=spot.name, blocked=blocked, label=on_road, place_id=spot.place_id)


def _middle(lines: Sequence[Line]) -> Point:
    """A point on the longest line, to put its name at."""
    longest = max(lines, key=len)
    return longest[len(longest) // 2]


def _short(reason: str) -> str:
    why = reason.strip()
    if len(why) > LONGEST_REASON:
        raise Invalid(field="reason", value=f"{len(why)} > {LONGEST_REASON}")
    return why


def _fingerprint(order: CloseRoad) -> dict[str, Any]:
    return {
        "verb": "close_road",
        "street": order.street,
        "line": None if order.line is None else [[point.lat, point.lon] for point in order.line],
        "at": None if order.at is None else [order.at.lat, order.at.lon],
        "place": order.place_id,
        "guard": order.guard,
    }
