"""The palette (F3, Ctrl+K): one box that finds commands and everything services/search knows, and goes there."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from command_center.services import places, search
from command_center.services.search import Hit, Kind
from command_center.ui import console_search
from command_center.ui.console_call import place_value
from command_center.ui.console_parts import door, grave_first, incident_state, signed_in, type_name
from command_center.ui.shell import Desk, Screen
from command_center.words import N_
from command_center.words.readings import Known, NameIndex

PALETTE = "console-palette"

COMMANDS = (
    (N_("Take a call"), "F2", {"panel": {"kind": "call"}}),
    (N_("Acknowledge the gravest incident not seen yet"), "F8", {"press": "console-ack"}),
    (N_("Warnings and proposals"), "F7", {"go": "/warnings"}),
    (N_("All who wait, together"), "F4", {"panel": {"kind": "waiting"}}),
    (N_("Closed roads and standby points"), "F6", {"go": "/roads"}),
    (N_("Choose a plan"), "F9", {"press": "console-open-plans"}),
    (N_("Duty and handover"), "", {"go": "/duty"}),
    (N_("Depots and vehicles"), "", {"go": "/resources"}),
    (N_("Figures"), "", {"go": "/reports"}),
    (N_("Background jobs that failed"), "", {"panel": {"kind": "jobs"}}),
    (N_("About this street"), "", {"panel": {"kind": "about"}}),
    (N_("What to do next"), "Esc", {"panel": {"kind": "idle"}}),
)
"""What the palette can do besides finding: msgid, key, and what assets/console.js runs."""

MOST_OF_ONE_KIND = 6
PHONED_PLACES = 2
"""Places found for which the palette also offers whom to phone; a pick of the place itself takes a call there."""

GROUPS: Mapping[Kind, str] = {
    "incident": N_("Incidents"),
    "unit": N_("Units"),
    "plan": N_("Plans"),
    "place": N_("Places"),
    "person": N_("People and cadres"),
    "depot": N_("Depots"),
    "material": N_("Materials"),
    "log": N_("Log"),
}


def _commands(wanted: str, screen: Screen) -> list[html.Li]:
    """The commands that fit; without words, all of them."""
    labels = [screen.say(msgid) for msgid, _, _ in COMMANDS]
    found = _command_index(tuple(labels)).find(wanted) if wanted else range(len(COMMANDS))
    return [
        console_search.line(f"{PALETTE}-c{number}", value, labels[number], shortcut)
        for number, (_, shortcut, value) in enumerate(COMMANDS)
        if number in found
    ]


@lru_cache(maxsize=4)
def _command_index(labels: tuple[str, ...]) -> NameIndex:
    return NameIndex(Known(names=(label,)) for label in labels)


def _open_incidents(screen: Screen) -> Iterator[html.Li]:
    for row in grave_first(screen.live.board.rows("incident")):
        label = f"{row['number']} {type_name(row, screen)} {screen.read(row['place'])}"
        value = {"panel": {"kind": "incident", "id": row["id"]}}
        yield console_search.line(f"{PALETTE}-i{row['id']}", value, label, row["severity"], incident_state(row, screen))


def _line(hit: Hit, screen: Screen) -> html.Li:
    note = screen.say(N_("take a call here")) if hit.kind == "place" else screen.read(hit.detail)
    return console_search.line(f"{PALETTE}-{hit.kind}-{hit.id}", _picked(hit, screen), screen.read(hit.title), note)


def _picked(hit: Hit, screen: Screen) -> dict[str, Any]:
    """What assets/console.js does when a hit is picked: it goes to the thing."""
    match hit.kind:
        case "incident" | "unit":
            return {"panel": {"kind": hit.kind, "id": hit.id}}
        case "plan":
            return {"go": hit.link}
        case "place":
            return {"place": place_value(places.place_named(screen.center, hit.id), screen)}
        case _:
            return {"panel": {"kind": "found", "id": f"{hit.kind}:{hit.id}"}}


def _whom_to_phone(wanted: str, hits: Sequence[Hit], screen: Screen) -> list[html.Li]:
    """Who answers for typed coordinates, and for the places that fit best."""
    asked: list[tuple[str, dict[str, Any]]] = []
    point = console_search.coordinates(wanted)
    if point is not None:
        asked.append((f"{point.lat:.5f}, {point.lon:.5f}", {"point": {"lat": point.lat, "lon": point.lon}}))
    found = [hit for hit in hits if hit.kind == "place"][:PHONED_PLACES]
    asked += [(screen.read(hit.title), {"panel": {"kind": "found", "id": f"place:{hit.id}"}}) for hit in found]
    return [
        console_search.line(f"{PALETTE}-w{number}", value, screen.say(N_("Who answers for %(place)s"), place=name))
        for number, (name, value) in enumerate(asked)
    ]


def _group(title: str, lines: list[html.Li]) -> list[Component]:
    return [html.Li(title, className="group", role="presentation"), *lines] if lines else []


def palette_answer(query: str, hits: Sequence[Hit], screen: Screen) -> html.Div:
    """The lines for a query, grouped; without a query the commands and the open incidents. hits : what was found for it."""
    wanted = query.strip()
    lines = _group(screen.say(N_("Commands")), _commands(wanted, screen))
    if wanted:
        for kind, title in GROUPS.items():
            lines += _group(screen.say(title), [_line(hit, screen) for hit in hits if hit.kind == kind])
        lines += _group(screen.say(N_("Phone first")), _whom_to_phone(wanted, hits, screen))
    else:
        lines += _group(screen.say(N_("Open incidents")), list(_open_incidents(screen)))
    return console_search.answer(query, lines, screen.say(N_("Nothing found.")))


def modal(screen: Screen) -> dmc.Modal:
    hint = screen.say(N_("command, incident, unit, place, person, depot or words of the log; initials will do"))
    box = console_search.search_box(f"{PALETTE}-box", screen.say(N_("Search")), hint, source="server", runs=True)
    return dmc.Modal(
        box,
        id=PALETTE,
        title=screen.say(N_("Command and search")),
        opened=False,
        keepMounted=True,
        size="lg",
        yOffset="8vh",
        closeButtonProps={"aria-label": screen.say(N_("Close"))},
    )


def register(app: Dash, desk: Desk) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "opened"),
        Output(PALETTE, "opened"),
        Input("console-open-palette", "n_clicks"),
        prevent_initial_call=True,
    )

    @door(
        app,
        desk,
        Output(f"{PALETTE}-box-list", "children"),
        Input(f"{PALETTE}-box-search", "value"),
        Input(PALETTE, "opened"),
        prevent_initial_call=True,
    )
    async def find(query: str | None, _opened: Any) -> Component:
        hits = await asyncio.to_thread(search.find, desk.center, query or "", signed_in(desk), MOST_OF_ONE_KIND)
        return palette_answer(query or "", hits, desk.screen())
