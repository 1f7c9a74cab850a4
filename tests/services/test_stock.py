"""Moving stock: lots in the right order, never below zero, reservations respected, once per key, crews at home only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from command_center.center import Center
from command_center.domain.errors import (
    CountBelowReserved,
    CountUnexplained,
    Invalid,
    KeyReused,
    LotExpiryDiffers,
    MoreThanIssued,
    MoreThanReserved,
    NotPermitted,
    Refusal,
    StockShort,
    UnknownDepot,
    UnknownIncident,
    UnknownLot,
    UnknownMaterial,
    UnknownReservation,
)
from command_center.domain.rights import Actor
from command_center.services import history, stock
from command_center.services.stock import Count, Move, Moved, Receive, ReservedMove, SetMinimum, Transfer
from command_center.services.stock_questions import MovementLine, StockLine, ledger_gaps, movements, reservations, stock_of
from command_center.services.stock_reservations import Reserve, reserve
from tests.builders import OFFICER, take_test_call

HERE, THERE = "YY-S01", "LY-S01"
SANDBAGS = "FL01"
TODAY = date(2026, 3, 2)


def line_of(center: Center, depot: str = HERE, material: str = SANDBAGS) -> StockLine:
    return next(line for line in stock_of(center, depot) if line.material == material)


def lots_of(center: Center, depot: str = HERE, material: str = SANDBAGS) -> dict[str, int]:
    """Lot number -> on hand, soonest to expire first."""
    return {lot.lot: lot.on_hand for lot in line_of(center, depot, material).lots}


def cleared(center: Center, depot: str = HERE, material: str = SANDBAGS) -> None:
    """Nothing on hand, so that a test may say what there is."""
    stock.count(center, Count(depot=depot, material=material, counted=0, reason="cleared"), OFFICER)


def received(center: Center, quantity: int, lot: str, *, days: int | None, depot: str = HERE) -> Moved:
    """A delivery that is good for so many days."""
    expires_on = None if days is None else TODAY + timedelta(days=days)
    return stock.receive(center, Receive(depot=depot, material=SANDBAGS, quantity=quantity, lot=lot, expires_on=expires_on), OFFICER)


def put_by(center: Center, quantity: int, depot: str = HERE) -> int:
    """A reservation in this depot for a new incident; returns its id."""
    incident = take_test_call(center).incident_id
    wants = Reserve(wants={SANDBAGS: quantity}, for_kind="incident", for_id=incident, depot=depot)
    return reserve(center, wants, OFFICER).holdings[0].reservation_id


def moved(**stated: Any) -> Move:  # noqa: ANN401 - any field of Move
    order: dict[str, Any] = {"depot": HERE, "material": SANDBAGS, "quantity": 1} | stated
    return Move(**order)


def never_there(center: Center) -> tuple[str, str]:
    """A depot and a material that it is not meant to have."""
    return next(
        (depot.code, material.code)
        for depot in center.catalogue.depots.values()
        for material in center.catalogue.materials.values()
        if material.quantity(depot.tier) == 0
    )


def newest(center: Center) -> MovementLine:
    return movements(center, limit=1)[0]


# ---- lots ------------------------------------------------------------------------------------------------------------------------


def test_what_expires_first_is_issued_first(center: Center, officer: Actor) -> None:
    cleared(center)
    for lot, days in (("keeps", None), ("late", 300), ("gone", -1), ("soon", 30)):
        received(center, 10, lot, days=days)

    issued = stock.issue(center, moved(quantity=35, expired_too=True), officer)

    assert issued.lots == ("soon", "late", "keeps", "gone")
    assert lots_of(center) == {"gone": 5}
    assert issued.on_hand == 5


def test_a_named_lot_goes_out_of_turn(center: Center, officer: Actor) -> None:
    cleared(center)
    received(center, 10, "soon", days=30)
    received(center, 10, "late", days=300)

    stock.issue(center, moved(quantity=4, lot="late"), officer)

    assert lots_of(center) == {"soon": 10, "late": 6}
    with pytest.raises(StockShort) as short:
        stock.issue(center, moved(quantity=7, lot="late"), officer)
    assert short.value.facts == {"depot": HERE, "material": SANDBAGS, "lot": "late", "available": 6, "wanted": 7}
    with pytest.raises(UnknownLot):
        stock.issue(center, moved(lot="never seen"), officer)


def test_a_second_delivery_of_a_lot_joins_it_and_another_last_day_is_refused(center: Center) -> None:
    cleared(center)
    received(center, 10, "A1", days=30)
    received(center, 5, "A1", days=30)

    with pytest.raises(LotExpiryDiffers) as differs:
        received(center, 5, "A1", days=31)

    assert lots_of(center) == {"A1": 15}
    assert differs.value.facts["expires_on"] == "2026-04-01"


def test_goods_come_back_into_the_lots_they_left(center: Center, officer: Actor) -> None:
    cleared(center)
    received(center, 10, "soon", days=30)
    received(center, 10, "late", days=300)
    stock.issue(center, moved(quantity=14), officer)

    stock.return_(center, moved(quantity=3), officer)
    assert lots_of(center) == {"late": 9}
    stock.return_(center, moved(quantity=6), officer)

    assert lots_of(center) == {"soon": 5, "late": 10}
    with pytest.raises(MoreThanIssued) as more:
        stock.return_(center, moved(quantity=6), officer)
    assert more.value.facts == {"depot": HERE, "material": SANDBAGS, "out": 5, "wanted": 6}


# ---- never below zero ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", [stock.issue, stock.consume, stock.write_off])
def test_nothing_goes_below_zero_or_into_what_is_reserved(center: Center, verb: Callable[[Center, Move, Actor], Moved]) -> None:
    put_by(center, 150)

    with pytest.raises(StockShort) as short:
        verb(center, moved(quantity=51, reason="湿损"), OFFICER)

    assert short.value.facts == {"depot": HERE, "material": SANDBAGS, "lot": None, "available": 50, "wanted": 51}
    assert (line_of(center).on_hand, line_of(center).reserved) == (200, 150)
    assert verb(center, moved(quantity=50, reason="湿损"), OFFICER).on_hand == 150


def test_a_depot_that_never_had_it_is_short_by_all_of_it(center: Center, officer: Actor) -> None:
    depot, material = never_there(center)

    with pytest.raises(StockShort) as short:
        stock.issue(center, moved(depot=depot, material=material), officer)

    assert short.value.facts["available"] == 0
    assert stock.receive(center, Receive(depot=depot, material=material, quantity=3), officer).on_hand == 3


@pytest.mark.parametrize("quantity", [0, -1, 1_000_001])
def test_a_quantity_that_nobody_moves_is_refused(center: Center, officer: Actor, quantity: int) -> None:
    acts: list[Callable[[], Moved]] = [
        lambda: stock.issue(center, moved(quantity=quantity), officer),
        lambda: stock.receive(center, Receive(depot=HERE, material=SANDBAGS, quantity=quantity), officer),
        lambda: stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=quantity), officer),
        lambda: stock.issue_reserved(center, ReservedMove(reservation_id=1, quantity=quantity), officer),
    ]
    for act in acts:
        with pytest.raises(Invalid):
            act()


def test_what_nobody_knows_is_refused(center: Center, officer: Actor) -> None:
    for order, refusal in (
        (moved(depot="XX-S01"), UnknownDepot),
        (moved(material="XX01"), UnknownMaterial),
        (moved(for_kind="incident", for_id=999), UnknownIncident),
        (moved(for_kind="incident"), Invalid),
        (moved(reason="x" * 201), Invalid),
        (moved(lot=""), Invalid),
        (moved(lot="a\nb"), Invalid),
    ):
        with pytest.raises(refusal):
            stock.issue(center, order, officer)


@pytest.mark.both_engines
def test_two_at_once_for_the_last_ones_have_one_winner(center: Center, open_center: Callable[[], Center], officer: Actor) -> None:
    centers = [center, *(open_center() for _ in range(3))]

    def issue_all(at: Center) -> Moved | Refusal:
        try:
            return stock.issue(at, moved(quantity=200), officer)
        except Refusal as no:
            return no

    with ThreadPoolExecutor(len(centers)) as pool:
        answers = list(pool.map(issue_all, centers))

    lost = [answer for answer in answers if isinstance(answer, StockShort)]
    assert len(lost) == len(centers) - 1
    assert all(no.facts == {"depot": HERE, "material": SANDBAGS, "lot": None, "available": 0, "wanted": 200} for no in lost)
    assert line_of(center).on_hand == 0


# ---- from depot to depot ---------------------------------------------------------------------------------------------------------


def test_a_transfer_takes_lots_along_and_its_lines_are_a_pair(center: Center, officer: Actor) -> None:
    cleared(center)
    received(center, 10, "soon", days=30)

    stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=8, reason="防汛前置"), officer)

    came, went = movements(center, material=SANDBAGS, limit=2)
    assert (went.kind, went.depot, went.on_hand_after) == ("transfer_out", HERE, 2)
    assert (came.kind, came.depot, came.on_hand_after, came.pair_id) == ("transfer_in", THERE, 208, went.id)
    there = next(lot for lot in line_of(center, THERE).lots if lot.lot == "soon")
    assert (there.on_hand, there.expires_on) == (8, TODAY + timedelta(days=30))


def test_a_transfer_that_cannot_arrive_does_not_leave(center: Center, officer: Actor) -> None:
    cleared(center)
    received(center, 10, "A1", days=30)
    received(center, 1, "A1", days=60, depot=THERE)

    with pytest.raises(LotExpiryDiffers):
        stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=8), officer)
    with pytest.raises(Invalid):
        stock.transfer(center, Transfer(depot=HERE, to_depot=HERE, material=SANDBAGS, quantity=1), officer)

    assert line_of(center).on_hand == 10
    assert line_of(center, THERE).on_hand == 201


# ---- reserved goods --------------------------------------------------------------------------------------------------------------


def test_reserved_goods_go_out_come_back_and_are_used_up(center: Center, officer: Actor) -> None:
    reservation = put_by(center, 50)

    stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=40), officer)
    stock.return_reserved(center, ReservedMove(reservation_id=reservation, quantity=15), officer)
    used = stock.consume_reserved(center, ReservedMove(reservation_id=reservation, quantity=25), officer)

    line = newest(center)
    (told,) = reservations(center, "incident", line.for_id or 0)
    assert (used.on_hand, used.reserved) == (175, 10)
    assert (line.kind, line.quantity, line.on_hand_change, line.reserved_change) == ("consume", 25, 0, 0)
    assert (told.held, told.out, told.issued, told.returned, told.consumed, told.status) == (10, 0, 40, 15, 25, "held")
    assert not ledger_gaps(center)


def test_no_more_leaves_or_comes_back_than_the_reservation_has(center: Center, officer: Actor) -> None:
    reservation = put_by(center, 50)
    stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=40), officer)

    with pytest.raises(MoreThanReserved) as more:
        stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=11), officer)
    assert more.value.facts == {"reservation": reservation, "held": 10, "wanted": 11}
    for verb in (stock.return_reserved, stock.consume_reserved):
        with pytest.raises(MoreThanIssued):
            verb(center, ReservedMove(reservation_id=reservation, quantity=41), officer)
    with pytest.raises(UnknownReservation):
        stock.issue_reserved(center, ReservedMove(reservation_id=999, quantity=1), officer)


def test_what_one_reservation_issued_does_not_come_back_through_another(center: Center, officer: Actor) -> None:
    first, second = put_by(center, 50), put_by(center, 50)
    stock.issue_reserved(center, ReservedMove(reservation_id=first, quantity=50), officer)

    with pytest.raises(MoreThanIssued):
        stock.return_reserved(center, ReservedMove(reservation_id=second, quantity=1), officer)
    with pytest.raises(MoreThanIssued):
        stock.return_(center, moved(), officer)


# ---- counting and minimums -------------------------------------------------------------------------------------------------------


def test_a_count_writes_the_difference_and_its_reason(center: Center, officer: Actor) -> None:
    counted = stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=188, reason="月度盘点，破损"), officer)

    entry = history.recent_entries(center, limit=1)[0]
    assert (counted.quantity, counted.on_hand) == (-12, 188)
    assert (newest(center).kind, newest(center).on_hand_change, newest(center).reason) == ("count", -12, "月度盘点，破损")
    assert (entry["event"], entry["facts"]["difference"], entry["facts"]["reason"]) == ("StockCounted", -12, "月度盘点，破损")


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_difference_that_nobody_explains_is_not_booked(center: Center, officer: Actor, reason: str) -> None:
    lot = line_of(center).lots[0]

    with pytest.raises(CountUnexplained) as all_lots:
        stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=199, reason=reason), officer)
    with pytest.raises(CountUnexplained) as one_lot:
        stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=lot.on_hand + 1, lot=lot.lot, reason=reason), officer)
    with pytest.raises(CountUnexplained):
        stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=1, lot="new", reason=reason), officer)

    assert all_lots.value.facts == {"depot": HERE, "material": SANDBAGS, "counted": 199, "booked": 200}
    assert (one_lot.value.facts["counted"], one_lot.value.facts["booked"]) == (lot.on_hand + 1, lot.on_hand)
    assert newest(center).kind == "receive"


def test_a_count_of_one_lot_leaves_the_others(center: Center, officer: Actor) -> None:
    cleared(center)
    received(center, 10, "A1", days=30)
    received(center, 10, "B1", days=60)

    stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=12, lot="B1", reason="盘点"), officer)
    stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=4, lot="C1", expires_on=TODAY, reason="盘点"), officer)

    assert lots_of(center) == {"C1": 4, "A1": 10, "B1": 12}


def test_what_is_found_where_nothing_was_is_a_lot_without_a_number(center: Center, officer: Actor) -> None:
    depot, material = never_there(center)

    stock.count(center, Count(depot=depot, material=material, counted=2, reason="found"), officer)

    assert lots_of(center, depot, material) == {"-": 2}
    assert not ledger_gaps(center)


def test_a_count_without_difference_is_written_down_too(center: Center, officer: Actor) -> None:
    stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=200), officer)

    assert (newest(center).kind, newest(center).quantity, newest(center).actor) == ("count", 0, "officer")


def test_less_than_what_is_reserved_cannot_be_counted(center: Center, officer: Actor) -> None:
    put_by(center, 150)

    with pytest.raises(CountBelowReserved) as below:
        stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=149, reason="盘点"), officer)

    assert below.value.facts == {"depot": HERE, "material": SANDBAGS, "counted": 149, "reserved": 150}


def test_a_minimum_that_somebody_set_is_no_default_any_more(center: Center, officer: Actor) -> None:
    before = line_of(center)

    stock.set_minimum(center, SetMinimum(depot=HERE, material=SANDBAGS, minimum=120), officer)

    assert (before.minimum, before.minimum_basis) == (100, "working")
    assert (line_of(center).minimum, line_of(center).minimum_basis) == (120, "fact")


def test_a_write_off_needs_a_reason(center: Center, officer: Actor) -> None:
    with pytest.raises(Invalid):
        stock.write_off(center, moved(reason="  "), officer)

    assert stock.write_off(center, moved(reason="过期"), officer).on_hand == 199


# ---- once, and by whom -----------------------------------------------------------------------------------------------------------


def test_the_same_key_has_one_effect_and_one_answer(center: Center, officer: Actor) -> None:
    order = moved(quantity=10, key="issue-1")

    first, second = stock.issue(center, order, officer), stock.issue(center, order, officer)

    assert first == second
    assert line_of(center).on_hand == 190
    with pytest.raises(KeyReused):
        stock.issue(center, replace(order, quantity=11), officer)


def test_a_crew_issues_takes_back_and_counts_at_its_own_station_only(center: Center, crew: Callable[[str], Actor]) -> None:
    vehicle = next(it for it in center.catalogue.vehicles.values() if it.area == center.catalogue.depots[HERE].area)
    own = crew(vehicle.id)

    stock.issue(center, moved(quantity=5), own)
    stock.return_(center, moved(quantity=2), own)
    stock.count(center, Count(depot=HERE, material=SANDBAGS, counted=197), own)
    reservation = put_by(center, 5)
    stock.issue_reserved(center, ReservedMove(reservation_id=reservation, quantity=5), own)
    stock.return_reserved(center, ReservedMove(reservation_id=reservation, quantity=5), own)

    elsewhere = put_by(center, 5, THERE)
    for forbidden in (
        lambda: stock.issue(center, moved(depot=THERE), own),
        lambda: stock.issue_reserved(center, ReservedMove(reservation_id=elsewhere, quantity=1), own),
        lambda: stock.write_off(center, moved(reason="x"), own),
        lambda: stock.consume(center, moved(), own),
        lambda: stock.receive(center, Receive(depot=HERE, material=SANDBAGS, quantity=1), own),
        lambda: stock.transfer(center, Transfer(depot=HERE, to_depot=THERE, material=SANDBAGS, quantity=1), own),
        lambda: stock.set_minimum(center, SetMinimum(depot=HERE, material=SANDBAGS, minimum=1), own),
    ):
        with pytest.raises(NotPermitted):
            forbidden()


def test_who_has_no_right_moves_nothing(center: Center, display: Actor, admin: Actor) -> None:
    for actor in (display, admin):
        with pytest.raises(NotPermitted):
            stock.issue(center, moved(), actor)


def test_stock_for_an_incident_stands_in_its_story(center: Center, officer: Actor) -> None:
    incident = take_test_call(center).incident_id

    stock.issue(center, moved(quantity=3, for_kind="incident", for_id=incident), officer)

    story = history.incident_story(center, incident, officer)
    assert [entry["event"] for entry in story.entries] == ["CallTaken", "StockMoved"]
    assert [line.quantity for line in movements(center, for_=("incident", incident))] == [3]
