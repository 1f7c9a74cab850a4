"""What comes in from above and from instruments, as a person enters it: a text with what was understood, a call, an order, a value."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.errors import Refusal
from command_center.domain.levels import Level
from command_center.domain.notices import Act
from command_center.domain.vocabulary import Metric
from command_center.services.warning_previews import Understood, UnderstoodOrder, UnderstoodWarning
from command_center.ui import console_search
from command_center.ui.console_parts import grave_first, key, type_name
from command_center.ui.desk_page import At, Filled
from command_center.ui.desk_parts import (
    address_of,
    choice,
    day_and_minute,
    goes,
    hour_minute,
    level_options,
    orders,
    segments,
    text_field,
)
from command_center.ui.shell import Screen
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_, phrases

PATH = "/warnings"
PLACE = "warnings-place"
"""Search box and store of the place that a value was measured at."""

FORMS = {
    "text": ("message", N_("Text or file")),
    "phone": ("phone", N_("By phone")),
    "order": ("flag", N_("Order of the district")),
    "measure": ("report-analytics", N_("Measurement")),
}
"""What can be entered: name in the address -> its sign and its heading."""

DECIMAL = {"input": {"inputMode": "decimal"}}
"""Attributes of a field for a number: a phone shows its digits."""

COLORS = ("blue", "yellow", "orange", "red")
LASTS_H = (6, 12, 24)
"""Hours that are offered for a warning that does not say until when it stands."""

LASTS_AT_FIRST = "24"
AT_A_TIME, UNTIL_LIFTED = "at", "none"

FIRST_METRICS = ("rain_mm", "ponding_depth_cm", "snow_depth_cm", "gas_lel_pct", "trapped_persons", "crowd_density")
"""Values a street desk is told most often; they stand first in the list."""

UNIT_WORDS = {
    "person": N_("people"),
    "household": N_("households"),
    "floor": N_("floors"),
    "utility": N_("utilities"),
    "lift": N_("lifts"),
    "case": N_("cases"),
    "degree": N_("degrees of intensity"),
    "person/m2": N_("people per m²"),
    "C": "°C",
    "enum": "",
}
"""Units that are words; the others are signs, the same in every language."""

STAGE_WORDS = {
    "normal": N_("normal"),
    "warning": N_("warning stage"),
    "guaranteed": N_("guaranteed stage"),
    "overtopping": N_("overtopping"),
}


def chosen_form(at: At) -> str:
    form = at.get("form") or "text"
    return form if form in FORMS else "text"


def tabs(at: At, screen: Screen) -> list[Component]:
    """What is to be entered; each is an address of its own."""
    now = chosen_form(at)
    return [
        key(
            screen.say(label),
            symbol=symbol,
            **goes(address_of(PATH, form=None if form == "text" else form)),
            **({"aria-current": "true"} if form == now else {}),
        )
        for form, (symbol, label) in FORMS.items()
    ]


def fields(at: At, screen: Screen) -> list[Component]:
    """The empty form that the address names, or its beginning."""
    drawn = {"text": _text, "phone": _phone, "order": _order, "measure": _measured}[chosen_form(at)](at, screen)
    return [html.Div(drawn, className="fields", **{"data-token": at.get("token") or ""})]


def rest(at: At, screen: Screen) -> list[Component]:
    """What of the form follows the fields that change with what is typed."""
    return [html.Div(_measured_where(at, screen), className="fields")] if chosen_form(at) == "measure" else []


# ---- a pasted text ------------------------------------------------------------------------------------------------


def _text(at: At, screen: Screen) -> list[Component]:
    drop = html.Div(
        [
            icon("file-download"),
            html.Span(screen.say(N_("Drop a CAP or Atom file here, or a text file"))),
            key(screen.say(N_("Choose a file")), **{"data-choose-file": ""}),
        ],
        className="drop",
        **{"data-drop": ""},
    )
    text = dmc.Textarea(
        name="text",
        id="warnings-text",
        label=screen.say(N_("The text as it came by WeChat or SMS")),
        value=at.get("text") or "",
        autosize=True,
        minRows=4,
        maxRows=12,
        **{"data-first": ""},
    )
    return [text, drop]


def understood(read: Understood | Refusal | None, text: str, screen: Screen) -> list[Component]:
    """What was read from the text, each thing with fields to say otherwise; nothing before there is a text."""
    if read is None:
        return [empty_state(screen.say(N_("What is understood stands here before anything is taken in.")), symbol="message")]
    if isinstance(read, Refusal):
        said = phrases.refusal(screen.lang, read, spoken_names(screen))
        by_hand = key(screen.say(N_("Enter it by hand")), symbol="edit", **goes(address_of(PATH, form="phone", text=text[:1500])))
        return [html.Div([icon("alert-triangle"), html.Span(said), by_hand], className="obstacle", role="alert")]
    several = len(read.warnings) + len(read.orders) > 1
    warnings = [_understood_warning(one, place, screen, several=several) for place, one in enumerate(read.warnings)]
    orders_read = [_understood_order(one, place, screen, several=several) for place, one in enumerate(read.orders)]
    return [html.H3(screen.say(N_("Understood as"))), *warnings, *orders_read, _confirm(screen, N_("Take it in"), "take_text")]


def _confirm(screen: Screen, label: str, act: str) -> Component:
    go = key(screen.say(label), symbol="check", keys="Ctrl+Enter", look="primary order big", **{"data-main": "1"}, **orders(act))
    return html.Div(go, className="foot")


def _understood_warning(one: UnderstoodWarning, place: int, screen: Screen, *, several: bool) -> Component:
    draft, name = one.draft, f"w{place}"
    remarks = []
    if one.is_known:
        remarks.append(_remark(screen.say(N_("This message is kept already; taking it in again changes nothing."))))
    if one.ends:
        ended = phrases.listed(screen.lang, (f"{hazard_color(row, screen)} ({row['issuer']})" for row in one.ends))
        remarks.append(_remark(screen.say(N_("It ends: %(list)s"), list=ended)))
    if draft.status == "exercise":
        remarks.append(_remark(screen.say(N_("An exercise: it is shown, and proposes plans for the exercise only."))))
    area = text_field(f"{name}.area", screen.say(N_("Area")), draft.area, field_id=f"warnings-{name}-area")
    at = _issued_field(name, draft.issued_at if draft.is_timed else None, screen)
    return html.Div(
        [
            *remarks,
            *_hazard_fields(name, draft.hazard or "", draft.word, draft.color, draft.act, screen),
            html.Div([area, at], className="pair"),
            *_ends_fields(name, screen),
            *_leave_out(name, screen, several=several),
        ],
        className="understood",
    )


def _hazard_fields(name: str, hazard: str, word: str, color: str | None, act: Act, screen: Screen) -> list[Component]:
    hazards = screen.center.catalogue.warning_signals.hazards
    options = [(code, screen.read(it.name)) for code, it in hazards.items()]
    if not hazard:
        unknown = screen.say(N_("%(word)s (shown, proposes no plan)"), word=word) if word else screen.say(N_("choose"))
        options.insert(0, ("", unknown))
    acts = [(one.value, screen.say(phrases.WARNING_ACT[one.value]).capitalize()) for one in Act]
    colors = [*((code, _color(code, screen)) for code in COLORS), ("none", screen.say(N_("none")))]
    token = f"{name}:{hazard}:{act.value}:{word}"
    return [
        html.Div(
            [
                choice(f"{name}.hazard", screen.say(N_("Hazard")), options, hazard, token),
                choice(f"{name}.act", screen.say(N_("What the message does")), acts, act.value, token),
            ],
            className="pair",
        ),
        segments(f"{name}.color", screen.say(N_("Colour")), colors, color or "none", field_id=f"warnings-{name}-color"),
    ]


def _color(code: str, screen: Screen) -> Component:
    word = screen.read(screen.center.catalogue.warning_signals.colors[code].name)
    return html.Span([html.Span(className=f"pennant {code}"), word], className="pennant-choice")


def _ends_fields(name: str, screen: Screen) -> list[Component]:
    """Until when it stands: hours from now, a time, or until somebody lifts it."""
    options: list[tuple[str, Component | str]] = [(str(hours), screen.say(N_("+%(n)s h"), n=hours)) for hours in LASTS_H]
    options += [(AT_A_TIME, screen.say(N_("until a time"))), (UNTIL_LIFTED, screen.say(N_("until lifted")))]
    until = text_field(
        f"{name}.until", screen.say(N_("Until (20:00, or 07-13 08:00)")), field_id=f"warnings-{name}-until", className="until"
    )
    stands = segments(f"{name}.ends", screen.say(N_("It stands")), options, LASTS_AT_FIRST, field_id=f"warnings-{name}-ends")
    return [html.Div([stands, until], className="ends")]


def _leave_out(name: str, screen: Screen, *, several: bool) -> list[Component]:
    if not several:
        return []
    return [
        dmc.Checkbox(label=screen.say(N_("Leave this one out")), checked=False, attributes={"input": {"name": f"{name}.leave"}}, size="md")
    ]


def _issued_field(name: str, at: datetime | None, screen: Screen) -> Component:
    """When it was issued, where the text says so; left empty it is now."""
    hint = screen.say(N_("the text says no time: now"))
    return text_field(
        f"{name}.issued", screen.say(N_("Issued at")), day_and_minute(at, screen), field_id=f"warnings-{name}-issued", hint=hint
    )


def _remark(text: str) -> Component:
    return html.Div([icon("info-circle"), html.Span(text)], className="remark")


def _understood_order(one: UnderstoodOrder, place: int, screen: Screen, *, several: bool) -> Component:
    name = f"w{place}"
    remarks = [_remark(screen.say(N_("An exercise: it is shown, and proposes plans for the exercise only.")))] if one.is_exercise else []
    return html.Div(
        [
            html.B(screen.say(N_("Order of the district: the street's level does not go below it"))),
            *remarks,
            *_order_fields(name, one.plan_id or "", one.level, one.act, screen),
            _issued_field(name, one.issued_at, screen),
            *_leave_out(name, screen, several=several),
        ],
        className="understood",
    )


def _order_fields(name: str, plan_id: str, level: Level | None, act: Act, screen: Screen) -> list[Component]:
    plans = [(plan.id, f"{plan.id} {screen.read(plan.short)}") for plan in screen.center.catalogue.plans.values()]
    if not plan_id:
        plans.insert(0, ("", screen.say(N_("choose the plan"))))
    acts = [(Act.ISSUE.value, screen.say(N_("Ordered"))), (Act.LIFT.value, screen.say(N_("Ended")))]
    token = f"{name}:{plan_id}:{act.value}"
    return [
        html.Div(
            [
                choice(f"{name}.plan", screen.say(N_("Plan")), plans, plan_id, token),
                choice(f"{name}.act", screen.say(N_("What the message does")), acts, Act.ISSUE.value if act.starts else act.value, token),
            ],
            className="pair",
        ),
        segments(
            f"{name}.level",
            screen.say(N_("Level of response")),
            level_options(screen),
            (level or Level.IV).value,
            field_id=f"warnings-{name}-level",
        ),
    ]


def hazard_color(row: Row, screen: Screen) -> str:
    """A warning in two words: hazard and colour."""
    color = screen.read(row["color_name"]) if row["color_name"] else ""
    return screen.say(N_("%(hazard)s %(color)s"), hazard=screen.read(row["hazard_name"]), color=color).strip()


# ---- told by phone ------------------------------------------------------------------------------------------------


def _phone(at: At, screen: Screen) -> list[Component]:
    issuer = text_field("issuer", screen.say(N_("Issued by")), field_id="warnings-issuer", **{"data-first": ""})
    return [
        *_hazard_fields("w0", "", "", "blue", Act.ISSUE, screen),
        html.Div([issuer, text_field("w0.area", screen.say(N_("Area")), field_id="warnings-w0-area")], className="pair"),
        *_ends_fields("w0", screen),
        dmc.Textarea(
            name="text",
            id="warnings-text",
            label=screen.say(N_("What was said")),
            value=at.get("text") or "",
            autosize=True,
            minRows=2,
            maxRows=8,
        ),
        _confirm(screen, N_("Take it in"), "take_stated"),
    ]


def _order(at: At, screen: Screen) -> list[Component]:
    return [
        html.P(screen.say(N_("While an order of the district stands, the street's level does not go below it.")), className="muted"),
        *_order_fields("w0", "", None, Act.ISSUE, screen),
        text_field("issuer", screen.say(N_("Ordered by")), field_id="warnings-issuer", **{"data-first": ""}),
        dmc.Textarea(
            name="text", id="warnings-text", label=screen.say(N_("What was said")), value=at.get("text") or "", autosize=True, minRows=2
        ),
        _confirm(screen, N_("Take it in"), "take_order"),
    ]


# ---- a measured value ---------------------------------------------------------------------------------------------


def _measured(at: At, screen: Screen) -> list[Component]:
    metrics = screen.center.catalogue.common.metrics
    ordered = [*(code for code in FIRST_METRICS if code in metrics), *(code for code in metrics if code not in FIRST_METRICS)]
    options = [(code, screen.read(metrics[code].name)) for code in ordered]
    return [choice("metric", screen.say(N_("What was measured")), options, metric_of(at, {}, screen)[0], at.get("token") or "")]


def _measured_where(at: At, screen: Screen) -> list[Component]:
    hint, token = screen.say(N_("initials or name of a place")), at.get("token") or ""
    place = console_search.search_box(PLACE, screen.say(N_("Where (may stay empty)")), hint, source="server", next_id="warnings-note")
    open_ones = [(row["id"], _incident(row, screen)) for row in grave_first(screen.live.board.rows("incident"))]
    incidents = [("", screen.say(N_("none"))), *open_ones]
    now = hour_minute(screen.center.now(), screen)
    return [
        place,
        html.Div(
            [
                choice("incident", screen.say(N_("About the incident")), incidents, at.get("incident") or "", token),
                text_field("measured", screen.say(N_("Measured at")), now, field_id="warnings-measured-at"),
            ],
            className="pair",
        ),
        text_field("note", screen.say(N_("Remark")), field_id="warnings-note"),
        _confirm(screen, N_("Keep the value"), "measure"),
    ]


def _incident(row: Row, screen: Screen) -> str:
    return f"{row['number']} {type_name(row, screen)} {screen.read(row['place'])}"


def metric_of(at: At, filled: Filled, screen: Screen) -> tuple[str, Metric]:
    """The metric the form stands at."""
    metrics = screen.center.catalogue.common.metrics
    code = filled.get("metric") or at.get("metric") or FIRST_METRICS[0]
    return (code, metrics[code]) if code in metrics else next(iter(metrics.items()))


def unit_word(unit: str, screen: Screen) -> str:
    return screen.say(UNIT_WORDS[unit]) if UNIT_WORDS.get(unit) else UNIT_WORDS.get(unit, unit)


def value_word(value: object, screen: Screen) -> str:
    """A measured value as people read it."""
    if isinstance(value, str):
        return screen.say(STAGE_WORDS[value]) if value in STAGE_WORDS else value
    return f"{value:g}"


def metric_fields(code: str, metric: Metric, screen: Screen) -> list[Component]:
    """The value's own fields: a number with its unit and bounds, or one of its words; the hours it adds up over."""
    if metric.values:
        words = [(value, value_word(value, screen)) for value in metric.values]
        return [html.Div(choice("value", screen.say(N_("Value")), words, metric.values[0], code), className="fields")]
    most = "" if metric.most is None else f"{metric.least:g}–{metric.most:g}"
    shown: list[Any] = [
        text_field(
            "value",
            screen.say(N_("Value (%(unit)s)"), unit=unit_word(metric.unit, screen)),
            field_id=f"warnings-value-{code}",
            hint=most,
            attributes=DECIMAL,
            **{"data-first": ""},
        )
    ]
    if metric.windowed:
        shown.append(
            text_field("window", screen.say(N_("Over how many hours")), "1", field_id=f"warnings-window-{code}", attributes=DECIMAL)
        )
    return [html.Div(html.Div(shown, className="pair"), className="fields")]


def place_lines(query: str, hits: Sequence[Any], screen: Screen) -> Component:
    """The answer of the place box. hits : places found (services.places.PlaceHit)."""
    lines = [console_search.line(f"{PLACE}-{hit.id}", hit.id, screen.read(hit.name)) for hit in hits]
    return console_search.answer(query, lines, screen.say(N_("No such place.")))
