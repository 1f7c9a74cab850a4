"""Closed roads on the console: what about them waits for the officer. They have a page of their own (pages/roads.py)."""

from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.closures import ClosureState
from command_center.ui.console_parts import key
from command_center.ui.desk_parts import address_of, goes
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import clock
from command_center.words import N_


def waiting(screen: Screen) -> list[tuple[str, list[Component | str], Component]]:
    """Roads whose guard has left, then those under water that nobody has decided about, as (symbol, words, key)."""
    rows = screen.live.board.rows("closure")
    left = [row for row in rows if row["guard_left_at"]]
    proposed = [row for row in rows if row["state"] == ClosureState.PROPOSED]
    return [*(_left(row, screen) for row in left), *(_proposed(row, screen) for row in proposed)]


def _open(row: Row, screen: Screen) -> Component:
    return key(screen.say(N_("Open")), **goes(address_of("/roads", closure=row["id"])))


def _left(row: Row, screen: Screen) -> tuple[str, list[Component | str], Component]:
    unit = call_signs(screen).get(row["guard_unit_id"], "")
    said = screen.say(N_("%(road)s unguarded, %(unit)s has left"), road=screen.read(row["name"]), unit=unit)
    return "alert-octagon", [said, " ", clock(row["guard_left_at"], class_name="late")], _open(row, screen)


def _proposed(row: Row, screen: Screen) -> tuple[str, list[Component | str], Component]:
    depth = f"{row['depth_cm']:g}" if row["depth_cm"] is not None else "?"
    said = screen.say(N_("%(road)s: water %(n)s cm, close the road?"), road=screen.read(row["name"]), n=depth)
    return "cloud-rain", [said], _open(row, screen)
