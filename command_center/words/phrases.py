"""Sentences for what the domain only names by code: statuses, reasons, refusals, events, roles."""

from collections.abc import Iterable, Mapping
from typing import Any

from command_center.domain.errors import Refusal, SheetRefused
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

FIX_REJECTED: Mapping[str, str] = {
    "malformed": N_("unreadable"),
    "unknown_unit": N_("no vehicle of this name"),
    "not_finite": N_("no number"),
    "out_of_range": N_("nowhere on earth"),
    "null_island": N_("0/0, not located yet"),
    "outside_district": N_("far outside the district"),
    "no_time": N_("without a time"),
    "future": N_("clock ahead"),
    "too_old": N_("older than a day"),
    "duplicate": N_("sent twice"),
    "out_of_order": N_("older than the one before"),
    "jump": N_("a jump no vehicle can make"),
}
"""Why a position was not believed."""

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
    "task_group": N_("Task group"),
}

LEADERS = frozenset({"duty_leader", "deputy_commander", "commander"})
"""Roles whose name under a report releases it."""

REASON: Mapping[str, str] = {
    "soonest": N_("soonest there"),
    "capable": N_("has the skills"),
    "rolling": N_("already rolling"),
    "loads": N_("loads stock on its way"),
    "no_capability": N_("lacks the skills"),
    "busy": N_("on another incident"),
    "charging": N_("charging"),
    "out_of_service": N_("out of service"),
    "low_battery": N_("battery low"),
    "service_due": N_("maintenance is due"),
    "guarding": N_("guards a closed road"),
    "cut_off": N_("cut off by closed roads"),
    "unreachable": N_("no road leads there"),
    "position_lost": N_("position lost, counted from its station"),
    "off_road": N_("off the road, arrival uncertain"),
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

ROLL_CALL_WAY: Mapping[str, str] = {"card": N_("on the crew card"), "link": N_("by its link"), "phone": N_("by phone")}
"""How a station answered."""

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

HANDOVER_STATUS: Mapping[str, str] = {
    "draft": N_("Handover draft"),
    "outgoing_signed": N_("Signed by the outgoing officer"),
    "handed_over": N_("Handed over"),
    "countersigned": N_("Handed over and countersigned"),
}

SIDE: Mapping[str, str] = {
    "outgoing": N_("outgoing officer"),
    "incoming": N_("incoming officer"),
    "leader": N_("countersigning leader"),
}

ENTRY_ACT: Mapping[str, str] = {
    "take": N_("Taken"),
    "report": N_("Reported"),
    "pass_on": N_("Passed on"),
    "follow_up": N_("Followed up"),
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

ROSTER_HINT_VALUE: Mapping[str, str] = {
    "missing": N_("%(n)s short"),
    "too_long": N_("%(n)s h"),
    "short_rest": N_("%(n)s h"),
    "nights": N_("%(n)s nights"),
}
"""How much of it, where a hint says so."""

EVENT_GROUP: Mapping[str, str] = {
    "incidents": N_("Incidents"),
    "units": N_("Units"),
    "plans": N_("Plans in force"),
    "warnings": N_("Warnings and measurements"),
    "stock": N_("Stock"),
    "reports": N_("Reports to the district"),
    "duty": N_("Watches and roster"),
    "handover": N_("Handover and duty log"),
    "roads": N_("Roads and coverage"),
    "centre": N_("Accounts and background work"),
    "drills": N_("Drill"),
}
"""Parts of the house that events belong to (log_search.event_group), in the order in which a search offers them."""

CADRE_KIND: Mapping[str, str] = {"street_cadre": N_("Street cadre"), "community_cadre": N_("Community cadre")}

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
    "formula": N_("formulas are not read: write the value of “%(value)s” as it is"),
    "not_a_date": N_("“%(value)s” is no date, such as 2027-03-31"),
    "not_a_number": N_("“%(value)s” is no whole number from 0 to 1,000,000"),
    "unknown_depot": N_("there is no depot “%(value)s”"),
    "unknown_material": N_("there is no material “%(value)s”"),
    "not_a_lot": N_("“%(value)s” is no lot number of at most 40 characters"),
    "lot_needed": N_("the depot has the material in lots: name the lot (%(value)s)"),
    "double_lot": N_("this lot stands in row %(value)s already"),
    "minimum_differs": N_("another row of this depot and material has the minimum %(value)s"),
    "expiry_differs": N_("the depot knows this lot as good until %(value)s"),
    "moved_meanwhile": N_("%(value)s are on the books now: stock was moved after the sheet was made"),
    "below_reserved": N_("less than what is reserved (%(value)s): release first"),
    "reason_needed": N_("not what is on the books (%(value)s): say why in the column “Why it differs”"),
    "long_reason": N_("longer than 200 characters: %(value)s"),
}
"""What is wrong with a cell of an imported sheet."""

UNREADABLE: Mapping[str, str] = {
    "not_a_workbook": N_("it is no Excel workbook (.xlsx)"),
    "too_many_bytes": N_("it has more than %(most)s megabytes"),
    "too_many_rows": N_("it has more than %(most)s rows"),
    "no_rows": N_("there are no rows below its headings"),
}
"""Why a file as a whole is not read as a sheet."""

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
    "send_off_duty": N_("Tell a crew that its duty is over"),
    "check_confirmation": N_("Watch for a leader's confirmation"),
    "send_notice": N_("Send a message"),
    "ask_the_silent": N_("Ask those who have not answered"),
    "call_for_unseen": N_("Call the leaders for an emergency nobody has seen"),
    "send_recall": N_("Tell the crew it is recalled"),
    "weigh_plans": N_("Weigh the plans"),
    "expire_warning": N_("End a warning when its time is over"),
    "tell_callers": N_("Tell the callers that it is under control"),
    "keep_score": N_("Write the drill's score sheet"),
    "keep_clocks": N_("Keep the reporting clocks"),
    "mark_report_overdue": N_("Watch a report's deadline"),
    "open_more_shelters": N_("Open shelters for a higher level"),
    "keep_handover": N_("Watch over the change of watches"),
    "weigh_water": N_("See whether water closes a road"),
    "call_guard_back": N_("Call the guard back to the closed road"),
    "call_for_guard": N_("Call the leaders for an unguarded road"),
    "ask_stations": N_("Ask the stations who is there"),
    "check_roll_call": N_("Watch for the stations' answers"),
}

CLOSURE_STATE: Mapping[str, str] = {
    "proposed": N_("Under water, to be decided"),
    "closed": N_("Road closed"),
    "reopened": N_("Road open again"),
    "declined": N_("Stays open"),
    "stale": N_("Water fell by itself"),
}

CLOSURE_KIND: Mapping[str, str] = {"street": N_("Whole street"), "line": N_("Drawn on the map"), "spot": N_("One spot")}

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
    "taken_back": N_("Request taken back"),
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
    "held": N_("Not sent: blanks to fill in"),
    "queued": N_("Queued"),
    "doing": N_("Being carried out"),
    "done": N_("Carried out"),
    "failed": N_("Failed, do it by hand"),
    "undone": N_("Undone"),
}

AUDIENCE: Mapping[str, str] = {"units": N_("Units on duty"), "agencies": N_("Outside agencies"), "callers": N_("Those who called")}
"""Whom a step's background work tells; the audiences of a plan's own messages are named by the catalogue."""
REPORT_KIND: Mapping[str, str] = {
    "phone": N_("phone report"),
    "initial": N_("first report"),
    "followup": N_("follow-up report"),
    "final": N_("final report"),
}

REPORT_STATE: Mapping[str, str] = {
    "open": N_("Due"),
    "sent": N_("Report sent"),
    "dropped": N_("Not needed"),
    "withdrawn": N_("Clock stopped"),
}

BECAUSE: Mapping[str, str] = {
    "ended": N_("it is over"),
    "reopened": N_("it goes on"),
    "taken_back": N_("it was taken back"),
    "merged": N_("reported with the incident it went into"),
}

EVIDENCE: Mapping[str, str] = {"text": N_("words"), "number": N_("a number"), "photo": N_("a photo, or words on it")}
"""What a task is ticked off with."""

LEVEL_OF_RESPONSE = N_("level %(level)s response")
DUTY_ORDER = N_("On duty for %(plan)s, level %(level)s")
DUTY_OVER = N_("Your duty for %(plan)s is over. What was ordered for it no longer holds.")
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
    "not_your_request": N_("%(by)s asked for it, and takes it back or leaves it. Who decides declines it."),
    "variant_needed": N_("%(plan)s has several variants (%(variants)s). Say which one it is."),
    "plan_not_running": N_("%(plan)s is not in force (%(status)s)."),
    "below_district_order": N_("The district has ordered level %(floor)s (%(order)s); the street does not go below it while that stands."),
    "not_the_approver": N_("Level %(level)s is decided by: %(approve_by)s. Ask them, or act at once if life is at risk."),
    "evidence_needed": N_("This task is ticked off with: %(evidence)s."),
    "conditions_open": N_("Conditions still open: %(open)s."),
    "too_late_to_undo": N_("The time to undo is over. Roll the plan back with a reason."),
    "edited_meanwhile": N_("%(by)s has saved another text meanwhile (version %(version)s). Look at it before you save yours."),
    "report_closed": N_("This report is closed already: %(state)s (%(by)s)."),
    "blanks_left": N_("The report still has %(blanks)s blanks: fill them in or strike them."),
    "message_blanks_left": N_("The message to %(audience_name)s still has %(blanks)s blanks: fill them in or strike them."),
    "message_not_held": N_("The message to %(audience_name)s does not wait for words any more: %(work_state)s."),
    "shelter_is_open": N_("%(shelter)s is open already (opened by %(by)s)."),
    "shelter_closed": N_("%(shelter)s has been closed (by %(by)s)."),
    "shelter_full": N_("%(shelter)s has %(capacity)s places. Say why %(occupied)s people are there."),
    "people_in_shelters": N_("%(people)s people are still in shelters: %(shelters)s. Count them out first."),
    "plan_text_unfit": N_("Nobody could act by this text: %(complaints)s"),
    "not_a_photo": N_("This is not a photo that can be kept (JPEG, PNG or WebP): %(reason)s."),
    "unknown_place": N_("There is no place %(place)s."),
    "unknown_account": N_("There is no account %(name)s."),
    "unknown_link": N_("This link is not valid any more. Ask for a new one."),
    "conflict": N_("The situation has changed. Look again."),
    "illegal_step": N_("%(subject)s is %(status)s; it cannot become %(wanted)s now."),
    "unit_not_available": N_("%(unit)s is not free: %(status)s (incident %(incident)s, sent by %(by)s)."),
    "unit_has_duty": N_("%(unit)s is on duty for %(plan)s, level %(level)s (put into force by %(by)s). Take another one."),
    "incident_ended": N_("Incident %(incident)s has ended already: %(status)s."),
    "incident_has_units": N_("Units are still on incident %(incident)s: %(units)s. Clear or recall them first."),
    "cannot_merge": N_("Incident %(incident)s cannot be merged into %(into)s."),
    "changed_meanwhile": N_("Somebody else changed this first. Look again and decide anew."),
    "already_used": N_("The name %(name)s is taken."),
    "unknown_watch": N_("There is no watch %(watch)s."),
    "unknown_person": N_("There is nobody %(person)s in the directory."),
    "unknown_swap": N_("There is no swap %(swap)s."),
    "unknown_roll_call": N_("There is no roll call %(roll_call)s."),
    "no_channel": N_("No message service is set for %(kind)s %(ref)s."),
    "channel_refused": N_("The message service did not take the test message: %(answer)s."),
    "unknown_cadre": N_("There is no cadre %(cadre)s."),
    "unknown_post": N_("There is no post %(post)s."),
    "watches_overlap": N_("%(post)s already has watch %(number)s at that time."),
    "person_busy": N_("%(person)s is on watch %(number)s at that time."),
    "watch_is_over": N_("Watch %(number)s has begun or is over and cannot be changed so."),
    "no_relief": N_("Watch %(number)s stays on duty until the next one has taken over."),
    "own_swap": N_("Somebody else has to decide on this swap: it is your own watch."),
    "sheet_unreadable": N_("This file cannot be read as a sheet: %(why_unreadable)s."),
    "sheet_refused": N_("Nothing was taken over: %(count)s cells cannot be right. %(cells)s"),
    "unknown_closure": N_("There is no closed road %(closure)s."),
    "unknown_street": N_("The road network has no street called %(street)s."),
    "too_late_to_take_back": N_("%(road)s: this can be taken back for half a minute only."),
    "closure_settled": N_("%(road)s: this is settled already (%(closure_state)s)."),
    "unit_guards": N_("%(unit)s guards a closed road: %(road)s. Relieve it there first."),
    "nothing_to_close": N_("No street lies there (the nearest is %(away_m)s m away)."),
    "unknown_depot": N_("There is no depot %(depot)s."),
    "unknown_material": N_("There is no material %(material)s."),
    "unknown_lot": N_("%(depot)s has no lot %(lot)s of %(material)s."),
    "unknown_reservation": N_("There is no reservation %(reservation)s."),
    "stock_short": N_("%(depot)s has not enough %(material)s: %(available)s available, %(wanted)s wanted."),
    "goods_expired": N_(
        "%(depot)s: only %(available)s of %(material)s are in date, %(wanted)s wanted; %(expired)s would be expired goods. Confirm it, or"
        " write them off."
    ),
    "street_short": N_("All depots together have not enough: %(materials)s (%(material)s: %(available)s available, %(wanted)s wanted)."),
    "count_unexplained": N_("%(depot)s: %(counted)s of %(material)s counted, %(booked)s on the books. Please say why."),
    "count_below_reserved": N_("%(depot)s: %(counted)s of %(material)s counted, but %(reserved)s are reserved. Release first."),
    "lot_expiry_differs": N_("%(depot)s knows lot %(lot)s of %(material)s as good until %(expires_on)s, not %(given)s."),
    "more_than_reserved": N_("Reservation %(reservation)s holds %(held)s, %(wanted)s wanted."),
    "more_than_issued": N_("%(out)s of %(material)s from %(depot)s are out; %(wanted)s cannot come back or be used up."),
    "signature_refused": N_("The pass-phrase is not yours; nothing was signed."),
    "unknown_handover": N_("There is no handover report %(handover)s."),
    "unknown_entry": N_("The log has no line %(entry)s."),
    "unknown_blocker": N_("Nothing called %(blocker)s holds the handover up."),
    "section_not_editable": N_("The system fills this in: %(section)s %(field)s."),
    "blockers_open": N_("%(count)s matters still need a word before the handover is signed: %(blockers)s."),
    "handover_unwritten": N_("Still to be filled in by the outgoing officer: %(sections)s."),
    "already_signed": N_("The handover of watch %(number)s has been signed by the %(side)s %(by)s."),
    "not_signed_yet": N_("The handover of watch %(number)s has yet to be signed by the %(side)s."),
    "same_officer": N_("%(by)s signed as the outgoing officer of watch %(number)s; somebody else has to take over."),
    "nobody_next": N_("The roster has no watch that could take over (%(number)s)."),
    "template_unfit": N_("The office's template %(file)s cannot be used: %(reason)s."),
    "paper_failed": N_("The paper could not be set (%(reason)s). The same report is there as Word and Excel."),
    "key_reused": N_("This key was used for another order: %(key)s."),
    "invalid": N_("This value cannot be right: %(field)s = %(value)s."),
    "place_needed": N_("Where did it happen? Choose a place or click on the map."),
    "outside_district": N_("The point is %(distance_km)s km from the street. Check the coordinates."),
    "passphrase_too_short": N_("The pass-phrase needs at least %(least)s characters."),
    "no_units": N_("Choose at least one unit."),
    "not_a_drill": N_("This centre is in service; there is no drill here."),
    "too_many": N_("Too many tries. Wait %(retry_after_s)s seconds."),
    "unknown_warning": N_("There is no warning %(warning)s."),
    "unknown_standing_order": N_("There is no order of the district %(order)s."),
    "unknown_measurement": N_("There is no measurement %(measurement)s."),
    "unknown_proposal": N_("There is no proposal %(proposal)s."),
    "unknown_metric": N_("There is no metric %(metric)s."),
    "warning_ended_already": N_("It is no longer in force: %(notice_state)s."),
    "proposal_settled": N_("This proposal is settled: %(proposal_state)s."),
    "unreadable_text": N_("These bytes are no text. Paste the message itself."),
    "text_too_long": N_("The text is longer than %(most)s letters. Paste one message."),
    "no_warning_in_text": N_(
        "No warning and no order of the district was found. Looked for one of %(hazards)s with one of %(colors)s and the word for warning."
    ),
    "order_needs_plan": N_("The order does not say which plan it means. Choose the plan."),
    "reason_needed": N_("Please say why."),
    "out_of_bounds": N_("%(metric)s cannot be %(value)s: it lies between %(least)s and %(most)s."),
    "not_one_of": N_("%(metric)s cannot be %(value)s: it is one of %(values)s."),
    "window_needed": N_("%(metric)s adds up: over how many hours was it measured?"),
    "unreadable_alert": N_("The CAP message cannot be read."),
    "alert_too_large": N_("The CAP message is larger than %(most_bytes)s bytes."),
    "alert_encoding": N_("The message is not in the encoding it declares, or that encoding is not read: %(encoding)s."),
    "alert_not_xml": N_("This is not XML (line %(line)s: %(reason)s)."),
    "alert_has_doctype": N_("The message has a document type; CAP has none, so it is not read."),
    "alert_too_deep": N_("The message is nested deeper than %(most)s levels."),
    "alert_too_many_parts": N_("The message has more than %(most)s elements."),
    "alert_wrong_root": N_("This is no CAP message: it begins with %(root)s, not with alert or feed."),
    "alert_wrong_namespace": N_("This is no CAP message of version 1.0, 1.1 or 1.2: its namespace is %(namespace)s."),
    "alert_list_empty": N_("None of the %(entries)s entries carries an alert; links are not followed."),
    "alert_incomplete": N_("The message lacks %(field)s; nobody can tell what it is."),
    "alert_field_wrong": N_("%(field)s of the message is %(value)s, which CAP does not know."),
    "alert_field_too_long": N_("%(field)s of the message is longer than %(most)s letters."),
    "alert_time_without_zone": N_("%(field)s of the message has no time zone: %(value)s."),
    "alert_time_wrong": N_("%(field)s of the message is no time that can be right: %(value)s."),
    "alert_geometry_wrong": N_("%(field)s of the message does not lie on earth: %(value)s."),
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
    "IncidentPhotographed": N_("Incident %(number)s: photo added. %(note)s"),
    "UnitDispatched": N_("%(unit)s dispatched to incident %(number)s"),
    "ProposalFollowed": N_("Incident %(number)s: sent as proposed: %(sent)s"),
    "ProposalOverruled": N_("Incident %(number)s: proposed %(proposed)s, sent %(sent)s"),
    "LoadingOrdered": N_("%(unit)s loads at %(depot)s on its way to incident %(number)s: %(materials)s"),
    "DepotFellShort": N_("%(depot)s no longer holds what %(unit)s was to load for incident %(number)s (%(materials)s): it goes straight"),
    "DispatchDelivered": N_("Order for incident %(number)s went out to %(unit)s"),
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
    "UnitServicePlanned": N_("%(unit)s: next maintenance %(due_on)s"),
    "UnitCrewSet": N_("Crew of %(unit)s: %(crew)s"),
    "UnitChannelSet": N_("Message service of %(unit)s: %(service)s"),
    "StreetSeeded": N_("The street's catalogue %(catalogue)s was read in: %(units)s units, %(places)s places"),
    "StockOpened": N_("%(depots)s depots opened with %(items)s items of %(materials)s materials in %(lots)s lots (demonstration data)"),
    "StockMoved": N_("%(kind)s: %(quantity)s × %(material)s%(past_date)s, %(depot)s, %(balance)s on hand now %(reason)s"),
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
    "ActivationAsked": N_("%(plan_name)s: level %(level)s asked for, to be decided by %(approve_by)s. %(reason)s"),
    "PlanActivated": N_("%(plan_name)s in force at level %(level)s: %(tasks)s tasks, units %(units)s. %(reason)s"),
    "ActivationDeclined": N_("%(plan_name)s declined: %(reason)s"),
    "ActivationConfirmed": N_("%(plan_name)s confirmed at level %(level)s %(late)s"),
    "RequestTakenBack": N_("%(plan_name)s: what was asked for was taken back. %(reason)s"),
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
    "UnitOffDuty": N_("%(unit)s released from its duty for %(plan_name)s"),
    "DutySent": N_("%(unit)s told of its duty for %(plan_name)s"),
    "DutyFailed": N_("%(unit)s could not be told of its duty for %(plan_name)s, phone the crew: %(reason)s"),
    "DutyAcknowledged": N_("%(unit)s acknowledged its duty for %(plan_name)s"),
    "NoticeHeld": N_("Message to %(audience_name)s is held back: %(blanks)s blanks to fill in"),
    "NoticeQueued": N_("Message to %(audience_name)s: %(recipients)s recipients"),
    "NoticeSent": N_("Message to %(audience_name)s sent: %(reached)s reached, %(by_hand)s to be told by hand"),
    "NoticeFailed": N_("Message to %(audience_name)s could not be sent: %(reason)s"),
    "NoticeAnswered": N_("%(recipient)s answered the message to %(audience_name)s"),
    "NoticeUnanswered": N_("No answer to the message to %(audience_name)s: %(recipients)s"),
    "NoticeWithdrawn": N_("Message to %(audience_name)s closed"),
    "ChannelTried": N_("Test message to %(kind)s %(ref)s over %(service)s: %(answer)s"),
    "ChannelSet": N_("Message service of %(kind)s %(ref)s: %(service)s"),
    "ReportOpened": N_("%(about_name)s: reporting clock for the %(report_kind)s no. %(report_number)s runs"),
    "ReportMoved": N_("%(about_name)s: %(report_kind)s no. %(report_number)s is due earlier"),
    "ReportOverdue": N_("%(about_name)s: %(report_kind)s no. %(report_number)s is overdue"),
    "ReportSaved": N_("%(about_name)s: text of the %(report_kind)s no. %(report_number)s edited"),
    "ReportSent": N_("%(about_name)s: %(report_kind)s no. %(report_number)s given to %(receiver)s"),
    "ReportDropped": N_("%(about_name)s: %(report_kind)s no. %(report_number)s not needed: %(reason)s"),
    "ReportWithdrawn": N_("%(about_name)s: clock for the %(report_kind)s no. %(report_number)s stopped, %(because)s"),
    "ReportTakenOver": N_("%(about_name)s: takes over the clock for the %(report_kind)s no. %(report_number)s"),
    "ShelterOpened": N_("Shelter %(shelter_name)s opened, %(capacity)s places"),
    "ShelterCounted": N_("Shelter %(shelter_name)s: %(occupied)s people, %(special_needs)s with special needs. %(reason)s"),
    "ShelterShut": N_("Shelter %(shelter_name)s closed. %(reason)s"),
    "ShelterKeptOpen": N_("Shelter %(shelter_name)s stays open: %(occupied)s people are there"),
    "GroupLinked": N_("%(plan_name)s: task groups have their links: %(groups)s"),
    "PhotoStored": N_("Photo received: %(photo)s"),
    "PlanTextApproved": N_("Text of %(plan_name)s approved, version %(version)s"),
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
    "RollCallAsked": N_("Roll call: the question went to %(reached)s stations by message, %(by_hand)s are to be phoned"),
    "RollCallUnanswered": N_("Roll call: no answer from %(posts)s"),
    "RollCallAnswered": N_("Roll call: %(post)s has %(on_duty)s of %(expected)s people on duty %(note)s"),
    "HandoverDrafted": N_("Handover report of watch %(number)s begun"),
    "HandoverDue": N_("Watch %(number)s hands over in %(minutes)s minutes: the draft of the report is ready"),
    "HandoverLate": N_("Nobody has taken over from watch %(number)s, %(minutes)s minutes after its end: the leaders are called"),
    "HandoverEdited": N_("Handover of watch %(number)s: %(section)s written"),
    "BlockerNoted": N_("Handover of watch %(number)s, %(blocker)s: %(note)s"),
    "HandoverSigned": N_("Handover of watch %(number)s signed by the outgoing officer"),
    "SignatureWithdrawn": N_("Handover of watch %(number)s: the outgoing signature was taken back"),
    "HandoverSealed": N_("Watch %(number)s handed over to %(next_number)s; the report is sealed, SHA-256 %(sha256)s"),
    "HandoverCountersigned": N_("Handover of watch %(number)s countersigned"),
    "DutyNoted": N_("%(act)s: %(note)s %(incident)s"),
    "EntryCorrected": N_("Correction of line %(corrects)s: %(note)s"),
    "ResponsibilitiesImported": N_("Responsible cadres imported for %(targets)s places"),
    "CadrePhoneSet": N_("Number of %(cadre)s changed"),
    "WarningTaken": N_("Warning message %(act)s: %(hazard)s %(color)s, from %(issuer)s %(mark)s"),
    "WarningTimed": N_("Warning %(hazard)s %(color)s from %(issuer)s stands until %(until)s"),
    "WarningEnded": N_("Warning %(hazard)s %(color)s from %(issuer)s %(how)s %(reason)s"),
    "StandingOrderTaken": N_("Order of %(issuer)s (%(act)s): %(plan_id)s, level %(level)s %(mark)s"),
    "StandingOrderEnded": N_("Order for %(plan_id)s, level %(level)s %(how)s %(reason)s"),
    "MeasurementTaken": N_("Measured: %(metric)s %(value)s %(unit)s"),
    "MeasurementCorrected": N_("Measurement corrected: %(metric)s %(before_value)s is %(value)s %(unit)s %(reason)s"),
    "PlanProposed": N_("Plan proposed: %(plan_id)s, level %(level)s (%(triggers)s) %(mark)s"),
    "ProposalDeclined": N_("Proposal of %(plan_id)s, level %(level)s declined: %(reason)s"),
    "ProposalTaken": N_("Plan %(plan_id)s runs at level %(level)s"),
    "ProposalStale": N_("Proposal of %(plan_id)s, level %(level)s is no longer called for"),
    "ClosureProposed": N_("%(road)s: water %(depth_cm)s cm deep, the road must be closed. Nearest units: %(units)s"),
    "WaterMeasured": N_("%(road)s: water %(depth_cm)s cm deep now"),
    "WaterGone": N_("%(road)s: the water has gone (%(depth_cm)s cm), the road can be opened"),
    "RoadClosed": N_("Road closed: %(road)s %(reason)s"),
    "ClosureDeclined": N_("%(road)s stays open: %(reason)s"),
    "ClosureStale": N_("%(road)s: the water fell to %(depth_cm)s cm before the road was closed"),
    "RoadReopened": N_("Road open again: %(road)s %(reason)s"),
    "ClosureTakenBack": N_("%(road)s, taken back: %(closure_state)s"),
    "GuardNamed": N_("Guard of %(road)s: %(guard)s"),
    "GuardArrived": N_("%(unit)s guards %(road)s"),
    "GuardLeft": N_("%(unit)s has left the closed road %(road)s (%(distance_m)s m away)"),
    "GuardBack": N_("%(unit)s is back at %(road)s after %(away_s)s s"),
    "GuardStillAway": N_("%(road)s unguarded for %(away_s)s s: the leaders are called (%(unit)s has left)"),
    "StandbyPlanned": N_("Standby points worked out for %(units)s free units"),
    "DrillStarted": N_("Drill %(scenario)s begins, the clock runs at x%(speed)s"),
    "DrillNoted": N_("Drill director: %(text)s"),
    "DrillStepPlayed": N_("Drill: %(step)s (%(kind)s) %(problem)s"),
    "DrillEnded": N_("Drill %(scenario)s is over. %(reason)s"),
}

CREDENTIAL: Mapping[str, str] = {
    "bearer": N_("program token"),
    "link": N_("one-time link"),
    "display": N_("display link"),
    "session": N_("session"),
}

WARNING_ACT: Mapping[str, str] = {
    "issue": N_("issued"),
    "update": N_("updated"),
    "lift": N_("lifted"),
    "cancel": N_("withdrawn"),
}

NOTICE_STATE: Mapping[str, str] = {
    "active": N_("in force"),
    "superseded": N_("replaced"),
    "lifted": N_("lifted by the issuer"),
    "cancelled": N_("withdrawn by the issuer"),
    "ended": N_("ended by hand"),
    "expired": N_("expired"),
    "noted": N_("for information"),
}

NOTICE_MARK: Mapping[str, str] = {
    "exercise": N_("(exercise)"),
    "test": N_("(technical test)"),
    "system": N_("(between systems)"),
    "draft": N_("(draft)"),
    "differs": N_("(differs from the message with the same number)"),
}

PROPOSAL_STATE: Mapping[str, str] = {
    "open": N_("waiting for a decision"),
    "taken": N_("taken"),
    "declined": N_("declined"),
    "stale": N_("no longer called for"),
}

WARNING_COLOR: Mapping[str, str] = {
    "blue": N_("blue"),
    "yellow": N_("yellow"),
    "orange": N_("orange"),
    "red": N_("red"),
}

DOUBT: Mapping[str, str] = {
    "condition": N_("the plan asks a person to judge this"),
    "whose": N_("it may belong to another plan"),
    "variant": N_("it may belong to another variant of the plan"),
}

ENTERED_LATER = N_("%(told)s (entered later; it was at %(happened)s)")
"""A line of the log has the time at which it was written; what stood on paper first says when it was."""

NOBODY = N_("nobody")
NO_UNIT_LEFT = N_("no unit is left")
LATE = N_("(%(n)s min after the time allowed)")
PAST_DATE = N_(" (%(n)s of them past their last day)")

_NAMED = (("plan_name", "plan_id"), ("step_name", "step_id"), ("audience_name", "audience"), ("about_name", "about"))
"""What a sentence calls things -> the fact that has the id."""

_STATUS_TABLES = (
    UNIT_STATUS,
    INCIDENT_STATUS,
    ASSIGNMENT_STATUS,
    ACTIVATION_STATUS,
    TASK_STATUS,
    WATCH_STATUS,
    SWAP_STATUS,
    HANDOVER_STATUS,
)
_STATUS_FACTS = {"status", "wanted", "before", "after", "outcome"}


def status(language: str, code: str) -> str:
    """The word for any status code of a unit, an assignment, an incident, a plan, a task, a watch, a swap or a handover."""
    text = next((table[code] for table in _STATUS_TABLES if code in table), None)
    return translator(language)(text) if text else code


def refusal(language: str, no: Refusal, names: Mapping[str, str] | None = None) -> str:
    """The sentence people read for a refusal. names : unit id -> call sign in this language."""
    return _filled(language, REFUSAL[no.code], no.facts, names or {})


def event(language: str, name: str, facts: Mapping[str, Any], names: Mapping[str, str] | None = None) -> str:
    """The sentence people read for a log line. names : unit ids -> call signs and incident type codes -> names, in this language;
    codes that only mean something with their fact stand as "fact:code" ("hazard:heat").

    A kind of event that this version does not know is shown by its name.
    """
    told = _filled(language, EVENT.get(name, name), facts, names or {}).rstrip(" :：")
    return _filled(language, ENTERED_LATER, {"told": told, "happened": facts["happened"]}, {}) if facts.get("happened") else told


def _filled(language: str, sentence: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    spoken = _Spoken({key: _spoken(language, key, value, names) for key, value in facts.items()})
    spoken["unit"] = spoken.get("unit") or spoken.get("unit_id") or translator(language)(NO_UNIT_LEFT)
    for name, fact in _NAMED:
        spoken[name] = names.get(str(facts.get(fact)), str(facts.get(fact, "")))
    told = facts.get("step_en" if language == "en" else "step_zh")
    spoken["step_name"] = str(told) if told else spoken["step_name"]
    spoken["text"] = str(facts.get("text_en" if language == "en" else "text_zh", ""))
    spoken["road"] = str(facts.get("road_en" if language == "en" else "road_zh", facts.get("road", "")))
    spoken["guard"] = spoken["unit_id"] if facts.get("unit_id") else translator(language)(NOBODY)
    spoken["past_date"] = translator(language)(PAST_DATE) % {"n": facts["expired"]} if facts.get("expired") else ""
    spoken["shelter_name"] = names.get(str(facts.get("shelter_id")), str(facts.get("shelter", "")))
    spoken["why_unreadable"] = translator(language)(UNREADABLE.get(str(facts.get("why")), NOBODY)) % spoken
    spoken["type_name"] = names.get(str(facts.get("type")), str(facts.get("type")))
    late_s = facts.get("late_s") or 0.0
    spoken["late"] = translator(language)(LATE) % {"n": max(1, round(late_s / 60))} if late_s else ""
    return translator(language)(sentence) % spoken


def listed(language: str, words: Iterable[str]) -> str:
    """Words one after the other, as the language separates them."""
    return (", " if language == "en" else "、").join(words)


def cell_problem(language: str, told: Mapping[str, str]) -> str:
    """The sentence for one wrong cell, with its address. told : as SheetRefused names it."""
    return f"{told['cell']} {translator(language)(CELL[told['code']]) % {'value': told['value']}}"


def told_facts(language: str, no: Refusal) -> dict[str, Any]:
    """What a refusal tells programs; wrong cells each with their sentence ("text")."""
    if not isinstance(no, SheetRefused):
        return dict(no.facts)
    return {**no.facts, "cells": [cell | {"text": cell_problem(language, cell)} for cell in no.cells]}


def _cells(language: str, told: list[dict[str, str]]) -> str:
    mark, more = ("; ", " …") if language == "en" else ("；", " ……")
    return mark.join(cell_problem(language, it) for it in told[:CELLS_TOLD]) + (more if len(told) > CELLS_TOLD else "")


class _Spoken(dict[str, str]):
    """Facts as words; a fact that an old line lacks is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _spoken(language: str, key: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - facts are JSON
    say = translator(language)
    if isinstance(value, list):
        return _spoken_list(language, key, value, names)
    if value is None:
        return "" if key == "unit_id" else say(NOBODY) if key == "by" else "-"
    text = str(value)
    if key in _STATUS_FACTS and text not in LEVEL:
        return status(language, text)
    table = _WORDS_OF.get(key, {})
    if text in table:
        return say(table[text])
    return names.get(f"{key}:{text}") or names.get(text, text)


def _spoken_list(language: str, key: str, items: list[Any], names: Mapping[str, str]) -> str:
    match key:
        case "cells":
            return _cells(language, items)
        case "blockers":
            return listed(language, (item["en" if language == "en" else "zh"] for item in items))
        case "sections":
            return listed(language, (names.get(f"section:{item}", str(item)) for item in items))
        case _:
            return listed(language, (names.get(str(item), str(item)) for item in items))


_WORDS_OF: Mapping[str, Mapping[str, str]] = {
    "role": {**PERSON_ROLE, **ROLE},
    "approve_by": ROLE,
    "post": POST,
    "job": JOB,
    "kind": {**CREDENTIAL, **STOCK_MOVE},
    "act": {**WARNING_ACT, **ENTRY_ACT},
    "side": SIDE,
    "color": WARNING_COLOR,
    "how": NOTICE_STATE,
    "mark": NOTICE_MARK,
    "notice_state": NOTICE_STATE,
    "proposal_state": PROPOSAL_STATE,
    "closure_state": CLOSURE_STATE,
    "report_kind": REPORT_KIND,
    "state": REPORT_STATE,
    "work_state": WORK_STATE,
    "because": BECAUSE,
    "evidence": EVIDENCE,
}
"""Facts whose codes have words of their own."""
