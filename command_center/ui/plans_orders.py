"""The door of every order about plans, and the bar that asks for a word more.

One store, one callback, one function per act: to add an order, write its function, its line in ACTS, and its button.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from command_center.domain.activations import ActivationStatus
from command_center.domain.errors import Invalid, Refusal
from command_center.domain.levels import Level
from command_center.services import activations, notices, plan_tasks
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.ui.console_parts import door, key, order, refuse, tell
from command_center.ui.plans_form import order_from
from command_center.ui.plans_parts import ANSWERED, AT, ORDER, address, approver
from command_center.ui.shell import Desk, Screen
from command_center.words import N_

Order = Mapping[str, Any]
At = Mapping[str, str | None]

Outcome: TypeAlias = str | Refusal | None
"""Where to go next (an address), a refusal that has been told, or None: stay."""

CLOCK = re.compile(r"^\s*(\d{1,2})[:：](\d{2})\s*$")
NUMBER = re.compile(r"^\s*(\d{1,9})([.,，]\d{1,3})?\s*$")


# ---- putting into force and deciding ------------------------------------------------------------------------------


async def _activate(desk: Desk, wanted: Order, at: At) -> Outcome:
    screen = desk.screen()
    asked = order_from(at, wanted["form"], screen, press=wanted["key"])
    done = await order(desk, activations.activate_plan, asked)
    if isinstance(done, Refusal):
        return done
    tell(*_told(done, asked.level, screen))
    return address(activation=done.activation_id)


def _told(done: activations.Activated, level: Level, screen: Screen) -> tuple[str, str]:
    """Title and text of the toast, by what became of the order."""
    role = approver(done.approve_by, screen)
    if done.status is ActivationStatus.PROPOSED:
        return screen.say(N_("Asked for level %(level)s"), level=level.value), screen.say(N_("%(role)s is being called."), role=role)
    title = screen.say(N_("Level %(level)s is in force"), level=level.value)
    if done.status is ActivationStatus.PROVISIONAL:
        return title, screen.say(N_("Provisional: %(role)s is being called to confirm. Undo within 30 s."), role=role)
    return title, screen.say(N_("Undo within 30 s."))


async def _approve(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, activations.approve, int(wanted["activation"]))
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Approved")))
    return address(activation=wanted["activation"])


async def _decline(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, activations.decline, int(wanted["activation"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _change_level(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(
        desk,
        activations.change_level,
        int(wanted["activation"]),
        Level(wanted["level"]),
        reason=wanted["word"],
        life_risk=bool(wanted["life"]),
    )
    return done if isinstance(done, Refusal) else None


async def _undo(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, activations.undo, int(wanted["activation"]))
    if not isinstance(done, Refusal):
        screen = desk.screen()
        tell(screen.say(N_("Undone")), screen.say(N_("Units are recalled; everyone who was told hears of it.")))
    return done


async def _roll_back(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, activations.roll_back, int(wanted["activation"]), reason=wanted["word"])


async def _terminate(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, activations.terminate, int(wanted["activation"]), reason=wanted["word"])


async def _condition(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, activations.tick_condition, int(wanted["activation"]), int(wanted["number"]), met=bool(wanted["met"]))


async def _anchor(desk: Desk, wanted: Order, at: At) -> Outcome:
    when = last_time_of_day(wanted["word"], desk.center.now(), desk.center.catalogue.street.timezone)
    if when is None:
        return _unreadable(desk, "time", wanted["word"])
    return await order(desk, activations.record_anchor, int(wanted["activation"]), wanted["anchor"], when)


def last_time_of_day(text: str, now: datetime, timezone: str) -> datetime | None:
    """The last moment, not after `now`, at which clocks of the time zone showed "HH:MM"; None for another text. Aware."""
    found = CLOCK.match(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    local = now.astimezone(ZoneInfo(timezone)).replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return local if local <= now else local - timedelta(days=1)


# ---- tasks, messages, units ---------------------------------------------------------------------------------------


async def _begin(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.begin_task, int(wanted["task"]))


async def _done(desk: Desk, wanted: Order, at: At) -> Outcome:
    word = str(wanted.get("word", "")).strip()
    number = None
    if wanted["evidence"] == "number":
        number, word = read_number(word), ""
        if number is None:
            return _unreadable(desk, "number", wanted["word"])
    evidence = Evidence(text=word, number=number)
    return await order(desk, plan_tasks.do_task, DoTask(task_id=int(wanted["task"]), evidence=evidence, key=wanted["key"]))


def read_number(text: str) -> float | None:
    """A whole or decimal number as people type it; None for another text."""
    return float(re.sub("[,，]", ".", text)) if NUMBER.match(text) else None


async def _skip(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.skip_task, int(wanted["task"]), reason=wanted["word"])


async def _again(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.take_up_again, int(wanted["task"]))


async def _told_recipient(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, notices.told_by_phone, int(wanted["recipient"]))


async def _told_crew(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, activations.acknowledge_duty, int(wanted["duty"]))


def _unreadable(desk: Desk, field: str, value: str) -> Refusal:
    """What was typed is no number or no time: say so, and let it be typed again."""
    refusal = Invalid(field=field, value=value)
    refuse(desk.screen(), refusal)
    return refusal


ACTS: Mapping[str, Callable[[Desk, Order, At], Awaitable[Outcome]]] = {
    "activate": _activate,
    "approve": _approve,
    "decline": _decline,
    "change_level": _change_level,
    "undo": _undo,
    "roll_back": _roll_back,
    "terminate": _terminate,
    "condition": _condition,
    "anchor": _anchor,
    "begin": _begin,
    "done": _done,
    "skip": _skip,
    "again": _again,
    "told": _told_recipient,
    "duty": _told_crew,
}


# ---- the bar that asks for a word ---------------------------------------------------------------------------------


def asking_bar(screen: Screen) -> Component:
    """One line at the foot of the page; assets/plans.js fills in the question and sends the answer with its order."""
    return html.Div(
        [
            html.B(id="plans-ask-title"),
            dmc.TextInput(id="plans-word", value="", label="", autoComplete="off"),
            html.Div(
                dmc.Switch(id="plans-ask-life", label=screen.say(N_("A life is at risk: do not wait")), checked=False),
                id="plans-ask-life-row",
                className="life",
                hidden=True,
            ),
            html.Button(
                [html.Span(id="plans-ask-word"), html.Kbd("Enter")], type="button", id="plans-ask-go", className="key primary order"
            ),
            key(screen.say(N_("Cancel")), "plans-ask-cancel", keys="Esc"),
        ],
        id="plans-ask",
        className="ask-bar",
        hidden=True,
        role="group",
        **{"aria-labelledby": "plans-ask-title"},
    )


def register(app: Dash, desk: Desk) -> None:
    @door(
        app,
        desk,
        Output(ANSWERED, "data"),
        Input(ORDER, "data"),
        State(AT, "data"),
        prevent_initial_call=True,
    )
    async def obey(wanted: Order | None, at: At | None) -> dict[str, Any]:
        if not wanted:
            raise PreventUpdate
        outcome = await ACTS[wanted["act"]](desk, wanted, at or {})
        return {"ok": not isinstance(outcome, Refusal), "go": outcome if isinstance(outcome, str) else None, "at": uuid4().hex}
