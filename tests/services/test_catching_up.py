"""Catching up: what stood on paper is entered with its real times, the log keeps both, and nobody is told again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Job
from command_center.domain.errors import Invalid, NotPermitted, Refusal, UnitNotAvailable, UnknownUnit
from command_center.domain.rights import Actor, Role
from command_center.domain.status import AssignmentStatus, IncidentStatus, UnitStatus
from command_center.services import calls, dispatching, figures, history
from command_center.services.assignments import ReportStatus, report_status
from command_center.services.calls import TakeCall
from command_center.services.catching_up import PastIncident, PastUnit, enter_past_incident
from command_center.services.dispatching import DispatchUnits
from command_center.words import phrases
from command_center.words.names import catalogue_names
from tests.builders import TEST_CALL, somewhere
from tests.conftest import Clock
from tests.working import entries, rows, work_off


def ago(clock: Clock, minutes: float) -> datetime:
    return clock.now() - timedelta(minutes=minutes)


def call(center: Center, clock: Clock, minutes: float = 60, **more: Any) -> TakeCall:  # noqa: ANN401 - any field of TakeCall
    fields: dict[str, Any] = {"kind": TEST_CALL, "at": somewhere(center), "said": "车棚冒烟", "reported_at": ago(clock, minutes)}
    return TakeCall(**fields | more)


def on_paper(center: Center, clock: Clock, *, ended: float | None = 20, key: str | None = None) -> PastIncident:
    """A call an hour ago, two units, the second one there first; over after forty minutes unless it goes on."""
    units = (
        PastUnit(unit_id="patrol-01", sent_at=ago(clock, 58), arrived_at=ago(clock, 50)),
        PastUnit(unit_id="patrol-02", sent_at=ago(clock, 57), arrived_at=ago(clock, 56)),
    )
    return PastIncident(call=call(center, clock, key=key), units=units, ended_at=None if ended is None else ago(clock, ended))


def incident(center: Center, incident_id: int) -> Incident:
    with center.read() as session:
        return session.get_one(Incident, incident_id)


def unit(center: Center, unit_id: str) -> dict[str, Any]:
    return next(row for row in rows(center, "unit") if row["id"] == unit_id)


def test_what_is_over_has_its_real_times_and_leaves_the_units_as_they_are_now(center: Center, clock: Clock, officer: Actor) -> None:
    taken = enter_past_incident(center, on_paper(center, clock), officer)

    entered = incident(center, taken.incident_id)
    assert (entered.reported_at, entered.dispatched_at, entered.on_scene_at, entered.ended_at) == (
        ago(clock, 60),
        ago(clock, 58),
        ago(clock, 56),
        ago(clock, 20),
    )
    assert (entered.status, entered.acknowledged_at) == (IncidentStatus.CLOSED, ago(clock, 58))
    assert rows(center, "incident") == rows(center, "assignment") == []
    assert unit(center, "patrol-01")["status"] == UnitStatus.AVAILABLE
    with center.read() as session:
        found = session.scalars(select(Assignment).where(Assignment.incident_id == taken.incident_id).order_by(Assignment.id)).all()
    assert [(it.unit_id, it.dispatched_at, it.on_scene_at, it.ended_at) for it in found] == [
        ("patrol-01", ago(clock, 58), ago(clock, 50), ago(clock, 20)),
        ("patrol-02", ago(clock, 57), ago(clock, 56), ago(clock, 20)),
    ]


def test_the_figures_count_the_first_arrival_by_its_real_time(center: Center, clock: Clock, officer: Actor) -> None:
    enter_past_incident(center, on_paper(center, clock), officer)

    response = figures.response_figures(center)

    assert (response.mean_s, response.kept_share) == (240.0, 1.0)


def test_every_line_keeps_both_times_and_says_that_it_was_entered_later(center: Center, clock: Clock, officer: Actor) -> None:
    taken = enter_past_incident(center, on_paper(center, clock), officer)

    lines = history.incident_story(center, taken.incident_id, officer).entries
    told = [(it["event"], it["facts"]["happened"], it["at"]) for it in lines]
    now = clock.now().isoformat().replace("+00:00", "Z")
    assert told == [
        ("CallTaken", "2026-03-02 08:00", now),
        ("UnitDispatched", "2026-03-02 08:02", now),
        ("UnitDispatched", "2026-03-02 08:03", now),
        ("UnitOnScene", "2026-03-02 08:04", now),
        ("UnitOnScene", "2026-03-02 08:10", now),
        ("IncidentClosed", "2026-03-02 08:40", now),
    ]
    assert [(it["first"], it["response_s"]) for it in entries(center, "UnitOnScene")] == [(True, 240.0), (False, 600.0)]
    sentences = {
        language: phrases.event(language, "UnitOnScene", lines[3]["facts"], catalogue_names(center.catalogue, language))
        for language in ("zh_CN", "en")
    }
    assert sentences["zh_CN"].endswith("（事后补录，发生于 2026-03-02 08:04）")
    assert sentences["en"].endswith("(entered later; it was at 2026-03-02 08:04)")
    assert history.verify_log(center).broken_at is None


def test_nobody_is_sent_an_order_again(center: Center, clock: Clock, officer: Actor) -> None:
    enter_past_incident(center, on_paper(center, clock, ended=None), officer)

    with center.read() as session:
        ordered = set(session.scalars(select(Job.name)))
    work_off(center, clock, 120)

    assert not ordered & {"send_dispatch", "ask_for_answer"}
    assert entries(center, "DispatchSent") == entries(center, "DispatchNotAnswered") == entries(center, "NoticeQueued") == []


def test_what_goes_on_has_its_units_on_it_and_is_finished_as_any_other(center: Center, clock: Clock, officer: Actor) -> None:
    order = on_paper(center, clock, ended=None)
    on_its_way = PastUnit(unit_id="patrol-03", sent_at=ago(clock, 5))

    taken = enter_past_incident(center, PastIncident(call=order.call, units=(*order.units, on_its_way)), officer)

    assert incident(center, taken.incident_id).status is IncidentStatus.ON_SCENE
    assert [unit(center, it)["status"] for it in ("patrol-01", "patrol-02", "patrol-03")] == ["on_scene", "on_scene", "dispatched"]
    for row in rows(center, "assignment"):
        after = AssignmentStatus.CLEARED if row["on_scene_at"] else AssignmentStatus.EN_ROUTE
        report_status(center, ReportStatus(assignment_id=int(row["id"]), status=after), officer)
    assert [unit(center, it)["status"] for it in ("patrol-01", "patrol-03")] == ["returning", "en_route"]


def test_a_unit_that_is_on_something_else_by_now_is_refused_and_nothing_is_entered(center: Center, clock: Clock, officer: Actor) -> None:
    other = calls.take_call(center, TakeCall(kind=TEST_CALL, at=somewhere(center), join="new"), officer)
    dispatching.dispatch_units(center, DispatchUnits(incident_id=other.incident_id, unit_ids=("patrol-02",)), officer)
    lines = history.verify_log(center).lines

    with pytest.raises(UnitNotAvailable):
        enter_past_incident(center, on_paper(center, clock, ended=None), officer)

    assert history.verify_log(center).lines == lines
    assert len(rows(center, "incident")) == 1
    enter_past_incident(center, on_paper(center, clock), officer)  # what is over needs no unit now


def test_the_same_press_enters_once(center: Center, clock: Clock, officer: Actor) -> None:
    first = enter_past_incident(center, on_paper(center, clock, key="paper-1"), officer)

    assert enter_past_incident(center, on_paper(center, clock, key="paper-1"), officer) == first
    assert len(entries(center, "CallTaken")) == 1


def test_a_call_alone_joins_an_open_incident_as_any_call_and_is_seen(center: Center, clock: Clock, officer: Actor) -> None:
    first = enter_past_incident(center, PastIncident(call=call(center, clock, 10)), officer)

    second = enter_past_incident(center, PastIncident(call=call(center, clock, 9)), officer)

    assert (second.incident_id, second.joined) == (first.incident_id, True)
    assert incident(center, first.incident_id).acknowledged_at == clock.now()


def wrong(center: Center, clock: Clock) -> dict[str, tuple[PastIncident, type[Refusal]]]:
    told, sent = call(center, clock), ago(clock, 58)
    one = PastUnit(unit_id="patrol-01", sent_at=sent)
    return {
        "no time": (PastIncident(call=call(center, clock, reported_at=None)), Invalid),
        "in the future": (PastIncident(call=call(center, clock, -1)), Invalid),
        "longer ago than a week": (PastIncident(call=call(center, clock, 7 * 1440 + 1)), Invalid),
        "sent before the call": (PastIncident(call=told, units=(PastUnit(unit_id="patrol-01", sent_at=ago(clock, 61)),)), Invalid),
        "there before it was sent": (
            PastIncident(call=told, units=(PastUnit(unit_id="patrol-01", sent_at=sent, arrived_at=ago(clock, 59)),)),
            Invalid,
        ),
        "there after the end": (
            PastIncident(
                call=told, units=(PastUnit(unit_id="patrol-01", sent_at=sent, arrived_at=ago(clock, 10)),), ended_at=ago(clock, 20)
            ),
            Invalid,
        ),
        "over before it began": (PastIncident(call=told, ended_at=ago(clock, 61)), Invalid),
        "a unit twice": (PastIncident(call=told, units=(one, one)), Invalid),
        "no such unit": (PastIncident(call=told, units=(PastUnit(unit_id="patrol-99", sent_at=sent),)), UnknownUnit),
    }


CASES = (
    "no time",
    "in the future",
    "longer ago than a week",
    "sent before the call",
    "there before it was sent",
    "there after the end",
    "over before it began",
    "a unit twice",
    "no such unit",
)


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_have_been_is_refused_whole(center: Center, clock: Clock, officer: Actor, case: str) -> None:
    cases = wrong(center, clock)
    assert set(cases) == set(CASES)
    order, refusal = cases[case]
    lines = history.verify_log(center).lines

    with pytest.raises(refusal):
        enter_past_incident(center, order, officer)

    assert history.verify_log(center).lines == lines


def test_a_crew_and_a_display_enter_nothing(center: Center, clock: Clock, display: Actor) -> None:
    for actor in (display, Actor(name="crew", role=Role.CREW, unit_id="patrol-01")):
        with pytest.raises(NotPermitted):
            enter_past_incident(center, on_paper(center, clock), actor)
