"""The long reader: everything in order, through outages, and never silent about what may be missing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from redis import Redis

from command_center.wire import Away, Back, EmbeddedValkey, Facts, Lost, Message, Positions, Wire, WireReader

pytestmark = pytest.mark.anyio
PATIENCE_S = 8.0
ReadAfter = Callable[[str], AsyncGenerator[Message]]


async def next_of(messages: AsyncIterator[Message]) -> Message:
    async with asyncio.timeout(PATIENCE_S):
        return await anext(messages)


async def next_facts(messages: AsyncIterator[Message]) -> Facts:
    while True:
        if isinstance(message := await next_of(messages), Facts):
            return message


async def until(messages: AsyncIterator[Message], kind: type[Message]) -> list[Message]:
    """Messages up to and including the first of `kind`."""
    seen: list[Message] = []
    while not seen or not isinstance(seen[-1], kind):
        seen.append(await next_of(messages))
    return seen


@pytest.fixture
async def read_after(own_valkey: EmbeddedValkey) -> AsyncIterator[ReadAfter]:
    """Starts a reader after a fact; it is stopped when the test ends."""
    async with AsyncExitStack() as stack:

        def start(fact_id: str) -> AsyncGenerator[Message]:
            messages = WireReader(own_valkey.url).messages(fact_id)
            stack.push_async_callback(messages.aclose)
            return messages

        yield start


@pytest.fixture
async def messages(wire: Wire, read_after: ReadAfter) -> AsyncIterator[Message]:
    """A reader that starts at the end of an empty stream."""
    return read_after(wire.facts_tail())


async def test_facts_come_after_the_remembered_one_in_order(wire: Wire, read_after: ReadAfter) -> None:
    wire.publish_facts("old")
    remembered = wire.facts_tail()
    ids = [wire.publish_facts(str(n)) for n in range(3)]

    messages = read_after(remembered)

    assert [await next_of(messages) for _ in ids] == [Facts(id=id_, payload=str(n)) for n, id_ in enumerate(ids)]


async def test_every_frame_is_read_as_each_names_only_who_moved(wire: Wire, messages: AsyncIterator[Message]) -> None:
    wire.publish_facts("start")
    await next_facts(messages)
    for number in range(4):
        wire.publish_positions(f"frame {number}")

    assert [await next_of(messages) for _ in range(4)] == [Positions(payload=f"frame {number}") for number in range(4)]


async def test_a_new_reader_gets_the_frames_of_the_last_seconds_only(wire: Wire, raw: Redis, read_after: ReadAfter) -> None:
    raw.xadd("center:positions", {"data": "frame of last year"}, id="1700000000000-0")
    raw.xadd("center:positions", {"data": "frame of a second ago"}, id="1800000000000-0")
    raw.xadd("center:positions", {"data": "newest frame"}, id="1800000001000-0")

    messages = read_after(wire.facts_tail())

    assert await next_of(messages) == Positions(payload="frame of a second ago")
    assert await next_of(messages) == Positions(payload="newest frame")


async def test_a_wipe_is_told_and_what_comes_after_it_is_read(wire: Wire, raw: Redis, messages: AsyncIterator[Message]) -> None:
    wire.publish_facts("before")
    await next_facts(messages)

    raw.flushall()

    assert Lost() in await until(messages, Lost)
    wire.publish_facts("after")
    assert (await next_facts(messages)).payload == "after"


async def test_a_wipe_of_an_empty_stream_is_told_too(raw: Redis, messages: AsyncIterator[Message]) -> None:
    waiting = asyncio.ensure_future(next_of(messages))
    while not raw.exists("center:era"):  # noqa: ASYNC110 - the mark is set by the reader, in Redis
        await asyncio.sleep(0)

    raw.flushall()

    assert await waiting == Lost()


async def test_a_restart_is_told_as_a_possible_loss(own_valkey: EmbeddedValkey, wire: Wire, messages: AsyncIterator[Message]) -> None:
    wire.publish_facts("before")
    await next_facts(messages)

    own_valkey.kill()
    seen = await until(messages, Away)
    own_valkey.launch()
    seen += await until(messages, Back)

    assert seen == [Away(), Lost(), Back()]
    await asyncio.to_thread(own_valkey.wait_until_ready)
    wire.ping()
    wire.publish_facts("after")
    assert (await next_facts(messages)).payload == "after"


async def test_a_pause_is_noticed_and_nothing_is_missed(own_valkey: EmbeddedValkey, wire: Wire, messages: AsyncIterator[Message]) -> None:
    wire.publish_facts("before")
    await next_facts(messages)
    assert own_valkey.pid is not None

    os.kill(own_valkey.pid, signal.SIGSTOP)
    seen = await until(messages, Away)
    os.kill(own_valkey.pid, signal.SIGCONT)
    wire.ping()
    wire.publish_facts("during")
    seen += await until(messages, Back)

    assert seen == [Away(), Back()]
    assert (await next_facts(messages)).payload == "during"


async def test_a_reader_that_fell_too_far_behind_is_told(wire: Wire, raw: Redis, read_after: ReadAfter) -> None:
    remembered = wire.publish_facts("old")
    wire.publish_facts("newer")
    raw.xtrim("center:facts", maxlen=1, approximate=False)

    messages = read_after(remembered)

    assert await next_of(messages) == Lost()


async def test_a_reader_that_starts_without_redis_waits_for_it(own_valkey: EmbeddedValkey, read_after: ReadAfter) -> None:
    own_valkey.kill()
    messages = read_after("")

    seen = await until(messages, Away)
    own_valkey.launch()
    seen += await until(messages, Back)

    assert seen == [Away(), Lost(), Back()]
