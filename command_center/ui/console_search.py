"""Search boxes of the console: lines a person finds by Chinese, pinyin initials or code.

A line carries what it stands for as JSON (`data-value`), the text its box shows once picked (`data-label`) and, in lists that the
browser narrows itself, what it answers to: its name and other words (`data-search`: the name first, then prefixes), and the readings of
the name's characters (`data-spelt`). assets/console.js does the rest.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Literal

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.geo import Point
from command_center.words.readings import spelled

_COORDINATES = re.compile(r"^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")


def narrowing(name: str, *others: str) -> dict[str, str]:
    """Attributes of a line that the browser narrows: found by any part or spelling of a Han name, and by how other words begin."""
    return {"data-search": "|".join((name, *others)).lower(), "data-spelt": spelled(name)}


def line(line_id: str, value: Any, label: str, *details: str, answers_to: Sequence[str] = ()) -> html.Li:
    """One line of a list. value : JSON-plain; what the box's store holds once this line is picked.

    answers_to : where the browser narrows the list: a name in Han, found by any part or spelling of it, then words by their beginning.
    """
    note = "  ".join(detail for detail in details if detail)
    return html.Li(
        label,
        id=line_id,
        role="option",
        **{
            "aria-selected": "false",
            "data-note": note,
            "data-value": json.dumps(value, ensure_ascii=False),
            "data-label": label,
            **(narrowing(*answers_to) if answers_to else {}),
        },
    )


def answer(query: str, lines: Sequence[Component], nothing: str) -> html.Div:
    """The server's answer to one query; it says which query it answers, so that nobody picks from a late one.

    nothing : what is shown when no line fits.
    """
    shown = list(lines) if lines or not query.strip() else [html.Li(nothing, className="nothing", role="presentation")]
    return html.Div(shown, className="answer", role="presentation", **{"data-query": query.strip()})


def coordinates(text: str) -> Point | None:
    """Read "36.70,119.15" (latitude first; a Chinese comma or a blank will do); None when it is something else."""
    found = _COORDINATES.match(text)
    point = Point(float(found[1]), float(found[2])) if found else None
    return point if point and point.is_on_earth() else None


def search_box(
    store: str,
    label: str,
    hint: str,
    *,
    source: Literal["local", "server"],
    lines: Sequence[Component] = (),
    next_id: str = "",
    runs: bool = False,
) -> html.Div:
    """A box with its list: ids `STORE-search` and `STORE-list`; the pick goes into the dcc.Store `STORE`.

    next_id : where the keyboard goes after a pick. runs : a pick acts at once instead of going into the store.
    """
    marks = {"data-combo": store, "data-next": next_id} | ({"data-run": "1", "data-autofocus": True} if runs else {})
    roles = {"role": "combobox", "aria-expanded": "false", "aria-controls": f"{store}-list", "aria-autocomplete": "list"}
    list_marks = {"data-combo-list": store, "data-source": source, "aria-label": label}
    return html.Div(
        [
            dmc.TextInput(
                id=f"{store}-search",
                value="",
                label=label,
                placeholder=hint,
                autoComplete="off",
                spellCheck=False,
                attributes={"input": roles},
                **marks,
            ),
            html.Ul(list(lines), id=f"{store}-list", role="listbox", className="combo-list still" if runs else "combo-list", **list_marks),
        ],
        className="combo",
    )
