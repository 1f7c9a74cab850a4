"""One box for everything: incidents, the log, units, places, people, plans, depots, materials, by whatever people type of them.

Names answer to Han, any pinyin, initials, English and codes; what was said and written to its words. Who may not read words finds none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Cadre, Incident, Person, Unit
from command_center.domain.catalogue import Catalogue
from command_center.domain.errors import Unknown
from command_center.domain.rights import Actor, Right
from command_center.domain.status import ENDED_INCIDENT
from command_center.domain.text import Text
from command_center.services.log_search import LogLine, LogQuery, search_log
from command_center.services.places import matching_places
from command_center.words import N_, phrases, translator
from command_center.words.names import SameCatalogue
from command_center.words.readings import Known, Match, NameIndex

Kind = Literal["incident", "unit", "place", "person", "plan", "depot", "material", "log"]
KINDS: Sequence[Kind] = ("incident", "unit", "plan", "place", "person", "depot", "material", "log")
"""In the order in which they are shown."""

LONGEST = 200
RECENT = 200
"""So many incidents are found by type and place in any spelling: the newest, and the newest open ones; older ones by words."""

BY_WORDS = 4
"""The score of what is found by what was said or written: after every match of a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing found. id : within its kind; of a person "person:DL01" or "cadre:SC01". link : the screen that shows it.

    score : how well it matches, 0 for its whole name; the smaller, the better.
    """

    kind: Kind
    id: str
    title: Text
    detail: Text
    link: str
    score: int


def find(center: Center, text: str, actor: Actor, limit: int = 8) -> list[Hit]:
    """What fits every word of `text`, kind by kind, best first. limit : most of one kind. Empty text finds nothing."""
    actor.require(Right.SEE_BOARD)
    wanted = text.strip()[:LONGEST]
    if not wanted:
        return []
    hits = [*_of_the_street(center, wanted, limit), *_places(center, wanted, limit)]
    with center.read() as session:
        hits += _incidents(center, session, wanted, actor, limit)
        hits += _units(session, wanted, limit)
        hits += _plans(center, session, wanted, limit)
        if actor.may(Right.TAKE_CALLS):
            hits += _people(center, session, wanted, limit)
    if actor.may(Right.READ_WORDS):
        hits += [_log_hit(center, line) for line in search_log(center, LogQuery(text=wanted, limit=limit), actor).lines]
    return sorted(hits, key=lambda hit: KINDS.index(hit.kind))


def _best(found: dict[int, Match], limit: int) -> list[int]:
    return nsmallest(limit, found, key=lambda number: (found[number], number))


def _both(msgid: str, **facts: object) -> Text:
    """A sentence in both languages; a fact that is a Text is read in each."""

    def in_(language: str) -> str:
        return translator(language)(msgid) % {key: it.in_(language) if isinstance(it, Text) else it for key, it in facts.items()}

    return Text(in_("zh_CN"), in_("en"))


def _joined(*parts: Text | str | None) -> Text:
    """Several details one after the other; what is empty is left out."""

    def in_(language: str) -> str:
        return "  ".join(text for part in parts if part and (text := part.in_(language) if isinstance(part, Text) else part))

    return Text(in_("zh_CN"), in_("en"))


# ---- what the catalogue names -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Street:
    index: NameIndex
    hits: tuple[Hit, ...]


@lru_cache(maxsize=4)
def _street(of: SameCatalogue) -> _Street:
    """Depots and materials, indexed once for each catalogue."""
    things = [*_depots(of.catalogue), *_materials(of.catalogue)]
    return _Street(NameIndex(known for known, _ in things), tuple(hit for _, hit in things))


def _depots(catalogue: Catalogue) -> Iterator[tuple[Known, Hit]]:
    for it in catalogue.depots.values():
        detail = _joined(it.code, catalogue.depot_tiers[it.tier].name, catalogue.areas[it.area].name)
        hit = Hit(kind="depot", id=it.code, title=it.name, detail=detail, link=f"/console?depot={it.code}", score=0)
        yield Known(names=(it.name.zh, it.name.en, it.code), beside=(it.street,)), hit


def _materials(catalogue: Catalogue) -> Iterator[tuple[Known, Hit]]:
    for it in catalogue.materials.values():
        hit = Hit(
            kind="material", id=it.code, title=it.name, detail=_joined(it.code, it.unit), link=f"/console?material={it.code}", score=0
        )
        yield Known(names=(it.name.zh, it.name.en, it.code)), hit


def _of_the_street(center: Center, wanted: str, limit: int) -> Iterator[Hit]:
    street = _street(SameCatalogue(center.catalogue))
    found = street.index.find(wanted)
    for kind in ("depot", "material"):
        of_kind = {number: match for number, match in found.items() if street.hits[number].kind == kind}
        yield from (_scored(street.hits[number], found[number]) for number in _best(of_kind, limit))


def _scored(hit: Hit, match: Match) -> Hit:
    return Hit(kind=hit.kind, id=hit.id, title=hit.title, detail=hit.detail, link=hit.link, score=int(match))


def _places(center: Center, wanted: str, limit: int) -> Iterator[Hit]:
    for place, match in matching_places(center, wanted, limit):
        kind, area = _both(phrases.PLACE_KIND[place.kind]), center.catalogue.areas[place.area].name
        link = f"/console?place={place.id}"
        yield Hit(kind="place", id=place.id, title=place.name, detail=_joined(kind, area, place.street), link=link, score=int(match))


def _plans(center: Center, session: Session, wanted: str, limit: int) -> Iterator[Hit]:
    plans = list(center.catalogue.plans.values())
    found = _plan_index(SameCatalogue(center.catalogue)).find(wanted)
    if not found:
        return
    active = select(Activation.id, Activation.plan_id, Activation.status).where(Activation.ended_at.is_(None))
    running = {it.plan_id: it for it in session.execute(active)}
    for number in _best(found, limit):
        plan = plans[number]
        activation = running.get(plan.id)
        state = None if activation is None else _both(phrases.ACTIVATION_STATUS[activation.status.value])
        link = f"/plans?plan={plan.id}" if activation is None else f"/plans?activation={activation.id}"
        yield Hit(kind="plan", id=plan.id, title=plan.name, detail=_joined(plan.id, state), link=link, score=int(found[number]))


@lru_cache(maxsize=4)
def _plan_index(of: SameCatalogue) -> NameIndex:
    plans = of.catalogue.plans.values()
    return NameIndex(Known(names=(it.name.zh, it.short.zh, it.name.en, it.short.en, it.id)) for it in plans)


# ---- what the database names ------------------------------------------------------------------------------------------------------

Names = tuple[str, ...]


@lru_cache(maxsize=16)
def _index(named: tuple[tuple[Names, Names], ...]) -> NameIndex:
    """An index of rows by their names, and what is beside them; made anew when one of them changed."""
    return NameIndex(Known(names=names, beside=beside) for names, beside in named)


def _units(session: Session, wanted: str, limit: int) -> Iterator[Hit]:
    units = session.execute(select(Unit.id, Unit.call_sign_zh, Unit.call_sign_en, Unit.status).order_by(Unit.id)).all()
    found = _index(tuple(((it.call_sign_zh, it.call_sign_en, it.id), ()) for it in units)).find(wanted)
    for number in _best(found, limit):
        unit = units[number]
        title, detail = Text(unit.call_sign_zh, unit.call_sign_en), _both(phrases.UNIT_STATUS[unit.status.value])
        yield Hit(kind="unit", id=unit.id, title=title, detail=detail, link=f"/console?unit={unit.id}", score=int(found[number]))


def person(center: Center, ref: str, actor: Actor) -> Hit:
    """Somebody by the id of their hit, with their number. Raises Unknown; NotPermitted for who does not work at the duty desk."""
    actor.require(Right.TAKE_CALLS)
    with center.read() as session:
        found = next((it for it in _everybody(session) if it.ref == ref), None)
    if found is None:
        raise Unknown(kind="person", id=ref)
    return _person_hit(center, found, 0)


@dataclass(frozen=True, slots=True)
class _Somebody:
    """what : a msgid. station : its code, None for who belongs to none."""

    ref: str
    name_zh: str
    name_en: str
    what: str
    station: str | None
    phone: str | None


def _people(center: Center, session: Session, wanted: str, limit: int) -> Iterator[Hit]:
    everybody = _everybody(session)
    known = tuple(((it.name_zh, it.name_en, it.ref.partition(":")[2]), (it.phone or "",)) for it in everybody)
    found = _index(known).find(wanted)
    yield from (_person_hit(center, everybody[number], int(found[number])) for number in _best(found, limit))


def _everybody(session: Session) -> list[_Somebody]:
    """Everybody in the directory, then the cadres who are not in it."""
    columns = (Person.id, Person.name_zh, Person.name_en, Person.role, Person.station_code, Person.phone, Person.cadre_id)
    listed = session.execute(select(*columns).where(Person.left_at.is_(None)).order_by(Person.id)).all()
    cadres = session.execute(select(Cadre.id, Cadre.name_zh, Cadre.name_en, Cadre.kind, Cadre.phone).order_by(Cadre.id))
    in_directory = {it.cadre_id for it in listed}
    return [
        *(
            _Somebody(f"person:{it.id}", it.name_zh, it.name_en, phrases.PERSON_ROLE[it.role.value], it.station_code, it.phone)
            for it in listed
        ),
        *(
            _Somebody(f"cadre:{it.id}", it.name_zh, it.name_en, phrases.CADRE_KIND[it.kind], None, it.phone)
            for it in cadres
            if it.id not in in_directory
        ),
    ]


def _person_hit(center: Center, it: _Somebody, score: int) -> Hit:
    station = center.catalogue.stations.get(it.station or "")
    detail = _joined(_both(it.what), station.name if station else None, it.phone or _both(N_("no number on file")))
    return Hit(kind="person", id=it.ref, title=Text(it.name_zh, it.name_en), detail=detail, link=f"/console?person={it.ref}", score=score)


# ---- incidents and the log --------------------------------------------------------------------------------------------------------


_INCIDENT = select(Incident.id, Incident.number, Incident.type, Incident.place_zh, Incident.place_en, Incident.severity, Incident.status)


def _incidents(center: Center, session: Session, wanted: str, actor: Actor, limit: int) -> list[Hit]:
    """The recent ones by number, type and place; any by what was said and noted, for who may read it."""
    newest = _INCIDENT.where(Incident.id > select(func.max(Incident.id)).scalar_subquery() - RECENT)
    still_open = _INCIDENT.where(Incident.ended_at.is_(None)).order_by(Incident.last_call_at.desc()).limit(RECENT)
    recent = {it.id: it for query in (newest, still_open) for it in session.execute(query)}
    incidents = sorted(recent.values(), key=lambda it: (it.status in ENDED_INCIDENT, -it.id))
    types = center.catalogue.incident_types
    known = tuple(
        ((it.number, types[it.type].name.zh, types[it.type].name.en), (it.place_zh, it.place_en))
        if it.type in types
        else ((it.number,), ())
        for it in incidents
    )
    found = _index(known).find(wanted)
    hits = [_incident_hit(center, incidents[number], int(found[number])) for number in _best(found, limit)]
    if len(hits) < limit and actor.may(Right.READ_WORDS):
        shown = {hit.id for hit in hits}
        lines = search_log(center, LogQuery(text=wanted, groups=("incidents",), limit=2 * limit), actor).lines
        ids = [it for it in dict.fromkeys(str(line.row["incident_id"]) for line in lines) if it not in shown and it != "None"]
        hits += _of_ids(center, session, ids[: limit - len(hits)])
    return hits


def _of_ids(center: Center, session: Session, ids: Iterable[str]) -> list[Hit]:
    rows = session.execute(_INCIDENT.where(Incident.id.in_([int(it) for it in ids])).order_by(Incident.id.desc()))
    return [_incident_hit(center, incident, BY_WORDS) for incident in rows]


def _incident_hit(center: Center, incident: Any, score: int) -> Hit:  # noqa: ANN401 - a row of _INCIDENT
    kind = center.catalogue.incident_types.get(incident.type)
    title = _joined(incident.number, kind.name if kind else incident.type, Text(incident.place_zh, incident.place_en))
    detail = _joined(incident.severity.value, _both(phrases.INCIDENT_STATUS[incident.status.value]))
    number = str(incident.id)
    return Hit(kind="incident", id=number, title=title, detail=detail, link=f"/console?incident={number}", score=score)


def _log_hit(center: Center, line: LogLine) -> Hit:
    row = line.row
    when = line.at.astimezone(center.zone)
    detail = _joined(f"{when:%Y-%m-%d %H:%M:%S}", str(row["actor"]))
    return Hit(kind="log", id=str(row["id"]), title=line.text, detail=detail, link=f"/console?log={row['id']}", score=BY_WORDS)
