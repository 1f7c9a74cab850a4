"""The plans as they stand now: the street's files, or the wording an administrator gave a plan last and a commander approved."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.catalogue import CatalogueError
from command_center.catalogue.plan_copies import plan_from
from command_center.center import Center
from command_center.db.tables import Activation, PlanText
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import UnknownPlan
from command_center.domain.plan_book import Plan

log = logging.getLogger(__name__)


def plan_named(center: Center, session: Session, plan_id: str) -> Plan:
    """The plan to activate now: its newest approved text, else its file's. Raises UnknownPlan."""
    plan = center.catalogue.plans.get(plan_id)
    if plan is None:
        raise UnknownPlan(plan=plan_id)
    newest = select(PlanText).where(PlanText.plan_id == plan_id, PlanText.approved_at.is_not(None)).order_by(PlanText.id.desc())
    return _read(plan, session.scalars(newest.limit(1)).first())


def plans_now(center: Center, session: Session) -> dict[str, Plan]:
    """Every plan as `plan_named` gives it, in the catalogue's order."""
    return _plans_now(center.catalogue, session)


def _plans_now(catalogue: Catalogue, session: Session) -> dict[str, Plan]:
    newest = select(func.max(PlanText.id)).where(PlanText.approved_at.is_not(None)).group_by(PlanText.plan_id)
    texts = {it.plan_id: it for it in session.scalars(select(PlanText).where(PlanText.id.in_(newest)))}
    return {plan.id: _read(plan, texts.get(plan.id)) for plan in catalogue.plans.values()}


def catalogue_now(catalogue: Catalogue, session: Session) -> Catalogue:
    """The catalogue with the plans as they stand now: what the situation is weighed by. The same object until another text is approved."""
    newest = select(func.max(PlanText.id)).where(PlanText.approved_at.is_not(None)).group_by(PlanText.plan_id)
    versions = session.execute(select(PlanText.plan_id, PlanText.version).where(PlanText.id.in_(newest)).order_by(PlanText.plan_id))
    approved = frozenset((plan_id, version) for plan_id, version in versions)
    if not approved:
        return catalogue
    known = _by_texts.get(id(catalogue))
    if known is None or known[0] is not catalogue or known[1] != approved:
        known = catalogue, approved, replace(catalogue, plans=_plans_now(catalogue, session))
        _by_texts[id(catalogue)] = known
    return known[2]


_by_texts: dict[int, tuple[Catalogue, frozenset[tuple[str, str]], Catalogue]] = {}
"""Catalogue -> the approved texts it was last read with, and what came of it."""


def present_plans(center: Center) -> dict[str, Plan]:
    """`plans_now` for a screen."""
    with center.read() as session:
        return plans_now(center, session)


def _read(filed: Plan, text: PlanText | None) -> Plan:
    """The text as a plan. One that a newer version of the centre cannot read must not stop an activation: then the file counts."""
    if text is None:
        return filed
    try:
        return plan_from(text.copy, text.version)
    except CatalogueError:
        log.exception("an approved plan text cannot be read; its file counts", extra={"plan": filed.id, "text": text.id})
        return filed


def plan_of(activation: Activation) -> Plan:
    """The plan as it was when it was activated."""
    return plan_from(activation.plan, activation.plan_version)


def texts_of(session: Session, plan_id: str) -> Sequence[PlanText]:
    """Every wording a plan was given after its file's, oldest first."""
    return session.scalars(select(PlanText).where(PlanText.plan_id == plan_id).order_by(PlanText.id)).all()
