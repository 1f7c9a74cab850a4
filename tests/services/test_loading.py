"""Loading on the way: one of those sent stops at the depot, what it loads is put by there, and free again when it is called off."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Incident, Stock
from command_center.domain.dispatching import RankedUnit
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus
from command_center.services import assignments, incidents, messages, proposing
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.loading import load_in
from command_center.services.stock_ledger import local_day
from command_center.services.stock_questions import ledger_gaps, stock_of
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off

WATER, PUMPS, HOSES = "E101", "FL05", "FL07"
"""Water on the road: no guarantee vehicle is asked for, so whoever goes brings a pump and two hoses."""

PATROLS = ("patrol-01", "patrol-02")


@pytest.fixture
def incident_id(center: Center, officer: Actor) -> int:
    return take_test_call(center, officer, kind=WATER, place_id="XQ050").incident_id


def send(center: Center, actor: Actor, incident_id: int, *units: str) -> dict[str, dict[str, Any]]:
    """Unit -> its order, as it stands on the board."""
    sent = dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=units), actor)
    return {row["unit_id"]: row for row in rows(center, "assignment") if int(row["id"]) in sent}


def lines(center: Center, incident_id: int) -> dict[str, RankedUnit]:
    return {unit.unit_id: unit for unit in proposing.propose_units(center, incident_id).units}


def report(center: Center, actor: Actor, order: dict[str, Any], status: AssignmentStatus) -> None:
    assignments.report_status(center, ReportStatus(assignment_id=int(order["id"]), status=status), actor)


def put_by(center: Center) -> dict[tuple[str, str], int]:
    """(depot, material) -> how many are put by, all over the street."""
    return {(depot, line.material): line.reserved for depot in center.catalogue.depots for line in stock_of(center, depot) if line.reserved}


def leave(center: Center, material: str, count: int, depot: str | None = None) -> None:
    """Nothing of a material is left but `count` in one depot."""
    with Session(center.engine) as session, session.begin():
        session.execute(update(Stock).where(Stock.material_code == material).values(on_hand=0, reserved=0))
        session.execute(update(Stock).where(Stock.material_code == material, Stock.depot_code == depot).values(on_hand=count))


def test_of_those_sent_one_loads_for_all_and_the_others_go_straight(center: Center, officer: Actor, incident_id: int) -> None:
    offered = lines(center, incident_id)
    first, second = sorted(PATROLS, key=lambda unit: offered[unit].arrival_s)
    stop = offered[first].stop
    assert stop is not None
    assert offered[second].stop is not None

    sent = send(center, officer, incident_id, second, first)

    depot = center.catalogue.depots[stop.depot]
    loads = [(PUMPS, 1), (HOSES, 2)]
    assert sent[first]["stop"] == {
        "depot": stop.depot,
        "name": depot.name.as_row(),
        "lat": depot.point.lat,
        "lon": depot.point.lon,
        "loads": [{"material": code, "name": center.catalogue.materials[code].name.as_row(), "quantity": count} for code, count in loads],
    }
    assert sent[second]["stop"] is None
    assert sent[first]["travel_s"] == pytest.approx(offered[first].travel_s)
    assert sent[second]["travel_s"] == pytest.approx(offered[second].straight_s)
    assert offered[second].straight_s < offered[second].travel_s
    assert put_by(center) == {(stop.depot, PUMPS): 1, (stop.depot, HOSES): 2}
    told = entries(center, "LoadingOrdered")
    assert [(it["unit_id"], it["depot"], it["materials"]) for it in told] == [(first, stop.depot, [PUMPS, HOSES])]


def test_the_arrival_that_is_promised_has_the_loading_in_it(center: Center, officer: Actor, incident_id: int) -> None:
    offered = lines(center, incident_id)["patrol-01"]
    assert offered.stop is not None

    (order,) = send(center, officer, incident_id, "patrol-01").values()

    assert order["travel_s"] == pytest.approx(offered.straight_s + offered.stop.detour_s)
    assert offered.stop.detour_s >= offered.stop.seconds - 1e-6
    assert offered.arrival_s == pytest.approx(order["travel_s"] + TURNOUT_S)


@pytest.mark.parametrize("status", [AssignmentStatus.DECLINED, AssignmentStatus.RECALLED])
def test_when_the_one_that_loads_is_called_off_the_goods_are_free_and_the_next_one_loads(
    center: Center, officer: Actor, incident_id: int, status: AssignmentStatus
) -> None:
    (order,) = send(center, officer, incident_id, "patrol-01").values()
    assert all(unit.stop is None for unit in lines(center, incident_id).values()), "it is being brought"

    report(center, officer, order, status)

    assert put_by(center) == {}
    assert ledger_gaps(center) == []
    (again,) = send(center, officer, incident_id, "patrol-02").values()
    assert again["stop"]["depot"]
    assert sum(put_by(center).values()) == 3


def test_who_is_sent_after_goes_straight_and_another_recall_leaves_the_goods_alone(
    center: Center, officer: Actor, incident_id: int
) -> None:
    send(center, officer, incident_id, "patrol-01")
    held = put_by(center)

    (other,) = send(center, officer, incident_id, "patrol-02").values()
    report(center, officer, other, AssignmentStatus.RECALLED)

    assert other["stop"] is None
    assert put_by(center) == held


def test_who_replaces_a_silent_crew_loads_too(center: Center, officer: Actor, clock: Clock, incident_id: int) -> None:
    send(center, officer, incident_id, "patrol-01")
    work_off(center, clock)
    work_off(center, clock, after_s=center.catalogue.incident_types[WATER].answer_limit_s + 1)
    assert entries(center, "DispatchNotAnswered")

    (other,) = send(center, officer, incident_id, "patrol-02").values()

    assert other["stop"] is not None


def test_what_was_not_taken_is_free_when_the_incident_is_closed(center: Center, officer: Actor, incident_id: int) -> None:
    (order,) = send(center, officer, incident_id, "patrol-01").values()
    for status in (AssignmentStatus.ON_SCENE, AssignmentStatus.CLEARED):
        report(center, officer, order, status)
    assert put_by(center)

    incidents.close_incident(center, incident_id, officer)

    assert put_by(center) == {}


def test_goods_follow_their_unit_into_a_merged_incident(center: Center, officer: Actor, incident_id: int) -> None:
    other = take_test_call(center, officer, kind=WATER, place_id="XQ060").incident_id
    (order,) = send(center, officer, incident_id, "patrol-01").values()
    held = put_by(center)

    incidents.merge_incidents(center, incident_id, other, officer)

    assert put_by(center) == held
    report(center, officer, order, AssignmentStatus.RECALLED)
    assert put_by(center) == {}


def test_a_depot_that_was_emptied_meanwhile_holds_nobody_up_and_the_log_says_so(center: Center, officer: Actor, incident_id: int) -> None:
    line = lines(center, incident_id)["patrol-01"]
    assert line.stop is not None
    leave(center, PUMPS, 0)

    with center.work(officer) as work:
        loader = load_in(work, work.get(Incident, incident_id), line, local_day(center, work.now))

    assert loader is None
    assert put_by(center) == {}
    (told,) = entries(center, "DepotFellShort")
    assert (told["unit_id"], told["depot"]) == ("patrol-01", line.stop.depot)


def test_two_officers_never_put_the_last_pump_by_twice(center: Center, officer: Actor, open_center: Callable[[], Center]) -> None:
    leave(center, PUMPS, 1, "YY-S01")
    waiting = [take_test_call(center, officer, kind=WATER, place_id=place).incident_id for place in ("XQ001", "XQ050")]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda job: send(job[0], officer, *job[1:]), zip([center, open_center()], waiting, PATROLS, strict=True)))

    assert [row["unit_id"] for row in rows(center, "assignment")] == list(PATROLS)
    assert {key: count for key, count in put_by(center).items() if key[1] == PUMPS} == {("YY-S01", PUMPS): 1}
    assert len([row for row in rows(center, "assignment") if row["stop"]]) == 1


def test_the_crew_is_told_where_to_load_and_what(center: Center, officer: Actor, incident_id: int) -> None:
    (order,) = send(center, officer, incident_id, "patrol-01").values()

    body = messages.dispatch_notice(center, int(order["id"])).body

    materials = center.catalogue.materials
    loads = f"{materials[PUMPS].name.zh}×1、{materials[HOSES].name.zh}×2"
    assert f"先到{order['stop']['name']['zh']}装载：{loads}" in body.splitlines()
