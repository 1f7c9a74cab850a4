"""Who answers for this place (包保): whom to phone first about a compound, a building, a shop, or a point on the map."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre, Incident, Person, Responsibility
from command_center.domain import events
from command_center.domain.catalogue import Catalogue, Place
from command_center.domain.errors import Invalid, UnknownCadre, UnknownIncident, UnknownPlace
from command_center.domain.geo import Point, distance_m, roughly_m
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text

NEAR_M = 80.0
"""A point this close to a target is that target's affair."""

METRES_PER_DEGREE = 111_195.0
CALLED_OF_COMMUNITY = 3
"""Where a point belongs to no target: how many cadres of its community are named, those with the nearest targets."""

Part = Literal["lead", "community"]
LEAD: Part = "lead"
OF_COMMUNITY: Part = "community"


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsible:
    """Somebody to phone. phone : None says that no number is on file; target_id : what they answer for, None for the community alone."""

    cadre_id: str
    name: Text
    part: Part
    phone: str | None
    target_id: str | None


GapKind = Literal["no_lead", "no_community", "wrong_community", "no_target"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityGap:
    """Something that is missing: about a target, a cadre, or both."""

    kind: GapKind
    target_id: str | None = None
    cadre_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityCheck:
    """How complete the list is. targets : how many there are; numbers : how many of its cadres can be phoned.

    targets_by_kind, cadres_by_kind : how many of each; numbers_by_kind : of the cadres of each, those who can be phoned.
    """

    targets: int
    cadres: int
    numbers: int
    gaps: Sequence[ResponsibilityGap]
    targets_by_kind: Mapping[str, int]
    cadres_by_kind: Mapping[str, int]
    numbers_by_kind: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CadreTelephone:
    """A cadre who can be phoned. places : the compounds and buildings they answer for, in order of id; shops : how many shops."""

    name: Text
    kind: str
    phone: str
    places: Sequence[Place]
    shops: int


def targets(catalogue: Catalogue) -> list[Place]:
    """Everything that somebody has to answer for: compounds, business buildings, shops."""
    return [place for place in catalogue.places.values() if place.kind != "shelter"]


# ---- asking -----------------------------------------------------------------------------------------------------------------------


def responsible_for(center: Center, place_id: str) -> list[Responsible]:
    """Whom to phone about a place, in order: its street lead, then the cadres of its community.

    A place that nobody answers for (a shelter, a gap in the list) is treated like its point. Raises UnknownPlace.
    """
    with center.read() as session:
        return responsible_in(center, session, place_id, _place(center, place_id).point)


def responsible_near(center: Center, point: Point) -> list[Responsible]:
    """Whom to phone about a point, in order: who answers for the target within 80 m, else cadres of its community."""
    with center.read() as session:
        return responsible_in(center, session, None, point)


def responsible_at(center: Center, incident_id: int) -> list[Responsible]:
    """Whom to phone about the place of an incident, in order. Raises UnknownIncident."""
    with center.read() as session:
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise UnknownIncident(incident=incident_id)
        return responsible_in(center, session, incident.place_id, Point(incident.lat, incident.lon))


def responsible_in(center: Center, session: Session, place_id: str | None, point: Point) -> list[Responsible]:
    """Both of the above, for who has a session already."""
    near = None if place_id is None else _of_targets(session, [place_id])
    if near:
        return near
    around = _near(center.catalogue, point)
    return (_of_targets(session, [around.id]) if around else []) or _of_community(center.catalogue, session, point)


def _place(center: Center, place_id: str) -> Place:
    place = center.catalogue.places.get(place_id)
    if place is None:
        raise UnknownPlace(place=place_id)
    return place


def _near(catalogue: Catalogue, point: Point) -> Place | None:
    """The nearest target within reach; only those in a small square around the point are measured."""
    lat_reach = NEAR_M / METRES_PER_DEGREE
    lon_reach = lat_reach / max(cos(radians(point.lat)), 0.01)
    close = [it for it in targets(catalogue) if abs(it.point.lat - point.lat) <= lat_reach and abs(it.point.lon - point.lon) <= lon_reach]
    nearest = min(close, key=lambda place: (distance_m(point, place.point), place.id), default=None)
    return nearest if nearest is not None and distance_m(point, nearest.point) <= NEAR_M else None


def _of_targets(session: Session, target_ids: Iterable[str]) -> list[Responsible]:
    query = select(Responsibility, Cadre).join(Cadre, Cadre.id == Responsibility.cadre_id)
    rows = session.execute(query.where(Responsibility.target_id.in_(list(target_ids)))).all()
    phones = _phones(session, [cadre for _, cadre in rows])
    found = [_responsible(cadre, it.part, phones, it.target_id) for it, cadre in rows]
    return sorted(found, key=lambda it: (it.part != LEAD, it.cadre_id))


def _of_community(catalogue: Catalogue, session: Session, point: Point) -> list[Responsible]:
    """Cadres of the community around a point, those first whose targets are nearest; a community is where its places are."""
    places = sorted(targets(catalogue), key=lambda place: roughly_m(point, place.point))
    if not places:
        return []
    community = places[0].community
    own = {it.id for it in catalogue.cadres.values() if it.community == community}
    near = {place.id: number for number, place in enumerate(places)}
    query = select(Responsibility.cadre_id, Responsibility.target_id).where(Responsibility.cadre_id.in_(own))
    nearest: dict[str, int] = {}
    for cadre_id, target_id in session.execute(query):
        nearest[cadre_id] = min(nearest.get(cadre_id, len(near)), near.get(target_id, len(near)))
    cadres = session.scalars(select(Cadre).where(Cadre.id.in_(own))).all()
    first = sorted(cadres, key=lambda it: (nearest.get(it.id, len(near)), it.id))[:CALLED_OF_COMMUNITY]
    phones = _phones(session, first)
    return [_responsible(it, OF_COMMUNITY, phones, None) for it in first]


def _phones(session: Session, cadres: Iterable[Cadre]) -> dict[str, str]:
    """Cadre -> number: their own, else that of the same person in the directory."""
    own = {it.id: it.phone for it in cadres}
    query = select(Person.cadre_id, Person.phone).where(Person.cadre_id.in_(own), Person.left_at.is_(None), Person.phone.is_not(None))
    known = {cadre_id: phone for cadre_id, phone in session.execute(query)}  # noqa: C416 - rows are no pairs to mypy
    return {cadre_id: number for cadre_id, phone in own.items() if (number := phone or known.get(cadre_id))}


def _responsible(cadre: Cadre, part: str, phones: Mapping[str, str], target_id: str | None) -> Responsible:
    return Responsible(
        cadre_id=cadre.id,
        name=Text(cadre.name_zh, cadre.name_en),
        part=LEAD if part == LEAD else OF_COMMUNITY,
        phone=phones.get(cadre.id),
        target_id=target_id,
    )


def cadre_telephones(center: Center) -> list[CadreTelephone]:
    """Every cadre with a number on file, those of the street first, each with what they answer for."""
    own: dict[str, list[Place]] = {}
    with center.read() as session:
        cadres = session.scalars(select(Cadre).order_by(Cadre.kind.desc(), Cadre.id)).all()
        phones = _phones(session, cadres)
        held = select(Responsibility.cadre_id, Responsibility.target_id).where(Responsibility.cadre_id.in_(phones))
        for cadre_id, target_id in session.execute(held.order_by(Responsibility.target_id)):
            if (place := center.catalogue.places.get(target_id)) is not None:
                own.setdefault(cadre_id, []).append(place)
    return [
        CadreTelephone(
            name=Text(it.name_zh, it.name_en),
            kind=it.kind,
            phone=phones[it.id],
            places=[place for place in own.get(it.id, []) if place.kind != "shop"],
            shops=sum(place.kind == "shop" for place in own.get(it.id, [])),
        )
        for it in cadres
        if it.id in phones
    ]


# ---- keeping the list right -----------------------------------------------------------------------------------------------------------


def set_cadre_phone(center: Center, cadre_id: str, phone: str | None, actor: Actor) -> None:
    """Put a cadre's number on file, or take it away with None. Raises UnknownCadre, Invalid."""
    actor.require(Right.KEEP_ROSTER)
    number = (phone or "").strip()
    if len(number) > 40 or not all(letter.isdigit() or letter in "+-() #*转," for letter in number):
        raise Invalid(field="phone", value=number[:40])
    with center.work(actor) as work:
        cadre = work.get(Cadre, cadre_id, UnknownCadre(cadre=cadre_id))
        cadre.phone = number or None
        work.record(events.CadrePhoneSet(cadre_id=cadre.id, cadre=cadre.name_zh, on_file=bool(number)))


Answering = tuple[str, str]
"""A cadre's id and their part."""


def check_responsibilities(center: Center) -> ResponsibilityCheck:
    """What the list lacks: targets without a lead or without a cadre of their own community, cadres who answer for nothing."""
    with center.read() as session:
        held = held_in(session)
        cadres = session.scalars(select(Cadre).order_by(Cadre.kind.desc(), Cadre.id)).all()
        phones = _phones(session, cadres)
    wanted = targets(center.catalogue)
    return ResponsibilityCheck(
        targets=len(wanted),
        cadres=len(cadres),
        numbers=len(phones),
        gaps=gaps_in(center.catalogue, held, [it.id for it in cadres]),
        targets_by_kind=dict(Counter(it.kind for it in wanted)),
        cadres_by_kind=dict(Counter(it.kind for it in cadres)),
        numbers_by_kind=dict(Counter(it.kind for it in cadres if it.id in phones)),
    )


def held_in(session: Session) -> dict[str, list[Answering]]:
    """Target -> who answers for it, by cadre."""
    found: dict[str, list[Answering]] = {}
    query = select(Responsibility.target_id, Responsibility.cadre_id, Responsibility.part).order_by(Responsibility.cadre_id)
    for target_id, cadre_id, part in session.execute(query):
        found.setdefault(target_id, []).append((cadre_id, part))
    return found


def gaps_in(catalogue: Catalogue, held: Mapping[str, Sequence[Answering]], cadres: Iterable[str]) -> list[ResponsibilityGap]:
    """What a list lacks. held : target -> who answers for it. cadres : everyone who ought to answer for something."""
    found = [gap for place in targets(catalogue) for gap in _target_gaps(catalogue, place, held.get(place.id, []))]
    busy = {cadre for answering in held.values() for cadre, _ in answering}
    return found + [ResponsibilityGap(kind="no_target", cadre_id=it) for it in cadres if it not in busy]


def _target_gaps(catalogue: Catalogue, place: Place, held: Sequence[Answering]) -> list[ResponsibilityGap]:
    gaps = []
    if not any(part == LEAD for _, part in held):
        gaps.append(ResponsibilityGap(kind="no_lead", target_id=place.id))
    of_community = [cadre for cadre, part in held if part == OF_COMMUNITY]
    strangers = [it for it in of_community if it not in catalogue.cadres or catalogue.cadres[it].community != place.community]
    gaps += [ResponsibilityGap(kind="wrong_community", target_id=place.id, cadre_id=it) for it in strangers]
    if len(strangers) == len(of_community):
        gaps.append(ResponsibilityGap(kind="no_community", target_id=place.id))
    return gaps
