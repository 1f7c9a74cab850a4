"""What a test starts from. `given(center, Unit, status=UnitStatus.ON_SCENE)` states what matters and fills in the rest."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.catalogue.scenarios import find_scenario
from command_center.center import Center
from command_center.db.tables import Account, Assignment, Base, Call, Incident, PlanProposal, Unit
from command_center.domain.drill_clock import DRILL_FILE, DrillClock
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.proposals import ProposalState
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import calls
from command_center.services.calls import TakeCall, TakenCall

Row = TypeVar("Row", bound=Base)

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Where the tests' clock starts: a Monday, nine in the morning in Shanghai."""

OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
"""Who reads and acts when it does not matter who."""

TEST_CALL = "E107"
"""An e-bike fire: level III, a life at risk, one patrol vehicle."""
_numbers = itertools.count(1)


def given(center: Center, table: type[Row], **stated: Any) -> Row:  # noqa: ANN401 - a column of any type
    """Put one row in, filled where nothing is stated, and return it detached. No event is recorded: this was so before."""
    with Session(center.engine, expire_on_commit=False) as session, session.begin():
        row = table(**(_FILLED[table](center, session) | stated))
        session.add(row)
    return row


def _unit(center: Center, session: Session) -> dict[str, Any]:
    number, like = next(_numbers), session.scalars(select(Unit).order_by(Unit.id)).first()
    assert like is not None, "the street has no units yet"
    return {
        "id": f"patrol-{number + 100}",
        "kind": "patrol_vehicle",
        "area_code": like.area_code,
        "station_code": like.station_code,
        "call_sign_zh": f"巡{number + 100}",
        "call_sign_en": f"Patrol {number + 100}",
        "home_lat": like.home_lat,
        "home_lon": like.home_lon,
        "seats": 4,
        "capabilities": list(like.capabilities),
        "low_battery_pct": 20.0,
        "crew": [],
        "status": UnitStatus.AVAILABLE,
    }


def _incident(center: Center, session: Session) -> dict[str, Any]:
    at, now = somewhere(center), center.now()
    return {
        "number": f"TEST-{next(_numbers):04d}",
        "type": TEST_CALL,
        "severity": Level.III,
        "status": IncidentStatus.NEW,
        "lat": at.lat,
        "lon": at.lon,
        "place_zh": "测试地点",
        "place_en": "Test place",
        "note": "",
        "call_count": 1,
        "is_simulated": False,
        "reported_at": now,
        "last_call_at": now,
    }


def _call(center: Center, session: Session) -> dict[str, Any]:
    at = somewhere(center)
    return {
        "at": center.now(),
        "taken_by": "officer",
        "caller_name": "",
        "caller_phone": "",
        "said": "",
        "answers": {},
        "lat": at.lat,
        "lon": at.lon,
        "joined": False,
    }


def _assignment(center: Center, session: Session) -> dict[str, Any]:
    return {"status": AssignmentStatus.QUEUED, "ordered_by": "officer", "dispatched_at": center.now(), "travel_s": 120.0, "end_reason": ""}


def _account(center: Center, session: Session) -> dict[str, Any]:
    return {"name": f"officer-{next(_numbers)}", "role": Role.DUTY_OFFICER, "created_at": center.now()}


def _proposal(center: Center, session: Session) -> dict[str, Any]:
    return {
        "plan_id": "P01",
        "is_exercise": False,
        "level": Level.IV,
        "reasons": [],
        "to_judge": [],
        "approve_by": "duty_leader",
        "state": ProposalState.OPEN,
        "proposed_at": center.now(),
        "changed_at": center.now(),
        "reason": "",
    }


_FILLED: dict[type[Base], Callable[[Center, Session], dict[str, Any]]] = {
    Account: _account,
    Assignment: _assignment,
    Call: _call,
    Incident: _incident,
    PlanProposal: _proposal,
    Unit: _unit,
}


def somewhere(center: Center) -> Point:
    """A point on the street that roads reach: the first station's yard."""
    return next(iter(center.catalogue.stations.values())).point


def take_test_call(center: Center, actor: Actor | None = None, **stated: Any) -> TakenCall:  # noqa: ANN401 - any field of TakeCall
    """Take a call as an officer would: an e-bike fire at the first station, a new incident unless `join` says otherwise."""
    order = {"kind": TEST_CALL, "join": "new"} | ({} if "place_id" in stated else {"at": somewhere(center)}) | stated
    return calls.take_call(center, TakeCall(**order), actor or OFFICER)


def as_drill(center: Center, moment: datetime, speed: float, scenario: str | Path = "D") -> Center:
    """Make a test's centre a drill that began at `moment`; the test goes on moving its clock. scenario : letter, or a file."""
    file = find_scenario(str(scenario))
    assert file is not None
    (center.folder / DRILL_FILE).write_bytes(file.read_bytes())
    center.drill = DrillClock(started_at=moment, clock_at=moment, speed=speed)
    center.is_drill = True
    return center
