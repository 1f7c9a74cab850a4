"""Reports, shelters, reviews, photos, plan texts and task groups over HTTP."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from command_center.db.tables import Job
from command_center.domain.rights import Role
from tests.api.conftest import Web
from tests.photos import PLACE, exif, jpeg, segment
from tests.waiting import eventually
from workers import jobs as workers_jobs


@pytest.fixture
def commander(web: Web) -> httpx.Client:
    return web.client(Role.COMMANDER)


@pytest.fixture
def admin(web: Web) -> httpx.Client:
    return web.client(Role.ADMIN)


def activated(commander: httpx.Client, plan_id: str = "P01", level: str = "II") -> str:
    answer = commander.post(f"/api/v1/plans/{plan_id}/activate", json={"level": level})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def worked_off(web: Web) -> None:
    """Do every job that is due, as workers would."""
    with workers_jobs.working_at(web.center):
        while waiting := _due(web):
            for job_id in waiting:
                workers_jobs.run(job_id)


def _due(web: Web) -> list[int]:
    with web.center.read() as session:
        due = select(Job.id).where(Job.done_at.is_(None), Job.parked_at.is_(None), Job.due_at <= web.center.now())
        return list(session.scalars(due))


def the_report(desk: httpx.Client, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(it for it in desk.get("/api/v1/reports").json()["reports"] if it["kind"] == kind)
    return found


# ---- reports ---------------------------------------------------------------------------------------------------------------------------


def test_a_report_is_drafted_edited_and_sent_over_http(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    activated(commander)
    worked_off(web)
    report = desk.get(f"/api/v1/reports/{the_report(desk, 'initial')['id']}").json()
    assert (report["is_draft"], report["about"], report["blanks"] > 0) == (True, "P01", True)
    path = f"/api/v1/reports/{report['id']}"

    refused = desk.post(f"{path}/send", json={"receiver": "区应急局"})
    assert (refused.status_code, refused.json()["code"]) == (409, "blanks_left")
    saved = desk.put(f"{path}/text", json={"text_zh": "【初报】全文", "text_en": "First report", "based_on": 0})
    assert saved.json()["text_version"] == 1
    late = desk.put(f"{path}/text", json={"text_zh": "另一文", "based_on": 0})
    assert (late.status_code, late.json()["code"], late.json()["facts"]["by"]) == (409, "edited_meanwhile", "duty_officer-program")
    assert "duty_officer-program" in late.json()["title"]

    assert desk.post(f"{path}/send", json={"receiver": "区应急局"}).status_code == 200
    again = desk.post(f"{path}/send", json={"receiver": "区应急局"})
    assert (again.status_code, again.json()["code"]) == (409, "report_closed")
    assert {it["kind"] for it in desk.get("/api/v1/reports").json()["reports"]} == {"phone", "followup"}
    (sent,) = desk.get("/api/v1/reports", params={"state": "closed"}).json()["reports"]
    assert (sent["state"], sent["text"]["zh"], sent["receiver"]) == ("sent", "【初报】全文", "区应急局")
    assert "【" in desk.get(f"/api/v1/reports/{the_report(desk, 'followup')['id']}/draft").json()["zh"]


def test_a_phone_report_is_one_tick_and_the_same_key_ticks_once(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    activated(commander)
    worked_off(web)
    path = f"/api/v1/reports/{the_report(desk, 'phone')['id']}/send"

    first, second = (desk.post(path, json={"receiver": "区值班室"}, headers={"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.status_code, first.json()) == (second.status_code, second.json())


def test_reports_are_the_desks_own_affair(web: Web, desk: httpx.Client, commander: httpx.Client) -> None:
    activated(commander)
    worked_off(web)
    path = f"/api/v1/reports/{the_report(desk, 'phone')['id']}"

    for role, unit in ((Role.DISPLAY, None), (Role.CREW, "patrol-01"), (Role.ADMIN, None)):
        assert web.client(role, unit).get(path).status_code == 403
    assert desk.post(f"{path}/drop", json={"reason": "told on scene"}).status_code == 200
    assert desk.get("/api/v1/reports/999").status_code == 404


# ---- shelters --------------------------------------------------------------------------------------------------------------------------


def test_shelters_are_opened_counted_and_closed_over_http(web: Web, desk: httpx.Client) -> None:
    opening = desk.post("/api/v1/shelters/SH01/open").json()["id"]
    twice = desk.post("/api/v1/shelters/SH01/open")
    assert (twice.status_code, twice.json()["code"]) == (409, "shelter_is_open")

    too_many = desk.post(f"/api/v1/shelter-openings/{opening}/count", json={"occupied": 70})
    assert (too_many.status_code, too_many.json()["code"]) == (409, "shelter_full")
    assert desk.post(f"/api/v1/shelter-openings/{opening}/count", json={"occupied": 20, "special_needs": 3}).status_code == 200
    held = desk.post(f"/api/v1/shelter-openings/{opening}/close")
    assert (held.status_code, held.json()["code"]) == (409, "people_in_shelters")

    shown = {it["id"]: it for it in web.client(Role.DISPLAY).get("/api/v1/board").json()["rows"] if it["kind"] == "shelter"}
    assert shown == {}
    web.carry()
    row = eventually(lambda: [it for it in desk.get("/api/v1/board").json()["rows"] if it["kind"] == "shelter"])[0]
    assert (row["shelter_id"], row["occupied"]) == ("SH01", 20)
    listed = {it["id"]: it["opening"] for it in desk.get("/api/v1/shelters").json()["shelters"]}
    assert (listed["SH01"]["special_needs"], listed["SH02"]) == (3, None)


# ---- reviews ---------------------------------------------------------------------------------------------------------------------------


def test_a_review_is_read_and_finished_over_http(desk: httpx.Client, commander: httpx.Client) -> None:
    activation = activated(commander, level="IV")
    path = f"/api/v1/activations/{activation}/review"
    assert desk.get(path).json()["figures"]["tasks_by_outcome"]["open"] > 0
    early = desk.post(path, json={"note": "x"})
    assert (early.status_code, early.json()["code"]) == (409, "illegal_step")

    for number in range(3):
        commander.post(f"/api/v1/activations/{activation}/conditions", json={"number": number})
    assert commander.post(f"/api/v1/activations/{activation}/terminate").status_code == 200
    assert desk.post(path, json={"note": "pumps came late"}).status_code == 200

    assert desk.get(path).json()["finished"]["note"] == "pumps came late"


# ---- texts of plans --------------------------------------------------------------------------------------------------------------------


def test_a_plan_text_is_edited_approved_and_activated_over_http(desk: httpx.Client, admin: httpx.Client, commander: httpx.Client) -> None:
    found = admin.get("/api/v1/plans/P01/text").json()
    text = found["text"]
    text["steps"][0]["due_min"] = 25
    edit = {"text": text, "note": "slower", "based_on": found["version"]}
    assert desk.put("/api/v1/plans/P01/text", json=edit).status_code == 403

    version = admin.put("/api/v1/plans/P01/text", json=edit).json()["version"]
    again = admin.put("/api/v1/plans/P01/text", json=edit)
    assert (again.status_code, again.json()["code"]) == (409, "edited_meanwhile")
    assert desk.get("/api/v1/plans/P01").json()["steps"][0]["due_min"] == 10
    assert admin.post("/api/v1/plans/P01/text/approve", json={"version": version}).status_code == 403
    assert commander.post("/api/v1/plans/P01/text/approve", json={"version": version}).status_code == 200

    assert desk.get("/api/v1/plans/P01").json()["steps"][0]["due_min"] == 25
    assert {plan["id"]: plan["version"] for plan in desk.get("/api/v1/plans").json()["plans"]}["P01"] == version
    newest, filed = admin.get("/api/v1/plans/P01/text/history").json()["texts"]
    assert newest["changes"] == [{"path": "steps[P01-S01].due_min", "before": 10, "after": 25}]
    assert (filed["is_file"], newest["is_in_force"]) == (True, True)
    assert admin.get("/api/v1/plans/P01/text", params={"version": filed["version"]}).json()["text"]["steps"][0]["due_min"] == 10


def test_a_text_nobody_could_act_by_is_refused_with_every_place(admin: httpx.Client) -> None:
    found = admin.get("/api/v1/plans/P01/text").json()
    text = found["text"] | {"surprise": 1, "category": "weather"}
    text["steps"][3] = {"id": 7}

    answer = admin.put("/api/v1/plans/P01/text", json={"text": text, "based_on": found["version"]})

    assert (answer.status_code, answer.json()["code"]) == (422, "plan_text_unfit")
    assert {line.partition(":")[0] for line in answer.json()["facts"]["complaints"]} == {"surprise", "steps[3].id"}


# ---- task groups and photos ------------------------------------------------------------------------------------------------------------


def link_of(desk: httpx.Client, activation: str, group: str) -> str:
    groups = desk.get(f"/api/v1/activations/{activation}/group-links").json()["groups"]
    return str(next(it["path"] for it in groups if it["group"] == group))


def task_ids(page: str) -> list[str]:
    return re.findall(r'id="task-(\d+)"', page)


def test_a_task_group_does_its_tasks_behind_its_link_without_an_account(
    web: Web, desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client
) -> None:
    link = link_of(desk, activated(commander), "coordination")
    shown = stranger.get(link)
    assert (shown.status_code, "综合协调组" in shown.text, "核对预警" in shown.text) == (200, True, True)
    first, *others = task_ids(shown.text)

    assert stranger.post(f"{link}/{first}/begin").status_code == 303
    assert "办理中" in stranger.get(link).text
    empty = stranger.post(f"{link}/{first}/done", data={"text": ""})
    assert (empty.status_code, 'role="alert">办结此任务需要：文字' in empty.text) == (409, True)
    done = stranger.post(f"{link}/{first}/done", files={"photo": ("", b"")}, data={"text": "18:21 已回复区防办"})
    assert done.status_code == 303
    assert task_ids(stranger.get(link).text) == others
    skipped = stranger.post(f"{link}/{others[0]}/skip", data={"reason": "由区里统一办理"})
    assert skipped.status_code == 303

    web.carry()
    rows = eventually(lambda: [it for it in desk.get("/api/v1/activations").json()["tasks"] if it["status"] == "done"])
    assert [(row["id"], row["done_by"]) for row in rows] == [(first, "综合协调组")]


def test_a_group_cannot_reach_another_groups_task(desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client) -> None:
    activation = activated(commander)
    mine, theirs = (link_of(desk, activation, group) for group in ("rescue", "coordination"))
    foreign = task_ids(stranger.get(theirs).text)[0]

    for act in ("begin", "done", "skip"):
        assert stranger.post(f"{mine}/{foreign}/{act}", data={"text": "x", "reason": "x"}).status_code == 403
    assert foreign in task_ids(stranger.get(theirs).text)


def test_a_photo_comes_in_with_the_task_and_only_readers_see_it(
    web: Web, desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client
) -> None:
    link = link_of(desk, activated(commander), "rescue")
    page = stranger.get(link).text
    task = next(it for it in task_ids(page) if f'id="photo-{it}"' in page)

    bad = stranger.post(f"{link}/{task}/done", files={"photo": ("x.jpg", b"no photo", "image/jpeg")})
    assert (bad.status_code, "不是可保存的照片" in bad.text) == (422, True)
    good = stranger.post(f"{link}/{task}/done", files={"photo": ("x.jpg", jpeg(segment(0xE1, exif())), "image/jpeg")})
    assert good.status_code == 303

    (name,) = [path.name for path in _photos(web)]
    seen = desk.get(f"/api/v1/photos/{name}")
    assert (seen.status_code, seen.headers["content-type"], seen.content) == (200, "image/jpeg", jpeg())
    assert web.client(Role.DISPLAY).get(f"/api/v1/photos/{name}").status_code == 403
    assert stranger.get(f"/api/v1/photos/{name}").status_code in (303, 401)


def _photos(web: Web) -> list[Any]:
    return list(web.center.photos_dir.iterdir())


def test_after_the_plan_the_link_only_says_thank_you(desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client) -> None:
    activation = activated(commander)
    link = link_of(desk, activation, "rescue")
    task = task_ids(stranger.get(link).text)[0]
    commander.post(f"/api/v1/activations/{activation}/undo")

    assert "本次响应已结束" in stranger.get(link).text
    assert stranger.post(f"{link}/{task}/begin").status_code == 409
    assert stranger.get("/t/no-such-link-at-all").status_code == 404


def test_the_page_speaks_english_too(desk: httpx.Client, commander: httpx.Client, stranger: httpx.Client) -> None:
    link = link_of(desk, activated(commander), "coordination")

    page = stranger.get(link, headers={"Cookie": "lang=en"}).text

    assert "Coordination" in page
    assert "Confirm the warning" in page
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<header>.*?</header>", "", page, flags=re.DOTALL))


def test_a_photo_is_uploaded_by_its_bytes(desk: httpx.Client, web: Web) -> None:
    stored = desk.post("/api/v1/photos", content=jpeg(segment(0xE1, exif())), headers={"Content-Type": "image/jpeg"})
    assert stored.status_code == 201
    assert PLACE not in desk.get(f"/api/v1/photos/{stored.json()['photo']}").content

    for body, status in ((b"", 422), (b"GIF89a", 422), (jpeg(picture=bytes(5 * 1024 * 1024)), 422), (bytes(6 * 1024 * 1024), 413)):
        assert desk.post("/api/v1/photos", content=body).status_code == status
    assert web.client(Role.DISPLAY).post("/api/v1/photos", content=jpeg()).status_code == 403
    for name in ("x.jpg", "..%2F..%2Fetc%2Fpasswd", "0" * 64 + ".jpg", "0" * 64 + ".svg"):
        assert desk.get(f"/api/v1/photos/{name}").status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/reports/1/send", {"receiver": "x" * 200}),
        ("/api/v1/reports/1/send", {"told_by_phone": "yes", "receiver": "x"}),
        ("/api/v1/reports/1/drop", {"reason": ["x"]}),
        ("/api/v1/shelters/SH01/open", {"activation_id": "1"}),
        ("/api/v1/shelter-openings/1/count", {"occupied": -1}),
        ("/api/v1/shelter-openings/1/count", {"occupied": 1.5}),
        ("/api/v1/activations/1/review", {}),
        ("/api/v1/plans/P01/text/approve", {"version": "../x"}),
    ],
)
def test_a_body_that_cannot_be_right_is_refused(commander: httpx.Client, path: str, body: dict[str, object]) -> None:
    assert commander.post(path, json=body).status_code == 422
