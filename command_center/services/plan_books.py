"""The plan as it stands now: the street's file, or the wording an administrator gave it last."""

from sqlalchemy.orm import Session

from command_center.catalogue.plan_copies import plan_from
from command_center.center import Center
from command_center.db.tables import Activation
from command_center.domain.errors import UnknownPlan
from command_center.domain.plan_book import Plan


def plan_named(center: Center, _session: Session, plan_id: str) -> Plan:
    """The plan to activate now. Raises UnknownPlan."""
    plan = center.catalogue.plans.get(plan_id)
    if plan is None:
        raise UnknownPlan(plan=plan_id)
    return plan


def plan_of(activation: Activation) -> Plan:
    """The plan as it was when it was activated."""
    return plan_from(activation.plan, activation.plan_version)
