"""Every table of the centre. The rules that must hold whatever the code does stand here: keys, versions, partial indexes."""

from command_center.db.tables.base import (
    Base,
)
from command_center.db.tables.duty import (
    Handover,
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
    LogOfActivation,
)
from command_center.db.tables.reports import (
    GroupLink,
    PlanText,
    Report,
    ShelterOpening,
)
from command_center.db.tables.roads import (
    CoverageReading,
    RoadClosure,
    StandbyPlan,
)
from command_center.db.tables.searching import (
    LogIndexed,
    LogWord,
)
from command_center.db.tables.stock import (
    Reservation,
    Stock,
    StockLot,
    StockMovement,
)
from command_center.db.tables.street import (
    Area,
    Cadre,
    Community,
    Depot,
    Material,
    Place,
    Station,
)
from command_center.db.tables.warnings import (
    HazardWarning,
    Measurement,
    PlanProposal,
    StandingOrder,
    WarningReference,
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
    "CoverageReading",
    "Credential",
    "Depot",
    "GroupLink",
    "Handover",
    "HazardWarning",
    "Incident",
    "Job",
    "LogEntry",
    "LogIndexed",
    "LogOfActivation",
    "LogWord",
    "Material",
    "Measurement",
    "MessageChannel",
    "Notice",
    "Person",
    "Place",
    "PlanProposal",
    "PlanTask",
    "PlanText",
    "Recipient",
    "Report",
    "Reservation",
    "Responsibility",
    "RoadClosure",
    "RollCall",
    "RollCallAnswer",
    "ShelterOpening",
    "StandbyPlan",
    "StandingOrder",
    "Station",
    "Stock",
    "StockLot",
    "StockMovement",
    "Unit",
    "UnitDuty",
    "WarningReference",
    "Watch",
    "WatchMember",
    "WatchSwap",
]
