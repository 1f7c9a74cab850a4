"""Sentences for what the domain only names by code: statuses, reasons, refusals, events, roles."""

from collections.abc import Mapping
from typing import Any

from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import Refusal
from command_center.words import N_, translator

UNIT_STATUS: Mapping[str, str] = {
    "available": N_("Available"),
    "dispatched": N_("Dispatched"),
    "en_route": N_("En route"),
    "on_scene": N_("On scene"),
    "returning": N_("Returning"),
    "charging": N_("Charging"),
    "out_of_service": N_("Out of service"),
}

ASSIGNMENT_STATUS: Mapping[str, str] = {
    "queued": N_("Order queued"),
    "sent": N_("Order sent"),
    "no_answer": N_("No answer"),
    "failed": N_("Not delivered"),
    "acknowledged": N_("Acknowledged"),
    "en_route": N_("En route"),
    "on_scene": N_("On scene"),
    "cleared": N_("Cleared"),
    "declined": N_("Declined"),
    "recalled": N_("Recalled"),
}

INCIDENT_STATUS: Mapping[str, str] = {
    "new": N_("Waiting for a unit"),
    "dispatched": N_("Unit ordered"),
    "en_route": N_("Units en route"),
    "on_scene": N_("Units on scene"),
    "controlled": N_("Under control"),
    "closed": N_("Closed"),
    "false_alarm": N_("False alarm"),
    "transferred": N_("Transferred"),
    "merged": N_("Merged"),
}

LEVEL: Mapping[str, str] = {"I": N_("Extremely serious"), "II": N_("Serious"), "III": N_("Major"), "IV": N_("Ordinary")}

ROLE: Mapping[str, str] = {
    "duty_officer": N_("Duty officer"),
    "duty_leader": N_("Duty leader"),
    "deputy_commander": N_("Deputy commander"),
    "commander": N_("Commander"),
    "crew": N_("Station crew"),
    "display": N_("Wall display"),
    "admin": N_("Administrator"),
    "system": N_("System"),
}

REASON: Mapping[str, str] = {
    "soonest": N_("soonest there"),
    "capable": N_("has the skills"),
    "rolling": N_("already rolling"),
    "no_capability": N_("lacks the skills"),
    "busy": N_("on another incident"),
    "charging": N_("charging"),
    "out_of_service": N_("out of service"),
    "low_battery": N_("battery low"),
    "unreachable": N_("no road leads there"),
    "position_lost": N_("position lost, counted from its station"),
}

UNIT_KIND: Mapping[str, str] = {
    "patrol_vehicle": N_("Patrol vehicle"),
    "guarantee_vehicle": N_("Guarantee vehicle"),
    "crew": N_("Crew"),
}

PLACE_KIND: Mapping[str, str] = {
    "compound": N_("Compound"),
    "business_building": N_("Business building"),
    "shop": N_("Shop"),
    "shelter": N_("Shelter"),
}

JOB: Mapping[str, str] = {
    "send_dispatch": N_("Send the order to the crew"),
    "ask_for_answer": N_("Ask for the crew's answer"),
    "send_again": N_("Send the order again"),
    "propose_next": N_("Propose the next unit"),
    "send_recall": N_("Tell the crew it is recalled"),
}

DEGRADED: Mapping[str, str] = {
    "redis": N_("Live updates are interrupted; orders are kept and will follow."),
    "relay": N_("Background jobs are delayed."),
    "workers": N_("No background worker is running; phone the crews."),
}

STOCK_MOVE: Mapping[str, str] = {
    "receive": N_("Received"),
    "reserve": N_("Reserved"),
    "release": N_("Released"),
    "issue": N_("Issued"),
    "return": N_("Taken back"),
    "transfer_out": N_("Moved away"),
    "transfer_in": N_("Moved in"),
    "consume": N_("Used up"),
    "write_off": N_("Written off"),
    "count": N_("Counted"),
}

RESERVATION_STATUS: Mapping[str, str] = {
    "held": N_("Put by"),
    "issued": N_("In use"),
    "closed": N_("Settled"),
    "released": N_("Given back"),
}

STOCK_COLUMN: Mapping[str, str] = {
    "depot": N_("Depot code"),
    "depot_name": N_("Depot name"),
    "material": N_("Material code"),
    "material_name": N_("Material name"),
    "unit": N_("Unit of count"),
    "lot": N_("Lot number"),
    "expires_on": N_("Good until"),
    "booked": N_("Booked"),
    "counted": N_("Counted now"),
    "minimum": N_("Minimum stock"),
}

SHEET_FAULT: Mapping[str, str] = {
    "not_a_workbook": N_("This is not an Excel workbook (.xlsx)."),
    "too_large": N_("The sheet is too large: at most %(value)s."),
    "no_rows": N_("The sheet has no rows."),
    "missing_column": N_("The column %(value)s is missing."),
    "unknown_column": N_("No column is called %(value)s."),
    "double_column": N_("The column %(value)s is there twice."),
    "formula": N_("Formulas are not read: write the value %(value)s as it is."),
    "missing": N_("A value is missing: %(value)s."),
    "unknown_depot": N_("There is no depot %(value)s."),
    "unknown_material": N_("There is no material %(value)s."),
    "not_a_number": N_("Not a whole number from 0 to 1,000,000: %(value)s."),
    "not_a_date": N_("Not a date (2027-03-31): %(value)s."),
    "not_a_lot": N_("Not a lot number of at most 40 characters: %(value)s."),
    "lot_needed": N_("This depot has the material in lots: name the lot (%(value)s)."),
    "double_row": N_("This lot stands in row %(value)s already."),
    "minimum_differs": N_("Another row of this depot and material has the minimum %(value)s."),
    "expiry_differs": N_("The depot knows this lot as good until %(value)s."),
    "moved_meanwhile": N_("%(value)s are on the books now: stock was moved after the sheet was made."),
    "below_reserved": N_("Less than what is reserved (%(value)s): release first."),
}

REFUSAL: Mapping[str, str] = {
    "refused": N_("This is not possible now."),
    "malformed": N_("The request cannot be read: %(field)s."),
    "not_signed_in": N_("Please sign in first."),
    "wrong_passphrase": N_("Name and pass-phrase do not match."),
    "not_permitted": N_("The role %(role)s may not do this. Ask the duty leader."),
    "unknown": N_("There is no such %(kind)s: %(id)s."),
    "unknown_unit": N_("There is no unit %(unit)s."),
    "unknown_incident": N_("There is no incident %(incident)s."),
    "unknown_assignment": N_("There is no order %(assignment)s."),
    "unknown_incident_type": N_("There is no emergency type %(type)s."),
    "unknown_place": N_("There is no place %(place)s."),
    "unknown_account": N_("There is no account %(name)s."),
    "unknown_link": N_("This link is not valid any more. Ask for a new one."),
    "conflict": N_("The situation has changed. Look again."),
    "illegal_step": N_("%(subject)s is %(status)s; it cannot become %(wanted)s now."),
    "unit_not_available": N_("%(unit)s is not free: %(status)s (incident %(incident)s, sent by %(by)s)."),
    "incident_ended": N_("Incident %(incident)s has ended already: %(status)s."),
    "incident_has_units": N_("Units are still on incident %(incident)s: %(units)s. Clear or recall them first."),
    "cannot_merge": N_("Incident %(incident)s cannot be merged into %(into)s."),
    "changed_meanwhile": N_("Somebody else changed this first. Look again and decide anew."),
    "already_used": N_("The name %(name)s is taken."),
    "unknown_depot": N_("There is no depot %(depot)s."),
    "unknown_material": N_("There is no material %(material)s."),
    "unknown_lot": N_("%(depot)s has no lot %(lot)s of %(material)s."),
    "unknown_reservation": N_("There is no reservation %(reservation)s."),
    "stock_short": N_("%(depot)s has not enough %(material)s: %(available)s available, %(wanted)s wanted."),
    "street_short": N_("All depots together have not enough: %(materials)s (%(material)s: %(available)s available, %(wanted)s wanted)."),
    "count_below_reserved": N_("%(depot)s: %(counted)s of %(material)s counted, but %(reserved)s are reserved. Release first."),
    "lot_expiry_differs": N_("%(depot)s knows lot %(lot)s of %(material)s as good until %(expires_on)s, not %(given)s."),
    "more_than_reserved": N_("Reservation %(reservation)s holds %(held)s, %(wanted)s wanted."),
    "more_than_issued": N_("%(out)s of %(material)s from %(depot)s are out; %(wanted)s cannot come back or be used up."),
    "sheet_refused": N_("Nothing was taken over: %(count)s cells of the sheet cannot be right, the first is %(first)s."),
    "key_reused": N_("This key was used for another order: %(key)s."),
    "invalid": N_("This value cannot be right: %(field)s = %(value)s."),
    "place_needed": N_("Where did it happen? Choose a place or click on the map."),
    "outside_district": N_("The point is %(distance_km)s km from the street. Check the coordinates."),
    "passphrase_too_short": N_("The pass-phrase needs at least %(least)s characters."),
    "no_units": N_("Choose at least one unit."),
    "too_many": N_("Too many tries. Wait %(retry_after_s)s seconds."),
}

EVENT: Mapping[str, str] = {
    "CallTaken": N_("Call taken: %(type_name)s, level %(severity)s, incident %(number)s"),
    "IncidentAcknowledged": N_("Incident %(number)s acknowledged"),
    "IncidentControlled": N_("Incident %(number)s under control"),
    "IncidentClosed": N_("Incident %(number)s ended: %(outcome)s %(note)s"),
    "IncidentMerged": N_("Incident %(number)s merged into %(into_number)s"),
    "IncidentReopened": N_("Incident %(number)s reopened: %(reason)s"),
    "SeverityChanged": N_("Incident %(number)s: level %(before)s changed to %(after)s %(reason)s"),
    "IncidentNoted": N_("Incident %(number)s: %(note)s"),
    "UnitDispatched": N_("%(unit)s dispatched to incident %(number)s"),
    "DispatchSent": N_("Order for incident %(number)s reached %(unit)s"),
    "DispatchFailed": N_("Order for incident %(number)s did not reach %(unit)s: phone the crew"),
    "DispatchAcknowledged": N_("%(unit)s acknowledged incident %(number)s"),
    "DispatchDeclined": N_("%(unit)s declined incident %(number)s: %(reason)s"),
    "DispatchNotAnswered": N_("%(unit)s did not answer for %(waited_s)s s (incident %(number)s)"),
    "UnitEnRoute": N_("%(unit)s en route to incident %(number)s"),
    "UnitOnScene": N_("%(unit)s on scene at incident %(number)s"),
    "UnitCleared": N_("%(unit)s cleared from incident %(number)s"),
    "UnitRecalled": N_("%(unit)s recalled from incident %(number)s %(reason)s"),
    "NextUnitProposed": N_("Incident %(number)s: %(unit)s proposed in place of %(instead_of)s"),
    "UnitStatusSet": N_("%(unit)s: %(before)s changed to %(after)s %(reason)s"),
    "UnitCrewSet": N_("Crew of %(unit)s: %(crew)s"),
    "UnitChannelSet": N_("Message service of %(unit)s: %(service)s"),
    "StreetSeeded": N_("The street's catalogue %(catalogue)s was read in: %(units)s units, %(places)s places"),
    "StockOpened": N_("%(depots)s depots opened with %(items)s items of %(materials)s materials in %(lots)s lots (demonstration data)"),
    "StockMoved": N_("%(kind)s: %(quantity)s × %(material)s, %(depot)s, %(balance)s on hand now %(reason)s"),
    "StockTransferred": N_(
        "%(quantity)s × %(material)s moved from %(depot)s (%(balance)s left) to %(to_depot)s (%(to_balance)s) %(reason)s"
    ),
    "StockCounted": N_("%(depot)s: %(material)s counted, difference %(difference)s, %(balance)s on hand now %(reason)s"),
    "StockMinimumSet": N_("%(depot)s: minimum of %(material)s changed from %(before)s to %(after)s"),
    "StockReserved": N_("%(quantity)s items put by (%(materials)s) in %(depots)s"),
    "StockReleased": N_("%(quantity)s items free again (%(materials)s) in %(depots)s"),
    "StockImported": N_("Stock sheet taken over: %(counted)s lots counted, difference %(difference)s, %(minimums)s minimums %(reason)s"),
    "JobParked": N_("Background job failed %(attempts)s times and is parked: %(job)s"),
    "JobRetried": N_("Background job put back to work: %(job)s"),
    "JobDropped": N_("Background job given up: %(job)s %(reason)s"),
    "AccountCreated": N_("Account %(account)s created: %(role)s"),
    "AccountNamed": N_("Account %(before)s is now %(account)s"),
    "PassphraseSet": N_("Account %(account)s has a new pass-phrase"),
    "AccountDisabled": N_("Account %(account)s disabled"),
    "SignedIn": N_("%(account)s signed in"),
    "SignedOut": N_("%(account)s signed out"),
    "CredentialIssued": N_("Access issued for %(account)s: %(kind)s"),
    "CredentialRevoked": N_("Access revoked for %(account)s: %(kind)s"),
}

CREDENTIAL: Mapping[str, str] = {
    "bearer": N_("program token"),
    "link": N_("one-time link"),
    "display": N_("display link"),
    "session": N_("session"),
}

NOBODY = N_("nobody")
NO_UNIT_LEFT = N_("no unit is left")

_STATUS_FACTS = {"status", "wanted", "before", "after", "outcome"}


def status(language: str, code: str) -> str:
    """The word for any status code of a unit, an assignment or an incident."""
    text = UNIT_STATUS.get(code) or INCIDENT_STATUS.get(code) or ASSIGNMENT_STATUS.get(code)
    return translator(language)(text) if text else code


def names_in(catalogue: Catalogue, language: str) -> dict[str, str]:
    """What sentences call things: call signs for unit ids, names for codes of incident types, depots and materials."""
    named = (catalogue.incident_types, catalogue.depots, catalogue.materials)
    names = {code: it.name.in_(language) for table in named for code, it in table.items()}
    return names | {unit_id: vehicle.call_sign.in_(language) for unit_id, vehicle in catalogue.vehicles.items()}


def sheet_fault(language: str, code: str, value: str) -> str:
    """What is wrong with a cell of a sheet; a missing or doubled column is called by its heading in this language."""
    say = translator(language)
    return say(SHEET_FAULT[code]) % {"value": say(STOCK_COLUMN.get(value, value))}


def refusal(language: str, no: Refusal, names: Mapping[str, str] | None = None) -> str:
    """The sentence people read for a refusal. names : unit id -> call sign in this language."""
    return _filled(language, REFUSAL[no.code], no.facts, names or {})


def event(language: str, name: str, facts: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """The sentence people read for a log line. names : unit ids -> call signs and incident type codes -> names, in this language.

    A kind of event that this version does not know is shown by its name.
    """
    return _filled(language, EVENT.get(name, name), facts, names or {}).rstrip(" :：")


def _filled(language: str, sentence: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    spoken = _Spoken({key: _spoken(language, key, value, names) for key, value in facts.items()})
    spoken["unit"] = spoken.get("unit") or spoken.get("unit_id") or translator(language)(NO_UNIT_LEFT)
    spoken["type_name"] = names.get(str(facts.get("type")), str(facts.get("type")))
    return translator(language)(sentence) % spoken


class _Spoken(dict[str, str]):
    """Facts as words; a fact that an old line lacks is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _spoken(language: str, key: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - facts are JSON
    say = translator(language)
    if isinstance(value, list):
        return (", " if language == "en" else "、").join(names.get(str(item), str(item)) for item in value)
    if value is None:
        return "" if key == "unit_id" else say(NOBODY) if key == "by" else "-"
    text = str(value)
    if key in _STATUS_FACTS and text not in LEVEL:
        return status(language, text)
    for table_key, table in (("role", ROLE), ("job", JOB), ("kind", CREDENTIAL), ("kind", STOCK_MOVE)):
        if key == table_key and text in table:
            return say(table[text])
    return names.get(text, text)
