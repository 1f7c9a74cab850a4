"""Plans over HTTP: preview, activate, decide, tick, answer a message by its link."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from command_center.db.tables import Recipient
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.waiting import eventually


@pytest.fixture
def desk(web: Web) -> httpx.Client:
    return web.client(Role.DUTY_OFFICER)


@pytest.fixture
def commander(web: Web) -> httpx.Client:
    return web.client(Role.COMMANDER)


def activated(desk: httpx.Client, plan_id: str = "P01", level: str = "II", **more: object) -> str:
    answer = desk.post(f"/api/v1/plans/{plan_id}/activate", json={"level": level, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def running(web: Web, desk: httpx.Client, kind: str) -> list[dict[str, object]]:
    web.carry()
    rows: list[dict[str, object]] = eventually(lambda: desk.get("/api/v1/activations").json()[kind])
    return rows


def test_a_preview_changes_nothing_and_says_who_may_approve(desk: httpx.Client) -> None:
    seen = desk.post("/api/v1/plans/P01/preview", json={"level": "II"}).json()

    assert (seen["may_decide"], seen["approve_by"]) == (False, "commander")
    assert [need["kind"] for need in seen["units"]][:2] == ["patrol_vehicle", "guarantee_vehicle"]
    assert desk.get("/api/v1/activations").json()["activations"] == []


def test_an_officer_asks_and_the_commander_approves(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    answer = desk.post("/api/v1/plans/P01/activate", json={"level": "II", "reason": "orange"}).json()
    assert answer["status"] == "proposed"
    refused = desk.post(f"/api/v1/activations/{answer['id']}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_the_approver")

    assert commander.post(f"/api/v1/activations/{answer['id']}/approve").json()["status"] == "active"
    assert len(running(web, desk, "duties")) == 16


def test_one_key_activates_once(desk: httpx.Client, commander: httpx.Client) -> None:
    first, second = (
        commander.post("/api/v1/plans/P04/activate", json={"level": "II"}, headers={"Idempotency-Key": "once"}) for _ in range(2)
    )

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    refused = desk.post("/api/v1/plans/P04/activate", json={"level": "II"})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_is_running")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"level": "V"},
        {"level": "II", "life_risk": "yes"},
        {"level": "II", "units": ["no-such-unit"]},
        {"level": "II", "incident_id": 0},
        {"level": "II", "fields": {"x" * 30: "y"}},
    ],
)
def test_a_body_that_cannot_be_right_is_refused_and_nothing_moves(commander: httpx.Client, body: dict[str, object]) -> None:
    answer = commander.post("/api/v1/plans/P01/activate", json=body)

    assert 400 <= answer.status_code < 500, answer.text
    assert commander.get("/api/v1/activations").json()["activations"] == []


def test_a_task_is_ticked_off_over_http(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    activated(commander)
    task = next(row for row in running(web, desk, "tasks") if row["step_id"] == "P01-S01")

    refused = desk.post(f"/api/v1/tasks/{task['id']}/done")
    assert (refused.status_code, refused.json()["code"]) == (409, "evidence_needed")
    assert desk.post(f"/api/v1/tasks/{task['id']}/done", json={"text": "received"}).status_code == 200
    again = desk.post(f"/api/v1/tasks/{task['id']}/done", json={"text": "received"})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")


def test_a_message_is_answered_by_its_link_without_an_account(
    web: Web, desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client
) -> None:
    activated(commander)
    notice = next(row for row in running(web, desk, "notices") if row["audience"] == "stations")
    with web.center.read() as session:
        recipient = session.scalars(select(Recipient).where(Recipient.notice_id == int(str(notice["id"])))).first()
    assert recipient is not None

    shown = stranger.get(f"/a/{recipient.link}")
    assert (shown.status_code, "防汛" in shown.text) == (200, True)
    before = desk.get(f"/api/v1/notices/{notice['id']}").json()["recipients"]
    assert all(one["answered_at"] is None for one in before)

    assert stranger.post(f"/a/{recipient.link}").status_code == 200
    after = desk.get(f"/api/v1/notices/{notice['id']}").json()["recipients"]
    assert [one["answered_by"] for one in after if one["id"] == str(recipient.id)] == [recipient.name_zh]
    assert stranger.get("/a/no-such-link-at-all").status_code == 404


def test_a_display_starts_nothing(web: Web) -> None:
    wall = web.client(Role.DISPLAY)

    assert wall.post("/api/v1/plans/P01/activate", json={"level": "IV"}).status_code == 403


def test_a_crew_acknowledges_its_own_duty_only(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    activated(commander)
    duties = {str(row["unit_id"]): row["id"] for row in running(web, desk, "duties")}
    phone = web.client(Role.CREW, "patrol-01")

    assert phone.post(f"/api/v1/duties/{duties['patrol-02']}/acknowledge").status_code == 403
    assert phone.post(f"/api/v1/duties/{duties['patrol-01']}/acknowledge").status_code == 200
