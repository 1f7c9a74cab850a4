"""The shapes of orders about stock."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from command_center.api.shapes import MOST_ID, Body, Code, PointIn, _no_control_characters
from command_center.domain.stock import LONGEST_LOT, LONGEST_REASON, MOST_AT_ONCE, UNLABELLED, ForKind

Quantity = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, strict=True)]
Level = Annotated[int, Field(ge=0, le=MOST_AT_ONCE, strict=True)]
Id = Annotated[int, Field(ge=1, le=MOST_ID, strict=True)]
LotNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_LOT), AfterValidator(_no_control_characters)
]
Why = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_REASON), AfterValidator(_no_control_characters)]
StepId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]{1,40}$")]
LastDay = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class ReceiveIn(Body):
    """Goods that arrive. `lot`: the number on the packing; `expires_on`: the last good day, left out for what keeps."""

    depot: Code
    material: Code
    quantity: Quantity
    lot: LotNumber = UNLABELLED
    expires_on: LastDay | None = None
    reason: Why = ""


class MoveIn(Body):
    """Either `depot` and `material`, for what is not reserved, or `reservation_id`. `lot`: left out, the soonest to expire goes first.

    `expired_too`: hand out or use up what is past its last day as well; without it that is refused.
    """

    depot: Code | None = None
    material: Code | None = None
    reservation_id: Id | None = None
    quantity: Quantity
    lot: LotNumber | None = None
    expired_too: Annotated[bool, Field(strict=True)] = False
    for_kind: ForKind | None = None
    for_id: Id | None = None
    reason: Why = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "MoveIn":
        plain = self.depot is not None and self.material is not None
        if plain == (self.reservation_id is not None) or (not plain and (self.depot or self.material or self.for_kind)):
            raise ValueError("name either depot and material, or reservation_id")
        if (self.for_kind is None) != (self.for_id is None):
            raise ValueError("for_kind and for_id belong together")
        return self


class WriteOffIn(Body):
    depot: Code
    material: Code
    quantity: Quantity
    lot: LotNumber | None = None
    reason: Annotated[Why, Field(min_length=1)]


class TransferIn(Body):
    depot: Code
    to_depot: Code
    material: Code
    quantity: Quantity
    lot: LotNumber | None = None
    reason: Why = ""


class CountIn(Body):
    """What was counted: of one lot, or without `lot` of all lots together. `reason`: needed when the books say something else."""

    depot: Code
    material: Code
    counted: Level
    lot: LotNumber | None = None
    expires_on: LastDay | None = None
    reason: Why = ""


class MinimumIn(Body):
    depot: Code
    material: Code
    minimum: Level


class ReserveIn(Body):
    """`wants`: material code to total wanted for this purpose (and step). `near`: left out, the incident's place."""

    wants: Annotated[dict[Code, Quantity], Field(min_length=1, max_length=LONGEST_REASON)]
    for_kind: ForKind
    for_id: Id
    step_id: StepId | None = None
    near: PointIn | None = None
    depot: Code | None = None
    allow_short: Annotated[bool, Field(strict=True)] = False


class ReleaseIn(Body):
    """Either `reservation_id` with `quantity`, or all of a purpose (`step_id`: of one of its steps)."""

    reservation_id: Id | None = None
    quantity: Quantity | None = None
    for_kind: ForKind | None = None
    for_id: Id | None = None
    step_id: StepId | None = None
    reason: Why = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "ReleaseIn":
        one, whole = (self.reservation_id, self.quantity), (self.for_kind, self.for_id)
        if not ((None not in one and whole == (None, None)) or (None not in whole and one == (None, None))):
            raise ValueError("name either reservation_id and quantity, or for_kind and for_id")
        return self


Purpose = Annotated[str, StringConstraints(pattern=r"^(activation|incident):[1-9][0-9]{0,14}$")]
PlanAtLevel = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,24}:(I|II|III|IV)$")]
