"""Everybody who waits at once: one proposal for all incidents that have no unit, beside what first come, first served would give them.

What is sent is what was seen: the keys carry units and incidents, and a refusal stands at its incident until the next order.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.services.assigning import ForIncident, Together, UnitForIncident
from command_center.ui.console_incidents import opens
from command_center.ui.console_parts import key, listed, minutes_seconds, type_name
from command_center.ui.desk_parts import orders
from command_center.ui.memo import fingerprint
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import clock, empty_state, icon, severity
from command_center.words import N_


def waiting_view(found: Together | None, told: Mapping[str, str], screen: Screen) -> list[Component]:
    """The panel. told : incident id -> why its units were not sent, of the last order."""
    title = html.H2([icon("truck"), html.Span(screen.say(N_("All who wait, together")))])
    if found is None or not found.incidents:
        return [title, empty_state(screen.say(N_("Nobody waits for a unit.")), screen.say(N_("Esc goes back.")))]
    rows = {row["id"]: row for row in screen.live.board.rows("incident")}
    lines = [_line(one, rows.get(str(one.incident_id)), told.get(str(one.incident_id)), screen) for one in found.incidents]
    everyone = [one for one in found.incidents if one.units]
    return [
        title,
        html.Div(_summary(found, screen), className="together"),
        html.Div(lines, className="scroll", tabIndex="0"),
        html.Div(_all(everyone, rows, screen), className="foot"),
    ]


def _summary(found: Together, screen: Screen) -> list[Component]:
    """How many get a unit, and what weighing them together is worth."""
    served = {"n": found.served, "all": len(found.incidents), "free": found.free_units}
    waits = {"ours": minutes_seconds(found.wait_s), "theirs": minutes_seconds(found.first_come_wait_s)}
    return [
        html.B(screen.say(N_("%(n)s of %(all)s get a unit now; %(free)s units are free"), **served)),
        html.P(screen.say(N_("Mean wait by level: %(ours)s, first come first served %(theirs)s"), **waits)),
        html.Small(screen.say(N_("%(n)s differ from first come, first served"), n=found.changed), className="muted"),
    ]


def _line(one: ForIncident, row: Row | None, refused: str | None, screen: Screen) -> html.Div:
    what = type_name({"type": one.type}, screen)
    parts: list[Component] = [
        severity(one.severity, screen),
        html.B(f"{what} {one.number}"),
        clock(row["reported_at"]) if row else html.Span(),
        html.Small(screen.read(one.place), className="where"),
        html.Span(_units(one.units, screen), className="units" if one.units else "units bad"),
    ]
    if one.is_changed:
        said = screen.say(N_("first come, first served: %(units)s"), units=_units(one.first_come, screen))
        parts.append(html.Small(said, className="instead"))
    if refused:
        parts.append(html.Span([icon("alert-triangle"), refused], className="refused bad", role="alert"))
    keys = [key(screen.say(N_("Open")), **opens("incident", one.incident_id))]
    if one.units:
        keys.insert(
            0, key(screen.say(N_("Send these")), symbol="send", look="order", **_sends([one], {} if row is None else {row["id"]: row}))
        )
    return html.Div([*parts, html.Div(keys, className="acts")], className="wait", **{"data-waiting": str(one.incident_id)})


def _units(units: Sequence[UnitForIncident], screen: Screen) -> str:
    """Call signs with when they would be there."""
    if not units:
        return screen.say(N_("nobody: goes on waiting"))
    signs = call_signs(screen)
    return listed((f"{signs.get(it.unit_id, it.unit_id)} {minutes_seconds(it.arrival_s)}" for it in units), screen)


def _all(everyone: Sequence[ForIncident], rows: Mapping[str, Row], screen: Screen) -> list[Component]:
    if not everyone:
        return [html.Span(screen.say(N_("No unit is free.")), className="bad")]
    label = screen.say(N_("Send all %(n)s"), n=len(everyone))
    return [key(label, symbol="send", keys="Ctrl+Enter", look="primary order", **{"data-main": "1"}, **_sends(everyone, rows))]


def _sends(chosen: Sequence[ForIncident], rows: Mapping[str, Row]) -> dict[str, str]:
    """The order that a key carries. Its idempotency key is that of what was seen: a double press sends nobody twice."""
    wanted: list[Any] = [[one.incident_id, [unit.unit_id for unit in one.units]] for one in chosen]
    versions = [rows[str(one.incident_id)]["version"] for one in chosen if str(one.incident_id) in rows]
    return orders("send_together", orders=wanted, key=f"together-{fingerprint([wanted, versions])}")


def pane() -> html.Div:
    return html.Div(id="console-waiting", className="dock-view", **{"data-kind": "waiting"})
