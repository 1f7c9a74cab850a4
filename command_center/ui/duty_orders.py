"""Every order of the duty page: the report and its signatures, the log, the roll call, the roster."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

from command_center.domain.errors import Invalid, ReasonNeeded, Refusal, SignatureRefused
from command_center.domain.handover import EntryAct, SectionEdit
from command_center.services import catching_up, duty_log, handover, roll_calls, roster, roster_sheet, swaps
from command_center.services.handover import EditHandover
from command_center.services.swaps import AskSwap
from command_center.ui.console_parts import order, refuse, signed_in, tell
from command_center.ui.desk_page import Act, At, Filled, Order, Outcome, unreadable
from command_center.ui.desk_parts import address_of, read_number
from command_center.ui.duty_catch_up import read_incident, read_when
from command_center.ui.duty_report import PATH, place
from command_center.ui.shell import Desk, tries
from command_center.words import N_

WEEKS = 4

# ---- the report ---------------------------------------------------------------------------------------------------


async def _begin(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, handover.open_handover)
    return done if isinstance(done, Refusal) else None


def _edit(form: Filled) -> SectionEdit:
    """What stands in the form of a section; names are field|NAME, line|KEY|NAME, own|NUMBER|NAME."""
    fields: dict[str, str] = {}
    lines: dict[str, dict[str, str]] = {}
    own: dict[int, dict[str, str]] = {}
    for name, words in form.items():
        match name.split("|"):
            case ["field", field]:
                fields[field] = words
            case ["line", key, field]:
                lines.setdefault(key, {})[field] = words
            case ["own", number, field]:
                own.setdefault(int(number), {})[field] = words
    added = [own[number] for number in sorted(own) if any(word.strip() for word in own[number].values())]
    return SectionEdit(fields=fields, lines=lines, added=tuple(added))


async def _write(desk: Desk, wanted: Order, at: At) -> Outcome:
    edit = EditHandover(
        handover_id=int(wanted["handover"]), section=wanted["section"], edit=_edit(wanted["form"]), based_on=int(wanted["based_on"])
    )
    done = await order(desk, handover.edit_handover, edit)
    return done if isinstance(done, Refusal) else place(at, section=None)


async def _note(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, handover.note_blocker, int(wanted["handover"]), wanted["blocker"], wanted["word"])
    return done if isinstance(done, Refusal) else None


async def _sign(desk: Desk, wanted: Order, verb: Callable[..., Any], said: str) -> Outcome:
    """Guessing under a signature is slowed down as guessing at the door is, and both count together."""
    guesses, name = tries(), signed_in(desk).name
    try:
        guesses.check(name)
    except Refusal as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    done = await order(desk, verb, int(wanted["handover"]), wanted["word"])
    if isinstance(done, SignatureRefused):
        guesses.failed(name)
    if not isinstance(done, Refusal):
        tell(desk.screen().say(said))
    return done if isinstance(done, Refusal) else None


async def _sign_outgoing(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _sign(desk, wanted, handover.sign_outgoing, N_("Signed. You stay responsible until the next officer signs."))


async def _sign_incoming(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await _sign(desk, wanted, handover.sign_incoming, N_("You have the watch. The report is sealed."))
    return done if isinstance(done, Refusal) else address_of(PATH, handover=wanted["handover"])


async def _countersign(desk: Desk, wanted: Order, at: At) -> Outcome:
    return await _sign(desk, wanted, handover.countersign, N_("Countersigned"))


async def _withdraw(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, handover.withdraw_signature, int(wanted["handover"]))
    return done if isinstance(done, Refusal) else None


# ---- the log ------------------------------------------------------------------------------------------------------


async def _entry(desk: Desk, wanted: Order, at: At) -> Outcome:
    form, corrects = wanted["form"], str(wanted.get("corrects") or "")
    incident = form.get("about", "")
    done = await order(
        desk,
        duty_log.write_entry,
        form.get("note", ""),
        EntryAct(form.get("act") or EntryAct.TAKE.value),
        incident_id=int(incident) if incident.isdecimal() else None,
        corrects=int(corrects) if corrects.isdecimal() else None,
    )
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Line %(n)s is written"), n=done))
    return address_of(PATH, tab="log", handover=at.get("handover"), wrote=done)


async def _past_incident(desk: Desk, wanted: Order, at: At) -> Outcome:
    """A row of the paper: the incident begins when it did, with whoever was sent."""
    try:
        past = read_incident(wanted["form"], wanted["key"], desk.center.now(), desk.center.catalogue.street.timezone)
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    done = await order(desk, catching_up.enter_past_incident, past)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Incident %(number)s is entered"), number=done.number))
    return address_of(PATH, tab="catch-up", wrote=done.number)


async def _past_note(desk: Desk, wanted: Order, at: At) -> Outcome:
    form = wanted["form"]
    try:
        happened_at = read_when(form, desk.center.now(), desk.center.catalogue.street.timezone)
    except Invalid as refusal:
        refuse(desk.screen(), refusal)
        return refusal
    done = await order(desk, duty_log.write_entry, form.get("note", ""), EntryAct.TAKE, happened_at=happened_at)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Line %(n)s is written"), n=done))
    return address_of(PATH, tab="catch-up", wrote=done)


# ---- roll call, roster --------------------------------------------------------------------------------------------


async def _roll(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, roll_calls.start_roll_call)
    return done if isinstance(done, Refusal) else None


async def _roll_answer(desk: Desk, wanted: Order, at: At) -> Outcome:
    number = read_number(wanted["word"])
    if number is None or number != int(number):
        return unreadable(desk, "on_duty", wanted["word"])
    done = await order(
        desk, roll_calls.answer_roll_call, int(wanted["call"]), wanted["station"], int(number), note=str(wanted.get("note") or "")
    )
    return done if isinstance(done, Refusal) else None


async def _fill(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, roster.fill_roster, WEEKS)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("%(n)s watches were put on the roster"), n=done))
    return None


async def _sheet(desk: Desk, wanted: Order, at: At) -> Outcome:
    """A roster that was chosen, as the browser read it (base64); all of it is taken over, or nothing."""
    done = await order(desk, roster_sheet.import_roster, base64.b64decode(wanted["raw"]))
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("The roster is taken over")))
    return None


async def _swap_ask(desk: Desk, wanted: Order, at: At) -> Outcome:
    """The form says "watch|person": a seat given in return, or "|person": somebody who stands in."""
    form = wanted["form"]
    watch, _, person = form.get("with", "").partition("|")
    swap = AskSwap(
        watch_id=int(wanted["watch"]),
        person_id=wanted["person"],
        other_person_id=person,
        other_watch_id=int(watch) if watch.isdecimal() else None,
        reason=form.get("reason", ""),
    )
    done = await order(desk, swaps.ask_swap, swap)
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("Asked: a duty leader decides")))
    return address_of(PATH, tab="roster", handover=at.get("handover"))


async def _swap_approve(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, swaps.approve_swap, int(wanted["swap"]))
    return done if isinstance(done, Refusal) else None


async def _swap_refuse(desk: Desk, wanted: Order, at: At) -> Outcome:
    if not wanted["word"].strip():
        refusal = ReasonNeeded(field="reason")
        refuse(desk.screen(), refusal)
        return refusal
    done = await order(desk, swaps.refuse_swap, int(wanted["swap"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


ACTS: Mapping[str, Act] = {
    "begin": _begin,
    "write": _write,
    "note": _note,
    "sign_outgoing": _sign_outgoing,
    "sign_incoming": _sign_incoming,
    "countersign": _countersign,
    "withdraw": _withdraw,
    "entry": _entry,
    "past_incident": _past_incident,
    "past_note": _past_note,
    "roll": _roll,
    "roll_answer": _roll_answer,
    "fill": _fill,
    "sheet": _sheet,
    "swap_ask": _swap_ask,
    "swap_approve": _swap_approve,
    "swap_refuse": _swap_refuse,
}
