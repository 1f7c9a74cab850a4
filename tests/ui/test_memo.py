"""Drawings that several screens share."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from dash import dcc, html
from dash.development.base_component import Component

from command_center.ui.memo import KEPT, Memo, fingerprint


@pytest.mark.anyio
async def test_screens_that_ask_at_once_share_one_drawing() -> None:
    memo: Memo[int] = Memo()
    drawn: list[str] = []

    def draw() -> int:
        drawn.append("once")
        return len(drawn)

    assert await asyncio.gather(*(memo.get("state 1", draw) for _ in range(5))) == [1] * 5
    assert await memo.get("state 2", draw) == 2


@pytest.mark.anyio
async def test_old_drawings_are_let_go() -> None:
    memo: Memo[str] = Memo()
    for state in range(KEPT + 1):
        await memo.get(state, str)

    assert await memo.get(0, lambda: "drawn anew") == "drawn anew"
    assert await memo.get(KEPT, lambda: "drawn anew") == ""


def row(text: str = "巡03", **more: str) -> list[Component]:
    return [html.Div([html.Span(text, className="unit", **more), dcc.Store(id="kept", data={"at": date(2026, 7, 15)})])]


def test_the_same_drawing_has_the_same_fingerprint_whoever_drew_it() -> None:
    assert fingerprint(row()) == fingerprint(row())
    assert fingerprint(html.Span("1", id="a", className="b")) == fingerprint(html.Span("1", className="b", id="a"))


@pytest.mark.parametrize(
    "other", [row("巡04"), row(**{"data-unit": "patrol-03"}), row(**{"aria-label": "x"}), row()[0].children, [], None, [html.Div(), *row()]]
)
def test_a_drawing_that_differs_anywhere_has_another_fingerprint(other: object) -> None:
    assert fingerprint(other) != fingerprint(row())
    assert fingerprint(html.Span("1")) != fingerprint(html.B("1"))
