"""The palette (F3, Ctrl+K): one box that finds commands, open incidents, units and places, by Chinese, initials or code."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from command_center.services import places
from command_center.ui import console_search
from command_center.ui.console_call import place_value
from command_center.ui.console_parts import door, grave_first, incident_state, type_name
from command_center.ui.plans_parts import address
from command_center.ui.shell import Desk, Screen
from command_center.words import N_, phrases

PALETTE = "console-palette"

COMMANDS = (
    (N_("Take a call"), "F2", {"panel": {"kind": "call"}}),
    (N_("Acknowledge the gravest incident not seen yet"), "F8", {"press": "console-ack"}),
    (N_("Warnings and proposals"), "F7", {"go": "/warnings"}),
    (N_("Choose a plan"), "F9", {"press": "console-open-plans"}),
    (N_("Background jobs that failed"), "", {"panel": {"kind": "jobs"}}),
    (N_("About this street"), "", {"panel": {"kind": "about"}}),
    (N_("What to do next"), "Esc", {"panel": {"kind": "idle"}}),
)
"""What the palette can do besides finding: msgid, key, and what assets/console.js runs."""

MOST_PLACES, MOST_UNITS = 6, 24


def _commands(screen: Screen) -> Iterator[tuple[str, html.Li]]:
    for number, (msgid, shortcut, value) in enumerate(COMMANDS):
        label = screen.say(msgid)
        yield console_search.spellings(label), console_search.line(f"console-palette-c{number}", value, label, shortcut)


def _incidents(screen: Screen) -> Iterator[tuple[str, html.Li]]:
    for row in grave_first(screen.live.board.rows("incident")):
        label = f"{row['number']} {type_name(row, screen)} {screen.read(row['place'])}"
        spelt = console_search.spellings(label, row["number"].split("-")[-1], *console_search.spellings(type_name(row, screen)).split("|"))
        value = {"panel": {"kind": "incident", "id": row["id"]}}
        yield spelt, console_search.line(f"console-palette-i{row['id']}", value, label, row["severity"], incident_state(row, screen))


def _units(screen: Screen) -> Iterator[tuple[str, html.Li]]:
    for row in screen.live.board.rows("unit"):
        label = screen.read(row["call_sign"])
        value = {"panel": {"kind": "unit", "id": row["id"]}}
        line = console_search.line(f"console-palette-u{row['id']}", value, label, phrases.status(screen.lang, row["status"]))
        yield console_search.spellings(label, row["id"]), line


def _plans(screen: Screen) -> Iterator[tuple[str, html.Li]]:
    for plan in screen.center.catalogue.plans.values():
        label = screen.read(plan.name)
        running = next((row for row in screen.live.board.rows("activation") if row["plan_id"] == plan.id), None)
        href = address(activation=running["id"]) if running else address(plan=plan.id)
        state = phrases.status(screen.lang, running["status"]) if running else ""
        yield (
            console_search.spellings(label, plan.id),
            console_search.line(f"console-palette-{plan.id}", {"go": href}, label, plan.id, state),
        )


def _places(hits: Sequence[places.PlaceHit], screen: Screen) -> Iterator[html.Li]:
    for hit in hits:
        yield console_search.line(
            f"console-palette-p{hit.id}", {"place": place_value(hit, screen)}, screen.read(hit.name), screen.say(N_("take a call here"))
        )


def _group(title: str, lines: list[html.Li]) -> list[Component]:
    return [html.Li(title, className="group", role="presentation"), *lines] if lines else []


def palette_answer(query: str, hits: Sequence[places.PlaceHit], screen: Screen) -> html.Div:
    """The lines for a query, grouped; without a query the commands and the open incidents. hits : places found for it."""
    wanted = query.strip().lower()
    units = [line for spelt, line in _units(screen) if wanted and console_search.matches(wanted, spelt)][:MOST_UNITS]
    lines = [
        *_group(screen.say(N_("Commands")), [line for spelt, line in _commands(screen) if console_search.matches(wanted, spelt)]),
        *_group(screen.say(N_("Open incidents")), [line for spelt, line in _incidents(screen) if console_search.matches(wanted, spelt)]),
        *_group(screen.say(N_("Units")), units),
        *_group(screen.say(N_("Plans")), [line for spelt, line in _plans(screen) if wanted and console_search.matches(wanted, spelt)]),
        *_group(screen.say(N_("Places")), list(_places(hits, screen))),
    ]
    return console_search.answer(query, lines, screen.say(N_("Nothing found.")))


def modal(screen: Screen) -> dmc.Modal:
    hint = screen.say(N_("command, incident, unit or place; initials will do"))
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
    async def search(query: str | None, _opened: Any) -> Component:
        hits = await asyncio.to_thread(places.find_places, desk.center, query or "", MOST_PLACES)
        return palette_answer(query or "", hits, desk.screen())
