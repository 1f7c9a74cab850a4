"""The docked panel: one view at a time, chosen by the store PANEL; the incident's view with its proposal lives here."""

import asyncio
import logging
from typing import Any
from uuid import uuid4

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from command_center.services import dispatching, proposing
from command_center.services.dispatching import DispatchUnits
from command_center.services.history import incident_story
from command_center.ui import console_about, console_call, console_found, console_incidents, console_jobs, console_unit, console_waiting
from command_center.ui.console_call import OFFERED, PLACE, TYPE
from command_center.ui.console_parts import ANSWERED, PANEL, answered, door, key, order, signed_in, tell
from command_center.ui.console_proposal import proposal_rows, set_line, set_price, shown_to_officer, store_row
from command_center.ui.shell import Desk, Screen
from command_center.ui.widgets import skeleton
from command_center.words import N_

log = logging.getLogger(__name__)

DOCKED = "console-docked-incident"
"""Store: PANEL whenever it docks an incident, so that a proposal is asked for then and at no other change of the dock."""
SEND_KEY = "console-send-key"
"""Store: idempotency key of the proposal that is on the screen; a new one with every proposal."""
SHOWN, PRICE = "console-shown", "console-price"
"""Stores: the proposal that is on the screen, and what the ticked units together cost (ui/console_proposal)."""


def incident_pane(screen: Screen) -> html.Div:
    """The incident's view: what changes by itself is drawn by callbacks, what a person types in stands still."""
    send = html.Div(
        [
            html.Details(
                [
                    html.Summary(screen.say(N_("Send units")), className="key"),
                    dmc.CheckboxGroup(html.Div(id="console-proposal"), id="console-units", value=[]),
                    html.Div(id="console-cover", className="cover-set", **{"aria-live": "polite"}),
                    html.Div(
                        key(
                            screen.say(N_("Send the ticked units")),
                            "console-send",
                            symbol="send",
                            keys="Ctrl+Enter",
                            look="primary order",
                            **{"data-main": "1"},
                        ),
                        className="foot",
                    ),
                ],
                id="console-send-box",
                open=False,
            )
        ],
        className="send-units",
    )
    note = html.Div(
        [
            dmc.TextInput(
                id="console-note",
                value="",
                placeholder=screen.say(N_("Add a note")),
                autoComplete="off",
                **{"aria-label": screen.say(N_("Add a note"))},
            ),
            key(screen.say(N_("Add")), "console-note-add", symbol="note", look="order"),
        ],
        className="foot note",
    )
    body = html.Div([html.Div(id="console-incident-units"), send, html.Div(id="console-incident-rest")], className="scroll")
    return html.Div(
        [
            html.Div(skeleton(3), id="console-incident-head"),
            body,
            note,
            *(dcc.Store(id=store) for store in (DOCKED, SEND_KEY, SHOWN, PRICE)),
        ],
        className="dock-view",
        id="console-incident-view",
        **{"data-kind": "incident"},
    )


def dock(screen: Screen) -> html.Aside:
    views = [
        console_incidents.idle_pane(screen),
        console_call.form(screen),
        incident_pane(screen),
        console_unit.pane(screen),
        console_about.pane(),
        console_jobs.pane(),
        console_found.pane(),
        console_waiting.pane(),
    ]
    return html.Aside(
        views,
        id="console-dock",
        className="pane dock",
        tabIndex="-1",
        **{"data-kind": "idle", "aria-label": screen.say(N_("Docked panel"))},
    )


def register(app: Dash, desk: Desk) -> None:
    _register_browser(app)
    _register_proposal(app, desk)
    _register_price(app, desk)
    _register_send(app, desk)


def _register_browser(app: Dash) -> None:
    app.clientside_callback(
        ClientsideFunction("desk", "show"), Output("console-dock", "data-kind"), Output(DOCKED, "data"), Input(PANEL, "data")
    )
    app.clientside_callback(
        ClientsideFunction("desk", "picked"),
        Output(PANEL, "data", allow_duplicate=True),
        Output("call-units", "value", allow_duplicate=True),
        Input("picked", "data"),
        State(PANEL, "data"),
        State("call-units", "value"),
        State(OFFERED, "data"),
        State(TYPE, "data"),
        State(PLACE, "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("desk", "answered"), Output("console-dock", "data-answered"), Input(ANSWERED, "data"), prevent_initial_call=True
    )


def _docked(panel: dict[str, Any] | None) -> int:
    """Id of the docked incident; nothing to draw when something else is docked."""
    if not panel or panel["kind"] != "incident" or not str(panel["id"]).isdigit():
        raise PreventUpdate
    return int(panel["id"])


def _register_proposal(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output("console-proposal", "children"),
        Output("console-units", "value"),
        Output("console-send-box", "open"),
        Output(SEND_KEY, "data"),
        Output(SHOWN, "data"),
        Input(DOCKED, "data"),
        Input(ANSWERED, "data"),
        State(PANEL, "data"),
        prevent_initial_call=True,
    )
    async def propose(_docked_now: object, _answered: object, panel: dict[str, Any] | None) -> Any:
        """A fresh proposal; units are ticked only while nobody is on the incident, so that a second press sends nobody twice."""
        incident_id, screen = _docked(panel), desk.screen()
        story = await asyncio.to_thread(incident_story, desk.center, incident_id, signed_in(desk))
        proposal = await asyncio.to_thread(proposing.propose_units, desk.center, incident_id, with_cover=True)
        nobody = not story.incident["gone"] and all(one["gone"] for one in story.assignments)
        ticked = list(proposal.preselected) if nobody else []
        return proposal_rows(proposal, screen), ticked, nobody, uuid4().hex, store_row(proposal, ticked)


def _register_price(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output("console-cover", "children"),
        Output(PRICE, "data"),
        Input("console-units", "value"),
        Input(SHOWN, "data"),
        State(PANEL, "data"),
        prevent_initial_call=True,
    )
    async def price(units: list[str] | None, shown: dict[str, Any] | None, panel: dict[str, Any] | None) -> Any:
        _docked(panel)
        told = await asyncio.to_thread(set_price, units or [], desk.screen())
        return set_line(shown, told, desk.screen()), told


def _register_send(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-send", "n_clicks"),
        State(PANEL, "data"),
        State("console-units", "value"),
        State(SEND_KEY, "data"),
        State(SHOWN, "data"),
        State(PRICE, "data"),
        running=[(Output("console-send", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def send(
        clicks: int | None, panel: dict[str, Any] | None, units: list[str] | None, send_key: str | None, kept: Any, price: Any
    ) -> Any:
        if not clicks:
            return no_update
        if not units:
            tell(desk.screen().say(N_("Tick the units to send first.")), tone="told")
            return answered()
        shown = shown_to_officer(kept, price, units)
        chosen = DispatchUnits(incident_id=_docked(panel), unit_ids=tuple(units), key=send_key, shown=shown)
        await order(desk, dispatching.dispatch_units, chosen)
        return answered()
