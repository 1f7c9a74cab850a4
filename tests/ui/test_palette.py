"""The palette without a browser: what it lists for a query, and where a pick goes."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest
from dash import html

from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.rights import Actor
from command_center.domain.text import Language
from command_center.services import log_search, search
from command_center.services.live import LiveBoard, read_snapshot
from command_center.ui.console_found import asked_for, found_view
from command_center.ui.console_palette import COMMANDS, palette_answer
from command_center.ui.shell import Desk, Screen
from tests.builders import take_test_call


def screen_of(center: Center, actor: Actor, language: Language = "zh_CN", query: dict[str, str] | None = None) -> Screen:
    live = SimpleNamespace(board=Board.of(read_snapshot(center).rows), positions={})
    desk = Desk(center=center, live=cast("LiveBoard", live), caller=lambda: actor)
    return Screen(desk=desk, lang=language, caller=actor, query=query or {})


def answered(center: Center, actor: Actor, typed: str, language: Language = "zh_CN") -> tuple[list[str], dict[str, Any]]:
    """The groups' titles in their order, and what each line does when it is picked."""
    answer = palette_answer(typed, search.find(center, typed, actor, 6), screen_of(center, actor, language))
    lines = [cast("html.Li", line) for line in answer.children]
    titles = [str(line.children) for line in lines if getattr(line, "className", "") == "group"]
    return titles, {str(line.children): json.loads(getattr(line, "data-value")) for line in lines if hasattr(line, "data-value")}


@pytest.fixture
def filed(center: Center, officer: Actor) -> int:
    incident_id = take_test_call(center, officer, said="水管爆裂", place_id="XQ001").incident_id
    while log_search.file_log(center):
        pass
    return incident_id


def test_without_words_the_palette_offers_commands_and_open_incidents(center: Center, officer: Actor, filed: int) -> None:
    titles, picks = answered(center, officer, "")

    assert titles == ["命令", "在办事件"]
    assert {"panel": {"kind": "incident", "id": str(filed)}} in picks.values()
    assert len(picks) == len(COMMANDS) + 1


def test_lines_are_grouped_by_kind_and_a_pick_goes_to_the_thing(center: Center, officer: Actor, filed: int) -> None:
    titles, picks = answered(center, officer, "樱南花园")

    assert titles == ["事件", "地点", "储备库", "日志", "先打电话"]
    assert picks["樱南花园由谁包保"] == {"panel": {"kind": "found", "id": "place:XQ001"}}
    assert picks["樱南花园"]["place"]["place_id"] == "XQ001"
    assert {"kind": "incident", "id": str(filed)} in [pick.get("panel") for pick in picks.values()]


@pytest.mark.parametrize(
    ("typed", "pick"),
    [
        ("巡11", {"panel": {"kind": "unit", "id": "patrol-11"}}),
        ("P05", {"go": "/plans?plan=P05"}),
        ("街道干部01", {"panel": {"kind": "found", "id": "person:cadre:SC01"}}),
        ("yyyjjyzzxk", {"panel": {"kind": "found", "id": "depot:YY-S01"}}),
        ("FL01", {"panel": {"kind": "found", "id": "material:FL01"}}),
        ("36.70,119.14", {"point": {"lat": 36.7, "lon": 119.14}}),
        ("接报", {"panel": {"kind": "call"}}),
        ("jb", {"panel": {"kind": "call"}}),
    ],
)
def test_everything_has_somewhere_to_go(center: Center, officer: Actor, typed: str, pick: dict[str, Any]) -> None:
    assert pick in answered(center, officer, typed)[1].values()


@pytest.mark.parametrize("found", ["person:cadre:SC01", "person:person:CM01", "depot:YY-S01", "material:FL01", "place:XQ001", "log:2"])
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_what_no_other_panel_shows_has_one(center: Center, officer: Actor, filed: int, found: str, language: Language) -> None:
    head, body = found_view(found, screen_of(center, officer, language), officer)

    assert "未找到" not in str(head)
    assert "Not found" not in str(head)
    assert str(body)


@pytest.mark.parametrize("found", ["person:cadre:XX", "depot:", "material:ZZ", "place:1", "log:x", "log:999999", "dragon:1", ""])
def test_what_is_not_there_is_said(center: Center, officer: Actor, found: str) -> None:
    head, _ = found_view(found, screen_of(center, officer), officer)

    assert "未找到" in str(head)


def test_an_address_opens_what_it_names(center: Center, officer: Actor) -> None:
    def opened(**query: str) -> tuple[str, str | None]:
        panel = asked_for(screen_of(center, officer, query=query))
        return panel["kind"], panel["id"]

    assert opened() == ("idle", None)
    assert opened(incident="7") == ("incident", "7")
    assert opened(depot="YY-S01") == ("found", "depot:YY-S01")
    assert opened(other="1") == ("idle", None)
