"""One unit in the dock: what it does, where and how fresh its position is, who is aboard, and the card that signs its phone in."""

import io
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import segno
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.board import Row
from command_center.domain.errors import Refusal
from command_center.domain.rights import Right
from command_center.domain.status import UNIT_CHART, UnitStatus, may_advance
from command_center.services import access
from command_center.ui.console_incidents import opens
from command_center.ui.console_parts import ANSWERED, PANEL, answered, door, key, listed, maintenance, order
from command_center.ui.desk_parts import address_of, goes, hour_minute, orders
from command_center.ui.map_layers import unit_symbol
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

CARD = "console-card"
"""Store: {"unit", "path"} of the crew card that was drawn last."""

LOST_S = 120
"""The map calls a unit lost from this age of its position on (assets/map.js); here the age turns red."""

SET_BY_HAND = (
    (UnitStatus.AVAILABLE, N_("Back in service"), "check"),
    (UnitStatus.CHARGING, N_("Charging"), "battery-charging"),
    (UnitStatus.OUT_OF_SERVICE, N_("Out of service"), "ban"),
)
"""States an officer may set, with their buttons."""


def _term(name: str, value: Component | str | None) -> list[Component]:
    return [] if value in (None, "") else [html.Dt(name), html.Dd(value)]


def fix_terms(unit_id: str, screen: Screen) -> list[Component]:
    """Age and accuracy of the last position, speed, battery; or that none ever came. assets/console.js keeps them up with the vehicle."""
    fix = screen.live.positions.get(unit_id)
    if fix is None:
        return _term(screen.say(N_("Last position")), screen.say(N_("none yet: counted from its station")))
    _unit, _lat, _lon, speed_kmh, _heading, battery_pct, at, accuracy_m = fix
    age = html.Time(className="clock", **{"data-since": at, "data-limit": str(LOST_S)}, **_follows(unit_id, "age"))
    return [
        *_term(screen.say(N_("Age of its position")), html.Span([age, " ", _reading(unit_id, "accuracy", "± {} m", accuracy_m)])),
        *_term(screen.say(N_("Speed")), _reading(unit_id, "speed", "{} km/h", speed_kmh)),
        *_term(screen.say(N_("Battery")), _reading(unit_id, "battery", "{} %", battery_pct)),
    ]


def _follows(unit_id: str, part: str) -> dict[str, str]:
    return {"data-fix-of": unit_id, "data-part": part}


def _reading(unit_id: str, part: str, said: str, value: float | None) -> html.Span:
    return html.Span("–" if value is None else said.format(round(value)), **_follows(unit_id, part))


def rejected_terms(rejected: Mapping[str, int], screen: Screen) -> list[Component]:
    """Why the unit's phone or tracker was not believed, the most frequent reason first; nothing where it always was."""
    told = [
        screen.say(N_("%(why)s %(n)s"), why=screen.say(phrases.FIX_REJECTED[reason]), n=count)
        for reason, count in sorted(rejected.items(), key=lambda it: -it[1])
        if reason in phrases.FIX_REJECTED
    ]
    return _term(screen.say(N_("Positions not believed")), listed(told, screen))


def facts(row: Row, rejected: Mapping[str, int], screen: Screen) -> html.Dl:
    catalogue = screen.center.catalogue
    names = listed((screen.read(catalogue.capabilities[code]) for code in row["capabilities"] if code in catalogue.capabilities), screen)
    crew = listed(row["crew"], screen) if row["crew"] else screen.say(N_("not named; %(n)s seats"), n=row["seats"])
    return html.Dl(
        [
            *_term(screen.say(N_("Fault")), html.Span(row["fault"], className="bad") if row["fault"] else None),
            *_term(screen.say(N_("Station")), screen.read(catalogue.stations[row["station"]].name)),
            *fix_terms(row["id"], screen),
            *rejected_terms(rejected, screen),
            *_term(screen.say(N_("Crew")), crew),
            *_term(screen.say(N_("Equipped for")), names),
            *_term(screen.say(N_("Maintenance")), maintenance(row["service_due_on"], screen) if row["service_due_on"] else None),
            *_term(
                screen.say(N_("Orders go to")),
                screen.say(N_("the crew's card and its message channel") if row["channel"] else N_("the crew's card")),
            ),
        ],
        className="facts",
    )


def bound_by(row: Row, screen: Screen) -> list[Component]:
    """What has a claim on this unit: an incident, plans, closed roads; each with the way to it."""
    claims = [*_incident(row, screen), *_duties(row, screen), *_guarded(row, screen)]
    return [html.Div([html.Span(said), key(screen.say(N_("Open")), **way)], className="row") for said, way in claims]


def _incident(row: Row, screen: Screen) -> Iterator[tuple[str, dict[str, str]]]:
    if row["incident_id"] is None:
        return
    incident = screen.live.board.get("incident", row["incident_id"])
    number = incident["number"] if incident else row["incident_id"]
    yield screen.say(N_("On incident %(number)s"), number=number), opens("incident", row["incident_id"])


def _duties(row: Row, screen: Screen) -> Iterator[tuple[str, dict[str, str]]]:
    for duty in screen.live.board.rows("duty"):
        activation = screen.live.board.get("activation", duty["activation_id"])
        if duty["unit_id"] != row["id"] or activation is None:
            continue
        plan = screen.say(N_("On duty for %(plan)s, level %(level)s"), plan=screen.read(activation["short"]), level=activation["level"])
        yield f"{plan}, {_told(duty, screen)}", goes(address_of("/plans", activation=duty["activation_id"]))


def _told(duty: Row, screen: Screen) -> str:
    if duty["acknowledged_at"] is not None:
        return screen.say(N_("acknowledged %(time)s"), time=hour_minute(duty["acknowledged_at"], screen))
    if duty["work"] == "failed":
        return screen.say(N_("not reached: phone the crew"))
    return screen.say(N_("told %(time)s"), time=hour_minute(duty["sent_at"], screen)) if duty["sent_at"] else screen.say(N_("being told"))


def _guarded(row: Row, screen: Screen) -> Iterator[tuple[str, dict[str, str]]]:
    for closure in screen.live.board.rows("closure"):
        if closure["guard_unit_id"] == row["id"]:
            here = N_("Guards %(road)s") if closure["guard_arrived_at"] else N_("On its way to guard %(road)s")
            said = N_("Has left %(road)s, which it guards") if closure["guard_left_at"] else here
            yield screen.say(said, road=screen.read(closure["name"])), goes(address_of("/roads", closure=closure["id"]))


def buttons(row: Row, screen: Screen) -> html.Div:
    """States the chart allows by hand, and the crew's card."""
    caller, status = screen.caller, UnitStatus(row["status"])
    shown: list[Component] = []
    if caller and caller.may(Right.SET_UNIT_STATUS) and row["assignment_id"] is None:
        allowed = [(to, msgid, symbol) for to, msgid, symbol in SET_BY_HAND if may_advance(UNIT_CHART, status, to)]
        shown += [
            key(screen.say(msgid), symbol=symbol, look="order", **orders("set_unit", unit=row["id"], status=to.value))
            for to, msgid, symbol in allowed
        ]
    shown.append(key(screen.say(N_("On the map")), symbol="focus-2", **{"data-focus": "unit", "data-id": row["id"]}))
    return html.Div(shown, className="acts")


def unit_view(screen: Screen, unit_id: str, rejected: Mapping[str, int]) -> list[Component]:
    """Everything about one unit. rejected : fixes of it that were not believed, by reason."""
    row = screen.live.board.get("unit", unit_id)
    if row is None:
        return [empty_state(screen.say(N_("This unit is no longer on the board.")), symbol="truck")]
    kind = screen.say(phrases.UNIT_KIND[row["unit_kind"]])
    under = f"{kind} · {phrases.status(screen.lang, row['status'])}"
    head = html.Div(
        [
            unit_symbol(row["status"], row["unit_kind"]),
            html.Div([html.B(screen.read(row["call_sign"])), html.Small(under)], className="what"),
        ],
        className="title",
    )
    return [head, *bound_by(row, screen), buttons(row, screen), facts(row, rejected, screen)]


def card(path: str, origin: str, screen: Screen) -> list[Component]:
    """The crew card: a QR code that signs one phone in, once."""
    address = origin.rstrip("/") + path
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", scale=4, border=2, dark="#000", light="#fff")
    source = f"data:image/svg+xml;utf8,{quote(picture.getvalue().decode())}"
    hint = screen.say(N_("Scan with the crew's phone. Good for one sign-in within a day."))
    return [
        html.Div(html.Img(src=source, alt=screen.say(N_("Sign-in code for the crew's phone"))), className="qr"),
        html.P(hint, className="said"),
    ]


def pane(screen: Screen) -> html.Div:
    draw = key(screen.say(N_("Crew card (QR)")), "console-card-draw", symbol="qrcode", look="order")
    body = html.Div(
        [html.Div(id="console-unit"), html.Div(draw, className="acts"), html.Div(id="console-card-shown", hidden=True)], className="scroll"
    )
    return html.Div(
        [html.H2([icon("truck"), screen.say(N_("Unit"))]), body, dcc.Store(id=CARD)], className="dock-view", **{"data-kind": "unit"}
    )


def register(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output(CARD, "data"),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-card-draw", "n_clicks"),
        State(PANEL, "data"),
        running=[(Output("console-card-draw", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def issue(_clicks: int, panel: dict[str, Any] | None) -> Any:
        if not panel or panel["kind"] != "unit":
            raise PreventUpdate
        path = await order(desk, access.issue_crew_link, panel["id"])
        return (None if isinstance(path, Refusal) else {"unit": panel["id"], "path": path}), answered()

    @door(
        app,
        desk,
        Output("console-card-shown", "children"),
        Input(CARD, "data"),
        State("url", "href"),
        prevent_initial_call=True,
    )
    async def draw(drawn: dict[str, str] | None, href: str | None) -> list[Component]:
        if not drawn:
            return []
        origin = "/".join((href or "").split("/")[:3])
        return card(drawn["path"], origin, desk.screen())

    app.clientside_callback(
        ClientsideFunction("desk", "cardHidden"),
        Output("console-card-shown", "hidden"),
        Input(CARD, "data"),
        Input(PANEL, "data"),
        prevent_initial_call=True,
    )
