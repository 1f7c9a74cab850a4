"""What happens to watches, the people on them, the stations' roll call, and to who answers for which place.

Telephone numbers and message addresses are not logged, only that they changed.
"""

from dataclasses import dataclass

from command_center.domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAdded(Event):
    person_id: str
    person: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonChanged(Event):
    """changed: names of the fields, never what stands in them."""

    person_id: str
    person: str
    changed: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    person_id: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterFilled(Event):
    """Watches were made by the pattern and seated in turn, up to the local day `until`."""

    watches: int
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImported(Event):
    added: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAdded(Event):
    watch_id: int
    number: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchDropped(Event):
    watch_id: int
    number: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchPeopleSet(Event):
    watch_id: int
    number: str
    post: str
    people: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchBegun(Event):
    """relieved: number of the watch that held the post until now."""

    watch_id: int
    number: str
    post: str
    people: list[str]
    relieved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHandingOver(Event):
    watch_id: int
    number: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchClosed(Event):
    """The post stood down; nobody relieved it."""

    watch_id: int
    number: str
    post: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchesCalledUp(Event):
    """Time went on without anybody's act: these watches are the present and the next ones."""

    watches: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapAsked(Event):
    """person gives the seat on watch `number` to `other`; in_return: number of the watch taken over from `other`."""

    swap_id: int
    number: str
    post: str
    person: str
    other: str
    in_return: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapApproved(Event):
    swap_id: int
    number: str
    post: str
    person: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRefused(Event):
    swap_id: int
    number: str
    post: str
    person: str
    other: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallStarted(Event):
    roll_call_id: int
    stations: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallAsked(Event):
    """reached : how many stations a message service took the question to; the others are to be phoned."""

    roll_call_id: int
    reached: int
    by_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallUnanswered(Event):
    """The time to answer is over for these stations."""

    roll_call_id: int
    posts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RollCallAnswered(Event):
    """way: "card" (the crew itself), "link" (the page behind its message) or "phone" (ticked at the desk)."""

    roll_call_id: int
    post: str
    on_duty: int
    expected: int
    way: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilitiesImported(Event):
    targets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CadrePhoneSet(Event):
    """on_file: whether there is a number now."""

    cadre_id: str
    cadre: str
    on_file: bool
