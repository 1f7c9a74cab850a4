"""What screens send of themselves (Dash's callbacks) is looked at before Dash gets it: a body that calls no callback of ours is a 400.

Dash trusts its own renderer: an unknown callback, too few inputs or a list where an object belongs end there as an internal error. A page
that was opened before an update sends such things too. What the values mean is each callback's own affair.
"""

import json
from collections.abc import Mapping
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from command_center.api.problems import Problem, problem_response
from command_center.domain.text import Language

PATH = "/_dash-update-component"
MOST_DEPTH = 100
"""Nested deeper than any component of ours."""


class ScreenCalls:
    """Middleware before the screens. known : Dash's callbacks, output -> {"inputs", "state", ...}."""

    def __init__(self, app: ASGIApp, *, known: Mapping[str, Mapping[str, Any]], language: Language) -> None:
        self.app = app
        self.known = known
        self.language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += cast("bytes", message.get("body", b""))
            more = message.get("more_body", False)
        if not is_call(body, self.known):
            await problem_response(scope, Problem(status=400, code="malformed"), self.language)(scope, receive, send)
            return
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again() -> Message:
            return whole.pop() if whole else await receive()

        await self.app(scope, receive_again, send)


def is_call(body: bytes, known: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a body calls one of the known callbacks with the inputs, states and outputs it has."""
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return False
    if not isinstance(call, dict) or not isinstance(call.get("output"), str) or _depth(call) > MOST_DEPTH:
        return False
    callback = known.get(call["output"])
    changed = call.get("changedPropIds", [])
    return (
        callback is not None
        and "callback" in callback  # without one it runs in the browser alone
        and _fits(call.get("inputs", []), callback["inputs"])
        and _fits(call.get("state", []), callback["state"])
        and _names_outputs(call.get("outputs"), call["output"])
        and isinstance(changed, list)
        and all(isinstance(one, str) for one in changed)
    )


def _fits(sent: object, wanted: list[dict[str, Any]]) -> bool:
    return isinstance(sent, list) and len(sent) == len(wanted) and all(map(_is_that, sent, wanted))


def _is_that(sent: object, wanted: Mapping[str, Any]) -> bool:
    """Whether a value is sent for the component and property that the callback asks for; for a pattern, a list of them."""
    if wanted["id"].startswith("{"):
        keys = json.loads(wanted["id"]).keys()
        return isinstance(sent, list) and all(
            isinstance(one, dict)
            and one.get("property") == wanted["property"]
            and isinstance(one.get("id"), dict)
            and one["id"].keys() == keys
            and all(isinstance(part, str | int) for part in one["id"].values())
            for one in sent
        )
    return isinstance(sent, dict) and (sent.get("id"), sent.get("property")) == (wanted["id"], wanted["property"])


def _names_outputs(sent: object, output: str) -> bool:
    """Whether the outputs are those that the callback's name lists: "a.b", or "..a.b...c.d.." for several."""
    several = output.startswith("..")
    names = output[2:-2].split("...") if several else [output]
    listed = sent if several else [sent]
    return isinstance(listed, list) and [_name(one) for one in listed] == names


def _name(sent: object) -> str:
    return f"{sent.get('id')}.{sent.get('property')}" if isinstance(sent, dict) else ""


def _depth(value: object) -> int:
    """How deep a JSON value is nested, level by level: a recursion of our own could be made to overflow."""
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())]
    return depth
