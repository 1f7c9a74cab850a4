"""Every order about stock and vehicles."""

import base64
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from command_center.domain.errors import Invalid, Refusal
from command_center.domain.status import UnitStatus
from command_center.services import stock, stock_sheet, units
from command_center.services.stock import Count, Move, Receive, SetMinimum, Transfer
from command_center.ui.console_parts import order, refuse, tell
from command_center.ui.desk_page import Act, At, Filled, Order, Outcome, unreadable
from command_center.ui.desk_parts import read_number
from command_center.ui.resources_view import counted, depot_name, material_name, place
from command_center.ui.shell import Desk
from command_center.words import N_


def _day(typed: str) -> date | None:
    """A day as YYYY-MM-DD; None for nothing. Raises Invalid."""
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip().replace("/", "-"))
    except ValueError:
        raise Invalid(field="date", value=typed) from None


def _move(wanted: Order, form: Filled, number: int) -> tuple[Callable[..., Any], Any]:
    """The verb and its order, as the form says. Raises Invalid."""
    depot, material, key = wanted["depot"], wanted["material"], wanted["key"]
    lot, reason = form.get("lot", "").strip() or None, form.get("reason", "").strip()
    incident = form.get("incident", "")
    match wanted["do"]:
        case "receive":
            named = {} if lot is None else {"lot": lot}
            expires_on = _day(form.get("expires", ""))
            return stock.receive, Receive(
                depot=depot, material=material, quantity=number, expires_on=expires_on, reason=reason, key=key, **named
            )
        case "count":
            expires_on = _day(form.get("expires", ""))
            return stock.count, Count(
                depot=depot, material=material, counted=number, lot=lot, expires_on=expires_on, reason=reason, key=key
            )
        case "transfer":
            return stock.transfer, Transfer(
                depot=depot, to_depot=form.get("to", ""), material=material, quantity=number, lot=lot, reason=reason, key=key
            )
        case "minimum":
            return stock.set_minimum, SetMinimum(depot=depot, material=material, minimum=number, key=key)
        case done:
            purpose: dict[str, Any] = {"for_kind": "incident", "for_id": int(incident)} if incident.isdecimal() else {}
            purpose |= {"expired_too": True} if form.get("expired_too") else {}
            move = Move(depot=depot, material=material, quantity=number, lot=lot, reason=reason, key=key, **purpose)
            return {"issue": stock.issue, "return": stock.return_, "write_off": stock.write_off}[done], move


async def _book(desk: Desk, wanted: Order, at: At) -> Outcome:
    """Write what was done into the ledger, and say what is there now."""
    form = wanted["form"]
    number = read_number(form.get("quantity", ""))
    if number is None or number != int(number):
        return unreadable(desk, "quantity", form.get("quantity", ""))
    try:
        verb, move = _move(wanted, form, int(number))
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    done = await order(desk, verb, move)
    if isinstance(done, Refusal):
        return done
    screen, material = desk.screen(), wanted["material"]
    title = f"{material_name(material, screen)}, {depot_name(wanted['depot'], screen)}"
    if done is None:
        tell(title, screen.say(N_("The minimum is kept")))
    else:
        booked, there = counted(done.quantity, material, screen), counted(done.on_hand, material, screen)
        tell(title, screen.say(N_("%(n)s booked; %(there)s on hand now"), n=booked, there=there))
    return place(at, do=wanted["do"], booked=wanted["key"])


async def _sheet(desk: Desk, wanted: Order, at: At) -> Outcome:
    """A counting sheet that was dropped or chosen, as the browser read it (base64); all of it is booked, or nothing."""
    done = await order(desk, stock_sheet.import_sheet, base64.b64decode(wanted["raw"]), key=wanted["key"])
    if isinstance(done, Refusal):
        return done
    screen = desk.screen()
    tell(
        screen.say(N_("The sheet is booked")),
        screen.say(N_("rows: %(rows)s, differences: %(n)s"), rows=done.rows, n=done.counted),
    )
    return None


async def _unit_status(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, units.set_unit_status, wanted["unit"], UnitStatus(wanted["status"]))
    return done if isinstance(done, Refusal) else None


async def _unit_fault(desk: Desk, wanted: Order, at: At) -> Outcome:
    if not wanted["word"].strip():
        return unreadable(desk, "reason", "")
    done = await order(desk, units.set_unit_status, wanted["unit"], UnitStatus.OUT_OF_SERVICE, reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _unit_crew(desk: Desk, wanted: Order, at: At) -> Outcome:
    names = wanted["word"].replace("、", ",").replace("，", ",").split(",")
    return await order(desk, units.set_unit_crew, wanted["unit"], names)


async def _unit_service(desk: Desk, wanted: Order, at: At) -> Outcome:
    try:
        due_on = _day(wanted["word"])
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    return await order(desk, units.plan_service, wanted["unit"], due_on)


ACTS: Mapping[str, Act] = {
    "move": _book,
    "sheet": _sheet,
    "unit_status": _unit_status,
    "unit_fault": _unit_fault,
    "unit_crew": _unit_crew,
    "unit_service": _unit_service,
}
