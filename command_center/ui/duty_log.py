"""The log on the duty page: lines written by hand, and any line found by words, time, part of the house, incident, unit and person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.board import Row
from command_center.domain.handover import EntryAct
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.services import log_search
from command_center.services.log_search import LogLine, LogQuery
from command_center.services.search import LONGEST
from command_center.ui.console_log import BEHIND_THE_SCENES, actor_name, entry_line
from command_center.ui.console_parts import key
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import choice, day_and_time, goes, last_time_of_day, orders, segments, text_field
from command_center.ui.duty_report import allows, place
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs, spoken_names
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

LINES_AT_ONCE = 60
MOST_LINES = 600
"""More lines than this nobody reads: a time or a word narrows them."""

MOST_LOOKS = 12
"""Pages of the search that one look goes through; each looks at a few hundred lines."""

INCIDENTS_OFFERED = 100

WANTED = ("q", "from", "to", "part", "incident", "unit", "who", "line")
"""What of an address narrows the log: its fields, and the line to begin with. `lines` is how many are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The lines that fit, newest first. more : there are older ones. wrong : names of times in the address that are none."""

    lines: Sequence[LogLine] = ()
    more: bool = False
    wrong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What the lists of the search offer. incidents : the newest, ended ones too. people : names of who can be behind a line."""

    incidents: Sequence[Row] = ()
    people: Sequence[str] = ()


def is_narrowed(at: At) -> bool:
    return any(at.get(name) for name in WANTED)


def log_place(at: At, **changed: object) -> str:
    """The address of the log with the search as it is, but for what is changed."""
    return place(at, tab="log", **({name: at.get(name) for name in (*WANTED, "lines")} | changed))


# ---- finding ------------------------------------------------------------------------------------------------------


def find(center: Center, at: At, actor: Actor) -> Found:
    """The lines that the address asks for."""
    wanted = _lines_wanted(at)
    times = {name: _moment(at, name, center) for name in ("from", "to")}
    wrong = frozenset(name for name, moment in times.items() if moment is None and (at.get(name) or "").strip())
    query = _query(at, times, wanted)
    lines: list[LogLine] = []
    for _ in range(MOST_LOOKS):
        page = log_search.search_log(center, query, actor)
        lines += [line for line in page.lines if line.row["event"] not in BEHIND_THE_SCENES]
        if page.older is None or len(lines) >= wanted:
            return Found(lines=lines[:wanted], more=page.older is not None or len(lines) > wanted, wrong=wrong)
        query = replace(query, before=page.older)
    return Found(lines=lines, more=True, wrong=wrong)


def _lines_wanted(at: At) -> int:
    wanted = at.get("lines") or ""
    return min(max(int(wanted), LINES_AT_ONCE), MOST_LINES) if wanted.isdecimal() and len(wanted) < 6 else LINES_AT_ONCE


def _moment(at: At, name: str, center: Center) -> datetime | None:
    """A time as people type it: a time of day means the last one."""
    typed, now, zone = at.get(name) or "", center.now(), center.catalogue.street.timezone
    return last_time_of_day(typed, now, zone) or day_and_time(typed, now, zone)


def _query(at: At, times: Mapping[str, datetime | None], wanted: int) -> LogQuery:
    incident = at.get("incident") or ""
    line, part = at.get("line") or "", at.get("part") or ""
    return LogQuery(
        text=(at.get("q") or "").replace("\0", "")[:LONGEST],
        from_at=times["from"],
        to_at=times["to"],
        groups=[part] if part in phrases.EVENT_GROUP else [],
        incident_id=int(incident) if incident.isdecimal() else None,
        unit_id=at.get("unit") or None,
        actor=at.get("who") or None,
        before=int(line) + 1 if line.isdecimal() and len(line) < 16 else None,
        limit=min(wanted, LINES_AT_ONCE * 2),
    )


# ---- the search ---------------------------------------------------------------------------------------------------


def search(found: Found, offers: Offers, at: At, screen: Screen) -> list[Component]:
    """The fields that narrow the log; assets/duty.js turns them into an address when one of them is changed."""
    token = at.get("token") or ""
    parts = [("", screen.say(N_("all of the house"))), *((code, screen.say(text)) for code, text in phrases.EVENT_GROUP.items())]
    units = [("", screen.say(N_("any unit"))), *sorted(call_signs(screen).items(), key=lambda it: it[0])]
    people = [("", screen.say(N_("anybody"))), *((name, actor_name(name, screen)) for name in (SYSTEM.name, *offers.people))]
    said = {name: screen.say(N_("no such time: HH:MM or MM-DD HH:MM")) for name in found.wrong}
    times = [
        text_field(name, screen.say(label), at.get(name) or "", field_id=f"duty-log-{name}", hint="MM-DD HH:MM", error=said.get(name))
        for name, label in (("from", N_("From")), ("to", N_("To")))
    ]
    words = text_field(
        "q", screen.say(N_("Words in the log")), at.get("q") or "", field_id="duty-log-q", hint=screen.say(N_("two characters will do"))
    )
    go = html.Button([icon("search"), html.Span(screen.say(N_("Search")), className="word")], type="submit", className="key primary")
    clear = [key(screen.say(N_("All lines")), symbol="x", **goes(place(at, tab="log")))] if is_narrowed(at) else []
    narrowing = html.Details(
        [
            html.Summary(screen.say(N_("Narrow it down"))),
            html.Div(
                [
                    *times,
                    choice("part", screen.say(N_("Part of the house")), parts, at.get("part") or "", token),
                    choice("incident", screen.say(N_("About")), _incidents(offers, at, screen), at.get("incident") or "", token),
                    choice("unit", screen.say(N_("Unit")), units, at.get("unit") or "", token),
                    choice("who", screen.say(N_("Who did it")), people, at.get("who") or "", token),
                ],
                className="narrow",
            ),
        ],
        open=any(at.get(name) for name in WANTED if name != "q"),
        **{"data-fold": "log-search"},
    )
    return [html.Div([html.Div([words, go, *clear], className="words"), narrowing], className="fields search")]


def search_mark(at: At, screen: Screen, offers: Offers) -> str:
    """What the fields depend on: what is typed meanwhile stays."""
    newest = offers.incidents[0]["id"] if offers.incidents else ""
    return f"{at.get('tab')} {[at.get(name) for name in WANTED]} {screen.lang} {newest}"


def _incidents(offers: Offers, at: At, screen: Screen) -> list[tuple[str, str]]:
    known = [(str(row["id"]), f"{row['number']} {screen.read(row['type_name'])} {screen.read(row['place'])}") for row in offers.incidents]
    chosen = at.get("incident") or ""
    missing = [(chosen, f"#{chosen}")] if chosen and chosen not in dict(known) else []
    return [("", screen.say(N_("any incident"))), *missing, *known]


# ---- the lines ----------------------------------------------------------------------------------------------------


def entries(found: Found, at: At, screen: Screen) -> list[Component]:
    """The lines that fit, newest first; each can be corrected by a line of its own, and the older ones are fetched by a key."""
    if not found.lines:
        if not is_narrowed(at):
            return [empty_state(screen.say(N_("The log is empty.")), symbol="notes")]
        fewer = screen.say(N_("Take a shorter word, or a longer time."))
        return [empty_state(screen.say(N_("No line of the log fits.")), fewer, symbol="search")]
    names = spoken_names(screen)
    shown = [html.Ul([_line(line, at, screen, names) for line in found.lines], className="entries")]
    if found.more:
        return [*shown, _more(found, at, screen)]
    return [*shown, _oldest(screen)] if at.get("lines") else shown


def _oldest(screen: Screen) -> Component:
    """Stands where the key for older lines was, and takes the keyboard over from it."""
    return html.P(screen.say(N_("There are no older lines.")), id="duty-older", className="muted more", tabIndex="-1", **{"data-stay": ""})


def _more(found: Found, at: At, screen: Screen) -> Component:
    if len(found.lines) >= MOST_LINES:
        told = screen.say(N_("%(n)s lines are shown. Older ones: narrow it down by a time or a word."), n=len(found.lines))
        return html.P(told, className="muted more")
    href = log_place(at, lines=min(MOST_LINES, _lines_wanted(at) + LINES_AT_ONCE))
    return html.Div(
        key(screen.say(N_("Older lines")), "duty-older", symbol="history", **{"data-stay": ""}, **goes(href)), className="acts more"
    )


def _line(line: LogLine, at: At, screen: Screen, names: Mapping[str, str]) -> html.Li:
    drawn = entry_line(dict(line.row), screen, names)
    drawn.children = [html.Time(_when(line.at, screen)), *drawn.children[1:]]
    if allows(screen, Right.WRITE_LOG):
        label = screen.say(N_("Correct line %(n)s"), n=line.row["id"])
        href = log_place(at, corrects=line.row["id"])
        drawn.children.append(key("", symbol="edit", title=label, **{"aria-label": label}, **goes(href)))
    return drawn


def _when(at: datetime, screen: Screen) -> str:
    """HH:MM:SS where the street is, with the day when that is not today."""
    zone = ZoneInfo(screen.center.catalogue.street.timezone)
    local, today = at.astimezone(zone), screen.center.now().astimezone(zone).date()
    return f"{local:%H:%M:%S}" if local.date() == today else f"{local:%m-%d %H:%M:%S}"


# ---- writing one --------------------------------------------------------------------------------------------------


def entry_fields(at: At, corrects: str | None, screen: Screen) -> list[Component]:
    """Where a line is written by hand: what was done, about which incident, in words."""
    if not allows(screen, Right.WRITE_LOG):
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
    stop = [key(screen.say(N_("Cancel")), keys="Esc", **goes(log_place(at)))] if corrects else []
    about = choice("about", screen.say(N_("About")), [("", screen.say(N_("no incident"))), *incidents], "", at.get("token") or "")
    return [
        html.Div(
            [
                segments("act", screen.say(N_("Act")), acts, EntryAct.TAKE.value, field_id="duty-act"),
                dmc.Textarea(name="note", label=told, value="", id="duty-note", autosize=True, minRows=2, maxRows=8, **{"data-first": ""}),
                html.Div([about, html.Div([*stop, save], className="acts")], className="pair"),
            ],
            className="fields",
            **{"data-token": at.get("token") or ""},
        )
    ]
