"""The doors of searching: what a program finds, pages through, and gets wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from command_center.domain.rights import Role
from command_center.services import log_search
from tests.api.conftest import Web
from tests.api.test_incident_doors import refused, taken


def get(client: httpx.Client, door: str, **query: object) -> dict[str, Any]:
    answer = client.get(f"/api/v1/{door}", params={name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def file_all(web: Web) -> None:
    while log_search.file_log(web.center):
        pass


def test_one_box_finds_by_han_and_by_initials(desk: httpx.Client) -> None:
    for typed in ("樱南花园", "ynhy"):
        hits = get(desk, "search", q=typed, limit=3)["hits"]
        place = next(hit for hit in hits if hit["kind"] == "place")
        assert place["title"] == {"zh": "樱南花园", "en": "Yingnan Garden"}
        assert place["link"] == "/console?place=XQ001"
    assert get(desk, "search", q="")["hits"] == []


def test_the_log_is_searched_filtered_and_paged(web: Web, desk: httpx.Client) -> None:
    for _ in range(3):
        desk.post(f"/api/v1/incidents/{taken(desk)}/acknowledge").raise_for_status()
    file_all(web)

    first = get(desk, "log", q="确认 Incident", limit=2)
    second = get(desk, "log", q="确认 Incident", limit=2, before=first["older"])

    lines = [*first["entries"], *second["entries"]]
    assert [line["event"] for line in lines] == ["IncidentAcknowledged"] * 3
    assert (len(first["entries"]), second["older"]) == (2, None)
    assert {line["group"] for line in lines} == {"incidents"}
    assert lines[0]["text"]["en"].startswith("Incident ")
    units = get(desk, "log", group="units", **{"from": "2026-03-02T00:00:00Z", "to": "2026-03-03T00:00:00Z"})
    assert {line["group"] for line in units["entries"]} <= {"units"}


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"before": "-1"}, {"from": "yesterday"}, {"group": "a;b"}, {"q": "x" * 201}, {"incident": "x"}]
)
def test_a_query_that_cannot_be_meant_is_refused(desk: httpx.Client, query: dict[str, str]) -> None:
    assert desk.get("/api/v1/log", params=query).status_code == 422


def test_displays_and_strangers_search_nothing(web: Web, stranger: httpx.Client) -> None:
    wall = web.client(Role.DISPLAY)

    refused(wall.get("/api/v1/log", params={"q": "事件"}), 403, "display_only_reads")
    refused(wall.get("/api/v1/search", params={"q": "事件"}), 403, "display_only_reads")
    assert stranger.get("/api/v1/log").status_code == 401
    assert stranger.get("/api/v1/search", params={"q": "a"}).status_code == 401
