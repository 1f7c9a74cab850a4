"""What every part of the plans page shares: its stores, the attributes of its buttons, and small pieces of screen.

Buttons and links carry what they do as data; assets/plans.js reads it: `data-go` opens an address without a new document, `data-order`
(JSON with "act") gives an order at once, `data-ask` (the same, with a title and a label) asks for a word first.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from command_center.domain.activations import may_approve
from command_center.domain.plan_book import Plan
from command_center.services.plan_figures import PlanFigures
from command_center.ui.console_parts import moment
from command_center.ui.shell import Screen
from command_center.words import N_, phrases

AT = "plans-at"
"""Store: what the address names, {"view": cards|preview|board, "plan", "activation", "incident", "level", "variant", "reason", "token"}."""
FORM = "plans-filled"
"""Store: what stands in the form, {"token": of the address it was drawn for, field: text}."""
ORDER = "plans-order"
"""Store: the order given last, {"act", ..., "word", "life", "key", "n"}."""
ANSWERED = "plans-answered"
"""Store: {"ok", "go", "at"}, written after every order. go : the address to open then, or None."""
NOTICE = "plans-notice"
"""Store: id of the message whose recipients are unfolded, or None."""
GROUP = "plans-group"
"""Store, kept in the browser: the task group this desk works for, "" for all."""
SEEN = "plans-seen"
"""Store: part -> fingerprint of what this screen shows there."""


def address(**query: object) -> str:
    """An address of the plans page: `address(plan="P01", incident="7")`."""
    known = {name: value for name, value in query.items() if value not in (None, "")}
    return "/plans" + (f"?{urlencode(known)}" if known else "")


def goes(href: str) -> dict[str, str]:
    """Attributes of a button that opens an address of ours."""
    return {"data-go": href}


def orders(act: str, **facts: object) -> dict[str, str]:
    """Attributes of a button that gives an order at once."""
    return {"data-order": json.dumps({"act": act, **facts})}


def asks(
    act: str, title: str, label: str, confirm: str, *, kind: str = "text", value: str = "", life: bool = False, **facts: object
) -> dict[str, str]:
    """Attributes of a button that asks for a word before its order goes out.

    kind : "text", "number" or "time". value : what stands in the field already. life : whether "life at risk" may be ticked.
    """
    asked = {"title": title, "label": label, "confirm": confirm, "kind": kind, "value": value, "life": life}
    return {"data-ask": json.dumps({"order": {"act": act, **facts}, **asked}, ensure_ascii=False)}


# ---- words --------------------------------------------------------------------------------------------------------


def approver(approve_by: str | None, screen: Screen) -> str:
    return "" if approve_by is None else screen.say(phrases.ROLE[approve_by])


def may_decide(approve_by: str | None, screen: Screen) -> bool:
    """Whether whoever looks at this screen may say yes; the verb asks again."""
    return approve_by is not None and screen.caller is not None and may_approve(screen.caller.role, approve_by)


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


def plan_title(plan: Plan, variant: str | None, screen: Screen) -> str:
    """The plan's name, with its variant where it has several."""
    name = screen.read(plan.name)
    return f"{name} · {screen.read(plan.variants[variant])}" if variant is not None and variant in plan.variants else name


def group_name(code: str, screen: Screen) -> str:
    group = screen.center.catalogue.common.groups.get(code)
    return screen.read(group.name) if group else code


def kind_name(code: str, screen: Screen) -> str:
    """A kind of unit or people, or a material, by its code."""
    catalogue = screen.center.catalogue
    if code in catalogue.common.units:
        return screen.read(catalogue.common.units[code].name)
    return screen.read(catalogue.materials[code].name) if code in catalogue.materials else code


def named(table: Mapping[str, Any], code: str, screen: Screen) -> str:
    """A word of the vocabulary; the code alone when the catalogue no longer knows it."""
    return screen.read(table[code]) if code in table else code


# ---- small pieces -------------------------------------------------------------------------------------------------


def progress(figures: PlanFigures, screen: Screen) -> html.Span:
    """Done, overdue and all, as words; overdue only when there is something."""
    parts: list[Component | str] = [screen.say(N_("done %(done)s/%(all)s"), done=figures.done, all=figures.all)]
    if figures.overdue:
        parts += [" ", html.B(screen.say(N_("overdue %(n)s"), n=figures.overdue), className="bad")]
    if figures.unanswered:
        parts += [" ", html.B(screen.say(N_("unanswered %(n)s"), n=figures.unanswered), className="bad")]
    return html.Span(parts, className="progress")


def section(title: str, *children: Component, note: str = "", folded: bool | None = None, class_name: str = "") -> Component:
    """A part of a view under its heading; what a person unfolds stays so (assets/plans.js). folded : None cannot be folded at all."""
    heading = [html.Span(title), html.Small(note)] if note else [html.Span(title)]
    looks = f"part {class_name}".strip()
    if folded is None:
        return html.Section([html.H3(heading), *children], className=looks)
    return html.Details([html.Summary(heading), *children], open=not folded, className=looks, **{"data-fold": title})
