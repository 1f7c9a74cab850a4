"""What the drill puts on the wire, and how it reads what comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from command_center.api.positions_in import from_batch
from command_center.api.shapes import CallIn, CloseIn, StatusIn, UnitsIn, UnitStatusIn
from command_center.domain.geo import Point
from command_center.domain.positions import Fix
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from tests.builders import MORNING
from workers.drill.line import events, position_row
from workers.drill.orders import Close, Report, SendUnit, SetUnit, TakeCall, request_of
from workers.drill.running import web_address

CALL = TakeCall(
    key="drill-call-1",
    kind="E125",
    said="电梯卡住了",
    caller_name="王女士",
    caller_phone="000-0000-0001",
    place_id="XQ001",
    place_text="3号楼2单元",
    answers={"几个人？": "两个人"},
)

ORDERS = [
    (CALL, CallIn),
    (TakeCall(key="2", kind="E112", said="树倒了", caller_name="", caller_phone="", at=Point(36.7, 119.14)), CallIn),
    (Report(assignment_id=5, status=AssignmentStatus.DECLINED, reason="车辆故障"), StatusIn),
    (Report(assignment_id=5, status=AssignmentStatus.RECALLED), StatusIn),
    (SetUnit(unit_id="patrol-01", status=UnitStatus.CHARGING), UnitStatusIn),
    (SendUnit(incident_id=3, unit_id="patrol-01"), UnitsIn),
    (Close(incident_id=3, outcome=IncidentStatus.FALSE_ALARM), CloseIn),
]


@pytest.mark.parametrize(("order", "shape"), ORDERS)
def test_every_order_has_the_shape_its_door_takes(order: TakeCall | Report | SetUnit | SendUnit | Close, shape: type) -> None:
    TypeAdapter(shape).validate_python(request_of(order).body)


def test_a_simulated_call_says_that_it_is_one() -> None:
    request = request_of(CALL)

    assert CallIn.model_validate(request.body).is_simulated
    assert request.key == CALL.key


def test_a_position_survives_the_batch_door() -> None:
    fix = Fix(
        unit_id="patrol-01", at=MORNING, point=Point(36.7, 119.14), speed_kmh=25.0, heading_deg=90.0, accuracy_m=5.0, battery_pct=None
    )

    (reading,) = from_batch([position_row(fix)])

    assert not reading.unreadable
    assert (reading.unit, reading.at, reading.lat, reading.lon) == (fix.unit_id, fix.at, fix.point.lat, fix.point.lon)
    assert (reading.speed_kmh, reading.heading_deg, reading.accuracy_m, reading.battery_pct) == (25.0, 90.0, 5.0, None)


@given(told=st.lists(st.tuples(st.sampled_from(["facts", "beat", "reset"]), st.sampled_from(['{"a":1}', "{}", '{"说":": "}']))))
def test_events_are_read_as_they_were_written(told: list[tuple[str, str]]) -> None:
    lines = ["retry: 1000", "", ": a comment"]
    for number, (event, data) in enumerate(told):
        lines += [f"id: {number}-0", f"event: {event}", f"data: {data}", ""]

    assert list(events(lines)) == told


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8050"),
        ("0.0.0.0", "http://127.0.0.1:8050"),  # noqa: S104 - nothing is bound
        ("::", "http://[::1]:8050"),
        ("10.1.2.3", "http://10.1.2.3:8050"),
        ("localhost", "http://localhost:8050"),
    ],
)
def test_the_web_process_is_called_where_it_listens(host: str, address: str) -> None:
    assert web_address(host, 8050) == address
