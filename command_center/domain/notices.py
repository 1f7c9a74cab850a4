"""Messages from above (warnings, district orders): which of them ends which, whatever order they arrive in.

A message never changes; its fate is decided by the earliest other message that applies to it. Because "applies" looks at two messages
only, and "earliest" at what they say of themselves, the same set of messages ends in the same states however it was delivered.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What a message does."""

    ISSUE = "issue"
    UPDATE = "update"
    LIFT = "lift"
    """解除: the danger is over."""
    CANCEL = "cancel"
    """取消: it should not have been issued."""

    @property
    def starts(self) -> bool:
        """Whether the message itself puts something in force."""
        return self in (Act.ISSUE, Act.UPDATE)


class NoticeState(StrEnum):
    """Where a message stands."""

    ACTIVE = "active"
    SUPERSEDED = "superseded"
    LIFTED = "lifted"
    CANCELLED = "cancelled"
    ENDED = "ended"
    """By hand, with a reason."""
    EXPIRED = "expired"
    NOTED = "noted"
    """It only ends others, or it was never meant to be acted on (a technical test, a draft)."""


class NoticeSource(StrEnum):
    """How a message came in."""

    PASTE = "paste"
    CAP = "cap"
    MANUAL = "manual"


ENDS_AS = {
    Act.ISSUE: NoticeState.SUPERSEDED,
    Act.UPDATE: NoticeState.SUPERSEDED,
    Act.LIFT: NoticeState.LIFTED,
    Act.CANCEL: NoticeState.CANCELLED,
}
"""What becomes of a message that one of this act applies to."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Another message, as the sender names it."""

    sender: str
    identifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What decides a message's fate.

    topic : what it is about: a hazard, or a plan; None = it says so only by its references.
    grade : its colour or level; a lifting without one ends whatever stands.
    issuer : None when the text does not say; sender is the machine that sent it.
    key : tells messages of the same second apart, always in the same way.
    """

    key: str
    act: Act
    source: NoticeSource
    sender: str
    identifier: str
    issuer: str | None
    topic: str | None
    grade: str | None
    issued_at: datetime
    is_exercise: bool = False
    references: frozenset[Reference] = frozenset()

    @property
    def order(self) -> tuple[datetime, str]:
        """Messages are told apart by what they say of themselves, never by when they arrived."""
        return self.issued_at, self.key


def applies(message: Notice, to: Notice) -> bool:
    """Whether `message` ends `to`.

    With references it ends exactly what it refers to. Without, it ends what the same issuer said before about the same topic; only a
    CAP alert stands beside earlier ones, because CAP says an update when it means one.
    """
    if message.key == to.key or not to.act.starts or message.is_exercise != to.is_exercise:
        return False
    if message.references:
        return Reference(to.sender, to.identifier) in message.references
    if message.source is NoticeSource.CAP and message.act is Act.ISSUE:
        return False
    return _same_thread(message, to) and message.order > to.order


def _same_thread(message: Notice, to: Notice) -> bool:
    if message.topic is None or message.topic != to.topic:
        return False
    if message.act.starts:
        return message.issuer == to.issuer
    return message.issuer in (None, to.issuer) and message.grade in (None, to.grade)


def ended_by(notice: Notice, others: list[Notice]) -> Notice | None:
    """The earliest message that ends this one, None while nothing does."""
    return min((other for other in others if applies(other, notice)), key=lambda other: other.order, default=None)


_PLACE = re.compile("([^省市区县]{0,6}[省市区县])[^省市区县]*$")


def authority(issuer: str | None) -> str | None:
    """The place an issuer speaks for: 奎文区气象台, 奎文区气象局 and 潍坊市奎文区气象台 are one voice. None when no issuer is named."""
    if not issuer:
        return None
    place = _PLACE.search(issuer)
    return issuer if place is None else place[1]


def tier(issuer: str | None) -> str | None:
    """Whose headquarters ordered: 省, 市, 区 or 县; None when the name does not say."""
    place = authority(issuer)
    return place[-1] if place and place[-1] in "省市区县" else None
