"""Shelters: opened by a plan or by hand, counted, and never closed over people's heads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import ShelterOpening
from command_center.domain.errors import (
    Invalid,
    NotPermitted,
    PeopleInShelters,
    PlanNotRunning,
    ShelterClosed,
    ShelterFull,
    ShelterIsOpen,
    Unknown,
)
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, shelters
from command_center.services.activations import ActivatePlan
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off

FLOOD, QUAKE, HEAT, BUILDING = "P01", "P06", "P05", "P09"


@pytest.fixture
def commander() -> Actor:
    return Actor(name="commander", role=Role.COMMANDER)


def activate(center: Center, actor: Actor, plan_id: str, level: str, **more: Any) -> int:  # noqa: ANN401 - any field of the order
    return activations.activate_plan(center, ActivatePlan(plan_id=plan_id, level=Level(level), **more), actor).activation_id


def tick_all(center: Center, activation_id: int, actor: Actor) -> None:
    for number in range(3):
        activations.tick_condition(center, activation_id, number, actor)


def places(center: Center) -> int:
    return sum(row["capacity"] for row in rows(center, "shelter"))


def test_a_plan_opens_shelters_of_its_kinds_until_its_places_are_there(center: Center, commander: Actor, clock: Clock) -> None:
    activate(center, commander, FLOOD, "II")

    work_off(center, clock)

    opened = rows(center, "shelter")
    assert [row["shelter_kind"] for row in opened] == ["community_hall", "community_hall"]
    assert places(center) >= 80
    assert {row["work"] for row in rows(center, "task") if row["job"] == "open_shelter"} == {"done"}
    assert len(entries(center, "ShelterOpened")) == 2


def test_the_nearest_to_the_incident_is_opened_first(center: Center, officer: Actor, commander: Actor, clock: Clock) -> None:
    scene = center.catalogue.shelters["SH07"].point
    taken = take_test_call(center, officer, at=scene, severity=Level.II)
    activate(center, commander, BUILDING, "III", incident_id=taken.incident_id)

    work_off(center, clock)

    assert [row["shelter_id"] for row in rows(center, "shelter")] == ["SH07"]


def test_a_higher_level_opens_what_is_missing(center: Center, commander: Actor, clock: Clock) -> None:
    activation_id = activate(center, commander, FLOOD, "II")
    work_off(center, clock)
    before = {row["id"] for row in rows(center, "shelter")}

    activations.change_level(center, activation_id, Level.I, commander, reason="river over its banks")
    work_off(center, clock)

    assert before < {row["id"] for row in rows(center, "shelter")}
    assert places(center) >= 200


def test_a_step_that_asks_for_a_shelter_gets_one_where_the_level_names_no_number(center: Center, commander: Actor, clock: Clock) -> None:
    activate(center, commander, HEAT, "III", variant="heat")

    work_off(center, clock)

    assert len(rows(center, "shelter")) == 1


def test_two_plans_open_no_shelter_twice_and_the_task_says_what_is_short(center: Center, commander: Actor, clock: Clock) -> None:
    activate(center, commander, FLOOD, "I")
    work_off(center, clock)
    taken = {row["shelter_id"] for row in rows(center, "shelter")}
    activate(center, commander, "P08", "I", variant="power")
    activate(center, commander, "P02", "I")

    work_off(center, clock)

    opened = [row["shelter_id"] for row in rows(center, "shelter")]
    assert len(opened) == len(set(opened)) > len(taken)
    notes = {row["step_id"]: row["note"] for row in rows(center, "task") if row["job"] == "open_shelter"}
    assert notes["P02-S09"] == "0 / 60"


def test_a_count_stands_on_the_board_and_above_the_places_needs_a_reason(center: Center, officer: Actor) -> None:
    opening = shelters.open_shelter(center, "SH01", officer)

    shelters.count_shelter(center, opening, officer, occupied=31, special_needs=4)
    (row,) = rows(center, "shelter")
    assert (row["occupied"], row["special_needs"], row["capacity"]) == (31, 4, 50)

    with pytest.raises(ShelterFull) as refusal:
        shelters.count_shelter(center, opening, officer, occupied=51)
    assert refusal.value.facts == {"shelter": row["name"]["zh"], "capacity": 50, "occupied": 51}
    shelters.count_shelter(center, opening, officer, occupied=51, reason="one night, mattresses in the hall")
    assert rows(center, "shelter")[0]["occupied"] == 51


@pytest.mark.parametrize(("occupied", "special_needs"), [(-1, 0), (3, 4), (0, -1)])
def test_numbers_that_cannot_be_are_refused(center: Center, officer: Actor, occupied: int, special_needs: int) -> None:
    opening = shelters.open_shelter(center, "SH01", officer)

    with pytest.raises(Invalid):
        shelters.count_shelter(center, opening, officer, occupied=occupied, special_needs=special_needs)


def test_a_shelter_is_closed_when_nobody_is_left(center: Center, officer: Actor) -> None:
    opening = shelters.open_shelter(center, "SH01", officer)
    shelters.count_shelter(center, opening, officer, occupied=2)
    with pytest.raises(PeopleInShelters):
        shelters.close_shelter(center, opening, officer)

    shelters.count_shelter(center, opening, officer, occupied=0)
    shelters.close_shelter(center, opening, officer, "all home")

    assert rows(center, "shelter") == []
    with pytest.raises(ShelterClosed):
        shelters.count_shelter(center, opening, officer, occupied=1)
    assert shelters.open_shelter(center, "SH01", officer) != opening


def test_a_plan_does_not_end_while_people_are_in_its_shelters(center: Center, commander: Actor, clock: Clock) -> None:
    activation_id = activate(center, commander, FLOOD, "II")
    work_off(center, clock)
    full, empty = (int(row["id"]) for row in rows(center, "shelter"))
    shelters.count_shelter(center, full, commander, occupied=5)
    tick_all(center, activation_id, commander)

    with pytest.raises(PeopleInShelters) as refusal:
        activations.terminate(center, activation_id, commander)
    assert refusal.value.facts["people"] == 5
    assert {int(row["id"]) for row in rows(center, "shelter")} == {full, empty}

    shelters.count_shelter(center, full, commander, occupied=0)
    activations.terminate(center, activation_id, commander)
    assert rows(center, "shelter") == []


def test_a_roll_back_closes_the_empty_ones_and_says_so_of_the_others(center: Center, commander: Actor, clock: Clock) -> None:
    activation_id = activate(center, commander, FLOOD, "II")
    work_off(center, clock)
    full, empty = (int(row["id"]) for row in rows(center, "shelter"))
    shelters.count_shelter(center, full, commander, occupied=5)

    activations.roll_back(center, activation_id, commander, "wrong plan")

    assert [int(row["id"]) for row in rows(center, "shelter")] == [full]
    assert [facts["opening_id"] for facts in entries(center, "ShelterKeptOpen")] == [full]
    assert [facts["opening_id"] for facts in entries(center, "ShelterShut")] == [empty]
    shelters.count_shelter(center, full, commander, occupied=0)
    shelters.close_shelter(center, full, commander)


def test_two_at_once_open_it_once(center: Center, open_center: Callable[[], Center], officer: Actor) -> None:
    def press(at: Center) -> bool:
        try:
            shelters.open_shelter(at, "SH03", officer)
        except ShelterIsOpen:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, [center, open_center(), open_center(), open_center()])) == [False, False, False, True]


def test_the_database_itself_refuses_a_second_opening_and_impossible_counts(center: Center, officer: Actor) -> None:
    opening = shelters.open_shelter(center, "SH01", officer)

    with pytest.raises(IntegrityError), Session(center.engine) as session, session.begin():
        session.get_one(ShelterOpening, opening).occupied = -1


def test_refusals_leave_nothing_behind(center: Center, officer: Actor, display: Actor, commander: Actor) -> None:
    activation_id = activate(center, officer, FLOOD, "II")
    for attempt, refusal in (
        (lambda: shelters.open_shelter(center, "SH99", officer), Unknown),
        (lambda: shelters.open_shelter(center, "SH01", display), NotPermitted),
        (lambda: shelters.open_shelter(center, "SH01", officer, activation_id=activation_id), PlanNotRunning),
        (lambda: shelters.count_shelter(center, 999, officer, occupied=0), Unknown),
    ):
        with pytest.raises(refusal):
            attempt()

    assert rows(center, "shelter") == []
