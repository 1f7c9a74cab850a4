"""Severity and response levels: I is the gravest, IV the least."""

from enum import StrEnum


class Level(StrEnum):
    """Level of an incident or of a street response; written in ASCII because fonts lack the Roman glyphs."""

    I = "I"  # noqa: E741 - the field's own name of the level
    II = "II"
    III = "III"
    IV = "IV"

    @property
    def rank(self) -> int:
        """1 for IV up to 4 for I: the higher, the graver."""
        return {"IV": 1, "III": 2, "II": 3, "I": 4}[self.value]

    @property
    def is_grave(self) -> bool:
        """Levels I and II: they sound until someone acknowledges them."""
        return self.rank >= 3
