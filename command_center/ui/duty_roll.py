"""The stations' roll call on the duty page: who answered and how, who was reached, who is to be phoned."""

from dash import html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.services.roll_calls import RollCallView, StationAnswer
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import MoreToAsk, asks, hour_minute, orders, section
from command_center.ui.duty_report import allows
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, empty_state, icon
from command_center.words import N_, phrases


def roll_call(call: RollCallView | None, screen: Screen) -> list[Component]:
    """The newest roll call: who is still to be phoned first."""
    start = key(screen.say(N_("Call the roll")), symbol="phone-call", look="primary order", **orders("roll"))
    keys = [html.Div(start, className="acts")] if allows(screen, Right.KEEP_ROSTER) else []
    if call is None:
        return [empty_state(screen.say(N_("The stations have not been asked yet.")), symbol="users"), *keys]
    when = screen.say(
        N_("asked %(at)s by %(name)s, to answer by %(due)s"),
        at=hour_minute(call.started_at, screen),
        name=call.started_by,
        due=hour_minute(call.due_at, screen),
    )
    runs = call.silent and call.due_at > screen.center.now()
    left = [" ", clock(until=call.due_at.isoformat())] if runs else []
    lines = html.Ul([_answer(it, call, screen) for it in sorted(call.stations, key=lambda it: it.on_duty is not None)], className="lines")
    silent = len(call.silent)
    note = screen.say(N_("%(n)s to be phoned"), n=silent) if silent else screen.say(N_("all have answered"))
    return [section(screen.say(N_("Stations")), html.P([when, *left], className="muted"), lines, note=note), *keys]


def _answer(it: StationAnswer, call: RollCallView, screen: Screen) -> html.Li:
    name = screen.read(screen.center.catalogue.stations[it.station].name)
    there = (
        screen.say(N_("%(n)s of %(expected)s there"), n=it.on_duty, expected=it.expected)
        if it.on_duty is not None
        else screen.say(N_("no answer yet"))
    )
    bad = it.on_duty is None or it.on_duty < it.expected
    return html.Li(
        [
            html.Span(icon("alert-triangle" if bad else "check"), className="sign bad" if bad else "sign"),
            html.Div([html.B(name), html.Small(" · ".join(word for word in _how(it, screen) if word))], className="what"),
            html.Div(html.Span(there, className="bad" if it.late else ""), className="when"),
            html.Div(_keys(it, name, call, screen), className="acts"),
        ],
        className="line",
        **{"data-station": it.station},
    )


def _how(it: StationAnswer, screen: Screen) -> list[str]:
    """How it answered; of a silent one, how it was asked."""
    if it.answered_at is not None:
        way = screen.say(phrases.ROLL_CALL_WAY[it.way]) if it.way else ""
        return [it.note, way, it.answered_by or "", hour_minute(it.answered_at, screen)]
    if it.asked_by is not None:
        return [screen.say(N_("asked by message %(at)s"), at=hour_minute(it.asked_at, screen))]
    return [screen.say(N_("no message service: phone"))]


def _keys(it: StationAnswer, name: str, call: RollCallView, screen: Screen) -> list[Component]:
    if not allows(screen, Right.KEEP_ROSTER):
        return []
    ask = asks(
        "roll_answer",
        screen.say(N_("%(station)s answered by phone"), station=name),
        screen.say(N_("People there")),
        screen.say(N_("Save")),
        kind="number",
        value=str(it.expected),
        more=(MoreToAsk("note", screen.say(N_("Remark"))),),
        call=call.id,
        station=it.station,
    )
    keys: list[Component] = [key(screen.say(N_("By phone…")), symbol="phone", **ask)]
    if it.link is not None and it.on_duty is None:
        href = f"/q/{it.link}"
        link = html.A([icon("notes"), html.Span(screen.say(N_("Its link")), className="word")], href=href, target="_blank", className="key")
        keys.append(link)
    return keys
