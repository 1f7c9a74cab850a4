"""From the call to the end of an incident, as an outside program walks it; and every way to do it wrong."""

from __future__ import annotations

from typing import Any

import httpx

from command_center.domain.geo import Point, distance_m, to_gcj02
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.waiting import eventually

CALL = {"kind": "E103", "at": {"lat": 36.6985, "lon": 119.145}, "said": "车内有人"}


def taken(desk: httpx.Client, **changed: object) -> str:
    """The id of a new incident."""
    answer = desk.post("/api/v1/incidents", json=CALL | {"join": "new"} | changed)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def sent(desk: httpx.Client, incident: str, *units: str) -> list[str]:
    """The ids of new assignments."""
    answer = desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": units})
    assert answer.status_code == 201, answer.text
    assignments: list[str] = answer.json()["assignments"]
    return assignments


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The facts of a refusal with that status and code."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert (told["code"], told["status"]) == (code, status)
    assert told["title"]
    facts: dict[str, Any] = told["facts"]
    return facts


# ---- taking calls ----------------------------------------------------------------------------------------------------------------


def test_a_call_opens_an_incident_that_can_be_read_at_once(desk: httpx.Client) -> None:
    answer = desk.post("/api/v1/incidents", json=CALL | {"caller_name": "王女士", "caller_phone": "13800000000"})

    assert answer.status_code == 201
    story = desk.get(answer.headers["location"]).json()
    assert story["incident"]["number"] == answer.json()["number"]
    assert story["calls"][0]["caller_phone"] == "13800000000"
    assert [row["id"] for row in desk.get("/api/v1/incidents").json()["incidents"]] == [answer.json()["id"]]


def test_a_second_call_about_the_same_thing_joins_it(desk: httpx.Client) -> None:
    first = desk.post("/api/v1/incidents", json=CALL).json()

    second = desk.post("/api/v1/incidents", json=CALL).json()

    assert (second["id"], second["joined"]) == (first["id"], True)


def test_a_call_may_name_its_point_without_braces(desk: httpx.Client) -> None:
    answer = desk.post("/api/v1/incidents", json={"kind": "E103", "lat": 36.6985, "lon": 119.145})

    assert answer.status_code == 201


def test_the_same_key_takes_a_call_once(desk: httpx.Client) -> None:
    answers = [desk.post("/api/v1/incidents", json=CALL | {"join": "new"}, headers={"Idempotency-Key": "call-1"}) for _ in range(3)]

    assert len({answer.text for answer in answers}) == 1
    assert len(desk.get("/api/v1/incidents").json()["incidents"]) == 1


def test_a_key_that_belongs_to_another_order_is_refused(desk: httpx.Client) -> None:
    desk.post("/api/v1/incidents", json=CALL, headers={"Idempotency-Key": "call-1"})

    answer = desk.post("/api/v1/incidents", json=CALL | {"said": "another"}, headers={"Idempotency-Key": "call-1"})

    assert refused(answer, 409, "key_reused") == {"key": "call-1"}


def test_a_point_of_a_chinese_map_is_converted(desk: httpx.Client) -> None:
    true = Point(36.6985, 119.145)
    shifted = to_gcj02(true)

    incident = taken(desk, at={"lat": shifted.lat, "lon": shifted.lon, "datum": "gcj02"})

    row = desk.get(f"/api/v1/incidents/{incident}").json()["incident"]
    assert distance_m(Point(row["lat"], row["lon"]), true) < 0.1


IMPOSSIBLE_CALLS: list[tuple[dict[str, Any], int, str]] = [
    ({"kind": "E999"}, 422, "unknown_incident_type"),
    ({"kind": None}, 422, "invalid_fields"),
    ({"at": None}, 422, "place_needed"),
    ({"at": {"lat": 31.2, "lon": 121.5}}, 422, "outside_district"),
    ({"at": {"lat": "36.7", "lon": 119.1}}, 422, "invalid_fields"),
    ({"at": {"lat": 91, "lon": 0}}, 422, "invalid_fields"),
    ({"at": {"lat": 10**400, "lon": 0}}, 422, "invalid_fields"),
    ({"at": None, "place_id": "XQ999"}, 422, "unknown_place"),
    ({"severity": "V"}, 422, "invalid_fields"),
    ({"said": "x" * 2001}, 422, "invalid_fields"),
    ({"said": "nul \0 byte"}, 422, "invalid_fields"),
    ({"answers": {"q": 1}}, 422, "invalid_fields"),
    ({"join": 999_999}, 404, "unknown_incident"),
    ({"join": -1}, 422, "invalid_fields"),
    ({"reported_at": "2999-01-01T00:00:00Z"}, 422, "invalid_fields"),
    ({"reported_at": "2026-03-02T09:00:00"}, 422, "invalid_fields"),
    ({"reported_at": "2026-03-03T01:00:00Z"}, 422, "invalid"),
]


def test_a_call_that_cannot_be_right_is_refused(desk: httpx.Client) -> None:
    for changed, status, code in IMPOSSIBLE_CALLS:
        refused(desk.post("/api/v1/incidents", json=CALL | changed), status, code)

    assert desk.get("/api/v1/incidents").json()["incidents"] == []


UNREADABLE_BODIES = [
    (b"{", 400, "malformed"),
    (b"\xff\xfe", 400, "malformed"),
    (b"[" * 100_000, 400, "malformed"),
    (b'{"kind": ' + b"9" * 5_000 + b"}", 400, "malformed"),
    (b'{"kind":"E103","at":{"lat":NaN,"lon":119.1}}', 422, "invalid_fields"),
    (b'{"kind":"E103","at":{"lat":1e999,"lon":119.1}}', 422, "invalid_fields"),
    (b'{"kind":"E103","said":"\\ud800","at":{"lat":36.7,"lon":119.1}}', 422, "invalid_fields"),
    (b'{"kind":"\\ud800","at":{"lat":36.7,"lon":119.1}}', 422, "invalid_fields"),
    (b"[]", 422, "invalid_fields"),
    (b"", 422, "invalid_fields"),
]


def test_a_body_that_cannot_be_read_is_refused(desk: httpx.Client) -> None:
    for body, status, code in UNREADABLE_BODIES:
        refused(desk.post("/api/v1/incidents", content=body, headers={"Content-Type": "application/json"}), status, code)


# ---- sending units ---------------------------------------------------------------------------------------------------------------


def test_a_proposal_ranks_every_unit_with_reasons(desk: httpx.Client) -> None:
    proposal = desk.get(f"/api/v1/incidents/{taken(desk)}/proposal").json()

    assert len(proposal["units"]) == 16
    arrivals = [unit["arrival_s"] for unit in proposal["units"] if unit["suitable"]]
    assert arrivals == sorted(arrivals)
    assert proposal["preselected"]
    assert "soonest" in proposal["units"][0]["reasons"]


def test_where_the_roads_end_the_answer_says_so(web: Web, desk: httpx.Client) -> None:
    south_west, _ = web.center.roads.bounds
    field = {"lat": south_west.lat - 0.04, "lon": south_west.lon}
    station = web.center.catalogue.stations["YY"].point
    corners = [(1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1)]
    line = [{"lat": station.lat + north * 0.00225, "lon": station.lon + east * 0.0028} for north, east in corners]
    desk.post("/api/v1/closures", json={"line": line}).raise_for_status()
    told = desk.post("/api/v1/positions", json=[{"unit": "patrol-12", "at": web.center.now().isoformat(), **field}])
    assert told.json()["accepted"] == 1
    incident = desk.post("/api/v1/incidents", json={"kind": "E107", "at": field, "join": "new"}).raise_for_status().json()["id"]

    def reasons() -> dict[str, list[str]]:
        return {unit["unit_id"]: unit["reasons"] for unit in desk.get(f"/api/v1/incidents/{incident}/proposal").json()["units"]}

    eventually(lambda: "off_road" in reasons()["patrol-12"])
    assert desk.get(f"/api/v1/incidents/{incident}/proposal").json()["off_road"]
    assert "cut_off" in reasons()["patrol-01"]
    assert "off_road" not in reasons()["patrol-05"]


def test_what_was_shown_is_handed_back_with_the_order_and_kept(desk: httpx.Client) -> None:
    incident = taken(desk)
    proposal = desk.get(f"/api/v1/incidents/{incident}/proposal").json()
    shown = {
        "proposed": proposal["preselected"],
        "arrival_s": {unit["unit_id"]: unit["arrival_s"] for unit in proposal["units"] if unit["suitable"]},
        "cover_before": proposal["cover_before"],
        "cover_proposed": proposal["cover_after"],
        "cover_sent": 0.5,
    }
    other = next(unit["unit_id"] for unit in proposal["units"] if unit["suitable"] and not unit["preselected"])

    desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": [other], "shown": shown}).raise_for_status()

    entries = desk.get(f"/api/v1/incidents/{incident}").json()["entries"]
    kept = next(entry["facts"] for entry in entries if entry["event"] == "ProposalOverruled")
    assert (kept["proposed"], kept["sent"], kept["cover_sent"]) == (proposal["preselected"], [other], 0.5)
    wrong = shown | {"proposed": ["patrol-99"]}
    refused(desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": ["patrol-12"], "shown": wrong}), 404, "unknown_unit")


def test_a_dispatch_sends_all_units_or_none(desk: httpx.Client) -> None:
    first, second = taken(desk), taken(desk)
    sent(desk, first, "patrol-01")

    answer = desk.post(f"/api/v1/incidents/{second}/dispatch", json={"units": ["patrol-02", "patrol-01"]})

    assert refused(answer, 409, "unit_not_available")["unit"] == "patrol-01"
    assert desk.get(f"/api/v1/incidents/{second}").json()["assignments"] == []


def test_a_dispatch_takes_call_signs_and_one_key_once(desk: httpx.Client) -> None:
    incident = taken(desk)

    answers = [
        desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": ["巡01"]}, headers={"Idempotency-Key": "go"}) for _ in range(2)
    ]

    assert answers[0].json() == answers[1].json()
    assert len(answers[0].json()["assignments"]) == 1


IMPOSSIBLE_UNITS: list[tuple[object, int, str]] = [
    ([], 422, "no_units"),
    (["patrol-99"], 404, "unknown_unit"),
    (["a\0b"], 422, "invalid_fields"),
    ("patrol-01", 422, "invalid_fields"),
    ([1], 422, "invalid_fields"),
    (["patrol-01"] * 65, 422, "invalid_fields"),
]


def test_a_dispatch_that_cannot_be_right_is_refused(desk: httpx.Client) -> None:
    incident = taken(desk)

    for units, status, code in IMPOSSIBLE_UNITS:
        refused(desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": units}), status, code)


def test_a_unit_goes_through_its_steps_and_no_others(desk: httpx.Client) -> None:
    incident = taken(desk)
    (order,) = sent(desk, incident, "patrol-01")

    for status in ("acknowledged", "en_route", "on_scene", "cleared"):
        assert desk.post(f"/api/v1/assignments/{order}/status", json={"status": status}).status_code == 200
    again = desk.post(f"/api/v1/assignments/{order}/status", json={"status": "en_route"})

    assert refused(again, 409, "illegal_step")["status"] == "cleared"
    row = desk.get(f"/api/v1/incidents/{incident}").json()["assignments"][0]
    assert row["gone"]
    assert row["on_scene_at"]


def test_a_tap_sent_late_counts_at_its_own_time(web: Web, desk: httpx.Client) -> None:
    incident = taken(desk)
    (order,) = sent(desk, incident, "patrol-01")
    phone = web.client(Role.CREW, "patrol-01")

    answer = phone.post(f"/api/v1/assignments/{order}/status", json={"status": "en_route", "at": "2020-01-01T00:00:00Z"})

    assert answer.status_code == 200
    row = desk.get(f"/api/v1/incidents/{incident}").json()["assignments"][0]
    assert row["en_route_at"] == row["dispatched_at"], "never before the order was given"


def test_a_crew_acts_for_its_own_unit_only(web: Web, desk: httpx.Client) -> None:
    (order,) = sent(desk, taken(desk), "patrol-01")
    own, other = web.client(Role.CREW, "patrol-01"), web.client(Role.CREW, "patrol-02")

    refused(other.post(f"/api/v1/assignments/{order}/status", json={"status": "acknowledged"}), 403, "not_permitted")
    refused(own.post(f"/api/v1/assignments/{order}/status", json={"status": "recalled"}), 403, "not_permitted")
    refused(own.post("/api/v1/incidents", json=CALL), 403, "not_permitted")
    refused(own.post("/api/v1/incidents/1/dispatch", json={"units": ["patrol-02"]}), 403, "not_permitted")
    refused(own.get("/api/v1/incidents/1"), 403, "not_permitted")
    refused(own.post("/api/v1/units/patrol-02/status", json={"status": "charging"}), 403, "not_permitted")
    assert own.post(f"/api/v1/assignments/{order}/status", json={"status": "acknowledged"}).status_code == 200


def test_an_officer_recalls_a_unit(desk: httpx.Client) -> None:
    incident = taken(desk)
    (order,) = sent(desk, incident, "patrol-01")

    assert desk.post(f"/api/v1/assignments/{order}/status", json={"status": "recalled", "reason": "误报"}).status_code == 200

    assert desk.get(f"/api/v1/incidents/{incident}").json()["assignments"][0]["status"] == "recalled"


# ---- running an incident to its end ----------------------------------------------------------------------------------------------


def test_an_incident_runs_to_its_end_and_back(desk: httpx.Client) -> None:
    incident = taken(desk)
    (order,) = sent(desk, incident, "patrol-01")

    assert desk.post(f"/api/v1/incidents/{incident}/acknowledge").status_code == 200
    assert desk.post(f"/api/v1/incidents/{incident}/control").status_code == 200
    assert refused(desk.post(f"/api/v1/incidents/{incident}/close", json={}), 409, "incident_has_units")["units"] == ["patrol-01"]
    desk.post(f"/api/v1/assignments/{order}/status", json={"status": "recalled"})
    assert desk.post(f"/api/v1/incidents/{incident}/close", json={"outcome": "false_alarm", "note": "气球"}).status_code == 200
    refused(desk.post(f"/api/v1/incidents/{incident}/acknowledge"), 409, "incident_ended")
    assert [row["status"] for row in desk.get("/api/v1/incidents?status=ended").json()["incidents"]] == ["false_alarm"]
    assert desk.post(f"/api/v1/incidents/{incident}/reopen", json={"reason": "又来了"}).status_code == 200

    assert desk.get("/api/v1/incidents").json()["incidents"][0]["status"] == "new"


def test_two_incidents_become_one(desk: httpx.Client) -> None:
    first, second = taken(desk), taken(desk)
    sent(desk, second, "patrol-01")

    merged = desk.post(f"/api/v1/incidents/{second}/merge", json={"into": int(first)})

    assert merged.json() == {"id": first}
    story = desk.get(f"/api/v1/incidents/{first}").json()
    assert (len(story["calls"]), story["assignments"][0]["unit_id"]) == (2, "patrol-01")
    refused(desk.post(f"/api/v1/incidents/{first}/merge", json={"into": int(first)}), 409, "cannot_merge")
    refused(desk.post(f"/api/v1/incidents/{first}/merge", json={"into": "one"}), 422, "invalid_fields")


def test_an_incident_that_cannot_be_is_not_found(desk: httpx.Client) -> None:
    for number in ("0", "-1", "9" * 30, "abc", "1e3", "%00", "99999"):
        for door in ("", "/proposal"):
            answer = desk.get(f"/api/v1/incidents/{number}{door}")
            assert (answer.status_code, answer.json()["status"]) == (404, 404), number


def test_a_unit_is_set_to_charging_and_not_while_it_works(desk: httpx.Client) -> None:
    sent(desk, taken(desk), "patrol-01")

    assert desk.post("/api/v1/units/patrol-02/status", json={"status": "charging"}).status_code == 200
    refused(desk.post("/api/v1/units/patrol-01/status", json={"status": "charging"}), 409, "unit_not_available")
    refused(desk.post("/api/v1/units/patrol-99/status", json={"status": "charging"}), 404, "unknown_unit")
    refused(desk.post("/api/v1/units/patrol-02/status", json={"status": "on_scene"}), 422, "invalid_fields")


def test_the_street_can_be_read(desk: httpx.Client) -> None:
    assert len(desk.get("/api/v1/units").json()["units"]) == 16
    assert len(desk.get("/api/v1/depots").json()["depots"]) == 56
    assert len(desk.get("/api/v1/plans").json()["plans"]) == 12
    assert desk.get("/api/v1/plans/P01").json()["steps"]
    assert any(kind["code"] == "E103" for kind in desk.get("/api/v1/incident-types").json()["incident_types"])
    refused(desk.get("/api/v1/plans/P99"), 404, "unknown_plan")
