"""What every page is made of: the desk it reaches, the screen it is drawn for, and how it enters the address bar.

A page is one file in `ui/pages` with `PAGE = Page(...)`. `layout(screen)` draws it; `register(app, desk)` adds its callbacks, each of
them async; `desk.screen()` inside a callback says in which language and for whom to draw.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol
from urllib.parse import parse_qsl

from dash import Dash
from dash.backends._fastapi import get_current_request
from dash.development.base_component import Component

from command_center import words
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Language, Text
from command_center.ui.theme import Theme, theme_named

if TYPE_CHECKING:
    from command_center.center import Center
    from command_center.services.live import LiveBoard

HTML_LANG: Mapping[Language, str] = {"zh_CN": "zh-CN", "en": "en"}


def cookies() -> Mapping[str, str]:
    """Cookies of the request at hand; none while Dash draws the layout once at set-up."""
    try:
        return dict(get_current_request().cookies)
    except RuntimeError:
        return {}


def origin() -> str:
    """Scheme, host and port that the browser of the request at hand has in its address bar; "" where it does not tell."""
    try:
        return str(get_current_request().headers.get("origin", ""))
    except RuntimeError:
        return ""


class Tries(Protocol):
    """Who failed to name a pass-phrase lately; the doors keep it, and so count guesses on every way together."""

    def check(self, name: str) -> None:
        """Raise TooMany when this name failed too often."""

    def failed(self, name: str) -> None: ...


def tries() -> Tries:
    """Those of the process that answers the request at hand."""
    kept: Tries = get_current_request().app.state.tries
    return kept


def shows_simulated(live: "LiveBoard") -> bool:
    """Whether anything shown is simulated: the simulator runs, or a call it made is still on the board. Then every screen says so."""
    return live.simulator or any(incident["is_simulated"] for incident in live.board.rows("incident"))


def language_named(cookie: str | None) -> Language:
    """Read the cookie `lang`; anything but English is Chinese."""
    return "en" if cookie == "en" else "zh_CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One person's or one wall's view: what to draw, in which words, for whom.

    theme : what was chosen ("auto" follows the clock).
    query : the address's query, last value wins.
    caller : None where nobody is signed in. origin : the address at which this browser reaches the centre, "" where it did not say.
    """

    desk: "Desk"
    lang: Language
    theme: Theme = "auto"
    path: str = "/"
    query: Mapping[str, str] = field(default_factory=dict)
    caller: Actor | None = None
    origin: str = ""

    @property
    def center(self) -> "Center":
        return self.desk.center

    @property
    def live(self) -> "LiveBoard":
        return self.desk.live

    def say(self, msgid: str, **names: object) -> str:
        """The sentence in this screen's language with its named places filled; msgids are English and marked with N_ or _."""
        sentence = words.translator(self.lang)(msgid)
        return sentence % names if names else sentence

    def read(self, text: Text | Mapping[str, str]) -> str:
        """A catalogue text, or the {"zh", "en"} of a board row, in this screen's language."""
        if isinstance(text, Text):
            return text.in_(self.lang)
        return text["en" if self.lang == "en" else "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the screens reach: the centre, the live board of this process, and who is asking right now."""

    center: "Center"
    live: "LiveBoard"
    caller: Callable[[], Actor | None]

    def screen(self, path: str = "/", search: str = "") -> Screen:
        """The screen of the request at hand; language and theme come from its cookies."""
        chosen = cookies()
        return Screen(
            desk=self,
            lang=language_named(chosen.get("lang")),
            theme=theme_named(chosen.get("theme")),
            path=path,
            query=dict(parse_qsl(search.removeprefix("?"))),
            caller=self.caller(),
            origin=origin(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One address. title : an English msgid. right : what a caller needs to see it; None opens it to everyone."""

    path: str
    title: str
    layout: Callable[[Screen], Component]
    register: Callable[[Dash, Desk], None]
    right: Right | None = Right.SEE_BOARD


Tone = Literal["done", "refused", "alarm", "told"]
_TONES: Mapping[Tone, tuple[str, int | bool]] = {
    "done": ("teal", 5000),
    "told": ("gray", 6000),
    "alarm": ("orange", 12000),
    "refused": ("red", False),
}


def toast(title: str, message: str = "", *, tone: Tone = "done", toast_id: str | None = None) -> list[dict[str, Any]]:
    """Value for Output("note", "sendNotifications"): say how it went.

    A refusal stays until it is closed; a toast with the id of an older one takes its place.
    """
    color, auto_close = _TONES[tone]
    shown: dict[str, Any] = {
        "action": "show",
        "title": title,
        "message": message,
        "color": color,
        "autoClose": auto_close,
        "className": f"toast toast-{tone}",
    }
    return [shown if toast_id is None else {**shown, "id": toast_id}]
