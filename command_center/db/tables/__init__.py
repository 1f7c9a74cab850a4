"""Every table of the centre. The rules that must hold whatever the code does stand here: keys, versions, partial indexes."""

from command_center.db.tables.base import Base
from command_center.db.tables.duty import (
    Person,
    Responsibility,
    RollCall,
    RollCallAnswer,
    Watch,
    WatchMember,
    WatchSwap,
)
from command_center.db.tables.operations import (
    Assignment,
    Call,
    Incident,
    Unit,
)
from command_center.db.tables.people import (
    Account,
    Credential,
)
from command_center.db.tables.plans import (
    Activation,
    MessageChannel,
    Notice,
    PlanTask,
    Recipient,
    UnitDuty,
)
from command_center.db.tables.record import (
    AnsweredOrder,
    ChainHead,
    Job,
    LogEntry,
)
from command_center.db.tables.reports import (
    GroupLink,
    PlanText,
    Report,
    ShelterOpening,
)
from command_center.db.tables.street import (
    Area,
    Cadre,
    Community,
    Depot,
    Material,
    Place,
    Station,
    Stock,
)

__all__ = [
    "Account",
    "Activation",
    "AnsweredOrder",
    "Area",
    "Assignment",
    "Base",
    "Cadre",
    "Call",
    "ChainHead",
    "Community",
    "Credential",
    "Depot",
    "GroupLink",
    "Incident",
    "Job",
    "LogEntry",
    "Material",
    "MessageChannel",
    "Notice",
    "Person",
    "Place",
    "PlanTask",
    "PlanText",
    "Recipient",
    "Report",
    "Responsibility",
    "RollCall",
    "RollCallAnswer",
    "ShelterOpening",
    "Station",
    "Stock",
    "Unit",
    "UnitDuty",
    "Watch",
    "WatchMember",
    "WatchSwap",
]
