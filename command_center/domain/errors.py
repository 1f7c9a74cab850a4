"""Refusals: what the centre will not do, and the facts that say why.

Refusal
├── Malformed            400  the request itself cannot be read
├── NotSignedIn          401
├── NotPermitted         403  the role may not do this
├── SignatureRefused     403  the pass-phrase under a signature is wrong
├── Unknown              404  nothing of that kind has this id
├── Conflict             409  the state of things forbids it
│   ├── IllegalStep             a status that may not follow the present one
│   ├── UnitNotAvailable        another incident has the unit; UnitHasDuty: another plan
│   ├── IncidentEnded           closed, merged, transferred or a false alarm
│   ├── IncidentHasUnits        units are still on it
│   ├── CannotMerge
│   ├── ChangedMeanwhile        someone else was faster
│   │   └── EditedMeanwhile     another text has been saved
│   ├── AlreadyUsed             a one-time link, a name
│   ├── PlanIsRunning, PlanNotRunning, BelowDistrictOrder, NotTheApprover, NotYourRequest, EvidenceNeeded, ConditionsOpen,
│   │   TooLateToUndo
│   ├── WatchesOverlap          a post has one watch at a time
│   ├── PersonBusy              somebody would be on two watches at once
│   ├── WatchIsOver             what was is not changed afterwards
│   ├── NoRelief                the desk is not left before the next watch has taken over
│   └── OwnSwap                 nobody decides on a swap of his own
│   ├── StockShort              a depot has less than is wanted; StreetShort: all depots together; GoodsExpired: only past their last day
│   ├── CountBelowReserved, LotExpiryDiffers, MoreThanReserved, MoreThanIssued
│   ├── ReportClosed, BlanksLeft, MessageBlanksLeft, MessageNotHeld
│   ├── NoChannel, ChannelRefused
│   ├── ShelterIsOpen, ShelterClosed, ShelterFull, PeopleInShelters
│   ├── BlockersOpen, HandoverUnwritten, AlreadySigned, NotSignedYet, SameOfficer, NobodyNext, TemplateUnfit, PaperFailed
│   └── ClosureSettled          reopened, declined or fallen dry; UnitGuards: it guards a road
├── Invalid              422  understood, but the values cannot be right
│   ├── SheetUnreadable         no spreadsheet, or one of another shape
│   └── SheetRefused            cells that cannot be right; nothing of the sheet was taken over
│   ├── NoWarningInText, OrderNeedsPlan, NotAMeasurement ...
├── UnreadableAlert      422  a CAP message that cannot be taken, each reason with a code of its own
└── TooMany              429  wait and try again

`code` is stable and is the key of the text people read; facts travel as keywords.
"""

from typing import ClassVar, cast

Fact = str | int | float | bool | None | list[str] | list[dict[str, str]]


class Refusal(Exception):
    """The centre says no, with a stable code and the facts behind it."""

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code, facts)
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: " + ", ".join(f"{name}={value!r}" for name, value in self.facts.items())


class Malformed(Refusal):
    """The body or a field cannot be read at all. Facts: field."""

    code = "malformed"
    status = 400


class NotSignedIn(Refusal):
    """No valid session, token or link came with the request."""

    code = "not_signed_in"
    status = 401


class WrongPassphrase(NotSignedIn):
    """Name and pass-phrase do not belong together (which of them is wrong is not said)."""

    code = "wrong_passphrase"


class NotPermitted(Refusal):
    """The role may not do this. Facts: role, right."""

    code = "not_permitted"
    status = 403


class SignatureRefused(Refusal):
    """The pass-phrase under a signature is not the signer's; nothing was signed."""

    code = "signature_refused"
    status = 403


class Unknown(Refusal):
    """Nothing of that kind has this id. Facts: kind, id."""

    code = "unknown"
    status = 404


class UnknownUnit(Unknown):
    """Facts: unit."""

    code = "unknown_unit"


class UnknownIncident(Unknown):
    """Facts: incident."""

    code = "unknown_incident"


class UnknownAssignment(Unknown):
    """Facts: assignment."""

    code = "unknown_assignment"


class UnknownIncidentType(Unknown):
    """Facts: type."""

    code = "unknown_incident_type"
    status = 422


class UnknownPlan(Unknown):
    """Facts: plan."""

    code = "unknown_plan"


class UnknownActivation(Unknown):
    """Facts: activation."""

    code = "unknown_activation"


class UnknownTask(Unknown):
    """Facts: task."""

    code = "unknown_task"


class UnknownPlace(Unknown):
    """Facts: place."""

    code = "unknown_place"
    status = 422


class UnknownAccount(Unknown):
    """Facts: name."""

    code = "unknown_account"


class UnknownLink(Unknown):
    """A link that was never issued, was used, was revoked or ran out."""

    code = "unknown_link"


class UnknownWatch(Unknown):
    """Facts: watch."""

    code = "unknown_watch"


class UnknownPerson(Unknown):
    """Nobody in the directory has this id. Facts: person."""

    code = "unknown_person"


class UnknownSwap(Unknown):
    """Facts: swap."""

    code = "unknown_swap"


class UnknownRollCall(Unknown):
    """Facts: roll_call."""

    code = "unknown_roll_call"


class UnknownHandover(Unknown):
    """Facts: handover."""

    code = "unknown_handover"


class UnknownEntry(Unknown):
    """No line of the log has this number. Facts: entry."""

    code = "unknown_entry"


class UnknownBlocker(Unknown):
    """Nothing of this name holds the handover up. Facts: blocker."""

    code = "unknown_blocker"


class UnknownCadre(Unknown):
    """Facts: cadre."""

    code = "unknown_cadre"


class UnknownPost(Unknown):
    """Neither the centre nor a station. Facts: post."""

    code = "unknown_post"
    status = 422


class UnknownDepot(Unknown):
    """Facts: depot."""

    code = "unknown_depot"


class UnknownMaterial(Unknown):
    """Facts: material."""

    code = "unknown_material"


class UnknownLot(Unknown):
    """Facts: depot, material, lot."""

    code = "unknown_lot"


class UnknownReservation(Unknown):
    """Facts: reservation."""

    code = "unknown_reservation"


class NotADrill(Unknown):
    """The centre is in service: there is no drill to look at or to end."""

    code = "not_a_drill"


class Conflict(Refusal):
    """The state of things forbids it."""

    code = "conflict"


class IllegalStep(Conflict):
    """A status that may not follow the present one. Facts: subject, status, wanted."""

    code = "illegal_step"


class UnitNotAvailable(Conflict):
    """The unit is on another incident, charging or out of service. Facts: unit, status, incident (number), by."""

    code = "unit_not_available"


class UnitHasDuty(UnitNotAvailable):
    """A running plan has the unit on duty. Facts: unit, plan, level, by (who put that plan into force)."""

    code = "unit_has_duty"


class IncidentEnded(Conflict):
    """Facts: incident, status."""

    code = "incident_ended"


class IncidentHasUnits(Conflict):
    """Units are still on it: clear or recall them first. Facts: incident, units."""

    code = "incident_has_units"


class CannotMerge(Conflict):
    """An incident cannot be merged into itself or into an ended one. Facts: incident, into."""

    code = "cannot_merge"


class ChangedMeanwhile(Conflict):
    """Someone else changed the same thing first; look again and decide anew. Facts: kind, id."""

    code = "changed_meanwhile"


class StockShort(Conflict):
    """Facts: depot, material, lot (None when none was named), available (in date and not reserved), wanted."""

    code = "stock_short"


class GoodsExpired(Conflict):
    """It could only be had with goods past their last day: confirm, or write them off. Facts: depot, material, lot, available, expired
    (how many of these would go out), wanted.
    """

    code = "goods_expired"


class StreetShort(Conflict):
    """All depots together do not have it. Facts: material, available, wanted of the first; materials: all that are short."""

    code = "street_short"


class CountBelowReserved(Conflict):
    """Less was counted than is reserved: release first. Facts: depot, material, counted (what all lots would come to), reserved."""

    code = "count_below_reserved"


class LotExpiryDiffers(Conflict):
    """The depot knows this lot with another last day. Facts: depot, material, lot, expires_on (known), given."""

    code = "lot_expiry_differs"


class MoreThanReserved(Conflict):
    """Facts: reservation, held, wanted."""

    code = "more_than_reserved"


class MoreThanIssued(Conflict):
    """More comes back, or was used up, than is out. Facts: depot, material, out, wanted."""

    code = "more_than_issued"


class AlreadyUsed(Conflict):
    """The name is taken. Facts: name."""

    code = "already_used"


class WatchesOverlap(Conflict):
    """Another watch of the post lasts at that time. Facts: post, number."""

    code = "watches_overlap"


class PersonBusy(Conflict):
    """Somebody is on another watch at that time. Facts: person, number."""

    code = "person_busy"


class WatchIsOver(Conflict):
    """A watch that ended, or one that began and would be dropped. Facts: number."""

    code = "watch_is_over"


class NoRelief(Conflict):
    """The desk is never left alone: the next watch takes over, then this one ends. Facts: number."""

    code = "no_relief"


class OwnSwap(Conflict):
    """Somebody else decides on a swap of one's own watch. Facts: swap."""

    code = "own_swap"


class BlockersOpen(Conflict):
    """The handover is not signed while one of these has no note. Facts: count, blockers (key, kind, zh, en)."""

    code = "blockers_open"


class HandoverUnwritten(Conflict):
    """Sections that only the outgoing officer can fill are empty. Facts: sections."""

    code = "handover_unwritten"


class AlreadySigned(Conflict):
    """Somebody was faster, or what is signed is to be changed. Facts: number, by, side (outgoing, incoming, leader)."""

    code = "already_signed"


class NotSignedYet(Conflict):
    """The signature that comes before this one is not there. Facts: number, side."""

    code = "not_signed_yet"


class SameOfficer(Conflict):
    """Nobody hands over to himself. Facts: number, by."""

    code = "same_officer"


class NobodyNext(Conflict):
    """The roster has no watch that could take over. Facts: number."""

    code = "nobody_next"


class TemplateUnfit(Conflict):
    """The office's own template cannot be used. Facts: file, reason."""

    code = "template_unfit"


class PaperFailed(Conflict):
    """The typesetter did not come to an end, or met something it cannot set; other forms have the same content. Facts: reason."""

    code = "paper_failed"


class KeyReused(Conflict):
    """The same idempotency key came with another order. Facts: key."""

    code = "key_reused"


class PlanIsRunning(Conflict):
    """The plan is in force or waits for approval already: change its level instead. Facts: plan, level, status, by."""

    code = "plan_is_running"


class NotYourRequest(Conflict):
    """Who asked takes a request back; who decides declines it. Facts: by (who asked)."""

    code = "not_your_request"


class PlanNotRunning(Conflict):
    """Facts: plan, status."""

    code = "plan_not_running"


class BelowDistrictOrder(Conflict):
    """The district has ordered a graver level; the street does not go below it.

    Facts: level (None: out of force), floor, order (who ordered it and when).
    """

    code = "below_district_order"


class NotTheApprover(Conflict):
    """The level needs somebody else's approval. Facts: level, approve_by, role."""

    code = "not_the_approver"


class EvidenceNeeded(Conflict):
    """A task is ticked off with what its step asks for. Facts: task, evidence."""

    code = "evidence_needed"


class ConditionsOpen(Conflict):
    """Not every condition for ending the plan has been ticked. Facts: open (numbers from 1)."""

    code = "conditions_open"


class TooLateToUndo(Conflict):
    """The seconds of grace are over: roll the plan back with a reason instead. Facts: plan."""

    code = "too_late_to_undo"


class EditedMeanwhile(ChangedMeanwhile):
    """Somebody else has saved another text since this one was opened. Facts: what, by, version (the one to look at)."""

    code = "edited_meanwhile"


class ReportClosed(Conflict):
    """The report has been sent, dropped or withdrawn. Facts: report, state, by."""

    code = "report_closed"


class BlanksLeft(Conflict):
    """A written report still has blanks: fill or strike them. Facts: report, blanks (how many)."""

    code = "blanks_left"


class MessageBlanksLeft(Conflict):
    """A message to the public still has blanks: fill or strike them. Facts: audience, blanks (how many)."""

    code = "message_blanks_left"


class MessageNotHeld(Conflict):
    """It does not wait for words: it is on its way, or was withdrawn. Facts: audience, work_state."""

    code = "message_not_held"


class ShelterIsOpen(Conflict):
    """Facts: shelter, by."""

    code = "shelter_is_open"


class ShelterClosed(Conflict):
    """It was closed again. Facts: shelter, by."""

    code = "shelter_closed"


class ShelterFull(Conflict):
    """More people than places need a reason. Facts: shelter, capacity, occupied."""

    code = "shelter_full"


class PeopleInShelters(Conflict):
    """People are still in shelters: a shelter is closed, and a plan ended, when they have gone. Facts: shelters, people."""

    code = "people_in_shelters"


class NoChannel(Conflict):
    """Nobody set a message service for them. Facts: kind, ref."""

    code = "no_channel"


class ChannelRefused(Conflict):
    """A message service did not take a message. Facts: kind, ref, answer."""

    code = "channel_refused"


class Invalid(Refusal):
    """A value that cannot be right. Facts: field, value."""

    code = "invalid"
    status = 422


class PlaceNeeded(Invalid):
    """A call needs a place: a point, or a place by name."""

    code = "place_needed"


class OutsideDistrict(Invalid):
    """The point lies too far from the street to be meant. Facts: lat, lon, distance_km."""

    code = "outside_district"


class SectionNotEditable(Invalid):
    """The system fills this in. Facts: section, field (where only that one is meant)."""

    code = "section_not_editable"


class SheetUnreadable(Invalid):
    """The file is no .xlsx workbook, or holds more than a sheet of ours can, or nothing. Facts: why (of phrases.UNREADABLE), most."""

    code = "sheet_unreadable"


class SheetRefused(Invalid):
    """Nothing of the sheet was taken over. Facts: count, cells (of each: cell "C17", code of phrases.CELL, value that stands there)."""

    code = "sheet_refused"

    @property
    def cells(self) -> list[dict[str, str]]:
        """Every wrong cell, row by row."""
        return cast("list[dict[str, str]]", self.facts["cells"])


class PassphraseTooShort(Invalid):
    """Facts: least."""

    code = "passphrase_too_short"


class NoUnits(Invalid):
    """A dispatch order that names no unit."""

    code = "no_units"


class UnknownWarning(Unknown):
    """Facts: warning."""

    code = "unknown_warning"


class UnknownStandingOrder(Unknown):
    """Facts: order."""

    code = "unknown_standing_order"


class UnknownMeasurement(Unknown):
    """Facts: measurement."""

    code = "unknown_measurement"


class UnknownProposal(Unknown):
    """Facts: proposal."""

    code = "unknown_proposal"


class UnknownMetric(Unknown):
    """Facts: metric."""

    code = "unknown_metric"
    status = 422


class WarningEndedAlready(Conflict):
    """Facts: notice_state."""

    code = "warning_ended_already"


class ProposalSettled(Conflict):
    """Facts: proposal, proposal_state."""

    code = "proposal_settled"


class UnreadableText(Malformed):
    """Bytes that are no text in any encoding used here."""

    code = "unreadable_text"


class TextTooLong(Invalid):
    """Facts: most (letters)."""

    code = "text_too_long"


class UnknownClosure(Unknown):
    """Facts: closure."""

    code = "unknown_closure"


class UnknownStreet(Unknown):
    """The road network has no street of this name. Facts: street."""

    code = "unknown_street"
    status = 422


class ClosureSettled(Conflict):
    """It is not what it was: closed, reopened, declined or fallen dry already. Facts: road, closure_state."""

    code = "closure_settled"


class TooLateToTakeBack(Conflict):
    """Closing or opening a road can be taken back at once only. Facts: road."""

    code = "too_late_to_take_back"


class UnitGuards(Conflict):
    """The unit guards a closed road. Facts: unit, road."""

    code = "unit_guards"


class NothingToClose(Invalid):
    """No street lies there. Facts: away_m (to the nearest one; None for a line)."""

    code = "nothing_to_close"


class NoWarningInText(Invalid):
    """Neither a warning nor an order of the district. Facts: hazards, colors: the words that were looked for."""

    code = "no_warning_in_text"


class OrderNeedsPlan(Invalid):
    """An order of the district whose words name no plan."""

    code = "order_needs_plan"


class VariantNeeded(Invalid):
    """The plan has variants with steps of their own, and nothing says which one is meant. Facts: plan, variants."""

    code = "variant_needed"


class ReasonNeeded(Invalid):
    """A person decides against what the centre sees and has to say why."""

    code = "reason_needed"


class CountUnexplained(ReasonNeeded):
    """Something else was counted than the books say. Facts: depot, material, counted, booked (both of what was counted: a lot, or all)."""

    code = "count_unexplained"


class OutOfBounds(Invalid):
    """A measured value that nothing on this street can have. Facts: metric, value, least, most."""

    code = "out_of_bounds"


class NotOneOf(Invalid):
    """A metric in words got another one. Facts: metric, value, values."""

    code = "not_one_of"


class WindowNeeded(Invalid):
    """A quantity that adds up over time without the hours it was measured over. Facts: metric."""

    code = "window_needed"


class UnreadableAlert(Refusal):
    """A CAP message that cannot be taken; every reason is a class of its own."""

    code = "unreadable_alert"
    status = 422


class AlertTooLarge(UnreadableAlert):
    """Facts: most_bytes."""

    code = "alert_too_large"
    status = 413


class AlertEncoding(UnreadableAlert):
    """Bytes that are not in the encoding they declare, or one that is not read. Facts: encoding."""

    code = "alert_encoding"
    status = 400


class AlertNotXml(UnreadableAlert):
    """Facts: line, reason."""

    code = "alert_not_xml"
    status = 400


class AlertHasDoctype(UnreadableAlert):
    """CAP has no document type; one is only good for attacks."""

    code = "alert_has_doctype"
    status = 400


class AlertTooDeep(UnreadableAlert):
    """Facts: most (levels)."""

    code = "alert_too_deep"


class AlertTooManyParts(UnreadableAlert):
    """Facts: most (elements)."""

    code = "alert_too_many_parts"


class AlertWrongRoot(UnreadableAlert):
    """Facts: root."""

    code = "alert_wrong_root"


class AlertWrongNamespace(UnreadableAlert):
    """Facts: namespace."""

    code = "alert_wrong_namespace"


class AlertListEmpty(UnreadableAlert):
    """A list that carries no alert itself, only links, which are not followed. Facts: entries."""

    code = "alert_list_empty"


class AlertIncomplete(UnreadableAlert):
    """Without these nobody can tell what the message is. Facts: field."""

    code = "alert_incomplete"


class AlertFieldWrong(UnreadableAlert):
    """A word that decides what the message does, and is none of those CAP knows. Facts: field, value."""

    code = "alert_field_wrong"


class AlertFieldTooLong(UnreadableAlert):
    """Facts: field, most."""

    code = "alert_field_too_long"


class AlertTimeWithoutZone(UnreadableAlert):
    """Facts: field, value."""

    code = "alert_time_without_zone"


class AlertTimeWrong(UnreadableAlert):
    """Facts: field, value."""

    code = "alert_time_wrong"


class AlertGeometryWrong(UnreadableAlert):
    """Facts: field, value."""

    code = "alert_geometry_wrong"


class PlanTextUnfit(Invalid):
    """The text of a plan that nobody could act by. Facts: plan, complaints ("where: what is wrong", every one of them)."""

    code = "plan_text_unfit"


class NotAPhoto(Invalid):
    """Neither JPEG nor PNG nor WebP, or broken. Facts: reason."""

    code = "not_a_photo"


class TooMany(Refusal):
    """Facts: retry_after_s."""

    code = "too_many"
    status = 429
