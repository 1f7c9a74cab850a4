"""Stock rules: which lots leave first, which depots give, what a line does to a balance, what a centre opens with."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.stock import (
    Lot,
    MoveKind,
    ReservationStatus,
    available,
    default_minimum,
    effect,
    first_to_leave,
    first_to_write_off,
    is_expired,
    opening_lots,
    reservation_status,
    share_out,
    take,
)

TODAY = date(2026, 3, 2)

days = st.none() | st.integers(-400, 4_000).map(lambda away: TODAY + timedelta(days=away))
lots = st.lists(st.tuples(days, st.integers(0, 50)), max_size=8).map(
    lambda told: [Lot(lot_id=number, number=f"L{number}", expires_on=day, on_hand=held) for number, (day, held) in enumerate(told)]
)
depots = st.lists(st.integers(0, 60), max_size=10).map(lambda free: [(f"D{number}", held) for number, held in enumerate(free)])


@given(lots)
def test_the_soonest_to_expire_leaves_first_and_what_has_expired_last(told: list[Lot]) -> None:
    order = first_to_leave(told, TODAY)

    good = [lot.expires_on or date.max for lot in order if not is_expired(lot.expires_on, TODAY)]
    assert sorted(order, key=lambda lot: lot.lot_id) == told
    assert good == sorted(good)
    assert [is_expired(lot.expires_on, TODAY) for lot in order] == sorted(is_expired(lot.expires_on, TODAY) for lot in order)


@given(lots)
def test_what_expired_first_is_the_first_to_be_written_off(told: list[Lot]) -> None:
    order = first_to_write_off(told)

    assert sorted(order, key=lambda lot: lot.lot_id) == told
    assert [lot.expires_on or date.max for lot in order] == sorted(lot.expires_on or date.max for lot in told)


@given(st.integers(0, 90), st.integers(0, 90), st.integers(0, 90))
def test_what_is_available_is_in_date_and_never_put_by(on_hand: int, reserved: int, expired: int) -> None:
    free = available(on_hand=on_hand, reserved=reserved, expired=expired)

    assert free >= 0
    assert free == 0 or free + reserved + expired == on_hand


def test_a_lot_is_good_on_its_last_day() -> None:
    assert not is_expired(TODAY, TODAY)
    assert is_expired(TODAY - timedelta(days=1), TODAY)


@given(lots, st.integers(0, 500))
def test_taking_empties_one_lot_after_the_other_and_no_lot_gives_more_than_it_holds(told: list[Lot], quantity: int) -> None:
    taken = take(told, quantity)

    assert sum(share for _, share in taken) == min(quantity, sum(lot.on_hand for lot in told))
    assert all(0 < share <= lot.on_hand for lot, share in taken)
    assert all(share == lot.on_hand for lot, share in taken[:-1])


@given(depots, st.integers(1, 400))
def test_shares_add_up_and_no_depot_gives_more_than_it_has(offered: list[tuple[str, int]], wanted: int) -> None:
    shares = share_out(wanted, offered)

    free = dict(offered)
    assert sum(quantity for _, quantity in shares) == min(wanted, sum(free.values()))
    assert all(0 < quantity <= free[depot] for depot, quantity in shares)


@given(depots, st.integers(1, 60))
def test_the_nearest_depot_that_holds_all_gives_all(offered: list[tuple[str, int]], wanted: int) -> None:
    whole = [depot for depot, free in offered if free >= wanted]

    shares = share_out(wanted, offered)

    assert shares == [(whole[0], wanted)] if whole else len(shares) != 1 or shares[0][1] < wanted


def test_the_nearer_small_depot_is_passed_by_when_a_farther_one_has_it_all() -> None:
    assert share_out(10, [("near", 4), ("far", 12), ("farther", 99)]) == [("far", 10)]
    assert share_out(20, [("near", 4), ("far", 12), ("farther", 9)]) == [("near", 4), ("far", 12), ("farther", 4)]


@pytest.mark.parametrize(
    ("kind", "of_reservation", "changes"),
    [
        (MoveKind.RECEIVE, False, (3, 0)),
        (MoveKind.RESERVE, True, (0, 3)),
        (MoveKind.RELEASE, True, (0, -3)),
        (MoveKind.ISSUE, True, (-3, -3)),
        (MoveKind.ISSUE, False, (-3, 0)),
        (MoveKind.RETURN, True, (3, 0)),
        (MoveKind.CONSUME, True, (0, 0)),
        (MoveKind.CONSUME, False, (-3, 0)),
        (MoveKind.TRANSFER_OUT, False, (-3, 0)),
        (MoveKind.TRANSFER_IN, False, (3, 0)),
        (MoveKind.WRITE_OFF, False, (-3, 0)),
        (MoveKind.COUNT, False, (3, 0)),
    ],
)
def test_every_kind_of_line_has_its_effect(kind: MoveKind, of_reservation: bool, changes: tuple[int, int]) -> None:
    assert effect(kind, 3, of_reservation=of_reservation) == changes


@pytest.mark.parametrize(
    ("released", "issued", "returned", "consumed", "status"),
    [
        (0, 0, 0, 0, ReservationStatus.HELD),
        (4, 5, 0, 0, ReservationStatus.HELD),
        (10, 0, 0, 0, ReservationStatus.RELEASED),
        (4, 6, 0, 0, ReservationStatus.ISSUED),
        (4, 6, 2, 3, ReservationStatus.ISSUED),
        (4, 6, 2, 4, ReservationStatus.CLOSED),
    ],
)
def test_a_reservation_says_how_far_it_has_come(
    released: int, issued: int, returned: int, consumed: int, status: ReservationStatus
) -> None:
    assert reservation_status(quantity=10, released=released, issued=issued, returned=returned, consumed=consumed) is status


@given(st.text(min_size=1, max_size=8), st.text(min_size=1, max_size=5), st.integers(1, 500), st.integers(1, 240))
def test_opening_lots_add_up_and_none_has_expired(depot: str, material: str, quantity: int, months: int) -> None:
    opened = opening_lots(depot, material, quantity, shelf_life_months=months, today=TODAY)

    assert sum(lot.quantity for lot in opened) == quantity
    assert all(lot.quantity > 0 and TODAY < lot.expires_on <= TODAY + timedelta(days=31 * months) for lot in opened)
    assert len({lot.number for lot in opened}) == len(opened)
    assert opened == opening_lots(depot, material, quantity, shelf_life_months=months, today=TODAY)


def test_half_of_what_a_depot_should_have_is_its_first_minimum() -> None:
    assert [default_minimum(typical) for typical in (0, 1, 2, 3, 200)] == [0, 1, 1, 2, 100]
