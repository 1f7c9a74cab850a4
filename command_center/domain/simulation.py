"""Days of calls in seconds: vehicles, calls and a policy that says who goes where. Discrete events, one function each.

Vehicles drive between spots by a table of travel times over the real roads. A vehicle on its way back can be sent; how far it has come is
interpolated between the table's times from both ends. Nothing here is random: calls come ready made.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from command_center.domain.response_time import PROMISE_S, TURNOUT_S

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LEAVES, _BACK, _CALL, _CLEAR = range(4)
"""What happens at the same second happens in this order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Between which spots vehicles drive. travel_s : (kinds of vehicle, spots, spots) float, seconds; inf where no street leads.

    later : what holds instead from a moment on, earliest first: snow falls, a road is closed. Nobody foresees it.
    """

    travel_s: FloatArray
    later: tuple[tuple[float, FloatArray], ...] = ()

    def at(self, now_s: float) -> FloatArray:
        """The table that holds at a moment."""
        return next((table for since_s, table in reversed(self.later) if since_s <= now_s), self.travel_s)


@dataclass(frozen=True, slots=True)
class Absence:
    """A vehicle that cannot be sent for a time: charging, out of service, guarding a road."""

    vehicle: int
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicles:
    """kind : (u,) int, of the ground's tables.  home : (u,) int, spot where each waits.  absences : who cannot be sent when."""

    kind: IntArray
    home: IntArray
    absences: tuple[Absence, ...] = ()

    def fit_at(self, now_s: float) -> NDArray[np.bool_]:
        """(u,) True for those that could be sent at a moment, were they free."""
        fit = np.ones(len(self.home), dtype=bool)
        fit[[one.vehicle for one in self.absences if one.from_s <= now_s < one.until_s]] = False
        return fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Calls in the order in which they come.

    at_s : (n,) since the beginning.  spot : (n,) int.  weight : (n,) what a second of waiting weighs.  units : (n,) int, how many it takes.
    scene_s : (n,) seconds each unit stays.  expected_s : (n,) what is known of that beforehand, from the type.
    """

    at_s: FloatArray
    spot: IntArray
    weight: FloatArray
    units: IntArray
    scene_s: FloatArray
    expected_s: FloatArray


@dataclass(frozen=True, slots=True)
class Moment:
    """What a policy sees. free : (f,) int, vehicles that could go.  waiting : (w,) int, orders nobody has yet, in the order of their calls.

    An order is one unit for one call; the first of a call has its whole weight, further ones less.
    """

    now_s: float
    free: IntArray
    waiting: IntArray
    state: "_State"

    def arrival_s(self, vehicles: IntArray, orders: IntArray) -> FloatArray:
        """(vehicles, orders) seconds until each would be there, turnout included where it stands at home."""
        return self.state.arrival_s(self.now_s, vehicles, orders)

    def weight(self, orders: IntArray) -> FloatArray:
        return np.asarray(self.state.weight[orders])

    def expected_s(self, orders: IntArray) -> FloatArray:
        """How long each is expected to take once somebody is there; how long it will take nobody knows."""
        return np.asarray(self.state.expected_s[orders])

    def called_s(self, orders: IntArray) -> FloatArray:
        return np.asarray(self.state.called_s[orders])


class WaitsAt(StrEnum):
    """Where a policy lets idle vehicles wait."""

    STATIONS = "stations"
    STANDBY = "standby"


class ImpossibleChoice(ValueError):
    """A policy sends a vehicle that is not free, or serves an order that does not wait."""


@runtime_checkable
class Policy(Protocol):
    """Who goes where, asked whenever a call comes in or a vehicle is free again."""

    waits_at: WaitsAt

    def choose(self, moment: Moment) -> Sequence[tuple[int, int]]:
        """Pairs (vehicle, order), each of them once; nobody has to be sent."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the calls fared. response_s : (n,) from the call to the first unit there; inf where nobody came before the end."""

    response_s: FloatArray
    weight: FloatArray
    unit_of: IntArray

    @property
    def weighted_s(self) -> float:
        """Mean response, weighted by severity; over those who were reached."""
        there = np.isfinite(self.response_s)
        return float((self.response_s[there] * self.weight[there]).sum() / self.weight[there].sum()) if there.any() else 0.0

    @property
    def promise_share(self) -> float:
        """Of all calls, those with somebody there within the promise."""
        return float((self.response_s <= PROMISE_S).mean()) if len(self.response_s) else 1.0

    @property
    def p90_s(self) -> float:
        return float(np.quantile(self.response_s, 0.9)) if len(self.response_s) else 0.0


FURTHER_UNIT = 0.25
"""What a second unit at a call weighs beside the first."""


@dataclass(slots=True)
class _State:
    ground: Ground
    vehicles: Vehicles
    order_call: IntArray
    order_spot: IntArray
    weight: FloatArray
    scene_s: FloatArray
    expected_s: FloatArray
    called_s: FloatArray
    spot: IntArray = field(init=False)
    left_s: FloatArray = field(init=False)
    back_s: FloatArray = field(init=False)
    is_free: NDArray[np.bool_] = field(init=False)
    away: IntArray = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.vehicles.home)
        self.spot, self.left_s, self.back_s = self.vehicles.home.copy(), np.zeros(count), np.zeros(count)
        self.is_free, self.away = np.ones(count, dtype=bool), np.zeros(count, dtype=np.int64)

    def can_go(self) -> NDArray[np.bool_]:
        return np.asarray(self.is_free & (self.away == 0))

    def arrival_s(self, now_s: float, vehicles: IntArray, orders: IntArray) -> FloatArray:
        kind, home, table = self.vehicles.kind[vehicles], self.vehicles.home[vehicles], self.ground.at(now_s)
        to = self.order_spot[orders]
        gone, whole = now_s - self.left_s[vehicles], self.back_s[vehicles]
        at_home = gone >= whole
        from_home = table[kind[:, None], home[:, None], to]
        if at_home.all():
            return np.asarray(from_home + TURNOUT_S)
        share = np.where(at_home, 1.0, gone / np.maximum(whole, 1e-9))[:, None]
        from_spot = table[kind[:, None], self.spot[vehicles][:, None], to]
        onward = np.where(np.isfinite(from_home), from_home, from_spot)  # home may be cut off while the scene is not
        between = np.where(share >= 1.0, from_home, (1.0 - share) * from_spot + share * onward)
        return np.asarray(between + np.where(at_home, TURNOUT_S, 0.0)[:, None])


def simulate(ground: Ground, vehicles: Vehicles, calls: Calls, policy: Policy) -> Outcome:
    """Let all calls come in and be served, to the last one. Raises ImpossibleChoice."""
    order_call = np.repeat(np.arange(len(calls.at_s)), calls.units)
    is_first = np.ones(len(order_call), dtype=bool)
    is_first[1:] = np.diff(order_call) != 0
    state = _State(
        ground=ground,
        vehicles=vehicles,
        order_call=order_call,
        order_spot=calls.spot[order_call],
        weight=calls.weight[order_call] * np.where(is_first, 1.0, FURTHER_UNIT),
        scene_s=calls.scene_s[order_call],
        expected_s=calls.expected_s[order_call],
        called_s=calls.at_s[order_call],
    )
    first_order = np.concatenate([[0], np.cumsum(calls.units)])
    response_s, unit_of = np.full(len(calls.at_s), np.inf), np.full(len(calls.at_s), -1, dtype=np.int64)
    waiting: dict[int, None] = {}
    events: list[tuple[float, int, int]] = [(at_s, _CALL, number) for number, at_s in enumerate(calls.at_s.tolist())]
    for absence in vehicles.absences:
        events += [(absence.from_s, _LEAVES, absence.vehicle), (absence.until_s, _BACK, absence.vehicle)]
    heapify(events)
    while events:
        now_s, kind, number = heappop(events)
        if kind == _CALL:
            waiting.update(dict.fromkeys(range(int(first_order[number]), int(first_order[number + 1]))))
        elif kind == _CLEAR:
            _clear(state, number, now_s)
        else:
            state.away[number] += 1 if kind == _LEAVES else -1
        if not waiting or not (can_go := state.can_go()).any():
            continue
        moment = Moment(now_s, np.flatnonzero(can_go), np.fromiter(waiting, np.int64, len(waiting)), state)
        for vehicle, order in policy.choose(moment):
            _check(state, waiting, vehicle, order)
            arrival_s = float(state.arrival_s(now_s, np.array([vehicle]), np.array([order]))[0, 0])
            if not np.isfinite(arrival_s):
                continue
            del waiting[order]
            call = int(order_call[order])
            if now_s + arrival_s - calls.at_s[call] < response_s[call]:
                response_s[call], unit_of[call] = now_s + arrival_s - calls.at_s[call], vehicle
            state.is_free[vehicle], state.spot[vehicle] = False, state.order_spot[order]
            heappush(events, (now_s + arrival_s + float(state.scene_s[order]), _CLEAR, vehicle))
    return Outcome(response_s=response_s, weight=calls.weight, unit_of=unit_of)


def _check(state: _State, waiting: Collection[int], vehicle: int, order: int) -> None:
    if not 0 <= vehicle < len(state.is_free) or not state.can_go()[vehicle]:
        raise ImpossibleChoice(f"vehicle {vehicle} is not free")
    if order not in waiting:
        raise ImpossibleChoice(f"order {order} does not wait")


def _clear(state: _State, vehicle: int, now_s: float) -> None:
    """The vehicle is free and sets out for home."""
    kind, spot, home = int(state.vehicles.kind[vehicle]), int(state.spot[vehicle]), int(state.vehicles.home[vehicle])
    state.is_free[vehicle], state.left_s[vehicle] = True, now_s
    state.back_s[vehicle] = state.ground.at(now_s)[kind, spot, home]


# ---- two plain policies ------------------------------------------------------------------------------------------------------------


class Closest:
    """First come, first served, each by the nearest."""

    waits_at = WaitsAt.STATIONS

    def choose(self, moment: Moment) -> Sequence[tuple[int, int]]:
        return nearest_in_turn(moment, moment.waiting)


class SeverityFirst:
    """The gravest first, then the oldest, each by the nearest."""

    waits_at = WaitsAt.STATIONS

    def choose(self, moment: Moment) -> Sequence[tuple[int, int]]:
        return nearest_in_turn(moment, moment.waiting[np.argsort(-moment.weight(moment.waiting), kind="stable")])


def nearest_in_turn(moment: Moment, orders: IntArray) -> list[tuple[int, int]]:
    """One order after the other gets the nearest vehicle that is left; one that nobody can reach holds up nobody."""
    free, pairs = moment.free, list[tuple[int, int]]()
    while len(free) and len(orders):
        served, orders = orders[: len(free)], orders[len(free) :]
        arrival_s = moment.arrival_s(free, served)
        is_left = np.ones(len(free), dtype=bool)
        for column, order in enumerate(served.tolist()):
            row = int(arrival_s[:, column].argmin())
            if np.isfinite(arrival_s[row, column]):
                pairs.append((int(free[row]), order))
                arrival_s[row], is_left[row] = np.inf, False
        free = free[is_left]
    return pairs
