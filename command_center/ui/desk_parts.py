"""What every page of the desk shares: attributes of its buttons, times and names as people read them, and small pieces of screen.

Buttons and links carry what they do as data; assets/desk.js reads it: `data-go` opens an address without a new document, `data-order`
(JSON with "act") gives an order at once, `data-ask` (the same, with a title and a label) asks for a word first.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from command_center.domain.levels import Level
from command_center.ui.console_parts import moment
from command_center.ui.shell import Screen
from command_center.ui.widgets import severity
from command_center.words import N_, phrases

CLOCK = re.compile(r"^\s*(\d{1,2})[:：](\d{2})\s*$")
DAY_AND_CLOCK = re.compile(r"^\s*(\d{1,2})[-/.月](\d{1,2})日?\s+(\d{1,2})[:：](\d{2})\s*$")
NUMBER = re.compile(r"^\s*([-−]?)(\d{1,9})([.,，]\d{1,3})?\s*$")


# ---- what buttons carry -------------------------------------------------------------------------------------------


def address_of(path: str, **query: object) -> str:
    """An address of ours; what is None or empty is left out."""
    known = {name: value for name, value in query.items() if value not in (None, "")}
    return path + (f"?{urlencode(known)}" if known else "")


def goes(href: str) -> dict[str, str]:
    """Attributes of a button that opens an address of ours."""
    return {"data-go": href}


def orders(act: str, **facts: object) -> dict[str, str]:
    """Attributes of a button that gives an order at once; from within a form it takes the form along."""
    return {"data-order": json.dumps({"act": act, **facts})}


@dataclass(frozen=True, slots=True)
class MoreToAsk:
    """A further field of the bar that asks: the order gets what stands in it as `name`."""

    name: str
    label: str
    value: str = ""


def asks(
    act: str,
    title: str,
    label: str,
    confirm: str,
    *,
    kind: str = "text",
    value: str = "",
    life: bool = False,
    photo: bool = False,
    secret: bool = False,
    more: Sequence[MoreToAsk] = (),
    **facts: object,
) -> dict[str, str]:
    """Attributes of a button that asks for a word before its order goes out.

    kind : "text", "number", "time", or "none" for a plain yes. value : what stands in the field already. life : whether "life at risk"
    may be ticked. photo : whether a photo may go along. secret : what is typed is not shown. more : up to two further fields.
    """
    asked = {
        "title": title,
        "label": label,
        "confirm": confirm,
        "kind": kind,
        "value": value,
        "life": life,
        "photo": photo,
        "secret": secret,
    }
    fields = [asdict(field) for field in more]
    return {"data-ask": json.dumps({"order": {"act": act, **facts}, **asked, "more": fields}, ensure_ascii=False)}


# ---- what people type ---------------------------------------------------------------------------------------------


def read_number(text: str, *, signed: bool = False) -> float | None:
    """A whole or decimal number as people type it; None for another text, and for a negative one unless it may be signed."""
    found = NUMBER.match(text)
    if found is None or (found[1] and not signed):
        return None
    value = float(re.sub("[,，]", ".", f"{found[2]}{found[3] or ''}"))
    return -value if found[1] else value


def last_time_of_day(text: str, now: datetime, timezone: str) -> datetime | None:
    """The last moment, not after `now`, at which clocks of the time zone showed "HH:MM"; None for another text. Aware."""
    local = _clock_today(text, now, timezone)
    return None if local is None else local if local <= now else local - timedelta(days=1)


def next_time_of_day(text: str, now: datetime, timezone: str) -> datetime | None:
    """The next moment after `now` at which clocks of the time zone show "HH:MM"; None for another text. Aware."""
    local = _clock_today(text, now, timezone)
    return None if local is None else local if local > now else local + timedelta(days=1)


def _clock_today(text: str, now: datetime, timezone: str) -> datetime | None:
    found = CLOCK.match(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return now.astimezone(ZoneInfo(timezone)).replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)


def day_and_time(text: str, now: datetime, timezone: str) -> datetime | None:
    """The moment that "MM-DD HH:MM" means: that of the year which lies nearest to `now`; None for another text. Aware."""
    found = DAY_AND_CLOCK.match(text)
    if found is None:
        return None
    month, day, hour, minute = (int(part) for part in found.groups())
    local = now.astimezone(ZoneInfo(timezone))
    moments = []
    for year in (local.year - 1, local.year, local.year + 1):
        try:
            moments.append(datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(timezone)))
        except ValueError:
            continue
    return min(moments, key=lambda at: abs(at - now), default=None)


def day_and_minute(at: datetime | str | None, screen: Screen) -> str:
    """MM-DD HH:MM where the street is, as `day_and_time` reads it back; "" for None."""
    when = moment(at) if isinstance(at, str) else at
    return "" if when is None else f"{when.astimezone(ZoneInfo(screen.center.catalogue.street.timezone)):%m-%d %H:%M}"


# ---- what people read ---------------------------------------------------------------------------------------------


def hour_minute(at: datetime | str | None, screen: Screen) -> str:
    """HH:MM where the street is; with the day when that is not today; "" for None."""
    when = moment(at) if isinstance(at, str) else at
    if when is None:
        return ""
    zone = ZoneInfo(screen.center.catalogue.street.timezone)
    local, today = when.astimezone(zone), screen.center.now().astimezone(zone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def short_minutes(minutes: float, screen: Screen) -> str:
    """A deadline in the largest unit that is still exact: minutes, hours, days."""
    if minutes >= 2880 and minutes % 1440 == 0:
        return screen.say(N_("%(n)s d"), n=round(minutes / 1440))
    if minutes >= 120 and minutes % 60 == 0:
        return screen.say(N_("%(n)s h"), n=round(minutes / 60))
    return screen.say(N_("%(n)s min"), n=round(minutes))


def named(table: Mapping[str, Any], code: str, screen: Screen) -> str:
    """A word of the vocabulary; the code alone when the catalogue no longer knows it."""
    return screen.read(table[code]) if code in table else code


def section(title: str, *children: Component, note: str = "", folded: bool | None = None, class_name: str = "") -> Component:
    """A part of a view under its heading; what a person unfolds stays so (assets/desk.js). folded : None cannot be folded at all."""
    heading = [html.Span(title), html.Small(note)] if note else [html.Span(title)]
    looks = f"part {class_name}".strip()
    if folded is None:
        return html.Section([html.H3(heading), *children], className=looks)
    return html.Details([html.Summary(heading), *children], open=not folded, className=looks, **{"data-fold": title})


def thumbnails(photos: Sequence[tuple[str, str]]) -> list[Component]:
    """Photos that open large (assets/photos.js): name and what each shows. For those who may read what people said; never on the wall."""
    if not photos:
        return []
    pictures = [
        html.Button(
            html.Img(src=f"/api/v1/photos/{name}", alt=words, className="thumb"),
            type="button",
            className="key",
            title=words,
            **{"data-photo": name},
        )
        for name, words in photos
    ]
    return [html.Div(pictures, className="thumbs")]


# ---- fields -------------------------------------------------------------------------------------------------------


def choice(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str, token: str) -> Component:
    """A native list to choose from. options : value and label. token : of the address it is drawn for; a new one chooses anew.

    assets/desk.js chooses, because a list that the browser keeps is not drawn again.
    """
    marks = {"data-for": f"{token} {chosen}", "data-chosen": chosen}
    return html.Label(
        [
            html.Span(label, className="field-name"),
            html.Select([html.Option(text, value=value) for value, text in options], name=name, className="choice", **marks),
        ],
        className="field",
    )


def segments(name: str, label: str, options: Sequence[tuple[str, Component | str]], chosen: str, *, field_id: str) -> Component:
    """A few choices side by side, one of them chosen."""
    return html.Div(
        [
            html.Span(label, className="field-name", id=f"{field_id}-label"),
            dmc.SegmentedControl(
                data=[{"value": value, "label": text} for value, text in options],
                value=chosen,
                name=name,
                id=field_id,
                fullWidth=True,
                attributes={"root": {"aria-labelledby": f"{field_id}-label"}},
            ),
        ],
        className="field",
    )


def level_options(screen: Screen) -> list[tuple[str, Component | str]]:
    """The four levels with their shapes, the lightest first."""
    return [
        (
            level.value,
            html.Span([severity(level, screen), html.Span(screen.say(phrases.LEVEL[level]))], className="level-choice"),
        )
        for level in reversed(Level)
    ]


def text_field(name: str, label: str, value: str = "", *, field_id: str, hint: str = "", **more: Any) -> Component:
    return dmc.TextInput(name=name, label=label, value=value, id=field_id, placeholder=hint, autoComplete="off", **more)
