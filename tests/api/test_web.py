"""What the web process does when the ground under it gives way."""

from __future__ import annotations

import asyncio

import pytest

from command_center.center import Center
from command_center.services.live import LiveBoard
from command_center.web import _beside, _follow_wire


class LoadFails(LiveBoard):
    """A board that cannot be read the first time it has to start over."""

    fails = 1

    async def load(self) -> None:
        if self.fails and self.stream_id != "never read":
            LoadFails.fails -= 1
            raise OSError("the database is away")
        await super().load()


@pytest.mark.anyio
async def test_a_board_that_could_not_start_over_does_so_later(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("command_center.web.BREATHER_S", 0.01)
    live = LoadFails(center=center, stream_id="never read")
    await live.load()
    live.stream_id = "1-1"  # a place that this Redis does not know: the reader has to start over

    async with live.subscribe() as queue, _beside("live board", lambda: _follow_wire(live)):
        message = await asyncio.wait_for(queue.get(), 10)
        while message.event != "reset":
            message = await asyncio.wait_for(queue.get(), 10)

    assert LoadFails.fails == 0
    assert live.board.rows("unit")
