"""The sections of a handover report that count what there is: vehicles, stations, stock, people in shelters."""

from collections.abc import Iterator
from typing import Any

from command_center.db.tables import Incident, PlanTask, RoadClosure, Unit
from command_center.domain.closures import ClosureKind, ClosureState
from command_center.domain.dispatching import LOST_FIX_S
from command_center.domain.handover import NOTHING, Cell, Line
from command_center.domain.status import UnitStatus
from command_center.domain.text import Text
from command_center.domain.watches import Duty
from command_center.services.handover_drawing import Drawing, Lines, both, listed, names_on, same, status_word
from command_center.services.handover_facts import MOST_LINES, WatchFacts
from command_center.services.places import name_at
from command_center.services.stock_available import StockNow, emptiest
from command_center.services.watches import watch_view
from command_center.words import N_

MOST_STOCK_LINES = 60

BATTERY_LOW = N_("battery low")
SERVICE_OVERDUE = N_("maintenance was due %(day)s")
NO_FIX = N_("no position")
POSITION_LOST = N_("position lost")
NOT_ANSWERED = N_("no answer yet")
OF_EXPECTED = N_("%(there)s of %(expected)s")
OTHER_DEPOTS = N_("all other depots")
OTHER_LOTS = N_("other lots")
WATER = N_("water %(depth)s cm deep")
NO_GUARD = N_("nobody")
GUARD_AWAY = N_("%(unit)s, away since %(at)s")
GUARD_COMES = N_("%(unit)s, on its way")
ONLY_PROPOSED = N_("only proposed: the desk has to decide")
DRAINED = N_("drained %(at)s: the desk may open it")
WHEN_DRAINED = N_("when the water is below %(depth)s cm")
BY_ORDER = N_("by order of the desk")


def units(it: Drawing) -> Lines:
    for unit in it.facts.units[:MOST_LINES]:
        fix = it.facts.fixes.get(unit.id)
        incident = None if unit.incident_id is None else it.incidents_by_id.get(unit.incident_id)
        yield Line(
            key=f"unit:{unit.id}",
            cells={
                "unit": it.words(Text(unit.call_sign_zh, unit.call_sign_en), "/api/v1/units", unit.id),
                "status": it.words(status_word(unit.status.value), value=unit.status.value),
                "place": it.words(_whereabouts(it, unit, incident), None if incident is None else f"/api/v1/incidents/{incident.id}"),
                "battery": NOTHING if fix is None or fix.battery_pct is None else Cell(same(f"{fix.battery_pct:.0f}%"), fix.battery_pct),
                "last_seen": NOTHING if fix is None else it.moment(fix.at),
                "fault": it.words(listed(_faults(it, unit))),
                "crew": it.words(listed(same(name) for name in unit.crew)),
            },
        )


def _whereabouts(it: Drawing, unit: Unit, incident: Incident | None) -> Text:
    """Where it is by its own word; of one that has not told for a while, where it was sent or belongs."""
    fix = it.facts.fixes.get(unit.id)
    if fix is not None and (it.facts.now - fix.at).total_seconds() <= LOST_FIX_S:
        return name_at(it.center, fix.point)
    if incident is not None:
        return Text(incident.place_zh, incident.place_en)
    station = it.center.catalogue.stations.get(unit.station_code)
    return same("") if station is None else station.name


def _faults(it: Drawing, unit: Unit) -> Iterator[Text]:
    fix = it.facts.fixes.get(unit.id)
    if unit.status is UnitStatus.OUT_OF_SERVICE:
        yield same(unit.fault) if unit.fault else status_word(unit.status.value)
    if unit.service_due_on is not None and unit.service_due_on < it.facts.today:
        yield both(SERVICE_OVERDUE, day=unit.service_due_on.isoformat())
    if fix is None:
        yield both(NO_FIX)
    elif (it.facts.now - fix.at).total_seconds() > LOST_FIX_S:
        yield both(POSITION_LOST)
    if fix is not None and fix.battery_pct is not None and unit.low_battery_pct is not None and fix.battery_pct < unit.low_battery_pct:
        yield both(BATTERY_LOW)


def stations(it: Drawing) -> Lines:
    call = it.facts.roll_call
    for code, station in it.center.catalogue.stations.items():
        answer = it.facts.roll_call_answers.get(code)
        watch = it.facts.station_watches.get(code)
        link = None if call is None else f"/api/v1/duty/roll-calls/{call.id}"
        there = NOTHING
        if answer is not None:
            told = both(NOT_ANSWERED) if answer.on_duty is None else both(OF_EXPECTED, there=answer.on_duty, expected=answer.expected)
            there = Cell(told, answer.on_duty, link)
        yield Line(
            key=f"station:{code}",
            cells={
                "station": it.words(station.name, "/api/v1/duty/now", code),
                "on_duty": there,
                "leader": it.words(names_on(None if watch is None else watch_view(watch), Duty.LEADER)),
                "last_check": NOTHING if answer is None else it.moment(answer.answered_at, link),
                "note": it.words("" if answer is None else answer.note),
            },
        )


# ---- stock and people ------------------------------------------------------------------------------------------------------------


def stock(it: Drawing) -> Lines:
    """What was moved in this watch, then what is low, emptiest first; lots that expire elsewhere are summed up in a last line."""
    facts = it.facts
    shown = stock_shown(facts)
    for held in shown:
        row = held.row
        at = (row.depot_code, row.material_code)
        issued, returned = facts.moved.get(at, (0, 0))
        depot, material = it.center.catalogue.depots.get(row.depot_code), it.center.catalogue.materials.get(row.material_code)
        yield Line(
            key=f"stock:{row.depot_code}:{row.material_code}",
            cells={
                "depot": it.words(
                    same(row.depot_code) if depot is None else depot.name, f"/api/v1/stock/depots/{row.depot_code}", row.depot_code
                ),
                "item": it.words(same(row.material_code) if material is None else material.name, value=row.material_code),
                "issued": it.number(issued, f"/api/v1/stock/movements?depot={row.depot_code}&material={row.material_code}"),
                "returned": it.number(returned),
                "on_hand": it.number(row.on_hand),
                "below_minimum": it.number(held.lacks),
                "expiring_90d": it.number(facts.expiring.get(at, 0)),
            },
        )
    rest = facts.expiring.keys() - {(held.row.depot_code, held.row.material_code) for held in shown}
    if rest:
        total = sum(facts.expiring[at] for at in rest)
        cells = dict.fromkeys(("issued", "returned", "on_hand", "below_minimum"), NOTHING)
        cells |= {"depot": it.words(both(OTHER_DEPOTS)), "item": it.words(both(OTHER_LOTS))}
        yield Line(key="stock:rest", cells={**cells, "expiring_90d": it.number(total, "/api/v1/stock/expiring")})


def stock_shown(facts: WatchFacts) -> list[StockNow]:
    """The stocks that a report names one by one."""
    moved = [held for held in facts.stock if (held.row.depot_code, held.row.material_code) in facts.moved]
    low = [held for held in facts.stock if held not in moved]
    return [*moved, *sorted(low, key=emptiest)][:MOST_STOCK_LINES]


def closures(it: Drawing) -> Lines:
    """Ground that nobody drives over, who keeps it, and what has to be so before it is opened."""
    for closure in it.facts.closures:
        water = () if closure.depth_cm is None else (both(WATER, depth=f"{closure.depth_cm:g}"),)
        reason = listed((*water, *((same(closure.reason),) if closure.reason else ())))
        yield Line(
            key=f"closure:{closure.id}",
            cells={
                "place": it.words(Text(closure.name_zh, closure.name_en), "/api/v1/closures", str(closure.id)),
                "reason": it.words(reason),
                "since": it.moment(closure.closed_at or closure.proposed_at),
                "guarded_by": it.words(_guard(it, closure)),
                "reopen_rule": it.words(_reopens(it, closure)),
            },
        )


def _guard(it: Drawing, closure: RoadClosure) -> Text:
    if closure.guard_unit_id is None:
        return both(NO_GUARD)
    unit = it.call_sign(closure.guard_unit_id)
    if closure.guard_left_at is not None and closure.drained_at is None:
        return both(GUARD_AWAY, unit=unit, at=it.at(closure.guard_left_at))
    return unit if closure.guard_arrived_at is not None else both(GUARD_COMES, unit=unit)


def _reopens(it: Drawing, closure: RoadClosure) -> Text:
    if closure.state is ClosureState.PROPOSED:
        return both(ONLY_PROPOSED)
    if closure.drained_at is not None:
        return both(DRAINED, at=it.at(closure.drained_at))
    limit = it.center.catalogue.common.closures.drained_cm
    return both(WHEN_DRAINED, depth=f"{limit:g}") if closure.kind is ClosureKind.SPOT else both(BY_ORDER)


def people(it: Drawing) -> Lines:
    for opening in it.facts.shelters:
        tasks = it.open_tasks_of.get(opening.activation_id or 0, ())
        due = next((task for task in tasks if task.due_at is not None and _action(it, task) in _ABOUT_PEOPLE), None)
        yield Line(
            key=f"shelter:{opening.id}",
            cells={
                "shelter": it.words(Text(opening.name_zh, opening.name_en), "/api/v1/shelters"),
                "occupied": it.number(opening.occupied),
                "places": it.number(opening.capacity),
                "special_needs": it.number(opening.special_needs),
                "next_check": NOTHING if due is None else it.moment(due.due_at, f"/api/v1/activations/{due.activation_id}/review"),
            },
        )


_ABOUT_PEOPLE = frozenset({"shelter", "evacuate", "count"})
"""Actions of a plan's steps that look after people who had to leave their homes."""


def _action(it: Drawing, task: PlanTask) -> str:
    steps: list[dict[str, Any]] = it.activations_by_id[task.activation_id].plan["steps"]
    return next(str(step["action"]) for step in steps if step["id"] == task.step_id)
