"""The gate: finds out who asks, and turns away who may not come in. What an actor may do there, the services decide."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from command_center.api.callers import Callers, _caller
from command_center.api.languages import cookies_of
from command_center.api.problems import Problem, problem_response
from command_center.center import Center
from command_center.domain.errors import NotSignedIn
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Language

SESSION_COOKIE = "center_session"


def session_cookies(center: Center) -> tuple[str, ...]:
    """The cookies that may hold a session, the one that is set first.

    A browser sends its cookies to every port of a host: a drill sets one of its own, so that nobody is signed out of the centre in
    service, and takes that centre's as well, as the sessions were copied with the people.
    """
    if center.drill is None:
        return (SESSION_COOKIE,)
    return (f"center_drill_{center.drill.started_at:%Y%m%d%H%M%S}", SESSION_COOKIE)


PUBLIC = (
    "/a",
    "/assets",
    "/_dash-component-suites",
    "/_favicon.ico",
    "/api/static",
    "/api/docs",
    "/api/openapi.json",
    "/healthz",
    "/in",
    "/language",
    "/m/static",
    "/m/worker.js",
    "/q",
    "/sign-in",
    "/sign-out",
    "/t",
)
OWN_KEYS = "/api/v1/positions"
"""Position doors also take tokens the way phones send them (query, Basic), so they ask for themselves."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})

DISPLAY_SEES = ("/wall", "/api/v1/board", "/api/v1/coverage", "/api/v1/stream", "/_reload-hash")
"""What a display link opens. Dash posts even to redraw a list; the verbs behind its callbacks ask for the actor's rights."""

CREW_SEES = ("/m", "/wall", "/resources", "/api", "/_reload-hash")

DASH = "/_dash-"

HOMES: Mapping[Role, str] = {Role.DISPLAY: "/wall", Role.CREW: "/m", Role.ADMIN: "/people"}


def home_of(actor: Actor) -> str:
    """The page where somebody of this role works."""
    return HOMES.get(actor.role, "/console")


class Gate:
    """Middleware that sets the caller of a request, or answers in its place."""

    def __init__(self, app: ASGIApp, *, callers: Callers, language: Language, cookies: tuple[str, ...] = (SESSION_COOKIE,)) -> None:
        self.app = app
        self.cookies = cookies
        self.callers = callers
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        actor = await self.callers.of(presented_token(headers, self.cookies))
        if scope["type"] == "websocket":
            if actor is None:
                await send({"type": "websocket.close", "code": 4401, "reason": "not signed in"})
                return
        elif (answer := self._turned_away(scope, headers, actor)) is not None:
            await answer(scope, receive, send)
            return
        mark = _caller.set(actor)
        try:
            await self.app(scope, receive, send)
        finally:
            _caller.reset(mark)

    def _turned_away(self, scope: Scope, headers: Headers, actor: Actor | None) -> Response | None:
        """The answer for who may not pass, None for who may."""
        path, method = cast("str", scope["path"]), cast("str", scope["method"])
        if method not in READING and comes_from_elsewhere(headers):
            return problem_response(scope, Problem(status=403, code="cross_site"), self.language)
        if _leads_into(path, PUBLIC):
            return None
        if actor is None:
            return None if path.startswith(OWN_KEYS) else self._to_sign_in(scope, headers)
        if actor.role is Role.DISPLAY:
            return self._display(scope, path, method)
        if actor.role is Role.CREW and not (_leads_into(path, CREW_SEES) or path.startswith(DASH)):
            return RedirectResponse("/m", 303) if method in READING else None
        return None

    def _to_sign_in(self, scope: Scope, headers: Headers) -> Response:
        path = cast("str", scope["path"])
        if scope["method"] in READING and is_page(path) and "text/html" in headers.get("accept", "text/html"):
            query = cast("bytes", scope["query_string"]).decode("latin-1")
            return RedirectResponse(f"/sign-in?next={quote(path + ('?' + query if query else ''), safe='/')}", 303)
        return problem_response(scope, NotSignedIn(), self.language)

    def _display(self, scope: Scope, path: str, method: str) -> Response | None:
        if path.startswith(DASH) or (method in READING and _leads_into(path, DISPLAY_SEES)):
            return None
        if method in READING and is_page(path):
            return RedirectResponse("/wall", 303)
        return problem_response(scope, Problem(status=403, code="display_only_reads"), self.language)


def _leads_into(path: str, doors: tuple[str, ...]) -> bool:
    return any(path == door or path.startswith(f"{door}/") for door in doors)


def is_page(path: str) -> bool:
    """Whether people open this address, programs do not."""
    return not path.startswith(("/api/", DASH, "/_reload-hash"))


def presented_token(headers: Headers, cookies: tuple[str, ...] = (SESSION_COOKIE,)) -> str:
    """The token a request carries: of the Authorization header if there is one, else of the first of these cookies; "" for none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    sent = cookies_of(headers)
    return next((sent[name] for name in cookies if sent.get(name)), "")


def comes_from_elsewhere(headers: Headers) -> bool:
    """Whether a browser says that another site made this request. Programs with a token of their own are not asked."""
    if "authorization" in headers:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
