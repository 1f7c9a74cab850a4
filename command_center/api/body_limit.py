"""No request may send more than it needs: a body over the limit is answered 413, whether it told its length or came in chunks."""

from collections.abc import Mapping
from typing import cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from command_center.api.problems import Problem, problem_response
from command_center.domain import photos
from command_center.domain.text import Language

MOST_BYTES = 1024 * 1024
PHOTO_BYTES = photos.MOST_BYTES + 64 * 1024
"""A photo, and the form it may come in."""

ORDER_BYTES = MOST_BYTES * 4 // 3 + 64 * 1024
"""An order from a screen with a file of a megabyte in it, as the browser writes files down (base64)."""

LARGER: Mapping[str, int] = {"/api/v1/photos": PHOTO_BYTES, "/t/": PHOTO_BYTES, "/_dash-update-component": ORDER_BYTES}
"""Beginnings of addresses that take more than others."""


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Counts what comes in; whatever the application made of a body cut short, the answer is 413."""

    def __init__(self, app: ASGIApp, *, language: Language, most_bytes: int = MOST_BYTES) -> None:
        self.app = app
        self.language = language
        self.most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most_bytes = self._most_bytes(scope)
        if _told_length(scope) > most_bytes:
            await self._refuse(scope, receive, send)
            return
        seen = 0
        started = False

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most_bytes:
                raise _TooLarge
            return message

        async def send_unless_too_large(message: Message) -> None:
            nonlocal started
            if seen > most_bytes and not started:
                raise _TooLarge
            started = True
            await send(message)

        try:
            await self.app(scope, receive_counted, send_unless_too_large)
        except _TooLarge:
            if started:
                raise
            await self._refuse(scope, receive, send)

    def _most_bytes(self, scope: Scope) -> int:
        path = cast("str", scope["path"])
        return next((most for start, most in LARGER.items() if path.startswith(start)), self.most_bytes)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        facts = {"most_bytes": self._most_bytes(scope)}
        problem = Problem(status=413, code="body_too_large", facts=facts, headers={"Connection": "close"})
        await problem_response(scope, problem, self.language)(scope, receive, send)


def _told_length(scope: Scope) -> int:
    """The length a request announces, 0 when it announces none (the server itself refuses an unreadable one)."""
    told = Headers(scope=scope).get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 20 else 0
