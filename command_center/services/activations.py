"""Putting a plan into force, and out of it again: one transaction decides everything, workers carry it out.

Locks: plan verbs take turns; then units, incident, assignment as everywhere, then the activation's own rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.catalogue.plan_copies import copy_of
from command_center.center import Center
from command_center.db.tables import Activation, Incident, PlanProposal, Unit, UnitDuty
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import (
    ACTIVATION_CHART,
    RUNNING,
    UNDO_S,
    ActivationStatus,
    below_floor,
    deciding_level,
    may_approve,
    variant_for,
)
from command_center.domain.errors import (
    BelowDistrictOrder,
    ConditionsOpen,
    Invalid,
    NotPermitted,
    NotTheApprover,
    NotYourRequest,
    PlanIsRunning,
    PlanNotRunning,
    ReasonNeeded,
    TooLateToUndo,
    Unknown,
    UnknownActivation,
    UnknownUnit,
    VariantNeeded,
)
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.domain.proposals import ProposalState
from command_center.domain.rights import Actor, Right
from command_center.domain.status import advance
from command_center.domain.text import Text
from command_center.services import plan_effects
from command_center.services.exercises import is_exercise
from command_center.services.open_incidents import seen_incident
from command_center.services.plan_books import plan_named, plan_of
from command_center.services.plan_proposals import plan_ended, proposal_taken
from command_center.services.standing_orders import district_order
from command_center.words import N_, translator

FOR_REAL = N_("It is put into force for real.")
"""Why an exercise ends when the same plan is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivatePlan:
    """Put this plan into force at this level.

    life_risk : do not wait for approval; a leader confirms afterwards. fields : what belongs into the blanks of the messages.
    is_exercise : in service, for an exercise: marked everywhere, its messages stay in the building, and it gives way to the real thing.
    One for a simulated incident is an exercise anyhow. units : vehicle ids to put on duty; None takes those the preview offers.
    """

    plan_id: str
    level: Level
    variant: str | None = None
    incident_id: int | None = None
    reason: str = ""
    life_risk: bool = False
    is_exercise: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    units: tuple[str, ...] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """What became of the order: in force, provisionally in force, or waiting for whoever may approve."""

    activation_id: int
    status: ActivationStatus
    approve_by: str


def activate_plan(center: Center, order: ActivatePlan, actor: Actor) -> Activated:
    """Put a plan into force, or ask for approval when the actor may not decide this level and no life is at risk.

    Nobody gave a reason: it is what the centre proposes the plan for, else the incident; who acts before a leader has to have one.
    Raises UnknownPlan, Invalid (variant), VariantNeeded, ReasonNeeded, PlanIsRunning with who runs it, BelowDistrictOrder,
    UnknownIncident, IncidentEnded, UnknownUnit, UnitNotAvailable with who has a chosen vehicle; then nothing happened.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        earlier = work.answered(order.key, _fingerprint(order))
        if earlier is not None:
            return Activated(**earlier | {"status": ActivationStatus(earlier["status"])})
        work.take_turns("plans")
        plan = plan_named(center, work.session, order.plan_id)
        activation = _new(center, work, plan, order)
        _make_room(center, work, plan, is_exercise=activation.is_exercise)
        _check_floor(center, work, plan, order.level, activation.variant)
        approve_by = center.catalogue.common.levels[order.level].approve_by
        if order.life_risk and not activation.reason and not may_approve(actor.role, approve_by):
            raise ReasonNeeded(field="reason")
        work.add(activation)
        if may_approve(actor.role, approve_by):
            _into_force(center, work, activation, plan, approved=True, is_fresh=True)
        elif order.life_risk:
            _into_force(center, work, activation, plan, approved=False, is_fresh=True)
        else:
            work.record(
                events.ActivationAsked(
                    activation_id=activation.id,
                    plan_id=plan.id,
                    level=order.level.value,
                    approve_by=approve_by,
                    reason=activation.reason,
                )
            )
            plan_effects.call_approver(center, work, activation, plan, order.level)
        answer = Activated(activation_id=activation.id, status=activation.status, approve_by=approve_by)
        work.answer(order.key, {"activation_id": answer.activation_id, "status": answer.status.value, "approve_by": approve_by})
        return answer


def _fingerprint(order: ActivatePlan) -> dict[str, object]:
    return {
        "verb": "activate_plan",
        "plan": order.plan_id,
        "level": order.level.value,
        "variant": order.variant,
        "incident": order.incident_id,
        "units": None if order.units is None else list(order.units),
    }


def reason_of(center: Center, session: Session, plan: Plan, order: ActivatePlan, incident: Incident | None) -> str:
    """Why the plan is put into force: as a person says it, else the gravest trigger that proposes it, else the incident; "" for none."""
    said = order.reason.strip()
    if said:
        return said
    proposed = select(PlanProposal.reasons).where(PlanProposal.plan_id == plan.id, PlanProposal.state == ProposalState.OPEN)
    proposed = proposed.where(PlanProposal.is_exercise.is_(is_exercised(center, order, incident)))
    reasons = next((it for it in session.scalars(proposed) if it), None)
    if reasons is not None:
        return Text(**reasons[0]["text"]).in_(center.language)
    if incident is None:
        return ""
    return f"{center.catalogue.incident_types[incident.type].name.in_(center.language)} {incident.number}"


def is_exercised(center: Center, order: ActivatePlan, incident: Incident | None) -> bool:
    """Whether the order is for an exercise in service: because it says so, or because its incident is simulated."""
    return is_exercise(center, marked=order.is_exercise or (incident is not None and incident.is_simulated))


def variant_of(center: Center, plan: Plan, order: ActivatePlan, incident: Incident | None) -> str | None:
    """The variant that the order or its incident says, else the plan's default; None while nobody can tell."""
    kind = None if incident is None else center.catalogue.incident_types[incident.type]
    return variant_for(plan, order.variant, kind.variant if kind is not None and kind.plan == plan.id else None)


def _variant(center: Center, plan: Plan, order: ActivatePlan, incident: Incident | None) -> str | None:
    """Raises Invalid for one there is not, VariantNeeded where steps of a variant would be left out without a word."""
    if order.variant is not None and order.variant not in plan.variants:
        raise Invalid(field="variant", value=order.variant)
    variant = variant_of(center, plan, order, incident)
    if plan.variants and variant is None:
        raise VariantNeeded(plan=plan.id, variants=[name.in_(center.language) for name in plan.variants.values()])
    return variant


def _make_room(center: Center, work: Work, plan: Plan, *, is_exercise: bool) -> None:
    """A plan is in force once; one that is only exercised gives way to the real thing. Raises PlanIsRunning with who runs it."""
    held = work.session.scalar(select(Activation).where(Activation.plan_id == plan.id, Activation.ended_at.is_(None)))
    if held is None:
        return
    if is_exercise or not held.is_exercise:
        raise PlanIsRunning(plan=plan.id, level=held.level.value, status=held.status.value, by=held.requested_by)
    why = translator(center.language)(FOR_REAL)
    if held.status in RUNNING:
        _roll_back(work, held, plan_of(held), why, undone=False)
    else:
        held.status = advance(ACTIVATION_CHART, held.status, ActivationStatus.DECLINED, subject=plan.id)
        _end(work, held, why)
        work.record(events.ActivationDeclined(activation_id=held.id, plan_id=plan.id, reason=why))
    work.session.flush()  # the old one has to be out before the new one is in: the index allows one


def _check_floor(center: Center, work: Work, plan: Plan, level: Level | None, variant: str | None) -> None:
    """Raises BelowDistrictOrder where the plan would run below what the district has ordered. level : None takes it out of force."""
    order = district_order(center, work.session, plan.id, variant)
    if order is not None and (level is None or below_floor(level, order.level)):
        named = order.named(center.catalogue.street.timezone)
        raise BelowDistrictOrder(level=None if level is None else level.value, floor=order.level.value, order=named)


def _new(center: Center, work: Work, plan: Plan, order: ActivatePlan) -> Activation:
    incident = None if order.incident_id is None else seen_incident(work.session, order.incident_id)
    return Activation(
        plan_id=plan.id,
        plan_version=plan.version,
        plan=copy_of(plan),
        level=order.level,
        variant=_variant(center, plan, order, incident),
        is_exercise=is_exercised(center, order, incident),
        status=ActivationStatus.PROPOSED,
        incident_id=order.incident_id,
        reason=reason_of(center, work.session, plan, order, incident),
        fields=dict(order.fields),
        units=None if order.units is None else _known_units(work, order.units),
        requested_by=work.actor.name,
        requested_at=work.now,
        anchors={},
        conditions={},
        end_reason="",
        level_changes=0,
    )


def _known_units(work: Work, unit_ids: Sequence[str]) -> list[str]:
    """The chosen vehicles, each once. Raises UnknownUnit."""
    known = set(work.session.scalars(select(Unit.id).where(Unit.id.in_(unit_ids))))
    for unit_id in unit_ids:
        if unit_id not in known:
            raise UnknownUnit(unit=unit_id)
    return sorted(known)


def _into_force(center: Center, work: Work, activation: Activation, plan: Plan, *, approved: bool, is_fresh: bool = False) -> None:
    """Everything that follows from the decision, in this transaction. is_fresh : the order has not waited for it."""
    to = ActivationStatus.ACTIVE if approved else ActivationStatus.PROVISIONAL
    activation.status = advance(ACTIVATION_CHART, activation.status, to, subject=plan.id)
    activation.started_at, activation.undo_until = work.now, work.now + timedelta(seconds=UNDO_S)
    confirm_in_s = _await_confirmation(center, work, activation, approved=approved)
    effect = plan_effects.begin(center, work, activation, plan, before=None, is_fresh=is_fresh)
    proposal_taken(work, plan.id, activation.level, is_exercise=activation.is_exercise)
    work.record(
        events.PlanActivated(
            activation_id=activation.id,
            plan_id=plan.id,
            version=plan.version,
            level=activation.level.value,
            variant=activation.variant,
            provisional=not approved,
            tasks=effect.tasks,
            units=list(effect.units),
            confirm_in_s=confirm_in_s,
            incident_id=activation.incident_id,
            reason=activation.reason,
        )
    )
    if not approved:
        plan_effects.call_approver(center, work, activation, plan, activation.level)


def _await_confirmation(center: Center, work: Work, activation: Activation, *, approved: bool) -> float | None:
    """Note who approved, or until when someone has to; returns the seconds left for it."""
    if approved:
        activation.approved_by, activation.approved_at = work.actor.name, work.now
        activation.confirmed_level, activation.confirm_until = activation.level, None
        return None
    within = timedelta(minutes=center.catalogue.common.activation_rules.confirm_within_min)
    activation.confirm_until = work.now + within
    return within.total_seconds()


# ---- saying yes and no ---------------------------------------------------------------------------------------------------------


def approve(center: Center, activation_id: int, actor: Actor) -> ActivationStatus:
    """Say yes to whatever waits: a proposed activation, a provisional one, a change of level. Nothing waits: nothing changes.

    Raises UnknownActivation, PlanNotRunning, NotTheApprover with who may, BelowDistrictOrder for an order that came meanwhile.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = _unended(work, activation_id)
        plan = plan_of(activation)
        _require_approver(center, actor, deciding_level(activation.level, activation.wanted_level))
        if activation.status is ActivationStatus.PROPOSED or activation.wanted_level is not None:
            _check_floor(center, work, plan, activation.wanted_level or activation.level, activation.variant)
        if activation.status is ActivationStatus.PROPOSED:
            _into_force(center, work, activation, plan, approved=True)
        elif activation.wanted_level is not None:
            _move_level(center, work, activation, plan, activation.wanted_level, approved=True, reason=activation.reason)
        elif activation.status is ActivationStatus.PROVISIONAL:
            _confirm(work, activation, plan)
        plan_effects.approver_answered(work, activation)
        return activation.status


def _confirm(work: Work, activation: Activation, plan: Plan) -> None:
    allowed_until = activation.confirm_until or work.now
    activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.ACTIVE, subject=plan.id)
    activation.approved_by, activation.approved_at = work.actor.name, work.now
    activation.confirmed_level, activation.confirm_until = activation.level, None
    late_s = max(0.0, (work.now - allowed_until).total_seconds())
    work.record(events.ActivationConfirmed(activation_id=activation.id, plan_id=plan.id, level=activation.level.value, late_s=late_s))


def decline(center: Center, activation_id: int, actor: Actor, reason: str) -> ActivationStatus:
    """Say no to what waits: a proposal ends, a provisional activation is rolled back, a level goes back to the confirmed one.

    Raises UnknownActivation, PlanNotRunning, NotTheApprover, Invalid (no reason), BelowDistrictOrder: a level that the district has
    ordered is not taken back.
    """
    actor.require(Right.RUN_PLANS)
    why = _reason(reason)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = _unended(work, activation_id)
        plan = plan_of(activation)
        _require_approver(center, actor, deciding_level(activation.level, activation.wanted_level))
        if activation.status is ActivationStatus.PROPOSED:
            activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.DECLINED, subject=plan.id)
            _end(work, activation, why)
            work.record(events.ActivationDeclined(activation_id=activation.id, plan_id=plan.id, reason=why))
        elif activation.wanted_level is not None:
            activation.wanted_level = activation.wanted_by = None
            work.record(events.ActivationDeclined(activation_id=activation.id, plan_id=plan.id, reason=why))
        elif activation.status is ActivationStatus.PROVISIONAL:
            _take_back(center, work, activation, plan, why)
        plan_effects.approver_answered(work, activation)
        return activation.status


def _take_back(center: Center, work: Work, activation: Activation, plan: Plan, why: str) -> None:
    """A leader does not confirm: back to the level confirmed before, or out of force altogether."""
    _check_floor(center, work, plan, activation.confirmed_level, activation.variant)
    if activation.confirmed_level is None:
        _roll_back(work, activation, plan, why, undone=False)
    else:
        _move_level(center, work, activation, plan, activation.confirmed_level, approved=True, reason=why, recall=True)


def go_ahead(center: Center, activation_id: int, actor: Actor, reason: str) -> ActivationStatus:
    """A life is at risk: do what waits for approval at once, provisionally; a leader confirms afterwards. Nothing waits: nothing changes.

    Raises UnknownActivation, PlanNotRunning, BelowDistrictOrder, Invalid (no reason, or a lower level, which nobody's life waits for).
    """
    actor.require(Right.RUN_PLANS)
    why = _reason(reason)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = _unended(work, activation_id)
        plan = plan_of(activation)
        wanted = activation.wanted_level or activation.level
        if activation.status is not ActivationStatus.PROPOSED and activation.wanted_level is None:
            return activation.status
        if wanted.rank < activation.level.rank:
            raise Invalid(field="level", value=wanted.value)
        _check_floor(center, work, plan, wanted, activation.variant)
        plan_effects.approver_answered(work, activation)
        activation.reason = why
        if activation.status is ActivationStatus.PROPOSED:
            activation.requested_by = actor.name
            _into_force(center, work, activation, plan, approved=False)
        else:
            _move_level(center, work, activation, plan, wanted, approved=False, reason=why)
            plan_effects.call_approver(center, work, activation, plan, wanted)
        return activation.status


def take_back_request(center: Center, activation_id: int, actor: Actor, reason: str = "") -> ActivationStatus:
    """Who asked does not want it any more: an activation that waits ends, a change of level is forgotten. Nothing waits: nothing changes.

    Raises UnknownActivation, PlanNotRunning, NotYourRequest with who asked.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = _unended(work, activation_id)
        is_proposed = activation.status is ActivationStatus.PROPOSED
        if not is_proposed and activation.wanted_level is None:
            return activation.status
        asked_by = activation.requested_by if is_proposed else activation.wanted_by
        if asked_by != actor.name:
            raise NotYourRequest(by=asked_by)
        if is_proposed:
            activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.TAKEN_BACK, subject=activation.plan_id)
            _end(work, activation, reason.strip())
        activation.wanted_level = activation.wanted_by = None
        plan_effects.approver_answered(work, activation)
        work.record(events.RequestTakenBack(activation_id=activation.id, plan_id=activation.plan_id, reason=reason.strip()))
        return activation.status


def _require_approver(center: Center, actor: Actor, level: Level) -> None:
    approve_by = center.catalogue.common.levels[level].approve_by
    if not may_approve(actor.role, approve_by):
        raise NotTheApprover(level=level.value, approve_by=approve_by, role=actor.role.value)


def _unended(work: Work, activation_id: int) -> Activation:
    activation = work.get(Activation, activation_id, UnknownActivation(activation=activation_id))
    if activation.ended_at is not None:
        raise PlanNotRunning(plan=activation.plan_id, status=activation.status.value)
    return activation


def running(work: Work, activation_id: int) -> Activation:
    """Load and lock an activation that must be in force. Raises UnknownActivation, PlanNotRunning."""
    work.get(Activation, activation_id, UnknownActivation(activation=activation_id))
    return in_force(work.session, activation_id)


def in_force(session: Session, activation_id: int) -> Activation:
    """An activation that must be in force, to look at. Raises UnknownActivation, PlanNotRunning."""
    activation = session.get(Activation, activation_id)
    if activation is None:
        raise UnknownActivation(activation=activation_id)
    if activation.status not in RUNNING:
        raise PlanNotRunning(plan=activation.plan_id, status=activation.status.value)
    return activation


def _reason(reason: str) -> str:
    why = reason.strip()
    if not why:
        raise Invalid(field="reason", value="")
    return why


# ---- levels --------------------------------------------------------------------------------------------------------------------


def change_level(center: Center, activation_id: int, to: Level, actor: Actor, *, reason: str, life_risk: bool = False) -> ActivationStatus:
    """Raise or lower a running plan; whoever may approve the graver of both levels decides, others ask.

    Raises UnknownActivation, PlanNotRunning, BelowDistrictOrder, Invalid (no reason, or the level it has already).
    """
    actor.require(Right.RUN_PLANS)
    why = _reason(reason)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = running(work, activation_id)
        plan = plan_of(activation)
        if to is activation.level:
            raise Invalid(field="level", value=to.value)
        _check_floor(center, work, plan, to, activation.variant)
        raised = to.rank > activation.level.rank
        approve_by = center.catalogue.common.levels[to if raised else activation.level].approve_by
        if may_approve(actor.role, approve_by):
            _move_level(center, work, activation, plan, to, approved=True, reason=why)
        elif raised and life_risk:
            _move_level(center, work, activation, plan, to, approved=False, reason=why)
            plan_effects.call_approver(center, work, activation, plan, to)
        else:
            activation.wanted_level, activation.wanted_by, activation.reason = to, actor.name, why
            work.record(
                events.LevelAsked(
                    activation_id=activation.id,
                    plan_id=plan.id,
                    before=activation.level.value,
                    after=to.value,
                    approve_by=approve_by,
                    reason=why,
                )
            )
            plan_effects.call_approver(center, work, activation, plan, to)
        return activation.status


def _move_level(  # noqa: PLR0913 - who decided, why, and whether what was sent comes back are each the caller's to say
    center: Center, work: Work, activation: Activation, plan: Plan, to: Level, *, approved: bool, reason: str, recall: bool = False
) -> None:
    before = activation.level
    activation.level, activation.wanted_level, activation.wanted_by = to, None, None
    activation.level_changes += 1
    wanted = ActivationStatus.ACTIVE if approved else ActivationStatus.PROVISIONAL
    if activation.status is not wanted:
        activation.status = advance(ACTIVATION_CHART, activation.status, wanted, subject=plan.id)
    confirm_in_s = _await_confirmation(center, work, activation, approved=approved)
    effect = plan_effects.begin(center, work, activation, plan, before=before, recall=recall)
    proposal_taken(work, plan.id, to, is_exercise=activation.is_exercise)
    work.record(
        events.LevelChanged(
            activation_id=activation.id,
            plan_id=plan.id,
            before=before.value,
            after=to.value,
            provisional=not approved,
            tasks=effect.tasks,
            units=list(effect.units),
            released=list(effect.released),
            confirm_in_s=confirm_in_s,
            reason=reason,
        )
    )


def record_anchor(center: Center, activation_id: int, anchor: str, at: datetime, actor: Actor) -> None:
    """Say when something happened that deadlines count from (the snow stopped); a correction moves the deadlines of open tasks.

    Raises UnknownActivation, PlanNotRunning, Invalid for an anchor the plan does not know or a moment to come.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = running(work, activation_id)
        plan = plan_of(activation)
        if anchor not in {step.anchor for step in plan.steps} or at > work.now:
            raise Invalid(field="anchor", value=f"{anchor} {at.isoformat()}")
        activation.anchors = activation.anchors | {anchor: at.isoformat()}
        work.record(events.AnchorRecorded(activation_id=activation.id, plan_id=plan.id, anchor=anchor, at=at.isoformat()))
        plan_effects.set_due(work, activation, plan, anchor)


def acknowledge_duty(center: Center, duty_id: int, actor: Actor) -> None:
    """The crew has its orders for the plan, told by itself or by phone. Twice changes nothing.

    Raises Unknown, NotPermitted (a crew speaks for its own unit).
    """
    with center.work(actor) as work:
        duty = work.get(UnitDuty, duty_id, Unknown(kind="duty", id=str(duty_id)))
        if not actor.may(Right.REPORT_ANY_STATUS) and actor.unit_id != duty.unit_id:
            raise NotPermitted(role=actor.role.value, right=Right.REPORT_ANY_STATUS.value)
        if duty.acknowledged_at is None and duty.released_at is None:
            duty.acknowledged_at = work.now
            plan_id = work.session.get_one(Activation, duty.activation_id).plan_id
            work.record(events.DutyAcknowledged(activation_id=duty.activation_id, plan_id=plan_id, unit_id=duty.unit_id, duty_id=duty.id))


# ---- out of force --------------------------------------------------------------------------------------------------------------


def undo(center: Center, activation_id: int, actor: Actor) -> None:
    """Take an activation back within the seconds of grace, without a reason: who put it into force may, and who may approve its level.

    The street is where it was half a minute ago, whatever the district has ordered since or before. A change of level is changed back.
    Raises UnknownActivation, PlanNotRunning, TooLateToUndo, NotTheApprover.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = running(work, activation_id)
        if activation.undo_until is None or work.now > activation.undo_until:
            raise TooLateToUndo(plan=activation.plan_id)
        if actor.name != (activation.approved_by or activation.requested_by):
            _require_approver(center, actor, activation.level)
        _roll_back(work, activation, plan_of(activation), "", undone=True)


def roll_back(center: Center, activation_id: int, actor: Actor, reason: str) -> None:
    """Take a running plan back altogether: release, recall, and tell everyone who was told. The level's approver decides.

    Raises UnknownActivation, PlanNotRunning, NotTheApprover, Invalid (no reason), BelowDistrictOrder while an order of the district stands.
    """
    actor.require(Right.RUN_PLANS)
    why = _reason(reason)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = running(work, activation_id)
        plan = plan_of(activation)
        _require_approver(center, actor, activation.level)
        _check_floor(center, work, plan, None, activation.variant)
        _roll_back(work, activation, plan, why, undone=False)


def _roll_back(work: Work, activation: Activation, plan: Plan, why: str, *, undone: bool) -> None:
    recalled = plan_effects.take_back(work, activation, plan)
    activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.ROLLED_BACK, subject=plan.id)
    _end(work, activation, why)
    work.record(events.PlanRolledBack(activation_id=activation.id, plan_id=plan.id, undone=undone, units=list(recalled), reason=why))


def _end(work: Work, activation: Activation, reason: str) -> None:
    activation.ended_at, activation.ended_by, activation.end_reason = work.now, work.actor.name, reason
    activation.confirm_until = activation.undo_until = activation.wanted_level = None
    if activation.started_at is not None:
        plan_ended(work, activation.plan_id, is_exercise=activation.is_exercise)


def tick_condition(center: Center, activation_id: int, number: int, actor: Actor, *, met: bool = True) -> None:
    """Say that a condition for ending the plan is met, or is no longer. number : from 0. Raises Invalid for one there is not."""
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        activation = running(work, activation_id)
        plan = plan_of(activation)
        if not 0 <= number < len(plan.termination.all):
            raise Invalid(field="condition", value=number)
        ticked = {key: value for key, value in activation.conditions.items() if key != str(number)}
        activation.conditions = ticked | ({str(number): {"by": actor.name, "at": work.now.isoformat()}} if met else {})
        text = plan.termination.all[number]
        work.record(events.ConditionTicked(activation_id=activation.id, plan_id=plan.id, condition=text.in_(center.language), met=met))


def terminate(center: Center, activation_id: int, actor: Actor, *, reason: str = "") -> None:
    """End a plan whose conditions are all met; who may approve its level decides.

    Raises UnknownActivation, PlanNotRunning, NotTheApprover, BelowDistrictOrder while an order of the district stands, ConditionsOpen with
    the numbers of those not ticked.
    """
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        work.take_turns("plans")
        activation = running(work, activation_id)
        plan = plan_of(activation)
        _require_approver(center, actor, activation.level)
        _check_floor(center, work, plan, None, activation.variant)
        missing = [str(number + 1) for number in range(len(plan.termination.all)) if str(number) not in activation.conditions]
        if missing:
            raise ConditionsOpen(plan=plan.id, open=missing)
        plan_effects.stand_down(work, activation)
        activation.status = advance(ACTIVATION_CHART, activation.status, ActivationStatus.TERMINATED, subject=plan.id)
        _end(work, activation, reason)
        work.record(events.PlanTerminated(activation_id=activation.id, plan_id=plan.id, level=activation.level.value, reason=reason))


# ---- what the clock does -------------------------------------------------------------------------------------------------------


def mark_unconfirmed(work: Work, activation_id: int) -> None:
    """The time to confirm is over: say so if nobody has. Everything goes on running."""
    activation = work.get(Activation, activation_id)
    waiting = activation.status is ActivationStatus.PROVISIONAL and activation.confirm_until is not None
    if waiting and activation.confirm_until is not None and activation.confirm_until <= work.now:
        work.record(events.ActivationNotConfirmed(activation_id=activation.id, plan_id=activation.plan_id, level=activation.level.value))
