"""A click on the map outside a call: a small panel over the map says what is there and whom to phone first.

Whatever is docked stays docked. By keyboard: the map has the focus, its cross stands in the middle, Enter asks about that point
(assets/console.js); the palette takes coordinates and goes there too.
"""

import asyncio
import json
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.errors import Refusal
from command_center.domain.geo import Point
from command_center.services import map_points
from command_center.services.map_points import MapPoint
from command_center.ui.console_call import place_value, point_value
from command_center.ui.console_incident import phone_line
from command_center.ui.console_parts import door, key
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import icon
from command_center.words import N_, phrases

BOX = "console-point"
"""Id of the panel; assets/console.js hides it."""

ASKED = "console-asked"
"""Store: {"lat", "lon", "n"} of the point that was clicked last while no call was being taken; n is new with every click."""


def pane(screen: Screen) -> html.Div:
    box = html.Section(
        id=BOX,
        className="pane map-point",
        hidden=True,
        tabIndex="-1",
        **{"aria-label": screen.say(N_("The point on the map")), "aria-live": "polite"},
    )
    return html.Div([box, dcc.Store(id=ASKED)])


def hint(screen: Screen) -> str:
    return screen.say(N_("A click on the map says whom to phone there; with the keyboard: arrows, then Enter."))


def point_view(point: Point, screen: Screen) -> list[Component]:
    """The panel's content for a point; a point that cannot be meant is said to be one. Blocking."""
    try:
        found = map_points.map_point(screen.center, point)
    except Refusal as refusal:
        return [_heading(screen.say(N_("Not in this street")), screen), html.P(phrases.refusal(screen.lang, refusal), className="said")]
    value = place_value(found.place, screen) if found.is_place else point_value(point, screen)
    phones = [phone_line(it, screen) for it in found.responsible]
    call = key(
        screen.say(N_("Take a call here")),
        symbol="phone-call",
        look="primary",
        **{"data-call-at": json.dumps(value, ensure_ascii=False), "data-first": ""},
    )
    return [
        _heading(str(value["label"]), screen),
        _facts(found, screen),
        html.H3(screen.say(N_("Phone first"))),
        html.Ul(phones or [html.Li(screen.say(N_("Nobody answers for this place yet.")))], className="phones"),
        html.Div([call], className="foot"),
    ]


def _heading(title: str, screen: Screen) -> html.H2:
    said = screen.say(N_("Close"))
    close = key("", symbol="x", keys="Esc", title=said, **{"aria-label": said, "data-close-point": ""})
    return html.H2([icon("map-pin"), html.Span(title), close])


def _facts(found: MapPoint, screen: Screen) -> html.Dl:
    terms = {
        N_("Kind"): screen.say(phrases.PLACE_KIND[found.place.kind]) if found.is_place else "",
        N_("Street"): found.place.street if found.street is None else screen.read(found.street),
        N_("Area"): screen.read(found.area),
    }
    parts = [part for name, value in terms.items() if value for part in (html.Dt(screen.say(name)), html.Dd(value))]
    return html.Dl(parts, className="facts")


def register(app: Dash, desk: Desk) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "pointed"), Output(BOX, "data-pointed"), Input(BOX, "children"), prevent_initial_call=True
    )

    @door(app, desk, Output(BOX, "children"), Output(BOX, "hidden"), Input(ASKED, "data"), prevent_initial_call=True)
    async def tell_of(asked: dict[str, Any] | None) -> Any:
        if not asked:
            raise PreventUpdate
        return await asyncio.to_thread(point_view, Point(float(asked["lat"]), float(asked["lon"])), desk.screen()), False
