"""How the simulated people and vehicles behave, in numbers, and the dice that decide between them."""

from __future__ import annotations

import random
from dataclasses import dataclass

Span = tuple[float, float]
"""From and to; anything between is as likely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """Lengths in seconds (`_s`), shares of one, battery in percent. The defaults are a plausible street, not a measured one."""

    # crews
    answer_s: Span = (3.0, 15.0)
    silent_share: float = 0.05
    """Crews that let the first minute pass, so that the missing answer is seen and dealt with."""
    silent_s: Span = (90.0, 150.0)
    decline_share: float = 0.02
    turnout_s: Span = (20.0, 60.0)
    rolling_turnout_s: Span = (3.0, 8.0)
    """A crew on its way back is aboard already."""
    work_s: Span = (120.0, 480.0)
    arrived_m: float = 30.0

    # patrol rounds
    halt_s: Span = (10.0, 75.0)
    first_halt_s: Span = (0.0, 40.0)
    under_way_at_start: int = 5
    """So many patrol vehicles roll at once, for whoever just opened the screen."""

    # batteries
    battery_at_start_pct: Span = (32.0, 98.0)
    full_pct: float = 95.0
    charge_pct_per_min: float = 4.0
    """Some fifteen times faster than life: a demo should see a vehicle come back."""
    shortest_charge_s: float = 60.0

    # positions
    standing_fix_s: float = 10.0
    stray_m: float = 2.0
    """How far a phone's position strays, one standard deviation."""
    accuracy_m: Span = (3.0, 8.0)
    stand_back_s: float = 300.0
    """A unit for which a real device speaks is left alone for so long after its last word."""

    # callers
    first_call_s: Span = (8.0, 15.0)
    flood_from_per_hour: float = 20.0
    flood_share: float = 0.7
    ponding_points: int = 4
    ponding_m: float = 35.0
    most_open: int = 200
    """With so many simulated incidents open, nobody else rings."""

    # the officer
    untouched_s: float = 45.0
    ask_again_s: float = 20.0
    suggestion_s: float = 20.0
    close_after_s: float = 60.0
    close_for_person_s: float = 600.0
    """A simulated incident that a person took is closed for them only when they left it lying so long."""
    false_alarm_share: float = 0.06
    report_before_s: float = 300.0
    report_within_s: float = 3600.0
    """A report on a simulated incident that no person has given is given shortly before it is due, and an hour old at the latest."""


def dice(seed: object, *names: object) -> random.Random:
    """Chance of its own for each part, so that one more throw here changes nothing there."""
    return random.Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311 - a simulation, no secrets
