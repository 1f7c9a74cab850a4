"""Taking a call: a place, a kind, and whether it belongs to something that is already known."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import (
    IncidentEnded,
    KeyReused,
    NotPermitted,
    OutsideDistrict,
    PlaceNeeded,
    Refusal,
    UnknownIncident,
    UnknownIncidentType,
    UnknownPlace,
)
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.services import calls, history, incidents
from command_center.services.calls import TakeCall
from tests.builders import OFFICER, TEST_CALL, somewhere, take_test_call
from tests.conftest import Clock


def near(center: Center, metres_north: float) -> Point:
    at = somewhere(center)
    return Point(at.lat + metres_north / 111_195, at.lon)


def test_a_call_opens_an_incident_with_the_severity_of_its_type(center: Center, officer: Actor) -> None:
    taken = take_test_call(center, officer)

    incident = history.incident_story(center, taken.incident_id, OFFICER).incident
    assert (incident["status"], incident["severity"], incident["caller_count"]) == ("new", "III", 1)
    assert incident["number"].startswith("20260302-")


def test_a_place_by_name_gives_point_and_area(center: Center, officer: Actor) -> None:
    place = next(place for place in center.catalogue.places.values() if place.kind == "compound")

    taken = take_test_call(center, officer, place_id=place.id, place_text="3 号楼")

    incident = history.incident_story(center, taken.incident_id, OFFICER).incident
    assert incident["place"]["zh"] == f"{place.name.zh} 3 号楼"
    assert (incident["lat"], incident["lon"], incident["area"]) == (place.point.lat, place.point.lon, place.area)


def test_a_second_call_about_the_same_thing_joins(center: Center, officer: Actor, clock: Clock) -> None:
    first = take_test_call(center, officer)
    clock.advance(120)

    second = take_test_call(center, officer, at=near(center, 30), join="auto")

    assert second.joined
    assert second.incident_id == first.incident_id
    story = history.incident_story(center, first.incident_id, OFFICER)
    assert story.incident["caller_count"] == len(story.calls) == 2


def test_a_call_outside_radius_or_window_is_a_new_incident(center: Center, officer: Actor, clock: Clock) -> None:
    take_test_call(center, officer)

    assert not take_test_call(center, officer, at=near(center, 60), join="auto").joined
    clock.advance(61 * 60)
    assert not take_test_call(center, officer, join="auto").joined


def test_the_officer_sees_what_a_call_could_join(center: Center, officer: Actor, clock: Clock) -> None:
    taken = take_test_call(center, officer)
    clock.advance(120)

    hit = calls.joinable(center, TEST_CALL, near(center, 3))[0]

    assert hit.incident_id == taken.incident_id
    assert hit.distance_m == pytest.approx(3, abs=0.2)
    assert hit.age_s == 120


@pytest.mark.parametrize(
    ("order", "refusal"),
    [
        (TakeCall(kind="E999", at=Point(36.7, 119.145)), UnknownIncidentType),
        (TakeCall(kind="G201", at=Point(36.7, 119.145)), UnknownIncidentType),
        (TakeCall(kind=TEST_CALL), PlaceNeeded),
        (TakeCall(kind=TEST_CALL, place_id="nowhere"), UnknownPlace),
        (TakeCall(kind=TEST_CALL, at=Point(60.17, 24.94)), OutsideDistrict),
        (TakeCall(kind=TEST_CALL, at=Point(float("nan"), 119.1)), OutsideDistrict),
        (TakeCall(kind=TEST_CALL, at=Point(36.7, 119.145), join=99), UnknownIncident),
    ],
)
def test_a_call_that_cannot_be_right_is_refused_and_leaves_nothing(
    center: Center, officer: Actor, order: TakeCall, refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        calls.take_call(center, order, officer)

    assert history.find_incidents(center, open_only=False) == []


def test_a_call_cannot_join_an_ended_incident(center: Center, officer: Actor) -> None:
    taken = take_test_call(center, officer)
    incidents.close_incident(center, taken.incident_id, officer)

    with pytest.raises(IncidentEnded):
        take_test_call(center, officer, join=taken.incident_id)


def test_the_same_key_has_one_effect_and_one_answer(center: Center, officer: Actor) -> None:
    first = take_test_call(center, officer, key="form-1")
    second = take_test_call(center, officer, key="form-1")

    assert first == second
    assert len(history.find_incidents(center, open_only=True)) == 1
    with pytest.raises(KeyReused):
        take_test_call(center, officer, key="form-1", said="another story")


def test_a_doubled_click_in_two_threads_has_one_effect(center: Center, officer: Actor) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: take_test_call(center, officer, key="form-1"), range(4)))

    assert len(set(answers)) == 1
    assert len(history.find_incidents(center, open_only=True)) == 1


def test_many_calls_at_once_about_one_puddle_are_one_incident(center: Center, officer: Actor) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: take_test_call(center, officer, join="auto"), range(30)))

    assert {answer.number for answer in answers} == {answers[0].number}
    assert sum(not answer.joined for answer in answers) == 1
    assert history.find_incidents(center, open_only=True)[0]["caller_count"] == 30


def test_numbers_count_from_one_each_shanghai_day(center: Center, officer: Actor, clock: Clock) -> None:
    numbers = [take_test_call(center, officer).number for _ in range(2)]
    clock.advance(timedelta(hours=15).total_seconds())

    numbers.append(take_test_call(center, officer).number)

    assert numbers == ["20260302-001", "20260302-002", "20260303-001"]


def test_severity_can_be_set_and_a_wall_display_takes_no_calls(
    center: Center, officer: Actor, display: Actor, crew: Callable[[str], Actor]
) -> None:
    taken = take_test_call(center, officer, severity=Level.I)

    assert history.incident_story(center, taken.incident_id, OFFICER).incident["severity"] == "I"
    for actor in (display, crew("patrol-01")):
        with pytest.raises(NotPermitted):
            take_test_call(center, actor)


def test_callers_and_their_numbers_are_for_who_takes_calls(
    center: Center, officer: Actor, display: Actor, crew: Callable[[str], Actor]
) -> None:
    taken = take_test_call(center, officer, caller_phone="138-0000-0000")

    for actor in (display, crew("patrol-01")):
        with pytest.raises(NotPermitted):
            history.incident_story(center, taken.incident_id, actor)
