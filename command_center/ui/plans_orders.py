"""Every order about plans. To add one: write its function, its line in ACTS, and its button."""

from collections.abc import Mapping

from command_center.domain.activations import ActivationStatus
from command_center.domain.errors import Refusal
from command_center.domain.levels import Level
from command_center.domain.text import Text
from command_center.services import activations, notices, plan_reviews, plan_tasks
from command_center.services.plan_tasks import DoTask, Evidence
from command_center.ui import reports_orders, shelters_orders
from command_center.ui.console_parts import order, tell
from command_center.ui.desk_page import Act, At, Order, Outcome, unreadable
from command_center.ui.desk_parts import last_time_of_day, read_number
from command_center.ui.plans_form import order_from
from command_center.ui.plans_parts import address, approver
from command_center.ui.shell import Desk, Screen
from command_center.words import N_

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


async def _go_ahead(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, activations.go_ahead, int(wanted["activation"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _take_back_request(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, activations.take_back_request, int(wanted["activation"]))
    if isinstance(done, Refusal):
        return done
    return "/plans" if done is ActivationStatus.TAKEN_BACK else None


async def _change_level(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(
        desk,
        activations.change_level,
        int(wanted["activation"]),
        Level(wanted["level"]),
        reason=wanted["word"],
        life_risk=bool(wanted["life"]),
    )
    if isinstance(done, Refusal):
        return done
    return address(activation=wanted["activation"]) if at.get("to") else None


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
        return unreadable(desk, "time", wanted["word"])
    return await order(desk, activations.record_anchor, int(wanted["activation"]), wanted["anchor"], when)


async def _finish_review(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, plan_reviews.finish_review, int(wanted["activation"]), note=wanted["word"])
    if not isinstance(done, Refusal):
        tell(desk.screen().say(N_("The review is finished; its figures stay as they are.")))
    return done


# ---- tasks, messages, units ---------------------------------------------------------------------------------------


async def _begin(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.begin_task, int(wanted["task"]))


async def _done(desk: Desk, wanted: Order, at: At) -> Outcome:
    word = str(wanted.get("word", "")).strip()
    number = None
    if wanted["evidence"] == "number":
        number, word = read_number(word), ""
        if number is None:
            return unreadable(desk, "number", wanted["word"])
    evidence = Evidence(text=word, number=number, photo=wanted.get("photo"))
    return await order(desk, plan_tasks.do_task, DoTask(task_id=int(wanted["task"]), evidence=evidence, key=wanted["key"]))


async def _skip(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.skip_task, int(wanted["task"]), reason=wanted["word"])


async def _again(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_tasks.take_up_again, int(wanted["task"]))


async def _told_recipient(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, notices.told_by_phone, int(wanted["recipient"]))


async def _fill_notice(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, notices.fill_notice, int(wanted["notice"]), Text(wanted["word"], wanted["text_en"]))


async def _told_crew(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, activations.acknowledge_duty, int(wanted["duty"]))


ACTS: Mapping[str, Act] = {
    "activate": _activate,
    "approve": _approve,
    "decline": _decline,
    "go_ahead": _go_ahead,
    "take_back_request": _take_back_request,
    "change_level": _change_level,
    "undo": _undo,
    "roll_back": _roll_back,
    "terminate": _terminate,
    "condition": _condition,
    "anchor": _anchor,
    "finish_review": _finish_review,
    "begin": _begin,
    "done": _done,
    "skip": _skip,
    "again": _again,
    "told": _told_recipient,
    "duty": _told_crew,
    "fill_notice": _fill_notice,
    **reports_orders.ACTS,
    **shelters_orders.ACTS,
}
