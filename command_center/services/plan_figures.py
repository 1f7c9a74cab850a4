"""How running plans stand, counted on the board: what is done, what is late, what comes next, and who has not answered."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from command_center.domain.activations import OPEN_TASK, ActivationStatus, TaskStatus, WorkState
from command_center.domain.board import Board, Row
from command_center.domain.levels import Level
from command_center.services.notices import IN_LINE

_STILL_TO_DO = frozenset(status.value for status in OPEN_TASK)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """One plan that runs or waits for approval.

    all : tasks to be done, those that were skipped left out. next_due_at : when the next open task that is not yet late is due.
    unanswered : messages whose time to answer is over. held : messages to the public that wait for words.
    counted : what was counted last, {"what", "done", "of"}, None where nothing was.
    """

    activation: Row
    done: int
    overdue: int
    all: int
    next_due_at: str | None
    unanswered: int
    held: int = 0
    counted: Mapping[str, Any] | None = None

    @property
    def runs(self) -> bool:
        return bool(self.activation["status"] != ActivationStatus.PROPOSED)

    @property
    def waits(self) -> bool:
        """Whether a yes or no is asked for: the activation itself, its confirmation, or a change of level."""
        return self.activation["status"] != ActivationStatus.ACTIVE or self.activation["wanted_level"] is not None


def plan_figures(board: Board, now: datetime) -> tuple[PlanFigures, ...]:
    """Every plan on the board, the gravest first, then the oldest."""
    tasks, notices = _by_activation(board.rows("task")), _by_activation(board.rows("notice"))
    activations = sorted(board.rows("activation"), key=lambda row: (-Level(row["level"]).rank, row["requested_at"], row["id"]))
    return tuple(_figures(row, tasks[row["id"]], notices[row["id"]], now) for row in activations)


def _by_activation(rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["activation_id"]].append(row)
    return found


def _figures(activation: Row, tasks: list[Row], notices: list[Row], now: datetime) -> PlanFigures:
    coming = [str(task["due_at"]) for task in tasks if task["status"] in _STILL_TO_DO and task["due_at"] and not is_late(task, now)]
    return PlanFigures(
        activation=activation,
        done=sum(task["status"] == TaskStatus.DONE for task in tasks),
        overdue=sum(is_late(task, now) for task in tasks),
        all=sum(task["status"] != TaskStatus.SKIPPED for task in tasks),
        next_due_at=min(coming, key=datetime.fromisoformat, default=None),
        unanswered=sum(is_unanswered(notice, now) for notice in notices),
        held=sum(notice["work"] == WorkState.HELD for notice in notices),
        counted=_counted(tasks),
    )


def _counted(tasks: list[Row]) -> Mapping[str, Any] | None:
    told = [task for task in tasks if task["counted"] is not None and task["counted"]["done"] is not None]
    return max(told, key=lambda task: datetime.fromisoformat(task["done_at"]))["counted"] if told else None


def is_late(task: Row, now: datetime) -> bool:
    """Still to be done, and its deadline is over."""
    due_at = task["due_at"]
    return task["status"] in _STILL_TO_DO and due_at is not None and datetime.fromisoformat(due_at) <= now


def is_unconfirmed(activation: Row, now: datetime) -> bool:
    """It runs on an officer's word, and the time in which a leader should have confirmed it is over."""
    until = activation["confirm_until"]
    return until is not None and datetime.fromisoformat(until) <= now


def is_unanswered(notice: Row, now: datetime) -> bool:
    """The time to answer is over and somebody has not; in a line of command one answer is enough."""
    if not notice["needs_answer"] or notice["gone"] or notice["work"] == WorkState.HELD:
        return False
    missing = notice["answered"] < (1 if notice["audience"] == IN_LINE else notice["recipients"])
    until = notice["answer_until"]
    return missing and until is not None and datetime.fromisoformat(until) <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentAudience:
    """Those of one audience who have not answered in time, of the message that most are silent about. since : when the oldest was sent."""

    audience: str
    silent: int
    of: int
    since: str


def silent_audiences(board: Board, now: datetime) -> tuple[SilentAudience, ...]:
    """Who is silent, of plans and of everything else that somebody has to answer; who has been waited for longest comes first."""
    late: defaultdict[str, list[Row]] = defaultdict(list)
    for notice in board.rows("notice"):
        if is_unanswered(notice, now):
            late[notice["audience"]].append(notice)
    worst = {audience: max(notices, key=_missing) for audience, notices in late.items()}
    found = [
        SilentAudience(
            audience=audience,
            silent=_missing(worst[audience]),
            of=worst[audience]["recipients"],
            since=min((notice["queued_at"] for notice in notices), key=datetime.fromisoformat),
        )
        for audience, notices in late.items()
    ]
    return tuple(sorted(found, key=lambda one: (datetime.fromisoformat(one.since), one.audience)))


def _missing(notice: Row) -> int:
    return int(notice["recipients"] - notice["answered"])
