"""The call form's doors: every key and click of the form, and the one order it ends in."""

import asyncio
from typing import Any

from dash import ALL, ClientsideFunction, Dash, Input, Output, State, no_update
from dash.exceptions import PreventUpdate

from command_center.domain.errors import Refusal
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.services import calls, dispatching, proposing
from command_center.services.calls import TakeCall
from command_center.services.dispatching import DispatchUnits
from command_center.ui.console_call import DONE, KEY, OFFERED, PLACE, PRICE, SHOWN, TYPE, join_rows, place_answer, point_value, questions
from command_center.ui.console_parts import ANSWERED, PANEL, answered, door, order, pressed, to
from command_center.ui.console_proposal import proposal_rows, set_line, set_price, shown_to_officer, store_row
from command_center.ui.shell import Desk

FIELDS = {
    "code": State(TYPE, "data"),
    "place": State(PLACE, "data"),
    "key": State(KEY, "data"),
    "units": State("call-units", "value"),
    "offered": State(OFFERED, "data"),
    "shown": State(SHOWN, "data"),
    "price": State(PRICE, "data"),
    "name": State("call-name", "value"),
    "phone": State("call-phone", "value"),
    "said": State("call-said", "value"),
    "severity": State("call-severity", "value"),
    "answers": State({"call": "answer", "question": ALL}, "value"),
    "asked": State({"call": "answer", "question": ALL}, "id"),
}
"""Everything the form holds when it is sent."""


def call_order(form: dict[str, Any], join: int | None) -> TakeCall:
    """The order a filled form stands for. join : the open incident the officer chose to join."""
    place = form["place"]
    answers = {one["question"]: text for one, text in zip(form["asked"], form["answers"], strict=True) if text}
    return TakeCall(
        kind=form["code"],
        at=Point(place["lat"], place["lon"]),
        place_id=place.get("place_id"),
        caller_name=form["name"] or "",
        caller_phone=form["phone"] or "",
        said=form["said"] or "",
        answers=answers,
        severity=Level(form["severity"]) if form["severity"] else None,
        join="new" if join is None else join,
        key=f"{form['key']}-take",
    )


async def send_units(desk: Desk, incident_id: int, form: dict[str, Any]) -> None:
    """Dispatch the ticked units, or the proposed ones when the officer was faster than the proposal."""
    units, shown = form["units"], shown_to_officer(form["shown"], form["price"], form["units"] or [])
    if form["offered"] is None:
        shown = None
        units = list((await asyncio.to_thread(proposing.propose_units, desk.center, incident_id)).preselected)
    if units:
        send = DispatchUnits(incident_id=incident_id, unit_ids=tuple(units), key=f"{form['key']}-send", shown=shown)
        await order(desk, dispatching.dispatch_units, send)


def register(app: Dash, desk: Desk) -> None:
    """Wire the form."""
    _register_search(app, desk)
    _register_advice(app, desk)
    _register_order(app, desk)
    _register_browser(app)


def _register_search(app: Dash, desk: Desk) -> None:
    @door(app, desk, Output(f"{PLACE}-list", "children"), Input(f"{PLACE}-search", "value"), prevent_initial_call=True)
    async def search_places(query: str | None) -> Any:
        return await asyncio.to_thread(place_answer, query or "", desk.screen())

    @door(
        app,
        desk,
        Output(PLACE, "data", allow_duplicate=True),
        Output(f"{PLACE}-search", "value", allow_duplicate=True),
        Input("map", "clickData"),
        State(PANEL, "data"),
        prevent_initial_call=True,
    )
    async def click_map(click: dict[str, Any] | None, panel: dict[str, Any] | None) -> Any:
        if not click or (panel or {}).get("kind") != "call":
            raise PreventUpdate
        value = await asyncio.to_thread(point_value, Point(click["latlng"]["lat"], click["latlng"]["lng"]), desk.screen())
        return value, value["label"]


def _register_advice(app: Dash, desk: Desk) -> None:
    @door(app, desk, Output("call-questions", "children"), Output("call-severity", "value"), Input(TYPE, "data"), prevent_initial_call=True)
    async def ask_for_type(code: str | None) -> Any:
        kind = desk.center.catalogue.incident_types.get(code or "")
        return ([], no_update) if kind is None else (questions(kind, desk.screen()), kind.severity.value)

    @door(
        app,
        desk,
        Output("call-duplicates", "children"),
        Output("call-proposal", "children"),
        Output("call-units", "value"),
        Output(OFFERED, "data"),
        Output(SHOWN, "data"),
        Input(TYPE, "data"),
        Input(PLACE, "data"),
        prevent_initial_call=True,
    )
    async def advise(code: str | None, place: dict[str, Any] | None) -> Any:
        kind = desk.center.catalogue.incident_types.get(code or "")
        if kind is None or not place:
            return [], [], [], None, None
        at, screen = Point(place["lat"], place["lon"]), desk.screen()
        hits = await asyncio.to_thread(calls.joinable, desk.center, kind.code, at)
        proposal = await asyncio.to_thread(proposing.propose_for, desk.center, kind, at)
        offered = [unit.unit_id for unit in proposal.units if unit.suitable]
        ticked = list(proposal.preselected)
        return join_rows(hits, screen), proposal_rows(proposal, screen), ticked, offered, store_row(proposal, ticked)

    @door(
        app,
        desk,
        Output("call-cover", "children"),
        Output(PRICE, "data"),
        Input("call-units", "value"),
        Input(OFFERED, "data"),
        State(SHOWN, "data"),
        prevent_initial_call=True,
    )
    async def price(units: list[str] | None, offered: list[str] | None, shown: dict[str, Any] | None) -> Any:
        """The ticked units together; nothing while no proposal for this type and place is there."""
        if offered is None:
            return [], None
        told = await asyncio.to_thread(set_price, units or [], desk.screen())
        return set_line(shown, told, desk.screen()), told


def _register_order(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        output=[Output(PANEL, "data", allow_duplicate=True), Output(DONE, "data"), Output(ANSWERED, "data", allow_duplicate=True)],
        inputs={
            "send": Input("call-send", "n_clicks"),
            "keep": Input("call-keep", "n_clicks"),
            "join": Input("call-join", "data"),
        },
        state={"form": FIELDS},
        running=[(Output("call-send", "disabled"), True, False), (Output("call-keep", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def take(form: dict[str, Any], **clicks: Any) -> Any:
        button = pressed()
        if button is None or not form["code"] or not form["place"]:
            raise PreventUpdate
        taken = await order(desk, calls.take_call, call_order(form, int(clicks["join"]["incident"]) if button == "call-join" else None))
        if isinstance(taken, Refusal):
            return no_update, no_update, answered()
        if button == "call-send":
            await send_units(desk, taken.incident_id, form)
        return to("incident", taken.incident_id), answered(), answered()


def _register_browser(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "reset"),
        Output(KEY, "data"),
        Output(TYPE, "data", allow_duplicate=True),
        Output(f"{TYPE}-search", "value"),
        Output(PLACE, "data", allow_duplicate=True),
        Output(f"{PLACE}-search", "value", allow_duplicate=True),
        Output("call-name", "value"),
        Output("call-phone", "value"),
        Output("call-said", "value"),
        Input(DONE, "data"),
        Input("call-clear", "n_clicks"),
        prevent_initial_call="initial_duplicate",
    )
    app.clientside_callback(
        ClientsideFunction("desk", "held"),
        Output("call-form", "data-held"),
        Input(TYPE, "data"),
        Input(PLACE, "data"),
        prevent_initial_call=True,
    )
