"""Warnings in front of people: read before they are taken in, timed, ended; values kept and corrected; plans proposed and declined."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from command_center.cap import Alert, Area, Circle, Info, MessageType, Status, write_alert
from command_center.domain.board import Row
from command_center.domain.geo import Point
from command_center.services import jobs, measurements, plan_proposals, warnings
from command_center.services.live import read_snapshot
from command_center.services.warnings import CapMessage, PastedText
from tests.builders import OFFICER
from tests.ui.conftest import Screens, Theatre, until
from tests.waiting import eventually
from workers import jobs as workers_jobs

HOSTILE = '<img src=x onerror="window.hacked=1">'


def orange(minute: int) -> str:
    """A text as it comes by WeChat; another minute is another message."""
    return f"奎文区气象台今天0时{minute:02d}分发布暴雨橙色预警信号：预计未来6小时内梨园街道将出现50毫米以上降雨"


@pytest.fixture(autouse=True)
def clear_sky(theatre: Theatre) -> Iterator[None]:
    """Afterwards nothing is in force, nothing measured counts, and nothing is proposed."""
    yield
    for row in rows(theatre, "warning"):
        warnings.end_warning(theatre.center, int(row["id"]), OFFICER, "the test is over")
    for row in rows(theatre, "standing_order"):
        warnings.end_standing_order(theatre.center, int(row["id"]), OFFICER, "the test is over")
    for kept in measurements.list_measurements(theatre.center):
        if kept["corrected_by"] is None and kept["value"] != 0:
            measurements.correct_measurement(theatre.center, int(kept["id"]), 0.0, OFFICER, "the test is over")
    proposed(theatre, 0)


def rows(theatre: Theatre, kind: str) -> list[Row]:
    return [row for row in read_snapshot(theatre.center).rows if row["kind"] == kind and not row["gone"]]


def proposed(theatre: Theatre, count: int) -> None:
    """Do what workers would do until so many plans are proposed; a job is born leased for three seconds."""

    def weighed() -> bool:
        with workers_jobs.working_at(theatre.center):
            for job in jobs.claim_due(theatre.center):
                workers_jobs.run(job.job_id)
        return len(rows(theatre, "proposal")) == count

    eventually(weighed, within_s=10, every_s=0.2)


def toast(page: Page) -> Locator:
    return page.locator(".toast").last


DIAMETER = """() => {
    const { x, y, width, height } = [...document.querySelectorAll("path.warned-area")].at(-1).getBBox(), map = window.cc.map;
    return map.distance(map.layerPointToLatLng([x, y + height / 2]), map.layerPointToLatLng([x + width, y + height / 2]));
}"""
"""Metres from end to end of the last outline that is drawn."""


def test_where_a_warning_holds_is_outlined_on_console_and_wall_until_it_ends(screens: Screens, theatre: Theatre) -> None:
    now = theatre.center.now()
    corners = (Point(36.70, 119.10), Point(36.70, 119.12), Point(36.72, 119.12))
    circle = Circle(centre=Point(36.70, 119.14), radius_km=1)
    info = Info(
        language="zh-CN",
        headline="奎文区气象台发布暴雨橙色预警",
        expires=now + timedelta(hours=6),
        areas=(Area(description="奎文区", polygons=((*corners, corners[0]),), circles=(circle,)),),
    )
    alert = Alert(identifier="outline", sender="met", sent=now, status=Status.ACTUAL, msg_type=MessageType.ALERT, infos=(info,))
    (taken,) = warnings.take_warning(theatre.center, CapMessage(raw=write_alert(alert)), OFFICER).warnings

    pages = [screens.open("/console"), screens.open("/wall")]

    for page in pages:
        expect(page.locator(".leaflet-layer-warnings-pane path.warned-area.orange")).to_have_count(2)
        assert page.evaluate(DIAMETER) == pytest.approx(2_000, rel=0.02)
    warnings.end_warning(theatre.center, taken.id, OFFICER, "the test is over")
    for page in pages:
        expect(page.locator(".warned-area")).to_have_count(0)


def test_a_pasted_text_is_read_corrected_and_taken_in_and_the_plan_it_speaks_for_is_opened(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/console")
    page.keyboard.press("F7")
    until(page, "document.activeElement.id === 'warnings-text'")

    page.keyboard.insert_text(orange(1))
    understood = page.locator(".understood")
    expect(understood.locator("select[name='w0.hazard']")).to_have_value("rainstorm")
    expect(understood.locator("input[name='w0.color'][value=orange]")).to_be_checked()
    assert rows(theatre, "warning") == []
    understood.locator("label", has_text="+12 小时").click()
    understood.locator("input[name='w0.area']").fill(HOSTILE)
    page.keyboard.press("Control+Enter")

    line = page.locator("#warnings-in-force .line")
    expect(line).to_contain_text("暴雨橙色")
    expect(line).to_contain_text(HOSTILE)
    expect(line.locator(".clock")).to_contain_text("11:59")
    expect(page.locator("#warnings-text")).to_have_value("")
    assert page.evaluate("window.hacked === undefined")
    proposed(theatre, 1)
    expect(page.locator(".proposal")).to_contain_text("暴雨橙色预警")
    page.get_by_role("button", name="查看预案").click()
    expect(page.locator("#plans-preview-title")).to_contain_text("防汛抗旱")
    expect(page.locator("input[name=level][value=II]")).to_be_checked()


def test_a_proposal_is_declined_with_a_reason_and_a_warning_is_ended_by_hand(screens: Screens, theatre: Theatre) -> None:
    warnings.take_warning(theatre.center, PastedText(text=orange(2)), OFFICER)
    proposed(theatre, 1)
    page = screens.open("/warnings")

    page.get_by_role("button", name="暂不启动…").click()
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("未执行")
    page.locator("#warnings-word").fill("no rain in sight")
    page.keyboard.press("Enter")
    expect(page.locator(".proposal")).to_have_count(0)
    page.locator("#warnings-in-force .line").get_by_role("button", name="终止…").click()
    page.locator("#warnings-word").fill("the office said so")
    page.keyboard.press("Enter")

    expect(page.locator("#warnings-in-force")).to_contain_text("当前无生效预警")
    page.locator("summary", has_text="已失效").click()
    expect(page.locator("#warnings-ended .line").first).to_contain_text("the office said so")
    assert rows(theatre, "warning") == plan_proposals.proposals(theatre.center) == []


def test_a_file_in_chinese_letters_of_old_is_taken_and_is_given_an_end(screens: Screens, theatre: Theatre) -> None:
    info = Info(language="zh-CN", sender_name="潍坊市气象台", headline="潍坊市气象台发布大雾黄色预警", description="能见度小于500米")
    alert = Alert(
        identifier="37070041600000_20260101080000",
        sender="met@example.org",
        sent=theatre.center.now(),
        status=Status.ACTUAL,
        msg_type=MessageType.ALERT,
        infos=(info,),
    )
    old = write_alert(alert).decode().replace("UTF-8", "GB18030").encode("gb18030")
    page = screens.open("/warnings")

    with page.expect_file_chooser() as asked:
        page.get_by_role("button", name="选择文件").click()
    asked.value.set_files({"name": "fog.xml", "mimeType": "application/xml", "buffer": old})

    line = page.locator("#warnings-in-force .line", has_text="大雾黄色")
    expect(line).to_contain_text("未注明截止")
    line.get_by_role("button", name="+24 小时").click()
    expect(line.locator(".clock")).to_contain_text("23:59")
    line.get_by_role("button", name="原文").click()
    expect(line).to_contain_text("能见度小于500米")


def test_a_hostile_file_is_refused_in_words_and_a_text_in_old_letters_goes_into_the_box(screens: Screens) -> None:
    page = screens.open("/warnings?form=measure")
    drop = (
        "([bytes, name]) => { const data = new DataTransfer(); data.items.add(new File([new Uint8Array(bytes)], name));"
        " document.querySelector('.take-in').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true})); }"
    )

    page.evaluate(drop, [list(b'<?xml version="1.0"?><!DOCTYPE alert [<!ENTITY x "y">]><alert/>'), "bad.xml"])
    expect(toast(page)).to_contain_text("DOCTYPE")
    page.evaluate(drop, [list(orange(3).encode("gb18030")), "sms.txt"])

    expect(page.locator("#warnings-text")).to_have_value(orange(3))
    expect(page.locator(".understood select[name='w0.act']")).to_have_value("issue")


def test_what_cannot_be_read_is_entered_by_hand_and_an_order_without_its_plan_asks_for_it(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/warnings")
    page.locator("#warnings-text").fill("今晚可能有雨，请注意")
    expect(page.locator("#warnings-understood .obstacle")).to_be_visible()

    page.get_by_role("button", name="手工录入").click()
    expect(page.locator("#warnings-text")).to_have_value("今晚可能有雨，请注意")
    page.locator("select[name='w0.hazard']").select_option("heat")
    page.locator("label", has_text="黄色").click()
    page.locator("#warnings-issuer").fill("奎文区气象台")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#warnings-in-force .line")).to_contain_text("高温黄色")

    page.locator("#warnings-text").fill("区指挥部启动Ⅲ级响应")
    expect(page.locator(".understood")).to_contain_text("区级指令")
    page.keyboard.press("Control+Enter")
    expect(toast(page)).to_contain_text("未执行")
    page.locator("select[name='w0.plan']").select_option("P02")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-standing-order]")).to_contain_text("扫雪除冰 III级")


def test_a_value_is_kept_within_its_bounds_at_a_place_and_corrected_in_the_open(screens: Screens, theatre: Theatre) -> None:
    page = screens.open("/warnings?form=measure")
    page.locator("select[name=metric]").select_option("ponding_depth_cm")
    value = page.locator("#warnings-value-ponding_depth_cm")
    expect(value).to_be_visible()

    value.fill("3000")
    page.keyboard.press("Control+Enter")
    expect(toast(page)).to_contain_text("3000")
    value.fill("30,5")
    page.locator("#warnings-place-search").fill("ynhy")
    expect(page.locator("#warnings-place-list [role=option]").first).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")

    line = page.locator("#warnings-measured .line").first
    expect(line).to_contain_text("积水深度 30.5 cm")
    expect(line).to_contain_text("樱南花园")
    proposed(theatre, 1)
    expect(page.locator(".proposal")).to_contain_text("积水27厘米")
    line.get_by_role("button", name="更正…").click()
    page.locator("#warnings-word").fill("3")
    page.locator("#warnings-more-1").fill("read off wrongly")
    page.keyboard.press("Enter")
    expect(page.locator("#warnings-measured .line").first).to_contain_text("积水深度 3 cm")
    proposed(theatre, 0)
    expect(page.locator(".proposal")).to_have_count(0)
