"""What the console redraws when something happened: one callback for the whole page, and only the parts that changed.

Dash pays for every callback and for every component on the page whenever anything changes, so a burst of facts must cost one update.
To add a part that lives: one entry in PARTS (what stands always) or DOCKED (what stands in the dock for one kind of panel).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from dash import Dash, Input, Output, State, dcc

from command_center.domain.errors import UnknownIncident
from command_center.domain.triggers import EscalationDue
from command_center.services import plan_proposals
from command_center.services.assigning import Together, propose_together
from command_center.services.duty_alerts import DutyAlert
from command_center.services.duty_alerts import duty_alerts as late_duties
from command_center.services.figures import ResponseFigures, response_figures
from command_center.services.history import IncidentStory, incident_story
from command_center.ui import (
    console_about,
    console_head,
    console_incident,
    console_incidents,
    console_jobs,
    console_log,
    console_unit,
    console_waiting,
    duty_alerts,
)
from command_center.ui.console_parts import FACTS, PANEL, door, signed_in, waiting_rows
from command_center.ui.desk_page import demonstration
from command_center.ui.memo import what_changed
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import empty_state
from command_center.words import N_

SEEN = "console-seen"
"""Store: part -> fingerprint of what this screen shows there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Everything a part is drawn from. panel : the docked kind and id; story : of the docked incident, None for other panels.

    rises : rules of running plans that ask for a graver level, while nothing is docked. together : for all who wait, None for other
    panels; told : why units of the last order for them were not sent, by incident.
    rejected : fixes of the docked unit that were not believed, by reason; empty for other panels.
    """

    screen: Screen
    kind: str
    row_id: str
    response: ResponseFigures
    alerts: Sequence[DutyAlert]
    story: IncidentStory | None
    rises: Mapping[int, EscalationDue] = field(default_factory=dict)
    together: Together | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, int] = field(default_factory=dict)


Draw = Callable[[Sight], Any]

PARTS: Mapping[tuple[str, str], Draw] = {
    ("console-figures", "children"): lambda sight: console_head.figures(sight.screen, sight.response),
    ("console-demo", "children"): lambda sight: demonstration(sight.screen),
    ("console-ack", "children"): lambda sight: console_head.acknowledge_key(sight.screen),
    ("console-open-warnings", "children"): lambda sight: console_head.warnings_key(sight.screen),
    ("console-open-waiting", "children"): lambda sight: console_head.waiting_key(sight.screen),
    ("console-open-waiting", "hidden"): lambda sight: len(waiting_rows(sight.screen)) < 2,
    ("console-open-roads", "children"): lambda sight: console_head.roads_key(sight.screen),
    ("console-open-jobs", "children"): lambda sight: console_jobs.badge(sight.screen),
    ("console-open-jobs", "hidden"): lambda sight: not sight.screen.live.board.rows("job"),
    ("console-duty", "children"): lambda sight: duty_alerts.on_console(sight.alerts, sight.screen),
    ("console-list", "children"): lambda sight: console_incidents.incident_list(
        sight.screen, sight.row_id if sight.kind == "incident" else None
    ),
    ("console-alarms", "children"): lambda sight: console_log.alarm_rate(sight.screen, sight.response),
    ("console-entries", "children"): lambda sight: console_log.timeline(sight.screen),
}
"""Parts that are always on the screen, by component id and property."""

DOCKED: Mapping[tuple[str, str], tuple[str, Draw]] = {
    ("console-idle", "children"): ("idle", lambda sight: console_incidents.idle_view(sight.screen, sight.rises)),
    ("console-jobs", "children"): ("jobs", lambda sight: console_jobs.jobs_view(sight.screen)),
    ("console-waiting", "children"): (
        "waiting",
        lambda sight: console_waiting.waiting_view(sight.together, sight.told, sight.screen),
    ),
    ("console-about", "children"): ("about", lambda sight: console_about.about_view(sight.screen)),
    ("console-unit", "children"): ("unit", lambda sight: console_unit.unit_view(sight.screen, sight.row_id, sight.rejected)),
    ("console-incident-head", "children"): ("incident", lambda sight: _told(sight, console_incident.head_view)),
    ("console-incident-units", "children"): ("incident", lambda sight: _told(sight, console_incident.units_view)),
    ("console-incident-rest", "children"): ("incident", lambda sight: _told(sight, console_incident.rest_view)),
}
"""Parts of the dock, with the kind of panel they belong to; the parts of other panels are taken off the page."""


def _told(sight: Sight, view: Callable[[IncidentStory, Screen], Any]) -> Any:
    if sight.story is None:
        return [empty_state(sight.screen.say(N_("There is no such incident.")), symbol="alert-triangle")]
    return view(sight.story, sight.screen)


async def look(desk: Desk, panel: Mapping[str, Any]) -> Sight:
    """Fetch what the parts need from the database, off the event loop; the board itself is at hand."""
    kind, row_id = panel["kind"], str(panel["id"])
    response = await asyncio.to_thread(response_figures, desk.center)
    alerts = await asyncio.to_thread(late_duties, desk.center, desk.live.board)
    story = await asyncio.to_thread(_story, desk, row_id) if kind == "incident" else None
    plans_run = kind == "idle" and bool(desk.live.board.rows("activation"))
    rises = await asyncio.to_thread(plan_proposals.rises, desk.center) if plans_run else {}
    together = await asyncio.to_thread(propose_together, desk.center) if kind == "waiting" else None
    rejected = await asyncio.to_thread(desk.center.wire.rejected, row_id) if kind == "unit" else {}
    return Sight(
        screen=desk.screen(),
        kind=kind,
        row_id=row_id,
        response=response,
        alerts=alerts,
        story=story,
        rises=rises,
        together=together,
        told=panel.get("told") or {},
        rejected=rejected,
    )


def _story(desk: Desk, row_id: str) -> IncidentStory | None:
    try:
        return incident_story(desk.center, int(row_id), signed_in(desk)) if row_id.isdecimal() else None
    except UnknownIncident:
        return None


def redrawn(sight: Sight, seen: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
    """Every part in order, `no_update` where the screen shows it already; and the fingerprints of what it shows then."""
    docked = {end: draw if kind == sight.kind else _nothing for end, (kind, draw) in DOCKED.items()}
    return what_changed(((f"{part}.{prop}", partial(draw, sight), None) for (part, prop), draw in {**PARTS, **docked}.items()), seen)


def _nothing(_sight: Sight) -> list[Any]:
    return []


def store() -> dcc.Store:
    return dcc.Store(id=SEEN, data={})


def register(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        [*(Output(*key) for key in PARTS), *(Output(*key) for key in DOCKED), Output(SEEN, "data")],
        Input(FACTS, "data"),
        Input(PANEL, "data"),
        State(SEEN, "data"),
    )
    async def redraw(_facts: object, panel: dict[str, Any] | None, seen: dict[str, str] | None) -> list[Any]:
        sight = await look(desk, panel or {"kind": "idle", "id": None})
        drawn, shown = redrawn(sight, seen or {})
        return [*drawn, shown]
