"""Who rings, when, and about what: arrivals by chance at a given rate, and in a flood in clusters around the low spots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from command_center.domain.board import Board
from command_center.domain.catalogue import Catalogue, Place
from command_center.domain.geo import Point
from workers.drill.driving import moved
from workers.drill.habits import Habits, dice
from workers.drill.orders import TakeCall
from workers.drill.sayings import FLOOD, NOT_A_NUMBER, QUIET, SURNAMES, TITLES

IN_FRONT_M = 12.0
MOST_AT_ONCE = 5

KINDS_OF_PLACE: Mapping[str, tuple[str, ...]] = {
    "home": ("compound",),
    "business": ("shop", "business_building"),
    "street": ("shop", "compound", "business_building"),
}


@dataclass(slots=True)
class Callers:
    """The street's telephone. per_hour: mean rate; from flood_from_per_hour up there is a flood."""

    catalogue: Catalogue
    habits: Habits
    per_hour: float
    dice: Random
    _places: dict[str, Sequence[Place]] = field(init=False)
    _ponding: Sequence[Place] = field(init=False)
    _next_at: datetime | None = None
    _day: str = ""
    _count: int = 0

    def __post_init__(self) -> None:
        every = sorted(self.catalogue.places.values(), key=lambda place: place.id)
        self._places = {where: [place for place in every if place.kind in kinds] for where, kinds in KINDS_OF_PLACE.items()}
        low_spots = self._places["street"]
        self._ponding = dice("ponding").sample(low_spots, min(self.habits.ponding_points, len(low_spots)))

    @property
    def is_flood(self) -> bool:
        return self.per_hour >= self.habits.flood_from_per_hour

    def act(self, now: datetime, board: Board) -> list[TakeCall]:
        """The calls that come in now."""
        if self.per_hour <= 0:
            return []
        open_calls = sum(1 for row in board.rows("incident") if row["is_simulated"])
        if self._next_at is None:
            self._next_at = now + self._first_wait(open_calls)
        calls: list[TakeCall] = []
        while now >= self._next_at and len(calls) < MOST_AT_ONCE:
            self._next_at = max(self._next_at, now - timedelta(minutes=1)) + self._wait()
            if open_calls + len(calls) < self.habits.most_open:
                calls.append(self._call(now))
        return calls

    def _first_wait(self, open_calls: int) -> timedelta:
        """Somebody rings soon in a street where nothing happens yet."""
        return self._wait() if open_calls else timedelta(seconds=self.dice.uniform(*self.habits.first_call_s))

    def _wait(self) -> timedelta:
        return timedelta(hours=self.dice.expovariate(self.per_hour))

    def _call(self, now: datetime) -> TakeCall:
        """One call; its key is the moment of the drill's first one and a running number."""
        self._count += 1
        self._day = self._day or f"{now:%Y%m%dT%H%M%S}"
        floods = self.is_flood and self.dice.random() < self.habits.flood_share
        topics = FLOOD if floods else QUIET
        kind = self.dice.choices(list(topics), [topic.weight for topic in topics.values()])[0]
        topic, words = topics[kind], self._words()
        place = self.dice.choice(self._ponding if floods else self._places[topic.where])
        questions = [question.zh for question in self.catalogue.incident_types[kind].questions]
        return TakeCall(
            key=f"drill-call-{self._day}-{self._count}",
            kind=kind,
            said=self.dice.choice(topic.said).format(**words),
            caller_name=self.dice.choice(SURNAMES) + self.dice.choice(TITLES),
            caller_phone=NOT_A_NUMBER.format(self.dice.randrange(10_000)),
            place_id=place.id if topic.where == "home" else None,
            place_text=words["door"] if topic.where == "home" else "",
            at=None if topic.where == "home" else self._near(place.point, floods=floods),
            answers={question: answer.format(**words) for question, answer in zip(questions, topic.answers, strict=False)},
        )

    def _words(self) -> dict[str, str]:
        block, floor, stair = self.dice.randint(1, 18), self.dice.randint(1, 17), self.dice.randint(1, 4)
        return {"floor": str(floor), "door": f"{block}号楼{stair}单元", "number": self.dice.choice("两三四")}

    def _near(self, point: Point, *, floods: bool) -> Point:
        """In front of a place; in a flood anywhere on the water around it."""
        spread_m = self.habits.ponding_m if floods else IN_FRONT_M / 2
        reach_m = 2 * spread_m
        east, north = (max(-reach_m, min(reach_m, self.dice.gauss(0, spread_m))) for _ in range(2))
        return moved(point, east, north)
