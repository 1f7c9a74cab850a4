"""Refusals: what the centre will not do, and the facts that say why.

Refusal
├── Malformed            400  the request itself cannot be read
├── NotSignedIn          401
├── NotPermitted         403  the role may not do this
├── Unknown              404  no such unit, incident, assignment, place, incident type, depot, material, lot, reservation, account, job
├── Conflict             409  the state of things forbids it
│   ├── IllegalStep             a status that may not follow the present one
│   ├── UnitNotAvailable        another incident has the unit
│   ├── IncidentEnded           closed, merged, transferred or a false alarm
│   ├── IncidentHasUnits        units are still on it
│   ├── CannotMerge
│   ├── ChangedMeanwhile        someone else was faster
│   ├── StockShort              a depot has less than is wanted; StreetShort: all depots together
│   ├── CountBelowReserved, LotExpiryDiffers, MoreThanReserved, MoreThanIssued
│   └── AlreadyUsed             a one-time link, a name
├── Invalid              422  understood, but the values cannot be right
│   └── SheetRefused            a stock sheet, with every cell that is wrong
└── TooMany              429  wait and try again

`code` is stable and is the key of the text people read; facts travel as keywords.
"""

from typing import ClassVar

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


class StockShort(Conflict):
    """Facts: depot, material, lot (None when none was named), available (on hand and not reserved), wanted."""

    code = "stock_short"


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


class KeyReused(Conflict):
    """The same idempotency key came with another order. Facts: key."""

    code = "key_reused"


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


class PassphraseTooShort(Invalid):
    """Facts: least."""

    code = "passphrase_too_short"


class NoUnits(Invalid):
    """A dispatch order that names no unit."""

    code = "no_units"


class SheetRefused(Invalid):
    """Nothing of the sheet was taken over. Facts: count, first (cell), faults: cell ("C17", "" for the whole sheet), code, value."""

    code = "sheet_refused"


class TooMany(Refusal):
    """Facts: retry_after_s."""

    code = "too_many"
    status = 429
