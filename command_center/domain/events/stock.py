"""What happens to stock. `quantity` counts units of the material; `balance` is what the depot holds afterwards.

The ledger has a line for every lot; the log has one for every order.
"""

from dataclasses import dataclass, field

from command_center.domain.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOpened(Event):
    """A new centre, or a larger catalogue: depots were filled with the catalogue's typical quantities (demonstration data)."""

    depots: int
    materials: int
    lots: int
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMoved(Event):
    """kind: a MoveKind but reserve, transfer and count, which have events of their own. lots: numbers, in the order they were touched.

    expired: how many of the pieces were past their last day; of goods that went out, somebody confirmed it.
    """

    kind: str
    depot: str
    material: str
    quantity: int
    balance: int
    reserved: int
    lots: list[str] = field(default_factory=list)
    expired: int = 0
    incident_id: int | None = None
    activation_id: int | None = None
    reservation_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTransferred(Event):
    """From one depot to another; `to_balance` is what the other holds afterwards."""

    depot: str
    to_depot: str
    material: str
    quantity: int
    balance: int
    to_balance: int
    lots: list[str] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCounted(Event):
    """Somebody counted: `difference` is what was found more (or, negative, less) than the books said. lot: None for all lots together."""

    depot: str
    material: str
    lot: str | None
    counted: int
    difference: int
    balance: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockMinimumSet(Event):
    depot: str
    material: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReserved(Event):
    """Stock was put by for an incident or an activation. short: materials that could not be had in full."""

    quantity: int
    materials: list[str]
    depots: list[str]
    short: list[str] = field(default_factory=list)
    incident_id: int | None = None
    activation_id: int | None = None
    step_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReleased(Event):
    """What was put by and never left its depot is free again."""

    quantity: int
    materials: list[str]
    depots: list[str]
    incident_id: int | None = None
    activation_id: int | None = None
    step_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockImported(Event):
    """A sheet was taken over: `counted` lots, `difference` items more (or less) than before, `minimums` set."""

    rows: int
    counted: int
    difference: int
    minimums: int
    reason: str = ""
