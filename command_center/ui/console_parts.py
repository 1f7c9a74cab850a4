"""What every part of the console shares: the door orders go through, the stores it listens to, and small pieces of screen."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from dash import Dash, ctx, html, set_props
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.errors import NotSignedIn, Refusal, SheetRefused
from command_center.domain.rights import Actor
from command_center.ui.shell import Desk, Screen, Tone, toast
from command_center.ui.speech import spoken_names
from command_center.ui.widgets import icon
from command_center.words import N_, phrases

log = logging.getLogger(__name__)

PANEL = "console-panel"
"""Store of the docked panel: {"kind": idle|call|incident|unit|about|jobs|found|waiting, "id": str|None, "at": anything new}.

For "waiting" also "told": incident id -> why its units were not sent.
"""
ANSWERED = "console-answered"
"""Store written after every order, so that the pressed button stops turning."""
CELLS_SHOWN = 2_000
"""Wrong cells of a sheet that one message lists, a line each."""

FACTS = "facts"
"""The shell's store that changes whenever something happened."""

Answer = TypeVar("Answer")

Handler = TypeVar("Handler", bound=Callable[..., Any])


# ---- the door -----------------------------------------------------------------------------------------------------


async def order(desk: Desk, verb: Callable[..., Answer], /, *orders: Any, **more: Any) -> Answer | Refusal:
    """Run one verb off the event loop in the name of whoever is signed in; a refusal is told and handed back."""
    try:
        return await asyncio.to_thread(verb, desk.center, *orders, actor=signed_in(desk), **more)
    except Refusal as refusal:
        refuse(desk.screen(), refusal)
        return refusal


def door(app: Dash, desk: Desk, *ends: Any, **more: Any) -> Callable[[Handler], Handler]:
    """`app.callback` with its type, which Dash does not ship; a bug behind it is logged and told with a number."""
    decorate: Callable[[Handler], Handler] = app.callback(*ends, on_error=partial(broke, desk), **more)
    return decorate


def broke(desk: Desk, error: Exception) -> None:
    """A bug: the log has it under a number, and the person learns that number; what was on the screen stays."""
    error_id = uuid4().hex[:8]
    log.error("callback broke", exc_info=error, extra={"error_id": error_id})
    screen = desk.screen()
    tell(
        screen.say(N_("That did not work. Try again.")),
        screen.say(N_("Error number %(id)s is in the server's log."), id=error_id),
        tone="refused",
    )


def signed_in(desk: Desk) -> Actor:
    """Who gives the order; raises NotSignedIn (a session that ended while the page stood open)."""
    actor = desk.caller()
    if actor is None:
        raise NotSignedIn
    return actor


def refuse(screen: Screen, refusal: Refusal) -> None:
    """Tell the person why not."""
    log.info("order refused", extra={"code": refusal.code, "facts": refusal.facts})
    title, why = screen.say(N_("Not done")), phrases.refusal(screen.lang, refusal, spoken_names(screen))
    if isinstance(refusal, SheetRefused):
        title = screen.say(N_("Nothing was taken over: %(count)s cells cannot be right."), count=refusal.facts["count"])
        why = "\n".join(phrases.cell_problem(screen.lang, cell) for cell in refusal.cells[:CELLS_SHOWN])
    tell(title, why, tone="refused")


def tell(title: str, message: str = "", *, tone: Tone = "done") -> None:
    """Show a toast from within a callback."""
    set_props("note", {"sendNotifications": toast(title, message, tone=tone)})


def answered() -> str:
    """A new value for ANSWERED."""
    return uuid4().hex


def pressed() -> Any:
    """Id of the button that was really pressed; None when a button only came or went with its row."""
    return ctx.triggered_id if any(change["value"] for change in ctx.triggered) else None


def to(kind: str, row_id: str | int | None = None) -> dict[str, Any]:
    """A value for PANEL: what to dock next."""
    return {"kind": kind, "id": None if row_id is None else str(row_id), "at": answered()}


# ---- small pieces -------------------------------------------------------------------------------------------------


def key(
    text: str, button_id: str | dict[str, Any] | None = None, *, symbol: str = "", keys: str = "", look: str = "", **more: Any
) -> html.Button:
    """A button with its symbol and its keyboard key. look: "primary", "danger", "order" (turns until the server answered)."""
    parts: list[Component] = [icon(symbol)] if symbol else []
    parts += [html.Span(text, className="word")] if text else []
    parts += [html.Kbd(keys)] if keys else []
    named = {} if button_id is None else {"id": button_id}
    if text:
        more.setdefault("title", text)
    return html.Button(parts, type="button", className=f"key {look}".strip(), **named, **more)


def listed(names: Iterable[str], screen: Screen) -> str:
    """Names in a row, as the language parts them."""
    return (", " if screen.lang == "en" else "、").join(names)


def moment(text: str | None) -> datetime | None:
    """Read a board row's time."""
    return datetime.fromisoformat(text) if text else None


def minutes_seconds(seconds: float) -> str:
    """4'07", as a stop-watch says it."""
    whole = max(0, round(seconds))
    return f"{whole // 60}'{whole % 60:02d}\""


def time_of_day(at: datetime | str | None, screen: Screen) -> str:
    """HH:MM:SS where the street is; "—" for None."""
    when = moment(at) if isinstance(at, str) else at
    zone = ZoneInfo(screen.center.catalogue.street.timezone)
    return "—" if when is None else f"{when.astimezone(zone):%H:%M:%S}"


def ago(seconds: float, screen: Screen) -> str:
    """How long ago, in the largest unit that still tells something."""
    if seconds < 60:
        return screen.say(N_("%(n)s s ago"), n=max(0, round(seconds)))
    if seconds < 5400:
        return screen.say(N_("%(n)s min ago"), n=round(seconds / 60))
    return screen.say(N_("%(n)s h ago"), n=round(seconds / 3600))


def maintenance(day: str, screen: Screen) -> str:
    """When a vehicle's maintenance is due. day : as its row says it."""
    late = date.fromisoformat(day) <= screen.center.now().astimezone(screen.center.zone).date()
    return screen.say(N_("Maintenance due since %(day)s") if late else N_("Maintenance on %(day)s"), day=day)


def incident_state(row: Mapping[str, Any], screen: Screen) -> str:
    return screen.say(phrases.INCIDENT_STATUS[row["status"]])


def reporters(row: Mapping[str, Any], screen: Screen) -> list[str]:
    """How many calls are about an incident, from the second one on."""
    return [screen.say(N_("%(n)s calls"), n=row["caller_count"])] if row["caller_count"] > 1 else []


def type_name(row: Mapping[str, Any], screen: Screen) -> str:
    """What an incident is about; the code alone when the catalogue no longer knows it."""
    kind = screen.center.catalogue.incident_types.get(row["type"])
    return screen.read(kind.name) if kind else str(row["type"])


def waiting_rows(screen: Screen) -> list[Row]:
    """Open incidents that no unit has been sent to: those that services/assigning proposes for."""
    helped = {row["incident_id"] for row in screen.live.board.rows("assignment")}
    rows = screen.live.board.rows("incident")
    return [row for row in rows if row["id"] not in helped and row["controlled_at"] is None]


def grave_first(rows: list[Row]) -> list[Row]:
    """Incidents by level, the gravest first, then by age, the oldest first."""
    order_of = {"I": 0, "II": 1, "III": 2, "IV": 3}
    return sorted(rows, key=lambda row: (order_of[row["severity"]], row["reported_at"], row["id"]))
