"""The sections of a handover report that tell what goes on: the watch itself, warnings, plans, incidents."""

from datetime import datetime, timedelta

from command_center.db.board_rows import moment
from command_center.db.tables import Assignment, Incident, PlanTask
from command_center.domain.activations import RUNNING, ActivationStatus, TaskStatus
from command_center.domain.handover import NOTHING, Cell, Line
from command_center.domain.response_time import PROMISE_S, promise_kept_share
from command_center.domain.status import UNANSWERED_ASSIGNMENT, IncidentStatus
from command_center.domain.text import Text
from command_center.domain.watches import Duty
from command_center.services.handover_drawing import Drawing, Lines, both, listed, names_on, same, status_word
from command_center.services.handover_facts import MOST_LINES
from command_center.services.watches import watch_view
from command_center.words import N_, phrases

SITUATION = N_(
    "Incidents reported: %(received)s, ended: %(closed)s, still open: %(open)s; within five minutes: %(share)s of the %(arrived)s that "
    "were reached.\n"
    "Warnings in force: %(warnings)s; plans in force: %(plans)s; people in shelters: %(people)s.\n"
    "To watch after the change: tasks overdue: %(overdue)s; reports overdue: %(late)s; orders not acknowledged: %(unanswered)s; "
    "stocks below minimum: %(low)s."
)
NO_PLANS = N_("none")
PLAN_AT = N_("%(plan)s (level %(level)s response)")
ORDER_OF = N_("Order of %(issuer)s")
LEVEL_RESPONSE = N_("level %(level)s response")
RUNS_AT = N_("%(plan)s runs at level %(level)s")
NOT_RUNNING = N_("%(plan)s has not been activated")
NO_PLAN_MEANT = N_("no plan is meant for it")
MINUTES_SECONDS = N_("%(minutes)s min %(seconds)s s")
YES, NO = N_("yes"), N_("no")
SEND_A_UNIT = N_("send a unit")
ASK_WHETHER_RECEIVED = N_("ask whether %(units)s has the order")
AWAIT_ARRIVAL = N_("await the arrival of %(units)s")
SEND_REPORT = N_("send the %(kind)s")
CLEAR_AND_CLOSE = N_("clear and close")
GO_ON = N_("go on as ordered")


def header(it: Drawing) -> Lines:
    facts = it.facts
    day = "/api/v1/duty/watches?post=centre"
    cells = {
        "shift_no": it.words(facts.watch.number, day),
        "from": Cell(it.at(facts.from_at, with_year=True), moment(facts.from_at), day),
        "to": Cell(it.at(facts.watch.to_at, with_year=True), moment(facts.watch.to_at), day),
    }
    for side, watch in (("outgoing", facts.watch), ("incoming", facts.following)):
        view = None if watch is None else watch_view(watch)
        for duty in (Duty.OFFICER, Duty.ASSISTANT, Duty.LEADER):
            cells[f"{side}_{duty.value}"] = it.words(names_on(view, duty), day)
    yield Line(key="header", cells=cells)


def situation(it: Drawing) -> Lines:
    facts = it.facts
    arrival_s = [(on_scene - reported).total_seconds() for reported, on_scene in facts.received if on_scene is not None]
    share = promise_kept_share(arrival_s)
    plans = listed(
        both(PLAN_AT, plan=Text(**one.plan["short"]), level=one.level.value) for one in facts.activations if one.status in RUNNING
    )
    summary = both(
        SITUATION,
        received=len(facts.received),
        closed=_capped(len(facts.closed)),
        open=len(facts.open_incidents),
        arrived=len(arrival_s),
        share="—" if share is None else f"{share:.0%}",
        warnings=len(facts.warnings),
        plans=plans if plans.zh else both(NO_PLANS),
        people=sum(opening.occupied for opening in facts.shelters),
        overdue=sum(it.is_overdue(task) for task in facts.tasks),
        late=sum(report.due_at <= facts.now for report in it.running_reports),
        unanswered=sum(one.status in UNANSWERED_ASSIGNMENT for one in facts.assignments),
        low=sum(held.lacks > 0 for held in facts.stock),
    )
    yield Line(key="situation", cells={"summary": Cell(summary, None, "/api/v1/incidents?status=all")})


def _capped(count: int) -> str:
    return f"{MOST_LINES}+" if count > MOST_LINES else str(count)


# ---- warnings and plans ----------------------------------------------------------------------------------------------------------


def warnings(it: Drawing) -> Lines:
    signals = it.center.catalogue.warning_signals
    for warning in it.facts.warnings:
        hazard, color = signals.hazards.get(warning.hazard or ""), signals.colors.get(warning.color or "")
        name = same(warning.word) if hazard is None or warning.word not in (hazard.name.zh, hazard.name.en, "") else hazard.name
        mark = phrases.NOTICE_MARK.get(warning.status)
        signal = name if mark is None else Text(f"{name.zh}{both(mark).zh}", f"{name.en} {both(mark).en}")
        yield Line(
            key=f"warning:{warning.id}",
            cells={
                "signal": it.words(signal, f"/api/v1/warnings/{warning.id}"),
                "color": NOTHING if color is None else it.words(color.name),
                "issued_at": it.moment(warning.issued_at),
                "expires_at": it.moment(warning.expires_at),
                "plan": NOTHING if hazard is None else it.words(it.plan_name(hazard.plan), f"/api/v1/plans/{hazard.plan}"),
                "action_taken": _taken(it, None if hazard is None else hazard.plan),
            },
        )
    for order in it.facts.orders:
        yield Line(
            key=f"order:{order.id}",
            cells={
                "signal": it.words(both(ORDER_OF, issuer=order.issuer), "/api/v1/warnings"),
                "color": NOTHING if order.level is None else it.words(both(LEVEL_RESPONSE, level=order.level.value)),
                "issued_at": it.moment(order.issued_at),
                "expires_at": NOTHING,
                "plan": it.words(it.plan_name(order.plan_id), f"/api/v1/plans/{order.plan_id}"),
                "action_taken": _taken(it, order.plan_id),
            },
        )


def _taken(it: Drawing, plan_id: str | None) -> Cell:
    if plan_id is None:
        return it.words(both(NO_PLAN_MEANT))
    running = next((one for one in it.facts.activations if one.plan_id == plan_id and one.status in RUNNING), None)
    if running is None:
        return it.words(both(NOT_RUNNING, plan=it.plan_name(plan_id)))
    told = both(RUNS_AT, plan=Text(**running.plan["short"]), level=running.level.value)
    return it.words(told, f"/api/v1/activations/{running.id}/review")


def activations(it: Drawing) -> Lines:
    for one in it.facts.activations:
        link = f"/api/v1/activations/{one.id}/review"
        tasks = [task for task in it.facts.tasks if task.activation_id == one.id]
        done = sum(task.status in (TaskStatus.DONE, TaskStatus.SKIPPED) for task in tasks)
        overdue = sum(it.is_overdue(task) for task in tasks)
        next_due = next((task for task in it.open_tasks_of.get(one.id, ()) if task.due_at is not None), None)
        confirmed = one.status is ActivationStatus.ACTIVE and one.wanted_level is None
        yield Line(
            key=f"activation:{one.id}",
            cells={
                "plan": it.words(Text(**one.plan["short"]), link),
                "level": it.words(one.level.value),
                "since": it.moment(one.started_at),
                "activated_by": it.words(one.requested_by),
                "confirmed_by": it.words(one.approved_by or "") if confirmed else it.words(status_word(one.status.value)),
                "steps_done": Cell(same(f"{done}/{len(tasks)}"), done, link),
                "steps_overdue": it.number(overdue, link),
                "next_due": NOTHING if next_due is None else _due_step(it, next_due, link),
            },
        )


def _due_step(it: Drawing, task: PlanTask, link: str) -> Cell:
    assert task.due_at is not None  # noqa: S101 - for mypy: asked for by the caller
    at, step = it.at(task.due_at), it.step_title(task)
    return Cell(Text(f"{at.zh} {step.zh}", f"{at.en} {step.en}"), moment(task.due_at), link)


# ---- incidents -------------------------------------------------------------------------------------------------------------------


def incidents(it: Drawing) -> Lines:
    for incident in it.facts.open_incidents[:MOST_LINES]:
        link = f"/api/v1/incidents/{incident.id}"
        sent = it.assignments_of.get(incident.id, [])
        action, action_at = _next_action(it, incident, sent)
        yield Line(
            key=f"incident:{incident.id}",
            cells={
                "number": it.words(incident.number, link),
                "type": it.words(it.type_name(incident)),
                "place": it.words(Text(incident.place_zh, incident.place_en)),
                "status": it.words(status_word(incident.status.value), value=incident.status.value),
                "severity": it.words(incident.severity.value),
                "units": it.words(listed(it.call_sign(one.unit_id) for one in sent), link),
                "opened_at": it.moment(incident.reported_at),
                "owner": it.words(incident.acknowledged_by or ""),
                "next_action": it.words(action),
                "next_action_at": it.moment(action_at),
            },
        )


def _next_action(it: Drawing, incident: Incident, sent: list[Assignment]) -> tuple[Text, datetime | None]:
    """What the next officer does first about an open incident, and by when; what nobody has begun comes before what goes on."""
    sla = it.center.catalogue.incident_types[incident.type].sla
    if not sent and incident.status is not IncidentStatus.CONTROLLED:
        return both(SEND_A_UNIT), None if sla.dispatch_s is None else incident.reported_at + timedelta(seconds=sla.dispatch_s)
    silent = [one for one in sent if one.status in UNANSWERED_ASSIGNMENT]
    if silent:
        asked = min(one.dispatched_at for one in silent)
        until = None if sla.unit_ack_s is None else asked + timedelta(seconds=sla.unit_ack_s)
        return both(ASK_WHETHER_RECEIVED, units=listed(it.call_sign(one.unit_id) for one in silent)), until
    rolling = [one for one in sent if one.on_scene_at is None]
    if rolling:
        expected = [one.expected_arrival_at for one in rolling if one.expected_arrival_at is not None]
        return both(AWAIT_ARRIVAL, units=listed(it.call_sign(one.unit_id) for one in rolling)), min(expected, default=None)
    due = next((one for one in it.running_reports if one.incident_id == incident.id), None)
    if due is not None:
        return both(SEND_REPORT, kind=both(phrases.REPORT_KIND[due.kind.value])), due.due_at
    return both(CLEAR_AND_CLOSE if incident.status is IncidentStatus.CONTROLLED else GO_ON), None


def closed(it: Drawing) -> Lines:
    for incident in it.facts.closed[:MOST_LINES]:
        arrival_s = None if incident.on_scene_at is None else (incident.on_scene_at - incident.reported_at).total_seconds()
        yield Line(
            key=f"incident:{incident.id}",
            cells={
                "number": it.words(incident.number, f"/api/v1/incidents/{incident.id}"),
                "type": it.words(it.type_name(incident)),
                "place": it.words(Text(incident.place_zh, incident.place_en)),
                "arrive_s": NOTHING if arrival_s is None else Cell(_length(arrival_s), round(arrival_s)),
                "within_5min": NOTHING if arrival_s is None else Cell(both(YES if arrival_s <= PROMISE_S else NO), arrival_s <= PROMISE_S),
                "outcome": it.words(status_word(incident.status.value), value=incident.status.value),
            },
        )


def _length(seconds: float) -> Text:
    minutes, rest = divmod(round(seconds), 60)
    return both(MINUTES_SECONDS, minutes=minutes, seconds=rest)
