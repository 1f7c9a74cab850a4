"""Watches: every moment belongs to exactly one, and a roster's faults are found before the day comes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.errors import IllegalStep
from command_center.domain.status import advance
from command_center.domain.watches import (
    CENTRE,
    WATCH_CHART,
    Duty,
    PlannedWatch,
    WatchStatus,
    fatigue,
    gaps,
    hints,
    in_turn,
    missing,
    overlaps,
    slot_at,
    slots,
    stints,
    team_of_the_day,
    two_places,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
PATTERNS = {code: pattern.starts for code, pattern in load_catalogue().handover.patterns.items()}
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

a_pattern = st.sampled_from(list(PATTERNS.values()))
a_zone = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]).map(ZoneInfo)
a_moment = st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 - the zone follows


def watch(start_h: float, hours: float, *people: str, post: str = CENTRE, duty: Duty = Duty.OFFICER) -> PlannedWatch:
    """A watch that begins so many hours after NOON."""
    begin = NOON + timedelta(hours=start_h)
    seats = dict.fromkeys(people, duty)
    return PlannedWatch(number=f"{start_h:g}", post=post, from_at=begin, to_at=begin + timedelta(hours=hours), people=seats)


some_watches = st.lists(
    st.builds(
        lambda start, hours, people, post: watch(start, hours, *people, post=post),
        st.integers(0, 60),
        st.integers(1, 30),
        st.sets(st.sampled_from("abc"), max_size=2),
        st.sampled_from([CENTRE, "YY"]),
    ),
    max_size=6,
)


def meets(one: PlannedWatch, other: PlannedWatch) -> bool:
    return one.from_at < other.to_at and other.from_at < one.to_at


# ---- the pattern ------------------------------------------------------------------------------------------------------------------


@given(starts=a_pattern, zone=a_zone, at=a_moment)
def test_every_moment_is_covered_by_exactly_one_watch_of_a_pattern(starts: Sequence[str], zone: ZoneInfo, at: datetime) -> None:
    around = slots(starts, zone, at - timedelta(days=2), at + timedelta(days=2))

    covering = [slot for slot in around if slot.from_at <= at < slot.to_at]

    assert covering == [slot_at(starts, zone, at)]
    assert all(earlier.to_at == later.from_at for earlier, later in pairwise(around))
    assert len({slot.number for slot in around}) == len(around)


@given(starts=a_pattern, zone=a_zone, at=a_moment)
def test_a_watch_begins_when_the_clock_on_the_wall_says_so_or_when_that_hour_was_left_out(
    starts: Sequence[str], zone: ZoneInfo, at: datetime
) -> None:
    slot = slot_at(starts, zone, at)

    local = slot.from_at.astimezone(zone)

    left_out = local.utcoffset() != (local - timedelta(hours=3)).utcoffset()
    assert f"{local:%H:%M}" == starts[slot.index] or left_out
    assert slot.from_at <= at


@pytest.mark.parametrize(
    ("pattern", "local", "number", "hours"),
    [
        ("day24", "2026-11-23 07:59", "20261122-1", 24),
        ("day24", "2026-11-23 08:00", "20261123-1", 24),
        ("half12", "2026-11-24 03:00", "20261123-2", 12),
        ("third8", "2026-11-23 00:00", "20261123-1", 8),
        ("third8", "2026-11-23 23:59", "20261123-3", 8),
    ],
)
def test_a_watch_is_numbered_by_the_day_it_begins_on(pattern: str, local: str, number: str, hours: int) -> None:
    slot = slot_at(PATTERNS[pattern], SHANGHAI, datetime.fromisoformat(local).replace(tzinfo=SHANGHAI))

    assert (slot.number, slot.to_at - slot.from_at) == (number, timedelta(hours=hours))


def test_where_clocks_change_the_watch_of_that_night_is_longer_or_shorter() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    nights = [slot_at(PATTERNS["half12"], berlin, datetime(2026, month, day, 23, tzinfo=berlin)) for month, day in ((3, 28), (10, 24))]

    assert [(slot.to_at - slot.from_at) / timedelta(hours=1) for slot in nights] == [11, 13]


@given(st.lists(st.integers(), unique=True), st.integers(0, 10**6))
def test_everybody_is_asked_first_once_before_anybody_is_twice(people: list[int], turn: int) -> None:
    first = [next(iter(in_turn(people, turn + step)), None) for step in range(len(people))]

    assert sorted(it for it in first if it is not None) == sorted(people)
    assert sorted(in_turn(people, turn)) == sorted(people)


@given(st.integers(1, 40), st.integers(1, 12), st.dates(date(2001, 1, 1), date(2100, 1, 1)))
def test_no_team_is_there_two_days_running_unless_there_is_only_one(count: int, size: int, day: date) -> None:
    people = list(range(count))

    today, tomorrow = (team_of_the_day(people, it, size) for it in (day, day + timedelta(days=1)))

    assert 0 < len(today) <= size
    assert set(today).isdisjoint(tomorrow) or count <= size


@pytest.mark.parametrize("now", list(WatchStatus))
def test_only_a_watch_that_holds_the_post_can_hand_it_over(now: WatchStatus) -> None:
    if now is WatchStatus.ON_DUTY:
        assert advance(WATCH_CHART, now, WatchStatus.HANDING_OVER, subject="x") is WatchStatus.HANDING_OVER
    else:
        with pytest.raises(IllegalStep):
            advance(WATCH_CHART, now, WatchStatus.HANDING_OVER, subject="x")


# ---- gaps, overlaps, two places ---------------------------------------------------------------------------------------------------


@given(some_watches, st.integers(0, 80))
def test_what_is_covered_and_what_is_not_make_up_the_whole(watches: list[PlannedWatch], hour: int) -> None:
    begin, end = NOON, NOON + timedelta(hours=80)
    moment = NOON + timedelta(hours=hour, minutes=30)
    covered = [(it.from_at, it.to_at) for it in watches]

    found = gaps(covered, begin, end)

    is_covered = any(from_at <= moment < to_at for from_at, to_at in covered) or moment >= end
    assert is_covered != any(from_at <= moment < to_at for from_at, to_at in found)
    assert all(begin <= from_at < to_at <= end for from_at, to_at in found)


@given(some_watches)
def test_overlaps_are_found_where_there_are_any_and_only_there(watches: list[PlannedWatch]) -> None:
    found = overlaps(watches)

    assert bool(found) == any(one.post == other.post and meets(one, other) for one, other in combinations(watches, 2))
    assert all(one.post == other.post and meets(one, other) for one, other in found)


@given(some_watches)
def test_who_would_be_in_two_places_is_found(watches: list[PlannedWatch]) -> None:
    found = two_places(watches)

    torn = {person for one, other in combinations(watches, 2) if meets(one, other) for person in one.people.keys() & other.people.keys()}
    assert {person for person, _, _ in found} == torn


@given(some_watches)
def test_stretches_of_one_person_are_in_order_and_do_not_touch(watches: list[PlannedWatch]) -> None:
    for own in stints(watches).values():
        assert all(earlier[1] < later[0] for earlier, later in pairwise(own))


# ---- tired people and empty seats -------------------------------------------------------------------------------------------------


def told(*watches: PlannedWatch) -> list[tuple[str, float | None]]:
    return [(hint.kind, hint.value) for hint in fatigue(watches, SHANGHAI)]


def test_a_duty_day_is_not_too_long_but_one_more_hour_is() -> None:
    assert told(watch(0, 24, "a")) == []
    assert told(watch(0, 24, "a"), watch(24, 1, "a", post="YY")) == [("too_long", 25.0)]


def test_eleven_hours_of_rest_are_enough_and_ten_are_not() -> None:
    assert told(watch(0, 8, "a"), watch(19, 8, "a")) == []
    assert told(watch(0, 8, "a"), watch(18, 8, "a")) == [("short_rest", 10.0)]


def test_a_fourth_night_running_is_told_and_a_free_night_begins_anew() -> None:
    nights = [watch(10 + 24 * night, 8, "a") for night in range(7)]  # 22:00 to 06:00 in Shanghai

    assert told(*nights[:3]) == []
    assert told(*nights[:4]) == [("nights", 4)]
    assert told(*nights[:3], *nights[4:]) == []


def test_an_empty_seat_is_told_by_its_duty() -> None:
    desk = PlannedWatch(number="1", post=CENTRE, from_at=NOON, to_at=NOON + timedelta(hours=24), people={"a": Duty.OFFICER})
    station = PlannedWatch(
        number="1", post="YY", from_at=NOON, to_at=NOON + timedelta(hours=24), people={"b": Duty.LEADER, "c": Duty.CREW, "d": Duty.CREW}
    )

    assert [(hint.duty, hint.value) for hint in missing(desk, 0)] == [(Duty.LEADER, 1), (Duty.ASSISTANT, 1)]
    assert [(hint.duty, hint.value) for hint in missing(station, 6)] == [(Duty.CREW, 3)]


def test_hints_come_in_order_of_time_with_every_kind_of_fault() -> None:
    faulty = [watch(2, 30, "a"), watch(20, 10, "b"), watch(21, 5, "a", post="YY"), watch(34, 8, "a")]

    found = hints(faulty, posts=[CENTRE], from_at=NOON, to_at=NOON + timedelta(hours=48), zone=SHANGHAI, crew={})

    assert {hint.kind for hint in found} == {"gap", "overlap", "missing", "two_places", "too_long", "short_rest"}
    assert [hint.from_at for hint in found] == sorted(hint.from_at for hint in found)
