"""The ledger explains every balance: whatever is done, in whatever order, by however many at once."""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.schema import alembic_config
from command_center.db.tables import Stock, StockMovement
from command_center.domain.errors import Refusal
from command_center.services import stock
from command_center.services.stock import Count, Move, Receive, ReservedMove, Transfer
from command_center.services.stock_questions import ledger_gaps, movements
from command_center.services.stock_reservations import Release, Reserve, release, reserve
from tests.builders import OFFICER

ROOT = Path(__file__).parents[2]
DEPOTS = ("LY-S01", "YY-C01", "YY-S01")
MATERIALS = ("FL01", "FL02")

depots, materials = st.sampled_from(DEPOTS), st.sampled_from(MATERIALS)
quantities = st.integers(1, 120)
purposes = st.integers(1, 3)


def balances(center: Center) -> dict[tuple[str, str], tuple[int, int]]:
    """(depot, material) -> (on hand, reserved) of what these tests move."""
    with center.read() as session:
        rows = [session.get_one(Stock, (depot, material)) for depot in DEPOTS for material in MATERIALS]
        return {(row.depot_code, row.material_code): (row.on_hand, row.reserved) for row in rows}


class Depots(RuleBasedStateMachine):
    """Somebody moves stock; a model of a few lines keeps the balances beside it."""

    center: Center

    def __init__(self) -> None:
        super().__init__()
        self.expected = balances(self.center)
        self.reservations: list[int] = []

    def expect(self, depot: str, material: str, on_hand: int, reserved: int = 0) -> None:
        held = self.expected[depot, material]
        self.expected[depot, material] = (held[0] + on_hand, held[1] + reserved)

    def tried(self, act: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the verb answers
        """The verb's answer, or None when it was refused: then nothing may have changed."""
        try:
            return act()
        except Refusal:
            return None

    @rule(depot=depots, material=materials, quantity=quantities, lot=st.sampled_from(("A", "B")))
    def receive(self, depot: str, material: str, quantity: int, lot: str) -> None:
        assert self.tried(lambda: stock.receive(self.center, Receive(depot=depot, material=material, quantity=quantity, lot=lot), OFFICER))
        self.expect(depot, material, quantity)

    @rule(depot=depots, material=materials, quantity=quantities, verb=st.sampled_from((stock.issue, stock.consume, stock.write_off)))
    def take(self, depot: str, material: str, quantity: int, verb: Callable[..., Any]) -> None:
        order = Move(depot=depot, material=material, quantity=quantity, reason="x")
        enough = self.expected[depot, material][0] - self.expected[depot, material][1] >= quantity
        assert (self.tried(lambda: verb(self.center, order, OFFICER)) is not None) == enough
        self.expect(depot, material, -quantity if enough else 0)

    @rule(depot=depots, material=materials, quantity=quantities)
    def take_back(self, depot: str, material: str, quantity: int) -> None:
        if self.tried(lambda: stock.return_(self.center, Move(depot=depot, material=material, quantity=quantity), OFFICER)):
            self.expect(depot, material, quantity)

    @rule(depot=depots, to_depot=depots, material=materials, quantity=quantities)
    def transfer(self, depot: str, to_depot: str, material: str, quantity: int) -> None:
        order = Transfer(depot=depot, to_depot=to_depot, material=material, quantity=quantity)
        if self.tried(lambda: stock.transfer(self.center, order, OFFICER)):
            self.expect(depot, material, -quantity)
            self.expect(to_depot, material, quantity)

    @rule(depot=depots, material=materials, counted=st.integers(0, 300), reason=st.sampled_from(("", "x", "y", "z")))
    def count(self, depot: str, material: str, counted: int, reason: str) -> None:
        on_hand, reserved = self.expected[depot, material]
        order = Count(depot=depot, material=material, counted=counted, reason=reason)
        done = self.tried(lambda: stock.count(self.center, order, OFFICER))
        assert (done is not None) == (counted >= reserved and bool(reason or counted == on_hand))
        self.expect(depot, material, counted - on_hand if done else 0)

    @rule(depot=depots, material=materials, quantity=quantities, purpose=purposes)
    def reserve(self, depot: str, material: str, quantity: int, purpose: int) -> None:
        order = Reserve(wants={material: quantity}, for_kind="activation", for_id=purpose, step_id=depot, depot=depot)
        before = balances(self.center)
        reserved = self.tried(lambda: reserve(self.center, order, OFFICER))
        added = balances(self.center)[depot, material][1] - before[depot, material][1]
        assert 0 <= added <= (quantity if reserved else 0)
        self.expect(depot, material, 0, added)
        if reserved:
            self.reservations += [it.reservation_id for it in reserved.holdings]

    @precondition(lambda self: self.reservations)
    @rule(data=st.data(), quantity=quantities, verb=st.sampled_from((stock.issue_reserved, stock.return_reserved, stock.consume_reserved)))
    def move_reserved(self, data: st.DataObject, quantity: int, verb: Callable[..., Any]) -> None:
        order = ReservedMove(reservation_id=data.draw(st.sampled_from(self.reservations)), quantity=quantity)
        moved = self.tried(lambda: verb(self.center, order, OFFICER))
        if moved and verb is stock.issue_reserved:
            self.expect(moved.depot, moved.material, -quantity, -quantity)
        elif moved and verb is stock.return_reserved:
            self.expect(moved.depot, moved.material, quantity)

    @rule(purpose=purposes)
    def release(self, purpose: int) -> None:
        for it in release(self.center, Release(for_kind="activation", for_id=purpose), OFFICER):
            self.expect(it.depot, it.material, 0, -it.held)

    @invariant()
    def balances_are_as_expected_and_possible(self) -> None:
        now = balances(self.center)
        assert now == self.expected
        assert all(0 <= reserved <= on_hand for on_hand, reserved in now.values())

    def teardown(self) -> None:
        assert ledger_gaps(self.center) == []


def test_whatever_is_done_the_ledger_adds_up_to_the_balances(center: Center) -> None:
    machine = type("DepotsHere", (Depots,), {"center": center})

    run_state_machine_as_test(
        machine, settings=settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    )


def one_move(at: Center, dice: random.Random, purpose: int) -> str:
    """Something happens to the stock of these depots; returns how it went."""
    depot, to_depot = dice.sample(DEPOTS, 2)
    material, quantity = dice.choice(MATERIALS), dice.randint(1, 40)
    try:
        match dice.randrange(5):
            case 0:
                stock.issue(at, Move(depot=depot, material=material, quantity=quantity), OFFICER)
            case 1:
                stock.receive(at, Receive(depot=depot, material=material, quantity=quantity), OFFICER)
            case 2:
                stock.transfer(at, Transfer(depot=depot, to_depot=to_depot, material=material, quantity=quantity), OFFICER)
            case 3:
                reserve(at, Reserve(wants=dict.fromkeys(MATERIALS, quantity), for_kind="activation", for_id=purpose), OFFICER)
            case _:
                release(at, Release(for_kind="activation", for_id=purpose - 1), OFFICER)
    except Refusal as no:
        return no.code
    return "done"


@pytest.mark.both_engines
def test_many_at_once_leave_a_ledger_that_adds_up(center: Center, open_center: Callable[[], Center]) -> None:
    """Transfers both ways, takers and reservers on the same few rows: nobody blocks anybody for ever, and nothing is lost."""
    centers = [center, *(open_center() for _ in range(5))]

    def busy(numbered: tuple[int, Center]) -> Counter[str]:
        number, at = numbered
        dice = random.Random(number)
        return Counter(one_move(at, dice, number * 100 + turn) for turn in range(25))

    with ThreadPoolExecutor(len(centers)) as pool:
        told = sum(pool.map(busy, enumerate(centers, 1)), Counter())

    assert told.total() == 150
    assert told.keys() <= {"done", "stock_short", "street_short"}
    assert told["done"] > 75
    assert ledger_gaps(center) == []


def test_lines_follow_each_other_without_a_gap(center: Center) -> None:
    for quantity in (5, 7):
        stock.issue(center, Move(depot="YY-S01", material="FL01", quantity=quantity), OFFICER)
    stock.transfer(center, Transfer(depot="YY-S01", to_depot="LY-S01", material="FL01", quantity=9), OFFICER)

    lines = list(reversed(movements(center, depot="YY-S01", material="FL01")))

    assert all(line.on_hand_after == before.on_hand_after + line.on_hand_change for before, line in pairwise(lines))


@pytest.mark.both_engines
@pytest.mark.parametrize("statement", ["UPDATE stock_movement SET quantity = 0", "DELETE FROM stock_movement"])
def test_a_line_of_the_ledger_can_neither_be_changed_nor_removed(center: Center, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), Session(center.engine) as session, session.begin():
        session.execute(text(statement))


@pytest.mark.both_engines
@pytest.mark.parametrize(
    "change",
    ["on_hand = -1", "reserved = -1", "reserved = on_hand + 1", "minimum = -1"],
    ids=["below zero", "reserved", "too much", "minimum"],
)
def test_the_database_itself_refuses_an_impossible_balance(center: Center, change: str) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)check"), Session(center.engine) as session, session.begin():
        session.execute(text(f"UPDATE stock SET {change} WHERE depot_code = 'YY-S01' AND material_code = 'FL01'"))


def test_a_balance_that_was_changed_past_the_ledger_shows(center: Center) -> None:
    with Session(center.engine) as session, session.begin():
        session.execute(text("UPDATE stock SET on_hand = on_hand + 5 WHERE depot_code = 'YY-S01' AND material_code = 'FL01'"))

    gaps = ledger_gaps(center)

    assert [(gap.depot, gap.material, gap.what, gap.balance - gap.ledger) for gap in gaps] == [
        ("YY-S01", "FL01", "on_hand", 5),
        ("YY-S01", "FL01", "lots", 5),
    ]


def test_only_the_ledger_writes_balances() -> None:
    writers = {
        path.name
        for path in sorted((ROOT / "command_center").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.AugAssign | ast.Assign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in {"on_hand", "reserved"}
    }

    assert writers == {"stock_ledger.py"}


def test_what_depots_held_before_the_ledger_becomes_its_first_lines(database_url: str, center: Center) -> None:
    before = balances(center)
    center.engine.dispose()

    command.downgrade(alembic_config(database_url), "0001")
    command.upgrade(alembic_config(database_url), "head")

    with center.read() as session:
        row = session.get_one(Stock, ("YY-S01", "FL01"))
        line = session.query(StockMovement).filter_by(depot_code="YY-S01", material_code="FL01").one()
    assert balances(center) == before
    assert (row.minimum, row.minimum_basis, line.quantity, line.on_hand_after) == (100, "working", 200, 200)
    assert ledger_gaps(center) == []
