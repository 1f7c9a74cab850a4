"""Ten thousand stock movements by eight at once end with a ledger that explains every balance; how fast that goes, on both engines.

Receivers, takers and transfers both ways press on the same few depots, so that most of them wait for each other's rows; the relay carries
every one of them to the screens meanwhile.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.figures import Figure, figure, p95
from bench.ground import Ground, centre_on_postgresql, opened, running_centre
from bench.running import RunningCentre
from command_center.center import Center
from command_center.domain.errors import StockShort
from command_center.domain.rights import Actor, Role
from command_center.services import stock
from command_center.services.stock import Move, Receive, Transfer
from command_center.services.stock_questions import ledger_gaps, movements, stock_of

AT_ONCE = 8
DEPOTS = ("JL-S01", "LY-S01", "MX-S01", "YY-S01")
MATERIALS = ("FL01", "FL02", "FL03", "FL04")
OFFICER = Actor(name="bench", role=Role.DUTY_OFFICER)


def measure(ground: Ground) -> Iterator[Figure]:
    """A centre of its own on each engine: orders per second, how long one takes, and the balances that its ledger does not explain."""
    orders = ground.samples(10_000, 800)
    for engine, centre in (("SQLite", running_centre), ("PostgreSQL", centre_on_postgresql)):
        with centre() as running:
            yield from _pressed(running, engine, orders)


def _pressed(running: RunningCentre, engine: str, orders: int) -> Iterator[Figure]:
    with opened(running) as center:
        first = movements(center, limit=1)[0].id
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            told = list(pool.map(lambda number: _moves(center, number, orders // AT_ONCE), range(AT_ONCE)))
        took_s = time.perf_counter() - began
        lines = movements(center, limit=1)[0].id - first
        began = time.perf_counter()
        gaps = ledger_gaps(center)
        check_ms = (time.perf_counter() - began) * 1000
        impossible = sum(not 0 <= it.reserved <= it.on_hand for depot in center.catalogue.depots for it in stock_of(center, depot))
    times_ms = [it for times, _ in told for it in times]
    went = sum((counted for _, counted in told), Counter[str]())
    yield figure(f"stock movements per second, {AT_ONCE} at once, {engine}", went["done"] / took_s, "orders/s")
    yield figure(f"one stock movement committed, {AT_ONCE} at once, p95, {engine}", p95(times_ms), "ms")
    yield figure(f"stock movements done, {engine}", went["done"], "orders")
    yield figure(f"stock movements refused because the depot had too little, {engine}", went["short"], "orders")
    yield figure(f"ledger lines they wrote, {engine}", lines, "lines")
    yield figure(f"balances below zero or below what is put by, {engine}", impossible, "balances", goal=0)
    yield figure(f"balances that the ledger does not explain, {engine}", len(gaps), "balances", goal=0)
    yield figure(f"the whole ledger added up, {engine}", check_ms, "ms")


def _moves(center: Center, number: int, count: int) -> tuple[list[float], Counter[str]]:
    """What one of them does: times in ms, and how many were done or refused."""
    dice, times_ms, told = random.Random(number), list[float](), Counter[str]()
    for _ in range(count):
        began = time.perf_counter()
        try:
            _one_move(center, dice)
            told["done"] += 1
        except StockShort:
            told["short"] += 1
        times_ms.append((time.perf_counter() - began) * 1000)
    return times_ms, told


def _one_move(center: Center, dice: random.Random) -> None:
    depot, to_depot = dice.sample(DEPOTS, 2)
    material, quantity = dice.choice(MATERIALS), dice.randint(1, 5)
    match dice.randrange(4):
        case 0 | 1:
            stock.transfer(center, Transfer(depot=depot, to_depot=to_depot, material=material, quantity=quantity), OFFICER)
        case 2:
            stock.receive(center, Receive(depot=depot, material=material, quantity=quantity), OFFICER)
        case _:
            stock.issue(center, Move(depot=depot, material=material, quantity=quantity), OFFICER)
