"""What happened: frozen, JSON-plain, named in the past tense.

Each class registers itself under its name; the log keeps name and facts, so a new field needs a default for old lines.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeAlias

EVENTS: dict[str, type["Event"]] = {}
"""Every kind of event by name."""


Happened: TypeAlias = str
"""When it was, for what is entered later: the street's own time, "2026-11-23 07:40"; "" where the line was written when it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. Fields are str, int, float, bool, None or lists of these: they go into the log as JSON."""

    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        # dataclass(slots=True) makes the class anew; the later, slotted one wins the place in the registry.
        cls.name = cls.__name__
        EVENTS[cls.__name__] = cls

    def facts(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_log(name: str, facts: dict[str, Any]) -> "Event":
        """Read an event back from its log line; raises KeyError for a kind this version does not know."""
        kind = EVENTS[name]
        known = {field.name for field in fields(kind)}
        return kind(**{key: value for key, value in facts.items() if key in known})
