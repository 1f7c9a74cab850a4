"""The keys of a plan that waits or has just begun, without a browser: each person is offered what that person may do."""

from __future__ import annotations

from typing import Any

from command_center.center import Center
from command_center.domain.board import Row
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations
from command_center.services.activations import ActivatePlan
from command_center.services.plan_story import plan_story
from command_center.ui import plans_board
from command_center.ui.shell import Screen
from tests.ui.test_palette import screen_of

COLLEAGUE = Actor(name="colleague", role=Role.DUTY_OFFICER)
COMMANDER = Actor(name="commander", role=Role.COMMANDER)


def keys_in(components: list[Any]) -> set[str]:
    """What the buttons in these components order, or ask a word for."""
    found: set[str] = set()
    for component in components:
        for one in [component, *component._traverse()]:  # noqa: SLF001 - Dash offers no other way to look into a component
            wanted = getattr(one, "data-order", None) or getattr(one, "data-ask", None)
            found |= {name for name in ("approve", "decline", "go_ahead", "take_back_request", "undo") if wanted and name in str(wanted)}
    return found


def offered(center: Center, activation_id: int, actor: Actor) -> set[str]:
    row, screen = _seen(center, activation_id, actor)
    return keys_in([*plans_board.decision(row, screen), *plans_board.head(plan_story(center, activation_id, actor), None, None, screen)])


def _seen(center: Center, activation_id: int, actor: Actor) -> tuple[Row, Screen]:
    return plan_story(center, activation_id, actor).activation, screen_of(center, actor)


def test_a_request_offers_each_what_they_may_do(center: Center, officer: Actor) -> None:
    order = ActivatePlan(plan_id="P04", level=Level.II, reason="smell of gas")
    activation_id = activations.activate_plan(center, order, officer).activation_id

    assert offered(center, activation_id, officer) == {"go_ahead", "take_back_request"}
    assert offered(center, activation_id, COLLEAGUE) == {"go_ahead"}
    assert offered(center, activation_id, COMMANDER) == {"approve", "decline"}


def test_a_lower_level_that_is_asked_for_cannot_go_ahead(center: Center, officer: Actor) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.II), COMMANDER).activation_id
    activations.change_level(center, activation_id, Level.IV, officer, reason="quiet")

    assert offered(center, activation_id, officer) == {"take_back_request"}
    assert offered(center, activation_id, COLLEAGUE) == set()
    assert offered(center, activation_id, COMMANDER) == {"approve", "decline", "undo"}


def test_the_undo_key_is_there_for_who_may_press_it(center: Center, officer: Actor) -> None:
    activation_id = activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.I), COMMANDER).activation_id

    assert offered(center, activation_id, COMMANDER) == {"undo"}
    assert offered(center, activation_id, officer) == set()
