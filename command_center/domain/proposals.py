"""Where a proposal to activate a plan stands."""

from enum import StrEnum


class ProposalState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    """The plan runs."""
    DECLINED = "declined"
    STALE = "stale"
    """What it was proposed for is over."""
