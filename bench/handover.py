"""What the change of watches waits for: the report of a full watch as PDF and Word, with a short log behind it and with a long one.

Both centres have the same flood night. One has a thousand lines of log, the other a million, most of them of earlier days.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from bench.figures import Figure, figure, p50, p95
from bench.ground import Ground, folder
from command_center.center import Center
from command_center.db.tables import ChainHead, LogEntry
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.services import activations, calls, dispatching, handover, open_center, seeding, stock, warnings
from command_center.services.activations import ActivatePlan
from command_center.services.calls import TakeCall
from command_center.services.dispatching import DispatchUnits
from command_center.services.handover_print import handover_pdf
from command_center.services.handover_word import handover_docx
from command_center.services.handover_workbook import handover_xlsx
from command_center.services.stock import Move
from command_center.services.warnings import PastedText

T = TypeVar("T")

OFFICER = Actor(name="bench", role=Role.DUTY_OFFICER)
COMMANDER = Actor(name="bench", role=Role.COMMANDER)
INCIDENTS = 60
SHORT, LONG = 1_000, 1_000_000
QUICK_LONG = 100_000
IN_ONE = 10_000
GOAL_S, GROWTH_GOAL = 2.0, 2.0


def measure(ground: Ground) -> Iterator[Figure]:
    """Each paper made anew from the rows, as a download does it, the centres in turn; the first one unpacks the fonts and is left out."""
    lengths = (SHORT, ground.samples(LONG, QUICK_LONG))
    with ExitStack() as stack:
        centres = [stack.enter_context(closing(_full_watch(stack.enter_context(folder()), lines))) for lines in lengths]
        for center in centres:
            handover_pdf(center, handover.handover_context(center, OFFICER), "zh_CN")
        rounds = [[_seconds(center) for center in centres] for _ in range(ground.samples(20, 4))]
    short, long = ({part: [it[place][part] for it in rounds] for part in rounds[0][place]} for place in (0, 1))
    yield figure("handover PDF and Word of a full watch, p95", p95(short["papers"]), "s", goal=GOAL_S)
    yield figure("handover PDF and Word, a million lines of log behind it, p95", p95(long["papers"]), "s", goal=GOAL_S)
    for part, told in (("papers", "handover PDF and Word"), ("context", "handover context alone")):
        growth = p50(long[part]) / p50(short[part])
        yield figure(f"{told}, a million lines to a thousand, p50", growth, "times", goal=GROWTH_GOAL)
    for part, told in (("context", "handover context"), ("pdf", "handover PDF"), ("docx", "handover Word"), ("xlsx", "handover Excel")):
        yield figure(f"{told}, a million lines of log behind it, p95", p95(long[part]) * 1000, "ms")


def _seconds(center: Center) -> dict[str, float]:
    """What each part took; papers: context, PDF and Word together."""
    context_s, report = _timed(partial(handover.handover_context, center, OFFICER))
    makers = (("pdf", handover_pdf), ("docx", handover_docx), ("xlsx", handover_xlsx))
    told = {"context": context_s} | {name: _timed(partial(make, center, report, "zh_CN"))[0] for name, make in makers}
    return told | {"papers": told["context"] + told["pdf"] + told["docx"]}


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    made = act()
    return time.perf_counter() - began, made


def _full_watch(data_dir: Path, lines: int) -> Center:
    """A centre in a flood: a plan in force, incidents by the dozen, stock out; and so many lines of log in all."""
    center = open_center(
        database_url=f"sqlite:///{data_dir / 'center.sqlite'}",
        redis_url="unix:///nowhere",
        tracks_url=f"sqlite:///{data_dir / 'tracks.sqlite'}",
        data_dir=data_dir,
    )
    seeding.prepare(center)
    warnings.take_warning(center, PastedText(text="奎文区气象台发布暴雨橙色预警"), OFFICER)
    activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.II), COMMANDER)
    places, units = list(center.catalogue.places.values()), list(center.catalogue.vehicles)
    for number in range(INCIDENTS):
        place = places[number * len(places) // INCIDENTS]
        taken = calls.take_call(center, TakeCall(kind="E103", place_id=place.id, join="new", said="积水，车辆熄火"), OFFICER)
        if number < len(units):
            dispatching.dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=(units[number],)), OFFICER)
    for depot in list(center.catalogue.depots)[:20]:
        stock.issue(center, Move(depot=depot, material="FR01", quantity=1), OFFICER)
    _lengthen_log(center, lines)
    return center


def _lengthen_log(center: Center, lines: int) -> None:
    """Lines as simulated vehicles write them, a second apart, the last of them now; nobody checks the chain of this one."""
    with Session(center.engine) as session, session.begin():
        head = session.get_one(ChainHead, 1)
        first, now = head.last_id + 1, center.now()
        for start in range(first, lines + 1, IN_ONE):
            session.execute(
                insert(LogEntry),
                [
                    {
                        "id": number,
                        "at": now - timedelta(seconds=lines - number),
                        "actor": SYSTEM.name,
                        "role": SYSTEM.role,
                        "event": "DispatchSent",
                        "facts": {"incident_id": 10**6 + number % 1000, "unit_id": "patrol-01", "number": "20260101-001"},
                        "incident_id": 10**6 + number % 1000,
                        "unit_id": "patrol-01",
                        "touched": [],
                        "prev": "0" * 64,
                        "hash": f"{number:064x}",
                        "published_at": now,
                    }
                    for number in range(start, min(start + IN_ONE, lines + 1))
                ],
            )
        session.execute(update(ChainHead).values(last_id=max(lines, head.last_id)))
