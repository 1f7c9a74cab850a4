"""The front of every answer: a number for the request, security headers, and the last net under bugs."""

import logging
import uuid
from collections.abc import Iterable
from typing import cast

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from command_center.api.problems import Problem, problem_response
from command_center.domain.text import Language

log = logging.getLogger(__name__)

STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/", "/api/static/", "/m/static/")
"""Files that are the same for everyone; a browser may keep them and asks whether they changed."""


def security_policy(script_hashes: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of every page.

    script_hashes : of the inline scripts Dash writes into its page, quoted ('sha256-...').
    Mantine and Leaflet set style attributes and style elements at run time, which only 'unsafe-inline' allows.
    """
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "worker-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class Front:
    """Outermost middleware. Streams pass through untouched."""

    def __init__(self, app: ASGIApp, *, policy: str, language: Language, is_drill: bool = False) -> None:
        self.app = app
        self.language = language
        self.headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "geolocation=(self), camera=(self), microphone=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            **({"X-Drill": "1"} if is_drill else {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex[:12]
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def send_dressed(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._dress(MutableHeaders(scope=message), scope, request_id)
            await send(message)

        try:
            await self.app(scope, receive, send_dressed)
        except Exception:
            log.exception("unexpected error", extra={"request": request_id, "method": scope["method"], "path": scope["path"][:200]})
            if started:
                raise
            answer = problem_response(scope, Problem(status=500, code="unexpected"), self.language)
            await answer(scope, receive, send_dressed)

    def _dress(self, headers: MutableHeaders, scope: Scope, request_id: str) -> None:
        for name, value in self.headers.items():
            headers.setdefault(name, value)
        headers["X-Request-ID"] = request_id
        static = cast("str", scope["path"]).startswith(STATIC_PREFIXES)
        headers.setdefault("Cache-Control", "no-cache" if static else "no-store")
