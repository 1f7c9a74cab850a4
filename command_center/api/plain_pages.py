"""Pages that work without a script: sign-in, first set-up, a link's button. One frame, whole sentences in both languages."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from starlette.requests import Request

from command_center.api.entrance import Entrance
from command_center.api.languages import cookies_of, page_language
from command_center.domain.text import Language
from command_center.words import N_, drill_marks, translator

PAGES = Path(__file__).with_name("pages")
STATIC = PAGES / "static"

DAY_HOURS = range(7, 19)
"""Local hours in which a page of automatic theme is light; the screens keep the same hours."""

FRAME_TEXTS: Mapping[str, str] = {"t_center": N_("Emergency Command Center")}


def language_of(request: Request) -> Language:
    entrance: Entrance = request.app.state.entrance
    return page_language(request.headers, entrance.language)


def scheme_of(request: Request) -> str:
    """The colour scheme, "light" or "dark": the person's choice, else by the hour in the street."""
    entrance: Entrance = request.app.state.entrance
    chosen = cookies_of(request.headers).get("theme")
    if chosen in ("day", "night"):
        return "light" if chosen == "day" else "dark"
    local = entrance.center.now().astimezone(ZoneInfo(entrance.center.catalogue.street.timezone))
    return "light" if local.hour in DAY_HOURS else "dark"


def page(
    request: Request,
    name: str,
    texts: Mapping[str, str],
    values: Mapping[str, str] | None = None,
    *,
    parts: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """Fill pages/NAME.html into the frame.

    texts : placeholder -> msgid, translated and escaped. values : placeholder -> text, escaped. parts : placeholder -> ready HTML.
    """
    filled = translated({**FRAME_TEXTS, **texts}, language_of(request)) | {key: escape(text) for key, text in (values or {}).items()}
    body = template(name).substitute(filled | dict(parts or {}))
    entrance: Entrance = request.app.state.entrance
    street = escape(entrance.center.catalogue.street.name.in_(language_of(request)))
    frame = template("frame").substitute(filled | document(request) | {"street": street, "body": body})
    return HTMLResponse(frame, status)


def document(request: Request) -> dict[str, str]:
    """What every document needs: its language, its colours, the mark of a drill, and the way to the other language."""
    english = language_of(request) == "en"
    entrance: Entrance = request.app.state.entrance
    return {
        **drill_marks(is_drill=entrance.center.is_drill),
        "lang": "en" if english else "zh-CN",
        "scheme": scheme_of(request),
        "other": "zh_CN" if english else "en",
        "other_name": "中文" if english else "English",
        "here": escape(quote(f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path)),
    }


def translated(texts: Mapping[str, str], language: Language) -> dict[str, str]:
    """Msgids by placeholder as escaped text."""
    say = translator(language)
    return {key: escape(say(msgid)) for key, msgid in texts.items()}


def template(name: str) -> Template:
    return Template((PAGES / f"{name}.html").read_text("utf-8"))
