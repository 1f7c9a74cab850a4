"""Alarms: what sounds, how many a person has to take in, and how grave they are.

An alarm is a new emergency. ISA-18.2 and EEMUA 191 measure an alarm system by the rate a person can follow and by the mix of what sounds:
few grave alarms among many small ones, or nobody knows any more which to answer first. A plan's task that is overdue sounds once, by
the same rule of a rush; it is no emergency and is not counted here.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from command_center.domain.levels import Level

RUSH = 10
"""From so many alarms in ten minutes on, more of the same kind, level and area come without a sound (assets/sound.js does the same)."""

RUSH_WINDOW = timedelta(minutes=10)

BANDS: Mapping[Level, str] = {Level.I: "I-II", Level.II: "I-II", Level.III: "III", Level.IV: "IV"}
WANTED_SHARE: Mapping[str, float] = {"I-II": 0.05, "III": 0.15, "IV": 0.80}
"""The mix that EEMUA 191 recommends for high, medium and low."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """group : what makes alarms of one rush alike: kind, level, area."""

    at: datetime
    level: Level
    group: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFigures:
    """total : alarms. per_hour : their mean, None for a period that has no length yet. most_in_10_min : in any ten minutes.

    sounded : how many made a sound of their own. sounded_share : band of levels -> its share of those, None when none sounded.
    """

    total: int
    per_hour: float | None
    most_in_10_min: int
    sounded: int
    sounded_share: Mapping[str, float | None]


def alarm_figures(alarms: Iterable[Alarm], hours: float) -> AlarmFigures:
    """Hours : the length of the period they came in, up to now."""
    ordered = sorted(alarms, key=lambda alarm: alarm.at)
    sounded = Counter(BANDS[alarm.level] for alarm in sounding(ordered))
    loud = sounded.total()
    return AlarmFigures(
        total=len(ordered),
        per_hour=len(ordered) / hours if hours > 0 else None,
        most_in_10_min=most_within(RUSH_WINDOW, [alarm.at for alarm in ordered]),
        sounded=loud,
        sounded_share={band: sounded[band] / loud if loud else None for band in WANTED_SHARE},
    )


def sounding(ordered: Sequence[Alarm]) -> list[Alarm]:
    """The alarms that sound for themselves. ordered : by time."""
    recent: deque[Alarm] = deque()
    loud = []
    for alarm in ordered:
        while recent and alarm.at - recent[0].at >= RUSH_WINDOW:
            recent.popleft()
        if len(recent) < RUSH or all(other.group != alarm.group for other in recent):
            loud.append(alarm)
        recent.append(alarm)
    return loud


def most_within(window: timedelta, ordered: Sequence[datetime]) -> int:
    """The most moments that lie within any window of this length."""
    most, first = 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most
