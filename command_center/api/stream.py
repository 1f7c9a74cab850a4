"""What a screen hears: Server-Sent Events that resume where the screen left off.

A screen that comes back names the last fact it has (Last-Event-ID); what it missed comes first, then the present. When that fact is no
longer kept, the screen is told `reset` and reads the board anew. A screen that is slow gets the newest positions only, and in the end
a reset, never a growing backlog.
"""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from command_center.center import Center
from command_center.services.live import LiveBoard, Message
from command_center.wire import WireDown

STREAM_ID = re.compile(r"\d{1,18}-\d{1,18}")

MOST_MISSED = 2_000
"""A screen that missed more reads the board anew: that is less to send."""

RETRY_MS = 1_000
"""How soon a browser comes back after a break."""

ASKED_AGAIN_S = 5.0
"""How often an open stream checks that its reader may still come in."""

RESET = Message("reset", None, "{}")


class EventStream(StreamingResponse):
    """A response that ends its stream's generator at once when the screen goes, not when memory is tidied."""

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        unbuffered = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type="text/event-stream", headers=unbuffered)
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.events.aclose()


async def sse(
    live: LiveBoard,
    last_id: str,
    *,
    still_welcome: Callable[[], Awaitable[bool]],
    unit_id: str | None = None,
    with_words: bool = True,
) -> AsyncGenerator[bytes]:
    """The events of one screen until it goes, or is no longer welcome.

    last_id : stream id of the newest fact the screen has, "" for a screen that just read the board or will.
    unit_id : leave out what does not concern this unit (a crew's phone pays for its data).
    with_words : whether the reader has the right READ_WORDS.
    """
    async with live.subscribe() as queue:
        yield f"retry: {RETRY_MS}\n\n".encode()
        sent_id = last_id
        for message in await _missed(live, last_id):
            sent_id = message.id or ""
            if (told := _concerning(message if with_words else message.for_display(), unit_id)) is not None:
                yield _event(told)
        asked_at = asyncio.get_running_loop().time()
        while True:
            message = await queue.get()
            if asyncio.get_running_loop().time() - asked_at > ASKED_AGAIN_S:
                asked_at = asyncio.get_running_loop().time()
                if not await still_welcome():
                    return
            if message.event == "reset":
                sent_id = ""
            if message.id is not None and sent_id and order_of(message.id) <= order_of(sent_id):
                continue
            if (told := _concerning(message if with_words else message.for_display(), unit_id)) is not None:
                yield _event(told)


async def _missed(live: LiveBoard, last_id: str) -> list[Message]:
    """The facts after `last_id`, or a reset when they cannot be told any more."""
    if last_id in ("", live.stream_id):
        return []
    if not STREAM_ID.fullmatch(last_id):
        return [RESET]
    try:
        return await asyncio.to_thread(_facts_after, live.center, last_id)
    except WireDown:
        return [RESET]


def _facts_after(center: Center, last_id: str) -> list[Message]:
    if not center.wire.has_fact(last_id):
        return [RESET]
    facts = center.wire.facts_after(last_id, MOST_MISSED + 1)
    return [RESET] if len(facts) > MOST_MISSED else [Message("facts", stream_id, payload) for stream_id, payload in facts]


def order_of(stream_id: str) -> tuple[int, int]:
    """Stream ids compare as two numbers, not as text."""
    milliseconds, _, count = stream_id.partition("-")
    return int(milliseconds), int(count)


def _concerning(message: Message, unit_id: str | None) -> Message | None:
    """The part of a message that a crew's phone needs: its unit, its orders, the incidents they name, and the roll call."""
    if unit_id is None or message.event in ("beat", "reset"):
        return message
    if message.event in ("positions", "coverage"):
        return None
    facts = json.loads(message.data)
    rows = [row for row in facts["rows"] if _concerns(row, unit_id)]
    part = {"log_id": facts["log_id"], "rows": rows}
    return Message("facts", message.id, json.dumps(part, ensure_ascii=False, separators=(",", ":"))) if rows else None


def _concerns(row: dict[str, Any], unit_id: str) -> bool:
    match row["kind"]:
        case "unit":
            return bool(row["id"] == unit_id)
        case "assignment":
            return bool(row["unit_id"] == unit_id)
        case kind:
            return kind in ("incident", "roll_call")


def _event(message: Message) -> bytes:
    """One event as the wire format wants it; the data is one line of JSON."""
    name = f"id: {message.id}\n" if message.id else ""
    return f"{name}event: {message.event}\ndata: {message.data}\n\n".encode("utf-8", "backslashreplace")
