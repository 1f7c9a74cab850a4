"""What the next watch owes somebody: reports with a clock, tasks with a deadline, what was promised, and what holds a signature up."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from command_center.domain.activations import ActivationStatus
from command_center.domain.handover import NOTHING, Blocker, Line
from command_center.domain.status import UNANSWERED_ASSIGNMENT
from command_center.domain.text import Text
from command_center.services.handover_drawing import Drawing, Lines, both, same, status_word
from command_center.services.handover_facts import MOST_LINES
from command_center.words import N_, phrases

MOST_TO_DO = 40

REPORT_NUMBER = N_("%(kind)s no. %(number)s")
FINISH_TASK = N_("%(plan)s: %(step)s")
WRITE_REPORT = N_("%(about)s: %(kind)s")
FOLLOW_UP = N_("follow up: %(note)s")

BLOCKED_DISPATCH = N_("%(unit)s has not acknowledged incident %(number)s (ordered %(at)s)")
BLOCKED_INCIDENT = N_("Incident %(number)s (%(type)s, %(place)s) has no owner")
BLOCKED_REPORT = N_("%(about)s: the %(kind)s was due %(at)s")
BLOCKED_PLAN = N_("%(plan)s, level %(level)s: %(status)s")


def clocks(it: Drawing) -> Lines:
    for report in it.facts.reports[:MOST_LINES]:
        kind = both(REPORT_NUMBER, kind=both(phrases.REPORT_KIND[report.kind.value]), number=report.number)
        yield Line(
            key=f"report:{report.id}",
            cells={
                "incident": it.words(it.about(report), f"/api/v1/reports/{report.id}"),
                "kind": it.words(kind, value=report.kind.value),
                "due_at": it.moment(report.due_at),
                "sent_at": it.moment(report.closed_at),
                "receiver": it.words(report.receiver),
            },
        )


def todo(it: Drawing) -> Lines:
    """What the next watch has to do by a time: reports and tasks that are due until it ends, then what somebody promised to follow up."""
    facts = it.facts
    until = facts.watch.to_at if facts.following is None else facts.following.to_at
    found: list[tuple[datetime, Line]] = []
    for report in it.running_reports:
        if report.due_at <= until:
            told = both(WRITE_REPORT, about=it.about(report), kind=both(phrases.REPORT_KIND[report.kind.value]))
            owner = both(phrases.ROLE["duty_officer"])
            cells = {"text": it.words(told, f"/api/v1/reports/{report.id}"), "owner": it.words(owner), "due_at": it.moment(report.due_at)}
            found.append((report.due_at, Line(key=f"report:{report.id}", cells=cells)))
    groups = it.center.catalogue.common.groups
    for tasks in it.open_tasks_of.values():
        for task in tasks:
            if task.due_at is not None and task.due_at <= until:
                told = both(FINISH_TASK, plan=it.plan_name(it.activations_by_id[task.activation_id].plan_id), step=it.step_title(task))
                owner = groups[task.group].name if task.group in groups else same(task.group)
                link = f"/api/v1/activations/{task.activation_id}/review"
                cells = {"text": it.words(told, link), "owner": it.words(owner), "due_at": it.moment(task.due_at)}
                found.append((task.due_at, Line(key=f"task:{task.id}", cells=cells)))
    yield from (line for _, line in sorted(found, key=lambda one: one[0])[:MOST_TO_DO])
    for entry in facts.follow_ups:
        told = both(FOLLOW_UP, note=str(entry.facts["note"]))
        cells = {"text": it.words(told, f"/api/v1/log/entries/{entry.id}"), "owner": it.words(entry.actor), "due_at": NOTHING}
        yield Line(key=f"entry:{entry.id}", cells=cells)


# ---- what holds the handover up --------------------------------------------------------------------------------------------------


def blockers(it: Drawing, notes: Mapping[str, Mapping[str, str]]) -> tuple[Blocker, ...]:
    """What must not pass to the next officer without a word, of the kinds the street's rules name. notes : blocker -> text, by, at."""
    names = it.center.catalogue.handover.blocker_names
    found = []
    for kind in it.center.catalogue.handover.rules.blockers:
        for ref, what, link in _BLOCKERS[kind](it):
            note = notes.get(f"{kind}:{ref}", {})
            found.append(
                Blocker(kind=kind, ref=ref, name=names[kind], what=what, link=link, note=note.get("text"), noted_by=note.get("by"))
            )
    return tuple(found)


Blocking = Iterator[tuple[str, Text, str]]
"""(id of the row, what about it, where it is read)."""


def _silent_crews(it: Drawing) -> Blocking:
    for one in it.facts.assignments:
        if one.status in UNANSWERED_ASSIGNMENT:
            number = it.incidents_by_id[one.incident_id].number
            what = both(BLOCKED_DISPATCH, unit=it.call_sign(one.unit_id), number=number, at=it.at(one.dispatched_at))
            yield str(one.id), what, f"/api/v1/incidents/{one.incident_id}"


def _without_owner(it: Drawing) -> Blocking:
    for incident in it.facts.open_incidents:
        if incident.acknowledged_by is None:
            place = Text(incident.place_zh, incident.place_en)
            what = both(BLOCKED_INCIDENT, number=incident.number, type=it.type_name(incident), place=place)
            yield str(incident.id), what, f"/api/v1/incidents/{incident.id}"


def _late_reports(it: Drawing) -> Blocking:
    for report in it.running_reports:
        if report.due_at <= it.facts.now:
            kind = both(phrases.REPORT_KIND[report.kind.value])
            yield (
                str(report.id),
                both(BLOCKED_REPORT, about=it.about(report), kind=kind, at=it.at(report.due_at)),
                f"/api/v1/reports/{report.id}",
            )


def _unconfirmed(it: Drawing) -> Blocking:
    for one in it.facts.activations:
        if one.status is not ActivationStatus.ACTIVE or one.wanted_level is not None:
            level = one.wanted_level or one.level
            what = both(BLOCKED_PLAN, plan=Text(**one.plan["short"]), level=level.value, status=status_word(one.status.value))
            yield str(one.id), what, f"/api/v1/activations/{one.id}/review"


_BLOCKERS: Mapping[str, Callable[[Drawing], Blocking]] = {
    "unacknowledged_dispatch": _silent_crews,
    "emergency_without_owner": _without_owner,
    "report_clock_overdue": _late_reports,
    "activation_awaiting_confirmation": _unconfirmed,
}
