"""The Dash application: one document, one stream of data, and a page per address.

Traps this file knows: Dash on FastAPI forgets `assets/` when the first request is a deep link unless it is set up at once; a callback that
is not async stops every stream of the process, so each of them is.
"""

import asyncio
import json
import logging
import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from fastapi import FastAPI

from command_center.domain.rights import Actor, Right
from command_center.ui import pages, theme
from command_center.ui.console_parts import door
from command_center.ui.shell import HTML_LANG, Desk, Page, Screen
from command_center.ui.widgets import empty_state, error_state, skeleton
from command_center.words import N_, drill_marks, phrases

if TYPE_CHECKING:
    from command_center.center import Center
    from command_center.services.live import LiveBoard

log = logging.getLogger(__name__)

ASSETS = Path(__file__).resolve().parents[2] / "assets"

INDEX = """<!DOCTYPE html>
<html lang="%(lang)s" data-mantine-color-scheme="%(scheme)s" data-theme="%(theme)s"%(drill)s>
<head>{%%metas%%}<meta name="viewport" content="width=device-width, initial-scale=1"><title>{%%title%%}</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">{%%css%%}</head>
<body>{%%app_entry%%}<footer>{%%config%%}{%%scripts%%}{%%renderer%%}</footer></body>
</html>"""

SCRIPT_WORDS: Mapping[str, str] = {
    "quiet": N_("No data for %(seconds)s s"),
    "lost": N_("Data lost for %(time)s. The screen shows the state of %(at)s. Use telephone and radio."),
    "sound_off": N_("Sound not enabled"),
    "sound_on": N_("Sound on"),
    "sound_muted": N_("Muted %(time)s"),
    "task_overdue": N_("A task of a plan is overdue"),
    "fix_lost": N_("lost"),
    "arrives": N_("there in %(time)s"),
    "no_fix": N_("no position yet"),
    "rest": N_("and %(count)s more"),
    "more-warnings": N_("and %(count)s more warnings"),
    "sketched": N_("%(n)s corners"),
    "clicked": N_("Point on the map: %(at)s"),
    "late_plate": N_("Later than 5 min: %(compounds)s compounds, %(count)s places"),
    "late_plate_few": N_("Later than 5 min: %(count)s places"),
    "late_names": N_("%(name)s + %(more)s more"),
    "late_in": N_("help in %(minutes)s min"),
    "late_latest": N_("later than 8 min"),
    "unguarded": N_("unguarded"),
    "night": N_("Night"),
    "day": N_("Day"),
    "level": N_("Level %(level)s"),
    "close": N_("Close"),
    "photo_failed": N_("The photo was not taken over"),
    "sheet_too_large": N_("The file is larger than 8 megabytes"),
    "no_depot_has_it": N_("No depot holds so much of it."),
    "stock_unknown": N_("The depots cannot be asked now. Try again."),
    "file_too_large": N_("The file is larger than a megabyte"),
    **phrases.UNIT_STATUS,
    **phrases.DEGRADED,
}
"""Sentences that the scripts in assets/ speak themselves; they find them in the document (cc.say)."""


def find_pages() -> list[Page]:
    """Every `PAGE` in the folder ui/pages."""
    modules = [import_module(f"{pages.__name__}.{module.name}") for module in pkgutil.iter_modules(pages.__path__)]
    return [module.PAGE for module in modules if hasattr(module, "PAGE")]


class Application(Dash):  # type: ignore[misc]  # Dash ships no types
    """Dash with a document that carries the language and the colour scheme from its first byte."""

    desk: Desk

    def interpolate_index(self, **parts: str) -> str:
        screen = self.desk.screen()
        drill = drill_marks(is_drill=self.desk.center.is_drill)["drill"]
        document = INDEX % {
            "lang": HTML_LANG[screen.lang],
            "scheme": _scheme(self.desk, screen.theme),
            "theme": screen.theme,
            "drill": drill,
        }
        for name, part in parts.items():
            document = document.replace("{%" + name + "%}", part)
        return document


def _scheme(desk: Desk, chosen: theme.Theme) -> theme.Scheme:
    return theme.scheme(chosen, desk.center.now(), desk.center.catalogue.street.timezone)


def create(server: FastAPI, center: "Center", live: "LiveBoard", caller: Callable[[], Actor | None]) -> Dash:
    """Mount the screens on `server`. caller : who makes the request at hand, None when nobody is signed in."""
    desk = Desk(center=center, live=live, caller=caller)
    app = Application(
        __name__,
        server=server,
        assets_folder=str(ASSETS),
        title=drill_marks(is_drill=center.is_drill)["drill_title"] + center.catalogue.street.name.zh,
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,
        meta_tags=[{"name": "color-scheme", "content": "dark light"}],
    )
    app.desk = desk
    app.layout = lambda: _root(desk)
    known = {page.path: page for page in find_pages()}
    _register_routes(app, desk, known)
    for page in known.values():
        page.register(app, desk)
    app._setup_server()  # noqa: SLF001 - Dash 4.4.1 on FastAPI leaves assets/ out when the first request is a deep link
    return app


def _root(desk: Desk) -> Component:
    """What stays while pages come and go: stores, messages, the banner row, and the words of the scripts."""
    screen = desk.screen()
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="facts"),
            dcc.Store(id="picked"),
            dmc.NotificationContainer(id="note", position="bottom-left", limit=4, autoClose=8000),
            html.Div(hidden=True, id="cc-words", **{"data-words": json.dumps(_script_words(screen), ensure_ascii=False)}),
            html.Div(
                [
                    html.Div(id="link", className="link", role="alert"),
                    html.Div(html.Div(skeleton(8), className="screen loading"), id="page", className="page"),
                ],
                className="frame",
            ),
        ],
        id="mantine",
        theme=theme.MANTINE,
        forceColorScheme=_scheme(desk, screen.theme),
    )


def _script_words(screen: Screen) -> dict[str, str]:
    return {key: screen.say(msgid) for key, msgid in SCRIPT_WORDS.items()}


def _register_routes(app: Dash, desk: Desk, known: Mapping[str, Page]) -> None:
    @door(app, desk, Output("page", "children"), Input("url", "pathname"), State("url", "search"))
    async def open_page(path: str | None, search: str | None) -> Component:
        screen = desk.screen(_address(path, desk.caller()), search or "")
        return await asyncio.to_thread(_draw, known, screen)


def _address(path: str | None, caller: Actor | None) -> str:
    """The page behind an address; the bare one is the wall for a display, the console at the desk, the directory for an administrator."""
    bare = (path or "/").rstrip("/") or "/"
    if bare != "/":
        return bare
    if caller and caller.may(Right.TAKE_CALLS):
        return "/console"
    return "/people" if caller and caller.may(Right.KEEP_ROSTER) else "/wall"


def _draw(known: Mapping[str, Page], screen: Screen) -> Component:
    page = known.get(screen.path)
    if page is None:
        return _notice(screen, N_("There is no page at this address."), "map-pin")
    if page.right and screen.caller is None:
        return _notice(screen, N_("Please sign in."), "lock")
    if page.right and screen.caller and not screen.caller.may(page.right):
        return _notice(screen, N_("Your role does not open this page."), "lock")
    return _drawn(page, screen)


def _drawn(page: Page, screen: Screen) -> Component:
    """The page, or a numbered error in its place: one broken page must not take the others along."""
    street = screen.read(screen.center.catalogue.street.name)
    try:
        body = page.layout(screen)
    except Exception:
        error_id = uuid4().hex[:8]
        log.exception("page not drawn", extra={"page": page.path, "error_id": error_id})
        body = error_state(screen, error_id)
    name = page.path.strip("/") or "home"
    title = f"{drill_marks(is_drill=screen.center.is_drill)['drill_title']}{screen.say(page.title)} · {street}"
    return html.Main(body, className=f"screen screen-{name}", **{"data-page": name, "data-title": title})


def _notice(screen: Screen, msgid: str, symbol: str) -> Component:
    ways = [("/wall", N_("Wall display")), ("/console", N_("Console")), ("/sign-in", N_("Sign in"))]
    links: list[Any] = [html.A(screen.say(label), href=path, className="key") for path, label in ways]
    return html.Main([empty_state(screen.say(msgid), symbol=symbol), html.Nav(links)], className="screen notice", **{"data-page": "notice"})
