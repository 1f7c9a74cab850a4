"""Every unit as it is this moment, read once for all that a decision about units asks: state, place, battery, whether it guards a road."""

import json
from datetime import datetime
from functools import lru_cache
from typing import cast

from sqlalchemy import Text as SqlText
from sqlalchemy import select, type_coerce
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.engine import columns
from command_center.db.tables import Unit
from command_center.domain.dispatching import LOST_FIX_S, UnitNow, unfit_because
from command_center.domain.geo import Point
from command_center.domain.text import Text
from command_center.services.fitness import street_day
from command_center.services.positions import latest_rows
from command_center.services.road_conditions import guards

_UNITS = select(
    Unit.id,
    Unit.call_sign_zh,
    Unit.call_sign_en,
    Unit.kind,
    Unit.status,
    type_coerce(Unit.capabilities, SqlText),
    Unit.seats,
    Unit.low_battery_pct,
    Unit.service_due_on,
    Unit.home_lat,
    Unit.home_lon,
).order_by(Unit.id)
"""Columns, not rows of the mapper: a thousand units are read in a few milliseconds. Units of a kind can do the same, as the same text."""

_Told = tuple[str, float, float, float | None, float | None, float | None, str, float | None]
"""A `FrameRow`, value by value."""


def fleet_now(center: Center, session: Session) -> list[UnitNow]:
    """All units by id."""
    told, guarding, now, today = cast("dict[str, _Told]", latest_rows(center)), guards(session), center.now(), street_day(center)
    units = []
    for unit_id, zh, en, kind, status, skills, seats, low_pct, due_on, home_lat, home_lon in columns(session, _UNITS).all():
        battery_pct, fix_age_s, point = None, None, None
        if unit_id in told:
            _, lat, lon, _, _, battery_pct, at, _ = told[unit_id]
            fix_age_s = (now - datetime.fromisoformat(at)).total_seconds()
            point = Point(lat, lon) if fix_age_s <= LOST_FIX_S else None
        units.append(
            UnitNow(
                unit_id=unit_id,
                call_sign=_call_sign(zh, en),
                kind=kind,
                status=status,
                capabilities=_capabilities(skills),
                seats=seats,
                unfit=unfit_because(battery_pct=battery_pct, low_battery_pct=low_pct, service_due_on=due_on, today=today),
                point=point or Point(home_lat, home_lon),
                battery_pct=battery_pct,
                fix_age_s=fix_age_s,
                guards=unit_id in guarding,
            )
        )
    return units


@lru_cache(maxsize=4096)
def _call_sign(zh: str, en: str) -> Text:
    return Text(zh, en)


@lru_cache(maxsize=256)
def _capabilities(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))
