"""Changing the text of a plan: an administrator writes, a commander approves, and every wording stays on file.

A running activation keeps its copy. Locks: whoever changes plan texts takes turns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.catalogue import complaints
from command_center.catalogue.plan_copies import Difference, copy_complaints, copy_of, differences, plan_from, version_of
from command_center.center import Center
from command_center.db.tables import PlanText
from command_center.domain import events
from command_center.domain.errors import EditedMeanwhile, Invalid, PlanTextUnfit, Unknown, UnknownPlan
from command_center.domain.rights import Actor, Right
from command_center.services.plan_books import texts_of

LONGEST_NOTE = 500
MOST_COMPLAINTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWording:
    """One wording of a plan. id : None for the file's own. is_in_force : what would be activated now.

    changes : against the wording before it, empty for the file's.
    """

    id: int | None
    plan_id: str
    version: str
    copy: Mapping[str, Any]
    note: str
    edited_by: str | None
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    is_in_force: bool
    changes: tuple[Difference, ...]


def wordings(center: Center, plan_id: str, actor: Actor) -> list[PlanWording]:
    """Every wording of a plan, newest first; the last one is the file's. Raises UnknownPlan."""
    actor.require(Right.READ_WORDS)
    with center.read() as session:
        return _wordings(center, session, plan_id)


def _wordings(center: Center, session: Session, plan_id: str) -> list[PlanWording]:
    filed = center.catalogue.plans.get(plan_id)
    if filed is None:
        raise UnknownPlan(plan=plan_id)
    texts = texts_of(session, plan_id)
    in_force = max((it.id for it in texts if it.approved_at is not None), default=None)
    before: Mapping[str, Any] = copy_of(filed)
    found = [
        PlanWording(
            id=None,
            plan_id=plan_id,
            version=filed.version,
            copy=before,
            note="",
            edited_by=None,
            edited_at=None,
            approved_by=None,
            approved_at=None,
            is_in_force=in_force is None,
            changes=(),
        )
    ]
    for text in texts:
        found.append(_wording(text, before, is_in_force=text.id == in_force))
        before = text.copy
    return found[::-1]


def _wording(text: PlanText, before: Mapping[str, Any], *, is_in_force: bool) -> PlanWording:
    return PlanWording(
        id=text.id,
        plan_id=text.plan_id,
        version=text.version,
        copy=text.copy,
        note=text.note,
        edited_by=text.edited_by,
        edited_at=text.edited_at,
        approved_by=text.approved_by,
        approved_at=text.approved_at,
        is_in_force=is_in_force,
        changes=tuple(differences(before, text.copy)),
    )


def waiting(center: Center, actor: Actor) -> frozenset[str]:
    """Plans whose newest wording waits for approval."""
    actor.require(Right.READ_WORDS)
    newest = select(func.max(PlanText.id)).group_by(PlanText.plan_id)
    with center.read() as session:
        return frozenset(session.scalars(select(PlanText.plan_id).where(PlanText.id.in_(newest), PlanText.approved_at.is_(None))))


def wording(center: Center, plan_id: str, actor: Actor, version: str | None = None) -> PlanWording:
    """One wording: the newest, approved or not, unless a version is named. Raises UnknownPlan, Unknown."""
    found = wordings(center, plan_id, actor)
    if version is None:
        return found[0]
    named = next((it for it in found if it.version == version), None)
    if named is None:
        raise Unknown(kind="plan text", id=version)
    return named


def edit_plan(center: Center, plan_id: str, copy: Mapping[str, Any], actor: Actor, note: str, *, based_on: str) -> str:
    """Keep a new wording, which counts once it is approved; returns its version. based_on : version of the one it was edited from.

    Raises UnknownPlan, EditedMeanwhile with who, PlanTextUnfit with every complaint and its place, Invalid (unchanged, long note).
    """
    actor.require(Right.EDIT_PLANS)
    if len(note) > LONGEST_NOTE:
        raise Invalid(field="note", value=f"{len(note)} > {LONGEST_NOTE}")
    if plan_id not in center.catalogue.plans:
        raise UnknownPlan(plan=plan_id)
    written = _fit(center, plan_id, copy)
    with center.work(actor) as work:
        work.take_turns("plan texts")
        newest = _wordings(center, work.session, plan_id)[0]
        if newest.version != based_on:
            raise EditedMeanwhile(what="plan", by=newest.edited_by, version=newest.version)
        version = version_of(written)
        if not differences(newest.copy, written):
            raise Invalid(field="copy", value=version)
        work.add(
            PlanText(
                plan_id=plan_id,
                version=version,
                based_on=based_on,
                copy=written,
                note=note.strip(),
                edited_by=actor.name,
                edited_at=work.now,
                approved_by=None,
                approved_at=None,
            )
        )
        work.record(events.PlanEdited(plan_id=plan_id, before=based_on, after=version, note=note.strip()))
        return version


def _fit(center: Center, plan_id: str, copy: Mapping[str, Any]) -> dict[str, Any]:
    """The copy as the centre itself would write it. Raises PlanTextUnfit."""
    found = [f"{where}: {what}" for where, what in copy_complaints(copy)]
    if not found and copy.get("id") != plan_id:
        found = [f"id: must stay {plan_id}"]
    if not found and copy.get("slug") != center.catalogue.plans[plan_id].slug:
        found = [f"slug: must stay {center.catalogue.plans[plan_id].slug}"]
    if found:
        raise PlanTextUnfit(plan=plan_id, complaints=found[:MOST_COMPLAINTS])
    plan = plan_from(copy, "")
    as_if = replace(center.catalogue, plans={**center.catalogue.plans, plan_id: plan})
    found = [f"{it.where}: {it.what}" for it in complaints(as_if)]
    if found:
        raise PlanTextUnfit(plan=plan_id, complaints=found[:MOST_COMPLAINTS])
    return copy_of(plan)


def approve_plan_text(center: Center, plan_id: str, version: str, actor: Actor) -> None:
    """Let the newest wording count from now on. Approved already: nothing changes.

    Raises UnknownPlan, Unknown (no such wording), EditedMeanwhile when it is not the newest any more.
    """
    actor.require(Right.APPROVE_PLANS)
    with center.work(actor) as work:
        work.take_turns("plan texts")
        newest = _wordings(center, work.session, plan_id)[0]
        if newest.id is None:
            raise Unknown(kind="plan text", id=version)
        if newest.version != version:
            raise EditedMeanwhile(what="plan", by=newest.edited_by, version=newest.version)
        text = work.get(PlanText, newest.id)
        if text.approved_at is None:
            text.approved_by, text.approved_at = actor.name, work.now
            work.record(events.PlanTextApproved(plan_id=plan_id, version=version))
