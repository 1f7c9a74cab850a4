"""Finding a place the way an officer types it: Chinese, pinyin, initials ("yhl"), a number, or a pair of coordinates."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from command_center.center import Center
from command_center.domain.catalogue import Catalogue
from command_center.domain.catalogue import Place as CataloguePlace
from command_center.domain.errors import OutsideDistrict, UnknownPlace
from command_center.domain.geo import Point, distance_m, roughly_m
from command_center.domain.text import Text
from command_center.words.names import SameCatalogue
from command_center.words.readings import Known, Match, NameIndex

REACH_M = 15_000.0
"""A point farther from the street's centre is not in the street and not next to it: somebody mistyped."""

NEAR_M = 200.0
"""A place this close gives its name to a point on the map."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHit:
    """A place as the call form shows it."""

    id: str
    kind: str
    name: Text
    area: str
    point: Point
    street: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where something happened: the point, what people call it, whose area it is."""

    point: Point
    name: Text
    area: str | None
    place_id: str | None


def _hit(place: CataloguePlace) -> PlaceHit:
    return PlaceHit(id=place.id, kind=place.kind, name=place.name, area=place.area, point=place.point, street=place.street)


_KIND_ORDER = {"compound": 0, "business_building": 1, "shelter": 2, "shop": 3}


@lru_cache(maxsize=4)
def _index(of: SameCatalogue) -> tuple[NameIndex, tuple[CataloguePlace, ...]]:
    """Places by name and code, and by the street they stand in, the compounds before the shops."""
    places = sorted(of.catalogue.places.values(), key=lambda it: (_KIND_ORDER.get(it.kind, 9), len(it.name.zh), it.id))
    return NameIndex(Known(names=(it.name.zh, it.name.en, it.id), beside=(it.street,)) for it in places), tuple(places)


def find_places(center: Center, text: str, limit: int = 12) -> list[PlaceHit]:
    """Places whose name, street, pinyin or initials match, best first; compounds before shops. Empty text finds nothing."""
    return [hit for hit, _ in matching_places(center, text, limit)]


def matching_places(center: Center, text: str, limit: int) -> list[tuple[PlaceHit, Match]]:
    """The same, with how well each matches."""
    index, places = _index(SameCatalogue(center.catalogue))
    found = index.find(text)
    best = heapq.nsmallest(limit, found, key=lambda number: (found[number], number))
    return [(_hit(places[number]), found[number]) for number in best]


def place_named(center: Center, place_id: str) -> PlaceHit:
    """The place with this id; raises UnknownPlace."""
    place = center.catalogue.places.get(place_id)
    if place is None:
        raise UnknownPlace(place=place_id)
    return _hit(place)


def nearest_place(center: Center, point: Point) -> tuple[PlaceHit, float]:
    """The place next to a point, and how many metres away it is."""
    place = min(center.catalogue.places.values(), key=lambda place: roughly_m(point, place.point))
    return _hit(place), distance_m(point, place.point)


def area_at(catalogue: Catalogue, point: Point) -> str:
    """The area whose outline holds the point, or that of the nearest station outside all of them."""
    for area in catalogue.areas.values():
        if area.outline and _inside(point, area.outline):
            return area.code
    return min(catalogue.stations.values(), key=lambda station: roughly_m(point, station.point)).area


def _inside(point: Point, outline: Sequence[Point]) -> bool:
    """Even-odd rule on a ring of corners, not closed."""
    inside = False
    for a, b in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (a.lat > point.lat) != (b.lat > point.lat) and point.lon < (b.lon - a.lon) * (point.lat - a.lat) / (b.lat - a.lat) + a.lon:
            inside = not inside
    return inside


def spot_at(center: Center, point: Point, said: str = "") -> Spot:
    """Name a point on the map: what the caller said, else the place next to it, else its coordinates.

    Raises OutsideDistrict for a point that cannot be meant.
    """
    away_m = distance_m(point, center.catalogue.street.centre)
    if not point.is_on_earth() or away_m > REACH_M:
        raise OutsideDistrict(lat=point.lat, lon=point.lon, distance_km=round(away_m / 1000, 1))
    return Spot(
        point=point, name=Text(said, said) if said else name_at(center, point), area=area_at(center.catalogue, point), place_id=None
    )


def name_at(center: Center, point: Point) -> Text:
    """What a point is called: the place next to it, else its coordinates."""
    place, away_m = nearest_place(center, point)
    if away_m <= NEAR_M:
        return Text(f"{place.name.zh}附近", f"near {place.name.en}")
    coordinates = f"{point.lat:.5f}, {point.lon:.5f}"
    return Text(coordinates, coordinates)


def spot_of(center: Center, place_id: str, detail: str = "") -> Spot:
    """A known place, with what the caller added ("3 号楼北侧")."""
    place = place_named(center, place_id)
    name = Text(f"{place.name.zh} {detail}", f"{place.name.en} {detail}") if detail else place.name
    return Spot(point=place.point, name=name, area=place.area, place_id=place.id)


def area_names(center: Center) -> Mapping[str, Text]:
    return {area.code: area.name for area in center.catalogue.areas.values()}
