"""What a point on the map is: the place next to it, the street it lies on, its area, and whom to phone first about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from command_center.center import Center
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.services.places import PlaceHit, nearest_place, spot_at
from command_center.services.responsibilities import Responsible, responsible_for, responsible_near

SAME_PLACE_M = 1.0
"""A point this close to a place is that place: its sign on the map was clicked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPoint:
    """place : the one next to the point, away_m metres from it. street : None where no named street is near.

    responsible : whom to phone, in order; of the place itself where `is_place`.
    """

    point: Point
    place: PlaceHit
    away_m: float
    street: Text | None
    area: Text
    responsible: Sequence[Responsible]

    @property
    def is_place(self) -> bool:
        return self.away_m <= SAME_PLACE_M


def map_point(center: Center, point: Point) -> MapPoint:
    """What is known about a point. Raises OutsideDistrict for one that cannot be meant."""
    spot = spot_at(center, point)
    place, away_m = nearest_place(center, point)
    responsible = responsible_for(center, place.id) if away_m <= SAME_PLACE_M else responsible_near(center, point)
    return MapPoint(
        point=point,
        place=place,
        away_m=away_m,
        street=center.roads.street_at(point),
        area=center.catalogue.areas[str(spot.area)].name,
        responsible=responsible,
    )
