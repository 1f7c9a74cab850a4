"""Which unit to send: who can be there soonest, who is fit for it, and why the others are not.

A proposal only proposes; the officer chooses, and the log keeps both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import inf, isfinite

from command_center.domain.geo import Point
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.status import UnitStatus
from command_center.domain.text import Text

LOADING_S = 90.0
"""What a stop at a depot takes; a working value."""

LOST_FIX_S = 120.0
"""A unit silent for longer counts as lost: its place is its station's, not the last fix's (screen rule 13)."""

OFF_ROAD_M = 50.0
"""A place farther than this from the next road gets its arrival marked as uncertain."""

ROLLING = (UnitStatus.RETURNING,)
"""States in which the crew is already aboard and needs no turnout time."""

READY = (UnitStatus.AVAILABLE, UnitStatus.RETURNING)
"""States from which a unit can be sent without taking it from someone else."""

NOT_FIT = (UnitStatus.CHARGING, UnitStatus.OUT_OF_SERVICE)
"""States that are reasons of their own; whoever is neither ready nor in one of these is busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepotStop:
    """Where a unit loads what the type of incident needs, on its way. depot : code. loads : material -> how many.

    seconds : of loading, and detour_s : how much later it arrives than straight, loading included; both are in its arrival already.
    """

    depot: str
    loads: Mapping[str, int] = field(hash=False)
    seconds: float
    detour_s: float


@dataclass(slots=True, kw_only=True)
class UnitNow:
    """One unit as it is this moment.

    point : its last fix, or its home when it never told or is lost. battery_pct, fix_age_s : None where it never told.
    unfit : what `unfit_because` says of it. guards : whether it keeps a closed road.
    """

    unit_id: str
    call_sign: Text
    kind: str
    status: UnitStatus
    capabilities: frozenset[str]
    seats: int
    unfit: str | None
    point: Point
    battery_pct: float | None
    fix_age_s: float | None
    guards: bool

    @property
    def is_free(self) -> bool:
        """Whether it could be sent to the next call: available or returning, fit, and not guarding a road."""
        return self.status in READY and not self.guards and self.unfit is None

    @property
    def start_s(self) -> float:
        """Seconds until it rolls."""
        return 0.0 if self.status in ROLLING else TURNOUT_S


@dataclass(slots=True, kw_only=True)
class Candidate:
    """One unit as the ranking sees it.

    travel_s : seconds by road from where it is now; inf where no road leads there. stop : where it loads stock, in travel_s already.
    cut_off : whether only closed roads keep it from getting there. off_road : whether it stands farther than OFF_ROAD_M from any street
    that leads there, so that its arrival is a guess.
    """

    unit: UnitNow
    travel_s: float
    stop: DepotStop | None = None
    cut_off: bool = False
    off_road: bool = False


@dataclass(slots=True, kw_only=True)
class RankedUnit:
    """One line of a proposal. reasons: codes of REASONS, the good and the bad; suitable means nothing forbids sending it."""

    unit_id: str
    call_sign: Text
    kind: str
    arrival_s: float
    travel_s: float
    turnout_s: float
    battery_pct: float | None
    matching: tuple[str, ...]
    reasons: tuple[str, ...]
    suitable: bool
    preselected: bool
    cover_after: float | None = None
    """Share of the demand within five minutes when this unit alone is sent; None where nobody asked."""
    stop: DepotStop | None = None

    @property
    def straight_s(self) -> float:
        """Seconds by road without the stop."""
        return self.travel_s if self.stop is None else self.travel_s - self.stop.detour_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What the type of incident wants and the proposal cannot give. what: a unit kind, a capability or a material code.

    could : of a capability, the unit that would bring it soonest if it were sent too; None where nobody could.
    """

    what: str
    wanted: int
    offered: int
    could: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Every unit, best first, with the set that the incident type asks for preselected. Never stored."""

    units: tuple[RankedUnit, ...]
    shortfalls: tuple[Shortfall, ...]
    off_road: bool
    cover_before: float | None = None
    """Share of the demand within five minutes now."""
    cover_after: float | None = None
    """The same when all preselected units are sent."""

    @property
    def preselected(self) -> tuple[str, ...]:
        return tuple(unit.unit_id for unit in self.units if unit.preselected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stood before the officer who chose: the log keeps it beside the choice.

    proposed : units ticked beforehand, best first; none where somebody is on it already. arrival_s : unit -> seconds until it is there.
    cover_before, cover_proposed, cover_sent : share of the demand within five minutes as it was, without the proposed units, and without
    those sent; None where nobody worked it out. together : proposed for all who waited, not for this incident alone.
    """

    proposed: tuple[str, ...]
    arrival_s: Mapping[str, float] = field(default_factory=dict, hash=False)
    cover_before: float | None = None
    cover_proposed: float | None = None
    cover_sent: float | None = None
    together: bool = False


def shown_by(proposal: Proposal, *, ticked: bool = True) -> Shown:
    """What a screen shows of a proposal. ticked : whether the preselected units are ticked beforehand."""
    return Shown(
        proposed=proposal.preselected if ticked else (),
        arrival_s={unit.unit_id: unit.arrival_s for unit in proposal.units if unit.suitable},
        cover_before=proposal.cover_before,
        cover_proposed=proposal.cover_after if ticked else proposal.cover_before,
    )


REASONS = (
    "soonest",
    "capable",
    "rolling",
    "loads",
    "no_capability",
    "busy",
    "charging",
    "out_of_service",
    "low_battery",
    "service_due",
    "guarding",
    "cut_off",
    "unreachable",
    "position_lost",
    "off_road",
)
"""Every reason a ranked unit can carry; each has a text in both languages."""


def unfit_because(*, battery_pct: float | None, low_battery_pct: float | None, service_due_on: date | None, today: date) -> str | None:
    """What keeps a ready vehicle from being proposed, as a code of REASONS, or None: a low battery, or maintenance whose day has come.

    The officer may send it all the same; a vehicle with a fault is out of service, and that is its state. today : the street's own day.
    """
    if battery_pct is not None and low_battery_pct is not None and battery_pct < low_battery_pct:
        return "low_battery"
    return "service_due" if service_due_on is not None and service_due_on <= today else None


def _hindrance(one: Candidate) -> str | None:
    """The reason why a unit cannot be sent, or None."""
    unit = one.unit
    if unit.status not in READY:
        return unit.status.value if unit.status in NOT_FIT else "busy"
    if unit.unfit is not None or unit.guards:
        return unit.unfit or "guarding"
    if isfinite(one.travel_s):
        return None
    return "cut_off" if one.cut_off else "unreachable"


def _ranked(one: Candidate, wanted: frozenset[str]) -> RankedUnit:
    unit, turnout_s, hindrance = one.unit, one.unit.start_s, _hindrance(one)
    matching = tuple(sorted(unit.capabilities & wanted)) if wanted else ()
    reasons = [hindrance] if hindrance else []
    if wanted:
        reasons.append("capable" if matching else "no_capability")
    if unit.status in ROLLING:
        reasons.append("rolling")
    if one.stop is not None:
        reasons.append("loads")
    if unit.fix_age_s is None or unit.fix_age_s > LOST_FIX_S:
        reasons.append("position_lost")
    if one.off_road and isfinite(one.travel_s):
        reasons.append("off_road")
    return RankedUnit(
        unit_id=unit.unit_id,
        call_sign=unit.call_sign,
        kind=unit.kind,
        arrival_s=one.travel_s + turnout_s,
        travel_s=one.travel_s,
        turnout_s=turnout_s,
        battery_pct=unit.battery_pct,
        matching=matching,
        reasons=tuple(reasons),
        suitable=hindrance is None,
        preselected=False,
        stop=one.stop,
    )


def rank_units(
    units: Sequence[Candidate],
    *,
    capabilities: frozenset[str],
    first_units: Mapping[str, int],
    off_road: bool = False,
    short: Sequence[Shortfall] = (),
) -> Proposal:
    """Order units by when they would arrive and preselect the set the incident type asks for.

    capabilities : what the incident needs; a unit with none of them still counts, but comes after those who have some.
    first_units : unit kind -> how many ("patrol_vehicle": 2, "guarantee_vehicle": 1); other keys ("crew") are counted, not sent.
    short : what is known to be lacking already. Units that cannot be sent come last, with the reason.
    """
    ranked = sorted((_ranked(one, capabilities) for one in units), key=lambda unit: (not unit.suitable, unit.arrival_s, unit.unit_id))
    chosen = _fill(ranked, first_units)
    soonest = next((unit.unit_id for unit in ranked if unit.suitable), None)
    marked = tuple(_mark(unit, chosen=unit.unit_id in chosen, soonest=unit.unit_id == soonest) for unit in ranked)
    shortfalls = (*_shortfalls(ranked, chosen, units, first_units, capabilities), *short)
    return Proposal(units=marked, shortfalls=shortfalls, off_road=off_road)


def priced(proposal: Proposal, *, before: float, alone: Mapping[str, float], after: float) -> Proposal:
    """The proposal with what it leaves of the circle, as shares of the demand; its units are given their price in place.

    before : now. alone : unit -> left when it alone is sent; who cannot be sent has no price. after : left when all preselected are sent.
    """
    for unit in proposal.units:
        if unit.suitable:
            unit.cover_after = alone.get(unit.unit_id)
    return replace(proposal, cover_before=before, cover_after=after)


def loader_of(units: Iterable[RankedUnit]) -> RankedUnit | None:
    """Of units sent together, the one that loads for all of them: whoever is there with the stock soonest. The others go straight."""
    stopping = [unit for unit in units if unit.stop is not None]
    return min(stopping, key=lambda unit: (unit.arrival_s, unit.unit_id), default=None)


def _mark(unit: RankedUnit, *, chosen: bool, soonest: bool) -> RankedUnit:
    if not chosen and not soonest:
        return unit
    return replace(unit, reasons=(("soonest",) if soonest else ()) + unit.reasons, preselected=chosen)


def _fill(ranked: Sequence[RankedUnit], first_units: Mapping[str, int]) -> frozenset[str]:
    """The soonest suitable units of each wanted kind; capable ones first when two kinds of fitness compete."""
    chosen: set[str] = set()
    for kind, count in first_units.items():
        fit = [unit for unit in ranked if unit.kind == kind and unit.suitable]
        fit.sort(key=lambda unit: (not unit.matching, unit.arrival_s, unit.unit_id))
        chosen.update(unit.unit_id for unit in fit[:count])
    return frozenset(chosen)


def _shortfalls(
    ranked: Sequence[RankedUnit], chosen: frozenset[str], units: Sequence[Candidate], first_units: Mapping[str, int], wanted: frozenset[str]
) -> tuple[Shortfall, ...]:
    kinds = [unit.kind for unit in ranked if unit.unit_id in chosen]
    short = [
        Shortfall(what=kind, wanted=count, offered=kinds.count(kind))
        for kind, count in first_units.items()
        if kind != "crew" and kinds.count(kind) < count
    ]
    seats = sum(one.unit.seats for one in units if one.unit.unit_id in chosen)
    crew = first_units.get("crew", 0)
    if chosen and seats < crew:
        short.append(Shortfall(what="crew", wanted=crew, offered=seats))
    brought = {capability for unit in ranked if unit.unit_id in chosen for capability in unit.matching}
    lacking = [Shortfall(what=it, wanted=1, offered=0, could=_soonest_with(it, ranked, chosen)) for it in sorted(wanted - brought)]
    return tuple(short + lacking)


def _soonest_with(capability: str, ranked: Sequence[RankedUnit], chosen: frozenset[str]) -> str | None:
    others = (unit for unit in ranked if unit.suitable and unit.unit_id not in chosen)
    return next((unit.unit_id for unit in others if capability in unit.matching), None)


NOWHERE_S = inf
"""Travel time of a unit that no road connects with the place."""
