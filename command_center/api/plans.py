"""Doors of contingency plans: preview, activate, decide, run the checklist, tell people."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from command_center.api.entrance import AtCenter, AtEntrance, MayRead, SignedIn
from command_center.api.shapes import (
    ActivationIn,
    AnchorIn,
    ConditionIn,
    EvidenceIn,
    IdempotencyKey,
    LevelIn,
    MessageTextIn,
    PathCode,
    ReasonIn,
    ReviewIn,
    RowId,
)
from command_center.domain.activations import ActivationStatus
from command_center.domain.board import without_words
from command_center.domain.rights import Right
from command_center.domain.text import Text
from command_center.services import activations, group_pages, notices, plan_endings, plan_preview, plan_reviews, plan_tasks
from command_center.services.activations import ActivatePlan
from command_center.services.dispatching import unit_named
from command_center.services.plan_preview import Preview
from command_center.services.plan_tasks import DoTask, Evidence

router = APIRouter(prefix="/api/v1", tags=["plans"])


def _order(center: AtCenter, plan_id: str, body: ActivationIn, key: str | None = None) -> ActivatePlan:
    return ActivatePlan(
        plan_id=plan_id,
        level=body.level,
        variant=body.variant,
        incident_id=body.incident_id,
        reason=body.reason,
        life_risk=body.life_risk,
        is_exercise=body.is_exercise,
        fields=body.fields,
        units=None if body.units is None else tuple(unit_named(center, name) for name in body.units),
        key=key,
    )


@router.post("/plans/{plan_id}/preview")
def preview(plan_id: PathCode, body: ActivationIn, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """What the activation would do: tasks, units, stock, messages with their final text, shortages, and who may approve."""
    return _preview(plan_preview.preview(center, _order(center, plan_id, body), actor))


def _preview(seen: Preview) -> dict[str, Any]:
    return {
        "plan_id": seen.plan.id,
        "version": seen.plan.version,
        "level": seen.level.value,
        "variant": seen.variant,
        "approve_by": seen.approve_by,
        "may_decide": seen.may_decide,
        "floor": None if seen.floor is None else seen.floor.value,
        "running": None if seen.running is None else str(seen.running),
        "tasks": [
            {
                "step_id": step.id,
                "title": step.title.as_row(),
                "group": step.group,
                "due_min": due_min,
                "job": step.job,
                "external": step.external,
            }
            for step, due_min in seen.tasks
        ],
        "units": [asdict(need) | {"short": need.short} for need in seen.units],
        "stock": [asdict(need) | {"short": need.short} for need in seen.stock],
        "messages": [
            {
                "audience": one.audience,
                "channels": one.channels,
                "text": one.text.as_row(),
                "blanks": one.blanks,
                "recipients": one.recipients,
                "to": [name.as_row() for name in one.to],
                "answer_min": one.answer_min,
            }
            for one in seen.messages
        ],
        "shortages": [asdict(one) for one in seen.shortages],
    }


@router.post("/plans/{plan_id}/activate", status_code=201)
def activate(plan_id: PathCode, body: ActivationIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, str]:
    """Put the plan into force, or ask whoever may approve its level. `status`: active, provisional or proposed."""
    answer = activations.activate_plan(center, _order(center, plan_id, body, key), actor)
    return {"id": str(answer.activation_id), "status": answer.status.value, "approve_by": answer.approve_by}


@router.get("/activations")
def list_activations(entrance: AtEntrance, actor: MayRead) -> dict[str, Any]:
    """Plans in force or waiting for approval, with their tasks, units on duty and messages, as board rows."""
    hide = not actor.may(Right.READ_WORDS)

    def rows(kind: str) -> list[Any]:
        return [without_words(row) if hide else row for row in entrance.live.board.rows(kind)]

    return {"activations": rows("activation"), "tasks": rows("task"), "duties": rows("duty"), "notices": rows("notice")}


@router.post("/activations/{activation_id}/approve")
def approve(activation_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say yes to what waits: the activation, its confirmation, or a change of level."""
    return _status(activation_id, activations.approve(center, activation_id, actor))


@router.post("/activations/{activation_id}/decline")
def decline(activation_id: RowId, body: ReasonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say no to what waits; a reason is needed."""
    return _status(activation_id, activations.decline(center, activation_id, actor, body.reason))


@router.post("/activations/{activation_id}/go-ahead")
def go_ahead(activation_id: RowId, body: ReasonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """A life is at risk: do what waits for approval at once; a leader confirms afterwards. A reason is needed."""
    return _status(activation_id, activations.go_ahead(center, activation_id, actor, body.reason))


@router.post("/activations/{activation_id}/take-back")
def take_back_request(activation_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """Who asked does not want it any more."""
    return _status(activation_id, activations.take_back_request(center, activation_id, actor, (body or ReasonIn()).reason))


@router.post("/activations/{activation_id}/level")
def change_level(activation_id: RowId, body: LevelIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Raise or lower a running plan, or ask whoever may."""
    status = activations.change_level(center, activation_id, body.level, actor, reason=body.reason, life_risk=body.life_risk)
    return _status(activation_id, status)


@router.post("/activations/{activation_id}/anchor")
def record_anchor(activation_id: RowId, body: AnchorIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say when something happened that deadlines count from."""
    activations.record_anchor(center, activation_id, body.anchor, body.at or center.now(), actor)
    return {"id": str(activation_id)}


@router.post("/activations/{activation_id}/undo")
def undo(activation_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Take it back within thirty seconds."""
    activations.undo(center, activation_id, actor)
    return {"id": str(activation_id)}


@router.post("/activations/{activation_id}/roll-back")
def roll_back(activation_id: RowId, body: ReasonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Take a running plan back: release, recall, and tell everyone who was told."""
    activations.roll_back(center, activation_id, actor, body.reason)
    return {"id": str(activation_id)}


@router.get("/activations/{activation_id}/ending")
def read_ending(activation_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """The checklist for ending a plan; `offered` when nothing in `holding` speaks for it any more and no order of the district stands."""
    seen = plan_endings.ending(center, activation_id, actor)
    return {
        "offered": seen.offered,
        "conditions": [{"number": it.number, "text": it.text.as_row(), "met_by": it.met_by} for it in seen.conditions],
        "holding": [text.as_row() for text in seen.holding],
        "floor": None if seen.floor is None else seen.floor.value,
    }


@router.post("/activations/{activation_id}/conditions")
def tick_condition(activation_id: RowId, body: ConditionIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Tick a condition for ending the plan."""
    activations.tick_condition(center, activation_id, body.number, actor, met=body.met)
    return {"id": str(activation_id)}


@router.post("/activations/{activation_id}/terminate")
def terminate(activation_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """End a plan whose conditions are all ticked."""
    activations.terminate(center, activation_id, actor, reason=(body or ReasonIn()).reason)
    return {"id": str(activation_id)}


@router.get("/activations/{activation_id}/review")
def read_review(activation_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Looking back: the log of the activation and its incident, and what can be counted. Lengths of time in minutes."""
    return plan_reviews.review(center, activation_id, actor)


@router.post("/activations/{activation_id}/review")
def finish_review(activation_id: RowId, body: ReviewIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say what was learnt, and put an ended plan away with its figures."""
    plan_reviews.finish_review(center, activation_id, actor, body.note)
    return {"id": str(activation_id)}


@router.get("/activations/{activation_id}/group-links")
def list_group_links(activation_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """The link of every task group to its own tasks; whoever has one acts for the group, without an account."""
    return {
        "groups": [
            {
                "group": it.group,
                "name": it.name.as_row(),
                "lead": it.lead.as_row(),
                "path": it.path,
                "link": f"{center.public_url}{it.path}" if center.public_url else None,
                "open_tasks": it.open_tasks,
                "overdue_tasks": it.overdue_tasks,
            }
            for it in group_pages.group_links(center, activation_id, actor)
        ]
    }


def _status(activation_id: int, status: ActivationStatus) -> dict[str, str]:
    return {"id": str(activation_id), "status": status.value}


@router.post("/tasks/{task_id}/begin")
def begin_task(task_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Somebody is at it."""
    plan_tasks.begin_task(center, task_id, actor)
    return {"id": str(task_id)}


@router.post("/tasks/{task_id}/done")
def do_task(
    task_id: RowId, center: AtCenter, actor: SignedIn, body: EvidenceIn | None = None, key: IdempotencyKey = None
) -> dict[str, str]:
    """Tick a task off with the evidence its step asks for."""
    given = body or EvidenceIn()
    evidence = Evidence(text=given.text, number=given.number, photo=given.photo)
    plan_tasks.do_task(center, DoTask(task_id=task_id, evidence=evidence, key=key), actor)
    return {"id": str(task_id)}


@router.post("/tasks/{task_id}/skip")
def skip_task(task_id: RowId, body: ReasonIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Leave a task out, with the reason."""
    plan_tasks.skip_task(center, task_id, actor, body.reason)
    return {"id": str(task_id)}


@router.post("/tasks/{task_id}/again")
def take_up_again(task_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """A skipped task is to be done after all."""
    plan_tasks.take_up_again(center, task_id, actor)
    return {"id": str(task_id)}


@router.post("/duties/{duty_id}/acknowledge")
def acknowledge_duty(duty_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """The crew has its orders for the plan."""
    activations.acknowledge_duty(center, duty_id, actor)
    return {"id": str(duty_id)}


@router.get("/notices/{notice_id}")
def read_notice(notice_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """Everyone a message is for, with who has answered and who has to be told by hand."""
    actor.require(Right.RUN_PLANS)
    return {
        "recipients": [
            {
                "id": str(it.id),
                "kind": it.kind,
                "ref": it.ref,
                "name": {"zh": it.name_zh, "en": it.name_en},
                "phone": it.phone,
                "channel": it.channel,
                "sent_at": it.sent_at,
                "answered_at": it.answered_at,
                "answered_by": it.answered_by,
                "failed_reason": it.failed_reason,
            }
            for it in notices.recipients_of(center, notice_id)
        ]
    }


@router.post("/notices/{notice_id}/text")
def fill_notice(notice_id: RowId, body: MessageTextIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Fill or strike the blanks of a message to the public that waits for it; then it is sent."""
    notices.fill_notice(center, notice_id, Text(body.text_zh, body.text_en), actor)
    return {"id": str(notice_id)}


@router.post("/recipients/{recipient_id}/told")
def told_by_phone(recipient_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Tick: told by phone or radio, and understood."""
    notices.told_by_phone(center, recipient_id, actor)
    return {"id": str(recipient_id)}
