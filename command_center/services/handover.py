"""The handover: a report that writes itself, what officers add to it, and the signatures that pass the desk from one watch to the next.

Locks: the turn "roster", watches by id, then the handover. What was sealed is never written again; the database sees to it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import Handover, Watch
from command_center.db.types import canonical_json
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    AlreadySigned,
    EditedMeanwhile,
    HandoverUnwritten,
    Invalid,
    NobodyNext,
    NotPermitted,
    NotSignedYet,
    ReasonNeeded,
    SameOfficer,
    UnknownBlocker,
    UnknownHandover,
    WatchIsOver,
)
from command_center.domain.handover import (
    HANDOVER_CHART,
    SEALED,
    Cell,
    HandoverReport,
    HandoverStatus,
    Section,
    SectionEdit,
    checked_edit,
    draft_moment,
    refuse_without_notes,
    unwritten,
    with_edit,
)
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Right
from command_center.domain.status import advance
from command_center.domain.watches import CENTRE, WatchStatus, not_before
from command_center.services import access
from command_center.services.handover_drawing import Drawing, moment_text
from command_center.services.handover_duties import blockers
from command_center.services.handover_facts import facts_of
from command_center.services.handover_layout import SIGNATURES
from command_center.services.handover_sections import drawn
from command_center.services.notices import withdraw_call
from command_center.services.positions import latest_fixes
from command_center.services.watches import TURN, begin_watch, holder_of, next_watch, start_handing_over, watch_on_duty

LONGEST_NOTE = 500

Fixes = Mapping[str, Fix]


def late_key(watch_id: int) -> str:
    """The key of the message that calls the leaders when nobody took over."""
    return f"handover_late:{watch_id}"


# ---- whose handover it is --------------------------------------------------------------------------------------------------------


_BEGUN_BY = (
    select(Watch)
    .where(
        Watch.id.in_(select(Handover.watch_id).where(Handover.sha256.is_(None))),
        Watch.status == WatchStatus.SCHEDULED,
        Watch.from_at <= bindparam("at"),
    )
    .order_by(Watch.from_at.desc())
    .limit(1)
)


def watch_in_charge(center: Center, session: Session, at: datetime) -> Watch | None:
    """The watch that has to hand over next: who holds the desk, else who the roster says.

    Where nobody ever took over, a watch whose report was begun stays in charge past its end, until the next one's report is due.
    """
    held = holder_of(session)
    if held is not None:
        return held
    rostered = watch_on_duty(session, at, CENTRE)
    waiting = session.scalars(_BEGUN_BY, {"at": at}).one_or_none()
    if waiting is None or rostered is None:
        return rostered or waiting
    return waiting if at < draft_moment(center.catalogue.handover.rules, rostered.to_at) else rostered


def _begun(session: Session, watch: Watch) -> Handover | None:
    return session.scalars(select(Handover).where(Handover.watch_id == watch.id)).one_or_none()


def open_handover(center: Center, actor: Actor) -> int:
    """Begin the report of the watch in charge, or find the one that was begun; returns its id. Raises NobodyNext (an empty roster)."""
    actor.require(Right.HAND_OVER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        watch = watch_in_charge(center, work.session, work.now)
        if watch is None:
            raise NobodyNext(number="-")
        return begun_or_begin(work, watch).id


def begun_or_begin(work: Work, watch: Watch) -> Handover:
    """The report of a watch, made when there is none yet; the turn "roster" is held."""
    found = _begun(work.session, watch)
    if found is not None:
        return found
    handover = work.add(Handover(watch_id=watch.id, status=HandoverStatus.DRAFT, begun_at=work.now, edits={}, notes={}))
    work.record(events.HandoverDrafted(handover_id=handover.id, watch_id=watch.id, number=watch.number))
    return handover


# ---- reading -----------------------------------------------------------------------------------------------------------------------


def handover_context(center: Center, actor: Actor, handover_id: int | None = None) -> HandoverReport:
    """A report with every section filled: as the situation is now while it is a draft, as it was signed once it is sealed.

    handover_id : None for the watch in charge, begun or not. Raises UnknownHandover, NobodyNext (nobody is rostered).
    """
    actor.require(Right.HAND_OVER)
    fixes = latest_fixes(center)
    with center.read() as session:
        if handover_id is None:
            watch = watch_in_charge(center, session, center.now())
            if watch is None:
                raise NobodyNext(number="-")
            handover = _begun(session, watch)
        else:
            handover = session.get(Handover, handover_id)
            if handover is None:
                raise UnknownHandover(handover=handover_id)
            watch = session.get_one(Watch, handover.watch_id)
        return _report(center, session, watch, handover, fixes, center.now())


def _report(center: Center, session: Session, watch: Watch, handover: Handover | None, fixes: Fixes, now: datetime) -> HandoverReport:
    if handover is not None and handover.sealed is not None:
        return _sealed_report(center, handover)
    it = Drawing(center=center, facts=facts_of(center, session, watch, fixes, now))
    edits: Mapping[str, Any] = {} if handover is None else handover.edits
    notes: Mapping[str, Any] = {} if handover is None else handover.notes
    sections = (_edited(drawn(it, section), edits.get(section.key)) for section in center.catalogue.handover.sections)
    return HandoverReport(
        id=None if handover is None else handover.id,
        watch_id=watch.id,
        number=watch.number,
        street=center.catalogue.street.name,
        status=HandoverStatus.DRAFT if handover is None else handover.status,
        is_drill=center.is_drill,
        from_at=it.facts.from_at.isoformat(),
        to_at=watch.to_at.isoformat(),
        drawn_at=it.facts.now.isoformat(),
        sections=tuple(_signed(section, handover, it) if section.key == SIGNATURES else section for section in sections),
        blockers=blockers(it, notes),
        log_id=it.facts.log_id,
        log_hash=it.facts.log_hash,
    )


def _edited(section: Section, edit: Mapping[str, Any] | None) -> Section:
    if edit is None:
        return section
    return with_edit(replace(section, version=edit["version"], edited_by=edit["by"], edited_at=edit["at"]), SectionEdit.of_row(edit))


def _signed(section: Section, handover: Handover | None, it: Drawing) -> Section:
    """The signatures as far as they are there."""
    if handover is None:
        return section
    cells = {
        "outgoing_officer": it.words(handover.outgoing_by or ""),
        "outgoing_at": it.moment(handover.outgoing_at),
        "incoming_officer": it.words(handover.incoming_by or ""),
        "incoming_at": it.moment(handover.incoming_at),
    }
    known = {name: cell for name, cell in cells.items() if name in section.fields}
    return replace(section, lines=tuple(replace(line, cells={**line.cells, **known}) for line in section.lines))


def _sealed_report(center: Center, handover: Handover) -> HandoverReport:
    assert handover.sealed is not None  # noqa: S101 - for mypy: asked for by the callers
    assert handover.sha256 is not None  # noqa: S101 - for mypy: the table's check says so
    return HandoverReport.of_content(
        handover.sealed,
        status=handover.status,
        sha256=handover.sha256,
        leader_by=handover.leader_by,
        leader_at=_leader_at(center, handover.leader_at),
    )


def _leader_at(center: Center, at: datetime | None) -> Cell | None:
    return None if at is None else Cell(moment_text(at.astimezone(center.zone)), moment(at))


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverLine:
    """One report in the list of them."""

    id: int
    watch_id: int
    number: str
    from_at: datetime
    to_at: datetime
    status: HandoverStatus
    outgoing_by: str | None
    outgoing_at: datetime | None
    incoming_by: str | None
    incoming_at: datetime | None
    leader_by: str | None
    leader_at: datetime | None
    sha256: str | None


def find_handovers(center: Center, actor: Actor, *, limit: int = 50, before: int | None = None) -> list[HandoverLine]:
    """Reports, newest first; `before` an id pages back."""
    actor.require(Right.HAND_OVER)
    columns = (Handover.id, Handover.watch_id, Handover.status, Handover.sha256)
    signed = (
        Handover.outgoing_by,
        Handover.outgoing_at,
        Handover.incoming_by,
        Handover.incoming_at,
        Handover.leader_by,
        Handover.leader_at,
    )
    query = select(*columns, *signed, Watch.number, Watch.from_at, Watch.to_at).join(Watch, Watch.id == Handover.watch_id)
    if before is not None:
        query = query.where(Handover.id < before)
    with center.read() as session:
        rows = session.execute(query.order_by(Handover.id.desc()).limit(limit)).mappings()
        return [HandoverLine(**row) for row in rows]


def seal_holds(report: HandoverReport) -> bool:
    """Whether a sealed report is what was signed: its content still has the hash that went into the log."""
    return report.sha256 is not None and _hash(report.content()) == report.sha256


def _hash(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


# ---- writing -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class EditHandover:
    """What an officer wrote in one section, whole. based_on : the section's version it was written from, 0 for the draft."""

    handover_id: int
    section: str
    edit: SectionEdit
    based_on: int


def edit_handover(center: Center, order: EditHandover, actor: Actor) -> int:
    """Keep what an officer wrote; returns the section's version. Once the outgoing officer signed, only objections are taken.

    Raises UnknownHandover, SectionNotEditable, Invalid, EditedMeanwhile with who, AlreadySigned.
    """
    actor.require(Right.HAND_OVER)
    section = next((it for it in center.catalogue.handover.sections if it.key == order.section), None)
    if section is None:
        raise Invalid(field="section", value=order.section)
    edit = checked_edit(section, order.edit)
    with center.work(actor) as work:
        handover, watch = _locked(work, order.handover_id)
        _still_open(handover, watch, but_objections=order.section == SIGNATURES)
        held = handover.edits.get(order.section, {})
        version = int(held.get("version", 0))
        if version != order.based_on:
            raise EditedMeanwhile(what="handover", by=held.get("by"), version=version)
        written = {**edit.as_row(), "version": version + 1, "by": actor.name, "at": moment(work.now)}
        handover.edits = {**handover.edits, order.section: written}
        work.record(events.HandoverEdited(handover_id=handover.id, number=watch.number, section=order.section))
        return version + 1


def note_blocker(center: Center, handover_id: int, blocker: str, note: str, actor: Actor) -> None:
    """Say a word about something that holds the handover up. blocker : its key.

    Raises UnknownHandover, UnknownBlocker, ReasonNeeded (no words), Invalid (too long), AlreadySigned (sealed).
    """
    actor.require(Right.HAND_OVER)
    said = note.strip()
    if not said:
        raise ReasonNeeded(field="note")
    if len(said) > LONGEST_NOTE:
        raise Invalid(field="note", value=f"{len(said)} > {LONGEST_NOTE}")
    with center.work(actor) as work:
        handover, watch = _locked(work, handover_id)
        _still_open(handover, watch, but_objections=True)
        found = next((it for it in _report(center, work.session, watch, handover, {}, work.now).blockers if it.key == blocker), None)
        if found is None:
            raise UnknownBlocker(blocker=blocker[:80])
        handover.notes = {**handover.notes, blocker: {"text": said, "by": actor.name, "at": moment(work.now)}}
        work.record(events.BlockerNoted(handover_id=handover.id, number=watch.number, blocker=found.kind, note=said))


def _locked(work: Work, handover_id: int) -> tuple[Handover, Watch]:
    """The report and its watch, locked in their order."""
    work.take_turns(TURN)
    watch_id = work.session.scalar(select(Handover.watch_id).where(Handover.id == handover_id))
    if watch_id is None:
        raise UnknownHandover(handover=handover_id)
    watch = work.get(Watch, watch_id)
    return work.get(Handover, handover_id), watch


def _still_open(handover: Handover, watch: Watch, *, but_objections: bool) -> None:
    if handover.status in SEALED:
        raise AlreadySigned(number=watch.number, by=handover.incoming_by, side="incoming")
    if handover.status is HandoverStatus.OUTGOING_SIGNED and not but_objections:
        raise AlreadySigned(number=watch.number, by=handover.outgoing_by, side="outgoing")


# ---- signing -----------------------------------------------------------------------------------------------------------------------


def sign_outgoing(center: Center, handover_id: int, passphrase: str, actor: Actor) -> None:
    """The outgoing officer stands by the report, and stays responsible until the incoming one signs.

    Raises SignatureRefused, UnknownHandover, AlreadySigned with who was faster, HandoverUnwritten, BlockersOpen with the list,
    WatchIsOver when another watch has the desk.
    """
    actor.require(Right.HAND_OVER)
    access.confirm_passphrase(center, actor, passphrase)
    with center.work(actor) as work:
        handover, watch = _locked(work, handover_id)
        _still_open(handover, watch, but_objections=False)
        in_charge = watch_in_charge(center, work.session, work.now)
        if in_charge is None or in_charge.id != watch.id:
            raise WatchIsOver(number=watch.number)
        template = center.catalogue.handover
        empty = unwritten(template, {key: SectionEdit.of_row(edit) for key, edit in handover.edits.items()})
        if empty:
            raise HandoverUnwritten(sections=empty)
        refuse_without_notes(_report(center, work.session, watch, handover, {}, work.now).blockers)
        _take_up(work, watch)
        start_handing_over(work, watch.id)
        handover.status = advance(HANDOVER_CHART, handover.status, HandoverStatus.OUTGOING_SIGNED, subject=watch.number)
        handover.outgoing_by, handover.outgoing_at = actor.name, not_before(work.now, watch.begun_at, handover.begun_at)
        work.record(events.HandoverSigned(handover_id=handover.id, watch_id=watch.id, number=watch.number))


def _take_up(work: Work, watch: Watch) -> None:
    """A watch that the roster alone had on duty has been there since its time came."""
    if watch.status is WatchStatus.SCHEDULED:
        watch.begun_at = min(watch.from_at, work.now)
        begin_watch(work, watch.id)


def withdraw_signature(center: Center, handover_id: int, actor: Actor) -> None:
    """The outgoing officer, or a leader, takes the signature back: the report is a draft again, the watch goes on.

    Raises UnknownHandover, NotSignedYet, AlreadySigned (somebody took over), NotPermitted.
    """
    actor.require(Right.HAND_OVER)
    with center.work(actor) as work:
        handover, watch = _locked(work, handover_id)
        _still_open(handover, watch, but_objections=True)
        if handover.status is HandoverStatus.DRAFT:
            raise NotSignedYet(number=watch.number, side="outgoing")
        if actor.name != handover.outgoing_by and not actor.may(Right.COUNTERSIGN):
            raise NotPermitted(role=actor.role.value, right=Right.COUNTERSIGN.value)
        handover.status = advance(HANDOVER_CHART, handover.status, HandoverStatus.DRAFT, subject=watch.number)
        handover.outgoing_by = handover.outgoing_at = None
        work.record(events.SignatureWithdrawn(handover_id=handover.id, watch_id=watch.id, number=watch.number))
        begin_watch(work, watch.id)


def sign_incoming(center: Center, handover_id: int, passphrase: str, actor: Actor) -> str:
    """The incoming officer takes over: the outgoing watch ends, the next begins, the report is sealed; returns its hash.

    Raises SignatureRefused, UnknownHandover, NotSignedYet, AlreadySigned with who was faster, SameOfficer, NobodyNext,
    BlockersOpen when something new has come up that nobody has said a word about.
    """
    actor.require(Right.HAND_OVER)
    access.confirm_passphrase(center, actor, passphrase)
    fixes = latest_fixes(center)
    with center.work(actor) as work:
        handover, watch = _locked(work, handover_id)
        _still_open(handover, watch, but_objections=True)
        if handover.status is HandoverStatus.DRAFT:
            raise NotSignedYet(number=watch.number, side="outgoing")
        if handover.outgoing_by == actor.name:
            raise SameOfficer(number=watch.number, by=actor.name)
        following = next_watch(work.session, work.now, watch)
        if following is None:
            raise NobodyNext(number=watch.number)
        handover.incoming_by, handover.incoming_at = actor.name, not_before(work.now, handover.outgoing_at)
        report = _report(center, work.session, watch, handover, fixes, work.now)
        refuse_without_notes(report.blockers)
        sha256 = _seal(work, handover, report, following)
        work.record(
            events.HandoverSealed(
                handover_id=handover.id, watch_id=watch.id, number=watch.number, next_number=following.number, sha256=sha256
            )
        )
        begin_watch(work, following.id)
        withdraw_call(work, late_key(watch.id))
        return sha256


def _seal(work: Work, handover: Handover, report: HandoverReport, following: Watch) -> str:
    content = report.content()
    handover.sealed, handover.sha256 = content, _hash(content)
    handover.log_id, handover.log_hash, handover.next_watch_id = report.log_id, report.log_hash, following.id
    handover.status = advance(HANDOVER_CHART, handover.status, HandoverStatus.HANDED_OVER, subject=report.number)
    work.session.flush()
    return handover.sha256


def countersign(center: Center, handover_id: int, passphrase: str, actor: Actor) -> None:
    """A leader has seen the sealed report. Raises SignatureRefused, UnknownHandover, NotSignedYet, AlreadySigned."""
    actor.require(Right.COUNTERSIGN)
    access.confirm_passphrase(center, actor, passphrase)
    with center.work(actor) as work:
        handover, watch = _locked(work, handover_id)
        if handover.status not in SEALED or handover.sha256 is None:
            raise NotSignedYet(number=watch.number, side="incoming")
        if handover.leader_by is not None:
            raise AlreadySigned(number=watch.number, by=handover.leader_by, side="leader")
        handover.status = advance(HANDOVER_CHART, handover.status, HandoverStatus.COUNTERSIGNED, subject=watch.number)
        handover.leader_by, handover.leader_at = actor.name, not_before(work.now, handover.incoming_at)
        work.record(events.HandoverCountersigned(handover_id=handover.id, number=watch.number, sha256=handover.sha256))
