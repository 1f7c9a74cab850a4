"""What would happen if a plan were put into force now: everything a person wants to know before saying yes. Nothing is written down."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Incident
from command_center.domain.activations import (
    ActivationStatus,
    Shortage,
    below_floor,
    blanks,
    deciding_level,
    filled,
    may_approve,
    steps_at,
)
from command_center.domain.errors import Invalid, UnknownIncident
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan, Step
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.services.activations import ActivatePlan, in_force, is_exercised, reason_of, variant_of
from command_center.services.audiences import Audience, addressees
from command_center.services.plan_books import plan_named, plan_of
from command_center.services.plan_effects import message_fields, notices_due
from command_center.services.plan_needs import VEHICLES, Need, StockNeed, needs, shortages_together, stock_needs
from command_center.services.standing_orders import district_floor


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePreview:
    """One message with its final text. blanks : names of places nobody has filled; to : the first few names."""

    audience: str
    channels: tuple[str, ...]
    text: Text
    blanks: tuple[str, ...]
    recipients: int
    to: tuple[Text, ...]
    answer_min: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """may_decide : whether the asker may put it into force without anyone's approval. running : the activation that stands in the way.

    tasks come with the minutes allowed, None while they wait for an anchor. units : with the vehicles that a person chose, if one did, as
    far as they can still be had. shortages : of all running plans and this one together.
    """

    plan: Plan
    level: Level
    variant: str | None
    approve_by: str
    may_decide: bool
    floor: Level | None
    running: int | None
    tasks: tuple[tuple[Step, int | None], ...]
    units: tuple[Need, ...]
    stock: tuple[StockNeed, ...]
    messages: tuple[MessagePreview, ...]
    shortages: tuple[Shortage, ...]

    @property
    def is_below_floor(self) -> bool:
        return below_floor(self.level, self.floor)


def preview(center: Center, order: ActivatePlan, actor: Actor) -> Preview:
    """Work out an activation without doing it. Raises UnknownPlan, UnknownIncident."""
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        plan = plan_named(center, session, order.plan_id)
        level = order.level
        approve_by = center.catalogue.common.levels[level].approve_by
        incident = None if order.incident_id is None else session.get(Incident, order.incident_id)
        if order.incident_id is not None and incident is None:
            raise UnknownIncident(incident=order.incident_id)
        variant = variant_of(center, plan, order, incident)
        return Preview(
            plan=plan,
            level=level,
            variant=variant,
            approve_by=approve_by,
            may_decide=may_approve(actor.role, approve_by),
            floor=district_floor(center, session, plan.id, variant),
            running=_in_the_way(session, plan, is_exercise=is_exercised(center, order, incident)),
            tasks=tuple((step, None if step.anchor else step.due_after_min(level)) for step in steps_at(plan, level, variant)),
            units=_as_chosen(needs(center, session, plan, level, incident_id=order.incident_id), order),
            stock=stock_needs(center, session, plan, level),
            messages=tuple(_messages(center, session, plan, _as_if(center, session, plan, order, incident, actor), incident)),
            shortages=shortages_together(center, session, plan, level),
        )


def preview_change(center: Center, activation_id: int, to: Level, actor: Actor) -> Preview:
    """Work out a change of a running plan's level without doing it: the tasks that join, the messages that go out, the level's whole means.

    What the plan has already counts as there. Raises UnknownActivation, PlanNotRunning, Invalid (the level it has).
    """
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        activation = in_force(session, activation_id)
        if to is activation.level:
            raise Invalid(field="level", value=to.value)
        plan, before = plan_of(activation), activation.level
        incident = None if activation.incident_id is None else session.get(Incident, activation.incident_id)
        approve_by = center.catalogue.common.levels[deciding_level(before, to)].approve_by
        known = {step.id for step in steps_at(plan, before, activation.variant)}
        joining = [step for step in steps_at(plan, to, activation.variant) if step.id not in known]
        as_if = Activation(
            level=to,
            reason=activation.reason,
            fields=dict(activation.fields),
            requested_by=activation.requested_by,
            requested_at=activation.requested_at,
            started_at=activation.started_at,
            status=activation.status,
        )
        return Preview(
            plan=plan,
            level=to,
            variant=activation.variant,
            approve_by=approve_by,
            may_decide=may_approve(actor.role, approve_by),
            floor=district_floor(center, session, plan.id, activation.variant),
            running=None,
            tasks=tuple((step, None if step.anchor else step.due_after_min(to)) for step in joining),
            units=needs(center, session, plan, to, activation_id=activation.id, incident_id=activation.incident_id),
            stock=stock_needs(center, session, plan, to, activation_id=activation.id),
            messages=tuple(_messages(center, session, plan, as_if, incident, before)),
            shortages=shortages_together(center, session, plan, to, activation_id=activation.id),
        )


def _as_chosen(found: tuple[Need, ...], order: ActivatePlan) -> tuple[Need, ...]:
    if order.units is None:
        return found
    return tuple(need.as_chosen(order.units) if need.kind in VEHICLES else need for need in found)


def _in_the_way(session: Session, plan: Plan, *, is_exercise: bool) -> int | None:
    """The activation of this plan that has to end first; one that is only exercised gives way to the real thing."""
    held = select(Activation.id).where(Activation.plan_id == plan.id, Activation.ended_at.is_(None))
    return session.scalar(held if is_exercise else held.where(Activation.is_exercise.is_(False)))


def _as_if(center: Center, session: Session, plan: Plan, order: ActivatePlan, incident: Incident | None, actor: Actor) -> Activation:
    """The activation as the order would make it, for its messages; it is never kept."""
    return Activation(
        level=order.level,
        reason=reason_of(center, session, plan, order, incident),
        fields=dict(order.fields),
        requested_by=actor.name,
        requested_at=center.now(),
        started_at=None,
        status=ActivationStatus.PROPOSED,
    )


def _messages(
    center: Center, session: Session, plan: Plan, as_if: Activation, incident: Incident | None, before: Level | None = None
) -> list[MessagePreview]:
    zh, en = (message_fields(center, session, as_if, plan, incident, language) for language in ("zh_CN", "en"))
    found = []
    for _, line in notices_due(plan, as_if.level, before):
        to = addressees(center, session, Audience(code=line.audience, groups=plan.levels[as_if.level].groups, incident=incident))
        found.append(
            MessagePreview(
                audience=line.audience,
                channels=line.channels,
                text=Text(filled(line.text.zh, zh), filled(line.text.en, en)),
                blanks=_unfilled(line.text, zh),
                recipients=len(to),
                to=tuple(one.name for one in to[:5]),
                answer_min=line.due_min if line.ack else None,
            )
        )
    return found


def _unfilled(text: Text, fields: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in blanks(text) if not fields.get(name))
