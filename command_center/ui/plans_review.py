"""Looking back at a plan that ended (复盘): what was kept and missed, who answered, what it took; finished with a word, printed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain import events
from command_center.domain.activations import ActivationStatus
from command_center.domain.rights import Right
from command_center.domain.text import Text
from command_center.services.plan_reviews import EndedPlan
from command_center.ui.console_log import actor_name
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import asks, goes, hour_minute, section
from command_center.ui.plans_parts import address, group_name, kind_name
from command_center.ui.plans_preview import sum_box, table
from command_center.ui.shell import Screen
from command_center.ui.speech import audience_name, call_signs, spoken_names
from command_center.ui.widgets import severity
from command_center.words import N_, phrases

Review = Mapping[str, Any]
"""As services/plan_reviews gives it."""

OUTCOMES: Mapping[str, str] = {
    "on_time": N_("in time"),
    "late": N_("too late"),
    "missed": N_("never done"),
    "skipped": N_("skipped"),
    "withdrawn": N_("withdrawn"),
    "open": N_("still open"),
}
"""How a task ended -> its word, in the order in which they are shown."""

SUMMED = ("on_time", "late", "missed", "skipped")
MISSED = ("late", "missed")

STOCK_COLUMNS = ("reserve", "issue", "return", "consume")
"""Kinds of ledger lines that say what a plan took, as columns."""

ANSWERS: Mapping[str, str] = {
    events.PlanActivated.name: N_("put into force"),
    events.LevelChanged.name: N_("level changed"),
    events.ActivationConfirmed.name: N_("confirmed"),
    events.ActivationDeclined.name: N_("not approved"),
    events.PlanRolledBack.name: N_("rolled back"),
    events.PlanTerminated.name: N_("ended before an answer"),
}
"""Event that ended the waiting for a leader -> what it says."""

LINES_SHOWN = 300
"""Of the log; the log itself keeps everything."""


def waiting_for_review(ended: Sequence[EndedPlan], screen: Screen) -> list[Component]:
    """Plans that ended, those nobody has looked back at first; on the overview."""
    if not ended:
        return []
    lines = html.Ul([_ended_line(one, screen) for one in ended], className="lines")
    note = screen.say(N_("%(n)s not looked back at yet"), n=sum(not one.is_reviewed for one in ended))
    return [section(screen.say(N_("Ended plans")), lines, note=note, folded=all(one.is_reviewed for one in ended))]


def _ended_line(one: EndedPlan, screen: Screen) -> html.Li:
    said = screen.say(N_("ended %(time)s by %(name)s"), time=hour_minute(one.ended_at, screen), name=actor_name(one.ended_by, screen))
    facts = [said, *([screen.say(N_("exercise"))] if one.is_exercise else []), *([screen.say(N_("Reviewed"))] if one.is_reviewed else [])]
    opens = key(screen.say(N_("Look back")), symbol="history", **goes(address(activation=one.activation_id)))
    return html.Li(
        [
            html.Span(severity(one.level, screen), className="sign"),
            html.Div([html.B(screen.read(one.name)), html.Small(" · ".join(facts))], className="what"),
            html.Div(opens, className="when"),
        ],
        className="line over" if one.is_reviewed else "line",
        **{"data-ended": str(one.activation_id)},
    )


def review_view(seen: Review, screen: Screen) -> list[Component]:
    """The whole of it, what was missed first; the rest folded, and unfolded on paper."""
    figures, activation = seen["figures"], seen["activation"]
    return [
        html.H3(screen.say(N_("Looking back")), className="review-title"),
        html.Div(_keys(activation, screen), className="acts"),
        *_learnt(seen["finished"], screen),
        _sums(figures, screen),
        _times(figures["tasks"], screen),
        *_leaders(figures["confirmations"], screen),
        *_told(figures["messages"], screen),
        *_stock(figures["stock"], screen),
        *_units(figures["units"], screen),
        *_shelters(figures["shelters"], screen),
        *_reports(figures["reports"], screen),
        _timeline(seen["timeline"], screen),
    ]


def _keys(activation: Mapping[str, Any], screen: Screen) -> list[Component]:
    keys: list[Component] = []
    may = screen.caller is not None and screen.caller.may(Right.RUN_PLANS)
    if may and activation["status"] == ActivationStatus.TERMINATED:
        finish = screen.say(N_("Finish the review"))
        asked = asks("finish_review", finish, screen.say(N_("What was learnt")), finish, activation=activation["id"])
        keys.append(key(screen.say(N_("Finish the review…")), symbol="check", look="primary", **{"data-main": "1"}, **asked))
    return [*keys, key(screen.say(N_("Print")), symbol="printer", **{"data-print": ""})]


def _learnt(finished: Mapping[str, str] | None, screen: Screen) -> list[Component]:
    if finished is None:
        return []
    said = screen.say(N_("Learnt, %(name)s %(time)s:"), name=finished["by"], time=hour_minute(finished["at"], screen))
    return [html.P([html.B(said), " ", finished["note"]], className="learnt")]


def _sums(figures: Mapping[str, Any], screen: Screen) -> html.Div:
    """How the tasks ended, one number each; and messages answered of those that wanted an answer."""
    ended = figures["tasks_by_outcome"]
    boxes = [sum_box(ended.get(outcome, 0), OUTCOMES[outcome], "", screen, bad=_is_bad(outcome, ended)) for outcome in SUMMED]
    asked = [one for one in figures["messages"] if one["needs_answer"]]
    answered, wanted = sum(one["answered"] for one in asked), sum(one["recipients"] for one in asked)
    return html.Div([*boxes, sum_box(f"{answered}/{wanted}", N_("answered messages"), "", screen)], className="sums")


def _is_bad(outcome: str, ended: Mapping[str, int]) -> bool:
    return outcome in MISSED and ended.get(outcome, 0) > 0


# ---- times --------------------------------------------------------------------------------------------------------


def _times(tasks: Sequence[Mapping[str, Any]], screen: Screen) -> Component:
    """Tasks whose time was missed, then the others, folded."""
    missed = [task for task in tasks if task["outcome"] in MISSED]
    kept = [task for task in tasks if task["outcome"] not in MISSED]
    none = [] if missed else [html.P(screen.say(N_("Every deadline was kept.")))]
    shown = [_task_table(sorted(missed, key=lambda task: -(task["late_min"] or 0)), screen)] if missed else []
    rest = section(screen.say(N_("Kept, skipped, withdrawn")), _task_table(kept, screen), note=str(len(kept)), folded=True)
    return section(screen.say(N_("Times missed")), *none, *shown, rest, note=str(len(missed)), class_name="missed")


def _task_table(tasks: Iterable[Mapping[str, Any]], screen: Screen) -> html.Table:
    head = ["", screen.say(N_("due")), screen.say(N_("done at")), "", screen.say(N_("took")), ""]
    return table([_task(task, screen) for task in tasks], head)


def _task(task: Mapping[str, Any], screen: Screen) -> list[Component]:
    number = f" ({task['occurrence']})" if task["occurrence"] > 1 else ""
    note = [task["reason"], screen.say(N_("no photo")) if task["lacks_photo"] else "", task["done_by"] or ""]
    late = _late(task, screen) or screen.say(OUTCOMES[task["outcome"]])
    return [
        html.Td([screen.read(Text(**task["title"])) + number, html.Small([" ", group_name(task["group"], screen)], className="muted")]),
        html.Td(hour_minute(task["due_at"], screen), className="when"),
        html.Td(hour_minute(task["done_at"], screen), className="when"),
        html.Td(late, className="bad" if task["outcome"] in MISSED else "muted"),
        html.Td(_minutes(task["took_min"], screen), className="number"),
        html.Td(" · ".join(part for part in note if part), className="muted"),
    ]


def _late(told: Mapping[str, Any], screen: Screen) -> str:
    return screen.say(N_("%(n)s min late"), n=max(1, round(told["late_min"]))) if told["late_min"] else ""


def _minutes(length_min: float | None, screen: Screen) -> str:
    return "" if length_min is None else screen.say(N_("%(n)s min"), n=f"{length_min:.0f}")


# ---- people -------------------------------------------------------------------------------------------------------


def _leaders(waits: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    """How long a leader was waited for, each time."""
    if not waits:
        return []
    lines = [
        [
            html.Td(hour_minute(wait["asked_at"], screen), className="when"),
            html.Td(severity(wait["level"], screen)),
            html.Td(screen.say(N_("acted first")) if wait["acted_first"] else "", className="muted"),
            html.Td(screen.say(ANSWERS[wait["answer"]]) if wait["answer"] in ANSWERS else screen.say(N_("never answered"))),
            html.Td(actor_name(wait["by"], screen) if wait["by"] else ""),
            html.Td(_minutes(wait["waited_min"], screen), className="number"),
        ]
        for wait in waits
    ]
    return [section(screen.say(N_("Waiting for a leader")), table(lines), note=str(len(lines)), folded=False)]


def _told(messages: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    """Each message with how many it reached and how soon, and how many answered."""
    if not messages:
        return []
    head = ["", screen.say(N_("delivered to")), screen.say(N_("within")), screen.say(N_("answered")), screen.say(N_("within"))]
    lines = [
        [
            html.Td([html.B(audience_name(one["audience"], screen)), " ", html.Small(screen.read(Text(**one["text"])), className="muted")]),
            html.Td(f"{one['reached']}/{one['recipients']}", className="number"),
            html.Td(_spread(one["reached_min"], screen), className="number"),
            html.Td(f"{one['answered']}/{one['recipients']}" if one["needs_answer"] else "", className="number"),
            html.Td(_spread(one["answered_min"], screen), className="number"),
        ]
        for one in messages
    ]
    return [section(screen.say(N_("Messages and answers")), table(lines, head), note=str(len(lines)), folded=True)]


def _spread(minutes: Mapping[str, float] | None, screen: Screen) -> str:
    """Half of them and the last."""
    if minutes is None:
        return ""
    return screen.say(N_("half %(median)s, all %(last)s min"), median=f"{minutes['median']:.0f}", last=f"{minutes['last']:.0f}")


# ---- means --------------------------------------------------------------------------------------------------------


def _stock(used: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    """What was put by, taken out, brought back and used up."""
    if not used:
        return []
    head = ["", *(screen.say(phrases.STOCK_MOVE[kind]) for kind in STOCK_COLUMNS)]
    lines = [
        [html.Td(kind_name(one["material"], screen)), *(html.Td(str(one.get(kind, "")), className="number") for kind in STOCK_COLUMNS)]
        for one in used
    ]
    return [section(screen.say(N_("Stock it took")), table(lines, head), note=str(len(lines)), folded=False)]


def _units(duties: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    if not duties:
        return []
    signs, head = call_signs(screen), ["", screen.say(N_("acknowledged after")), screen.say(N_("on duty for"))]
    lines = [
        [
            html.Td(signs.get(duty["unit_id"], duty["unit_id"])),
            html.Td(_minutes(duty["acknowledged_min"], screen) or screen.say(N_("never acknowledged"))),
            html.Td(_minutes(duty["on_duty_min"], screen)),
        ]
        for duty in duties
    ]
    return [section(screen.say(N_("Units")), table(lines, head), note=str(len(lines)), folded=True)]


def _shelters(openings: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    if not openings:
        return []
    lines = [
        [
            html.Td(screen.read(Text(**one["name"]))),
            html.Td(screen.say(N_("%(people)s of %(places)s places"), people=one["most_occupied"], places=one["capacity"])),
            html.Td(f"{hour_minute(one['opened_at'], screen)} – {hour_minute(one['closed_at'], screen)}", className="when"),
        ]
        for one in openings
    ]
    return [section(screen.say(N_("Shelters")), table(lines), note=str(len(lines)), folded=True)]


def _reports(sent: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    if not sent:
        return []
    lines = [
        [
            html.Td(f"{screen.say(phrases.REPORT_KIND[one['kind']])} {one['number']}"),
            html.Td(screen.say(phrases.REPORT_STATE[one["state"]])),
            html.Td(hour_minute(one["due_at"], screen), className="when"),
            html.Td(_late(one, screen), className="bad"),
        ]
        for one in sent
    ]
    return [section(screen.say(N_("Reports to the district")), table(lines), note=str(len(lines)), folded=True)]


def _timeline(lines: Sequence[Mapping[str, Any]], screen: Screen) -> Component:
    """The log of the plan and its incident, oldest first."""
    names, left = spoken_names(screen), len(lines) - LINES_SHOWN
    rows = [
        [
            html.Td(hour_minute(line["at"], screen), className="when"),
            html.Td(actor_name(line["actor"], screen), className="muted"),
            html.Td(phrases.event(screen.lang, line["event"], line["facts"], names)),
        ]
        for line in lines[:LINES_SHOWN]
    ]
    more = [html.P(screen.say(N_("and %(n)s more lines in the log"), n=left), className="muted")] if left > 0 else []
    return section(screen.say(N_("Timeline")), table(rows), *more, note=str(len(lines)), folded=True)
