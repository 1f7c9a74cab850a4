"""How many alarms a person has to take in, and which of them sound."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.alarms import RUSH, RUSH_WINDOW, Alarm, alarm_figures, most_within, sounding
from command_center.domain.levels import Level

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
seconds = st.lists(st.integers(0, 7200), max_size=60)


def alarm(at_s: float, level: Level = Level.IV, kind: str = "E101") -> Alarm:
    return Alarm(NOON + timedelta(seconds=at_s), level, (kind, level.value, "A1"))


def test_a_rush_of_the_same_kind_sounds_ten_times_and_then_no_more() -> None:
    rush = [alarm(second) for second in range(30)]

    assert len(sounding(rush)) == RUSH


def test_another_kind_still_sounds_in_a_rush_once() -> None:
    rush = [alarm(second) for second in range(20)] + [alarm(21, kind="E103"), alarm(22, kind="E103"), alarm(23, Level.I)]

    assert [it.group for it in sounding(rush)[RUSH:]] == [("E103", "IV", "A1"), ("E101", "I", "A1")]


def test_after_ten_quiet_minutes_the_same_kind_sounds_again() -> None:
    rush = [alarm(second) for second in range(15)]

    assert sounding([*rush, alarm(14 + RUSH_WINDOW.total_seconds())])[-1].at == NOON + timedelta(seconds=614)


def test_the_mix_is_that_of_what_sounded() -> None:
    figures = alarm_figures([alarm(0, Level.I), alarm(1, Level.II), alarm(2, Level.III), alarm(3)], hours=2)

    assert figures.sounded_share == {"I-II": 0.5, "III": 0.25, "IV": 0.25}
    assert (figures.total, figures.per_hour, figures.most_in_10_min) == (4, 2.0, 4)


def test_where_nothing_sounded_there_is_no_mix_and_without_time_no_rate() -> None:
    figures = alarm_figures([], hours=0)

    assert (figures.per_hour, figures.most_in_10_min) == (None, 0)
    assert set(figures.sounded_share.values()) == {None}


@given(seconds)
def test_the_most_in_ten_minutes_is_the_most_after_any_of_them(offsets: list[int]) -> None:
    moments = sorted(NOON + timedelta(seconds=offset) for offset in offsets)

    slow = max((sum(timedelta(0) <= at - begin < RUSH_WINDOW for at in moments) for begin in moments), default=0)

    assert most_within(RUSH_WINDOW, moments) == slow


@given(seconds)
def test_no_group_is_ever_silent_from_the_start(offsets: list[int]) -> None:
    alarms = [alarm(offset, kind=f"E{offset % 7}") for offset in sorted(offsets)]

    assert {it.group for it in alarms} == {it.group for it in sounding(alarms)}
