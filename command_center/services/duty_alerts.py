"""What the watch itself owes: a watch that nobody relieved, stations that do not answer the roll call.

Read from the board, the roster and the clock: it is seen on wall and console whether or not a worker was awake when it came about.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.text import Text
from command_center.services.handover_clock import late_watch

Kind = Literal["nobody_took_over", "stations_silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAlert:
    """since : when it should have been done. about : number of the watch, or the stations' names."""

    kind: Kind
    since: datetime
    about: tuple[Text, ...]


def duty_alerts(center: Center, board: Board) -> list[DutyAlert]:
    """Everything of the duty day that is late now."""
    late = late_watch(center)
    found = [] if late is None else [DutyAlert(kind="nobody_took_over", since=late.since, about=(Text(late.number, late.number),))]
    return [*found, *_silent_stations(board, center.now())]


def _silent_stations(board: Board, now: datetime) -> list[DutyAlert]:
    """The newest roll call, once the time to answer is over."""
    calls = [(row, datetime.fromisoformat(row["due_at"])) for row in board.rows("roll_call")]
    silent = [
        DutyAlert(
            kind="stations_silent",
            since=due_at,
            about=tuple(Text(it["name"]["zh"], it["name"]["en"]) for it in row["stations"] if it["on_duty"] is None),
        )
        for row, due_at in calls
        if due_at <= now
    ]
    return silent[-1:]
