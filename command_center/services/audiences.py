"""Who belongs to an audience of a plan: persons and offices with the names and numbers on file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre, Station
from command_center.domain.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """One recipient of a message. kind, ref : who it is in the database; phone : None where none is on file."""

    kind: str
    ref: str
    name: Text
    phone: str | None = None


def addressees(center: Center, session: Session, audience: str, groups: Sequence[str] = ()) -> Sequence[Addressee]:
    """Everyone a message to this audience goes to, in the order in which they are asked. groups : task groups that are active."""
    return _AUDIENCES.get(audience, _public)(center, session, audience, groups)


def _stations(_center: Center, session: Session, _audience: str, _groups_now: Sequence[str]) -> list[Addressee]:
    stations = session.scalars(select(Station).order_by(Station.code))
    return [Addressee(kind="station", ref=it.code, name=Text(it.name_zh, it.name_en)) for it in stations]


def _groups(center: Center, _session: Session, _audience: str, active: Sequence[str]) -> list[Addressee]:
    groups = center.catalogue.common.groups
    return [Addressee(kind="group", ref=code, name=groups[code].name) for code in active]


def _cadres(*kinds: str) -> Callable[[Center, Session, str, Sequence[str]], list[Addressee]]:
    def find(_center: Center, session: Session, _audience: str, _groups_now: Sequence[str]) -> list[Addressee]:
        cadres = session.scalars(select(Cadre).where(Cadre.kind.in_(kinds)).order_by(Cadre.id))
        return [Addressee(kind="cadre", ref=it.id, name=Text(it.name_zh, it.name_en), phone=it.phone) for it in cadres]

    return find


def _public(center: Center, _session: Session, audience: str, _groups_now: Sequence[str]) -> list[Addressee]:
    """An audience that is reached as a whole: loudspeakers, screens, the district's desk."""
    return [Addressee(kind="audience", ref=audience, name=center.catalogue.common.audiences[audience])]


_AUDIENCES: Mapping[str, Callable[[Center, Session, str, Sequence[str]], Sequence[Addressee]]] = {
    "stations": _stations,
    "groups": _groups,
    "communities": _cadres("community_cadre"),
    "responsible": _cadres("street_cadre", "community_cadre"),
}
