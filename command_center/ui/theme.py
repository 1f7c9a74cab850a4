"""Night and day: which of them it is, and what the component library must know of our palette.

The colours themselves are CSS variables in assets/theme.css; nothing here repeats them.
"""

from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

Theme = Literal["auto", "night", "day"]
Scheme = Literal["dark", "light"]

DAY_BEGINS_H = 7
DAY_ENDS_H = 19
"""Local hours between which the automatic theme is the light one."""

FONT = '"Noto Sans SC", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif'

MANTINE: dict[str, Any] = {
    "fontFamily": FONT,
    "fontFamilyMonospace": FONT,
    "primaryColor": "blue",
    "defaultRadius": "sm",
    "respectReducedMotion": True,
    "fontSizes": {"xs": "0.875rem", "sm": "1rem", "md": "1rem", "lg": "1.15rem", "xl": "1.3rem"},
}
"""Theme of the component library: our font, one text size for ordinary controls, little rounding."""


def theme_named(cookie: str | None) -> Theme:
    """Read the cookie `theme`; anything unknown means automatic."""
    if cookie == "night":
        return "night"
    return "day" if cookie == "day" else "auto"


def scheme(theme: Theme, now: datetime, timezone: str) -> Scheme:
    """Whether the screen is dark or light at `now` (aware) in the street's time zone."""
    if theme == "auto":
        return "light" if DAY_BEGINS_H <= now.astimezone(ZoneInfo(timezone)).hour < DAY_ENDS_H else "dark"
    return "light" if theme == "day" else "dark"
