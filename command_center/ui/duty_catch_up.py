"""The catch-up form: what stood on paper while the line was down, entered with the times that stand there."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.errors import Invalid
from command_center.domain.rights import Right
from command_center.services.calls import TakeCall
from command_center.services.catching_up import PastIncident, PastUnit
from command_center.services.places import PlaceHit
from command_center.ui import console_search
from command_center.ui.console_parts import key
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import choice, day_and_time, last_time_of_day, next_time_of_day, orders, text_field
from command_center.ui.duty_report import allows
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import icon
from command_center.words import N_

PLACE = "duty-place"
LONGEST_NAME, LONGEST_PHONE = 80, 40
UNITS_OFFERED = 4
"""Rows for units that were sent: as many as the paper has room for."""


def catch_up_fields(at: At, screen: Screen) -> list[Component]:
    """One row of the paper: when, from whom, where, what; who was sent when, and who arrived."""
    if not allows(screen, Right.TAKE_CALLS):
        return []
    token = at.get("token") or ""
    kinds = [
        (kind.code, f"{kind.code} {screen.read(kind.name)}")
        for kind in screen.center.catalogue.incident_types.values()
        if kind.stream == "emergency"
    ]
    hint = screen.say(N_("initials, name or number"))
    clock_time = screen.say(N_("HH:MM"))
    caller = html.Div(
        [
            text_field("caller", screen.say(N_("From whom")), field_id="duty-caller"),
            text_field("phone", screen.say(N_("Telephone")), field_id="duty-phone"),
        ],
        className="pair",
    )
    when = html.Div(
        [
            text_field("when", screen.say(N_("When (HH:MM or MM-DD HH:MM)")), field_id="duty-when", **{"data-first": ""}),
            choice("kind", screen.say(N_("Type of incident")), kinds, kinds[0][0], token),
        ],
        className="pair",
    )
    over = text_field("over", screen.say(N_("Over at (empty: it goes on)")), field_id="duty-over", hint=clock_time)
    return [
        html.Div(
            [
                html.P(screen.say(N_("For what stood on paper while the line was down: it keeps its real time.")), className="muted"),
                when,
                console_search.search_box(PLACE, screen.say(N_("Where")), hint, source="server", next_id="duty-caller"),
                caller,
                dmc.Textarea(
                    name="note", label=screen.say(N_("What was said and done")), value="", id="duty-note", autosize=True, minRows=2
                ),
                _units(token, clock_time, screen),
                over,
                _keys(screen),
            ],
            className="fields",
            **{"data-token": token},
        )
    ]


def _units(token: str, clock_time: str, screen: Screen) -> Component:
    """Who was sent, when, and when they were there; nobody is told anything by this."""
    units = [("", "—"), *sorted(call_signs(screen).items())]
    rows = [
        html.Div(
            [
                choice(f"unit-{number}", screen.say(N_("Unit %(n)s"), n=number), units, "", token),
                text_field(f"sent-{number}", screen.say(N_("Sent at")), field_id=f"duty-sent-{number}", hint=clock_time),
                text_field(f"there-{number}", screen.say(N_("There at")), field_id=f"duty-there-{number}", hint=clock_time),
            ],
            className="triple",
        )
        for number in range(1, UNITS_OFFERED + 1)
    ]
    return html.Fieldset([html.Legend(screen.say(N_("Who was sent"))), *rows])


def _keys(screen: Screen) -> Component:
    call = key(
        screen.say(N_("Enter the incident")),
        symbol="phone-call",
        keys="Ctrl+Enter",
        look="primary order",
        **orders("past_incident"),
        **{"data-main": ""},
    )
    note = key(screen.say(N_("Enter as a line of the log")), symbol="notes", look="order", **orders("past_note"))
    paper = html.A(
        [icon("printer"), html.Span(screen.say(N_("Situation on paper")), className="word")],
        href="/api/v1/paper",
        target="_blank",
        className="key",
    )
    return html.Div([paper, note, call], className="foot")


def place_lines(query: str, hits: Sequence[PlaceHit], screen: Screen) -> Component:
    """The answer of the place box."""
    lines = [console_search.line(f"{PLACE}-{hit.id}", hit.id, screen.read(hit.name)) for hit in hits]
    return console_search.answer(query, lines, screen.say(N_("No such place.")))


# ---- what stands in it --------------------------------------------------------------------------------------------


def read_when(form: Mapping[str, str], now: datetime, timezone: str) -> datetime:
    """When it was, as it stands on the paper: a time of day means the last one. Raises Invalid."""
    typed = form.get("when", "")
    found = last_time_of_day(typed, now, timezone) or day_and_time(typed, now, timezone)
    if found is None:
        raise Invalid(field="time", value=typed)
    return found


def read_incident(form: Mapping[str, str], key_of_press: str, now: datetime, timezone: str) -> PastIncident:
    """The order that the form says. Raises Invalid for a time that is none."""
    began = read_when(form, now, timezone)

    def later(field: str) -> datetime | None:
        """The first time after the call at which clocks showed this; a day may stand before it."""
        typed = form.get(field, "").strip()
        if not typed:
            return None
        found = next_time_of_day(typed, began - timedelta(seconds=1), timezone) or day_and_time(typed, now, timezone)
        if found is None:
            raise Invalid(field="time", value=typed)
        return found

    units = []
    for number in range(1, UNITS_OFFERED + 1):
        unit_id, sent_at, arrived_at = form.get(f"unit-{number}", ""), later(f"sent-{number}"), later(f"there-{number}")
        if unit_id:
            units.append(PastUnit(unit_id=unit_id, sent_at=sent_at or began, arrived_at=arrived_at))
        elif sent_at or arrived_at:
            raise Invalid(field="unit", value=form.get(f"sent-{number}") or form.get(f"there-{number}", ""))
    call = TakeCall(
        kind=form.get("kind", ""),
        place_id=form.get(PLACE, "").strip('"') or None,
        caller_name=form.get("caller", "").strip()[:LONGEST_NAME],
        caller_phone=form.get("phone", "").strip()[:LONGEST_PHONE],
        said=form.get("note", "").strip(),
        reported_at=began,
        key=key_of_press,
    )
    return PastIncident(call=call, units=tuple(units), ended_at=later("over"))
