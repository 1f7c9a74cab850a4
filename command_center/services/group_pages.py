"""What a task group gets to see behind its link, and what the officer sees of the links."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Activation, GroupLink, PlanTask
from command_center.domain.activations import OPEN_TASK, RUNNING
from command_center.domain.errors import UnknownActivation, UnknownLink
from command_center.domain.levels import Level
from command_center.domain.plan_book import Step
from command_center.domain.rights import Actor, Right, Role
from command_center.domain.text import Text
from command_center.services.plan_books import plan_of
from command_center.services.plan_tasks import step_of


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedGroup:
    """A task group with its link, for the officer who hands it out. path : below the centre's own address."""

    group: str
    name: Text
    lead: Text
    path: str
    open_tasks: int
    overdue_tasks: int


def group_links(center: Center, activation_id: int, actor: Actor) -> list[LinkedGroup]:
    """Every task group of a plan with its link. Raises UnknownActivation."""
    actor.require(Right.RUN_PLANS)
    groups = center.catalogue.common.groups
    with center.read() as session:
        if session.get(Activation, activation_id) is None:
            raise UnknownActivation(activation=activation_id)
        links = {it.group: it.link for it in session.scalars(select(GroupLink).where(GroupLink.activation_id == activation_id))}
        waiting = select(PlanTask).where(PlanTask.activation_id == activation_id, PlanTask.status.in_(OPEN_TASK))
        tasks = [(it.group, it.overdue_at is not None) for it in session.scalars(waiting)]
    return [
        LinkedGroup(
            group=code,
            name=group.name,
            lead=group.lead,
            path=f"/t/{links[code]}",
            open_tasks=sum(one == code for one, _ in tasks),
            overdue_tasks=sum(one == code and is_overdue for one, is_overdue in tasks),
        )
        for code, group in groups.items()
        if code in links
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTask:
    """One open task as its group sees it. due_at : None while it waits for its anchor."""

    id: int
    step: Step
    status: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """What a group may know: its own open tasks, soonest due first. is_over : the plan has ended, nothing is asked any more."""

    actor: Actor
    plan: Text
    level: Level
    group: Text
    duty: Text | None
    is_over: bool
    tasks: tuple[GroupTask, ...]


def group_page(center: Center, link: str) -> GroupPage:
    """The page behind a link. Raises UnknownLink."""
    with center.read() as session:
        held = session.scalar(select(GroupLink).where(GroupLink.link == link))
        if held is None:
            raise UnknownLink
        activation = session.get_one(Activation, held.activation_id)
        plan = plan_of(activation)
        mine = select(PlanTask).where(PlanTask.activation_id == activation.id, PlanTask.group == held.group, PlanTask.status.in_(OPEN_TASK))
        tasks = sorted(session.scalars(mine), key=lambda task: (task.due_at is None, task.due_at, task.id))
        name = center.catalogue.common.groups[held.group].name
        return GroupPage(
            actor=Actor(name=name.in_(center.language), role=Role.TASK_GROUP, group=held.group, activation_id=activation.id),
            plan=plan.short,
            level=activation.level,
            group=name,
            duty=plan.group_duties.get(held.group),
            is_over=activation.status not in RUNNING,
            tasks=tuple(GroupTask(id=it.id, step=step_of(plan, it.step_id), status=it.status.value, due_at=it.due_at) for it in tasks),
        )
