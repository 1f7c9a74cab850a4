"""Messages to people: queued with the decision, carried by workers, acknowledged by link or by phone, asked again until someone answers."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypedDict
from urllib.parse import quote

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre, Incident, MessageChannel, Notice, Person, Recipient, Station, Unit
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.activations import PUBLIC, WorkState, blanks_left
from command_center.domain.board import Row
from command_center.domain.errors import Invalid, MessageBlanksLeft, MessageNotHeld, Unknown, UnknownLink, UnknownPerson
from command_center.domain.rights import SYSTEM, Actor, Right
from command_center.domain.text import Text
from command_center.services import messages
from command_center.services.audiences import Addressee, Audience, addressees
from command_center.services.group_links import link_of
from command_center.words import N_, translator

IN_LINE = "duty_chain"
"""The audience that is called one after the other, until someone answers."""

CALLERS = "callers"
"""Residents who called about an incident. One service carries to all of them: a channel for this audience with {phone} in its address."""

TO_DECIDE = ":approve:"
"""In the key of a message that asks for a decision: who has received it has not decided yet, and the calls go on."""

BY_PHONE = "phone"

LONGEST_TEXT = 2000

OFTEN_ROUNDS = 10
SELDOM_S = 900.0
"""After so many rounds those who are silent are asked every quarter of an hour, until they answer or it is over."""


def chain_step_s(center: Center) -> float:
    """The next in line is called so long after the one before was."""
    return center.catalogue.common.activation_rules.call_chain_step_min * 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is queued. key : what makes it this one and no other; a second draft with it has no effect."""

    key: str
    audience: str
    channels: tuple[str, ...]
    text: Text
    to: Sequence[Addressee]
    answer_in_s: float | None = None
    is_exercise: bool = False


def queue_notice(work: Work, draft: Draft, activation_id: int | None = None, incident_id: int | None = None) -> Notice:
    """Write a message down in this transaction; a worker carries it after the commit.

    One to the public with open blanks waits until a person has filled or struck them (`fill_notice`).
    """
    known = work.session.scalar(select(Notice).where(Notice.key == draft.key))
    if known is not None:
        return known
    missing = blanks_left(draft.text) if draft.audience in PUBLIC else 0
    answer_until = None if draft.answer_in_s is None else work.now + timedelta(seconds=draft.answer_in_s)
    notice = work.add(
        Notice(
            activation_id=activation_id,
            incident_id=incident_id,
            key=draft.key,
            audience=draft.audience,
            channels=list(draft.channels),
            text_zh=draft.text.zh,
            text_en=draft.text.en,
            is_exercise=draft.is_exercise,
            needs_answer=draft.answer_in_s is not None,
            work=WorkState.HELD if missing else WorkState.QUEUED,
            queued_at=work.now,
            answer_until=answer_until,
            ask_again_at=answer_until,
            recipients=len(draft.to),
            reached=0,
            answered=0,
        )
    )
    lines = [
        {
            "notice_id": notice.id,
            "kind": one.kind,
            "ref": one.ref,
            "place": place,
            "name_zh": one.name.zh,
            "name_en": one.name.en,
            "phone": one.phone,
            "link": secrets.token_urlsafe(16),
            "tries": 0,
            "failed_reason": "",
        }
        for place, one in enumerate(draft.to)
    ]
    if lines:
        work.session.execute(insert(Recipient), lines)  # hundreds in one statement
    if missing:
        work.record(events.NoticeHeld(**_facts(notice), recipients=len(draft.to), blanks=missing))
    else:
        work.record(events.NoticeQueued(**_facts(notice), recipients=len(draft.to), answer_in_s=draft.answer_in_s))
    return notice


def fill_notice(center: Center, notice_id: int, text: Text, actor: Actor) -> None:
    """Say what belongs into the blanks of a message to the public, or leave them out; then it goes, and its time to answer begins.

    Raises Unknown, Invalid (a language without a text, or too long), MessageBlanksLeft, MessageNotHeld.
    """
    actor.require(Right.RUN_PLANS)
    said = Text(text.zh.strip(), text.en.strip())
    for field, words in (("text_zh", said.zh), ("text_en", said.en)):
        if not words or len(words) > LONGEST_TEXT:
            raise Invalid(field=field, value=words[:40])
    with center.work(actor) as work:
        notice = work.get(Notice, notice_id, Unknown(kind="notice", id=str(notice_id)))
        if notice.work is not WorkState.HELD:
            raise MessageNotHeld(audience=notice.audience, work_state=notice.work.value)
        if left := blanks_left(said):
            raise MessageBlanksLeft(audience=notice.audience, blanks=left)
        time = None if notice.answer_until is None else notice.answer_until - notice.queued_at
        notice.text_zh, notice.text_en, notice.work, notice.queued_at = said.zh, said.en, WorkState.QUEUED, work.now
        notice.answer_until = notice.ask_again_at = None if time is None else work.now + time
        answer_in_s = None if time is None else time.total_seconds()
        work.record(events.NoticeQueued(**_facts(notice), recipients=notice.recipients, answer_in_s=answer_in_s))


class _NoticeFacts(TypedDict):
    notice_id: int
    audience: str
    activation_id: int | None
    incident_id: int | None


def _facts(notice: Notice) -> _NoticeFacts:
    """What all events of a message say."""
    return {
        "notice_id": notice.id,
        "audience": notice.audience,
        "activation_id": notice.activation_id,
        "incident_id": notice.incident_id,
    }


# ---- what the workers do -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message on its way to one recipient.

    channel : addresses of their services, the one to try first in front; None where only a person can tell them.
    tasks : link of a group to its tasks.
    """

    recipient_id: int
    channel: str | None
    text: str
    link: str
    tasks: str | None = None
    is_exercise: bool = False


def outgoing(center: Center, notice_id: int, round_: int = 0) -> list[Outgoing]:
    """Whom the message still has to reach in the first round (0); in a later one, who has not answered and was not asked in it yet."""
    with center.read() as session:
        notice = session.get_one(Notice, notice_id)
        if _is_off(notice):
            return []
        waiting = select(Recipient).where(Recipient.notice_id == notice_id, Recipient.answered_at.is_(None))
        if notice.audience == IN_LINE:
            waiting = waiting.where(Recipient.place <= round_)
        waiting = waiting.where(Recipient.tries <= round_ if round_ else Recipient.sent_at.is_(None))
        text = notice.text_en if center.language == "en" else notice.text_zh
        those = session.scalars(waiting.order_by(Recipient.place)).all()
        addresses = addresses_of(session, [(it.kind, it.ref, it.phone) for it in those])
        return [
            Outgoing(
                recipient_id=it.id,
                channel=_in_turn(address, round_),
                text=text,
                link=it.link,
                tasks=_tasks(session, notice, it),
                is_exercise=notice.is_exercise,
            )
            for it, address in zip(those, addresses, strict=True)
        ]


def _in_turn(channel: str | None, round_: int) -> str | None:
    """Who has several services is asked through the next one in every round, and through the others where that one refuses."""
    services = messages.services_of(channel)
    if not services:
        return None
    first = round_ % len(services)
    return " ".join((*services[first:], *services[:first]))


def address_of(session: Session, kind: str, ref: str, phone: str | None = None) -> str | None:
    """Where the message goes: the person's or the unit's own service, else what an administrator set for this kind of recipient."""
    return addresses_of(session, [(kind, ref, phone)])[0]


def addresses_of(session: Session, those: Sequence[tuple[str, str, str | None]]) -> list[str | None]:
    """The same for many, (kind, ref, phone) each, in as many statements as for one."""
    own = _own_services(session, those)
    wanted = {("audience", CALLERS) if kind == "caller" else (kind, ref) for kind, ref, _ in those} - own.keys()
    kinds, refs = {kind for kind, _ in wanted}, {ref for _, ref in wanted}
    of_kinds = select(MessageChannel).where(MessageChannel.kind.in_(kinds), MessageChannel.ref.in_(refs))
    services = {(it.kind, it.ref): it.address for it in session.scalars(of_kinds)} if wanted else {}
    for_callers = services.get(("audience", CALLERS))

    def address(kind: str, ref: str, phone: str | None) -> str | None:
        if kind == "caller":
            return None if for_callers is None else for_callers.replace("{phone}", quote(phone or "", safe=""))
        return own.get((kind, ref)) or services.get((kind, ref))

    return [address(*one) for one in those]


def _own_services(session: Session, those: Sequence[tuple[str, str, str | None]]) -> dict[tuple[str, str], str]:
    """Of units, people and cadres the services of their own, where they have one."""
    found: dict[tuple[str, str], str] = {}
    for kind, column, channel in (
        ("unit", Unit.id, Unit.channel),
        ("person", Person.id, Person.channel),
        ("cadre", Person.cadre_id, Person.channel),
    ):
        refs = {ref for of, ref, _ in those if of == kind}
        if refs:
            known = select(column, channel).where(column.in_(refs), channel.is_not(None))
            known = known if kind == "unit" else known.where(Person.left_at.is_(None))
            found |= {(kind, str(ref)): str(address) for ref, address in session.execute(known)}
    return found


def _tasks(session: Session, notice: Notice, recipient: Recipient) -> str | None:
    if recipient.kind != "group" or notice.activation_id is None:
        return None
    return link_of(session, notice.activation_id, recipient.ref)


def carry(center: Center, notice_id: int, round_: int = 0) -> None:
    """Hand the message to every recipient's service, one by one; what was carried is kept even if a later one fails.

    Who has no service is told through the one of the whole audience, where there is one, else by a person. In the first round (0) a service
    that refuses has the job tried again, for those alone; in a later one it waits for the next: nobody else is asked twice because of it.
    Raises ChannelFailed, in the first round only.
    """
    waiting = outgoing(center, notice_id, round_)
    refused = _carry_together(center, notice_id, [one for one in waiting if one.channel is None], round_)
    for one in waiting:
        if one.channel is None:
            continue
        if _was_called_off(center, notice_id):
            break
        pages = [f"/a/{one.link}", *([] if one.tasks is None else [f"/t/{one.tasks}"])] if center.public_url else []
        body = "\n".join([one.text, *(f"{center.public_url}{page}" for page in pages)])
        refused = _carry_one(center, [one], round_, body, one.channel) or refused
    if refused and round_ == 0:
        raise messages.ChannelFailed(refused)


def _carry_together(center: Center, notice_id: int, those: Sequence[Outgoing], round_: int) -> str:
    """One message to the audience's own service for all who have none themselves; returns what it refused it with, or nothing."""
    if not those:
        return ""
    with center.read() as session:
        channel = _in_turn(_shared_address(session, notice_id), round_)
    return _carry_one(center, those, round_, those[0].text, channel)


def _shared_address(session: Session, notice_id: int) -> str | None:
    """The service that an administrator set for a whole audience, such as a chat group."""
    audience = session.get_one(Notice, notice_id).audience
    service = None if audience == CALLERS else session.get(MessageChannel, ("audience", audience))
    return None if service is None else service.address


def _carry_one(center: Center, those: Sequence[Outgoing], round_: int, body: str, channel: str | None) -> str:
    """One message, and what came of it for all whom it is for; without a channel a person has to tell them. Returns what refused it.

    Who gets it at the very moment in which it is withdrawn is told that too.
    """
    service, refused = None, ""
    if channel is not None:
        title = body.split("\n", 1)[0][:60]
        try:
            service = messages.deliver(center, messages.Notice(channel=channel, title=title, body=body, is_exercise=those[0].is_exercise))
        except messages.ChannelFailed as error:
            refused = str(error)
    told: list[Recipient] = []
    with center.work(SYSTEM) as work:
        notice = work.get(Notice, work.session.get_one(Recipient, those[0].recipient_id).notice_id)
        for recipient in work.every(Recipient, [one.recipient_id for one in those]):
            recipient.tries = round_ + 1
            recipient.failed_reason = refused[:200]
            if service is not None:
                told += [] if recipient.sent_at is not None else [recipient]
                recipient.channel, recipient.sent_at = service, recipient.sent_at or work.now
        _correct(work, notice, told)
    return refused


def _was_called_off(center: Center, notice_id: int) -> bool:
    """Whether the message was withdrawn, or its question settled, while it went from one to the next."""
    with center.read() as session:
        return _is_off(session.get_one(Notice, notice_id))


def _is_off(notice: Notice) -> bool:
    return notice.work is WorkState.UNDONE or notice.closed_at is not None


def mark_sent(work: Work, notice_id: int) -> None:
    """Everyone with a service has it; the others stand on the list of those a person has to tell."""
    notice = work.get(Notice, notice_id)
    if notice.work is WorkState.UNDONE:
        return
    notice.work, notice.reached = WorkState.DONE, _count(work.session, notice_id, Recipient.sent_at.is_not(None))
    _leave_board(work, notice)
    work.record(
        events.NoticeSent(
            **_facts(notice),
            reached=notice.reached,
            by_hand=notice.recipients - notice.reached,
        )
    )


def mark_failed(work: Work, notice_id: int, reason: str) -> None:
    notice = work.get(Notice, notice_id)
    notice.work, notice.reached = WorkState.FAILED, _count(work.session, notice_id, Recipient.sent_at.is_not(None))
    work.record(events.NoticeFailed(**_facts(notice), reason=reason[:200]))


def mark_unanswered(work: Work, notice_id: int, round_: int, again_in_s: float) -> None:
    """Time is over for this round: say who is silent, and when they are asked again. Nothing is said when nobody has to be."""
    notice = work.get(Notice, notice_id)
    if notice.closed_at is not None or notice.work is WorkState.UNDONE or is_answered(notice):
        return
    notice.reached = _count(work.session, notice_id, Recipient.sent_at.is_not(None))
    silent = work.session.scalars(
        select(Recipient).where(Recipient.notice_id == notice_id, Recipient.answered_at.is_(None)).order_by(Recipient.place)
    )
    again_in_s = again_in_s if round_ < OFTEN_ROUNDS else SELDOM_S
    notice.answer_until, notice.ask_again_at = work.now, work.now + timedelta(seconds=again_in_s)
    work.record(
        events.NoticeUnanswered(
            **_facts(notice),
            round=round_,
            again_in_s=again_in_s,
            recipients=[it.name_zh for it in silent][:20],
        )
    )


def asked_again_at(notice: Row) -> datetime | None:
    """When a worker turns to the silent of a message next, and in a chain to one more: at the end of their time, then every round."""
    if notice["ask_again_at"] is None or not notice["needs_answer"] or notice["gone"]:
        return None
    return datetime.fromisoformat(notice["ask_again_at"])


def is_settled(center: Center, notice_id: int) -> bool:
    """Whether nobody has to be asked again: answered, withdrawn, or its plan is over."""
    with center.read() as session:
        notice = session.get_one(Notice, notice_id)
        return notice.closed_at is not None or notice.work is WorkState.UNDONE or is_answered(notice)


def is_answered(notice: Notice) -> bool:
    """Whether nobody needs to be asked again: of a chain one answer is enough, unless it is asked for a decision."""
    if not notice.needs_answer:
        return True
    if TO_DECIDE in notice.key:
        return False
    return notice.answered >= (1 if notice.audience == IN_LINE else notice.recipients)


def _leave_board(work: Work, notice: Notice) -> None:
    """A message of a running plan stands on the board until the plan ends; any other leaves it when nothing more is awaited.

    Nobody has to phone callers by hand: what no service carries to them is not waited for.
    """
    everyone_has_it = notice.audience in (IN_LINE, CALLERS) or notice.reached == notice.recipients
    if notice.activation_id is None and everyone_has_it and is_answered(notice):
        notice.closed_at = notice.closed_at or work.now


def _count(session: Session, notice_id: int, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Recipient).where(Recipient.notice_id == notice_id, *where)) or 0


# ---- what people do ------------------------------------------------------------------------------------------------------------


def notice_by_link(center: Center, link: str) -> tuple[Text, Text, bool]:
    """The message behind a link, who it is for, and whether it is answered. Raises UnknownLink."""
    with center.read() as session:
        recipient = session.scalar(select(Recipient).where(Recipient.link == link))
        if recipient is None:
            raise UnknownLink
        notice = session.get_one(Notice, recipient.notice_id)
        return Text(notice.text_zh, notice.text_en), Text(recipient.name_zh, recipient.name_en), recipient.answered_at is not None


def answer_by_link(center: Center, link: str) -> None:
    """The recipient says "received", without an account. Twice changes nothing. Raises UnknownLink."""
    with center.read() as session:
        found = session.execute(select(Recipient.id, Recipient.name_zh).where(Recipient.link == link)).first()
    if found is None:
        raise UnknownLink
    with center.work(Actor(name=found.name_zh, role=SYSTEM.role)) as work:
        _answer(work, found.id, by_phone=False)


def told_by_phone(center: Center, recipient_id: int, actor: Actor) -> None:
    """The officer told them by phone or radio, and they understood. Raises Unknown."""
    actor.require(Right.RUN_PLANS)
    with center.work(actor) as work:
        _answer(work, recipient_id, by_phone=True)


def _answer(work: Work, recipient_id: int, *, by_phone: bool) -> None:
    seen = work.session.get(Recipient, recipient_id)
    if seen is None:
        raise Unknown(kind="recipient", id=str(recipient_id))
    notice = work.get(Notice, seen.notice_id)
    recipient = work.get(Recipient, recipient_id)
    if recipient.answered_at is not None:
        return
    recipient.answered_at, recipient.answered_by = work.now, work.actor.name
    if by_phone and recipient.sent_at is None:
        recipient.channel, recipient.sent_at = BY_PHONE, work.now
    work.session.flush()
    notice.answered = _count(work.session, notice.id, Recipient.answered_at.is_not(None))
    notice.reached = _count(work.session, notice.id, Recipient.sent_at.is_not(None))
    _leave_board(work, notice)
    work.record(
        events.NoticeAnswered(
            **_facts(notice),
            recipient_id=recipient.id,
            recipient=recipient.name_zh,
            by_phone=by_phone,
        )
    )


def answer_by_deed(work: Work, key_prefix: str) -> None:
    """What was asked for has been seen to be done: whoever was told by messages whose key begins so has answered."""
    told = select(Recipient.id).join(Notice, Notice.id == Recipient.notice_id).where(Notice.closed_at.is_(None))
    theirs = told.where(Notice.key.startswith(key_prefix, autoescape=True)).order_by(Recipient.notice_id, Recipient.id)
    for recipient_id in work.session.scalars(theirs).all():
        _answer(work, recipient_id, by_phone=False)


def recipients_of(center: Center, notice_id: int) -> list[Recipient]:
    """Everyone a message is for, in line; who has answered and who has to be told by hand can be read off."""
    with center.read() as session:
        return list(session.scalars(select(Recipient).where(Recipient.notice_id == notice_id).order_by(Recipient.place)))


def set_channel(center: Center, kind: str, ref: str, address: str | None, actor: Actor) -> None:
    """Say where messages for someone go, or take it away with None. The address is a secret: the log has its kind only.

    Raises Invalid, UnknownPerson, Unknown (nobody of that kind has this id).
    """
    actor.require(Right.MANAGE_ACCOUNTS)
    if address is not None and not messages.is_usable_channel(address):
        raise Invalid(field="channel", value=address.partition(":")[0])
    with center.work(actor) as work:
        if kind != "person" and not _is_known(center, work.session, kind, ref):
            raise Unknown(kind=kind, id=ref[:40])
        held = work.session.get(MessageChannel, (kind, ref))
        if held is not None:
            work.session.delete(held)
            work.session.flush()
        if kind == "person":
            person = work.get(Person, ref, UnknownPerson(person=ref))
            if person.left_at is not None:
                raise UnknownPerson(person=ref)
            person.channel = address
        elif address is not None:
            work.session.add(MessageChannel(kind=kind, ref=ref, address=address))
        work.record(events.ChannelSet(kind=kind, ref=ref, service=None if address is None else address.partition(":")[0]))


def _is_known(center: Center, session: Session, kind: str, ref: str) -> bool:
    """Whether messages can be for them at all."""
    common = center.catalogue.common
    match kind:
        case "audience":
            return ref in common.audiences or ref == CALLERS
        case "group":
            return ref in common.groups
        case "station":
            return session.get(Station, ref) is not None
        case "cadre":
            return session.get(Cadre, ref) is not None
        case _:
            return False


# ---- an emergency that nobody has seen ---------------------------------------------------------------------------------------------

UNSEEN = N_("%(kind)s, level %(level)s, %(place)s: nobody at the desk has seen it yet (incident %(number)s)")


def call_for_unseen(center: Center, work: Work, incident_id: int) -> None:
    """A grave emergency stands unseen: call the chain of command, one after the other, until somebody answers or sees it."""
    incident = work.get(Incident, incident_id)
    if incident.acknowledged_at is not None or incident.ended_at is not None or not incident.severity.is_grave:
        return
    kind = center.catalogue.incident_types[incident.type].name

    def text(language: str, place: str) -> str:
        names = {"kind": kind.in_(language), "level": incident.severity.value, "place": place, "number": incident.number}
        return translator(language)(UNSEEN) % names

    draft = Draft(
        key=f"unseen:{incident.id}:{incident.severity.value}",
        audience=IN_LINE,
        channels=("phone",),
        text=Text(text("zh_CN", incident.place_zh), text("en", incident.place_en)),
        to=addressees(center, work.session, Audience(code=IN_LINE)),
        answer_in_s=chain_step_s(center),
    )
    queue_notice(work, draft, incident_id=incident.id)


def stop_calling(work: Work, incident_id: int) -> None:
    """Somebody has seen the emergency: nobody is called for it any more."""
    calls = select(Notice).where(Notice.incident_id == incident_id, Notice.audience == IN_LINE, Notice.activation_id.is_(None))
    calls = calls.where(Notice.closed_at.is_(None))
    for seen in work.session.scalars(calls).all():
        notice = work.get(Notice, seen.id)
        notice.closed_at = work.now
        work.record(events.NoticeWithdrawn(**_facts(notice)))


def withdraw_call(work: Work, key: str) -> None:
    """What the chain of command was called for is settled: nobody is called for it any more. key : of the message."""
    open_id = work.session.scalar(select(Notice.id).where(Notice.key == key, Notice.closed_at.is_(None)))
    if open_id is not None:
        notice = work.get(Notice, open_id)
        notice.closed_at = work.now
        work.record(events.NoticeWithdrawn(**_facts(notice)))


def withdraw_notices(work: Work, key_prefix: str) -> None:
    """What messages were about is over: those whose key begins so are not carried any further, and nobody is asked again."""
    open_ones = select(Notice).where(Notice.key.startswith(key_prefix, autoescape=True), Notice.closed_at.is_(None))
    for seen in work.session.scalars(open_ones.order_by(Notice.id)).all():
        notice = work.get(Notice, seen.id)
        notice.closed_at = work.now
        if notice.work is not WorkState.DONE:
            notice.work = WorkState.UNDONE
        work.record(events.NoticeWithdrawn(**_facts(notice)))


# ---- when a plan ends ----------------------------------------------------------------------------------------------------------


def close_notices(work: Work, activation_id: int, *, withdrawn: Text | None) -> None:
    """The plan is over: nobody is asked any more. withdrawn : what everyone who was told is told now, after a roll-back."""
    for notice in open_notices(work, activation_id):
        withdraw(work, notice, withdrawn)


def open_notices(work: Work, activation_id: int) -> list[Notice]:
    """Messages of a plan that stand, locked, oldest first."""
    found = select(Notice.id).where(Notice.activation_id == activation_id, Notice.closed_at.is_(None)).order_by(Notice.id)
    return [work.get(Notice, notice_id) for notice_id in work.session.scalars(found).all()]


def withdraw(work: Work, notice: Notice, correction: Text | None, told_already: set[tuple[str, str]] | None = None) -> None:
    """Carry a message no further, and ask nobody again. correction : what everyone it has reached is told now.

    told_already : (kind, ref) of those who were told the same by another message; whoever is told now is added.
    """
    notice.closed_at = work.now
    if notice.work is not WorkState.DONE:
        notice.work = WorkState.UNDONE
    if correction is None:
        return
    notice.correction = correction.as_row()
    told = set() if told_already is None else told_already
    reached = select(Recipient).where(Recipient.notice_id == notice.id, Recipient.sent_at.is_not(None)).order_by(Recipient.place)
    to = [it for it in work.session.scalars(reached) if (it.kind, it.ref) not in told]
    told |= {(it.kind, it.ref) for it in to}
    _correct(work, notice, to)
    work.record(events.NoticeWithdrawn(**_facts(notice)))


def _correct(work: Work, notice: Notice, reached: Sequence[Recipient]) -> None:
    """Tell these what holds instead of the message they have. Callers hold the message's row."""
    if notice.correction is None or not reached:
        return
    draft = Draft(
        key=f"{notice.key}:withdrawn:{reached[0].id}",
        audience=notice.audience,
        channels=tuple(notice.channels),
        text=Text(**notice.correction),
        to=[Addressee(kind=it.kind, ref=it.ref, name=Text(it.name_zh, it.name_en), phone=it.phone) for it in reached],
        is_exercise=notice.is_exercise,
    )
    queue_notice(work, draft)
