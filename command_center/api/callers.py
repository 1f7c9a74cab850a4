"""Who is asking: the actor behind a token, known for a few seconds so that the database is not asked at every request."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from command_center.domain.errors import NotSignedIn
from command_center.domain.rights import Actor
from command_center.services.live import LiveBoard

KNOWN_FOR_S = 5.0
"""A revoked token opens doors of other web processes for at most so long; in this one `forget` ends it at once."""

CHANGES = frozenset({"AccountDisabled", "AccountNamed", "CredentialRevoked", "PassphraseSet", "SignedOut"})
"""Events after which an actor may be somebody else, or nobody."""

MOST_KNOWN = 4_096
LONGEST_TOKEN = 256

_caller: ContextVar[Actor | None] = ContextVar("caller", default=None)


def caller() -> Actor | None:
    """The actor of the request that is being answered; None for a visitor."""
    return _caller.get()


def signed_in() -> Actor:
    """The actor of the request; raises NotSignedIn for a visitor."""
    actor = _caller.get()
    if actor is None:
        raise NotSignedIn
    return actor


@dataclass(slots=True)
class Callers:
    """Actors by the hash of their token.

    lookup : asks the database, blocking; None for a token that opens nothing.
    """

    lookup: Callable[[str], Actor | None]
    clock: Callable[[], float] = time.monotonic
    _known: dict[bytes, tuple[float, Actor | None]] = field(default_factory=dict)

    async def of(self, token: str) -> Actor | None:
        """The actor behind a token, at most KNOWN_FOR_S old."""
        if not token or len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        key = _key(token)
        held = self._known.get(key)
        if held is not None and held[0] > self.clock():
            return held[1]
        actor = await asyncio.to_thread(self.lookup, token)
        self._remember(key, actor)
        return actor

    def forget(self, token: str) -> None:
        """Ask the database again at the next use of this token (it was just issued, used up or revoked)."""
        self._known.pop(_key(token), None)

    def forget_all(self) -> None:
        """Ask the database again for every token (an account changed)."""
        self._known.clear()

    def _remember(self, key: bytes, actor: Actor | None) -> None:
        while len(self._known) >= MOST_KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[key] = (self.clock() + KNOWN_FOR_S, actor)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


async def forget_changed(live: LiveBoard, callers: Callers) -> None:
    """Ask the database again after any account or credential changed, in whatever process that was."""
    async with live.subscribe() as queue:
        while True:
            message = await queue.get()
            if message.event == "reset" or (message.event == "facts" and any(f'"event":"{name}"' in message.data for name in CHANGES)):
                callers.forget_all()
