"""The list of open incidents, and what stands in the dock when nothing is open: what to do next, and the units by area."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from dash import html
from dash.development.base_component import Component

from command_center.domain import events
from command_center.domain.board import Row
from command_center.domain.triggers import EscalationDue
from command_center.services.figures import is_overdue, is_tense
from command_center.ui import console_closures, console_plans, reports_view
from command_center.ui.console_parts import ago, grave_first, incident_state, key, moment, reporters, type_name, waiting_rows
from command_center.ui.map_layers import unit_symbol
from command_center.ui.shell import Screen
from command_center.ui.widgets import Children, clock, empty_state, icon, severity, skeleton
from command_center.words import N_, phrases

CHIPS_SHOWN = 24
"""Units of one area that stand in the dock one by one, the busy ones first; a street has four, a city a thousand."""

NOTE_IS_FRESH = timedelta(minutes=10)

BUSY = frozenset({"dispatched", "en_route", "on_scene"})
"""Units on an incident."""


def opens(kind: str, row_id: object) -> dict[str, str]:
    """Attributes of an element whose click docks something; assets/console.js acts on them."""
    return {"data-open": kind, "data-id": str(row_id)}


# ---- the list -----------------------------------------------------------------------------------------------------


def incident_row(row: Row, screen: Screen, *, docked: bool) -> html.Button:
    """One line: level, what, how long, where, and how far it has come."""
    limit_s = row["sla"]["arrive_limit_s"]
    marks = [
        mark for mark, on in (("unack", row["acknowledged_at"] is None), ("grave", row["severity"] in ("I", "II")), ("sel", docked)) if on
    ]
    settled = {"data-settled": "1"} if row["on_scene_at"] else {}
    blink = {"data-blink-since": row["reported_at"]} if row["acknowledged_at"] is None else {}
    state = screen.say(N_("not seen yet")) if row["acknowledged_at"] is None else incident_state(row, screen)
    return html.Button(
        [
            severity(row["severity"], screen),
            html.B(type_name(row, screen)),
            clock(row["reported_at"], stop=row["on_scene_at"], limit_s=limit_s),
            html.Small(screen.read(row["place"])),
            html.Span(" · ".join([*reporters(row, screen), state]), className="state"),
        ],
        type="button",
        className=" ".join(["inc", *marks]),
        **settled,
        **blink,
        **opens("incident", row["id"]),
    )


def incident_list(screen: Screen, docked: str | None) -> list[Component]:
    """Every open incident, gravest first; or how long all has been well."""
    rows = screen.live.board.rows("incident")
    if not rows:
        return [all_well(screen)]
    return [incident_row(row, screen, docked=row["id"] == docked) for row in grave_first(rows)]


def all_well(screen: Screen) -> html.Div:
    """The empty state: since when, and what comes next. While a plan runs or a warning stands not all is well."""
    newest = _newest_call_at(screen.live.entries)
    title = screen.say(N_("All is well"))
    if is_tense(screen.live.board):
        return empty_state(screen.say(N_("No open incident")), screen.say(N_("F2 takes the next call")), symbol="clock")
    if newest is not None:
        title = screen.say(N_("All is well; last call %(age)s"), age=ago((screen.center.now() - newest).total_seconds(), screen))
    return empty_state(title, screen.say(N_("F2 takes the next call")))


def _newest_call_at(entries: Iterable[dict[str, object]]) -> datetime | None:
    times = [str(entry["at"]) for entry in entries if entry["event"] == "CallTaken"]
    return moment(max(times)) if times else None


# ---- the idle dock ------------------------------------------------------------------------------------------------


def next_steps(screen: Screen, rises: Mapping[int, EscalationDue]) -> list[Component]:
    """What the officer should do now, the most pressing first. rises : rules of running plans that ask for a graver level."""
    incidents = grave_first(screen.live.board.rows("incident"))
    lines = _director_says(screen)
    lines += [_step(symbol, words, button) for symbol, words, button in console_closures.waiting(screen)]
    if len(together := waiting_rows(screen)) > 1:
        text = screen.say(N_("%(n)s incidents wait for units: propose for all together"), n=len(together))
        lines.append(_step("truck", text, key(screen.say(N_("Propose")), keys="F4", **opens("waiting", ""))))
    lines += [line for row in incidents if (line := _next_step(row, screen))]
    lines += [_step(symbol, text, button) for symbol, text, button in console_plans.proposed(screen)]
    lines += [_step(symbol, text, button) for symbol, text, button in console_plans.rising(rises, screen)]
    lines += [_step(symbol, text, button) for symbol, text, button in console_plans.waiting(screen)]
    lines += [_step(symbol, words, button) for symbol, words, button in reports_view.waiting(screen)]
    jobs = len(screen.live.board.rows("job"))
    if jobs:
        text = screen.say(N_("%(n)s background jobs failed and wait for you"), n=jobs)
        lines.append(_step("alert-octagon", text, key(screen.say(N_("Look")), **opens("jobs", ""))))
    if not lines:
        lines.append(
            _step("circle-check", screen.say(N_("Nothing is waiting.")), key(screen.say(N_("Take a call")), keys="F2", **opens("call", "")))
        )
    return lines


def _director_says(screen: Screen) -> list[Component]:
    """In a drill: the newest note to those who train, for as long as it is fresh; all of them stand on the drill's page."""
    notes = [entry for entry in screen.live.entries if entry["event"] == events.DrillNoted.__name__]
    if not screen.center.is_drill or not notes or screen.center.now() - datetime.fromisoformat(notes[-1]["at"]) > NOTE_IS_FRESH:
        return []
    said = phrases.event(screen.lang, notes[-1]["event"], notes[-1]["facts"])
    return [_step("flask", said, html.A(screen.say(N_("All notes")), href="/drill", className="key"))]


def _step(symbol: str, words: Children, button: Component) -> html.Li:
    return html.Li([icon(symbol), html.Span(words), button])


def _next_step(row: Row, screen: Screen) -> Component | None:
    names = {"number": row["number"], "what": type_name(row, screen)}
    button = key(screen.say(N_("Open")), **opens("incident", row["id"]))
    if row["acknowledged_at"] is None:
        return _step("bell", screen.say(N_("%(number)s %(what)s: not seen yet (F8)"), **names), button)
    if row["suggestion"]:
        return _step("phone", screen.say(N_("%(number)s %(what)s: a unit does not answer"), **names), button)
    if row["status"] == "new":
        return _step("truck", screen.say(N_("%(number)s %(what)s: nobody sent yet"), **names), button)
    if is_overdue(row, screen.center.now()):
        return _step("clock-exclamation", screen.say(N_("%(number)s %(what)s: nobody there yet, past the limit"), **names), button)
    if row["status"] == "controlled":
        return _step("flag", screen.say(N_("%(number)s %(what)s: under control, close it"), **names), button)
    return None


def unit_chip(row: Row, screen: Screen) -> html.Button:
    """A unit as a small button with its shape on the map, its call sign and its state."""
    state = phrases.status(screen.lang, row["status"])
    return html.Button(
        [unit_symbol(row["status"], row["unit_kind"]), screen.read(row["call_sign"])],
        type="button",
        className="unit-chip" + (" busy" if row["status"] in BUSY else ""),
        title=state,
        **{"aria-label": f"{screen.read(row['call_sign'])}, {state}"},
        **opens("unit", row["id"]),
    )


def units_by_area(screen: Screen) -> list[Component]:
    """Each area with its free and all units; of a large area the rest is counted, and found by F3."""
    units = screen.live.board.rows("unit")
    rows: list[Component] = []
    for area in screen.center.catalogue.areas.values():
        own = [unit for unit in units if unit["area"] == area.code]
        free = sum(unit["status"] in ("available", "returning") for unit in own)
        share = screen.say(N_("%(free)s of %(all)s free"), free=free, all=len(own))
        shown = own if len(own) <= CHIPS_SHOWN else sorted(own, key=lambda unit: unit["status"] not in BUSY)[:CHIPS_SHOWN]
        more = screen.say(N_("and %(count)s more (F3)"), count=len(own) - len(shown))
        rest = [html.Span(more, className="muted")] if len(own) > len(shown) else []
        chips = html.Div([*(unit_chip(unit, screen) for unit in shown), *rest], className="chips")
        rows.append(
            html.Div([html.B(screen.read(area.name)), html.Span(share, className="muted" if free else "bad"), chips], className="area-row")
        )
    return rows


def idle_view(screen: Screen, rises: Mapping[int, EscalationDue]) -> list[Component]:
    return [
        html.H2([icon("checks"), screen.say(N_("What to do next"))]),
        html.Div(
            [
                html.Ul(next_steps(screen, rises), className="next"),
                html.H3(screen.say(N_("Units by area"))),
                html.Div(units_by_area(screen), className="areas"),
            ],
            className="scroll",
        ),
    ]


# ---- doors --------------------------------------------------------------------------------------------------------


def list_pane(screen: Screen) -> html.Section:
    title = [icon("alert-triangle"), html.Span(screen.say(N_("Incidents"))), html.Small(screen.say(N_("by level, then age")))]
    duties = html.Div(id="console-duty", className="duty-alerts", role="status")
    return html.Section(
        [html.H2(title), duties, html.Div(skeleton(4), id="console-list", className="scroll")], className="pane console-list"
    )


def idle_pane(screen: Screen) -> html.Div:
    return html.Div(skeleton(6), id="console-idle", className="dock-view", **{"data-kind": "idle"})
