"""Where messages for people and audiences go: set by an administrator, never shown again, tried out with a test message."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre, MessageChannel, Person, Unit
from command_center.domain import events
from command_center.domain.errors import ChannelRefused, Invalid, NoChannel
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.services import messages
from command_center.services.audiences import Addressee, Audience, addressees
from command_center.services.notices import CALLERS, address_of
from command_center.words import N_, translator

TEST_TITLE = N_("Test message")
TEST_BODY = N_("Test message of the street's command centre, sent by %(name)s. Nothing has to be done.")

Known = frozenset[tuple[str, str]]
"""Kind and id of everyone who has a message service of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of an audience. has_channel : a message reaches them by itself; otherwise a person has to tell them."""

    kind: str
    ref: str
    name: Text
    phone: str | None
    has_channel: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceView:
    """Whom a message to an audience goes to now. name : None for one that only the centre itself writes to."""

    code: str
    name: Text | None
    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CadreEntry:
    """A cadre of the street or of a community. phone : None where no number is on file."""

    id: str
    kind: str
    name: Text
    community: str | None
    phone: str | None
    has_channel: bool


def known_channels(center: Center, actor: Actor) -> Known:
    """Who has a message service; the addresses themselves are secrets."""
    actor.require(Right.KEEP_ROSTER)
    with center.read() as session:
        return _known(session)


def _known(session: Session) -> Known:
    found = {(row.kind, row.ref) for row in session.execute(select(MessageChannel.kind, MessageChannel.ref))}
    own = select(Person.id, Person.cadre_id).where(Person.left_at.is_(None), Person.channel.is_not(None))
    for person_id, cadre_id in session.execute(own):
        found |= {("person", person_id)} | ({("cadre", cadre_id)} if cadre_id else set())
    found |= {("unit", unit_id) for unit_id in session.scalars(select(Unit.id).where(Unit.channel.is_not(None)))}
    return frozenset(found)


def audience_views(center: Center, actor: Actor) -> list[AudienceView]:
    """Every audience of the plans' messages with everyone in it, and the callers of emergencies."""
    actor.require(Right.KEEP_ROSTER)
    groups = tuple(center.catalogue.common.groups)
    with center.read() as session:
        known = _known(session)
        found = [
            AudienceView(code=code, name=name, members=_members(addressees(center, session, Audience(code=code, groups=groups)), known))
            for code, name in center.catalogue.common.audiences.items()
        ]
    callers = Member(
        kind="audience", ref=CALLERS, name=Text("来电人", "Those who called"), phone=None, has_channel=("audience", CALLERS) in known
    )
    return [*found, AudienceView(code=CALLERS, name=None, members=(callers,))]


def _members(to: Sequence[Addressee], known: Known) -> tuple[Member, ...]:
    return tuple(Member(kind=it.kind, ref=it.ref, name=it.name, phone=it.phone, has_channel=(it.kind, it.ref) in known) for it in to)


def cadres(center: Center, actor: Actor) -> list[CadreEntry]:
    """All cadres, those of the street first."""
    actor.require(Right.KEEP_ROSTER)
    with center.read() as session:
        known = _known(session)
        rows = session.scalars(select(Cadre).order_by(Cadre.kind.desc(), Cadre.id)).all()
        return [
            CadreEntry(
                id=it.id,
                kind=it.kind,
                name=Text(it.name_zh, it.name_en),
                community=_community(center, it.id),
                phone=it.phone,
                has_channel=("cadre", it.id) in known,
            )
            for it in rows
        ]


def _community(center: Center, cadre_id: str) -> str | None:
    cadre = center.catalogue.cadres.get(cadre_id)
    return None if cadre is None else cadre.community


def try_channel(center: Center, kind: str, ref: str, actor: Actor) -> str:
    """Send a test message; returns the kind of service that took it. What came of it is in the log, the address is not.

    Raises NoChannel, ChannelRefused with the service's answer, Invalid (a channel that needs somebody's number).
    """
    actor.require(Right.MANAGE_ACCOUNTS)
    with center.read() as session:
        address = address_of(session, kind, ref)
    if address is None:
        raise NoChannel(kind=kind, ref=ref)
    if "{phone}" in address:
        raise Invalid(field="channel", value="{phone}")
    say = translator(center.language)
    notice = messages.Notice(channel=address, title=say(TEST_TITLE), body=say(TEST_BODY) % {"name": actor.name})
    service, refused = address.partition(":")[0], ""
    try:
        service = messages.deliver(center, notice)
    except messages.ChannelFailed as error:
        refused = str(error)
    with center.work(actor) as work:
        work.record(events.ChannelTried(kind=kind, ref=ref, service=service, answer=refused or "ok"))
    if refused:
        raise ChannelRefused(kind=kind, ref=ref, answer=refused)
    return service
