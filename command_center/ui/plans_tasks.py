"""The checklist of a running plan: a row per task group with its tasks on a time axis, and below it every task with what may be done.

The axis is a square root of time: the first hour, in which most deadlines lie, takes as much room as the next three.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import OPEN_TASK, TASK_CHART, TaskStatus
from command_center.domain.board import Row
from command_center.domain.status import may_advance
from command_center.services.plan_figures import is_late
from command_center.services.plan_story import PlanStory
from command_center.services.responsibilities import Responsible
from command_center.ui.console_incident import phone_line
from command_center.ui.console_parts import key, moment
from command_center.ui.desk_parts import asks, hour_minute, named, orders, section, thumbnails
from command_center.ui.plans_parts import agencies, group_name
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, empty_state, icon
from command_center.words import N_, phrases

OVERDUE = "overdue"

SIGNS: Mapping[str, tuple[str, str]] = {
    OVERDUE: ("clock-exclamation", N_("Overdue")),
    "pending": ("clock", phrases.TASK_STATUS["pending"]),
    "doing": ("tool", phrases.TASK_STATUS["doing"]),
    "done": ("check", phrases.TASK_STATUS["done"]),
    "skipped": ("ban", phrases.TASK_STATUS["skipped"]),
}
"""How a task stands -> its sign and its word; colour only repeats them."""

TICKS_MIN = (15, 60, 240, 720, 1440, 2880, 10080)
SHORTEST_AXIS_MIN = 30.0

ASKED_FOR: Mapping[str, tuple[str, str]] = {
    "text": ("text", N_("What you did")),
    "number": ("number", N_("Number")),
    "photo": ("text", N_("What was seen (a photo says it too)")),
}
"""What a step asks for -> kind of field and its label; the others are ticked at once."""


def state_of(task: Row, now: datetime) -> str:
    """The key of SIGNS: overdue stands above what else a task may be."""
    return OVERDUE if is_late(task, now) else str(task["status"])


# ---- the axis -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """From the plan's start to its last deadline."""

    start: datetime
    span_min: float

    def share(self, at: datetime) -> float:
        """Place of a moment on the axis, 0 to 1."""
        minutes = (at - self.start).total_seconds() / 60
        return float(min(1.0, max(0.0, minutes / self.span_min)) ** 0.5)

    def percent(self, at: datetime) -> str:
        return f"{self.share(at) * 100:.2f}%"


def axis_of(tasks: Iterable[Row], start: datetime, now: datetime) -> Axis:
    moments = [now, *(at for task in tasks if (at := moment(task["due_at"]) or moment(task["done_at"])))]
    return Axis(start=start, span_min=max(SHORTEST_AXIS_MIN, (max(moments) - start).total_seconds() / 60 * 1.02))


def axis_line(axis: Axis, screen: Screen) -> html.Div:
    """The times over the lanes; those too near the end would not fit and are left out."""
    shown = [minutes for minutes in TICKS_MIN if minutes <= axis.span_min * 0.9]
    moments = [axis.start, *(axis.start + timedelta(minutes=minutes) for minutes in shown)]
    ticks = [html.Span(hour_minute(at, screen), style={"left": axis.percent(at)}) for at in moments]
    return html.Div([html.Span(), html.Div(ticks, className="lane ticks"), html.Span()], className="lane-row", **{"aria-hidden": "true"})


def lane(tasks: Iterable[Row], axis: Axis, now: datetime) -> html.Div:
    """Where a group's tasks stand in time: a sign at each deadline."""
    marks = []
    for task in tasks:
        at = moment(task["done_at"]) or moment(task["due_at"])
        if at is not None:
            marks.append(html.I(className=f"dot {state_of(task, now)}", style={"left": axis.percent(at)}))
    return html.Div([*marks, html.I(className="now")], className="lane", **{"aria-hidden": "true"})


# ---- the view -----------------------------------------------------------------------------------------------------


def tasks_view(story: PlanStory, group: str, screen: Screen, responsible: Sequence[Responsible] = ()) -> list[Component]:
    """Every group with its lane and its tasks, or only the group this desk works for. Nothing before the plan is in force.

    responsible : whom to phone first about the place of the plan's incident, if it has one.
    """
    start = moment(story.activation["started_at"])
    if start is None or not story.tasks:
        return [
            empty_state(screen.say(N_("Nothing moves yet.")), screen.say(N_("The tasks begin when the plan is approved.")), symbol="lock")
        ]
    now = screen.center.now()
    axis = axis_of(story.tasks, start, now)
    by_group: dict[str, list[Row]] = {code: [] for code in screen.center.catalogue.common.groups}
    for task in story.tasks:
        by_group.setdefault(task["group"], []).append(task)
    shown = {code: tasks for code, tasks in by_group.items() if tasks and group in ("", code)}
    if not shown:
        return [empty_state(screen.say(N_("This group has no task in this plan.")), symbol="users")]
    first = phone_first(responsible, screen)
    groups = [_group(code, tasks, axis, story, screen, first) for code, tasks in shown.items()]
    facts = {"data-axis-start": story.activation["started_at"], "data-axis-min": str(axis.span_min)}
    everybody = [_everybody(story, responsible, screen)] if responsible else []
    return [*everybody, html.Div([axis_line(axis, screen), *groups], className="groups", style={"--now": axis.percent(now)}, **facts)]


def _everybody(story: PlanStory, responsible: Sequence[Responsible], screen: Screen) -> Component:
    """Everybody who answers for the place of the plan's incident, in the order in which to phone them."""
    title = screen.say(N_("Phone first about incident %(number)s"), number=story.incident)
    lines = html.Ul([phone_line(it, screen) for it in responsible], className="phones")
    return section(title, lines, note=str(len(responsible)), folded=True)


def phone_first(responsible: Sequence[Responsible], screen: Screen) -> Component | None:
    """One line with the first who can be phoned; where nobody can, the first with the word that there is no number."""
    if not responsible:
        return None
    first = next((it for it in responsible if it.phone), responsible[0])
    said: Component = (
        html.A(first.phone, href=f"tel:{first.phone}") if first.phone else html.Span(screen.say(N_("no number on file")), className="muted")
    )
    name = screen.say(N_("phone first: %(name)s"), name=screen.read(first.name))
    return html.Small([icon("phone"), " ", name, " ", said], className="phone-first", **{"data-cadre": first.cadre_id})


def _group(code: str, tasks: Sequence[Row], axis: Axis, story: PlanStory, screen: Screen, first: Component | None) -> html.Section:
    now = screen.center.now()
    done = sum(task["status"] == TaskStatus.DONE for task in tasks)
    overdue = sum(is_late(task, now) for task in tasks)
    count: list[Component | str] = [f"{done}/{len(tasks)}"]
    if overdue:
        count += [" ", html.B(screen.say(N_("overdue %(n)s"), n=overdue), className="bad")]
    groups = screen.center.catalogue.common.groups
    lead = screen.read(groups[code].lead) if code in groups else ""
    head = html.Div(
        [html.H3(group_name(code, screen), title=lead), lane(tasks, axis, now), html.Span(count, className="count")], className="lane-row"
    )
    runs = story.ended_at is None
    rows = [task_row(task, story.evidence.get(task["id"], {}), screen, runs=runs, first=first) for task in sorted(tasks, key=_by_due)]
    return html.Section([head, html.Ul(rows, className="tasks")], className="group", **{"data-group": code})


def _by_due(task: Row) -> tuple[int, str, str]:
    """Open tasks by deadline, then those without one, then what is settled."""
    settled = task["status"] in (TaskStatus.DONE, TaskStatus.SKIPPED)
    return (2 if settled else int(task["due_at"] is None)), task["done_at"] or task["due_at"] or "", task["id"]


def task_row(task: Row, evidence: Mapping[str, Any], screen: Screen, *, runs: bool, first: Component | None = None) -> html.Li:
    """Sign, what is to be done, how it stands in time, and its keys. first : whom to phone, told while it is open."""
    state = state_of(task, screen.center.now())
    sign, word = SIGNS[state]
    title = screen.read(task["title"]) + (f" ({task['occurrence']})" if task["occurrence"] > 1 else "")
    whom = [first] if first is not None and runs and task["status"] in OPEN_TASK else []
    return html.Li(
        [
            html.Span(icon(sign), className=f"sign {state}"),
            html.Div([html.B(title), html.Small(listed_facts(task, evidence, screen)), *whom, *_photo(title, evidence)], className="what"),
            html.Div([html.Span(screen.say(word), className="word"), *_time(task, state, screen)], className="due"),
            html.Div(_keys(task, title, screen) if runs else [], className="acts"),
        ],
        className=f"task {state}",
        **{"data-task": task["id"], "data-step": task["step_id"]},
    )


def listed_facts(task: Row, evidence: Mapping[str, Any], screen: Screen) -> str:
    """Whom to call, what the background work has come to, what was given as evidence, why it was skipped."""
    calls = agencies(task["external"], screen)
    work = [] if task["job"] is None else [f"{_job(task, screen)}: {screen.say(phrases.WORK_STATE[task['work']])}"]
    given = " ".join(str(value) for name, value in evidence.items() if name != "photo")
    done = [screen.say(N_("by %(name)s"), name=task["done_by"])] if task["done_by"] else []
    return " · ".join(part for part in (*calls, *work, given, *done, task["note"]) if part)


def _photo(title: str, evidence: Mapping[str, Any]) -> list[Component]:
    return thumbnails([(str(evidence["photo"]), title)]) if "photo" in evidence else []


def _job(task: Row, screen: Screen) -> str:
    return named(screen.center.catalogue.common.jobs, task["job"], screen)


def _time(task: Row, state: str, screen: Screen) -> list[Component]:
    if task["done_at"] is not None:
        return [html.Span(hour_minute(task["done_at"], screen))]
    if state == "skipped":
        return []
    if task["due_at"] is None:
        return [html.Span(screen.say(N_("counts from the end of the snow")), className="muted")]
    by = screen.say(N_("by %(time)s"), time=hour_minute(task["due_at"], screen))
    return [clock(until=task["due_at"], class_name="late" if state == OVERDUE else ""), html.Small(by, className="muted")]


def _keys(task: Row, title: str, screen: Screen) -> list[Component]:
    """What the chart allows: begin, tick off with the evidence the step asks for, skip with a reason, take up again."""
    status, number = TaskStatus(task["status"]), {"task": task["id"]}
    keys: list[Component] = []
    if may_advance(TASK_CHART, status, TaskStatus.DOING):
        keys.append(key(screen.say(N_("Begin")), symbol="tool", look="order", **orders("begin", **number)))
    if may_advance(TASK_CHART, status, TaskStatus.DONE):
        keys.append(key(screen.say(N_("Done")), symbol="check", look="order", **_ticks_off(task, title, screen)))
    if may_advance(TASK_CHART, status, TaskStatus.SKIPPED):
        skip = screen.say(N_("Skip"))
        why = asks("skip", f"{skip}: {title}", screen.say(N_("Why")), skip, **number)
        keys.append(key("", symbol="ban", title=screen.say(N_("Skip with a reason")), **{"aria-label": f"{skip}: {title}"}, **why))
    if may_advance(TASK_CHART, status, TaskStatus.PENDING):
        keys.append(key(screen.say(N_("Take up again")), symbol="rotate-clockwise", look="order", **orders("again", **number)))
    return keys


def _ticks_off(task: Row, title: str, screen: Screen) -> dict[str, str]:
    asked = ASKED_FOR.get(task["evidence_kind"])
    if asked is None:
        return orders("done", task=task["id"], evidence=task["evidence_kind"])
    kind, label = asked
    done = screen.say(N_("Done"))
    photo = task["evidence_kind"] == "photo"
    return asks("done", title, screen.say(label), done, kind=kind, photo=photo, task=task["id"], evidence=task["evidence_kind"])
