"""Putting stock by for an incident or an activation, and giving it back. Functions ending in `_in` are steps of another transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from command_center.center import Center
from command_center.db.tables import Depot, Material, Reservation, Stock
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import (
    Invalid,
    MoreThanReserved,
    Refusal,
    StockShort,
    StreetShort,
    UnknownDepot,
    UnknownMaterial,
    UnknownReservation,
)
from command_center.domain.geo import Point, roughly_m
from command_center.domain.rights import Actor, Right
from command_center.domain.stock import MOST_AT_ONCE, ForKind, ReservationStatus, share_out
from command_center.services import stock_ledger as ledger
from command_center.services.open_incidents import open_incident
from command_center.services.road_conditions import RoadsNow, roads_now
from command_center.services.stock import ReservedMove, fingerprint
from command_center.services.stock_available import Balance, locked_balances

if TYPE_CHECKING:
    from command_center.roads import Router

Share = tuple[str, str, int]
"""(depot, material, quantity): what one depot gives."""
AccountKey = tuple[str, str, str]
"""(step, depot, material) of one purpose."""

TIERS = ("station", "community", "point")
"""Where to look first when no place is given: the larger depots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one purpose has in one depot: `held` is put by there, `out` has left and is in use."""

    reservation_id: int
    depot: str
    material: str
    held: int
    out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """wanted: in all; got: granted by now, this time or earlier."""

    material: str
    wanted: int
    got: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """Everything the purpose (and step) holds of the wanted materials now, and what could not be had."""

    holdings: tuple[Holding, ...]
    shortages: tuple[Shortage, ...] = ()


# ---- steps of another transaction ------------------------------------------------------------------------------------------------


def reserve_in(  # noqa: PLR0913 - what for, where and how strictly are each the caller's to say; most have a default
    work: Work,
    wants: Mapping[str, int],
    *,
    for_kind: ForKind,
    for_id: int,
    step_id: str | None = None,
    near: Point | None = None,
    roads: "RoadsNow | Router | None" = None,
    depots: Iterable[str] | None = None,
    allow_short: bool = False,
    today: date,
) -> Reserved:
    """Put materials by. wants : material code -> total wanted for this purpose and step; what it was granted before counts, so asking
    again, or again with more, is safe. today : the street's day (`local_day`); what expired before it is not given.

    The nearest depot that holds all of a material gives it; when none does, the nearest give what they have. near : by road with
    `roads`, else as the crow flies; without a place the larger depots come first. depots : look in these only.
    Raises StreetShort (of one named depot: StockShort) when something is missing, unless `allow_short`; UnknownMaterial, Invalid.
    """
    _check_wants(work, wants)
    balances = locked_balances(work.session, today, list(wants), None if depots is None else list(depots))
    accounts = _accounts(work, for_kind, for_id, step_id, wants)
    granted: Counter[str] = Counter()
    for it in accounts.values():
        granted[it.material_code] += it.quantity - it.released
    shares, shortages = _shares(wants, granted, balances, _depots_in_order(work, near, roads))
    if shortages and not allow_short:
        raise _short(shortages, balances, depots)
    more = sorted(share for share in shares if share[:2] in accounts)
    stocks = ledger.locked_stocks(work, [(depot, material) for depot, material, _ in more])
    ledger.hold(work, [(stocks[depot, material], accounts[depot, material], quantity) for depot, material, quantity in more])
    new = sorted(share for share in shares if share[:2] not in accounts)
    opened = ledger.hold_anew(work, ledger.Purpose(for_kind, for_id, step_id or ""), new, balances)
    if shares:
        short = [it.material for it in shortages]
        work.record(events.StockReserved(**_facts(shares, for_kind, for_id, step_id), short=short))
    work.session.flush()
    fresh = [Holding(reservation_id=id_, depot=depot, material=material, held=held, out=0) for id_, (depot, material, held) in opened]
    holdings = sorted((*_holdings(accounts.values()), *fresh), key=lambda it: (it.material, it.depot))
    return Reserved(holdings=tuple(holdings), shortages=tuple(shortages))


def _shares(
    wants: Mapping[str, int], granted: Mapping[str, int], balances: Mapping[ledger.Key, Balance], in_order: Sequence[str]
) -> tuple[list[Share], list[Shortage]]:
    """Which depots give what is still missing of each material, and what none has. in_order : codes of depots, where to look first."""
    there: dict[str, list[tuple[str, int]]] = {material: [] for material in wants}
    order = {code: place for place, code in enumerate(in_order)}
    for (depot, material), balance in sorted(balances.items(), key=lambda it: order[it[0][0]]):
        there[material].append((depot, balance.available))
    shares, shortages = [], []
    for material, wanted in sorted(wants.items()):
        had = granted.get(material, 0)
        found = share_out(wanted - had, there[material]) if wanted > had else []
        shares += [(depot, material, quantity) for depot, quantity in found]
        got = had + sum(quantity for _, quantity in found)
        if got < wanted:
            shortages.append(Shortage(material=material, wanted=wanted, got=got))
    return shares, shortages


def release_in(work: Work, for_kind: ForKind, for_id: int, *, step_id: str | None = None, reason: str = "") -> tuple[Holding, ...]:
    """Give back all that is still put by for a purpose (for one of its steps, if named); what was issued stays out.

    Returns what was released, `held` being the quantity. Twice has one effect.
    """
    return tuple(
        Holding(reservation_id=it.id, depot=it.depot_code, material=it.material_code, held=quantity, out=it.out)
        for it, quantity in _release(work, for_kind, for_id, step_id, reason)
    )


def release_above_in(work: Work, totals: Mapping[str, int], *, for_kind: ForKind, for_id: int, reason: str = "") -> None:
    """Give back what is still put by above these totals, what was put by last first; a material that is not named is not wanted any more.

    What was issued counts and stays out. Stock that was put by for a single step is left to the step.
    """

    def surplus(accounts: Sequence[Reservation]) -> list[tuple[Reservation, int]]:
        over: Counter[str] = Counter()
        for it in accounts:
            over[it.material_code] += it.quantity - it.released
        over.subtract({material: totals.get(material, 0) for material in over})
        found = []
        for it in sorted(accounts, key=lambda it: -it.id):
            quantity = min(it.held, over[it.material_code])
            if quantity > 0:
                over[it.material_code] -= quantity
                found.append((it, quantity))
        return found

    _release(work, for_kind, for_id, "", reason, surplus)


def hand_over_in(work: Work, for_kind: ForKind, from_id: int, to_id: int) -> None:
    """What one incident (or activation) still has put by goes to another one, depot by depot; what was issued stays with the first."""
    moved = _release(work, for_kind, from_id, None, "")
    held = {(it.step_id, it.depot_code, it.material_code): quantity for it, quantity in moved}
    there = _accounts_of_all_steps(work, for_kind, to_id)
    _open_accounts(work, for_kind, to_id, sorted(set(held) - set(there)))
    accounts = _accounts_of_all_steps(work, for_kind, to_id)
    stocks = ledger.locked_stocks(work, [(depot, material) for _, depot, material in held])
    ledger.hold(work, [(stocks[key[1], key[2]], accounts[key], quantity) for key, quantity in sorted(held.items())])
    if moved:
        shares = [(it.depot_code, it.material_code, quantity) for it, quantity in moved]
        work.record(events.StockReserved(**_facts(shares, for_kind, to_id, None)))


def _check_wants(work: Work, wants: Mapping[str, int]) -> None:
    for wanted in wants.values():
        if not 0 <= wanted <= MOST_AT_ONCE:
            raise Invalid(field="quantity", value=wanted)
    known = set(work.session.scalars(select(Material.code).where(Material.code.in_(list(wants)))))
    for material in wants:
        if material not in known:
            raise UnknownMaterial(material=material)


def _accounts(work: Work, for_kind: str, for_id: int, step_id: str | None, materials: Iterable[str]) -> dict[tuple[str, str], Reservation]:
    query = select(Reservation).where(
        Reservation.for_kind == for_kind,
        Reservation.for_id == for_id,
        Reservation.step_id == (step_id or ""),
        Reservation.material_code.in_(list(materials)),
    )
    rows = work.session.scalars(query.order_by(Reservation.id).execution_options(populate_existing=True))
    return {(it.depot_code, it.material_code): it for it in rows}


def _accounts_of_all_steps(work: Work, for_kind: str, for_id: int) -> dict[AccountKey, Reservation]:
    query = select(Reservation).where(Reservation.for_kind == for_kind, Reservation.for_id == for_id)
    rows = work.session.scalars(query.order_by(Reservation.id).execution_options(populate_existing=True))
    return {(it.step_id, it.depot_code, it.material_code): it for it in rows}


def _open_accounts(work: Work, for_kind: str, for_id: int, keys: Sequence[AccountKey]) -> None:
    """Accounts with nothing in them yet, in one statement; whoever asks for one reads it afterwards."""
    nothing = {"quantity": 0, "released": 0, "issued": 0, "returned": 0, "consumed": 0, "status": ReservationStatus.RELEASED, "version": 1}
    purpose = {"for_kind": for_kind, "for_id": for_id, "at": work.now, "by": work.actor.name}
    rows = [{**purpose, **nothing, "step_id": step, "depot_code": depot, "material_code": material} for step, depot, material in keys]
    if rows:
        work.session.execute(insert(Reservation), rows)


def _depots_in_order(work: Work, near: Point | None, roads: "RoadsNow | Router | None") -> list[str]:
    """Codes of all depots, the one to ask first in front."""
    depots = work.session.scalars(select(Depot).order_by(Depot.code)).all()
    if near is None:
        return [it.code for it in sorted(depots, key=lambda it: TIERS.index(it.tier))]
    points = [Point(it.lat, it.lon) for it in depots]
    away = [roughly_m(point, near) for point in points] if roads is None else [float(it) for it in roads.travel_s(points, near)]
    return [it.code for _, it in sorted(zip(away, depots, strict=True), key=lambda pair: (pair[0], pair[1].code))]


def _short(shortages: Sequence[Shortage], balances: Mapping[ledger.Key, Balance], depots: Iterable[str] | None) -> Refusal:
    first = shortages[0]
    available = sum(balance.available for (_, material), balance in balances.items() if material == first.material)
    named = list(depots or ())
    if len(named) == 1:
        return StockShort(depot=named[0], material=first.material, lot=None, available=available, wanted=first.wanted)
    return StreetShort(material=first.material, available=available, wanted=first.wanted, materials=[it.material for it in shortages])


Choice = Callable[[Sequence[Reservation]], Iterable[tuple[Reservation, int]]]
"""How much of each reservation of a purpose is let go."""


def _all_held(accounts: Sequence[Reservation]) -> Iterable[tuple[Reservation, int]]:
    return ((it, it.held) for it in accounts if it.held > 0)


def _release(
    work: Work, for_kind: str, for_id: int, step_id: str | None, reason: str, choose: Choice = _all_held
) -> list[tuple[Reservation, int]]:
    """What a purpose holds, let go in a handful of statements: a flood at level I holds some hundred reservations."""
    of_purpose = [Reservation.for_kind == for_kind, Reservation.for_id == for_id]
    if step_id is not None:
        of_purpose.append(Reservation.step_id == step_id)
    keys = select(Reservation.depot_code, Reservation.material_code).where(*of_purpose)
    stocks = ledger.locked_stocks(work, [(depot, material) for depot, material in work.session.execute(keys)])
    accounts = work.session.scalars(select(Reservation).where(*of_purpose).execution_options(populate_existing=True)).all()
    released = sorted(choose(accounts), key=lambda pair: (pair[0].depot_code, pair[0].material_code, pair[0].id))
    if released:
        ledger.let_go(work, [(stocks[it.depot_code, it.material_code], it, quantity) for it, quantity in released], reason)
        shares = [(it.depot_code, it.material_code, quantity) for it, quantity in released]
        work.record(events.StockReleased(**_facts(shares, for_kind, for_id, step_id)))
    return released


def _facts(shares: Sequence[tuple[str, str, int]], for_kind: str, for_id: int, step_id: str | None) -> dict[str, Any]:
    return {
        "quantity": sum(quantity for _, _, quantity in shares),
        "materials": sorted({material for _, material, _ in shares}),
        "depots": sorted({depot for depot, _, _ in shares}),
        "incident_id": for_id if for_kind == "incident" else None,
        "activation_id": for_id if for_kind == "activation" else None,
        "step_id": step_id or None,
    }


def _holdings(accounts: Iterable[Reservation]) -> tuple[Holding, ...]:
    return tuple(
        Holding(reservation_id=it.id, depot=it.depot_code, material=it.material_code, held=it.held, out=it.out)
        for it in sorted(accounts, key=lambda it: (it.material_code, it.depot_code))
        if it.held or it.out
    )


# ---- verbs -----------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """Put stock by for an incident or activation. wants : as in `reserve_in`. near : None takes the incident's place.

    depot : look only there. allow_short : take what there is, and say what is missing.
    """

    wants: Mapping[str, int] = field(hash=False)
    for_kind: ForKind
    for_id: int
    step_id: str | None = None
    near: Point | None = None
    depot: str | None = None
    allow_short: bool = False
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give back what is still put by for an incident or activation, or for one of its steps."""

    for_kind: ForKind
    for_id: int
    step_id: str | None = None
    reason: str = ""
    key: str | None = None


def reserve(center: Center, order: Reserve, actor: Actor) -> Reserved:
    """Put stock by. Raises StreetShort or StockShort with the facts, and then nothing is put by; UnknownIncident, IncidentEnded."""
    actor.require(Right.MOVE_STOCK)
    if order.depot is not None and order.depot not in center.catalogue.depots:
        raise UnknownDepot(depot=order.depot)
    if not order.wants or min(order.wants.values()) < 1:
        raise Invalid(field="wants", value=None)
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": "reserve_stock", "order": fingerprint(order)})
        if earlier is not None:
            return _reserved_from(earlier)
        incident = open_incident(work, order.for_id) if order.for_kind == "incident" else None
        reserved = reserve_in(
            work,
            order.wants,
            for_kind=order.for_kind,
            for_id=order.for_id,
            step_id=order.step_id,
            near=order.near or (None if incident is None else Point(incident.lat, incident.lon)),
            roads=roads_now(center, work.session),
            depots=None if order.depot is None else [order.depot],
            allow_short=order.allow_short,
            today=ledger.local_day(center, work.now),
        )
        work.answer(order.key, asdict(reserved))
        return reserved


def _reserved_from(answer: Mapping[str, Any]) -> Reserved:
    return Reserved(
        holdings=tuple(Holding(**it) for it in answer["holdings"]), shortages=tuple(Shortage(**it) for it in answer["shortages"])
    )


def release(center: Center, order: Release, actor: Actor) -> tuple[Holding, ...]:
    """Give back all that is still put by for a purpose; returns it."""
    actor.require(Right.MOVE_STOCK)
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": "release_stock", "order": fingerprint(order)})
        if earlier is not None:
            return _reserved_from(earlier).holdings
        released = release_in(work, order.for_kind, order.for_id, step_id=order.step_id, reason=order.reason)
        work.answer(order.key, asdict(Reserved(holdings=released)))
        return released


def release_reservation(center: Center, order: ReservedMove, actor: Actor) -> tuple[Holding, ...]:
    """Give back a part of what one reservation still holds; returns it. Raises UnknownReservation, MoreThanReserved."""
    actor.require(Right.MOVE_STOCK)
    ledger.check_quantity(order.quantity)
    with center.work(actor) as work:
        earlier = work.answered(order.key, {"verb": "release_reservation", "order": fingerprint(order)})
        if earlier is not None:
            return _reserved_from(earlier).holdings
        seen = work.session.get(Reservation, order.reservation_id)
        if seen is None:
            raise UnknownReservation(reservation=order.reservation_id)
        stock = work.get(Stock, (seen.depot_code, seen.material_code))
        account = work.get(Reservation, seen.id)
        if order.quantity > account.held:
            raise MoreThanReserved(reservation=account.id, held=account.held, wanted=order.quantity)
        ledger.let_go(work, [(stock, account, order.quantity)], order.reason)
        share = (account.depot_code, account.material_code, order.quantity)
        work.record(events.StockReleased(**_facts([share], account.for_kind, account.for_id, account.step_id)))
        released = Holding(
            reservation_id=account.id, depot=account.depot_code, material=account.material_code, held=order.quantity, out=account.out
        )
        work.answer(order.key, asdict(Reserved(holdings=(released,))))
        return (released,)
