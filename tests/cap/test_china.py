"""What a CAP message says as a Chinese weather signal, and the identifiers of GB/T 35965.1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from command_center.cap import Alert, Info, MessageType, Named, Status, message_id, read_alerts, signal_of
from command_center.catalogue import load_catalogue
from tests.cap.test_reading import SAMPLES

SIGNALS = load_catalogue().warning_signals
SENT = datetime(2026, 7, 12, 8, 0, tzinfo=UTC)


def alert(**info: object) -> Alert:
    return Alert(
        identifier="1",
        sender="s",
        sent=SENT,
        status=Status.ACTUAL,
        msg_type=MessageType.ALERT,
        infos=(Info(**info),),  # type: ignore[arg-type]  # any field
    )


@pytest.mark.parametrize(
    ("sample", "hazard", "color"),
    [
        ("china-rainstorm-orange", "rainstorm", "orange"),
        ("china-rainstorm-update", "rainstorm", "red"),
        ("sloppy", "fog", "orange"),
        ("exercise", "blizzard", "blue"),
        ("wind-1.1", None, "orange"),
        ("spill-1.0", None, "yellow"),
    ],
)
def test_samples_are_the_signals_they_look_like(sample: str, hazard: str | None, color: str) -> None:
    signal = signal_of(read_alerts(SAMPLES[sample]).alerts[0], SIGNALS)

    assert (signal.hazard, signal.color) == (hazard, color)


@pytest.mark.parametrize("kind", [f"{number:02d}" for number in range(1, 15)])
@pytest.mark.parametrize("color", ["01", "02", "03", "04"])
def test_every_type_and_colour_of_the_feeds_is_known(kind: str, color: str) -> None:
    apart = signal_of(alert(event_codes=(Named("eventType", kind),), parameters=(Named("颜色", color),)), SIGNALS)
    together = signal_of(alert(event_codes=(Named("code", kind + color),)), SIGNALS)

    assert apart == together
    assert apart.word
    assert apart.color == {"01": "blue", "02": "yellow", "03": "orange", "04": "red"}[color]
    assert apart.hazard is not None or kind == "13", "haze is shown and proposes no plan"


def test_codes_go_before_words_and_words_before_the_severity() -> None:
    headline = "潍坊市气象台发布大风蓝色预警"

    coded = signal_of(alert(headline=headline, severity="Extreme", event_codes=(Named("code", "0203"),)), SIGNALS)
    told = signal_of(alert(headline=headline, severity="Extreme"), SIGNALS)
    bare = signal_of(alert(event="Rainstorm", severity="Extreme"), SIGNALS)

    assert (coded.hazard, coded.color) == ("rainstorm", "orange")
    assert (told.hazard, told.color, told.color_by_severity) == ("gale", "blue", False)
    assert (bare.hazard, bare.color, bare.color_by_severity) == ("rainstorm", "red", True)


def test_a_message_without_any_text_is_no_signal() -> None:
    empty = Alert(identifier="1", sender="s", sent=SENT, status=Status.ACTUAL, msg_type=MessageType.CANCEL)

    assert signal_of(empty, SIGNALS).hazard is None


def test_the_chinese_text_is_chosen_where_there_are_several() -> None:
    both = Alert(
        identifier="1",
        sender="s",
        sent=SENT,
        status=Status.ACTUAL,
        msg_type=MessageType.ALERT,
        infos=(Info(language="en-US", event="Storm"), Info(language="zh-CN", headline="奎文区气象台发布暴雪黄色预警")),
    )

    assert (signal_of(both, SIGNALS).hazard, signal_of(both, SIGNALS).color) == ("blizzard", "yellow")


def test_the_identifier_of_the_standard_is_taken_apart() -> None:
    parts = message_id(SIGNALS.parse.example_id, SIGNALS)

    assert parts is not None
    assert (parts.area, parts.org, parts.unit) == ("370700", "416", "000")
    assert parts.at == datetime(2023, 7, 12, 7, 42, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "37070041600000", "37070041600000_20231312154200", "37070041600000_20230712154200_12", "x" * 500])
def test_another_identifier_is_none_of_the_standard(text: str) -> None:
    assert message_id(text, SIGNALS) is None
