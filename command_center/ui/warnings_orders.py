"""Every order about warnings, measurements and proposals."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta

from command_center.domain.errors import Invalid, Refusal
from command_center.domain.levels import Level
from command_center.domain.notices import Act
from command_center.services import measurements, plan_proposals, warnings
from command_center.services.measurements import TakeMeasurement
from command_center.services.warnings import CapMessage, Correction, PastedText, StatedOrder, StatedWarning, Taken, TakeWarning
from command_center.ui.console_parts import order, refuse, tell
from command_center.ui.desk_page import Act as Doing
from command_center.ui.desk_page import At, Filled, Order, Outcome, unreadable
from command_center.ui.desk_parts import address_of, day_and_time, last_time_of_day, next_time_of_day, read_number
from command_center.ui.shell import Desk
from command_center.ui.speech import spoken_names
from command_center.ui.warnings_form import AT_A_TIME, PATH, PLACE, UNTIL_LIFTED
from command_center.words import N_, phrases

# ---- times as they are typed --------------------------------------------------------------------------------------


def _until(desk: Desk, typed: str) -> datetime | None:
    """A coming moment, written as a time of day or with its day; None for another text."""
    now, zone = desk.center.now(), desk.center.catalogue.street.timezone
    return next_time_of_day(typed, now, zone) or day_and_time(typed, now, zone)


def _ends(desk: Desk, form: Filled, name: str) -> datetime | None:
    """Until when a warning stands, as the form says; None until it is lifted. Raises Invalid."""
    chosen = form.get(f"{name}.ends", UNTIL_LIFTED)
    if chosen == UNTIL_LIFTED:
        return None
    if chosen != AT_A_TIME:
        return desk.center.now() + timedelta(hours=int(chosen))
    typed = form.get(f"{name}.until", "")
    until = _until(desk, typed)
    if until is None or until <= desk.center.now():
        raise Invalid(field="until", value=typed)
    return until


def _issued(desk: Desk, typed: str) -> datetime | None:
    """When a message was issued; None where nothing is said. Raises Invalid."""
    if not typed.strip():
        return None
    now, zone = desk.center.now(), desk.center.catalogue.street.timezone
    at = day_and_time(typed, now, zone) or last_time_of_day(typed, now, zone)
    if at is None:
        raise Invalid(field="issued_at", value=typed)
    return at


# ---- what comes in ------------------------------------------------------------------------------------------------


def _correction(desk: Desk, form: Filled, name: str) -> Correction:
    """What a person says of one thing that was read. Raises Invalid."""
    act = Act(form[f"{name}.act"]) if form.get(f"{name}.act") else None
    color = form.get(f"{name}.color")
    return Correction(
        is_left_out=bool(form.get(f"{name}.leave")),
        act=act,
        hazard=form.get(f"{name}.hazard") or None,
        color="" if color == "none" else color,
        area=form[f"{name}.area"].strip() if f"{name}.area" in form else None,
        issued_at=_issued(desk, form.get(f"{name}.issued", "")),
        expires_at=_ends(desk, form, name) if act is None or act.starts else None,
        plan_id=form.get(f"{name}.plan") or None,
        level=Level(form[f"{name}.level"]) if form.get(f"{name}.level") and (act is None or act.starts) else None,
    )


async def _take(desk: Desk, wanted: TakeWarning) -> Outcome:
    taken = await order(desk, warnings.take_warning, wanted)
    if isinstance(taken, Refusal):
        return taken
    _say_what_became_of_it(desk, taken)
    newest = next((one.id for one in (*taken.warnings, *taken.orders)), None)
    return address_of(PATH, taken=newest)


def _say_what_became_of_it(desk: Desk, taken: Taken) -> None:
    screen = desk.screen()
    messages = [*taken.warnings, *taken.orders]
    known = sum(one.repeated for one in messages)
    new = len(messages) - known
    parts = [screen.say(N_("new: %(n)s"), n=new)] if new else []
    parts += [screen.say(N_("known already: %(n)s"), n=known)] if known else []
    parts += [screen.say(N_("differs from a message with the same number"))] if any(one.flag for one in messages) else []
    parts += taken.remarks
    refused = [phrases.refusal(screen.lang, one, spoken_names(screen)) for one in taken.refused]
    title = screen.say(N_("Taken in")) if messages else screen.say(N_("Nothing was taken in"))
    tell(title, "; ".join([*parts, *refused]), tone="refused" if refused else "done")


async def _take_text(desk: Desk, wanted: Order, at: At) -> Outcome:
    form = wanted["form"]
    count = 1 + max((int(name[1 : name.index(".")]) for name in form if name.startswith("w") and "." in name), default=-1)
    try:
        corrections = tuple(_correction(desk, form, f"w{place}") for place in range(count))
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    return await _take(desk, PastedText(text=form.get("text", ""), corrections=corrections))


async def _take_stated(desk: Desk, wanted: Order, at: At) -> Outcome:
    form = wanted["form"]
    act, color = Act(form["w0.act"]), form.get("w0.color")
    try:
        expires_at = _ends(desk, form, "w0") if act.starts else None
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    stated = StatedWarning(
        hazard=form.get("w0.hazard", ""),
        color=None if color == "none" else color,
        act=act,
        issuer=form.get("issuer", "").strip(),
        area=form.get("w0.area", "").strip(),
        text=form.get("text", "").strip(),
        expires_at=expires_at,
    )
    return await _take(desk, stated)


async def _take_order(desk: Desk, wanted: Order, at: At) -> Outcome:
    form = wanted["form"]
    act = Act(form["w0.act"])
    stated = StatedOrder(
        plan_id=form.get("w0.plan", ""),
        level=Level(form["w0.level"]) if act.starts else None,
        act=act,
        issuer=form.get("issuer", "").strip(),
        text=form.get("text", "").strip(),
    )
    return await _take(desk, stated)


async def _take_file(desk: Desk, wanted: Order, at: At) -> Outcome:
    """A file that was dropped, as the browser read it (base64)."""
    return await _take(desk, CapMessage(raw=base64.b64decode(wanted["raw"])))


async def _measure(desk: Desk, wanted: Order, at: At) -> Outcome:
    form, now, zone = wanted["form"], desk.center.now(), desk.center.catalogue.street.timezone
    metric = desk.center.catalogue.common.metrics.get(form.get("metric", ""))
    typed = form.get("value", "")
    value: float | str | None = typed if metric is None or metric.values else read_number(typed, signed=True)
    if value is None:
        return unreadable(desk, "value", typed)
    measured_at = last_time_of_day(form.get("measured", ""), now, zone) or day_and_time(form.get("measured", ""), now, zone)
    if measured_at is None:
        return unreadable(desk, "time", form.get("measured", ""))
    place, incident = form.get(PLACE, "").strip('"'), form.get("incident", "")
    taken = TakeMeasurement(
        metric=form.get("metric", ""),
        value=value,
        window_h=read_number(form.get("window", "")),
        place_id=place or None,
        incident_id=int(incident) if incident.isdecimal() else None,
        measured_at=measured_at,
        note=form.get("note", "").strip()[:100],
        key=wanted["key"],
    )
    done = await order(desk, measurements.take_measurement, taken)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("The value is kept")))
    return address_of(PATH, form="measure", metric=form.get("metric"), taken=done)


# ---- what is in force ---------------------------------------------------------------------------------------------


async def _end_warning(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, warnings.end_warning, int(wanted["warning"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _time_warning(desk: Desk, wanted: Order, at: At) -> Outcome:
    until = desk.center.now() + timedelta(hours=wanted["hours"]) if "hours" in wanted else _until(desk, wanted["word"])
    if until is None:
        return unreadable(desk, "time", wanted["word"])
    done = await order(desk, warnings.time_warning, int(wanted["warning"]), until)
    return done if isinstance(done, Refusal) else None


async def _end_order(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, warnings.end_standing_order, int(wanted["order"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _correct(desk: Desk, wanted: Order, at: At) -> Outcome:
    metric = desk.center.catalogue.common.metrics.get(wanted["metric"])
    value: float | str | None = wanted["word"] if metric is None or metric.values else read_number(wanted["word"], signed=True)
    if value is None:
        return unreadable(desk, "value", wanted["word"])
    done = await order(desk, measurements.correct_measurement, int(wanted["measurement"]), value, reason=wanted["why"])
    return done if isinstance(done, Refusal) else None


async def _decline(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await order(desk, plan_proposals.decline_proposal, int(wanted["proposal"]), reason=wanted["word"])


ACTS: Mapping[str, Doing] = {
    "take_text": _take_text,
    "take_stated": _take_stated,
    "take_order": _take_order,
    "take_file": _take_file,
    "measure": _measure,
    "end_warning": _end_warning,
    "time_warning": _time_warning,
    "end_order": _end_order,
    "correct": _correct,
    "decline": _decline,
}
