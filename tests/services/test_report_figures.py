"""Figures of a time: counted from what happened, cut as the trade cuts them, the same few statements however much there is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Assignment, Incident, Watch
from command_center.domain.errors import Invalid, UnknownWatch
from command_center.domain.levels import Level
from command_center.domain.period_figures import WatchFigures
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus, IncidentStatus
from command_center.domain.watches import WatchStatus
from command_center.services import assignments, incidents, report_figures, stock
from command_center.services.assignments import ReportStatus
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.stock import Move
from command_center.words import LANGUAGES
from tests.builders import given, take_test_call
from tests.conftest import Clock
from tests.query_plans import listening, whole_tables

WHOLE_DAY = (datetime(2026, 3, 1, 16, tzinfo=UTC), datetime(2026, 3, 2, 16, tzinfo=UTC))
"""The second of March where the street is; the tests' clock starts at nine in the morning of it."""


def figures(center: Center, span: tuple[datetime, datetime] = WHOLE_DAY) -> WatchFigures:
    return report_figures.figures(center, *span)


def answered_call(center: Center, clock: Clock, officer: Actor, *, unit: str, waits_s: tuple[float, float, float]) -> int:
    """A call that a unit was sent to: seconds to dispatch, to rolling, to on scene."""
    incident_id = take_test_call(center, officer).incident_id
    clock.advance(waits_s[0])
    (assignment_id,) = dispatch_units(center, DispatchUnits(incident_id=incident_id, unit_ids=(unit,)), officer)
    for wait_s, status in ((waits_s[1], AssignmentStatus.EN_ROUTE), (waits_s[2], AssignmentStatus.ON_SCENE)):
        clock.advance(wait_s)
        assignments.report_status(center, ReportStatus(assignment_id=assignment_id, status=status), officer)
    return incident_id


def test_an_arrival_is_cut_into_handling_turnout_and_travel(center: Center, clock: Clock, officer: Actor) -> None:
    answered_call(center, clock, officer, unit="patrol-01", waits_s=(30, 45, 150))
    answered_call(center, clock, officer, unit="patrol-02", waits_s=(50, 75, 250))

    told = figures(center)

    median = {stage: it.p50_s for stage, it in told.stages.items()}
    assert median == {"handling": 40, "turnout": 60, "travel": 200, "arrival": 300}
    assert told.stages["arrival"].p90_s == pytest.approx(360)
    assert (told.arrivals, told.kept_share) == (2, 0.5)


def test_turnout_and_travel_are_those_of_the_unit_that_arrived_first(center: Center, clock: Clock, officer: Actor) -> None:
    incident = given(center, Incident, reported_at=clock.now(), on_scene_at=clock.now() + timedelta(seconds=200))
    times = ((0, 100, 400), (20, 40, 200))
    for unit, (ordered_s, rolling_s, there_s) in zip(("patrol-01", "patrol-02"), times, strict=True):
        given(
            center,
            Assignment,
            incident_id=incident.id,
            unit_id=unit,
            dispatched_at=clock.now() + timedelta(seconds=ordered_s),
            en_route_at=clock.now() + timedelta(seconds=rolling_s),
            on_scene_at=clock.now() + timedelta(seconds=there_s),
        )

    told = figures(center)

    assert (told.stages["turnout"].p50_s, told.stages["travel"].p50_s) == (20, 160)


def test_where_nobody_arrived_there_is_no_share(center: Center, officer: Actor) -> None:
    take_test_call(center, officer)

    told = figures(center)

    assert (told.incidents, told.open, told.arrivals, told.kept_share) == (1, 1, 0, None)
    assert told.stages["arrival"].p90_s is None


def test_incidents_are_counted_by_type_hour_level_and_area(center: Center, clock: Clock, officer: Actor) -> None:
    for at, kind in ((0, "E103"), (600, "E103"), (7200, "E107")):
        given(
            center,
            Incident,
            type=kind,
            severity=Level.II if kind == "E107" else Level.IV,
            area_code="A1",
            reported_at=clock.now() + timedelta(seconds=at),
        )

    told = figures(center)

    assert [(it.type, it.incidents) for it in told.by_type] == [("E103", 2), ("E107", 1)]
    assert [hour for hour, count in enumerate(told.by_hour) if count] == [9, 11]
    assert told.by_type[0].by_hour[9] == 2
    assert (told.by_level, told.by_area) == ({"II": 1, "IV": 2}, {"A1": 3})
    assert [(cell.incidents) for cell in told.heat] == [3]


def test_response_times_are_cut_by_area_type_and_hour(center: Center, clock: Clock) -> None:
    calls = (("A1", "E103", 0, 200), ("A1", "E107", 0, 400), ("A2", "E103", 7200, 250), ("", "E103", 7200, None))
    for area, kind, called_s, there_s in calls:
        reported_at = clock.now() + timedelta(seconds=called_s)
        on_scene_at = None if there_s is None else reported_at + timedelta(seconds=there_s)
        given(center, Incident, type=kind, area_code=area or None, reported_at=reported_at, on_scene_at=on_scene_at)

    told = figures(center)

    by_area = {it.of: (it.incidents, it.arrivals, it.kept_share, it.p90_s["arrival"]) for it in told.cuts["area"]}
    assert by_area == {"": (1, 0, None, None), "A1": (2, 2, 0.5, 380), "A2": (1, 1, 1, 250)}
    assert [(it.of, it.kept_share) for it in told.cuts["type"]] == [("E103", 1), ("E107", 0)]
    assert [(it.of, it.arrivals, it.p50_s["arrival"]) for it in told.cuts["hour"]] == [("09", 2, 300), ("11", 1, 250)]
    assert all(sum(it.incidents for it in cut) == told.incidents for cut in told.cuts.values())


def test_one_three_five_as_the_stations_count_it(center: Center, clock: Clock, officer: Actor) -> None:
    answered_call(center, clock, officer, unit="patrol-01", waits_s=(30, 45, 100))
    answered_call(center, clock, officer, unit="patrol-02", waits_s=(50, 75, 150))

    told = figures(center)

    assert (told.rolling_share, told.there_share, told.kept_share) == (0.5, 0.5, 1)


def test_a_merged_incident_counts_with_the_one_it_went_into(center: Center, officer: Actor) -> None:
    stays, goes = (take_test_call(center, officer).incident_id for _ in range(2))
    take_test_call(center, officer, join=stays)
    incidents.merge_incidents(center, goes, stays, officer)
    false = take_test_call(center, officer).incident_id
    incidents.close_incident(center, false, officer, outcome=IncidentStatus.FALSE_ALARM)

    told = figures(center)

    assert (told.incidents, told.false_alarms, told.calls, told.calls_joined) == (2, 1, 4, 2)


def test_stock_used_is_what_left_less_what_came_back(center: Center, clock: Clock, officer: Actor) -> None:
    for verb, quantity in ((stock.issue, 10), (stock.return_, 4), (stock.consume, 3), (stock.write_off, 2)):
        verb(center, Move(depot="YY-S01", material="FL01", quantity=quantity, reason="x"), officer)

    (used,) = figures(center).stock

    assert (used.material, used.issued, used.returned, used.consumed, used.written_off, used.gone) == ("FL01", 10, 4, 3, 2, 9)


def test_alarms_are_measured_by_the_time_that_has_passed(center: Center, clock: Clock, officer: Actor) -> None:
    for _ in range(6):
        take_test_call(center, officer)
    clock.advance(3600 * 2)

    told = report_figures.figures(center, clock.now() - timedelta(hours=3), clock.now() + timedelta(hours=21))

    assert (told.alarms.total, told.alarms.per_hour, told.alarms.most_in_10_min) == (6, 2.0, 6)
    assert told.alarms.sounded_share == {"I-II": 0.0, "III": 1.0, "IV": 0.0}


# ---- which time -------------------------------------------------------------------------------------------------------------------


def test_a_day_and_a_month_are_those_of_the_streets_own_clock(center: Center) -> None:
    assert report_figures.span_of_day(center, date(2026, 3, 2)) == WHOLE_DAY
    assert report_figures.span_of_month(center, 2026, 12) == (
        datetime(2026, 11, 30, 16, tzinfo=UTC),
        datetime(2026, 12, 31, 16, tzinfo=UTC),
    )


def test_what_happens_on_a_border_counts_once(center: Center, clock: Clock) -> None:
    given(center, Incident, reported_at=WHOLE_DAY[1])

    following = report_figures.span_of_day(center, date(2026, 3, 3))

    assert (figures(center).incidents, figures(center, following).incidents) == (0, 1)


def test_a_watch_lasts_from_taking_over_until_being_relieved(center: Center, clock: Clock) -> None:
    from_at, to_at = clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=23)
    stated = {"number": "20260302-9", "post": "YY", "from_at": from_at, "to_at": to_at, "on_board": False, "changes": 0, "basis": "own"}
    begun = from_at + timedelta(minutes=7)
    watch = _watch(center, **stated, status=WatchStatus.ON_DUTY, begun_at=begun)
    rostered = _watch(center, **stated | {"number": "20260302-8"}, status=WatchStatus.SCHEDULED)

    assert report_figures.watch_span(center, watch) == (begun, to_at)
    assert report_figures.watch_span(center, rostered) == (from_at, to_at)
    clock.advance(3600 * 24)
    assert report_figures.watch_span(center, watch) == (begun, clock.now())
    with pytest.raises(UnknownWatch):
        report_figures.watch_span(center, 999_999)


def _watch(center: Center, **columns: object) -> int:
    with Session(center.engine) as session, session.begin():
        row = Watch(**columns)
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize("length", [timedelta(0), timedelta(seconds=-1), timedelta(days=401)])
def test_a_time_that_cannot_be_meant_is_refused(center: Center, length: timedelta) -> None:
    with pytest.raises(Invalid):
        report_figures.figures(center, WHOLE_DAY[0], WHOLE_DAY[0] + length)


def test_two_times_are_compared_figure_by_figure(center: Center, clock: Clock, officer: Actor) -> None:
    answered_call(center, clock, officer, unit="patrol-01", waits_s=(30, 45, 150))
    clock.advance(86_400)
    for unit in ("patrol-02", "patrol-03"):
        answered_call(center, clock, officer, unit=unit, waits_s=(30, 45, 285))

    found = report_figures.compare(center, report_figures.span_of_day(center, date(2026, 3, 3)), WHOLE_DAY)

    changed = {it.figure: it.difference for it in found.changes}
    assert (changed["incidents"], changed["kept_share"], changed["travel_p50_s"]) == (1, -1.0, 135)
    assert changed["sounded_IV"] == 0


# ---- cost, and the workbook -------------------------------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_what_happened_and_all_go_by_an_index(
    center: Center, clock: Clock, officer: Actor
) -> None:
    with listening(center) as at_first:
        figures(center)
    for unit in ("patrol-01", "patrol-02", "patrol-03"):
        answered_call(center, clock, officer, unit=unit, waits_s=(30, 45, 150))

    with listening(center) as asked:
        figures(center)

    assert len(asked) == len(at_first) == 5
    assert [step for one in asked for step in whole_tables(center, one)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_has_every_part_and_no_formula(center: Center, clock: Clock, officer: Actor, language: str) -> None:
    answered_call(center, clock, officer, unit="patrol-01", waits_s=(30, 45, 150))
    given(center, Incident, type="=1+1", area_code=None)
    stock.issue(center, Move(depot="YY-S01", material="FL01", quantity=10), officer)
    day_before = report_figures.span_of_day(center, date(2026, 3, 1))

    book = load_workbook(BytesIO(report_figures.figures_book(center, WHOLE_DAY, day_before, language)))

    assert len(book.sheetnames) == 9
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert {"=1+1", "FL01", 66.7, 100.0} & {cell.value for cell in cells} >= {"=1+1", "FL01"}
    plain = load_workbook(BytesIO(report_figures.figures_book(center, WHOLE_DAY, None, language)))
    assert plain.worksheets[0].max_column == 3
