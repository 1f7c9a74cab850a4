"""The directory: people who can be on watch or be called, and the chain that is called when nobody answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Account, Cadre, Person, Station, Watch, WatchMember
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.errors import Invalid, UnknownAccount, UnknownCadre, UnknownPerson
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.domain.watches import CENTRE, DESK_DUTIES, STATION_ROLES, PersonRole
from command_center.services.messages import is_usable_channel
from command_center.services.watches import TURN, watch_on_duty

NAME_MARKS = re.compile(r"[、，,;；\n|]")
"""What parts names in a sheet's cell may not stand in a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry:
    """Somebody as the desk sees them. phone : None where no number is on file; has_channel : the address itself is never shown."""

    id: str
    role: PersonRole
    name: Text
    station: str | None
    phone: str | None
    has_channel: bool
    account: str | None
    cadre_id: str | None
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What is written into the directory; None empties a field that may be empty. account : name of their account."""

    role: PersonRole
    name_zh: str
    name_en: str
    station: str | None = None
    phone: str | None = None
    channel: str | None = None
    account: str | None = None
    cadre_id: str | None = None


def people(center: Center, role: PersonRole | None = None) -> list[DirectoryEntry]:
    """Everybody who has not left, by role, then id."""
    query = select(Person, Account.name).outerjoin(Account, Account.id == Person.account_id).where(Person.left_at.is_(None))
    if role is not None:
        query = query.where(Person.role == role)
    order = list(PersonRole)
    with center.read() as session:
        found = [_entry(person, account) for person, account in session.execute(query)]
    return sorted(found, key=lambda entry: (order.index(entry.role), entry.id))


def _entry(person: Person, account: str | None) -> DirectoryEntry:
    return DirectoryEntry(
        id=person.id,
        role=person.role,
        name=Text(person.name_zh, person.name_en),
        station=person.station_code,
        phone=person.phone,
        has_channel=person.channel is not None,
        account=account,
        cadre_id=person.cadre_id,
        basis=person.basis,
    )


def present(session: Session, roles: Iterable[PersonRole]) -> Sequence[Person]:
    """People of these roles who have not left, in order of id; made-up ones give way to the first real one of their role and station."""
    found = session.scalars(select(Person).where(Person.role.in_(roles), Person.left_at.is_(None)).order_by(Person.id)).all()
    real = {(it.role, it.station_code) for it in found if it.basis != "demo"}
    return [it for it in found if it.basis != "demo" or (it.role, it.station_code) not in real]


def add_person(center: Center, facts: PersonFacts, actor: Actor) -> str:
    """Take somebody into the directory; returns their id. Raises Invalid, UnknownAccount, UnknownCadre."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        person = Person(id=_free_id(work.session))
        _write(work, person, facts)
        work.add(person)
        work.record(events.PersonAdded(person_id=person.id, person=person.name_zh, role=person.role.value))
        return person.id


def _free_id(session: Session) -> str:
    taken = set(session.scalars(select(Person.id)))
    return next(free for number in count(1) if (free := f"P{number:03d}") not in taken)


def change_person(center: Center, person_id: str, facts: PersonFacts, actor: Actor, *, keep_channel: bool = False) -> None:
    """Write somebody's entry anew. keep_channel : leave the message address as it is, which nobody is shown.

    Raises UnknownPerson, Invalid, UnknownAccount, UnknownCadre.
    """
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        work.take_turns(TURN)
        person = _person(work, person_id)
        before = {name: getattr(person, name) for name in _WRITTEN}
        channel = person.channel
        _write(work, person, facts)
        if keep_channel:
            person.channel = channel
        changed = [name for name, value in before.items() if getattr(person, name) != value]
        if changed:
            _show_name(work, person)
            work.record(events.PersonChanged(person_id=person.id, person=person.name_zh, changed=changed))


_WRITTEN = ("role", "name_zh", "name_en", "station_code", "phone", "channel", "account_id", "cadre_id")


def person_left(center: Center, person_id: str, actor: Actor) -> None:
    """Somebody left: nobody calls or seats them any more; seats on coming watches stay until somebody else takes them."""
    actor.require(Right.KEEP_ROSTER)
    with center.work(actor) as work:
        person = _person(work, person_id)
        person.left_at, person.channel = work.now, None
        work.record(events.PersonLeft(person_id=person.id, person=person.name_zh))


def _person(work: Work, person_id: str) -> Person:
    person = work.get(Person, person_id, UnknownPerson(person=person_id))
    if person.left_at is not None:
        raise UnknownPerson(person=person_id)
    return person


def _write(work: Work, person: Person, facts: PersonFacts) -> None:
    _check(work, facts)
    person.role, person.station_code = facts.role, facts.station
    person.name_zh, person.name_en = facts.name_zh.strip(), facts.name_en.strip()
    person.phone, person.channel = facts.phone or None, facts.channel or None
    person.account_id = None if facts.account is None else _account_id(work, facts.account)
    person.cadre_id, person.basis = facts.cadre_id, "own"


def _check(work: Work, facts: PersonFacts) -> None:
    for named, name in (("name_zh", facts.name_zh.strip()), ("name_en", facts.name_en.strip())):
        if not 1 <= len(name) <= 80 or NAME_MARKS.search(name):
            raise Invalid(field=named, value=name[:80])
    if (facts.station is None) == (facts.role in STATION_ROLES) or (facts.station and work.session.get(Station, facts.station) is None):
        raise Invalid(field="station", value=facts.station)
    if facts.channel and not is_usable_channel(facts.channel):
        raise Invalid(field="channel", value=facts.channel.partition(":")[0])
    if facts.cadre_id is not None and work.session.get(Cadre, facts.cadre_id) is None:
        raise UnknownCadre(cadre=facts.cadre_id)


def _account_id(work: Work, name: str) -> int:
    account_id = work.session.scalar(select(Account.id).where(Account.name == name))
    if account_id is None:
        raise UnknownAccount(name=name)
    return account_id


def _show_name(work: Work, person: Person) -> None:
    """Screens that show the person get the new name."""
    for watch in work.session.scalars(select(Watch).join(WatchMember).where(Watch.on_board, WatchMember.person_id == person.id)):
        watch.changes += 1


# ---- who is called when nobody answers ------------------------------------------------------------------------------------------------


Gap = Literal["nobody", "no_number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """One step of the call chain. gap : why nobody can be phoned at this step; channel is a secret address, for sending only."""

    role: str
    person_id: str | None
    name: Text | None
    phone: str | None
    channel: str | None = field(repr=False)
    gap: Gap | None


def call_chain(center: Center, at: datetime | None = None) -> list[ChainLink]:
    """Who is called in turn, one step every `activation_rules.call_chain_step_min`: by default leader on watch, deputy, commander.

    A step that nobody fills stays in the chain and says so.
    """
    with center.read() as session:
        return chain_in(center, session, at or center.now())


def chain_in(center: Center, session: Session, at: datetime) -> list[ChainLink]:
    """`call_chain` as part of something larger."""
    return [link for role in center.catalogue.common.activation_rules.call_chain for link in _links(session, role, at)]


def _links(session: Session, role: str, at: datetime) -> list[ChainLink]:
    return [_link(role, person) for person in _holders(session, role, at)] or [_link(role, None)]


def _holders(session: Session, role: str, at: datetime) -> Sequence[Person]:
    """Who is on watch, for a role that a watch has a seat for; else whoever the directory has; nobody for other roles."""
    duty = next((duty for duty, seated in DESK_DUTIES.items() if seated == role), None)
    if duty is None:
        return present(session, [PersonRole(role)]) if role in set(PersonRole) else []
    watch = watch_on_duty(session, at, CENTRE)
    return [] if watch is None else [it.person for it in watch.members if it.duty is duty]


def _link(role: str, person: Person | None) -> ChainLink:
    if person is None:
        return ChainLink(role=role, person_id=None, name=None, phone=None, channel=None, gap="nobody")
    gap: Gap | None = None if person.phone else "no_number"
    name = Text(person.name_zh, person.name_en)
    return ChainLink(role=role, person_id=person.id, name=name, phone=person.phone, channel=person.channel, gap=gap)
