"""Sentences for what the domain only names by code: statuses, reasons, refusals, events, roles."""

from collections.abc import Mapping
from typing import Any

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

WATCH_STATUS: Mapping[str, str] = {
    "scheduled": N_("Scheduled"),
    "on_duty": N_("On watch"),
    "handing_over": N_("Handing over"),
    "closed": N_("Off watch"),
    "dropped": N_("Dropped"),
}

SWAP_STATUS: Mapping[str, str] = {"asked": N_("Asked"), "approved": N_("Approved"), "refused": N_("Refused")}

DUTY: Mapping[str, str] = {
    "leader": N_("Duty leader"),
    "officer": N_("Duty officer"),
    "assistant": N_("Assistant officer"),
    "crew": N_("Crew"),
}

PERSON_ROLE: Mapping[str, str] = {
    "commander": N_("Commander"),
    "deputy_commander": N_("Deputy commander"),
    "duty_leader": N_("Duty leader"),
    "duty_officer": N_("Duty officer"),
    "duty_assistant": N_("Assistant officer"),
    "station_chief": N_("Station chief"),
    "station_crew": N_("Station crew"),
}

POST: Mapping[str, str] = {"centre": N_("Command-centre desk")}

ROSTER_HINT: Mapping[str, str] = {
    "gap": N_("Nobody is on watch"),
    "overlap": N_("Two watches of one post at once"),
    "missing": N_("A seat is empty"),
    "two_places": N_("On two watches at once"),
    "too_long": N_("More than 24 hours in a row"),
    "short_rest": N_("Less than 11 hours of rest"),
    "nights": N_("More than three nights in a row"),
}

RESPONSIBILITY_PART: Mapping[str, str] = {"lead": N_("Street lead"), "community": N_("Community cadre")}

RESPONSIBILITY_GAP: Mapping[str, str] = {
    "no_lead": N_("No street cadre answers for it"),
    "no_community": N_("No cadre of its community answers for it"),
    "wrong_community": N_("A cadre of another community answers for it"),
    "no_target": N_("Answers for nothing"),
}

CHAIN_GAP: Mapping[str, str] = {"nobody": N_("Nobody is named"), "no_number": N_("No number on file")}

CELL: Mapping[str, str] = {
    "missing_column": N_("the column “%(value)s” is missing"),
    "unknown_column": N_("“%(value)s” is not a column of this sheet"),
    "double_column": N_("the column “%(value)s” stands twice"),
    "empty": N_("must not be empty"),
    "too_long": N_("the text is too long"),
    "not_a_time": N_("“%(value)s” is no date with a time, such as 2026-11-23 08:00"),
    "unknown_post": N_("there is no post “%(value)s”"),
    "unknown_person": N_("nobody in the directory is called “%(value)s”"),
    "ambiguous_person": N_("several people are called “%(value)s”: write the id"),
    "double_person": N_("“%(value)s” has two seats on this watch"),
    "person_busy": N_("“%(value)s” is on another watch at that time"),
    "ends_before_it_begins": N_("the watch ends before it begins"),
    "watches_overlap": N_("the post has another watch at that time (%(value)s)"),
    "double_row": N_("“%(value)s” stands in two rows"),
    "watch_is_over": N_("watch %(value)s began or is past; it cannot be changed any more"),
    "unknown_target": N_("there is no compound, building or shop “%(value)s”"),
    "unknown_cadre": N_("there is no cadre “%(value)s”"),
    "not_a_street_cadre": N_("“%(value)s” is no street cadre"),
    "not_of_the_community": N_("“%(value)s” is no cadre of this community"),
}
"""What is wrong with a cell of an imported sheet."""

CELLS_TOLD = 10
"""More wrong cells than this are counted, not listed, in one sentence."""

JOB: Mapping[str, str] = {
    "send_dispatch": N_("Send the order to the crew"),
    "ask_for_answer": N_("Ask for the crew's answer"),
    "send_again": N_("Send the order again"),
    "propose_next": N_("Propose the next unit"),
    "carry_out": N_("Carry out a step of a plan"),
    "mark_overdue": N_("Watch a task's deadline"),
    "send_duty": N_("Tell a crew of its duty"),
    "check_confirmation": N_("Watch for a leader's confirmation"),
    "send_notice": N_("Send a message"),
    "ask_the_silent": N_("Ask those who have not answered"),
    "call_for_unseen": N_("Call the leaders for an emergency nobody has seen"),
    "send_recall": N_("Tell the crew it is recalled"),
}

DEGRADED: Mapping[str, str] = {
    "redis": N_("Live updates are interrupted; orders are kept and will follow."),
    "relay": N_("Background jobs are delayed."),
    "workers": N_("No background worker is running; phone the crews."),
}

ACTIVATION_STATUS: Mapping[str, str] = {
    "proposed": N_("Waits for approval"),
    "provisional": N_("Provisional, to be confirmed"),
    "active": N_("In force"),
    "declined": N_("Declined"),
    "rolled_back": N_("Rolled back"),
    "terminated": N_("Ended"),
    "reviewed": N_("Reviewed"),
}

TASK_STATUS: Mapping[str, str] = {
    "pending": N_("To do"),
    "doing": N_("In hand"),
    "done": N_("Done"),
    "skipped": N_("Skipped"),
    "withdrawn": N_("Withdrawn"),
}

WORK_STATE: Mapping[str, str] = {
    "none": N_("By hand"),
    "queued": N_("Queued"),
    "doing": N_("Being carried out"),
    "done": N_("Carried out"),
    "failed": N_("Failed, do it by hand"),
    "undone": N_("Taken back"),
}

AUDIENCE: Mapping[str, str] = {"units": N_("Units on duty"), "agencies": N_("Outside agencies")}
"""Whom a step's background work tells; the audiences of a plan's own messages are named by the catalogue."""

EVIDENCE: Mapping[str, str] = {"text": N_("words"), "number": N_("a number"), "photo": N_("a photo, or words on it")}
"""What a task is ticked off with."""

LEVEL_OF_RESPONSE = N_("level %(level)s response")
DUTY_ORDER = N_("On duty for %(plan)s, level %(level)s")

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
    "unknown_plan": N_("There is no plan %(plan)s."),
    "unknown_activation": N_("There is no running plan with the number %(activation)s."),
    "unknown_task": N_("There is no task %(task)s."),
    "plan_is_running": N_("%(plan)s runs already at level %(level)s (started by %(by)s). Change its level instead."),
    "plan_not_running": N_("%(plan)s is not in force (%(status)s)."),
    "below_district_order": N_("The district has ordered level %(floor)s; the street does not go below it."),
    "not_the_approver": N_("Level %(level)s is decided by: %(approve_by)s. Ask them, or act at once if life is at risk."),
    "evidence_needed": N_("This task is ticked off with: %(evidence)s."),
    "conditions_open": N_("Conditions still open: %(open)s."),
    "too_late_to_undo": N_("The time to undo is over. Roll the plan back with a reason."),
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
    "unknown_watch": N_("There is no watch %(watch)s."),
    "unknown_person": N_("There is nobody %(person)s in the directory."),
    "unknown_swap": N_("There is no swap %(swap)s."),
    "unknown_roll_call": N_("There is no roll call %(roll_call)s."),
    "unknown_cadre": N_("There is no cadre %(cadre)s."),
    "unknown_post": N_("There is no post %(post)s."),
    "watches_overlap": N_("%(post)s already has watch %(number)s at that time."),
    "person_busy": N_("%(person)s is on watch %(number)s at that time."),
    "watch_is_over": N_("Watch %(number)s has begun or is over and cannot be changed so."),
    "no_relief": N_("Watch %(number)s stays on duty until the next one has taken over."),
    "own_swap": N_("Somebody else has to decide on this swap: it is your own watch."),
    "sheet_unreadable": N_("This file cannot be read as a sheet: an .xlsx workbook with at most 10,000 rows is needed."),
    "sheet_refused": N_("Nothing was taken over: %(count)s cells cannot be right. %(cells)s"),
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
    "JobParked": N_("Background job failed %(attempts)s times and is parked: %(job)s"),
    "JobRetried": N_("Background job put back to work: %(job)s"),
    "JobDropped": N_("Background job given up: %(job)s %(reason)s"),
    "AccountCreated": N_("Account %(account)s created: %(role)s"),
    "AccountNamed": N_("Account %(before)s is now %(account)s"),
    "PassphraseSet": N_("Account %(account)s has a new pass-phrase"),
    "AccountDisabled": N_("Account %(account)s disabled"),
    "SignedIn": N_("%(account)s signed in"),
    "SignedOut": N_("%(account)s signed out"),
    "ActivationAsked": N_("%(plan_name)s: level %(level)s asked for, to be decided by %(approve_by)s. %(reason)s"),
    "PlanActivated": N_("%(plan_name)s in force at level %(level)s: %(tasks)s tasks, units %(units)s. %(reason)s"),
    "ActivationDeclined": N_("%(plan_name)s declined: %(reason)s"),
    "ActivationConfirmed": N_("%(plan_name)s confirmed at level %(level)s"),
    "ActivationNotConfirmed": N_("%(plan_name)s: nobody confirmed level %(level)s in time"),
    "LevelAsked": N_("%(plan_name)s: change from level %(before)s to %(after)s asked for, to be decided by %(approve_by)s. %(reason)s"),
    "LevelChanged": N_("%(plan_name)s: level %(before)s changed to %(after)s. %(reason)s"),
    "AnchorRecorded": N_("%(plan_name)s: %(anchor)s at %(at)s"),
    "PlanRolledBack": N_("%(plan_name)s rolled back. %(reason)s"),
    "ConditionTicked": N_("%(plan_name)s: condition for ending it: %(condition)s"),
    "PlanTerminated": N_("%(plan_name)s ended. %(reason)s"),
    "PlanReviewed": N_("%(plan_name)s reviewed. %(note)s"),
    "PlanEdited": N_("Text of %(plan_name)s changed. %(note)s"),
    "TaskOpened": N_("Task %(step_name)s opened"),
    "TaskDue": N_("Task %(step_name)s has its deadline now"),
    "TaskOverdue": N_("Task overdue: %(step_name)s"),
    "TaskStarted": N_("Task in hand: %(step_name)s"),
    "TaskDone": N_("Task done: %(step_name)s %(note)s"),
    "TaskSkipped": N_("Task skipped: %(step_name)s, %(reason)s"),
    "TaskTakenUpAgain": N_("Task to be done after all: %(step_name)s"),
    "TaskWorkBegun": N_("%(step_name)s: being carried out"),
    "TaskWorkDone": N_("%(step_name)s: carried out"),
    "TaskWorkFailed": N_("%(step_name)s could not be carried out, do it by hand: %(reason)s"),
    "UnitOnDuty": N_("%(unit)s on duty for %(plan_name)s"),
    "DutySent": N_("%(unit)s told of its duty for %(plan_name)s"),
    "DutyAcknowledged": N_("%(unit)s acknowledged its duty for %(plan_name)s"),
    "NoticeQueued": N_("Message to %(audience_name)s: %(recipients)s recipients"),
    "NoticeSent": N_("Message to %(audience_name)s sent: %(reached)s reached, %(by_hand)s to be told by hand"),
    "NoticeFailed": N_("Message to %(audience_name)s could not be sent: %(reason)s"),
    "NoticeAnswered": N_("%(recipient)s answered the message to %(audience_name)s"),
    "NoticeUnanswered": N_("No answer to the message to %(audience_name)s: %(recipients)s"),
    "NoticeWithdrawn": N_("Message to %(audience_name)s closed"),
    "ChannelSet": N_("Message service of %(kind)s %(ref)s: %(service)s"),
    "CredentialIssued": N_("Access issued for %(account)s: %(kind)s"),
    "CredentialRevoked": N_("Access revoked for %(account)s: %(kind)s"),
    "PersonAdded": N_("%(person)s added to the directory: %(role)s"),
    "PersonChanged": N_("Directory entry of %(person)s changed: %(changed)s"),
    "PersonLeft": N_("%(person)s left the directory"),
    "RosterFilled": N_("Roster filled until %(until)s: %(watches)s watches"),
    "RosterImported": N_("Roster imported: %(added)s watches new, %(changed)s changed"),
    "WatchAdded": N_("Watch %(number)s added (%(post)s)"),
    "WatchDropped": N_("Watch %(number)s dropped (%(post)s)"),
    "WatchPeopleSet": N_("People of watch %(number)s (%(post)s): %(people)s"),
    "WatchBegun": N_("Watch %(number)s is on duty (%(post)s): %(people)s"),
    "WatchHandingOver": N_("Watch %(number)s is handing over (%(post)s)"),
    "WatchClosed": N_("Watch %(number)s closed (%(post)s)"),
    "WatchesCalledUp": N_("Watches now and next: %(watches)s"),
    "SwapAsked": N_("Swap asked: watch %(number)s (%(post)s), %(other)s for %(person)s %(reason)s"),
    "SwapApproved": N_("Swap approved: watch %(number)s (%(post)s), %(other)s for %(person)s"),
    "SwapRefused": N_("Swap refused: watch %(number)s (%(post)s), %(other)s for %(person)s %(reason)s"),
    "RollCallStarted": N_("Roll call of %(stations)s stations, to be answered within %(minutes)s minutes"),
    "RollCallAnswered": N_("Roll call: %(post)s has %(on_duty)s of %(expected)s people on duty %(note)s"),
    "ResponsibilitiesImported": N_("Responsible cadres imported for %(targets)s places"),
    "CadrePhoneSet": N_("Number of %(cadre)s changed"),
}

CREDENTIAL: Mapping[str, str] = {
    "bearer": N_("program token"),
    "link": N_("one-time link"),
    "display": N_("display link"),
    "session": N_("session"),
}

NOBODY = N_("nobody")
NO_UNIT_LEFT = N_("no unit is left")

_STATUS_TABLES = (UNIT_STATUS, INCIDENT_STATUS, ASSIGNMENT_STATUS, ACTIVATION_STATUS, TASK_STATUS)
_STATUS_FACTS = {"status", "wanted", "before", "after", "outcome"}


def status(language: str, code: str) -> str:
    """The word for any status code of a unit, an assignment or an incident."""
    text = next((table[code] for table in _STATUS_TABLES if code in table), None)
    """The word for any status code of a unit, an assignment, an incident, a watch or a swap."""
    tables = (UNIT_STATUS, INCIDENT_STATUS, ASSIGNMENT_STATUS, WATCH_STATUS, SWAP_STATUS)
    text = next((table[code] for table in tables if code in table), None)
    return translator(language)(text) if text else code


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
    for name, fact in (("plan_name", "plan_id"), ("step_name", "step_id"), ("audience_name", "audience")):
        spoken[name] = names.get(str(facts.get(fact)), str(facts.get(fact, "")))
    spoken["type_name"] = names.get(str(facts.get("type")), str(facts.get("type")))
    return translator(language)(sentence) % spoken


def cell_problem(language: str, told: str) -> str:
    """The sentence for one wrong cell. told : as SheetRefused names it, "C17|unknown_person|what stands there"."""
    address, _, rest = told.partition("|")
    code, _, value = rest.partition("|")
    say = translator(language)
    return f"{address} {say(CELL[code]) % {'value': value}}" if code in CELL else told


def _cells(language: str, told: list[str]) -> str:
    mark, more = ("; ", " …") if language == "en" else ("；", " ……")
    return mark.join(cell_problem(language, it) for it in told[:CELLS_TOLD]) + (more if len(told) > CELLS_TOLD else "")


class _Spoken(dict[str, str]):
    """Facts as words; a fact that an old line lacks is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _spoken(language: str, key: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - facts are JSON
    say = translator(language)
    if isinstance(value, list) and key == "cells":
        return _cells(language, value)
    if isinstance(value, list):
        return (", " if language == "en" else "、").join(names.get(str(item), str(item)) for item in value)
    if value is None:
        return "" if key == "unit_id" else say(NOBODY) if key == "by" else "-"
    text = str(value)
    if key in _STATUS_FACTS and text not in LEVEL:
        return status(language, text)
    tables = (
        ("role", {**PERSON_ROLE, **ROLE}),
        ("approve_by", ROLE),
        ("job", JOB),
        ("kind", CREDENTIAL),
        ("evidence", EVIDENCE),
        ("post", POST),
    )
    for table_key, table in tables:
        if key == table_key and text in table:
            return say(table[text])
    return names.get(text, text)
