"""The twelve cards stand as the season asks for them, on the street's own calendar; without a browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from command_center.services.plan_figures import plan_figures
from command_center.ui.plans_cards import by_need, cards, in_season
from tests.conftest import Clock
from tests.ui.test_palette import screen_of
from tests.ui.test_plan_reviews_shown import text_of

FLOOD, SNOW = "P01", "P02"


def order(center: Center, officer: Actor) -> list[str]:
    figures = plan_figures(Board.of(read_snapshot(center).rows), center.now())
    return [plan.id for plan in by_need(center.catalogue.plans.values(), screen_of(center, officer), figures)]


@pytest.mark.parametrize(("month", "sooner", "later"), [(1, SNOW, FLOOD), (7, FLOOD, SNOW)])
def test_plans_of_the_season_come_first(center: Center, officer: Actor, clock: Clock, month: int, sooner: str, later: str) -> None:
    clock.moment = datetime(2027, month, 15, 4, tzinfo=UTC)

    found = order(center, officer)

    weights = [in_season(center.catalogue.plans[plan_id], month) for plan_id in found]
    assert weights == sorted(weights, reverse=True)
    assert (weights[found.index(sooner)], weights[found.index(later)]) == (2, 0)
    assert len(found) == len(set(found)) == 12
    drawn = cards(center.catalogue.plans.values(), screen_of(center, officer), (), {})
    assert "当前高发期" in text_of(next(card for card in drawn if getattr(card, "data-plan") == sooner))


def test_the_season_turns_at_midnight_where_the_street_is(center: Center, officer: Actor, clock: Clock) -> None:
    clock.moment = datetime(2027, 10, 31, 15, 59, tzinfo=UTC)
    before = order(center, officer)

    clock.advance(60)  # the first of November in Shanghai: snow begins to be possible

    assert order(center, officer).index(SNOW) < before.index(SNOW)


def test_a_plan_that_runs_stands_before_any_season(center: Center, officer: Actor, clock: Clock) -> None:
    clock.moment = datetime(2027, 1, 15, 4, tzinfo=UTC)
    chief = Actor(name="chief", role=Role.COMMANDER)
    activations.activate_plan(center, ActivatePlan(plan_id=FLOOD, level=Level.IV), chief)

    assert order(center, officer)[0] == FLOOD
