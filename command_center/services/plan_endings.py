"""The end of a plan as a person sees it coming: what must be so, what of it is ticked, and what still speaks for the plan."""

from dataclasses import dataclass

from command_center.center import Center
from command_center.db.tables import Activation
from command_center.domain.activations import RUNNING
from command_center.domain.errors import PlanNotRunning, UnknownActivation
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
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
    """The checklist for ending a running plan. holding : what still speaks for the plan; floor : the level the district orders."""

    conditions: tuple[Condition, ...]
    holding: tuple[Text, ...]
    floor: Level | None

    @property
    def offered(self) -> bool:
        """Nothing speaks for the plan any more: somebody should go through the checklist. It never ends by itself."""
        return not self.holding and self.floor is None


def ending(center: Center, activation_id: int, actor: Actor) -> Ending:
    """How far a running plan is from its end. Raises UnknownActivation, PlanNotRunning."""
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        activation = session.get(Activation, activation_id)
        if activation is None:
            raise UnknownActivation(activation=activation_id)
        if activation.status not in RUNNING:
            raise PlanNotRunning(plan=activation.plan_id, status=activation.status.value)
        plan, ticked = plan_of(activation), activation.conditions
        is_exercise = activation.is_exercise
        floor = district_floor(center, session, plan.id, activation.variant)
    speaks = assess(center, is_exercise=is_exercise).get(plan.id)
    return Ending(
        conditions=tuple(
            Condition(number=number, text=text, met_by=ticked.get(str(number), {}).get("by"))
            for number, text in enumerate(plan.termination.all)
        ),
        holding=tuple(reason.text for reason in speaks.reasons) if speaks else (),
        floor=floor,
    )
