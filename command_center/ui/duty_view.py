"""Beside the handover report: who is on watch, the duty log, the stations' roll call, the roster with its swaps, past reports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.handover import EntryAct
from command_center.domain.rights import Right
from command_center.domain.watches import CENTRE, Duty, Hint
from command_center.services.handover import HandoverLine
from command_center.services.people import ChainLink
from command_center.services.places import PlaceHit
from command_center.services.roll_calls import RollCallView, StationAnswer
from command_center.services.roster import Roster
from command_center.services.swaps import SwapView
from command_center.services.watches import WatchView
from command_center.ui import console_search
from command_center.ui.console_log import entry_line
from command_center.ui.console_parts import key, listed
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import asks, choice, day_and_minute, goes, hour_minute, orders, section, segments, text_field
from command_center.ui.duty_report import place
from command_center.ui.shell import Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import clock, empty_state, icon
from command_center.words import N_, phrases

TABS: Mapping[str, tuple[str, str]] = {
    "log": (N_("Duty log"), "notes"),
    "roll": (N_("Roll call"), "users"),
    "roster": (N_("Roster"), "calendar"),
    "past": (N_("Past reports"), "history"),
    "catch-up": (N_("Catch up"), "keyboard"),
}
ENTRIES_SHOWN = 60
HINTS_SHOWN = 20
PLACE = "duty-place"


def tab_of(at: At) -> str:
    wanted = at.get("tab") or ""
    return wanted if wanted in TABS else "log"


def _may(screen: Screen, right: Right) -> bool:
    return screen.caller is not None and screen.caller.may(right)


# ---- who is on watch ----------------------------------------------------------------------------------------------


def on_watch(now: WatchView | None, following: WatchView | None, screen: Screen) -> list[Component]:
    """The watch in charge with its telephone numbers, then the one that relieves it."""
    if now is None:
        return [empty_state(screen.say(N_("Nobody is on watch.")), screen.say(N_("Fill in the roster.")), symbol="users")]
    parts = [_watch(now, screen.say(N_("On watch")), screen, ends=True)]
    if following is not None:
        parts.append(_watch(following, screen.say(N_("Next watch")), screen, ends=False))
    return parts


def _watch(watch: WatchView, name: str, screen: Screen, *, ends: bool) -> Component:
    span = f"{day_and_minute(watch.from_at, screen)} – {day_and_minute(watch.to_at, screen)}"
    late = ends and watch.to_at <= screen.center.now()
    left = [clock(until=watch.to_at.isoformat())] if ends else []
    heading = html.P([html.B(span, className="bad" if late else ""), " ", *left], className="said")
    people = html.Ul([_person(watch, duty, screen) for duty in (Duty.LEADER, Duty.OFFICER, Duty.ASSISTANT)], className="lines")
    return section(name, heading, people, note=watch.number)


def _person(watch: WatchView, duty: Duty, screen: Screen) -> html.Li:
    seated = watch.on(duty)
    names = listed((screen.read(it.name) for it in seated), screen) or screen.say(N_("nobody"))
    phones = listed((it.phone for it in seated if it.phone), screen) or (screen.say(N_("no number on file")) if seated else "")
    return html.Li(
        [
            html.Span(icon("user"), className="sign" if seated else "sign bad"),
            html.Div(
                [html.B(names, className="" if seated else "bad"), html.Small(screen.say(phrases.DUTY[duty.value]))], className="what"
            ),
            html.Div(html.Small(phones), className="when"),
        ],
        className="line",
    )


def chain(links: Sequence[ChainLink], screen: Screen) -> list[Component]:
    """Who is called in turn when nobody answers."""
    rows = [
        html.Tr(
            [
                html.Td(screen.say(phrases.PERSON_ROLE[link.role])),
                html.Td("—" if link.name is None else screen.read(link.name)),
                html.Td(html.Span(screen.say(phrases.CHAIN_GAP[link.gap]), className="bad") if link.gap else link.phone),
            ]
        )
        for link in links
    ]
    return [section(screen.say(N_("Call chain")), html.Table(html.Tbody(rows), className="listing"), folded=False)]


# ---- tabs ---------------------------------------------------------------------------------------------------------


def tabs(at: At, screen: Screen) -> list[Component]:
    chosen = tab_of(at)
    keys = [
        key(screen.say(label), symbol=symbol, **({"aria-current": "true"} if name == chosen else {}), **goes(place(at, tab=name)))
        for name, (label, symbol) in TABS.items()
    ]
    return [html.Nav(keys, className="tabs", **{"aria-label": screen.say(N_("Beside the report"))})]


# ---- the log ------------------------------------------------------------------------------------------------------


def entry_fields(at: At, corrects: str | None, screen: Screen) -> list[Component]:
    """Where a line is written by hand: what was done, about which incident, in words."""
    if tab_of(at) != "log" or not _may(screen, Right.WRITE_LOG):
        return []
    acts: list[tuple[str, Component | str]] = [(act.value, screen.say(phrases.ENTRY_ACT[act.value])) for act in EntryAct]
    incidents = [(str(row["id"]), f"{row['number']} {screen.read(row['place'])}") for row in screen.live.board.rows("incident")]
    told = screen.say(N_("Correction of line %(n)s"), n=corrects) if corrects else screen.say(N_("What happened, in words"))
    save = key(
        screen.say(N_("Write into the log")),
        symbol="plus",
        keys="Ctrl+Enter",
        look="primary order",
        **orders("entry", corrects=corrects or ""),
        **{"data-main": ""},
    )
    stop = [key(screen.say(N_("Cancel")), keys="Esc", **goes(place(at)))] if corrects else []
    return [
        html.Div(
            [
                segments("act", screen.say(N_("Act")), acts, EntryAct.TAKE.value, field_id="duty-act"),
                dmc.Textarea(name="note", label=told, value="", id="duty-note", autosize=True, minRows=2, maxRows=8, **{"data-first": ""}),
                html.Div(
                    [
                        choice(
                            "incident",
                            screen.say(N_("About")),
                            [("", screen.say(N_("no incident"))), *incidents],
                            "",
                            at.get("token") or "",
                        ),
                        html.Div([*stop, save], className="acts"),
                    ],
                    className="pair",
                ),
            ],
            className="fields",
            **{"data-token": at.get("token") or ""},
        )
    ]


def catch_up_fields(at: At, screen: Screen) -> list[Component]:
    """What was taken on paper while the line was down, with the times that stand there."""
    if tab_of(at) != "catch-up" or not _may(screen, Right.TAKE_CALLS):
        return []
    kinds = [
        (kind.code, f"{kind.code} {screen.read(kind.name)}")
        for kind in screen.center.catalogue.incident_types.values()
        if kind.stream == "emergency"
    ]
    hint = screen.say(N_("initials, name or number"))
    call = key(
        screen.say(N_("Enter the call")),
        symbol="phone-call",
        keys="Ctrl+Enter",
        look="primary order",
        **orders("past_call"),
        **{"data-main": ""},
    )
    note = key(screen.say(N_("Enter as a line of the log")), symbol="notes", look="order", **orders("past_note"))
    paper = html.A(
        [icon("printer"), html.Span(screen.say(N_("Situation on paper")), className="word")],
        href="/api/v1/paper",
        target="_blank",
        className="key",
    )
    return [
        html.Div(
            [
                html.P(screen.say(N_("For what stood on paper while the line was down: it keeps its real time.")), className="muted"),
                html.Div(
                    [
                        text_field("when", screen.say(N_("When (HH:MM or MM-DD HH:MM)")), field_id="duty-when", **{"data-first": ""}),
                        choice("kind", screen.say(N_("Type of incident")), kinds, kinds[0][0], at.get("token") or ""),
                    ],
                    className="pair",
                ),
                console_search.search_box(PLACE, screen.say(N_("Where")), hint, source="server", next_id="duty-note"),
                dmc.Textarea(
                    name="note", label=screen.say(N_("What was said and done")), value="", id="duty-note", autosize=True, minRows=2
                ),
                html.Div([paper, note, call], className="foot"),
            ],
            className="fields",
            **{"data-token": at.get("token") or ""},
        )
    ]


def place_lines(query: str, hits: Sequence[PlaceHit], screen: Screen) -> Component:
    """The answer of the place box."""
    lines = [console_search.line(f"{PLACE}-{hit.id}", hit.id, screen.read(hit.name)) for hit in hits]
    return console_search.answer(query, lines, screen.say(N_("No such place.")))


def entries(found: Sequence[Mapping[str, Any]], at: At, screen: Screen) -> list[Component]:
    """The newest lines of the log; each can be corrected by a line of its own."""
    names = spoken_names(screen)
    rows = []
    for entry in found[:ENTRIES_SHOWN]:
        line = entry_line(dict(entry), screen, names)
        if _may(screen, Right.WRITE_LOG):
            label = screen.say(N_("Correct line %(n)s"), n=entry["id"])
            fix = key("", symbol="edit", title=label, **{"aria-label": label}, **goes(f"{place(at, tab='log')}&corrects={entry['id']}"))
            line.children = [*line.children, fix]
        rows.append(line)
    return [html.Ul(rows, className="entries")]


# ---- roll call ----------------------------------------------------------------------------------------------------


def roll_call(call: RollCallView | None, screen: Screen) -> list[Component]:
    """The newest roll call: who answered, who is to be phoned."""
    start = key(screen.say(N_("Call the roll")), symbol="phone-call", look="primary order", **orders("roll"))
    keys = [html.Div(start, className="acts")] if _may(screen, Right.KEEP_ROSTER) else []
    if call is None:
        return [empty_state(screen.say(N_("The stations have not been asked yet.")), symbol="users"), *keys]
    when = screen.say(
        N_("asked %(at)s by %(name)s, to answer by %(due)s"),
        at=hour_minute(call.started_at, screen),
        name=call.started_by,
        due=hour_minute(call.due_at, screen),
    )
    lines = html.Ul([_answer(it, call, screen) for it in call.stations], className="lines")
    silent = len(call.silent)
    note = screen.say(N_("%(n)s to be phoned"), n=silent) if silent else screen.say(N_("all have answered"))
    return [section(screen.say(N_("Stations")), html.P(when, className="muted"), lines, note=note), *keys]


def _answer(it: StationAnswer, call: RollCallView, screen: Screen) -> html.Li:
    name = screen.read(screen.center.catalogue.stations[it.station].name)
    there = (
        screen.say(N_("%(n)s of %(expected)s there"), n=it.on_duty, expected=it.expected)
        if it.on_duty is not None
        else screen.say(N_("no answer yet"))
    )
    bad = it.on_duty is None or it.on_duty < it.expected
    keys: list[Component] = []
    if _may(screen, Right.KEEP_ROSTER):
        ask = asks(
            "roll_answer",
            screen.say(N_("%(station)s answered by phone"), station=name),
            screen.say(N_("People there")),
            screen.say(N_("Save")),
            kind="number",
            value=str(it.expected),
            call=call.id,
            station=it.station,
        )
        keys = [key(screen.say(N_("By phone…")), symbol="phone", **ask)]
    by = " · ".join(word for word in (it.note, it.answered_by or "", hour_minute(it.answered_at, screen)) if word)
    return html.Li(
        [
            html.Span(icon("alert-triangle" if bad else "check"), className="sign bad" if bad else "sign"),
            html.Div([html.B(name), html.Small(by)], className="what"),
            html.Div(html.Span(there, className="bad" if it.late else ""), className="when"),
            html.Div(keys, className="acts"),
        ],
        className="line",
        **{"data-station": it.station},
    )


# ---- roster and swaps ---------------------------------------------------------------------------------------------


def roster(days: Roster, swaps: Sequence[SwapView], screen: Screen) -> list[Component]:
    """What is wrong first, then wishes to swap, then the watches of the centre, then those of the stations."""
    keys = html.Div(
        [
            html.A(
                [icon("file-download"), html.Span(screen.say(N_("Roster (Excel)")), className="word")],
                href="/api/v1/duty/roster.xlsx",
                className="key",
                download="",
            ),
            *(
                [key(screen.say(N_("Take over a roster…")), symbol="database", **{"data-choose-sheet": ""})]
                if _may(screen, Right.KEEP_ROSTER)
                else []
            ),
            *(
                [key(screen.say(N_("Fill four weeks")), symbol="calendar", look="order", **orders("fill"))]
                if _may(screen, Right.KEEP_ROSTER)
                else []
            ),
            key(screen.say(N_("Print")), symbol="printer", **{"data-print": ""}),
        ],
        className="acts",
    )
    parts: list[Component] = [keys]
    if days.hints:
        rows = html.Ul([html.Li(_hint(it, screen)) for it in days.hints[:HINTS_SHOWN]], className="plain")
        parts.append(section(screen.say(N_("To look at")), rows, note=str(len(days.hints)), folded=False))
    if swaps:
        parts.append(
            section(
                screen.say(N_("Wishes to swap")),
                html.Ul([_swap(it, screen) for it in swaps], className="lines"),
                note=str(len(swaps)),
                folded=False,
            )
        )
    for post in dict.fromkeys(watch.post for watch in days.watches):
        own = [watch for watch in days.watches if watch.post == post]
        parts.append(section(_post(post, screen), _watches(own, screen), note=screen.read(days.pattern), folded=post != CENTRE))
    return parts


def _post(post: str, screen: Screen) -> str:
    stations = screen.center.catalogue.stations
    return screen.read(stations[post].name) if post in stations else screen.say(phrases.POST[CENTRE])


def _watches(own: Sequence[WatchView], screen: Screen) -> Component:
    duties = [duty for duty in Duty if any(watch.on(duty) for watch in own)]
    heads = html.Tr([html.Th(screen.say(N_("Watch"))), *(html.Th(screen.say(phrases.DUTY[duty.value])) for duty in duties)])
    rows = [
        html.Tr(
            [
                html.Td(_span(watch.from_at, watch.to_at, screen)),
                *(html.Td(listed((screen.read(it.name) for it in watch.on(duty)), screen)) for duty in duties),
            ],
            **({"aria-current": "true"} if watch.from_at <= screen.center.now() < watch.to_at else {}),
        )
        for watch in own
    ]
    return html.Div(html.Table([html.Thead(heads), html.Tbody(rows)], className="listing"), className="wide")


def _span(from_at: datetime, to_at: datetime, screen: Screen) -> str:
    return f"{day_and_minute(from_at, screen)} – {day_and_minute(to_at, screen)}"


def _hint(it: Hint, screen: Screen) -> str:
    post = "" if it.post is None else _post(it.post, screen)
    words = [_span(it.from_at, it.to_at, screen), post, screen.say(phrases.ROSTER_HINT[it.kind])]
    words += [screen.say(phrases.DUTY[it.duty.value])] if it.duty is not None else []
    return " · ".join(word for word in words if word)


def _swap(it: SwapView, screen: Screen) -> html.Li:
    what = screen.say(
        N_("%(other)s for %(person)s on %(number)s"), other=screen.read(it.other), person=screen.read(it.person), number=it.number
    )
    keys: list[Component] = []
    if _may(screen, Right.APPROVE_SWAPS):
        refuse = asks("swap_refuse", what, screen.say(N_("Why")), screen.say(N_("Refuse")), swap=it.id)
        keys = [
            key(screen.say(N_("Approve")), symbol="check", look="primary order", **orders("swap_approve", swap=it.id)),
            key(screen.say(N_("Refuse…")), symbol="x", **refuse),
        ]
    asked = screen.say(N_("asked by %(name)s %(at)s"), name=it.asked_by, at=hour_minute(it.asked_at, screen))
    return html.Li(
        [
            html.Span(icon("users"), className="sign"),
            html.Div([html.B(what), html.Small(" · ".join(word for word in (it.reason, asked) if word))], className="what"),
            html.Div(html.Small(_span(it.from_at, it.to_at, screen)), className="when"),
            html.Div(keys, className="acts"),
        ],
        className="line",
    )


# ---- past reports -------------------------------------------------------------------------------------------------


def past(found: Sequence[HandoverLine], at: At, screen: Screen) -> list[Component]:
    if not found:
        return [empty_state(screen.say(N_("No watch has been handed over yet.")), symbol="history")]
    rows = []
    for it in found:
        href = place(at, handover=it.id, section=None)
        who = " → ".join(name or "—" for name in (it.outgoing_by, it.incoming_by))
        rows.append(
            html.Li(
                html.A(
                    [
                        html.Span(icon("lock" if it.sha256 else "edit"), className="sign"),
                        html.Div([html.B(it.number), html.Small(f"{_span(it.from_at, it.to_at, screen)} · {who}")], className="what"),
                        html.Div(html.Small(screen.say(phrases.HANDOVER_STATUS[it.status.value])), className="when"),
                    ],
                    href=href,
                    className="line",
                    **goes(href),
                    **({"aria-current": "true"} if at.get("handover") == str(it.id) else {}),
                )
            )
        )
    return [html.Ul(rows, className="lines")]
