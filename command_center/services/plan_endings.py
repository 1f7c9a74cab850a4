"""The end of a plan as a person sees it coming: what must be so, what of it is ticked, and what still speaks for the plan."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, PlanProposal
from command_center.domain.activations import RUNNING
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.services.activations import in_force
from command_center.services.plan_books import plan_of
from command_center.services.plan_proposals import assess
from command_center.services.standing_orders import district_floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition for ending. met_by : None while it is not ticked."""

    number: int
    text: Text
    met_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The checklist for ending a running plan.

    holding : what still speaks for the plan. floor : the level the district orders. has_spoken : whether anything ever did, or people
    put it into force by themselves.
    """

    conditions: tuple[Condition, ...]
    holding: tuple[Text, ...]
    floor: Level | None
    has_spoken: bool

    @property
    def offered(self) -> bool:
        """Nothing speaks for the plan any more: somebody should go through the checklist. It never ends by itself."""
        return not self.holding and self.floor is None

    @property
    def called_for(self) -> bool:
        """What had spoken for the plan is over: the desk is to be told, not only answered."""
        return self.offered and self.has_spoken


def ending(center: Center, activation_id: int, actor: Actor) -> Ending:
    """How far a running plan is from its end. Raises UnknownActivation, PlanNotRunning."""
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        activation = in_force(session, activation_id)
        plan, ticked = plan_of(activation), activation.conditions
        has_spoken, is_exercise = _has_spoken(session, activation), activation.is_exercise
        floor = district_floor(center, session, plan.id, activation.variant)
    speaks = assess(center, is_exercise=is_exercise).get(plan.id)
    return Ending(
        conditions=tuple(
            Condition(number=number, text=text, met_by=ticked.get(str(number), {}).get("by"))
            for number, text in enumerate(plan.termination.all)
        ),
        holding=tuple(reason.text for reason in speaks.reasons) if speaks else (),
        floor=floor,
        has_spoken=has_spoken,
    )


def plans_to_end(center: Center, actor: Actor) -> tuple[int, ...]:
    """Ids of the running plans whose end is called for, the oldest first."""
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        running = select(Activation).where(Activation.ended_at.is_(None), Activation.status.in_(RUNNING)).order_by(Activation.id)
        candidates = [
            (it.id, it.plan_id)
            for it in session.scalars(running)
            if district_floor(center, session, it.plan_id, it.variant) is None and _has_spoken(session, it)
        ]
    speaks = assess(center) if candidates else {}
    return tuple(activation_id for activation_id, plan_id in candidates if plan_id not in speaks or not speaks[plan_id].reasons)


def _has_spoken(session: Session, activation: Activation) -> bool:
    """Whether the situation proposed the plan, for its beginning or for a graver level since."""
    settled = select(PlanProposal.reasons).where(
        PlanProposal.plan_id == activation.plan_id, PlanProposal.settled_at >= activation.requested_at
    )
    return any(session.scalars(settled))
