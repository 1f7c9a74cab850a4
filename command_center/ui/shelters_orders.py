"""Every order about shelters."""

from collections.abc import Mapping

from command_center.domain.errors import Refusal
from command_center.services import shelters
from command_center.ui.console_parts import order, tell
from command_center.ui.desk_page import Act, At, Order, Outcome, unreadable
from command_center.ui.desk_parts import read_number
from command_center.ui.shell import Desk
from command_center.words import N_


async def _open(desk: Desk, wanted: Order, at: At) -> Outcome:
    activation = wanted.get("activation")
    done = await order(desk, shelters.open_shelter, wanted["shelter"], activation_id=None if activation is None else int(activation))
    if isinstance(done, Refusal):
        return done
    tell(desk.screen().say(N_("The shelter is open")))
    return None


async def _count(desk: Desk, wanted: Order, at: At) -> Outcome:
    people, special = read_number(wanted["word"]), read_number(wanted["special"] or "0")
    if people is None or people != int(people):
        return unreadable(desk, "number", wanted["word"])
    if special is None or special != int(special):
        return unreadable(desk, "number", wanted["special"])
    done = await order(
        desk, shelters.count_shelter, int(wanted["opening"]), occupied=int(people), special_needs=int(special), reason=wanted["why"]
    )
    return done if isinstance(done, Refusal) else None


async def _close(desk: Desk, wanted: Order, at: At) -> Outcome:
    done = await order(desk, shelters.close_shelter, int(wanted["opening"]), reason=wanted["word"])
    return done if isinstance(done, Refusal) else None


ACTS: Mapping[str, Act] = {"shelter_open": _open, "shelter_count": _count, "shelter_close": _close}
