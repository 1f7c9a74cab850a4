"""The crew's phone: a job arrives, one tap per status, also without network, and every tap counts once at its own time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import RunningCentre
from tests.waiting import eventually

AXE = Path(__file__).parents[1] / "assets" / "axe.min.js"
SMALLEST_TARGET_PX = 48
TOO_SMALL = """least => [...document.querySelectorAll("button, a")].filter(it => it.offsetParent).filter(it => {
    const box = it.getBoundingClientRect();
    return Math.min(box.height, box.width) < least;
}).map(it => it.textContent)"""


@pytest.fixture
def desk(centre: RunningCentre) -> Iterator[httpx.Client]:
    with centre.client("duty_officer") as client:
        yield client


@pytest.fixture
def order(desk: httpx.Client) -> Iterator[str]:
    """The id of an order for patrol-01; whatever is left of it is cleaned up."""
    call = {"kind": "E103", "place_id": "XQ001", "said": "车内有人，<b>水</b>已到车窗", "join": "new"}
    incident = desk.post("/api/v1/incidents", json=call).json()["id"]
    answer = desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": ["patrol-01"]})
    assert answer.status_code == 201, answer.text
    (assignment,) = answer.json()["assignments"]
    yield assignment
    desk.post(f"/api/v1/assignments/{assignment}/status", json={"status": "recalled"})
    desk.post(f"/api/v1/incidents/{incident}/close", json={"outcome": "false_alarm"})
    desk.post("/api/v1/units/patrol-01/status", json={"status": "available"})


def told_of(desk: httpx.Client, order: str) -> dict[str, Any]:
    """The assignment as the database has it."""
    incidents = desk.get("/api/v1/incidents?status=all").json()["incidents"]
    for incident in incidents:
        for assignment in desk.get(f"/api/v1/incidents/{incident['id']}").json()["assignments"]:
            if assignment["id"] == order:
                found: dict[str, Any] = assignment
                return found
    raise AssertionError(f"there is no order {order}")


def tap(phone: Page, status: str) -> None:
    phone.locator(f"#actions [data-status={status}]").tap()


def test_a_crew_without_a_job_stands_by(phone: Page, centre: RunningCentre) -> None:
    phone.goto(f"{centre.url}/m")

    expect(phone.locator("h1")).to_have_text("巡01")
    expect(phone.locator("#link")).to_have_attribute("data-state", "live")
    expect(phone.locator("#job")).to_contain_text("暂无任务")
    expect(phone.locator("#actions button")).to_have_count(0)


def test_a_job_arrives_and_is_done_with_one_tap_per_status(phone: Page, centre: RunningCentre, desk: httpx.Client, order: str) -> None:
    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#job")).to_contain_text("樱南花园")
    expect(phone.locator("#job .note")).to_have_text("车内有人，<b>水</b>已到车窗")
    expect(phone.locator("#job .sev2")).to_be_visible()

    for status, following in (("acknowledged", "en_route"), ("en_route", "on_scene"), ("on_scene", "cleared")):
        tap(phone, status)
        expect(phone.locator("#actions .first")).to_have_attribute("data-status", following)
    tap(phone, "cleared")

    expect(phone.locator("#job")).to_contain_text("暂无任务")
    expect(phone.locator("#outbox")).to_have_text("")
    assert told_of(desk, order)["status"] == "cleared"


def test_a_job_that_arrives_later_shows_without_a_tap(phone: Page, centre: RunningCentre, request: pytest.FixtureRequest) -> None:
    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#job")).to_contain_text("暂无任务")

    request.getfixturevalue("order")

    expect(phone.locator("#actions .first")).to_have_attribute("data-status", "acknowledged")
    expect(phone).to_have_title("新任务 · 巡01")


def test_taps_without_network_are_kept_and_sent_once_with_their_own_time(
    phone: Page, centre: RunningCentre, desk: httpx.Client, order: str, problems: list[str]
) -> None:
    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#actions .first")).to_have_attribute("data-status", "acknowledged")
    phone.evaluate("navigator.serviceWorker.ready")
    phone.context.set_offline(True)
    tap(phone, "en_route")
    tap(phone, "on_scene")
    expect(phone.locator("#outbox")).to_contain_text("2")
    expect(phone.locator("#link")).to_have_attribute("data-state", "lost")
    assert told_of(desk, order)["en_route_at"] is None

    phone.reload()  # the service worker has the page, the outbox has the taps
    expect(phone.locator("#outbox")).to_contain_text("2")
    expect(phone.locator("#actions .first")).to_have_attribute("data-status", "cleared")
    before_return = datetime.fromisoformat(phone.evaluate("new Date().toISOString()"))
    phone.context.set_offline(False)

    expect(phone.locator("#outbox")).to_have_text("", timeout=15_000)
    told = told_of(desk, order)
    assert told["status"] == "on_scene"
    assert datetime.fromisoformat(told["en_route_at"]) <= datetime.fromisoformat(told["on_scene_at"]) <= before_return
    problems[:] = [problem for problem in problems if "ERR_INTERNET_DISCONNECTED" not in problem and "ERR_FAILED" not in problem]


def test_a_tap_that_came_too_late_is_told_and_dropped(
    phone: Page, centre: RunningCentre, desk: httpx.Client, order: str, problems: list[str]
) -> None:
    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#actions .first")).to_have_attribute("data-status", "acknowledged")
    phone.context.set_offline(True)
    tap(phone, "en_route")
    desk.post(f"/api/v1/assignments/{order}/status", json={"status": "recalled", "reason": "误报"})
    phone.context.set_offline(False)

    expect(phone.locator("#banner")).to_contain_text("未被接受", timeout=15_000)
    expect(phone.locator("#outbox")).to_have_text("")
    expect(phone.locator("#job")).to_contain_text("暂无任务")
    problems[:] = [problem for problem in problems if "409" not in problem and "ERR_INTERNET_DISCONNECTED" not in problem]


def test_a_crew_that_cannot_go_says_why(phone: Page, centre: RunningCentre, desk: httpx.Client, order: str) -> None:
    phone.goto(f"{centre.url}/m")

    tap(phone, "declined")
    phone.get_by_text("电量不足").tap()
    phone.get_by_role("button", name="上报").tap()

    expect(phone.locator("#job")).to_contain_text("暂无任务")
    expect(phone.locator("#outbox")).to_have_text("")
    assert told_of(desk, order)["status"] == "declined"


def test_sharing_the_position_moves_the_unit(phone: Page, centre: RunningCentre, desk: httpx.Client) -> None:
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 36.699, "longitude": 119.146, "accuracy": 7})
    phone.goto(f"{centre.url}/m")

    phone.locator("#share").tap()

    expect(phone.locator("#share")).to_have_attribute("aria-pressed", "true")
    expect(phone.locator("#share-state")).to_contain_text("秒前已发送位置")
    rows = eventually(lambda: {row[0]: row for row in desk.get("/api/v1/board").json()["positions"]["v"]})
    assert rows["patrol-01"][1:3] == [36.699, 119.146]
    phone.locator("#share").tap()


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_card_is_easy_to_hit_and_to_read(phone: Page, centre: RunningCentre, order: str, colours: str) -> None:
    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#actions .first")).to_be_visible()
    if phone.locator("html").get_attribute("data-mantine-color-scheme") != colours:
        phone.locator("#theme").tap()

    small = phone.evaluate(TOO_SMALL, SMALLEST_TARGET_PX)
    phone.evaluate(AXE.read_text("utf-8"))
    found = phone.evaluate("axe.run().then(found => found.violations.map(it => [it.id, it.nodes.map(node => node.html)]))")

    assert small == []
    assert found == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_card_speaks_english_when_asked_to(phone: Page, centre: RunningCentre, order: str) -> None:
    phone.goto(f"{centre.url}/m")

    phone.get_by_role("link", name="English").tap()

    expect(phone.locator("h1")).to_have_text("Patrol 01")
    expect(phone.locator("#actions .first")).to_have_text("Acknowledge")
    assert phone.url == f"{centre.url}/m"


def test_the_card_says_where_to_load_on_the_way_until_the_unit_is_there(phone: Page, centre: RunningCentre, desk: httpx.Client) -> None:
    call = {"kind": "E101", "place_id": "XQ001", "join": "new"}
    incident = desk.post("/api/v1/incidents", json=call).raise_for_status().json()["id"]
    desk.post(f"/api/v1/incidents/{incident}/dispatch", json={"units": ["patrol-01"]}).raise_for_status()
    (order,) = desk.get(f"/api/v1/incidents/{incident}").json()["assignments"]

    phone.goto(f"{centre.url}/m")
    expect(phone.locator("#job .load")).to_contain_text(f"先到{order['stop']['name']['zh']}装载：")
    for status in ("acknowledged", "en_route", "on_scene"):
        tap(phone, status)
    expect(phone.locator("#actions .first")).to_have_attribute("data-status", "cleared")
    expect(phone.locator("#job .load")).to_have_count(0)

    tap(phone, "cleared")
    eventually(lambda: told_of(desk, order["id"])["status"] == "cleared")
    desk.post(f"/api/v1/incidents/{incident}/close", json={"outcome": "false_alarm"}).raise_for_status()
    desk.post("/api/v1/units/patrol-01/status", json={"status": "available"}).raise_for_status()
