"""What the palette found and no other panel shows: a person, a depot, a material, a place, a line of the log."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash, Input, Output, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.errors import Refusal, Unknown
from command_center.domain.rights import Actor
from command_center.services import log_search, places, responsibilities, search, stock_questions
from command_center.ui.console_call import place_value
from command_center.ui.console_incident import phone_line
from command_center.ui.console_incidents import opens
from command_center.ui.console_parts import PANEL, door, key, signed_in
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

DOCKED_BY_ADDRESS = ("incident", "unit", "waiting")
FOUND = ("person", "depot", "material", "place", "log")


def asked_for(screen: Screen) -> dict[str, Any]:
    """A value for PANEL: what the page's address asks for (`/console?incident=7`), else what to do next."""
    for kind, wanted in screen.query.items():
        if kind in DOCKED_BY_ADDRESS:
            return {"kind": kind, "id": wanted, "at": 0}
        if kind in FOUND:
            return {"kind": "found", "id": f"{kind}:{wanted}", "at": 0}
    return {"kind": "idle", "id": None, "at": 0}


def _terms(terms: Mapping[str, Component | str | None]) -> html.Dl:
    return html.Dl([part for name, value in terms.items() if value for part in (html.Dt(name), html.Dd(value))], className="facts")


def _person(ref: str, screen: Screen, actor: Actor) -> tuple[str, list[Component]]:
    hit = search.person(screen.center, ref, actor)
    return screen.read(hit.title), [html.P(screen.read(hit.detail), className="said")]


def _depot(code: str, screen: Screen, _actor: Actor) -> tuple[str, list[Component]]:
    held = stock_questions.stock_of(screen.center, code)
    depot, catalogue = screen.center.catalogue.depots[code], screen.center.catalogue
    terms = {
        screen.say(N_("Code")): code,
        screen.say(N_("Kind")): screen.read(catalogue.depot_tiers[depot.tier].name),
        screen.say(N_("Area")): screen.read(catalogue.areas[depot.area].name),
        screen.say(N_("Street")): depot.street,
    }
    rows = [(screen.read(catalogue.materials[it.material].name), it, screen.read(catalogue.materials[it.material].unit)) for it in held]
    return screen.read(depot.name), [
        _terms(terms),
        _stock_table([(name, it.on_hand, it.available, unit) for name, it, unit in rows], screen),
    ]


def _material(code: str, screen: Screen, _actor: Actor) -> tuple[str, list[Component]]:
    held = stock_questions.holders_of(screen.center, code)
    material, depots = screen.center.catalogue.materials[code], screen.center.catalogue.depots
    unit = screen.read(material.unit)
    rows = [(screen.read(depots[it.depot].name), it.on_hand, it.available, unit) for it in held]
    return screen.read(material.name), [_terms({screen.say(N_("Code")): code}), _stock_table(rows, screen)]


def _stock_table(rows: list[tuple[str, int, int, str]], screen: Screen) -> Component:
    """Rows : what or where, on hand, free, unit of count."""
    if not rows:
        return empty_state(screen.say(N_("Nothing is held.")), "")
    head = [html.Th("", scope="col"), html.Th(screen.say(N_("On hand")), scope="col"), html.Th(screen.say(N_("Free")), scope="col")]
    body = [html.Tr([html.Td(name), html.Td(f"{on_hand} {unit}"), html.Td(str(available))]) for name, on_hand, available, unit in rows]
    return html.Table([html.Thead(html.Tr(head)), html.Tbody(body)], className="basis")


def _place(place_id: str, screen: Screen, _actor: Actor) -> tuple[str, list[Component]]:
    place = places.place_named(screen.center, place_id)
    terms = {
        screen.say(N_("Kind")): screen.say(phrases.PLACE_KIND[place.kind]),
        screen.say(N_("Area")): screen.read(screen.center.catalogue.areas[place.area].name),
        screen.say(N_("Street")): place.street,
    }
    phones = [phone_line(it, screen) for it in responsibilities.responsible_for(screen.center, place_id)]
    at = json.dumps(place_value(place, screen), ensure_ascii=False)
    call = key(screen.say(N_("Take a call here")), symbol="phone-call", look="primary", **{"data-call-at": at})
    parts = [_terms(terms), html.H3(screen.say(N_("Phone first"))), html.Ul(phones, className="phones"), html.Div(call, className="acts")]
    return screen.read(place.name), parts


def _log_line(line_id: str, screen: Screen, actor: Actor) -> tuple[str, list[Component]]:
    line = log_search.read_line(screen.center, int(line_id) if line_id.isdigit() else 0, actor)
    row, when = line.row, line.at.astimezone(screen.center.zone)
    ways = [
        key(screen.say(title), **opens(kind, str(row[f"{kind}_id"])))
        for kind, title in (("incident", N_("Open the incident")), ("unit", N_("Open the unit")))
        if row[f"{kind}_id"]
    ]
    terms = {
        screen.say(N_("Line")): str(row["id"]),
        screen.say(N_("Time")): f"{when:%Y-%m-%d %H:%M:%S}",
        screen.say(N_("By")): str(row["actor"]),
    }
    return screen.say(N_("Log")), [html.P(screen.read(line.text), className="said"), _terms(terms), html.Div(ways, className="acts")]


_VIEWS: Mapping[str, tuple[str, Callable[[str, Screen, Actor], tuple[str, list[Component]]]]] = {
    "person": ("user", _person),
    "depot": ("package", _depot),
    "material": ("package", _material),
    "place": ("map-pin", _place),
    "log": ("history", _log_line),
}


def found_view(found: str, screen: Screen, actor: Actor) -> list[Component]:
    """The panel for "depot:YY-S01"; says so when there is no such thing. Blocking."""
    kind, _, ref = found.partition(":")
    symbol, view = _VIEWS.get(kind, ("search", None))
    try:
        if view is None:
            raise Unknown(kind=kind, id=ref)
        title, body = view(ref, screen, actor)
    except Refusal as refusal:
        title, body = screen.say(N_("Not found")), [empty_state(phrases.refusal(screen.lang, refusal), "")]
    return [html.H2([icon(symbol), title]), html.Div(body, className="scroll", tabIndex="0")]


def pane() -> html.Div:
    return html.Div(id="console-found", className="dock-view", **{"data-kind": "found"})


def register(app: Dash, desk: Desk) -> None:
    @door(app, desk, Output("console-found", "children"), Input(PANEL, "data"))
    async def show(panel: dict[str, Any] | None) -> Any:
        if not panel or panel["kind"] != "found":
            raise PreventUpdate
        return await asyncio.to_thread(found_view, str(panel["id"]), desk.screen(), signed_in(desk))
