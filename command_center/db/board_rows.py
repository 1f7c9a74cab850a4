"""Board rows from table rows: what screens get to see of a unit, an incident, an assignment, a parked job, a watch."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session

from command_center.db.tables import (
    Activation,
    Assignment,
    Base,
    HazardWarning,
    Incident,
    Job,
    Notice,
    PlanProposal,
    PlanTask,
    Report,
    RoadClosure,
    RollCall,
    RollCallAnswer,
    ShelterOpening,
    StandingOrder,
    Unit,
    UnitDuty,
    Watch,
)
from command_center.domain.activations import ActivationStatus, TaskStatus, deciding_level, lacks_photo
from command_center.domain.board import Row
from command_center.domain.catalogue import Catalogue, SlaProfile
from command_center.domain.closures import STANDING
from command_center.domain.notices import NoticeState
from command_center.domain.proposals import ProposalState


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC, as every door writes times."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def _unit(unit: Unit, _catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": False,
        "call_sign": {"zh": unit.call_sign_zh, "en": unit.call_sign_en},
        "unit_kind": unit.kind,
        "area": unit.area_code,
        "station": unit.station_code,
        "status": unit.status.value,
        "fault": unit.fault,
        "service_due_on": None if unit.service_due_on is None else unit.service_due_on.isoformat(),
        "home": {"lat": unit.home_lat, "lon": unit.home_lon},
        "capabilities": unit.capabilities,
        "seats": unit.seats,
        "crew": unit.crew,
        "low_battery_pct": unit.low_battery_pct,
        "channel": unit.channel is not None,
        "incident_id": None if unit.incident_id is None else str(unit.incident_id),
        "assignment_id": None if unit.assignment_id is None else str(unit.assignment_id),
    }


def _incident(incident: Incident, catalogue: Catalogue) -> dict[str, Any]:
    kind = catalogue.incident_types[incident.type]
    return {
        "gone": incident.ended_at is not None,
        "number": incident.number,
        "type": incident.type,
        "type_name": kind.name.as_row(),
        "severity": incident.severity.value,
        "status": incident.status.value,
        "life_risk": kind.life_risk,
        "lat": incident.lat,
        "lon": incident.lon,
        "place_id": incident.place_id,
        "place": {"zh": incident.place_zh, "en": incident.place_en},
        "area": incident.area_code,
        "note": incident.note,
        "caller_count": incident.call_count,
        "is_simulated": incident.is_simulated,
        "reported_at": moment(incident.reported_at),
        "acknowledged_at": moment(incident.acknowledged_at),
        "acknowledged_by": incident.acknowledged_by,
        "dispatched_at": moment(incident.dispatched_at),
        "en_route_at": moment(incident.en_route_at),
        "on_scene_at": moment(incident.on_scene_at),
        "controlled_at": moment(incident.controlled_at),
        "sla": _clock(kind.sla),
        "suggestion": _suggestion(incident),
    }


def _clock(sla: SlaProfile) -> dict[str, int | None]:
    return {
        "dispatch_s": sla.dispatch_s,
        "unit_ack_s": sla.unit_ack_s,
        "arrive_target_s": sla.arrive_target_s,
        "arrive_limit_s": sla.arrive_limit_s,
    }


def _suggestion(incident: Incident) -> dict[str, str | None] | None:
    if incident.suggested_instead_of is None:
        return None
    return {"unit_id": incident.suggested_unit_id, "instead_of": incident.suggested_instead_of}


def _assignment(assignment: Assignment, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": assignment.ended_at is not None,
        "incident_id": str(assignment.incident_id),
        "unit_id": assignment.unit_id,
        "status": assignment.status.value,
        "ordered_by": assignment.ordered_by,
        "travel_s": assignment.travel_s,
        "dispatched_at": moment(assignment.dispatched_at),
        "expected_arrival_at": moment(assignment.expected_arrival_at),
        "sent_at": moment(assignment.sent_at),
        "acknowledged_at": moment(assignment.acknowledged_at),
        "en_route_at": moment(assignment.en_route_at),
        "on_scene_at": moment(assignment.on_scene_at),
        "stop": _stop(assignment, catalogue),
    }


def _stop(assignment: Assignment, catalogue: Catalogue) -> dict[str, Any] | None:
    """Where it loads on its way and what, as a crew reads it; codes stand for what the catalogue no longer has."""
    if assignment.stop_depot is None:
        return None
    depot, loads = catalogue.depots.get(assignment.stop_depot), assignment.stop_loads or {}
    code = {"zh": assignment.stop_depot, "en": assignment.stop_depot}
    return {
        "depot": assignment.stop_depot,
        "name": code if depot is None else depot.name.as_row(),
        "lat": None if depot is None else depot.point.lat,
        "lon": None if depot is None else depot.point.lon,
        "loads": [_load(material, quantity, catalogue) for material, quantity in sorted(loads.items())],
    }


def _load(code: str, quantity: int, catalogue: Catalogue) -> dict[str, Any]:
    material = catalogue.materials.get(code)
    return {"material": code, "name": {"zh": code, "en": code} if material is None else material.name.as_row(), "quantity": quantity}


def _job(job: Job, _catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": job.parked_at is None,
        "name": job.name,
        "attempts": job.attempts,
        "last_error": job.last_error,
        "parked_at": moment(job.parked_at),
        "incident_id": None if job.incident_id is None else str(job.incident_id),
    }


def _activation(activation: Activation, catalogue: Catalogue) -> dict[str, Any]:
    is_decided = activation.status is ActivationStatus.ACTIVE and activation.wanted_level is None
    waits_for = None if is_decided else deciding_level(activation.level, activation.wanted_level)
    return {
        "gone": activation.ended_at is not None,
        "plan_id": activation.plan_id,
        "name": activation.plan["name"],
        "short": activation.plan["short"],
        "level": activation.level.value,
        "wanted_level": None if activation.wanted_level is None else activation.wanted_level.value,
        "wanted_by": activation.wanted_by,
        "variant": activation.variant,
        "is_exercise": activation.is_exercise,
        "status": activation.status.value,
        "approve_by": None if waits_for is None else catalogue.common.levels[waits_for].approve_by,
        "incident_id": None if activation.incident_id is None else str(activation.incident_id),
        "requested_by": activation.requested_by,
        "requested_at": moment(activation.requested_at),
        "approved_by": activation.approved_by,
        "started_at": moment(activation.started_at),
        "confirm_until": moment(activation.confirm_until),
        "undo_until": moment(activation.undo_until),
        "anchors": activation.anchors,
        "conditions": sorted(activation.conditions),
    }


def _task(task: PlanTask, catalogue: Catalogue) -> dict[str, Any]:
    activation = object_session(task).get_one(Activation, task.activation_id)  # type: ignore[union-attr]  # it was just loaded by one
    step = next(step for step in activation.plan["steps"] if step["id"] == task.step_id)
    return {
        "gone": task.closed_at is not None or task.status is TaskStatus.WITHDRAWN,
        "activation_id": str(task.activation_id),
        "plan_id": activation.plan_id,
        "step_id": task.step_id,
        "occurrence": task.occurrence,
        "group": task.group,
        "phase": step["phase"],
        "action": step["action"],
        "title": step["title"],
        "evidence_kind": step["evidence"],
        "counted": _counted(task, step, catalogue),
        "external": step["external"],
        "anchor": step["anchor"],
        "status": task.status.value,
        "job": step["job"],
        "work": task.work.value,
        "note": task.work_note or task.reason,
        "due_at": moment(task.due_at),
        "overdue_at": moment(task.overdue_at),
        "done_at": moment(task.done_at),
        "done_by": task.done_by,
        "lacks_photo": lacks_photo(task.status, step["evidence"], task.evidence),
    }


def _counted(task: PlanTask, step: dict[str, Any], catalogue: Catalogue) -> dict[str, Any] | None:
    """How many of the street's are done, as the task was ticked off; None for a step that counts nothing."""
    what = step.get("counts")
    return None if what is None else {"what": what, "done": task.evidence.get("number"), "of": getattr(catalogue.street.counts, what)}


def _duty(duty: UnitDuty, _catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": duty.released_at is not None,
        "activation_id": str(duty.activation_id),
        "unit_id": duty.unit_id,
        "assignment_id": None if duty.assignment_id is None else str(duty.assignment_id),
        "work": duty.work.value,
        "sent_at": moment(duty.sent_at),
        "acknowledged_at": moment(duty.acknowledged_at),
    }


def _notice(notice: Notice, _catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": notice.closed_at is not None,
        "activation_id": None if notice.activation_id is None else str(notice.activation_id),
        "audience": notice.audience,
        "channels": notice.channels,
        "text": {"zh": notice.text_zh, "en": notice.text_en},
        "needs_answer": notice.needs_answer,
        "work": notice.work.value,
        "queued_at": moment(notice.queued_at),
        "answer_until": moment(notice.answer_until),
        "ask_again_at": moment(notice.ask_again_at),
        "recipients": notice.recipients,
        "reached": notice.reached,
        "answered": notice.answered,
    }


def _report(report: Report, _catalogue: Catalogue) -> dict[str, Any]:
    session = object_session(report)
    incident = None if report.incident_id is None else session.get_one(Incident, report.incident_id)  # type: ignore[union-attr]  # it was just loaded by one
    activation = None if report.activation_id is None else session.get_one(Activation, report.activation_id)  # type: ignore[union-attr]  # the same
    return {
        "gone": report.closed_at is not None,
        "incident_id": None if report.incident_id is None else str(report.incident_id),
        "activation_id": None if report.activation_id is None else str(report.activation_id),
        "incident_number": None if incident is None else incident.number,
        "plan_id": None if activation is None else activation.plan_id,
        "is_simulated": incident is not None and incident.is_simulated,
        "report_kind": report.kind.value,
        "number": report.number,
        "state": report.state.value,
        "opened_at": moment(report.opened_at),
        "due_at": moment(report.due_at),
        "overdue_at": moment(report.overdue_at),
        "edited_by": report.edited_by,
    }


def _shelter(opening: ShelterOpening, catalogue: Catalogue) -> dict[str, Any]:
    shelter = catalogue.shelters.get(opening.shelter_id)
    return {
        "gone": opening.closed_at is not None,
        "shelter_id": opening.shelter_id,
        "name": {"zh": opening.name_zh, "en": opening.name_en},
        "shelter_kind": opening.shelter_kind,
        "lat": None if shelter is None else shelter.point.lat,
        "lon": None if shelter is None else shelter.point.lon,
        "accessible": shelter is not None and shelter.accessible,
        "activation_id": None if opening.activation_id is None else str(opening.activation_id),
        "capacity": opening.capacity,
        "occupied": opening.occupied,
        "special_needs": opening.special_needs,
        "opened_at": moment(opening.opened_at),
        "counted_at": moment(opening.counted_at),
    }


def _closure(closure: RoadClosure, _catalogue: Catalogue) -> dict[str, Any]:
    session = object_session(closure)
    task = None if closure.task_id is None else session.get_one(PlanTask, closure.task_id)  # type: ignore[union-attr]  # it was just loaded by one
    return {
        "gone": closure.state not in STANDING,
        "closure_kind": closure.kind.value,
        "state": closure.state.value,
        "name": {"zh": closure.name_zh, "en": closure.name_en},
        "lines": closure.lines,
        "reach_m": closure.reach_m,
        "lat": closure.lat,
        "lon": closure.lon,
        "place_id": closure.place_id,
        "depth_cm": closure.depth_cm,
        "activation_id": None if task is None else str(task.activation_id),
        "task_id": None if task is None else str(task.id),
        "step_id": None if task is None else task.step_id,
        "suggested_units": closure.suggested_units,
        "reason": closure.reason,
        "proposed_at": moment(closure.proposed_at),
        "closed_at": moment(closure.closed_at),
        "closed_by": closure.closed_by,
        "guard_unit_id": closure.guard_unit_id,
        "guard_named_at": moment(closure.guard_named_at),
        "guard_arrived_at": moment(closure.guard_arrived_at),
        "guard_left_at": moment(closure.guard_left_at),
        "drained_at": moment(closure.drained_at),
    }


def _watch(watch: Watch, _catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": not watch.on_board,
        "number": watch.number,
        "post": watch.post,
        "status": watch.status.value,
        "from_at": moment(watch.from_at),
        "to_at": moment(watch.to_at),
        "begun_at": moment(watch.begun_at),
        "people": [
            {"id": it.person_id, "duty": it.duty.value, "name": {"zh": it.person.name_zh, "en": it.person.name_en}} for it in watch.members
        ],
    }


def _roll_call(call: RollCall, catalogue: Catalogue) -> dict[str, Any]:
    """What stations write beside their number stays off the board."""
    session = object_session(call)
    lines = select(RollCallAnswer).where(RollCallAnswer.roll_call_id == call.id).order_by(RollCallAnswer.station_code)
    return {
        "gone": call.closed_at is not None,
        "started_at": moment(call.started_at),
        "started_by": call.started_by,
        "due_at": moment(call.due_at),
        "stations": [
            {
                "station": it.station_code,
                "name": _station_name(it.station_code, catalogue),
                "expected": it.expected,
                "on_duty": it.on_duty,
            }
            for it in session.scalars(lines)  # type: ignore[union-attr]  # it was just loaded by one
        ],
    }


def _station_name(code: str, catalogue: Catalogue) -> dict[str, str]:
    station = catalogue.stations.get(code)
    return _same(code) if station is None else station.name.as_row()


def _warning(warning: HazardWarning, catalogue: Catalogue) -> dict[str, Any]:
    """The message's own text stays off the board: what people pasted is for those who may read words."""
    signals = catalogue.warning_signals
    hazard = signals.hazards.get(warning.hazard or "")
    color = signals.colors.get(warning.color or "")
    return {
        "gone": warning.state is not NoticeState.ACTIVE,
        "hazard": warning.hazard,
        "hazard_name": hazard.name.as_row() if hazard and warning.word in (hazard.name.zh, hazard.name.en, "") else _same(warning.word),
        "color": warning.color,
        "color_name": color.name.as_row() if color else None,
        "status": warning.status,
        "source": warning.source.value,
        "issuer": warning.issuer,
        "area": warning.area,
        "polygons": warning.polygons,
        "circles": warning.circles,
        "flag": warning.flag,
        "issued_at": moment(warning.issued_at),
        "effective_at": moment(warning.effective_at),
        "expires_at": moment(warning.expires_at),
        "state": warning.state.value,
    }


def _same(word: str) -> dict[str, str]:
    """A word that nobody translated."""
    return {"zh": word, "en": word}


def _standing_order(order: StandingOrder, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "gone": order.state is not NoticeState.ACTIVE,
        "plan_id": order.plan_id,
        "plan_name": catalogue.plans[order.plan_id].short.as_row(),
        "variant": order.variant,
        "level": None if order.level is None else order.level.value,
        "issuer": order.issuer,
        "is_exercise": order.is_exercise,
        "issued_at": moment(order.issued_at),
        "state": order.state.value,
    }


def _proposal(proposal: PlanProposal, catalogue: Catalogue) -> dict[str, Any]:
    plan = catalogue.plans[proposal.plan_id]
    variant = plan.variants.get(proposal.variant or "")
    return {
        "gone": proposal.state is not ProposalState.OPEN,
        "plan_id": proposal.plan_id,
        "plan_name": plan.short.as_row(),
        "level": proposal.level.value,
        "variant": proposal.variant,
        "variant_name": variant.as_row() if variant else None,
        "is_exercise": proposal.is_exercise,
        "reasons": proposal.reasons,
        "to_judge": proposal.to_judge,
        "floor": None if proposal.floor is None else proposal.floor.value,
        "approve_by": proposal.approve_by,
        "state": proposal.state.value,
        "proposed_at": moment(proposal.proposed_at),
        "changed_at": moment(proposal.changed_at),
    }


_TABLES: Mapping[str, tuple[type[Base], Callable[[Any, Catalogue], dict[str, Any]], Select[Any]]] = {
    "unit": (Unit, _unit, select(Unit)),
    "incident": (Incident, _incident, select(Incident).where(Incident.ended_at.is_(None))),
    "assignment": (Assignment, _assignment, select(Assignment).where(Assignment.ended_at.is_(None))),
    "job": (Job, _job, select(Job).where(Job.parked_at.is_not(None))),
    "activation": (Activation, _activation, select(Activation).where(Activation.ended_at.is_(None))),
    "task": (PlanTask, _task, select(PlanTask).where(PlanTask.closed_at.is_(None), PlanTask.status != TaskStatus.WITHDRAWN)),
    "duty": (UnitDuty, _duty, select(UnitDuty).where(UnitDuty.released_at.is_(None))),
    "notice": (Notice, _notice, select(Notice).where(Notice.closed_at.is_(None))),
    "report": (Report, _report, select(Report).where(Report.closed_at.is_(None))),
    "shelter": (ShelterOpening, _shelter, select(ShelterOpening).where(ShelterOpening.closed_at.is_(None))),
    "closure": (RoadClosure, _closure, select(RoadClosure).where(RoadClosure.state.in_(STANDING))),
    "watch": (Watch, _watch, select(Watch).where(Watch.on_board)),
    "roll_call": (RollCall, _roll_call, select(RollCall).where(RollCall.closed_at.is_(None))),
    "warning": (HazardWarning, _warning, select(HazardWarning).where(HazardWarning.state == NoticeState.ACTIVE)),
    "standing_order": (StandingOrder, _standing_order, select(StandingOrder).where(StandingOrder.state == NoticeState.ACTIVE)),
    "proposal": (PlanProposal, _proposal, select(PlanProposal).where(PlanProposal.state == ProposalState.OPEN)),
}


def board_row(row: Any, catalogue: Catalogue) -> Row:  # noqa: ANN401 - a row of any table in _TABLES
    """One table row as its board row."""
    kind = str(row.board_kind)
    return {"kind": kind, "id": str(row.id), "version": row.version, **_TABLES[kind][1](row, catalogue)}


def snapshot_rows(session: Session, catalogue: Catalogue) -> list[Row]:
    """Every row that stands on the board now."""
    return [board_row(row, catalogue) for _, _, everything in _TABLES.values() for row in session.scalars(everything)]


def touched_rows(session: Session, touched: Iterable[str], catalogue: Catalogue) -> list[Row]:
    """The present state of the rows a log entry touched. touched : "kind:id" texts."""
    wanted: dict[str, list[str]] = {}
    for mark in touched:
        kind, _, row_id = mark.partition(":")
        wanted.setdefault(kind, []).append(row_id)
    rows = []
    for kind, ids in wanted.items():
        table: Any = _TABLES[kind][0]
        keys = ids if kind == "unit" else [int(row_id) for row_id in ids]
        rows += [board_row(row, catalogue) for row in session.scalars(select(table).where(table.id.in_(keys)))]
    return rows
