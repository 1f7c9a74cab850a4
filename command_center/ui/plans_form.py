"""The order a person fills in before a plan is put into force: level, variant, reason, incident, and the blanks of its messages.

The browser keeps what is typed (assets/plans.js writes it into the store FORM); nothing here is drawn again while someone types.
"""

from collections.abc import Mapping, Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import blanks
from command_center.domain.board import Row
from command_center.domain.levels import Level
from command_center.domain.plan_book import Plan
from command_center.services.activations import ActivatePlan
from command_center.services.plan_needs import Need
from command_center.ui.console_parts import grave_first, key, type_name
from command_center.ui.plans_parts import kind_name
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import icon, severity
from command_center.words import N_, phrases

Filled = Mapping[str, str]
"""What stands in the form by field; blanks of messages as "blank:NAME", ticked vehicles by their ids as "units".

Missing: nobody touched it."""

BLANK = "blank:"
FOUND_BY_ITSELF = frozenset({"level", "time", "summary"})
"""Blanks nobody has to fill: the level, the moment, and the reason as typed above."""

BLANK_NAMES: Mapping[str, str] = {
    "a": N_("Water tankers"),
    "advice": N_("Advice"),
    "area": N_("Area"),
    "b": N_("Generator trucks"),
    "c": N_("Collapses"),
    "demand": N_("Demand"),
    "dist": N_("Distance in metres"),
    "eta": N_("Expected at"),
    "feel": N_("How it was felt"),
    "floor": N_("Floor"),
    "gate": N_("Gate"),
    "h": N_("Hours"),
    "m": N_("Magnitude"),
    "n": N_("How many"),
    "place": N_("Place"),
    "point": N_("Supply points"),
    "shelter": N_("Shelter"),
    "signal": N_("Warning signal"),
    "staging": N_("Staging point (upwind)"),
    "station": N_("Station"),
    "substance": N_("Substance"),
    "symptom": N_("Symptoms"),
    "t": N_("Minutes"),
    "type": N_("Kind of incident"),
    "units": N_("Units"),
    "utility": N_("Utility"),
    "value": N_("Measured value"),
    "wind": N_("Wind direction"),
}
"""Places in the shipped messages; one that a street adds itself is shown by its own name."""

KNOWN_ANYWAY: Mapping[str, str] = {
    "area": N_("the street"),
    "place": N_("incident or street"),
    "type": N_("of the incident"),
}
"""What stands in a message when its field stays empty."""

MOST_INCIDENTS = 6


def order_from(at: Mapping[str, str | None], filled: Filled, screen: Screen, *, press: str | None = None) -> ActivatePlan:
    """The order as it stands in the form. at : what the address names; press : idempotency key of the confirming press."""
    incident = filled.get("incident", at.get("incident") or "")
    return ActivatePlan(
        plan_id=at.get("plan") or "",
        level=Level(filled.get("level") or first_level(at, screen)),
        variant=filled.get("variant") or at.get("variant"),
        incident_id=int(incident) if incident.isdecimal() else None,
        reason=filled.get("reason", at.get("reason") or "").strip(),
        life_risk=bool(filled.get("life")),
        is_exercise=bool(at.get("exercise")),
        units=tuple(filled["units"].split()) if "units" in filled else None,
        fields={name.removeprefix(BLANK): text.strip() for name, text in filled.items() if name.startswith(BLANK) and text.strip()},
        key=press,
    )


def first_level(at: Mapping[str, str | None], screen: Screen) -> Level:
    """The level offered first: the one the address names, else the attached incident's, else the lowest."""
    incident = screen.live.board.get("incident", at.get("incident") or "")
    named = at.get("level") or (incident["severity"] if incident else None)
    return Level(named) if named in set(Level) else Level.IV


# ---- the fields ---------------------------------------------------------------------------------------------------


def fields(plan: Plan, at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    """Everything that is typed or chosen, empty, as this address starts it."""
    level = first_level(at, screen)
    return [
        html.Div(
            [
                html.H3(screen.say(N_("Level of response"))),
                _levels(level, screen),
                _triggers(plan, screen),
                *_variants(plan, at, screen),
                dmc.TextInput(
                    label=screen.say(N_("Reason (goes into the messages)")),
                    value=at.get("reason") or "",
                    name="reason",
                    autoComplete="off",
                    id="plans-reason",
                ),
                *_blanks(plan, screen),
            ],
            className="fields",
            **{"data-token": at.get("token") or ""},
        )
    ]


def _levels(level: Level, screen: Screen) -> Component:
    choices = [
        {
            "value": one.value,
            "label": html.Span([severity(one, screen), html.Span(screen.say(phrases.LEVEL[one]))], className="level-choice"),
        }
        for one in reversed(Level)
    ]
    return dmc.SegmentedControl(
        data=choices,
        value=level.value,
        name="level",
        id="plans-level",
        fullWidth=True,
        **{"aria-label": screen.say(N_("Level of response"))},
    )


def _triggers(plan: Plan, screen: Screen) -> Component:
    """What speaks for each level; a click writes it down as the reason, and says the variant. CSS shows those of the chosen level."""
    chips = []
    for trigger in plan.triggers:
        facts = {"data-fill": "reason"} | ({"data-variant": trigger.variant} if trigger.variant else {})
        chips.append(key(screen.read(trigger.text), look=f"trigger of-{trigger.level.value}", **facts))
    return html.Div([html.Small(screen.say(N_("speaks for it:")), className="muted"), *chips], className="triggers")


def _variants(plan: Plan, at: Mapping[str, str | None], screen: Screen) -> list[Component]:
    if not plan.variants:
        return []
    chosen = at.get("variant")
    return [
        dmc.SegmentedControl(
            data=[{"value": code, "label": screen.read(name)} for code, name in plan.variants.items()],
            value=chosen if chosen in plan.variants else plan.default_variant,
            name="variant",
            id="plans-variant",
            fullWidth=True,
            **{"aria-label": screen.say(N_("Variant"))},
        )
    ]


def _blanks(plan: Plan, screen: Screen) -> list[Component]:
    """A field for every blank of the plan's messages, from the lowest level that has it."""
    first: dict[str, Level] = {}
    for line in sorted(plan.notifications, key=lambda line: line.min_level.rank):
        for name in blanks(line.text):
            if name not in FOUND_BY_ITSELF:
                first.setdefault(name, line.min_level)
    if not first:
        return []
    inputs = [
        dmc.TextInput(
            label=screen.say(BLANK_NAMES[name]) if name in BLANK_NAMES else name,
            value="",
            name=f"{BLANK}{name}",
            id=f"plans-blank-{name}",
            placeholder=screen.say(KNOWN_ANYWAY[name]) if name in KNOWN_ANYWAY else "",
            autoComplete="off",
            className=f"from-{level.value}",
        )
        for name, level in first.items()
    ]
    return [
        html.Fieldset(
            [html.Legend(screen.say(N_("Blanks of the messages"))), html.Div(inputs, className="blank-fields")], className="blanks"
        )
    ]


# ---- the incident -------------------------------------------------------------------------------------------------


def offered_incidents(plan: Plan, chosen: str, screen: Screen) -> Sequence[Row]:
    """Open incidents of the types the plan answers, the gravest first; the chosen one in any case."""
    rows = grave_first(screen.live.board.rows("incident"))
    fitting = [row for row in rows if row["type"] in plan.incident_types][:MOST_INCIDENTS]
    return fitting + [row for row in rows if row["id"] == chosen and row not in fitting]


def incident_choice(plan: Plan, at: Mapping[str, str | None], filled: Filled, screen: Screen) -> list[Component]:
    """Which incident the plan is for: its units are sent there. Nothing at all when there is none to attach."""
    chosen = filled.get("incident", at.get("incident") or "")
    rows = offered_incidents(plan, chosen, screen)
    if not rows:
        return []
    lines = [("", screen.say(N_("none: units stand by in their areas")))]
    lines += [(row["id"], f"{row['number']} {type_name(row, screen)} {screen.read(row['place'])}") for row in rows]
    radios = [dmc.Radio(value=value, label=label, size="md") for value, label in lines]
    return [
        dmc.RadioGroup(
            html.Div(radios, className="incident-lines"),
            value=chosen if chosen in {row["id"] for row in rows} else "",
            label=screen.say(N_("For the incident")),
            name="incident",
            id="plans-incident-choice",
        )
    ]


# ---- the vehicles -------------------------------------------------------------------------------------------------


def vehicle_choice(units: Sequence[Need], filled: Filled, screen: Screen) -> list[Component]:
    """A tick for every vehicle that can be had, the centre's own choice ticked until a person changes it (assets/plans.js)."""
    kinds = [need for need in units if need.offered]
    if not kinds:
        return []
    signs, again = call_signs(screen), screen.say(N_("As the centre offers"))
    reset = [key(again, symbol="rotate-clockwise", **{"data-units-offered": ""})] if "units" in filled else []
    boxes = [_vehicles(need, signs, screen) for need in kinds]
    legend = html.Legend(screen.say(N_("Vehicles to put on duty")))
    return [html.Div(html.Fieldset([legend, *boxes, *reset], className="blanks vehicle-choice"), className="fields")]


def _vehicles(need: Need, signs: Mapping[str, str], screen: Screen) -> html.Div:
    going = set(need.ordered)
    name = screen.say(
        N_("%(kind)s: %(n)s of %(wanted)s"), kind=kind_name(need.kind, screen), n=need.there + len(need.chosen), wanted=need.wanted
    )
    boxes = [
        html.Button(
            [icon("check"), html.Span(signs.get(unit_id, unit_id))],
            type="button",
            className="key",
            role="checkbox",
            **{"aria-checked": "true" if unit_id in going else "false", "data-unit-choice": unit_id},
        )
        for unit_id in need.offered
    ]
    return html.Div([html.Small(name), html.Div(boxes, className="boxes")], role="group", **{"aria-label": name})
