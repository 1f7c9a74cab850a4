"""The form that closes a road: a line drawn on the map, a street by its name, or a spot under water; and what it would do to the circle."""

import json
from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from command_center.domain.dispatching import RankedUnit
from command_center.domain.errors import Invalid, Refusal
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.services.closure_questions import ClosureEffect
from command_center.services.closures import CloseRoad
from command_center.services.places import PlaceHit
from command_center.ui import console_search
from command_center.ui.console_parts import key, listed, minutes_seconds
from command_center.ui.desk_page import At, Filled
from command_center.ui.desk_parts import address_of, choice, goes, orders, read_number, text_field
from command_center.ui.shell import Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import icon
from command_center.words import N_, phrases

PATH = "/roads"
STREET, PLACE = "roads-street", "roads-place"
LINE, AT = "line", "at"
"""Fields that the map fills: corners of a drawn line, a spot that was clicked (assets/roads.js)."""

TABS: Mapping[str, tuple[str, str]] = {
    "line": ("edit", N_("Draw a line")),
    "street": ("road", N_("Pick a street")),
    "spot": ("map-pin", N_("Ponding point")),
    "standby": ("truck", N_("Standby points")),
}
"""What the panel beside the map is for: name in the address -> its sign and its heading."""

HINTS: Mapping[str, str] = {
    "line": N_("Click on the map along the road or across it. Every street that the line crosses or runs along is closed."),
    "street": N_("Type a name or its initials. The street is closed from end to end."),
    "spot": N_("Type a place, or click on the map. The road beside it is closed."),
}
LOST_NAMED = 5


def tab_of(at: At) -> str:
    return at.get("way") if at.get("way") in TABS else "line"  # type: ignore[return-value]  # a key of TABS by then


def tabs(at: At, screen: Screen) -> list[Component]:
    chosen = None if at.get("closure") else tab_of(at)
    return [
        key(
            screen.say(label),
            symbol=symbol,
            **goes(address_of(PATH, way=None if name == "line" else name)),
            **({"aria-current": "true"} if name == chosen else {}),
        )
        for name, (symbol, label) in TABS.items()
    ]


def is_form(at: At) -> bool:
    """Whether the panel is the form; a closed road that was chosen, or the standby points, take its place."""
    return not at.get("closure") and tab_of(at) in HINTS


# ---- what is wanted -----------------------------------------------------------------------------------------------


def wanted_closure(way: str, filled: Filled) -> CloseRoad | None:
    """What the form would close; None while nothing is named yet. Raises Invalid for what no form of ours sends."""
    try:
        match way:
            case "line":
                corners = tuple(Point(float(lat), float(lon)) for lat, lon in json.loads(filled.get(LINE) or "[]"))
                return CloseRoad(line=corners) if len(corners) > 1 else None
            case "street":
                street = json.loads(filled.get(STREET) or "null")
                return CloseRoad(street=str(street)) if street else None
            case _:
                place, at = json.loads(filled.get(PLACE) or "null"), json.loads(filled.get(AT) or "null")
                if place:
                    return CloseRoad(place_id=str(place))
                return CloseRoad(at=Point(float(at[0]), float(at[1]))) if at else None
    except (ValueError, TypeError, IndexError, KeyError) as error:
        raise Invalid(field=way, value=None) from error


def stays_open(way: str, filled: Filled, screen: Screen) -> bool:
    """Whether the water that was typed is too shallow to close a road."""
    depth_cm = read_number(filled.get("water", "")) if way == "spot" else None
    return depth_cm is not None and depth_cm < screen.center.catalogue.common.closures.close_cm


# ---- fields -------------------------------------------------------------------------------------------------------


def fields(at: At, screen: Screen) -> list[Component]:
    """The empty form that the address names."""
    if not is_form(at):
        return []
    way = tab_of(at)
    drawn = {"line": _line, "street": _street, "spot": _spot}[way](screen)
    hint = html.P(screen.say(HINTS[way]), className="muted")
    return [html.Div([hint, *drawn], className="fields", **{"data-token": at.get("token") or "", "data-way": way})]


def _line(screen: Screen) -> list[Component]:
    tools = [
        key(screen.say(N_("Last point back")), symbol="arrow-back-up", keys="⌫", **{"data-sketch": "back"}),
        key(screen.say(N_("Start over")), symbol="x", keys="Esc", **{"data-sketch": "clear"}),
        html.Span(className="muted", **{"data-sketched": ""}),
    ]
    return [html.Div(tools, className="acts")]


def _street(screen: Screen) -> list[Component]:
    hint = screen.say(N_("name or initials of a street"))
    lines = [
        console_search.line(f"{STREET}-{number}", street.zh, screen.read(street), answers_to=(street.zh, street.en))
        for number, street in enumerate(screen.center.roads.streets)
    ]
    label = screen.say(N_("Name of the street"))
    box = console_search.search_box(STREET, label, hint, source="local", lines=lines, next_id="roads-reason")
    return [html.Div(box, **{"data-first": ""})]


def _spot(screen: Screen) -> list[Component]:
    place = console_search.search_box(
        PLACE,
        screen.say(N_("Where the water stands")),
        screen.say(N_("initials or name of a place")),
        source="server",
        next_id="roads-water",
    )
    limit = f"{screen.center.catalogue.common.closures.close_cm:g}"
    water = text_field(
        "water",
        screen.say(N_("Depth of the water (cm); %(limit)s and more close the road"), limit=limit),
        field_id="roads-water",
        attributes={"input": {"inputMode": "decimal"}},
    )
    clicked = html.P(className="muted", **{"data-clicked": ""})
    return [html.Div(place, **{"data-first": ""}), clicked, water]


def stores() -> list[Component]:
    """Where the search boxes put what was picked."""
    return [dcc.Store(id=STREET), dcc.Store(id=PLACE)]


def place_lines(query: str, hits: list[PlaceHit], screen: Screen) -> Component:
    """The answer of the place box."""
    lines = [console_search.line(f"{PLACE}-{hit.id}", hit.id, screen.read(hit.name), hit.street) for hit in hits]
    return console_search.answer(query, lines, screen.say(N_("No such place.")))


def rest(at: At, screen: Screen) -> list[Component]:
    """What follows the preview: why."""
    if not is_form(at):
        return []
    hint = screen.say(N_("collapse, water, fire hose across the road"))
    return [
        html.Div(
            text_field("reason", screen.say(N_("Why")), field_id="roads-reason", hint=hint, attributes={"input": {"maxLength": 300}}),
            className="fields",
        )
    ]


# ---- what it would do ---------------------------------------------------------------------------------------------


def preview(effect: ClosureEffect | Refusal | None, screen: Screen) -> list[Component]:
    """What closing it does to the circle, and who is left outside by it. effect : None while nothing is named."""
    if effect is None:
        return []
    if isinstance(effect, Refusal):
        said = phrases.refusal(screen.lang, effect, spoken_names(screen))
        return [html.Div([icon("alert-triangle"), html.Span(said)], className="obstacle", role="alert")]
    heading = html.Div([html.B(screen.read(effect.name)), html.Small(screen.say(phrases.CLOSURE_KIND[effect.kind]))], className="what")
    return [html.Div([heading, *price(effect, screen)], className="fields effect")]


def guards(effect: ClosureEffect | Refusal | None, screen: Screen) -> list[Component]:
    """Who could guard it. Drawn once for a ground: what somebody has chosen must not change under the hand because a vehicle moved."""
    if effect is None or isinstance(effect, Refusal):
        return []
    nobody = ("", screen.say(N_("nobody yet")))
    options = [nobody, *((unit.unit_id, guard_offer(unit, screen)) for unit in effect.guards)]
    return [html.Div(choice("guard", screen.say(N_("Guard")), options, "", screen.read(effect.name)), className="fields")]


def guard_offer(unit: RankedUnit, screen: Screen) -> str:
    """A unit with how soon it could be at the road."""
    return f"{screen.read(unit.call_sign)} {minutes_seconds(unit.arrival_s)}"


def price(effect: ClosureEffect, screen: Screen) -> list[Component]:
    """The circle without and with the closure, and the places that it puts outside."""
    costs = effect.share_closed < effect.share_open
    shares = {"open": percent(effect.share_open), "closed": percent(effect.share_closed)}
    told = html.P(
        [
            html.Span(screen.say(N_("Reached within 5 minutes: open %(open)s, closed %(closed)s"), **shares)),
            *([html.B(f" {points(effect.share_closed - effect.share_open, screen)}", className="bad")] if costs else []),
        ],
        className="price",
    )
    if not effect.lost_count:
        nobody = screen.say(N_("Nobody falls out of the circle by it."))
        return [told, html.P(nobody, className="muted")]
    names = listed((_late(place, screen) for place in effect.lost[:LOST_NAMED]), screen)
    more = effect.lost_count - LOST_NAMED
    rest = [html.Span(" " + screen.say(N_("and %(n)s more places"), n=more), className="muted")] if more > 0 else []
    counted = screen.say(N_("Outside because of it: %(n)s"), n=effect.lost_count)
    return [told, html.P([html.B(f"{counted} "), names, *rest], className="lost")]


def _late(place: Mapping[str, Any], screen: Screen) -> str:
    """A place outside, with when help would be there."""
    when = screen.say(N_("later than 8 min")) if place["arrival_s"] is None else minutes_seconds(place["arrival_s"])
    return f"{screen.read(Text(**place['name']))} {when}"


def percent(share: float) -> str:
    return f"{share * 100:.1f}%".replace(".0%", "%")


def points(difference: float, screen: Screen) -> str:
    """A difference of shares, with its sign."""
    return screen.say(N_("%(n)s points"), n=f"{difference * 100:+.1f}")


def foot(at: At, filled: Filled, effect: ClosureEffect | Refusal | None, screen: Screen) -> list[Component]:
    """The key that closes; with little water the one that only keeps the value."""
    if not is_form(at):
        return []
    way, ready = tab_of(at), effect is not None and not isinstance(effect, Refusal)
    shallow = stays_open(way, filled, screen)
    label, symbol = (N_("Keep the value, the road stays open"), "check") if shallow else (N_("Close the road"), "ban")
    close = key(
        screen.say(label),
        symbol=symbol,
        keys="Ctrl+Enter",
        look="primary order",
        disabled=not ready,
        **{"data-main": "1"},
        **orders("close", way=way),
    )
    return [html.Div(close, className="foot")]
