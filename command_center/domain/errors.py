"""Refusals: what the centre will not do, and the facts that say why.

Refusal
├── Malformed            400  the request itself cannot be read
├── NotSignedIn          401
├── NotPermitted         403  the role may not do this
├── Unknown              404  no such unit, incident, assignment, place, incident type, account, job, watch, person, swap, roll call, cadre
├── Conflict             409  the state of things forbids it
│   ├── IllegalStep             a status that may not follow the present one
│   ├── UnitNotAvailable        another incident has the unit
│   ├── IncidentEnded           closed, merged, transferred or a false alarm
│   ├── IncidentHasUnits        units are still on it
│   ├── CannotMerge
│   ├── ChangedMeanwhile        someone else was faster
│   │   └── EditedMeanwhile     another text has been saved
│   ├── AlreadyUsed             a one-time link, a name
│   ├── PlanIsRunning, PlanNotRunning, BelowDistrictOrder, NotTheApprover, EvidenceNeeded, ConditionsOpen, TooLateToUndo
│   ├── WatchesOverlap          a post has one watch at a time
│   ├── PersonBusy              somebody would be on two watches at once
│   ├── WatchIsOver             what was is not changed afterwards
│   ├── NoRelief                the desk is not left before the next watch has taken over
│   ├── OwnSwap                 nobody decides on a swap of his own
│   ├── ReportClosed, BlanksLeft
│   └── ShelterIsOpen, ShelterClosed, ShelterFull, PeopleInShelters
├── Invalid              422  understood, but the values cannot be right
│   ├── SheetUnreadable         no spreadsheet, or one of another shape
│   ├── SheetRefused            cells that cannot be right; nothing of the sheet was taken over
│   ├── PlanTextUnfit           nobody could act by it; every complaint is told
│   └── NotAPhoto               neither JPEG nor PNG nor WebP, or broken
└── TooMany              429  wait and try again

`code` is stable and is the key of the text people read; facts travel as keywords.
"""

from typing import ClassVar

Fact = str | int | float | bool | None | list[str]


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


class UnknownCadre(Unknown):
    """Facts: cadre."""

    code = "unknown_cadre"


class UnknownPost(Unknown):
    """Neither the centre nor a station. Facts: post."""

    code = "unknown_post"
    status = 422


class Conflict(Refusal):
    """The state of things forbids it."""

    code = "conflict"


class IllegalStep(Conflict):
    """A status that may not follow the present one. Facts: subject, status, wanted."""

    code = "illegal_step"


class UnitNotAvailable(Conflict):
    """The unit is on another incident, charging or out of service. Facts: unit, status, incident (number), by."""

    code = "unit_not_available"


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


class KeyReused(Conflict):
    """The same idempotency key came with another order. Facts: key."""

    code = "key_reused"


class PlanIsRunning(Conflict):
    """The plan is in force or waits for approval already: change its level instead. Facts: plan, level, status, by."""

    code = "plan_is_running"


class PlanNotRunning(Conflict):
    """Facts: plan, status."""

    code = "plan_not_running"


class BelowDistrictOrder(Conflict):
    """The district has ordered a graver level; the street does not go below it. Facts: level, floor."""

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


class SheetUnreadable(Invalid):
    """The file is no .xlsx workbook, or holds more than a sheet of ours can."""

    code = "sheet_unreadable"


class SheetRefused(Invalid):
    """Nothing of the sheet was taken over. Facts: count, cells ("C17|unknown_person|what stands there", the first hundred)."""

    code = "sheet_refused"


class PassphraseTooShort(Invalid):
    """Facts: least."""

    code = "passphrase_too_short"


class NoUnits(Invalid):
    """A dispatch order that names no unit."""

    code = "no_units"


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
