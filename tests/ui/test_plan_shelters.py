"""Where nobody may be sheltered stands where people open shelters and where they decide about the plan; without a browser."""

import pytest

from command_center.center import Center
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.services.activations import ActivatePlan
from command_center.services.plan_preview import preview
from command_center.services.plan_work import forbidden
from command_center.ui import plans_preview, shelters_view
from tests.ui.test_palette import screen_of
from tests.ui.test_plan_reviews_shown import text_of


@pytest.mark.parametrize("plan_id", ["P01", "P02", "P03", "P04", "P05", "P06", "P07", "P08"])
def test_the_preview_says_where_nobody_is_brought(center: Center, officer: Actor, plan_id: str) -> None:
    plan = center.catalogue.plans[plan_id]
    order = ActivatePlan(plan_id=plan_id, level=Level.II, variant=next(iter(plan.variants), None))

    drawn = plans_preview.would(preview(center, order, officer), screen_of(center, officer))

    assert plan.shelters.forbid
    assert all(place.zh in text_of(drawn) for place in plan.shelters.forbid)


def test_beside_the_shelters_it_stands_even_while_none_is_open(center: Center, officer: Actor) -> None:
    nowhere = forbidden(center.catalogue.plans["P02"])
    assert nowhere is not None

    said = text_of(shelters_view.panel(screen_of(center, officer, "en"), nowhere=[nowhere]))

    assert "Do not shelter anyone in: light steel sheds, greenhouses" in said
    assert "Do not shelter" not in text_of(shelters_view.panel(screen_of(center, officer, "en")))
