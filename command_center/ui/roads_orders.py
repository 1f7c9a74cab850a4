"""Every order about closed roads and standby points."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from command_center.domain.closures import PONDING_METRIC
from command_center.domain.errors import Invalid, Refusal
from command_center.services import closures, measurements, standby
from command_center.services.measurements import TakeMeasurement
from command_center.ui.console_parts import order, refuse, tell
from command_center.ui.desk_page import Act, At, Order, Outcome, unreadable
from command_center.ui.desk_parts import address_of, read_number
from command_center.ui.roads_form import PATH, points, wanted_closure
from command_center.ui.shell import Desk
from command_center.words import N_


async def _close(desk: Desk, wanted: Order, at: At) -> Outcome:
    """Close what the form names. Water that was typed is kept as a measured value first; where it is shallow nothing is closed."""
    form, way = wanted.get("form", {}), wanted["way"]
    try:
        closing = wanted_closure(way, form)
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    if closing is None:
        return unreadable(desk, way, "")
    typed = form.get("water", "").strip() if way == "spot" else ""
    depth_cm = read_number(typed)
    if typed and depth_cm is None:
        return unreadable(desk, "water", typed)
    if depth_cm is not None:
        water = TakeMeasurement(
            metric=PONDING_METRIC, value=depth_cm, place_id=closing.place_id, at=closing.at, key=f"{wanted['key']}:water"
        )
        kept = await order(desk, measurements.take_measurement, water)
        if isinstance(kept, Refusal):
            return kept
        if depth_cm < desk.center.catalogue.common.closures.close_cm:
            tell(desk.screen().say(N_("The value is kept")))
            return address_of(PATH, way=way, taken=kept)
    guard, reason = form.get("guard") or None, form.get("reason", "")
    done = await order(desk, closures.close_road, replace(closing, guard=guard, reason=reason, key=wanted["key"]))
    return done if isinstance(done, Refusal) else address_of(PATH, closure=done)


async def _confirm(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, closures.confirm_closure, int(wanted["closure"]), guard=wanted.get("guard"))
    return done if isinstance(done, Refusal) else None


async def _decline(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _settle(desk, closures.decline_closure, wanted, at)


async def _reopen(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _settle(desk, closures.reopen_road, wanted, at)


async def _settle(desk: Desk, verb: Any, wanted: Order, at: At) -> Outcome:
    """It is open from then on; the panel that showed it goes back to the form."""
    done = await order(desk, verb, int(wanted["closure"]), reason=wanted["word"])
    if isinstance(done, Refusal):
        return done
    return PATH if at.get("closure") == str(wanted["closure"]) else None


async def _guard(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, closures.set_guard, int(wanted["closure"]), wanted["guard"])
    return done if isinstance(done, Refusal) else None


async def _release(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, closures.set_guard, int(wanted["closure"]), None)
    return done if isinstance(done, Refusal) else None


async def _take_back(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, closures.take_back, int(wanted["closure"]))
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("It is as it was before")))
    return None


async def _standby(desk: Desk, wanted: Order, at: At) -> Outcome:
    found = await order(desk, standby.plan_standby)
    if isinstance(found, Refusal):
        return found
    screen = desk.screen()
    gain = points(found["share_after"] - found["share_before"], screen)
    tell(screen.say(N_("Standby points worked out")), gain)
    return None


ACTS: Mapping[str, Act] = {
    "close": _close,
    "confirm": _confirm,
    "decline": _decline,
    "reopen": _reopen,
    "guard": _guard,
    "release": _release,
    "take_back": _take_back,
    "standby": _standby,
}
