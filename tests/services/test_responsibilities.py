"""Who answers for this place: every target has somebody, a point finds its own, and no number is ever made up."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Responsibility
from command_center.domain.errors import Invalid, NotPermitted, UnknownCadre, UnknownIncident, UnknownPlace
from command_center.domain.geo import Point, distance_m
from command_center.domain.rights import Actor
from command_center.domain.watches import PersonRole
from command_center.services import history, people, responsibilities
from command_center.services.people import PersonFacts
from tests.builders import OFFICER, take_test_call

COMPOUND = "XQ001"
METRE = 1 / 111_195


def test_every_target_has_one_street_lead_and_a_cadre_of_its_own_community(center: Center) -> None:
    with center.read() as session:
        rows = [(it.target_id, it.target_kind, it.cadre_id, it.part) for it in session.query(Responsibility)]
    places, cadres = center.catalogue.places, center.catalogue.cadres

    assert Counter(kind for _, kind, _, part in rows if part == "lead") == {"compound": 96, "business_building": 19, "shop": 1750}
    assert len({target for target, *_ in rows}) == 1865
    assert {cadres[cadre].kind for _, _, cadre, part in rows if part == "lead"} == {"street_cadre"}
    assert all(cadres[cadre].community == places[target].community for target, _, cadre, part in rows if part == "community")
    check = responsibilities.check_responsibilities(center)
    assert (check.targets, check.cadres, check.numbers, list(check.gaps)) == (1865, 156, 0, [])
    assert check.targets_by_kind == {"compound": 96, "business_building": 19, "shop": 1750}
    assert check.cadres_by_kind == {"street_cadre": 65, "community_cadre": 91}


def test_the_load_is_spread_evenly_within_an_area_and_a_community(center: Center) -> None:
    load = Counter((it.lead, center.catalogue.places[it.target].kind) for it in center.catalogue.responsibilities.values())

    for area in center.catalogue.areas:
        own = [it.id for it in center.catalogue.cadres.values() if it.kind == "street_cadre" and it.area == area]
        for kind in ("compound", "business_building", "shop"):
            numbers = [load[cadre, kind] for cadre in own]
            assert max(numbers) - min(numbers) <= 1


def test_whom_to_phone_is_the_lead_then_the_community_and_missing_numbers_are_told(center: Center, officer: Actor) -> None:
    assigned = center.catalogue.responsibilities[COMPOUND]
    responsibilities.set_cadre_phone(center, assigned.lead, " 0536-8888888 ", officer)

    found = responsibilities.responsible_for(center, COMPOUND)

    assert [(it.cadre_id, it.part, it.phone) for it in found] == [
        (assigned.lead, "lead", "0536-8888888"),
        *((cadre, "community", None) for cadre in sorted(assigned.community)),
    ]
    responsibilities.set_cadre_phone(center, assigned.lead, None, officer)
    assert [it.phone for it in responsibilities.responsible_for(center, COMPOUND)] == [None, None]


def test_a_cadre_who_is_in_the_directory_is_reached_by_the_number_there(center: Center, officer: Actor) -> None:
    lead = center.catalogue.responsibilities[COMPOUND].lead
    people.add_person(
        center, PersonFacts(role=PersonRole.DUTY_LEADER, name_zh="张", name_en="Zhang", phone="13800000000", cadre_id=lead), officer
    )

    assert responsibilities.responsible_for(center, COMPOUND)[0].phone == "13800000000"


def test_a_number_is_set_by_the_desk_and_never_logged(center: Center, officer: Actor, display: Actor) -> None:
    responsibilities.set_cadre_phone(center, "SC01", "13911112222", officer)

    entry = history.recent_entries(center, limit=1)[0]
    assert (entry["event"], entry["facts"]) == ("CadrePhoneSet", {"cadre_id": "SC01", "cadre": "街道干部01", "on_file": True})
    with pytest.raises(NotPermitted):
        responsibilities.set_cadre_phone(center, "SC01", "1", display)
    with pytest.raises(UnknownCadre):
        responsibilities.set_cadre_phone(center, "SC99", "1", officer)
    with pytest.raises(Invalid):
        responsibilities.set_cadre_phone(center, "SC01", "call me", officer)


def test_a_point_within_eighty_metres_of_a_target_is_its_affair(center: Center) -> None:
    place = center.catalogue.places[COMPOUND]
    beside = Point(place.point.lat + 20 * METRE, place.point.lon)
    nearest = min(responsibilities.targets(center.catalogue), key=lambda it: distance_m(beside, it.point))

    assert distance_m(beside, nearest.point) <= 80
    assert responsibilities.responsible_near(center, beside) == responsibilities.responsible_for(center, nearest.id)


def test_a_point_far_from_every_target_goes_to_its_community(center: Center) -> None:
    far = Point(center.catalogue.street.centre.lat + 0.05, center.catalogue.street.centre.lon)
    nearest = min(responsibilities.targets(center.catalogue), key=lambda it: distance_m(far, it.point))
    assert distance_m(far, nearest.point) > 80

    found = responsibilities.responsible_near(center, far)

    assert len(found) == 3
    assert {center.catalogue.cadres[it.cadre_id].community for it in found} == {nearest.community}
    assert {(it.part, it.target_id) for it in found} == {("community", None)}
    assert center.catalogue.responsibilities[nearest.id].community == {found[0].cadre_id}


def test_a_shelter_or_a_gap_in_the_list_still_has_somebody_to_phone(center: Center) -> None:
    with Session(center.engine) as session, session.begin():
        for it in session.query(Responsibility).where(Responsibility.target_id == COMPOUND):
            session.delete(it)

    assert responsibilities.responsible_for(center, COMPOUND)
    assert responsibilities.responsible_for(center, "SH01")
    with pytest.raises(UnknownPlace):
        responsibilities.responsible_for(center, "XQ999")


def test_what_the_list_lacks_is_told(center: Center) -> None:
    assigned = center.catalogue.responsibilities
    stranger = next(
        it for it in center.catalogue.cadres.values() if it.community and it.community != center.catalogue.places["XQ002"].community
    )
    idle = next(iter(assigned[COMPOUND].community))
    with Session(center.engine) as session, session.begin():
        session.delete(session.get_one(Responsibility, (COMPOUND, assigned[COMPOUND].lead)))
        session.get_one(Responsibility, ("XQ002", next(iter(assigned["XQ002"].community)))).cadre_id = stranger.id
        for it in session.query(Responsibility).where(Responsibility.cadre_id == idle):
            session.delete(it)

    gaps = responsibilities.check_responsibilities(center).gaps

    assert ("no_lead", COMPOUND, None) in [(gap.kind, gap.target_id, gap.cadre_id) for gap in gaps]
    assert ("wrong_community", "XQ002", stranger.id) in [(gap.kind, gap.target_id, gap.cadre_id) for gap in gaps]
    assert ("no_community", "XQ002", None) in [(gap.kind, gap.target_id, gap.cadre_id) for gap in gaps]
    assert [gap.cadre_id for gap in gaps if gap.kind == "no_target"] == [idle]


def test_the_database_itself_refuses_a_second_lead(center: Center) -> None:
    with pytest.raises(IntegrityError), Session(center.engine) as session, session.begin():
        session.add(Responsibility(target_id=COMPOUND, target_kind="compound", cadre_id="SC05", part="lead", basis="own"))


def test_an_incident_tells_whom_to_phone_first(center: Center, officer: Actor) -> None:
    at_place = take_test_call(center, officer, place_id=COMPOUND).incident_id
    at_point = take_test_call(center, officer).incident_id

    stories = [history.incident_story(center, it, OFFICER) for it in (at_place, at_point)]

    assert stories[0].responsible == responsibilities.responsible_for(center, COMPOUND)
    assert stories[1].responsible
    assert responsibilities.responsible_at(center, at_place) == stories[0].responsible
    with pytest.raises(UnknownIncident):
        responsibilities.responsible_at(center, 999_999)


def test_a_catalogue_whose_list_cannot_be_right_is_refused(center: Center) -> None:
    from command_center.catalogue import complaints  # noqa: PLC0415 - only this test reads the checks

    listed = dict(center.catalogue.responsibilities)
    listed[COMPOUND] = replace(listed[COMPOUND], lead="CC01", community=frozenset({"CC91"}))

    told = [str(it) for it in complaints(replace(center.catalogue, responsibilities=listed))]

    assert told == [
        "responsibilities.csv: XQ001: its lead 'CC01' is no street cadre",
        f"responsibilities.csv: XQ001: 'CC91' is no cadre of its community {center.catalogue.places[COMPOUND].community}",
    ]
