"""Which language an answer is written in: programs say it by Accept-Language, people by the cookie their switch set."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers

from command_center.domain.text import Language
from command_center.words import LANGUAGES

LANGUAGE_COOKIE = "lang"


def accepted_language(header: str, default: Language) -> Language:
    """The wanted one of our two languages by an Accept-Language header; `default` when it names neither."""
    best: tuple[float, Language] = (0.0, default)
    for part in header[:400].split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = _LANGUAGES.get(tag.strip().lower().partition("-")[0])
        quality = _quality(weight)
        if language is not None and quality > best[0]:
            best = (quality, language)
    return best[1]


_LANGUAGES: Mapping[str, Language] = {"zh": "zh_CN", "en": "en"}


def _quality(weight: str) -> float:
    try:
        return min(1.0, float(weight)) if weight else 1.0
    except ValueError:
        return 0.0


def cookies_of(headers: Headers) -> dict[str, str]:
    """Cookies by name; an unreadable Cookie header counts as none."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def page_language(headers: Headers, default: Language) -> Language:
    """The language a person chose by the switch on a page; a browser's own preference does not count, the street's does."""
    chosen = cookies_of(headers).get(LANGUAGE_COOKIE)
    return next((language for language in LANGUAGES if language == chosen), default)


def answer_language(headers: Headers, default: Language) -> Language:
    """The language of a problem: Accept-Language, else the person's choice, else the street's."""
    return accepted_language(headers.get("accept-language", ""), page_language(headers, default))
