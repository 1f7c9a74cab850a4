"""Before a road is closed: what it would cost the circle, who could guard it; and half a minute afterwards to take it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import ClosureSettled, NotPermitted, TooLateToTakeBack, UnknownClosure, UnknownStreet
from command_center.domain.rights import Actor
from command_center.services import closure_questions, closures
from command_center.services.closure_questions import ended_closures, guard_sights, preview_closure
from command_center.services.closures import CloseRoad
from command_center.services.road_conditions import blocked_now
from tests.builders import OFFICER
from tests.conftest import Clock
from tests.services.test_closures import PUDDLE, STREET, close, closure, measure, north_of, ring
from tests.services.test_coverage import circle, stands
from tests.working import entries, rows, work_off


def around_a_station(center: Center) -> CloseRoad:
    """A ring that nobody of the first station gets out of."""
    return CloseRoad(line=ring(center.catalogue.stations["YY"].point, 250))


def blocked(center: Center) -> int:
    with center.read() as session:
        return len(blocked_now(session))


# ---- what it would cost ------------------------------------------------------------------------------------------------------------


def test_the_price_that_is_shown_is_the_one_that_is_paid_and_asking_writes_nothing(center: Center) -> None:
    before = circle(center)

    effect = preview_closure(center, around_a_station(center))

    assert rows(center, "closure") == []
    assert effect.share_open == pytest.approx(before.share)
    closures.close_road(center, around_a_station(center), OFFICER)
    after = circle(center)
    assert effect.share_closed == pytest.approx(after.share)
    assert effect.share_closed < effect.share_open
    assert effect.lost_count == int((before.inside & ~after.inside).sum())
    assert {place["id"] for place in effect.lost} <= {after.demand.ids[number] for number in (~after.inside).nonzero()[0]}


def test_a_closed_road_costs_what_opening_it_would_bring(center: Center) -> None:
    planned = preview_closure(center, around_a_station(center))
    number = closures.close_road(center, around_a_station(center), OFFICER)

    standing = closure_questions.effect_of(center, number)

    assert (standing.share_open, standing.share_closed, standing.lost_count) == pytest.approx(
        (planned.share_open, planned.share_closed, planned.lost_count)
    )
    closures.reopen_road(center, number, OFFICER)
    with pytest.raises(UnknownClosure):
        closure_questions.effect_of(center, number)


def test_who_could_guard_is_who_is_there_soonest_and_free(center: Center) -> None:
    first, *_ = preview_closure(center, CloseRoad(place_id=PUDDLE)).guards
    close(center, place_id="XQ050", guard=first.unit_id)

    offered = preview_closure(center, CloseRoad(place_id=PUDDLE)).guards

    assert first.unit_id not in {unit.unit_id for unit in offered}
    assert [unit.arrival_s for unit in offered] == sorted(unit.arrival_s for unit in offered)


def test_what_cannot_be_closed_is_refused_before_anybody_confirms(center: Center) -> None:
    with pytest.raises(UnknownStreet):
        preview_closure(center, CloseRoad(street="没有的路"))


def test_how_far_a_guard_is_from_its_road_is_known_by_its_last_fix(center: Center) -> None:
    number = close(center, place_id=PUDDLE, guard="patrol-01")
    silent = guard_sights(center)[number]
    assert (silent.unit_id, silent.distance_m, silent.is_there) == ("patrol-01", None, None)

    stands(center, "patrol-01", north_of(closure(center), 60))

    seen = guard_sights(center)[number]
    assert seen.distance_m == pytest.approx(60, abs=2)
    assert seen.is_there is True
    closures.set_guard(center, number, None, OFFICER)
    assert guard_sights(center) == {}


# ---- taking back -------------------------------------------------------------------------------------------------------------------


def test_a_road_that_was_closed_by_mistake_is_open_again_and_its_guard_is_free(center: Center, clock: Clock) -> None:
    number = close(center, street=STREET, guard="patrol-01")
    clock.advance(30)

    closures.take_back(center, number, OFFICER)

    assert (rows(center, "closure"), blocked(center), guard_sights(center)) == ([], 0, {})
    assert entries(center, "ClosureTakenBack")[-1]["closure_state"] == "reopened"
    assert [it.id for it in ended_closures(center, timedelta(hours=1))] == [number]


def test_water_goes_on_proposing_when_its_closing_is_taken_back(center: Center, clock: Clock) -> None:
    measure(center, 30)
    work_off(center, clock)
    number = int(str(closure(center)["id"]))
    closures.confirm_closure(center, number, OFFICER, guard="patrol-01")

    closures.take_back(center, number, OFFICER)

    row = closure(center)
    assert (row["state"], row["guard_unit_id"], row["closed_at"]) == ("proposed", None, None)
    assert blocked(center) == 1, "water is water: nobody is routed through it meanwhile"
    closures.confirm_closure(center, number, OFFICER)


def test_a_road_that_was_opened_by_mistake_is_closed_again(center: Center) -> None:
    number = close(center, street=STREET, reason="collapse")
    closures.reopen_road(center, number, OFFICER)

    closures.take_back(center, number, OFFICER)

    assert (closure(center)["state"], closure(center)["reason"], blocked(center)) == ("closed", "collapse", 1)
    assert ended_closures(center, timedelta(hours=1)) == []


def test_what_was_done_longer_ago_or_done_over_is_not_taken_back(center: Center, clock: Clock) -> None:
    number = close(center, place_id=PUDDLE)
    closures.reopen_road(center, number, OFFICER)
    anew = close(center, place_id=PUDDLE)
    with pytest.raises(ClosureSettled):
        closures.take_back(center, number, OFFICER)

    clock.advance(31)

    with pytest.raises(TooLateToTakeBack):
        closures.take_back(center, anew, OFFICER)
    assert closure(center)["state"] == "closed"


def test_what_only_water_proposed_is_declined_not_taken_back_and_displays_take_nothing_back(
    center: Center, clock: Clock, display: Actor
) -> None:
    measure(center, 30)
    work_off(center, clock)
    number = int(str(closure(center)["id"]))

    with pytest.raises(ClosureSettled):
        closures.take_back(center, number, OFFICER)
    with pytest.raises(NotPermitted):
        closures.take_back(center, number, display)
