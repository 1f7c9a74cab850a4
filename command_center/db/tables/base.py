"""What all tables share: naming of constraints, types by annotation, and the mark that puts rows on the board."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase

from command_center.db.types import JsonText, UtcDateTime
from command_center.domain.activations import ActivationStatus, TaskStatus, WorkState
from command_center.domain.closures import ClosureKind, ClosureState
from command_center.domain.handover import HandoverStatus
from command_center.domain.levels import Level
from command_center.domain.notices import Act, NoticeSource, NoticeState
from command_center.domain.proposals import ProposalState
from command_center.domain.reports import ReportKind, ReportState
from command_center.domain.rights import Role
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from command_center.domain.stock import MoveKind, ReservationStatus
from command_center.domain.watches import Duty, PersonRole, SwapStatus, WatchStatus


def _by_value(kind: type[Any]) -> Enum:
    """An enum column that keeps the value ("en_route"), as text, on both engines."""
    return Enum(
        kind, native_enum=False, length=20, create_constraint=False, values_callable=lambda members: [member.value for member in members]
    )


class Base(DeclarativeBase):
    """All tables; names of constraints follow one convention so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        Level: _by_value(Level),
        Role: _by_value(Role),
        UnitStatus: _by_value(UnitStatus),
        AssignmentStatus: _by_value(AssignmentStatus),
        IncidentStatus: _by_value(IncidentStatus),
        ActivationStatus: _by_value(ActivationStatus),
        TaskStatus: _by_value(TaskStatus),
        WorkState: _by_value(WorkState),
        ReportKind: _by_value(ReportKind),
        ReportState: _by_value(ReportState),
        WatchStatus: _by_value(WatchStatus),
        Duty: _by_value(Duty),
        PersonRole: _by_value(PersonRole),
        SwapStatus: _by_value(SwapStatus),
        HandoverStatus: _by_value(HandoverStatus),
        Act: _by_value(Act),
        NoticeSource: _by_value(NoticeSource),
        NoticeState: _by_value(NoticeState),
        ProposalState: _by_value(ProposalState),
        MoveKind: _by_value(MoveKind),
        ReservationStatus: _by_value(ReservationStatus),
        ClosureKind: _by_value(ClosureKind),
        ClosureState: _by_value(ClosureState),
        dict[str, Any]: JsonText,
        list[str]: JsonText,
    }
    board_kind: ClassVar[str | None] = None
    """The kind under which rows of this table stand on the board; None keeps them off it."""

    def shows_on_board(self) -> bool:
        """Whether the change that is being written can show on the board."""
        return True
