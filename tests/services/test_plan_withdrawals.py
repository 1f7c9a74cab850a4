"""What is taken back is taken back for everyone: crews, people who were just being told, vehicles and stock above a level."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import MessageChannel, Notice, Recipient, Unit, UnitDuty
from command_center.domain.activations import ActivationStatus, WorkState
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import activations, jobs, stock_questions
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from tests.builders import OFFICER, take_test_call
from tests.conftest import Clock
from workers import jobs as workers_jobs

COMMANDER = Actor(name="commander", role=Role.COMMANDER)
FLOOD, GAS = "P01", "P04"


@dataclass(slots=True)
class MessageService:
    """Takes every message; before it answers it does what the test asked for."""

    port: int = 0
    received: list[tuple[str, str]] = field(default_factory=list)
    """Whom each message was for, and its text."""
    meanwhile: Callable[[int], None] = lambda _count: None

    def address(self, to: str) -> str:
        return f"json://127.0.0.1:{self.port}/{to}"

    def told(self, to: str) -> list[str]:
        return [text for one, text in self.received if one == to]


@pytest.fixture
def service() -> Iterator[MessageService]:
    taken = MessageService()

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            taken.received.append((self.path.strip("/"), body["message"]))
            taken.meanwhile(len(taken.received))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        taken.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield taken
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def worker(center: Center) -> Iterator[None]:
    with workers_jobs.working_at(center):
        yield


def activate(center: Center, plan_id: str, level: str, actor: Actor = COMMANDER, **more: Any) -> int:  # noqa: ANN401 - any field of the order
    return activations.activate_plan(center, ActivatePlan(plan_id=plan_id, level=Level(level), **more), actor).activation_id


def rows(center: Center, kind: str) -> list[dict[str, Any]]:
    return [dict(row) for row in read_snapshot(center).rows if row["kind"] == kind and not row["gone"]]


def on_duty(center: Center) -> set[str]:
    return {row["unit_id"] for row in rows(center, "duty")}


def held(center: Center, activation_id: int, level: str) -> dict[str, int]:
    needs = stock_questions.needs_of_plan(center, FLOOD, Level(level), [("activation", activation_id)])
    return {need.material: need.held for need in needs}


def work_off(center: Center, clock: Clock, *names: str) -> None:
    """Do what is due and what follows from it; only jobs of these names, where any are named."""
    clock.advance(3.1)
    while claimed := [job for job in jobs.claim_due(center) if not names or job.name in names]:
        for job in claimed:
            workers_jobs.run(job.job_id)
        clock.advance(3.1)


def reach_crews(center: Center, service: MessageService) -> None:
    with Session(center.engine) as session, session.begin():
        for unit in session.scalars(select(Unit)):
            session.execute(update(Unit).where(Unit.id == unit.id).values(channel=service.address(unit.id)))


# ---- crews -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["undo", "roll_back", "terminate"])
def test_crews_that_were_told_of_a_duty_hear_that_it_is_over(center: Center, clock: Clock, service: MessageService, way: str) -> None:
    reach_crews(center, service)
    activation_id = activate(center, FLOOD, "IV")
    crews = on_duty(center)
    work_off(center, clock, "send_duty")
    assert {to for to, _ in service.received} == crews

    if way == "undo":
        activations.undo(center, activation_id, COMMANDER)
    elif way == "roll_back":
        activations.roll_back(center, activation_id, COMMANDER, "wrong plan")
    else:
        for number in range(3):
            activations.tick_condition(center, activation_id, number, COMMANDER)
        activations.terminate(center, activation_id, COMMANDER)
    work_off(center, clock)

    assert all(service.told(crew)[-1] == "防汛抗旱值守解除，此前相关指令不再执行。" for crew in crews)
    assert all(len(service.told(crew)) == 2 for crew in crews)


def test_a_crew_that_was_not_told_yet_is_never_told(center: Center, clock: Clock, service: MessageService) -> None:
    reach_crews(center, service)
    activation_id = activate(center, FLOOD, "IV")
    activations.undo(center, activation_id, COMMANDER)

    work_off(center, clock)

    assert service.received == []


def test_a_crew_whose_order_was_on_its_way_when_the_plan_was_taken_back_hears_both(
    center: Center, clock: Clock, service: MessageService
) -> None:
    reach_crews(center, service)
    activation_id = activate(center, FLOOD, "IV")

    def take_back(count: int) -> None:
        if count == 1:
            activations.undo(center, activation_id, COMMANDER)

    service.meanwhile = take_back
    work_off(center, clock)

    (first, _), *_ = service.received
    assert [text.partition("，")[0] for text in service.told(first)] == [service.received[0][1].partition("，")[0], "防汛抗旱值守解除"]
    assert {to for to, _ in service.received} == {first}


# ---- people ------------------------------------------------------------------------------------------------------------------------


def test_a_message_withdrawn_in_the_middle_goes_no_further_and_who_had_it_is_told(
    center: Center, clock: Clock, service: MessageService
) -> None:
    activation_id = activate(center, FLOOD, "II")
    with Session(center.engine) as session, session.begin():
        notice = session.scalars(select(Notice).where(Notice.audience == "communities")).first()
        assert notice is not None
        notice_id = notice.id
        for one in session.scalars(select(Recipient).where(Recipient.notice_id == notice_id)):
            session.add(MessageChannel(kind=one.kind, ref=one.ref, address=service.address(one.ref)))

    def take_back(count: int) -> None:
        if count == 5:
            activations.roll_back(center, activation_id, COMMANDER, "wrong plan")

    service.meanwhile = take_back
    work_off(center, clock)

    ordered = [to for to, text in service.received if "巡查" in text]
    corrected = [to for to, text in service.received if text.startswith("撤销")]
    assert len(ordered) == 5
    assert sorted(corrected) == sorted(ordered), "the fifth had it while it was withdrawn"
    with center.read() as session:
        assert session.get_one(Notice, notice_id).work is WorkState.UNDONE


# ---- what a level no longer wants --------------------------------------------------------------------------------------------------


def test_a_lower_level_releases_the_vehicles_and_the_stock_above_its_totals(center: Center, clock: Clock, service: MessageService) -> None:
    activation_id = activate(center, FLOOD, "IV")
    first, stock = on_duty(center), held(center, activation_id, "IV")
    activations.change_level(center, activation_id, Level.II, COMMANDER, reason="orange")
    more = on_duty(center) - first
    assert more
    reach_crews(center, service)
    work_off(center, clock, "send_duty")

    activations.change_level(center, activation_id, Level.IV, COMMANDER, reason="quiet")
    work_off(center, clock, "send_off_duty")

    assert on_duty(center) == first
    assert {to for to, text in service.received if "解除" in text} == more
    assert held(center, activation_id, "IV") == stock
    assert sum(held(center, activation_id, "II").values()) == sum(stock.values())
    assert stock_questions.ledger_gaps(center) == []


def test_a_leaders_no_to_a_raise_calls_back_what_was_sent_for_it(center: Center) -> None:
    incident = take_test_call(center, OFFICER).incident_id
    activation_id = activate(center, GAS, "IV", incident_id=incident)
    before = {row["unit_id"] for row in rows(center, "assignment")}
    activations.change_level(center, activation_id, Level.II, OFFICER, reason="55 %LEL", life_risk=True)
    assert {row["unit_id"] for row in rows(center, "assignment")} > before

    status = activations.decline(center, activation_id, COMMANDER, "a wrong reading")

    assert status is ActivationStatus.ACTIVE
    assert {row["unit_id"] for row in rows(center, "assignment")} == before == on_duty(center)


def test_lowering_takes_nobody_away_from_an_incident(center: Center) -> None:
    incident = take_test_call(center, OFFICER).incident_id
    activation_id = activate(center, GAS, "II", incident_id=incident)
    sent = {row["unit_id"] for row in rows(center, "assignment")}

    activations.change_level(center, activation_id, Level.IV, COMMANDER, reason="the valve is shut")

    assert {row["unit_id"] for row in rows(center, "assignment")} == sent
    assert on_duty(center) < sent
    with center.read() as session:
        assert session.scalars(select(UnitDuty).where(UnitDuty.released_at.is_not(None))).first() is not None
