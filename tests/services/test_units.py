"""A unit's own affairs: who is aboard and how its crew is reached."""

from datetime import date

import pytest

from command_center.center import Center
from command_center.domain.errors import Invalid, NotPermitted, UnknownUnit
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services import history, units
from command_center.services.live import read_snapshot


def on_board(center: Center, unit_id: str) -> dict[str, object]:
    return next(dict(row) for row in read_snapshot(center).rows if row["id"] == unit_id)


def test_the_crew_is_shown_on_the_board(center: Center, officer: Actor) -> None:
    units.set_unit_crew(center, "patrol-01", ["赵一", " ", "钱二"], officer)

    assert on_board(center, "patrol-01")["crew"] == ["赵一", "钱二"]


def test_more_people_than_seats_are_refused(center: Center, officer: Actor) -> None:
    with pytest.raises(Invalid):
        units.set_unit_crew(center, "patrol-01", ["x"] * 9, officer)


def test_a_message_service_is_set_without_its_secret_in_the_log(center: Center, officer: Actor) -> None:
    units.set_unit_channel(center, "patrol-01", "dingtalk://SecretToken0123456789", officer)

    assert on_board(center, "patrol-01")["channel"] is True
    newest = history.recent_entries(center, limit=1)[0]
    assert newest["facts"] == {"unit_id": "patrol-01", "service": "dingtalk"}


@pytest.mark.parametrize("channel", ["not an address", "nosuchservice://x", ""])
def test_an_address_of_no_service_is_refused(center: Center, officer: Actor, channel: str) -> None:
    with pytest.raises(Invalid):
        units.set_unit_channel(center, "patrol-01", channel, officer)


def test_a_display_and_an_unknown_unit_are_refused(center: Center, officer: Actor, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        units.set_unit_status(center, "patrol-01", UnitStatus.CHARGING, display)
    with pytest.raises(UnknownUnit):
        units.set_unit_crew(center, "ghost", [], officer)


def test_a_fault_stands_while_the_unit_is_out_of_service(center: Center, officer: Actor) -> None:
    units.set_unit_status(center, "patrol-01", UnitStatus.OUT_OF_SERVICE, officer, " 左后轮漏气 ")
    assert on_board(center, "patrol-01")["fault"] == "左后轮漏气"

    units.set_unit_status(center, "patrol-01", UnitStatus.AVAILABLE, officer)

    assert on_board(center, "patrol-01")["fault"] == ""


def test_a_fault_nobody_would_read_to_its_end_is_refused(center: Center, officer: Actor) -> None:
    with pytest.raises(Invalid):
        units.set_unit_status(center, "patrol-01", UnitStatus.OUT_OF_SERVICE, officer, "x" * 201)


def test_maintenance_is_planned_and_unplanned(center: Center, officer: Actor, display: Actor) -> None:
    units.plan_service(center, "patrol-01", date(2026, 12, 1), officer)
    assert on_board(center, "patrol-01")["service_due_on"] == "2026-12-01"

    units.plan_service(center, "patrol-01", None, officer)

    assert on_board(center, "patrol-01")["service_due_on"] is None
    with pytest.raises(NotPermitted):
        units.plan_service(center, "patrol-01", None, display)
