"""The whole drill without the wire: the time and the board go in, positions and orders come out. Same seed, same drill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from command_center.domain.board import Board
from command_center.domain.catalogue import Catalogue, Vehicle
from command_center.domain.closures import ClosureState, blocked_of
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.roads import RoadNetwork
from workers.drill.callers import Callers
from workers.drill.crews import Crew
from workers.drill.habits import Habits, dice
from workers.drill.officer import Officer
from workers.drill.orders import Order
from workers.drill.vehicles import SimulatedVehicle

LONGEST_STEP_S = 5.0
"""After a longer gap (a suspended machine) vehicles go on from where they were, they do not jump."""

OWN_FIXES = 60
"""So many moments of its own fixes are remembered, to tell a real device's from them."""

Heard = Mapping[str, Sequence[Any]]
"""unit id -> [unit_id, lat, lon, speed_kmh, heading_deg, battery_pct, at, accuracy_m]: a row of a positions frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one second brought."""

    fixes: list[Fix]
    orders: list[Order]


@dataclass(slots=True)
class Exercise:
    """All crews, the callers and the officer; no officer where people train."""

    crews: Mapping[str, Crew]
    callers: Callers
    officer: Officer | None
    habits: Habits
    longest_step_s: float = LONGEST_STEP_S
    _stepped_at: datetime | None = None
    _own_moments: dict[datetime, None] = field(default_factory=dict)

    def step(self, now: datetime, board: Board | None) -> Turn:
        """Let everyone act once. board : None while it is not to be trusted; then vehicles drive on and nobody says anything."""
        seconds = 0.0 if self._stepped_at is None else min(max((now - self._stepped_at).total_seconds(), 0.0), self.longest_step_s)
        self._stepped_at = now
        present = [crew for crew in self.crews.values() if not crew.is_hands_off(now)]
        for crew in present:
            crew.vehicle.move(seconds)
        orders: list[Order] = []
        if board is not None:
            self._tell_closures(board)
            self._tell_guards(board)
            orders = [order for crew in present if (order := crew.act(now, seconds, board)) is not None]
            orders += [*(self.officer.act(now, board) if self.officer else ()), *self.callers.act(now, board)]
        return Turn(fixes=self._fixes(now, present), orders=orders)

    def _tell_closures(self, board: Board) -> None:
        """Whoever sets out from now on goes round what is closed."""
        blocked = frozenset(blocked_of(row["lines"], row["reach_m"]) for row in board.rows("closure"))
        for crew in self.crews.values():
            crew.vehicle.blocked = blocked

    def _tell_guards(self, board: Board) -> None:
        """Whoever is named to guard a closed road goes there and stays; whoever no longer is goes on with the rounds."""
        closed = [row for row in board.rows("closure") if row["state"] == ClosureState.CLOSED]
        posts = {row["guard_unit_id"]: Point(row["lat"], row["lon"]) for row in closed}
        for unit_id, crew in self.crews.items():
            crew.post = posts.get(unit_id)

    def _fixes(self, now: datetime, crews: list[Crew]) -> list[Fix]:
        fixes = [fix for crew in crews if (fix := crew.vehicle.fix(now)) is not None]
        if fixes:
            self._own_moments[now] = None
            while len(self._own_moments) > OWN_FIXES:
                del self._own_moments[next(iter(self._own_moments))]
        return fixes

    def hear(self, now: datetime, heard: Heard) -> None:
        """Positions as every screen gets them. Where one is not the drill's own, a real device speaks for the unit: leave it to that."""
        for unit_id, row in heard.items():
            crew = self.crews.get(unit_id)
            if crew is not None and datetime.fromisoformat(row[6]) not in self._own_moments:
                crew.hands_off(now + timedelta(seconds=self.habits.stand_back_s))
                crew.vehicle.point = Point(row[1], row[2])


def muster(
    catalogue: Catalogue,
    roads: RoadNetwork,
    *,
    seed: object,
    now: datetime,
    last_known: Heard,
    calls_per_hour: float,
    habits: Habits | None = None,
) -> Exercise:
    """Everyone at their places: vehicles where they were last seen, at home if never.

    seed : whatever decides all throws of dice. last_known : the positions that came with the board.
    """
    habits = habits or Habits()
    crews = {
        vehicle.id: _crew(catalogue, roads, habits, vehicle, seed=seed, last_known=last_known.get(vehicle.id))
        for vehicle in catalogue.vehicles.values()
    }
    _start_rounds(crews, habits, seed, now)
    return Exercise(
        crews=crews,
        callers=Callers(catalogue, habits, calls_per_hour, dice(seed, "callers")),
        officer=Officer(habits, dice(seed, "officer")),
        habits=habits,
    )


def _crew(
    catalogue: Catalogue, roads: RoadNetwork, habits: Habits, vehicle: Vehicle, *, seed: object, last_known: Sequence[Any] | None
) -> Crew:
    chance = dice(seed, vehicle.id)
    battery_pct = None if vehicle.range_km is None else chance.uniform(*habits.battery_at_start_pct)
    point = vehicle.home
    if last_known is not None:
        point = Point(last_known[1], last_known[2])
        battery_pct = last_known[5] if battery_pct is not None and last_known[5] is not None else battery_pct
    simulated = SimulatedVehicle(vehicle=vehicle, roads=roads, habits=habits, dice=chance, point=point, battery_pct=battery_pct)
    return Crew(vehicle=simulated, beat=_beat(catalogue, vehicle) if vehicle.kind == "patrol_vehicle" else ())


def _beat(catalogue: Catalogue, vehicle: Vehicle) -> Sequence[Point]:
    """Where a patrol of this area looks in: its compounds and business buildings."""
    kinds = ("compound", "business_building")
    return [place.point for place in catalogue.places.values() if place.area == vehicle.area and place.kind in kinds]


def _start_rounds(crews: Mapping[str, Crew], habits: Habits, seed: object, now: datetime) -> None:
    """Some patrols roll at once, the others within the first minute."""
    patrols = [crew for crew in crews.values() if crew.beat]
    dice(seed, "rounds").shuffle(patrols)
    for number, crew in enumerate(patrols):
        wait_s = 0.0 if number < habits.under_way_at_start else crew.vehicle.dice.uniform(*habits.first_halt_s)
        crew.halts_until = now + timedelta(seconds=wait_s)
