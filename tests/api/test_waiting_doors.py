"""Many at once over HTTP: one proposal, accepted in one request, each incident told how it went."""

from __future__ import annotations

import httpx

from command_center.domain.rights import Role
from tests.api.conftest import Web


def test_all_who_wait_are_proposed_for_and_sent_to_in_one_request(desk: httpx.Client) -> None:
    for place, level in (("XQ001", "IV"), ("XQ060", "I")):
        desk.post("/api/v1/incidents", json={"kind": "E107", "place_id": place, "severity": level}).raise_for_status()
    found = desk.get("/api/v1/waiting/proposal").json()
    assert [one["severity"] for one in found["incidents"]] == ["I", "IV"]
    assert (found["served"], found["free_units"]) == (2, 16)
    orders = [{"incident_id": int(one["incident_id"]), "units": [unit["unit_id"] for unit in one["units"]]} for one in found["incidents"]]

    answer = desk.post("/api/v1/waiting/dispatch", json={"orders": [*orders, {"incident_id": 99, "units": ["patrol-12"]}]})

    told = answer.json()["sent"]
    assert [one["refused"] and one["refused"]["code"] for one in told] == [None, None, "unknown_incident"]
    assert all(one["assignments"] for one in told[:2])
    assert desk.get("/api/v1/waiting/proposal").json()["incidents"] == []


def test_who_does_not_work_at_the_desk_neither_sees_nor_sends(web: Web, stranger: httpx.Client) -> None:
    crew = web.client(Role.CREW, unit_id="patrol-01")

    assert crew.get("/api/v1/waiting/proposal").status_code == 403
    assert crew.post("/api/v1/waiting/dispatch", json={"orders": []}).status_code == 403
    assert stranger.get("/api/v1/waiting/proposal").status_code == 401
