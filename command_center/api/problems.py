"""How a door says no: application/problem+json with a stable code, a title in the asker's language, and the facts.

Refusals of the centre keep their own code and status. What only doors know (no such address, too large a body, a body that does
not fit its description, a bug) has its code and text here.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from command_center.api.languages import answer_language
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import Refusal
from command_center.domain.text import Language
from command_center.words import N_, phrases, translator
from command_center.words.names import catalogue_names

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
MOST_FIELDS = 20
"""A body with a thousand wrong fields is told the first twenty."""

TITLES: Mapping[str, str] = {
    "no_such_address": N_("There is nothing at this address."),
    "method_not_allowed": N_("This address does not take this kind of request."),
    "malformed": N_("The request cannot be read."),
    "invalid_fields": N_("Some fields are missing or cannot be right."),
    "body_too_large": N_("The request is too large."),
    "cross_site": N_("The request comes from another web site."),
    "display_only_reads": N_("A display link may only show the wall."),
    "center_unavailable": N_("The database cannot be reached; nothing was changed."),
    "unexpected": N_("Something went wrong in the center; the log has the details under this request number."),
}
"""What doors say by themselves, by code."""

_CODES: Mapping[int, str] = {400: "malformed", 404: "no_such_address", 405: "method_not_allowed", 413: "body_too_large"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A no that only a door can say. facts: JSON-plain."""

    status: int
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def title(self, language: Language) -> str:
        return translator(language)(TITLES[self.code])


def problem_response(scope: Scope, problem: Problem | Refusal, default: Language, catalogue: Catalogue | None = None) -> Response:
    """The answer for a problem. `scope` tells the language and the request's number; catalogue: for the names a sentence may need."""
    language = answer_language(Headers(scope=scope), default)
    facts = dict(problem.facts)
    if isinstance(problem, Refusal):
        facts = phrases.told_facts(language, problem)
        names = {} if catalogue is None else catalogue_names(catalogue, language)
        title, headers = phrases.refusal(language, problem, names), _refusal_headers(problem)
    else:
        title, headers = problem.title(language), dict(problem.headers)
    body = {
        "type": "about:blank",
        "status": problem.status,
        "code": problem.code,
        "title": title,
        "facts": facts,
        "request": scope.get("state", {}).get("request_id", ""),
    }
    return Response(plain_json(body), problem.status, {**headers, "Content-Language": language.replace("_", "-")}, MEDIA_TYPE)


def plain_json(body: object) -> bytes:
    """JSON bytes that every client can read: no NaN, and half a surrogate pair written as its escape instead of failing."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str).encode("utf-8", "backslashreplace")


def _refusal_headers(refusal: Refusal) -> dict[str, str]:
    if refusal.status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if refusal.status == 429:
        return {"Retry-After": str(refusal.facts.get("retry_after_s", 60))}
    return {}


# ---- handlers that FastAPI calls -------------------------------------------------------------------------------------------------


async def on_refusal(request: Request, error: Refusal) -> Response:
    return problem_response(request.scope, error, _default(request), request.app.state.entrance.center.catalogue)


async def on_http_error(request: Request, error: HTTPException) -> Response:
    code = _CODES.get(error.status_code, "malformed" if error.status_code < 500 else "unexpected")
    problem = Problem(status=error.status_code, code=code, headers=dict(error.headers or {}))
    return problem_response(request.scope, problem, _default(request))


async def on_wrong_fields(request: Request, error: RequestValidationError) -> Response:
    """Malformed JSON is 400; an id in the path that cannot exist is 404; everything else is 422 with the wrong fields."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        problem = Problem(status=400, code="malformed")
    elif any(one["loc"][:1] == ("path",) for one in found):
        problem = Problem(status=404, code="no_such_address")
    else:
        problem = Problem(status=422, code="invalid_fields", facts={"fields": _wrong_fields(found)})
    return problem_response(request.scope, problem, _default(request))


async def on_database_away(request: Request, error: OperationalError) -> Response:
    """The database is gone or too busy for longer than it may be: try again, nothing was changed."""
    log.error("database away", extra={"path": request.url.path, "reason": str(error.orig)[:300]})
    problem = Problem(status=503, code="center_unavailable", headers={"Retry-After": "2"})
    return problem_response(request.scope, problem, _default(request))


def tell_problems(server: FastAPI) -> None:
    """Let every refusal, wrong field, unknown address and database outage be answered as a problem."""
    server.exception_handler(Refusal)(on_refusal)
    server.exception_handler(HTTPException)(on_http_error)
    server.exception_handler(RequestValidationError)(on_wrong_fields)
    server.exception_handler(OperationalError)(on_database_away)


def _wrong_fields(found: Sequence[Any]) -> list[dict[str, str]]:
    """Where and what, without the value: it may be huge, or not even text."""
    return [{"field": ".".join(str(part)[:60] for part in one["loc"]), "reason": one["type"]} for one in found[:MOST_FIELDS]]


def _default(request: Request) -> Language:
    language: Language = request.app.state.entrance.language
    return language
