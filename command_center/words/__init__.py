"""Words people read: msgids are English whole sentences, the zh_CN catalogue ships compiled.

Sources of the Chinese are words/zh/*.po, one per part of the product; `python -m command_center.words` joins and compiles them.
"""

import gettext
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from command_center.domain.text import Language

LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")
LOCALE = Path(__file__).with_name("locale")
DOMAIN = "center"

DRILL_MARK = "演练 DRILL"
"""What stands across every page of a drill and before its title, in both languages at once: nobody may take it for the real thing."""

Translate = Callable[[str], str]


def drill_marks(*, is_drill: bool) -> dict[str, str]:
    """The two marks of a document: an attribute of its first element, for assets/theme.css, and what goes before its title."""
    return {"drill": " data-drill", "drill_title": f"{DRILL_MARK} · "} if is_drill else {"drill": "", "drill_title": ""}


def N_(message: str) -> str:
    """Mark a text for the catalogue where it is written; it is translated where it is shown."""
    return message


@lru_cache
def translator(language: str) -> Translate:
    """The function that turns an English msgid into `language`; English for anything that is not Chinese."""
    if language == "en":
        return N_
    return gettext.translation(DOMAIN, LOCALE, [language]).gettext


def as_language(wish: str | None, default: Language = "zh_CN") -> Language:
    """The language we have for a cookie, a setting or an Accept-Language header."""
    for part in (wish or "").replace("_", "-").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh_CN"
        if tag.startswith("en"):
            return "en"
    return default
