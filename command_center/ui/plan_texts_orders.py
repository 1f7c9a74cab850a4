"""Every order about the texts of the plans."""

from collections.abc import Callable, Mapping
from typing import Any

from command_center.domain.errors import Invalid, Refusal
from command_center.services import plan_texts
from command_center.ui.console_parts import order, refuse, tell
from command_center.ui.desk_page import Act, At, Order, Outcome
from command_center.ui.plan_texts_form import with_step_after, without_step, written
from command_center.ui.plan_texts_view import address
from command_center.ui.shell import Desk
from command_center.words import N_

Change = Callable[[Mapping[str, Any]], dict[str, Any]]


async def _save(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _edited(desk, wanted, at, dict)


async def _add_step(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _edited(desk, wanted, at, lambda copy: with_step_after(copy, wanted["step"]))


async def _take_step_out(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _edited(desk, wanted, at, lambda copy: without_step(copy, wanted["step"]))


async def _edited(desk: Desk, wanted: Order, at: At, change: Change) -> Outcome:
    """Keep the wording the form was drawn from, with what stands in the form and one change more. Who saves over another says so (over)."""
    plan_id, form = at.get("plan") or "", wanted["form"]
    held = await order(desk, plan_texts.wording, plan_id, version=form["version"])
    if isinstance(held, Refusal):
        return held
    try:
        copy = change(written(held.copy, form))
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    based_on = wanted.get("over", form["version"])
    version = await order(desk, plan_texts.edit_plan, plan_id, copy, note=wanted["word"], based_on=based_on)
    if isinstance(version, Refusal):
        return version
    screen = desk.screen()
    tell(screen.say(N_("A new wording is kept")), screen.say(N_("It counts once a commander has approved it.")))
    return address(plan_id, version)


async def _approve(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, plan_texts.approve_plan_text, wanted["plan"], wanted["version"])
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("The wording counts from now on")))
    return None


ACTS: Mapping[str, Act] = {"text_save": _save, "step_add": _add_step, "step_away": _take_step_out, "text_approve": _approve}
