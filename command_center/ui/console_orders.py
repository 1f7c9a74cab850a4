"""The door of every order about an incident, a unit or a job, and the dialogs that ask for a word more.

Buttons carry `data-order` (JSON with "act"); assets/console.js writes it into the store ORDER; one callback looks the act up in ACTS.
To add an order: one function, one line in ACTS, one button.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.dispatching import Shown
from command_center.domain.errors import Refusal
from command_center.domain.levels import Level
from command_center.domain.status import CLOSING_OUTCOMES, AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import assigning, assignments, dispatching, incidents, jobs, units
from command_center.services.assigning import SendTogether
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from command_center.ui.console_parts import ANSWERED, PANEL, answered, door, grave_first, key, order, tell, to, type_name
from command_center.ui.shell import Desk, Screen
from command_center.ui.speech import spoken_names
from command_center.words import N_, phrases

ORDER = "console-order"
"""Store: the order of the button pressed last, {"act", ..., "n"}."""
NOTED = "console-noted"
"""Store: the note that was written last, {"text", "at"}; its box is emptied unless something else stands in it by then."""

Order = Mapping[str, Any]


# ---- orders -------------------------------------------------------------------------------------------------------


async def _acknowledge(desk: Desk, wanted: Order) -> None:
    await order(desk, incidents.acknowledge_incident, int(wanted["incident"]))


async def _control(desk: Desk, wanted: Order) -> None:
    await order(desk, incidents.control_incident, int(wanted["incident"]))


async def _reopen(desk: Desk, wanted: Order) -> None:
    await order(desk, incidents.reopen_incident, int(wanted["incident"]))


async def _report(desk: Desk, wanted: Order) -> None:
    """The officer's tick for what a crew told by phone or radio."""
    report = ReportStatus(assignment_id=int(wanted["assignment"]), status=AssignmentStatus(wanted["status"]))
    await order(desk, assignments.report_status, report)


async def _send_suggested(desk: Desk, wanted: Order) -> None:
    """Accept the unit proposed in place of one that does not answer; the row's version makes a double press one order."""
    key_of_press = f"instead-{wanted['incident']}-{wanted['unit']}-{wanted['version']}"
    unit_ids = (wanted["unit"],)
    send = DispatchUnits(incident_id=int(wanted["incident"]), unit_ids=unit_ids, key=key_of_press, shown=Shown(proposed=unit_ids))
    await order(desk, dispatching.dispatch_units, send)


async def _send_together(desk: Desk, wanted: Order) -> None:
    """Accept what is proposed for one or for all who wait; why somebody's units were not sent stands at his incident."""
    send = SendTogether(orders=tuple((int(incident), tuple(units)) for incident, units in wanted["orders"]), key=wanted["key"])
    sent = await order(desk, assigning.send_together, send)
    if isinstance(sent, Refusal):
        return
    screen = desk.screen()
    told = {str(it.incident_id): phrases.refusal(screen.lang, it.refused, spoken_names(screen)) for it in sent if it.refused}
    set_props(PANEL, {"data": to("waiting") | {"told": told}})
    units = screen.say(N_("Units sent to %(n)s incidents"), n=len(sent) - len(told))
    not_sent = screen.say(N_("%(n)s not sent; the reason stands at each"), n=len(told)) if told else ""
    tell(units, not_sent, tone="refused" if told else "done")


async def _set_unit(desk: Desk, wanted: Order) -> None:
    await order(desk, units.set_unit_status, wanted["unit"], UnitStatus(wanted["status"]))


async def _add_photo(desk: Desk, wanted: Order) -> None:
    if not isinstance(await order(desk, incidents.add_photo, int(wanted["incident"]), wanted["photo"]), Refusal):
        tell(desk.screen().say(N_("The photo is kept")))


async def _retry(desk: Desk, wanted: Order) -> None:
    await order(desk, jobs.retry_job, int(wanted["job"]))


async def _drop(desk: Desk, wanted: Order) -> None:
    await order(desk, jobs.drop_job, int(wanted["job"]))


ACTS: Mapping[str, Callable[[Desk, Order], Awaitable[None]]] = {
    "acknowledge": _acknowledge,
    "control": _control,
    "reopen": _reopen,
    "report": _report,
    "send_suggested": _send_suggested,
    "send_together": _send_together,
    "set_unit": _set_unit,
    "add_photo": _add_photo,
    "retry_job": _retry,
    "drop_job": _drop,
}


# ---- dialogs ------------------------------------------------------------------------------------------------------


def _dialog(screen: Screen, dialog_id: str, title: str, *fields: Component, confirm: Component) -> dmc.Modal:
    return dmc.Modal(
        html.Div([*fields, html.Div(confirm, className="foot")], className="dialog"),
        id=dialog_id,
        title=title,
        opened=False,
        keepMounted=True,
        closeButtonProps={"aria-label": screen.say(N_("Close"))},
        centered=True,
    )


def _outcomes(screen: Screen) -> list[dict[str, str]]:
    ordered = [IncidentStatus.CLOSED, IncidentStatus.FALSE_ALARM, IncidentStatus.TRANSFERRED]
    return [
        {"value": outcome.value, "label": screen.say(phrases.INCIDENT_STATUS[outcome.value])}
        for outcome in ordered
        if outcome in CLOSING_OUTCOMES
    ]


def dialogs(screen: Screen) -> list[Component]:
    """Close, merge, change the level: each says what else it needs to know."""
    levels = [{"value": level.value, "label": f"{level.value} {screen.say(phrases.LEVEL[level.value])}"} for level in reversed(Level)]
    return [
        _dialog(
            screen,
            "console-close",
            screen.say(N_("Close the incident")),
            dmc.SegmentedControl(id="console-close-outcome", data=_outcomes(screen), value="closed", fullWidth=True),
            dmc.Textarea(
                id="console-close-note",
                label=screen.say(N_("What was done, what remains")),
                value="",
                autosize=True,
                minRows=2,
                **{"data-autofocus": True},
            ),
            confirm=key(screen.say(N_("Close it")), "console-close-go", symbol="check", keys="Ctrl+Enter", look="primary order"),
        ),
        _dialog(
            screen,
            "console-merge",
            screen.say(N_("Merge into another incident")),
            dmc.Select(
                id="console-merge-into",
                label=screen.say(N_("The incident that stays")),
                data=[],
                searchable=True,
                comboboxProps={"withinPortal": True},
            ),
            confirm=key(screen.say(N_("Merge")), "console-merge-go", symbol="git-merge", keys="Ctrl+Enter", look="primary order"),
        ),
        _dialog(
            screen,
            "console-severity",
            screen.say(N_("Change the level")),
            dmc.SegmentedControl(id="console-severity-level", data=levels, value="IV", fullWidth=True),
            dmc.TextInput(id="console-severity-reason", label=screen.say(N_("Why")), value=""),
            confirm=key(screen.say(N_("Change")), "console-severity-go", symbol="adjustments", keys="Ctrl+Enter", look="primary order"),
        ),
        dcc.Store(id=ORDER),
        dcc.Store(id=NOTED),
    ]


# ---- doors --------------------------------------------------------------------------------------------------------


def register(app: Dash, desk: Desk) -> None:
    @door(app, desk, Output(ANSWERED, "data", allow_duplicate=True), Input(ORDER, "data"), prevent_initial_call=True)
    async def obey(wanted: Order | None) -> str:
        if not wanted:
            raise PreventUpdate
        await ACTS[wanted["act"]](desk, wanted)
        return answered()

    _register_close(app, desk)
    _register_merge(app, desk)
    _register_severity(app, desk)
    _register_note(app, desk)
    _register_acknowledge(app, desk)


def _incident_docked(panel: dict[str, Any] | None) -> int:
    if not panel or panel["kind"] != "incident":
        raise PreventUpdate
    return int(panel["id"])


def _register_close(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output("console-close", "opened"),
        Output("console-close-note", "value"),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-close-go", "n_clicks"),
        State(PANEL, "data"),
        State("console-close-outcome", "value"),
        State("console-close-note", "value"),
        running=[(Output("console-close-go", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def close(_clicks: int, panel: dict[str, Any] | None, outcome: str, note: str | None) -> Any:
        said = await order(desk, incidents.close_incident, _incident_docked(panel), outcome=IncidentStatus(outcome), note=note or "")
        return (False, "", answered()) if not isinstance(said, Refusal) else (no_update, no_update, answered())


def _register_merge(app: Dash, desk: Desk) -> None:
    @door(
        app, desk, Output("console-merge-into", "data"), Input("console-merge", "opened"), State(PANEL, "data"), prevent_initial_call=True
    )
    async def offer(_opened: object, panel: dict[str, Any] | None) -> list[dict[str, str]]:
        screen, docked = desk.screen(), str(_incident_docked(panel))
        others = [row for row in grave_first(desk.live.board.rows("incident")) if row["id"] != docked]
        return [{"value": row["id"], "label": f"{row['number']} {type_name(row, screen)} {screen.read(row['place'])}"} for row in others]

    @door(
        app,
        desk,
        Output("console-merge", "opened"),
        Output(PANEL, "data", allow_duplicate=True),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-merge-go", "n_clicks"),
        State(PANEL, "data"),
        State("console-merge-into", "value"),
        running=[(Output("console-merge-go", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def merge(_clicks: int, panel: dict[str, Any] | None, into: str | None) -> Any:
        if not into:
            tell(desk.screen().say(N_("Choose the incident that stays.")), tone="told")
            return no_update, no_update, answered()
        said = await order(desk, incidents.merge_incidents, _incident_docked(panel), int(into))
        return (False, to("incident", into), answered()) if not isinstance(said, Refusal) else (no_update, no_update, answered())


def _register_severity(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output("console-severity-level", "value"),
        Input("console-severity", "opened"),
        State(PANEL, "data"),
        prevent_initial_call=True,
    )
    async def show_present(_opened: object, panel: dict[str, Any] | None) -> Any:
        row = desk.live.board.get("incident", str(_incident_docked(panel)))
        return row["severity"] if row else no_update

    @door(
        app,
        desk,
        Output("console-severity", "opened"),
        Output("console-severity-reason", "value"),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-severity-go", "n_clicks"),
        State(PANEL, "data"),
        State("console-severity-level", "value"),
        State("console-severity-reason", "value"),
        running=[(Output("console-severity-go", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def judge(_clicks: int, panel: dict[str, Any] | None, level: str, reason: str | None) -> Any:
        said = await order(desk, incidents.set_severity, _incident_docked(panel), Level(level), reason=reason or "")
        return (False, "", answered()) if not isinstance(said, Refusal) else (no_update, no_update, answered())


def _register_note(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output(NOTED, "data"),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-note-add", "n_clicks"),
        Input("console-note", "n_submit"),
        State(PANEL, "data"),
        State("console-note", "value"),
        running=[(Output("console-note-add", "disabled"), True, False)],
        prevent_initial_call=True,
    )
    async def note(_clicks: int, _submits: int, panel: dict[str, Any] | None, text: str | None) -> Any:
        said = await order(desk, incidents.add_note, _incident_docked(panel), text or "")
        return ({"text": text, "at": answered()} if not isinstance(said, Refusal) else no_update), answered()

    app.clientside_callback(
        ClientsideFunction("desk", "noted"),
        Output("console-note", "value"),
        Input(NOTED, "data"),
        State("console-note", "value"),
        prevent_initial_call=True,
    )


def _register_acknowledge(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output(PANEL, "data", allow_duplicate=True),
        Output(ANSWERED, "data", allow_duplicate=True),
        Input("console-ack", "n_clicks"),
        prevent_initial_call=True,
    )
    async def acknowledge_first(clicks: int | None) -> Any:
        """F8: the gravest incident that nobody has seen yet, and show it."""
        waiting = [row for row in grave_first(desk.live.board.rows("incident")) if row["acknowledged_at"] is None]
        if not clicks or not waiting:
            tell(desk.screen().say(N_("Everything has been seen.")), tone="told")
            return no_update, answered()
        await order(desk, incidents.acknowledge_incident, int(waiting[0]["id"]))
        return to("incident", waiting[0]["id"]), answered()
