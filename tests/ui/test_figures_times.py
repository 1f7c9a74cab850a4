"""Which time an address of the page of figures names, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Watch
from command_center.domain.board import Board
from command_center.domain.errors import Invalid, UnknownWatch
from command_center.domain.rights import Actor
from command_center.domain.watches import CENTRE, WatchStatus
from command_center.services import report_figures
from command_center.services.live import LiveBoard, read_snapshot
from command_center.ui.figures_times import chosen, fields, moment_typed, times_of
from command_center.ui.shell import Desk, Screen
from tests.conftest import Clock

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(address: str) -> dict[str, str | None]:
    query = dict(parse_qsl(urlsplit(address).query))
    return {**query, "token": urlsplit(address).query}


def past_watch(center: Center, begun: datetime, **columns: Any) -> int:  # noqa: ANN401 - any column
    stated = {"number": f"{begun:%Y%m%d}-9", "post": CENTRE, "from_at": begun, "to_at": begun + timedelta(days=1), "on_board": False}
    with Session(center.engine) as session, session.begin():
        row = Watch(**stated | {"changes": 0, "basis": "own", "status": WatchStatus.CLOSED, "begun_at": begun} | columns)
        session.add(row)
        session.flush()
        return row.id


def screen_of(center: Center, actor: Actor) -> Screen:
    live = SimpleNamespace(board=Board.of(read_snapshot(center).rows), positions={})
    return Screen(desk=Desk(center=center, live=cast("LiveBoard", live), caller=lambda: actor), lang="zh_CN", caller=actor, query={})


def test_any_past_watch_can_be_looked_at_beside_the_one_before_it(center: Center, officer: Actor) -> None:
    days = [datetime(2025, 3, day, tzinfo=UTC) for day in (1, 2, 3)]
    first, second, third = (past_watch(center, day, ended_at=day + timedelta(hours=25)) for day in days)

    times = times_of(at(f"/reports?span=watch&watch={second}"), center)

    assert times.span == report_figures.watch_span(center, second) == (days[1], days[1] + timedelta(hours=25))
    assert times.before == report_figures.watch_span(center, first)
    assert [it.id for it in times.offered][-3:] == [third, second, first]
    assert all(it.from_at <= center.now() for it in times.offered)
    shown = str(chosen(at(f"/reports?span=watch&watch={second}"), times, screen_of(center, officer)))
    assert f"watch={first}" in shown
    assert f"watch={third}" in shown
    assert str(second) in str(fields(at("/reports?span=watch"), times, screen_of(center, officer)))


def test_without_a_name_it_is_the_watch_on_duty(center: Center) -> None:
    times = times_of(at("/reports?span=watch"), center)

    assert times.watch is not None
    assert times.span[0] <= center.now() < times.span[1]


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("span=watch&watch=999999", UnknownWatch),
        ("span=watch&watch=x", UnknownWatch),
        ("span=day&day=2026-13-01", Invalid),
        ("span=free&from=2026-03-02&to=2026-03-01&with_from=2026-02-01&with_to=2026-02-02", Invalid),
        ("span=free&from=yesterday", Invalid),
        ("span=free&from=2024-01-01&to=2026-03-01&with_from=2026-02-01&with_to=2026-02-02", Invalid),
    ],
)
def test_an_address_that_cannot_be_followed_is_told_and_today_is_shown(
    center: Center, officer: Actor, query: str, refused: type[Exception]
) -> None:
    times = times_of(at(f"/reports?{query}"), center)

    assert isinstance(times.refusal, refused)
    assert times.span == times_of(at("/reports"), center).span
    assert "alert" in str(chosen(at(f"/reports?{query}"), times, screen_of(center, officer)))


def test_two_times_of_ones_own_are_those_that_were_typed_and_a_day_as_an_end_is_the_whole_day(center: Center) -> None:
    times = times_of(at("/reports?span=free&from=2026-02-20&to=2026-02-21&with_from=2026-01-05T08:00&with_to=2026-01-06T20:30"), center)

    assert times.refusal is None
    assert times.span == (datetime(2026, 2, 20, tzinfo=SHANGHAI), datetime(2026, 2, 22, tzinfo=SHANGHAI))
    assert times.before == (datetime(2026, 1, 5, 8, tzinfo=SHANGHAI), datetime(2026, 1, 6, 20, 30, tzinfo=SHANGHAI))


def test_a_month_and_a_day_have_the_one_before_beside_them_and_nothing_later_than_now(center: Center, clock: Clock, officer: Actor) -> None:
    month, day = at("/reports?span=month&day=2026-03-15"), at("/reports?span=day&day=2026-03-02")

    assert times_of(month, center).before == report_figures.span_of_month(center, 2026, 2)
    assert "day=2026-04" not in str(chosen(month, times_of(month, center), screen_of(center, officer)))
    assert "day=2026-03-01" in str(chosen(day, times_of(day, center), screen_of(center, officer)))
    assert "day=2026-03-03" not in str(chosen(day, times_of(day, center), screen_of(center, officer)))


@pytest.mark.parametrize(
    ("typed", "ends", "read"),
    [
        ("2026-03-02", False, (2, 0, 0)),
        ("2026-03-02", True, (3, 0, 0)),
        ("2026-03-02 08:30", True, (2, 8, 30)),
        ("2026/3/2  8:30", False, (2, 8, 30)),
        ("2026-03-02T08:30", False, (2, 8, 30)),
        ("08:30", False, None),
        ("", False, None),
    ],
)
def test_a_moment_is_read_as_people_type_it(typed: str, ends: bool, read: tuple[int, int, int] | None) -> None:
    found = moment_typed(typed, SHANGHAI, ends=ends)

    assert found == (None if read is None else datetime(2026, 3, *read, tzinfo=SHANGHAI))
