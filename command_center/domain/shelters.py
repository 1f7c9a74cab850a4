"""Which shelters a plan opens, and how often people in them are counted."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from command_center.domain.catalogue import Shelter
from command_center.domain.geo import Point, distance_m

COUNT_EVERY = timedelta(hours=2)
"""Working default: who runs a shelter counts again two hours after the last count."""


def to_open(free: Iterable[Shelter], kinds: Sequence[str], *, places: int, near: Point | None, keep_away_m: float = 0.0) -> list[Shelter]:
    """The shelters that give so many places: kinds in the plan's order of preference, and of one kind the nearest first.

    free : shelters nobody has opened. near : the incident; None opens those with the most places first, so that few have to be staffed.
    keep_away_m : those nearer to the incident are left alone.
    Fewer places than asked for when there are no more; none when none are asked for.
    """

    def order(shelter: Shelter) -> tuple[int, float, str]:
        return kinds.index(shelter.shelter_kind), -shelter.capacity if near is None else distance_m(near, shelter.point), shelter.id

    def is_far_enough(shelter: Shelter) -> bool:
        return near is None or distance_m(near, shelter.point) >= keep_away_m

    chosen: list[Shelter] = []
    for shelter in sorted((it for it in free if it.shelter_kind in kinds and is_far_enough(it)), key=order):
        if sum(it.capacity for it in chosen) >= places:
            break
        chosen.append(shelter)
    return chosen
