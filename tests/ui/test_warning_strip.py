"""The wall's line of warnings: nothing when there is none, the gravest colour first, the rest counted; a colour is no level."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from command_center.catalogue import load_catalogue
from command_center.center import Center
from command_center.domain.board import Board, Row
from command_center.domain.rights import Actor, Role
from command_center.services.live import LiveBoard
from command_center.ui.pages.wall import WARNINGS_SHOWN, warning_strip
from command_center.ui.shell import Desk, Screen
from command_center.words import phrases
from command_center.words.names import catalogue_names

CATALOGUE = load_catalogue()
COLORS = CATALOGUE.warning_signals.colors


def warning(number: int, color: str, **stated: Any) -> Row:  # noqa: ANN401 - JSON
    row = {
        "kind": "warning",
        "id": str(number),
        "version": 1,
        "gone": False,
        "hazard": "rainstorm",
        "hazard_name": {"zh": "暴雨", "en": "Rainstorm"},
        "color": color,
        "color_name": COLORS[color].name.as_row(),
        "status": "actual",
        "issuer": "奎文区气象台",
        "issued_at": f"2026-07-12T0{number % 10}:00:00Z",
    }
    return row | stated


ORDER: Row = {
    "kind": "standing_order",
    "id": "1",
    "version": 1,
    "gone": False,
    "plan_id": "P01",
    "plan_name": {"zh": "防汛抗旱", "en": "Flood & drought"},
    "level": "III",
    "is_exercise": False,
}


def drawn(*rows: Row, lang: str = "zh_CN") -> list[str]:
    """Each piece of the line as JSON text."""
    center = SimpleNamespace(catalogue=CATALOGUE)
    live = SimpleNamespace(board=Board.of(rows))
    desk = Desk(center=cast("Center", center), live=cast("LiveBoard", live), caller=lambda: Actor(name="wall", role=Role.DISPLAY))
    screen = Screen(desk=desk, lang=lang)  # type: ignore[arg-type]  # one of the two languages
    return [json.dumps(part.to_plotly_json(), default=lambda it: it.to_plotly_json(), ensure_ascii=False) for part in warning_strip(screen)]


def test_without_a_warning_there_is_no_line() -> None:
    assert drawn() == []
    assert drawn(warning(1, "red", gone=True)) == []


@pytest.mark.parametrize(("lang", "words"), [("zh_CN", "暴雨橙色"), ("en", "Rainstorm Orange")])
def test_a_warning_is_a_pennant_and_a_word_and_no_level(lang: str, words: str) -> None:
    (_, told, _) = drawn(warning(1, "orange"), lang=lang)

    assert words in told
    assert "pennant orange" in told
    assert '"sev' not in told


def test_an_order_of_the_district_has_its_level() -> None:
    (_, told, _) = drawn(ORDER)

    assert "区级：防汛抗旱 III级响应" in told
    assert "sev3" in told


def test_the_order_goes_first_then_the_gravest_colour_and_what_does_not_fit_is_counted() -> None:
    rows = [warning(number, color) for number, color in enumerate(("blue", "red", "yellow", "orange", "blue", "blue"))]

    line = drawn(*rows, ORDER)

    shown = [re.search(r"pennant (\w+)", part) for part in line[1:-1]]
    assert [match[1] for match in shown if match] == ["red", "orange", "yellow"]
    assert len(shown) == WARNINGS_SHOWN
    assert f"另有 {7 - WARNINGS_SHOWN} 条预警" in line[-1]


def test_an_exercise_says_so() -> None:
    assert "演练" in drawn(warning(1, "blue", status="exercise"))[1]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh_CN", "收到预警消息（发布）：高温橙色，来自奎文区气象台"),
        ("en", "Warning message issued: High temperature orange, from 奎文区气象台"),
    ],
)
def test_the_log_tells_warnings_in_the_catalogues_words(language: str, sentence: str) -> None:
    facts = {"hazard": "heat", "color": "orange", "act": "issue", "issuer": "奎文区气象台", "mark": ""}

    assert phrases.event(language, "WarningTaken", facts, catalogue_names(CATALOGUE, language)) == sentence
