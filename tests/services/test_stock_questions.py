"""Questions about stock: where is it, what is low, what expires, what do plans want, how did it come to that."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import Unknown, UnknownDepot, UnknownMaterial
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.stock import default_minimum
from command_center.services import activations, plan_texts, stock
from command_center.services import stock_questions as questions
from command_center.services.activations import ActivatePlan
from command_center.services.plan_preview import preview
from command_center.services.stock import Count, Move, ReservedMove
from command_center.services.stock_reservations import reserve_in

HERE, SANDBAGS = "YY-S01", "FL01"
TODAY = date(2026, 3, 2)


def test_a_depot_opens_with_what_its_tier_has_in_demonstration_lots(center: Center) -> None:
    lines = questions.stock_of(center, HERE)

    typical = {code: it.station_qty for code, it in center.catalogue.materials.items() if it.station_qty}
    assert {line.material: line.on_hand for line in lines} == typical
    assert {line.material: line.minimum for line in lines} == {code: default_minimum(quantity) for code, quantity in typical.items()}
    assert all(sum(lot.on_hand for lot in line.lots) == line.on_hand for line in lines)
    assert {lot.basis for line in lines for lot in line.lots} == {"demo"}
    with pytest.raises(UnknownDepot):
        questions.stock_of(center, "XX")


def test_where_names_depots_that_hold_enough_nearest_by_road_first(center: Center, officer: Actor) -> None:
    near = center.catalogue.depots[HERE].point

    found = questions.where_is(center, SANDBAGS, near, quantity=30)
    stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=171), officer)
    later = questions.where_is(center, SANDBAGS, near, quantity=30)

    assert (found[0].depot, found[0].available, len(found)) == (HERE, 200, 20)
    assert [it.travel_s for it in found] == sorted(it.travel_s for it in found)
    assert [it.depot for it in later] == [it.depot for it in found[1:]]
    assert questions.where_is(center, SANDBAGS, near, quantity=5_000) == ()
    with pytest.raises(UnknownMaterial):
        questions.where_is(center, "XX01", near)


def test_what_falls_below_its_minimum_is_told_emptiest_first(center: Center, officer: Actor) -> None:
    before = questions.below_minimum(center)
    for depot, counted in ((HERE, 99), ("LY-S01", 10), ("JL-S01", 100)):
        stock.count(center, Count(depot=depot, material=SANDBAGS, counted=counted, reason="盘点"), officer)

    below = questions.below_minimum(center)

    assert before == ()
    assert [(line.depot, line.on_hand, line.minimum) for line in below] == [("LY-S01", 10, 100), (HERE, 99, 100)]


def test_what_expires_within_so_many_days_is_told_soonest_first(center: Center, officer: Actor) -> None:
    for lot, days in (("past", -1), ("edge", 90), ("later", 91)):
        order = stock.Receive(depot=HERE, material=SANDBAGS, quantity=1, lot=lot, expires_on=TODAY + timedelta(days=days))
        stock.receive(center, order, officer)

    told = questions.expiring(center)

    assert {lot.lot for lot in told} >= {"past", "edge"}
    assert "later" not in {lot.lot for lot in told}
    assert (told[0].lot, told[0].is_expired, told[1].is_expired) == ("past", True, False)
    assert [lot.expires_on for lot in told] == sorted(lot.expires_on or date.max for lot in told)
    assert any(lot.basis == "demo" for lot in told), "a demonstration has something to show"


def test_needs_compare_a_plan_with_the_street(center: Center) -> None:
    wanted = center.catalogue.plans["P01"].resources[Level.II].materials

    needs = {need.material: need for need in questions.needs_of_plan(center, "P01", Level.II)}

    assert {code: need.wanted for code, need in needs.items()} == wanted
    assert (needs[SANDBAGS].available, needs[SANDBAGS].held, needs[SANDBAGS].short) == (2_000, 0, 0)
    with pytest.raises(Unknown):
        questions.needs_of_plan(center, "P99", Level.II)


def with_sandbags(center: Center, quantity: int) -> None:
    """A new wording of the flood plan, approved, that wants so many sandbags at level II."""
    writer, approver = Actor(name="admin", role=Role.ADMIN), Actor(name="commander", role=Role.COMMANDER)
    newest = plan_texts.wording(center, "P01", writer)
    text = deepcopy(dict(newest.copy))
    text["resources"]["II"]["materials"][SANDBAGS] = quantity
    version = plan_texts.edit_plan(center, "P01", text, writer, "more sandbags", based_on=newest.version)
    plan_texts.approve_plan_text(center, "P01", version, approver)


def test_needs_follow_the_approved_wording_and_a_running_plan_its_own_copy(center: Center, leader: Actor) -> None:
    commander = Actor(name="commander", role=Role.COMMANDER)
    filed = center.catalogue.plans["P01"].resources[Level.II].materials[SANDBAGS]
    with_sandbags(center, filed + 70)
    running = activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.II), commander).activation_id
    with_sandbags(center, filed + 300)

    def wanted(held_for: questions.Purposes = ()) -> int:
        return next(need.wanted for need in questions.needs_of_plan(center, "P01", Level.II, held_for) if need.material == SANDBAGS)

    previewed = next(
        it.wanted for it in preview(center, ActivatePlan(plan_id="P01", level=Level.II), leader).stock if it.material == SANDBAGS
    )
    assert wanted([("activation", running)]) == filed + 70
    assert wanted() == previewed == filed + 300


def test_needs_of_several_plans_add_up_and_show_what_is_short(center: Center) -> None:
    together = {need.material: need for need in questions.needs_of_plans(center, {"P01": Level.I, "P09": Level.I})}

    alone = [center.catalogue.plans[plan].resources[Level.I].materials for plan in ("P01", "P09")]
    both = set(alone[0]) & set(alone[1])
    assert both
    assert all(together[code].wanted == alone[0][code] + alone[1][code] for code in both)
    assert all(need.short == max(0, need.wanted - need.available) for need in together.values())


def test_what_is_put_by_for_a_plan_counts_as_there(center: Center, officer: Actor) -> None:
    with center.work(officer) as work:
        (mine,) = reserve_in(work, {SANDBAGS: 150}, for_kind="activation", for_id=1, today=TODAY).holdings
        reserve_in(work, {SANDBAGS: 1_000}, for_kind="activation", for_id=2, today=TODAY)
    stock.issue_reserved(center, ReservedMove(reservation_id=mine.reservation_id, quantity=100), officer)
    stock.return_reserved(center, ReservedMove(reservation_id=mine.reservation_id, quantity=20), officer)

    needs = {need.material: need for need in questions.needs_of_plan(center, "P01", Level.II, held_for=[("activation", 1)])}

    wanted = needs[SANDBAGS].wanted
    assert (needs[SANDBAGS].held, needs[SANDBAGS].available) == (130, 870)
    assert needs[SANDBAGS].short == wanted - 1_000


def test_the_ledger_is_read_newest_first_and_paged(center: Center, officer: Actor) -> None:
    for quantity in (1, 2, 3):
        stock.issue(center, Move(depot=HERE, material=SANDBAGS, quantity=quantity, lot=None, reason="训练"), officer)

    page = questions.movements(center, depot=HERE, material=SANDBAGS, limit=2)
    rest = questions.movements(center, depot=HERE, material=SANDBAGS, before=page[-1].id)

    assert [(line.kind, line.quantity, line.reason, line.actor) for line in page] == [
        ("issue", 3, "训练", "officer"),
        ("issue", 2, "训练", "officer"),
    ]
    assert [line.kind for line in rest] == ["issue", "receive", "receive"]
    assert rest[-1].on_hand_after < rest[-2].on_hand_after == 200
    assert rest[-1].basis == "demo"
