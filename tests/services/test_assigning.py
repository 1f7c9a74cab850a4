"""Many at once, over the real roads: proposed together, shown beside first come, accepted whole or one by one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.db.tables import Incident, Unit
from command_center.domain.dispatching import Shown
from command_center.domain.errors import NotPermitted, UnitNotAvailable, UnknownIncident
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.domain.status import UnitStatus
from command_center.services import assigning
from command_center.services.assigning import SendTogether, Together, propose_together, send_together
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.proposing import propose_units
from tests.builders import given, take_test_call
from tests.conftest import Clock
from tests.effort import effort
from tests.services.test_coverage import out_of_service
from tests.working import entries, rows


def waits(center: Center, place: str, level: Level, kind: str = "E107") -> int:
    return take_test_call(center, kind=kind, place_id=place, severity=level).incident_id


def by_incident(found: Together) -> dict[int, set[str]]:
    return {one.incident_id: {unit.unit_id for unit in one.units} for one in found.incidents}


def test_with_one_unit_left_the_gravest_gets_it_and_the_difference_is_shown(center: Center, clock: Clock) -> None:
    out_of_service(center, but=("patrol-01",))
    first = waits(center, "XQ001", Level.IV)
    clock.advance(60)
    grave = waits(center, "XQ090", Level.I)

    found = propose_together(center)

    assert by_incident(found) == {grave: {"patrol-01"}, first: set()}
    assert [one.incident_id for one in found.incidents] == [grave, first], "gravest first"
    assert (found.served, found.changed, found.free_units) == (1, 2, 1)
    assert found.wait_s < found.first_come_wait_s


def test_everyone_gets_what_its_type_asks_for_while_there_are_enough(center: Center) -> None:
    fire, flood = waits(center, "XQ001", Level.III, "E105"), waits(center, "XQ060", Level.II, "E103")

    found = by_incident(propose_together(center))

    kinds = {unit: vehicle.kind for unit, vehicle in center.catalogue.vehicles.items()}
    assert sorted(kinds[unit] for unit in found[fire]) == ["patrol_vehicle"] * 2
    assert sorted(kinds[unit] for unit in found[flood]) == ["guarantee_vehicle", "patrol_vehicle", "patrol_vehicle"]
    assert not found[fire] & found[flood]


def test_who_has_a_unit_already_does_not_wait(center: Center, officer: Actor) -> None:
    served, waiting = waits(center, "XQ001", Level.III), waits(center, "XQ002", Level.III)
    dispatch_units(center, DispatchUnits(incident_id=served, unit_ids=("patrol-01",)), officer)

    found = by_incident(propose_together(center))

    assert found.keys() == {waiting}
    assert found[waiting] != {"patrol-01"}


def test_nobody_waits_and_nobody_is_free(center: Center) -> None:
    assert propose_together(center).incidents == ()
    waits(center, "XQ001", Level.I)
    out_of_service(center)

    found = propose_together(center)

    assert (found.served, found.free_units) == (0, 0)
    assert found.wait_s == found.first_come_wait_s


def test_a_proposal_is_accepted_whole_and_one_refusal_holds_up_nobody_else(center: Center, officer: Actor) -> None:
    ids = [waits(center, f"XQ{number:03d}", Level.III) for number in (1, 30, 60)]
    found = propose_together(center)
    orders = [(one.incident_id, tuple(unit.unit_id for unit in one.units)) for one in found.incidents]
    taken = orders[1][1][0]
    dispatch_units(center, DispatchUnits(incident_id=waits(center, "XQ090", Level.II), unit_ids=(taken,)), officer)

    sent = send_together(center, SendTogether(orders=(*orders, (999, ("patrol-12",))), key="all-1"), officer)
    again = send_together(center, SendTogether(orders=tuple(orders), key="all-1"), officer)

    assert [type(one.refused) for one in sent] == [type(None), UnitNotAvailable, type(None), UnknownIncident]
    assert [one.assignments for one in again] == [one.assignments for one in sent[:3]]
    assert {int(row["incident_id"]) for row in rows(center, "assignment")} >= {ids[0], ids[2]}


def test_a_joint_proposal_that_is_accepted_is_on_the_record_as_followed(center: Center, officer: Actor) -> None:
    out_of_service(center, but=("patrol-01", "patrol-12"))
    first, grave = waits(center, "XQ001", Level.IV), waits(center, "XQ002", Level.I)
    found = propose_together(center)
    units = by_incident(found)
    alone = propose_units(center, first).preselected
    assert units[first] != set(alone), "alone it would get the unit that the graver one needs"

    send_together(center, SendTogether(orders=tuple((it, tuple(sent)) for it, sent in units.items())), officer)

    assert entries(center, "ProposalOverruled") == []
    kept = {it["incident_id"]: it for it in entries(center, "ProposalFollowed")}
    assert {it: set(kept[it]["proposed"]) for it in kept} == units
    assert all(it["together"] for it in kept.values())
    arrival_s = {one.incident_id: [round(unit.arrival_s) for unit in one.units] for one in found.incidents}
    assert {it: kept[it]["proposed_s"] for it in kept} == arrival_s
    assert kept.keys() == {first, grave}


def test_who_changes_a_joint_proposal_is_on_the_record_with_what_was_shown(center: Center, officer: Actor) -> None:
    incident = waits(center, "XQ001", Level.III)
    shown = {incident: Shown(proposed=("patrol-05",), arrival_s={"patrol-05": 140.0}, together=True)}

    send_together(center, SendTogether(orders=((incident, ("patrol-01",)),), shown=shown), officer)

    (kept,) = entries(center, "ProposalOverruled")
    assert (kept["proposed"], kept["proposed_s"], kept["sent"], kept["together"]) == (["patrol-05"], [140], ["patrol-01"], True)


def test_only_the_desk_sends(center: Center, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        send_together(center, SendTogether(orders=()), display)


def test_three_hundred_incidents_and_two_hundred_units_are_weighed_while_one_looks(center: Center) -> None:
    """The goal is a quarter of a second (bench/roads.py measures it); here, the calls of functions are counted."""
    places = list(center.catalogue.places.values())
    for number in range(184):
        at = places[number * 9].point
        given(center, Unit, status=UnitStatus.AVAILABLE, home_lat=at.lat, home_lon=at.lon)
    for number in range(300):
        at, level = places[number * 6].point, list(Level)[number % 4]
        given(center, Incident, lat=at.lat, lon=at.lon, severity=level, reported_at=center.now() - timedelta(seconds=number))
    propose_together(center)

    with effort() as made:
        found = propose_together(center)

    assert made.calls < 200_000
    assert (len(found.incidents), found.free_units, found.served) == (300, 200, 200)
    assert found.wait_s < found.first_come_wait_s
    waiting = [one.severity.rank for one in found.incidents if not one.units]
    assert max(waiting) <= min(one.severity.rank for one in found.incidents if one.units) + 1
    assert assigning.MOST_WAITING >= 300
