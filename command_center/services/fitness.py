"""Which vehicles are fit: the one place that asks battery and maintenance, for every kind of proposal."""

from collections.abc import Mapping
from datetime import date

from command_center.center import Center
from command_center.db.tables import Unit
from command_center.domain.dispatching import unfit_because
from command_center.domain.positions import Fix


def street_day(center: Center) -> date:
    """Today where the street is."""
    return center.now().astimezone(center.zone).date()


def why_unfit(unit: Unit, fixes: Mapping[str, Fix], today: date) -> str | None:
    """What keeps a unit from being proposed although its state would allow it; a code of REASONS, or None."""
    fix = fixes.get(unit.id)
    return unfit_because(
        battery_pct=None if fix is None else fix.battery_pct,
        low_battery_pct=unit.low_battery_pct,
        service_due_on=unit.service_due_on,
        today=today,
    )
