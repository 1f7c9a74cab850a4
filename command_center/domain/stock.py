"""Stock: which lots go first, which depots give what, how far a reservation has come, and what a new centre opens with."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal, get_args

ForKind = Literal["activation", "incident"]
"""What stock can be reserved for."""

FOR_KINDS: tuple[ForKind, ...] = get_args(ForKind)

UNLABELLED = "-"
"""The lot of goods that came without a lot number."""

LONGEST_LOT = 40
LONGEST_REASON = 200
MOST_AT_ONCE = 1_000_000
MOST_ON_HAND = 100_000_000
"""A depot that holds more than this of one material is a typing error, not a depot."""

MINIMUM_SHARE_PCT = 50
"""Working default: warn when less than half of a tier's typical quantity is left. The street sets its own by verb or sheet."""

EXPIRY_WARNING_DAYS = 90
"""Working default: warn three months ahead."""

_DAYS_PER_MONTH = 30.4375


class MoveKind(StrEnum):
    """What a line of the ledger did."""

    RECEIVE = "receive"
    RESERVE = "reserve"
    RELEASE = "release"
    ISSUE = "issue"
    RETURN = "return"
    TRANSFER_OUT = "transfer_out"
    TRANSFER_IN = "transfer_in"
    CONSUME = "consume"
    WRITE_OFF = "write_off"
    COUNT = "count"


def effect(kind: MoveKind, quantity: int, *, of_reservation: bool) -> tuple[int, int]:
    """What a line does to the depot's balances: changes of (on hand, reserved).

    of_reservation : issued goods leave the reserve too; goods used up for a reservation had left the depot before.
    quantity : positive; of a count, the signed difference.
    """
    match kind:
        case MoveKind.RECEIVE | MoveKind.RETURN | MoveKind.TRANSFER_IN | MoveKind.COUNT:
            return quantity, 0
        case MoveKind.RESERVE:
            return 0, quantity
        case MoveKind.RELEASE:
            return 0, -quantity
        case MoveKind.ISSUE:
            return -quantity, -quantity if of_reservation else 0
        case MoveKind.CONSUME:
            return 0 if of_reservation else -quantity, 0
        case MoveKind.TRANSFER_OUT | MoveKind.WRITE_OFF:
            return -quantity, 0


class ReservationStatus(StrEnum):
    """held: something is still kept back in the depot; issued: all of it left and some is out; closed: nothing is out any more;
    released: given back before anything left.
    """

    HELD = "held"
    ISSUED = "issued"
    CLOSED = "closed"
    RELEASED = "released"


def reservation_status(*, quantity: int, released: int, issued: int, returned: int, consumed: int) -> ReservationStatus:
    """Where a reservation stands by what became of its quantity; released + issued <= quantity, returned + consumed <= issued."""
    if released + issued < quantity:
        return ReservationStatus.HELD
    if issued == 0:
        return ReservationStatus.RELEASED
    return ReservationStatus.ISSUED if returned + consumed < issued else ReservationStatus.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is left of one delivery in one depot. expires_on : the last good day; None keeps for ever."""

    lot_id: int
    number: str
    expires_on: date | None
    on_hand: int


def is_expired(expires_on: date | None, today: date) -> bool:
    return expires_on is not None and expires_on < today


def available(*, on_hand: int, reserved: int, expired: int) -> int:
    """What may still be reserved or handed out; what is put by is taken to be of the goods that are in date."""
    return max(0, on_hand - expired - reserved)


def first_to_leave(lots: Iterable[Lot], today: date) -> list[Lot]:
    """Lots in the order in which they are handed out: soonest to expire first, what keeps for ever after them, and what has expired
    last of all, so that it only goes when nothing good is left.
    """
    return sorted(lots, key=lambda lot: (is_expired(lot.expires_on, today), lot.expires_on or date.max, lot.lot_id))


def first_to_write_off(lots: Iterable[Lot]) -> list[Lot]:
    """Lots in the order in which they are taken off the books: what has expired before what will."""
    return sorted(lots, key=lambda lot: (lot.expires_on or date.max, lot.lot_id))


def take(lots: Sequence[Lot], quantity: int) -> list[tuple[Lot, int]]:
    """How much to take from each lot, in the order given; adds up to less than `quantity` when the lots do not hold so much."""
    taken: list[tuple[Lot, int]] = []
    for lot in lots:
        share = min(lot.on_hand, quantity)
        if share > 0:
            taken.append((lot, share))
            quantity -= share
    return taken


def share_out(wanted: int, available: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Which depots give how much. available : (depot, free quantity), nearest first.

    The nearest depot that holds all of it gives all; when none does, the nearest give what they have until it is enough.
    Adds up to less than `wanted` when all depots together do not hold so much.
    """
    whole = next((depot for depot, free in available if free >= wanted), None)
    if whole is not None:
        return [(whole, wanted)]
    shares: list[tuple[str, int]] = []
    for depot, free in available:
        share = min(free, wanted)
        if share > 0:
            shares.append((depot, share))
            wanted -= share
    return shares


def default_minimum(typical: int) -> int:
    """The minimum a depot starts with, at least one of what it should have."""
    return -(-typical * MINIMUM_SHARE_PCT // 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningLot:
    """One delivery of the opening stock."""

    number: str
    expires_on: date
    quantity: int


def opening_lots(depot: str, material: str, quantity: int, *, shelf_life_months: int, today: date) -> list[OpeningLot]:
    """Demonstration lots for what a depot opens with: one, or from four items on an older third and a younger rest.

    Ages are spread over the shelf life by depot and material, the same at every start; nothing has expired on the first day.
    """
    older = quantity // 3 if quantity >= 4 else 0
    spread = hashlib.sha256(f"{depot} {material}".encode()).digest()
    shares_left = (("A", older, 0.02 + 0.48 * spread[0] / 255), ("B", quantity - older, 0.50 + 0.48 * spread[1] / 255))
    life_days = shelf_life_months * _DAYS_PER_MONTH
    return [
        OpeningLot(
            number=f"DEMO-{today - timedelta(days=round(life_days * (1 - left))):%y%m}{letter}",
            expires_on=today + timedelta(days=max(1, round(life_days * left))),
            quantity=part,
        )
        for letter, part, left in shares_left
        if part > 0
    ]
