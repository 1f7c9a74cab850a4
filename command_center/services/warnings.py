"""Warnings and orders of the district: taken as they come, kept as they are, ended by each other, by the clock or by hand.

Messages that arrive in another order end in the same states (domain/notices.py). Locks: the turn "warnings" first, then rows by id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from command_center.cap import Alert, Area, Circle, Info, MessageType, Named, Status, write_alert
from command_center.center import Center
from command_center.db.board_rows import board_row, moment
from command_center.db.tables import HazardWarning, StandingOrder, WarningReference
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.board import Row
from command_center.domain.errors import Invalid, ReasonNeeded, Refusal, UnknownStandingOrder, UnknownWarning, WarningEndedAlready
from command_center.domain.geo import Point
from command_center.domain.notices import ENDS_AS, Act, Notice, NoticeState, Reference, applies, authority, ended_by, tier
from command_center.domain.rights import Actor, Right
from command_center.services.exercises import ACTED_ON, EXERCISE
from command_center.services.warning_drafts import (
    CapMessage,
    Correction,
    OrderDraft,
    PastedText,
    StatedOrder,
    StatedWarning,
    TakeWarning,
    WarningDraft,
    drafts_of,
)

__all__ = [
    "CapMessage",
    "Correction",
    "PastedText",
    "StatedOrder",
    "StatedWarning",
    "TakeWarning",
    "Taken",
    "end_standing_order",
    "end_warning",
    "expire_warning",
    "list_warnings",
    "read_warning",
    "take_warning",
    "time_warning",
    "warning_as_cap",
    "warning_stories",
]

THREAD = timedelta(days=60)
"""Messages about the same thing that lie further apart have nothing to do with each other."""

TURN = "warnings"

Kept = TypeVar("Kept", HazardWarning, StandingOrder)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """What became of one message. repeated : it was known already, nothing was done. flag : differs, see HazardWarning."""

    id: int
    state: NoticeState
    repeated: bool
    flag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of everything that came in together."""

    warnings: tuple[TakenMessage, ...]
    orders: tuple[TakenMessage, ...]
    remarks: tuple[str, ...]
    refused: tuple[Refusal, ...]


def take_warning(center: Center, order: TakeWarning, actor: Actor) -> Taken:
    """Keep what came in, and let it end what it ends. The same message twice is one.

    Raises NoWarningInText, TextTooLong, OrderNeedsPlan, UnknownPlan, Invalid, and for CAP a child of UnreadableAlert.
    """
    actor.require(Right.TAKE_WARNINGS)
    drafts = drafts_of(order, center.catalogue, center.now())
    with center.work(actor) as work:
        work.take_turns(TURN)
        return Taken(
            warnings=tuple(_take_warning(work, draft) for draft in drafts.warnings),
            orders=tuple(_take_order(work, draft) for draft in drafts.orders),
            remarks=drafts.remarks,
            refused=drafts.refused,
        )


# ---- warnings ------------------------------------------------------------------------------------


def _take_warning(work: Work, draft: WarningDraft) -> TakenMessage:
    known = known_warning(work.session, draft)
    if known is not None:
        return TakenMessage(id=known.id, state=known.state, repeated=True, flag=known.flag)
    row = work.add(_new_warning(work, draft))
    for reference in draft.references:
        work.add(WarningReference(warning_id=row.id, sender=reference.sender, identifier=reference.identifier))
    ended: list[HazardWarning] = []
    if row.status in ACTED_ON:
        ended = _settle_warnings(work, row, draft.references)
    _record_taken(work, row)
    for other in ended:
        _record_warning_end(work, other)
    return TakenMessage(id=row.id, state=row.state, repeated=False, flag=row.flag)


def known_warning(session: Session, draft: WarningDraft) -> HazardWarning | None:
    """The row of the same message. A text without a time is the same one while it is the last word on its topic and still stands."""
    same = select(HazardWarning).where(HazardWarning.fingerprint == draft.fingerprint)
    if draft.is_timed:
        return session.scalars(same.where(HazardWarning.sender == draft.sender, HazardWarning.identifier == draft.identifier)).first()
    last = session.scalars(
        select(HazardWarning)
        .where(HazardWarning.topic == draft.topic, HazardWarning.authority == authority(draft.issuer))
        .order_by(HazardWarning.issued_at.desc(), HazardWarning.id.desc())
        .limit(1)
    ).first()
    if last is None or last.fingerprint != draft.fingerprint:
        return None
    return last if last.state is NoticeState.ACTIVE or not draft.act.starts else None


def _new_warning(work: Work, draft: WarningDraft) -> HazardWarning:
    named_before = select(HazardWarning.id).where(HazardWarning.sender == draft.sender, HazardWarning.identifier == draft.identifier)
    is_past = draft.expires_at is not None and draft.expires_at <= work.now
    in_force = NoticeState.EXPIRED if is_past else NoticeState.ACTIVE
    return HazardWarning(
        identifier=draft.identifier,
        sender=draft.sender,
        fingerprint=draft.fingerprint,
        source=draft.source,
        act=draft.act,
        status=draft.status,
        topic=draft.topic,
        hazard=draft.hazard,
        word=draft.word,
        color=draft.color,
        issuer=draft.issuer,
        authority=authority(draft.issuer),
        area=draft.area,
        polygons=draft.polygons,
        circles=draft.circles,
        text=draft.text,
        remarks=list(draft.remarks),
        flag="differs" if work.session.scalar(named_before.limit(1)) is not None else None,
        issued_at=draft.issued_at,
        effective_at=draft.effective_at or draft.issued_at,
        expires_at=draft.expires_at,
        received_at=work.now,
        taken_by=work.actor.name,
        state=in_force if draft.act.starts and draft.status in ACTED_ON else NoticeState.NOTED,
        ended_at=work.now if is_past else None,
        end_reason="",
    )


def _settle_warnings(work: Work, row: HazardWarning, references: frozenset[Reference]) -> list[HazardWarning]:
    others = _related(work.session, row, references)
    return _settle(work, row, others, warning_notices(work.session, [row, *others]))


def _settle(work: Work, row: Kept, others: Sequence[Kept], notices: Mapping[int, Notice]) -> list[Kept]:
    """Decide the new message's fate and that of the messages it applies to; returns those that it ended.

    What a person ended by hand stays so.
    """
    mine = notices[row.id]
    ender = ended_by(mine, [notices[other.id] for other in others])
    if ender is not None:
        _end(row, ENDS_AS[ender.act], work, by=next(other.id for other in others if notices[other.id] is ender))
    ended = []
    for other in others:
        held = notices.get(other.ended_by_id or 0)
        if other.state is NoticeState.ENDED or (held is not None and held.order <= mine.order):
            continue
        if applies(mine, notices[other.id]):
            _end(other, ENDS_AS[mine.act], work, by=row.id)
            ended.append(other)
    return ended


def _related(session: Session, row: HazardWarning, references: Iterable[Reference]) -> Sequence[HazardWarning]:
    """Every message that may end this one or be ended by it, and the enders of those; locked in order of id."""
    referring = select(WarningReference.warning_id).where(
        WarningReference.sender == row.sender, WarningReference.identifier == row.identifier
    )
    named = [and_(HazardWarning.sender == reference.sender, HazardWarning.identifier == reference.identifier) for reference in references]
    thread = and_(HazardWarning.topic == row.topic, HazardWarning.issued_at.between(row.issued_at - THREAD, row.issued_at + THREAD))
    found = (
        select(HazardWarning)
        .where(HazardWarning.id != row.id, HazardWarning.status.in_(ACTED_ON), or_(HazardWarning.id.in_(referring), thread, *named))
        .order_by(HazardWarning.id)
        .with_for_update()
    )
    related = list(session.scalars(found))
    missing = {other.ended_by_id for other in related if other.ended_by_id} - {other.id for other in related}
    return [*related, *session.scalars(select(HazardWarning).where(HazardWarning.id.in_(missing)))]


def _references_of(session: Session, rows: Iterable[HazardWarning]) -> dict[int, frozenset[Reference]]:
    said: dict[int, frozenset[Reference]] = {}
    for reference in session.scalars(select(WarningReference).where(WarningReference.warning_id.in_([row.id for row in rows]))):
        told = Reference(reference.sender, reference.identifier)
        said[reference.warning_id] = said.get(reference.warning_id, frozenset()) | {told}
    return said


def warning_notices(session: Session, rows: Sequence[HazardWarning]) -> dict[int, Notice]:
    """By id, what decides the fate of each."""
    said = _references_of(session, rows)
    return {row.id: _warning_notice(row, said) for row in rows}


def _warning_notice(row: HazardWarning, said: dict[int, frozenset[Reference]]) -> Notice:
    return Notice(
        key=f"{row.sender}|{row.identifier}|{row.fingerprint}",
        act=row.act,
        source=row.source,
        sender=row.sender,
        identifier=row.identifier,
        issuer=row.authority,
        topic=row.topic,
        grade=row.color,
        issued_at=row.issued_at,
        is_exercise=row.status == EXERCISE,
        references=said.get(row.id, frozenset()),
    )


def _end(row: HazardWarning | StandingOrder, state: NoticeState, work: Work, *, by: int | None = None, reason: str = "") -> None:
    row.state, row.ended_by_id, row.ended_at, row.end_reason = state, by, work.now, reason


def _record_taken(work: Work, row: HazardWarning) -> None:
    expires_in_s = None
    if row.state is NoticeState.ACTIVE and row.expires_at is not None:
        expires_in_s = (row.expires_at - work.now).total_seconds()
    work.record(
        events.WarningTaken(
            warning_id=row.id,
            hazard=row.hazard or row.word,
            color=row.color,
            act=row.act.value,
            issuer=row.issuer,
            source=row.source.value,
            state=row.state.value,
            mark=row.flag or ("" if row.status == "actual" else row.status),
            expires_in_s=expires_in_s,
        )
    )


def _record_warning_end(work: Work, row: HazardWarning) -> None:
    work.record(
        events.WarningEnded(
            warning_id=row.id,
            hazard=row.hazard or row.word,
            color=row.color,
            issuer=row.issuer,
            how=row.state.value,
            by_id=row.ended_by_id,
            reason=row.end_reason,
        )
    )


def end_warning(center: Center, warning_id: int, actor: Actor, reason: str) -> None:
    """End a warning by hand. Raises UnknownWarning, ReasonNeeded, WarningEndedAlready."""
    actor.require(Right.TAKE_WARNINGS)
    with center.work(actor) as work:
        work.take_turns(TURN)
        row = work.get(HazardWarning, warning_id, UnknownWarning(warning=warning_id))
        _end_by_hand(work, row, reason)
        _record_warning_end(work, row)


def _end_by_hand(work: Work, row: HazardWarning | StandingOrder, reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    if row.state is not NoticeState.ACTIVE:
        raise WarningEndedAlready(notice_state=row.state.value)
    _end(row, NoticeState.ENDED, work, reason=reason.strip())


def time_warning(center: Center, warning_id: int, until: datetime, actor: Actor) -> None:
    """Say until when a warning in force stands; then it ends by itself. Raises UnknownWarning, WarningEndedAlready, Invalid (past)."""
    actor.require(Right.TAKE_WARNINGS)
    with center.work(actor) as work:
        work.take_turns(TURN)
        row = work.get(HazardWarning, warning_id, UnknownWarning(warning=warning_id))
        if row.state is not NoticeState.ACTIVE:
            raise WarningEndedAlready(notice_state=row.state.value)
        if until <= work.now:
            raise Invalid(field="until", value=moment(until))
        row.expires_at = until
        work.record(
            events.WarningTimed(
                warning_id=row.id,
                hazard=row.hazard or row.word,
                color=row.color,
                issuer=row.issuer,
                until=f"{until.astimezone(center.zone):%m-%d %H:%M}",
                expires_in_s=(until - work.now).total_seconds(),
            )
        )


def expire_warning(work: Work, warning_id: int) -> None:
    """The clock's part: a warning that still stands when its time is over ends."""
    work.take_turns(TURN)
    row = work.get(HazardWarning, warning_id)
    if row.state is NoticeState.ACTIVE and row.expires_at is not None and row.expires_at <= work.now:
        _end(row, NoticeState.EXPIRED, work)
        _record_warning_end(work, row)


# ---- orders of the district ----------------------------------------------------------------------


def _take_order(work: Work, draft: OrderDraft) -> TakenMessage:
    known = known_order(work.session, draft)
    if known is not None:
        return TakenMessage(id=known.id, state=known.state, repeated=True)
    row = work.add(
        StandingOrder(
            identifier=draft.identifier,
            fingerprint=draft.fingerprint,
            source=draft.source,
            act=draft.act,
            is_exercise=draft.is_exercise,
            plan_id=draft.plan_id,
            variant=draft.variant,
            level=draft.level,
            issuer=draft.issuer,
            tier=tier(draft.issuer),
            text=draft.text,
            issued_at=draft.issued_at,
            received_at=work.now,
            taken_by=work.actor.name,
            state=NoticeState.ACTIVE if draft.act.starts else NoticeState.NOTED,
            end_reason="",
        )
    )
    ended = _settle_orders(work, row)
    work.record(
        events.StandingOrderTaken(
            order_id=row.id,
            plan_id=row.plan_id,
            level=None if row.level is None else row.level.value,
            act=row.act.value,
            issuer=row.issuer,
            state=row.state.value,
            mark="exercise" if row.is_exercise else "",
        )
    )
    for other in ended:
        _record_order_end(work, other)
    return TakenMessage(id=row.id, state=row.state, repeated=False)


def known_order(session: Session, draft: OrderDraft) -> StandingOrder | None:
    """As `known_warning`: without a time, the last word on the plan as long as it stands."""
    if draft.is_timed:
        return session.scalars(select(StandingOrder).where(StandingOrder.identifier == draft.identifier)).first()
    about = select(StandingOrder).where(StandingOrder.plan_id == draft.plan_id, StandingOrder.tier == tier(draft.issuer))
    last = session.scalars(about.order_by(StandingOrder.issued_at.desc(), StandingOrder.id.desc()).limit(1)).first()
    if last is None or last.fingerprint != draft.fingerprint:
        return None
    return last if last.state is NoticeState.ACTIVE or not draft.act.starts else None


def _settle_orders(work: Work, row: StandingOrder) -> list[StandingOrder]:
    about = and_(StandingOrder.plan_id == row.plan_id, StandingOrder.issued_at.between(row.issued_at - THREAD, row.issued_at + THREAD))
    found = select(StandingOrder).where(StandingOrder.id != row.id, about).order_by(StandingOrder.id).with_for_update()
    others = list(work.session.scalars(found))
    return _settle(work, row, others, {one.id: _order_notice(one) for one in (row, *others)})


def _order_notice(row: StandingOrder) -> Notice:
    return Notice(
        key=f"{row.identifier}|{row.fingerprint}",
        act=row.act,
        source=row.source,
        sender=row.tier or "",
        identifier=row.identifier,
        issuer=row.tier,
        topic=row.plan_id,
        grade=None if row.level is None else row.level.value,
        issued_at=row.issued_at,
        is_exercise=row.is_exercise,
    )


def _record_order_end(work: Work, row: StandingOrder) -> None:
    work.record(
        events.StandingOrderEnded(
            order_id=row.id,
            plan_id=row.plan_id,
            level=None if row.level is None else row.level.value,
            how=row.state.value,
            by_id=row.ended_by_id,
            reason=row.end_reason,
        )
    )


def end_standing_order(center: Center, order_id: int, actor: Actor, reason: str) -> None:
    """The district's order no longer stands, told by phone. Raises UnknownStandingOrder, ReasonNeeded, WarningEndedAlready."""
    actor.require(Right.TAKE_WARNINGS)
    with center.work(actor) as work:
        work.take_turns(TURN)
        row = work.get(StandingOrder, order_id, UnknownStandingOrder(order=order_id))
        _end_by_hand(work, row, reason)
        _record_order_end(work, row)


# ---- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningStory:
    """A warning as its board row, with what only those who may read words get."""

    row: Row
    text: str
    remarks: Sequence[str]
    identifier: str
    sender: str
    act: Act
    received_at: datetime
    taken_by: str
    ended_by_id: int | None
    ended_at: datetime | None
    end_reason: str


def list_warnings(center: Center, *, in_force_only: bool = True, limit: int = 100) -> tuple[list[Row], list[Row]]:
    """Warnings and orders of the district as board rows, newest first."""
    with center.read() as session:
        warnings = select(HazardWarning).order_by(HazardWarning.received_at.desc(), HazardWarning.id.desc()).limit(limit)
        orders = select(StandingOrder).order_by(StandingOrder.received_at.desc(), StandingOrder.id.desc()).limit(limit)
        if in_force_only:
            warnings = warnings.where(HazardWarning.state == NoticeState.ACTIVE)
            orders = orders.where(StandingOrder.state == NoticeState.ACTIVE)
        return (
            [board_row(row, center.catalogue) for row in session.scalars(warnings)],
            [board_row(row, center.catalogue) for row in session.scalars(orders)],
        )


def read_warning(center: Center, warning_id: int, actor: Actor) -> WarningStory:
    """One warning with its own text. Raises UnknownWarning."""
    actor.require(Right.READ_WORDS)
    with center.read() as session:
        row = session.get(HazardWarning, warning_id)
        if row is None:
            raise UnknownWarning(warning=warning_id)
        return _story(center, row)


def warning_stories(center: Center, actor: Actor, *, ended: int = 30) -> list[WarningStory]:
    """Every warning in force, then the newest `ended` of all others; newest first."""
    actor.require(Right.READ_WORDS)
    newest = select(HazardWarning).order_by(HazardWarning.received_at.desc(), HazardWarning.id.desc())
    with center.read() as session:
        in_force = session.scalars(newest.where(HazardWarning.state == NoticeState.ACTIVE)).all()
        others = session.scalars(newest.where(HazardWarning.state != NoticeState.ACTIVE).limit(ended)).all()
        return [_story(center, row) for row in (*in_force, *others)]


def _story(center: Center, row: HazardWarning) -> WarningStory:
    return WarningStory(
        row=board_row(row, center.catalogue),
        text=row.text,
        remarks=row.remarks,
        identifier=row.identifier,
        sender=row.sender,
        act=row.act,
        received_at=row.received_at,
        taken_by=row.taken_by,
        ended_by_id=row.ended_by_id,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
    )


def warning_as_cap(center: Center, warning_id: int, actor: Actor) -> bytes:
    """The warning as a CAP 1.2 message of this centre; an exercise, and whatever is acted on in a drill, says so in its status.

    Raises UnknownWarning.
    """
    actor.require(Right.READ_WORDS)
    signals = center.catalogue.warning_signals
    with center.read() as session:
        row = session.get(HazardWarning, warning_id)
        if row is None:
            raise UnknownWarning(warning=warning_id)
        said = _references_of(session, [row]).get(row.id, frozenset())
    color, hazard = signals.colors.get(row.color or ""), signals.hazards.get(row.hazard or "")
    codes = [Named("type", hazard.code_type)] if hazard else []
    rings = tuple(tuple(Point(lat, lon) for lat, lon in ring) for ring in row.polygons)
    circles = tuple(Circle(centre=Point(lat, lon), radius_km=radius_m / 1000) for lat, lon, radius_m in row.circles)
    info = Info(
        language="zh-CN",
        categories=("Met",) if hazard else ("Other",),
        event=f"{row.word}{color.name.zh}预警" if color else row.word,
        severity=_SEVERITIES.get(row.color or "", "Unknown"),
        event_codes=(*codes, Named("level", color.code)) if color else tuple(codes),
        effective=row.effective_at,
        expires=row.expires_at,
        sender_name=row.issuer,
        headline=row.text.partition("\n")[0][:160],
        description=row.text,
        areas=(Area(description=row.area, polygons=rings, circles=circles),),
    )
    return write_alert(
        Alert(
            identifier=row.identifier,
            sender=row.sender or "unknown",
            sent=row.issued_at,
            status=Status.EXERCISE if center.is_drill and row.status in ACTED_ON else Status(row.status.capitalize()),
            msg_type=_MESSAGE_TYPES[row.act],
            references=tuple(sorted(said, key=lambda reference: (reference.sender, reference.identifier))),
            infos=(info,),
        )
    )


_SEVERITIES = {"blue": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}
_MESSAGE_TYPES = {
    Act.ISSUE: MessageType.ALERT,
    Act.UPDATE: MessageType.UPDATE,
    Act.LIFT: MessageType.CANCEL,
    Act.CANCEL: MessageType.CANCEL,
}
