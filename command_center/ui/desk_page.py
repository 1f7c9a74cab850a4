"""A page of the duty desk: parts that are drawn anew when something happened, and orders that its buttons carry as data.

To add an order to a page: one function, its line in the page's acts, one button. To add a part: one line in its parts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import uuid4

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.errors import Invalid, Refusal
from command_center.domain.rights import Right
from command_center.ui.console_parts import FACTS, door, key, refuse
from command_center.ui.desk_parts import goes
from command_center.ui.memo import what_changed
from command_center.ui.shell import Desk, Screen, shows_simulated
from command_center.ui.widgets import (
    data_time,
    demo_mark,
    icon,
    language_button,
    sign_out_button,
    sound_button,
    theme_button,
    wall_clock,
)
from command_center.words import N_

Sight = TypeVar("Sight")

At: TypeAlias = Mapping[str, str | None]
"""What the address names, its query with "token"."""
Filled: TypeAlias = Mapping[str, str]
"""What stands in the form by field, with the token of the address it was drawn for. Missing: nobody touched it."""
Order: TypeAlias = Mapping[str, Any]
"""{"act", ..., "word", "key", "form"}: what a button carries, the word that was asked for, the idempotency key of the press."""
Outcome: TypeAlias = str | Refusal | None
"""Where to go next (an address), a refusal that has been told, or None: stay."""
Act: TypeAlias = Callable[[Desk, Order, At], Awaitable[Outcome]]
Part: TypeAlias = tuple[Callable[[Sight], list[Component]], Callable[[Sight], str] | None]
"""How the children of a component are drawn, and what they depend on where that is less than everything drawn."""


def at_of(query: Mapping[str, str]) -> dict[str, str | None]:
    """What an address names, as assets/desk.js reads it too."""
    return {**query, "token": "&".join(f"{name}={value}" for name, value in query.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a person looks at: the address, what stands in the form, what is unfolded, and the page's own choices."""

    at: At
    filled: Filled
    opened: str | None
    choices: Sequence[Any] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage(Generic[Sight]):
    """One page. name : how ids of its parts and stores begin. choices : further stores it is drawn from.

    see : fetches what the parts need; runs off the event loop. parts : component id -> Part. acts : act -> function.
    formed_by : what of the address names the form; all of it where nothing is stated. Where an order leads goes only who still has the
    form before them that it was given from.
    """

    name: str
    path: str
    see: Callable[[Desk, Screen, Look], Sight]
    parts: Mapping[str, Part[Sight]]
    acts: Mapping[str, Act]
    choices: tuple[str, ...] = ()
    formed_by: tuple[str, ...] = ()

    def store(self, what: str) -> str:
        """Id of one of its stores: at, filled, opened, order, answered, seen."""
        return f"{self.name}-{what}"

    def body(self, at: At, *children: Component, class_name: str = "") -> html.Div:
        """The page around its panels."""
        formed = {"data-formed-by": " ".join(self.formed_by)} if self.formed_by else {}
        return html.Div(
            [*children, *self._stores(at)],
            id=self.name,
            className=f"desk {class_name or self.name}",
            tabIndex="-1",
            **{"data-desk": self.name, "data-path": self.path, "data-view": at.get("view") or "", **formed},
        )

    def _stores(self, at: At) -> list[Component]:
        return [
            dcc.Store(id=self.store("at"), data=dict(at)),
            dcc.Store(id=self.store("filled"), data={}),
            dcc.Store(id=self.store("opened")),
            dcc.Store(id=self.store("order")),
            dcc.Store(id=self.store("answered")),
            dcc.Store(id=self.store("seen"), data={}),
        ]

    def redrawn(self, sight: Sight, seen: Mapping[str, str]) -> tuple[list[Any], dict[str, str]]:
        """The children of every part in order, `no_update` where the screen shows them already; and the marks of what it shows then."""
        return what_changed(((part, partial(draw, sight), mark and mark(sight)) for part, (draw, mark) in self.parts.items()), seen)

    def register(self, app: Dash, desk: Desk) -> None:
        self._register_browser(app)
        self._register_parts(app, desk)
        self._register_orders(app, desk)

    def _register_browser(self, app: Dash) -> None:
        app.clientside_callback(
            ClientsideFunction("desk_page", "at"),
            Output(self.store("at"), "data"),
            Output(self.name, "data-view"),
            Input("url", "search"),
            State("url", "pathname"),
            State(self.store("at"), "data"),
        )
        app.clientside_callback(
            ClientsideFunction("desk_page", "drawn"),
            Output(self.name, "data-drawn"),
            Input(self.store("seen"), "data"),
            State(self.store("at"), "data"),
            prevent_initial_call=True,
        )
        app.clientside_callback(
            ClientsideFunction("desk_page", "answered"),
            Output(self.name, "data-answered"),
            Input(self.store("answered"), "data"),
            prevent_initial_call=True,
        )

    def _register_parts(self, app: Dash, desk: Desk) -> None:
        @door(
            app,
            desk,
            [*(Output(part, "children") for part in self.parts), Output(self.store("seen"), "data")],
            Input(FACTS, "data"),
            Input(self.store("at"), "data"),
            Input(self.store("filled"), "data"),
            Input(self.store("opened"), "data"),
            *(Input(choice, "data") for choice in self.choices),
            State(self.store("seen"), "data"),
        )
        async def redraw(_facts: object, at: At, filled: Filled | None, opened: str | None, *rest: Any) -> list[Any]:
            *choices, seen = rest
            own = dict(filled) if filled and filled.get("token") == at.get("token") else {}
            look = Look(at=at, filled=own, opened=opened, choices=choices)
            sight = await asyncio.to_thread(self.see, desk, desk.screen(self.path), look)
            drawn, shown = self.redrawn(sight, seen or {})
            return [*drawn, shown]

    def _register_orders(self, app: Dash, desk: Desk) -> None:
        @door(
            app,
            desk,
            Output(self.store("answered"), "data"),
            Input(self.store("order"), "data"),
            State(self.store("at"), "data"),
            prevent_initial_call=True,
        )
        async def obey(wanted: Order | None, at: At | None) -> dict[str, Any]:
            if not wanted:
                raise PreventUpdate
            outcome = await self.acts[wanted["act"]](desk, wanted, at or {})
            led = outcome if isinstance(outcome, str) else None
            return {"ok": not isinstance(outcome, Refusal), "go": led, "key": wanted.get("key"), "at": uuid4().hex}


def unreadable(desk: Desk, field: str, value: str) -> Refusal:
    """What was typed is no number or no time: say so, and let it be typed again."""
    refusal = Invalid(field=field, value=value)
    refuse(desk.screen(), refusal)
    return refusal


# ---- the head -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way from one page of the desk to another. keys : its function key. right : whom it is shown to.

    rare : taken now and then; where room is short it is a symbol alone.
    """

    path: str
    label: str
    symbol: str
    keys: str = ""
    right: Right = Right.SEE_BOARD
    rare: bool = False


WAYS: Sequence[Way] = (
    Way(path="/console", label=N_("Console"), symbol="command", right=Right.TAKE_CALLS),
    Way(path="/warnings", label=N_("Warnings"), symbol="cloud-rain", keys="F7", right=Right.TAKE_WARNINGS),
    Way(path="/plans", label=N_("Plans"), symbol="list-check", keys="F9", right=Right.RUN_PLANS),
    Way(path="/roads", label=N_("Roads"), symbol="road", keys="F6", right=Right.CLOSE_ROADS, rare=True),
    Way(path="/duty", label=N_("Duty and handover"), symbol="notes", right=Right.HAND_OVER),
    Way(path="/resources", label=N_("Depots and vehicles"), symbol="packages"),
    Way(path="/reports", label=N_("Figures"), symbol="report-analytics", rare=True),
    Way(path="/reporting", label=N_("Reports"), symbol="report", right=Right.SEND_REPORTS, rare=True),
    Way(path="/people", label=N_("People"), symbol="users", right=Right.KEEP_ROSTER, rare=True),
    Way(path="/plan-texts", label=N_("Plan texts"), symbol="layers-intersect", right=Right.READ_WORDS, rare=True),
)


def head(screen: Screen, page: str, title: str) -> html.Header:
    """The head of every page of the desk: where one is, the ways to the others, emergencies nobody has seen, the state of the screen.

    page : name of the page. title : an English msgid.
    """
    caller = screen.caller
    ways = [way for way in WAYS if caller is not None and caller.may(way.right)]
    keys = [_way(way, screen, page) for way in ways]
    if caller is not None and caller.may(Right.TAKE_CALLS):
        keys.insert(1, key(screen.say(N_("Take a call")), symbol="phone-call", keys="F2", **{"data-take-call": ""}))
    side = [
        html.Span(id=f"{page}-demo"),
        sound_button(screen),
        theme_button(screen),
        language_button(screen),
        sign_out_button(screen),
    ]
    return html.Header(
        [
            html.H1(screen.say(title), className="name"),
            html.Nav(keys, className="keys", **{"aria-label": screen.say(N_("Commands"))}),
            html.A(id=f"{page}-unseen", href="/console", className="unseen", **goes("/console")),
            html.Div(side, className="side"),
            data_time(screen),
            wall_clock(),
        ],
        className="desk-head",
    )


def _way(way: Way, screen: Screen, page: str) -> html.Button:
    here = {"aria-current": "page"} if way.path == f"/{page}" else {}
    label = screen.say(way.label)
    return key(label, symbol=way.symbol, keys=way.keys, look="rare" if way.rare else "", **{"aria-label": label}, **here, **goes(way.path))


def unseen(screen: Screen) -> list[Component]:
    """Emergencies that nobody at the desk has seen: whoever looks at something else must not miss them."""
    waiting = sum(row["acknowledged_at"] is None for row in screen.live.board.rows("incident"))
    return [html.Span(screen.say(N_("Incidents not seen yet: %(n)s"), n=waiting), className="bad")] if waiting else []


def demonstration(screen: Screen) -> list[Component]:
    """Says so when vehicles or calls are simulated; empty in service."""
    return [demo_mark(screen)] if shows_simulated(screen.live) else []


# ---- the bar that asks for a word ---------------------------------------------------------------------------------


def asking_bar(screen: Screen, page: str) -> Component:
    """One line at the foot of the page; assets/desk.js fills in the question and sends the answer with its order."""
    more = [
        html.Div(
            dmc.TextInput(id=f"{page}-more-{place}", value="", label="", autoComplete="off"),
            id=f"{page}-more-{place}-row",
            className="asked-more",
            hidden=True,
        )
        for place in (1, 2)
    ]
    life = html.Div(
        dmc.Switch(id=f"{page}-ask-life", label=screen.say(N_("A life is at risk: do not wait")), checked=False),
        id=f"{page}-ask-life-row",
        className="life",
        hidden=True,
    )
    photo = html.Div(
        key(screen.say(N_("Add a photo")), f"{page}-ask-photo", symbol="photo"), id=f"{page}-ask-photo-row", className="photo", hidden=True
    )
    return html.Div(
        [
            html.B(id=f"{page}-ask-title"),
            html.Div(dmc.TextInput(id=f"{page}-word", value="", label="", autoComplete="off"), className="asked-word"),
            *more,
            life,
            photo,
            html.Button(
                [html.Span(id=f"{page}-ask-word"), html.Kbd("Enter")], type="button", id=f"{page}-ask-go", className="key primary order"
            ),
            key(screen.say(N_("Cancel")), f"{page}-ask-cancel", keys="Esc"),
        ],
        id=f"{page}-ask",
        className="ask-bar",
        hidden=True,
        role="group",
        **{"aria-labelledby": f"{page}-ask-title"},
    )


def panel_heading(symbol: str, title: str, note: str = "") -> html.H2:
    """The heading of a panel, its remark at the right end."""
    return html.H2([icon(symbol), html.Span(title), *([html.Small(note)] if note else [])])
