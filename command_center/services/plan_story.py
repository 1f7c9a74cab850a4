"""One activation with everything that belongs to it, also after it has ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from command_center.center import Center
from command_center.db.board_rows import board_row, moment
from command_center.db.tables import Activation, Incident, Notice, PlanTask, UnitDuty
from command_center.domain.activations import TaskStatus
from command_center.domain.board import Row
from command_center.domain.errors import UnknownActivation
from command_center.domain.plan_book import Plan
from command_center.domain.rights import Actor, Right
from command_center.services.plan_books import plan_of
from command_center.services.plan_levels import LevelStep, level_steps


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStory:
    """plan : as it was when it was activated. tasks, notices, duties : board rows; those of an ended activation say gone.

    units : vehicles that were chosen with the order, None where the centre chooses. evidence : task id -> what was given when it was
    ticked off. conditions : number -> {"by", "at"} of those that are met.
    ended_at, ended_by, end_reason : None, None and "" while it runs. incident : number of the incident it was activated for.
    """

    activation: Row
    plan: Plan
    reason: str
    fields: Mapping[str, str]
    units: tuple[str, ...] | None
    tasks: tuple[Row, ...]
    evidence: Mapping[str, Mapping[str, Any]]
    notices: tuple[Row, ...]
    duties: tuple[Row, ...]
    conditions: Mapping[str, Mapping[str, str]]
    ended_at: str | None
    ended_by: str | None
    end_reason: str
    incident: str | None
    levels: tuple[LevelStep, ...]


def plan_story(center: Center, activation_id: int, actor: Actor) -> PlanStory:
    """Raises UnknownActivation; NotPermitted for who runs no plans."""
    actor.require(Right.RUN_PLANS)
    with center.read() as session:
        activation = session.get(Activation, activation_id)
        if activation is None:
            raise UnknownActivation(activation=activation_id)

        def of_it(table: type[PlanTask] | type[Notice] | type[UnitDuty]) -> list[Any]:
            return list(session.scalars(select(table).where(table.activation_id == activation_id).order_by(table.id)))

        tasks = [task for task in of_it(PlanTask) if task.status is not TaskStatus.WITHDRAWN]
        incident = None if activation.incident_id is None else session.get_one(Incident, activation.incident_id).number
        return PlanStory(
            activation=board_row(activation, center.catalogue),
            plan=plan_of(activation),
            reason=activation.reason,
            fields=activation.fields,
            units=None if activation.units is None else tuple(activation.units),
            tasks=tuple(board_row(task, center.catalogue) for task in tasks),
            evidence={str(task.id): task.evidence for task in tasks if task.evidence},
            notices=tuple(board_row(notice, center.catalogue) for notice in of_it(Notice)),
            duties=tuple(board_row(duty, center.catalogue) for duty in of_it(UnitDuty)),
            conditions=activation.conditions,
            ended_at=moment(activation.ended_at),
            ended_by=activation.ended_by,
            end_reason=activation.end_reason,
            incident=incident,
            levels=level_steps(session, activation),
        )
