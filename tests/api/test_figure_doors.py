"""The doors of the figures: any time, a watch, a day, a month, two times, a workbook."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from tests.api.test_incident_doors import refused, taken

DAY = {"from": "2026-03-01T16:00:00Z", "to": "2026-03-02T16:00:00Z"}
BEFORE = {"with_from": "2026-02-28T16:00:00Z", "with_to": "2026-03-01T16:00:00Z"}


def get(desk: httpx.Client, door: str, **query: str) -> dict[str, Any]:
    answer = desk.get(f"/api/v1/figures{door}", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_a_day_a_month_and_any_time_are_counted(desk: httpx.Client) -> None:
    taken(desk)

    day, month, any_time = get(desk, "/days/2026-03-02"), get(desk, "/months/2026-03"), get(desk, "", **DAY)

    assert day == any_time
    assert (day["incidents"], month["incidents"], get(desk, "/months/2026-02")["incidents"]) == (1, 1, 0)
    assert (day["from_at"], len(day["by_hour"]), day["headline"]["calls"]) == ("2026-03-01T16:00:00Z", 24, 1)


def test_the_watch_on_duty_has_figures(desk: httpx.Client) -> None:
    taken(desk)
    watch = desk.get("/api/v1/duty/now").json()["posts"]["centre"]

    assert get(desk, f"/watches/{watch['id']}")["incidents"] == 1


def test_two_times_stand_beside_each_other(desk: httpx.Client) -> None:
    taken(desk)

    told = get(desk, "/comparison", **DAY, **BEFORE)

    assert (told["figures"]["incidents"], told["before"]["incidents"]) == (1, 0)
    assert {"figure": "incidents", "before": 0, "value": 1, "difference": 1} in told["changes"]


def test_the_figures_come_as_a_workbook_in_the_language_asked_for(desk: httpx.Client) -> None:
    for language, title in (("zh_CN", "指标汇总"), ("en", "Figures")):
        answer = desk.get("/api/v1/figures/book.xlsx", params=DAY | BEFORE | {"lang": language})

        assert answer.headers["content-disposition"].endswith("figures-20260302.xlsx")
        assert load_workbook(BytesIO(answer.content)).sheetnames[0] == title


@pytest.mark.parametrize(
    ("door", "status"),
    [
        ("?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 422),
        ("?from=2020-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 422),
        ("?from=2026-03-02&to=x", 422),
        ("", 422),
        ("/days/2026-02-30", 404),
        ("/days/0001-01-01", 404),
        ("/months/2026-13", 404),
        ("/watches/999999", 404),
        ("/book.xlsx?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z&with_from=2026-03-01T00:00:00Z", 422),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused(desk: httpx.Client, door: str, status: int) -> None:
    assert desk.get(f"/api/v1/figures{door}").status_code == status


def test_strangers_see_no_figures(stranger: httpx.Client) -> None:
    refused(stranger.get("/api/v1/figures/days/2026-03-02"), 401, "not_signed_in")
