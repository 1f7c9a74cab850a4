"""Whatever comes in, no door answers 5xx."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_center.domain.rights import Role
from tests.api.conftest import Web

POSTS = (
    "/api/v1/incidents",
    "/api/v1/incidents/1/dispatch",
    "/api/v1/incidents/1/close",
    "/api/v1/incidents/1/merge",
    "/api/v1/incidents/1/reopen",
    "/api/v1/incidents/1/acknowledge",
    "/api/v1/assignments/1/status",
    "/api/v1/units/patrol-01/status",
    "/api/v1/positions",
    "/api/v1/positions/osmand",
    "/api/v1/positions/owntracks",
    "/api/v1/duty/watches",
    "/api/v1/duty/roster",
    "/api/v1/duty/swaps",
    "/api/v1/duty/people",
    "/api/v1/duty/roll-calls",
    "/api/v1/duty/roll-calls/1/answers",
    "/api/v1/duty/roster.xlsx",
    "/api/v1/responsibilities/sheet.xlsx",
    "/api/v1/warnings",
    "/api/v1/warnings/1/end",
    "/api/v1/standing-orders/1/end",
    "/api/v1/measurements",
    "/api/v1/measurements/1/correct",
    "/api/v1/proposals/1/decline",
    "/api/v1/plans/P01/preview",
    "/api/v1/plans/P01/activate",
    "/api/v1/activations/1/level",
    *(f"/api/v1/activations/1/{verb}" for verb in ("go-ahead", "take-back")),
    "/api/v1/tasks/1/done",
    *(f"/api/v1/stock/{verb}" for verb in ("receive", "issue", "return", "consume", "write-off", "transfer", "count", "minimum")),
    *(f"/api/v1/stock/{verb}" for verb in ("reserve", "release", "sheet")),
    "/api/v1/plans/P01/text/approve",
    "/api/v1/activations/1/review",
    "/api/v1/reports/1/send",
    "/api/v1/reports/1/drop",
    "/api/v1/shelters/SH01/open",
    "/api/v1/shelter-openings/1/count",
    "/api/v1/photos",
    "/api/v1/handover",
    "/api/v1/log/entries",
    *(f"/api/v1/handover/1/{verb}" for verb in ("notes", "sign-outgoing", "sign-incoming", "countersign", "withdraw")),
    "/api/v1/closures",
    "/api/v1/waiting/dispatch",
    *(f"/api/v1/closures/1/{verb}" for verb in ("confirm", "decline", "guard", "reopen")),
)
FIELDS = (
    *("kind", "at", "lat", "lon", "datum", "place_id", "place_text", "caller_name", "said", "answers", "severity", "join", "reported_at"),
    *("post", "from_at", "to_at", "people", "weeks", "watch_id", "person_id", "other_person_id", "role", "name_zh", "name_en", "station"),
    *("level", "variant", "fields", "text", "photo", "number", "version", "receiver", "told_by_phone", "occupied", "special_needs"),
    *("units", "status", "reason", "outcome", "note", "into", "unit", "id", "device_id", "location", "coords", "timestamp", "_type", "tst"),
    *("act", "blocker", "passphrase", "corrects", "based_on", "lines", "added"),
    *("street", "line", "guard", "orders"),
    *("text", "plan_id", "metric", "value", "window_h", "incident_id", "measured_at"),
    *(
        "depot",
        "to_depot",
        "material",
        "quantity",
        "counted",
        "minimum",
        "lot",
        "expires_on",
        "for_kind",
        "for_id",
        "wants",
        "reservation_id",
    ),
)
GOOD = (
    *(
        "E103",
        "P01",
        "ponding_depth_cm",
        "river_stage",
        "warning",
        "奎文区气象台发布暴雨蓝色预警",
        "YY-S01",
        "FL01",
        "2027-03-31",
        "activation",
        1,
    ),
    *("patrol-01", "XQ001", "II", "auto", "cleared", "closed", "gcj02", "location", "2026-03-02T01:00:00Z"),
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**18, max_value=10**400)
    | st.floats()
    | st.sampled_from(GOOD)
    | st.text(st.characters(exclude_categories=[]), max_size=20)
)


def nested(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)


values = st.recursive(scalars, nested, max_leaves=12)
bodies = st.dictionaries(st.sampled_from(FIELDS), values, max_size=8) | st.lists(values, max_size=4) | values


def test_no_body_makes_a_door_fail(web: Web, desk: httpx.Client) -> None:
    desk.post("/api/v1/incidents", json={"kind": "E103", "place_id": "XQ001"})
    desk.post("/api/v1/incidents/1/dispatch", json={"units": ["patrol-01"]})

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(path=st.sampled_from(POSTS), body=bodies)
    def never_fails(path: str, body: object) -> None:
        answer = desk.post(path, content=json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, answer.text

    never_fails()


def test_no_bytes_query_or_header_makes_a_door_fail(web: Web, desk: httpx.Client) -> None:
    odd_bytes = st.binary(max_size=60)
    types = st.sampled_from(
        (
            "application/cap+xml",
            "application/atom+xml",
            "text/plain; charset=gbk",
            "application/json",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "text/plain",
            "%",
            "",
        )
    )
    words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from((*POSTS, "/sign-in", "/in/x", "/t/no-such-link-at-all/1/done")),
        body=odd_bytes,
        kind=types,
        query=st.dictionaries(words, words, max_size=3),
    )
    def never_fails(path: str, body: bytes, kind: str, query: dict[str, str]) -> None:
        answer = desk.post(path, content=body, headers={"Content-Type": kind}, params=query)
        assert answer.status_code < 500, answer.text

    never_fails()


def test_no_text_of_a_plan_makes_its_door_fail(web: Web) -> None:
    admin = web.client(Role.ADMIN)
    found = admin.get("/api/v1/plans/P01/text").json()
    places = list(_places(found["text"]))

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(spoilt=st.lists(st.tuples(st.sampled_from(places), values), min_size=1, max_size=3))
    def never_fails(spoilt: list[tuple[tuple[Any, ...], object]]) -> None:
        text = copy.deepcopy(found["text"])
        for path, value in spoilt:
            _put(text, path, value)
        body = json.dumps({"text": text, "based_on": found["version"]}).encode()
        answer = admin.put("/api/v1/plans/P01/text", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, answer.text

    never_fails()


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield (*path, step)
        yield from _places(inner, (*path, step))


def _put(whole: Any, path: tuple[Any, ...], value: object) -> None:  # noqa: ANN401 - JSON of any shape
    """Put a value in, unless an earlier one has taken the way there away."""
    try:
        for step in path[:-1]:
            whole = whole[step]
        whole[path[-1]] = value
    except (TypeError, LookupError):
        return


def test_no_query_makes_a_reading_door_fail(web: Web, desk: httpx.Client) -> None:
    words = (
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.integers().map(str) | st.sampled_from(("NaN", "1e999", "-0"))
    )
    paths: tuple[str, ...] = (
        "/api/v1/incidents",
        "/api/v1/positions/osmand",
        "/api/v1/plans/P01",
        "/language",
        "/sign-in",
        "/m",
        "/api/v1/board",
    )
    paths += tuple(f"/api/v1/stock/{door}" for door in ("where", "needs", "expiring", "movements", "reservations", "depots/YY-S01"))

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        path=st.sampled_from(paths),
        query=st.dictionaries(
            st.sampled_from(
                (
                    "status",
                    "limit",
                    "id",
                    "lat",
                    "lon",
                    "timestamp",
                    "next",
                    "to",
                    "unit",
                    "token",
                    "material",
                    "plan",
                    "held_for",
                    "for",
                    "before",
                    "within_days",
                    "quantity",
                )
            ),
            words,
        ),
    )
    def never_fails(path: str, query: dict[str, str]) -> None:
        answer = desk.get(path, params=query)
        assert answer.status_code < 500, answer.text

    never_fails()
