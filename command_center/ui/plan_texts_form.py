"""A plan's wording as a form: every text in both languages and every number that a street sets, in the order in which the plan has them.

Fields are named by their place in the copy ("steps/P12-S03/title/zh"), an entry with a code by its code, so that a field keeps its name
when a step comes or goes before it; what is not a field (codes, conditions of triggers) stays as it is.
"""

import copy as copying
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.errors import Invalid
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import asks, section, text_field
from command_center.ui.plans_parts import group_name, kind_name
from command_center.ui.shell import Screen
from command_center.ui.speech import audience_name
from command_center.ui.widgets import level_name
from command_center.words import N_

PARTS: Mapping[str, str] = {
    "name": N_("Name of the plan"),
    "short": N_("Short name"),
    "scope": N_("What it is for"),
    "variants": N_("Variants"),
    "levels": N_("Levels: what each turns on"),
    "triggers": N_("What speaks for a level"),
    "steps": N_("Steps"),
    "notifications": N_("Messages"),
    "resources": N_("Units and materials by level"),
    "group_duties": N_("Duties of the groups"),
    "shelters": N_("Shelters"),
    "escalation": N_("When to go up"),
    "termination": N_("Conditions for ending it"),
    "pitfalls": N_("Pitfalls"),
}
"""Keys of a plan that people edit -> their headings, in this order."""

NUMBERS: Mapping[str, str] = {
    "due_min": N_("Deadline (min)"),
    "repeat_min": N_("Again after (min)"),
    "patrol_min": N_("Patrols every (min)"),
}
NUMBER_TABLES = frozenset({"due_by_level", "units", "materials", "plan_places"})
"""Mappings whose values are all numbers."""

SHORT_TEXT = 40
"""A longer text gets a field of several lines."""

MOST = 10**7


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that can be edited. path : its place, "/" between keys. value : a text in two languages, or a number or None."""

    path: str
    value: Any

    @property
    def is_text(self) -> bool:
        return isinstance(self.value, Mapping)

    @property
    def keys(self) -> list[str]:
        return self.path.split("/")


def leaves(value: Any, path: str) -> Iterator[Leaf]:
    """Everything below a place that people edit."""
    name = path.rpartition("/")[2]
    if (isinstance(value, Mapping) and set(value) == {"zh", "en"}) or name in NUMBERS:
        yield Leaf(path, value)
    elif isinstance(value, Mapping):
        for inner, held in value.items():
            if name in NUMBER_TABLES:
                yield Leaf(f"{path}/{inner}", held)
            else:
                yield from leaves(held, f"{path}/{inner}")
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from leaves(held, f"{path}/{_entry_name(held, place)}")


def _entry_name(entry: Any, place: int) -> str:
    """What an entry of a list is called in the names of its fields."""
    return str(entry["id"]) if isinstance(entry, Mapping) and "id" in entry else str(place)


def written(wording: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
    """The wording with what stands in the form. Raises Invalid for a number that is none."""
    copy = copying.deepcopy(dict(wording))
    for part in PARTS:
        for leaf in leaves(copy.get(part), part):
            for path, value in _typed(leaf, form):
                _put(copy, path.split("/"), value)
    return copy


def _typed(leaf: Leaf, form: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    if leaf.is_text:
        for language in ("zh", "en"):
            path = f"{leaf.path}/{language}"
            if path in form:
                yield path, form[path].replace("\r\n", "\n").strip()
    elif leaf.path in form:
        yield leaf.path, _number(leaf.path, form[leaf.path].strip())


def _number(path: str, typed: str) -> int | None:
    if not typed and path.endswith("repeat_min"):
        return None
    if not typed.isascii() or not typed.isdigit() or int(typed) > MOST:
        raise Invalid(field=path, value=typed[:20])
    return int(typed)


def _put(copy: Any, keys: list[str], value: Any) -> None:
    *way, last = keys
    for name in way:
        copy = _entry(copy, name)
    copy[last] = value


def _entry(copy: Any, name: str) -> Any:
    if not isinstance(copy, list):
        return copy[name]
    return next(held for place, held in enumerate(copy) if _entry_name(held, place) == name)


# ---- steps that come and go ----------------------------------------------------------------------------------------


def with_step_after(wording: Mapping[str, Any], step_id: str) -> dict[str, Any]:
    """A copy of a step stands after it, under a number of its own; its words are to be changed next."""
    copy = copying.deepcopy(dict(wording))
    steps = copy["steps"]
    place = next(place for place, step in enumerate(steps) if step["id"] == step_id)
    head = step_id.rpartition("-S")[0]
    numbers = {int(step["id"].rpartition("S")[2]) for step in steps if step["id"].rpartition("S")[2].isdigit()}
    steps.insert(place + 1, copying.deepcopy(steps[place]) | {"id": f"{head}-S{max(numbers, default=0) + 1:02d}"})
    return copy


def without_step(wording: Mapping[str, Any], step_id: str) -> dict[str, Any]:
    copy = copying.deepcopy(dict(wording))
    copy["steps"] = [step for step in copy["steps"] if step["id"] != step_id]
    return copy


# ---- the form -----------------------------------------------------------------------------------------------------


def form(wording: Mapping[str, Any], screen: Screen, *, edits: bool) -> list[Component]:
    """Part by part; folded but for the first. edits : whether steps may come and go."""
    return [
        section(screen.say(label), *_rows(part, wording[part], screen, edits=edits), folded=part not in ("name", "short", "scope"))
        for part, label in PARTS.items()
        if wording.get(part)
    ]


def _rows(part: str, value: Any, screen: Screen, *, edits: bool) -> Iterator[Component]:
    """One row per entry of the part, with all its fields."""
    if isinstance(value, Mapping) and set(value) == {"zh", "en"}:
        yield _row("", list(leaves(value, part)), screen)
        return
    in_order = isinstance(value, list)
    for name, held in enumerate(value) if in_order else value.items():
        found = list(leaves(held, f"{part}/{_entry_name(held, name) if in_order else name}"))
        if part in NUMBER_TABLES:
            found = [Leaf(f"{part}/{name}", held)]
        if found:
            more = _step_keys(held, screen) if part == "steps" and edits else []
            yield _row(_label(part, name, held, screen), found, screen, *more)


def _row(label: str, found: list[Leaf], screen: Screen, *more: Component) -> Component:
    texts = [_text(leaf, screen) for leaf in found if leaf.is_text]
    numbers = [_number_field(leaf, screen) for leaf in found if not leaf.is_text]
    head = [html.Div([html.B(label), *more], className="wording-head")] if label or more else []
    return html.Div([*head, *texts, *([html.Div(numbers, className="numbers")] if numbers else [])], className="wording")


def _text(leaf: Leaf, screen: Screen) -> Component:
    fields = []
    for language, name in (("zh", N_("Chinese")), ("en", N_("English"))):
        path, text = f"{leaf.path}/{language}", leaf.value[language]
        label = screen.say(name)
        if len(text) <= SHORT_TEXT:
            fields.append(text_field(path, label, text, field_id=f"text-{path}"))
        else:
            fields.append(dmc.Textarea(name=path, label=label, value=text, id=f"text-{path}", autosize=True, minRows=2))
    return html.Div(fields, className="pair")


def _number_field(leaf: Leaf, screen: Screen) -> Component:
    value = "" if leaf.value is None else str(leaf.value)
    return text_field(
        leaf.path, _number_label(leaf, screen), value, field_id=f"text-{leaf.path}", attributes={"input": {"inputMode": "numeric"}}
    )


def _number_label(leaf: Leaf, screen: Screen) -> str:
    *_, table, name = ["", *leaf.keys]
    if name in NUMBERS:
        return screen.say(NUMBERS[name])
    if table == "due_by_level":
        return screen.say(N_("Deadline at %(level)s (min)"), level=name)
    if table == "plan_places":
        return screen.say(N_("Places at %(level)s"), level=name)
    return kind_name(name, screen)


def _label(part: str, name: Any, held: Any, screen: Screen) -> str:
    """What an entry is called: its code, its level, its group, or its number."""
    match part:
        case "levels" | "resources":
            label = level_name(name, screen)
        case "group_duties":
            label = group_name(name, screen)
        case "steps":
            label = f"{held['id']} · {group_name(held['group'], screen)} · {held['min_level']}"
        case "notifications":
            label = f"{audience_name(held['audience'], screen)} · {held['min_level']}"
        case "triggers":
            label = f"{held['id']} · {held['level']}"
        case "escalation":
            label = str(held["to"])
        case _:
            label = name if isinstance(name, str) else str(name + 1)
    return label


def _step_keys(step: Mapping[str, Any], screen: Screen) -> list[Component]:
    title = screen.read(step["title"])
    after = screen.say(N_("Add a step after this one"))
    away = screen.say(N_("Take this step out"))
    why = screen.say(N_("What is changed, and why"))
    return [
        key(after, symbol="plus", **asks("step_add", f"{after}: {title}", why, screen.say(N_("Add")), step=step["id"])),
        key(away, symbol="trash", **asks("step_away", f"{away}: {title}", why, screen.say(N_("Take out")), step=step["id"])),
    ]
