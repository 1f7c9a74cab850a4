"""One drawing for many screens: what was drawn for a state of the board is drawn once, however many walls show it.

And nothing is sent twice: a screen tells the fingerprints of what it shows, and gets only the parts whose fingerprint differs.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Generic, TypeVar

from dash import html, no_update
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

Drawing = TypeVar("Drawing")

KEPT = 8
"""Drawings held at a time: a few languages and the moment before."""


def fingerprint(value: Any) -> str:
    """A short text that differs when what is drawn differs. value : components, or anything else that a callback may return."""
    return hashlib.blake2b(json.dumps(value, default=_plain, sort_keys=True).encode(), digest_size=8).hexdigest()


_BOOKKEEPING = frozenset(vars(html.Div())) - {"children"}
"""What Dash keeps in every component beside its properties."""


def _plain(value: Any) -> Any:
    """A component as its kind and what was set on it: Dash's own way asks each one for every property that it might have."""
    if isinstance(value, Component):
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        return kind, {name: it for name, it in vars(value).items() if name not in _BOOKKEEPING}
    return to_json_plotly(value)


def what_changed(parts: Iterable[tuple[str, Callable[[], Any], str | None]], seen: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
    """What to send of every part in order, `no_update` where the screen shows it already; and the marks of what it shows then.

    parts : name, how it is drawn, and the mark of what it depends on; with None it is drawn to see whether it differs.
    seen : marks by name, of what the screen shows.
    """
    sent: list[Any] = []
    shown: dict[str, str] = {}
    for name, draw, mark in parts:
        if mark is None:
            drawn = draw()
            shown[name] = fingerprint(drawn)
            sent.append(no_update if shown[name] == seen.get(name) else drawn)
        else:
            shown[name] = mark
            sent.append(no_update if mark == seen.get(name) else draw())
    return sent, shown


class Memo(Generic[Drawing]):
    """Keeps the latest drawings by key; two screens that ask at once share one drawing."""

    def __init__(self) -> None:
        self._drawings: dict[Hashable, Drawing] = {}
        self._lock = asyncio.Lock()

    async def get(self, key: Hashable, draw: Callable[[], Drawing]) -> Drawing:
        """The drawing for `key`; `draw` runs in a thread, at most once per key."""
        async with self._lock:
            if key not in self._drawings:
                drawing = await asyncio.to_thread(draw)
                self._drawings = dict([*self._drawings.items(), (key, drawing)][-KEPT:])
            return self._drawings[key]
