"""What a crew does: answers its orders, drives to the scene, works, comes back, and goes on its rounds in between.

A crew knows what its card would show it: its unit's row on the board, its order's, and the incident's. It says a thing once and
looks at the board for the effect; when there is none, it says it again. So it does not matter who acts for it: where a person
ticks "on scene" for a crew, the crew goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from command_center.domain.board import Board, Row
from command_center.domain.dispatching import LOADING_S
from command_center.domain.geo import Point, roughly_m
from command_center.domain.status import UNANSWERED_ASSIGNMENT, AssignmentStatus, UnitStatus
from workers.drill.driving import moved
from workers.drill.habits import Span
from workers.drill.orders import Order, Report, SetUnit
from workers.drill.vehicles import SimulatedVehicle

SAY_AGAIN = timedelta(seconds=8)
PARKING_M = 8.0
"""Vehicles at one scene do not stand on each other."""

Wont = Literal["answers", "silent", "declines"]

WHY_DECLINED = ("车辆故障", "正在处置群众求助", "人员不足")


@dataclass(slots=True, kw_only=True)
class Duty:
    """What a crew made up its mind about when it heard an order. Moments that are None are set when it comes to that."""

    assignment_id: str
    scene: Point
    parking: Point
    answers_at: datetime
    answer: AssignmentStatus
    reason: str
    turnout_s: float
    rolls_at: datetime | None = None
    loaded_at: datetime | None = None
    clears_at: datetime | None = None

    @property
    def errand(self) -> str:
        return f"scene of {self.assignment_id}"

    @property
    def loading(self) -> str:
        return f"depot of {self.assignment_id}"


@dataclass(slots=True, kw_only=True)
class Crew:
    """The crew of one vehicle.

    beat : points of its own area that it goes round; empty for vehicles that wait at their station. post : where the closed road is that
    it guards. sent : where a scenario sent it, which goes before both. wont : what it does about orders, whatever the dice say; None
    leaves it to them. say_again : how long the board may take to show what was said.
    """

    vehicle: SimulatedVehicle
    beat: Sequence[Point]
    post: Point | None = None
    sent: Point | None = None
    halts_until: datetime | None = None
    duty: Duty | None = None
    wont: Wont | None = None
    why: str = ""
    say_again: timedelta = SAY_AGAIN
    _said: tuple[Order, datetime] | None = None
    _charges_until: datetime | None = None
    _hands_off_until: datetime | None = None

    def hands_off(self, until: datetime) -> None:
        """Somebody real speaks for this unit: do and send nothing."""
        self._hands_off_until = until
        self.vehicle.pull_over("")

    def go_to(self, point: Point) -> None:
        """Leave everything and drive there; stay until told otherwise."""
        self.sent, self.halts_until = point, None
        self.vehicle.set_out("sent", point)

    def go_on(self) -> None:
        """Do again what it did before it was sent somewhere."""
        self.sent = None

    def is_hands_off(self, now: datetime) -> bool:
        return self._hands_off_until is not None and now < self._hands_off_until

    def act(self, now: datetime, seconds: float, board: Board) -> Order | None:
        """Look at the board, steer the vehicle, and return what the crew says to the centre, if anything."""
        unit = board.get("unit", self.vehicle.vehicle.id)
        if unit is None:
            return None
        assignment = board.get("assignment", unit["assignment_id"] or "")
        incident = board.get("incident", unit["incident_id"] or "")
        if assignment is not None and incident is not None:
            return self._say(now, self._on_duty(now, assignment, incident))
        self.duty = None
        return self._say(now, self._off_duty(now, seconds, UnitStatus(unit["status"])))

    def _say(self, now: datetime, order: Order | None) -> Order | None:
        """The order, unless it was given a moment ago and the board has only not shown it yet."""
        if order is None or (self._said is not None and self._said[0] == order and now < self._said[1] + self.say_again):
            return None
        self._said = (order, now)
        return order

    # ---- with an order ---------------------------------------------------------------------------------------------------------

    def _on_duty(self, now: datetime, assignment: Row, incident: Row) -> Order | None:
        duty = self._duty(now, assignment, Point(incident["lat"], incident["lon"]))
        status = AssignmentStatus(assignment["status"])
        if status in UNANSWERED_ASSIGNMENT:
            return self._answer(now, duty)
        depot = _depot(assignment)
        if status is AssignmentStatus.ACKNOWLEDGED:
            return self._turn_out(now, duty, depot)
        if status is AssignmentStatus.EN_ROUTE:
            if depot is not None and self._loads(now, duty, depot):
                return None
            self._head_for(duty.errand, duty.parking)
            near = roughly_m(self.vehicle.point, duty.scene) <= self.vehicle.habits.arrived_m
            return self._report(duty, AssignmentStatus.ON_SCENE) if near or not self.vehicle.is_moving else None
        return self._work(now, duty) if status is AssignmentStatus.ON_SCENE else None

    def _answer(self, now: datetime, duty: Duty) -> Order | None:
        if self.wont == "silent" or now < duty.answers_at:
            return None
        if self.wont == "declines":
            duty.answer, duty.reason = AssignmentStatus.DECLINED, self.why
        elif self.wont == "answers":
            duty.answer, duty.reason = AssignmentStatus.ACKNOWLEDGED, ""
        return self._report(duty, duty.answer)

    def hurry(self, now: datetime) -> None:
        """Answer and roll at once, if there is an order."""
        if self.duty is not None:
            self.duty.answers_at = min(self.duty.answers_at, now)
            self.duty.turnout_s, self.duty.rolls_at = 0.0, now

    def be_there(self) -> None:
        """Stand at the scene of the order at hand."""
        if self.duty is not None:
            self.vehicle.point = self.duty.parking
            self.vehicle.pull_over(self.duty.errand)
            self.duty.loaded_at = datetime.min.replace(tzinfo=UTC)

    def _duty(self, now: datetime, assignment: Row, scene: Point) -> Duty:
        """The crew's mind about this order; made up anew for a new order, and when the scene moved (incidents are merged)."""
        if self.duty is None or self.duty.assignment_id != assignment["id"]:
            self.duty = self._make_up_mind(now, assignment["id"], scene)
        elif self.duty.scene != scene:
            self.duty.scene, self.duty.parking = scene, self._parking(scene)
            if self.vehicle.errand == self.duty.errand:
                self.vehicle.set_out(self.duty.errand, self.duty.parking)
        return self.duty

    def _make_up_mind(self, now: datetime, assignment_id: str, scene: Point) -> Duty:
        habits, throw = self.vehicle.habits, self.vehicle.dice.random()
        declines = throw < habits.decline_share
        is_silent = not declines and throw < habits.decline_share + habits.silent_share
        rolling = self.vehicle.errand == "back" and self.vehicle.is_moving
        return Duty(
            assignment_id=assignment_id,
            scene=scene,
            parking=self._parking(scene),
            answers_at=now + self._within(habits.silent_s if is_silent else habits.answer_s),
            answer=AssignmentStatus.DECLINED if declines else AssignmentStatus.ACKNOWLEDGED,
            reason=self.vehicle.dice.choice(WHY_DECLINED) if declines else "",
            turnout_s=self._within(habits.rolling_turnout_s if rolling else habits.turnout_s).total_seconds(),
        )

    def _parking(self, scene: Point) -> Point:
        dice = self.vehicle.dice
        return moved(scene, dice.uniform(-PARKING_M, PARKING_M), dice.uniform(-PARKING_M, PARKING_M))

    def _within(self, span: Span) -> timedelta:
        return timedelta(seconds=self.vehicle.dice.uniform(*span))

    def _report(self, duty: Duty, status: AssignmentStatus) -> Report:
        return Report(assignment_id=int(duty.assignment_id), status=status, reason=duty.reason)

    def _loads(self, now: datetime, duty: Duty, depot: Point) -> bool:
        """Whether it is still on its way to the depot of its order, or loading there as long as the proposal says that takes."""
        if duty.loaded_at is None:
            self._head_for(duty.loading, depot)
            if self.vehicle.is_moving:
                return True
            duty.loaded_at = now + timedelta(seconds=LOADING_S)
        return now < duty.loaded_at

    def _turn_out(self, now: datetime, duty: Duty, depot: Point | None) -> Order | None:
        if duty.rolls_at is None:
            duty.rolls_at = now + timedelta(seconds=duty.turnout_s)
            self.vehicle.pull_over("turnout")
        if now < duty.rolls_at:
            return None
        if depot is None:
            self._head_for(duty.errand, duty.parking)
        else:
            self._head_for(duty.loading, depot)
        return self._report(duty, AssignmentStatus.EN_ROUTE)

    def _work(self, now: datetime, duty: Duty) -> Order | None:
        self._head_for(duty.errand, duty.parking)
        duty.clears_at = duty.clears_at or now + self._within(self.vehicle.habits.work_s)
        return self._report(duty, AssignmentStatus.CLEARED) if now >= duty.clears_at else None

    def _head_for(self, errand: str, destination: Point) -> None:
        """Set out, unless it is under way there or arrived."""
        if self.vehicle.errand != errand:
            self.vehicle.set_out(errand, destination)

    # ---- without one -----------------------------------------------------------------------------------------------------------

    def _off_duty(self, now: datetime, seconds: float, status: UnitStatus) -> Order | None:
        match status:
            case UnitStatus.AVAILABLE:
                return self._stand_by(now)
            case UnitStatus.RETURNING:
                return self._come_back()
            case UnitStatus.CHARGING:
                return self._charge(now, seconds)
            case UnitStatus.OUT_OF_SERVICE:
                self._head_for("home", self.vehicle.vehicle.home)
        return None

    def _stand_by(self, now: datetime) -> Order | None:
        """Go where it was sent, guard its road, or go on with the rounds; home and to the charger when the battery is low."""
        self._charges_until = None
        if self.sent is not None or self.post is not None:
            self._hold()
        elif self.vehicle.is_low:
            if self.vehicle.is_home:
                return self._set(UnitStatus.CHARGING)
            self._head_for("home", self.vehicle.vehicle.home)
        elif not self.beat:
            self._head_for("home", self.vehicle.vehicle.home)
        else:
            self._go_round(now)
        return None

    def _hold(self) -> None:
        """Stand where it was sent, or at the road it guards: it lets nobody through until somebody opens it."""
        if self.sent is not None:
            self._head_for("sent", self.sent)
        elif self.post is not None:
            self._head_for(f"guard {self.post.lat:.6f} {self.post.lon:.6f}", self.post)

    def _go_round(self, now: datetime) -> None:
        if self.vehicle.is_moving and self.vehicle.errand in ("round", "back"):
            self.halts_until = None
        elif self.halts_until is None:
            self.vehicle.pull_over("round")
            self.halts_until = now + self._within(self.vehicle.habits.halt_s)
        elif now >= self.halts_until:
            self.halts_until = None
            self.vehicle.set_out("round", self.vehicle.dice.choice(self.beat))

    def _come_back(self) -> Order | None:
        if self.sent is not None or self.post is not None:
            return self._set(UnitStatus.AVAILABLE)
        if self.vehicle.errand != "back":
            goes_home = self.vehicle.is_low or not self.beat
            self.vehicle.set_out("back", self.vehicle.vehicle.home if goes_home else self.vehicle.dice.choice(self.beat))
        return None if self.vehicle.is_moving else self._set(UnitStatus.AVAILABLE)

    def _charge(self, now: datetime, seconds: float) -> Order | None:
        self._head_for("home", self.vehicle.vehicle.home)
        if self.vehicle.is_moving:
            return None
        self.vehicle.charge(seconds)
        self._charges_until = self._charges_until or now + timedelta(seconds=self.vehicle.habits.shortest_charge_s)
        full = self.vehicle.battery_pct is None or self.vehicle.battery_pct >= self.vehicle.habits.full_pct
        return self._set(UnitStatus.AVAILABLE) if full and now >= self._charges_until else None

    def _set(self, status: UnitStatus) -> SetUnit:
        return SetUnit(unit_id=self.vehicle.vehicle.id, status=status)


def _depot(assignment: Row) -> Point | None:
    """Where this order says to load on the way; None where it goes straight, or to a depot that is no longer known."""
    stop = assignment["stop"]
    return None if stop is None or stop["lat"] is None else Point(stop["lat"], stop["lon"])
