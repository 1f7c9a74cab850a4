"""The other pages of the desk: reports with two editors, shelters, photos, channels, texts of plans. Whole flows, in both directions."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import FileChooser, Locator, Page, expect

from command_center.domain.board import Row
from command_center.domain.errors import ReportClosed
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.services import access, activations, jobs, notices, people, plan_tasks, reports, shelters
from command_center.services.activations import ActivatePlan
from command_center.services.live import read_snapshot
from tests.ui.conftest import EAST, SHOPS, Screens, Theatre
from tests.ui.test_plans_page import SMALL, TOO_WIDE
from tests.ui.test_screen_rules import AXE, TAGS
from tests.waiting import eventually
from workers import jobs as workers_jobs

FLOOD = "P01"
CHIEF = Actor(name="chief", role=Role.COMMANDER)
ADMIN = Actor(name="admin", role=Role.ADMIN)
COLLEAGUE = Actor(name="colleague", role=Role.DUTY_OFFICER)
NOWHERE = "json://secret-token@127.0.0.1:9/gone"


def rows(theatre: Theatre, kind: str) -> list[Row]:
    return [row for row in read_snapshot(theatre.center).rows if row["kind"] == kind and not row["gone"]]


def due(theatre: Theatre, activation_id: int) -> list[Row]:
    """Reports that are due for a plan."""
    return [row for row in rows(theatre, "report") if row["activation_id"] == str(activation_id)]


def two_clocks_run(theatre: Theatre, activation_id: int) -> None:
    """Do what workers would do until a plan's reporting clocks run; a job is born leased for three seconds."""

    def kept() -> bool:
        with workers_jobs.working_at(theatre.center):
            for job in jobs.claim_due(theatre.center):
                workers_jobs.run(job.job_id)
        return len(due(theatre, activation_id)) == 2

    eventually(kept, within_s=20, every_s=0.2)


def in_force(theatre: Theatre, level: str = "IV") -> int:
    return activations.activate_plan(theatre.center, ActivatePlan(plan_id=FLOOD, level=Level(level)), CHIEF).activation_id


def toast(page: Page) -> Locator:
    return page.locator(".toast").last


def picture() -> bytes:
    """A PNG that a browser can draw: 40 x 30, grey."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    lines = b"".join(b"\0" + b"\x80" * 40 for _ in range(30))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def give_photo(asked: FileChooser) -> None:
    asked.set_files({"name": "seen.png", "mimeType": "image/png", "buffer": picture()})


@pytest.fixture
def flood(screens: Screens, theatre: Theatre) -> Iterator[int]:
    """A plan in force with its two reporting clocks; afterwards no report is due and no shelter is open."""
    number = in_force(theatre)
    two_clocks_run(theatre, number)
    yield number
    theatre.end_plans()
    for _first_then_final in range(3):
        for row in rows(theatre, "report"):
            with suppress(ReportClosed):
                reports.drop_report(theatre.center, int(row["id"]), CHIEF, "the test is over")
    for row in rows(theatre, "shelter"):
        shelters.count_shelter(theatre.center, int(row["id"]), CHIEF, occupied=0)
        shelters.close_shelter(theatre.center, int(row["id"]), CHIEF)


# ---- reports to the district -------------------------------------------------------------------------------------------------------


def test_who_saves_second_is_told_who_was_first_and_keeps_what_was_typed(screens: Screens, theatre: Theatre, flood: int) -> None:
    page = screens.open(f"/plans?activation={flood}")
    page.locator("#plans-reports .line", has_text="初报").get_by_role("button", name="编写并报送").click()
    text = page.locator("#reporting-text_zh")
    expect(text).not_to_have_value("")
    report = int(page.url.rpartition("=")[2])

    text.fill("我写的初报")
    page.locator("#reporting-text_en").fill("my own first report")
    reports.save_report(theatre.center, report, "同事写的初报", "by a colleague", COLLEAGUE, based_on=0)
    expect(page.locator(".meanwhile")).to_contain_text("colleague已另存一版")
    expect(page.locator(".meanwhile")).to_contain_text("同事写的初报")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(toast(page)).to_contain_text("colleague")
    expect(text).to_have_value("我写的初报")

    page.get_by_role("button", name="用我的文本覆盖").click()
    expect(page.locator(".meanwhile")).to_have_count(0)
    assert reports.read_report(theatre.center, report, CHIEF).text.zh == "我写的初报"
    page.get_by_role("button", name="报送…").click()
    page.keyboard.press("Enter")
    expect(page.locator(".told .line").first).to_contain_text("初报")
    assert [(row["report_kind"], row["number"]) for row in due(theatre, flood)] == [("phone", 1), ("followup", 1)]


def test_dropping_a_report_says_first_what_follows_from_it(screens: Screens, theatre: Theatre, flood: int) -> None:
    page = screens.open("/console")
    page.locator(".next li", has_text="防汛抗旱 · 电话报告").get_by_role("button").click()

    page.locator(".running .line", has_text="初报").get_by_role("button", name="免报…").click()
    expect(page.locator("#reporting-ask")).to_contain_text("由下一次续报顶替")
    page.locator("#reporting-word").fill("told by phone in full")
    page.keyboard.press("Enter")
    expect(page.locator(".told .line").first).to_contain_text("told by phone in full")
    page.locator(".running .line", has_text="电话报告").get_by_role("button", name="免报…").click()

    expect(page.locator("#reporting-ask")).to_contain_text("报告义务终止")
    page.keyboard.press("Escape")
    expect(page.locator("#reporting-ask")).to_be_hidden()
    assert [row["report_kind"] for row in due(theatre, flood)] == ["phone"]


# ---- shelters ----------------------------------------------------------------------------------------------------------------------


def test_a_shelter_is_opened_counted_shown_on_the_wall_and_closed_when_it_is_empty(screens: Screens, theatre: Theatre, flood: int) -> None:
    wall = screens.open("/wall", role=Role.DISPLAY)
    page = screens.open(f"/plans?activation={flood}")
    page.locator("#plans-shelters summary", has_text="可启用").click()
    page.locator("[data-shelter=SH01]").get_by_role("button", name="启用").click()
    line = page.locator("[data-shelter=SH01]")
    expect(line).to_contain_text("0/50 人")

    line.get_by_role("button", name="清点…").click()
    page.locator("#plans-word").fill("60")
    page.locator("#plans-more-1").fill("7")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("50")
    page.locator("#plans-more-2").fill("the school is full")
    page.keyboard.press("Enter")

    expect(line).to_contain_text("60/50 人")
    expect(line).to_contain_text("特殊需求 7 人")
    expect(line.locator(".when .clock")).to_contain_text("1:59")
    expect(line.get_by_role("button", name="关闭…")).to_have_count(0)
    expect(wall.locator(".mk.shelter")).to_have_text("60/50")
    assert rows(theatre, "shelter")[0]["activation_id"] == str(flood)


# ---- photos ------------------------------------------------------------------------------------------------------------------------


def test_a_photo_goes_with_a_task_and_with_an_incident_opens_large_and_is_nowhere_on_the_wall(
    screens: Screens, theatre: Theatre, flood: int
) -> None:
    incident = theatre.incident("E109", Level.III, ago_s=30, place=SHOPS, at=EAST)
    activations.change_level(theatre.center, flood, Level.II, CHIEF, reason="50 mm")
    step = next(row for row in rows(theatre, "task") if row["evidence_kind"] == "photo")
    page = screens.open(f"/plans?activation={flood}")
    page.locator(f".task[data-task='{step['id']}']").get_by_role("button", name="完成").click()
    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="添加照片").click()
    give_photo(asked.value)
    expect(page.locator("#plans-ask-photo-row img")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(f".task[data-task='{step['id']}'] .thumb")).to_be_visible()

    page.goto(f"{theatre.url}/console")
    page.locator(f"button.inc[data-id='{incident}']").click()
    with page.expect_file_chooser() as asked:
        page.locator("#console-incident-rest").get_by_role("button", name="添加照片").click()
    give_photo(asked.value)
    thumbnail = page.locator("#console-incident-rest [data-photo]")
    thumbnail.click()
    expect(page.locator("dialog.photo-large img")).to_have_js_property("naturalWidth", 40)
    page.keyboard.press("Escape")
    expect(page.locator("dialog.photo-large")).to_have_count(0)
    expect(page.locator("#console-dock")).to_have_attribute("data-kind", "incident")

    wall = screens.open("/wall", role=Role.DISPLAY)
    assert wall.locator("img.thumb, [data-photo]").count() == 0
    name = thumbnail.get_attribute("data-photo")
    assert wall.evaluate("photo => fetch('/api/v1/photos/' + photo).then(answer => answer.status)", name) == 403
    screens.problems[:] = [problem for problem in screens.problems if "403" not in problem]


# ---- people and channels -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def admin_screens(screens: Screens, theatre: Theatre) -> Screens:
    """Screens on which an administrator may sign in, too."""
    theatre.tokens.setdefault(Role.ADMIN, access.issue_token(theatre.center, "test-admin", Role.ADMIN))
    return screens


@pytest.mark.long
def test_a_channel_is_set_tried_and_never_shown_and_only_an_administrator_has_the_keys(admin_screens: Screens, theatre: Theatre) -> None:
    who = people.people(theatre.center)[0].id
    page = admin_screens.open("/people", role=Role.ADMIN)
    line = page.locator(f"[data-person='{who}']")

    line.get_by_role("button", name="通道…").click()
    expect(page.locator("#people-word")).to_have_attribute("type", "password")
    page.locator("#people-word").fill("no address at all")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("未执行", timeout=15_000)
    page.locator("#people-word").fill(NOWHERE)
    page.keyboard.press("Enter")
    expect(line).to_contain_text("已设通道", timeout=15_000)
    assert "secret-token" not in page.content()
    line.get_by_role("button", name="发送测试消息").click()
    expect(toast(page)).to_contain_text("消息通道未接受测试消息", timeout=15_000)

    officer = admin_screens.open("/people")
    expect(officer.locator(f"[data-person='{who}']")).to_contain_text("已设通道")
    expect(officer.locator(f"[data-person='{who}']").get_by_role("button", name="通道…")).to_have_count(0)
    notices.set_channel(theatre.center, "person", who, None, ADMIN)
    expect(line).not_to_contain_text("已设通道")


@pytest.mark.long
def test_a_cadre_is_found_by_initials_and_gets_a_number_and_a_newcomer_is_taken_in(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/people")
    page.locator("#people-filter").fill("sqgb75")
    line = page.locator("[data-cadre]:visible")
    expect(line).to_have_count(1)

    line.get_by_role("button", name="电话…").click()
    page.locator("#people-word").fill("13800000075")
    page.keyboard.press("Enter")
    expect(line).to_contain_text("13800000075")
    page.get_by_role("button", name="新增人员").click()
    page.locator("#people-name-zh").fill("测试新人")
    page.locator("#people-name-en").fill("Test Newcomer")
    page.locator("select[name=role]").select_option("duty_assistant")
    page.keyboard.press("Control+Enter")
    page.locator("#people-filter").fill("")

    entry = page.locator("[data-person]", has_text="测试新人")
    expect(entry).to_be_visible()
    entry.get_by_role("button", name="编辑").click()
    page.get_by_role("button", name="已离岗…").click()
    page.keyboard.press("Enter")
    expect(entry).to_have_count(0)


# ---- texts of the plans ------------------------------------------------------------------------------------------------------------


def test_a_step_is_added_approved_and_named_in_the_log_as_the_running_wording_does(admin_screens: Screens, theatre: Theatre) -> None:
    page = admin_screens.open("/plan-texts?plan=P12", role=Role.ADMIN)
    page.locator("summary", has_text="步骤").click()
    page.locator(".wording", has_text="P12-S01").get_by_role("button", name="在其后增加步骤").click()
    page.locator("#plan-texts-word").fill("the gates")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-texts-history .line").first).to_contain_text("the gates")
    added = page.locator("#plan-texts-history .line").first.locator("code").first.inner_text().partition("[")[2].rstrip("]")
    title = page.locator(".wording", has_text=added).locator("input, textarea").first
    title.fill("开启全部闸机")
    page.keyboard.press("Control+Enter")
    page.locator("#plan-texts-word").fill("in our own words")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-texts-history .line").first).to_contain_text("开启全部闸机")

    chief = admin_screens.open("/plan-texts?plan=P12", role=Role.COMMANDER)
    chief.get_by_role("button", name="批准…").click()
    chief.keyboard.press("Enter")
    expect(chief.locator("#plan-texts-history .line").first).to_contain_text("现行")
    activations.activate_plan(theatre.center, ActivatePlan(plan_id="P12", level=Level.I), CHIEF)
    task = next(row for row in rows(theatre, "task") if row["step_id"] == added)
    plan_tasks.begin_task(theatre.center, int(task["id"]), CHIEF)

    console = admin_screens.open("/console")
    expect(console.locator("#console-entries")).to_contain_text("任务进行中：开启全部闸机")


# ---- the screen rules --------------------------------------------------------------------------------------------------------------

PATHS = (
    *("/warnings", "/warnings?form=measure", "/roads", "/roads?way=spot", "/roads?way=standby", "/reports?look=back"),
    *("/reporting", "/people?person=new", "/plan-texts?plan=P01"),
)


@pytest.mark.hardest
@pytest.mark.parametrize(("theme", "lang"), [("night", "zh_CN"), ("day", "en")])
def test_no_page_has_an_accessibility_violation_or_a_small_target(
    admin_screens: Screens, theatre: Theatre, flood: int, theme: str, lang: str
) -> None:
    found = {}
    report = due(theatre, flood)[0]["id"]
    for path in (*PATHS, f"/reporting?report={report}", f"/plans?activation={flood}"):
        page = admin_screens.open(path, theme=theme, lang=lang, role=Role.COMMANDER)
        page.evaluate(AXE)
        broken = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]
        found[path] = [(rule["id"], rule["nodes"][0]["target"], rule["nodes"][0]["failureSummary"]) for rule in broken]
        found[f"{path}, small"] = page.evaluate(SMALL, 32)
        admin_screens.close()

    assert {path: broken for path, broken in found.items() if broken} == {}


@pytest.mark.long
@pytest.mark.hardest
@pytest.mark.parametrize(("size", "lang"), [((1366, 768), "en"), ((390, 844), "zh_CN"), ((390, 844), "en")])
def test_no_page_is_wider_than_its_screen(admin_screens: Screens, theatre: Theatre, flood: int, size: tuple[int, int], lang: str) -> None:
    found = {}
    report = due(theatre, flood)[0]["id"]
    for path in (*PATHS, f"/reporting?report={report}", f"/plans?activation={flood}"):
        page = admin_screens.open(path, size=size, lang=lang)
        found[path] = page.evaluate(TOO_WIDE)
        if size[0] < 1000:
            found[f"{path}, small"] = page.evaluate(SMALL, 48)
        admin_screens.close()

    assert {path: wide for path, wide in found.items() if wide} == {}
