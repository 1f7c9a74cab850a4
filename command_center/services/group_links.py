"""The links of task groups: each opens one group's tasks of one running plan. Locks: who makes links holds the activation."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.db.tables import Activation, GroupLink
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.plan_book import Plan


def link_groups(work: Work, activation: Activation, plan: Plan) -> None:
    """Give every task group of the level its link, once; a group that a lower level no longer names keeps its own."""
    known = set(work.session.scalars(select(GroupLink.group).where(GroupLink.activation_id == activation.id)))
    new = [group for group in plan.levels[activation.level].groups if group not in known]
    for group in new:
        work.session.add(GroupLink(activation_id=activation.id, group=group, link=secrets.token_urlsafe(16)))
    if new:
        work.record(events.GroupLinked(activation_id=activation.id, plan_id=plan.id, groups=new))


def link_of(session: Session, activation_id: int, group: str) -> str | None:
    """The link of one group of one plan."""
    found = session.get(GroupLink, (activation_id, group))
    return None if found is None else found.link
