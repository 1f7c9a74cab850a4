"""Who belongs to an audience of a plan: persons and offices with the names and numbers on file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre, Incident, Station
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.services.people import chain_in
from command_center.services.responsibilities import responsible_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One recipient of a message. kind, ref : who it is in the database; phone : None where none is on file."""

    kind: str
    ref: str
    name: Text
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Whom a message is for. groups : task groups that are active; incident : the emergency it is about, if any."""

    code: str
    groups: Sequence[str] = ()
    incident: Incident | None = None


def addressees(center: Center, session: Session, audience: Audience) -> Sequence[Addressee]:
    """Everyone a message to this audience goes to, in the order in which they are asked."""
    return _AUDIENCES.get(audience.code, _public)(center, session, audience)


def _chain(center: Center, session: Session, _audience: Audience) -> list[Addressee]:
    """The chain of command as it is now; a step that nobody fills stands in it by the name of its role."""
    roles = center.catalogue.common.roles
    return [
        Addressee(kind="role", ref=link.role, name=roles[link.role].name)
        if link.person_id is None or link.name is None
        else Addressee(kind="person", ref=link.person_id, name=link.name, phone=link.phone)
        for link in chain_in(center, session, center.now())
    ]


def _stations(_center: Center, session: Session, _audience: Audience) -> list[Addressee]:
    stations = session.scalars(select(Station).order_by(Station.code))
    return [Addressee(kind="station", ref=it.code, name=Text(it.name_zh, it.name_en)) for it in stations]


def _groups(center: Center, _session: Session, audience: Audience) -> list[Addressee]:
    groups = center.catalogue.common.groups
    return [Addressee(kind="group", ref=code, name=groups[code].name) for code in audience.groups]


def _responsible(center: Center, session: Session, audience: Audience) -> list[Addressee]:
    """The cadres who answer for the place of the emergency; all of them where the whole street is concerned."""
    incident = audience.incident
    if incident is None:
        return _cadres("street_cadre", "community_cadre")(center, session, audience)
    found = responsible_in(center, session, incident.place_id, Point(incident.lat, incident.lon))
    return [Addressee(kind="cadre", ref=it.cadre_id, name=it.name, phone=it.phone) for it in found]


def _cadres(*kinds: str) -> Callable[[Center, Session, Audience], list[Addressee]]:
    def find(_center: Center, session: Session, _audience: Audience) -> list[Addressee]:
        cadres = session.scalars(select(Cadre).where(Cadre.kind.in_(kinds)).order_by(Cadre.id))
        return [Addressee(kind="cadre", ref=it.id, name=Text(it.name_zh, it.name_en), phone=it.phone) for it in cadres]

    return find


def _public(center: Center, _session: Session, audience: Audience) -> list[Addressee]:
    """An audience that is reached as a whole: loudspeakers, screens, the district's desk."""
    return [Addressee(kind="audience", ref=audience.code, name=center.catalogue.common.audiences[audience.code])]


_AUDIENCES: Mapping[str, Callable[[Center, Session, Audience], Sequence[Addressee]]] = {
    "duty_chain": _chain,
    "stations": _stations,
    "groups": _groups,
    "communities": _cadres("community_cadre"),
    "responsible": _responsible,
}
