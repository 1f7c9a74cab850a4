"""What a pasted text says, before anybody has confirmed it: each thing that was read, and what it would do. Nothing is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import board_row
from command_center.db.tables import HazardWarning
from command_center.domain.board import Row
from command_center.domain.levels import Level
from command_center.domain.notices import Act, Notice, NoticeState, applies, authority
from command_center.domain.rights import Actor, Right
from command_center.domain.warning_text import read_text
from command_center.services.warning_drafts import PastedText, WarningDraft, drafts_of
from command_center.services.warnings import known_warning, warning_notices


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodWarning:
    """A warning as it was read. is_known : the same message is kept already. ends : warnings in force that it would end, as board rows."""

    draft: WarningDraft
    is_known: bool
    ends: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodOrder:
    """An order of the district as it was read. plan_id : None where no word tells the plan, and a person has to say it."""

    plan_id: str | None
    level: Level | None
    act: Act
    issuer: str
    issued_at: datetime | None
    is_exercise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """Either warnings or orders, in the order in which corrections name them."""

    warnings: tuple[UnderstoodWarning, ...] = ()
    orders: tuple[UnderstoodOrder, ...] = ()


def understand(center: Center, text: str, actor: Actor) -> Understood:
    """Read a pasted text. Raises NoWarningInText, TextTooLong, UnreadableText."""
    actor.require(Right.TAKE_WARNINGS)
    now = center.now()
    read = read_text(text, center.catalogue.warning_signals, now=now.astimezone(center.zone))
    if read.orders:
        return Understood(
            orders=tuple(
                UnderstoodOrder(
                    plan_id=one.plan_id,
                    level=one.level,
                    act=one.act,
                    issuer=one.issuer or "",
                    issued_at=one.issued_at,
                    is_exercise=read.is_exercise,
                )
                for one in read.orders
            )
        )
    drafts = drafts_of(PastedText(text=text), center.catalogue, now).warnings
    with center.read() as session:
        return Understood(warnings=tuple(_understood(center, session, draft) for draft in drafts))


def _understood(center: Center, session: Session, draft: WarningDraft) -> UnderstoodWarning:
    in_force = session.scalars(select(HazardWarning).where(HazardWarning.state == NoticeState.ACTIVE).order_by(HazardWarning.id)).all()
    notices = warning_notices(session, in_force)
    mine = _notice_of(draft)
    ended = [row for row in in_force if applies(mine, notices[row.id])]
    return UnderstoodWarning(
        draft=draft,
        is_known=known_warning(session, draft) is not None,
        ends=[board_row(row, center.catalogue) for row in ended],
    )


def _notice_of(draft: WarningDraft) -> Notice:
    return Notice(
        key=f"{draft.sender}|{draft.identifier}|{draft.fingerprint}",
        act=draft.act,
        source=draft.source,
        sender=draft.sender,
        identifier=draft.identifier,
        issuer=authority(draft.issuer),
        topic=draft.topic,
        grade=draft.color,
        issued_at=draft.issued_at,
        is_exercise=draft.status == "exercise",
        references=draft.references,
    )
