"""Where the rows behind a figure are on the screen: a report names them by their door, which outlives any screen."""

import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from command_center.ui.desk_parts import address_of

API = "/api/v1"

_WAYS: Mapping[str, Callable[[re.Match[str], Mapping[str, str]], str]] = {
    r"/incidents/(\d+)": lambda found, _query: address_of("/console", incident=found[1]),
    r"/incidents": lambda _found, _query: address_of("/duty", tab="log", part="incidents"),
    r"/activations/(\d+)/review": lambda found, _query: address_of("/plans", activation=found[1]),
    r"/plans/(\w+)": lambda found, _query: address_of("/plans", plan=found[1]),
    r"/warnings(?:/\d+)?": lambda _found, _query: "/warnings",
    r"/reports/(\d+)": lambda found, _query: address_of("/reporting", report=found[1]),
    r"/duty/watches": lambda _found, _query: address_of("/duty", tab="roster"),
    r"/duty/(?:now|roll-calls/\d+)": lambda _found, _query: address_of("/duty", tab="roll"),
    r"/units": lambda _found, _query: address_of("/resources", tab="units"),
    r"/stock/depots/([\w-]+)": lambda found, _query: address_of("/resources", depot=found[1]),
    r"/stock/movements": lambda _found, query: address_of("/resources", depot=query.get("depot"), material=query.get("material")),
    r"/stock/expiring": lambda _found, _query: address_of("/resources", tab="expiring"),
    r"/shelters": lambda _found, _query: "/plans",
    r"/closures": lambda _found, _query: "/console",
    r"/log/entries/(\d+)": lambda found, _query: address_of("/duty", tab="log", line=found[1]),
}
"""Below the doors' own address -> the screen that shows the same rows."""


def on_screen(link: str) -> str | None:
    """The screen for a door; None for a door that no screen shows."""
    parts = urlsplit(link)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    for way, screen in _WAYS.items():
        if found := re.fullmatch(API + way, parts.path):
            return screen(found, query)
    return link if link.startswith("/") and not link.startswith("/api/") else None
