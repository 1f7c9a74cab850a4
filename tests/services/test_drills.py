"""A centre that is a drill: its time, its beginning and end, its score, and that nothing leaves the building."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import LogEntry, MessageChannel, Notice, Recipient, Unit, UnitDuty
from command_center.domain import events
from command_center.domain.errors import Invalid, NotADrill, NotPermitted
from command_center.domain.levels import Level
from command_center.domain.rights import SYSTEM, Actor, Role
from command_center.domain.status import AssignmentStatus
from command_center.services import access, activations, assignments, closures, dispatching, drill_sheets, drills, jobs
from command_center.services.activations import ActivatePlan
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits
from tests.builders import OFFICER, as_drill, take_test_call
from tests.conftest import Clock
from workers import jobs as workers_jobs

SPEED = 60.0
DIRECTOR = Actor(name="演练导演", role=Role.DUTY_OFFICER)


@pytest.fixture
def drill(center: Center, clock: Clock) -> Center:
    return as_drill(center, clock.moment, SPEED)


def events_of(center: Center, *kinds: type[events.Event]) -> list[LogEntry]:
    names = [kind.__name__ for kind in kinds]
    with center.read() as session:
        return list(session.scalars(select(LogEntry).where(LogEntry.event.in_(names)).order_by(LogEntry.id)))


# ---- time ----------------------------------------------------------------------------------------------------------------------


def test_leases_last_real_seconds_whatever_the_clock_does(drill: Center, clock: Clock) -> None:
    incident = take_test_call(drill)
    dispatching.dispatch_units(drill, DispatchUnits(incident_id=incident.incident_id, unit_ids=("patrol-01",)), OFFICER)

    clock.advance(2.9 * SPEED)
    assert "send_dispatch" not in [job.name for job in jobs.claim_due(drill)]

    clock.advance(0.2 * SPEED)
    (again,) = [job for job in jobs.claim_due(drill) if job.name == "send_dispatch"]
    assert again.lease_s == 6

    clock.advance(5.9 * SPEED)
    assert again.job_id not in [job.job_id for job in jobs.claim_due(drill)]
    clock.advance(0.2 * SPEED)
    assert again.job_id in [job.job_id for job in jobs.claim_due(drill)]


def test_deadlines_of_people_run_on_the_drills_clock(drill: Center, clock: Clock) -> None:
    incident = take_test_call(drill)
    dispatching.dispatch_units(drill, DispatchUnits(incident_id=incident.incident_id, unit_ids=("patrol-01",)), OFFICER)

    clock.advance(59)
    assert "ask_for_answer" not in [job.name for job in jobs.claim_due(drill)]
    clock.advance(1)
    assert "ask_for_answer" in [job.name for job in jobs.claim_due(drill)]


def test_a_failed_job_waits_real_seconds_for_its_next_try(drill: Center, clock: Clock) -> None:
    incident = take_test_call(drill)
    dispatching.dispatch_units(drill, DispatchUnits(incident_id=incident.incident_id, unit_ids=("patrol-01",)), OFFICER)
    clock.advance(4 * SPEED)
    (job,) = [job for job in jobs.claim_due(drill) if job.name == "send_dispatch"]

    jobs.failed(drill, job.job_id, "no")

    clock.advance(0.9 * SPEED)
    assert job.job_id not in [other.job_id for other in jobs.claim_due(drill)]
    clock.advance(0.2 * SPEED)
    assert job.job_id in [other.job_id for other in jobs.claim_due(drill)]


def test_a_session_lasts_a_watch_on_the_wall(drill: Center, clock: Clock, admin: Actor) -> None:
    access.create_account(drill, "Li Na", Role.DUTY_OFFICER, admin, passphrase="correct horse")
    session = access.sign_in(drill, "Li Na", "correct horse")

    clock.advance(25 * 3600 * SPEED)
    assert access.caller_of(drill, session) is not None
    clock.advance(2 * 3600 * SPEED)
    assert access.caller_of(drill, session) is None


def test_a_devices_moment_is_read_on_the_drills_clock(drill: Center) -> None:
    assert drill.drill is not None

    assert drill.time_of_device(drill.drill.started_at + timedelta(seconds=2)) == drill.drill.clock_at + timedelta(seconds=120)


# ---- beginning, steps, end -----------------------------------------------------------------------------------------------------


def test_a_centre_in_service_has_no_drill(center: Center) -> None:
    for ask in (drills.drill_state, drills.score_sheet):
        with pytest.raises(NotADrill):
            ask(center)
    for do in (drills.begin_drill, drills.end_drill):
        with pytest.raises(NotADrill):
            do(center, OFFICER)


def test_a_crew_does_not_direct(drill: Center, crew: object) -> None:
    with pytest.raises(NotPermitted):
        drills.begin_drill(drill, Actor(name="crew", role=Role.CREW, unit_id="patrol-01"))


def test_a_drill_begins_once(drill: Center, clock: Clock) -> None:
    first = drills.begin_drill(drill, DIRECTOR)
    clock.advance(60)

    assert drills.begin_drill(drill, DIRECTOR) == first
    assert len(events_of(drill, events.DrillStarted)) == 1


def test_a_step_is_noted_once_and_a_note_is_told_with_it(drill: Center) -> None:
    drills.begin_drill(drill, DIRECTOR)

    for _ in range(2):
        drills.note_played(drill, "step-1", DIRECTOR)
    drills.note_played(drill, "car-in-water", DIRECTOR, problem="503")

    state = drills.drill_state(drill)
    assert state.played == ["step-1", "car-in-water"]
    assert [text.zh for _, text in state.notes] == ["大雨已下了四个小时。"]
    assert drills.score_sheet(drill).score.problems == ["car-in-water: 503"]


def test_a_step_that_the_scenario_does_not_have_is_refused(drill: Center) -> None:
    with pytest.raises(Invalid):
        drills.note_played(drill, "dance", DIRECTOR)


def test_the_end_freezes_the_score_and_writes_the_sheet(drill: Center, clock: Clock) -> None:
    drills.begin_drill(drill, DIRECTOR)
    clock.advance(30)
    incident = take_test_call(drill, DIRECTOR)
    drills.note_played(drill, "car-in-water", DIRECTOR, incident_id=incident.incident_id)
    clock.advance(20)
    dispatching.dispatch_units(
        drill, DispatchUnits(incident_id=incident.incident_id, unit_ids=("patrol-01", "patrol-02", "guarantee-1")), OFFICER
    )
    clock.advance(600)

    drills.end_drill(drill, DIRECTOR, "enough")
    drills.end_drill(drill, SYSTEM)
    clock.advance(4000)

    sheet = drills.score_sheet(drill)
    assert sheet.state.elapsed_s == 650
    assert {verdict.says.en: (verdict.state, verdict.took_s) for verdict in sheet.score.verdicts} == {
        "Somebody has seen it within half a minute": ("met", 20),
        "Two patrol vehicles and a guarantee vehicle are sent within a minute": ("met", 20),
        "The first is on scene within five minutes": ("missed", None),
        "Flood level II within six minutes (provisionally, if need be)": ("missed", None),
        "Two vehicles are sent to the second call within a minute": ("missed", None),
    }
    assert len(events_of(drill, events.DrillEnded)) == 1
    (job,) = [job for job in jobs.claim_due(drill) if job.name == "keep_score"]
    with workers_jobs.working_at(drill):
        assert workers_jobs.run(job.job_id) == "done"
    kept = json.loads((drill.folder / drill_sheets.JSON_FILE).read_text("utf-8"))
    assert (kept["met"], kept["judged"], kept["elapsed_s"]) == (2, 5, 650.0)
    paper = (drill.folder / drill_sheets.HTML_FILE).read_text("utf-8")
    assert "演练 DRILL" in paper
    assert "两辆巡逻车和一辆保障车" in paper
    assert "http" not in paper


def test_words_of_callers_stay_text_on_the_sheet(drill: Center) -> None:
    drills.begin_drill(drill, DIRECTOR)
    drills.note_played(drill, "car-in-water", DIRECTOR, problem="<script>alert(1)</script>")

    paper = drill_sheets.keep_score(drill).read_text("utf-8")

    assert "<script>" not in paper
    assert "&lt;script&gt;" in paper


def test_what_is_still_to_come_is_not_told_while_the_drill_runs(drill: Center, clock: Clock) -> None:
    drills.begin_drill(drill, DIRECTOR)
    running = drill_sheets.Sheet(drill, drills.score_sheet(drill), "en").html()

    clock.advance(1200)
    drills.end_drill(drill, DIRECTOR)
    over = drill_sheets.Sheet(drill, drills.score_sheet(drill), "en").html()

    assert "Two vehicles are sent to the second call" not in running
    assert "Two vehicles are sent to the second call" in over


def test_a_message_that_nobody_answered_stands_on_the_sheet(drill: Center, clock: Clock) -> None:
    drills.begin_drill(drill, DIRECTOR)
    take_test_call(drill, DIRECTOR, severity=Level.II)
    clock.advance(120)
    with workers_jobs.working_at(drill):
        for job in jobs.claim_due(drill):
            workers_jobs.run(job.job_id)

    (message,) = drills.score_sheet(drill).unanswered

    assert (message.audience, message.answered) == ("duty_chain", 0)
    assert '<td class="n">0:00</td>' in drill_sheets.Sheet(drill, drills.score_sheet(drill), "en").html()


def test_a_message_that_was_withdrawn_while_there_was_time_was_not_left_without_an_answer(drill: Center, clock: Clock) -> None:
    drills.begin_drill(drill, DIRECTOR)
    soon = closures.close_road(drill, closures.CloseRoad(place_id="XQ025", guard="patrol-05"), OFFICER)
    closures.close_road(drill, closures.CloseRoad(place_id="XQ001", guard="patrol-01"), OFFICER)
    clock.advance(60)
    closures.reopen_road(drill, soon, OFFICER)
    clock.advance(1200)

    (message,) = drills.score_sheet(drill).unanswered

    assert message.audience == "units"


# ---- the way out ---------------------------------------------------------------------------------------------------------------


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """A message service on this machine: its Apprise address, and what it received."""
    received: list[bytes] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"json://127.0.0.1:{server.server_port}/", received
        server.shutdown()
        thread.join()


def reach_by(center: Center, address: str) -> None:
    """Every unit, and everyone who may be sent a message, has a message service."""
    with Session(center.engine) as session, session.begin():
        session.execute(update(Unit).values(channel=address))
        known: set[tuple[str, str]] = set()
        for recipient in session.scalars(select(Recipient)):
            if (recipient.kind, recipient.ref) not in known:
                known.add((recipient.kind, recipient.ref))
                session.add(MessageChannel(kind=recipient.kind, ref=recipient.ref, address=address))


def use_every_way_out(center: Center, clock: Clock, address: str) -> None:
    """Orders, their repetition, a recall, duties and messages of a plan, and the chain of command for an unseen emergency."""
    leader = Actor(name="leader", role=Role.COMMANDER)
    activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.III), leader)
    take_test_call(center, severity=Level.II)
    incident = take_test_call(center)
    silent, recalled = dispatching.dispatch_units(
        center, DispatchUnits(incident_id=incident.incident_id, unit_ids=("patrol-01", "patrol-02")), OFFICER
    )
    assignments.report_status(center, ReportStatus(assignment_id=recalled, status=AssignmentStatus.RECALLED), OFFICER)
    reach_by(center, address)
    with workers_jobs.working_at(center):
        for _ in range(6):
            clock.advance(40 * center.speed)
            for job in jobs.claim_due(center):
                workers_jobs.run(job.job_id)
    assert silent


def test_in_service_the_same_orders_and_messages_do_go_out(center: Center, clock: Clock) -> None:
    with listening() as (address, received):
        use_every_way_out(center, clock, address)

        assert len(received) > 10


def test_of_a_drill_nothing_leaves_the_building(drill: Center, clock: Clock) -> None:
    with listening() as (address, received):
        use_every_way_out(drill, clock, address)

        assert received == []

    with drill.read() as session:
        assert "drill" in set(session.scalars(select(Recipient.channel)))
        assert session.scalar(select(Notice.reached).order_by(Notice.reached.desc()).limit(1))
        assert session.scalars(select(UnitDuty.sent_at)).first() is not None
    sent = events_of(drill, events.DispatchSent)
    assert {entry.facts["channel"] for entry in sent} == {"drill"}


def test_only_one_module_knows_message_services() -> None:
    root = Path(__file__).parents[2]
    files = [*(root / "command_center").rglob("*.py"), *(root / "workers").rglob("*.py")]

    assert [path.name for path in files if "from apprise" in path.read_text("utf-8") or "import apprise" in path.read_text("utf-8")] == [
        "messages.py"
    ]
