"""Drawings that several screens share."""

from __future__ import annotations

import asyncio

import pytest

from command_center.ui.memo import KEPT, Memo


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
