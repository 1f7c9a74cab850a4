"""Pasted texts: what real messages say, what takes an announcement back, and what is no warning at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.errors import NoWarningInText, Refusal, TextTooLong, UnreadableText
from command_center.domain.levels import Level
from command_center.domain.notices import Act, authority, tier
from command_center.domain.warning_text import decoded, plain, read_text

SIGNALS = load_catalogue().warning_signals
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 7, 13, 18, 30, tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Says:
    """What a text is expected to say. at: local "MM-DD HH:MM", None when it states no time."""

    hazard: str | None
    color: str | None
    act: Act
    issuer: str | None = None
    at: str | None = None
    area: str | None = None


TEXTS: dict[str, Says] = {
    "潍坊市气象台发布暴雨橙色预警[Ⅱ级/严重]": Says("rainstorm", "orange", Act.ISSUE, "潍坊市气象台", area="潍坊市"),
    "奎文区气象台发布暴雨蓝色预警": Says("rainstorm", "blue", Act.ISSUE, "奎文区气象台", area="奎文区"),
    "潍坊市气象台2026年7月12日15时42分发布暴雨橙色预警信号：预计未来3小时内奎文区、潍城区降雨量将达50毫米以上，请注意防范。": Says(
        "rainstorm", "orange", Act.ISSUE, "潍坊市气象台", "07-12 15:42", "奎文区、潍城区"
    ),
    "【暴雨红色预警】潍坊市气象台：3小时降雨量已达100毫米以上": Says("rainstorm", "red", Act.ISSUE, "潍坊市气象台"),
    "潍坊市气象台于13日18时20分将暴雨黄色预警升级为暴雨橙色预警": Says("rainstorm", "orange", Act.UPDATE, "潍坊市气象台", "07-13 18:20"),
    "将大风蓝色预警升级为黄色预警": Says("gale", "yellow", Act.UPDATE),
    "寿光市气象台升级发布台风红色预警信号": Says("typhoon", "red", Act.UPDATE, "寿光市气象台"),
    "受高空槽影响，潍坊市气象台继续发布雷雨大风黄色预警": Says("gale", "yellow", Act.ISSUE, "潍坊市气象台"),
    "受冷空气影响潍坊市气象台 2026-07-13 16:30 发布 寒潮 蓝色 预警": Says("cold_wave", "blue", Act.ISSUE, "潍坊市气象台", "07-13 16:30"),
    "【潍坊市气象台】潍坊市气象台7月13日06时解除暴雨橙色预警信号": Says("rainstorm", "orange", Act.LIFT, "潍坊市气象台", "07-13 06:00"),
    "道路结冰黄色预警信号解除": Says("road_icing", "yellow", Act.LIFT),
    "奎文区气象台17:05解除高温预警": Says("heat", None, Act.LIFT, "奎文区气象台", "07-13 17:05"),
    "潍坊市气象台取消大雾红色预警": Says("fog", "red", Act.CANCEL, "潍坊市气象台"),
    "奎文区气象局发布霜冻蓝色预警": Says("cold_wave", "blue", Act.ISSUE, "奎文区气象局"),
    "奎文区气象台发布霾黄色预警": Says(None, "yellow", Act.ISSUE, "奎文区气象台"),
    "解除暴雨黄色预警，发布暴雨橙色预警信号": Says("rainstorm", "orange", Act.ISSUE),
    "奎文区气象台12日23时半发布雷电橙色预警": Says("lightning", "orange", Act.ISSUE, "奎文区气象台", "07-12 23:30"),
    "7月12日日照市气象台发布大风黄色预警": Says("gale", "yellow", Act.ISSUE, "日照市气象台"),
    "13日8时奎文区气象台发布大风黄色预警": Says("gale", "yellow", Act.ISSUE, "奎文区气象台", "07-13 08:00"),
    "奎文区气象台20时发布冰雹橙色预警": Says("hail", "orange", Act.ISSUE, "奎文区气象台", "07-12 20:00"),
    "ＷｅＣｈａｔ转发：奎文区气象台发布暴雪（红色）预警": Says("blizzard", "red", Act.ISSUE, "奎文区气象台"),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_message_is_read_as_a_person_would(text: str) -> None:
    says = TEXTS[text]

    (read,) = read_text(text, SIGNALS, now=NOW).warnings

    assert (read.hazard, read.color, read.act, read.issuer) == (says.hazard, says.color, says.act, says.issuer)
    assert (None if read.issued_at is None else f"{read.issued_at:%m-%d %H:%M}") == says.at
    assert says.area is None or read.area == says.area


@pytest.mark.parametrize("code", SIGNALS.hazards)
def test_every_signal_of_the_catalogue_is_read_from_its_usual_sentences(code: str) -> None:
    for color in SIGNALS.hazards[code].signals:
        name = SIGNALS.hazards[code].name.zh + SIGNALS.colors[color].name.zh
        for sentence, act in (
            (f"潍坊市气象台发布{name}预警", Act.ISSUE),
            (f"潍坊市气象台解除{name}预警信号", Act.LIFT),
            (f"潍坊市气象台变更为{name}预警", Act.UPDATE),
        ):
            (read,) = read_text(sentence, SIGNALS, now=NOW).warnings
            assert (read.hazard, read.color, read.act) == (code, color, act), sentence


def test_two_warnings_of_one_message_are_both_read() -> None:
    read = read_text("奎文区气象台发布雷电、大风黄色预警信号，解除高温橙色预警", SIGNALS, now=NOW)

    assert {(one.hazard, one.color, one.act) for one in read.warnings} == {
        ("lightning", "yellow", Act.ISSUE),
        ("gale", "yellow", Act.ISSUE),
        ("heat", "orange", Act.LIFT),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今天天气很好",
        "预计今晚可能发布暴雨橙色预警",
        "暂未发布暴雨橙色预警",
        "不排除发布大风蓝色预警",
        "森林火险橙色预警",
        "发布暴雨预警",
        "Rainstorm orange",
        "建议启动防汛Ⅳ级应急响应",
        "准备启动防汛四级响应",
    ],
)
def test_a_text_that_names_no_warning_is_refused_with_what_was_looked_for(text: str) -> None:
    with pytest.raises(NoWarningInText) as refusal:
        read_text(text, SIGNALS, now=NOW)

    assert "暴雨" in str(refusal.value.facts["hazards"])
    assert "橙色" in str(refusal.value.facts["colors"])


def test_a_whole_chat_and_control_characters_are_refused() -> None:
    with pytest.raises(TextTooLong):
        read_text("暴雨" * 20_000, SIGNALS, now=NOW)
    with pytest.raises(UnreadableText):
        read_text("奎文区气象台发布暴雨蓝色预警\0", SIGNALS, now=NOW)


def test_an_exercise_says_so() -> None:
    assert read_text("【演练】奎文区气象台发布暴雨蓝色预警", SIGNALS, now=NOW).is_exercise
    assert not read_text("奎文区气象台发布暴雨蓝色预警", SIGNALS, now=NOW).is_exercise


# ---- times -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("12月31日23时50分", "2025-12-31 23:50"),
        ("31日23时50分", "2025-12-31 23:50"),
        ("23时50分", "2025-12-31 23:50"),
        ("1日0时5分", "2026-01-01 00:05"),
        ("2025年12月31日24时", "2026-01-01 00:00"),
        ("2025-12-31 23:50", "2025-12-31 23:50"),
        ("2025/12/31 23:50", "2025-12-31 23:50"),
    ],
)
def test_a_time_without_its_year_month_or_day_is_the_last_one(told: str, meant: str) -> None:
    new_year = datetime(2026, 1, 1, 0, 10, tzinfo=SHANGHAI)

    (read,) = read_text(f"奎文区气象台{told}发布暴雪蓝色预警", SIGNALS, now=new_year).warnings

    assert read.issued_at is not None
    assert f"{read.issued_at:%Y-%m-%d %H:%M}" == meant


@pytest.mark.parametrize("told", ["2027年7月12日15时", "2月30日15时", "35日15时", "13月1日15时"])
def test_a_time_that_cannot_be_is_no_time(told: str) -> None:
    (read,) = read_text(f"奎文区气象台{told}发布暴雨蓝色预警", SIGNALS, now=NOW).warnings

    assert read.issued_at is None


# ---- orders of the district --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "plan", "variant", "level", "act"),
    [
        ("区防指启动Ⅲ级", "P01", "flood", Level.III, Act.ISSUE),
        ("区防指启动防汛Ⅲ级应急响应", "P01", "flood", Level.III, Act.ISSUE),
        ("奎文区防汛抗旱指挥部办公室决定于7月13日18时将防汛应急响应由Ⅳ级提升至Ⅲ级", "P01", "flood", Level.III, Act.ISSUE),
        ("区防汛抗旱指挥部启动抗旱Ⅳ级应急响应", "P01", "drought", Level.IV, Act.ISSUE),
        ("鉴于市气象台发布暴雨橙色预警，区防指决定启动防汛II级应急响应", "P01", "flood", Level.II, Act.ISSUE),
        ("区减灾委启动低温雨雪冰冻灾害四级应急响应", "P02", None, Level.IV, Act.ISSUE),
        ("区政府启动高温3级应急响应", "P05", "heat", Level.III, Act.ISSUE),
        ("区抗震救灾指挥部启动地震一级应急响应", "P06", None, Level.I, Act.ISSUE),
        ("区防指终止防汛Ⅲ级应急响应", "P01", "flood", Level.III, Act.LIFT),
        ("区防指解除防汛应急响应", "P01", "flood", None, Act.LIFT),
        ("区应急局启动Ⅱ级应急响应", None, None, Level.II, Act.ISSUE),
    ],
)
def test_an_order_of_the_district_is_read(text: str, plan: str | None, variant: str | None, level: Level | None, act: Act) -> None:
    read = read_text(text, SIGNALS, now=NOW)

    (order,) = read.orders
    assert read.warnings == ()
    assert (order.plan_id, order.variant, order.level, order.act) == (plan, variant, level, act)
    assert order.issuer is not None


# ---- bytes and names ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_bytes_are_read_without_being_told_their_encoding(encoding: str) -> None:
    text = "奎文区气象台发布暴雨蓝色预警"

    assert decoded(text.encode(encoding)) == text


def test_a_charset_that_was_told_goes_first_and_a_wrong_one_does_no_harm() -> None:
    text = "奎文区气象台发布暴雨蓝色预警"

    assert decoded(text.encode("gb18030"), "GB2312") == text
    assert decoded(text.encode("utf-8"), "no-such-charset") == text
    with pytest.raises(UnreadableText):
        decoded(b"\xff\xff\xff")


def test_one_voice_has_many_spellings() -> None:
    assert {authority(name) for name in ("奎文区气象台", "奎文区气象局", "潍坊市奎文区气象台")} == {"奎文区"}
    assert authority("潍坊市气象台") == "潍坊市"
    assert authority("") is authority(None) is None
    assert [tier(name) for name in ("区防指", "奎文区防汛抗旱指挥部办公室", "潍坊市防指", "防指")] == ["区", "区", "市", None]


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        read = read_text(text, SIGNALS, now=NOW)
    except Refusal:
        return

    assert read.warnings or read.orders


@given(st.lists(st.sampled_from([*"，。：0123456789年月日时分", *TEXTS, "发布", "解除", "预警", "\n", "　"]), max_size=30))
@settings(max_examples=200)
def test_no_mixture_of_warnings_stops_the_reader(parts: list[str]) -> None:
    text = "".join(parts)[:5_000]
    try:
        read = read_text(text, SIGNALS, now=NOW)
    except Refusal:
        return

    assert all(one.issued_at is None or one.issued_at.tzinfo is not None for one in read.warnings)
    assert plain(plain(text)) == plain(text)
