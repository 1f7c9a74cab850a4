"""Roles and what they may do. The table is the rule; services ask it, screens only mirror it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from command_center.domain.errors import NotPermitted


class Role(StrEnum):
    """Who is asking."""

    DUTY_OFFICER = "duty_officer"
    DUTY_LEADER = "duty_leader"
    DEPUTY_COMMANDER = "deputy_commander"
    COMMANDER = "commander"
    CREW = "crew"
    DISPLAY = "display"
    ADMIN = "admin"
    SYSTEM = "system"
    TASK_GROUP = "task_group"
    """A task group of a running plan, by the link it was given: it sees and does its own tasks, nothing else."""


class Right(StrEnum):
    """One kind of act."""

    SEE_BOARD = "see_board"
    READ_WORDS = "read_words"
    """What callers said and the staff typed: not for a display that a whole room reads."""
    TAKE_CALLS = "take_calls"
    DISPATCH = "dispatch"
    RUN_INCIDENTS = "run_incidents"
    REPORT_OWN_STATUS = "report_own_status"
    REPORT_ANY_STATUS = "report_any_status"
    SET_UNIT_STATUS = "set_unit_status"
    SEND_POSITIONS = "send_positions"
    RUN_PLANS = "run_plans"
    """Propose and activate plans, tick tasks, tell people. Which level a role approves is a rule of its own (domain/activations)."""
    RUN_JOBS = "run_jobs"
    MANAGE_ACCOUNTS = "manage_accounts"
    ISSUE_LINKS = "issue_links"
    SEND_REPORTS = "send_reports"
    """Write and send information reports to the district."""
    RUN_OWN_TASKS = "run_own_tasks"
    """Begin, do and skip the tasks of one's own task group."""
    SEND_PHOTOS = "send_photos"
    EDIT_PLANS = "edit_plans"
    """Change the text of a plan; it counts once somebody with APPROVE_PLANS has approved it."""
    APPROVE_PLANS = "approve_plans"
    KEEP_ROSTER = "keep_roster"
    """Who is on watch, who is in the directory, who answers for which place, and the stations' roll call."""
    APPROVE_SWAPS = "approve_swaps"
    MOVE_STOCK = "move_stock"
    MOVE_OWN_STOCK = "move_own_stock"
    """Hand out, take back and count in the depots of one's own station."""
    TAKE_WARNINGS = "take_warnings"
    """Warnings, orders of the district, measurements."""
    JUDGE_PROPOSALS = "judge_proposals"
    """Say no to a plan that the centre proposes; saying yes is activating it."""
    HAND_OVER = "hand_over"
    """Write the handover report and sign it, as the outgoing or the incoming officer."""
    COUNTERSIGN = "countersign"
    """Sign a handover as the leader."""
    WRITE_LOG = "write_log"
    """Free entries of the duty log, and corrections of earlier ones."""
    CLOSE_ROADS = "close_roads"
    """Close roads, name their guards, open them again."""
    RUN_DRILL = "run_drill"
    """Begin and end the drill that this centre is, and tell what its director brought about."""


_DESK = frozenset(Right) - {Right.MANAGE_ACCOUNTS, Right.APPROVE_SWAPS, Right.COUNTERSIGN, Right.EDIT_PLANS, Right.APPROVE_PLANS}
_LEADERS = _DESK | {Right.APPROVE_SWAPS, Right.COUNTERSIGN}
_COMMAND = _LEADERS | {Right.APPROVE_PLANS}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.DUTY_OFFICER: _DESK,
    Role.DUTY_LEADER: _LEADERS,
    Role.DEPUTY_COMMANDER: _COMMAND,
    Role.COMMANDER: _COMMAND,
    Role.CREW: frozenset(
        {Right.SEE_BOARD, Right.READ_WORDS, Right.REPORT_OWN_STATUS, Right.SEND_POSITIONS, Right.SEND_PHOTOS, Right.MOVE_OWN_STOCK}
    ),
    Role.DISPLAY: frozenset({Right.SEE_BOARD}),
    Role.ADMIN: frozenset(
        {
            Right.SEE_BOARD,
            Right.READ_WORDS,
            Right.MANAGE_ACCOUNTS,
            Right.ISSUE_LINKS,
            Right.RUN_JOBS,
            Right.SEND_POSITIONS,
            Right.EDIT_PLANS,
            Right.KEEP_ROSTER,
        }
    ),
    Role.SYSTEM: frozenset(Right),
    Role.TASK_GROUP: frozenset({Right.RUN_OWN_TASKS, Right.SEND_PHOTOS}),
}

SIGN_IN_ROLES = frozenset(Role) - {Role.SYSTEM, Role.TASK_GROUP}
"""The system acts for itself, a task group by its link; nobody signs in as either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something; every line of the log names one. group, activation_id : the task group of one running plan that acts."""

    name: str
    role: Role
    account_id: int | None = None
    unit_id: str | None = None
    group: str | None = None
    activation_id: int | None = None

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise NotPermitted with role and right when the actor's role does not have it."""
        if not self.may(right):
            raise NotPermitted(role=self.role.value, right=right.value)


SYSTEM = Actor(name="system", role=Role.SYSTEM)
"""The centre itself: workers, clocks, start-up."""
