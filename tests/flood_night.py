"""A night with everything in it: a warning, a plan in force, incidents in every state, stock out, people in a shelter, a silent crew.

The report of such a watch has no empty section, so that its papers can be looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from command_center.center import Center
from command_center.domain.geo import Point
from command_center.domain.handover import EntryAct
from command_center.domain.levels import Level
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus
from command_center.services import (
    access,
    activations,
    assignments,
    closures,
    dispatching,
    duty_log,
    incidents,
    roll_calls,
    shelters,
    stock,
    stock_questions,
    units,
    warnings,
)
from command_center.services.activations import ActivatePlan
from command_center.services.assignments import ReportStatus
from command_center.services.closures import CloseRoad
from command_center.services.dispatching import DispatchUnits
from command_center.services.stock import Move, ReservedMove, SetMinimum
from command_center.services.stock_questions import ReservationLine
from command_center.services.warnings import PastedText, StatedOrder
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.working import work_off

PASSPHRASE = "correct horse battery"


def signer(center: Center, name: str, role: Role = Role.DUTY_OFFICER) -> Actor:
    """Somebody with an account, who can sign."""
    admin = Actor(name="admin", role=Role.ADMIN)
    return Actor(name=name, role=role, account_id=access.create_account(center, name, role, admin, passphrase=PASSPHRASE))


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodNight:
    """What happened, by the ids of its rows."""

    silent: int
    """The incident whose crew does not answer."""
    unowned: int
    working: int
    closed: int
    activation: int
    shelter: int
    promise: int
    """The log's line that promises to follow something up."""
    closure: int
    """The closed road with its guard."""
    pumps: ReservationLine
    """The pumps the plan had put by, all of them issued."""


def _send(center: Center, incident_id: int, unit_id: str, officer: Actor, *upto: AssignmentStatus) -> int:
    (assignment_id,) = dispatching.dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=(unit_id,)), officer)
    _report(center, assignment_id, officer, *upto)
    return assignment_id


def _report(center: Center, assignment_id: int, officer: Actor, *statuses: AssignmentStatus) -> None:
    for status in statuses:
        assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=status), officer)


def flood_night(center: Center, clock: Clock, officer: Actor) -> FloodNight:
    """Let the night happen; two and a half hours pass."""
    commander = Actor(name="赵总", role=Role.COMMANDER)
    home = next(iter(center.catalogue.stations.values())).point
    warnings.take_warning(center, PastedText(text="奎文区气象台3月2日8时30分发布暴雨橙色预警"), officer)
    warnings.take_warning(center, StatedOrder(plan_id="P01", level=Level.III, issuer="区防指"), officer)
    plan = activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.II, reason="暴雨橙色预警"), commander)
    work_off(center, clock)

    closed = take_test_call(center, officer, said="电动车在楼道里冒烟").incident_id
    sent = _send(center, closed, "patrol-01", officer, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.EN_ROUTE)
    clock.advance(252)
    _report(center, sent, officer, AssignmentStatus.ON_SCENE, AssignmentStatus.CLEARED)
    incidents.close_incident(center, closed, officer, note="已扑灭")

    working = take_test_call(center, officer, kind="E103", place_id="XQ001", said="车库进水，水泵不够").incident_id
    _send(center, working, "patrol-02", officer, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.ON_SCENE)
    silent = take_test_call(center, officer, kind="E103", place_id="XQ002", said="路口积水，车辆熄火").incident_id
    _send(center, silent, "patrol-03", officer)
    unowned = take_test_call(center, officer, kind="E103", place_id="XQ050", said="下穿通道积水").incident_id

    units.set_unit_crew(center, "patrol-02", ["李强", "王磊"], officer)
    pumps = next(it for it in stock_questions.reservations(center, "activation", plan.activation_id) if it.material == "FL05")
    stock.issue_reserved(center, ReservedMove(reservation_id=pumps.id, quantity=pumps.held, reason="车库排水"), officer)
    stock.issue(center, Move(depot="YY-S01", material="FR05", quantity=6), officer)
    stock.return_(center, Move(depot="YY-S01", material="FR05", quantity=2), officer)
    stock.set_minimum(center, SetMinimum(depot=pumps.depot, material="FL05", minimum=9), officer)
    shelter = shelters.openings_of(center, plan.activation_id)[0].id  # the plan has opened what it needs
    shelters.count_shelter(center, shelter, officer, occupied=36, special_needs=4)
    call = roll_calls.start_roll_call(center, officer)
    for station, there in (("YY", 6), ("LY", 5), ("MX", 6)):
        roll_calls.answer_roll_call(center, call, station, there, officer, note="1人病假" if there == 5 else "")
    promise = duty_log.write_entry(center, "物业答应早七点前送来备用水泵", EntryAct.FOLLOW_UP, officer)
    duty_log.write_entry(center, "区防办：夜间加密巡查下穿通道", EntryAct.TAKE, officer)

    closure = closures.close_road(center, CloseRoad(place_id="XQ001", guard="patrol-05", reason="下穿通道积水"), officer)

    work_off(center, clock, timedelta(hours=2).total_seconds())
    center.tracks.store(
        Fix(unit_id=f"patrol-{number:02d}", at=center.now() - timedelta(seconds=20 * number), point=home, battery_pct=100.0 - 6 * number)
        for number in range(1, 12)
    )
    center.tracks.store([Fix(unit_id="guarantee-01", at=center.now(), point=Point(home.lat, home.lon))])
    return FloodNight(
        silent=silent,
        unowned=unowned,
        working=working,
        closed=closed,
        activation=plan.activation_id,
        shelter=shelter,
        promise=promise,
        closure=closure,
        pumps=pumps,
    )
