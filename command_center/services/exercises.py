"""What is an exercise: in service whatever is marked as one; in a drill nothing, for there the whole world is the exercise."""

from sqlalchemy import ColumnElement, SQLColumnExpression, false, true

from command_center.center import Center

EXERCISE = "exercise"
"""The status of a warning that only exercises something, as CAP has it."""

ACTED_ON = ("actual", EXERCISE)
"""Warnings of other kinds (tests, drafts, messages between systems) are kept and speak for nothing."""


def is_exercise(center: Center, *, marked: bool) -> bool:
    """Whether something that is marked as simulated, or as an exercise, is apart from what is real here."""
    return marked and not center.is_drill


def of_situation(center: Center, marked: SQLColumnExpression[bool], *, is_exercise: bool = False) -> ColumnElement[bool]:
    """Rows of the real situation, or of the one that is only exercised. marked : whether a row is marked as an exercise."""
    return of_world(marked, is_drill=center.is_drill, is_exercise=is_exercise)


def of_world(marked: SQLColumnExpression[bool], *, is_drill: bool, is_exercise: bool = False) -> ColumnElement[bool]:
    """The same for statements that are put together once, for the centre itself and for a drill's copy of it."""
    if is_drill:
        return false() if is_exercise else true()
    return marked.is_(is_exercise)
