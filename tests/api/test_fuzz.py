"""Whatever comes in, no door answers 5xx."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from command_center.api import ROUTERS
from command_center.api.screen_calls import PATH as SCREENS
from command_center.db.tables import (
    Activation,
    Assignment,
    Base,
    GroupLink,
    Handover,
    HazardWarning,
    Incident,
    Measurement,
    Notice,
    Person,
    PlanProposal,
    PlanTask,
    Recipient,
    Report,
    RoadClosure,
    RollCall,
    ShelterOpening,
    StandingOrder,
    Unit,
    UnitDuty,
    Watch,
    WatchSwap,
)
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.api.test_report_doors import worked_off

JSON = {"Content-Type": "application/json"}

TABLES: Mapping[str, type[Base]] = {
    "activation_id": Activation,
    "assignment_id": Assignment,
    "closure_id": RoadClosure,
    "duty_id": UnitDuty,
    "handover_id": Handover,
    "incident_id": Incident,
    "measurement_id": Measurement,
    "notice_id": Notice,
    "opening_id": ShelterOpening,
    "order_id": StandingOrder,
    "person_id": Person,
    "proposal_id": PlanProposal,
    "recipient_id": Recipient,
    "report_id": Report,
    "roll_call_id": RollCall,
    "swap_id": WatchSwap,
    "task_id": PlanTask,
    "unit_id": Unit,
    "warning_id": HazardWarning,
    "watch_id": Watch,
}
"""What an id in a door's address names."""

OTHERS: Mapping[str, tuple[str, ...]] = {
    "act": ("begin", "done", "skip"),
    "cadre_id": ("SC01", "CC01"),
    "kind": ("person", "unit", "station", "audience", "cadre"),
    "plan_id": ("P01", "P02", "P12"),
    "ref": ("CM01", "patrol-01", "YY", "stations", "SC01"),
    "secret": ("no-such-secret",),
    "section": ("equipment", "remarks", "units"),
    "shelter_id": ("SH01", "SH02"),
}
MOST_IDS = 6
"""Of each kind so many are tried: some of them end while the test goes on."""

OWN_KEYS = ("/sign-in", "/sign-out", "/in/", "/a/", "/q/", "/t/")
"""Doors that are opened without an account."""


@dataclass(frozen=True, slots=True)
class Door:
    """A door that changes something, at an address with ids that are there."""

    method: str
    path: str
    template: str


@dataclass(frozen=True, slots=True)
class Everybody:
    """Whoever a door is for sends to it; one whom it refuses leaves it to the next."""

    asked: tuple[httpx.Client, ...]
    stranger: httpx.Client

    def send(self, door: Door, **what: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own keywords
        clients = (self.stranger,) if door.template.startswith(OWN_KEYS) else self.asked
        for client in clients:
            answer = client.request(door.method, door.path, **what)
            if answer.status_code != 403:
                break
        return answer


@pytest.fixture
def everybody(web: Web) -> Everybody:
    return Everybody((web.client(Role.COMMANDER), web.client(Role.ADMIN), web.client(Role.CREW, "patrol-01")), web.client())


@pytest.fixture
def doors(web: Web) -> list[Door]:
    """Every door of the router that is no reading one, with ids of a night on which everything has happened once."""
    a_night(web)
    with web.center.read() as session:
        ids = {name: [str(row) for row in session.scalars(select(table.id).limit(MOST_IDS))] for name, table in TABLES.items()}  # type: ignore[attr-defined]  # each of them has an id
        links = [*session.scalars(select(Recipient.link).limit(3)), *session.scalars(select(GroupLink.link).limit(3))]
    assert all(ids.values()), [name for name, found in ids.items() if not found]
    known = {**ids, **OTHERS, "link": links}
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return [
        Door(method, path, route.path)
        for route in routes
        for method in sorted((route.methods or set()) - {"GET", "HEAD"})
        for path in addresses(route.path, known)
    ]


def addresses(template: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """The template with known ids in the places of its names, as often as one of them has another; KeyError for a name nobody knows."""
    names = re.findall(r"{(\w+)", template)
    most = max((len(known[name]) for name in names), default=1)
    return [re.sub(r"{(\w+)[^}]*}", lambda found, nth=nth: known[found[1]][nth % len(known[found[1]])], template) for nth in range(most)]  # type: ignore[misc]  # mypy knows no defaults of lambdas


def a_night(web: Web) -> None:
    """A call, plans in force with their work done, reports, water, a closed road, a warning, an order, a swap, a roll call, a handover."""
    desk, commander = web.client(Role.DUTY_OFFICER), web.client(Role.COMMANDER)

    def given(client: httpx.Client, path: str, **body: object) -> dict[str, Any]:
        answer = client.post(f"/api/v1{path}", json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        told: dict[str, Any] = answer.json()
        return told

    call = given(desk, "/incidents", kind="E103", place_id="XQ001")
    given(desk, f"/incidents/{call['incident_id']}/dispatch", units=["patrol-01"])
    for plan_id in ("P01", "P04", "P12"):
        given(commander, f"/plans/{plan_id}/activate", level="III")
    given(desk, "/plans/P02/activate", level="II")
    given(desk, "/measurements", metric="ponding_depth_cm", value=60, place_id="XQ001")
    given(desk, "/closures", street="胜利东街", reason="积水")
    given(desk, "/warnings", text="奎文区气象台发布暴雪蓝色预警")
    given(desk, "/warnings", text="区应急局启动IV级应急响应", plan_id="P07")
    given(desk, "/shelters/SH01/open")
    given(desk, "/duty/roll-calls")
    given(desk, "/handover")
    watches = desk.get("/api/v1/duty/watches", params={"post": "centre"}).json()["watches"]
    (mine, theirs) = (next(it["id"] for it in watch["people"] if it["duty"] == "officer") for watch in watches[1:3])
    given(desk, "/duty/swaps", watch_id=int(watches[1]["id"]), person_id=mine, other_person_id=theirs)
    worked_off(web)


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


JUNK = (b"", b"{}", b"[]", b"null", b'"\\ud800"', b"\xff\xfe", b"{" * 2000, json.dumps({name: [{"a": 1e308}] for name in FIELDS}).encode())


def test_every_door_stands_junk(doors: list[Door], everybody: Everybody) -> None:
    """Each door once with each kind of junk; the addresses take turns, so that what one of them ends is there for the next."""
    by_door: dict[tuple[str, str], list[Door]] = {}
    for door in doors:
        by_door.setdefault((door.method, door.template), []).append(door)

    failed = [
        (door.method, door.path, junk[:20], answer.text[:200])
        for places in by_door.values()
        for nth, junk in enumerate(JUNK)
        if (answer := everybody.send(door := places[nth % len(places)], content=junk, headers=JSON)).status_code >= 500
    ]

    assert len(by_door) > 90
    assert not failed
    assert all(client.get("/api/v1/board").is_success for client in everybody.asked), "nobody was thrown out on the way"


def test_no_body_makes_a_door_fail(doors: list[Door], everybody: Everybody) -> None:
    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(door=st.sampled_from(doors), body=bodies)
    def never_fails(door: Door, body: object) -> None:
        answer = everybody.send(door, content=json.dumps(body).encode(), headers=JSON)
        assert answer.status_code < 500, (door.path, answer.text)

    never_fails()


def test_no_bytes_query_or_header_makes_a_door_fail(doors: list[Door], everybody: Everybody) -> None:
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
    @given(door=st.sampled_from(doors), body=odd_bytes, kind=types, query=st.dictionaries(words, words, max_size=3))
    def never_fails(door: Door, body: bytes, kind: str, query: dict[str, str]) -> None:
        answer = everybody.send(door, content=body, headers={"Content-Type": kind}, params=query)
        assert answer.status_code < 500, (door.path, answer.text)

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


# ---- what screens send of themselves -----------------------------------------------------------------------------------------------


@pytest.fixture
def callbacks(desk: httpx.Client) -> list[dict[str, Any]]:
    """The server's side of the screens, as the page itself asks for it."""
    found: list[dict[str, Any]] = desk.get("/_dash-dependencies").json()
    return [callback for callback in found if callback["clientside_function"] is None]


def call_of(callback: Mapping[str, Any], given: Sequence[object]) -> dict[str, Any]:
    """What a page sends to call it, with these values for its inputs and states one after the other, None where they run out."""
    rest = iter(given)

    def sent(wanted: Mapping[str, str]) -> object:
        if wanted["id"].startswith("{"):
            ids = {"call": "answer", "question": 1}
            return [{"id": ids, "property": wanted["property"], "value": next(rest, None)}]
        return {**wanted, "value": next(rest, None)}

    output = callback["output"]
    names = output[2:-2].split("...") if output.startswith("..") else [output]
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    inputs = [sent(wanted) for wanted in callback["inputs"]]
    return {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": inputs,
        "state": [sent(wanted) for wanted in callback["state"]],
        "changedPropIds": [f"{callback['inputs'][0]['id']}.{callback['inputs'][0]['property']}"],
    }


def test_a_body_that_calls_no_callback_is_refused_as_malformed(desk: httpx.Client, callbacks: list[dict[str, Any]]) -> None:
    whole = call_of(callbacks[0], [])
    no_list: tuple[object, ...] = (None, 3, "x", {"0": 1}, [None], [[]], [{}], [{"id": ["url"], "property": "pathname"}])
    wrong: Mapping[str, tuple[object, ...]] = {
        "output": ("nobody.children", "..page.children...x.y..", "", 7, None, [], {}),
        "inputs": (*no_list, []),
        "outputs": (*no_list, []),
        "state": no_list,
        "changedPropIds": (None, 3, {}, [1], [None]),
    }
    spoilt = [{**whole, key: value} for key, values in wrong.items() for value in values]
    deep = json.dumps(whole).replace('"value": null', f'"value": {"[" * 900 + "]" * 900}', 1)
    raw = [*JUNK, *(json.dumps(body).encode() for body in spoilt), deep.encode()]

    answers = [(body, desk.post(SCREENS, content=body, headers=JSON)) for body in raw]

    assert [(body, answer.status_code) for body, answer in answers if answer.status_code != 400] == []
    assert {answer.json()["code"] for _, answer in answers} == {"malformed"}
    assert desk.post(SCREENS, json=whole).is_success


def test_no_body_makes_the_screens_door_fail(desk: httpx.Client) -> None:
    keys = st.sampled_from(("output", "outputs", "inputs", "state", "changedPropIds", "id", "property", "value"))
    odd = st.dictionaries(keys, values | st.lists(st.dictionaries(keys, values), max_size=3), max_size=6) | values

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(body=odd.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60))
    def is_refused(body: bytes) -> None:
        answer = desk.post(SCREENS, content=body, headers=JSON)
        assert 400 <= answer.status_code < 500, answer.text

    is_refused()


def test_no_values_make_a_screen_fail(doors: list[Door], everybody: Everybody, callbacks: list[dict[str, Any]]) -> None:
    """A callback that is called rightly with values that nobody meant says that it did not work; the door never breaks."""
    at = st.dictionaries(
        st.sampled_from(("token", "tab", "plan", "activation", "depot", "closure", "act", "kind", "id", "path")), values, max_size=4
    )
    desk = everybody.asked[0]

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(callback=st.sampled_from(callbacks), given=st.lists(at | values, max_size=6))
    def never_fails(callback: dict[str, Any], given: list[object]) -> None:
        answer = desk.post(SCREENS, json=None, content=json.dumps(call_of(callback, given)).encode(), headers=JSON)
        assert answer.status_code in (200, 204), (callback["output"], answer.status_code, answer.text[:300])

    assert len(callbacks) > 40
    never_fails()
