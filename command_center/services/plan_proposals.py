"""Plans that the situation proposes: weighed after everything that may matter, put before the officer, declined or taken by people.

A proposal never activates anything. Locks: the turn "proposals" first, then rows by id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import board_row
from command_center.db.tables import Activation, Job, PlanProposal
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import RUNNING
from command_center.domain.board import Row
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import ProposalSettled, ReasonNeeded, UnknownProposal
from command_center.domain.levels import Level
from command_center.domain.proposals import ProposalState
from command_center.domain.rights import Actor, Right
from command_center.domain.triggers import Assessment, EscalationDue, Weigher
from command_center.services.plan_books import catalogue_now, plan_of
from command_center.services.situation import Sight, read_situation

TURN = "proposals"
JOB = "weigh_plans"

_LIVE = (ProposalState.TAKEN, ProposalState.DECLINED)


@lru_cache(maxsize=4)
def _weigher(catalogue: "_ById") -> Weigher:
    return Weigher(catalogue.catalogue)


@dataclass(frozen=True, slots=True)
class _ById:
    """A catalogue as a key: the same object, not an equal one."""

    catalogue: Catalogue

    def __hash__(self) -> int:
        return id(self.catalogue)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.catalogue is self.catalogue


def assess(center: Center, *, is_exercise: bool = False) -> Mapping[str, Assessment]:
    """What the situation says about each plan now, what is only to be judged included."""
    with center.read() as session:
        catalogue = catalogue_now(center.catalogue, session)
        sight = read_situation(center, session, catalogue, is_exercise=is_exercise)
    return _weigher(_ById(catalogue)).weigh(sight.situation)


def rises(center: Center) -> Mapping[int, EscalationDue]:
    """The running plans whose rules ask for a graver level than is in force or asked for: activation id -> the gravest rule that holds.

    The rules are those of the text that runs, also where another has been approved since.
    """
    with center.read() as session:
        open_ones = select(Activation).where(Activation.ended_at.is_(None), Activation.status.in_(RUNNING)).order_by(Activation.id)
        running = session.scalars(open_ones).all()
        if not running:
            return {}
        catalogue = catalogue_now(center.catalogue, session)
        weigher = _weigher(_ById(catalogue))
        sights = {it: read_situation(center, session, catalogue, is_exercise=it) for it in {one.is_exercise for one in running}}
        due = {one.id: weigher.escalations(plan_of(one), _asked_level(one), sights[one.is_exercise].situation) for one in running}
    return {activation_id: rules[0] for activation_id, rules in due.items() if rules}


def _asked_level(activation: Activation) -> Level:
    return max(activation.level, activation.wanted_level or activation.level, key=lambda level: level.rank)


def proposals(center: Center) -> list[Row]:
    """Open proposals as board rows, gravest first."""
    with center.read() as session:
        rows = session.scalars(select(PlanProposal).where(PlanProposal.state == ProposalState.OPEN)).all()
        return [board_row(row, center.catalogue) for row in sorted(rows, key=lambda row: (-row.level.rank, row.id))]


# ---- weighing ------------------------------------------------------------------------------------


def weigh(center: Center, work: Work, *, entry_id: int) -> None:
    """Bring the proposals in line with the situation. Twice is once: the same reasons are the same proposal.

    A plan that runs for real is not proposed beside that by an exercise; the other way round it is.
    entry_id : log line that this follows; a look that is due later, when time alone changes something, hangs on it.
    """
    work.take_turns(TURN)
    catalogue = catalogue_now(center.catalogue, work.session)
    standing = _standing_rows(work)
    for is_exercise in (False, True):
        sight = read_situation(center, work.session, catalogue, is_exercise=is_exercise)
        assessments = _weigher(_ById(catalogue)).weigh(sight.situation)
        held: dict[str, list[PlanProposal]] = {}
        for row in standing:
            if row.is_exercise is is_exercise or (is_exercise and row.state is ProposalState.TAKEN):
                held.setdefault(row.plan_id, []).append(row)
        for plan_id in catalogue.plans:
            _settle(work, plan_id, assessments.get(plan_id), held.get(plan_id, []), is_exercise=is_exercise)
        _look_again(work, sight, entry_id)


def _standing_rows(work: Work) -> Sequence[PlanProposal]:
    """Open proposals, and settled ones that still stand against a new one; those of exercises too."""
    standing = select(PlanProposal).where(
        (PlanProposal.state == ProposalState.OPEN) | (PlanProposal.state.in_(_LIVE) & PlanProposal.lapsed_at.is_(None)),
    )
    return work.session.scalars(standing.order_by(PlanProposal.id).with_for_update()).all()


def _settle(work: Work, plan_id: str, now: Assessment | None, held: list[PlanProposal], *, is_exercise: bool) -> None:
    open_row = next((row for row in held if row.state is ProposalState.OPEN), None)
    if now is None or now.level is None or now.approve_by is None:
        _lapse(work, [row for row in held if row.state is ProposalState.DECLINED])
        _close_stale(work, open_row)
        return
    if any(row.level.rank >= now.level.rank for row in held if row.state is ProposalState.TAKEN):
        _close_stale(work, open_row)
        return
    declined = [row for row in held if row.state is ProposalState.DECLINED]
    if any(_was_declined(row, now) for row in declined):
        _close_stale(work, open_row)
        return
    _lapse(work, declined)
    if open_row is None:
        _propose(work, plan_id, now, is_exercise=is_exercise)
    elif _differs(open_row, now):
        _change(work, open_row, now)


def _was_declined(row: PlanProposal, now: Assessment) -> bool:
    """Nothing new since a person said no: not graver, and no trigger that they had not seen."""
    return now.level is not None and now.level.rank <= row.level.rank and _trigger_ids(now) <= {reason["id"] for reason in row.reasons}


def _trigger_ids(assessment: Assessment) -> set[str]:
    return {reason.trigger_id for reason in assessment.reasons}


def _differs(row: PlanProposal, now: Assessment) -> bool:
    """Whether a person would read something else; that a reading went from 28 to 29 cm is no news."""
    doubts = {doubt.trigger_id for doubt in now.to_judge}
    same = (row.level, row.variant, row.floor) == (now.level, now.variant, now.floor)
    return not (
        same and {reason["id"] for reason in row.reasons} == _trigger_ids(now) and {doubt["id"] for doubt in row.to_judge} == doubts
    )


def _propose(work: Work, plan_id: str, now: Assessment, *, is_exercise: bool) -> None:
    row = work.add(
        PlanProposal(
            plan_id=plan_id,
            is_exercise=is_exercise,
            state=ProposalState.OPEN,
            proposed_at=work.now,
            reason="",
            **_columns(now, work.now),
        )
    )
    _record_proposed(work, row, None)


def _change(work: Work, row: PlanProposal, now: Assessment) -> None:
    before = row.level
    for name, value in _columns(now, work.now).items():
        setattr(row, name, value)
    _record_proposed(work, row, before)


def _columns(now: Assessment, at: datetime) -> dict[str, Any]:
    return {
        "level": now.level,
        "variant": now.variant,
        "floor": now.floor,
        "approve_by": now.approve_by,
        "changed_at": at,
        "reasons": [
            {
                "id": reason.trigger_id,
                "level": reason.level.value,
                "text": reason.text.as_row(),
                "basis": reason.basis,
                "sources": list(reason.sources),
            }
            for reason in now.reasons
        ],
        "to_judge": [
            {
                "id": doubt.trigger_id,
                "level": doubt.level.value,
                "text": doubt.text.as_row(),
                "doubt": doubt.doubt,
                "condition": doubt.condition.as_row() if doubt.condition else None,
                "sources": list(doubt.sources),
            }
            for doubt in now.to_judge
        ],
    }


def _record_proposed(work: Work, row: PlanProposal, before: Level | None) -> None:
    work.record(
        events.PlanProposed(
            proposal_id=row.id,
            plan_id=row.plan_id,
            level=row.level.value,
            level_before=None if before is None else before.value,
            triggers=[reason["id"] for reason in row.reasons],
            mark="exercise" if row.is_exercise else "",
        )
    )


def _close_stale(work: Work, row: PlanProposal | None) -> None:
    if row is not None:
        row.state, row.settled_at, row.lapsed_at = ProposalState.STALE, work.now, work.now
        work.record(events.ProposalStale(proposal_id=row.id, plan_id=row.plan_id, level=row.level.value))


def _lapse(work: Work, rows: Iterable[PlanProposal]) -> None:
    for row in rows:
        row.lapsed_at = work.now


def _look_again(work: Work, sight: Sight, entry_id: int) -> None:
    """Have the plans weighed anew at the moment when time alone changes the situation; one job per moment."""
    if sight.changes_at is None:
        return
    key = f"{JOB}@{sight.changes_at:%Y%m%dT%H%M%S.%f}"
    if work.session.scalar(select(Job.id).where(Job.key == key)) is None:
        work.add(Job(key=key, name=JOB, entry_id=entry_id, due_at=sight.changes_at, handovers=0, attempts=0, last_error=""))


# ---- what people decide --------------------------------------------------------------------------


def decline_proposal(center: Center, proposal_id: int, actor: Actor, reason: str) -> None:
    """Say no, with a reason. It comes again only when something graver or new holds.

    Raises UnknownProposal, ReasonNeeded, ProposalSettled.
    """
    actor.require(Right.JUDGE_PROPOSALS)
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    with center.work(actor) as work:
        work.take_turns(TURN)
        row = work.get(PlanProposal, proposal_id, UnknownProposal(proposal=proposal_id))
        if row.state is not ProposalState.OPEN:
            raise ProposalSettled(proposal=proposal_id, proposal_state=row.state.value)
        row.state, row.settled_at, row.settled_by, row.reason = ProposalState.DECLINED, work.now, work.actor.name, reason.strip()
        work.record(events.ProposalDeclined(proposal_id=row.id, plan_id=row.plan_id, level=row.level.value, reason=row.reason))


def proposal_taken(work: Work, plan_id: str, level: Level, *, is_exercise: bool = False) -> None:
    """The plan runs at this level now: part of the activation's transaction, and of every change of its level.

    An open proposal up to this level is taken with it; one that asks for more stays open. Until `plan_ended`, only a graver level is
    proposed again. What runs for real takes the proposal of an exercise along; is_exercise : it is only exercised, and takes no other.
    """
    work.take_turns(TURN)
    rows = [row for row in _standing_rows(work) if row.plan_id == plan_id and (row.is_exercise or not is_exercise)]
    _lapse(work, [row for row in rows if row.state is not ProposalState.OPEN])
    taken = [row for row in rows if row.state is ProposalState.OPEN and row.level.rank <= level.rank]
    if not any(row.is_exercise is is_exercise for row in taken):
        taken.append(_unproposed(work, plan_id, level, is_exercise=is_exercise))
    for row in taken:
        row.state, row.level, row.settled_at, row.settled_by = ProposalState.TAKEN, level, work.now, work.actor.name
    work.session.add_all(taken)
    work.session.flush()
    for row in taken:
        work.record(events.ProposalTaken(proposal_id=row.id, plan_id=plan_id, level=level.value))


def _unproposed(work: Work, plan_id: str, level: Level, *, is_exercise: bool) -> PlanProposal:
    """A plan that people activated without being asked to."""
    return PlanProposal(
        plan_id=plan_id,
        is_exercise=is_exercise,
        level=level,
        reasons=[],
        to_judge=[],
        approve_by="",
        state=ProposalState.TAKEN,
        proposed_at=work.now,
        changed_at=work.now,
        reason="",
    )


def plan_ended(work: Work, plan_id: str, *, is_exercise: bool = False) -> None:
    """The plan runs no longer: part of the termination's transaction. Record an event there that has the plans weighed anew."""
    work.take_turns(TURN)
    rows = [row for row in _standing_rows(work) if row.plan_id == plan_id and (row.is_exercise or not is_exercise)]
    _lapse(work, [row for row in rows if row.state is ProposalState.TAKEN])
