"""Paper mode: what the room needs when the line is down, in one file that needs nothing else."""

from __future__ import annotations

import asyncio
import re
import stat
from datetime import timedelta

import pytest

from command_center.center import Center
from command_center.domain.errors import Invalid, NotPermitted
from command_center.domain.handover import EntryAct
from command_center.domain.levels import Level
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.domain.status import UnitStatus
from command_center.domain.watches import Duty, PersonRole
from command_center.services import activations, closures, duty_log, paper, units, warnings
from command_center.services.activations import ActivatePlan
from command_center.services.closures import CloseRoad
from command_center.services.people import PersonFacts, add_person, change_person
from command_center.services.responsibilities import responsible_for, set_cadre_phone
from command_center.services.roster import fill_roster
from command_center.services.warnings import PastedText
from command_center.services.watches import on_duty_now
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.waiting import eventually


def test_the_page_names_incidents_vehicles_plans_and_telephones(center: Center, officer: Actor, admin: Actor) -> None:
    call = take_test_call(center, officer, said="三楼冒烟")
    units.set_unit_status(center, "patrol-07", UnitStatus.OUT_OF_SERVICE, officer, "左后轮漏气")
    activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.IV), Actor(name="chief", role=Role.COMMANDER))
    add_person(center, PersonFacts(role=PersonRole.DUTY_LEADER, name_zh="孙带班", name_en="Sun", phone="0536-1234567"), admin)

    page = paper.draw(center, "zh_CN", officer)

    for words in (call.number, "三楼冒烟", "巡07", "左后轮漏气", "防汛抗旱", "孙带班", "0536-1234567", "手写记录"):
        assert words in page


def test_an_incident_on_paper_says_who_called_and_whom_to_phone_first(center: Center, officer: Actor) -> None:
    lead, cadre = responsible_for(center, "XQ001")
    set_cadre_phone(center, cadre.cadre_id, "13900002222", officer)
    take_test_call(center, officer, place_id="XQ001", caller_name="李女士", caller_phone="13700003333")

    page = paper.draw(center, "zh_CN", officer)

    assert "<td>李女士 13700003333</td>" in page
    assert f"<td>{cadre.name.zh} 13900002222, {lead.name.zh} 未登记电话</td>" in page


def test_the_telephone_list_says_who_is_on_watch_and_which_places_a_cadre_answers_for(center: Center, officer: Actor, admin: Actor) -> None:
    fill_roster(center, 1, officer)
    watch = on_duty_now(center)
    assert watch is not None
    (leader,) = watch.on(Duty.LEADER)
    facts = PersonFacts(role=PersonRole.DUTY_LEADER, name_zh=leader.name.zh, name_en=leader.name.en, phone="0536-1111111")
    change_person(center, leader.person_id, facts, admin)
    answering = responsible_for(center, "XQ001")[0]
    set_cadre_phone(center, answering.cadre_id, "13900004444", officer)

    page = paper.draw(center, "zh_CN", officer)

    assert re.search(rf"<td>{leader.name.zh}</td><td>[^<]*当前在班</td><td>0536-1111111</td>", page)
    listed = re.search(rf"<td>{answering.name.zh}</td><td>([^<]*)</td><td>13900004444</td>", page)
    assert re.search(r"<td>[^<]*当前在班</td><td>未登记电话</td>", page)
    assert listed is not None
    assert center.catalogue.places["XQ001"].name.zh in listed[1]
    assert "商铺" in listed[1]


def test_a_vehicle_on_paper_is_told_with_the_place_where_it_was_last(center: Center, officer: Actor) -> None:
    place = center.catalogue.places["XQ001"]
    center.tracks.store([Fix(unit_id="patrol-03", at=center.now(), point=place.point)])

    page = paper.draw(center, "zh_CN", officer)

    assert re.search(rf"<td>巡03</td>(<td>[^<]*</td>){{3}}<td>{place.name.zh}[^<]*</td><td>03-02 09:00</td>", page)


def test_warnings_and_orders_on_paper_have_their_times_by_the_clock_on_the_wall(center: Center, officer: Actor) -> None:
    text = "奎文区气象台2026年3月2日17时30分发布暴雨橙色预警信号：预计未来3小时降雨量将达50毫米以上。有效期至3月2日23时00分。"
    taken = warnings.take_warning(center, PastedText(text=text), officer)
    warnings.time_warning(center, taken.warnings[0].id, center.now() + timedelta(hours=5), officer)
    warnings.take_warning(center, PastedText(text="区防汛抗旱指挥部启动防汛Ⅲ级应急响应"), officer)
    until = (center.now() + timedelta(hours=5)).astimezone(center.zone)

    page = paper.draw(center, "zh_CN", officer)

    assert "<th>发布单位</th>" in page
    assert re.search(rf"<td>暴雨 橙色</td><td>奎文区气象台</td><td>[^<]*</td><td>{until:%m-%d %H:%M}</td>", page)
    assert "<td>区级指令：防汛抗旱III级</td>" in page or "<td>区级指令：防汛抗旱Ⅲ级</td>" in page


def test_the_page_needs_nothing_but_itself_and_is_no_way_in(center: Center, officer: Actor) -> None:
    take_test_call(center, officer, said="<img src=x onerror=alert(1)>")

    page = paper.draw(center, "en", officer)

    assert re.findall(r"<script|<link|<img|https?://|src=|href=", page.replace("&lt;img src=x", "")) == []
    assert "&lt;img src=x" in page


def test_the_page_is_written_again_and_again(center: Center, officer: Actor) -> None:
    file = center.folder / paper.FOLDER / paper.FILES["zh_CN"]

    async def room() -> str:
        writing = asyncio.create_task(paper.keep_writing(center, every_s=0.01))
        await asyncio.to_thread(eventually, lambda: file.exists() and "没有未结" in file.read_text("utf-8"))
        number = (await asyncio.to_thread(take_test_call, center, officer)).number
        await asyncio.to_thread(eventually, lambda: number in file.read_text("utf-8"), within_s=30)
        writing.cancel()
        return number

    assert asyncio.run(room()) in file.read_text("utf-8")


def test_a_closed_road_and_a_step_that_the_street_added_are_on_the_page(center: Center, officer: Actor) -> None:
    closures.close_road(center, CloseRoad(place_id="XQ001", guard="patrol-05", reason="下穿通道积水"), officer)

    page = paper.draw(center, "zh_CN", officer)

    assert "下穿通道积水" in page
    assert re.search(r"<td>已断路</td><td></td><td>下穿通道积水</td><td>巡05</td>", page)


def test_a_display_does_not_get_what_callers_said(center: Center, display: Actor) -> None:
    with pytest.raises(NotPermitted):
        paper.draw(center, "zh_CN", display)


def test_both_languages_are_written_for_the_centres_own_eyes(center: Center, officer: Actor) -> None:
    take_test_call(center, officer)

    files = paper.write(center)
    paper.write(center)

    assert [file.name for file in files] == ["situation-zh.html", "situation-en.html"]
    assert sorted(path.name for path in files[0].parent.iterdir()) == ["situation-en.html", "situation-zh.html"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_what_stood_on_paper_keeps_its_time(center: Center, officer: Actor, clock: Clock) -> None:
    entry = duty_log.write_entry(center, "断线期间：巡03 到达", EntryAct.TAKE, officer, happened_at=clock.now() - timedelta(hours=2))

    assert duty_log.read_entry(center, entry, officer)["facts"]["happened"] == "2026-03-02 07:00"


@pytest.mark.parametrize("away", [timedelta(minutes=1), timedelta(days=-8)])
def test_a_time_to_come_or_long_gone_is_refused(center: Center, officer: Actor, clock: Clock, away: timedelta) -> None:
    with pytest.raises(Invalid):
        duty_log.write_entry(center, "x", EntryAct.TAKE, officer, happened_at=clock.now() + away)
