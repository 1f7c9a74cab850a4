"""The panel of one unit: what it says of vehicle and crew, what it is bound by, and that its readings follow the vehicle."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from playwright.sync_api import expect
from plotly.utils import PlotlyJSONEncoder

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.status import UnitStatus
from command_center.domain.text import Language
from command_center.services import activations, closures, units
from command_center.services.activations import ActivatePlan
from command_center.services.closures import CloseRoad
from command_center.services.live import LiveBoard, read_snapshot
from command_center.ui import console_unit
from command_center.ui.shell import Desk, Screen
from tests.ui.conftest import EAST, WEST, Screens, Theatre
from tests.waiting import eventually

UNIT = "patrol-05"
OFFICER = Actor(name="officer", role=Role.DUTY_OFFICER)
COMMANDER = Actor(name="commander", role=Role.COMMANDER)


def panel(center: Center, unit_id: str, *, rejected: dict[str, int] | None = None, language: Language = "zh_CN") -> str:
    """Everything the panel of a unit draws, as text."""
    live = SimpleNamespace(board=Board.of(read_snapshot(center).rows), positions={})
    screen = Screen(desk=Desk(center=center, live=cast("LiveBoard", live), caller=lambda: OFFICER), lang=language, caller=OFFICER)
    return json.dumps(console_unit.unit_view(screen, unit_id, rejected or {}), cls=PlotlyJSONEncoder, ensure_ascii=False)


def test_a_fault_and_the_day_of_maintenance_stand_in_the_panel(center: Center, officer: Actor) -> None:
    today = center.now().astimezone(center.zone).date()
    assert "故障" not in panel(center, UNIT)

    units.set_unit_status(center, UNIT, UnitStatus.OUT_OF_SERVICE, officer, "左前轮漏气")
    units.plan_service(center, UNIT, today + timedelta(days=3), officer)

    drawn = panel(center, UNIT)
    assert "左前轮漏气" in drawn
    assert f"{today + timedelta(days=3)} 保养" in drawn
    units.plan_service(center, UNIT, date(2026, 1, 2), officer)
    assert "Maintenance due since 2026-01-02" in panel(center, UNIT, language="en")


def test_the_plan_it_is_on_duty_for_stands_in_the_panel_with_the_way_to_it(center: Center) -> None:
    activated = activations.activate_plan(center, ActivatePlan(plan_id="P01", level=Level.IV, units=(UNIT,)), COMMANDER)

    drawn = panel(center, UNIT, language="en")

    short = center.catalogue.plans["P01"].short.en
    assert f"On duty for {short}, level IV, being told" in drawn
    assert f"/plans?activation={activated.activation_id}" in drawn
    assert "On duty" not in panel(center, "patrol-06", language="en")


def test_the_road_it_guards_stands_in_the_panel_until_somebody_else_does(center: Center, officer: Actor) -> None:
    closure = closures.close_road(center, CloseRoad(street="胜利东街", guard=UNIT), officer)

    drawn = panel(center, UNIT, language="en")

    assert "On its way to guard" in drawn
    assert f"/roads?closure={closure}" in drawn
    closures.note_guard(center, closure, UNIT, is_there=True, at=center.now(), distance_m=5.0)
    assert "前往值守" not in panel(center, UNIT)
    assert "正在值守" in panel(center, UNIT)
    closures.note_guard(center, closure, UNIT, is_there=False, at=center.now(), distance_m=400.0)
    assert "已离开" in panel(center, UNIT)
    closures.reopen_road(center, closure, officer)
    assert "值守" not in panel(center, UNIT)


@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN", "跳变过大，车辆到不了 3次、时钟超前 1次"), ("en", "a jump no vehicle can make 3, clock ahead 1")]
)
def test_why_its_positions_were_not_believed_stands_in_the_panel(center: Center, language: Language, said: str) -> None:
    assert said in panel(center, UNIT, rejected={"future": 1, "jump": 3}, language=language)
    assert "未采信" not in panel(center, UNIT)


def send(theatre: Theatre, *rows: dict[str, Any]) -> dict[str, Any]:
    """Positions as a tracker sends them; returns how the centre took them."""
    headers = {"Authorization": f"Bearer {theatre.tokens[Role.DUTY_OFFICER]}"}
    answer = httpx.post(f"{theatre.url}/api/v1/positions", json=list(rows), headers=headers, timeout=10, trust_env=False)
    told: dict[str, Any] = answer.json()
    return told


def fix(theatre: Theatre, *, age_s: float, **more: object) -> dict[str, Any]:
    at = theatre.center.now() - timedelta(seconds=age_s)
    return {"unit": UNIT, "at": at.isoformat(), "lat": WEST.lat, "lon": WEST.lon, **more}


def terms(drawn: Sequence[str]) -> dict[str, str]:
    """A list of facts as name -> text."""
    return dict(zip(drawn[::2], drawn[1::2], strict=True))


def test_battery_age_of_the_fix_and_crew_are_those_of_the_vehicle(screens: Screens, theatre: Theatre) -> None:
    units.set_unit_crew(theatre.center, UNIT, ["张伟", "李娜"], OFFICER)
    assert send(theatre, fix(theatre, age_s=50, battery_pct=81.6, speed_kmh=24.6, accuracy_m=4))["accepted"] == 1
    assert send(theatre, fix(theatre, age_s=45, lat=EAST.lat, lon=EAST.lon))["rejected"] == {"jump": 1}
    eventually(lambda: theatre.center.wire.rejected(UNIT), within_s=10)
    page = screens.open("/console")

    page.locator(f".unit-chip[data-id={UNIT}]").click()

    view = page.locator("#console-unit")
    expect(view).to_contain_text("巡05")
    expect(view.locator("[data-part=age]")).to_have_text(re.compile(r"(0'5\d|1'[0-2]\d)\""))
    told = terms(view.locator("dl.facts > *").all_inner_texts())
    assert (told["电量"], told["速度"], told["队员"]) == ("82 %", "25 km/h", "张伟、李娜")
    assert "± 4 m" in told["位置时效"]
    assert "跳变过大" in told["未采信的位置"]

    assert send(theatre, fix(theatre, age_s=0, battery_pct=80.2, speed_kmh=0.0))["accepted"] == 1

    expect(view.locator("[data-part=battery]")).to_have_text("80 %")
    expect(view.locator("[data-part=speed]")).to_have_text("0 km/h")
    expect(view.locator("[data-part=accuracy]")).to_have_text("–")
    expect(view.locator("[data-part=age]")).to_have_text(re.compile(r"0'[0-3]\d\""))
