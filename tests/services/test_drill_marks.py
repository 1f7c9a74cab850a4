"""What leaves a drill says so: every workbook, every alert; and what it has sent is counted as it went out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from command_center.cap import read_alerts
from command_center.cap.alert import Status
from command_center.center import Center
from command_center.domain.levels import Level
from command_center.domain.rights import Actor
from command_center.services import (
    assignments,
    dispatching,
    report_figures,
    responsibility_sheet,
    roster_sheet,
    stock_sheet,
    warnings,
)
from command_center.services.warnings import PastedText
from tests.builders import MORNING, OFFICER, as_drill, take_test_call
from tests.conftest import Clock
from tests.working import entries, rows, work_off

BOOKS: dict[str, Callable[[Center], bytes]] = {
    "figures": lambda center: report_figures.figures_book(center, (center.now() - timedelta(days=1), center.now()), None, "en"),
    "roster": lambda center: roster_sheet.roster_sheet(center, center.now(), center.now() + timedelta(days=1), "en"),
    "stock": lambda center: stock_sheet.export_sheet(center, "en", "YY-S01"),
    "responsibilities": lambda center: responsibility_sheet.responsibility_sheet(center, "en"),
}


@pytest.mark.parametrize("book", BOOKS)
def test_every_workbook_of_a_drill_is_marked_on_every_sheet_and_one_in_service_is_not(center: Center, book: str) -> None:
    service = load_workbook(BytesIO(BOOKS[book](center)))
    drill = load_workbook(BytesIO(BOOKS[book](as_drill(center, MORNING, 1.0, "E"))))

    assert all(sheet.title.startswith("演练 DRILL ") for sheet in drill.worksheets)
    assert all("演练 DRILL" in str(sheet.oddHeader) for sheet in drill.worksheets)
    assert not [sheet.title for sheet in service.worksheets if "演练" in sheet.title]
    assert [cell.value for cell in drill.worksheets[0][1]] == [cell.value for cell in service.worksheets[0][1]]


def test_an_alert_of_a_drill_says_exercise_whatever_came_in(center: Center) -> None:
    drill = as_drill(center, MORNING, 1.0, "E")
    (taken,) = warnings.take_warning(drill, PastedText(text="奎文区气象台发布暴雨蓝色预警"), OFFICER).warnings

    (sent,) = read_alerts(warnings.warning_as_cap(drill, taken.id, OFFICER)).alerts

    assert sent.status is Status.EXERCISE


def test_an_order_that_goes_out_twice_in_a_drill_is_counted_twice(center: Center, clock: Clock) -> None:
    drill = as_drill(center, MORNING, 1.0, "E")
    incident_id = take_test_call(drill, OFFICER, severity=Level.III).incident_id
    dispatching.dispatch_units(drill, dispatching.DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), OFFICER)
    (order,) = rows(drill, "assignment")
    assignments.note_delivery(drill, int(order["id"]))  # so far a worker came that died before it could say that the order is sent

    work_off(drill, clock)

    assert len(entries(drill, "DispatchDelivered")) == 2
    assert len(entries(drill, "DispatchSent")) == 1


def test_in_service_no_second_line_is_written_for_an_order(center: Center, clock: Clock, officer: Actor) -> None:
    incident_id = take_test_call(center, officer).incident_id
    dispatching.dispatch_units(center, dispatching.DispatchUnits(incident_id=incident_id, unit_ids=("patrol-01",)), officer)

    work_off(center, clock)

    assert len(entries(center, "DispatchSent")) == 1
    assert entries(center, "DispatchDelivered") == []
