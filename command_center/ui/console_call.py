"""The call form: what, where, who; the units that would go; and one key that sends them.

From F2 to dispatched with the keyboard: F2, a digit (or initials) for the type, initials of the place, Enter, Ctrl+Enter.
The form stands in the page from the start, so that F2 shows it at once, and keeps its draft until it is sent or cleared.
"""

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from command_center.domain.catalogue import IncidentType
from command_center.domain.geo import Point
from command_center.domain.incidents import Joinable
from command_center.domain.levels import Level
from command_center.services import places
from command_center.ui import console_search
from command_center.ui.console_parts import ago, key
from command_center.ui.shell import Screen
from command_center.ui.widgets import LEVEL_WORDS
from command_center.words import N_

COMMON_TYPES = ("E101", "E104", "E105", "E109", "E112", "E125", "E131", "E132", "E133")
"""Types with a digit of their own, in the order of the digits: what a street desk is called for most often."""

TYPE, PLACE, KEY, DONE, OFFERED = "call-type", "call-place", "call-key", "call-done", "call-offered"
"""Stores: type code; {"place_id","lat","lon","label"}; idempotency key of this opening; sent at; unit ids that may be ticked,
None until the proposal for this type and place is there."""
SHOWN, PRICE = "call-shown", "call-price"
"""Stores: the proposal that was made for it, and what the ticked units together cost (ui/console_proposal)."""


def emergency_types(screen: Screen) -> list[IncidentType]:
    """The types a call can have; governance reports come in by another door."""
    return [kind for kind in screen.center.catalogue.incident_types.values() if kind.stream == "emergency"]


def _type_line(kind: IncidentType, screen: Screen) -> html.Li:
    answers_to = (kind.name.zh, kind.code, kind.name.en)
    label, level = screen.read(kind.name), kind.severity.value
    return console_search.line(f"call-type-{kind.code}", kind.code, label, level, kind.code, answers_to=answers_to)


def _digit_chips(screen: Screen) -> html.Div:
    by_code = {kind.code: kind for kind in emergency_types(screen)}
    chips = []
    for digit, kind in enumerate((by_code[code] for code in COMMON_TYPES if code in by_code), 1):
        marks = {"data-combo-digit": f"{TYPE} {digit}", "data-option": f"call-type-{kind.code}"}
        name = screen.read(kind.name)
        chips.append(
            html.Button([html.Kbd(str(digit)), html.Span(name)], type="button", className="key", tabIndex="-1", title=name, **marks)
        )
    return html.Div(chips, className="digit-chips")


def _severity(screen: Screen) -> html.Div:
    levels = [{"value": level.value, "label": f"{level.value} {screen.say(LEVEL_WORDS[level])}"} for level in reversed(Level)]
    control = dmc.SegmentedControl(
        id="call-severity", data=levels, value="IV", fullWidth=True, attributes={"root": {"aria-labelledby": "call-severity-label"}}
    )
    return html.Div([html.Span(screen.say(N_("Severity")), id="call-severity-label"), control])


def _fields(screen: Screen) -> list[Component]:
    what, where = screen.say(N_("What happened")), screen.say(N_("Where"))
    type_hint = screen.say(N_("digit, name, initials or code"))
    place_hint = screen.say(N_("initials, name, 36.70,119.15 or a click on the map"))
    type_lines = [_type_line(kind, screen) for kind in emergency_types(screen)]
    return [
        console_search.search_box(TYPE, what, type_hint, source="local", lines=type_lines, next_id=f"{PLACE}-search"),
        _digit_chips(screen),
        console_search.search_box(PLACE, where, place_hint, source="server", next_id="call-said"),
        dmc.Textarea(id="call-said", label=screen.say(N_("What the caller said")), value="", autosize=True, minRows=1, maxRows=4),
        html.Div(
            [
                dmc.TextInput(id="call-name", label=screen.say(N_("Caller")), value="", autoComplete="off"),
                dmc.TextInput(id="call-phone", label=screen.say(N_("Phone")), value="", autoComplete="off"),
            ],
            className="pair",
        ),
        html.Div(id="call-questions", className="ask"),
        _severity(screen),
    ]


def _keys(screen: Screen) -> list[Component]:
    return [
        key(screen.say(N_("Send")), "call-send", symbol="send", keys="Ctrl+Enter", look="primary order"),
        key(screen.say(N_("Only take the call")), "call-keep", keys="Enter", look="order"),
        key(screen.say(N_("Clear")), "call-clear"),
    ]


def form(screen: Screen) -> html.Div:
    """The docked form with its stores."""
    note = [html.Kbd("Esc"), " ", screen.say(N_("back, the draft stays"))]
    advice = [
        html.Div(id="call-duplicates", **{"aria-live": "polite"}),
        dmc.CheckboxGroup(html.Div(id="call-proposal"), id="call-units", value=[]),
        html.Div(id="call-cover", className="cover-set", **{"aria-live": "polite"}),
    ]
    stores = [
        dcc.Store(id=TYPE),
        dcc.Store(id=PLACE),
        dcc.Store(id=KEY),
        dcc.Store(id=DONE),
        dcc.Store(id=OFFERED),
        dcc.Store(id=SHOWN),
        dcc.Store(id=PRICE),
        dcc.Store(id="call-join"),
    ]
    return html.Div(
        [
            html.H2([screen.say(N_("Take a call")), html.Small(note)]),
            html.Div(_fields(screen), id="call-form"),
            html.Div(advice, className="call-advice"),
            html.Div(_keys(screen), className="foot"),
            *stores,
        ],
        className="dock-view",
        **{"data-kind": "call"},
    )


# ---- what the form shows while it fills ---------------------------------------------------------------------------


def place_answer(query: str, screen: Screen) -> html.Div:
    """The answer to a place query: typed coordinates, else places by name or initials. Blocking."""
    point = console_search.coordinates(query)
    if point:
        value = point_value(point, screen)
        label = str(value["label"])
        return console_search.answer(
            query, [console_search.line("call-place-point", value, label, f"{point.lat:.5f}, {point.lon:.5f}")], ""
        )
    lines = [_place_line(hit, screen) for hit in places.find_places(screen.center, query)]
    return console_search.answer(query, lines, screen.say(N_("No such place. Click the map, or type coordinates such as 36.70,119.15.")))


def _place_line(hit: places.PlaceHit, screen: Screen) -> html.Li:
    name, area = screen.read(hit.name), screen.read(screen.center.catalogue.areas[hit.area].name)
    return console_search.line(f"call-place-{hit.id}", place_value(hit, screen), name, area)


def place_value(hit: places.PlaceHit, screen: Screen) -> dict[str, str | float | None]:
    """A PLACE value for a known place."""
    return {"place_id": hit.id, "lat": hit.point.lat, "lon": hit.point.lon, "label": screen.read(hit.name)}


def point_value(point: Point, screen: Screen) -> dict[str, str | float | None]:
    """A PLACE value for a bare point, named after what is next to it. Blocking."""
    hit, away_m = places.nearest_place(screen.center, point)
    label = screen.say(N_("%(metres)s m from %(place)s"), metres=round(away_m), place=screen.read(hit.name))
    if away_m > places.REACH_M:
        label = f"{point.lat:.5f}, {point.lon:.5f}"
    return {"place_id": None, "lat": point.lat, "lon": point.lon, "label": label}


def questions(kind: IncidentType, screen: Screen) -> list[Component]:
    """What to ask for this type, each with a short answer box; the place is asked for by the form itself."""
    asked = [screen.read(text) for text in (*screen.center.catalogue.first_questions[1:], *kind.questions)]
    return [dmc.TextInput(id={"call": "answer", "question": text}, label=text, value="", autoComplete="off") for text in asked]


def join_rows(hits: Sequence[Joinable], screen: Screen) -> list[Component]:
    """Open incidents this call may belong to, each with a button that joins it; the nearest has a key."""
    rows: list[Component] = []
    for rank, hit in enumerate(hits):
        text = screen.say(
            N_("%(number)s: %(metres)s m away, %(age)s"), number=hit.number, metres=round(hit.distance_m), age=ago(hit.age_s, screen)
        )
        join = key(screen.say(N_("Join it")), keys="" if rank else "Alt+Enter", look="order", **{"data-join": str(hit.incident_id)})
        rows.append(html.Div([html.Span(text), join], className="join"))
    return rows
