"""The wall: what a room reads from five metres. Nobody touches it, nothing scrolls, nothing is cut off; what does not fit is counted.

Sizes come from the viewing distance: `?d=5&diag=65` (metres, inches) sets the root size so that 1rem is 16 arc minutes (assets/wall.js).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from command_center.domain.board import Row, without_words
from command_center.domain.levels import Level
from command_center.domain.watches import Duty
from command_center.services.figures import BoardFigures, ResponseFigures, board_figures, is_overdue, is_tense, response_figures
from command_center.services.plan_figures import silent_audiences
from command_center.services.watches import OnWatch, on_duty_now
from command_center.ui import duty_alerts, wall_plans
from command_center.ui.console_parts import door, reporters
from command_center.ui.map_layers import district_map, unit_symbol
from command_center.ui.memo import Memo, fingerprint
from command_center.ui.shell import Desk, Page, Screen, shows_simulated
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import clock, data_time, demo_mark, empty_state, icon, kpi, pane, severity, wall_clock
from command_center.words import N_, phrases

INCIDENTS_SHOWN = 5
ENTRIES_SHOWN = 3
WARNINGS_SHOWN = 4
"""Five incidents and three lines of the log: eight list rows, the most a room takes in.

A running plan takes two from the log, a silent audience one.
"""

PULSE_S = 10
"""Figures that change with time alone (overdue, shares) are drawn anew this often."""

LONG_QUIET_H = 48
"""From here on quiet is counted in days."""

LONGEST_PLACE_EM = 20.0
"""Width of a place on the wall, two lines; a caller's whole sentence stays on the console."""

PLACE_MARKS = re.compile(r"(?=[,，。；;（(])")


PARTS = ("wall-kpis", "wall-warnings", "wall-incidents", "wall-plans", "wall-entries", "wall-duty", "wall-demo")
"""Ids of what the server draws anew when something happened; the units are drawn by assets/wall_units.js."""

SEEN = "wall-seen"
"""Store: part -> fingerprint of what this screen shows there."""


@dataclass(frozen=True, slots=True)
class WallDrawing:
    """The parts that follow the facts, by id, and their fingerprints."""

    parts: Mapping[str, Sequence[Component]]
    marks: Mapping[str, str]

    def news(self, seen: Mapping[str, str]) -> list[Any]:
        """Every part in the order of PARTS, `no_update` where a screen shows it already; and the fingerprints of what it shows then."""
        return [*(no_update if self.marks[part] == seen.get(part) else self.parts[part] for part in PARTS), self.marks]


def layout(screen: Screen) -> Component:
    drawing = draw(screen)
    incidents = pane(
        [icon("alert-triangle"), screen.say(N_("Incidents"))],
        html.Div(drawing.parts["wall-incidents"], id="wall-incidents", className="wall-list"),
        note=screen.say(N_("by level, then age")),
        class_name="wall-incidents",
    )
    areas = pane(
        [icon("truck"), screen.say(N_("Units"))],
        html.Div(_areas(screen), id="wall-areas", className="wall-areas"),
        note=screen.say(N_("free")),
        class_name="wall-units",
    )
    entries = pane(
        [icon("history"), screen.say(N_("Latest"))],
        html.Div(drawing.parts["wall-entries"], id="wall-entries", className="wall-list"),
        class_name="wall-entries",
    )
    return html.Div(
        [
            html.Header(
                [_title(screen), html.Div(drawing.parts["wall-kpis"], id="wall-kpis", className="wall-kpis"), wall_clock()],
                className="wall-head",
            ),
            html.Div(drawing.parts["wall-warnings"], id="wall-warnings", className="wall-warnings"),
            incidents,
            district_map(screen, page="wall", can_pan=False),
            html.Aside([areas, _plans(drawing), entries], className="wall-side"),
            _footer(drawing, screen),
            dcc.Store(id=SEEN, data=drawing.marks),
        ],
        className="wall",
        **{"data-distance": screen.query.get("d", ""), "data-diagonal": screen.query.get("diag", "")},
    )


def _plans(drawing: WallDrawing) -> Component:
    return html.Section(drawing.parts["wall-plans"], id="wall-plans", className="pane wall-plans")


def _title(screen: Screen) -> Component:
    street = screen.center.catalogue.street
    return html.H1([html.Span(screen.read(street.name)), html.Span(screen.say(N_("Command centre")))], className="wall-title")


def _duty(screen: Screen) -> str:
    """Who leads and who is at the desk now; where nobody is rostered, what is there to answer."""
    watch = on_duty_now(screen.center)
    seats = [] if watch is None else [(it, watch.on(it)) for it in (Duty.LEADER, Duty.OFFICER)]
    named = [f"{screen.say(phrases.DUTY[duty])} {_names(people, screen)}" for duty, people in seats if people]
    if named:
        return " · ".join(named)
    counts = screen.center.catalogue.street.counts
    return screen.say(
        N_("On duty 24 h · %(stations)s stations · %(vehicles)s vehicles"),
        stations=counts.stations,
        vehicles=counts.patrol_vehicles + counts.guarantee_vehicles,
    )


def _names(people: Sequence[OnWatch], screen: Screen) -> str:
    return (", " if screen.lang == "en" else "、").join(screen.read(it.name) for it in people)


def _footer(drawing: WallDrawing, screen: Screen) -> Component:
    duty, demo = html.Span(drawing.parts["wall-duty"], id="wall-duty"), html.Span(drawing.parts["wall-demo"], id="wall-demo")
    return html.Footer([duty, demo, data_time(screen)], className="wall-foot")


def draw(screen: Screen) -> WallDrawing:
    """Draw from the live board; reads the last day's arrivals and who is on watch from the database."""
    now = screen.center.now()
    figures, response = board_figures(screen.live.board, now), response_figures(screen.center)
    plans, silent = wall_plans.running(screen), silent_audiences(screen.live.board, now)
    taken = 2 * len(plans) + len(wall_plans.silent_shown(plans, silent))
    parts: dict[str, Sequence[Component]] = {
        "wall-kpis": _kpis(figures, response, screen),
        "wall-warnings": [*duty_alerts.on_wall(screen), *warning_strip(screen)],
        "wall-incidents": _incidents(response, now, screen),
        "wall-plans": wall_plans.panel(plans, silent, screen),
        "wall-entries": _entries(screen, max(0, ENTRIES_SHOWN - taken)),
        "wall-duty": [_duty(screen)],
        "wall-demo": [demo_mark(screen)] if shows_simulated(screen.live) else [],
    }
    return WallDrawing(parts, {part: fingerprint(drawn) for part, drawn in parts.items()})


# ---- the strip -----------------------------------------------------------------------------------


def _minutes(seconds: float | None) -> str:
    return "–" if seconds is None else f"{int(seconds) // 60}'{int(seconds) % 60:02d}\""


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f}%"


def _level_count(level: Level, count: int, screen: Screen) -> Component:
    symbol = severity(level, screen)
    if not count:
        symbol.className += " none"
    return html.Div([symbol, html.B(str(count))], className="level-count" if count else "level-count muted")


def _kpis(figures: BoardFigures, response: ResponseFigures, screen: Screen) -> list[Component]:
    levels = [_level_count(level, figures.open_by_level[level], screen) for level in Level]
    numbers = [
        kpi(str(figures.overdue), screen.say(N_("overdue")), bad=figures.overdue > 0),
        kpi(f"{figures.units_free}/{figures.units}", screen.say(N_("units free"))),
        kpi(_percent(response.kept_share), screen.say(N_("in 5 min"))),
        _circle(screen),
        kpi(_minutes(response.mean_s), screen.say(N_("mean time"))),
    ]
    return [html.Div(levels, className="level-counts"), *numbers]


def _circle(screen: Screen) -> Component:
    """The share of the street that help would reach within five minutes from where it stands now."""
    circle = screen.live.circle
    share = None if circle is None else circle["demand_share"]
    return kpi(_percent(share), screen.say(N_("reached")), bad=share is not None and share < GOOD_COVER, kpi_id="wall-circle")


# ---- warnings ------------------------------------------------------------------------------------

GOOD_COVER = 0.9
"""Below this share of the street within five minutes the figure is red."""

COLORS = ("red", "orange", "yellow", "blue")
"""Gravest first."""


def warning_strip(screen: Screen) -> list[Component]:
    """One line: closed roads whose guard has left, what the district ordered, the warnings in force, gravest colour first; or nothing."""
    warnings = sorted(screen.live.board.rows("warning"), key=lambda row: (_color_rank(row["color"]), row["issued_at"]))
    unguarded = [_unguarded(row, screen) for row in screen.live.board.rows("closure") if row["guard_left_at"]]
    told = [_standing_order(row, screen) for row in screen.live.board.rows("standing_order")] + [_warning(row, screen) for row in warnings]
    sky = [icon("cloud-rain")] if told else []
    told = unguarded + told
    if not told:
        return []
    hidden = len(told) - WARNINGS_SHOWN
    rest = html.Span(
        screen.say(N_("and %(count)s more warnings"), count=max(hidden, 0)),
        className="wall-warning-rest",
        hidden=hidden <= 0,
        **{"data-more": str(max(hidden, 0))},
    )
    return [*told[: len(unguarded)][:WARNINGS_SHOWN], *sky, *told[len(unguarded) : WARNINGS_SHOWN], rest]


def _color_rank(color: str | None) -> int:
    return COLORS.index(color) if color in COLORS else len(COLORS)


def _warning(row: Row, screen: Screen) -> Component:
    """The colour as a pennant and as a word: no level, which have shapes of their own."""
    color = screen.read(row["color_name"]) if row["color_name"] else ""
    name = screen.say(N_("%(hazard)s %(color)s"), hazard=screen.read(row["hazard_name"]), color=color).strip()
    words = [html.Span(className=f"pennant {row['color'] or 'none'}", **{"aria-hidden": "true"}), html.B(name), html.Span(row["issuer"])]
    if row["status"] == "exercise":
        words.append(html.Span(screen.say(N_("exercise")), className="mark"))
    return html.Span(words, className="wall-warning", **{"data-warning": row["id"]})


def _unguarded(row: Row, screen: Screen) -> Component:
    """A closed road that somebody may drive into: where, who left it, since when."""
    unit = spoken_names(screen).get(str(row["guard_unit_id"]), "")
    said = screen.say(N_("%(road)s unguarded, %(unit)s has left"), road=screen.read(row["name"]), unit=unit)
    return html.Span(
        [icon("ban"), html.B(said), clock(row["guard_left_at"])], className="wall-warning unguarded", **{"data-unguarded": row["id"]}
    )


def _standing_order(row: Row, screen: Screen) -> Component:
    told = screen.say(N_("District: %(plan)s level %(level)s"), plan=screen.read(row["plan_name"]), level=row["level"])
    words = [severity(row["level"], screen), html.B(told)]
    if row["is_exercise"]:
        words.append(html.Span(screen.say(N_("exercise")), className="mark"))
    return html.Span(words, className="wall-warning", **{"data-standing-order": row["id"]})


# ---- incidents -----------------------------------------------------------------------------------


def ordered_incidents(rows: Sequence[Row]) -> list[Row]:
    """Gravest first, then the oldest."""
    return sorted(rows, key=lambda row: (-Level(row["severity"]).rank, row["reported_at"]))


def _incidents(response: ResponseFigures, now: datetime, screen: Screen) -> list[Component]:
    rows = ordered_incidents(screen.live.board.rows("incident"))
    if not rows:
        return [_all_well(response, now, screen)]
    hidden = len(rows) - INCIDENTS_SHOWN
    shown = [_incident(row, now, screen) for row in rows[:INCIDENTS_SHOWN]]
    rest = html.Div(
        screen.say(N_("and %(count)s more"), count=max(hidden, 0)),
        className="wall-rest",
        hidden=hidden <= 0,
        **{"data-rest": str(max(hidden, 0))},
    )
    return [*shown, rest]


def width_em(text: str) -> float:
    """Width of a text in glyph heights: a Han character is one, others about half."""
    return sum(1 if ord(letter) > 0x2E7F else 0.55 for letter in text)


def short_place(place: str) -> str:
    """A place as the wall shows it: whole where it fits two lines, else up to the last mark that does."""
    parts = PLACE_MARKS.split(place.strip())
    while len(parts) > 1 and width_em("".join(parts)) > LONGEST_PLACE_EM:
        parts = parts[:-1]
    shown = "".join(parts).strip(" ,，。；;（(")
    while width_em(shown) > LONGEST_PLACE_EM:
        shown = shown[:-1]
    return shown


def _incident(row: Row, now: datetime, screen: Screen) -> Component:
    classes = ["inc"]
    if row["acknowledged_at"] is None:
        classes += ["unack"] + (["grave"] if Level(row["severity"]).is_grave else [])
    if is_overdue(row, now):
        classes.append("overdue")
    facts: dict[str, Any] = {"data-incident": row["id"]}
    if row["acknowledged_at"] is None:
        facts["data-blink-since"] = row["reported_at"]
    if row["on_scene_at"]:
        facts["data-settled"] = ""
    return html.Div(
        [
            severity(row["severity"], screen),
            html.B(screen.read(row["type_name"])),
            clock(row["reported_at"], stop=row["on_scene_at"], limit_s=row["sla"]["arrive_limit_s"]),
            html.Div(
                [
                    html.Small(short_place(screen.read(row["place"]))),
                    html.Span(" · ".join([*reporters(row, screen), phrases.status(screen.lang, row["status"])]), className="state"),
                ],
                className="where",
            ),
        ],
        className=" ".join(classes),
        **facts,
    )


def _all_well(response: ResponseFigures, now: datetime, screen: Screen) -> Component:
    next_action = screen.say(N_("Waiting for the next call"))
    hours = 0 if response.quiet_since is None else int((now - response.quiet_since).total_seconds() // 3600)
    if is_tense(screen.live.board):
        title = screen.say(N_("No open incident for %(hours)s h"), hours=hours) if hours else screen.say(N_("No open incident"))
        return empty_state(title, next_action, symbol="clock")
    if hours >= LONG_QUIET_H:
        return empty_state(screen.say(N_("All well for %(days)s days"), days=hours // 24), next_action)
    return empty_state(screen.say(N_("All well for %(hours)s h"), hours=hours) if hours else screen.say(N_("All well")), next_action)


# ---- units and log -------------------------------------------------------------------------------


def _area_name(name: str) -> str:
    return name.removesuffix("片区").removesuffix(" area")


def _areas(screen: Screen) -> list[Component]:
    """A line per area that assets/wall_units.js fills with its units, and what their shapes mean."""
    lines = [_area(code, _area_name(screen.read(area.name))) for code, area in screen.center.catalogue.areas.items()]
    states = ("available", "dispatched", "en_route", "on_scene")
    legend = [html.Span([unit_symbol(state), phrases.status(screen.lang, state)]) for state in states]
    return [*lines, html.Div(legend, className="wall-legend")]


def _area(code: str, name: str) -> Component:
    return html.Div([html.Span(name), html.Span(className="unit-line"), html.B()], className="wall-area", **{"data-area": code})


def _entries(screen: Screen, most: int) -> list[Component]:
    told = [entry for entry in reversed(screen.live.entries) if entry["incident_id"] or entry["unit_id"]][:most]
    if not told and most:
        return [html.Div(screen.say(N_("Nothing yet")), className="wall-entry muted")]
    return [_entry(entry, screen) for entry in told]


def _spoken_short(facts: dict[str, Any]) -> dict[str, Any]:
    """The log's facts with incidents by their running number of the day, as people say them in the room."""
    return facts | {key: str(facts[key]).rpartition("-")[2] for key in ("number", "into_number") if key in facts}


def _entry(entry: dict[str, Any], screen: Screen) -> Component:
    text = phrases.event(screen.lang, entry["event"], _spoken_short(without_words(entry["facts"])), spoken_names(screen))
    return html.Div([html.Time(**{"data-at": entry["at"]}), html.Span(text)], className="wall-entry", **{"data-spare": ""})


# ---- the page ------------------------------------------------------------------------------------


def register(app: Dash, desk: Desk) -> None:
    memo: Memo[WallDrawing] = Memo()

    @door(
        app,
        desk,
        [*(Output(part, "children") for part in PARTS), Output(SEEN, "data")],
        Input("facts", "data"),
        State(SEEN, "data"),
        prevent_initial_call=True,
    )
    async def follow_facts(_facts: object, seen: dict[str, str] | None) -> list[Any]:
        screen = desk.screen("/wall")
        key = (desk.live.board.revision, desk.live.log_id, int(desk.center.now().timestamp()) // PULSE_S, screen.lang)
        drawing = await memo.get(key, lambda: draw(screen))
        return drawing.news(seen or {})


PAGE = Page(path="/wall", title=N_("Wall display"), layout=layout, register=register)
