"""One incident in the dock: what it is, how the clocks stand, who called, who was sent, and what may be done with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain import events
from command_center.domain.board import Row
from command_center.domain.rights import Right
from command_center.domain.status import (
    ASSIGNMENT_CHART,
    INCIDENT_CHART,
    OPEN_INCIDENT,
    UNANSWERED_ASSIGNMENT,
    AssignmentStatus,
    IncidentStatus,
    may_advance,
)
from command_center.services.history import IncidentStory
from command_center.services.responsibilities import Responsible
from command_center.services.timers import Mark, Timer
from command_center.ui import console_plans, reports_view
from command_center.ui.console_incidents import opens
from command_center.ui.console_log import entry_line
from command_center.ui.console_parts import incident_state, key, listed, minutes_seconds, moment, reporters, time_of_day, type_name
from command_center.ui.console_proposal import cover_words
from command_center.ui.desk_parts import orders, thumbnails
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs, spoken_names
from command_center.ui.widgets import clock, icon, severity
from command_center.words import N_, phrases


def title(row: Row, screen: Screen) -> html.Div:
    """Level, kind, number and place, and how many have called about it."""
    under = " · ".join([row["number"], screen.read(row["place"]), incident_state(row, screen), *reporters(row, screen)])
    drill = [html.Span(screen.say(N_("simulated")), className="tag")] if row["is_simulated"] else []
    return html.Div(
        [severity(row["severity"], screen), html.Div([html.B([type_name(row, screen), " ", *drill]), html.Small(under)], className="what")],
        className="title",
    )


def suggestion(row: Row, screen: Screen) -> list[Component]:
    """The banner when a unit did not answer: who to send instead, one key to do it."""
    proposed = row["suggestion"]
    if not proposed or IncidentStatus(row["status"]) not in OPEN_INCIDENT:
        return []
    signs = call_signs(screen)
    silent = signs.get(proposed["instead_of"], proposed["instead_of"])
    limit_s = row["sla"]["unit_ack_s"]
    if proposed["unit_id"] is None:
        text = screen.say(N_("%(silent)s has not answered and no other unit is free: phone them."), silent=silent)
        return [html.Div([icon("phone"), html.Span(text)], className="suggest", role="alert")]
    names = {"silent": silent, "other": signs.get(proposed["unit_id"], proposed["unit_id"]), "seconds": limit_s}
    text = screen.say(N_("%(silent)s has not answered in %(seconds)s s; send %(other)s instead?"), **names)
    send = key(
        screen.say(N_("Send %(other)s"), other=names["other"]),
        keys="Ctrl+Enter",
        look="order",
        **{"data-main": "1"},
        **orders("send_suggested", incident=row["id"], unit=proposed["unit_id"], version=row["version"]),
    )
    return [html.Div([icon("phone"), html.Span(text), send], className="suggest", role="alert")]


def _stamp(row: Row, field: str, screen: Screen, msgid: str, limit_s: float | None) -> html.Div:
    """One moment of the response: how long after the call; for sending and arriving, the clock still running to its limit."""
    reported, reached = moment(row["reported_at"]), moment(row[field])
    if reported and reached:
        seconds = (reached - reported).total_seconds()
        late = "late" if limit_s is not None and seconds > limit_s else ""
        value: Component = html.B(minutes_seconds(seconds), className=late, title=time_of_day(reached, screen))
    elif row["gone"] or field not in ("dispatched_at", "on_scene_at"):
        value = html.B("—", className="muted")
    else:
        value = html.B(clock(row["reported_at"], limit_s=limit_s))
    return html.Div([value, html.Span(screen.say(msgid))])


def clocks(row: Row, screen: Screen) -> html.Div:
    """Dispatched, rolling, on scene, under control: each counted from the call."""
    sla = row["sla"]
    return html.Div(
        [
            _stamp(row, "dispatched_at", screen, N_("Dispatched"), sla["dispatch_s"]),
            _stamp(row, "en_route_at", screen, N_("En route"), None),
            _stamp(row, "on_scene_at", screen, N_("On scene"), sla["arrive_limit_s"]),
            _stamp(row, "controlled_at", screen, N_("Under control"), None),
        ],
        className="clocks",
    )


def timers(story: IncidentStory, screen: Screen) -> list[Component]:
    """Clocks that speak for a plan by themselves (people in a lift): how long, and what comes when."""
    return [_timer(it, screen) for it in story.timers]


def _timer(timer: Timer, screen: Screen) -> html.Div:
    since, stopped = timer.since.isoformat(), None if timer.lasted is None else (timer.since + timer.lasted).isoformat()
    state = [] if stopped is None else [html.Small(screen.say(N_("stopped %(time)s"), time=time_of_day(stopped, screen)))]
    marks = [] if stopped is not None else [_mark(mark, screen) for mark in timer.marks]
    head = html.Div([html.Span(screen.read(timer.name)), html.B(clock(since, stop=stopped)), *state])
    return html.Div([head, *marks], className="timer", **{"data-timer": timer.metric})


def _mark(mark: Mark, screen: Screen) -> html.Div:
    """A level the clock speaks for: the time that is left, or since when it does."""
    reached = mark.at <= screen.center.now()
    when = html.Small(screen.say(N_("since %(time)s"), time=time_of_day(mark.at, screen))) if reached else clock(until=mark.at.isoformat())
    plan = screen.read(screen.center.catalogue.plans[mark.plan_id].short)
    return html.Div(
        [severity(mark.level.value, screen), html.Span(plan), when],
        className="mark reached" if reached else "mark",
        title=screen.read(mark.text),
    )


def _may(row: Row, to: IncidentStatus) -> bool:
    return may_advance(INCIDENT_CHART, IncidentStatus(row["status"]), to)


def buttons(row: Row, screen: Screen) -> html.Div:
    """What the status chart allows now, and the role may do."""
    if screen.caller is None or not screen.caller.may(Right.RUN_INCIDENTS):
        return html.Div(className="acts", hidden=True)
    shown: list[Component] = []
    number = {"incident": row["id"]}
    if row["acknowledged_at"] is None and not row["gone"]:
        shown.append(key(screen.say(N_("Seen")), symbol="bell", keys="F8", look="order", **orders("acknowledge", **number)))
    if _may(row, IncidentStatus.CONTROLLED):
        shown.append(key(screen.say(N_("Under control")), symbol="flag", look="order", **orders("control", **number)))
    if _may(row, IncidentStatus.CLOSED):
        shown.append(key(screen.say(N_("Close…")), symbol="check", **{"data-dialog": "console-close"}))
        shown.append(key(screen.say(N_("Merge…")), symbol="git-merge", **{"data-dialog": "console-merge"}))
        shown.append(key(screen.say(N_("Severity…")), symbol="adjustments", **{"data-dialog": "console-severity"}))
    if row["gone"] and _may(row, IncidentStatus.NEW):
        shown.append(key(screen.say(N_("Reopen")), symbol="rotate-clockwise", look="order", **orders("reopen", **number)))
    shown.append(key(screen.say(N_("On the map")), symbol="focus-2", **{"data-focus": "incident", "data-id": row["id"]}))
    return html.Div(shown, className="acts")


# ---- who was sent, who called -------------------------------------------------------------------------------------


def assignment_row(row: Row, screen: Screen) -> html.Div:
    """One unit's order: where it stands, since when, and the officer's ticks for what a crew tells by phone."""
    status = AssignmentStatus(row["status"])
    silent = status in UNANSWERED_ASSIGNMENT
    sign = call_signs(screen).get(row["unit_id"], row["unit_id"])
    state = screen.say(phrases.ASSIGNMENT_STATUS[row["status"]])
    waiting = [" ", clock(row["dispatched_at"])] if silent and not row["gone"] else []
    arrives = [" · ", _expected(row, screen)] if row["expected_arrival_at"] and not row["on_scene_at"] and not row["gone"] else []
    return html.Div(
        [
            html.Button([html.B(sign)], type="button", className="key", **opens("unit", row["unit_id"])),
            html.Span([state, *waiting, *arrives, *_stop(row, screen), *_since(row, screen)], className="state"),
            html.Div(_ticks(row, status, screen), className="acts"),
        ],
        className="sent silent" if status in (AssignmentStatus.NO_ANSWER, AssignmentStatus.FAILED) else "sent",
        **{"data-assignment": row["id"]},
    )


def _expected(row: Row, screen: Screen) -> Component:
    return html.Span(screen.say(N_("expected %(time)s"), time=time_of_day(row["expected_arrival_at"], screen)))


def _stop(row: Row, screen: Screen) -> list[Component]:
    """Where it loads on its way, and what."""
    stop = row["stop"]
    if stop is None:
        return []
    loads = listed((f"{screen.read(load['name'])}×{load['quantity']}" for load in stop["loads"]), screen)
    return [html.Div(screen.say(N_("loads at %(depot)s: %(loads)s"), depot=screen.read(stop["name"]), loads=loads), className="stop")]


def _since(row: Row, screen: Screen) -> list[Component]:
    """The moments this unit went through, counted from its order."""
    start = moment(row["dispatched_at"])
    steps = (("acknowledged_at", N_("answered")), ("en_route_at", N_("rolling")), ("on_scene_at", N_("there")))
    done = [(screen.say(msgid), moment(row[field])) for field, msgid in steps if row[field]]
    texts = [f"{name} {minutes_seconds((at - start).total_seconds())}" for name, at in done if at and start]
    return [html.Div(html.Small(" · ".join(texts), className="muted"))] if texts else []


_TICKS = (
    (AssignmentStatus.ACKNOWLEDGED, N_("Told by phone"), "phone"),
    (AssignmentStatus.EN_ROUTE, N_("Rolling"), "truck"),
    (AssignmentStatus.ON_SCENE, N_("On scene"), "map-pin"),
    (AssignmentStatus.CLEARED, N_("Cleared"), "check"),
    (AssignmentStatus.RECALLED, N_("Recall"), "arrow-back-up"),
)


def _ticks(row: Row, status: AssignmentStatus, screen: Screen) -> list[Component]:
    if row["gone"] or screen.caller is None or not screen.caller.may(Right.REPORT_ANY_STATUS):
        return []
    allowed = [tick for tick in _TICKS if may_advance(ASSIGNMENT_CHART, status, tick[0])]
    return [
        key(screen.say(msgid), symbol=symbol, look="order", **orders("report", assignment=row["id"], status=to.value))
        for to, msgid, symbol in allowed
    ]


def call_block(call: dict[str, Any], screen: Screen) -> html.Div:
    """One call: who, when, what was said and answered."""
    who = " ".join(part for part in (call["caller_name"], call["caller_phone"]) if part) or screen.say(N_("caller unknown"))
    lines = [html.P(f"{question} {answer}") for question, answer in call["answers"].items() if answer]
    said = [html.P(call["said"])] if call["said"] else []
    head = screen.say(N_("%(time)s, taken by %(officer)s"), time=time_of_day(call["at"], screen), officer=call["taken_by"])
    return html.Div([html.B(who), " ", html.Small(head), *said, *lines], className="said")


def phone_line(responsible: Responsible, screen: Screen) -> html.Li:
    """Somebody who answers for the place: name, part, and the number or that there is none."""
    part = screen.say(phrases.RESPONSIBILITY_PART[responsible.part])
    number = (
        html.A(responsible.phone, href=f"tel:{responsible.phone}")
        if responsible.phone
        else html.Span(screen.say(N_("no number on file")), className="muted")
    )
    return html.Li([html.B(screen.read(responsible.name)), " ", html.Small(part), " ", number], **{"data-cadre": responsible.cadre_id})


def _section(screen: Screen, msgid: str, rows: Sequence[Component], count: int | None = None) -> list[Component]:
    heading = screen.say(msgid) + (f" ({count})" if count is not None else "")
    return [html.H3(heading), *rows] if rows else []


def head_view(story: IncidentStory, screen: Screen) -> list[Component]:
    """Everything that never scrolls away: title, banner, clocks, buttons."""
    row = story.incident
    stands = [title(row, screen), *suggestion(row, screen), clocks(row, screen), *timers(story, screen)]
    return [*stands, buttons(row, screen), *console_plans.answering(row, story.plans, screen)]


def units_view(story: IncidentStory, screen: Screen) -> list[Component]:
    """Units on it now, then those that were."""
    active = [row for row in story.assignments if not row["gone"]]
    ended = [row for row in story.assignments if row["gone"]]
    sent = [assignment_row(row, screen) for row in active]
    past = [assignment_row(row, screen) for row in ended]
    chosen = [_choice(entry["facts"], screen) for entry in story.entries if entry["event"] == events.ProposalOverruled.name]
    return [*_section(screen, N_("Units on it"), sent, len(sent)), *chosen, *_section(screen, N_("Units that were on it"), past, len(past))]


def _choice(facts: Mapping[str, Any], screen: Screen) -> html.Div:
    """An officer chose otherwise than was proposed: both, with arrival and price as they were shown."""
    proposed = _chosen(facts["proposed"], facts["proposed_s"], facts["cover_before"], facts["cover_proposed"], screen)
    sent = _chosen(facts["sent"], facts["sent_s"], facts["cover_before"], facts["cover_sent"], screen)
    return html.Div(screen.say(N_("Proposed %(proposed)s; sent %(sent)s"), proposed=proposed, sent=sent), className="choice")


def _chosen(units: Sequence[str], seconds: Sequence[int | None], before: float | None, after: float | None, screen: Screen) -> str:
    signs, price = call_signs(screen), cover_words(before, after, screen)
    named = (
        signs.get(unit_id, unit_id) if arrival_s is None else f"{signs.get(unit_id, unit_id)} {minutes_seconds(arrival_s)}"
        for unit_id, arrival_s in zip(units, seconds, strict=True)
    )
    return listed(named, screen) + (f" ({price})" if price else "")


def photos(story: IncidentStory, screen: Screen) -> list[Component]:
    """Photos of the incident as thumbnails, the newest first, and the key that adds one."""
    taken = [entry for entry in reversed(story.entries) if entry["event"] == events.IncidentPhotographed.name]
    shown = [(entry["facts"]["photo"], _caption(entry, screen)) for entry in taken]
    adds = {"data-add-photo": json.dumps({"act": "add_photo", "incident": story.incident["id"]})}
    may = screen.caller is not None and screen.caller.may(Right.SEND_PHOTOS)
    add = [html.Div(key(screen.say(N_("Add a photo")), symbol="photo", **adds), className="acts")] if may else []
    return [*thumbnails(shown), *add]


def _caption(entry: Mapping[str, Any], screen: Screen) -> str:
    return " · ".join(part for part in (time_of_day(entry["at"], screen), entry["actor"], entry["facts"]["note"]) if part)


def rest_view(story: IncidentStory, screen: Screen) -> list[Component]:
    """Whom to phone about the place, notes, callers, questions answered, and the incident's own log, newest first."""
    calls = [call_block(call, screen) for call in reversed(story.calls)]
    note = story.incident["note"]
    names = spoken_names(screen)
    lines = [entry_line(entry, screen, names) for entry in reversed(story.entries)]
    phones = [phone_line(it, screen) for it in story.responsible]
    due = reports_view.of_incident(story.incident, screen)
    return [
        *_section(screen, N_("Phone first"), [html.Ul(phones, className="phones")] if phones else []),
        *_section(screen, N_("Reports to the district"), [html.Ul(due, className="next")] if due else []),
        *_section(screen, N_("Photos"), photos(story, screen)),
        *_section(screen, N_("Notes"), [html.Div(html.P(note), className="said")] if note else []),
        *_section(screen, N_("Calls"), calls, len(calls)),
        *_section(screen, N_("Log"), [html.Ul(lines, className="entries")]),
    ]
