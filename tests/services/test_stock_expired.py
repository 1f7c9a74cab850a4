"""Goods past their last day: on hand until somebody writes them off, but never available, and never handed out by oversight."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import GoodsExpired, StockShort
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.services import handover, history, stock
from command_center.services import stock_questions as questions
from command_center.services.proposing import propose_units
from command_center.services.stock import Count, Move, Receive, ReservedMove, Transfer
from command_center.services.stock_questions import StockLine, ledger_gaps, stock_of
from command_center.services.stock_reservations import Reserve, reserve
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock

HERE, THERE, SANDBAGS = "YY-S01", "LY-S01", "FL01"
TODAY = date(2026, 3, 2)


def held(center: Center, good: int, expired: int, *, depot: str = HERE, material: str = SANDBAGS) -> None:
    """The depot holds so much in date ("good") and so much past its last day ("old"), and nothing else."""
    stock.count(center, Count(depot=depot, material=material, counted=0, reason="test"), OFFICER)
    for lot, quantity, days in (("good", good, 30), ("old", expired, -1)):
        if quantity:
            order = Receive(depot=depot, material=material, quantity=quantity, lot=lot, expires_on=TODAY + timedelta(days=days))
            stock.receive(center, order, OFFICER)


def line(center: Center, depot: str = HERE, material: str = SANDBAGS) -> StockLine:
    return next(it for it in stock_of(center, depot) if it.material == material)


def lots(center: Center, depot: str = HERE) -> dict[str, int]:
    return {lot.lot: lot.on_hand for lot in line(center, depot).lots}


def put_by(center: Center, quantity: int) -> int:
    incident = take_test_call(center).incident_id
    order = Reserve(wants={SANDBAGS: quantity}, for_kind="incident", for_id=incident, depot=HERE)
    return reserve(center, order, OFFICER).holdings[0].reservation_id


# ---- never available -------------------------------------------------------------------------------------------------------------


def test_what_has_expired_is_on_hand_but_not_available(center: Center, clock: Clock) -> None:
    held(center, good=30, expired=50)

    assert (line(center).on_hand, line(center).expired, line(center).available) == (80, 50, 30)
    clock.advance(31 * 86_400)
    assert (line(center).on_hand, line(center).expired, line(center).available) == (80, 80, 0)


def test_the_last_day_is_a_good_day_by_the_street_s_calendar(center: Center, clock: Clock) -> None:
    held(center, good=30, expired=0)

    clock.advance(30 * 86_400 + 14.5 * 3600)  # 23:30 in Shanghai on the last day
    assert line(center).available == 30
    clock.advance(3600)
    assert line(center).available == 0


def test_a_depot_with_expired_goods_alone_is_nowhere_to_go(center: Center) -> None:
    near = center.catalogue.depots[HERE].point
    held(center, good=30, expired=170)

    assert questions.where_is(center, SANDBAGS, near, quantity=31)[0].depot != HERE
    assert (questions.where_is(center, SANDBAGS, near, 30)[0].depot, questions.where_is(center, SANDBAGS, near)[0].available) == (HERE, 30)


def test_needs_count_what_is_in_date_and_no_depot_s_debt_lessens_another_s_goods(center: Center, clock: Clock) -> None:
    held(center, good=100, expired=50)
    put_by(center, 100)
    clock.advance(31 * 86_400)

    (free,) = (need.available for need in questions.needs_of_plan(center, "P01", Level.I) if need.material == SANDBAGS)
    lines = [it for depot in center.catalogue.depots for it in stock_of(center, depot) if it.material == SANDBAGS]

    assert (line(center).on_hand, line(center).expired, line(center).reserved, line(center).available) == (150, 150, 100, 0)
    assert free == sum(it.available for it in lines) == sum(max(0, it.on_hand - it.expired - it.reserved) for it in lines)


def test_a_reservation_takes_nothing_that_has_expired(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=170)
    incident = take_test_call(center).incident_id

    with pytest.raises(StockShort) as short:
        reserve(center, Reserve(wants={SANDBAGS: 31}, for_kind="incident", for_id=incident, depot=HERE), officer)
    elsewhere = reserve(center, Reserve(wants={SANDBAGS: 31}, for_kind="incident", for_id=incident), officer)

    assert short.value.facts["available"] == 30
    assert HERE not in {it.depot for it in elsewhere.holdings}


def test_a_vehicle_is_not_sent_by_way_of_a_depot_whose_goods_have_expired(center: Center) -> None:
    kind = next(it for it in center.catalogue.incident_types.values() if it.stock)
    material, wanted = next(iter(kind.stock.items()))
    call = take_test_call(center, kind=kind.code)

    def stops() -> set[str]:
        return {unit.stop.depot for unit in propose_units(center, call.incident_id).units if unit.stop is not None}

    before = stops()
    for depot in before:
        held(center, good=wanted - 1, expired=100, depot=depot, material=material)

    assert before
    assert not before & stops()


def test_what_has_expired_fills_no_minimum(center: Center, officer: Actor) -> None:
    assert questions.below_minimum(center) == ()
    held(center, good=90, expired=200)

    (low,) = questions.below_minimum(center)
    totals = {it.depot: it.below for it in questions.depot_totals(center)}
    report = handover.handover_context(center, officer).section("stock")
    told = next(it for it in report.lines if it.key == f"stock:{HERE}:{SANDBAGS}")

    assert (low.depot, low.on_hand, low.expired, low.minimum, low.lacks) == (HERE, 290, 200, 100, 10)
    assert totals[HERE] == 1
    assert told.cells["below_minimum"].value == 10


# ---- handed out only when somebody said so ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [stock.issue, stock.consume])
def test_expired_goods_leave_only_when_that_was_confirmed(center: Center, verb: object) -> None:
    held(center, good=30, expired=50)
    assert callable(verb)

    with pytest.raises(GoodsExpired) as refused:
        verb(center, Move(depot=HERE, material=SANDBAGS, quantity=40), OFFICER)
    assert refused.value.facts == {"depot": HERE, "material": SANDBAGS, "lot": None, "available": 30, "expired": 10, "wanted": 40}
    assert lots(center) == {"good": 30, "old": 50}

    verb(center, Move(depot=HERE, material=SANDBAGS, quantity=40, expired_too=True), OFFICER)

    entry = history.recent_entries(center, limit=1)[0]
    assert lots(center) == {"old": 40}
    assert (entry["facts"]["quantity"], entry["facts"]["expired"], entry["facts"]["lots"]) == (40, 10, ["good", "old"])


def test_a_named_lot_that_has_expired_is_refused_too(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=50)

    with pytest.raises(GoodsExpired) as refused:
        stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=1, lot="old"), officer)
    stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=1, lot="old", expired_too=True), officer)

    assert (refused.value.facts["available"], refused.value.facts["expired"]) == (0, 1)
    assert lots(center) == {"good": 30, "old": 49}


def test_more_than_all_lots_hold_is_short_by_what_is_in_date(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=50)

    for confirmed, available in ((False, 30), (True, 80)):
        with pytest.raises(StockShort) as short:
            stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=81, expired_too=confirmed), officer)
        assert short.value.facts["available"] == available


def test_goods_in_date_stay_for_whoever_put_them_by(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=50)
    put_by(center, 20)

    with pytest.raises(StockShort) as short:
        stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=11, lot="good", expired_too=True), officer)
    stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=40, expired_too=True), officer)

    assert short.value.facts["available"] == 10
    assert lots(center) == {"good": 20, "old": 20}


def test_what_was_put_by_and_expired_since_is_not_handed_out_by_oversight(center: Center, officer: Actor, clock: Clock) -> None:
    held(center, good=30, expired=0)
    reservation = put_by(center, 20)
    clock.advance(31 * 86_400)

    with pytest.raises(GoodsExpired):
        stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=5), officer)
    stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=5, expired_too=True), officer)

    assert (line(center).on_hand, line(center).reserved, line(center).available) == (25, 15, 0)
    assert not ledger_gaps(center)


def test_a_transfer_takes_expired_goods_along_only_by_their_lot(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=50)

    with pytest.raises(GoodsExpired):
        stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=31), officer)
    stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=50, lot="old"), officer)

    assert lots(center) == {"good": 30}
    assert (line(center, THERE).on_hand, line(center, THERE).available) == (250, 200)


def test_a_write_off_without_a_lot_takes_what_expired_first(center: Center, officer: Actor) -> None:
    held(center, good=30, expired=50)

    written_off = stock.write_off(center, Move(depot=HERE, material=SANDBAGS, quantity=55, reason="过期"), officer)

    assert (written_off.lots, lots(center)) == (("old", "good"), {"good": 25})


def test_a_nearby_place_is_served_from_goods_in_date(center: Center, officer: Actor) -> None:
    """The whole way of an order: the nearest depot has expired goods alone, so the next one gives."""
    near: Point = center.catalogue.depots[HERE].point
    held(center, good=0, expired=200)
    incident = take_test_call(center, at=near).incident_id

    (holding,) = reserve(center, Reserve(wants={SANDBAGS: 10}, for_kind="incident", for_id=incident), officer).holdings

    assert holding.depot == questions.where_is(center, SANDBAGS, near, 10)[0].depot != HERE
