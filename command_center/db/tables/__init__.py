"""Every table of the centre. The rules that must hold whatever the code does stand here: keys, versions, partial indexes."""

from command_center.db.tables.base import Base
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
from command_center.db.tables.record import (
    AnsweredOrder,
    ChainHead,
    Job,
    LogEntry,
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

__all__ = [
    "Account",
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
    "Incident",
    "Job",
    "LogEntry",
    "Material",
    "Place",
    "Reservation",
    "Station",
    "Stock",
    "StockLot",
    "StockMovement",
    "Unit",
]
