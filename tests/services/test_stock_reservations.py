"""Putting stock by: nearest depot that has it all, split when none has, once however often it is asked, free again at the end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from command_center.center import Center
from command_center.domain.errors import (
    IncidentEnded,
    Invalid,
    MoreThanReserved,
    NotPermitted,
    Refusal,
    StockShort,
    StreetShort,
    UnknownDepot,
    UnknownIncident,
    UnknownMaterial,
)
from command_center.domain.geo import Point
from command_center.domain.rights import Actor
from command_center.services import history, incidents, stock
from command_center.services.stock import ReservedMove
from command_center.services.stock_questions import ledger_gaps, movements, reservations, stock_of
from command_center.services.stock_reservations import (
    Release,
    Reserve,
    Reserved,
    release,
    release_in,
    release_reservation,
    reserve,
    reserve_in,
)
from tests.builders import take_test_call

SANDBAGS = "FL01"
TODAY = date(2026, 3, 2)
ACTIVATION = 7


def reserved_on_street(center: Center, material: str = SANDBAGS) -> int:
    return sum(line.reserved for depot in center.catalogue.depots for line in stock_of(center, depot) if line.material == material)


def put_by(
    center: Center, actor: Actor, wanted: int, *, near: Point | None = None, step_id: str | None = None, short: bool = False
) -> Reserved:
    """Sandbags for one activation, as its own transaction would reserve them."""
    with center.work(actor) as work:
        return reserve_in(
            work,
            {SANDBAGS: wanted},
            for_kind="activation",
            for_id=ACTIVATION,
            step_id=step_id,
            near=near,
            roads=center.roads,
            allow_short=short,
            today=TODAY,
        )


def shares(reserved: Reserved) -> dict[str, int]:
    return {it.depot: it.held for it in reserved.holdings}


# ---- which depots ----------------------------------------------------------------------------------------------------------------


def test_the_nearest_depot_by_road_that_holds_all_gives_all(center: Center, officer: Actor) -> None:
    near = center.catalogue.depots["LY-P03"].point
    depots = [depot for depot in center.catalogue.depots.values() if center.catalogue.materials[SANDBAGS].quantity(depot.tier) >= 25]
    seconds = center.roads.travel_s([depot.point for depot in depots], near)
    nearest = min(zip(seconds, (depot.code for depot in depots), strict=True))[1]

    reserved = put_by(center, officer, 25, near=near)

    assert shares(reserved) == {nearest: 25}
    assert reserved_on_street(center) == 25


def test_when_no_depot_holds_all_the_nearest_give_what_they_have(center: Center, officer: Actor) -> None:
    reserved = put_by(center, officer, 700, near=center.catalogue.depots["YY-S01"].point)

    assert sum(shares(reserved).values()) == 700
    assert shares(reserved)["YY-S01"] == 200
    assert not reserved.shortages
    assert not ledger_gaps(center)


def test_without_a_place_the_large_depots_come_first(center: Center, officer: Actor) -> None:
    assert set(shares(put_by(center, officer, 700))) == {"YY-S01", "LY-S01", "JL-S01", "MX-S01"}


def test_what_the_street_does_not_have_is_refused_with_the_facts(center: Center, officer: Actor) -> None:
    with pytest.raises(StreetShort) as short:
        put_by(center, officer, 2_500)

    assert short.value.facts == {"material": SANDBAGS, "available": 2_000, "wanted": 2_500, "materials": [SANDBAGS]}
    assert reserved_on_street(center) == 0


def test_what_there_is_may_be_taken_when_that_was_asked_for(center: Center, officer: Actor) -> None:
    reserved = put_by(center, officer, 2_500, short=True)

    (shortage,) = reserved.shortages
    assert (shortage.material, shortage.wanted, shortage.got) == (SANDBAGS, 2_500, 2_000)
    assert reserved_on_street(center) == 2_000


def test_impossible_wishes_are_refused(center: Center, officer: Actor) -> None:
    for wants, refusal in (({"XX01": 1}, UnknownMaterial), ({SANDBAGS: -1}, Invalid), ({SANDBAGS: 10**7}, Invalid)):
        with pytest.raises(refusal), center.work(officer) as work:
            reserve_in(work, wants, for_kind="activation", for_id=ACTIVATION, today=TODAY)


# ---- once, and more of it --------------------------------------------------------------------------------------------------------


def test_the_same_reservation_asked_twice_has_one_effect(center: Center, officer: Actor) -> None:
    first, second = put_by(center, officer, 700), put_by(center, officer, 700)

    assert first == second
    assert reserved_on_street(center) == 700


def test_a_higher_total_adds_only_what_is_missing(center: Center, officer: Actor) -> None:
    put_by(center, officer, 100)

    put_by(center, officer, 160)
    put_by(center, officer, 120)

    assert reserved_on_street(center) == 160


def test_every_step_has_a_reservation_of_its_own(center: Center, officer: Actor) -> None:
    for step in (None, "P01-S05", "P01-S05", "P01-S06"):
        put_by(center, officer, 10, step_id=step)

    assert reserved_on_street(center) == 30
    assert [line.step_id for line in reservations(center, "activation", ACTIVATION)] == [None, "P01-S05", "P01-S06"]


def test_what_was_used_up_is_not_reserved_again(center: Center, officer: Actor) -> None:
    (holding,) = put_by(center, officer, 10).holdings
    stock.issue_reserved(center, ReservedMove(reservation_id=holding.reservation_id, quantity=10), officer)
    stock.consume_reserved(center, ReservedMove(reservation_id=holding.reservation_id, quantity=10), officer)

    put_by(center, officer, 10)

    assert reserved_on_street(center) == 0


def test_two_activations_at_once_never_get_the_same_goods(center: Center, open_center: Callable[[], Center], officer: Actor) -> None:
    centers = [center, *(open_center() for _ in range(3))]

    def take_most(numbered: tuple[int, Center]) -> Reserved | Refusal:
        number, at = numbered
        try:
            with at.work(officer) as work:
                return reserve_in(work, {SANDBAGS: 1_100, "FL02": 900}, for_kind="activation", for_id=number, today=TODAY)
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(centers)) as pool:
        answers = list(pool.map(take_most, enumerate(centers, 1)))

    assert [type(answer) for answer in answers].count(Reserved) == 1
    assert reserved_on_street(center) == 1_100
    assert not ledger_gaps(center)


# ---- giving it back --------------------------------------------------------------------------------------------------------------


def test_a_release_gives_back_what_is_still_there_and_twice_has_one_effect(center: Center, officer: Actor) -> None:
    (holding,) = put_by(center, officer, 50).holdings
    stock.issue_reserved(center, ReservedMove(reservation_id=holding.reservation_id, quantity=20), officer)

    with center.work(officer) as work:
        released = release_in(work, "activation", ACTIVATION)
    again = release(center, Release(for_kind="activation", for_id=ACTIVATION), officer)

    (line,) = reservations(center, "activation", ACTIVATION)
    assert [(it.depot, it.held) for it in released] == [(holding.depot, 30)]
    assert again == ()
    assert (line.held, line.out, line.status, reserved_on_street(center)) == (0, 20, "issued", 0)


def test_released_goods_can_be_reserved_anew(center: Center, officer: Actor) -> None:
    put_by(center, officer, 50)
    release(center, Release(for_kind="activation", for_id=ACTIVATION), officer)

    put_by(center, officer, 50)

    assert reserved_on_street(center) == 50


def test_one_step_is_released_without_the_others(center: Center, officer: Actor) -> None:
    put_by(center, officer, 10, step_id="P01-S05")
    put_by(center, officer, 10, step_id="P01-S06")

    release(center, Release(for_kind="activation", for_id=ACTIVATION, step_id="P01-S05"), officer)

    assert [line.status for line in reservations(center, "activation", ACTIVATION)] == ["released", "held"]


def test_a_part_of_a_reservation_is_released(center: Center, officer: Actor) -> None:
    (holding,) = put_by(center, officer, 50).holdings
    part = ReservedMove(reservation_id=holding.reservation_id, quantity=20, key="part")

    assert release_reservation(center, part, officer) == release_reservation(center, part, officer)

    assert reserved_on_street(center) == 30
    with pytest.raises(MoreThanReserved):
        release_reservation(center, ReservedMove(reservation_id=holding.reservation_id, quantity=31), officer)


# ---- for incidents ---------------------------------------------------------------------------------------------------------------


def test_stock_for_an_incident_comes_from_near_it_and_is_free_when_it_ends(center: Center, officer: Actor) -> None:
    incident = take_test_call(center).incident_id
    order = Reserve(wants={SANDBAGS: 30, "FL05": 1}, for_kind="incident", for_id=incident, key="r-1")

    reserved = reserve(center, order, officer)
    assert reserve(center, order, officer) == reserved
    incidents.close_incident(center, incident, officer)

    events = [entry["event"] for entry in history.incident_story(center, incident, officer).entries]
    assert {it.material for it in reserved.holdings} == {SANDBAGS, "FL05"}
    assert events == ["CallTaken", "StockReserved", "StockReleased", "IncidentClosed"]
    assert reserved_on_street(center) == 0
    with pytest.raises(IncidentEnded):
        reserve(center, Reserve(wants={SANDBAGS: 1}, for_kind="incident", for_id=incident), officer)
    with pytest.raises(UnknownIncident):
        reserve(center, Reserve(wants={SANDBAGS: 1}, for_kind="incident", for_id=999), officer)


def test_merged_incidents_keep_what_was_put_by_for_the_first(center: Center, officer: Actor) -> None:
    first, into = (take_test_call(center).incident_id for _ in range(2))
    for incident, wanted in ((first, 30), (into, 5)):
        reserve(center, Reserve(wants={SANDBAGS: wanted}, for_kind="incident", for_id=incident, depot="YY-S01"), officer)

    incidents.merge_incidents(center, first, into, officer)

    assert [(it.held, it.status) for it in reservations(center, "incident", first)] == [(0, "released")]
    assert [it.held for it in reservations(center, "incident", into)] == [35]
    assert not ledger_gaps(center)


def test_a_named_depot_that_has_not_enough_says_so(center: Center, officer: Actor) -> None:
    incident = take_test_call(center).incident_id

    with pytest.raises(StockShort) as short:
        reserve(center, Reserve(wants={SANDBAGS: 201}, for_kind="incident", for_id=incident, depot="YY-S01"), officer)

    assert short.value.facts == {"depot": "YY-S01", "material": SANDBAGS, "lot": None, "available": 200, "wanted": 201}
    with pytest.raises(UnknownDepot):
        reserve(center, Reserve(wants={SANDBAGS: 1}, for_kind="incident", for_id=incident, depot="XX"), officer)
    with pytest.raises(Invalid):
        reserve(center, Reserve(wants={}, for_kind="incident", for_id=incident), officer)


def test_a_crew_reserves_and_releases_nothing(center: Center, crew: Callable[[str], Actor]) -> None:
    own = crew("patrol-01")

    with pytest.raises(NotPermitted):
        reserve(center, Reserve(wants={SANDBAGS: 1}, for_kind="activation", for_id=1), own)
    with pytest.raises(NotPermitted):
        release(center, Release(for_kind="activation", for_id=1), own)
    assert all(line.kind == "receive" for line in movements(center, material=SANDBAGS, limit=500))
